"""The tide: analytic cases, the levels of a nodal cycle, windows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidehub.kernel.errors import Refusal
from tidehub.kernel.geometry import Position
from tidehub.methods.tide import (
    Constituent,
    OperatorOffset,
    TideStation,
    curve,
    height_m,
    heights_m,
    high_low_waters,
    lowest_m,
    next_open_at,
    next_tide_at,
    open_windows,
    read_station,
)
from tidehub.methods.tide.astronomy import KINDS, angles, argument_deg, nodal, speed_deg_per_h

DATA = Path(__file__).parents[3] / "packs" / "blue_circle" / "data" / "tide_kanmen.json"
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def kanmen() -> TideStation:
    return read_station(json.loads(DATA.read_text(encoding="utf-8")), "tide")


def _only(*constituents: Constituent) -> TideStation:
    return TideStation("t", "", "", Position(0, 0), 3.0, 0.5, 0.0, 9.0, constituents, "", "", "")


def test_a_solar_tide_is_a_cosine_of_the_clock():
    """S2 alone: high water at its phase lag, twelve hours apart, with its own amplitude."""
    station = _only(Constituent("S2", 1.5, 30.0))  # 30 degrees at 30 degrees an hour: one hour
    waters = high_low_waters(station, JUNE, JUNE + timedelta(days=1))
    assert [w.kind for w in waters] == ["high", "low", "high", "low"]
    assert [w.at for w in waters] == [JUNE + timedelta(hours=h) for h in (1, 7, 13, 19)]
    assert [w.height_m for w in waters] == pytest.approx([4.0, 1.0, 4.0, 1.0])


def test_the_lunar_tide_follows_its_argument_and_the_node():
    """M2 alone: its height is f H cos(V + u - G), and half a lunar day lies between high waters."""
    station = _only(Constituent("M2", 2.0, 100.0))
    at = angles(np.array([int(JUNE.timestamp()) * 1_000_000]))
    f, u = nodal("M2", at)
    expected = 2.5 + 2.0 * f[0] * np.cos(np.radians(argument_deg("M2", at)[0] + u[0] - 100.0))
    assert height_m(station, JUNE) == pytest.approx(expected)
    highs = [w.at for w in high_low_waters(station, JUNE, JUNE + timedelta(days=10)) if w.kind == "high"]
    apart_h = np.diff([h.timestamp() for h in highs]) / 3600.0
    assert apart_h == pytest.approx(12.4206, abs=2e-3)


def test_constituents_turn_at_their_published_speeds():
    """The derivative of every argument is the speed printed in the tables (Schureman 1958, table 2)."""
    published = {
        "M2": 28.9841042,
        "S2": 30.0,
        "N2": 28.4397295,
        "K1": 15.0410686,
        "O1": 13.9430356,
        "K2": 30.0821373,
    }
    published |= {
        "Q1": 13.3986609,
        "P1": 14.9589314,
        "L2": 29.5284789,
        "T2": 29.9589333,
        "LAMBDA2": 29.4556253,
    }
    published |= {
        "MU2": 27.9682084,
        "NU2": 28.5125831,
        "2N2": 27.8953548,
        "M4": 57.9682084,
        "MS4": 58.9841042,
    }
    published |= {"SA": 0.0410686, "SSA": 0.0821373}
    assert set(published) == set(KINDS)
    begin = angles(np.array([0]))
    end = angles(np.array([3_600_000_000_000]))  # a thousand hours
    for name, speed in published.items():
        assert speed_deg_per_h(name) == pytest.approx(speed, abs=2e-7)
        turned = float(argument_deg(name, end)[0] - argument_deg(name, begin)[0])
        assert (turned - 1000.0 * speed + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=1e-2)


def test_levels_stay_between_lowest_and_highest_tide_over_a_nodal_cycle(kanmen):
    """Hourly over 19 years: never beyond LAT or HAT by more than 2 cm, close to both, and the mean is Z0."""
    hours = [datetime(2000, 1, 1, tzinfo=UTC) + timedelta(hours=h) for h in range(0, 19 * 8766, 1)]
    level = heights_m(kanmen, hours) + kanmen.chart_datum_m
    assert kanmen.lat_m - 0.02 < level.min() < kanmen.lat_m + 0.10
    assert kanmen.hat_m - 0.10 < level.max() < kanmen.hat_m + 0.02
    assert level.mean() == pytest.approx(kanmen.z0_m, abs=1e-3)


def test_springs_follow_new_moon_and_neaps_the_quarters(kanmen):
    """Ranges peak a day or two after new moon (15 June 2026) and are least after the quarters (8 and 21
    June).
    """

    def range_m(day: int) -> float:
        begin = datetime(2026, 6, day, tzinfo=UTC)
        heights = [w.height_m for w in high_low_waters(kanmen, begin, begin + timedelta(hours=26))]
        return max(heights) - min(heights)

    ranges = {day: range_m(day) for day in range(5, 28)}
    assert max(ranges, key=ranges.__getitem__) in (16, 17)
    assert min(range(5, 13), key=ranges.__getitem__) in (9, 10)
    assert min(range(19, 28), key=ranges.__getitem__) in (22, 23, 24)


def test_the_operator_moves_the_curve_in_time_and_height(kanmen):
    """An offset of an hour and 20 cm gives the gauge's tide an hour later and 20 cm higher."""
    port = msgspec.structs.replace(kanmen, offset=OperatorOffset(3600, 0.2, "observed"))
    assert height_m(port, JUNE + timedelta(hours=1)) == pytest.approx(height_m(kanmen, JUNE) + 0.2)


