"""The planner's own search, checked by an independent walk over its plans."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from tidehub.kernel.errors import Refusal
from tidehub.methods.vrp.check import check_plan
from tidehub.methods.vrp.lilim import read_pairs
from tidehub.methods.vrp.model import Job, Plan, Problem, Stop, Unit, Visit
from tidehub.methods.vrp.search import Budget, Search

SMALL = (
    "2 10 1\n0 0 0 0 0 100 0 0 0\n1 1 0 5 0 50 1 0 2\n2 2 0 -5 0 90 1 1 0\n3 0 3 4 0 50 1 0 4\n4 0 5 -4 0 90 1 3 0\n"
)


def pairs(seed: int, count: int) -> Problem:
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 100, (2 * count + 1, 2)).astype(float)
    apart = np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(axis=2))
    jobs = tuple(
        Job(str(k), (Stop(2 * k + 1, 0, 300, 5), Stop(2 * k + 2, 0, 500, 5)), (float(rng.integers(1, 5)),), "pair")
        for k in range(count)
    )
    return Problem(tuple(Unit(f"u{k}", 0, 0, (6.0,), 0, 600) for k in range(3)), jobs, apart)


def test_a_small_problem_is_solved_to_the_optimum() -> None:
    """Four pairs and one unit: the search finds what trying every order finds."""
    problem = pairs(3, 4)
    one = Problem(
        (Unit("u0", 0, 0, (6.0,), 0, 1e9),),
        tuple(
            Job(job.job_id, tuple(Stop(stop.place, service_s=5) for stop in job.stops), job.load, "pair")
            for job in problem.jobs
        ),
        problem.durations_s,
    )
    visits = [Visit(job.job_id, part) for job in one.jobs for part in (0, 1)]
    best = min(
        sum(one.durations_s[a, b] for a, b in zip((0, *places), (*places, 0), strict=True))
        for order in permutations(range(8))
        if all(order.index(2 * k) < order.index(2 * k + 1) for k in range(4))
        for places in [[k + 1 for k in order]]
        if not check_plan(one, Plan({"u0": tuple(visits[k] for k in order)}, (), 0)).faults
    )
    search = Search(one, 1)
    search.anneal(Budget(iterations=2000))
    assert search.cost == pytest.approx(best)


@pytest.mark.parametrize("seed", range(5))
def test_the_checker_agrees_with_the_search(seed: int) -> None:
    """Every plan keeps all rules, and costs what the search says."""
    problem = pairs(seed, 12)
    search = Search(problem, seed)
    search.anneal(Budget(iterations=500))
    plan = search.plan()
    checked = check_plan(problem, plan)
    assert not checked.faults
    assert checked.cost == pytest.approx(plan.cost)


def test_the_same_seed_and_iterations_give_the_same_plan() -> None:
    """A plan can be reproduced."""
    plans = []
    for _ in range(2):
        search = Search(pairs(1, 12), 7)
        search.anneal(Budget(iterations=300))
        plans.append(search.plan())
    assert plans[0] == plans[1]


def test_the_checker_sees_a_delivery_before_its_pickup() -> None:
    """A check that cannot fail proves nothing."""
    problem = read_pairs(SMALL).problem()
    wrong = Plan({"1": (Visit("1", 1), Visit("1", 0), Visit("3", 0), Visit("3", 1))}, (), 0)
    assert any("before it is picked up" in fault for fault in check_plan(problem, wrong).faults)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("1 1 0 5 0 50", "1 1 0 5 60 50", "line 3"),  # closes before it opens
        ("2 10 1", "2 -10 1", "line 1"),  # capacity below zero
        ("4 0 5 -4 0 90 1 3 0\n", "", "node 3"),  # cut short
        ("4 0 5 -4 0 90 1 3 0", "4 0 5", "line 6"),  # cut within a line
        ("3 0 3 4", "3 0 x 4", "line 5"),  # not a number
    ],
)
def test_a_bad_file_is_refused_by_line(old: str, new: str, field: str) -> None:
    """The person sees which line to mend."""
    with pytest.raises(Refusal) as caught:
        read_pairs(SMALL.replace(old, new))
    assert caught.value.field == field
