"""Whether the process lives, and whether it can take work."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from tidehub.api.exchange import AnyRequest, answer
from tidehub.api.services import services_of
from tidehub.hub.log import last_seq
from tidehub.kernel.access import rule

_EVERYONE = rule(everyone=True)


@get("/healthz", opt={"rule": _EVERYONE, "answer": dict[str, str], "family": "health"})
async def healthz(request: AnyRequest) -> Response[bytes]:
    """Answer as long as the process lives."""
    return answer({"status": "ok"}, headers={"cache-control": "no-store"})


@get("/readyz", opt={"rule": _EVERYONE, "answer": dict[str, str], "family": "health"})
async def readyz(request: AnyRequest) -> Response[bytes]:
    """Answer once the store can be read; 503 while it cannot."""
    await last_seq(services_of(request).hub)
    return answer({"status": "ready"}, headers={"cache-control": "no-store"})


ROUTES: list[Any] = [healthz, readyz]
