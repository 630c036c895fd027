"""The read side of the field: my jobs, the job sheet, what units have on board, what came too late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.field.model import JobDemands, Line, Route
from tidehub.capabilities.field.tables import read_demands, read_lines, read_quantity
from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.access import Scope
from tidehub.kernel.geometry import Position
from tidehub.kernel.instants import from_us, to_us
from tidehub.kernel.quantities import Quantity
from tidehub.registers.personal import mask_name

PAGE_MAX = 200
OPEN_STATES = ("offered", "accepted", "under_way", "on_scene")
_COLUMNS = (
    "job_id, case_id, service, task, unit_id, state, attempt, region_code, lon, lat, place_id, lines,"
    " demands,"
    " priority, queued_after, offered_us, expires_us, eta_us, received_us, accepted_us, set_out_us, claimed_us,"
    " arrived_us,"
    " done_us, route, partial, remaining, reason"
)
_JOB = sql(f"SELECT {_COLUMNS} FROM field_job WHERE job_id = :job_id", short=True)
_ARRIVALS = sql(
    "SELECT accepted_us, eta_us, arrived_us FROM field_job WHERE unit_id = :unit_id AND arrived_us IS NOT NULL"
    " AND accepted_us IS NOT NULL ORDER BY offered_us DESC LIMIT :limit",
    short=True,
)
_OF_CASE = sql(
    f"SELECT {_COLUMNS} FROM field_job WHERE case_id = :case_id ORDER BY offered_us, job_id",
    short=True,
)
_OF_UNITS = sql(
    f"SELECT {_COLUMNS} FROM field_job WHERE unit_id = ANY(:unit_ids) AND state = ANY(:states)"
    " ORDER BY offered_us, job_id LIMIT :limit"
)
_MEASURES = sql(
    "SELECT line_id, container_id, version, kind, stream_group, quantity, tare_g, gross_g, photos, reason,"
    " note,"
    ' happened_us, recorded_us, "by" FROM field_measure WHERE job_id = :job_id'
    " ORDER BY line_id, container_id, version"
)
_REFUSED = sql(
    'SELECT line_id, kind, reason, photos, note, happened_us, "by" FROM field_refused WHERE job_id = :job_id'
    " ORDER BY line_id"
)
_EVIDENCE = sql(
    "SELECT sha256, label, media_type, line_id, lon, lat, taken_us, recorded_us FROM field_evidence"
    " WHERE job_id = :job_id ORDER BY taken_us, sha256"
)
_SIGNATURES = sql(
    "SELECT party, name, signature_sha256, measures_sha256, happened_us FROM field_signature"
    " WHERE job_id = :job_id ORDER BY party"
)
_LOADS = sql(
    "SELECT unit_id, stream_group, unit, amount FROM field_load WHERE unit_id = ANY(:unit_ids) AND amount > 0"
    " ORDER BY unit_id, stream_group, unit"
)
_STAMP = sql(
    "SELECT fact_id, kind, command_sha256 FROM field_stamp WHERE device_id = :device_id AND device_seq = :device_seq",
    short=True,
)
_CONFLICTS = sql(
    "SELECT fact_id, unit_id, job_id, asked, command, code, zh, en, happened_us,"
    " recorded_us FROM field_conflict"
    " WHERE case_id = :case_id ORDER BY recorded_us, fact_id"
)
_SEEN_HASHES = sql("SELECT DISTINCT job_id FROM field_evidence WHERE sha256 = :sha256", short=True)

_read_photos = msgspec.json.Decoder(tuple[str, ...]).decode
_read_route = msgspec.json.Decoder(Route).decode
_read_plain = msgspec.json.Decoder(dict[str, Any]).decode


class CrewJob(msgspec.Struct, frozen=True):
    """A job as its crew see it in their list."""

    job_id: str
    case_id: str
    service: str
    task: str
    unit_id: str
    state: str
    attempt: int
    region_code: str
    position: Position
    place_id: str | None
    lines: tuple[Line, ...]
    demands: JobDemands
    priority: int
    queued_after: str | None
    offered_at: datetime
    expires_at: datetime
    eta_at: datetime
    received_at: datetime | None
    accepted_at: datetime | None
    set_out_at: datetime | None
    claimed_at: datetime | None
    arrived_at: datetime | None
    done_at: datetime | None
    route: Route | None
    partial: bool
    remaining: tuple[Line, ...]
    reason: str


class MeasureTold(msgspec.Struct, frozen=True):
    """One version of a measure; ``counts`` says whether it is the latest."""

    line_id: str
    container_id: str
    version: int
    counts: bool
    kind: str
    group: str
    quantity: Quantity
    tare_g: int | None
    gross_g: int | None
    photos: tuple[str, ...]
    reason: str
    note: str
    happened_at: datetime
    recorded_at: datetime
    by: str


class RefusedTold(msgspec.Struct, frozen=True):
    """Content that was left where it is."""

    line_id: str
    kind: str
    reason: str
    photos: tuple[str, ...]
    note: str
    happened_at: datetime


class EvidenceTold(msgspec.Struct, frozen=True):
    """A photo or video: by the device's clock and by ours."""

    sha256: str
    label: str
    media_type: str
    line_id: str | None
    position: Position | None
    taken_at: datetime
    recorded_at: datetime


