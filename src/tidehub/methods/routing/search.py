"""One question at a time: sight from both ends, then A* over the taut graph. Plain floats, no arrays: a way
has few stretches, and an array step costs more than the arithmetic of a whole triangle.
"""

from __future__ import annotations

import math
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from tidehub.methods.routing.mesh import Mesh
from tidehub.methods.routing.taut import TautGraph

Point = tuple[float, float]

DETOURS = (1.01, 1.04, 1.12, 1.35, 2.0, math.inf)
"""Sight and search are first limited to ways at most this much longer than the straight line: most are."""
HINTS = 64
"""Columns and rows of the grid of triangles from which a place is looked for."""


class Place(NamedTuple):
    """A grid point in the water and a triangle that holds it."""

    x: float
    y: float
    triangle: int


class Searcher:
    """Shortest ways between grid points of one mesh, exact and the same in both directions."""

    def __init__(self, mesh: Mesh, graph: TautGraph) -> None:
        xy = mesh.xy[mesh.vertex]
        self._x: list[float] = xy[:, 0].tolist()
        self._y: list[float] = xy[:, 1].tolist()
        self._twin: list[int] = mesh.twin.tolist()
        half_edges = range(len(self._twin))
        self._after = [h + 1 if h % 3 < 2 else h - 2 for h in half_edges]
        self._apex = [-1 if t < 0 else self._after[self._after[t]] for t in self._twin]
        self._beyond_right = [-1 if t < 0 else self._after[t] for t in self._twin]
        self._corner: list[int] = mesh.corner.tolist()
        self._first_edge: list[int] = mesh.corner_first_edge.tolist()
        number = graph.number[mesh.corner]
        v = mesh.xy[mesh.vertex]
        first, last = mesh.xy[mesh.corner_first[mesh.corner]] - v, mesh.xy[mesh.corner_last[mesh.corner]] - v
        self._bend: list[tuple[float, float, float, float, int] | None] = [
            (fx, fy, lx, ly, 2 * n) if n >= 0 else None
            for fx, fy, lx, ly, n in zip(
                first[:, 0].tolist(),
                first[:, 1].tolist(),
                last[:, 0].tolist(),
                last[:, 1].tolist(),
                number.tolist(),
                strict=True,
            )
        ]
        self._leaving = graph.leaving
        self._mesh = mesh
        self._low_x, self._low_y = (float(v) for v in mesh.xy.min(axis=0))
        size_x, size_y = (float(v) for v in np.ptp(mesh.xy, axis=0))
        self._cells_a_cm_x, self._cells_a_cm_y = (HINTS - 1e-6) / size_x, (HINTS - 1e-6) / size_y
        column, row = np.meshgrid(np.arange(HINTS) + 0.5, np.arange(HINTS) + 0.5, indexing="ij")
        middles = np.column_stack([column.ravel() / self._cells_a_cm_x, row.ravel() / self._cells_a_cm_y])
        self._hints: list[int] = mesh.locate(np.rint(middles + (self._low_x, self._low_y))).tolist()
        self._node_x: list[float] = graph.xy[:, 0].tolist()
        self._node_y: list[float] = graph.xy[:, 1].tolist()

    def path(self, start: Place, end: Place) -> list[Point] | None:
        """Turning points of the shortest way, start and end included; ``None`` when land lies between.

        Both directions give the same points in opposite order.
        """
        if (end.x, end.y) < (start.x, start.y):
            found = self._path(end, start)
            return found[::-1] if found is not None else None
        return self._path(start, end)

    def _path(self, start: Place, end: Place) -> list[Point] | None:
        if (start.x, start.y) == (end.x, end.y):
            return [(start.x, start.y)] * 2
        if self.straight(start, end):
            return [(start.x, start.y), (end.x, end.y)]
        apart = math.hypot(end.x - start.x, end.y - start.y)
        for detour in DETOURS:  # every way no longer than a limit lies in the ellipse around the two places
            limit = apart * detour
            goals = self._tangents(end, start, limit, arriving=False)
            seeds = self._tangents(start, end, limit, arriving=True) if goals else {}
            nodes = self._search(seeds, goals, end, limit) if seeds else None
            if nodes is not None:
                turns = [(self._node_x[node], self._node_y[node]) for node in nodes]
                return [(start.x, start.y), *turns, (end.x, end.y)]
        return None

    def _search(
        self, seeds: dict[int, float], goals: dict[int, float], end: Place, limit: float
    ) -> list[int] | None:
        """Nodes of the shortest way from a seed to a goal, if it is no longer than ``limit``."""
        hypot, node_x, node_y, leaving = math.hypot, self._node_x, self._node_y, self._leaving
        end_x, end_y = end.x, end.y
        reached = dict(seeds)
        before: dict[int, int] = {}
        heap: list[tuple[float, int, float]] = []
        ahead: dict[int, float] = {}
        for node, length in sorted(seeds.items()):
            ahead[node] = rest = hypot(node_x[node] - end_x, node_y[node] - end_y)
            if length + rest <= limit:
                heappush(heap, (length + rest, node, length))
        best, best_node = limit * (1.0 + 1e-12), -1
        while heap:
            least, node, length = heappop(heap)
            if least >= best:
                break
            if length > reached[node]:
                continue
            last = goals.get(node)
            if last is not None and length + last < best:
                best, best_node = length + last, node
            for target, step in leaving[node]:
                longer = length + step
                known = reached.get(target)
                if known is None:
                    ahead[target] = rest = hypot(node_x[target] - end_x, node_y[target] - end_y)
                elif longer < known:
                    rest = ahead[target]
                else:
                    continue
                reached[target] = longer
                if longer + rest < best:
                    before[target] = node
                    heappush(heap, (longer + rest, target, longer))
        if best_node < 0:
            return None
        nodes = [best_node]
        while nodes[-1] in before:
            nodes.append(before[nodes[-1]])
        return nodes[::-1]

    def straight(self, start: Place, end: Place) -> bool:
        """Whether the straight line stays strictly between the shores (a line that touches one is found as a
        way).
        """
        qx, qy, dx, dy = start.x, start.y, end.x - start.x, end.y - start.y
        xs, ys, after, apex = self._x, self._y, self._after, self._apex
        for half_edge in self._sides(start):
            ax, ay = xs[half_edge] - qx, ys[half_edge] - qy
            b = after[half_edge]
            bx, by = xs[b] - qx, ys[b] - qy
            if ax * dy - ay * dx < 0.0 or dx * by - dy * bx < 0.0:
                continue  # the line leaves by another side; on a vertex it may leave by two
            edge = half_edge
            while True:
                b = after[edge]
                ex, ey = xs[edge], ys[edge]
                if (xs[b] - ex) * (end.y - ey) - (ys[b] - ey) * (end.x - ex) >= 0.0:
                    return True  # the end lies on this side of the edge
                top = apex[edge]
                if top < 0:
                    break
                turn = dx * (ys[top] - qy) - dy * (xs[top] - qx)
                if turn == 0.0:
                    if (xs[top], ys[top]) == (end.x, end.y):
                        return True
                    if (xs[top] - qx) * dx + (ys[top] - qy) * dy > dx * dx + dy * dy:
                        return True  # the end lies before that vertex, in this triangle
                    break
                edge = self._beyond_right[edge] if turn > 0.0 else top
        return False

    def _sides(self, place: Place) -> list[int]:
        """Sides of the triangles around a place that it does not lie on itself."""
        xs, ys, after = self._x, self._y, self._after
        base = 3 * place.triangle
        free: list[int] = []
        on: list[int] = []
        for h in (base, base + 1, base + 2):
            b = after[h]
            ax, ay = xs[h], ys[h]
            turn = (xs[b] - ax) * (place.y - ay) - (ys[b] - ay) * (place.x - ax)
            (free if turn else on).append(h)
        if len(on) == 1:
            over = self._twin[on[0]]
            if over >= 0:
                free += [after[over], after[after[over]]]
        elif len(on) == 2:
            own = next(h for h in on if (xs[h], ys[h]) == (place.x, place.y))
            at, free = self._first_edge[self._corner[own]], []
            while at >= 0:
                free.append(after[at])
                at = self._twin[after[after[at]]]
        return free

    def _tangents(self, eye: Place, other: Place, limit: float, *, arriving: bool) -> dict[int, float]:
        """Nodes a taut way can use first (arriving there) or last (leaving them), with their distance.

        Triangular expansion from the eye; of the corners in sight only those count that the line of sight
        touches without entering the land there. Cones are dropped where they leave the box around the ellipse of
        ways of ``limit`` or less between the two places. The loop is the hot spot of a question, hence one piece.
        """
        qx, qy, hypot, bend = eye.x, eye.y, math.hypot, self._bend
        xs, ys, apex, beyond_right = self._x, self._y, self._apex, self._beyond_right
        one, other_one = (1, 0) if arriving else (0, 1)
        apart = hypot(other.x - qx, other.y - qy)
        along_x, along_y = (other.x - qx) / apart, (other.y - qy) / apart
        # a metre more than the box, so that rounding in these four numbers never matters
        low, high = (apart - limit) / 2.0 - 100.0, (apart + limit) / 2.0 + 100.0
        wide = math.sqrt(max(0.0, limit * limit - apart * apart)) / 2.0 + 100.0
        nodes: dict[int, float] = {}
        waiting: list[tuple[int, float, float, float, float, int, int]] = []
        for edge in self._sides(eye):
            codes = []
            for top in (edge, self._after[edge]):
                px, py = xs[top] - qx, ys[top] - qy
                u, v = px * along_x + py * along_y, py * along_x - px * along_y
                codes.append(
                    (1 if u < low else 2 if u > high else 0) | (4 if v > wide else 8 if v < -wide else 0)
                )
                about = bend[top]
                if about is not None:
                    fx, fy, ex, ey, node = about
                    of_first, of_last = py * fx - px * fy, py * ex - px * ey
                    if of_first <= 0.0 and of_last <= 0.0:
                        nodes[node + one] = hypot(px, py)
                    elif of_first >= 0.0 and of_last >= 0.0:
                        nodes[node + other_one] = hypot(px, py)
            b = self._after[edge]
            waiting.append((edge, xs[edge] - qx, ys[edge] - qy, xs[b] - qx, ys[b] - qy, codes[0], codes[1]))
        while waiting:
            edge, rx, ry, lx, ly, right, left = waiting.pop()
            top = apex[edge]
            while top >= 0 and not right & left:
                px = xs[top] - qx
                py = ys[top] - qy
                u = px * along_x + py * along_y
                v = py * along_x - px * along_y
                code = (1 if u < low else 2 if u > high else 0) | (4 if v > wide else 8 if v < -wide else 0)
                if rx * py <= ry * px:
                    edge, right = top, code
                elif lx * py >= ly * px:
                    edge, left = beyond_right[edge], code
                else:
                    about = bend[top]
                    if about is not None and not code:
                        fx, fy, ex, ey, node = about
                        of_first = py * fx - px * fy
                        of_last = py * ex - px * ey
                        if of_first <= 0.0 and of_last <= 0.0:
                            nodes[node + one] = hypot(px, py)
                        elif of_first >= 0.0 and of_last >= 0.0:
                            nodes[node + other_one] = hypot(px, py)
                    waiting.append((beyond_right[edge], rx, ry, px, py, right, code))
                    edge, rx, ry, right = top, px, py, code
                top = apex[edge]
        return nodes
