"""What may be asked of cases.

The rule beside a command is its door. Who may make a particular move, ask or decide a particular approval
stands in the lifecycle and is checked against the case itself (``admit.py``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import msgspec

from tidehub.kernel.access import PLATFORM_ONLY, Rule, rule
from tidehub.kernel.facts import Command
from tidehub.kernel.geometry import Position

OFFICERS = rule("duty_officer", "shift_leader")
INVOLVED = rule(
    "duty_officer",
    "shift_leader",
    "checker",
    "unit_staff",
    "crew",
    "quay_operator",
    relations=["reporter", "assignee", "responsible_unit"],
)
BY_LIFECYCLE = rule(signed_in=True)
"""Whoever is signed in may knock; the lifecycle decides."""


class _OfCase(Command, frozen=True):
    case_id: str

    @property
    def stream(self) -> str:
        """The case's chain."""
        return f"case/{self.case_id}"


class OpenCase(_OfCase, frozen=True):
    """Open a case.

    Parameters
    ----------
    lifecycle
        Name; the latest version mounted is taken and kept.
    state
        Where it opens; the lifecycle's start if ``None``.
    priority
        0 ordinary, higher is more urgent.
    reporter
        Person who reported, for the relation of that name.
    happened_at
        When it was reported out there, where that is known better than by now; clocks count from it.
    values
        What the lifecycle's conditions and limits are judged by, besides the fields of the case.
    """

    lifecycle: str
    category: str
    title: str
    region_code: str
    state: str | None = None
    priority: int = 0
    position: Position | None = None
    place_id: str | None = None
    report_ids: tuple[str, ...] = ()
    reporter: str | None = None
    responsible_unit: str | None = None
    assignee: str | None = None
    parent_id: str | None = None
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    happened_at: datetime | None = None
    rule: ClassVar[Rule] = OFFICERS


class MoveCase(_OfCase, frozen=True):
    """Make a move of the lifecycle.

    Parameters
    ----------
    values
        What the move brings; laid over what is known.
    responsible_unit, assignee
        Whom the move gives the case to, where it declares so.
    happened_at, evidence
        When it happened out there and what proves it (a geofence, a weighing). Clocks count by it; when it
        was recorded is kept too. Only the platform may say so, from a fact.
    on_behalf_of
        The person whose deed the platform carries out, so that nobody checks his own work.
    expected_state
        Refuse if the case stands elsewhere meanwhile.
    """

    move: str
    note: str = ""
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    responsible_unit: str | None = None
    assignee: str | None = None
    happened_at: datetime | None = None
    evidence: str = ""
    on_behalf_of: str | None = None
    expected_state: str | None = None
    rule: ClassVar[Rule] = BY_LIFECYCLE


class TakeNotice(_OfCase, frozen=True):
    """Tell a case of a fact of another capability: makes the move it causes, starts and stops clocks.

    A fact that means nothing to the case's lifecycle in its present state leaves no trace.

    Parameters
    ----------
    kind, fact_id
        The fact, e.g. ``UnitArrived`` and ``case/X@7``; the id is kept as evidence.
    note
        What the fact says in words, for a move that needs a note.
    """

    kind: str
    fact_id: str
    note: str = ""
    happened_at: datetime | None = None
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    responsible_unit: str | None = None
    assignee: str | None = None
    on_behalf_of: str | None = None
    rule: ClassVar[Rule] = PLATFORM_ONLY


class AssignCase(_OfCase, frozen=True):
    """Give a case to a unit, a person or both, without moving it.

    ``None`` leaves as it is, ``""`` takes away.
    """

    responsible_unit: str | None = None
    assignee: str | None = None
    note: str = ""
    rule: ClassVar[Rule] = rule("duty_officer", "shift_leader", relations=["responsible_unit"])


class SetPriority(_OfCase, frozen=True):
    """Change the urgency, with a reason."""

    priority: int
    reason: str
    rule: ClassVar[Rule] = OFFICERS


class RecordValues(_OfCase, frozen=True):
    """Add to what is known of a case, without moving it."""

    values: dict[str, Any]
    rule: ClassVar[Rule] = rule("duty_officer", "shift_leader", "checker", relations=["responsible_unit", "assignee"])


class NoteOnCase(_OfCase, frozen=True):
    """Write a note; a public one is seen by the reporter."""

    text: str
    public: bool = False
    rule: ClassVar[Rule] = INVOLVED


class LinkReport(_OfCase, frozen=True):
    """Add a further report to a case: the same thing reported again."""

    report_id: str
    rule: ClassVar[Rule] = OFFICERS


class AskApproval(_OfCase, frozen=True):
    """Ask for an approval of the lifecycle.

    Parameters
    ----------
    approval_id
        Given by the one who asks, so that asking twice is asking once.
    approval
        Its name in the lifecycle.
    amount, unit
        The extension that is wished.
    until
        Until when it is to be on hold.
    """

    approval_id: str
    approval: str
    reason: str = ""
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    amount: int | None = None
    unit: str | None = None
    until: datetime | None = None
    rule: ClassVar[Rule] = BY_LIFECYCLE


class DecideApproval(_OfCase, frozen=True):
    """Grant or refuse. What is granted may be less than what was asked; a ruling may name another unit."""

    approval_id: str
    granted: bool
    reason: str = ""
    amount: int | None = None
    unit: str | None = None
    until: datetime | None = None
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    responsible_unit: str | None = None
    rule: ClassVar[Rule] = BY_LIFECYCLE


class ResumeClock(_OfCase, frozen=True):
    """End a hold that an approval put on a clock (挂账恢复), by whoever may decide it or when its time is
    over."""

    approval_id: str
    reason: str = ""
    rule: ClassVar[Rule] = BY_LIFECYCLE


class JoinCases(_OfCase, frozen=True):
    """Join a duplicate (``case_id``) to its original.

    It closes, its clocks stand, its reports count there.
    """

    original_id: str
    reason: str = ""
    rule: ClassVar[Rule] = OFFICERS


class UndoJoin(_OfCase, frozen=True):
    """Take a joining back: the case stands where it stood, its clocks go on where they were."""

    reason: str
    rule: ClassVar[Rule] = OFFICERS


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One part that a case is split into; what is left out is as in the whole."""

    case_id: str
    title: str = ""
    category: str = ""
    lifecycle: str = ""
    region_code: str = ""
    responsible_unit: str | None = None
    values: dict[str, Any] = msgspec.field(default_factory=dict)


class SplitCase(_OfCase, frozen=True):
    """Open parts of a case for several units; the whole goes on and can wait for them."""

    parts: tuple[Part, ...]
    reason: str = ""
    rule: ClassVar[Rule] = OFFICERS


class NoteClockSignal(_OfCase, frozen=True):
    """The next signal of a clock is due: warn, breach or escalate, whichever by now. Asked by the timer."""

    clock: str
    run: int
    rule: ClassVar[Rule] = PLATFORM_ONLY


class ReckonClocks(_OfCase, frozen=True):
    """Reckon the running clocks anew, because a calendar has changed (a year's holidays were published)."""

    reason: str
    rule: ClassVar[Rule] = rule("administrator")
