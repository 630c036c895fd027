"""Rolling: units under way take part, hold their way unless it pays, and idle ones wait where calls come from."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from tidehub.methods.assignment import Engagement, RankingPolicy, rank_units
from tidehub.methods.assignment.dispatcher import Dispatcher
from tidehub.methods.assignment.waiting import WaitingPolicy, waits_of

from .harbour import NOW, POLICY, Sea, away, boat, job, minutes

POLICIES = {"collect": msgspec.structs.replace(POLICY, queue_when_busy=True)}


def test_a_boat_under_way_is_turned_to_the_call_it_passes_and_another_takes_its_own() -> None:
    """It pays by more than five minutes for both together; locked, it does not happen."""
    under_way = boat("K1", 6000, cast_off=True)
    behind = boat("K2", -2500)
    first, second = job("J1"), job("J2", position=away(6000))
    dispatcher = Dispatcher(POLICIES, Sea())
    given = {"current": {"J1": "K1"}}
    free = dispatcher.decide([first, second], [under_way, behind], NOW, **given)
    assert {pair.job_id: (pair.unit_id, pair.switched) for pair in free.now} == {
        "J1": ("K2", True),
        "J2": ("K1", False),
    }
    locked = dispatcher.decide([first, second], [under_way, behind], NOW, locks={"J1": "K1"}, **given)
    assert {pair.job_id: pair.unit_id for pair in locked.now} == {"J1": "K1", "J2": "K2"}


def test_a_job_may_wait_for_a_boat_that_is_free_soon() -> None:
    """Free in three minutes beside the berth is better than an hour's way; that is a plan, not an order."""
    soon = boat("K1", 0, engagement=Engagement("J0", "on_scene", NOW + minutes(3), away(0)))
    decision = Dispatcher(POLICIES, Sea()).decide([job("J1")], [soon, boat("K2", 18_000)], NOW)
    assert [(pair.job_id, pair.unit_id) for pair in decision.later] == [("J1", "K1")]
    assert decision.now == ()


def test_no_turnout_is_added_to_a_boat_that_is_under_way() -> None:
    """Its lines are off already."""
    under_way, moored = rank_units(job(), [boat("K1", 500, cast_off=True), boat("K2", 500)], Sea(), NOW, POLICY).chosen
    assert (under_way.unit_id, under_way.parts.turnout_s, moored.parts.turnout_s) == ("K1", 0, 60)


def test_lateness_is_weighed_by_its_probability() -> None:
    """A sure 19 minutes, and 18 that stand on the end of somebody's work: the promise is 20."""
    policy = RankingPolicy(
        turnout_s=0, approach_s=0, queue_when_busy=True, promise_s=1200, late_s=900, travel_spread=0.0
    )
    engaged = Engagement("J0", "on_scene", NOW + minutes(17), away(300), free_sd_s=900)
    sure, unsure = boat("K1", 5 * 60 * 19), boat("K2", 300, engagement=engaged)
    chosen = rank_units(job(waiting_since=NOW), [sure, unsure], Sea(), NOW, policy).chosen
    assert [one.unit_id for one in chosen] == ["K1", "K2"]
    assert chosen[1].eta_s < chosen[0].eta_s
    assert chosen[0].late_probability == pytest.approx(0.1587, abs=0.006)  # one spread of a minute to spare
    assert chosen[1].late_probability == pytest.approx(0.447, abs=0.01)


def test_idle_boats_spread_over_the_places_calls_come_from() -> None:
    """Two boats at one end, calls at both: one goes to the other end, one stays, and neither moves for nothing."""
    places = [away(0), away(12_000)]
    waits = waits_of(places, [3.0, 2.0], Sea(), NOW, boat("K0"))
    dispatcher = Dispatcher(POLICIES, Sea(), WaitingPolicy(busy=0.0))
    together = dispatcher.decide([], [boat("K1", 10), boat("K2", 20)], NOW, places=waits)
    assert len([place for place in together.waits.values() if place == away(12_000)]) == 1
    apart = dispatcher.decide([], [boat("K1", 10), boat("K2", 11_990)], NOW, places=waits)
    assert away(12_000) not in apart.waits.values() or apart.waits.get("K1") != away(12_000)


def test_waiting_places_of_one_boat_are_the_weighted_median() -> None:
    """Brute force: no other place has a smaller expected time."""
    rng = np.random.default_rng(8)
    places = [away(float(metres)) for metres in rng.uniform(0, 20_000, 9)]
    rates = rng.uniform(0.1, 2.0, 9).tolist()
    waits = waits_of(places, rates, Sea(), NOW, boat("K0"))
    decision = Dispatcher(POLICIES, Sea(), WaitingPolicy(busy=0.0, gain_s=0.0, per_move=0.0)).decide(
        [], [boat("K1", 40_000)], NOW, places=waits
    )
    expected = waits.between_s @ waits.share
    assert decision.waits["K1"] == waits.places[int(np.argmin(expected))]
