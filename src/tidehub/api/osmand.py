"""Positions from telephones by the OsmAnd protocol (手机定位上报), as OsmAnd and the Traccar client send them.

The composition root gives ``services.more["desk"]``, the ``PositionDesk``. The protocol knows no password: its
``id`` must be that of a device of the register, or the sender must have a token of a machine.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from tidehub.adapters.osmand import decode_json, decode_query
from tidehub.api.exchange import AnyRequest, read_bytes
from tidehub.api.positions import DEVICE_UNKNOWN, MACHINES, desk_of
from tidehub.api.services import actor_in, services_of
from tidehub.kernel.access import permits, rule
from tidehub.kernel.errors import MALFORMED
from tidehub.methods.tracking.model import Decoded

_FAMILY = "positions"


@get("/osmand", opt={"rule": rule(everyone=True), "family": _FAMILY, "answer": "text/plain"})
async def get_osmand(request: AnyRequest) -> Response[str]:
    """Take in a position by the OsmAnd protocol, in the query; ``id`` names a device of the register."""
    now = services_of(request).clock.now()
    return await _take_osmand(request, decode_query(request.scope.get("query_string", b""), now))


@post(
    "/osmand",
    status_code=200,
    opt={"rule": rule(everyone=True), "family": _FAMILY, "body": "application/json", "answer": "text/plain"},
)
async def post_osmand(request: AnyRequest) -> Response[str]:
    """Take in positions by the OsmAnd protocol: in the query, as a form, or as the Traccar client's JSON."""
    now = services_of(request).clock.now()
    body = await read_bytes(request)
    if not body.strip():
        return await _take_osmand(request, decode_query(request.scope.get("query_string", b""), now))
    is_json = body.lstrip()[:1] in (b"{", b"[")
    return await _take_osmand(request, decode_json(body, now) if is_json else decode_query(body, now))


async def _take_osmand(request: AnyRequest, told: Decoded) -> Response[str]:
    services, actor = services_of(request), actor_in(request)
    if not told.fixes:
        raise MALFORMED(None, problem="; ".join(one.detail for one in told.problems)[:200] or "no position")
    for fix in told.fixes:
        if services.registers.device_of(fix.device_claim) is None and not permits(MACHINES, actor):
            raise DEVICE_UNKNOWN("id", claim=fix.device_claim)
    await desk_of(services).accept(told.fixes, told.problems)
    return Response("", media_type="text/plain")


ROUTES: list[Any] = [get_osmand, post_osmand]
