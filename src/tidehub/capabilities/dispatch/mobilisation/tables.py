"""The rows of team cases, and reading what a decision needs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from tidehub.capabilities.dispatch.mobilisation.facts import MobilisationStarted
from tidehub.capabilities.dispatch.mobilisation.state import ConsentRow, Mobilisation, SlotRow
from tidehub.hub.log import Reader
from tidehub.hub.schema import metadata
from tidehub.hub.statement import sql
from tidehub.hub.transaction import Transaction
from tidehub.kernel.instants import from_us

mobilisation = Table(
    "dispatch_mobilisation",
    metadata,
    Column("mobilisation_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("region_code", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("started", Text, nullable=False),
    Column("started_us", BigInteger, nullable=False),
    Column("assembled_us", BigInteger),
    Column("ended_us", BigInteger),
    Column("by", Text, nullable=False),
)

slot = Table(
    "dispatch_slot",
    metadata,
    Column("mobilisation_id", Text, nullable=False),
    Column("slot_id", Text, nullable=False),
    Column("job_id", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("unit_id", Text),
    Column("owner", Text, nullable=False),
    Column("lent", Integer, nullable=False),
    Column("eta_s", Integer),
    Column("filled_us", BigInteger),
    Column("accepted_us", BigInteger),
    Column("set_out_us", BigInteger),
    Column("arrived_us", BigInteger),
    Column("done_us", BigInteger),
    PrimaryKeyConstraint("mobilisation_id", "slot_id"),
)

consent = Table(
    "dispatch_consent",
    metadata,
    Column("mobilisation_id", Text, nullable=False),
    Column("slot_id", Text, nullable=False),
    Column("unit_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("eta_s", Integer, nullable=False),
    Column("asked_us", BigInteger, nullable=False),
    Column("deadline_us", BigInteger, nullable=False),
    Column("answered_us", BigInteger),
    Column("by", Text),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("mobilisation_id", "slot_id", "unit_id"),
    Index("ix_dispatch_consent_state", "state", "region_code"),
)

TABLES = (mobilisation, slot, consent)

_ONE = sql(
    "SELECT mobilisation_id, case_id, state, started, started_us, assembled_us, ended_us"
    " FROM dispatch_mobilisation WHERE mobilisation_id = :mobilisation_id",
    short=True,
)
_SLOTS = sql(
    "SELECT slot_id, state, job_id, unit_id, owner, lent, eta_s, filled_us, accepted_us, set_out_us, arrived_us,"
    " done_us FROM dispatch_slot WHERE mobilisation_id = :mobilisation_id",
    short=True,
)
_CONSENTS = sql(
    "SELECT slot_id, unit_id, owner, region_code, state, eta_s, asked_us, deadline_us, answered_us,"
    ' "by", reason FROM dispatch_consent WHERE mobilisation_id = :mobilisation_id'
    " ORDER BY asked_us, slot_id, unit_id",
    short=True,
)
_read_started = msgspec.json.Decoder(MobilisationStarted).decode


async def read_mobilisation(reader: Reader, mobilisation_id: str) -> Mobilisation | None:
    """One team case with its slots, in the order in which they were named, and its consents; or ``None``."""
    row = await reader.fetch_one(_ONE, mobilisation_id=mobilisation_id)
    if row is None:
        return None
    started = _read_started(row["started"])
    slots = {one["slot_id"]: _slot_of(one) for one in await reader.fetch(_SLOTS, mobilisation_id=mobilisation_id)}
    consents = await reader.fetch(_CONSENTS, mobilisation_id=mobilisation_id)
    return Mobilisation(
        mobilisation_id=row["mobilisation_id"],
        case_id=row["case_id"],
        state=row["state"],
        started=started,
        started_at=from_us(row["started_us"]),
        slots=tuple(slots[one.slot_id] for one in started.slots),
        consents=tuple(_consent_of(one) for one in consents),
        assembled_at=_at(row["assembled_us"]),
        ended_at=_at(row["ended_us"]),
    )


async def load_mobilisation(tx: Transaction, command: Any) -> Mobilisation | None:
    """Take the end of the case's chain, then the team case."""
    await tx.head(command.stream)
    found = await read_mobilisation(tx, command.mobilisation_id)
    return None if found is None or found.case_id != command.case_id else found


def _slot_of(row: Any) -> SlotRow:
    return SlotRow(
        slot_id=row["slot_id"],
        state=row["state"],
        job_id=row["job_id"],
        unit_id=row["unit_id"],
        owner=row["owner"],
        lent=bool(row["lent"]),
        eta_s=row["eta_s"],
        filled_at=_at(row["filled_us"]),
        accepted_at=_at(row["accepted_us"]),
        set_out_at=_at(row["set_out_us"]),
        arrived_at=_at(row["arrived_us"]),
        done_at=_at(row["done_us"]),
    )


def _consent_of(row: Any) -> ConsentRow:
    return ConsentRow(
        slot_id=row["slot_id"],
        unit_id=row["unit_id"],
        owner=row["owner"],
        region_code=row["region_code"],
        state=row["state"],
        eta_s=row["eta_s"],
        asked_at=from_us(row["asked_us"]),
        deadline_at=from_us(row["deadline_us"]),
        answered_at=_at(row["answered_us"]),
        by=row["by"],
        reason=row["reason"],
    )


def _at(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)
