"""Adding and measuring time that counts, by the office hours and holidays of China."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidehub.kernel.errors import Refusal
from tidehub.methods.clocks import (
    Duration,
    HolidayTable,
    WorkCalendar,
    add,
    add_counted,
    elapsed,
    is_open,
    limit_us,
    open_intervals,
    read_calendar,
    read_holidays,
)

CHINA = timezone(timedelta(hours=8))
RAW: dict[str, Any] = json.loads(files("tidehub.methods.clocks").joinpath("data/cn_holidays.json").read_text("utf-8"))
HOLIDAYS = read_holidays(RAW, "cn_holidays.json")
WEEK = {day: ["08:30-12:00", "14:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = read_calendar({"name": "office", "week": WEEK}, "office", HOLIDAYS)
HOUR_US = 3_600_000_000


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "end"),
    [
        ("2026-06-01 16:30", 4, "work_hour", "2026-06-02 11:30"),  # over the night
        ("2026-06-01 11:00", 2, "work_hour", "2026-06-01 15:00"),  # over lunch
        (
            "2026-06-01 11:00",
            1,
            "work_hour",
            "2026-06-01 12:00",
        ),  # ends as the office closes, not as it opens
        ("2026-06-05 17:00", 1, "work_hour", "2026-06-08 09:00"),  # over the weekend
        ("2026-06-18 17:00", 1, "work_hour", "2026-06-22 09:00"),  # over the Dragon Boat festival
        ("2026-09-30 17:00", 1, "work_hour", "2026-10-08 09:00"),  # over National Day
        ("2026-10-09 17:00", 1, "work_hour", "2026-10-10 09:00"),  # into a Saturday that is worked
        ("2026-06-06 10:00", 1, "work_hour", "2026-06-08 09:30"),  # filed on a Saturday
        ("2026-06-01 10:00", 1, "work_day", "2026-06-02 17:30"),  # the day of filing does not count
        ("2026-06-05 10:00", 1, "work_day", "2026-06-08 17:30"),
        ("2026-06-06 10:00", 1, "work_day", "2026-06-08 17:30"),
        ("2026-02-13 10:00", 2, "work_day", "2026-02-24 17:30"),  # the 14th is worked, then Spring Festival
        ("2026-06-05 23:00", 2, "emergency_hour", "2026-06-06 01:00"),
        ("2026-06-05 23:00", 20, "minute", "2026-06-05 23:20"),
        ("2026-06-05 23:00", 2, "day", "2026-06-07 23:00"),
    ],
)
def test_a_limit_ends_when_the_calendar_says(start: str, amount: int, unit: Any, end: str) -> None:
    """Office hours, weekends, holidays and make-up days are all honoured, each in its own unit."""
    moment = add(local(start), Duration(amount, unit), OFFICE)
    assert moment.at == local(end)
    assert not moment.provisional
    given_us = limit_us(local(start), Duration(amount, unit), OFFICE)
    assert elapsed(local(start), moment.at, Duration(amount, unit).basis, OFFICE).us == given_us.us


@pytest.mark.parametrize(
    ("on", "open_"),
    [
        ("2026-01-02 10:00", False),
        ("2026-01-04 10:00", True),  # Sunday, worked
        ("2026-02-14 10:00", True),
        ("2026-02-15 10:00", False),
        ("2026-02-23 10:00", False),
        ("2026-02-24 10:00", True),
        ("2026-02-28 10:00", True),
        ("2026-05-09 10:00", True),
        ("2026-09-20 10:00", True),
        ("2026-10-10 10:00", True),
        ("2026-06-02 12:30", False),
    ],
)
def test_the_notice_for_2026_is_kept_to_the_day(on: str, open_: bool) -> None:
    """国办发明电〔2025〕7号: days off and make-up work days."""
    assert is_open(local(on), OFFICE) is open_


def test_a_year_that_is_not_published_makes_the_answer_provisional() -> None:
    """Nobody knows the holidays of 2027 yet, so a limit that runs into it says so and is not passed for
    certain."""
    assert not add(local("2026-12-30 10:00"), Duration(1, "work_day"), OFFICE).provisional
    assert add(local("2026-12-30 10:00"), Duration(3, "work_day"), OFFICE).provisional
    assert limit_us(local("2026-12-30 10:00"), Duration(3, "work_day"), OFFICE).provisional
    assert elapsed(local("2026-12-30 10:00"), local("2027-01-04 10:00"), "office", OFFICE).provisional
    assert not add(local("2026-12-30 10:00"), Duration(3, "day"), OFFICE).provisional


def test_work_days_can_be_counted_as_elapsed_time() -> None:
    """Where the rule of the city is n times eight hours, the calendar says so."""
    exact = read_calendar({"name": "x", "week": WEEK, "work_day_rule": "elapsed"}, "x", HOLIDAYS)
    assert add(local("2026-06-01 10:00"), Duration(1, "work_day"), exact).at == local("2026-06-02 10:00")


def test_an_office_that_holidays_do_not_close_is_always_certain() -> None:
    """A round-the-clock centre has no holidays, so it needs no notice."""
    centre = read_calendar(
        {"name": "c", "week": {d: ["00:00-24:00"] for d in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
         "holidays": False}, "c",
    )  # fmt: skip
    moment = add(local("2027-02-06 23:00"), Duration(2, "work_hour"), centre)
    assert (moment.at, moment.provisional) == (local("2027-02-07 01:00"), False)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"name": "x", "week": {}}, "week"),
        ({"name": "x", "week": {"monday": ["08:00-12:00"]}}, "week.monday"),
        ({"name": "x", "week": {"mon": ["12:00-08:00"]}}, "week.mon"),
        ({"name": "x", "week": {"mon": ["08:00-12:00", "11:00-13:00"]}}, "week.mon"),
        ({"name": "x", "week": {"mon": ["8-12"]}}, "week.mon"),
        ({"week": {"mon": ["08:00-12:00"]}}, "name"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_by_field(raw: dict[str, Any], field: str) -> None:
    """The refusal names the field that is wrong."""
    with pytest.raises(Refusal) as refused:
        read_calendar(raw, "x")
    assert (refused.value.code, refused.value.field) == ("calendar_invalid", field)


@pytest.mark.parametrize(
    "year",
    [
        {"state": "published", "days_off": ["2025-12-31"]},
        {"state": "published", "days_off": ["2026-01-04"], "days_worked": ["2026-01-04"]},
    ],
)
def test_holidays_under_the_wrong_year_or_both_off_and_worked_are_refused(year: dict[str, Any]) -> None:
    """A slip in the data is caught where it is read."""
    with pytest.raises(Refusal):
        read_holidays({"years": {"2026": year}}, "x")


INSTANTS = st.integers(0, 380 * 86_400).map(
    lambda seconds: datetime(2025, 12, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(INSTANTS, st.integers(0, 60 * HOUR_US))
def test_what_is_added_is_what_has_elapsed(start: datetime, us: int) -> None:
    """Adding counted time and measuring it are each other's inverse, to the microsecond."""
    end = add_counted(start, us, "office", OFFICE).at
    assert elapsed(start, end, "office", OFFICE).us == us


