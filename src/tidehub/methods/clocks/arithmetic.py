"""Time that counts: adding it to an instant, and measuring it between two.

Everything is in integer microseconds of counted time. A reckoning that needs a date of a year whose holidays
are not published says so (``provisional``) and takes that year's weeks as they are; it never passes for
certain.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import NamedTuple

from tidehub.methods.clocks.model import Basis, Duration, OfficeDay, WorkCalendar

_US = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_NATURAL_US = {
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "emergency_hour": 3_600_000_000,
    "day": 86_400_000_000,
}
_WORK_HOUR_US = 3_600_000_000
_DAYS_MAX = 40_000  # a century; an office that never opens in it is refused by read_calendar

Interval = tuple[datetime, datetime]


class Moment(NamedTuple):
    """An instant reckoned, and whether an unpublished year was needed for it."""

    at: datetime
    provisional: bool


class Counted(NamedTuple):
    """Counted microseconds, and whether an unpublished year was needed for them."""

    us: int
    provisional: bool


def add(start: datetime, duration: Duration, calendar: WorkCalendar) -> Moment:
    """When a limit that begins at ``start`` ends.

    Examples
    --------
    4 work hours from 16:00 with an office until 17:30 end at 11:00 on the next work day if it opens at 08:30.
    1 work day from any time on Friday ends when the office closes on Monday (rule ``next_day``).
    """
    if duration.unit == "work_day" and calendar.work_day_rule == "next_day":
        return _close_of_work_day(start, duration.amount, calendar)
    return add_counted(start, nominal_us(duration, calendar), duration.basis, calendar)


def limit_us(start: datetime, duration: Duration, calendar: WorkCalendar) -> Counted:
    """Counted time that a limit beginning at ``start`` gives, so that pauses keep what is left to the
    microsecond."""
    if duration.unit == "work_day" and calendar.work_day_rule == "next_day":
        end = _close_of_work_day(start, duration.amount, calendar)
        counted = elapsed(start, end.at, "office", calendar)
        return Counted(counted.us, counted.provisional or end.provisional)
    return Counted(nominal_us(duration, calendar), False)


def nominal_us(duration: Duration, calendar: WorkCalendar) -> int:
    """Counted time of a duration by itself; a work day is the open time of an ordinary one."""
    if duration.unit == "work_hour":
        return duration.amount * _WORK_HOUR_US
    if duration.unit == "work_day":
        return duration.amount * calendar.day_length_us
    return duration.amount * _NATURAL_US[duration.unit]


def add_counted(start: datetime, us: int, basis: Basis, calendar: WorkCalendar) -> Moment:
    """The first instant by which ``us`` microseconds have counted since ``start``.

    ``us <= 0`` gives ``start``.
    """
    if us <= 0 or basis == "natural":
        return Moment(start + timedelta(microseconds=max(us, 0)), False)
    left, provisional = us, False
    for day, spans in _days(start, calendar):
        provisional = provisional or not day.known
        for opens, closes in spans:
            begins = max(opens, start)
            open_us = (closes - begins) // _US
            if open_us <= 0:
                continue
            if left <= open_us:
                return Moment(begins + timedelta(microseconds=left), provisional)
            left -= open_us
    raise AssertionError("an office that never opens")


def elapsed(start: datetime, end: datetime, basis: Basis, calendar: WorkCalendar) -> Counted:
    """Time that counted between two instants; 0 when ``end`` is not after ``start``."""
    if end <= start:
        return Counted(0, False)
    if basis == "natural":
        return Counted((end - start) // _US, False)
    total, provisional = 0, False
    for day, spans in _days(start, calendar, end):
        provisional = provisional or not day.known
        for opens, closes in spans:
            total += max(0, (min(closes, end) - max(opens, start)) // _US)
    return Counted(total, provisional)


def open_intervals(start: datetime, end: datetime, calendar: WorkCalendar) -> Iterator[tuple[datetime, datetime, str]]:
    """Cut ``start..end`` into pieces, each open (``office_hours``) or shut for one reason.

    Reasons of being shut: ``off_hours``, ``weekend``, ``holiday``. Pieces join without gap or overlap.
    """
    at = start
    for day, spans in _days(start, calendar, end):
        midnight = _local(at, calendar).replace(hour=0, minute=0, second=0, microsecond=0)
        day_ends = min(end, midnight + _DAY)
        shut = day.why if not day.spans else "off_hours"
        for opens, closes in spans:
            opens, closes = min(max(opens, at), day_ends), min(closes, day_ends)
            if closes <= at:
                continue
            if opens > at:
                yield at, opens, shut
            if closes > opens:
                yield opens, closes, "office_hours"
            at = max(closes, at)
        if at < day_ends:
            yield at, day_ends, shut
            at = day_ends


def is_open(at: datetime, calendar: WorkCalendar) -> bool:
    """Whether the office is open at an instant."""
    return elapsed(at, at + _US, "office", calendar).us > 0


def _close_of_work_day(start: datetime, number: int, calendar: WorkCalendar) -> Moment:
    if number <= 0:
        return Moment(start, False)
    first, provisional = _local(start, calendar).date(), False
    count = 0
    for day, spans in _days(start, calendar):
        provisional = provisional or not day.known
        if not spans or _local(spans[0][0], calendar).date() == first:
            continue
        count += 1
        if count == number:
            return Moment(spans[-1][1], provisional)
    raise AssertionError("an office that never opens")


def _local(at: datetime, calendar: WorkCalendar) -> datetime:
    return at.astimezone(timezone(timedelta(minutes=calendar.utc_offset_min)))


def _days(
    start: datetime, calendar: WorkCalendar, end: datetime | None = None
) -> Iterator[tuple[OfficeDay, list[Interval]]]:
    offset = timedelta(minutes=calendar.utc_offset_min)
    on: date = (start.astimezone(UTC) + offset).date()
    last = (end.astimezone(UTC) + offset).date() if end is not None else None
    for _ in range(_DAYS_MAX):
        if last is not None and on > last:
            return
        day = calendar.day(on)
        midnight = datetime(on.year, on.month, on.day, tzinfo=UTC) - offset
        yield (
            day,
            [
                (midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes))
                for opens, closes in day.spans
            ],
        )
        on += _DAY
