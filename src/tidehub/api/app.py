"""The HTTP application: all families, one guard, one shape of error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from tidehub.api import (
    description,
    files,
    health,
    people,
    registers,
    session,
    stream,
)
from tidehub.api.errors import HANDLERS
from tidehub.api.rules import admit, refuse_to_start_open
from tidehub.api.services import Services
from tidehub.kernel.access import rule

# Pages load nothing from elsewhere but map tiles and photographs, by HTTPS. Components carry styles inline.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob: https:; font-src 'self' data:; connect-src 'self' https:;"
    " worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(self), camera=(self), microphone=()"),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")


class SecurityHeaders(ASGIMiddleware):
    """Add to every answer what it does not say itself.

    Parameters
    ----------
    secure
        Whether the platform is reached by HTTPS only.
    """

    scopes = (ScopeType.HTTP, ScopeType.ASGI)

    def __init__(self, secure: bool) -> None:
        self._headers = (*_HEADERS, _HSTS) if secure else _HEADERS

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass the request on and the answer back, with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                said = {name.lower() for name, _ in headers}
                headers += [header for header in self._headers if header[0] not in said]
                message["headers"] = headers
            await send(message)

        await next_app(scope, receive, send_with_headers)


FAMILIES = (health, description, session, people, registers, files, stream)


def build_api(services: Services, more: Sequence[Any] = ()) -> Litestar:
    """Build the application; it does not start with a route that has no access rule.

    Parameters
    ----------
    services
        What the endpoints work with.
    more
        Route handlers beside those of this package: a capability's, an adapter's, a pack's.
    """
    routes = [route for family in FAMILIES for route in family.ROUTES]
    routes += more
    static = services.settings.static
    if (static / "index.html").is_file():
        routes.append(
            create_static_files_router(
                path="/",
                directories=[static],
                html_mode=True,
                include_in_schema=False,
                opt={"rule": rule(everyone=True), "static": True},
            )
        )
    app = Litestar(
        route_handlers=routes,
        guards=[admit],
        exception_handlers=HANDLERS,
        state=State({"services": services}),
        openapi_config=None,
        compression_config=CompressionConfig(
            backend="gzip",
            minimum_size=1024,
            gzip_compress_level=4,
            exclude=["/api/v1/stream", "/api/v1/files"],
        ),
        middleware=[SecurityHeaders(services.settings.secure_cookies)],
        request_max_body_size=services.settings.file_bytes_max + 10_000,
        debug=False,
    )
    refuse_to_start_open(app)
    return app
