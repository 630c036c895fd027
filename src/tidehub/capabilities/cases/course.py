"""The course of a case through one decision: the moves and what they do to its clocks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.cases.admit import impossible, moves_now, refuse_same_hand
from tidehub.capabilities.cases.clockwork import HOLD, ClockWork
from tidehub.capabilities.cases.facts import CaseClosed, CaseDueChanged, CaseMoved, CaseReopened, Cause
from tidehub.capabilities.cases.model import SAME_STATE, Move
from tidehub.capabilities.cases.refusals import (
    CASE_IS_JOINED,
    CHILDREN_OPEN,
    MOVE_CONDITION,
    MOVE_NEEDS,
    MOVE_TOO_OFTEN,
    WINDOW_OVER,
)
from tidehub.capabilities.cases.state import CaseState
from tidehub.kernel.errors import Refusal
from tidehub.kernel.facts import Fact
from tidehub.kernel.instants import format_instant, from_us
from tidehub.methods.clocks import add


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What comes with a move, from whoever causes it."""

    note: str = ""
    values: dict[str, Any] = {}
    responsible_unit: str | None = None
    assignee: str | None = None
    happened_at: datetime | None = None
    evidence: str = ""
    on_behalf_of: str | None = None
    caused_by: Cause = "person"
    triggers: frozenset[str] = frozenset()


class Course:
    """A case on its way through a decision; ``facts`` grows, ``case`` is what it has become.

    Parameters
    ----------
    case
        The case as it was read.
    now
        When the decision is made.
    """

    def __init__(self, case: CaseState, now: datetime) -> None:
        self.now = now
        self.facts: list[Fact] = []
        self.work = ClockWork(case, now)
        self._due_known = case.due_at

    @property
    def case(self) -> CaseState:
        """The case as it has become."""
        return self.work.case

    def become(self, **changes: Any) -> None:
        """Change what is known of the case for the rest of the decision."""
        self.work.case = msgspec.structs.replace(self.case, **changes)

    def finish(self) -> list[Fact]:
        """The facts; the last says when the case is due, if that has changed and no move has said so."""
        due = self.work.earliest_due()
        if due != self._due_known:
            self._due_known = due
            self.facts.append(CaseDueChanged(case_id=self.case.case_id, due_at=due))
        return self.facts

    def due_told(self) -> datetime | None:
        """When the case is due; a fact that carries it spares the ``CaseDueChanged``."""
        self._due_known = self.work.earliest_due()
        return self._due_known

    def move(self, name: str, asked: Asked) -> None:
        """Make a move, with everything it does; raises the refusal that says why not."""
        case = self.case
        if name not in moves_now(case):
            if case.original_id:
                raise CASE_IS_JOINED("case_id", original_id=case.original_id)
            raise impossible(case, name)
        move = case.lifecycle.moves[name]
        refuse_missing(case, name, move, asked, self.now)
        if asked.on_behalf_of is not None:
            refuse_same_hand(case, move, (asked.on_behalf_of,))
        self._carry_out(name, move, asked)

    def _carry_out(self, name: str, move: Move, asked: Asked) -> None:
        before, lifecycle = self.case, self.case.lifecycle
        to_state = before.state if move.to == SAME_STATE else move.to
        values = {**asked.values, **move.sets}
        holders = {
            holder: None if holder in move.clears else getattr(asked, holder) or getattr(before, holder)
            for holder in ("responsible_unit", "assignee")
        }
        moved = to_state != before.state
        self.become(
            state=to_state,
            values={**before.values, **values},
            is_open=not lifecycle.states[to_state].final,
            state_since=self.now if moved else before.state_since,
            **holders,
        )
        at = asked.happened_at or self.now
        triggers = asked.triggers | {f"move:{name}"} | ({f"state:{to_state}"} if moved else set())
        clock_facts: list[Fact] = []
        if moved:
            clock_facts += self.work.resume(at, HOLD, why=f"move:{name}")
        clock_facts += self.work.react(frozenset(triggers), at, why=f"move:{name}", evidence=asked.evidence)
        clock_facts += self.work.enter(to_state, at, why=f"state:{to_state}")
        clock_facts += self.work.pass_on(at, why=f"move:{name}")
        self.facts.append(
            CaseMoved(
                case_id=before.case_id,
                move=name,
                from_state=before.state,
                to_state=to_state,
                stage=lifecycle.states[to_state].stage,
                note=asked.note,
                values=values,
                responsible_unit=holders["responsible_unit"],
                assignee=holders["assignee"],
                by_unit=before.responsible_unit if holders["responsible_unit"] != before.responsible_unit else None,
                caused_by=asked.caused_by,
                happened_at=asked.happened_at,
                evidence=asked.evidence,
                on_behalf_of=asked.on_behalf_of,
                due_at=self.due_told(),
            )
        )
        self.facts += clock_facts
        if before.is_open and not self.case.is_open:
            outcome = lifecycle.states[to_state].outcome or to_state
            self.facts.append(CaseClosed(case_id=before.case_id, outcome=outcome, parent_id=before.parent_id))
        elif self.case.is_open and not before.is_open:
            self.facts.append(CaseReopened(case_id=before.case_id, state=to_state, parent_id=before.parent_id))

    def move_if_possible(self, names: Sequence[str], asked: Asked) -> bool:
        """Make the first of some moves that can be made; whether one was."""
        for name in names:
            try:
                self.move(name, asked)
            except Refusal:
                continue
            return True
        return False


def refuse_missing(case: CaseState, name: str, move: Move, asked: Asked, now: datetime) -> None:
    """Refuse a move whose needs are not met; what each actor may is checked elsewhere."""
    texts = {"move_zh": move.zh, "move_en": move.en}
    missing = [] if asked.note or not move.needs_note else ["note"]
    known = {**case.values, **asked.values, **move.sets}
    missing += [f"values.{value}" for value in move.needs_values if known.get(value) in (None, "", [])]
    missing += [holder for holder in move.assigns if not getattr(asked, holder) and not getattr(case, holder)]
    missing += [approval for approval in move.needs_approvals if not _granted(case, approval, name)]
    if missing:
        raise MOVE_NEEDS(missing[0], missing=", ".join(missing), **texts)
    for holder in ("responsible_unit", "assignee"):
        if getattr(asked, holder) and holder not in move.assigns and asked.caused_by == "person":
            raise MOVE_CONDITION(holder, condition=f"{holder}: -", **texts)
    if not case.holds(move.when, {**asked.values, **move.sets}):
        raise MOVE_CONDITION("values", condition=str(dict(move.when)), **texts)
    if move.needs_children_closed and case.open_children:
        raise CHILDREN_OPEN("move", count=case.open_children)
    if move.max_times is not None and sum(step.move == name for step in case.trail) >= move.max_times:
        raise MOVE_TOO_OFTEN("move", max_times=move.max_times, **texts)
    if move.within is not None:
        since = case.state_since if move.within.since == "state" else case.opened_at
        calendar = case.calendars.of(case.lifecycle.calendar, case.responsible_unit)
        until = add(since, move.within.duration, calendar).at
        if now > until:
            raise WINDOW_OVER("move", until=format_instant(until), **texts)


def _granted(case: CaseState, approval: str, move: str) -> bool:
    used = max((step.at_us for step in case.trail if step.move == move), default=0)
    return any(
        one.approval == approval and one.granted and one.decided_at is not None and one.decided_at > from_us(used)
        for one in case.approvals
    )
