"""Several teams for one case: the last arrival counts, the referee agrees, and bad input is refused."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest

from tidehub.methods.assignment.mobilise import (
    Teams,
    best_teams,
    cost_of,
    least_last_arrival,
    nearest_first,
    optimum,
)


def moment(seed: int, units: int, slots: int, cases: int) -> tuple[Any, Any, Any]:
    """A small made-up moment in which some units do not fit."""
    rng = np.random.default_rng(seed)
    case_of = np.sort(np.concatenate([np.arange(cases), rng.integers(0, cases, slots - cases)]))
    by_case = rng.integers(60, 1800, (cases, units)).astype(float)
    return by_case[case_of], rng.random((slots, units)) < 0.7, case_of


def by_trying_all(arrival_s: Any, fits: Any, case_of: Any) -> float:
    """The least cost by looking at every answer."""
    slots, units = arrival_s.shape
    least = np.inf
    for one in permutations([*range(units), *([-1] * slots)], slots):
        if all(unit < 0 or fits[slot, unit] for slot, unit in enumerate(one)):
            least = min(least, cost_of(arrival_s, case_of, np.array(one), int(case_of.max()) + 1)[1])
    return float(least)


def test_the_last_of_the_teams_counts_not_their_mean() -> None:
    """The sum of ways prefers 60 + 900 + 500; the road is clear sooner with 400 + 500 + 500."""
    arrival_s = np.array([[60.0, 400.0, 2000.0], [400.0, 900.0, 2000.0], [2000.0, 2000.0, 500.0]])
    fits, case_of = np.ones((3, 3), dtype=bool), np.array([0, 0, 1])
    assert nearest_first(arrival_s, fits, case_of).last_s.tolist() == [400.0, 500.0]
    arrival_s[0, 1], arrival_s[1, 0] = 500.0, 520.0  # 60 + 900 = 960 against 500 + 520 = 1020 in all
    assert nearest_first(arrival_s, fits, case_of).last_s.tolist() == [900.0, 500.0]
    found = least_last_arrival(arrival_s, fits, case_of)
    assert found.unit_of.tolist() == [1, 0, 2]
    assert found.last_s.tolist() == [520.0, 500.0]


@pytest.mark.parametrize("seed", range(12))
def test_the_referee_and_every_answer_tried_agree_with_what_is_proven(seed: int) -> None:
    """At four units and three slots the optimum is what trying all gives, and nothing of ours is better."""
    arrival_s, fits, case_of = moment(seed, 4, 3, 2)
    least = by_trying_all(arrival_s, fits, case_of)
    assert optimum(arrival_s, fits, case_of).cost_s == pytest.approx(least)
    assert best_teams(arrival_s, fits, case_of, 10.0).cost_s == pytest.approx(least)
    assert least_last_arrival(arrival_s, fits, case_of).cost_s >= least - 1e-6


def test_the_answer_stays_near_the_optimum_where_units_are_plenty() -> None:
    """Thirty units, twelve slots: within one percent of HiGHS on ten moments, each unit used once."""
    worst = 0.0
    for seed in range(10):
        arrival_s, fits, case_of = moment(100 + seed, 30, 12, 5)
        found = least_last_arrival(arrival_s, fits, case_of)
        used = [unit for unit in found.unit_of.tolist() if unit >= 0]
        assert len(used) == len(set(used)) == 12
        worst = max(worst, found.cost_s / optimum(arrival_s, fits, case_of).cost_s - 1)
    assert worst <= 0.01


def test_a_slot_that_nobody_fits_stays_open_and_the_rest_goes_on() -> None:
    """Nobody has the skill of the second slot; the first is filled all the same."""
    arrival_s, fits = np.full((2, 3), 300.0), np.array([[True, True, True], [False, False, False]])
    found = least_last_arrival(arrival_s, fits, np.array([0, 0]))
    assert (found.unit_of[0] >= 0, int(found.unit_of[1])) == (True, -1)
    assert least_last_arrival(np.zeros((0, 3)), np.zeros((0, 3), dtype=bool), np.zeros(0)).unit_of.tolist() == []


@pytest.mark.parametrize(
    ("arrival_s", "fits", "case_of"),
    [
        ([[1.0, 2.0]], [[True]], [0]),  # not the same shape
        ([[1.0, 2.0]], [[True, True]], [0, 1]),  # a case too many
        ([[-1.0, 2.0]], [[True, True]], [0]),  # an arrival before the call
        ([[float("nan"), 2.0]], [[True, True]], [0]),
        ([[float("inf"), 2.0]], [[True, True]], [0]),
        ([[1.0, 2.0]], [[True, True]], [3]),  # cases are counted from 0
    ],
)
def test_what_makes_no_sense_is_refused(arrival_s: Any, fits: Any, case_of: Any) -> None:
    """Nothing is reckoned with a matrix that does not fit together."""
    for method in (least_last_arrival, optimum):
        with pytest.raises(ValueError, match=r"arrival|case_of"):
            method(np.array(arrival_s), np.array(fits), np.array(case_of))


def test_what_does_not_fit_may_hold_anything() -> None:
    """A unit without a way has no time; where it does not fit that does not matter."""
    found = least_last_arrival(np.array([[np.nan, 90.0]]), np.array([[False, True]]), np.array([0]))
    assert isinstance(found, Teams)
    assert found.unit_of.tolist() == [1]
