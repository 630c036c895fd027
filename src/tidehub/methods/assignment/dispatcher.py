"""The dispatcher: one object that decides live and in simulation, at every change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from tidehub.kernel.geometry import Position
from tidehub.methods.assignment.assign import Assignment, Pair, assign
from tidehub.methods.assignment.model import RankingPolicy, UnitState, WaitingJob
from tidehub.methods.assignment.travel import Travel
from tidehub.methods.assignment.waiting import WaitingPolicy, Waits, wait_apart


class Decision(msgspec.Struct, frozen=True):
    """What is to happen now.

    Parameters
    ----------
    assignment
        The whole plan, explained: every job, every unit.
    now
        Pairs whose unit sets out at once, or is under way already.
    later
        Pairs whose unit has to finish another job first: a plan, which the next change may better.
    waits
        Idle units and the place at which each should wait.
    """

    assignment: Assignment
    now: tuple[Pair, ...]
    later: tuple[Pair, ...]
    waits: Mapping[str, Position] = {}


class Dispatcher:
    """Rolling assignment: at every change, all jobs that nobody has reached, to all units.

    A job whose unit is under way takes part as well; it changes its unit only for more than the switching
    penalty, and not at all where it is locked. Units that are free afterwards are sent to wait where calls are
    expected.

    Parameters
    ----------
    policies
        By the job's task.
    travel
        Times by water or road.
    waiting
        How idle units wait; ``None`` leaves them where they are.
    """

    def __init__(
        self,
        policies: Mapping[str, RankingPolicy],
        travel: Travel,
        waiting: WaitingPolicy | None = None,
        may_move: Callable[[UnitState], bool] | None = None,
    ) -> None:
        self._policies, self._travel, self._waiting, self._may_move = policies, travel, waiting, may_move

    def decide(
        self,
        jobs: Sequence[WaitingJob],
        units: Sequence[UnitState],
        at: datetime,
        *,
        current: Mapping[str, str] | None = None,
        locks: Mapping[str, str] | None = None,
        places: Waits | None = None,
    ) -> Decision:
        """Decide for all jobs at once.

        Parameters
        ----------
        jobs
            Everyone who waits, those whose unit is under way among them.
        units
            As they stand: engaged units from where and when they will be free, those under way where they are.
        current
            Job to the unit that is under way to it.
        locks
            Jobs whose unit stays: close to the scene, pinned, taken by hand.
        places
            Where units may wait at this hour.
        """
        answer = assign(jobs, units, self._travel, at, self._policies, locks=locks, current=current)
        engaged = {unit.unit_id for unit in units if unit.engagement is not None}
        now = tuple(pair for pair in answer.pairs if pair.unit_id not in engaged)
        later = tuple(pair for pair in answer.pairs if pair.unit_id in engaged)
        waits: Mapping[str, Position] = {}
        if self._waiting is not None and places is not None:
            where = {job.job_id: job.position for job in jobs}
            taken = {pair.unit_id: where[pair.job_id] for pair in now}
            waits = wait_apart(units, taken, places, self._travel, at, self._waiting, self._may_move)
        return Decision(answer, now, later, waits)
