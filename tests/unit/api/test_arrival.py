"""A range of arrival is honest: it comes from a unit's own record, and says what it is reckoned from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tidehub.api.arrival import arrival_window

NOW = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)


def minutes(at: datetime) -> float:
    return (at - NOW).total_seconds() / 60


def test_without_a_record_the_range_is_wide_and_says_so() -> None:
    """Ten minutes of way are nine to thirteen, and a minute of leeway."""
    told = arrival_window(NOW + timedelta(minutes=10), NOW, [], "position")
    assert (minutes(told.from_at), minutes(told.to_at)) == (9.0, 14.0)
    assert "到达记录还少" in told.why.zh


def test_with_a_record_the_range_is_the_middle_eight_tenths_of_it() -> None:
    """A unit that is usually a tenth late is told so; one wild trip does not count."""
    told = arrival_window(NOW + timedelta(minutes=10), NOW, [1.1] * 18 + [0.6, 2.9], "position")
    assert (minutes(told.from_at), minutes(told.to_at)) == (11.0, 12.0)
    assert "近 20 次" in told.why.zh


def test_what_has_passed_begins_now_and_an_old_position_is_named() -> None:
    """Late is called late; how old the position is stands in the reason, in both languages."""
    told = arrival_window(NOW - timedelta(minutes=3), NOW, [], "old_position", age_s=600)
    assert told.from_at == NOW
    assert told.why.zh.startswith("比原定时间晚；位置已 10 分钟未更新")
    assert "10 min old" in told.why.en
