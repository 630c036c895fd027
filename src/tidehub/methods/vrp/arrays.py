"""The problem and the state of the search as arrays: what the compiled kernels read and write.

Nodes are stops of jobs, then docks. Row ``r`` of a route array is unit ``r``; one more row is scratch. Position 0 is
where the unit starts, position ``n + 1`` where it ends, the stops lie between.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidehub.methods.vrp.model import FOREVER_S, Plan, Problem, Unit, Visit

F = NDArray[np.float64]
I = NDArray[np.int32]  # noqa: E741
B = NDArray[np.bool_]

VISIT, PAIR, COLLECT = 0, 1, 2
KINDS = {"visit": VISIT, "pair": PAIR, "collect": COLLECT}
MUST = 1e12
NEAR_MAX = 100
CELLS_MAX = 3_000_000
EARLY, LATE, SERVICE, WAIT_RATE, LATE_RATE, DUE = range(6)
SHIFT_START, SHIFT_END, FIXED, RATE = range(4)
FROM, TO, PROFILE, TYPE = range(4)


class Arrays(NamedTuple):
    """The problem, read only."""

    dur: F  # profile, from, to
    dur_to: F  # profile, to, from
    cst: F
    cst_to: F
    loc: I  # node -> place
    node: F  # node -> EARLY LATE SERVICE WAIT_RATE LATE_RATE DUE
    qty: F  # node, dimension -> change of load
    owner: I  # node -> job, -1 for a dock
    job: I  # job -> first node, second node or -1, kind
    penalty: F  # job
    allow: B  # job, then dock; unit
    docks: I  # nodes
    landable: B  # dimension
    unit: F  # unit -> SHIFT_START SHIFT_END FIXED RATE
    unit_at: I  # unit -> FROM TO PROFILE TYPE
    cap: F  # unit, dimension
    onboard: F  # unit, dimension
    near: I  # node -> nodes, nearest first
    soft: B  # [0]: has any stop a cost of time?


class State(NamedTuple):
    """A plan in the making, with its timetable."""

    seq: I  # route, position -> node
    lc: I  # route, position -> place
    n: I  # route -> stops
    ts: F  # start of service
    tl: F  # latest start of service that keeps the rest in time
    dp: F  # departure
    dc: F  # cost of the leg into the position
    ld: F  # route, position, dimension: load on leaving
    up: F  # greatest load from here until it is landed
    dn: F  # greatest load so far
    cost: F  # route
    veh: I  # route -> unit
    at: I  # job -> route or -1
    pos: I  # node -> position
    on: B  # route may be used
    rng: NDArray[np.uint64]


def pack(problem: Problem) -> Arrays:
    """Turn a checked problem into arrays; ``O(places**2)`` in time and room."""
    stops = [stop for job in problem.jobs for stop in job.stops] + [dock.stop for dock in problem.docks]
    dims, units = problem.dimensions, len(problem.units)
    first = np.cumsum([0, *(len(job.stops) for job in problem.jobs)])
    job = np.full((max(1, len(problem.jobs)), 3), -1, np.int32)
    owner = np.full(len(stops), -1, np.int32)
    qty = np.zeros((len(stops), dims))
    for index, one in enumerate(problem.jobs):
        job[index] = first[index], first[index] + 1 if len(one.stops) == 2 else -1, KINDS[one.kind]
        owner[first[index] : first[index + 1]] = index
        load = np.zeros(dims)
        load[: len(one.load)] = one.load
        qty[first[index]] = load
        if len(one.stops) == 2:
            qty[first[index] + 1] = -load
    dur, cst = _matrices(problem)
    node = np.array(
        [[s.earliest_s, s.latest_s, s.service_s, s.waiting_rate, s.lateness_rate, s.due_s] for s in stops], np.float64
    ).reshape(len(stops), 6)
    loc = np.array([s.place for s in stops], np.int32)
    landable = np.zeros(dims, np.bool_)
    landable[: len(problem.landable)] = problem.landable
    return Arrays(
        dur,
        np.ascontiguousarray(dur.transpose(0, 2, 1)),
        cst,
        np.ascontiguousarray(cst.transpose(0, 2, 1)),
        loc,
        node,
        qty,
        owner,
        job,
        np.array([MUST if one.penalty is None else one.penalty for one in problem.jobs], np.float64),
        _allowed(problem),
        np.arange(first[-1], len(stops), dtype=np.int32),
        landable,
        np.array([[u.earliest_s, u.latest_s, u.fixed_cost, u.cost_rate] for u in problem.units]).reshape(units, 4),
        _places_of(problem),
        np.array([_padded(u.capacity, dims) for u in problem.units]).reshape(units, dims),
        np.array([_padded(u.onboard, dims) for u in problem.units]).reshape(units, dims),
        _nearest(cst[0], loc),
        np.array([bool((node[:, WAIT_RATE] > 0).any() or (node[:, LATE_RATE] > 0).any())]),
    )


def fresh_state(arrays: Arrays, seed: int) -> State:
    """Make the state of an empty plan; call ``refresh`` on every route before use."""
    units, nodes, dims = arrays.unit.shape[0], arrays.loc.shape[0], arrays.cap.shape[1]
    most = nodes + (int((arrays.job[:, 2] == COLLECT).sum()) if len(arrays.docks) else 0)
    length = max(8, min(most, max(64, CELLS_MAX // (units + 1)))) + 6
    rows = (units + 1, length)
    veh = np.arange(units + 1, dtype=np.int32)
    veh[units] = 0
    on = np.ones(units + 1, np.bool_)
    on[units] = False
    return State(
        np.full(rows, -1, np.int32),
        np.zeros(rows, np.int32),
        np.zeros(units + 1, np.int32),
        np.zeros(rows),
        np.zeros(rows),
        np.zeros(rows),
        np.zeros(rows),
        np.zeros((*rows, dims)),
        np.zeros((*rows, dims)),
        np.zeros((*rows, dims)),
        np.zeros(units + 1),
        veh,
        np.full(arrays.job.shape[0], -1, np.int32),
        np.zeros(nodes, np.int32),
        on,
        np.array([(seed * 0x9E3779B97F4A7C15 + 0x1234567) % 2**64 or 1], np.uint64),
    )


def plan_of(problem: Problem, seq: I, n: I, cost: float, iterations: int, seed: int) -> Plan:
    """Read a plan from arrays of nodes by route."""
    names = [Visit(job.job_id, part) for job in problem.jobs for part in range(len(job.stops))]
    names += [Visit(dock.dock_id, -1) for dock in problem.docks]
    routes = {
        unit.unit_id: tuple(names[node] for node in seq[row, 1 : n[row] + 1])
        for row, unit in enumerate(problem.units)
        if n[row]
    }
    done = {visit.of for route in routes.values() for visit in route if visit.part == 0}
    left = tuple(job.job_id for job in problem.jobs if job.job_id not in done)
    return Plan(routes, left, cost, iterations, seed)


def _matrices(problem: Problem) -> tuple[F, F]:
    dur = np.asarray(problem.durations_s, np.float64)
    cst = dur if problem.costs is None else np.asarray(problem.costs, np.float64)

    def wide(matrix: F) -> F:
        matrix = matrix if matrix.ndim == 3 else matrix[None]
        # One more place, at no distance from any: where a unit ends that may stay where it is.
        out = np.zeros((matrix.shape[0], matrix.shape[1] + 1, matrix.shape[2] + 1))
        out[:, :-1, :-1] = matrix
        return out

    return wide(dur), wide(cst)


def _padded(load: tuple[float, ...], dims: int) -> list[float]:
    return [*load, *([0.0] * (dims - len(load)))]


def _allowed(problem: Problem) -> B:
    allow = np.zeros((len(problem.jobs) + len(problem.docks), len(problem.units)), np.bool_)
    skills = [unit.skills for unit in problem.units]
    wanted = [job.skills for job in problem.jobs] + [dock.licence for dock in problem.docks]
    rows: dict[frozenset[str], list[bool]] = {}
    for index, need in enumerate(wanted):
        if need not in rows:
            rows[need] = [need <= has for has in skills]
        allow[index] = rows[need]
    for index, job in enumerate(problem.jobs):
        if job.only_units is not None:
            allow[index] &= [unit.unit_id in job.only_units for unit in problem.units]
    return allow


def _places_of(problem: Problem) -> I:
    nowhere = np.asarray(problem.durations_s).shape[-1]
    kinds: dict[object, int] = {}
    out = np.zeros((len(problem.units), 4), np.int32)
    pinned = {name for job in problem.jobs if job.only_units is not None for name in job.only_units}
    for row, u in enumerate(problem.units):
        same: tuple[object, ...] = (*_traits(u), u.unit_id if u.unit_id in pinned else "")
        out[row] = u.start, nowhere if u.end is None else u.end, u.profile, kinds.setdefault(same, len(kinds))
    return out


def _traits(u: Unit) -> tuple[object, ...]:
    latest = min(u.latest_s, FOREVER_S)
    return (u.start, u.end, u.capacity, u.onboard, u.earliest_s, latest, u.skills, u.profile, u.fixed_cost, u.cost_rate)


def _nearest(cost: F, loc: I) -> I:
    """For each node its nearest ones by the cost there and back, itself first."""
    count = len(loc)
    keep = min(count, NEAR_MAX)
    if count == 0:
        return np.zeros((0, 1), np.int32)
    both = cost[np.ix_(loc, loc)]
    both = both + both.T
    np.fill_diagonal(both, -1.0)
    some = np.argpartition(both, keep - 1, axis=1)[:, :keep] if keep < count else np.tile(np.arange(count), (count, 1))
    order = np.argsort(np.take_along_axis(both, some, axis=1), axis=1, kind="stable")
    return np.take_along_axis(some, order, axis=1).astype(np.int32)
