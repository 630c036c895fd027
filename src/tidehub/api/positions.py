"""Positions (定位): in from devices, crews and telephones; out as a list, a live stream and tracks.

The composition root gives ``services.more["desk"]``, the ``PositionDesk``, and ``services.more["board"]``, a
started ``PositionBoard``. Whoever sends speaks for a device of the register: its own token, a crew for the
devices of its units, or a machine with the post ``device`` within its regions.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any, cast

import msgspec
from litestar import Request, Response, asgi, get, post
from litestar.params import FromPath

from tidehub.api.commanding import Instant
from tidehub.api.errors import answer_refusal
from tidehub.api.exchange import AnyRequest, Page, answer, page_of, read_bytes, read_query
from tidehub.api.services import Services, actor_in, services_of
from tidehub.api.stream import TOO_MANY_STREAMS
from tidehub.api.units import VIEW, LastSeen, last_seen, seen_unit
from tidehub.capabilities import devices
from tidehub.kernel.access import Actor, Subject, permits, rule, scope
from tidehub.kernel.codec import decode
from tidehub.kernel.errors import MALFORMED, refusal_kind
from tidehub.kernel.geometry import position
from tidehub.methods.tracking import Fix
from tidehub.registers import Device

DEVICE_UNKNOWN = refusal_kind(
    "device_not_registered",
    zh="设备“{claim}”未登记，或不归您使用",
    en="The device '{claim}' is not registered, or not yours to speak for",
    do_zh="请联系管理员登记设备后再发送。",
    do_en="Have the administrator register the device, then send again.",
    category="forbidden",
)
SPAN_TOO_LONG = refusal_kind(
    "span_too_long",
    zh="时间段过长，最多 {days} 天",
    en="The span is too long; at most {days} days",
    do_zh="请缩短时间段后重试。",
    do_en="Ask for a shorter span.",
)
SENDERS = rule("device", "crew", "unit_staff", "duty_officer", "administrator", relations=["self"])
MACHINES = rule("device", "duty_officer", "administrator")
_WATCHERS = rule("duty_officer", "shift_leader", "checker", "auditor", "administrator", "quay_operator")
_FAMILY = "positions"
_BATCH_MAX = 500
_TRACK_DAYS_MAX = 7
_OPEN = "open_streams"


class PositionIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One position as a device or browser sends it.

    Parameters
    ----------
    claim
        Under which name the device comes in (``osmand:...``, ``mmsi:...``); left out, it is the sender's own.
    datum
        Of the coordinates: ``WGS84``, ``CGCS2000``, ``GCJ02`` ...; never guessed.
    at
        By the device's clock; left out, it is now.
    """

    lon: float
    lat: float
    datum: str
    claim: Annotated[str, msgspec.Meta(max_length=120)] = ""
    at: Instant | None = None
    sog_mps: Annotated[float, msgspec.Meta(ge=0, le=200)] | None = None
    cog_deg: Annotated[float, msgspec.Meta(ge=0, lt=360)] | None = None
    heading_deg: Annotated[float, msgspec.Meta(ge=0, lt=360)] | None = None
    accuracy_m: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] | None = None
    depth_m: Annotated[float, msgspec.Meta(ge=0, le=12_000)] | None = None
    sequence: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None


PositionsIn = PositionIn | Annotated[list[PositionIn], msgspec.Meta(min_length=1, max_length=_BATCH_MAX)]


class Taken(msgspec.Struct, frozen=True):
    """How many positions are on disk now."""

    taken: int


class PositionsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where: ``box`` is ``west,south,east,north`` in WGS 84 degrees; without it everywhere."""

    box: str = "-180,-90,180,90"


class PositionRow(msgspec.Struct, frozen=True):
    """A craft where it was last, with how far that may be relied upon."""

    id: str
    claim: str
    title: str
    region_code: str
    unit_id: str | None
    last: LastSeen


class PositionList(msgspec.Struct, frozen=True):
    """Craft by claim."""

    items: list[PositionRow]
    next: str | None


class TrackQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when until when; the last two hours if nothing is said."""

    since: Instant | None = None
    until: Instant | None = None


class TrackPoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place on a track."""

    lon: float
    lat: float
    at: datetime
    sog_mps: float | None = None
    flags: tuple[str, ...] = ()


class TrackLeg(msgspec.Struct, frozen=True):
    """A stretch without a break; ``leads``: of several craft under one number, the one that is believed."""

    claim: str
    segment: int
    leads: bool
    points: list[TrackPoint]


class TrackView(msgspec.Struct, frozen=True):
    """A unit's track; ``cut``: there is more than was given."""

    unit_id: str
    since: datetime
    until: datetime
    legs: list[TrackLeg]
    rejected_count: int
    cut: bool


@post(
    "/api/v1/positions",
    status_code=200,
    opt={"rule": SENDERS, "family": _FAMILY, "body": PositionsIn, "answer": Taken},
)
async def post_positions(request: AnyRequest) -> Response[bytes]:
    """Take in positions, one or a list of up to 500; answered when they are on disk."""
    services, actor = services_of(request), actor_in(request)
    told: PositionIn | list[PositionIn] = decode(await read_bytes(request), PositionsIn)  # type: ignore[arg-type]
    now = services.clock.now()
    several = isinstance(told, list)
    fixes = [
        _fix(one, services, actor, now, f"[{place}]" if several else "")
        for place, one in enumerate(told if isinstance(told, list) else [told])
    ]
    await desk_of(services).accept(fixes, [])
    return answer(Taken(len(fixes)))


@get(
    "/api/v1/positions",
    opt={"rule": VIEW, "family": _FAMILY, "query": PositionsQuery, "answer": PositionList},
)
async def list_positions(request: AnyRequest) -> Response[bytes]:
    """List where every craft that one may see was last, within a box."""
    query = read_query(request, PositionsQuery)
    services = services_of(request)
    found = await devices.last_in_box(
        services.hub,
        box_of(query.box),
        scope(VIEW, actor_in(request)),
        services.clock.now(),
        limit=query.limit,
        after=query.cursor or "",
    )
    items = [_row(aged) for aged in found]
    return answer(
        page_of(items, items[-1].claim if len(items) == query.limit else None),
        headers={"cache-control": "no-store"},
    )


@get(
    "/api/v1/units/{unit_id:str}/track",
    opt={"rule": VIEW, "family": _FAMILY, "query": TrackQuery, "answer": TrackView},
)
async def get_track(request: AnyRequest, unit_id: FromPath[str]) -> Response[bytes]:
    """Get where a unit went, in stretches with their flags; at most seven days."""
    query = read_query(request, TrackQuery)
    services = services_of(request)
    seen_unit(services, unit_id, actor_in(request))
    until = query.until or services.clock.now()
    since = query.since or until - timedelta(hours=2)
    if until - since > timedelta(days=_TRACK_DAYS_MAX):
        raise SPAN_TOO_LONG("since", days=_TRACK_DAYS_MAX)
    track = await devices.track_of(services.hub, unit_id, since, until)
    legs = [
        TrackLeg(
            leg.device_claim,
            leg.segment,
            leg.leads,
            [
                TrackPoint(one.fix.lon, one.fix.lat, one.judged.at, one.fix.sog_mps, one.judged.flags)
                for one in leg.fixes
            ],
        )
        for leg in track.legs
    ]
    return answer(TrackView(unit_id, since, until, legs, track.rejected_count, track.cut))


@asgi(
    "/api/v1/positions/stream",
    copy_scope=True,
    opt={
        "rule": _WATCHERS,
        "family": _FAMILY,
        "methods": ("GET",),
        "answer": "text/event-stream",
        "title": "Watch craft move (server-sent events): the whole picture first, then what changes.",
    },
)
async def watch(scope: Any, receive: Any, send: Any) -> None:
    """Send every craft of the watcher's regions as it moves; a slow screen gets a whole picture."""
    request: Request[Any, Any, Any] = Request(scope, receive, send)
    services = services_of(request)
    if services.more.get(_OPEN, 0) >= services.settings.streams_max:
        refused = answer_refusal(TOO_MANY_STREAMS(None), request.headers)
        await refused.to_asgi_response(None, request)(scope, receive, send)
        return
    board = cast(devices.PositionBoard, services.more["board"])
    subscriber = board.subscribe(actor_in(request).regions_for(_WATCHERS.roles))
    services.more[_OPEN] = services.more.get(_OPEN, 0) + 1
    try:
        await _serve(subscriber, "gzip" in request.headers.get("accept-encoding", ""), receive, send)
    finally:
        services.more[_OPEN] -= 1
        subscriber.close()


