"""Proof that two craft met (靠帮证明): both tracks within a distance for a time, with the quality of the
fixes."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

import msgspec

from tidehub.methods.tracking.advance import TrackPoint
from tidehub.methods.tracking.evidence import evidence
from tidehub.methods.tracking.sphere import between, offset_m


class ContactRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How near, how long, and how far apart two fixes may be for the way between them to count."""

    radius_m: float = 50.0
    duration_s: float = 120.0
    silence_s_max: float = 300.0


class Contact(msgspec.Struct, frozen=True):
    """One proven meeting.

    Parameters
    ----------
    start_at, end_at, duration_s
        First and last instant at which both are known to be within the radius. Never extrapolated.
    distance_min_m, distance_min_at
        Nearest approach, straight motion assumed between two fixes.
    fix_count_a, fix_count_b
        How many fixes of each track lie in the meeting; ``fix_count_b`` is 0 when one-sided.
    accuracy_max_m
        Worst accuracy any of these fixes claims, or ``None`` when none claims one.
    silence_max_s
        Longest gap between two fixes of the same track inside the meeting.
    one_sided
        Only one track was there; the other side is a known place or nothing.
    """

    start_at: datetime
    end_at: datetime
    duration_s: float
    distance_min_m: float
    distance_min_at: datetime
    fix_count_a: int
    fix_count_b: int
    accuracy_max_m: float | None
    silence_max_s: float
    one_sided: bool


class _Sample(NamedTuple):
    at: datetime
    east_m: float  # b seen from a
    north_m: float

    @property
    def distance_m(self) -> float:
        return math.hypot(self.east_m, self.north_m)


def prove_contact(
    track_a: Sequence[TrackPoint], track_b: Sequence[TrackPoint], rule: ContactRule | None = None
) -> list[Contact]:
    """Find all meetings of two tracks, oldest first.

    The tracks need no common instants: at every fix of either, the other is placed between its two
    neighbours, unless these are further apart than ``silence_s_max``. Points that are no evidence are left
    out.

    Notes
    -----
    O((n + m) log(n + m)).
    """
    rule = rule or ContactRule()
    a, b = evidence(track_a), evidence(track_b)
    instants = sorted({point.at for point in a} | {point.at for point in b})
    at_a, at_b = [point.at for point in a], [point.at for point in b]
    samples: list[_Sample | None] = []
    for at in instants:
        place_a = _place_at(a, at_a, at, rule.silence_s_max)
        place_b = _place_at(b, at_b, at, rule.silence_s_max)
        if place_a is None or place_b is None:
            samples.append(None)
        else:
            samples.append(_Sample(at, *offset_m(*place_a, *place_b)))
    return _meetings(samples, a, b, rule, one_sided=False)


def prove_presence(
    track: Sequence[TrackPoint], lon: float, lat: float, rule: ContactRule | None = None
) -> list[Contact]:
    """Find all stays of one track at a known place (a berth, a reported position): one-sided proof."""
    rule = rule or ContactRule()
    points = evidence(track)
    samples: list[_Sample | None] = [_Sample(p.at, *offset_m(p.lon, p.lat, lon, lat)) for p in points]
    return _meetings(samples, points, [], rule, one_sided=True)


def _place_at(
    points: list[TrackPoint], instants: list[datetime], at: datetime, silence_s_max: float
) -> tuple[float, float] | None:
    index = bisect_left(instants, at)
    if index < len(points) and instants[index] == at:
        return points[index].lon, points[index].lat
    if index == 0 or index == len(points):
        return None
    before, after = points[index - 1], points[index]
    span_s = (after.at - before.at).total_seconds()
    if span_s > silence_s_max or before.segment != after.segment:
        return None
    share = (at - before.at).total_seconds() / span_s
    return between(before.lon, before.lat, after.lon, after.lat, share)


def _meetings(
    samples: list[_Sample | None],
    a: list[TrackPoint],
    b: list[TrackPoint],
    rule: ContactRule,
    *,
    one_sided: bool,
) -> list[Contact]:
    contacts: list[Contact] = []
    run: list[_Sample] = []
    for sample in [*samples, None]:
        if sample is not None and sample.distance_m <= rule.radius_m:
            if not run or (sample.at - run[-1].at).total_seconds() <= rule.silence_s_max:
                run.append(sample)
                continue
            contacts += _contact(run, a, b, rule, one_sided)
            run = [sample]
            continue
        contacts += _contact(run, a, b, rule, one_sided)
        run = []
    return contacts


def _contact(
    run: list[_Sample], a: list[TrackPoint], b: list[TrackPoint], rule: ContactRule, one_sided: bool
) -> list[Contact]:
    if not run:
        return []
    start_at, end_at = run[0].at, run[-1].at
    duration_s = (end_at - start_at).total_seconds()
    if duration_s < rule.duration_s:
        return []
    nearest_m, nearest_at = _nearest(run)
    inside_a = [point for point in a if start_at <= point.at <= end_at]
    inside_b = [point for point in b if start_at <= point.at <= end_at]
    accuracies = [p.accuracy_m for p in (*inside_a, *inside_b) if p.accuracy_m is not None]
    silences = [
        (after.at - before.at).total_seconds() for side in (inside_a, inside_b) for before, after in pairwise(side)
    ]
    return [
        Contact(
            start_at,
            end_at,
            duration_s,
            nearest_m,
            nearest_at,
            len(inside_a),
            len(inside_b),
            max(accuracies, default=None),
            max(silences, default=duration_s),
            one_sided,
        )
    ]


def _nearest(run: list[_Sample]) -> tuple[float, datetime]:
    best = min(run, key=lambda sample: sample.distance_m)
    nearest_m, nearest_at = best.distance_m, best.at
    for before, after in pairwise(run):
        d_east, d_north = after.east_m - before.east_m, after.north_m - before.north_m
        length2 = d_east * d_east + d_north * d_north
        if length2 == 0.0:
            continue
        share = -(before.east_m * d_east + before.north_m * d_north) / length2
        if not 0.0 < share < 1.0:
            continue
        at_m = math.hypot(before.east_m + share * d_east, before.north_m + share * d_north)
        if at_m < nearest_m:
            nearest_m, nearest_at = at_m, before.at + share * (after.at - before.at)
    return nearest_m, nearest_at
