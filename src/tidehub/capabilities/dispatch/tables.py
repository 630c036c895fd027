"""The rows of dispatch: what they are, and reading what a decision needs.

A loader first takes the end of the case's chain and only then its rows: if another writes to the case in
between, the place in the chain is taken and this job is done again. Of a unit the row itself is locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Float, Index, Integer, PrimaryKeyConstraint, Table, Text

from tidehub.capabilities.dispatch.commands import ApproveOffer, ReassignJob
from tidehub.capabilities.dispatch.state import Desk, JobRow, OfferRow, UnitRow
from tidehub.hub.log import Reader
from tidehub.hub.schema import metadata
from tidehub.hub.statement import sql
from tidehub.hub.transaction import Transaction
from tidehub.kernel.geometry import Position
from tidehub.kernel.instants import from_us
from tidehub.methods.assignment import Ranked, Rejected

job = Table(
    "dispatch_job",
    metadata,
    Column("job_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("service", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("unit_id", Text, index=True),
    Column("attempt", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("place_id", Text),
    Column("needs", Text, nullable=False),
    Column("skills", Text, nullable=False),
    Column("demands", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("pinned_unit_id", Text),
    Column("eta_s", Integer, nullable=False),
    Column("eta_us", BigInteger),
    Column("timeout_s", Integer, nullable=False),
    Column("handling_s", Integer, nullable=False),
    Column("retry_interval_s", Integer, nullable=False),
    Column("arrival_radius_m", Integer, nullable=False),
    Column("expires_us", BigInteger),
    Column("next_try_us", BigInteger),
    Column("shortfall", Text),
    Column("since_us", BigInteger, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
    Column("stage", Text),
    Index("ix_dispatch_job_state_since", "state", "since_us", "job_id"),
    Index("ix_dispatch_job_since", "since_us", "job_id"),
)

offer = Table(
    "dispatch_offer",
    metadata,
    Column("job_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("unit_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("overrides", Text),
    Column("by", Text, nullable=False),
    Column("offered_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("answered_us", BigInteger),
    Column("eta_us", BigInteger, nullable=False),
    Column("done_us", BigInteger, nullable=False),
    Column("ranked", Text, nullable=False),
    Column("rejected", Text, nullable=False),
    PrimaryKeyConstraint("job_id", "attempt"),
    Index("ix_dispatch_offer_case_id", "case_id"),
    Index("ix_dispatch_offer_unit_id_offered", "unit_id", "offered_us"),
)

unit = Table(
    "dispatch_unit",
    metadata,
    Column("unit_id", Text, primary_key=True),
    Column("region_code", Text, nullable=False),
    Column("pending_job_id", Text),
    Column("pending_us", BigInteger),
    Column("current_job_id", Text),
    Column("stage", Text),
    Column("free_us", BigInteger),
    Column("free_lon", Float),
    Column("free_lat", Float),
    Column("queued_job_id", Text),
    Column("held_reason", Text),
    Column("held_until_us", BigInteger),
)

forbidden = Table(
    "dispatch_forbidden",
    metadata,
    Column("job_id", Text, nullable=False),
    Column("unit_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("job_id", "unit_id"),
)

step = Table(
    "dispatch_step",
    metadata,
    Column("fact_id", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("job_id", Text, nullable=False),
    Column("unit_id", Text),
    Column("attempt", Integer),
    Column("at_us", BigInteger, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("fact_id", "stage"),
    Index("ix_dispatch_step_job_id", "job_id", "recorded_us"),
)

override = Table(
    "dispatch_override",
    metadata,
    Column("fact_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("job_id", Text),
    Column("unit_id", Text, nullable=False),
    Column("cost_s", Integer),
    Column("at_us", BigInteger, nullable=False, index=True),
    Column("by", Text, nullable=False),
)

JOB_COLUMNS = (
    "job_id, case_id, service, task, state, unit_id, attempt, round, region_code, lon, lat, place_id, needs,"
    " skills, demands, priority, pinned_unit_id, eta_s, timeout_s, handling_s, retry_interval_s,"
    " arrival_radius_m, expires_us, since_us, stage"
)
UNIT_COLUMNS = (
    "unit_id, region_code, pending_job_id, pending_us, current_job_id, stage, free_us, free_lon, free_lat,"
    " queued_job_id, held_reason, held_until_us"
)
_JOB = sql(f"SELECT {JOB_COLUMNS} FROM dispatch_job WHERE job_id = :job_id", short=True)
_UNIT = sql(
    f"SELECT {UNIT_COLUMNS} FROM dispatch_unit WHERE unit_id = :unit_id FOR UPDATE",
    short=True,
)
_OFFERS = sql(
    "SELECT attempt, round, unit_id, state, reason FROM dispatch_offer WHERE job_id = :job_id ORDER BY attempt",
    short=True,
)
_PROPOSED = sql(
    "SELECT ranked, rejected, mode FROM dispatch_offer WHERE job_id = :job_id AND attempt = :attempt", short=True
)
_FORBIDDEN = sql("SELECT job_id, unit_id, reason FROM dispatch_forbidden WHERE job_id = ANY(:job_ids)")
_HOLDER = sql(f"SELECT {UNIT_COLUMNS} FROM dispatch_unit WHERE unit_id = :unit_id", short=True)

_read_dict = msgspec.json.Decoder(dict[str, Any]).decode
_read_names = msgspec.json.Decoder(tuple[str, ...]).decode
read_ranked = msgspec.json.Decoder(tuple[Ranked, ...]).decode
read_rejected = msgspec.json.Decoder(tuple[Rejected, ...]).decode


def job_of(row: Any, forbidden: dict[str, str] | None = None) -> JobRow:
    """A job from its row, with the units that are ruled out for it."""
    return JobRow(
        job_id=row["job_id"],
        case_id=row["case_id"],
        service=row["service"],
        task=row["task"],
        state=row["state"],
        unit_id=row["unit_id"],
        attempt=row["attempt"],
        round=row["round"],
        region_code=row["region_code"],
        position=Position(row["lon"], row["lat"]),
        place_id=row["place_id"],
        needs=_read_dict(row["needs"]),
        skills=_read_names(row["skills"]),
        demands=_read_dict(row["demands"]),
        priority=row["priority"],
        pinned_unit_id=row["pinned_unit_id"],
        forbidden=forbidden or {},
        eta_s=row["eta_s"],
        timeout_s=row["timeout_s"],
        handling_s=row["handling_s"],
        retry_interval_s=row["retry_interval_s"],
        arrival_radius_m=row["arrival_radius_m"],
        expires_at=None if row["expires_us"] is None else from_us(row["expires_us"]),
        since_at=from_us(row["since_us"]),
        stage=row["stage"] or "",
    )


def unit_of(row: Any) -> UnitRow:
    """A unit from its row."""
    here = None if row["free_lon"] is None else Position(row["free_lon"], row["free_lat"])
    return UnitRow(
        unit_id=row["unit_id"],
        region_code=row["region_code"],
        pending_job_id=row["pending_job_id"],
        pending_until=None if row["pending_us"] is None else from_us(row["pending_us"]),
        current_job_id=row["current_job_id"],
        stage=row["stage"],
        free_at=None if row["free_us"] is None else from_us(row["free_us"]),
        free_position=here,
        queued_job_id=row["queued_job_id"],
        held_reason=row["held_reason"],
        held_until=None if row["held_until_us"] is None else from_us(row["held_until_us"]),
    )


async def read_job(reader: Reader, job_id: str) -> JobRow | None:
    """One job, or ``None``."""
    row = await reader.fetch_one(_JOB, job_id=job_id)
    return None if row is None else job_of(row, (await read_forbidden(reader, [job_id])).get(job_id))


async def read_forbidden(reader: Reader, job_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Units that duty officers have ruled out for these jobs, with the reasons, by job."""
    found: dict[str, dict[str, str]] = {}
    for row in await reader.fetch(_FORBIDDEN, job_ids=list(job_ids)):
        found.setdefault(row["job_id"], {})[row["unit_id"]] = row["reason"]
    return found