def test_a_drying_berth_opens_around_high_water(kanmen):
    """Windows of a berth that dries: inside there is enough water, outside not, and each holds one high
    water.
    """
    asked = {"charted_depth_m": -0.8, "draught_m": 1.6, "ukc_m": 0.5}
    end = JUNE + timedelta(days=7)
    windows = open_windows(kanmen, JUNE, end, **asked)
    assert 13 <= len(windows) <= 15
    for window in windows:
        middle = window.opens_at + (window.closes_at - window.opens_at) / 2
        assert height_m(kanmen, middle) > 2.9
        if window.opens_at > JUNE:
            assert height_m(kanmen, window.opens_at) >= 2.9 > height_m(kanmen, window.opens_at - timedelta(seconds=2))
    low = next(w for w in high_low_waters(kanmen, JUNE, end) if w.kind == "low")
    opens = next_open_at(kanmen, low.at, **asked)
    assert opens is not None and opens > low.at and height_m(kanmen, opens) == pytest.approx(2.9, abs=1e-3)
    assert next_open_at(kanmen, opens, **asked) == opens
    assert next_tide_at(kanmen, low.at, 2.9) == opens
    assert next_tide_at(kanmen, low.at, 9.0) is None


def test_a_stay_needs_a_window_that_is_long_enough(kanmen):
    """A berth that is open for two hours is no berth for a stay of five."""
    asked = {"charted_depth_m": -3.5, "draught_m": 1.2, "ukc_m": 0.3}
    short = next_open_at(kanmen, JUNE, **asked)
    long = next_open_at(kanmen, JUNE, stay_s=5 * 3600, **asked)
    assert short is not None and (long is None or long > short)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 400), st.floats(-1.0, 6.5), st.integers(3, 60))
def test_windows_and_curve_agree(kanmen, day, level, hours):
    """At every instant of a sampled curve the windows say what the height says."""
    begin, end = JUNE + timedelta(days=day), JUNE + timedelta(days=day, hours=hours)
    windows = open_windows(kanmen, begin, end, charted_depth_m=0.0, draught_m=level, ukc_m=0.0)
    for at, height in curve(kanmen, begin, end, timedelta(minutes=17)):
        inside = any(window.opens_at <= at <= window.closes_at for window in windows)
        assert inside == (height >= level) or abs(height - level) < 2e-3
    assert lowest_m(kanmen, begin, end) <= min(h for _, h in curve(kanmen, begin, end, timedelta(minutes=17))) + 1e-9


def test_bad_station_data_and_spans_are_refused(kanmen):
    """An unknown constituent, a missing field, an end before the beginning: each is refused by name."""
    raw = json.loads(DATA.read_text(encoding="utf-8"))
    for change, code in (
        ({"constituents": [{"name": "X9", "amplitude_m": 1.0, "phase_deg": 0.0}]}, "constituent_unknown"),
        ({"constituents": []}, "malformed"),
        ({"z0_m": "high"}, "malformed"),
    ):
        with pytest.raises(Refusal) as caught:
            read_station(raw | change, "tide")
        assert caught.value.code == code and str(caught.value.field).startswith("tide")
    with pytest.raises(Refusal, match="tide_span_invalid"):
        open_windows(kanmen, JUNE, JUNE, charted_depth_m=0, draught_m=1, ukc_m=0)
    with pytest.raises(Refusal, match="tide_span_invalid"):
        curve(kanmen, JUNE, JUNE + timedelta(days=1), timedelta(0))
