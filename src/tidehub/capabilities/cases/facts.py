"""What has happened to a case.

Facts of a clock carry what was reckoned (how long it has counted, when it is due), so that reading them
never needs a calendar of that day; ``queries.case_file`` reckons it anew and shows both.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

import msgspec

from tidehub.kernel.facts import Fact
from tidehub.kernel.geometry import Position
from tidehub.methods.clocks import Basis, Duration

Cause = Literal["person", "fact", "clock", "approval"]


class _OfCase(Fact, frozen=True):
    case_id: str

    @property
    def stream(self) -> str:
        """The case's chain."""
        return f"case/{self.case_id}"


class CaseOpened(_OfCase, frozen=True):
    """A case was opened.

    ``due_at`` is the earliest due of its running clocks; ``happened_at`` when it was reported.
    """

    opens_stream: ClassVar[bool] = True

    lifecycle: str
    lifecycle_version: int
    state: str
    stage: str
    category: str
    title: str
    priority: int
    region_code: str
    position: Position | None = None
    place_id: str | None = None
    report_ids: tuple[str, ...] = ()
    reporter: str | None = None
    responsible_unit: str | None = None
    assignee: str | None = None
    parent_id: str | None = None
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    happened_at: datetime | None = None
    due_at: datetime | None = None


class CaseMoved(_OfCase, frozen=True):
    """A move was made.

    Parameters
    ----------
    responsible_unit, assignee
        Who has the case after it.
    by_unit
        Unit that had the case before it, where that has changed: what a return counts against.
    caused_by
        What made it: a person, a fact, a clock or an approval.
    happened_at, evidence
        When it happened out there, and what proves it.
    on_behalf_of
        Whose deed it was, where the platform's hand wrote it.
    due_at
        Earliest due of the clocks that run after it.
    """

    move: str
    from_state: str
    to_state: str
    stage: str
    note: str = ""
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    responsible_unit: str | None = None
    assignee: str | None = None
    by_unit: str | None = None
    caused_by: Cause = "person"
    happened_at: datetime | None = None
    evidence: str = ""
    on_behalf_of: str | None = None
    due_at: datetime | None = None


class CaseClosed(_OfCase, frozen=True):
    """The case reached a final state, or was joined to another (outcome ``joined``)."""

    outcome: str
    parent_id: str | None = None


class CaseReopened(_OfCase, frozen=True):
    """A closed case is open again."""

    state: str
    parent_id: str | None = None


class CaseAssigned(_OfCase, frozen=True):
    """Somebody else has it now; both as they stand after it."""

    responsible_unit: str | None = None
    assignee: str | None = None
    note: str = ""


class PriorityChanged(_OfCase, frozen=True):
    """Its urgency changed."""

    priority: int
    reason: str


class ValuesRecorded(_OfCase, frozen=True):
    """More is known of it."""

    values: dict[str, Any]


class CaseNoted(_OfCase, frozen=True):
    """A note was written."""

    text: str
    public: bool = False


class ReportLinked(_OfCase, frozen=True):
    """A further report belongs to it."""

    report_id: str


class CaseDueChanged(_OfCase, frozen=True):
    """The earliest due of its clocks changed without a move."""

    due_at: datetime | None = None


class _OfClock(_OfCase, frozen=True):
    clock: str
    run: int


class ClockStarted(_OfClock, frozen=True):
    """A clock started.

    Parameters
    ----------
    run
        1 for its first run, one more after each stop.
    at
        From when it counts: by evidence where there is some, else when it was recorded.
    basis, limit, limit_us
        What counts, the limit as written and in counted microseconds; ``None`` for a stopwatch.
    calendar
        Name of the office calendar.
    owner
        Whose time it is: the unit's or person's id, or a post.
    source
        Where the limit comes from.
    provisional
        Whether it runs into a year whose holidays are not published.
    """

    at: datetime
    basis: Basis
    calendar: str
    limit: Duration | None = None
    limit_us: int | None = None
    owner: str = ""
    source: str = ""
    why: str = ""
    due_at: datetime | None = None
    next_signal_at: datetime | None = None
    provisional: bool = False


class ClockPaused(_OfClock, frozen=True):
    """A clock stands still for a reason (one of perhaps several); ``until`` when that one ends by itself."""

    at: datetime
    reason: str
    why: str = ""
    until: datetime | None = None
    owner: str = ""
    counted_us: int = 0


