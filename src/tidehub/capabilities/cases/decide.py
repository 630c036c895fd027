"""What is decided about cases: (what is known, what is asked, now) to facts. Pure; refuses by raising."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tidehub.capabilities.cases.clockwork import JOINED
from tidehub.capabilities.cases.commands import (
    AssignCase,
    JoinCases,
    LinkReport,
    MoveCase,
    NoteClockSignal,
    NoteOnCase,
    OpenCase,
    Part,
    ReckonClocks,
    RecordValues,
    SetPriority,
    SplitCase,
    TakeNotice,
    UndoJoin,
)
from tidehub.capabilities.cases.course import Asked, Course
from tidehub.capabilities.cases.facts import (
    CaseAssigned,
    CaseClosed,
    CaseJoined,
    CaseJoinUndone,
    CaseNoted,
    CaseOpened,
    CaseReopened,
    CaseSplit,
    DuplicateReleased,
    DuplicateTaken,
    PriorityChanged,
    ReportLinked,
    ValuesRecorded,
)
from tidehub.capabilities.cases.model import LIFECYCLE_INVALID, Lifecycles, moves_on_fact
from tidehub.capabilities.cases.ports import Calendars
from tidehub.capabilities.cases.refusals import (
    CASE_EXISTS,
    CASE_IS_CLOSED,
    CASE_IS_JOINED,
    CASE_MOVED_ON,
    JOIN_IMPOSSIBLE,
    SPLIT_EMPTY,
)
from tidehub.capabilities.cases.state import CaseState
from tidehub.kernel.facts import Fact
from tidehub.kernel.instants import refuse_future

CLOCK_DIFFERENCE_S = 120
"""By how much evidence may lie ahead of the platform's clock, in seconds."""


class Opening(msgspec.Struct, frozen=True):
    """What opening a case needs to know: what is mounted, and whether the id is taken."""

    lifecycles: Lifecycles
    calendars: Calendars
    exists: bool = False
    parent: CaseState | None = None


class Joining(msgspec.Struct, frozen=True):
    """A duplicate and its original."""

    duplicate: CaseState
    original: CaseState


def open_case(state: Opening, command: OpenCase, now: datetime) -> list[Fact]:
    """Open a case under the latest version of its lifecycle and start its clocks."""
    if state.exists:
        raise CASE_EXISTS("case_id", case_id=command.case_id)
    if command.happened_at is not None:
        refuse_future(command.happened_at, now, allowed_s=CLOCK_DIFFERENCE_S, field="happened_at")
    lifecycle = state.lifecycles.latest(command.lifecycle)
    name = command.state or lifecycle.start
    known = lifecycle.states.get(name)
    if known is None or known.final:
        raise LIFECYCLE_INVALID("state", where=command.lifecycle, problem=f"no case opens in '{name}'")
    at = command.happened_at or now
    case = CaseState(
        case_id=command.case_id,
        lifecycle=lifecycle,
        calendars=state.calendars,
        state=name,
        category=command.category,
        title=command.title,
        priority=command.priority,
        region_code=command.region_code,
        place_id=command.place_id,
        reporter=command.reporter,
        responsible_unit=command.responsible_unit,
        assignee=command.assignee,
        parent_id=command.parent_id,
        opened_at=now,
        state_since=now,
        values=command.values,
    )
    course = Course(case, now)
    clock_facts = course.work.react(frozenset({"opened", f"state:{name}"}), at, why="opened")
    clock_facts += course.work.enter(name, at, why=f"state:{name}")
    course.facts.append(
        CaseOpened(
            case_id=command.case_id,
            lifecycle=lifecycle.lifecycle,
            lifecycle_version=lifecycle.version,
            state=name,
            stage=known.stage,
            category=command.category,
            title=command.title,
            priority=command.priority,
            region_code=command.region_code,
            position=command.position,
            place_id=command.place_id,
            report_ids=command.report_ids,
            reporter=command.reporter,
            responsible_unit=command.responsible_unit,
            assignee=command.assignee,
            parent_id=command.parent_id,
            values=command.values,
            happened_at=command.happened_at,
            due_at=course.due_told(),
        )
    )
    course.facts += clock_facts
    return course.finish()


