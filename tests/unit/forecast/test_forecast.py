"""What is to be expected: calls by place and hour, arrivals as ranges."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tidehub.kernel.geometry import Position
from tidehub.methods.forecast import arrival_errors, learn_demand, learn_ranges


def test_a_place_that_is_little_known_follows_the_course_of_all() -> None:
    """Two calls at eleven say little; two hundred say much. What is counted in all is kept."""
    here, there = Position(121.50, 28.50), Position(121.60, 28.50)
    morning = [(here, 8.5)] * 200
    demand = learn_demand([*morning, (there, 11.5), (there, 11.5)], days=10, prior_calls=8)
    busy, quiet = demand.rates
    assert math.fsum(busy) == pytest.approx(20.0)
    assert math.fsum(quiet) == pytest.approx(0.2)
    assert busy[8] > 0.45 * sum(busy)
    assert quiet[8] > quiet[11] * 0.5  # eleven o'clock was seen twice, but the town calls at eight
    assert demand.at_hour(8.5) == pytest.approx([row[8] for row in demand.rates])


def test_without_calls_nothing_is_expected() -> None:
    """And nothing breaks."""
    assert learn_demand([], days=3).places == ()


def test_ranges_keep_what_they_say_on_days_they_have_not_seen() -> None:
    """Skewed errors, other for long ways than for short ones: half and nine in ten are kept all the same."""
    rng = np.random.default_rng(2)

    def arrivals(count: int) -> list[tuple[float, float]]:
        told = rng.uniform(60, 3600, count)
        return [(float(one), float(one * rng.lognormal(0.1, 0.4 if one < 900 else 0.15))) for one in told]

    errors = arrival_errors(learn_ranges(arrivals(3000)), arrivals(3000))
    assert errors.kept_50 == pytest.approx(0.5, abs=0.04)
    assert errors.kept_90 == pytest.approx(0.9, abs=0.02)
    assert errors.bias_s > 0


def test_before_anything_is_learned_the_range_is_still_a_range() -> None:
    """A stale position widens its later end."""
    untaught = learn_ranges([])
    first, second = untaught.range_of(600), untaught.range_of(600, stale_s=120)
    assert (first.p50_s, first.learned_from) == (600, 0)
    assert first.p90_s > first.p50_s
    assert second.p90_s == first.p90_s + 120
