"""A large desk: thousands of jobs that wait, each with the few units near it; one change renews one row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
import numpy as np

from tidehub.methods.assignment.fleet import Fleet, Nearby
from tidehub.methods.assignment.model import Ranked, RankingPolicy, WaitingJob
from tidehub.methods.assignment.travel import Travel

CANDIDATES = 12
"""Units kept for each job: with so many, the assignment of thousands of jobs is seldom worse than with all."""


class Settled(msgspec.Struct, frozen=True):
    """Who gets what: job to its place in the ranking; the others by id. ``degraded`` as for an assignment."""

    pairs: Mapping[str, Ranked]
    unassigned: tuple[str, ...]
    degraded: tuple[str, ...] = ()


class Standing:
    """Rows of candidates, kept between decisions.

    Parameters
    ----------
    fleet
        The units; a new one when they have moved, after which rows are renewed job by job.
    policies
        By the job's task.
    travel
        Times by water or road.
    """

    def __init__(
        self,
        fleet: Fleet,
        policies: Mapping[str, RankingPolicy],
        travel: Travel,
        candidates: int = CANDIDATES,
    ) -> None:
        self._fleet, self._policies, self._travel, self._width = fleet, policies, travel, candidates
        self._columns = {unit.unit_id: place for place, unit in enumerate(fleet.units)}
        self._places: dict[str, int] = {}
        self._near: list[Nearby | None] = []
        self._units = np.empty((0, candidates), np.int64)
        self._costs = np.empty((0, candidates))
        self._leave = np.empty(0)

    def add(self, job: WaitingJob, at: datetime) -> Nearby:
        """Take in a job, or renew its row: the units nearest to it, with their real times."""
        policy = self._policies[job.task]
        near = self._fleet.near(job, self._travel, at, policy, self._width)
        row = self._places.get(job.job_id)
        if row is None:
            row = self._places[job.job_id] = len(self._near)
            self._near.append(near)
            if row >= len(self._leave):
                self._grow()
        self._near[row] = near
        self._units[row], self._costs[row] = -1, 0.0
        for place, one in enumerate(near.chosen):
            self._units[row, place], self._costs[row, place] = self._columns[one.unit_id], one.cost_s
        waited_s = 0.0 if job.waiting_since is None else max(0.0, (at - job.waiting_since).total_seconds())
        self._leave[row] = policy.unassigned_s + policy.weights.waited * waited_s
        self._leave[row] += policy.weights.priority_s * job.priority
        return near

    def _grow(self) -> None:
        more = max(64, len(self._leave))
        self._units = np.vstack([self._units, np.full((more, self._width), -1, np.int64)])
        self._costs = np.vstack([self._costs, np.zeros((more, self._width))])
        self._leave = np.concatenate([self._leave, np.zeros(more)])

    def drop(self, job_ids: Iterable[str]) -> None:
        """Leave out jobs that are served or withdrawn; those that stay keep their order."""
        for job_id in job_ids:
            row = self._places.pop(job_id, None)
            if row is not None:
                self._near[row] = None
                self._units[row] = -1
        if len(self._near) > 2 * len(self._places) + 64:
            self._close_up()

    def _close_up(self) -> None:
        rows = list(self._places.values())
        self._near = [self._near[row] for row in rows]
        self._units, self._costs, self._leave = self._units[rows], self._costs[rows], self._leave[rows]
        self._places = {job_id: row for row, job_id in enumerate(self._places)}

    def decide(self) -> Settled:
        """Assign all that wait, exactly on the candidates; ties go to the job that was added first."""
        count = len(self._near)
        units = self._units[:count]
        taken, degraded = _solved(units, self._costs[:count], self._leave[:count], len(self._columns))
        places = np.argmax(units == taken[:, None], axis=1).tolist() if count else []
        pairs, unassigned = {}, []
        for (job_id, row), unit in zip(self._places.items(), taken[list(self._places.values())].tolist(), strict=True):
            near = self._near[row]
            if unit < 0 or near is None:
                unassigned.append(job_id)
            else:
                pairs[job_id] = near.chosen[places[row]]
        return Settled(pairs, tuple(unassigned), degraded)


def _solved(units: np.ndarray, costs: np.ndarray, leave: np.ndarray, count: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """Solve; should the solver fail, let every job in turn take its cheapest unit that is still free."""
    try:
        from tidehub.methods.assignment.sparse import assign_sparse  # compiled at the first use

        return assign_sparse(units, costs, leave, count), ()
    except (ImportError, RuntimeError, ValueError, SystemError):
        used: set[int] = {-1}
        taken = np.full(len(units), -1, np.int64)
        for row, candidates in enumerate(units):
            free = [(cost, int(unit)) for cost, unit in zip(costs[row], candidates, strict=True) if unit not in used]
            if free and min(free)[0] < leave[row]:
                taken[row] = min(free)[1]
                used.add(int(taken[row]))
        return taken, ("solver",)