def move_case(case: CaseState, command: MoveCase, now: datetime) -> list[Fact]:
    """Make a move; a refused one says which moves are possible and for whom."""
    if command.expected_state is not None and command.expected_state != case.state:
        state = case.lifecycle.states[case.state]
        raise CASE_MOVED_ON("expected_state", expected=command.expected_state, state_zh=state.zh, state_en=state.en)
    if command.happened_at is not None:
        refuse_future(command.happened_at, now, allowed_s=CLOCK_DIFFERENCE_S, field="happened_at")
    course = Course(case, now)
    course.move(
        command.move,
        Asked(
            note=command.note,
            values=command.values,
            responsible_unit=command.responsible_unit,
            assignee=command.assignee,
            happened_at=command.happened_at,
            evidence=command.evidence,
            on_behalf_of=command.on_behalf_of,
        ),
    )
    return course.finish()


def take_notice(case: CaseState, command: TakeNotice, now: datetime) -> list[Fact]:
    """Let a fact of another capability make its move and start and stop clocks.

    Both by the fact's instant.
    """
    if case.original_id is not None:
        return []
    course = Course(case, now)
    at = command.happened_at or now
    trigger = frozenset({f"fact:{command.kind}"})
    asked = Asked(
        note=command.note,
        values=command.values,
        responsible_unit=command.responsible_unit,
        assignee=command.assignee,
        happened_at=command.happened_at,
        evidence=command.fact_id,
        on_behalf_of=command.on_behalf_of,
        caused_by="fact",
        triggers=trigger,
    )
    if not course.move_if_possible(moves_on_fact(case.lifecycle, case.state, command.kind), asked):
        course.facts += course.work.react(trigger, at, why=f"fact:{command.kind}", evidence=command.fact_id)
    return course.finish()


def assign_case(case: CaseState, command: AssignCase, now: datetime) -> list[Fact]:
    """Give the case to a unit, a person or both; clocks pass on to the new owner."""
    _refuse_joined(case)
    unit = case.responsible_unit if command.responsible_unit is None else command.responsible_unit or None
    assignee = case.assignee if command.assignee is None else command.assignee or None
    if (unit, assignee) == (case.responsible_unit, case.assignee):
        return []
    course = Course(case, now)
    course.become(responsible_unit=unit, assignee=assignee)
    course.facts.append(CaseAssigned(case_id=case.case_id, responsible_unit=unit, assignee=assignee, note=command.note))
    course.facts += course.work.pass_on(now, why="assigned")
    return course.finish()


def set_priority(case: CaseState, command: SetPriority, _now: datetime) -> list[Fact]:
    """Change the urgency; clocks that run keep the limit they started with."""
    if command.priority == case.priority:
        return []
    return [PriorityChanged(case_id=case.case_id, priority=command.priority, reason=command.reason)]


def record_values(case: CaseState, command: RecordValues, _now: datetime) -> list[Fact]:
    """Add values; those that are known already leave no trace."""
    fresh = {name: value for name, value in command.values.items() if case.values.get(name) != value}
    return [ValuesRecorded(case_id=case.case_id, values=fresh)] if fresh else []


def note_on_case(case: CaseState, command: NoteOnCase, _now: datetime) -> list[Fact]:
    """Write a note."""
    return [CaseNoted(case_id=case.case_id, text=command.text, public=command.public)]


def link_report(case: CaseState, command: LinkReport, _now: datetime) -> list[Fact]:
    """Add a report."""
    return [ReportLinked(case_id=case.case_id, report_id=command.report_id)]


