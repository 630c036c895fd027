"""Judge a stream of fixes of one claimed device, one at a time: flag, segment, keep; reject only the
impossible."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from tidehub.methods.tracking.model import Fix
from tidehub.methods.tracking.reasons import Flag, Reason
from tidehub.methods.tracking.settings import BOAT, Settings
from tidehub.methods.tracking.sphere import distance_m, is_possible

_NOT_MEASURED = frozenset({Flag.NOT_LOCATED, Flag.LAST_KNOWN})
_NULL_ISLAND_DEG = 1e-6


class TrackPoint(msgspec.Struct, frozen=True):
    """One judged fix as the rules downstream need it (arrival, contact, freshness)."""

    at: datetime
    lon: float
    lat: float
    sog_mps: float | None
    cog_deg: float | None
    accuracy_m: float | None
    flags: tuple[str, ...]
    segment: int
    leads: bool
    moves_track: bool


class Anchorage(msgspec.Struct, frozen=True):
    """Where a segment has been staying: mean place, since when, over how many fixes, and whether it is
    anchored."""

    lon: float
    lat: float
    since_at: datetime
    fix_count: int
    anchored: bool


class Segment(msgspec.Struct, frozen=True):
    """One continuous track under a claim. Two boats that share a number have two."""

    number: int
    started_at: datetime
    last: TrackPoint
    fix_count: int
    length_m: float
    anchorage: Anchorage


class TrackState(msgspec.Struct, frozen=True):
    """All that must be remembered of one claim between two fixes; small, and safe to store as JSON."""

    segments: tuple[Segment, ...] = ()
    next_number: int = 1
    leading: int | None = None
    challenger: int | None = None
    challenger_count: int = 0
    recent: tuple[tuple[datetime, float, float, int | None], ...] = ()
    fix_count: int = 0
    rejected: dict[str, int] = {}
    last_received_at: datetime | None = None

    @property
    def leader(self) -> Segment | None:
        """The segment that is shown as "the" boat, or ``None`` before the first fix."""
        for segment in self.segments:
            if segment.number == self.leading:
                return segment
        return None


class Verdict(msgspec.Struct, frozen=True):
    """What the rules say about one fix.

    Parameters
    ----------
    accepted
        False only for impossible coordinates, with ``reason``.
    flags
        The protocol's flags and ours together.
    at
        The instant used: the device's, or ours when the device has no clock or one that runs ahead.
    segment, new_segment
        Number of the segment it belongs to, and whether the fix began it.
    leads
        The fix belongs to the segment shown as the boat.
    moves_track
        The fix is the newest measured place of its segment (not duplicate, late or repeated from memory).
    implied_mps, distance_m, gap_s
        Against the fix before it in the segment, or in the nearest one when it began a new one.
    anchored
        The segment lies at anchor; a fix flagged ``collapsed`` need not be drawn.
    point
        For the rules downstream; ``None`` when it proves nothing about where the device is.
    """

    accepted: bool
    flags: tuple[str, ...]
    at: datetime
    reason: Reason | None = None
    segment: int | None = None
    new_segment: bool = False
    leads: bool = False
    moves_track: bool = False
    implied_mps: float | None = None
    distance_m: float | None = None
    gap_s: float | None = None
    anchored: bool = False
    point: TrackPoint | None = None


class _Step(msgspec.Struct, frozen=True):
    """From a segment's last point to the new fix."""

    segment: Segment
    distance_m: float
    gap_s: float  # negative when the fix is older than the segment's last

    @property
    def implied_mps(self) -> float:
        span_s = abs(self.gap_s)
        if span_s > 0.0:
            return self.distance_m / span_s
        return math.inf if self.distance_m > 0.0 else 0.0