class ClockResumed(_OfClock, frozen=True):
    """One reason for standing still is gone.

    It counts again when none is left, and then ``due_at`` is set.
    """

    at: datetime
    reason: str
    runs: bool = True
    why: str = ""
    owner: str = ""
    due_at: datetime | None = None
    next_signal_at: datetime | None = None
    provisional: bool = False


class ClockExtended(_OfClock, frozen=True):
    """The limit grew by ``extra_us`` counted microseconds, granted as ``amount``, after ``counted_us`` had
    counted."""

    at: datetime
    counted_us: int
    amount: Duration
    extra_us: int
    why: str = ""
    due_at: datetime | None = None
    next_signal_at: datetime | None = None
    provisional: bool = False


class ClockReckoned(_OfClock, frozen=True):
    """A calendar changed and the limit was reckoned anew."""

    at: datetime
    why: str
    before_us: int
    limit_us: int
    due_at: datetime | None = None
    next_signal_at: datetime | None = None
    provisional: bool = False


class ClockPassed(_OfClock, frozen=True):
    """A running clock is somebody else's time from here on."""

    at: datetime
    owner: str
    why: str = ""


class ClockStopped(_OfClock, frozen=True):
    """A clock stopped: how long it counted, and by how much that is over its limit (0 if within).

    ``at`` is the instant of the evidence, ``evidence`` what it is; when it was noticed stands on the
    envelope.
    """

    at: datetime
    counted_us: int
    over_us: int = 0
    why: str = ""
    evidence: str = ""
    owner: str = ""


class _Signalled(_OfClock, frozen=True):
    percent: int
    threshold_us: int
    message: str = ""
    level: int = 0
    owner: str = ""
    due_at: datetime | None = None
    next_signal_at: datetime | None = None


class ClockWarned(_Signalled, frozen=True):
    """A clock comes near its limit."""


class ClockBreached(_Signalled, frozen=True):
    """A clock ran over its limit."""


class ClockEscalated(_Signalled, frozen=True):
    """A breached clock ran on to the next level of escalation."""


class ApprovalAsked(_OfCase, frozen=True):
    """An approval was asked for, with what was wished."""

    approval_id: str
    approval: str
    reason: str = ""
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    amount: Duration | None = None
    until: datetime | None = None
    asked_in: str = ""
    owner: str = ""


class ApprovalDecided(_OfCase, frozen=True):
    """It was granted or refused.

    Parameters
    ----------
    effect, amount, until
        What it does to the clock.
    counts_as
        Under what the indicators count it.
    values, responsible_unit
        The ruling; a flow may turn it into a routing rule.
    """

    approval_id: str
    approval: str
    granted: bool
    reason: str = ""
    effect: Literal["extend", "pause", "none"] = "none"
    clock: str = ""
    amount: Duration | None = None
    until: datetime | None = None
    counts_as: str = ""
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    responsible_unit: str | None = None


class CaseJoined(_OfCase, frozen=True):
    """This case is a duplicate of another and was joined to it; ``state`` is where it stood."""

    original_id: str
    state: str
    reason: str = ""


class CaseJoinUndone(_OfCase, frozen=True):
    """The joining was taken back."""

    original_id: str
    state: str
    reason: str


class DuplicateTaken(_OfCase, frozen=True):
    """On the original: another case was joined to it."""

    duplicate_id: str


class DuplicateReleased(_OfCase, frozen=True):
    """On the original: that joining was taken back."""

    duplicate_id: str


class CaseSplit(_OfCase, frozen=True):
    """Parts of it were opened."""

    part_ids: tuple[str, ...]
    reason: str = ""


FACTS: tuple[type[Fact], ...] = (
    CaseOpened, CaseMoved, CaseClosed, CaseReopened, CaseAssigned, PriorityChanged, ValuesRecorded, CaseNoted,
    ReportLinked, CaseDueChanged, ClockStarted, ClockPaused, ClockResumed, ClockExtended, ClockReckoned,
    ClockPassed, ClockStopped, ClockWarned, ClockBreached, ClockEscalated, ApprovalAsked, ApprovalDecided,
    CaseJoined, CaseJoinUndone, DuplicateTaken, DuplicateReleased, CaseSplit,
)  # fmt: skip
