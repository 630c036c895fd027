"""What each fact changes in the tables, as data. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from tidehub.capabilities.cases import facts as f
from tidehub.capabilities.cases.clockwork import line_of
from tidehub.capabilities.cases.schema import case
from tidehub.capabilities.cases.state import Step
from tidehub.hub.log import Recorded
from tidehub.hub.statement import Write, sql
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.instants import to_us

_NAMES = [column.name for column in case.columns]
_OPEN = sql(f"INSERT INTO cases_case ({', '.join(_NAMES)}) VALUES ({', '.join(':' + name for name in _NAMES)})")
_MOVE = sql(
    "UPDATE cases_case SET state = :state, stage = :stage, responsible_unit = :responsible_unit,"
    " assignee = :assignee, due_us = :due_us, changed_us = :at_us, state_since_us ="
    " CASE WHEN state = :state THEN state_since_us ELSE :at_us END,"
    " value_lines = value_lines || :values, trail = trail || :step WHERE case_id = :case_id"
)
_CLOSE = sql("UPDATE cases_case SET is_open = 0, outcome = :outcome, closed_us = :at_us WHERE case_id = :case_id")
_REOPEN = sql(
    "UPDATE cases_case SET is_open = 1, outcome = NULL, closed_us = NULL, reopened = reopened + 1"
    " WHERE case_id = :case_id"
)
_CHILDREN = sql("UPDATE cases_case SET open_children = open_children + :by WHERE case_id = :case_id")
_ASSIGN = sql(
    "UPDATE cases_case SET responsible_unit = :responsible_unit, assignee = :assignee, changed_us = :at_us"
    " WHERE case_id = :case_id"
)
_PRIORITY = sql("UPDATE cases_case SET priority = :priority, changed_us = :at_us WHERE case_id = :case_id")
_VALUES = sql(
    "UPDATE cases_case SET value_lines = value_lines || :values, changed_us = :at_us WHERE case_id = :case_id"
)
_TOUCH = sql("UPDATE cases_case SET changed_us = :at_us WHERE case_id = :case_id")
_DUE = sql("UPDATE cases_case SET due_us = :due_us WHERE case_id = :case_id")
_ORIGINAL = sql("UPDATE cases_case SET original_id = :original_id, changed_us = :at_us WHERE case_id = :case_id")
_BREACHED = sql("UPDATE cases_case SET breaches = breaches + 1 WHERE case_id = :case_id")
_RELATE = sql(
    "INSERT INTO cases_relation (case_id, kind, other_id, since_us)"
    " VALUES (:case_id, :kind, :other_id, :at_us) ON CONFLICT (case_id, kind, other_id) DO NOTHING"
)
_UNRELATE = sql("DELETE FROM cases_relation WHERE case_id = :case_id AND kind = :kind AND other_id = :other_id")
_CLOCK_START = sql(
    "INSERT INTO cases_clock (case_id, clock, run, status, basis, calendar, limit_amount, limit_unit,"
    " total_us, owner, source, started_us, evidence, due_us, signalled_us, breached, level, provisional,"
    " lines)"
    " VALUES (:case_id, :clock, :run, 'running', :basis, :calendar, :limit_amount, :limit_unit, :total_us,"
    " :owner, :source, :started_us, '', :due_us, 0, 0, 0, :provisional, :line)"
)
_WHERE = " WHERE case_id = :case_id AND clock = :clock AND run = :run"
_CLOCK_PAUSE = sql(
    "UPDATE cases_clock SET status = 'paused', due_us = NULL, counted_us = :counted_us, lines = lines || :line" + _WHERE
)
_CLOCK_RESUME = sql(
    "UPDATE cases_clock SET status = :status, due_us = :due_us, provisional = :provisional,"
    " lines = lines || :line" + _WHERE
)
_CLOCK_EXTEND = sql(
    "UPDATE cases_clock SET total_us = total_us + :extra_us, due_us = :due_us, signalled_us = :signalled_us,"
    " provisional = :provisional, lines = lines || :line" + _WHERE
)
_CLOCK_RECKON = sql(
    "UPDATE cases_clock SET total_us = total_us - :before_us + :limit_us, due_us = :due_us,"
    " provisional = :provisional, lines = lines || :line" + _WHERE
)
_CLOCK_PASS = sql("UPDATE cases_clock SET owner = :owner, lines = lines || :line" + _WHERE)
_CLOCK_STOP = sql(
    "UPDATE cases_clock SET status = 'stopped', due_us = NULL, provisional = 0, stopped_us = :stopped_us,"
    " noticed_us = :at_us, evidence = :evidence, counted_us = :counted_us, over_us = :over_us,"
    " lines = lines || :line" + _WHERE
)
_CLOCK_SIGNAL = sql(
    "UPDATE cases_clock SET signalled_us = :threshold_us, breached = :breached, level = :level" + _WHERE
)
_ASK = sql(
    "INSERT INTO cases_approval (case_id, approval_id, approval, asked_by, asked_us, owner, reason,"
    " given_values, amount, unit, until_us) VALUES (:case_id, :approval_id, :approval, :by, :at_us, :owner,"
    " :reason, :values, :amount, :unit, :until_us)"
)
_DECIDE = sql(
    "UPDATE cases_approval SET granted = :granted, decided_by = :by, decided_us = :at_us, ruling = :ruling,"
    " amount = COALESCE(:amount, amount), unit = COALESCE(:unit, unit),"
    " until_us = COALESCE(:until_us, until_us),"
    " counts_as = :counts_as WHERE case_id = :case_id AND approval_id = :approval_id"
)


def project(recorded: Recorded) -> Iterable[Write]:
    """The changes that a fact makes to the tables of cases."""
    writes = _WRITES.get(recorded.kind)
    return writes(recorded, recorded.fact, to_us(recorded.at)) if writes is not None else ()


def _us(at: datetime | None) -> int | None:
    return None if at is None else to_us(at)


def _line(value: Any) -> str:
    return canonical_json(value).decode() + "\n"


def _opened(_recorded: Recorded, fact: f.CaseOpened, at_us: int) -> Sequence[Write]:
    position = fact.position
    row: dict[str, Any] = dict.fromkeys(_NAMES)
    for name in (
        "case_id", "lifecycle", "lifecycle_version", "state", "stage", "category", "title", "priority",
        "region_code", "place_id", "reporter", "responsible_unit", "assignee", "parent_id",
    ):  # fmt: skip
        row[name] = getattr(fact, name)
    row |= {
        "is_open": 1,
        "region_9": fact.region_code[:9],
        "lon": position.lon if position else None,
        "lat": position.lat if position else None,
        "open_children": 0,
        "opened_us": at_us,
        "happened_us": _us(fact.happened_at),
        "state_since_us": at_us,
        "changed_us": at_us,
        "due_us": _us(fact.due_at),
        "breaches": 0,
        "reopened": 0,
        "value_lines": _line(fact.values) if fact.values else "",
        "trail": "",
    }
    writes = [Write(_OPEN, row)]
    writes += [_relate(fact.case_id, "report", report_id, at_us) for report_id in fact.report_ids]
    if fact.parent_id is not None:
        writes.append(_relate(fact.case_id, "part_of", fact.parent_id, at_us))
        writes.append(Write(_CHILDREN, {"case_id": fact.parent_id, "by": 1}))
    return writes


def _relate(case_id: str, kind: str, other_id: str, at_us: int) -> Write:
    return Write(_RELATE, {"case_id": case_id, "kind": kind, "other_id": other_id, "at_us": at_us})


def _moved(recorded: Recorded, fact: f.CaseMoved, at_us: int) -> Sequence[Write]:
    step = Step(fact.move, fact.to_state, fact.on_behalf_of or recorded.by, at_us)
    return [
        Write(
            _MOVE,
            {
                "case_id": fact.case_id,
                "state": fact.to_state,
                "stage": fact.stage,
                "responsible_unit": fact.responsible_unit,
                "assignee": fact.assignee,
                "due_us": _us(fact.due_at),
                "at_us": at_us,
                "values": _line(fact.values) if fact.values else "",
                "step": _line(step),
            },
        )
    ]


def _closed(_recorded: Recorded, fact: f.CaseClosed, at_us: int) -> Sequence[Write]:
    writes = [Write(_CLOSE, {"case_id": fact.case_id, "outcome": fact.outcome, "at_us": at_us})]
    if fact.parent_id is not None:
        writes.append(Write(_CHILDREN, {"case_id": fact.parent_id, "by": -1}))
    return writes


def _reopened(_recorded: Recorded, fact: f.CaseReopened, _at_us: int) -> Sequence[Write]:
    writes = [Write(_REOPEN, {"case_id": fact.case_id})]
    if fact.parent_id is not None:
        writes.append(Write(_CHILDREN, {"case_id": fact.parent_id, "by": 1}))
    return writes


def _assigned(_recorded: Recorded, fact: f.CaseAssigned, at_us: int) -> Sequence[Write]:
    row = {"responsible_unit": fact.responsible_unit, "assignee": fact.assignee, "at_us": at_us}
    return [Write(_ASSIGN, {"case_id": fact.case_id, **row})]


def _prioritised(_recorded: Recorded, fact: f.PriorityChanged, at_us: int) -> Sequence[Write]:
    return [Write(_PRIORITY, {"case_id": fact.case_id, "priority": fact.priority, "at_us": at_us})]


def _valued(_recorded: Recorded, fact: f.ValuesRecorded, at_us: int) -> Sequence[Write]:
    return [Write(_VALUES, {"case_id": fact.case_id, "values": _line(fact.values), "at_us": at_us})]


def _noted(_recorded: Recorded, fact: f.CaseNoted, at_us: int) -> Sequence[Write]:
    return [Write(_TOUCH, {"case_id": fact.case_id, "at_us": at_us})]


def _linked(_recorded: Recorded, fact: Any, at_us: int) -> Sequence[Write]:
    return [_relate(fact.case_id, "report", fact.report_id, at_us)]


def _due_changed(_recorded: Recorded, fact: f.CaseDueChanged, _at_us: int) -> Sequence[Write]:
    return [Write(_DUE, {"case_id": fact.case_id, "due_us": _us(fact.due_at)})]


def _joined(_recorded: Recorded, fact: f.CaseJoined, at_us: int) -> Sequence[Write]:
    row = {"case_id": fact.case_id, "original_id": fact.original_id, "at_us": at_us}
    return [Write(_ORIGINAL, row), _relate(fact.case_id, "duplicate_of", fact.original_id, at_us)]


def _join_undone(_recorded: Recorded, fact: f.CaseJoinUndone, at_us: int) -> Sequence[Write]:
    row = {"case_id": fact.case_id, "original_id": None, "at_us": at_us}
    gone = {"case_id": fact.case_id, "kind": "duplicate_of", "other_id": fact.original_id}
    return [Write(_ORIGINAL, row), Write(_UNRELATE, gone)]


def _clock(fact: Any, **more: Any) -> dict[str, Any]:
    return {
        "case_id": fact.case_id,
        "clock": fact.clock,
        "run": fact.run,
        "line": _line(line_of(fact)),
        **more,
    }


def _clock_started(_recorded: Recorded, fact: f.ClockStarted, _at_us: int) -> Sequence[Write]:
    row = _clock(
        fact,
        basis=fact.basis,
        calendar=fact.calendar,
        limit_amount=fact.limit.amount if fact.limit else None,
        limit_unit=fact.limit.unit if fact.limit else None,
        total_us=fact.limit_us,
        owner=fact.owner,
        source=fact.source,
        started_us=to_us(fact.at),
        due_us=_us(fact.due_at),
        provisional=int(fact.provisional),
    )
    return [Write(_CLOCK_START, row)]


def _clock_paused(_recorded: Recorded, fact: f.ClockPaused, _at_us: int) -> Sequence[Write]:
    return [Write(_CLOCK_PAUSE, _clock(fact, counted_us=fact.counted_us))]


def _clock_resumed(_recorded: Recorded, fact: f.ClockResumed, _at_us: int) -> Sequence[Write]:
    status = "running" if fact.runs else "paused"
    row = _clock(fact, status=status, due_us=_us(fact.due_at), provisional=int(fact.provisional))
    return [Write(_CLOCK_RESUME, row)]


def _clock_extended(_recorded: Recorded, fact: f.ClockExtended, _at_us: int) -> Sequence[Write]:
    row = _clock(
        fact,
        extra_us=fact.extra_us,
        due_us=_us(fact.due_at),
        signalled_us=fact.counted_us,
        provisional=int(fact.provisional),
    )
    return [Write(_CLOCK_EXTEND, row)]


def _clock_reckoned(_recorded: Recorded, fact: f.ClockReckoned, _at_us: int) -> Sequence[Write]:
    row = _clock(
        fact,
        before_us=fact.before_us,
        limit_us=fact.limit_us,
        due_us=_us(fact.due_at),
        provisional=int(fact.provisional),
    )
    return [Write(_CLOCK_RECKON, row)]


def _clock_passed(_recorded: Recorded, fact: f.ClockPassed, _at_us: int) -> Sequence[Write]:
    return [Write(_CLOCK_PASS, _clock(fact, owner=fact.owner))]


def _clock_stopped(_recorded: Recorded, fact: f.ClockStopped, at_us: int) -> Sequence[Write]:
    row = _clock(
        fact,
        stopped_us=to_us(fact.at),
        at_us=at_us,
        evidence=fact.evidence,
        counted_us=fact.counted_us,
        over_us=fact.over_us,
    )
    return [Write(_CLOCK_STOP, row)]


def _clock_signalled(recorded: Recorded, fact: Any, _at_us: int) -> Sequence[Write]:
    row = {
        "case_id": fact.case_id,
        "clock": fact.clock,
        "run": fact.run,
        "threshold_us": fact.threshold_us,
        "breached": int(fact.percent >= 100),
        "level": fact.level,
    }
    writes = [Write(_CLOCK_SIGNAL, row)]
    if recorded.kind == "ClockBreached":
        writes.append(Write(_BREACHED, {"case_id": fact.case_id}))
    return writes


def _asked(recorded: Recorded, fact: f.ApprovalAsked, at_us: int) -> Sequence[Write]:
    row = {
        "case_id": fact.case_id,
        "approval_id": fact.approval_id,
        "approval": fact.approval,
        "by": recorded.by,
        "at_us": at_us,
        "owner": fact.owner,
        "reason": fact.reason,
        "values": canonical_json(fact.values).decode(),
        "amount": fact.amount.amount if fact.amount else None,
        "unit": fact.amount.unit if fact.amount else None,
        "until_us": _us(fact.until),
    }
    return [Write(_ASK, row)]


def _decided(recorded: Recorded, fact: f.ApprovalDecided, at_us: int) -> Sequence[Write]:
    row = {
        "case_id": fact.case_id,
        "approval_id": fact.approval_id,
        "granted": int(fact.granted),
        "by": recorded.by,
        "at_us": at_us,
        "ruling": fact.reason,
        "amount": fact.amount.amount if fact.amount else None,
        "unit": fact.amount.unit if fact.amount else None,
        "until_us": _us(fact.until),
        "counts_as": fact.counts_as,
    }
    return [Write(_DECIDE, row)]


_WRITES: dict[str, Callable[[Recorded, Any, int], Sequence[Write]]] = {
    "CaseOpened": _opened,
    "CaseMoved": _moved,
    "CaseClosed": _closed,
    "CaseReopened": _reopened,
    "CaseAssigned": _assigned,
    "PriorityChanged": _prioritised,
    "ValuesRecorded": _valued,
    "CaseNoted": _noted,
    "ReportLinked": _linked,
    "ReportJoined": _linked,
    "CaseDueChanged": _due_changed,
    "CaseJoined": _joined,
    "CaseJoinUndone": _join_undone,
    "ClockStarted": _clock_started,
    "ClockPaused": _clock_paused,
    "ClockResumed": _clock_resumed,
    "ClockExtended": _clock_extended,
    "ClockReckoned": _clock_reckoned,
    "ClockPassed": _clock_passed,
    "ClockStopped": _clock_stopped,
    "ClockWarned": _clock_signalled,
    "ClockBreached": _clock_signalled,
    "ClockEscalated": _clock_signalled,
    "ApprovalAsked": _asked,
    "ApprovalDecided": _decided,
}
