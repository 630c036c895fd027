"""The best assignment of thousands of jobs, each of which knows only the few units that are near it."""

from __future__ import annotations

import heapq

import numba
import numpy as np
import numpy.typing as npt


@numba.njit(cache=True)
def assign_sparse(
    units: npt.NDArray[np.int64], costs: npt.NDArray[np.float64], leave: npt.NDArray[np.float64], count: int
) -> npt.NDArray[np.int64]:
    """Give every job one of its candidates, or nobody, at the least total cost.

    Parameters
    ----------
    units, costs
        One row for each job: indices of its candidates, -1 where there are fewer, and what each costs.
    leave
        What it costs to leave the job without a unit.
    count
        How many units there are.

    Returns
    -------
    array of int
        The unit of each job, -1 where it gets nobody.

    Notes
    -----
    Successive shortest augmenting paths on reduced costs (Jonker and Volgenant 1987), in the order of the rows; the
    column "nobody" of each job is never taken by another, so its price stays 0. Where a job's cheapest unit is still
    free, which is nearly always, no path is searched. The optimum is exact on the given candidates.
    """
    jobs = units.shape[0]
    price = np.zeros(count)
    holder = np.full(count, -1, np.int64)
    taken = np.full(jobs, -1, np.int64)
    own = np.zeros(jobs)
    distance = np.full(count, np.inf)
    parent = np.full(count, -1, np.int64)
    done = np.zeros(count, np.bool_)
    touched = np.empty(count, np.int64)
    for start in range(jobs):
        best = _cheapest(units[start], costs[start], price, leave[start])
        if best < 0:
            continue
        if holder[units[start, best]] < 0:
            unit = units[start, best]
            holder[unit], taken[start], own[start] = start, unit, costs[start, best]
            continue
        end, end_job, end_cost, seen = _path(
            start, units, costs, leave, price, holder, own, distance, parent, done, touched
        )
        for index in range(seen):
            unit = touched[index]
            if done[unit]:
                price[unit] += distance[unit] - end_cost
        _turn_over(start, end, end_job, units, costs, holder, taken, own, parent)
        for index in range(seen):
            unit = touched[index]
            distance[unit], parent[unit], done[unit] = np.inf, -1, False
    return taken


@numba.njit(cache=True)
def _cheapest(units, costs, price, leave):  # type: ignore[no-untyped-def]
    """Which of a job's candidates is cheapest at the present prices; -1 where nobody is cheaper."""
    best, found = leave, -1
    for k in range(len(units)):
        if units[k] >= 0 and costs[k] - price[units[k]] < best:
            best, found = costs[k] - price[units[k]], k
    return found


@numba.njit(cache=True)
def _path(start, units, costs, leave, price, holder, own, distance, parent, done, touched):  # type: ignore[no-untyped-def]
    """Shortest way from a job to a free unit, or to a job that had better be left: where it ends, and its length."""
    heap = [(0.0, np.int64(-1))]
    heap.pop()
    seen = 0
    end, end_job, end_cost = np.int64(-1), np.int64(start), leave[start]
    job, base = np.int64(start), 0.0
    while True:
        for k in range(units.shape[1]):
            unit = units[job, k]
            if unit < 0 or done[unit]:
                continue
            along = base + costs[job, k] - price[unit]
            if along < distance[unit] - 1e-12 and along < end_cost:
                if distance[unit] == np.inf:
                    touched[seen] = unit
                    seen += 1
                distance[unit], parent[unit] = along, job
                heapq.heappush(heap, (along, unit))
        unit, along = _next(heap, distance, done)
        if unit < 0 or along >= end_cost:
            return end, end_job, end_cost, seen
        if holder[unit] < 0:
            return unit, end_job, along, seen
        done[unit] = True
        job = holder[unit]
        base = along - (own[job] - price[unit])
        if base + leave[job] < end_cost:
            end_cost, end, end_job = base + leave[job], np.int64(-1), job


@numba.njit(cache=True)
def _next(heap, distance, done):  # type: ignore[no-untyped-def]
    """The nearest unit that has not been passed; -1 where there is none."""
    while len(heap) > 0:
        along, unit = heapq.heappop(heap)
        if not done[unit] and along <= distance[unit]:
            return unit, along
    return np.int64(-1), np.inf


@numba.njit(cache=True)
def _turn_over(start, end, end_job, units, costs, holder, taken, own, parent):  # type: ignore[no-untyped-def]
    """Give every job on the way the unit after it; where the way ends at a job, that one is left."""
    unit = end
    if unit < 0:
        unit = taken[end_job] if end_job != start else np.int64(-1)
        taken[end_job] = -1
    while unit >= 0:
        job = parent[unit]
        previous = taken[job]
        holder[unit], taken[job] = job, unit
        for k in range(units.shape[1]):
            if units[job, k] == unit:
                own[job] = costs[job, k]
        unit = previous if job != start else np.int64(-1)
