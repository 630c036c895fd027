"""What every arc and turn costs one vehicle at one hour, with closures: the numbers that a search runs on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from tidehub.methods.routing.road.graph import Bools, Floats, Ints, RoadGraph
from tidehub.methods.routing.road.model import Vehicle
from tidehub.methods.routing.road.tags import CAR, EMERGENCY

Closed = Mapping[int, tuple[float, float]]
"""Arcs with the shares between which something on them is closed."""
SLOTS = 48
"""Hours of a working day, then hours of a day off."""


class HourFactors(NamedTuple):
    """How much longer a stretch takes than on an empty road.

    Parameters
    ----------
    by_class
        For each road class and slot, shape ``(classes, SLOTS)``.
    arc, slot, factor
        Stretches that are known better than their class: sorted by slot, then arc.
    """

    by_class: Floats
    arc: Ints
    slot: Ints
    factor: Floats

    def of(self, graph: RoadGraph, slot: int) -> Floats:
        """Factor of every arc at a slot; a copy has that of the arc it stands for."""
        result = self.by_class[graph.arcs.klass, slot]
        low, high = np.searchsorted(self.slot, [slot, slot + 1])
        result[self.arc[low:high]] = self.factor[low:high]
        same: Floats = result[graph.arcs.origin]
        return same


class Weights:
    """Times of arcs and turns, infinite where this vehicle may not go.

    Attributes
    ----------
    open, allowed
        Arcs that the vehicle may drive while nothing is closed, and those it can drive through now.
    """

    def __init__(
        self, graph: RoadGraph, vehicle: Vehicle, factor: Floats | None, closed: Sequence[Closed] = ()
    ) -> None:
        arcs, turns = graph.arcs, graph.turns
        bit = EMERGENCY if vehicle.emergency else CAR
        allowed: Bools = (arcs.access & bit) > 0
        if vehicle.height_m is not None:
            allowed = allowed & (arcs.height_m >= vehicle.height_m)
        if vehicle.weight_t is not None:
            allowed = allowed & (arcs.weight_t >= vehicle.weight_t)
        self.open = allowed
        self._blocked: dict[int, list[tuple[float, float]]] = {}
        for one in closed:
            for arc, shares in one.items():
                self._blocked.setdefault(arc, []).append(shares)
        if self._blocked:
            allowed = allowed.copy()
            allowed[list(self._blocked)] = False
        self._time_s: Floats = arcs.free_s if factor is None else arcs.free_s * factor
        self.allowed = allowed
        self.arc_s: Floats = np.where(allowed, self._time_s, np.inf)
        self.scale = 1.0 if factor is None else min(1.0, float(factor.min()))
        whose = np.repeat(np.arange(graph.arc_count), np.diff(turns.at))
        straight_on = ~turns.round & self.open[turns.into] & ((arcs.shut[whose] & bit) == 0)
        has_way_on = np.zeros(graph.arc_count, dtype=bool)
        has_way_on[whose[straight_on & allowed[turns.into]]] = True
        open_turn = straight_on | (turns.round & ~has_way_on[whose])
        self.turn_s: Floats = np.where(open_turn, turns.cost_s, np.inf)
        self._vehicle = vehicle
        self.usable: dict[bool, Bools] = {}
        """For snapping: stretches of the whole network, and of the main part only."""
        self._graph = graph

    def part_s(self, arc: int, low: float, high: float) -> float:
        """Time between two shares of an arc; infinite where the vehicle may not go or something there is closed.

        A closed arc cannot be driven through, but up to what is closed on it, by who lives there.
        """
        if not self.open[arc]:
            return math.inf
        for begin, end in self._blocked.get(arc, ()):
            if begin <= high and low <= end:
                return math.inf
        return (high - low) * float(self._time_s[arc])

    @cached_property
    def main(self) -> Bools:
        """Arcs of the largest part in which every road leads to every other while nothing is closed.

        A closure does not move it: who is shut in by one is shut in, and is not put on a road beyond it.
        """
        if self.open is not self.allowed:
            return Weights(self._graph, self._vehicle, None).main
        turns = self._graph.turns
        passable = np.isfinite(self.turn_s) & self.allowed[turns.into]
        whose = np.repeat(np.arange(self._graph.arc_count), np.diff(turns.at))
        count = self._graph.arc_count
        linked = csr_array(
            (np.ones(int(passable.sum()), np.int8), (whose[passable], turns.into[passable])), (count, count)
        )
        _, label = connected_components(linked, directed=True, connection="strong")
        sizes = np.bincount(label[self.allowed], minlength=1)
        result: NDArray[np.bool_] = self.allowed & (label == int(sizes.argmax()))
        return result

    @cached_property
    def lists(self) -> tuple[list[int], list[int], list[float], list[float]]:
        """The rows of turns and the times as plain lists, for searches in Python."""
        turns = self._graph.turns
        return turns.at.tolist(), turns.into.tolist(), self.turn_s.tolist(), self.arc_s.tolist()

    @cached_property
    def arrays(self) -> tuple[Ints, Ints, Floats, Floats]:
        """The same as arrays, for compiled searches."""
        return self._graph.turns.at, self._graph.turns.into, self.turn_s, self.arc_s
