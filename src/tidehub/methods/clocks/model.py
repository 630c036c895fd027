"""What a time limit is measured by: units, office hours, holidays and make-up work days, all as data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Literal

import msgspec

from tidehub.kernel.codec import split_problem
from tidehub.kernel.errors import refusal_kind

TimeUnit = Literal["minute", "hour", "day", "emergency_hour", "work_hour", "work_day"]
"""Natural minutes, hours and days of 24 h; 紧急工作时 (an hour of the 24-hour clock); 工作时 (an office
hour);
工作日 (a day on which the office is open)."""
Basis = Literal["natural", "office"]
"""What counts: every second, or those in which the office is open."""
WorkDayRule = Literal["next_day", "elapsed"]

CALENDAR_INVALID = refusal_kind(
    "calendar_invalid",
    zh="日历 {where} 有误：{problem}",
    en="The calendar {where} is wrong: {problem}",
    do_zh="请按日历数据的格式说明改正该字段。",
    do_en="Correct this field as the description of the calendar data says.",
)


class Duration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long: a whole number of a unit."""

    amount: int
    unit: TimeUnit

    @property
    def basis(self) -> Basis:
        """What counts for it."""
        return "office" if self.unit in ("work_hour", "work_day") else "natural"


class YearHolidays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A year as the government's notice has it.

    Parameters
    ----------
    state
        ``published``, or ``not_published`` as long as nobody knows the year's holidays.
    days_off, days_worked
        Days on which offices are shut though their week says open, and the make-up work days (调休).
    source
        The notice.
    """

    state: Literal["published", "not_published"]
    source: str = ""
    days_off: frozenset[date] = frozenset()
    days_worked: frozenset[date] = frozenset()


class HolidayTable(msgspec.Struct, frozen=True):
    """Years of holidays; a year that is not in it is not published."""

    years: Mapping[int, YearHolidays] = {}

    def of(self, year: int) -> YearHolidays:
        """The year, known or not."""
        return self.years.get(year, _UNKNOWN_YEAR)


_UNKNOWN_YEAR = YearHolidays("not_published")
Span = tuple[int, int]
"""Minutes of the day from and to, e.g. ``(510, 720)`` for 08:30-12:00."""


class OfficeDay(msgspec.Struct, frozen=True):
    """One date: when the office is open, why, and whether the year's holidays are known."""

    spans: tuple[Span, ...]
    why: Literal["work_day", "weekend", "holiday", "make_up_day"]
    known: bool


class WorkCalendar(msgspec.Struct, frozen=True):
    """When an office is open.

    Parameters
    ----------
    week
        Spans of open minutes for Monday to Sunday.
    make_up
        Spans on a make-up work day.
    holidays
        The statutory holidays it follows.
    utc_offset_min
        Its zone; China has had no summer time since 1991, so an offset says it all.
    work_day_rule
        How n 工作日 are counted. ``next_day``: the day on which the limit begins does not count, and the
        limit ends when the office closes on the n-th work day (Civil Code of the PRC, articles 201 and 203).
        ``elapsed``: n times the length of an ordinary work day of open time.
    """

    name: str
    week: tuple[tuple[Span, ...], ...]
    make_up: tuple[Span, ...]
    holidays: HolidayTable = HolidayTable()
    utc_offset_min: int = 480
    work_day_rule: WorkDayRule = "next_day"
    source: str = ""

    @property
    def day_length_us(self) -> int:
        """Open time of an ordinary work day (the longest of the week) in microseconds."""
        return max(sum(end - start for start, end in spans) for spans in self.week) * 60_000_000

    def day(self, on: date) -> OfficeDay:
        """When the office is open on a date."""
        return _office_day(self.week, self.make_up, self.holidays.of(on.year), on)

    def __hash__(self) -> int:
        return hash(self.name)


@lru_cache(maxsize=65536)
def _office_day(
    week: tuple[tuple[Span, ...], ...], make_up: tuple[Span, ...], year: YearHolidays, on: date
) -> OfficeDay:
    known = year.state == "published"
    if on in year.days_worked:
        return OfficeDay(make_up, "make_up_day", known)
    if on in year.days_off:
        return OfficeDay((), "holiday", known)
    spans = week[on.weekday()]
    return OfficeDay(spans, "work_day" if spans else "weekend", known)


