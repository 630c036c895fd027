"""Approvals (延时, 挂账, 退回, 作废, 自处理 ...).

One mechanism, asked by one and decided by another. Pure.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from tidehub.capabilities.cases.admit import approval_of
from tidehub.capabilities.cases.clockwork import ASKED, HOLD
from tidehub.capabilities.cases.commands import AskApproval, DecideApproval, ResumeClock
from tidehub.capabilities.cases.course import Asked, Course
from tidehub.capabilities.cases.facts import ApprovalAsked, ApprovalDecided
from tidehub.capabilities.cases.model import ANY_STATE, Approval
from tidehub.capabilities.cases.refusals import (
    APPROVAL_LIMIT,
    APPROVAL_NOT_NOW,
    APPROVAL_NOT_OPEN,
    APPROVAL_OVER_ASKED,
    APPROVAL_UNKNOWN,
    CASE_IS_CLOSED,
    CASE_IS_JOINED,
    DURATION_MISSING,
    MOVE_NEEDS,
)
from tidehub.capabilities.cases.state import ApprovalState, CaseState
from tidehub.kernel.errors import Refusal
from tidehub.kernel.facts import Fact
from tidehub.methods.clocks import Duration, counted, nominal_us


def ask_approval(case: CaseState, command: AskApproval, now: datetime) -> list[Fact]:
    """Ask for an approval; a question asked before under the same id leaves no trace."""
    if approval_of(case, command.approval_id) is not None:
        return []
    approval = case.lifecycle.approvals.get(command.approval)
    if approval is None:
        raise APPROVAL_UNKNOWN(
            "approval", approval=command.approval, possible=", ".join(case.lifecycle.approvals) or "-"
        )
    _refuse_asking(case, command, approval, now)
    course = Course(case, now)
    course.facts.append(
        ApprovalAsked(
            case_id=case.case_id,
            approval_id=command.approval_id,
            approval=command.approval,
            reason=command.reason,
            values=command.values,
            amount=_wished(approval, command),
            until=command.until,
            asked_in=case.state,
            owner=case.responsible_unit or "",
        )
    )
    if approval.pending == "stands":
        course.facts += course.work.pause(
            (approval.clock,), now, ASKED + command.approval_id, why=f"asked:{command.approval}"
        )
    course.facts += course.work.react(frozenset({f"asked:{command.approval}"}), now, why=f"asked:{command.approval}")
    return course.finish()


def _refuse_asking(case: CaseState, command: AskApproval, approval: Approval, now: datetime) -> None:
    texts = {"approval_zh": approval.zh, "approval_en": approval.en}
    if case.original_id is not None:
        raise CASE_IS_JOINED("case_id", original_id=case.original_id)
    if not case.is_open:
        raise CASE_IS_CLOSED("case_id")
    if ANY_STATE not in approval.states and case.state not in approval.states:
        state = case.lifecycle.states[case.state]
        raise APPROVAL_NOT_NOW(
            "approval", problem_zh=f"案件处于“{state.zh}”", problem_en=f"the case is in '{state.en}'", **texts
        )
    same = [one for one in case.approvals if one.approval == command.approval]
    if any(one.granted is None for one in same):
        raise APPROVAL_NOT_NOW(
            "approval", problem_zh="已有一件待批", problem_en="one is waiting to be decided", **texts
        )
    if approval.max_asked is not None and len(same) >= approval.max_asked:
        raise APPROVAL_LIMIT("approval", limit=approval.max_asked, **texts)
    if approval.max_granted is not None and sum(bool(one.granted) for one in same) >= approval.max_granted:
        raise APPROVAL_LIMIT("approval", limit=approval.max_granted, **texts)
    missing = ["reason"] if approval.needs_reason and not command.reason.strip() else []
    missing += [f"values.{name}" for name in approval.needs_values if command.values.get(name) in (None, "", [])]
    if missing:
        raise MOVE_NEEDS(missing[0], move_zh=approval.zh, move_en=approval.en, missing=", ".join(missing))
    if approval.before_breach and _is_over(case, approval.clock, now):
        raise APPROVAL_NOT_NOW("approval", problem_zh="时限已过", problem_en="the limit is over already", **texts)


def _is_over(case: CaseState, clock: str, now: datetime) -> bool:
    run = max((run for run in case.clocks if run.clock == clock), key=lambda run: run.run, default=None)
    if run is None or run.standing.total_us is None:
        return False
    so_far = counted(run.standing, now, run.basis, case.calendars.of(run.calendar, None))
    return so_far.us >= run.standing.total_us


def decide_approval(case: CaseState, command: DecideApproval, now: datetime) -> list[Fact]:
    """Grant or refuse, with the declared effect on the clock and the move that follows."""
    asked = approval_of(case, command.approval_id)
    if asked is None or asked.granted is not None:
        raise APPROVAL_NOT_OPEN("approval_id", approval_id=command.approval_id)
    approval = case.lifecycle.approvals[asked.approval]
    amount = _granted_amount(case, approval, asked, command) if command.granted else None
    until = (command.until or asked.until) if approval.effect == "pause" and command.granted else None
    course = Course(case, now)
    course.become(approvals=_decided(case, asked, command, now))
    course.facts.append(
        ApprovalDecided(
            case_id=case.case_id,
            approval_id=command.approval_id,
            approval=asked.approval,
            granted=command.granted,
            reason=command.reason,
            effect=approval.effect if command.granted else "none",
            clock=approval.clock,
            amount=amount,
            until=until,
            counts_as=approval.counts_as if command.granted else "",
            values=command.values,
            responsible_unit=command.responsible_unit,
        )
    )
    course.facts += course.work.resume(now, ASKED + command.approval_id, why=f"decided:{asked.approval}")
    if amount is not None:
        course.facts += course.work.extend(approval.clock, now, amount, why=f"approval:{asked.approval}")
    name = approval.on_granted if command.granted else approval.on_refused
    if name:
        course.move(
            name,
            Asked(
                note=command.reason or asked.reason,
                values={**asked.values, **command.values},
                responsible_unit=command.responsible_unit,
                evidence=f"approval/{command.approval_id}",
                caused_by="approval",
                triggers=frozenset({f"decided:{asked.approval}"}),
            ),
        )
    else:
        course.facts += course.work.react(
            frozenset({f"decided:{asked.approval}"}), now, why=f"decided:{asked.approval}"
        )
    if approval.effect == "pause" and command.granted:
        course.facts += course.work.pause(
            (approval.clock,), now, HOLD + command.approval_id, why=f"approval:{asked.approval}", until=until
        )
    return course.finish()


def resume_clock(case: CaseState, command: ResumeClock, now: datetime) -> list[Fact]:
    """End a hold; one that is over already leaves no trace."""
    asked = approval_of(case, command.approval_id)
    if asked is None:
        raise APPROVAL_NOT_OPEN("approval_id", approval_id=command.approval_id)
    course = Course(case, now)
    why = command.reason or f"resumed:{asked.approval}"
    resumed = course.work.resume(now, HOLD + command.approval_id, why=why)
    if resumed:
        course.facts += resumed
        name = case.lifecycle.approvals[asked.approval].on_resumed
        if name:
            course.move_if_possible((name,), Asked(note=why, caused_by="approval"))
    return course.finish()


def _wished(approval: Approval, command: AskApproval) -> Duration | None:
    if approval.effect != "extend":
        return None
    return _duration(command.amount, command.unit)


def _duration(amount: int | None, unit: str | None) -> Duration:
    try:
        duration = msgspec.convert({"amount": amount, "unit": unit}, Duration)
    except msgspec.ValidationError:
        raise DURATION_MISSING("amount") from None
    if duration.amount <= 0:
        raise DURATION_MISSING("amount")
    return duration


def _granted_amount(
    case: CaseState, approval: Approval, asked: ApprovalState, command: DecideApproval
) -> Duration | None:
    if approval.effect != "extend":
        return None
    amount = (
        asked.amount if command.amount is None and command.unit is None else _duration(command.amount, command.unit)
    )
    assert amount is not None, "an extension is asked with its length"
    if approval.extend_at_most is not None:
        calendar = case.calendars.of(case.lifecycle.calendar, case.responsible_unit)
        if nominal_us(amount, calendar) > nominal_us(approval.extend_at_most, calendar):
            raise _over(approval)
    return amount


def _over(approval: Approval) -> Refusal:
    return APPROVAL_OVER_ASKED("amount", approval_zh=approval.zh, approval_en=approval.en)


def _decided(
    case: CaseState, asked: ApprovalState, command: DecideApproval, now: datetime
) -> tuple[ApprovalState, ...]:
    decided = msgspec.structs.replace(asked, granted=command.granted, decided_at=now)
    return tuple(decided if one.approval_id == asked.approval_id else one for one in case.approvals)
