"""The rows of the field: what they are, and reading what a decision needs.

A loader first takes the end of the case's chain and only then its rows: if another writes to the case in
between, the place in the chain is taken and this job is done again.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Float, Index, Integer, PrimaryKeyConstraint, Table, Text

from tidehub.capabilities.field.commands import (
    ArriveAtJob,
    AttachEvidence,
    CompleteJob,
    LandLoad,
    RecordCollection,
    RefuseContent,
    SignHandover,
)
from tidehub.capabilities.field.model import JobDemands, Line
from tidehub.capabilities.field.state import Entry, Evidence, FieldJob, JobFile, Landing, Measure
from tidehub.hub.log import Reader
from tidehub.hub.schema import metadata
from tidehub.hub.statement import sql
from tidehub.hub.transaction import Transaction
from tidehub.kernel.instants import from_us
from tidehub.kernel.quantities import Quantity

job = Table(
    "field_job",
    metadata,
    Column("job_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("service", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("unit_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("place_id", Text),
    Column("lines", Text, nullable=False),
    Column("demands", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("queued_after", Text),
    Column("offered_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("eta_us", BigInteger, nullable=False),
    Column("received_us", BigInteger),
    Column("accepted_us", BigInteger),
    Column("set_out_us", BigInteger),
    Column("claimed_us", BigInteger),
    Column("arrived_us", BigInteger),
    Column("done_us", BigInteger),
    Column("entry", Text),
    Column("route", Text),
    Column("partial", Integer),
    Column("remaining", Text),
    Column("reason", Text, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
    Index("ix_field_job_unit_id_offered", "unit_id", "offered_us"),
)

asked = Table(
    "field_asked",
    metadata,
    Column("job_id", Text, nullable=False),
    Column("unit_id", Text, nullable=False),
    PrimaryKeyConstraint("job_id", "unit_id"),
)

measure = Table(
    "field_measure",
    metadata,
    Column("job_id", Text, nullable=False),
    Column("line_id", Text, nullable=False),
    Column("container_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("unit_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("stream_group", Text, nullable=False),
    Column("quantity", Text, nullable=False),
    Column("tare_g", BigInteger),
    Column("gross_g", BigInteger),
    Column("photos", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("happened_us", BigInteger, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    PrimaryKeyConstraint("job_id", "line_id", "container_id", "version"),
    Index("ix_field_measure_case_id", "case_id"),
)

refused = Table(
    "field_refused",
    metadata,
    Column("job_id", Text, nullable=False),
    Column("line_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("photos", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("happened_us", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    PrimaryKeyConstraint("job_id", "line_id"),
)

evidence = Table(
    "field_evidence",
    metadata,
    Column("job_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("line_id", Text),
    Column("lon", Float),
    Column("lat", Float),
    Column("taken_us", BigInteger, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    PrimaryKeyConstraint("job_id", "sha256"),
    Index("ix_field_evidence_sha256", "sha256"),
)

signature = Table(
    "field_signature",
    metadata,
    Column("job_id", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("signature_sha256", Text, nullable=False),
    Column("measures_sha256", Text, nullable=False),
    Column("happened_us", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    PrimaryKeyConstraint("job_id", "party"),
)

load = Table(
    "field_load",
    metadata,
    Column("unit_id", Text, nullable=False),
    Column("stream_group", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    PrimaryKeyConstraint("unit_id", "stream_group", "unit"),
)

landing = Table(
    "field_landing",
    metadata,
    Column("landing_id", Text, primary_key=True),
    Column("unit_id", Text, nullable=False, index=True),
    Column("place_id", Text, nullable=False),
    Column("lines", Text, nullable=False),
    Column("case_ids", Text, nullable=False),
    Column("landed_us", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
)

stamp = Table(
    "field_stamp",
    metadata,
    Column("device_id", Text, nullable=False),
    Column("device_seq", BigInteger, nullable=False),
    Column("command_sha256", Text, nullable=False),
    Column("fact_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    PrimaryKeyConstraint("device_id", "device_seq"),
)

conflict = Table(
    "field_conflict",
    metadata,
    Column("fact_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("job_id", Text, nullable=False),
    Column("unit_id", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("happened_us", BigInteger, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
)

unit = Table(
    "field_unit",
    metadata,
    Column("unit_id", Text, primary_key=True),
    Column("region_code", Text, nullable=False),
)

TABLES = (job, asked, measure, refused, evidence, signature, load, landing, stamp, conflict, unit)

_JOB = sql(
    "SELECT job_id, case_id, unit_id, state, attempt, region_code, demands, lines, arrived_us, claimed_us,"
    " received_us, entry"
    " FROM field_job WHERE job_id = :job_id",
    short=True,
)
_ASKED = sql("SELECT unit_id FROM field_asked WHERE job_id = :job_id", short=True)
_SEEN = sql(
    "SELECT command_sha256 FROM field_stamp WHERE device_id = :device_id AND device_seq = :device_seq",
    short=True,
)
_MEASURES = sql(
    "SELECT line_id, container_id, version, kind, quantity FROM field_measure WHERE job_id = :job_id"
    " ORDER BY line_id, container_id, version",
    short=True,
)
_REFUSED = sql("SELECT line_id, reason FROM field_refused WHERE job_id = :job_id", short=True)
_EVIDENCE = sql("SELECT sha256, label, media_type FROM field_evidence WHERE job_id = :job_id", short=True)
_SIGNATURES = sql("SELECT party, measures_sha256 FROM field_signature WHERE job_id = :job_id", short=True)
_LANDING = sql("SELECT 1 AS one FROM field_landing WHERE landing_id = :landing_id", short=True)
_UNIT = sql("SELECT region_code FROM field_unit WHERE unit_id = :unit_id", short=True)

read_demands = msgspec.json.Decoder(JobDemands).decode
read_lines = msgspec.json.Decoder(tuple[Line, ...]).decode
read_quantity = msgspec.json.Decoder(Quantity).decode
read_entry = msgspec.json.Decoder(Entry).decode

_MEASURED = (RecordCollection, RefuseContent, SignHandover, CompleteJob)
_SIGNED = (RecordCollection, SignHandover, CompleteJob)
_PROVEN = (AttachEvidence, CompleteJob)


async def load_file(tx: Transaction, command: Any) -> JobFile:
    """Open the file of a job as far as the command needs it."""
    await tx.head(command.stream)
    row = await tx.fetch_one(_JOB, job_id=command.job_id)
    if row is None:
        return JobFile(None)
    job_id = command.job_id
    found = FieldJob(
        job_id=row["job_id"],
        case_id=row["case_id"],
        unit_id=row["unit_id"],
        state=row["state"],
        attempt=row["attempt"],
        region_code=row["region_code"],
        demands=read_demands(row["demands"]),
        lines=read_lines(row["lines"]),
        arrived_at=None if row["arrived_us"] is None else from_us(row["arrived_us"]),
        claimed_at=None if row["claimed_us"] is None else from_us(row["claimed_us"]),
        received_at=None if row["received_us"] is None else from_us(row["received_us"]),
    )
    entry = read_entry(row["entry"]) if row["entry"] and isinstance(command, ArriveAtJob) else None
    return JobFile(
        job=found,
        asked=frozenset(one["unit_id"] for one in await tx.fetch(_ASKED, job_id=job_id)),
        seen_sha256=await _seen(tx, command),
        entry=entry,
        measures=await latest_measures(tx, job_id) if isinstance(command, _MEASURED) else (),
        refused={one["line_id"]: one["reason"] for one in await tx.fetch(_REFUSED, job_id=job_id)}
        if isinstance(command, _MEASURED)
        else {},
        evidence=tuple(
            Evidence(one["sha256"], one["label"], one["media_type"]) for one in await tx.fetch(_EVIDENCE, job_id=job_id)
        )
        if isinstance(command, _PROVEN)
        else (),
        signatures={one["party"]: one["measures_sha256"] for one in await tx.fetch(_SIGNATURES, job_id=job_id)}
        if isinstance(command, _SIGNED)
        else {},
    )


async def latest_measures(reader: Reader, job_id: str) -> tuple[Measure, ...]:
    """The version that counts, of every line and container."""
    latest: dict[tuple[str, str], Measure] = {}
    for row in await reader.fetch(_MEASURES, job_id=job_id):
        latest[row["line_id"], row["container_id"]] = Measure(
            row["line_id"], row["container_id"], row["version"], row["kind"], read_quantity(row["quantity"])
        )
    return tuple(latest.values())


async def load_landing(tx: Transaction, command: LandLoad) -> Landing:
    """See whether a landing is known already."""
    await tx.head(command.stream)
    found = await tx.fetch_one(_UNIT, unit_id=command.unit_id)
    known = await tx.fetch_one(_LANDING, landing_id=command.landing_id) is not None
    return Landing(found["region_code"] if found is not None else "", known, await _seen(tx, command))


async def _seen(tx: Transaction, command: Any) -> str | None:
    if not command.device_id:
        return None
    row = await tx.fetch_one(_SEEN, device_id=command.device_id, device_seq=command.device_seq)
    return None if row is None else str(row["command_sha256"])
