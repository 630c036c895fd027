"""Triangles that tile the water, and the corners of its shore.

A constrained Delaunay triangulation of every connected piece of water (GEOS), held as half-edges: half-edge
``h`` belongs to triangle ``h // 3``, begins at ``vertex[h]`` and has the triangle on its left; ``twin[h]`` is
the same side seen from the other triangle, ``-1`` at the shore. What the triangulation claims is checked in
whole numbers when the mesh is built: every triangle turns left, the areas add up, the open sides are exactly
the shore.

A *corner* is one sector of water around a vertex, between two stretches of shore. Where two islands touch in
a point there are several corners at one vertex and no way through.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tidehub.methods.routing.obstacles import as_parts, open_rings

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class Mesh:
    """Half-edges, corners and pieces of the water; all arrays are read-only by convention.

    Parameters
    ----------
    water
        Multipolygon in whole centimetres, its sides meeting only at corners of both.

    Attributes
    ----------
    xy
        Vertices, shape ``(v, 2)``, whole centimetres in float64.
    vertex, twin
        Per half-edge, shape ``(3 t,)``.
    x, y
        Where each half-edge begins.
    apex, beyond_right
        Crossing a half-edge: the one that begins at the far corner of the next triangle (its left side), and
        the one on the right side; -1 at the shore.
    corner
        Corner at the beginning of each half-edge.
    corner_vertex, corner_first, corner_last
        Per corner: its vertex, and the vertices of the shore at the clockwise and the counter-clockwise end
        of its sector of water.
    reflex
        Whether the sector is wider than 180 degrees: only there can a shortest way bend.
    piece
        Piece of water of each triangle; 0 is the largest.
    """

    def __init__(self, water: Any) -> None:
        parts = as_parts(water)
        rings = [open_rings(part) for part in parts]
        self.xy: Array = np.unique(np.vstack([ring for of_part in rings for ring in of_part]), axis=0)
        corners, pieces = [], []
        for number, (part, of_part) in enumerate(zip(parts, rings, strict=True)):
            drawn = shapely.Polygon(of_part[0], of_part[1:])
            triangles = _triangles(drawn, self.xy)
            assert _doubled_area(self.xy, triangles) == round(2 * part.area), "the triangles do not fill the water"
            corners.append(triangles)
            pieces.append(np.full(len(triangles), number))
        triangles = np.vstack(corners)
        self.piece: Ints = np.concatenate(pieces)
        self.piece_count = len(parts)
        self.vertex: Ints = triangles.reshape(-1)
        self.twin: Ints = _twins(triangles, len(self.xy))
        self.triangle_count = len(triangles)
        self.x: Array = np.ascontiguousarray(self.xy[self.vertex, 0])
        self.y: Array = np.ascontiguousarray(self.xy[self.vertex, 1])
        base, turn = self.twin - self.twin % 3, self.twin % 3
        self.apex: Ints = np.where(self.twin < 0, -1, base + (turn + 2) % 3)
        self.beyond_right: Ints = np.where(self.twin < 0, -1, base + (turn + 1) % 3)
        self._number_corners()
        shore = sum(len(ring) for of_part in rings for ring in of_part)
        assert int((self.twin < 0).sum()) == shore, "the open sides of the triangles are not the shore"
        boxes = self.xy[triangles]
        self._tree = shapely.STRtree(
            shapely.box(
                boxes[:, :, 0].min(axis=1),
                boxes[:, :, 1].min(axis=1),
                boxes[:, :, 0].max(axis=1),
                boxes[:, :, 1].max(axis=1),
            )
        )

    def _number_corners(self) -> None:
        half_edges = np.arange(len(self.vertex))
        after = half_edges - half_edges % 3 + (half_edges + 1) % 3
        before = half_edges - half_edges % 3 + (half_edges + 2) % 3
        firsts = half_edges[self.twin < 0]  # the shore runs along: its triangle is the clockwise end of the sector
        self.corner: Ints = np.full(len(self.vertex), -1)
        self.corner_vertex: Ints = self.vertex[firsts]
        self.corner_first: Ints = self.vertex[after[firsts]]
        self.corner_last: Ints = np.full(len(firsts), -1)
        self.corner_first_edge: Ints = firsts
        number, at = np.arange(len(firsts)), firsts
        while len(at):  # turn all fans at once, one triangle a step
            self.corner[at] = number
            turned = self.twin[before[at]]
            ended = turned < 0
            self.corner_last[number[ended]] = self.vertex[before[at[ended]]]
            at, number = turned[~ended], number[~ended]
        assert (self.corner >= 0).all(), "a fan of triangles does not end at the shore"
        v, f, t = self.xy[self.corner_vertex], self.xy[self.corner_first], self.xy[self.corner_last]
        a, b = f - v, t - v
        self.reflex: NDArray[np.bool_] = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] < 0.0

    def locate(self, points: Array) -> Ints:
        """Triangle that holds each grid point, its sides included; ``-1`` on land. Ties: the lowest."""
        result = np.full(len(points), -1)
        which, triangle = self._tree.query(shapely.points(points))
        hit = self._holds(triangle, points[which])
        which, triangle = which[hit], triangle[hit]
        order = np.lexsort((triangle, which))
        first = np.unique(which[order], return_index=True)[1]
        result[which[order][first]] = triangle[order][first]
        return result

    def _holds(self, triangle: Ints, points: Array) -> NDArray[np.bool_]:
        inside = np.ones(len(triangle), dtype=bool)
        for i in range(3):
            a = self.xy[self.vertex[3 * triangle + i]]
            b = self.xy[self.vertex[3 * triangle + (i + 1) % 3]]
            turn = (b[:, 0] - a[:, 0]) * (points[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (points[:, 0] - a[:, 0])
            inside &= turn >= 0.0
        return inside


def _triangles(part: Any, xy: Array) -> Ints:
    """Triangles of one polygon as vertex numbers, each turning left, in a fixed order."""
    made = shapely.get_parts(shapely.constrained_delaunay_triangles(part))
    points = shapely.get_coordinates(made).reshape(-1, 4, 2)[:, :3]
    numbers = _numbers_of(points.reshape(-1, 2), xy).reshape(-1, 3)
    a, b, c = xy[numbers[:, 0]], xy[numbers[:, 1]], xy[numbers[:, 2]]
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    assert (turn != 0.0).all(), "a triangle without area"
    numbers[turn < 0] = numbers[turn < 0][:, ::-1]
    lowest = numbers.argmin(axis=1)
    numbers = np.take_along_axis(numbers, (lowest[:, None] + np.arange(3)) % 3, axis=1)
    return numbers[np.lexsort((numbers[:, 2], numbers[:, 1], numbers[:, 0]))]


def _numbers_of(points: Array, xy: Array) -> Ints:
    """Vertex numbers of points; ``xy`` is sorted by x, then y (``np.unique``)."""
    keys = xy[:, 0].astype(np.int64) * 2**31 + xy[:, 1].astype(np.int64)
    wanted = points[:, 0].astype(np.int64) * 2**31 + points[:, 1].astype(np.int64)
    found: Ints = np.searchsorted(keys, wanted).clip(0, len(xy) - 1)
    assert (xy[found] == points).all(), "a triangle corner is no vertex of the water"
    return found


def _doubled_area(xy: Array, triangles: Ints) -> int:
    a, b, c = (xy[triangles[:, i]].astype(np.int64) for i in range(3))
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return int(turn.astype(object).sum()) if len(turn) else 0


def _twins(triangles: Ints, vertex_count: int) -> Ints:
    begin = triangles.reshape(-1)
    end = np.roll(triangles, -1, axis=1).reshape(-1)
    forward, backward = begin * vertex_count + end, end * vertex_count + begin
    order = np.argsort(forward, kind="stable")
    ordered = forward[order]
    assert (np.diff(ordered) > 0).all(), "two triangles lie on the same side of an edge"
    found = np.searchsorted(ordered, backward).clip(0, len(ordered) - 1)
    return np.where(ordered[found] == backward, order[found], -1)
