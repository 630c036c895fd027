"""The planner's words: units, jobs and their stops, licensed docks, times and costs between places, a plan.

One model serves boats that must land, doctors' rounds, patrols, parcels and the public test instances. Numbers are
plain: seconds (or any other unit of time, used throughout) and cost units. Whole numbers are kept exact up to 2**53,
so scaled integers give exact plans.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FOREVER_S = 1e15
Kind = Literal["visit", "pair", "collect"]


@dataclass(frozen=True)
class Unit:
    """One boat, team or vehicle, from where and when it can next be sent.

    Parameters
    ----------
    start, end
        Indices of places in the matrices; ``end`` is ``None`` where the unit may stay at its last stop.
    earliest_s, latest_s
        The shift: when it can leave, when it must be done (back at ``end``).
    capacity, onboard
        Per dimension of load; ``onboard`` is what it carries already.
    skills
        What it can do; a job's skills must be among them.
    profile
        Which matrix its travel follows.
    fixed_cost
        Cost of being used at all.
    cost_rate
        Cost per unit of the cost matrix.
    """

    unit_id: str
    start: int
    end: int | None
    capacity: tuple[float, ...]
    earliest_s: float = 0.0
    latest_s: float = FOREVER_S
    onboard: tuple[float, ...] = ()
    skills: frozenset[str] = frozenset()
    profile: int = 0
    fixed_cost: float = 0.0
    cost_rate: float = 1.0


@dataclass(frozen=True)
class Stop:
    """One visit of a place: a hard window for the start of service, and what waiting and lateness cost.

    ``waiting_rate`` is cost per second from ``earliest_s`` until service starts (response time); ``lateness_rate``
    is cost per second of a start after ``due_s``.
    """

    place: int
    earliest_s: float = 0.0
    latest_s: float = FOREVER_S
    service_s: float = 0.0
    waiting_rate: float = 0.0
    lateness_rate: float = 0.0
    due_s: float = FOREVER_S


@dataclass(frozen=True)
class Job:
    """What is to be done: one visit, a pickup with its delivery, or a collection to be landed at a licensed dock.

    Parameters
    ----------
    stops
        One stop, or pickup and delivery for a ``pair``.
    load
        Per dimension. A visit's positive load comes on board and stays until the end; a negative one is on board
        from the start and is dropped here. Pairs and collections are positive.
    penalty
        Cost of leaving it undone; ``None``: it must be done where that is possible at all.
    only_units
        Where given, nobody else may do it (a pin, a consent, a refusal remembered).
    """

    job_id: str
    stops: tuple[Stop, ...]
    load: tuple[float, ...] = ()
    kind: Kind = "visit"
    skills: frozenset[str] = frozenset()
    penalty: float | None = None
    only_units: frozenset[str] | None = None


@dataclass(frozen=True)
class Dock:
    """A place where collected loads may be landed, as often as need be, by units that have its licence."""

    dock_id: str
    stop: Stop
    licence: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Problem:
    """All that a plan depends on.

    Parameters
    ----------
    durations_s
        ``(profiles, places, places)`` or ``(places, places)``; row = from, column = to; need not be symmetric.
    costs
        Likewise; ``None``: the durations are the costs.
    landable
        Which dimensions of load a dock empties; collections use these alone, other jobs none of them.
    """

    units: tuple[Unit, ...]
    jobs: tuple[Job, ...]
    durations_s: NDArray[np.float64]
    costs: NDArray[np.float64] | None = None
    docks: tuple[Dock, ...] = ()
    landable: tuple[bool, ...] = ()

    @property
    def dimensions(self) -> int:
        """How many kinds of load there are; at least one."""
        return max((len(unit.capacity) for unit in self.units), default=0) or 1


@dataclass(frozen=True)
class Visit:
    """A stop of a plan: ``part`` 0 is a job's first stop, 1 its delivery, -1 a landing at the dock of that id."""

    of: str
    part: int = 0


@dataclass(frozen=True)
class Plan:
    """Who goes where, in which order; what stays undone; what it costs (penalties included).

    ``iterations`` and ``seed`` reproduce it together with the problem.
    """

    routes: Mapping[str, tuple[Visit, ...]]
    unassigned: tuple[str, ...]
    cost: float
    iterations: int = 0
    seed: int = 0
    found_by: str = "insertion"
    notes: tuple[str, ...] = field(default=())