class SignatureTold(msgspec.Struct, frozen=True):
    """Who signed for which measures; the name is masked unless it is asked for with a purpose."""

    party: str
    name: str
    signature_sha256: str
    measures_sha256: str
    happened_at: datetime


class JobSheet(msgspec.Struct, frozen=True):
    """Everything about the work on one job."""

    job: CrewJob
    measures: tuple[MeasureTold, ...]
    refused: tuple[RefusedTold, ...]
    evidence: tuple[EvidenceTold, ...]
    signatures: tuple[SignatureTold, ...]


class OnBoard(msgspec.Struct, frozen=True):
    """What a unit has on board of one stream group."""

    unit_id: str
    group: str
    unit: str
    amount: int


class Conflict(msgspec.Struct, frozen=True):
    """A report that came too late, word for word."""

    fact_id: str
    job_id: str
    unit_id: str
    asked: str
    command: dict[str, Any]
    code: str
    zh: str
    en: str
    happened_at: datetime
    recorded_at: datetime


class Stamped(msgspec.Struct, frozen=True):
    """What came of a device's command: the fact it led to."""

    fact_id: str
    kind: str
    command_sha256: str


async def find_crew_job(reader: Reader, job_id: str) -> CrewJob | None:
    """One job as its crew see it."""
    row = await reader.fetch_one(_JOB, job_id=job_id)
    return None if row is None else _crew_job(row)


async def crew_jobs_of_case(reader: Reader, case_id: str) -> list[CrewJob]:
    """The jobs of a case with those who have them."""
    return [_crew_job(row) for row in await reader.fetch(_OF_CASE, case_id=case_id)]


async def arrivals_of_unit(reader: Reader, unit_id: str, limit: int = 50) -> list[float]:
    """How true a unit's last arrivals were: the time each took, divided by the time it was said to take."""
    rows = await reader.fetch(_ARRIVALS, unit_id=unit_id, limit=limit)
    return [
        (row["arrived_us"] - row["accepted_us"]) / (row["eta_us"] - row["accepted_us"])
        for row in rows
        if row["eta_us"] > row["accepted_us"]
    ]


async def my_jobs(
    reader: Reader, unit_ids: Sequence[str], states: Sequence[str] = OPEN_STATES, limit: int = 50
) -> list[CrewJob]:
    """Jobs of these units, the earliest offered first; the ones open by default."""
    rows = await reader.fetch(_OF_UNITS, unit_ids=list(unit_ids), states=list(states), limit=min(limit, PAGE_MAX))
    return [_crew_job(row) for row in rows]


