"""What a duty officer decides about who may go: pin, forbid, hold in reserve, and take it back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tidehub.capabilities.dispatch.commands import AllowUnit, ForbidUnit, HoldUnit, PinUnit, ReleaseUnit
from tidehub.capabilities.dispatch.decide import holder_of, known_job
from tidehub.capabilities.dispatch.facts import UnitAllowed, UnitForbidden, UnitHeld, UnitPinned, UnitReleased
from tidehub.capabilities.dispatch.refusals import (
    JOB_OVER,
    JOB_TAKEN,
    OVERRIDE_NEEDS_REASON,
    UNIT_FORBIDDEN,
    UNIT_NOT_PINNED,
    UNIT_REFUSED_BEFORE,
)
from tidehub.capabilities.dispatch.state import OVER, Desk, UnitRow
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.facts import Fact


def pin_unit(desk: Desk, command: PinUnit, now: datetime) -> Sequence[Fact]:
    """Fix a job to one unit, or loosen it again.

    Raises
    ------
    Refusal
        ``job_over``, ``job_taken`` while another has it (reassign it instead), ``unit_refused_before``,
        ``unit_forbidden``.
    """
    job = known_job(desk, command.case_id, command.job_id)
    if job.state in OVER:
        raise JOB_OVER("job_id", state=job.state)
    if job.state not in ("waiting", "no_unit") and command.unit_id not in (None, job.unit_id):
        raise JOB_TAKEN("job_id", job_id=job.job_id, state=job.state)
    if job.pinned_unit_id == command.unit_id:
        return ()
    if command.unit_id is not None:
        if desk.unit is None:
            raise NOT_FOUND("unit_id", what="unit", id=command.unit_id)
        if command.unit_id in desk.refused:
            raise UNIT_REFUSED_BEFORE("unit_id", unit_id=command.unit_id, why=desk.refused[command.unit_id])
        if command.unit_id in job.forbidden:
            raise UNIT_FORBIDDEN("unit_id", unit_id=command.unit_id, why=job.forbidden[command.unit_id])
    return (UnitPinned(case_id=job.case_id, job_id=job.job_id, unit_id=command.unit_id, reason=command.reason),)


def forbid_unit(desk: Desk, command: ForbidUnit, now: datetime) -> Sequence[Fact]:
    """Rule a unit out for a job.

    Raises
    ------
    Refusal
        ``override_needs_reason``, ``job_over``, ``job_taken`` while this very unit has it (reassign it), or
        the pin says that it must be this one.
    """
    job = known_job(desk, command.case_id, command.job_id)
    if not command.reason.strip():
        raise OVERRIDE_NEEDS_REASON("reason", first=command.unit_id)
    if job.state in OVER:
        raise JOB_OVER("job_id", state=job.state)
    if desk.unit is None:
        raise NOT_FOUND("unit_id", what="unit", id=command.unit_id)
    if holder_of(job) == command.unit_id:
        raise JOB_TAKEN("unit_id", job_id=job.job_id, state=job.state)
    if job.pinned_unit_id == command.unit_id:
        raise UNIT_NOT_PINNED("unit_id", unit_id=command.unit_id, pinned=job.pinned_unit_id)
    if command.unit_id in job.forbidden:
        return ()
    return (UnitForbidden(case_id=job.case_id, job_id=job.job_id, unit_id=command.unit_id, reason=command.reason),)


def allow_unit(desk: Desk, command: AllowUnit, now: datetime) -> Sequence[Fact]:
    """Let a unit be asked again that was ruled out."""
    job = known_job(desk, command.case_id, command.job_id)
    if command.unit_id not in job.forbidden:
        return ()
    return (UnitAllowed(case_id=job.case_id, job_id=job.job_id, unit_id=command.unit_id),)


def hold_unit(unit: UnitRow | None, command: HoldUnit, now: datetime) -> Sequence[Fact]:
    """Hold a unit in reserve; what it has in hand it finishes."""
    if unit is None:
        raise NOT_FOUND("unit_id", what="unit", id=command.unit_id)
    if unit.held_reason == command.reason and unit.held_until == command.until:
        return ()
    return (UnitHeld(unit_id=command.unit_id, reason=command.reason, until=command.until),)


def release_unit(unit: UnitRow | None, command: ReleaseUnit, now: datetime) -> Sequence[Fact]:
    """Let a unit out of reserve."""
    if unit is None:
        raise NOT_FOUND("unit_id", what="unit", id=command.unit_id)
    return (UnitReleased(unit_id=command.unit_id),) if unit.held_reason is not None else ()
