"""Cases (案件): lifecycles, clocks and approvals as data. See ``README.md``."""

from __future__ import annotations

from tidehub.capabilities.cases import admit, approve, decide, project, timers
from tidehub.capabilities.cases.brief import CaseBrief, CaseTitle, find_case, titles_of
from tidehub.capabilities.cases.bulk import BulkAnswer, move_each
from tidehub.capabilities.cases.case_file import CaseFile, case_file
from tidehub.capabilities.cases.check import check_lifecycle, message_keys
from tidehub.capabilities.cases.check_names import Finding
from tidehub.capabilities.cases.commands import (
    AskApproval,
    AssignCase,
    DecideApproval,
    JoinCases,
    LinkReport,
    MoveCase,
    NoteClockSignal,
    NoteOnCase,
    OpenCase,
    Part,
    ReckonClocks,
    RecordValues,
    ResumeClock,
    SetPriority,
    SplitCase,
    TakeNotice,
    UndoJoin,
)
from tidehub.capabilities.cases.decide import Joining, Splitting
from tidehub.capabilities.cases.facts import (
    FACTS,
    ApprovalAsked,
    ApprovalDecided,
    CaseAssigned,
    CaseClosed,
    CaseDueChanged,
    CaseJoined,
    CaseJoinUndone,
    CaseMoved,
    CaseNoted,
    CaseOpened,
    CaseReopened,
    CaseSplit,
    ClockBreached,
    ClockEscalated,
    ClockExtended,
    ClockPassed,
    ClockPaused,
    ClockReckoned,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    ClockWarned,
    DuplicateReleased,
    DuplicateTaken,
    PriorityChanged,
    ReportLinked,
    ValuesRecorded,
)
from tidehub.capabilities.cases.model import (
    Lifecycle,
    Lifecycles,
    facts_awaited,
    moves_on_fact,
    read_lifecycle,
)
from tidehub.capabilities.cases.ports import Calendars, CalendarTable
from tidehub.capabilities.cases.queries import (
    VIEW,
    Box,
    CaseFilter,
    CaseRow,
    Count,
    Page,
    approvals_waiting,
    cases_of_report,
    count_cases,
    inbox,
    list_cases,
    provisional_cases,
    sharpened,
)
from tidehub.capabilities.cases.schema import TABLES
from tidehub.capabilities.cases.screen import CHANGES as SCREEN_CHANGES
from tidehub.capabilities.cases.screen import CaseOnScreen, open_at, open_now, replayed
from tidehub.capabilities.cases.state import CaseState
from tidehub.capabilities.cases.tables import Loader
from tidehub.hub.registry import Capability, Handler
from tidehub.kernel.access import Subject

__all__ = [
    "FACTS",
    "SCREEN_CHANGES",
    "TABLES",
    "VIEW",
    "ApprovalAsked",
    "ApprovalDecided",
    "AskApproval",
    "AssignCase",
    "Box",
    "BulkAnswer",
    "CalendarTable",
    "Calendars",
    "CaseAssigned",
    "CaseBrief",
    "CaseClosed",
    "CaseDueChanged",
    "CaseFile",
    "CaseFilter",
    "CaseJoinUndone",
    "CaseJoined",
    "CaseMoved",
    "CaseNoted",
    "CaseOnScreen",
    "CaseOpened",
    "CaseReopened",
    "CaseRow",
    "CaseSplit",
    "CaseTitle",
    "ClockBreached",
    "ClockEscalated",
    "ClockExtended",
    "ClockPassed",
    "ClockPaused",
    "ClockReckoned",
    "ClockResumed",
    "ClockStarted",
    "ClockStopped",
    "ClockWarned",
    "Count",
    "DecideApproval",
    "DuplicateReleased",
    "DuplicateTaken",
    "Finding",
    "JoinCases",
    "Lifecycle",
    "Lifecycles",
    "LinkReport",
    "Loader",
    "MoveCase",
    "NoteClockSignal",
    "NoteOnCase",
    "OpenCase",
    "Page",
    "Part",
    "PriorityChanged",
    "ReckonClocks",
    "RecordValues",
    "ReportLinked",
    "ResumeClock",
    "SetPriority",
    "SplitCase",
    "TakeNotice",
    "UndoJoin",
    "ValuesRecorded",
    "approvals_waiting",
    "capability",
    "case_file",
    "cases_of_report",
    "check_lifecycle",
    "count_cases",
    "facts_awaited",
    "find_case",
    "inbox",
    "list_cases",
    "message_keys",
    "move_each",
    "moves_on_fact",
    "open_at",
    "open_now",
    "provisional_cases",
    "read_lifecycle",
    "replayed",
    "sharpened",
    "titles_of",
]


def _of_case(case: CaseState, _command: object) -> Subject:
    return case.subject


def _of_joining(joining: Joining, _command: object) -> Subject:
    return joining.duplicate.subject


def _of_splitting(splitting: Splitting, _command: object) -> Subject:
    return splitting.case.subject


def _of_opening(_opening: object, command: OpenCase) -> Subject:
    return Subject(command.region_code)


def capability(lifecycles: Lifecycles, calendars: Calendars) -> Capability:
    """The face to the hub.

    Parameters
    ----------
    lifecycles
        Every version that is mounted, those of open cases included.
    calendars
        Office hours by name and unit.
    """
    load = Loader(lifecycles, calendars)
    handlers = (
        Handler(OpenCase, load.opening, decide.open_case, _of_opening, load_many=load.openings),
        Handler(
            MoveCase,
            load.case_for_move,
            decide.move_case,
            _of_case,
            load_many=load.cases_for_moves,
            admit=admit.admit_move,
        ),
        Handler(TakeNotice, load.case_for_fact, decide.take_notice, _of_case),
        Handler(AssignCase, load.case, decide.assign_case, _of_case),
        Handler(SetPriority, load.case_alone, decide.set_priority, _of_case),
        Handler(RecordValues, load.case_alone, decide.record_values, _of_case),
        Handler(NoteOnCase, load.case_alone, decide.note_on_case, _of_case),
        Handler(LinkReport, load.case_alone, decide.link_report, _of_case),
        Handler(AskApproval, load.case_with_approvals, approve.ask_approval, _of_case, admit=admit.admit_asking),
        Handler(
            DecideApproval,
            load.case_with_approvals,
            approve.decide_approval,
            _of_case,
            admit=admit.admit_deciding,
        ),
        Handler(ResumeClock, load.case_with_approvals, approve.resume_clock, _of_case, admit=admit.admit_deciding),
        Handler(JoinCases, load.joining, decide.join_cases, _of_joining),
        Handler(UndoJoin, load.case, decide.undo_join, _of_case),
        Handler(SplitCase, load.splitting, decide.split_case, _of_splitting),
        Handler(NoteClockSignal, load.case_with_approvals, decide.note_clock_signal, _of_case),
        Handler(ReckonClocks, load.case, decide.reckon_clocks, _of_case),
    )
    return Capability(
        name="cases",
        handlers=handlers,
        facts=FACTS,
        project=project.project,
        tables=TABLES,
        reads=frozenset({"ReportJoined"}),
        timers=timers.timers,
        on_timer={timers.CLOCK_TIMER: timers.fire_clock, timers.HOLD_TIMER: timers.fire_hold},
    )
