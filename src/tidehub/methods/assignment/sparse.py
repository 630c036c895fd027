"""The best assignment of thousands of jobs, each of which knows only the few units that are near it."""

from __future__ import annotations

import heapq

import numba
import numpy as np
import numpy.typing as npt


@numba.njit(cache=True)
def assign_sparse(  # noqa: C901 - one kernel: numba compiles it whole
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
    jobs, width = units.shape
    price = np.zeros(count)
    holder = np.full(count, -1, np.int64)
    taken = np.full(jobs, -1, np.int64)
    own = np.zeros(jobs)
    distance = np.full(count, np.inf)
    parent = np.full(count, -1, np.int64)
    done = np.zeros(count, np.bool_)
    touched = np.empty(count, np.int64)
    for start in range(jobs):
        best, best_unit = leave[start], -1
        for k in range(width):
            unit = units[start, k]
            if unit >= 0 and costs[start, k] - price[unit] < best:
                best, best_unit = costs[start, k] - price[unit], unit
        if best_unit < 0:
            continue
        if holder[best_unit] < 0:
            holder[best_unit], taken[start] = start, best_unit
            for k in range(width):
                if units[start, k] == best_unit:
                    own[start] = costs[start, k]
            continue
        heap = [(0.0, np.int64(-1))]
        heap.pop()
        seen = 0
        end, end_job, end_cost = np.int64(-1), start, leave[start]
        job, base = start, 0.0
        while True:
            for k in range(width):
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
            unit, along = np.int64(-1), np.inf
            while len(heap) > 0:
                along, unit = heapq.heappop(heap)
                if not done[unit] and along <= distance[unit]:
                    break
                unit = np.int64(-1)
            if unit < 0 or along >= end_cost:
                break
            if holder[unit] < 0:
                end, end_cost = unit, along
                break
            done[unit] = True
            job = holder[unit]
            base = along - (own[job] - price[unit])
            if base + leave[job] < end_cost:
                end_cost, end, end_job = base + leave[job], np.int64(-1), job
        # prices of what was passed, then the path is turned over
        for index in range(seen):
            unit = touched[index]
            if done[unit]:
                price[unit] += distance[unit] - end_cost
        unit, job = end, end_job
        if unit < 0:
            unit = taken[job]
            taken[job] = -1
            if job == start:
                unit = np.int64(-1)
        while unit >= 0:
            job = parent[unit]
            previous = taken[job]
            holder[unit], taken[job] = job, unit
            for k in range(width):
                if units[job, k] == unit:
                    own[job] = costs[job, k]
            unit = previous if job != start else np.int64(-1)
        for index in range(seen):
            unit = touched[index]
            distance[unit], parent[unit], done[unit] = np.inf, -1, False
    return taken