async def _serve(subscriber: devices.Subscriber, packed: bool, receive: Any, send: Any) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"vary", b"accept-encoding"),
    ]
    if packed:
        headers.append((b"content-encoding", b"gzip"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    begin = devices.GZIP_HEAD if packed else b"retry: 2000\n\n"
    await send({"type": "http.response.body", "body": begin, "more_body": True})
    gone = asyncio.ensure_future(_gone(receive, subscriber))
    try:
        async for frame in subscriber:
            body = frame.packed if packed else frame.event
            await send({"type": "http.response.body", "body": body, "more_body": True})
    finally:
        gone.cancel()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Any, subscriber: devices.Subscriber) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscriber.close()


def box_of(text: str) -> devices.Box:
    """Read ``west,south,east,north`` in degrees; one over the 180th meridian has ``west > east``.

    Raises
    ------
    Refusal
        ``malformed``.
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise MALFORMED("box", problem="west,south,east,north in degrees") from None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise MALFORMED("box", problem="west,south,east,north in degrees")
    return devices.Box(west, south, east, north)


# -- who may speak for which device ------------------------------------------------------------------------


def _fix(one: PositionIn, services: Services, actor: Actor, now: datetime, at: str) -> Fix:
    here = position(one.lon, one.lat, one.datum, f"{at}.position" if at else "position")
    return Fix(
        "native",
        one.claim if _speaks_for(one.claim, services, actor) else _own_claim(one.claim, services, actor, at),
        here.lon,
        here.lat,
        now,
        one.at,
        one.sog_mps,
        one.cog_deg,
        one.heading_deg,
        one.accuracy_m,
        one.depth_m,
        sequence=one.sequence,
    )


def _speaks_for(claim: str, services: Services, actor: Actor) -> bool:
    found = services.registers.device_of(claim) if claim else None
    return found is not None and may_speak(*found, actor, services)


def may_speak(device_id: str, device: Device, actor: Actor, services: Services) -> bool:
    """Whether an actor may send a device's positions: itself, its unit's people, a machine of its region."""
    if actor.id == f"device/{device_id}" or (device.unit_id is not None and device.unit_id in actor.units):
        return True
    unit = services.registers.units.get(device.unit_id) if device.unit_id else None
    return permits(MACHINES, actor, Subject(device.region_code or (unit.region_code if unit else "")))


def _own_claim(claim: str, services: Services, actor: Actor, at: str) -> str:
    """Name the sender's own device, where none was named."""
    if not claim:
        own = [
            device
            for id_, device in services.registers.devices.all().items()
            if device.claims and (actor.id == f"device/{id_}" or device.unit_id in actor.units)
        ]
        own.sort(key=lambda device: not device.claims[0].startswith("osmand:"))  # a telephone before a transponder
        if own:
            return own[0].claims[0]
    raise DEVICE_UNKNOWN(f"{at}.claim" if at else "claim", claim=claim or actor.id)


def desk_of(services: Services) -> devices.PositionDesk:
    """Give the desk where positions arrive."""
    return cast(devices.PositionDesk, services.more["desk"])


def _row(aged: devices.Aged) -> PositionRow:
    last = aged.last
    shown = last_seen(aged)
    assert shown is not None
    return PositionRow(
        last.unit_id or last.device_claim,
        last.device_claim,
        last.title,
        last.region_code,
        last.unit_id,
        shown,
    )


ROUTES: list[Any] = [
    post_positions,
    list_positions,
    watch,
    get_track,
]
