"""Reading telemetry and what it meant. Lists are filtered by the actor's scope in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from tidehub.capabilities.devices.model import Aged, Circle, LastPosition
from tidehub.capabilities.devices.ring import DAY_US, KeptFix, band_of, kept_between
from tidehub.capabilities.devices.tables import CIRCLE_COLUMNS, circle_of
from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.access import Scope
from tidehub.kernel.instants import from_us, to_us
from tidehub.methods.tracking import (
    PATH_TIMEOUTS,
    FreshnessState,
    IdentityClaim,
    Problem,
    Settings,
    Timeouts,
    Verdict,
    freshness,
    judge,
)

ROWS_MAX = 1000
TRACK_FIXES_MAX = 50_000

_read_last = msgspec.json.Decoder(LastPosition).decode
_read_problem = msgspec.json.Decoder(Problem).decode
_read_identity = msgspec.json.Decoder(IdentityClaim).decode

_OF_UNITS = sql("SELECT body FROM devices_last WHERE unit_id = ANY(:unit_ids)")
_OF_CLAIM = sql("SELECT body FROM devices_last WHERE claim = :claim", short=True)
_COUNTS = sql(
    "SELECT source, reason, SUM(count) AS count FROM devices_count WHERE day >= :since AND day <= :until"
    " GROUP BY source, reason ORDER BY source, reason"
)
_IDENTITIES = sql("SELECT body FROM devices_identity WHERE claim = ANY(:claims)")
_DEFAULT = Timeouts()


class Box(NamedTuple):
    """Bounding box in WGS 84 degrees; one over the antimeridian has ``west > east``."""

    west: float
    south: float
    east: float
    north: float


class SilentDevice(msgspec.Struct, frozen=True):
    """A device from which nothing comes."""

    device_id: str
    unit_id: str | None
    region_code: str
    heard_at: datetime | None
    since_at: datetime


class Leg(msgspec.Struct, frozen=True):
    """One continuous segment of a track: the same claim, the same segment number."""

    device_claim: str
    segment: int
    leads: bool
    fixes: tuple[KeptFix, ...]


class Track(msgspec.Struct, frozen=True):
    """A unit's track: its segments, the fixes that stand in none (duplicates, repeated old places), how many
    were rejected, and whether the limit cut it."""

    legs: tuple[Leg, ...]
    loose: tuple[KeptFix, ...]
    rejected_count: int
    cut: bool


class Count(msgspec.Struct, frozen=True):
    """How many messages of a protocol were accepted, or not and why."""

    source: str
    reason: str
    count: int


def aged(last: LastPosition, now: datetime) -> Aged:
    """Say how far a last position may be relied upon at ``now``; every value ages by itself."""

    def state(value: float | None, at: datetime | None, path: str) -> FreshnessState:
        return freshness(value, at, now, PATH_TIMEOUTS[path]).state

    whole = freshness(last, last.at, now, last.timeouts or _DEFAULT, anchored=last.anchored)
    assert whole.age_s is not None
    return Aged(
        last,
        whole.state,
        whole.age_s,
        whole.keep,
        state(last.sog_mps, last.at, "speed"),
        state(last.heading_deg, last.heading_at, "heading"),
        state(last.depth_m, last.depth_at, "depth"),
    )


async def last_of_claim(reader: Reader, claim: str, now: datetime) -> Aged | None:
    """Last position under a claim, with its age."""
    row = await reader.fetch_one(_OF_CLAIM, claim=claim)
    return None if row is None else aged(_read_last(row["body"]), now)


async def last_of_units(reader: Reader, unit_ids: list[str], now: datetime) -> dict[str, Aged]:
    """Last position of each unit, with its age; of several devices the one measured last.

    A unit without an answer has never been heard. Who decides by position looks at ``state``: a ``timed_out``
    one comes with its last value and age, and is not to be relied upon.
    """
    newest: dict[str, LastPosition] = {}
    for row in await reader.fetch(_OF_UNITS, unit_ids=unit_ids):
        last = _read_last(row["body"])
        assert last.unit_id is not None
        if last.unit_id not in newest or last.at > newest[last.unit_id].at:
            newest[last.unit_id] = last
    return {unit_id: aged(last, now) for unit_id, last in newest.items()}


async def last_of_unit(reader: Reader, unit_id: str, now: datetime) -> Aged | None:
    """Last position of one unit, with its age; ``None`` when it was never heard."""
    return (await last_of_units(reader, [unit_id], now)).get(unit_id)


def scoped(scope: Scope, parts: list[str], params: dict[str, Any]) -> None:
    """Narrow a query of positions to what a scope shows."""
    if scope.everywhere:
        return
    seen = []
    for place, prefix in enumerate(scope.region_prefixes):
        seen.append(f"(region_code >= :scope_low_{place} AND region_code < :scope_high_{place})")
        params |= {f"scope_low_{place}": prefix, f"scope_high_{place}": prefix + "~"}
    if scope.relations:
        seen.append("unit_id = ANY(:selves)")
        params["selves"] = list(scope.selves)
    parts.append("(" + (" OR ".join(seen) or "1 = 0") + ")")


async def last_in_box(
    reader: Reader, box: Box, scope: Scope, now: datetime, *, limit: int = ROWS_MAX, after: str = ""
) -> list[Aged]:
    """Everything last seen in a box that this actor may see and that is still kept, by claim.

    Page on with ``after``, the ``device_claim`` of the last one. A unit comes once for each of its devices.
    """
    parts = ["band >= :low", "band <= :high", "lat >= :south", "lat <= :north", "claim > :after"]
    params: dict[str, Any] = {"south": box.south, "north": box.north, "after": after}
    params |= {"low": band_of(box.south), "high": band_of(box.north)}
    if box.west <= box.east:
        parts.append("lon >= :west AND lon <= :east")
    else:
        parts.append("(lon >= :west OR lon <= :east)")
    params |= {"west": box.west, "east": box.east, "limit": min(limit, ROWS_MAX)}
    scoped(scope, parts, params)
    text = f"SELECT body FROM devices_last WHERE {' AND '.join(parts)} ORDER BY claim LIMIT :limit"
    rows = await reader.fetch(sql(text), **params)
    return [one for row in rows if (one := aged(_read_last(row["body"]), now)).keep]


async def raw_fixes(
    reader: Reader, subject: str, since: datetime, until: datetime, *, limit: int = TRACK_FIXES_MAX
) -> list[KeptFix]:
    """What a unit's devices (or an unregistered claim) sent, with verdicts, in the order of measurement."""
    return await kept_between(reader, subject, since, until, limit)