def advance(state: TrackState, fix: Fix, settings: Settings = BOAT) -> tuple[TrackState, Verdict]:
    """Judge one fix and give the state for the next one.

    Nothing is dropped: a doubtful fix is flagged and put in a segment of its own, so that the raw stream can
    be judged again with other settings and give the same answer for the same input.

    Parameters
    ----------
    state
        What is remembered of this claim (``TrackState()`` at first).
    fix
        The next fix in the order of arrival.
    settings
        Limits for the class of craft.

    Returns
    -------
    TrackState, Verdict
        New state; the old one is not changed.

    Notes
    -----
    A fix joins the nearest live segment that it can have reached at ``split_speed_mps``; none: a new one. So
    two boats that report under one number in turns get two segments. O(segments_max) per fix.
    """
    at, clock_flags = _instant(fix, settings)
    if not is_possible(fix.lon, fix.lat):
        code = Reason.POSITION_IMPOSSIBLE.value
        rejected = {**state.rejected, code: state.rejected.get(code, 0) + 1}
        verdict = Verdict(False, fix.flags + clock_flags, at, reason=Reason.POSITION_IMPOSSIBLE)
        return msgspec.structs.replace(state, rejected=rejected, last_received_at=fix.received_at), verdict
    flags = fix.flags + clock_flags
    if abs(fix.lon) < _NULL_ISLAND_DEG and abs(fix.lat) < _NULL_ISLAND_DEG:
        flags += (Flag.NULL_ISLAND,)
    key = (fix.device_at or fix.received_at, fix.lon, fix.lat, fix.sequence)
    repeated = key in state.recent
    if repeated or not _NOT_MEASURED.isdisjoint(flags):
        if repeated:
            flags += (Flag.DUPLICATE,)
        leader = state.leader
        kept = msgspec.structs.replace(state, last_received_at=fix.received_at, fix_count=state.fix_count + 1)
        return kept, Verdict(True, flags, at, anchored=leader is not None and leader.anchorage.anchored)
    recent = (*state.recent[-settings.recent_max + 1 :], key)
    return _place(state, fix, at, flags, recent, settings)


def judge(
    fixes: Iterable[Fix], settings: Settings = BOAT, state: TrackState | None = None
) -> tuple[TrackState, list[Verdict]]:
    """Judge a whole recording of one claim again from the raw fixes, in the order given."""
    now = state or TrackState()
    verdicts: list[Verdict] = []
    for fix in fixes:
        now, verdict = advance(now, fix, settings)
        verdicts.append(verdict)
    return now, verdicts


def _instant(fix: Fix, settings: Settings) -> tuple[datetime, tuple[str, ...]]:
    if fix.device_at is None:
        return fix.received_at, ()
    late_s = (fix.received_at - fix.device_at).total_seconds()
    if late_s < -settings.future_allowed_s:
        return fix.received_at, (Flag.CLOCK_IN_FUTURE,)
    if late_s > settings.stale_after_s:
        return fix.device_at, (Flag.STALE,)
    return fix.device_at, ()


def _place(
    state: TrackState,
    fix: Fix,
    at: datetime,
    flags: tuple[str, ...],
    recent: tuple[tuple[datetime, float, float, int | None], ...],
    settings: Settings,
) -> tuple[TrackState, Verdict]:
    steps = [
        _Step(
            segment,
            distance_m(segment.last.lon, segment.last.lat, fix.lon, fix.lat),
            (at - segment.last.at).total_seconds(),
        )
        for segment in state.segments
    ]
    live = [step for step in steps if abs(step.gap_s) <= settings.split_gap_s]
    fitting = [
        step for step in live if step.distance_m <= settings.noise_m or step.implied_mps <= settings.split_speed_mps
    ]
    joined = min(fitting, key=lambda step: (step.distance_m, step.segment.number), default=None)
    reference = joined or min(live, key=lambda step: (step.distance_m, step.segment.number), default=None)
    if reference is not None:
        flags += _jump_flags(reference, fix, settings)
    if joined is None and steps:
        flags += (Flag.SPLIT_SPEED,) if live else (Flag.SPLIT_GAP,)
    late = joined is not None and joined.gap_s < 0.0
    if late:
        flags += (Flag.OUT_OF_ORDER,)
    number = joined.segment.number if joined is not None else state.next_number
    leading, challenger, challenger_count = _lead(state, number, late, live, settings)
    point = TrackPoint(
        at,
        fix.lon,
        fix.lat,
        fix.sog_mps,
        fix.cog_deg,
        fix.accuracy_m,
        flags,
        number,
        number == leading,
        not late,
    )
    if joined is not None:
        segment = _extend(joined, point, late, settings)
        if not late:
            anchor_flags = _anchor_flags(joined.segment, segment)
            if anchor_flags:
                point = msgspec.structs.replace(point, flags=point.flags + anchor_flags)
                segment = msgspec.structs.replace(segment, last=point)
    else:
        segment = Segment(number, at, point, 1, 0.0, Anchorage(fix.lon, fix.lat, at, 1, anchored=False))
    new_state = TrackState(
        segments=_follow(state.segments, segment, leading, at, settings),
        next_number=state.next_number + (joined is None),
        leading=leading,
        challenger=challenger,
        challenger_count=challenger_count,
        recent=recent,
        fix_count=state.fix_count + 1,
        rejected=state.rejected,
        last_received_at=fix.received_at,
    )
    verdict = Verdict(
        True,
        point.flags,
        at,
        segment=number,
        new_segment=joined is None,
        leads=number == leading,
        moves_track=not late,
        implied_mps=reference.implied_mps if reference is not None else None,
        distance_m=reference.distance_m if reference is not None else None,
        gap_s=reference.gap_s if reference is not None else None,
        anchored=segment.anchorage.anchored,
        point=point,
    )
    return new_state, verdict


