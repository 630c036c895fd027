"""Several jobs, several units: what is best for all of them together."""

from __future__ import annotations

from itertools import permutations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tidehub.methods.assignment import UnitState, WaitingJob, Weights, assign

from .harbour import NOW, POLICY, Sea, away, boat, job, minutes

PLAIN = msgspec.structs.replace(POLICY, weights=Weights(waited=0.0, priority_s=600))
POLICIES = {"collect": PLAIN}


def pairs_of(jobs: list[WaitingJob], units: list[UnitState], **how: dict[str, str]) -> dict[str, str]:
    answer = assign(jobs, units, Sea(), NOW, POLICIES, **how)
    return {pair.job_id: pair.unit_id for pair in answer.pairs}


def test_the_first_caller_does_not_take_the_only_boat_of_the_second() -> None:
    """K1 lies between both; K2 can help only the first in time. Together both are served sooner."""
    first, second = job("J1", position=away(0)), job("J2", position=away(8000))
    middle, west = boat("K1", 3500), boat("K2", -4000)
    assert pairs_of([first, second], [middle, west]) == {"J1": "K2", "J2": "K1"}


def test_more_jobs_than_units_leaves_the_less_urgent() -> None:
    """One boat, two jobs: the higher priority is served, the other is left and named."""
    low, high = job("J1"), job("J2", priority=2, position=away(500))
    answer = assign([low, high], [boat("K1")], Sea(), NOW, POLICIES)
    assert [(pair.job_id, pair.unit_id) for pair in answer.pairs] == [("J2", "K1")]
    assert answer.unassigned == ("J1",)


def test_a_job_that_has_waited_long_goes_first() -> None:
    """Waiting weighs: what has waited an hour is served before what has just come in."""
    policies = {"collect": msgspec.structs.replace(POLICY, weights=Weights(waited=0.5))}
    old = job("J1", waiting_since=NOW - minutes(60), position=away(1500))
    new = job("J2", waiting_since=NOW)
    answer = assign([old, new], [boat("K1", 0)], Sea(), NOW, policies)
    assert answer.unassigned == ("J2",)


def test_a_lock_stands_and_keeps_its_unit_from_others() -> None:
    """What a duty officer locked is not changed by a better idea."""
    first, second = job("J1", position=away(0)), job("J2", position=away(10))
    units = [boat("K1", 0), boat("K2", 9000)]
    assert pairs_of([first, second], units, locks={"J1": "K2"}) == {"J1": "K2", "J2": "K1"}


def test_a_lock_on_a_unit_that_cannot_go_leaves_the_job_rather_than_break_it() -> None:
    """The locked boat is silent: the job waits, with the reason in its ranking."""
    silent = boat("K2", position_at=NOW - minutes(30))
    answer = assign([job("J1")], [boat("K1"), silent], Sea(), NOW, POLICIES, locks={"J1": "K2"})
    assert answer.unassigned == ("J1",)
    assert answer.rankings["J1"].rejected[0].code == "position_too_old"


def test_a_plan_is_not_reshuffled_for_a_small_gain() -> None:
    """Another boat must be better by the switching penalty (five minutes) before a job changes hands."""
    near, far = boat("K1", 0), boat("K2", 1400)  # 280 s apart
    assert pairs_of([job("J1")], [near, far], current={"J1": "K2"}) == {"J1": "K2"}
    farther = boat("K2", 1600)  # 320 s apart
    assert pairs_of([job("J1")], [near, farther], current={"J1": "K2"}) == {"J1": "K1"}


@settings(max_examples=40, deadline=None)
@given(
    jobs=st.lists(st.integers(0, 20_000), min_size=1, max_size=4),
    units=st.lists(st.integers(0, 20_000), min_size=1, max_size=4),
)
def test_no_other_pairing_is_better(jobs: list[int], units: list[int]) -> None:
    """Brute force over every pairing finds nothing cheaper; no unit stands twice."""
    waiting = [job(f"J{place}", position=away(metres)) for place, metres in enumerate(jobs)]
    fleet = [boat(f"K{place}", metres) for place, metres in enumerate(units)]
    answer = assign(waiting, fleet, Sea(), NOW, POLICIES)
    taken = [pair.unit_id for pair in answer.pairs]
    assert len(set(taken)) == len(taken)
    assert len(answer.pairs) + len(answer.unassigned) == len(jobs)
    cost = {
        (waiting_job.job_id, ranked.unit_id): ranked.cost_s
        for waiting_job in waiting
        for ranked in answer.rankings[waiting_job.job_id].chosen
    }
    seats: list[str | None] = [*(unit.unit_id for unit in fleet), *([None] * len(waiting))]
    best = min(
        sum(
            PLAIN.unassigned_s if unit_id is None else cost[waiting_job.job_id, unit_id]
            for waiting_job, unit_id in zip(waiting, order, strict=True)
        )
        for order in permutations(seats, len(waiting))
    )
    assert answer.cost == best


@settings(max_examples=30, deadline=None)
@given(units=st.lists(st.integers(0, 20_000), min_size=1, max_size=6), seed=st.randoms(use_true_random=False))
def test_the_same_input_gives_the_same_answer(units: list[int], seed: object) -> None:
    """The order in which jobs and units come does not matter."""
    waiting = [job(f"J{place}", position=away(2000 * place)) for place in range(3)]
    fleet = [boat(f"K{place}", metres) for place, metres in enumerate(units)]
    answer = assign(waiting, fleet, Sea(), NOW, POLICIES)
    assert answer == assign(waiting[::-1], fleet[::-1], Sea(), NOW, POLICIES)
