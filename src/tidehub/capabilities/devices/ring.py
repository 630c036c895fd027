"""The rings of telemetry: raw fixes with their verdicts, last positions, problems, counts, readings.

None of it is a fact. It is written in batches, kept for a while, and may be judged again at any time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Float, Index, Integer, Table, Text

from tidehub.capabilities.devices.model import LastPosition
from tidehub.hub.log import Reader
from tidehub.hub.schema import Key, metadata
from tidehub.hub.statement import Write, sql
from tidehub.hub.transaction import Transaction
from tidehub.kernel.instants import to_us
from tidehub.methods.tracking import Fix, Problem, TrackPoint, Verdict

DAY_US = 86_400_000_000

fix_table = Table(
    "devices_fix",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),  # microseconds of arrival, see id_at
    Column("subject", Text, nullable=False),  # the unit, or the claim of a device without one
    Column("claim", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("fix", Text, nullable=False),
    Column("judged", Text, nullable=False),
    Index("ix_devices_fix_subject_at_us", "subject", "at_us"),
)

last_table = Table(
    "devices_last",
    metadata,
    Column("claim", Text, primary_key=True),
    Column("unit_id", Text),
    Column("region_code", Text, nullable=False),
    Column("lon", Float(53), nullable=False),
    Column("lat", Float(53), nullable=False),
    Column("band", Integer, nullable=False),  # of latitude: an index that a moving boat seldom changes
    Column("at_us", BigInteger, nullable=False),
    Column("heard_us", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_devices_last_unit_id", "unit_id"),
    Index("ix_devices_last_band", "band"),
)

state_table = Table(
    "devices_state",
    metadata,
    Column("kind", Text, primary_key=True),  # claim | circle | mark
    Column("key", Text, primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_devices_state_kind_at_us", "kind", "at_us"),
)

identity_table = Table(
    "devices_identity",
    metadata,
    Column("claim", Text, primary_key=True),
    Column("received_us", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)

problem_table = Table(
    "devices_problem",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("claim", Text),
    Column("received_us", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_devices_problem_reason_id", "reason", "id"),
    Index("ix_devices_problem_claim_id", "claim", "id"),
)

count_table = Table(
    "devices_count",
    metadata,
    Column("day", Integer, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("reason", Text, primary_key=True),  # "accepted", or why not
    Column("count", BigInteger, nullable=False),
)

_FIX = sql(
    "INSERT INTO devices_fix (id, subject, claim, at_us, fix, judged)"
    " VALUES (:id, :subject, :claim, :at_us, :fix, :judged)"
)
_LAST = sql(
    "INSERT INTO devices_last (claim, unit_id, region_code, lon, lat, band, at_us, heard_us, body)"
    " VALUES (:claim, :unit_id, :region_code, :lon, :lat, :band, :at_us, :heard_us, :body)"
    " ON CONFLICT (claim) DO UPDATE SET unit_id = excluded.unit_id, region_code = excluded.region_code,"
    " lon = excluded.lon, lat = excluded.lat, band = excluded.band, at_us = excluded.at_us,"
    " heard_us = excluded.heard_us, body = excluded.body"
)
_STATE = sql(
    "INSERT INTO devices_state (kind, key, at_us, body) VALUES (:kind, :key, :at_us, :body)"
    " ON CONFLICT (kind, key) DO UPDATE SET at_us = excluded.at_us, body = excluded.body"
)
_DROP_STATE = sql("DELETE FROM devices_state WHERE kind = :kind AND key = :key")
_IDENTITY = sql(
    "INSERT INTO devices_identity (claim, received_us, body) VALUES (:claim, :received_us, :body)"
    " ON CONFLICT (claim) DO UPDATE SET received_us = excluded.received_us, body = excluded.body"
)
_PROBLEM = sql(
    "INSERT INTO devices_problem (id, source, reason, claim, received_us, body)"
    " VALUES (:id, :source, :reason, :claim, :received_us, :body)"
)
_COUNT = sql(
    "INSERT INTO devices_count (day, source, reason, count) VALUES (:day, :source, :reason, :count)"
    " ON CONFLICT (day, source, reason) DO UPDATE SET count = devices_count.count + excluded.count"
)
_STATES = sql("SELECT key, body FROM devices_state WHERE kind = :kind")
_MARK = sql("SELECT body FROM devices_state WHERE kind = 'mark' AND key = 'fix'", short=True)
_LASTS = sql("SELECT body FROM devices_last")
_AFTER = sql("SELECT id, fix FROM devices_fix WHERE id > :id ORDER BY id LIMIT :limit")
_BETWEEN = sql(
    "SELECT id, fix, judged FROM devices_fix WHERE subject = :subject"
    " AND at_us >= :since_us AND at_us <= :until_us ORDER BY at_us, id LIMIT :limit"
)
_NEWEST_ID = sql("SELECT COALESCE(MAX(id), 0) AS id FROM devices_fix", short=True)
_NEWEST_PROBLEM_ID = sql("SELECT COALESCE(MAX(id), 0) AS id FROM devices_problem", short=True)
_HAS_FIX = sql("SELECT id FROM devices_fix WHERE id = :id", short=True)
_HAS_PROBLEM = sql("SELECT id FROM devices_problem WHERE id = :id", short=True)
_TRIM_FIXES = sql("DELETE FROM devices_fix WHERE id IN (SELECT id FROM devices_fix WHERE id < :id LIMIT 5000)")
_TRIM_PROBLEMS = sql(
    "DELETE FROM devices_problem WHERE id IN (SELECT id FROM devices_problem WHERE id < :id LIMIT 5000)"
)
_TRIM_LAST = sql("DELETE FROM devices_last WHERE heard_us < :before_us")
_TRIM_STATE = sql("DELETE FROM devices_state WHERE kind = 'claim' AND at_us < :before_us")

POINTS_MAX = 200_000


class Judged(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A verdict as it is kept beside its fix, without what the fix says already."""

    at: datetime
    flags: tuple[str, ...] = ()
    reason: str | None = None
    segment: int | None = None
    new_segment: bool = False
    leads: bool = False
    moves_track: bool = False
    anchored: bool = False
    implied_mps: float | None = None
    distance_m: float | None = None
    gap_s: float | None = None


