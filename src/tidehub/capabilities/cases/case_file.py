"""One case's whole file: its clocks explained, its approvals and relations, what the reader may do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.cases.admit import moves_for
from tidehub.capabilities.cases.queries import LISTED, VIEW, CaseRow, at_of, case_row
from tidehub.capabilities.cases.state import ApprovalState, CaseState, ClockRun
from tidehub.capabilities.cases.tables import Loader, run_of
from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.access import Actor, demand
from tidehub.methods.clocks import Light, Row, counted, explain, light


class ClockView(msgspec.Struct, frozen=True):
    """A run of a clock as people see it, reckoned anew from its ledger.

    Parameters
    ----------
    status
        ``running``, ``paused`` or ``stopped``.
    counted_s, remaining_s
        Counted so far and left (negative once over), in seconds; nothing is left to say of a stopwatch.
    noticed_at, evidence
        When a stop was recorded, and what proves when it happened.
    explanation
        Where the time went, line by line.
    """

    clock: str
    run: int
    zh: str
    en: str
    status: str
    light: Light
    owner: str
    source: str
    counted_s: int
    remaining_s: int | None
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    noticed_at: datetime | None
    evidence: str
    breached: bool
    level: int
    provisional: bool
    explanation: tuple[Row, ...]


class ApprovalView(msgspec.Struct, frozen=True):
    """An approval with its decision."""

    approval_id: str
    approval: str
    zh: str
    en: str
    asked_by: str
    asked_at: datetime
    reason: str
    values: dict[str, Any]
    amount: int | None
    unit: str | None
    until: datetime | None
    granted: bool | None
    decided_by: str
    decided_at: datetime | None
    ruling: str


class Relation(msgspec.Struct, frozen=True):
    """How a case is related: ``report``, ``part_of``, ``duplicate_of``; ``outgoing`` from this case."""

    kind: str
    other_id: str
    outgoing: bool


class MoveView(msgspec.Struct, frozen=True):
    """A move that the reader may make now, and what it needs."""

    move: str
    zh: str
    en: str
    to_state: str
    needs_note: bool
    needs_values: tuple[str, ...]
    assigns: tuple[str, ...]


class CaseFile(msgspec.Struct, frozen=True):
    """Everything of one case but its timeline, which the log has (``read_stream``)."""

    case: CaseRow
    state_zh: str
    state_en: str
    values: dict[str, Any]
    clocks: tuple[ClockView, ...]
    approvals: tuple[ApprovalView, ...]
    relations: tuple[Relation, ...]
    moves: tuple[MoveView, ...]
    approvals_to_ask: tuple[str, ...]


_ONE = sql(f"SELECT {LISTED} FROM cases_case WHERE case_id = :case_id", short=True)
_CLOCKS = sql(
    "SELECT case_id, clock, run, status, basis, calendar, limit_amount, limit_unit, owner, source,"
    " signalled_us, due_us, noticed_us, evidence, breached, level, provisional, lines"
    " FROM cases_clock WHERE case_id = :case_id ORDER BY started_us, clock, run",
    short=True,
)
_RELATIONS = sql(
    "SELECT kind, other_id AS other, 1 AS outgoing FROM cases_relation WHERE case_id = :case_id"
    " UNION ALL SELECT kind, case_id AS other, 0 AS outgoing FROM cases_relation WHERE other_id = :case_id"
    " ORDER BY kind, other",
    short=True,
)


async def case_file(reader: Reader, loader: Loader, case_id: str, actor: Actor, now: datetime) -> CaseFile:
    """One case with its clocks explained, approvals, relations, and the moves this actor may make.

    Raises
    ------
    Refusal
        ``not_found``, or ``forbidden`` where :data:`VIEW` does not let the actor see it.
    """
    case = await loader.read(reader, case_id, approvals=True, lock=False)
    demand(VIEW, actor, case.subject)
    row = await reader.fetch_one(_ONE, case_id=case_id)
    clocks = await reader.fetch(_CLOCKS, case_id=case_id)
    relations = await reader.fetch(_RELATIONS, case_id=case_id)
    lifecycle = case.lifecycle
    return CaseFile(
        case=case_row(row),
        state_zh=lifecycle.states[case.state].zh,
        state_en=lifecycle.states[case.state].en,
        values=case.values,
        clocks=tuple(clock_view(case, run_of(clock), clock, now) for clock in clocks),
        approvals=tuple(_approval_view(case, one) for one in case.approvals),
        relations=tuple(Relation(one["kind"], one["other"], bool(one["outgoing"])) for one in relations),
        moves=tuple(_move_view(case, name) for name in moves_for(case, actor)),
        approvals_to_ask=tuple(
            name
            for name, approval in lifecycle.approvals.items()
            if case.is_open and ("*" in approval.states or case.state in approval.states)
        ),
    )


def clock_view(case: CaseState, run: ClockRun, row: Any, now: datetime) -> ClockView:
    """A clock as people see it at an instant.

    Everything reckoned from its ledger, nothing from its row's results.
    """
    calendar = case.calendars.of(run.calendar, None)
    standing = run.standing
    so_far = counted(standing, now, run.basis, calendar)
    total = standing.total_us
    assert standing.started_at is not None
    clock = case.lifecycle.clocks[run.clock]
    return ClockView(
        clock=run.clock,
        run=run.run,
        zh=clock.zh,
        en=clock.en,
        status=row["status"],
        light=light(so_far.us, total),
        owner=run.owner,
        source=row["source"],
        counted_s=so_far.us // 1_000_000,
        remaining_s=None if total is None else (total - so_far.us) // 1_000_000,
        started_at=standing.started_at,
        due_at=run.due_at,
        stopped_at=standing.stopped_at,
        noticed_at=at_of(row["noticed_us"]),
        evidence=row["evidence"],
        breached=bool(row["breached"]) or (total is not None and so_far.us > total),
        level=row["level"],
        provisional=bool(row["provisional"]),
        explanation=tuple(explain(run.lines, now, run.basis, calendar)),
    )


def _approval_view(case: CaseState, one: ApprovalState) -> ApprovalView:
    approval = case.lifecycle.approvals[one.approval]
    return ApprovalView(
        approval_id=one.approval_id,
        approval=one.approval,
        zh=approval.zh,
        en=approval.en,
        asked_by=one.asked_by,
        asked_at=one.asked_at,
        reason=one.reason,
        values=one.values,
        amount=one.amount.amount if one.amount else None,
        unit=one.amount.unit if one.amount else None,
        until=one.until,
        granted=one.granted,
        decided_by=one.decided_by,
        decided_at=one.decided_at,
        ruling=one.ruling,
    )


def _move_view(case: CaseState, name: str) -> MoveView:
    move = case.lifecycle.moves[name]
    to_state = case.state if move.to == "=" else move.to
    return MoveView(name, move.zh, move.en, to_state, move.needs_note, move.needs_values, move.assigns)
