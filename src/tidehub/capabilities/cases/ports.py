"""What cases need from outside: the calendars by which office time counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tidehub.kernel.errors import refusal_kind
from tidehub.methods.clocks import WorkCalendar

CALENDAR_UNKNOWN = refusal_kind(
    "calendar_unknown",
    zh="没有名为“{name}”的工作日历",
    en="There is no work calendar named '{name}'",
    do_zh="请在单位日历中登记该日历。",
    do_en="Enter it among the calendars of the units.",
    category="missing",
)
OF_UNIT = "unit"


class Calendars(Protocol):
    """Work calendars by name; ``unit`` means that of the responsible unit."""

    def of(self, name: str, unit_id: str | None) -> WorkCalendar:
        """The calendar, or the refusal ``calendar_unknown``."""
        ...


class CalendarTable:
    """Calendars held in memory; a register of calendars replaces one by another when a year is published."""

    def __init__(
        self,
        calendars: Mapping[str, WorkCalendar],
        units: Mapping[str, str] | None = None,
        default: str = "office",
    ) -> None:
        self.calendars = dict(calendars)
        self.units = dict(units or {})
        self.default = default

    def of(self, name: str, unit_id: str | None) -> WorkCalendar:
        """The calendar of a name; a unit that has none of its own keeps the default hours."""
        if name == OF_UNIT:
            name = self.units.get(unit_id or "", self.default)
        calendar = self.calendars.get(name)
        if calendar is None:
            raise CALENDAR_UNKNOWN("calendar", name=name)
        return calendar
