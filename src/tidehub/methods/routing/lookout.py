"""What one place can see: plain floats, no arrays, for questions that come one at a time.

The same triangular expansion as in :mod:`sight`, and tested against it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from tidehub.methods.routing.locate import Locator
from tidehub.methods.routing.mesh import Mesh
from tidehub.methods.routing.taut import TautGraph


class Place(NamedTuple):
    """A grid point in the water and a triangle that holds it."""

    x: float
    y: float
    triangle: int


class Lookout:
    """Straight lines and tangents over one mesh."""

    def __init__(self, mesh: Mesh, locator: Locator, graph: TautGraph) -> None:
        self._x, self._y, self._twin, self._after = locator.x, locator.y, locator.twin, locator.after
        self._apex: list[int] = mesh.apex.tolist()
        self._beyond_right: list[int] = mesh.beyond_right.tolist()
        self._corner: list[int] = mesh.corner.tolist()
        self._first_edge: list[int] = mesh.corner_first_edge.tolist()
        v = mesh.xy[mesh.vertex]
        first, last = mesh.xy[mesh.corner_first[mesh.corner]] - v, mesh.xy[mesh.corner_last[mesh.corner]] - v
        # per half-edge that begins at a reflex corner: the directions of its two shores, and its first node
        self._bend: list[tuple[float, float, float, float, int] | None] = [
            (fx, fy, lx, ly, 2 * number) if number >= 0 else None
            for (fx, fy), (lx, ly), number in zip(
                first.tolist(), last.tolist(), graph.number[mesh.corner].tolist(), strict=True
            )
        ]

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

    def tangents(self, eye: Place, other: Place, limit: float, *, arriving: bool) -> dict[int, float]:
        """Nodes a taut way can use first (arriving there) or last (leaving them), with their distance.

        Of the corners in sight only those count that the line of sight touches without entering the land
        there. Cones are dropped where they leave the box around the ellipse of ways of ``limit`` or less
        between the two places. The loop is the hot spot of a question, hence its shape.
        """
        qx, qy, bend = eye.x, eye.y, self._bend
        xs, ys, apex, beyond_right = self._x, self._y, self._apex, self._beyond_right
        apart = math.hypot(other.x - qx, other.y - qy)
        ux, uy = (other.x - qx) / apart, (other.y - qy) / apart
        # a metre more than the box, so that rounding in these three numbers never matters
        low, high = (apart - limit) / 2.0 - 100.0, (apart + limit) / 2.0 + 100.0
        wide = math.sqrt(max(0.0, limit * limit - apart * apart)) / 2.0 + 100.0
        seen: list[int] = []
        waiting: list[tuple[int, float, float, float, float, int, int]] = []
        for edge in self._sides(eye):
            b = self._after[edge]
            seen += (edge, b)
            waiting.append((edge, xs[edge] - qx, ys[edge] - qy, xs[b] - qx, ys[b] - qy, 0, 0))
        while waiting:
            edge, rx, ry, lx, ly, right, left = waiting.pop()
            top = apex[edge]
            while top >= 0 and not right & left:  # a bit for each side of the box that an end lies beyond
                px = xs[top] - qx
                py = ys[top] - qy
                u = px * ux + py * uy
                v = py * ux - px * uy
                code = (1 if u < low else 2 if u > high else 0) | (4 if v > wide else 8 if v < -wide else 0)
                if rx * py <= ry * px:
                    edge, right = top, code
                elif lx * py >= ly * px:
                    edge, left = beyond_right[edge], code
                else:
                    if not code and bend[top] is not None:
                        seen.append(top)
                    waiting.append((beyond_right[edge], rx, ry, px, py, right, code))
                    edge, rx, ry, right = top, px, py, code
                top = apex[edge]
        return self._touched(eye, seen, 1 if arriving else 0)

    def _touched(self, eye: Place, seen: list[int], opposite: int) -> dict[int, float]:
        """Of corners in sight, the nodes of those that the line of sight touches; ``opposite`` = 1: the side
        on which a way from the eye leaves them.
        """
        nodes: dict[int, float] = {}
        for half_edge in seen:
            about = self._bend[half_edge]
            if about is None:
                continue
            fx, fy, lx, ly, node = about
            dx, dy = eye.x - self._x[half_edge], eye.y - self._y[half_edge]
            of_first, of_last = dx * fy - dy * fx, dx * ly - dy * lx
            if of_first <= 0.0 and of_last <= 0.0:
                nodes[node + opposite] = math.hypot(dx, dy)
            elif of_first >= 0.0 and of_last >= 0.0:
                nodes[node + 1 - opposite] = math.hypot(dx, dy)
        return nodes
