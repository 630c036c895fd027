"""Thousands of units: the short way finds what the long way finds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from tidehub.methods.assignment import Assignment, UnitState, assign, rank_units
from tidehub.methods.assignment import assign as assign_module
from tidehub.methods.assignment.assign import cheapest, greedy
from tidehub.methods.assignment.fleet import Fleet
from tidehub.methods.assignment.sparse import assign_sparse
from tidehub.methods.assignment.standing import Standing

from .harbour import NOW, POLICY, Sea, away, boat, job, minutes


def fleet_of(count: int) -> list[UnitState]:
    """Boats along a line, some stale, some without the kind, some slow."""
    rng = np.random.default_rng(5)
    return [
        boat(
            f"K{place:04d}",
            float(rng.uniform(-30_000, 30_000)),
            speed_mps=float(rng.choice([4.0, 7.0])),
            position_at=NOW - minutes(30 if rng.random() < 0.3 else 1),
        )
        for place in range(count)
    ]


def test_the_nearest_few_of_many_are_those_of_all() -> None:
    """For forty places: the five best found by the tree are the five best of a ranking of everyone."""
    units = fleet_of(600)
    fleet = Fleet(units)
    for metres in np.linspace(-20_000, 20_000, 40):
        waiting = job("J1", position=away(float(metres)))
        near = fleet.near(waiting, Sea(), NOW, POLICY, 5)
        assert near.chosen == rank_units(waiting, units, Sea(), NOW, POLICY).chosen[:5]
        assert near.looked_at < 300


def test_a_sparse_assignment_costs_what_the_dense_one_costs() -> None:
    """Five hundred random tables, with ties, too few units and jobs that are better left."""
    rng = np.random.default_rng(3)
    for turn in range(500):
        jobs, units = int(rng.integers(1, 12)), int(rng.integers(1, 10))
        width = int(rng.integers(1, min(units, 5) + 1))
        near = np.array([rng.permutation(units)[:width] for _ in range(jobs)]).astype(np.int64)
        costs = rng.integers(0, 50, (jobs, width)).astype(float) if turn % 2 else rng.uniform(0, 50, (jobs, width))
        leave = rng.uniform(10, 60, jobs)
        taken = assign_sparse(near, costs, leave, units)
        dense = np.full((jobs, units + jobs), 1e6)
        for row in range(jobs):
            dense[row, near[row]], dense[row, units + row] = costs[row], leave[row]
        given = [one for one in taken if one >= 0]
        assert len(set(given)) == len(given)
        cost = sum(leave[r] if one < 0 else costs[r, list(near[r]).index(one)] for r, one in enumerate(taken))
        rows, columns = linear_sum_assignment(dense)
        assert cost == pytest.approx(dense[rows, columns].sum())


def test_a_large_desk_gives_what_the_small_one_gives() -> None:
    """With as many candidates as units, the kept rows lead to the same total; dropping a job frees its unit."""
    units = [boat(f"K{place}", 700.0 * place) for place in range(6)]
    jobs = [job(f"J{place}", position=away(900.0 * place)) for place in range(8)]
    desk = Standing(Fleet(units), {"collect": POLICY}, Sea(), candidates=6)
    for one in jobs:
        desk.add(one, NOW)
    small: Assignment = assign(jobs, units, Sea(), NOW, {"collect": POLICY})
    settled = desk.decide()
    assert sum(one.cost_s for one in settled.pairs.values()) == sum(pair.ranked.cost_s for pair in small.pairs)
    assert len(settled.unassigned) == 2
    desk.drop([next(iter(settled.pairs))])
    assert len(desk.decide().unassigned) == 1


def test_a_solver_that_fails_leaves_the_greedy_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call-out goes on, and says that it was done more simply."""

    def broken(_cost: object) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr("scipy.optimize.linear_sum_assignment", broken)
    assert cheapest(np.array([[1.0, 2.0], [1.0, 9.0]])) == ([0, 1], ("solver",))
    answer = assign_module([job("J1")], [boat("K1")], Sea(), NOW, {"collect": POLICY})
    assert answer.degraded == ("solver",)
    assert [pair.unit_id for pair in answer.pairs] == ["K1"]


def test_greedy_takes_the_cheapest_pair_first() -> None:
    """Each row gets a column of its own."""
    assert greedy(np.array([[4.0, 1.0, 9.0], [2.0, 1.5, 9.0]])) == [1, 0]
