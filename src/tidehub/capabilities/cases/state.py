"""A case as a decision sees it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.cases.model import Condition, Lifecycle
from tidehub.capabilities.cases.ports import Calendars
from tidehub.kernel.access import Subject
from tidehub.methods.clocks import Basis, Duration, Line, Standing, standing_of


class ClockRun(msgspec.Struct, frozen=True):
    """One run of a clock with its ledger.

    Parameters
    ----------
    calendar
        Name of the calendar whose office hours count for it.
    signalled_us
        Counted time up to which its signals have been given.
    """

    clock: str
    run: int
    basis: Basis
    calendar: str
    lines: tuple[Line, ...]
    limit: Duration | None = None
    owner: str = ""
    signalled_us: int = 0
    due_at: datetime | None = None

    @property
    def standing(self) -> Standing:
        """How it stands after its lines."""
        return standing_of(self.lines)

    @property
    def stopped(self) -> bool:
        """Whether it has stopped; nothing is written after that."""
        return bool(self.lines) and self.lines[-1].kind == "stopped"


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One move made: which, to where, by whom, when (microseconds since 1970)."""

    move: str
    to_state: str
    by: str
    at_us: int


class ApprovalState(msgspec.Struct, frozen=True):
    """An approval asked for; ``granted`` is ``None`` while it is open."""

    approval_id: str
    approval: str
    asked_by: str
    asked_at: datetime
    granted: bool | None = None
    decided_at: datetime | None = None
    amount: Duration | None = None
    until: datetime | None = None
    reason: str = ""
    values: dict[str, Any] = {}
    decided_by: str = ""
    ruling: str = ""


class CaseState(msgspec.Struct, frozen=True, kw_only=True):
    """A case with its lifecycle, clocks and, where a decision needs them, approvals.

    Parameters
    ----------
    version
        Where its chain stood when it was read.
    state_since
        When it entered its present state.
    open_children
        How many parts and children are not closed.
    """

    case_id: str
    lifecycle: Lifecycle
    calendars: Calendars
    state: str
    category: str = ""
    title: str = ""
    priority: int = 0
    region_code: str = ""
    place_id: str | None = None
    reporter: str | None = None
    responsible_unit: str | None = None
    assignee: str | None = None
    parent_id: str | None = None
    original_id: str | None = None
    is_open: bool = True
    opened_at: datetime
    state_since: datetime
    due_at: datetime | None = None
    open_children: int = 0
    values: dict[str, Any] = {}
    trail: tuple[Step, ...] = ()
    clocks: tuple[ClockRun, ...] = ()
    approvals: tuple[ApprovalState, ...] = ()

    @property
    def subject(self) -> Subject:
        """Where it lies and who stands how to it, for the access rule."""
        related = (
            ("reporter", self.reporter),
            ("responsible_unit", self.responsible_unit),
            ("assignee", self.assignee),
        )
        return Subject(self.region_code, tuple((relation, who) for relation, who in related if who))

    def holds(self, condition: Condition, more: Mapping[str, Any] | None = None) -> bool:
        """Whether a condition holds of it, with ``more`` values laid over those it has."""
        values = {**self.values, **more} if more else self.values
        return all(_meets(self._field(name, values), wanted) for name, wanted in condition.items())

    def _field(self, name: str, values: Mapping[str, Any]) -> Any:
        if name.startswith("values."):
            return values.get(name[7:])
        return getattr(self, name, None)


CONDITION_FIELDS = frozenset(
    {"category", "title", "priority", "region_code", "place_id", "reporter", "responsible_unit", "assignee",
     "parent_id", "state", "open_children"}
)  # fmt: skip


def _meets(has: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        if "is_set" in wanted and wanted["is_set"] != (has is not None and has != ""):
            return False
        if "at_least" in wanted and not (_is_number(has) and has >= wanted["at_least"]):
            return False
        return not ("at_most" in wanted and not (_is_number(has) and has <= wanted["at_most"]))
    if isinstance(wanted, list):
        return any(_meets(has, one) for one in wanted)
    if isinstance(wanted, str) and wanted.endswith("*") and isinstance(has, str):
        return has.startswith(wanted[:-1])
    return bool(has == wanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