async def track_of(
    reader: Reader, subject: str, since: datetime, until: datetime, *, limit: int = TRACK_FIXES_MAX
) -> Track:
    """The track of a unit (or an unregistered claim) between two instants, in segments with their flags."""
    kept = await kept_between(reader, subject, since, until, limit)
    legs: dict[tuple[str, int], list[KeptFix]] = {}
    loose: list[KeptFix] = []
    rejected = 0
    for one in kept:
        if one.judged.reason is not None:
            rejected += 1
        elif one.judged.segment is None:
            loose.append(one)
        else:
            legs.setdefault((one.fix.device_claim, one.judged.segment), []).append(one)
    return Track(
        tuple(Leg(claim, segment, fixes[-1].judged.leads, tuple(fixes)) for (claim, segment), fixes in legs.items()),
        tuple(loose),
        rejected,
        len(kept) >= limit,
    )


async def judge_again(
    reader: Reader, subject: str, since: datetime, until: datetime, settings: Settings
) -> list[tuple[KeptFix, Verdict]]:
    """Judge the kept fixes of a subject anew, from nothing, under other settings; nothing kept is changed."""
    kept = sorted(await kept_between(reader, subject, since, until), key=lambda one: one.fix_id)
    by_claim: dict[str, list[KeptFix]] = {}
    for one in kept:
        by_claim.setdefault(one.fix.device_claim, []).append(one)
    again: list[tuple[KeptFix, Verdict]] = []
    for fixes in by_claim.values():
        _, verdicts = judge((one.fix for one in fixes), settings)
        again += zip(fixes, verdicts, strict=True)
    return sorted(again, key=lambda pair: pair[0].fix_id)


async def counts(reader: Reader, since: datetime, until: datetime) -> list[Count]:
    """How many messages of each protocol were ``accepted`` or not, with the reason, over whole days (UTC)."""
    days = {"since": to_us(since) // DAY_US, "until": to_us(until) // DAY_US}
    return [Count(row["source"], row["reason"], int(row["count"])) for row in await reader.fetch(_COUNTS, **days)]


async def problems(
    reader: Reader,
    *,
    reason: str | None = None,
    claim: str | None = None,
    limit: int = 100,
    before: int | None = None,
) -> list[tuple[int, Problem]]:
    """What could not be used, newest first. Page on with ``before``, the number of the last one."""
    parts, params = ["1 = 1"], dict[str, Any](limit=min(limit, ROWS_MAX))
    for name, value in (("reason", reason), ("claim", claim)):
        if value is not None:
            parts.append(f"{name} = :{name}")
            params[name] = value
    if before is not None:
        parts.append("id < :before")
        params["before"] = before
    text = f"SELECT id, body FROM devices_problem WHERE {' AND '.join(parts)} ORDER BY id DESC LIMIT :limit"
    return [(row["id"], _read_problem(row["body"])) for row in await reader.fetch(sql(text), **params)]


async def identities(reader: Reader, claims: list[str]) -> dict[str, IdentityClaim]:
    """What stations say about themselves: claims, for the register to compare with."""
    rows = await reader.fetch(_IDENTITIES, claims=claims)
    return {told.device_claim: told for row in rows for told in [_read_identity(row["body"])]}


async def silent_devices(reader: Reader, scope: Scope, *, limit: int = ROWS_MAX, after: str = "") -> list[SilentDevice]:
    """Devices that are silent now and that this actor may see, by id."""
    parts, params = ["device_id > :after"], dict[str, Any](after=after, limit=min(limit, ROWS_MAX))
    scoped(scope, parts, params)
    text = (
        "SELECT device_id, unit_id, region_code, heard_us, since_us FROM devices_silence"
        f" WHERE {' AND '.join(parts)} ORDER BY device_id LIMIT :limit"
    )
    return [
        SilentDevice(
            row["device_id"],
            row["unit_id"],
            row["region_code"],
            None if row["heard_us"] is None else from_us(row["heard_us"]),
            from_us(row["since_us"]),
        )
        for row in await reader.fetch(sql(text), **params)
    ]


async def circles(reader: Reader, scope: Scope, *, limit: int = ROWS_MAX, after: str = "") -> list[Circle]:
    """Circles that are watched now and that this actor may see, by id."""
    parts, params = ["circle_id > :after"], dict[str, Any](after=after, limit=min(limit, ROWS_MAX))
    scoped(scope, parts, params)
    text = f"SELECT {CIRCLE_COLUMNS} FROM devices_circle WHERE {' AND '.join(parts)} ORDER BY circle_id LIMIT :limit"
    return [circle_of(row) for row in await reader.fetch(sql(text), **params)]
