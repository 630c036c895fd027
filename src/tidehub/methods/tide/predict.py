"""Height of tide: curve, high and low waters, and when there is enough water at a berth.

``h(t) = Z0 + sum f H cos(V(t) + u - G)``; all heights are metres above chart datum, with the operator's
offset.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from tidehub.kernel.instants import format_instant, from_us, to_us
from tidehub.methods.tide.astronomy import angles, argument_deg, nodal, speed_deg_per_h
from tidehub.methods.tide.model import SPAN_INVALID, Extreme, TideStation, Window

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

SPAN_DAYS_MAX = 400
_STEP_US = 600_000_000
_SECOND_US = 1_000_000
_HALVINGS = 31  # ten minutes to below a microsecond


def heights_m(station: TideStation, at: Sequence[datetime]) -> Array:
    """Heights above chart datum at instants, metres, shape ``(n,)``."""
    return _heights(station, np.array([to_us(instant) for instant in at], dtype=np.int64))


def height_m(station: TideStation, at: datetime) -> float:
    """Height above chart datum at one instant, metres."""
    return float(heights_m(station, [at])[0])


def curve(station: TideStation, start: datetime, end: datetime, step: timedelta) -> list[tuple[datetime, float]]:
    """Heights at ``start``, ``start + step`` ... up to ``end``.

    Raises
    ------
    Refusal
        ``tide_span_invalid``, also for a step that would give more than 100,000 points.
    """
    begin_us, end_us = _span(start, end)
    step_us = step // timedelta(microseconds=1)
    if step_us <= 0 or (end_us - begin_us) // step_us > 100_000:
        raise _span_refusal(start, end)
    at_us = np.arange(begin_us, end_us + 1, step_us)
    return list(zip(map(from_us, at_us.tolist()), _heights(station, at_us).tolist(), strict=True))


def high_low_waters(station: TideStation, start: datetime, end: datetime) -> list[Extreme]:
    """High and low waters inside a span, to the second, in order.

    Raises
    ------
    Refusal
        ``tide_span_invalid``.
    """
    at_us = _turning_points(station, *_span(start, end))
    at_us = np.rint(at_us / _SECOND_US).astype(np.int64) * _SECOND_US
    heights = _heights(station, at_us)
    bends = _slopes(station, at_us - _STEP_US) > 0.0
    return [
        Extreme(from_us(us), height, "high" if high else "low")
        for us, height, high in zip(at_us.tolist(), heights.tolist(), bends.tolist(), strict=True)
    ]


def lowest_m(station: TideStation, start: datetime, end: datetime) -> float:
    """Least height above chart datum during a span: what a passage can count on."""
    begin_us, end_us = _span(start, end)
    at_us = np.concatenate([[begin_us, end_us], _turning_points(station, begin_us, end_us)])
    return float(_heights(station, at_us).min())


def open_windows(
    station: TideStation,
    start: datetime,
    end: datetime,
    *,
    charted_depth_m: float,
    draught_m: float,
    ukc_m: float,
) -> list[Window]:
    """Times inside a span when a boat has enough water: charted depth + tide >= draught + under-keel
    clearance.

    Between two turning points the tide only rises or only falls, so that no window is missed.

    Raises
    ------
    Refusal
        ``tide_span_invalid``.
    """
    begin_us, end_us = _span(start, end)
    need_m = draught_m + ukc_m - charted_depth_m
    nodes = np.concatenate([[begin_us], _turning_points(station, begin_us, end_us), [end_us]])
    enough = _heights(station, nodes) >= need_m
    changes = np.flatnonzero(enough[1:] != enough[:-1])
    crossings = _crossings(station, nodes[changes], nodes[changes + 1], need_m)
    edges = list(zip(crossings.tolist(), (~enough[changes]).tolist(), strict=True))
    opened: int | None = begin_us if enough[0] else None
    windows = []
    for at_us, opens in [*edges, (end_us, False)]:
        if opens:
            opened = -(-at_us // _SECOND_US) * _SECOND_US
        elif opened is not None:
            closed = at_us if at_us == end_us else at_us // _SECOND_US * _SECOND_US
            if closed > opened:
                windows.append(Window(from_us(opened), from_us(closed)))
            opened = None
    return windows


def next_open_at(
    station: TideStation,
    at: datetime,
    *,
    charted_depth_m: float,
    draught_m: float,
    ukc_m: float,
    stay_s: int = 0,
    days: int = 30,
) -> datetime | None:
    """First instant from ``at`` on when a boat has enough water for ``stay_s`` seconds; ``None`` within
    ``days``.

    Raises
    ------
    Refusal
        ``tide_span_invalid``.
    """
    for day in range(0, days, 2):
        begin, end = at + timedelta(days=day), at + timedelta(days=min(day + 2, days), seconds=stay_s)
        for window in open_windows(
            station, begin, end, charted_depth_m=charted_depth_m, draught_m=draught_m, ukc_m=ukc_m
        ):
            if (window.closes_at - window.opens_at).total_seconds() >= stay_s:
                return window.opens_at
    return None


def next_tide_at(station: TideStation, at: datetime, level_m: float, *, days: int = 30) -> datetime | None:
    """First instant from ``at`` on when the tide stands at ``level_m`` above chart datum or higher."""
    return next_open_at(station, at, charted_depth_m=0.0, draught_m=level_m, ukc_m=0.0, days=days)


def _span(start: datetime, end: datetime) -> tuple[int, int]:
    if not timedelta(0) < end - start <= timedelta(days=SPAN_DAYS_MAX):
        raise _span_refusal(start, end)
    return to_us(start), to_us(end)


def _span_refusal(start: datetime, end: datetime) -> Exception:
    return SPAN_INVALID("end", start=format_instant(start), end=format_instant(end), days_max=SPAN_DAYS_MAX)


def _heights(station: TideStation, at_us: Ints) -> Array:
    at = angles(at_us - station.offset.later_s * _SECOND_US)
    total = np.full(len(at_us), station.z0_m - station.chart_datum_m + station.offset.higher_m)
    for constituent in station.constituents:
        f, u = nodal(constituent.name, at)
        phase = np.radians(argument_deg(constituent.name, at) + u - constituent.phase_deg)
        total += f * constituent.amplitude_m * np.cos(phase)
    return total


def _slopes(station: TideStation, at_us: Ints) -> Array:
    """Rise per hour times a constant; the slow nodal change is left out (it moves a high water by well below
    1 s).
    """
    at = angles(at_us - station.offset.later_s * _SECOND_US)
    total = np.zeros(len(at_us))
    for constituent in station.constituents:
        f, u = nodal(constituent.name, at)
        phase = np.radians(argument_deg(constituent.name, at) + u - constituent.phase_deg)
        total -= f * constituent.amplitude_m * speed_deg_per_h(constituent.name) * np.sin(phase)
    return total


def _turning_points(station: TideStation, begin_us: int, end_us: int) -> Ints:
    at_us = np.append(np.arange(begin_us, end_us, _STEP_US), end_us)
    rising = _slopes(station, at_us) > 0.0
    turns = np.flatnonzero(rising[1:] != rising[:-1])
    low, high, was_rising = at_us[turns], at_us[turns + 1], rising[turns]
    for _ in range(_HALVINGS):
        middle = (low + high) // 2
        same = (_slopes(station, middle) > 0.0) == was_rising
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return high


def _crossings(station: TideStation, low: Ints, high: Ints, level_m: float) -> Ints:
    """Where monotone stretches cross a level, to the microsecond."""
    was_enough = _heights(station, low) >= level_m
    for _ in range(40):  # half a day to below a microsecond
        middle = (low + high) // 2
        same = (_heights(station, middle) >= level_m) == was_enough
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return high
