"""The HTTP application: all families, one guard, one shape of error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.static_files import create_static_files_router
from litestar.types import BeforeMessageSendHookHandler, Message, Scope

from tidehub.api import (
    administration,
    board,
    cap,
    cases,
    catalogue,
    description,
    documents,
    events,
    files,
    hall,
    health,
    indicators,
    jobs,
    ledger,
    mapping,
    messages,
    mobilisations,
    open311,
    operations,
    osmand,
    pages,
    people,
    plain,
    positions,
    registers,
    report_intake,
    reports,
    session,
    stream,
    tracking,
    trust,
    units,
)
from tidehub.api.errors import HANDLERS
from tidehub.api.hot import Application, HotRoutes
from tidehub.api.rules import admit, handlers_of, refuse_to_start_open
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


def guarded_by_headers(secure: bool) -> BeforeMessageSendHookHandler:
    """Make the hook that adds to every answer, errors included, the headers it does not carry itself.

    Parameters
    ----------
    secure
        Whether the platform is reached by HTTPS only.
    """
    ours = (*_HEADERS, _HSTS) if secure else _HEADERS

    async def add_headers(message: Message, _scope: Scope) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            said = {name.lower() for name, _ in headers}
            message["headers"] = [*headers, *(header for header in ours if header[0] not in said)]

    return add_headers


FAMILIES = (health, description, session, people, registers, files, stream)
OF_CAPABILITIES = (
    ("cases", cases),
    *(("intake", family) for family in (report_intake, tracking, events, open311, cap)),
    ("intake", plain),
    ("catalogue", catalogue),
    ("land", mapping),
    *(("context", family) for family in (reports, jobs, units, trust, mobilisations)),
    ("desk", hall),
    ("desk", positions),
    ("desk", osmand),
    ("templates", documents),
    ("ledger", ledger),
    ("definitions", indicators),
    ("definitions", board),
    ("packs", administration),
    ("messages", messages),
    ("operating", operations),
)
"""Families that are served where the composition root gives what they read by, in ``services.more``."""


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
    routes += [route for name, family in OF_CAPABILITIES if name in services.more for route in family.ROUTES]
    routes += more
    if "cases" in services.more:
        services.subjects.setdefault("case", cases.subject_of(services))
    if "intake" in services.more:  # report_intake serves the list, which shares its address with handing in
        routes = [route for route in routes if route is not reports.list_reports]
        services.subjects.setdefault("report", reports.subject_of(services))
    static = services.settings.static
    if (static / "index.html").is_file():
        routes += pages.routes(static)
        routes.append(
            create_static_files_router(
                path="/",
                directories=[static],
                html_mode=True,
                include_in_schema=False,
                opt={"rule": rule(everyone=True), "static": True},
            )
        )
    headers = guarded_by_headers(services.settings.secure_cookies)
    app = Application(
        route_handlers=routes,
        guards=[admit],
        exception_handlers=HANDLERS,
        state=State({"services": services}),
        openapi_config=None,
        logging_config=None,
        compression_config=CompressionConfig(
            backend="gzip",
            minimum_size=1024,
            gzip_compress_level=4,
            exclude=["/api/v1/stream", "/api/v1/files", "/api/v1/positions/stream"],
        ),
        before_send=[headers],
        request_max_body_size=services.settings.file_bytes_max + 10_000,
        debug=False,
    )
    refuse_to_start_open(app)
    app.services, app.before_sending = services, headers
    app.hot = HotRoutes(handler for _, handler in handlers_of(app))
    return app