async def list_crew_jobs(
    reader: Reader,
    scope: Scope,
    *,
    states: Sequence[str] = OPEN_STATES,
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[CrewJob]:
    """Jobs in the field this actor may see, newest first; page on with ``(offered_at, job_id)``."""
    parts, params = ["state = ANY(:states)"], dict[str, Any](states=list(states), limit=min(limit, PAGE_MAX))
    if before is not None:
        parts.append("(offered_us < :before_us OR (offered_us = :before_us AND job_id < :before_id))")
        params |= {"before_us": to_us(before[0]), "before_id": before[1]}
    if not scope.everywhere:
        seen = []
        for place, prefix in enumerate(scope.region_prefixes):
            seen.append(f"(region_code >= :scope_low_{place} AND region_code < :scope_high_{place})")
            params |= {f"scope_low_{place}": prefix, f"scope_high_{place}": prefix + "~"}
        if "assignee" in scope.relations:
            seen.append("unit_id = ANY(:selves)")
            params["selves"] = list(scope.selves)
        parts.append("(" + (" OR ".join(seen) or "1 = 0") + ")")
    text = (
        f"SELECT {_COLUMNS} FROM field_job WHERE {' AND '.join(parts)}"
        " ORDER BY offered_us DESC, job_id DESC LIMIT :limit"
    )
    return [_crew_job(row) for row in await reader.fetch(sql(text), **params)]


async def job_sheet(reader: Reader, job_id: str, *, names: bool = False) -> JobSheet | None:
    """Everything about the work on one job.

    Parameters
    ----------
    names
        Whether signers are named in full; masked by default.
    """
    found = await find_crew_job(reader, job_id)
    if found is None:
        return None
    rows = await reader.fetch(_MEASURES, job_id=job_id)
    last = {(row["line_id"], row["container_id"]): row["version"] for row in rows}
    measures = tuple(
        MeasureTold(
            line_id=row["line_id"],
            container_id=row["container_id"],
            version=row["version"],
            counts=last[row["line_id"], row["container_id"]] == row["version"],
            kind=row["kind"],
            group=row["stream_group"],
            quantity=read_quantity(row["quantity"]),
            tare_g=row["tare_g"],
            gross_g=row["gross_g"],
            photos=_read_photos(row["photos"]),
            reason=row["reason"],
            note=row["note"],
            happened_at=from_us(row["happened_us"]),
            recorded_at=from_us(row["recorded_us"]),
            by=row["by"],
        )
        for row in rows
    )
    refused = tuple(
        RefusedTold(
            row["line_id"],
            row["kind"],
            row["reason"],
            _read_photos(row["photos"]),
            row["note"],
            from_us(row["happened_us"]),
        )
        for row in await reader.fetch(_REFUSED, job_id=job_id)
    )
    evidence = tuple(
        EvidenceTold(
            row["sha256"],
            row["label"],
            row["media_type"],
            row["line_id"],
            None if row["lon"] is None else Position(row["lon"], row["lat"]),
            from_us(row["taken_us"]),
            from_us(row["recorded_us"]),
        )
        for row in await reader.fetch(_EVIDENCE, job_id=job_id)
    )
    signatures = tuple(
        SignatureTold(
            row["party"],
            row["name"] if names else mask_name(row["name"]),
            row["signature_sha256"],
            row["measures_sha256"],
            from_us(row["happened_us"]),
        )
        for row in await reader.fetch(_SIGNATURES, job_id=job_id)
    )
    return JobSheet(found, measures, refused, evidence, signatures)


async def on_board(reader: Reader, unit_ids: Sequence[str]) -> list[OnBoard]:
    """What units have on board, by stream group and unit of measure."""
    rows = await reader.fetch(_LOADS, unit_ids=list(unit_ids))
    return [OnBoard(row["unit_id"], row["stream_group"], row["unit"], int(row["amount"])) for row in rows]


async def find_stamped(reader: Reader, device_id: str, device_seq: int) -> Stamped | None:
    """What came of a command that a device sends once more."""
    row = await reader.fetch_one(_STAMP, device_id=device_id, device_seq=device_seq)
    return None if row is None else Stamped(row["fact_id"], row["kind"], row["command_sha256"])


async def conflicts_of_case(reader: Reader, case_id: str) -> list[Conflict]:
    """Reports of a case that came too late, oldest first."""
    return [
        Conflict(
            row["fact_id"],
            row["job_id"],
            row["unit_id"],
            row["asked"],
            _read_plain(row["command"]),
            row["code"],
            row["zh"],
            row["en"],
            from_us(row["happened_us"]),
            from_us(row["recorded_us"]),
        )
        for row in await reader.fetch(_CONFLICTS, case_id=case_id)
    ]


async def jobs_with_evidence(reader: Reader, sha256: str) -> list[str]:
    """Jobs that the same photo or video was attached to: more than one asks for a review."""
    return sorted(row["job_id"] for row in await reader.fetch(_SEEN_HASHES, sha256=sha256))


def _instant(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)


def _crew_job(row: Any) -> CrewJob:
    return CrewJob(
        job_id=row["job_id"],
        case_id=row["case_id"],
        service=row["service"],
        task=row["task"],
        unit_id=row["unit_id"],
        state=row["state"],
        attempt=row["attempt"],
        region_code=row["region_code"],
        position=Position(row["lon"], row["lat"]),
        place_id=row["place_id"],
        lines=read_lines(row["lines"]),
        demands=read_demands(row["demands"]),
        priority=row["priority"],
        queued_after=row["queued_after"],
        offered_at=from_us(row["offered_us"]),
        expires_at=from_us(row["expires_us"]),
        eta_at=from_us(row["eta_us"]),
        received_at=_instant(row["received_us"]),
        accepted_at=_instant(row["accepted_us"]),
        set_out_at=_instant(row["set_out_us"]),
        claimed_at=_instant(row["claimed_us"]),
        arrived_at=_instant(row["arrived_us"]),
        done_at=_instant(row["done_us"]),
        route=None if row["route"] is None else _read_route(row["route"]),
        partial=bool(row["partial"]),
        remaining=() if row["remaining"] is None else read_lines(row["remaining"]),
        reason=row["reason"],
    )
