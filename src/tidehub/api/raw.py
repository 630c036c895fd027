"""What the hot routes are made of: they speak ASGI themselves, because there the framework is the cost.

A body is read up to a limit and never beyond; an answer leaves only after what it says is on disk.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar, cast

from tidehub.api.auth import PASSWORD_MUST_CHANGE, holder_of
from tidehub.api.errors import (
    METHOD_NOT_ALLOWED,
    PROBLEM_JSON,
    RETRY_AFTER_S,
    TOO_LARGE,
    UNAVAILABLE,
    UNSUPPORTED_MEDIA,
    problem,
)
from tidehub.api.services import Services
from tidehub.kernel.access import FORBIDDEN, Actor, Rule, demand
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.errors import Refusal, Unavailable

T = TypeVar("T")
log = logging.getLogger("tidehub.api")

EVENT_BYTES_MAX = 1_048_576
_JSON = (b"content-type", b"application/json")


def services_in(scope: Mapping[str, Any]) -> Services:
    """Return the services of the application that a raw request came in through."""
    return cast(Services, (scope.get("litestar_app") or scope["app"]).state.services)


def headers_of(scope: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers by lower-case name; of one that stands several times, the last."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


async def read_body(scope: Mapping[str, Any], receive: Any, bytes_max: int) -> bytes:
    """Read a body of at most ``bytes_max`` bytes; one that says it is larger is not read at all.

    Raises
    ------
    Refusal
        ``body_too_large``.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > bytes_max:
            raise TOO_LARGE(None, max=bytes_max)
    message = await receive()
    body: bytes = message.get("body", b"")
    if len(body) > bytes_max:
        raise TOO_LARGE(None, max=bytes_max)
    if not message.get("more_body"):
        return body
    parts, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > bytes_max:
            raise TOO_LARGE(None, max=bytes_max)
        parts.append(part)
    return b"".join(parts)


def demand_json(scope: Mapping[str, Any]) -> None:
    """Refuse a body that says it is no JSON."""
    for name, value in scope["headers"]:
        if name == b"content-type":
            if value == b"application/json":
                return
            media_type = value.partition(b";")[0].strip().lower()
            if media_type != b"application/json" and not media_type.endswith(b"+json"):
                told = media_type.decode("latin-1")[:80]
                raise UNSUPPORTED_MEDIA(None, media_type=told, wanted="application/json")
            return


async def send_answer(send: Any, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    """Send an answer; without ``headers`` it is JSON."""
    sent = [_JSON] if headers is None else headers
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*sent, length]})
    await send({"type": "http.response.body", "body": body})


async def send_refusal(
    send: Any, refusal: Refusal, headers: Mapping[str, str], status: int | None = None, **more: Any
) -> None:
    """Send a refusal as a problem in both languages (RFC 9457)."""
    body = problem(refusal, headers.get("accept-language", ""), status) | more
    sent = [(b"content-type", PROBLEM_JSON.encode()), (b"cache-control", b"no-store"), (b"vary", b"accept-language")]
    if body["status"] == 401:
        sent.append((b"www-authenticate", b'Bearer realm="tidehub"'))
    if body["status"] in (429, 503):
        wait_s = refusal.params.get("retry_after_s") or RETRY_AFTER_S
        sent.append((b"retry-after", str(wait_s).encode()))
    if body["status"] == 413:
        sent.append((b"connection", b"close"))  # the rest of the body is not read
    await send_answer(send, body["status"], canonical_json(body), sent)


async def answering(scope: Mapping[str, Any], send: Any, work: Callable[[], Awaitable[None]]) -> None:
    """Run the work of a raw route; what it refuses becomes a problem, what is broken is the framework's."""
    try:
        await work()
    except Refusal as refusal:
        await send_refusal(send, refusal, headers_of(scope))
    except Unavailable as error:
        log.warning("unavailable: %s", error.what)
        told = UNAVAILABLE(None, what=error.what, retry_after_s=error.retry_after_s)
        await send_refusal(send, told, headers_of(scope), 503)


def refuse_method(scope: Mapping[str, Any], *allowed: str) -> None:
    """Refuse a method that the route does not take."""
    if scope["method"] not in allowed:
        raise METHOD_NOT_ALLOWED(None)


async def admit_by_token(
    headers: Mapping[str, str], services: Services, rule: Rule, family: str, token: str = ""
) -> Actor:
    """Let in who may, where the guard at the door let everybody: senders that put a token into the address.

    Parameters
    ----------
    token
        Bearer token from the address (RFC 6750, 2.3), used when there is none in the headers.
    """
    if token and "authorization" not in headers:
        headers = {**headers, "authorization": f"Bearer {token}"}
    holder = await holder_of(headers, services)
    if holder.must_change:
        raise PASSWORD_MUST_CHANGE(None)
    if holder.scopes and family not in holder.scopes:
        raise FORBIDDEN(None)
    demand(rule, holder.actor)
    return holder.actor


async def once_more(work: Callable[[], Awaitable[T]]) -> T:
    """Do it again when another node wrote the same at that moment: then the first is found."""
    try:
        return await work()
    except Refusal as refusal:
        if refusal.code != "written_meanwhile":
            raise
        return await work()
