"""One decision of a large desk: 20,000 units, 5,000 jobs that wait; and the nearest of 20,000 by true travel time.

A decision is what a call costs from its arrival: rank the units near it until every other is proven to be later
(skills, jurisdictions, shifts, engagements and all), then assign all jobs that wait anew, exactly on the twelve
candidates of each. Rows of the other jobs are kept from before. Ways on a plain are the great circle times a
detour; the nearest by true travel time is asked of the water router on Taizhou bay, by taut paths round the islands,
and held against the router's answer for every one of 400 boats. Processor time of one thread.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from benchmarks.common import figure, goal, percentile, report

from tidehub.adapters.routes import read_areas
from tidehub.kernel.geometry import Position
from tidehub.methods.assignment import Destination, Engagement, Leg, RankingPolicy, Start, UnitState, WaitingJob
from tidehub.methods.assignment.fleet import Fleet
from tidehub.methods.assignment.rank import rank_units
from tidehub.methods.assignment.standing import Standing
from tidehub.methods.routing import Route, WaterMap, plan_route, travel_matrix
from tidehub.methods.simulation import OpenTravel

LAND = Path(__file__).parents[1] / "packs" / "blue_circle" / "data" / "taizhou_land.geojson"
NOW = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
SEED = 20260602
SKILLS = ("waste", "pump", "crane")
FEW = 8  # so many single questions are quicker than a matrix
REGIONS = ("331002", "331003", "331004", "331081")


def run(units: int = 20_000, jobs: int = 5_000, decisions: int = 300, nearest: int = 200) -> dict[str, Any]:
    """Measure ``decisions`` calls on the large desk and ``nearest`` questions on the bay."""
    rng = np.random.default_rng(SEED)
    decide_ms, rank_ms, looked_at, built_ms, agreed = _decisions(rng, units, jobs, decisions)
    near_ms, wrong, checked = _nearest(rng, units, nearest)
    figures = [
        figure(f"tree of {units} units, built", built_ms, "ms"),
        figure("one decision, median", percentile(decide_ms, 50), "ms"),
        figure("one decision, 99th percentile", percentile(decide_ms, 99), "ms"),
        figure("of it ranking the units near the call, median", percentile(rank_ms, 50), "ms"),
        figure("units looked at for a call, mean", float(np.mean(looked_at)), "units"),
        figure("calls whose twelve best agree with a ranking of all units", agreed, "%"),
        figure("nearest by water of all units, median", percentile(near_ms, 50), "ms"),
        figure("nearest by water of all units, 99th percentile", percentile(near_ms, 99), "ms"),
        figure("nearest by water: questions held against every unit", checked, "questions"),
        figure("nearest by water: answers that are not the nearest", wrong, "questions"),
    ]
    p99, near = percentile(decide_ms, 99), percentile(near_ms, 50)
    goals = [
        goal("one decision, 99th percentile", p99, "< 50 ms", p99 < 50.0),
        goal("nearest of all by true travel time, median", near, "< 5 ms", near < 5.0),
        goal("answers that are not the nearest", wrong, "0", wrong == 0),
    ]
    return report("decide", figures, goals)


def _decisions(
    rng: np.random.Generator, count: int, jobs: int, decisions: int
) -> tuple[list[float], list[float], list[int], float, float]:
    travel = OpenTravel(28.5)
    corner = Position(120.5, 28.0)
    policy = RankingPolicy(jurisdiction=True, queue_when_busy=True, queue_wait_max_s=7200)

    def place() -> Position:
        return travel.at(corner, float(rng.uniform(0, 100_000)), float(rng.uniform(0, 100_000)))

    units = [_unit(rng, f"K{number:05d}", place(), place()) for number in range(count)]
    waiting = [_job(rng, f"J{number:05d}", place()) for number in range(jobs + decisions)]
    started = time.process_time()
    fleet = Fleet(units)
    built_ms = (time.process_time() - started) * 1e3
    desk = Standing(fleet, {"collect": policy}, travel)
    for job in waiting[:jobs]:
        desk.add(job, NOW)
    desk.decide()
    decide_ms, rank_ms, looked_at = [], [], []
    for place_no, job in enumerate(waiting[jobs:]):
        started = time.process_time()
        near = desk.add(job, NOW)
        ranked = time.process_time()
        desk.decide()
        decide_ms.append((time.process_time() - started) * 1e3)
        rank_ms.append((ranked - started) * 1e3)
        looked_at.append(near.looked_at)
        desk.drop([waiting[place_no].job_id])
    same = 0
    probes = waiting[:5]
    for job in probes:
        every = rank_units(job, fleet.units, travel, NOW, policy).chosen[:12]
        same += fleet.near(job, travel, NOW, policy, 12).chosen == every
    return decide_ms, rank_ms, looked_at, built_ms, 100.0 * same / len(probes)


def _unit(rng: np.random.Generator, unit_id: str, here: Position, then: Position) -> UnitState:
    """Two fifths are busy, with half an hour to go at most; each has two of three skills and one or two regions."""
    engaged = None
    if rng.random() < 0.4:
        free_at = NOW + timedelta(seconds=float(rng.uniform(0, 1800)))
        engaged = Engagement("other", "on_scene", free_at, then if rng.random() < 0.3 else here)
    return UnitState(
        unit_id,
        "shuttle_boat",
        speed_mps=float(rng.choice([5.0, 6.5, 8.0])),
        skills=frozenset(rng.choice(SKILLS, 2, replace=False).tolist()),
        jurisdictions=tuple(rng.choice(REGIONS, int(rng.integers(1, 3)), replace=False).tolist()),
        position=here,
        position_at=NOW,
        engagement=engaged,
    )


def _job(rng: np.random.Generator, job_id: str, here: Position) -> WaitingJob:
    skills = (str(rng.choice(SKILLS)),) if rng.random() < 0.3 else ()
    return WaitingJob(job_id, "collect", here, region_code=str(rng.choice(REGIONS)), skills=skills)


class _Bay:
    """The water router as a travel port: taut paths on the charted coast."""

    def __init__(self, water: WaterMap) -> None:
        self._water = water

    def legs(self, starts: Sequence[Start], to: Destination) -> Sequence[Leg]:
        return [self._leg(start, length) for start, length in zip(starts, self._lengths_m(starts, to), strict=True)]

    def _lengths_m(self, starts: Sequence[Start], to: Destination) -> list[float]:
        if len(starts) > FEW:
            matrix = travel_matrix(self._water, [start.position for start in starts], [to.position], snap_m=1.0)
            return [float(length) for length in matrix.length_m[:, 0]]
        routes = [plan_route(self._water, start.position, to.position, snap_m=1.0) for start in starts]
        return [route.length_m if isinstance(route, Route) else math.inf for route in routes]

    def _leg(self, start: Start, length_m: float) -> Leg:
        if not math.isfinite(length_m):
            return Leg(None, None, "unreachable")
        return Leg(math.ceil(length_m / start.speed_mps), round(length_m))


def _nearest(rng: np.random.Generator, count: int, questions: int) -> tuple[list[float], int, int]:
    """Time the nearest of all, and hold the first few against the router's answer for 400 boats."""
    land = read_areas(LAND.read_bytes(), "land")
    water = WaterMap.build(land.areas, bounds=land.bounds)
    bay = _Bay(water)
    policy = RankingPolicy()
    spots = _afloat(water, rng, count + questions)
    like = UnitState("K", "shuttle_boat", position_at=NOW)
    boats = [
        msgspec.structs.replace(like, unit_id=f"K{number:05d}", position=spot, speed_mps=5.5)
        for number, spot in enumerate(spots[:count])
    ]
    fleet = Fleet(boats)
    calls = [WaitingJob(f"J{number:04d}", "collect", spot) for number, spot in enumerate(spots[count:])]
    times_ms = []
    for call in calls:
        started = time.process_time()
        fleet.near(call, bay, NOW, policy, 1)
        times_ms.append((time.process_time() - started) * 1e3)
    few = boats[:400]
    small = Fleet(few)
    wrong = checked = 0
    for call in calls[:20]:
        true = rank_units(call, few, bay, NOW, policy).chosen
        found = small.near(call, bay, NOW, policy, 1).chosen
        checked += 1
        wrong += bool(true) != bool(found) or (bool(true) and true[0].cost_s != found[0].cost_s)
    return times_ms, wrong, checked


def _afloat(water: WaterMap, rng: np.random.Generator, count: int) -> list[Position]:
    west, south, east, north = water.bounds
    found: list[Position] = []
    while len(found) < count:
        points = water.local.grid_all(rng.uniform((west, south), (east, north), size=(2 * count, 2)))
        triangles = water.mesh.locate(points)
        wet = (triangles >= 0) & (water.mesh.piece[triangles] == 0)
        found += [Position(*one) for one in water.local.lon_lat_all(points[wet]).tolist()]
    return found[:count]
