"""What dispatch decides. A unit never has two offers, nor two jobs in hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tidehub.capabilities.dispatch.commands import (
    ApproveOffer,
    ExpireOffer,
    OfferJob,
    ReassignJob,
    ReportNoUnit,
    RetryDispatch,
    WithdrawJob,
)
from tidehub.capabilities.dispatch.facts import (
    DispatchRetried,
    JobOffered,
    JobProposed,
    JobWithdrawn,
    NoUnitFound,
    OfferExpired,
)
from tidehub.capabilities.dispatch.refusals import (
    JOB_OVER,
    JOB_TAKEN,
    JOB_WITH_OTHER_CASE,
    NOT_PROPOSED,
    OVERRIDE_NEEDS_REASON,
    UNIT_BUSY,
    UNIT_FORBIDDEN,
    UNIT_HAS_OFFER,
    UNIT_HELD,
    UNIT_NEAR_SCENE,
    UNIT_NOT_PINNED,
    UNIT_NOT_RANKED,
    UNIT_ON_SCENE,
    UNIT_REFUSED_BEFORE,
)
from tidehub.capabilities.dispatch.state import OVER, Desk, JobRow
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.facts import Fact


def offer_job(desk: Desk, command: OfferJob, now: datetime) -> Sequence[Fact]:
    """Ask a unit, or the duty officer first.

    Raises
    ------
    Refusal
        Category ``conflict`` where somebody was quicker, so that the flow looks again: ``job_taken``,
        ``unit_has_offer``, ``unit_busy``, ``unit_held``, ``unit_refused_before``, ``unit_not_pinned``.
    """
    job = desk.job
    if job is not None:
        _same_case(job, command.case_id)
        if job.state in ("offered", "proposed") and job.unit_id == command.unit_id:
            return ()  # the same flow once more
        if job.state in OVER or job.state in ("offered", "proposed", "accepted"):
            raise JOB_TAKEN("job_id", job_id=command.job_id, state=job.state)
        if job.pinned_unit_id not in (None, command.unit_id):
            raise UNIT_NOT_PINNED("unit_id", unit_id=command.unit_id, pinned=job.pinned_unit_id)
    pinned = job is not None and job.pinned_unit_id == command.unit_id
    _may_be_asked(desk, command.job_id, command.unit_id, command.queued_after, now, despite_hold=pinned)
    kind = JobOffered if command.mode == "automatic" else JobProposed
    eta_at = now + timedelta(seconds=command.eta_s)
    return (
        kind(
            case_id=command.case_id,
            job_id=command.job_id,
            service=command.service,
            task=command.task,
            unit_id=command.unit_id,
            attempt=desk.attempt + 1,
            position=command.position,
            region_code=command.region_code,
            eta_s=command.eta_s,
            eta_at=eta_at,
            handling_s=command.handling_s,
            done_at=eta_at + timedelta(seconds=command.handling_s),
            timeout_s=command.timeout_s,
            expires_at=now + timedelta(seconds=command.timeout_s),
            place_id=command.place_id,
            needs=command.needs,
            skills=command.skills,
            demands=command.demands,
            ranked=command.ranked,
            rejected=command.rejected,
            mode=command.mode,
            queued_after=command.queued_after,
            retry_interval_s=command.retry_interval_s,
            arrival_radius_m=command.arrival_radius_m,
            priority=command.priority,
        ),
    )


def approve_offer(desk: Desk, command: ApproveOffer, now: datetime) -> Sequence[Fact]:
    """Let a proposed job go out, to the first or, with a reason, to another that could.

    Where the policy only advises, the choice was the officer's from the beginning and needs no reason.

    Raises
    ------
    Refusal
        ``not_proposed``, ``unit_not_ranked``, ``override_needs_reason``, and the conflicts of an offer.
    """
    job = known_job(desk, command.case_id, command.job_id)
    if job.state == "offered" and job.unit_id == command.unit_id:
        return ()
    if job.state != "proposed":
        raise NOT_PROPOSED("job_id", state=job.state)
    ranked = next((one for one in desk.proposed if one.unit_id == command.unit_id), None)
    if ranked is None:
        raise UNIT_NOT_RANKED("unit_id", unit_id=command.unit_id)
    overridden = desk.mode != "advise" and desk.proposed[0].unit_id != command.unit_id
    if overridden and not command.reason.strip():
        raise OVERRIDE_NEEDS_REASON("reason", first=desk.proposed[0].unit_id)
    _may_be_asked(desk, job.job_id, command.unit_id, ranked.queued_after, now)
    return (
        _offer_by_hand(
            job,
            command.unit_id,
            job.attempt,
            (ranked.eta_s, job.handling_s, job.timeout_s),
            ranked.queued_after,
            command.reason if overridden else None,
            desk,
            now,
        ),
    )


def expire_offer(desk: Desk, command: ExpireOffer, now: datetime) -> Sequence[Fact]:
    """The unit has let its time pass; an answer that came meanwhile leaves nothing to do."""
    job = desk.job
    if job is None or job.state != "offered" or job.attempt != command.attempt:
        return ()
    if job.expires_at is not None and now < job.expires_at:
        return ()
    return (OfferExpired(case_id=job.case_id, job_id=job.job_id, unit_id=command.unit_id, attempt=command.attempt),)


def withdraw_job(desk: Desk, command: WithdrawJob, now: datetime) -> Sequence[Fact]:
    """Take a job back.

    Raises
    ------
    Refusal
        ``job_over`` when it is done already.
    """
    job = known_job(desk, command.case_id, command.job_id)
    if job.state == "withdrawn":
        return ()
    if job.state == "done":
        raise JOB_OVER("job_id", state=job.state)
    return (JobWithdrawn(case_id=job.case_id, job_id=job.job_id, unit_id=holder_of(job), reason=command.reason),)


def report_no_unit(desk: Desk, command: ReportNoUnit, now: datetime) -> Sequence[Fact]:
    """Keep that nobody can come, and why.

    Raises
    ------
    Refusal
        ``job_taken`` (conflict) when somebody has it after all.
    """
    job = desk.job
    if job is not None:
        _same_case(job, command.case_id)
        if job.state not in ("waiting", "no_unit"):
            raise JOB_TAKEN("job_id", job_id=command.job_id, state=job.state)
    shortfall = command.shortfall
    return (
        NoUnitFound(
            case_id=command.case_id,
            job_id=command.job_id,
            service=command.service,
            task=command.task,
            round=job.round if job is not None else 1,
            reasons=shortfall.reasons,
            next_try_at=command.next_try_at,
            position=command.position,
            region_code=command.region_code,
            place_id=command.place_id,
            needs=command.needs,
            skills=command.skills,
            demands=command.demands,
            retry_interval_s=command.retry_interval_s,
            arrival_radius_m=command.arrival_radius_m,
            rejected=command.rejected,
            smallest_change=shortfall.smallest_change,
            honest_eta_at=shortfall.honest_eta_at,
            honest_zh=shortfall.honest_zh,
            honest_en=shortfall.honest_en,
            priority=command.priority,
        ),
    )


def retry_dispatch(desk: Desk, command: RetryDispatch, now: datetime) -> Sequence[Fact]:
    """Look again, where somebody still waits."""
    job = desk.job
    if job is None or job.state not in ("waiting", "no_unit"):
        return ()
    return (DispatchRetried(case_id=job.case_id, job_id=job.job_id),)


def reassign_job(desk: Desk, command: ReassignJob, now: datetime) -> Sequence[Fact]:
    """Give a job to another unit by hand; the one that has it loses it in the same breath.

    Raises
    ------
    Refusal
        ``override_needs_reason``, ``job_over``, ``unit_on_scene``, ``unit_near_scene`` unless confirmed, and
        the conflicts of an offer.
    """
    job = known_job(desk, command.case_id, command.job_id)
    if not command.reason.strip():
        raise OVERRIDE_NEEDS_REASON("reason", first=job.unit_id or "-")
    if job.state in OVER:
        raise JOB_OVER("job_id", state=job.state)
    holder = holder_of(job)
    if holder == command.unit_id:
        raise JOB_TAKEN("unit_id", job_id=job.job_id, state=job.state)
    _may_be_redirected(desk, job, command)
    _may_be_asked(desk, job.job_id, command.unit_id, command.queued_after, now, despite_hold=True)
    facts: list[Fact] = []
    if holder is not None:
        facts.append(
            JobWithdrawn(
                case_id=job.case_id,
                job_id=job.job_id,
                unit_id=holder,
                reason=command.reason,
                reassigned=True,
            )
        )
    offered = Desk(job, desk.unit, desk.offers, command.ranked, command.rejected)
    facts.append(
        _offer_by_hand(
            job,
            command.unit_id,
            job.attempt + 1,
            (command.eta_s, command.handling_s, command.timeout_s),
            command.queued_after,
            command.reason,
            offered,
            now,
        )
    )
    return facts


def _may_be_asked(
    desk: Desk,
    job_id: str,
    unit_id: str,
    queued_after: str | None,
    now: datetime,
    *,
    despite_hold: bool = False,
) -> None:
    """Check, on the locked row, that the unit is free to be asked for this job."""
    unit = desk.unit
    if unit is None:
        raise NOT_FOUND("unit_id", what="unit", id=unit_id)
    if unit_id in desk.refused:
        raise UNIT_REFUSED_BEFORE("unit_id", unit_id=unit_id, why=desk.refused[unit_id])
    if desk.job is not None and unit_id in desk.job.forbidden:
        raise UNIT_FORBIDDEN("unit_id", unit_id=unit_id, why=desk.job.forbidden[unit_id])
    if unit.pending_job_id not in (None, job_id):
        raise UNIT_HAS_OFFER("unit_id", unit_id=unit_id, job_id=unit.pending_job_id)
    if unit.current_job_id is not None and unit.current_job_id != queued_after:
        raise UNIT_BUSY("unit_id", unit_id=unit_id, job_id=unit.current_job_id)
    if unit.queued_job_id is not None:
        raise UNIT_BUSY("unit_id", unit_id=unit_id, job_id=unit.queued_job_id)
    held = unit.held_reason is not None and (unit.held_until is None or unit.held_until > now)
    if held and not despite_hold:
        raise UNIT_HELD("unit_id", unit_id=unit_id, why=unit.held_reason)


def _may_be_redirected(desk: Desk, job: JobRow, command: ReassignJob) -> None:
    """See that nobody is called back from the scene, nor from just before it without a second word."""
    holder = desk.holder
    if holder is None or holder.current_job_id != job.job_id:
        return
    if holder.stage == "on_scene":
        raise UNIT_ON_SCENE("job_id", unit_id=holder.unit_id)
    if command.holder_near_s is not None and not command.despite_near:
        raise UNIT_NEAR_SCENE("despite_near", unit_id=holder.unit_id, near_s=command.holder_near_s)


def _offer_by_hand(
    job: JobRow,
    unit_id: str,
    attempt: int,
    times_s: tuple[int, int, int],
    queued_after: str | None,
    overrides: str | None,
    desk: Desk,
    now: datetime,
) -> JobOffered:
    """Offer by hand; ``times_s`` are those until alongside, of work there, and to think."""
    eta_s, handling_s, timeout_s = times_s
    soonest_s = min((one.eta_s for one in desk.proposed), default=eta_s)
    eta_at = now + timedelta(seconds=eta_s)
    return JobOffered(
        case_id=job.case_id,
        job_id=job.job_id,
        service=job.service,
        task=job.task,
        unit_id=unit_id,
        attempt=attempt,
        position=job.position,
        region_code=job.region_code,
        eta_s=eta_s,
        eta_at=eta_at,
        handling_s=handling_s,
        done_at=eta_at + timedelta(seconds=handling_s),
        timeout_s=timeout_s,
        expires_at=now + timedelta(seconds=timeout_s),
        place_id=job.place_id,
        needs=job.needs,
        skills=job.skills,
        demands=job.demands,
        ranked=desk.proposed,
        rejected=desk.rejected,
        mode="by_hand",
        queued_after=queued_after,
        retry_interval_s=job.retry_interval_s,
        arrival_radius_m=job.arrival_radius_m,
        priority=job.priority,
        overrides=overrides,
        override_cost_s=None if overrides is None else eta_s - soonest_s,
    )


def known_job(desk: Desk, case_id: str, job_id: str) -> JobRow:
    """The job that a command is about.

    Raises
    ------
    Refusal
        ``not_found``, ``job_with_other_case``.
    """
    if desk.job is None:
        raise NOT_FOUND("job_id", what="job", id=job_id)
    _same_case(desk.job, case_id)
    return desk.job


def _same_case(job: JobRow, case_id: str) -> None:
    if job.case_id != case_id:
        raise JOB_WITH_OTHER_CASE("case_id", job_id=job.job_id, case_id=job.case_id)


def holder_of(job: JobRow) -> str | None:
    """The unit that is asked or has taken it."""
    return job.unit_id if job.state in ("offered", "accepted") else None
