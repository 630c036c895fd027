"""The geometry on which policies are compared: 20 x 20 km of water, 12 boats, calls from six harbour areas.

Source: dispatch handbook, section 8. Boats at 5.5 m/s, detour 1.3, lognormal work of 25 min in the mean that the
dispatcher does not know, Poisson calls over 12 hours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np

from tidehub.kernel.geometry import Position
from tidehub.methods.assignment import RankingPolicy, UnitState, WaitingJob, Weights
from tidehub.methods.assignment.waiting import WaitingPolicy, Waits, waits_of
from tidehub.methods.forecast.demand import learn_demand
from tidehub.methods.simulation.model import Call, Day
from tidehub.methods.simulation.travel import OpenTravel

CORNER = Position(121.45, 28.30)
SIDE_M, BOATS, SPEED_MPS, DETOUR = 20_000.0, 12, 5.5, 1.3
WORK_S, WORK_SPREAD = 1500.0, 0.6
HOURS_OF_CALLS = 12.0
HARBOURS = ((4.5, 5.0, 0.24), (8.0, 12.0, 0.21), (14.5, 6.5, 0.19), (12.5, 15.5, 0.15), (6.0, 16.0, 0.11))
SCATTER_M, ANYWHERE = 1800.0, 0.10
BEGINS_AT = datetime(2026, 6, 1, 22, 0, tzinfo=UTC)  # six in the morning in China
TRAVEL = OpenTravel(CORNER.lat, DETOUR)
POLICY = RankingPolicy(
    position_age_max_s=600,
    turnout_s=0,
    approach_s=0,
    handling_base_s=round(WORK_S),
    handling_per_line_s=0,
    queue_when_busy=True,
    queue_wait_max_s=24 * 3600,
    weights=Weights(),
)
TASK = "collect"
TUNED = msgspec.structs.replace(POLICY, switching_s=720, promise_s=1200, late_s=600)
TUNED_WAITING = WaitingPolicy(busy=0.1)
"""Weights found on seeds 1001 to 1012 at 12 calls an hour, and kept at every other rate."""


def place(rng: np.random.Generator) -> Position:
    """Where a call comes from: one of the harbour areas, or anywhere on the water."""
    pick, east_m, north_m = rng.random(), rng.random() * SIDE_M, rng.random() * SIDE_M
    around = rng.normal(0.0, SCATTER_M, 2)
    for east_km, north_km, share in HARBOURS:
        pick -= share
        if pick < 0:
            east_m = min(max(east_km * 1000 + around[0], 0.0), SIDE_M)
            north_m = min(max(north_km * 1000 + around[1], 0.0), SIDE_M)
            break
    return TRAVEL.at(CORNER, float(east_m), float(north_m))


def works_s(rng: np.random.Generator, mean_s: float, spread: float) -> float:
    """One lognormal time of work."""
    variance = math.log(1 + spread * spread)
    return float(rng.lognormal(math.log(mean_s) - variance / 2, math.sqrt(variance)))


def boats(count: int = BOATS) -> tuple[UnitState, ...]:
    """Boats at the harbour areas, the busiest first, in turn."""
    found = []
    for number in range(count):
        east_km, north_km, _ = HARBOURS[number % len(HARBOURS)]
        at = TRAVEL.at(CORNER, east_km * 1000, north_km * 1000)
        found.append(
            UnitState(f"K{number + 1:02d}", "shuttle_boat", speed_mps=SPEED_MPS, position=at, position_at=BEGINS_AT)
        )
    return tuple(found)


def policy_day(
    calls_per_h: float,
    seed: int,
    count: int = BOATS,
    policy: RankingPolicy = POLICY,
) -> Day:
    """One day of calls. The same seed gives the same calls whatever the policy and the number of boats."""
    rng = np.random.default_rng([seed, round(calls_per_h * 1000)])
    at_s = 0.0
    calls: list[Call] = []
    while True:
        at_s += float(rng.exponential(3600.0 / calls_per_h))
        if at_s >= HOURS_OF_CALLS * 3600:
            break
        job = WaitingJob(f"J{len(calls) + 1:04d}", TASK, place(rng))
        calls.append(Call(job, at_s, works_s(rng, WORK_S, WORK_SPREAD)))
    return Day(
        name=f"{calls_per_h:g} calls/h, seed {seed}",
        calls=tuple(calls),
        units=boats(count),
        policies={TASK: policy},
        travel=TRAVEL,
        begins_at=BEGINS_AT,
        calls_until_s=HOURS_OF_CALLS * 3600,
        ends_s=2 * HOURS_OF_CALLS * 3600,
        expected_work_s={TASK: WORK_S},
    )


def learned_waits(seeds: Sequence[int], calls_per_h: float = 12.0, cell_m: float = 1500.0) -> Waits:
    """Where calls come from, learned from days that are not reported on."""
    past = []
    for seed in seeds:
        past += [(call.job.position, 6 + call.at_s / 3600) for call in policy_day(calls_per_h, seed).calls]
    demand = learn_demand(past, len(seeds), cell_m=cell_m)
    rates = [math.fsum(row) for row in demand.rates]
    return waits_of(demand.places, rates, TRAVEL, BEGINS_AT, boats(1)[0])