class KeptFix(msgspec.Struct, frozen=True):
    """One raw fix with its number and its verdict."""

    fix_id: int
    fix: Fix
    judged: Judged

    def point(self) -> TrackPoint | None:
        """What the rules downstream need; ``None`` when it proves nothing about where the device was."""
        fix, judged = self.fix, self.judged
        if judged.segment is None:
            return None
        return TrackPoint(
            judged.at,
            fix.lon,
            fix.lat,
            fix.sog_mps,
            fix.cog_deg,
            fix.accuracy_m,
            judged.flags,
            judged.segment,
            judged.leads,
            judged.moves_track,
        )


_encode = msgspec.json.Encoder().encode
_read_values = msgspec.json.Decoder(list[Any]).decode
_fix_values = msgspec.structs.astuple


def _read_fix(text: str) -> Fix:
    """Read a fix kept as the list of its members, without their names."""
    return _as_fix(dict(zip(Fix.__struct_fields__, _read_values(text), strict=False)))


def _as_fix(told: dict[str, Any]) -> Fix:
    return msgspec.convert(told, Fix)


_read_judged = msgspec.json.Decoder(Judged).decode
_read_last = msgspec.json.Decoder(LastPosition).decode


def judged_of(verdict: Verdict) -> Judged:
    """Take from a verdict what is kept."""
    return Judged(
        verdict.at,
        verdict.flags,
        verdict.reason,
        verdict.segment,
        verdict.new_segment,
        verdict.leads,
        verdict.moves_track,
        verdict.anchored,
        verdict.implied_mps,
        verdict.distance_m,
        verdict.gap_s,
    )


# -- rows to write ------------------------------------------------------------------------------------------


def id_at(at: datetime, node: int = 0) -> int:
    """Lowest number of a fix or problem that arrived at an instant.

    Four numbers a microsecond, one for each process that takes positions; exact in JavaScript until 2041.
    """
    return (to_us(at) << 2) | node


def fix_row(fix_id: int, subject: str, fix: Fix, verdict: Verdict) -> dict[str, Any]:
    """Columns of a raw fix."""
    return {
        "id": fix_id,
        "subject": subject,
        "claim": fix.device_claim,
        "at_us": to_us(verdict.at),
        "fix": _encode(_fix_values(fix)).decode(),
        "judged": _encode(judged_of(verdict)).decode(),
    }


def band_of(lat: float) -> int:
    """Which tenth of a degree of latitude."""
    return math.floor(lat * 10.0)


def last_row(last: LastPosition) -> dict[str, Any]:
    """Columns of a last position."""
    return {
        "claim": last.device_claim,
        "unit_id": last.unit_id,
        "region_code": last.region_code,
        "lon": last.lon,
        "lat": last.lat,
        "band": band_of(last.lat),
        "at_us": to_us(last.at),
        "heard_us": to_us(last.heard_at),
        "body": _encode(last).decode(),
    }


def problem_row(problem_id: int, problem: Problem) -> dict[str, Any]:
    """Columns of a problem."""
    received_us = to_us(problem.received_at)
    return {
        "id": problem_id,
        "source": problem.source,
        "reason": problem.reason.value,
        "claim": problem.device_claim,
        "received_us": received_us,
        "body": _encode(problem).decode(),
    }


