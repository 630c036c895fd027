"""Thousands of units: only those near enough to matter are ranked, and it is proven that no other is sooner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import numpy as np

from tidehub.kernel.geometry import EARTH_RADIUS_M, Position
from tidehub.methods.assignment.model import Ranked, RankingPolicy, Rejected, UnitState, WaitingJob
from tidehub.methods.assignment.rank import rank_units
from tidehub.methods.assignment.travel import Travel

FIRST_BATCH = 8


class Nearby(msgspec.Struct, frozen=True):
    """The best few for one job out of many.

    Parameters
    ----------
    chosen
        The ``count`` cheapest of all units, by cost: no unit that was not looked at could be among them.
    rejected
        Those that were looked at and cannot, with their reasons.
    looked_at
        How many were ranked.
    """

    job_id: str
    chosen: tuple[Ranked, ...]
    rejected: tuple[Rejected, ...]
    looked_at: int


class Fleet:
    """Units in a tree by where they set out from.

    Parameters
    ----------
    units
        As they stand. Those of which nothing was ever heard are left out: they cannot be sent.

    Notes
    -----
    A k-d tree over points on the unit sphere. Distances in it are chords, which never exceed the great circle, which
    never exceeds a way by water or road: a bound that needs no map.
    """

    def __init__(self, units: Sequence[UnitState]) -> None:
        from scipy.spatial import KDTree  # only where a fleet is large

        self.units = [unit for unit in units if _leaves_from(unit) is not None]
        points = [_leaves_from(unit) for unit in self.units]
        degrees = np.radians(np.array([(one.lon, one.lat) for one in points if one is not None]).reshape(-1, 2))
        self._tree = KDTree(_on_sphere(degrees)) if self.units else None
        self._cast_off = any(unit.cast_off for unit in self.units)
        self._fastest_mps = max((unit.speed_mps for unit in self.units), default=1.0)

    def near(self, job: WaitingJob, travel: Travel, at: datetime, policy: RankingPolicy, count: int) -> Nearby:
        """Rank the units nearest to a job, batch by batch, until the rest is proven to be later.

        Parameters
        ----------
        job, travel, at, policy
            As for :func:`rank_units`.
        count
            How many are wanted.

        Notes
        -----
        Stops when the least that the next unit could take (its chord at the speed of the fastest, the approach,
        and the turnout where no unit is under way already) exceeds the cost of the ``count``-th best found.
        Batches double.
        """
        chosen: list[Ranked] = []
        rejected: list[Rejected] = []
        if self._tree is None:
            return Nearby(job.job_id, (), (), 0)
        here = _on_sphere(np.radians(np.array([[job.position.lon, job.position.lat]])))[0]
        looked_at, batch, total = 0, min(FIRST_BATCH, 2 * count), len(self.units)
        fixed_s = policy.approach_s + (0 if self._cast_off else policy.turnout_s)
        while looked_at < total:
            wanted = min(total, looked_at + batch)
            chords, places = self._tree.query(here, wanted)
            chords, places = np.atleast_1d(chords), np.atleast_1d(places)
            answer = rank_units(job, [self.units[int(one)] for one in places[looked_at:]], travel, at, policy)
            chosen = sorted([*chosen, *answer.chosen], key=lambda one: (one.cost_s, one.eta_s, one.unit_id))
            rejected += answer.rejected
            looked_at, batch = wanted, 2 * batch
            bound_s = fixed_s + float(chords[-1]) * EARTH_RADIUS_M / self._fastest_mps - 1.0
            if len(chosen) >= count and chosen[count - 1].cost_s <= bound_s:
                break
        return Nearby(job.job_id, tuple(chosen[:count]), tuple(rejected), looked_at)


def _leaves_from(unit: UnitState) -> Position | None:
    engaged = unit.engagement
    return (engaged.free_position if engaged is not None else None) or unit.position


def _on_sphere(radians: np.ndarray) -> np.ndarray:
    lon, lat = radians[:, 0], radians[:, 1]
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
