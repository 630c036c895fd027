"""What could have been done by somebody who had known the day: a bound for every policy.

He knows every call, its true work and every true way, but no unit may set out before the call. Found by large
neighbourhood search, so it bounds from above what the true optimum would be.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec
import numba
import numpy as np
import numpy.typing as npt

from tidehub.methods.assignment import Destination, Start, UnitState
from tidehub.methods.assignment.rank import bars
from tidehub.methods.simulation.model import Day, Outcome, Served

_FAR_S = 1e7
ITERATIONS = 40_000


class Known(NamedTuple):
    """A day as arrays: seconds of calls and works, true ways from job to job and from unit to job."""

    called_s: npt.NDArray[np.float64]
    work_s: npt.NDArray[np.float64]
    way_s: npt.NDArray[np.float64]
    first_s: npt.NDArray[np.float64]


def known(day: Day) -> Known:
    """Lay down what the day really was; ways that a unit may not go (skill, region) are out of reach."""
    calls = day.calls
    like = day.units[0]
    count, units = len(calls), len(day.units)
    way_s, first_s = np.empty((count, count)), np.full((units, count), _FAR_S)
    for column, call in enumerate(calls):
        policy = day.policies[call.job.task]
        to = Destination(
            call.job.position, call.job.place_id, policy.ukc_m, policy.handling_s(call.job), policy.approach_s
        )
        at, fixed_s = day.at(call.at_s), policy.turnout_s + policy.approach_s
        starts = [Start(like.unit_id, one.job.position, at, like.mode, like.speed_mps, like.draught_m) for one in calls]
        way_s[:, column] = [_true_s(leg.travel_s, fixed_s, call.way_factor) for leg in day.travel.legs(starts, to)]
        own = [
            Start(unit.unit_id, unit.position, at, unit.mode, unit.speed_mps, unit.draught_m)
            for unit in day.units
            if unit.position is not None
        ]
        for row, (unit, leg) in enumerate(zip(day.units, day.travel.legs(own, to), strict=True)):
            barred, _ = bars(call.job, _fresh(unit, day), day.begins_at, policy)
            if not barred:
                first_s[row, column] = _true_s(leg.travel_s, fixed_s, call.way_factor)
    return Known(np.array([call.at_s for call in calls]), np.array([call.work_s for call in calls]), way_s, first_s)


def _fresh(unit: UnitState, day: Day) -> UnitState:
    return msgspec.structs.replace(unit, position_at=day.begins_at, shifts=None)


def _true_s(travel_s: int | None, fixed_s: float, factor: float) -> float:
    return _FAR_S if travel_s is None else fixed_s + travel_s * factor


def hindsight(day: Day, iterations: int = ITERATIONS, seed: int = 1) -> Outcome:
    """Play a day with full knowledge of it, but nobody leaves before the call.

    Parameters
    ----------
    iterations
        Rounds of ruin and recreate.

    Returns
    -------
    Outcome
        Least mean time from call to arrival that was found, without the calls that were taken back. Teams are
        not known here: the day must be without them.
    """
    assert all(not call.case_id for call in day.calls), "hindsight knows single jobs"
    day = msgspec.structs.replace(day, calls=tuple(call for call in day.calls if call.cancelled_s == math.inf))
    facts = known(day)
    routes, _ = search(facts.called_s, facts.work_s, facts.way_s, facts.first_s, iterations, seed)
    served = []
    busy = {unit.unit_id: 0.0 for unit in day.units}
    for row, unit in enumerate(day.units):
        free_s, last = 0.0, -1
        for job in routes[row]:
            if job < 0:
                break
            call = day.calls[job]
            leaves_s = max(free_s, call.at_s)
            arrived_s = leaves_s + float(facts.first_s[row, job] if last < 0 else facts.way_s[last, job])
            done_s = arrived_s + call.work_s
            served.append(
                Served(call.job.job_id, "", call.job.task, call.at_s, unit.unit_id, leaves_s, arrived_s, done_s)
            )
            busy[unit.unit_id] += done_s - leaves_s
            free_s, last = done_s, job
    served.sort(key=lambda one: one.called_s)
    return Outcome("hindsight", day.name, tuple(served), 0, 0, busy)


@numba.njit(cache=True)
def _suffix(route, size, place, free_s, last, unit, called, work, way, first):  # type: ignore[no-untyped-def]
    """Total response of a route from a place on, when the unit is free then after the job ``last``."""
    total = 0.0
    for index in range(place, size):
        job = route[index]
        leaves = max(free_s, called[job])
        arrived = leaves + (first[unit, job] if last < 0 else way[last, job])
        total += arrived - called[job]
        free_s, last = arrived + work[job], job
    return total


@numba.njit(cache=True)
def _insert(routes, sizes, job, noise, called, work, way, first):  # type: ignore[no-untyped-def]
    """Cheapest place of a job over all routes; ``noise`` skips a share of the places."""
    best, best_unit, best_place = 1e18, -1, -1
    for unit in range(len(sizes)):
        if first[unit, job] >= 1e7:
            continue
        size, route = sizes[unit], routes[unit]
        free_s, last = 0.0, -1
        for place in range(size + 1):
            # nothing that is called much later can stand before, nothing much earlier after
            if place == size or called[route[place]] > called[job] - 14400.0:  # noqa: SIM102 - the second draws from chance
                if noise <= 0.0 or np.random.random() >= noise:
                    leaves = max(free_s, called[job])
                    arrived = leaves + (first[unit, job] if last < 0 else way[last, job])
                    added = arrived - called[job]
                    if added < best:
                        old = _suffix(route, size, place, free_s, last, unit, called, work, way, first)
                        added += (
                            _suffix(route, size, place, arrived + work[job], job, unit, called, work, way, first) - old
                        )
                        if added < best:
                            best, best_unit, best_place = added, unit, place
            if place < size:
                nxt = route[place]
                if called[nxt] > called[job] + 14400.0:
                    break
                leaves = max(free_s, called[nxt])
                arrived = leaves + (first[unit, nxt] if last < 0 else way[last, nxt])
                free_s, last = arrived + work[nxt], nxt
    if best_unit < 0:
        return 1e9
    size = sizes[best_unit]
    for index in range(size, best_place, -1):
        routes[best_unit, index] = routes[best_unit, index - 1]
    routes[best_unit, best_place] = job
    sizes[best_unit] = size + 1
    return best


@numba.njit(cache=True)
def _total(routes, sizes, called, work, way, first):  # type: ignore[no-untyped-def]
    total = 0.0
    for unit in range(len(sizes)):
        total += _suffix(routes[unit], sizes[unit], 0, 0.0, -1, unit, called, work, way, first)
    return total


@numba.njit(cache=True)
def search(called, work, way, first, iterations, seed):  # type: ignore[no-untyped-def]
    """Ruin jobs that belong together in time and place, put each back where it costs least; anneal.

    Returns the best routes (unit by place, -1 where empty) and their total response in seconds.
    """
    np.random.seed(seed)
    jobs, units = len(called), first.shape[0]
    routes = np.full((units, jobs + 1), -1, np.int64)
    sizes = np.zeros(units, np.int64)
    for job in range(jobs):
        _insert(routes, sizes, job, 0.0, called, work, way, first)
    now = _total(routes, sizes, called, work, way, first)
    best, best_routes = now, routes.copy()
    hot, cold = 600.0, 6.0
    for step in range(iterations):
        heat = hot * (cold / hot) ** (step / iterations)
        kept_routes, kept_sizes = routes.copy(), sizes.copy()
        seedling = np.random.randint(jobs)
        count = 2 + np.random.randint(9)
        nearness = np.abs(called - called[seedling]) + way[seedling] * (0.5 + np.random.random())
        nearness *= 0.7 + 0.6 * np.random.random(jobs)
        taken = np.argsort(nearness)[:count]
        out = np.zeros(jobs, np.bool_)
        for job in taken:
            out[job] = True
        for unit in range(units):
            size = 0
            for index in range(sizes[unit]):
                job = routes[unit, index]
                if not out[job]:
                    routes[unit, size] = job
                    size += 1
            for index in range(size, sizes[unit]):
                routes[unit, index] = -1
            sizes[unit] = size
        order = np.random.random()
        if order < 0.4:
            taken = taken[np.argsort(called[taken])]
        else:
            np.random.shuffle(taken)
        for job in taken:
            _insert(routes, sizes, job, 0.05, called, work, way, first)
        new = _total(routes, sizes, called, work, way, first)
        if new < now - heat * np.log(np.random.random()) and sizes.sum() == jobs:
            now = new
            if new < best - 1e-6:
                best, best_routes = new, routes.copy()
        else:
            routes, sizes = kept_routes, kept_sizes
    return best_routes, best