def _jump_flags(step: _Step, fix: Fix, settings: Settings) -> tuple[str, ...]:
    if step.distance_m <= settings.noise_m:
        return ()
    implied_mps = step.implied_mps
    flags: tuple[str, ...] = ()
    if implied_mps > settings.class_speed_max_mps:
        flags += (Flag.JUMP_SPEED,)
    reported = [sog for sog in (step.segment.last.sog_mps, fix.sog_mps) if sog is not None]
    if reported and implied_mps > settings.jump_ratio * max(reported) + settings.jump_margin_mps:
        flags += (Flag.JUMP_REPORTED,)
    return flags


def _lead(
    state: TrackState, number: int, late: bool, live: list[_Step], settings: Settings
) -> tuple[int | None, int | None, int]:
    """Which segment is shown as the boat after a fix of segment ``number``."""
    if late:
        return state.leading, state.challenger, state.challenger_count
    if number == state.leading or not any(step.segment.number == state.leading for step in live):
        return number, None, 0
    count = state.challenger_count + 1 if number == state.challenger else 1
    if count >= settings.lead_after:
        return number, None, 0
    return state.leading, number, count


def _extend(step: _Step, point: TrackPoint, late: bool, settings: Settings) -> Segment:
    segment = step.segment
    if late:
        return msgspec.structs.replace(segment, fix_count=segment.fix_count + 1)
    return Segment(
        segment.number,
        segment.started_at,
        point,
        segment.fix_count + 1,
        segment.length_m + step.distance_m,
        _stay(segment.anchorage, point, settings),
    )


def _stay(anchorage: Anchorage, point: TrackPoint, settings: Settings) -> Anchorage:
    away_m = distance_m(anchorage.lon, anchorage.lat, point.lon, point.lat)
    under_way = point.sog_mps is not None and point.sog_mps > settings.anchor_speed_max_mps
    if away_m > settings.anchor_radius_m or (under_way and not anchorage.anchored):
        return Anchorage(point.lon, point.lat, point.at, 1, anchored=False)
    long_enough = (point.at - anchorage.since_at).total_seconds() >= settings.anchor_after_s
    if anchorage.anchored or long_enough:  # the place is settled: a slow drift must not drag it along
        return msgspec.structs.replace(anchorage, fix_count=anchorage.fix_count + 1, anchored=True)
    weight = 1.0 / (anchorage.fix_count + 1)
    return Anchorage(
        anchorage.lon + (point.lon - anchorage.lon) * weight,
        anchorage.lat + (point.lat - anchorage.lat) * weight,
        anchorage.since_at,
        anchorage.fix_count + 1,
        anchored=False,
    )


def _anchor_flags(before: Segment, after: Segment) -> tuple[str, ...]:
    if before.anchorage.anchored and after.anchorage.anchored:
        return (Flag.COLLAPSED,)
    if before.anchorage.anchored:
        return (Flag.LEFT_ANCHORAGE,)
    return ()


def _follow(
    segments: tuple[Segment, ...], changed: Segment, leading: int | None, at: datetime, settings: Settings
) -> tuple[Segment, ...]:
    """Keep the segments that may still go on: recent ones, at most ``segments_max``, the leader always."""
    if len(segments) == 1 and segments[0].number == changed.number:
        return (changed,)
    oldest_at = at - timedelta(seconds=settings.split_gap_s)
    others = [s for s in segments if s.number != changed.number and (s.last.at >= oldest_at or s.number == leading)]
    others.sort(key=lambda s: (s.number == leading, s.last.at), reverse=True)
    return tuple(sorted([changed, *others[: settings.segments_max - 1]], key=lambda s: s.number))
