"""Arrival at a place: inside the circle, slow, long enough; and the perpendicular of the leg passed."""

from __future__ import annotations

import math
from datetime import datetime
from enum import StrEnum

import msgspec

from tidehub.methods.tracking.advance import TrackPoint
from tidehub.methods.tracking.evidence import is_evidence
from tidehub.methods.tracking.sphere import distance_m, offset_m


class ArrivalWatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What counts as having arrived (到达判定).

    Parameters
    ----------
    lon, lat, radius_m
        Arrival circle, WGS 84 degrees and metres.
    dwell_s
        The craft must stay in the circle and slow for so long.
    speed_max_mps
        Slow means at most this; once slow, up to ``speed_exit_ratio`` times it does not break the dwell.
    exit_margin_m
        Once inside, only beyond ``radius_m + exit_margin_m`` it is outside again (a fix on the rim must not
        come and go).
    silence_s_max
        A longer gap between two fixes proves nothing, so the dwell begins anew.
    from_lon, from_lat
        Where the leg began, for the perpendicular; ``None`` when there is no leg.
    """

    lon: float
    lat: float
    radius_m: float
    dwell_s: float
    speed_max_mps: float
    exit_margin_m: float = 20.0
    speed_exit_ratio: float = 1.5
    silence_s_max: float = 300.0
    from_lon: float | None = None
    from_lat: float | None = None


class ArrivalKind(StrEnum):
    """What has become true."""

    ENTERED = "entered"
    ARRIVED = "arrived"
    LEFT = "left"
    PERPENDICULAR_PASSED = "perpendicular_passed"


class ArrivalNews(msgspec.Struct, frozen=True):
    """One change, with the evidence. For ``arrived``, ``since_at`` is when the proven stay began: the
    promised minutes end there, not when the dwell was over. ``perpendicular_passed`` alone proves no
    arrival."""

    kind: ArrivalKind
    at: datetime
    distance_m: float
    since_at: datetime | None = None
    fix_count: int = 1


class ArrivalState(msgspec.Struct, frozen=True):
    """What is remembered between two points of one watch."""

    inside: bool = False
    slow_since_at: datetime | None = None
    slow_fix_count: int = 0
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    perpendicular_passed_at: datetime | None = None
    before_perpendicular: bool = False
    distance_min_m: float | None = None
    last: TrackPoint | None = None


def watch_arrival(
    state: ArrivalState, point: TrackPoint, watch: ArrivalWatch
) -> tuple[ArrivalState, tuple[ArrivalNews, ...]]:
    """Take one judged point and tell what it changed.

    Points that are no evidence (jumps, late or doubled fixes, another segment under the same number) change
    nothing. After ``left``, a new stay is news again.

    Returns
    -------
    ArrivalState, tuple of ArrivalNews
        New state and the changes, in the order entered, perpendicular passed, arrived, left.
    """
    if not is_evidence(point) or (state.last is not None and point.at < state.last.at):
        return state, ()
    away_m = distance_m(watch.lon, watch.lat, point.lon, point.lat)
    silent = state.last is not None and (point.at - state.last.at).total_seconds() > watch.silence_s_max
    inside = away_m <= watch.radius_m + (watch.exit_margin_m if state.inside and not silent else 0.0)
    news: list[ArrivalNews] = []
    if inside and not state.inside:
        news.append(ArrivalNews(ArrivalKind.ENTERED, point.at, away_m))
    before, passed = _perpendicular(state, point, watch)
    if passed:
        news.append(ArrivalNews(ArrivalKind.PERPENDICULAR_PASSED, point.at, away_m))

    slow_since_at, slow_fix_count = (
        None if silent else state.slow_since_at,
        0 if silent else state.slow_fix_count,
    )
    if inside and _is_slow(state, point, watch, dwelling=slow_since_at is not None):
        slow_since_at, slow_fix_count = slow_since_at or point.at, slow_fix_count + 1
    else:
        slow_since_at, slow_fix_count = None, 0
    arrived_at, left_at = state.arrived_at, state.left_at
    if arrived_at is None and slow_since_at is not None and (point.at - slow_since_at).total_seconds() >= watch.dwell_s:
        arrived_at, left_at = slow_since_at, None
        news.append(ArrivalNews(ArrivalKind.ARRIVED, point.at, away_m, slow_since_at, slow_fix_count))
    if state.inside and not inside:
        news.append(ArrivalNews(ArrivalKind.LEFT, point.at, away_m, arrived_at))
        arrived_at, left_at = None, point.at
    nearest_m = away_m if state.distance_min_m is None else min(away_m, state.distance_min_m)
    return (
        ArrivalState(
            inside=inside,
            slow_since_at=slow_since_at,
            slow_fix_count=slow_fix_count,
            arrived_at=arrived_at,
            left_at=left_at,
            perpendicular_passed_at=point.at if passed else state.perpendicular_passed_at,
            before_perpendicular=before,
            distance_min_m=nearest_m,
            last=point,
        ),
        tuple(news),
    )


def _is_slow(state: ArrivalState, point: TrackPoint, watch: ArrivalWatch, *, dwelling: bool) -> bool:
    limit_mps = watch.speed_max_mps * (watch.speed_exit_ratio if dwelling else 1.0)
    if math.isinf(limit_mps):  # no speed is asked for
        return True
    if point.sog_mps is not None:
        return point.sog_mps <= limit_mps
    if state.last is None:
        return False  # one place without a speed says nothing about motion
    span_s = (point.at - state.last.at).total_seconds()
    moved_m = distance_m(state.last.lon, state.last.lat, point.lon, point.lat)
    return moved_m <= limit_mps * span_s


def _perpendicular(state: ArrivalState, point: TrackPoint, watch: ArrivalWatch) -> tuple[bool, bool]:
    """Whether the craft is still before the perpendicular at the destination, and whether it just passed
    it."""
    if watch.from_lon is None or watch.from_lat is None:
        return False, False
    leg_east, leg_north = offset_m(watch.from_lon, watch.from_lat, watch.lon, watch.lat)
    east, north = offset_m(watch.lon, watch.lat, point.lon, point.lat)
    before = east * leg_east + north * leg_north < 0.0
    return before, state.before_perpendicular and not before and state.perpendicular_passed_at is None