class Batch:
    """What goes to the disk together.

    Attributes
    ----------
    tried
        It was sent once and nobody knows whether it arrived; then it looks before it writes, so that nothing
        is counted twice.
    """

    def __init__(self) -> None:
        self.fixes: list[dict[str, Any]] = []
        self.problems: list[dict[str, Any]] = []
        self.lasts: list[LastPosition] = []
        self.identities: list[dict[str, Any]] = []
        self.states: list[dict[str, Any]] = []
        self.forgotten: list[dict[str, Any]] = []
        self.counts: dict[tuple[int, str, str], int] = {}
        self.tried = False

    def __bool__(self) -> bool:
        return bool(
            self.fixes or self.problems or self.lasts or self.identities or self.states or self.forgotten or self.counts
        )

    def count(self, day: int, source: str, reason: str, number: int = 1) -> None:
        """Add to a count of the day."""
        key = (day, source, reason)
        self.counts[key] = self.counts.get(key, 0) + number

    async def write(self, tx: Transaction) -> None:
        """Write everything, once."""
        if self.tried and await self._is_there(tx):
            return
        for rows, statement in (
            (self.fixes, _FIX),
            (self.problems, _PROBLEM),
            (self.identities, _IDENTITY),
            (self.states, _STATE),
            (self.forgotten, _DROP_STATE),
        ):
            for row in rows:
                tx.write(Write(statement, row))
        for last in self.lasts:
            tx.write(Write(_LAST, last_row(last)))
        for (day, source, reason), number in self.counts.items():
            tx.write(Write(_COUNT, {"day": day, "source": source, "reason": reason, "count": number}))

    async def _is_there(self, tx: Transaction) -> bool:
        """Whether the transaction of an earlier attempt was committed after all."""
        for rows, statement in ((self.fixes, _HAS_FIX), (self.problems, _HAS_PROBLEM)):
            if rows:
                return await tx.fetch_one(statement, id=rows[0]["id"]) is not None
        return False


def state_row(kind: str, key: str, at: datetime, body: Any) -> dict[str, Any]:
    """Columns of something remembered across a restart."""
    return {"kind": kind, "key": key, "at_us": to_us(at), "body": _encode(body).decode()}


def identity_row(claim: str, received_at: datetime, body: Any) -> dict[str, Any]:
    """Columns of what a station says about itself."""
    return {"claim": claim, "received_us": to_us(received_at), "body": _encode(body).decode()}


# -- reading back -------------------------------------------------------------------------------------------


async def load_states(reader: Reader, kind: str) -> dict[str, str]:
    """Read everything remembered of a kind, as JSON by key."""
    return {row["key"]: row["body"] for row in await reader.fetch(_STATES, kind=kind)}


async def load_mark(reader: Reader) -> int:
    """Read the number of the last fix that the remembered states include."""
    row = await reader.fetch_one(_MARK)
    return 0 if row is None else int(row["body"])


async def load_lasts(reader: Reader) -> list[LastPosition]:
    """Read every last position."""
    return [_read_last(row["body"]) for row in await reader.fetch(_LASTS)]


async def newest_id(reader: Reader) -> int:
    """Highest number given to a fix or a problem."""
    fix = await reader.fetch_one(_NEWEST_ID)
    problem = await reader.fetch_one(_NEWEST_PROBLEM_ID)
    assert fix is not None and problem is not None
    return max(int(fix["id"]), int(problem["id"]))


async def fixes_after(reader: Reader, fix_id: int, limit: int) -> list[tuple[int, Fix]]:
    """Read raw fixes in the order of their arrival."""
    return [(row["id"], _read_fix(row["fix"])) for row in await reader.fetch(_AFTER, id=fix_id, limit=limit)]


async def kept_between(
    reader: Reader, subject: str, since: datetime, until: datetime, limit: int = POINTS_MAX
) -> list[KeptFix]:
    """Read what a unit's devices (or an unregistered claim) sent between two instants, oldest first."""
    rows = await reader.fetch(_BETWEEN, subject=subject, since_us=to_us(since), until_us=to_us(until), limit=limit)
    return [read_kept(row) for row in rows]


def read_kept(row: Any) -> KeptFix:
    """A kept fix from its row."""
    return KeptFix(row["id"], _read_fix(row["fix"]), _read_judged(row["judged"]))


async def points_between(reader: Reader, subject: str, since: datetime, until: datetime) -> Sequence[TrackPoint]:
    """Read the judged points of a unit between two instants."""
    kept = await kept_between(reader, subject, since, until)
    return [point for one in kept if (point := one.point()) is not None]


async def trim(tx: Transaction, *, fixes_before: datetime, problems_before: datetime, before: datetime) -> int:
    """Drop what arrived before these instants, a slice at a time; answers how many rows went."""
    gone = await tx.execute(_TRIM_FIXES, id=id_at(fixes_before))
    gone += await tx.execute(_TRIM_PROBLEMS, id=id_at(problems_before))
    gone += await tx.execute(_TRIM_LAST, before_us=to_us(before))
    return gone + await tx.execute(_TRIM_STATE, before_us=to_us(before))
