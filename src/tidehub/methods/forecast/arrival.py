"""Times of arrival as ranges that keep what they say: half of them before the first end, nine in ten before the second.

Split conformal prediction (Vovk et al. 2005; Lei et al. 2018) on the ratio of the true to the expected time: no
shape is assumed, and the share kept is right whatever the errors look like, as long as tomorrow is like yesterday.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import msgspec

BUCKETS_S = (300.0, 900.0, 1800.0)
"""Short, middle, long and very long: errors of a long way are not those of a short one."""
FEWEST = 30
"""Below this many arrivals a bucket takes what all of them together have taught."""
UNTAUGHT = (1.0, 1.35)
"""Before anything has been learned: the expectation itself, and about 2.3 spreads of 15 % above it."""


class Range(msgspec.Struct, frozen=True):
    """When somebody will be there: by ``p50_s`` in half of the cases, by ``p90_s`` in nine of ten."""

    p50_s: int
    p90_s: int
    learned_from: int


class ArrivalRanges(msgspec.Struct, frozen=True):
    """Factors on the expected time: for each bucket those of 50 and 90 %, and from how many arrivals."""

    factors: tuple[tuple[float, float], ...]
    counts: tuple[int, ...]

    def range_of(self, expected_s: float, stale_s: float = 0.0) -> Range:
        """Give the range of a time of arrival.

        Parameters
        ----------
        expected_s
            From now until the arrival, as reckoned.
        stale_s
            Age of the position beyond what is usual; it widens the later end by itself.
        """
        bucket = _bucket(expected_s)
        first, second = self.factors[bucket]
        p50_s = math.ceil(expected_s * first)
        return Range(p50_s, max(p50_s, math.ceil(expected_s * second + max(0.0, stale_s))), self.counts[bucket])


class ArrivalErrors(msgspec.Struct, frozen=True):
    """How good the times were that people were told.

    ``bias_s`` is positive where units come later than told; ``kept_50`` and ``kept_90`` are the shares that came
    before the two ends and should be 0.5 and 0.9.
    """

    count: int
    mean_absolute_s: float
    bias_s: float
    kept_50: float
    kept_90: float


def learn_ranges(arrivals: Iterable[tuple[float, float]]) -> ArrivalRanges:
    """Learn from past arrivals.

    Parameters
    ----------
    arrivals
        Expected and true seconds of each; those with an expectation of nothing are left out.
    """
    ratios: list[list[float]] = [[] for _ in range(len(BUCKETS_S) + 1)]
    for expected_s, true_s in arrivals:
        if expected_s > 0 and math.isfinite(true_s):
            ratios[_bucket(expected_s)].append(true_s / expected_s)
    every = sorted(ratio for bucket in ratios for ratio in bucket)
    common = (_conformal(every, 0.5), _conformal(every, 0.9)) if len(every) >= FEWEST else UNTAUGHT
    factors = []
    for bucket in ratios:
        bucket.sort()
        own = len(bucket) >= FEWEST
        factors.append((_conformal(bucket, 0.5), _conformal(bucket, 0.9)) if own else common)
    return ArrivalRanges(tuple(factors), tuple(len(bucket) for bucket in ratios))


def arrival_errors(ranges: ArrivalRanges, arrivals: Iterable[tuple[float, float]]) -> ArrivalErrors:
    """Hold ranges against arrivals from which they were not learned."""
    listed = [(expected_s, true_s) for expected_s, true_s in arrivals if expected_s > 0 and math.isfinite(true_s)]
    if not listed:
        return ArrivalErrors(0, 0.0, 0.0, 0.0, 0.0)
    count = len(listed)
    told = [ranges.range_of(expected_s) for expected_s, _ in listed]
    return ArrivalErrors(
        count,
        math.fsum(abs(true_s - expected_s) for expected_s, true_s in listed) / count,
        math.fsum(true_s - expected_s for expected_s, true_s in listed) / count,
        sum(true_s <= one.p50_s for one, (_, true_s) in zip(told, listed, strict=True)) / count,
        sum(true_s <= one.p90_s for one, (_, true_s) in zip(told, listed, strict=True)) / count,
    )


def _bucket(expected_s: float) -> int:
    return sum(expected_s > edge for edge in BUCKETS_S)


def _conformal(ordered: Sequence[float], share: float) -> float:
    """The ceil((n + 1) share)-th smallest ratio: at least this share of the next ones lies below."""
    return ordered[min(len(ordered), math.ceil((len(ordered) + 1) * share)) - 1]
