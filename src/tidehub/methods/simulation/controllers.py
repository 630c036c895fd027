"""Policies to be compared: the dispatcher itself, and what is usual elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tidehub.kernel.geometry import Position
from tidehub.methods.assignment import RankingPolicy, Travel, UnitState, WaitingJob, rank_units
from tidehub.methods.assignment.dispatcher import Dispatcher
from tidehub.methods.assignment.waiting import WaitingPolicy, Waits
from tidehub.methods.simulation.model import Orders, View


class Rolling:
    """The dispatcher that decides live, asked at every change."""

    name = "rolling"

    def __init__(
        self,
        policies: Mapping[str, RankingPolicy],
        travel: Travel,
        waiting: WaitingPolicy | None = None,
        places: Waits | None = None,
        name: str = "rolling",
    ) -> None:
        self.name = name
        self._dispatcher = Dispatcher(policies, travel, waiting)
        self._places = places

    def decide(self, view: View) -> Orders:
        """Hand over what may be seen, and obey."""
        current = {job_id: one.unit_id for job_id, one in view.underway.items()}
        locks = {job_id: current[job_id] for job_id in view.near}
        decision = self._dispatcher.decide(
            view.jobs, view.units, view.at, current=current, locks=locks, places=self._places
        )
        return Orders({pair.job_id: pair.unit_id for pair in decision.now}, decision.waits)


class NearestIdle:
    """The nearest idle unit for the call that came first; nobody is turned away; where nobody is free, it waits."""

    name = "nearest idle"

    def __init__(self, policies: Mapping[str, RankingPolicy], travel: Travel) -> None:
        self._policies, self._travel = policies, travel

    def decide(self, view: View) -> Orders:
        """First come, first served."""
        go = {job_id: one.unit_id for job_id, one in view.underway.items()}
        free = [unit for unit in view.units if unit.engagement is None and unit.unit_id not in go.values()]
        for job in sorted(view.jobs, key=lambda one: (one.waiting_since or view.at, one.job_id)):
            if job.job_id in go or not free:
                continue
            chosen = rank_units(job, free, self._travel, view.at, self._policies[job.task]).chosen
            if chosen:
                best = min(chosen, key=lambda one: (one.eta_s, one.unit_id)).unit_id
                go[job.job_id] = best
                free = [unit for unit in free if unit.unit_id != best]
        return Orders(go)


class CommitAtCall:
    """At the call, the unit with the least time of arrival, busy ones included, and nothing is changed after."""

    name = "commit at call"

    def __init__(self, policies: Mapping[str, RankingPolicy], travel: Travel, work_s: Mapping[str, float]) -> None:
        self._policies, self._travel, self._work_s = policies, travel, work_s
        self._queues: dict[str, list[WaitingJob]] = {}

    def decide(self, view: View) -> Orders:
        """Put each new call at the end of the queue where it is reached first."""
        waiting = {job.job_id: job for job in view.jobs}
        for queue in self._queues.values():
            queue[:] = [job for job in queue if job.job_id in waiting and job.job_id not in view.underway]
        go = {job_id: one.unit_id for job_id, one in view.underway.items()}
        units = {unit.unit_id: unit for unit in view.units}
        for job_id in view.new:
            best = min(
                (cost, unit.unit_id)
                for unit in view.units
                if (cost := self._eta_s(waiting[job_id], unit, view)) is not None
            )[1]
            self._queues.setdefault(best, []).append(waiting[job_id])
        for unit_id, queue in self._queues.items():
            if queue and units[unit_id].engagement is None and unit_id not in go.values():
                go[queue.pop(0).job_id] = unit_id
        return Orders(go)

    def _eta_s(self, job: WaitingJob, unit: UnitState, view: View) -> float | None:
        """Seconds until it would be there after all that it has been given."""
        ahead: list[WaitingJob] = list(self._queues.get(unit.unit_id, ()))
        at_s, position = 0.0, unit.position
        underway = next((one for one in view.underway.values() if one.unit_id == unit.unit_id), None)
        if underway is not None:
            going = next(one for one in view.jobs if one.job_id == underway.job_id)
            at_s, position = underway.expected_s + self._work_s[going.task], going.position
        elif unit.engagement is not None and unit.engagement.free_at is not None:
            at_s = max(0.0, (unit.engagement.free_at - view.at).total_seconds())
            position = unit.engagement.free_position
        for one in [*ahead, job]:
            leg_s = self._leg_s(one, unit, position, view)
            if leg_s is None:
                return None
            at_s, position = at_s + leg_s + self._work_s[one.task], one.position
        return at_s - self._work_s[job.task]

    def _leg_s(self, job: WaitingJob, unit: UnitState, position: Position | None, view: View) -> float | None:
        import msgspec

        here = msgspec.structs.replace(unit, position=position, engagement=None)
        chosen = rank_units(job, [here], self._travel, view.at, self._policies[job.task]).chosen
        return float(chosen[0].eta_s) if chosen else None


def all_of(controllers: Sequence[object]) -> list[str]:
    """Names, for a heading."""
    return [str(getattr(one, "name", one)) for one in controllers]
