"""Whether a line runs over land: the judge, which knows nothing of triangles or graphs.

It looks only at the outline of the obstacles as charted and decides by signs of whole numbers in int64. A
line may touch land and run along a shore; it may not enter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tidehub.methods.routing.obstacles import open_rings

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Shore:
    """The outline of obstacles on the centimetre grid, land on the left of every side."""

    def __init__(self, obstacles: Any) -> None:
        self.obstacles = shapely.MultiPolygon(
            [shapely.orient_polygons(part, exterior_cw=False) for part in shapely.get_parts(obstacles)]
        )
        rings = open_rings(self.obstacles)
        empty = np.empty((0, 2), dtype=np.int64)
        self.vertex: Ints = np.vstack([empty, *rings]).astype(np.int64)
        self.before: Ints = np.vstack([empty, *(np.roll(ring, 1, axis=0) for ring in rings)]).astype(np.int64)
        self.after: Ints = np.vstack([empty, *(np.roll(ring, -1, axis=0) for ring in rings)]).astype(np.int64)
        sides = shapely.linestrings(np.stack([self.vertex, self.after], axis=1).astype(np.float64))
        self._tree = shapely.STRtree(sides)
        self._corners = {(x, y) for x, y in self.vertex.tolist()}
        shapely.prepare(self.obstacles)

    def crossed(self, begin: Floats, end: Floats) -> Bools:
        """Whether each line ``begin[i]``-``end[i]`` (whole centimetres, ``(n, 2)``) enters an obstacle."""
        result = shapely.contains_properly(self.obstacles, shapely.points((begin + end) / 2.0))
        lines = shapely.linestrings(np.stack([begin, end], axis=1))
        which, side = self._tree.query(lines)
        p, q = begin[which].astype(np.int64), end[which].astype(np.int64)
        a, b = self.vertex[side], self.after[side]
        of_a, of_b = np.sign(_turn(p, q, a)), np.sign(_turn(p, q, b))
        of_p, of_q = np.sign(_turn(a, b, p)), np.sign(_turn(a, b, q))
        bad = (of_a * of_b < 0) & (of_p * of_q < 0)
        # an end on the middle of a side: the land is on its left
        bad |= (of_p == 0) & (of_a * of_b < 0) & (of_q > 0)
        bad |= (of_q == 0) & (of_a * of_b < 0) & (of_p > 0)
        # a vertex on the line: neither way along the line may lead between the two sides of the land there
        on = (of_a == 0) & _between(p, q, a)
        for other in (p, q):
            bad |= on & (other != a).any(axis=1) & _into_land(other - a, self.before[side] - a, b - a)
        result[np.unique(which[bad])] = True
        return np.asarray(result, dtype=bool)

    def clearances_cm(self, points: Sequence[tuple[float, float]]) -> list[float]:
        """Least distance to an obstacle of each stretch between neighbouring points, centimetres.

        Infinite when there is no obstacle.
        """
        touching = [point in self._corners for point in points]
        result = [0.0 if a or b else math.inf for a, b in pairwise(touching)]
        free = [i for i, clearance in enumerate(result) if clearance]
        if free and len(self.vertex):
            lines = shapely.linestrings([points[i : i + 2] for i in free])
            (which, _), distance = self._tree.query_nearest(lines, return_distance=True, all_matches=False)
            for i, least in zip(which.tolist(), distance.tolist(), strict=True):
                result[free[i]] = least
        return result


def _turn(a: Ints, b: Ints, c: Ints) -> Ints:
    result: Ints = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return result


def _between(p: Ints, q: Ints, at: Ints) -> Bools:
    return np.asarray(((np.minimum(p, q) <= at) & (at <= np.maximum(p, q))).all(axis=1))


def _cross(a: Ints, b: Ints) -> Ints:
    result: Ints = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return result


def _into_land(direction: Ints, to_before: Ints, to_after: Ints) -> Bools:
    """Whether a direction lies strictly inside the wedge from the side ahead, counter-clockwise, to the one
    behind.
    """
    from_after, to_last = _cross(to_after, direction), _cross(direction, to_before)
    wide = _cross(to_after, to_before) <= 0  # 180 degrees of land or more (a side never folds back on itself)
    return np.where(wide, ~((from_after <= 0) & (to_last <= 0)), (from_after > 0) & (to_last > 0))
