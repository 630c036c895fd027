"""Golden tests: without ways, a fleet is a queue, and queues have formulas."""

from __future__ import annotations

import heapq
import math

import msgspec
import numpy as np
import pytest

from tidehub.kernel.geometry import Position
from tidehub.methods.assignment import RankingPolicy, UnitState, WaitingJob
from tidehub.methods.simulation import Call, Controller, Day, NearestIdle, OpenTravel, Rolling, play
from tidehub.methods.simulation.harbour import BEGINS_AT, POLICY

HERE = Position(121.5, 28.5)
QUEUE = msgspec.structs.replace(POLICY, switching_s=0)


def queue_day(servers: int, load: float, jobs: int, spread: str, seed: int = 7) -> Day:
    """Calls at one place where all units lie: Poisson arrivals, mean work 600 s."""
    rng = np.random.default_rng(seed)
    at_s = np.cumsum(rng.exponential(600.0 / (load * servers), jobs))
    works_s = rng.exponential(600.0, jobs) if spread == "exponential" else rng.uniform(0.0, 1200.0, jobs)
    calls = tuple(
        Call(WaitingJob(f"J{number:05d}", "collect", HERE), float(a), float(w))
        for number, (a, w) in enumerate(zip(at_s, works_s, strict=True))
    )
    units = tuple(UnitState(f"K{one}", "boat", position=HERE, position_at=BEGINS_AT) for one in range(servers))
    policies: dict[str, RankingPolicy] = {"collect": QUEUE}
    return Day("queue", calls, units, policies, OpenTravel(28.5), BEGINS_AT, math.inf, math.inf, {"collect": 600.0})


def waits_s(day: Day, controller: Controller) -> list[float]:
    return [one.response_s for one in play(day, controller).served]


def first_come_first_served(day: Day) -> list[float]:
    """Waiting times by the recursion of Kiefer and Wolfowitz: an independent answer to the last digit."""
    free = [0.0] * len(day.units)
    found = []
    for call in day.calls:
        begins_s = max(call.at_s, heapq.heappop(free))
        heapq.heappush(free, begins_s + call.work_s)
        found.append(begins_s - call.at_s)
    return found


def erlang_c_wait_s(servers: int, load: float, work_s: float) -> float:
    """Mean wait of M/M/c (Erlang 1917)."""
    offered = servers * load
    tail = offered**servers / math.factorial(servers) / (1 - load)
    waits = tail / (sum(offered**k / math.factorial(k) for k in range(servers)) + tail)
    return waits * work_s / (servers * (1 - load))


def pollaczek_khinchine_wait_s(load: float, mean_s: float, second_moment: float) -> float:
    """Mean wait of M/G/1."""
    return load / mean_s * second_moment / (2 * (1 - load))


@pytest.mark.parametrize("servers", [1, 3])
def test_nearest_idle_without_ways_is_first_come_first_served(servers: int) -> None:
    """Every single wait agrees with the recursion."""
    day = queue_day(servers, 0.8, 1500, "exponential")
    assert waits_s(day, NearestIdle(day.policies, day.travel)) == pytest.approx(first_come_first_served(day), abs=1e-6)


def test_mmc_waits_as_erlang_says() -> None:
    """Three boats, load 0.7: 18,000 calls in batches of seeds come within 6 % of the formula."""
    means = []
    for seed in range(6):
        day = queue_day(3, 0.7, 3000, "exponential", seed)
        means.append(float(np.mean(waits_s(day, NearestIdle(day.policies, day.travel))[200:])))
    assert np.mean(means) == pytest.approx(erlang_c_wait_s(3, 0.7, 600.0), rel=0.06)


def test_mg1_waits_as_pollaczek_and_khinchine_say() -> None:
    """One boat, work uniform from 0 to 20 minutes: the second moment is 1200^2 / 3."""
    means = []
    for seed in range(6):
        day = queue_day(1, 0.6, 3000, "uniform", seed)
        means.append(float(np.mean(waits_s(day, NearestIdle(day.policies, day.travel))[200:])))
    assert np.mean(means) == pytest.approx(pollaczek_khinchine_wait_s(0.6, 600.0, 1200.0**2 / 3), rel=0.08)


def test_the_rolling_dispatcher_keeps_nobody_idle_while_somebody_waits() -> None:
    """Without ways the order of service does not change the mean: the dispatcher waits as long as the queue."""
    day = queue_day(2, 0.8, 250, "exponential")
    mean_s = float(np.mean(waits_s(day, Rolling(day.policies, day.travel))))
    assert mean_s == pytest.approx(float(np.mean(first_come_first_served(day))), rel=0.02)
