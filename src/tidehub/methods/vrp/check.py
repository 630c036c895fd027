"""An independent check of a plan: walks every route over the problem as stated, shares nothing with the search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tidehub.methods.vrp.model import Dock, Job, Plan, Problem, Stop, Unit, Visit

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Checked:
    """What a plan really costs, and every rule it breaks; sound when ``faults`` is empty."""

    cost: float
    travel: float
    units_used: int
    faults: tuple[str, ...]


def check_plan(problem: Problem, plan: Plan) -> Checked:
    """Recompute times, loads and costs from the plan alone, and name each broken rule."""
    faults: list[str] = []
    units = {unit.unit_id: unit for unit in problem.units}
    jobs = {job.job_id: job for job in problem.jobs}
    docks = {dock.dock_id: dock for dock in problem.docks}
    seen: dict[Visit, int] = {}
    cost = travel = 0.0
    for unit_id, route in plan.routes.items():
        if not route:
            continue
        if unit_id not in units:
            faults.append(f"{unit_id}: no such unit")
            continue
        for visit in route:
            if visit.part >= 0:
                seen[visit] = seen.get(visit, 0) + 1
        way, extra = _walk(problem, units[unit_id], route, jobs, docks, faults)
        travel += way
        cost += units[unit_id].fixed_cost + units[unit_id].cost_rate * way + extra
    for job in problem.jobs:
        times = [seen.get(Visit(job.job_id, part), 0) for part in range(len(job.stops))]
        if times == [0] * len(times):
            cost += 1e12 if job.penalty is None else job.penalty
            if job.job_id not in plan.unassigned:
                faults.append(f"{job.job_id}: neither done nor listed as left")
        elif times != [1] * len(times):
            faults.append(f"{job.job_id}: stops made {times} times")
    return Checked(cost, travel, sum(1 for route in plan.routes.values() if route), tuple(faults))


def _walk(  # noqa: C901 - one walk, read top to bottom
    problem: Problem,
    unit: Unit,
    route: tuple[Visit, ...],
    jobs: dict[str, Job],
    docks: dict[str, Dock],
    faults: list[str],
) -> tuple[float, float]:
    dur = np.asarray(problem.durations_s)
    cst = dur if problem.costs is None else np.asarray(problem.costs)
    dur = dur[unit.profile] if dur.ndim == 3 else dur
    cst = cst[unit.profile] if cst.ndim == 3 else cst
    load = np.zeros(problem.dimensions)
    load[: len(unit.onboard)] = unit.onboard
    for visit in route:
        job = jobs.get(visit.of) if visit.part == 0 else None
        if job is not None and job.kind == "visit":
            drop = np.zeros_like(load)
            drop[: len(job.load)] = job.load
            load -= np.minimum(drop, 0)
    room = np.zeros_like(load)
    room[: len(unit.capacity)] = unit.capacity
    place, now, way, extra = unit.start, unit.earliest_s, 0.0, 0.0
    picked: set[str] = set()
    to_land: set[str] = set()
    for visit in route:
        stop = _stop(unit, visit, jobs, docks, faults)
        if stop is None:
            return way, extra
        way += float(cst[place, stop.place])
        now = max(now + float(dur[place, stop.place]), stop.earliest_s)
        place = stop.place
        if now > stop.latest_s + TOLERANCE:
            faults.append(f"{visit.of}: service starts {now:.3f}, after {stop.latest_s:.3f}")
        extra += stop.waiting_rate * (now - stop.earliest_s) + stop.lateness_rate * max(0.0, now - stop.due_s)
        now += stop.service_s
        if visit.part == -1:
            load[: len(problem.landable)] *= ~np.array(problem.landable, bool)
            to_land.clear()
            continue
        job = jobs[visit.of]
        change = np.zeros_like(load)
        change[: len(job.load)] = job.load
        load += change if visit.part == 0 else -change
        if visit.part == 0:
            picked.add(job.job_id)
        elif job.job_id not in picked:
            faults.append(f"{job.job_id}: delivered before it is picked up, or by another unit")
        if job.kind == "collect":
            to_land.add(job.job_id)
        if (load > room + TOLERANCE).any() or (load < -TOLERANCE).any():
            faults.append(f"{visit.of}: load {load.tolist()} does not fit {room.tolist()}")
    faults.extend(f"{job_id}: collected and never landed" for job_id in sorted(to_land))
    if unit.end is not None:
        way += float(cst[place, unit.end])
        now += float(dur[place, unit.end])
    if now > unit.latest_s + TOLERANCE:
        faults.append(f"{unit.unit_id}: done at {now:.3f}, after its shift's end {unit.latest_s:.3f}")
    return way, extra


def _stop(unit: Unit, visit: Visit, jobs: dict[str, Job], docks: dict[str, Dock], faults: list[str]) -> Stop | None:
    if visit.part == -1:
        dock = docks.get(visit.of)
        if dock is None or not dock.licence <= unit.skills:
            faults.append(f"{unit.unit_id}: may not land at {visit.of}")
            return None
        return dock.stop
    job = jobs.get(visit.of)
    if job is None or visit.part >= len(job.stops):
        faults.append(f"{unit.unit_id}: no such stop {visit.of}/{visit.part}")
        return None
    if not job.skills <= unit.skills or (job.only_units is not None and unit.unit_id not in job.only_units):
        faults.append(f"{unit.unit_id}: may not do {job.job_id}")
    return job.stops[visit.part]