class _RawCalendar(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    week: dict[str, list[str]]
    make_up: list[str] | None = None
    holidays: bool = True
    utc_offset_min: int = 480
    work_day_rule: WorkDayRule = "next_day"
    source: str = ""


class _RawHolidays(msgspec.Struct, forbid_unknown_fields=True):
    years: dict[str, YearHolidays]
    region: str = "CN"
    note: str = ""


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def read_holidays(raw: Mapping[str, Any], where: str) -> HolidayTable:
    """Read the years of holidays from plain data (``data/cn_holidays.json`` shows the format).

    Raises
    ------
    Refusal
        ``calendar_invalid``, naming the field, also for a day under the wrong year or both off and worked.
    """
    try:
        table = msgspec.convert(raw, _RawHolidays, str_keys=True)
    except msgspec.ValidationError as error:
        problem, field = split_problem(str(error))
        raise CALENDAR_INVALID(field, where=where, problem=problem) from None
    years: dict[int, YearHolidays] = {}
    for text, year in table.years.items():
        if not text.isdigit():
            raise CALENDAR_INVALID(f"years.{text}", where=where, problem="a year is written in digits")
        wrong = [day for day in year.days_off | year.days_worked if day.year != int(text)]
        wrong += sorted(year.days_off & year.days_worked)
        if wrong:
            raise CALENDAR_INVALID(
                f"years.{text}", where=where, problem=f"{wrong[0]} is outside its year or both off and worked"
            )
        years[int(text)] = year
    return HolidayTable(years)


def read_calendar(raw: Mapping[str, Any], where: str, holidays: HolidayTable | None = None) -> WorkCalendar:
    """Read an office's calendar from plain data: ``{name, week: {mon: ["08:30-12:00", ...]}, ...}``.

    ``holidays: false`` is an office that holidays do not close. A day without hours is shut.

    Raises
    ------
    Refusal
        ``calendar_invalid``, naming the field.
    """
    try:
        plain = msgspec.convert(raw, _RawCalendar)
    except msgspec.ValidationError as error:
        problem, field = split_problem(str(error))
        raise CALENDAR_INVALID(field, where=where, problem=problem) from None
    for day in plain.week:
        if day not in _DAYS:
            raise CALENDAR_INVALID(f"week.{day}", where=where, problem=f"days are {', '.join(_DAYS)}")
    week = tuple(_spans(plain.week.get(day, ()), f"week.{day}", where) for day in _DAYS)
    if not any(week):
        raise CALENDAR_INVALID("week", where=where, problem="the office is never open")
    make_up = _spans(plain.make_up, "make_up", where) if plain.make_up is not None else max(week, key=_length)
    if not plain.holidays:
        holidays = HolidayTable()
    return WorkCalendar(
        plain.name,
        week,
        make_up,
        (holidays or HolidayTable()) if plain.holidays else _NEVER_SHUT,
        plain.utc_offset_min,
        plain.work_day_rule,
        plain.source,
    )


class _AlwaysKnown(HolidayTable, frozen=True):
    def of(self, year: int) -> YearHolidays:
        return _NO_HOLIDAYS


_NO_HOLIDAYS = YearHolidays("published", "holidays do not close this office")
_NEVER_SHUT = _AlwaysKnown()


def _length(spans: tuple[Span, ...]) -> int:
    return sum(end - start for start, end in spans)


def _spans(texts: Any, field: str, where: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    for text in texts:
        start, dash, end = text.partition("-")
        span = (_minute(start), _minute(end)) if dash else (-1, -1)
        if not 0 <= span[0] < span[1] <= 1440 or (spans and span[0] < spans[-1][1]):
            raise CALENDAR_INVALID(field, where=where, problem=f"'{text}' is not HH:MM-HH:MM after the one before")
        spans.append(span)
    return tuple(spans)


def _minute(text: str) -> int:
    hour, colon, minute = text.strip().partition(":")
    if not (colon and hour.isdigit() and minute.isdigit() and int(minute) < 60):
        return -1
    return int(hour) * 60 + int(minute)