async def read_offers(reader: Reader, job_id: str) -> tuple[OfferRow, ...]:
    """Everyone asked about a job, in order."""
    return tuple(
        OfferRow(row["attempt"], row["round"], row["unit_id"], row["state"], row["reason"])
        for row in await reader.fetch(_OFFERS, job_id=job_id)
    )


async def load_unit(tx: Transaction, command: Any) -> UnitRow | None:
    """Take a unit's row and lock it."""
    row = await tx.fetch_one(_UNIT, unit_id=command.unit_id)
    return None if row is None else unit_of(row)


async def load_desk(tx: Transaction, command: Any) -> Desk:
    """Take what a decision about a job needs, and lock the unit that the command names, if it names one."""
    await tx.head(command.stream)
    found_unit = await load_unit(tx, command) if getattr(command, "unit_id", None) else None
    found = await read_job(tx, command.job_id)
    if found is None:
        return Desk(None, found_unit)
    offers = await read_offers(tx, command.job_id)
    if isinstance(command, ReassignJob) and found.unit_id is not None:
        row = await tx.fetch_one(_HOLDER, unit_id=found.unit_id)
        return Desk(found, found_unit, offers, holder=None if row is None else unit_of(row))
    if not isinstance(command, ApproveOffer):
        return Desk(found, found_unit, offers)
    row = await tx.fetch_one(_PROPOSED, job_id=found.job_id, attempt=found.attempt)
    if row is None:
        return Desk(found, found_unit, offers)
    return Desk(found, found_unit, offers, read_ranked(row["ranked"]), read_rejected(row["rejected"]), row["mode"])
