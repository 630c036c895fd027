"""One question at a time: sight from both ends, then A* over the taut graph. Plain floats, no arrays: a way
has few stretches, and an array step costs more than the arithmetic of a whole triangle.
"""

from __future__ import annotations

import math
from heapq import heappop, heappush
from typing import NamedTuple

from tidehub.methods.routing.mesh import Mesh
from tidehub.methods.routing.taut import TautGraph

Point = tuple[float, float]


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
        goals = self._tangents(end, arriving=False)
        seeds = self._tangents(start, arriving=True) if goals else {}
        nodes = self._search(seeds, goals, end)
        if nodes is None:
            return None
        return [(start.x, start.y), *((self._node_x[n], self._node_y[n]) for n in nodes), (end.x, end.y)]

    def _search(self, seeds: dict[int, float], goals: dict[int, float], end: Place) -> list[int] | None:
        hypot, node_x, node_y, leaving = math.hypot, self._node_x, self._node_y, self._leaving
        end_x, end_y = end.x, end.y
        reached = dict(seeds)
        before: dict[int, int] = {}
        settled: set[int] = set()
        heap: list[tuple[float, int]] = []
        ahead: dict[int, float] = {}
        for node, length in sorted(seeds.items()):
            ahead[node] = rest = hypot(node_x[node] - end_x, node_y[node] - end_y)
            heappush(heap, (length + rest, node))
        best, best_node = math.inf, -1
        while heap:
            least, node = heappop(heap)
            if least >= best:
                break
            if node in settled:
                continue
            settled.add(node)
            length = reached[node]
            last = goals.get(node)
            if last is not None and length + last < best:
                best, best_node = length + last, node
            for target, step in leaving[node]:
                longer = length + step
                known = reached.get(target)
                if known is None or longer < known:
                    reached[target] = longer
                    before[target] = node
                    rest_of = ahead.get(target)
                    if rest_of is None:
                        ahead[target] = rest_of = hypot(node_x[target] - end_x, node_y[target] - end_y)
                    heappush(heap, (longer + rest_of, target))
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

    def seen(self, place: Place) -> set[int]:
        """Half-edges that begin at a vertex in sight."""
        qx, qy = place.x, place.y
        xs, ys, after, apex, beyond_right = self._x, self._y, self._after, self._apex, self._beyond_right
        found: set[int] = set()
        waiting: list[tuple[int, float, float, float, float]] = []
        for edge in self._sides(place):
            b = after[edge]
            found.add(edge)
            found.add(b)
            waiting.append((edge, xs[edge] - qx, ys[edge] - qy, xs[b] - qx, ys[b] - qy))
        while waiting:
            edge, rx, ry, lx, ly = waiting.pop()
            top = apex[edge]
            while top >= 0:
                px, py = xs[top] - qx, ys[top] - qy
                if rx * py - ry * px > 0.0:
                    if lx * py - ly * px < 0.0:
                        found.add(top)
                        waiting.append((beyond_right[edge], rx, ry, px, py))
                        edge, rx, ry = top, px, py
                    else:
                        edge = beyond_right[edge]
                else:
                    edge = top
                top = apex[edge]
        return found

    def _tangents(self, place: Place, *, arriving: bool) -> dict[int, float]:
        """Nodes a taut way can use first (arriving there) or last (leaving them), with their distance."""
        qx, qy, xs, ys, bend, hypot = place.x, place.y, self._x, self._y, self._bend, math.hypot
        nodes: dict[int, float] = {}
        for half_edge in self.seen(place):
            about = bend[half_edge]
            if about is None:
                continue
            fx, fy, lx, ly, node = about
            dx, dy = qx - xs[half_edge], qy - ys[half_edge]
            of_first, of_last = dx * fy - dy * fx, dx * ly - dy * lx
            if of_first <= 0.0 and of_last <= 0.0:
                nodes[node + 1 if arriving else node] = hypot(dx, dy)
            elif of_first >= 0.0 and of_last >= 0.0:
                nodes[node if arriving else node + 1] = hypot(dx, dy)
        return nodes
