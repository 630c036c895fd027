"""Days that are played: nothing impossible happens, the same seed gives the same day, more units never hurt."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import msgspec
import pytest

from tidehub.kernel.errors import Refusal
from tidehub.methods.simulation import (
    Closure,
    CommitAtCall,
    NearestIdle,
    Orders,
    Rolling,
    View,
    figures_of,
    play,
    policy_day,
    responses_s,
)
from tidehub.methods.simulation.harbour import TUNED, TUNED_WAITING, learned_waits
from tidehub.methods.simulation.hindsight import hindsight, known
from tidehub.methods.simulation.recorded import compare, read_day
from tidehub.methods.simulation.scenarios import SCENARIOS

from .checker import faults


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_nothing_impossible_happens_in_any_scenario(name: str) -> None:
    """Every job ends once, no unit is in two places, nobody is served before the call; teams begin together."""
    scenario = SCENARIOS[name]
    day = scenario.make(3, scenario.units)
    for controller in (
        NearestIdle(day.policies, day.travel),
        CommitAtCall(day.policies, day.travel, day.expected_work_s),
        Rolling(day.policies, day.travel),
    ):
        assert faults(day, play(day, controller)) == []


def test_breakdowns_and_cancelled_calls_leave_no_job_behind() -> None:
    """A boat breaks down under way, a caller takes it back: the others go on, and every job has one end."""
    day = policy_day(8.0, 5, policy=TUNED)
    calls = tuple(
        msgspec.structs.replace(call, cancelled_s=call.at_s + 300) if place % 7 == 3 else call
        for place, call in enumerate(day.calls)
    )
    closures = (Closure("K01", 3000.0, 20_000.0), Closure("K05", 9000.0, 12_000.0))
    day = msgspec.structs.replace(day, calls=calls, closures=closures)
    outcome = play(day, Rolling(day.policies, day.travel, TUNED_WAITING, learned_waits(range(2001, 2004))))
    assert faults(day, outcome) == []
    assert all(one.cancelled or one.done_s < math.inf for one in outcome.served)
    gone = [(arrived, done) for unit, _, arrived, done in outcome.visits if unit == "K01"]
    assert not any(3000.0 < arrived < 20_000.0 for arrived, _ in gone)


def test_the_same_seed_gives_the_same_day_and_the_same_answer() -> None:
    """Byte for byte."""
    day = policy_day(12.0, 4, policy=TUNED)
    first, second = (play(day, Rolling(day.policies, day.travel)) for _ in range(2))
    assert msgspec.json.encode(first) == msgspec.json.encode(second)


def test_the_policy_is_told_nothing_of_the_future() -> None:
    """Until a call, the day with it and the day without it look the same to the policy."""
    day = policy_day(12.0, 4, policy=TUNED)
    half = day.calls[len(day.calls) // 2].at_s
    cut = msgspec.structs.replace(day, calls=tuple(call for call in day.calls if call.at_s <= half))

    def seen(one: object) -> list[bytes]:
        views: list[bytes] = []
        rolling = Rolling(day.policies, day.travel)

        class Watching:
            name = "watching"

            def decide(self, view: View) -> Orders:
                if view.now_s <= half:
                    views.append(msgspec.json.encode((view.now_s, view.jobs, view.units)))
                return rolling.decide(view)

        play(one, Watching())  # type: ignore[arg-type]
        return views

    assert seen(day) == seen(cut)


def test_the_dispatcher_is_worth_what_is_said_of_it() -> None:
    """Three days at 12 calls an hour: far more inside 20 minutes than nearest idle, few redirections."""
    waits = learned_waits(range(2001, 2006))
    rolling, nearest = [], []
    for seed in (41, 42, 43):
        day = policy_day(12.0, seed, policy=TUNED)
        rolling.append(play(day, Rolling(day.policies, day.travel, TUNED_WAITING, waits)))
        nearest.append(play(day, NearestIdle(day.policies, day.travel)))
    ours, theirs = figures_of(rolling), figures_of(nearest)
    assert ours.inside > theirs.inside + 0.2
    assert ours.mean_s < 0.7 * theirs.mean_s
    assert ours.redirected_per_100 < 10
    assert ours.never == 0


def test_hindsight_finds_the_best_of_a_small_day() -> None:
    """One boat, six calls: brute force over all orders finds nothing better."""
    day = policy_day(1.0, 11, count=1)
    day = msgspec.structs.replace(day, calls=day.calls[:6])
    facts = known(day)
    best = math.inf
    for order in itertools.permutations(range(len(day.calls))):
        free_s, last, total = 0.0, -1, 0.0
        for job in order:
            way_s = facts.first_s[0, job] if last < 0 else facts.way_s[last, job]
            arrived_s = max(free_s, facts.called_s[job]) + way_s
            total += arrived_s - facts.called_s[job]
            free_s, last = arrived_s + facts.work_s[job], job
        best = min(best, total)
    found = hindsight(day, 2000)
    assert sum(responses_s(found)) == pytest.approx(best, abs=1e-6)


def recorded() -> dict[str, object]:
    """Two calls; the near boat was sent to the far one."""
    units = [
        {"unit_id": "K1", "lon": 121.50, "lat": 28.5, "speed_mps": 5},
        {"unit_id": "K2", "lon": 121.60, "lat": 28.5, "speed_mps": 5},
    ]
    calls = [
        {
            "job_id": "J1", "called_at": "2026-06-01T08:00:00+08:00", "lon": 121.51, "lat": 28.5, "unit_id": "K2",
            "arrived_at": "2026-06-01T08:45:00+08:00", "done_at": "2026-06-01T09:00:00+08:00",
        },
        {
            "job_id": "J2", "called_at": "2026-06-01T08:05:00+08:00", "lon": 121.59, "lat": 28.5, "unit_id": "K1",
            "arrived_at": "2026-06-01T08:55:00+08:00", "done_at": "2026-06-01T09:10:00+08:00",
        },
    ]  # fmt: skip
    return {"name": "Tuesday", "units": units, "calls": calls}


def test_a_recorded_day_is_told_what_it_cost() -> None:
    """The two boats should have been exchanged: hindsight says so, with the minutes, and the rolling plan did it."""
    day, happened = read_day(json.dumps(recorded()).encode(), "tuesday.json")
    answer = compare(day, happened, hindsight(day, 500))
    assert [one.best_unit_id for one in answer.regret.decisions] == ["K2", "K1"]
    assert answer.regret.decisions[0].lost_s > 2000
    assert answer.rolling.mean_s == pytest.approx(answer.hindsight.mean_s)
    assert "K2" in answer.regret.decisions[0].zh


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"units": []}, "units"),
        ({"calls": []}, "calls"),
        ({"name": 3}, "name"),
        ({"detours": 1.3}, "tuesday.json"),
    ],
)
def test_a_record_that_cannot_be_read_is_refused_by_its_field(change: dict[str, object], field: str) -> None:
    """Never a traceback, never a guess."""
    with pytest.raises(Refusal) as refused:
        read_day(json.dumps(recorded() | change).encode(), "tuesday.json")
    assert field in (refused.value.field or "")


def test_a_record_with_an_arrival_before_the_call_is_refused(tmp_path: Path) -> None:
    """The line is named."""
    raw = recorded()
    raw["calls"][1]["arrived_at"] = "2026-06-01T08:00:00+08:00"  # type: ignore[index]
    with pytest.raises(Refusal) as refused:
        read_day(json.dumps(raw).encode(), "tuesday.json")
    assert refused.value.field == "tuesday.json:calls[1].arrived_at"
