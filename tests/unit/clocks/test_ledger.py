"""The clock ledger: what counts, what is left, and why."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidehub.methods.clocks import (
    Line,
    Standing,
    advance,
    counted,
    due_at,
    explain,
    light,
    read_calendar,
    read_holidays,
    remaining_us,
    standing_of,
)

CHINA = timezone(timedelta(hours=8))
HOLIDAYS = read_holidays(
    json.loads(files("tidehub.methods.clocks").joinpath("data/cn_holidays.json").read_text("utf-8")), "cn"
)
WEEK = {day: ["08:30-12:00", "14:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = read_calendar({"name": "office", "week": WEEK}, "office", HOLIDAYS)
HOUR = 3_600_000_000


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA).astimezone(UTC)


def at(line: str) -> datetime:
    return local(f"2026-06-01 {line}")


STARTED = Line("started", at("09:00"), us=4 * HOUR, owner="unit/a")


def test_a_hold_stops_the_count_and_an_extension_moves_the_due() -> None:
    """Two hours of hold and one hour more: due three hours later than at first."""
    lines = [STARTED]
    assert due_at(standing_of(lines), "natural", OFFICE) == (at("13:00"), False)
    lines.append(Line("paused", at("10:00"), reason="hold"))
    assert due_at(standing_of(lines), "natural", OFFICE) is None
    assert counted(standing_of(lines), at("11:30"), "natural", OFFICE).us == HOUR
    lines.append(Line("resumed", at("12:00"), reason="hold"))
    lines.append(Line("extended", at("12:30"), us=HOUR))
    assert due_at(standing_of(lines), "natural", OFFICE) == (at("16:00"), False)
    assert remaining_us(standing_of(lines), at("15:00"), "natural", OFFICE) == HOUR


def test_a_clock_with_two_reasons_to_stand_still_waits_for_both() -> None:
    """A question and a hold at once: it counts again when both are gone."""
    lines = [
        STARTED,
        Line("paused", at("10:00"), reason="a"),
        Line("paused", at("10:30"), reason="b"),
        Line("resumed", at("11:00"), reason="a"),
    ]
    assert standing_of(lines).pauses == ("b",)
    assert counted(standing_of(lines), at("12:00"), "natural", OFFICE).us == HOUR
    lines.append(Line("resumed", at("12:00"), reason="b"))
    assert counted(standing_of(lines), at("13:00"), "natural", OFFICE).us == 2 * HOUR


def test_evidence_that_comes_late_takes_time_back() -> None:
    """The boat was there at 09:20; that the press of a button came after a hold does not count against it."""
    lines = [
        STARTED,
        Line("paused", at("10:00"), reason="a"),
        Line("resumed", at("11:00"), reason="a"),
        Line("stopped", at("09:20")),
    ]
    standing = standing_of(lines)
    assert standing.stopped_at == at("09:20")
    assert counted(standing, at("18:00"), "natural", OFFICE).us == HOUR // 3
    before_start = [STARTED, Line("stopped", at("08:00"))]
    assert counted(standing_of(before_start), at("18:00"), "natural", OFFICE).us == 0


def test_an_explanation_says_where_the_time_went_and_whose_it_was() -> None:
    """Lunch, a hold, a change of unit and the night are lines of their own."""
    lines = [
        Line("started", at("11:00"), us=8 * HOUR, owner="unit/a"),
        Line("passed", at("14:30"), owner="unit/b"),
        Line("paused", at("15:00"), reason="hold/1"),
        Line("resumed", at("16:00"), reason="hold/1"),
        Line("stopped", local("2026-06-02 09:00")),
    ]
    rows = explain(lines, local("2026-06-03 00:00"), "office", OFFICE)
    assert [(row.start, row.end, row.counted_s // 60, row.why, row.owner) for row in rows] == [
        (at("11:00"), at("12:00"), 60, "office_hours", "unit/a"),
        (at("12:00"), at("14:00"), 0, "off_hours", "unit/a"),
        (at("14:00"), at("14:30"), 30, "office_hours", "unit/a"),
        (at("14:30"), at("15:00"), 30, "office_hours", "unit/b"),
        (at("15:00"), at("16:00"), 0, "paused:hold/1", "unit/b"),
        (at("16:00"), at("17:30"), 90, "office_hours", "unit/b"),
        (at("17:30"), local("2026-06-02 08:30"), 0, "off_hours", "unit/b"),
        (local("2026-06-02 08:30"), local("2026-06-02 09:00"), 30, "office_hours", "unit/b"),
    ]


@pytest.mark.parametrize(
    ("counted_us", "total_us", "colour"),
    [(79, 100, "green"), (80, 100, "yellow"), (100, 100, "yellow"), (101, 100, "red"), (5, None, "none")],
)
def test_lights_turn_at_80_and_100_per_cent(counted_us: int, total_us: int | None, colour: str) -> None:
    """Green, yellow, red as in practice; a stopwatch has no light."""
    assert light(counted_us, total_us) == colour


KINDS = st.sampled_from(["paused", "resumed", "extended", "passed", "reckoned", "stopped", "started"])
LINES = st.lists(
    st.builds(
        lambda kind, minutes, us, reason, owner: Line(
            kind, at("09:00") + timedelta(minutes=minutes), us=us, reason=reason, owner=owner
        ),
        KINDS,
        st.integers(-300, 6000),
        st.integers(0, 40 * HOUR),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["", "unit/a", "unit/b"]),
    ),
    max_size=14,
).map(lambda lines: [STARTED, *lines])


@given(LINES, st.integers(-100, 9000), st.sampled_from(["natural", "office"]))
def test_whatever_happens_the_count_is_never_negative_and_the_explanation_adds_up(
    lines: list[Line], minutes: int, basis: str
) -> None:
    """Pauses, resumptions and extensions in any order, late evidence too: line by line it is the same sum."""
    until = at("09:00") + timedelta(minutes=minutes)
    standing = standing_of(lines)
    so_far = counted(standing, until, basis, OFFICE).us  # type: ignore[arg-type]
    rows = explain(lines, until, basis, OFFICE)  # type: ignore[arg-type]
    assert so_far >= 0
    assert sum(row.counted_us for row in rows) == so_far
    assert all(row.counted_us >= 0 and row.start < row.end for row in rows)
    assert all(before.end == after.start for before, after in itertools.pairwise(rows))


@given(LINES)
def test_a_ledger_kept_line_by_line_equals_one_reckoned_from_zero(lines: list[Line]) -> None:
    """Incremental equals recomputed after every line."""
    standing = Standing()
    for place, line in enumerate(lines):
        standing = advance(standing, line)
        assert standing == standing_of(lines[: place + 1])


@given(LINES, st.integers(0, 3000))
def test_a_clock_that_runs_is_due_when_its_limit_has_counted(lines: list[Line], _seed: int) -> None:
    """At the due instant exactly the limit has counted, unless more had counted before it last went on."""
    standing = standing_of(lines)
    due = due_at(standing, "office", OFFICE)
    if due is None:
        assert standing.running_since is None or standing.total_us is None
        return
    assert standing.running_since is not None
    before = counted(standing, standing.running_since, "office", OFFICE).us
    assert standing.total_us is not None
    assert counted(standing, due.at, "office", OFFICE).us == max(before, standing.total_us)
