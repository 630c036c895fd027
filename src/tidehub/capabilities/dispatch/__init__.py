"""Who goes: asking units for jobs, and what becomes of the asking."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tidehub.capabilities.dispatch import decide, mobilisation, overrule
from tidehub.capabilities.dispatch.commands import (
    AllowUnit,
    ApproveOffer,
    ExpireOffer,
    ForbidUnit,
    HoldUnit,
    OfferJob,
    PinUnit,
    ReassignJob,
    ReleaseUnit,
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
    UnitAllowed,
    UnitForbidden,
    UnitHeld,
    UnitPinned,
    UnitReleased,
)
from tidehub.capabilities.dispatch.model import (
    DispatchPolicies,
    ServicePolicy,
    Words,
    common_override_reasons,
    read_dispatch_policies,
)
from tidehub.capabilities.dispatch.project import ON_TIMER, READS, project, timers
from tidehub.capabilities.dispatch.queries import (
    History,
    JobListed,
    OverrideCounted,
    Step,
    Waiting,
    find_job,
    history,
    jobs_of_case,
    list_jobs,
    override_reasons,
    shortfall_of,
    timeline,
    unit_at_work,
    unit_board,
    units_at_work,
    waiting_jobs,
)
from tidehub.capabilities.dispatch.screen import CHANGES as SCREEN_CHANGES
from tidehub.capabilities.dispatch.screen import JobOnScreen, jobs_now, replayed_jobs
from tidehub.capabilities.dispatch.state import Desk, JobRow, OfferRow, UnitRow
from tidehub.capabilities.dispatch.tables import forbidden, job, load_desk, load_unit, offer, override, step, unit
from tidehub.hub.log import Recorded
from tidehub.hub.registry import CancelTimer, Capability, Handler, SetTimer
from tidehub.hub.statement import Write
from tidehub.kernel.access import Subject

__all__ = [
    "SCREEN_CHANGES",
    "AllowUnit",
    "ApproveOffer",
    "DispatchPolicies",
    "DispatchRetried",
    "ExpireOffer",
    "ForbidUnit",
    "History",
    "HoldUnit",
    "JobListed",
    "JobOffered",
    "JobOnScreen",
    "JobProposed",
    "JobRow",
    "JobWithdrawn",
    "NoUnitFound",
    "OfferExpired",
    "OfferJob",
    "OfferRow",
    "OverrideCounted",
    "PinUnit",
    "ReassignJob",
    "ReleaseUnit",
    "ReportNoUnit",
    "RetryDispatch",
    "ServicePolicy",
    "Step",
    "UnitAllowed",
    "UnitForbidden",
    "UnitHeld",
    "UnitPinned",
    "UnitReleased",
    "UnitRow",
    "Waiting",
    "WithdrawJob",
    "Words",
    "capability",
    "common_override_reasons",
    "find_job",
    "history",
    "jobs_now",
    "jobs_of_case",
    "list_jobs",
    "override_reasons",
    "read_dispatch_policies",
    "replayed_jobs",
    "shortfall_of",
    "timeline",
    "unit_at_work",
    "unit_board",
    "units_at_work",
    "waiting_jobs",
]


def _of_job(desk: Desk, command: Any) -> Subject:
    return Subject(desk.job.region_code if desk.job is not None else getattr(command, "region_code", ""))


def _of_unit(found: UnitRow | None, _command: Any) -> Subject:
    return Subject(found.region_code if found is not None else "")


def _project(recorded: Recorded) -> Iterable[Write]:
    yield from project(recorded)
    yield from mobilisation.project(recorded)


def _timers(recorded: Recorded) -> Iterable[SetTimer | CancelTimer]:
    yield from timers(recorded)
    yield from mobilisation.timers(recorded)


def capability() -> Capability:
    """Show dispatch's face to the hub."""
    return Capability(
        name="dispatch",
        handlers=(
            Handler(OfferJob, load_desk, decide.offer_job, _of_job),
            Handler(ApproveOffer, load_desk, decide.approve_offer, _of_job),
            Handler(ExpireOffer, load_desk, decide.expire_offer, _of_job),
            Handler(WithdrawJob, load_desk, decide.withdraw_job, _of_job),
            Handler(ReportNoUnit, load_desk, decide.report_no_unit, _of_job),
            Handler(RetryDispatch, load_desk, decide.retry_dispatch, _of_job),
            Handler(ReassignJob, load_desk, decide.reassign_job, _of_job),
            Handler(PinUnit, load_desk, overrule.pin_unit, _of_job),
            Handler(ForbidUnit, load_desk, overrule.forbid_unit, _of_job),
            Handler(AllowUnit, load_desk, overrule.allow_unit, _of_job),
            Handler(HoldUnit, load_unit, overrule.hold_unit, _of_unit),
            Handler(ReleaseUnit, load_unit, overrule.release_unit, _of_unit),
            *mobilisation.HANDLERS,
        ),
        facts=(
            JobOffered,
            JobProposed,
            OfferExpired,
            JobWithdrawn,
            NoUnitFound,
            DispatchRetried,
            UnitPinned,
            UnitForbidden,
            UnitAllowed,
            UnitHeld,
            UnitReleased,
            *mobilisation.FACTS,
        ),
        project=_project,
        tables=(job, offer, unit, forbidden, step, override, *mobilisation.TABLES),
        reads=READS,
        timers=_timers,
        on_timer=ON_TIMER | mobilisation.ON_TIMER,
    )
