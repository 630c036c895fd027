"""Putting places on the road: the nearest stretch that a vehicle may drive, and how far along it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from tidehub.kernel.geometry import Position
from tidehub.methods.routing.road.graph import Bools, Ints, RoadGraph, metres_per_degree, stretch_m

RADII_M = (40.0, 150.0, 600.0)
"""Where is looked first, and then farther out, before the whole tolerance is searched."""


class Foot(NamedTuple):
    """A place on the road.

    Parameters
    ----------
    arc, back
        The stretch, and the same in the other direction (-1 when one-way). Along ``arc`` lies ``share``.
    at
        The foot itself; ``off_m`` from the place.
    """

    arc: int
    back: int
    share: float
    at: Position
    off_m: float


class Snapper:
    """An index over the stretches of one graph; never changes."""

    def __init__(self, graph: RoadGraph) -> None:
        arcs = graph.arcs
        one = (arcs.origin == np.arange(len(arcs.tail))) & ((~arcs.backward) | (arcs.reverse < 0))
        self.stretch: Ints = np.flatnonzero(one)
        self._graph = graph
        middle = (graph.lon_lat.min(axis=0) + graph.lon_lat.max(axis=0)) / 2.0
        east, north = metres_per_degree(middle[1:2])
        self._middle, self._scale = middle, np.array([east[0], north[0]])
        plane = (graph.lon_lat - middle) * self._scale
        first, count = arcs.first[self.stretch], arcs.bends[self.stretch]
        index = np.repeat(np.arange(len(first)), count)
        points = np.arange(len(index)) - np.repeat(count.cumsum() - count, count) + np.repeat(first, count)
        self.lines: NDArray[np.object_] = shapely.linestrings(plane[points], indices=index)
        self._tree = shapely.STRtree(self.lines)

    def usable(self, allowed: Bools) -> Bools:
        """Which stretches can be driven in one direction at least, from what may be driven of the arcs."""
        back = self._graph.arcs.reverse[self.stretch]
        result: Bools = allowed[self.stretch] | ((back >= 0) & allowed[back])
        return result

    def snap(self, places: Sequence[Position], usable: Bools, within_m: float) -> list[Foot | float]:
        """The nearest usable foot of each place, or the distance to the nearest road of any kind."""
        plane = (np.array([(p.lon, p.lat) for p in places]).reshape(-1, 2) - self._middle) * self._scale
        points = shapely.points(plane)
        found: list[Foot | float] = [math.inf] * len(places)
        waiting = np.arange(len(places))
        for radius_m in [*(r for r in RADII_M if r < within_m), within_m]:
            if not len(waiting):
                break
            which, line = self._tree.query(points[waiting], predicate="dwithin", distance=radius_m)
            keep = usable[line]
            which, line = which[keep], line[keep]
            off = shapely.distance(points[waiting][which], self.lines[line])
            order = np.lexsort((line, off, which))
            own, begin = np.unique(which[order], return_index=True)
            for one, row in zip(own.tolist(), order[begin].tolist(), strict=True):
                place = int(waiting[one])
                found[place] = self._foot(places[place], points[place], int(line[row]))
            waiting = np.delete(waiting, own)
        for place in waiting.tolist():
            nearest = int(self._tree.nearest(points[place]))
            found[place] = float(shapely.distance(points[place], self.lines[nearest]))
        return found

    def near(self, at: Position, radius_m: float) -> dict[int, tuple[float, float]]:
        """Arcs, copies included, within a distance of a place: between which shares of each it lies."""
        point = shapely.Point((np.array([at.lon, at.lat]) - self._middle) * self._scale)
        disc, arcs = shapely.buffer(point, radius_m), self._graph.arcs
        found: dict[int, tuple[float, float]] = {}
        for line in self._tree.query(point, predicate="dwithin", distance=radius_m).tolist():
            inside = shapely.points(shapely.get_coordinates(shapely.intersection(self.lines[line], disc)))
            if not len(inside):
                continue
            shares = shapely.line_locate_point(self.lines[line], inside, normalized=True)
            low, high = float(shares.min()), float(shares.max())
            arc = int(self.stretch[line])
            for one in (arc, int(arcs.reverse[arc])):
                if one >= 0:
                    found[one] = (1.0 - high, 1.0 - low) if arcs.backward[one] else (low, high)
        copies = np.flatnonzero((arcs.origin != np.arange(len(arcs.origin))) & np.isin(arcs.origin, list(found)))
        return found | {int(copy): found[int(arcs.origin[copy])] for copy in copies}

    def _foot(self, place: Position, point: object, line: int) -> Foot:
        arc = int(self.stretch[line])
        drawn = self.lines[line]
        share = float(shapely.line_locate_point(drawn, point, normalized=True))
        foot = shapely.line_interpolate_point(drawn, share, normalized=True)
        lon, lat = (np.array([foot.x, foot.y]) / self._scale + self._middle).tolist()
        off_m = float(stretch_m(np.array([[place.lon, place.lat]]), np.array([[lon, lat]]))[0])
        if self._graph.arcs.backward[arc]:
            share = 1.0 - share
        return Foot(arc, int(self._graph.arcs.reverse[arc]), share, Position(lon, lat), off_m)