@given(INSTANTS, st.integers(0, 40 * 86_400), st.integers(0, 40 * 86_400))
def test_elapsed_time_adds_up(start: datetime, first_s: int, second_s: int) -> None:
    """Time counted to a middle instant and from there on is the time counted altogether."""
    middle = start + timedelta(seconds=first_s)
    end = middle + timedelta(seconds=second_s)
    parts = elapsed(start, middle, "office", OFFICE).us + elapsed(middle, end, "office", OFFICE).us
    assert parts == elapsed(start, end, "office", OFFICE).us >= 0
    assert elapsed(end, start, "office", OFFICE).us == 0 or end == start


@given(INSTANTS, st.integers(1, 20 * 86_400))
def test_intervals_join_and_say_what_is_open(start: datetime, seconds: int) -> None:
    """The pieces of an explanation cover the time without gap, and the open ones are the time that counts."""
    end = start + timedelta(seconds=seconds)
    pieces = list(open_intervals(start, end, OFFICE))
    assert pieces[0][0] == start
    assert pieces[-1][1] == end
    assert all(before[1] == after[0] for before, after in itertools.pairwise(pieces))
    open_us = sum((stop - begin) // timedelta(microseconds=1) for begin, stop, why in pieces if why == "office_hours")
    assert open_us == elapsed(start, end, "office", OFFICE).us


def test_a_calendar_without_any_year_is_all_provisional() -> None:
    """An empty table of holidays knows nothing and says so."""
    bare = WorkCalendar("bare", OFFICE.week, OFFICE.make_up, HolidayTable())
    assert add(local("2026-06-01 10:00"), Duration(1, "work_hour"), bare).provisional
