"""From the offer to the arrival: accept, decline, set out, arrive, give back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tidehub.capabilities.field.commands import (
    AbortJob,
    AcceptJob,
    ArriveAtJob,
    DeclineJob,
    FieldCommand,
    LandLoad,
    ReceiveJob,
    SetOut,
)
from tidehub.capabilities.field.facts import (
    ArrivalClaimed,
    JobAborted,
    JobAccepted,
    JobDeclined,
    JobReceived,
    LoadLanded,
    UnitArrived,
    UnitSetOut,
)
from tidehub.capabilities.field.late import from_the_field, happened_at, seen_before, stamp_of
from tidehub.capabilities.field.model import ACTIVE, CircleEvidence
from tidehub.capabilities.field.refusals import (
    AMOUNT_NOT_POSITIVE,
    JOB_ACCEPTED_ALREADY,
    JOB_DONE,
    JOB_NOT_ACCEPTED,
    JOB_OF_OTHER_CASE,
    NOT_YOUR_JOB,
    NOTHING_LANDED,
    REASON_MISSING,
)
from tidehub.capabilities.field.state import FieldJob, JobFile, Landing
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.facts import Fact


def whose(command: FieldCommand, now: datetime) -> dict[str, Any]:
    """The fields that every fact of the field begins with."""
    return {
        "case_id": command.case_id,
        "job_id": command.job_id,
        "unit_id": command.unit_id,
        "happened_at": happened_at(command, now),
        "stamp": stamp_of(command),
    }


def held(file: JobFile, command: FieldCommand) -> FieldJob:
    """The job, if it is with the unit that speaks.

    Raises
    ------
    Refusal
        ``not_found``, ``job_of_other_case``, ``not_your_job`` (conflict).
    """
    job = file.job
    if job is None:
        raise NOT_FOUND("job_id", what="job", id=command.job_id)
    if job.case_id != command.case_id:
        raise JOB_OF_OTHER_CASE("case_id", job_id=job.job_id, case_id=job.case_id)
    if job.unit_id != command.unit_id or job.state in ("declined", "expired", "aborted", "withdrawn"):
        raise NOT_YOUR_JOB("unit_id", job_id=job.job_id, unit_id=command.unit_id, state=job.state)
    return job


def active(file: JobFile, command: FieldCommand) -> FieldJob:
    """The job, if the unit has accepted it and is not done."""
    job = held(file, command)
    if job.state == "done":
        raise JOB_DONE("job_id", job_id=job.job_id)
    if job.state not in ACTIVE:
        raise JOB_NOT_ACCEPTED("job_id", job_id=job.job_id)
    return job


@from_the_field
def receive_job(file: JobFile, command: ReceiveJob, now: datetime) -> Sequence[Fact]:
    """The job is on the crew's device; said again, or after the answer, it changes nothing."""
    job = held(file, command)
    if job.state != "offered" or job.received_at is not None:
        return ()
    return (JobReceived(**whose(command, now), attempt=job.attempt),)


@from_the_field
def accept_job(file: JobFile, command: AcceptJob, now: datetime) -> Sequence[Fact]:
    """Take the job. Late is taken too, as long as nobody else was asked meanwhile."""
    job = held(file, command)
    if job.state in ACTIVE:
        return ()
    if job.state == "done":
        raise JOB_DONE("job_id", job_id=job.job_id)
    common = whose(command, now)
    route = command.route
    eta_at = None if route is None else common["happened_at"] + timedelta(seconds=route.eta_s)
    return (JobAccepted(**common, attempt=job.attempt, route=route, eta_at=eta_at),)


@from_the_field
def decline_job(file: JobFile, command: DeclineJob, now: datetime) -> Sequence[Fact]:
    """Refuse the job, with a reason."""
    if file.job is not None and file.job.unit_id == command.unit_id and file.job.state == "declined":
        return ()
    job = held(file, command)
    if job.state != "offered":
        raise JOB_ACCEPTED_ALREADY("job_id", job_id=job.job_id)
    if not command.reason.strip():
        raise REASON_MISSING("reason")
    return (JobDeclined(**whose(command, now), attempt=job.attempt, reason=command.reason, note=command.note),)


@from_the_field
def abort_job(file: JobFile, command: AbortJob, now: datetime) -> Sequence[Fact]:
    """Give an accepted job back, with a reason; what was measured stays."""
    if file.job is not None and file.job.unit_id == command.unit_id and file.job.state == "aborted":
        return ()
    job = active(file, command)
    if not command.reason.strip():
        raise REASON_MISSING("reason")
    return (JobAborted(**whose(command, now), attempt=job.attempt, reason=command.reason, note=command.note),)


@from_the_field
def set_out(file: JobFile, command: SetOut, now: datetime) -> Sequence[Fact]:
    """Under way; said again it changes nothing."""
    job = active(file, command)
    if job.state != "accepted":
        return ()
    return (UnitSetOut(**whose(command, now), position=command.position),)


@from_the_field
def arrive_at_job(file: JobFile, command: ArriveAtJob, now: datetime) -> Sequence[Fact]:
    """Alongside: an arrival if the unit's own positions say so, whoever asks; otherwise a claim."""
    job = active(file, command)
    if job.arrived_at is not None:
        return ()
    common = whose(command, now)
    if file.entry is not None:
        entry = file.entry
        evidence = CircleEvidence(entry.fact_id, entry.circle_id, entry.since_at, entry.position)
        common["happened_at"] = min(entry.since_at, now)
        return (UnitArrived(**common, evidence=evidence, position=entry.position),)
    if job.claimed_at is not None:
        return ()
    return (ArrivalClaimed(**common, position=command.position),)


def land_load(landing: Landing, command: LandLoad, now: datetime) -> Sequence[Fact]:
    """Bring a load ashore; a landing that is known already changes nothing.

    Raises
    ------
    Refusal
        ``nothing_landed``, ``amount_not_positive``, ``device_seq_reused``.
    """
    if seen_before(command, landing.seen_sha256) or landing.known:
        return ()
    if not command.lines:
        raise NOTHING_LANDED("lines")
    for place, line in enumerate(command.lines):
        if line.quantity.amount <= 0:
            raise AMOUNT_NOT_POSITIVE(f"lines[{place}].quantity.amount")
    landed_at = happened_at(command, now) if command.landed_at is None else min(command.landed_at, now)
    return (
        LoadLanded(
            landing_id=command.landing_id,
            unit_id=command.unit_id,
            place_id=command.place_id,
            lines=command.lines,
            landed_at=landed_at,
            case_ids=command.case_ids,
            stamp=stamp_of(command),
        ),
    )