def join_cases(state: Joining, command: JoinCases, now: datetime) -> list[Fact]:
    """Close the duplicate, let its clocks stand, and tell the original."""
    duplicate, original = state.duplicate, state.original
    if duplicate.case_id == original.case_id:
        raise JOIN_IMPOSSIBLE("original_id", problem_zh="两件是同一案件", problem_en="they are one and the same")
    if original.original_id is not None:
        raise CASE_IS_JOINED("original_id", original_id=original.original_id)
    _refuse_joined(duplicate)
    if not duplicate.is_open:
        raise CASE_IS_CLOSED("case_id")
    if duplicate.open_children:
        raise JOIN_IMPOSSIBLE(
            "case_id",
            problem_zh="重复件还有未办结的子案件",
            problem_en="the duplicate has parts that are open",
        )
    course = Course(duplicate, now)
    course.facts.append(
        CaseJoined(
            case_id=duplicate.case_id,
            original_id=original.case_id,
            state=duplicate.state,
            reason=command.reason,
        )
    )
    course.facts += course.work.pause(duplicate.lifecycle.clocks, now, JOINED, why=f"case/{original.case_id}")
    course.become(original_id=original.case_id, is_open=False)
    course.facts.append(CaseClosed(case_id=duplicate.case_id, outcome="joined", parent_id=duplicate.parent_id))
    return [
        *course.finish(),
        DuplicateTaken(case_id=original.case_id, duplicate_id=duplicate.case_id),
    ]


def undo_join(case: CaseState, command: UndoJoin, now: datetime) -> list[Fact]:
    """Open the duplicate again where it stood; its clocks go on where they were."""
    if case.original_id is None:
        raise JOIN_IMPOSSIBLE("case_id", problem_zh="该案件没有并案", problem_en="it is not joined to any")
    original_id = case.original_id
    course = Course(case, now)
    course.facts.append(
        CaseJoinUndone(case_id=case.case_id, original_id=original_id, state=case.state, reason=command.reason)
    )
    course.become(original_id=None, is_open=True)
    course.facts.append(CaseReopened(case_id=case.case_id, state=case.state, parent_id=case.parent_id))
    course.facts += course.work.resume(now, JOINED, why="undone")
    return [*course.finish(), DuplicateReleased(case_id=original_id, duplicate_id=case.case_id)]


class Splitting(msgspec.Struct, frozen=True):
    """A whole and the ids that its parts would take though they are taken already."""

    case: CaseState
    opening: Opening
    taken: tuple[str, ...] = ()


def split_case(state: Splitting, command: SplitCase, now: datetime) -> list[Fact]:
    """Open the parts; each is a case of its own that names the whole as its parent."""
    case = state.case
    _refuse_joined(case)
    if not case.is_open:
        raise CASE_IS_CLOSED("case_id")
    ids = [part.case_id for part in command.parts]
    if len(ids) < 2 or len(set(ids)) != len(ids) or case.case_id in ids:
        raise SPLIT_EMPTY("parts")
    if state.taken:
        raise CASE_EXISTS("parts", case_id=state.taken[0])
    facts: list[Fact] = [CaseSplit(case_id=case.case_id, part_ids=tuple(ids), reason=command.reason)]
    for part in command.parts:
        facts += open_case(state.opening, _opening_of(case, part), now)
    return facts


def _opening_of(case: CaseState, part: Part) -> OpenCase:
    return OpenCase(
        case_id=part.case_id,
        lifecycle=part.lifecycle or case.lifecycle.lifecycle,
        category=part.category or case.category,
        title=part.title or case.title,
        region_code=part.region_code or case.region_code,
        priority=case.priority,
        place_id=case.place_id,
        reporter=case.reporter,
        responsible_unit=part.responsible_unit,
        parent_id=case.case_id,
        values={**case.values, **part.values},
    )


def note_clock_signal(case: CaseState, command: NoteClockSignal, now: datetime) -> list[Fact]:
    """Give the signals that are due and make the moves they ask for, as far as those can be made."""
    course = Course(case, now)
    for fact, signal in course.work.signal(command.clock, command.run):
        course.facts.append(fact)
        if signal.move:
            asked = Asked(note=f"clock:{command.clock}", evidence=command.clock, caused_by="clock")
            course.move_if_possible((signal.move,), asked)
    return course.finish()


def reckon_clocks(case: CaseState, command: ReckonClocks, now: datetime) -> list[Fact]:
    """Reckon the clocks anew by today's calendars."""
    course = Course(case, now)
    course.facts += course.work.reckon(why=command.reason)
    return course.finish()


def _refuse_joined(case: CaseState) -> None:
    if case.original_id is not None:
        raise CASE_IS_JOINED("case_id", original_id=case.original_id)
