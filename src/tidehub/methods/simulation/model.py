"""The words of simulation: calls that will come, units and where they begin, what became of every job.

Times are seconds from the beginning of the day; ``math.inf`` where something never happened.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from tidehub.kernel.geometry import Position
from tidehub.methods.assignment import RankingPolicy, Travel, UnitState, WaitingJob


class Call(msgspec.Struct, frozen=True):
    """A call as the day brings it, with what only the day knows.

    Parameters
    ----------
    job
        What the dispatcher will be told, when it comes.
    at_s
        When it comes.
    work_s
        How long the work on the scene will really take; never shown to the dispatcher.
    way_factor
        True travel time over the estimate, for whoever drives or sails to this job; never shown either.
    case_id
        Jobs of one case are the slots of one team: work begins when the last has arrived. Empty stands alone.
    cancelled_s
        When the caller takes it back, if nobody has arrived by then.
    """

    job: WaitingJob
    at_s: float
    work_s: float
    way_factor: float = 1.0
    case_id: str = ""
    cancelled_s: float = math.inf


class Closure(msgspec.Struct, frozen=True):
    """A unit cannot be used from one time to another: breakdown, end of shift, rest."""

    unit_id: str
    from_s: float
    until_s: float
    why: str = "breakdown"


class Day(msgspec.Struct, frozen=True):
    """One day, the same for every policy: that is what makes differences between policies differences.

    Parameters
    ----------
    calls
        In order of time.
    units
        As they stand at the beginning, each at its base.
    policies
        By the jobs' task.
    travel
        What the dispatcher believes about ways.
    begins_at
        The instant of second 0.
    calls_until_s, ends_s
        No call comes after the first; what has not been reached by the second is never served.
    expected_work_s
        What the dispatcher expects of the work, by task: the mean of other days, not of this one.
    """

    name: str
    calls: tuple[Call, ...]
    units: tuple[UnitState, ...]
    policies: Mapping[str, RankingPolicy]
    travel: Travel
    begins_at: datetime
    calls_until_s: float
    ends_s: float
    expected_work_s: Mapping[str, float]
    closures: tuple[Closure, ...] = ()

    def at(self, second: float) -> datetime:
        """The instant of a second of the day."""
        return self.begins_at + timedelta(seconds=second)


class Underway(msgspec.Struct, frozen=True):
    """A unit on its way to a job, as the dispatcher sees it."""

    job_id: str
    unit_id: str
    expected_s: float


class View(msgspec.Struct, frozen=True):
    """Everything a policy may see at one moment: nothing of the future, no true time of work or way.

    Parameters
    ----------
    jobs
        Called, not cancelled, nobody there yet; those with a unit on its way among them.
    units
        As they stand now: engaged on a scene until when that is expected to end, otherwise where they are.
    underway
        Who is on the way to which job.
    near
        Jobs whose unit is too close to be turned away.
    new
        The jobs that came with this very change.
    """

    now_s: float
    at: datetime
    jobs: Sequence[WaitingJob]
    units: Sequence[UnitState]
    underway: Mapping[str, Underway]
    near: frozenset[str]
    new: tuple[str, ...] = ()


class Orders(msgspec.Struct, frozen=True):
    """What a policy answers.

    Parameters
    ----------
    go
        Job to the unit that is on its way to it, or sets out now. A unit that was under way to a job that is
        not here any more stops where it is.
    move
        Idle unit to the place it waits at from now on.
    """

    go: Mapping[str, str]
    move: Mapping[str, Position] = {}


class Controller(Protocol):
    """A policy: the same call decides at every change."""

    name: str

    def decide(self, view: View) -> Orders:
        """Say who goes where now."""
        ...


class Served(msgspec.Struct, frozen=True):
    """What became of one job.

    ``told_s`` is what the caller was told at the first order: seconds from then to the arrival, and its
    spread.
    """

    job_id: str
    case_id: str
    task: str
    called_s: float
    unit_id: str | None = None
    set_out_s: float = math.inf
    arrived_s: float = math.inf
    done_s: float = math.inf
    cancelled: bool = False
    told_at_s: float = math.inf
    told_s: float = math.inf
    told_way_s: float = math.inf

    @property
    def response_s(self) -> float:
        """Seconds from the call to the arrival; infinite where nobody ever came."""
        return self.arrived_s - self.called_s


class Outcome(msgspec.Struct, frozen=True):
    """A whole day under one policy.

    ``redirected`` counts units under way that were turned to another job or stopped; ``busy_s`` is the time
    each unit was on its way to a job or at work; ``moved_m`` how far units went only to wait elsewhere.
    """

    policy: str
    day: str
    served: tuple[Served, ...]
    redirected: int
    decisions: int
    busy_s: Mapping[str, float]
    moved_m: float = 0.0
    visits: tuple[tuple[str, str, float, float], ...] = ()
