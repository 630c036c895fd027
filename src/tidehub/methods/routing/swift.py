"""The single question in machine code: the same sight and search as :mod:`lookout` and :mod:`search`, on arrays.

Import it only where many questions are asked: loading the compiler costs about a second the first time on a
machine, a few tenths afterwards (what it made is kept beside the source).
"""

from __future__ import annotations

import math
from heapq import heappop, heappush
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tidehub.methods.routing.lookout import Place
from tidehub.methods.routing.mesh import Mesh
from tidehub.methods.routing.search import DETOUR, Point
from tidehub.methods.routing.taut import TautGraph

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class _Shape(NamedTuple):
    """The mesh and the graph as arrays; ``bend`` holds the two shores of a reflex corner, ``node`` its node or -1."""

    x: Array
    y: Array
    after: Ints
    twin: Ints
    apex: Ints
    beyond_right: Ints
    corner_first_edge: Ints
    corner: Ints
    bend: Array
    node: Ints
    at: Ints
    into: Ints
    step: Array
    node_x: Array
    node_y: Array


class _Room(NamedTuple):
    """Scratch of one searcher, kept between questions."""

    cone_edge: Ints
    cone: Array
    cone_code: Ints
    sides: Ints
    seed: Ints
    seed_cm: Array
    goal: Ints
    goal_cm: Array
    rest: Array
    reached: Array
    before: Ints
    touched: Ints
    way: Ints


@njit(cache=True)
def _sides_of(px: float, py: float, triangle: int, m: Any, out: Any) -> int:
    """Sides of the triangles around a place that it does not lie on itself."""
    count, on, last_on, own = 0, 0, -1, -1
    for h in range(3 * triangle, 3 * triangle + 3):
        b = m.after[h]
        turn = (m.x[b] - m.x[h]) * (py - m.y[h]) - (m.y[b] - m.y[h]) * (px - m.x[h])
        if turn != 0.0:
            out[count] = h
            count += 1
        else:
            on += 1
            last_on = h
            if m.x[h] == px and m.y[h] == py:
                own = h
    if on == 1:
        over = m.twin[last_on]
        if over >= 0:
            out[count] = m.after[over]
            out[count + 1] = m.after[m.after[over]]
            count += 2
    elif on == 2:
        count = 0
        at = m.corner_first_edge[m.corner[own]]
        while at >= 0:
            out[count] = m.after[at]
            count += 1
            at = m.twin[m.after[m.after[at]]]
    return count


@njit(cache=True)
def _straight(qx: float, qy: float, ex: float, ey: float, sides: int, m: Any, room: Any) -> bool:
    """Whether the straight line stays strictly between the shores."""
    dx, dy = ex - qx, ey - qy
    for i in range(sides):
        h = room.sides[i]
        b = m.after[h]
        if (m.x[h] - qx) * dy - (m.y[h] - qy) * dx < 0.0 or dx * (m.y[b] - qy) - dy * (m.x[b] - qx) < 0.0:
            continue
        edge = h
        while True:
            b = m.after[edge]
            if (m.x[b] - m.x[edge]) * (ey - m.y[edge]) - (m.y[b] - m.y[edge]) * (ex - m.x[edge]) >= 0.0:
                return True
            top = m.apex[edge]
            if top < 0:
                break
            tx, ty = m.x[top] - qx, m.y[top] - qy
            turn = dx * ty - dy * tx
            if turn == 0.0:
                if m.x[top] == ex and m.y[top] == ey:
                    return True
                if tx * dx + ty * dy > dx * dx + dy * dy:
                    return True
                break
            edge = m.beyond_right[edge] if turn > 0.0 else top
    return False


@njit(cache=True)
def _touch(qx: float, qy: float, h: int, opposite: int, m: Any, nodes: Any, cm: Any, count: int) -> int:
    """Add the node of a corner in sight when the line of sight touches the land there without entering it."""
    if m.node[h] < 0:
        return count
    dx, dy = qx - m.x[h], qy - m.y[h]
    of_first = dx * m.bend[h, 1] - dy * m.bend[h, 0]
    of_last = dx * m.bend[h, 3] - dy * m.bend[h, 2]
    if of_first <= 0.0 and of_last <= 0.0:
        nodes[count] = m.node[h] + opposite
    elif of_first >= 0.0 and of_last >= 0.0:
        nodes[count] = m.node[h] + 1 - opposite
    else:
        return count
    cm[count] = math.hypot(dx, dy)
    return count + 1


@njit(cache=True)
def _look(
    qx: float, qy: float, ox: float, oy: float, sides: int, limit: float, opposite: int, m: Any, room: Any,
    nodes: Any, cm: Any,
) -> int:  # fmt: skip
    """Nodes a taut way no longer than ``limit`` can use next to a place; how many were written."""
    apart = math.hypot(ox - qx, oy - qy)
    ux, uy = (ox - qx) / apart, (oy - qy) / apart
    low, high = (apart - limit) / 2.0 - 100.0, (apart + limit) / 2.0 + 100.0
    wide = math.sqrt(max(0.0, limit * limit - apart * apart)) / 2.0 + 100.0
    count, waiting = 0, 0
    edges, cone, codes = room.cone_edge, room.cone, room.cone_code
    for i in range(sides):
        edge = room.sides[i]
        b = m.after[edge]
        count = _touch(qx, qy, edge, opposite, m, nodes, cm, count)
        count = _touch(qx, qy, b, opposite, m, nodes, cm, count)
        edges[waiting] = edge
        cone[waiting, 0], cone[waiting, 1] = m.x[edge] - qx, m.y[edge] - qy
        cone[waiting, 2], cone[waiting, 3] = m.x[b] - qx, m.y[b] - qy
        codes[waiting, 0] = codes[waiting, 1] = 0
        waiting += 1
    while waiting > 0:
        waiting -= 1
        edge = edges[waiting]
        rx, ry, lx, ly = cone[waiting, 0], cone[waiting, 1], cone[waiting, 2], cone[waiting, 3]
        right, left = codes[waiting, 0], codes[waiting, 1]
        top = m.apex[edge]
        while top >= 0 and not right & left:
            px, py = m.x[top] - qx, m.y[top] - qy
            u, v = px * ux + py * uy, py * ux - px * uy
            code = (1 if u < low else 2 if u > high else 0) | (4 if v > wide else 8 if v < -wide else 0)
            if rx * py <= ry * px:
                edge, right = top, code
            elif lx * py >= ly * px:
                edge, left = m.beyond_right[edge], code
            else:
                if code == 0:
                    count = _touch(qx, qy, top, opposite, m, nodes, cm, count)
                edges[waiting] = m.beyond_right[edge]
                cone[waiting, 0], cone[waiting, 1], cone[waiting, 2], cone[waiting, 3] = rx, ry, px, py
                codes[waiting, 0], codes[waiting, 1] = right, code
                waiting += 1
                edge, rx, ry, right = top, px, py, code
            top = m.apex[edge]
    return count


@njit(cache=True)
def _search(ex: float, ey: float, seeds: int, goals: int, limit: float, m: Any, room: Any) -> int:  # noqa: C901
    """A*: the last node of the shortest way no longer than ``limit``; -1 without. Leaves labels to be cleared."""
    rest, reached, before, touched = room.rest, room.reached, room.before, room.touched
    for i in range(goals):
        rest[room.goal[i]] = min(rest[room.goal[i]], room.goal_cm[i])
    best, best_node, used = limit * (1.0 + 1e-12), -1, 0
    heap = [(0.0, 0, 0.0)]
    heappop(heap)
    for i in range(seeds):
        node, length = room.seed[i], room.seed_cm[i]
        if length < reached[node]:
            if reached[node] == np.inf:
                touched[used] = node
                used += 1
            reached[node], before[node] = length, -1
            total = length + math.hypot(m.node_x[node] - ex, m.node_y[node] - ey)
            if total < best:
                heappush(heap, (total, node, length))
    while len(heap) > 0:
        least, node, length = heappop(heap)
        if least >= best:
            break
        if length > reached[node]:
            continue
        if length + rest[node] < best:
            best, best_node = length + rest[node], node
        for k in range(m.at[node], m.at[node + 1]):
            target = m.into[k]
            longer = length + m.step[k]
            if longer < reached[target]:
                if reached[target] == np.inf:
                    touched[used] = target
                    used += 1
                reached[target] = longer
                total = longer + math.hypot(m.node_x[target] - ex, m.node_y[target] - ey)
                if total < best:
                    before[target] = node
                    heappush(heap, (total, target, longer))
    for i in range(used):
        reached[touched[i]] = np.inf
    for i in range(goals):
        rest[room.goal[i]] = np.inf
    return best_node


@njit(cache=True)
def _way(sx: float, sy: float, st: int, ex: float, ey: float, et: int, detour: float, m: Any, room: Any) -> int:
    """Nodes of the shortest way, last first, in ``room.way``; how many, -1 where land lies between."""
    sides = _sides_of(sx, sy, st, m, room.sides)
    if _straight(sx, sy, ex, ey, sides, m, room):
        return 0
    limit = detour * math.hypot(ex - sx, ey - sy)
    for reach in (limit, np.inf):
        sides = _sides_of(ex, ey, et, m, room.sides)
        goals = _look(ex, ey, sx, sy, sides, reach, 0, m, room, room.goal, room.goal_cm)
        if goals == 0:
            continue
        sides = _sides_of(sx, sy, st, m, room.sides)
        seeds = _look(sx, sy, ex, ey, sides, reach, 1, m, room, room.seed, room.seed_cm)
        node = _search(ex, ey, seeds, goals, reach, m, room)
        if node >= 0:
            count = 0
            while node >= 0:
                room.way[count] = node
                count += 1
                node = room.before[node]
            return count
    return -1


class SwiftSearcher:
    """Answers as :class:`tidehub.methods.routing.search.Searcher` does, about ten times as fast."""

    def __init__(self, mesh: Mesh, graph: TautGraph) -> None:
        half_edges = np.arange(len(mesh.vertex))
        v = mesh.xy[mesh.vertex]
        first, last = mesh.xy[mesh.corner_first[mesh.corner]] - v, mesh.xy[mesh.corner_last[mesh.corner]] - v
        number = graph.number[mesh.corner]
        node_xy = graph.xy.reshape(-1, 2)
        self._mesh = _Shape(
            mesh.x, mesh.y,
            half_edges - half_edges % 3 + (half_edges + 1) % 3,
            mesh.twin.astype(np.int64), mesh.apex.astype(np.int64), mesh.beyond_right.astype(np.int64),
            mesh.corner_first_edge.astype(np.int64), mesh.corner.astype(np.int64),
            np.ascontiguousarray(np.hstack([first, last])), np.where(number >= 0, 2 * number, -1),
            graph.lengths.indptr.astype(np.int64), graph.lengths.indices.astype(np.int64),
            np.asarray(graph.lengths.data, dtype=np.float64),
            np.ascontiguousarray(node_xy[:, 0]), np.ascontiguousarray(node_xy[:, 1]),
        )  # fmt: skip
        edges, nodes = len(half_edges), graph.node_count + 1
        # cones are split at vertices in sight, and each of these is in sight through one cone only
        edges = 2 * edges + 16
        seen = 2 * edges

        def ints(size: int) -> Ints:
            return np.full(size, -1, np.int64)

        self._room = _Room(
            ints(edges), np.zeros((edges, 4)), np.zeros((edges, 2), np.int64), ints(edges), ints(seen), np.zeros(seen),
            ints(seen), np.zeros(seen), np.full(nodes, np.inf), np.full(nodes, np.inf), ints(nodes), ints(nodes),
            ints(nodes),
        )  # fmt: skip

    def path(self, start: Place, end: Place) -> list[Point] | None:
        """Turning points of the shortest way, start and end included; ``None`` when land lies between."""
        if (start.x, start.y) == (end.x, end.y):
            return [(start.x, start.y)] * 2
        swapped = (end.x, end.y) < (start.x, start.y)
        a, b = (end, start) if swapped else (start, end)
        count = _way(a.x, a.y, a.triangle, b.x, b.y, b.triangle, DETOUR, self._mesh, self._room)
        if count < 0:
            return None
        nodes = self._room.way[:count].tolist()
        node_x, node_y = self._mesh.node_x, self._mesh.node_y
        points = [(b.x, b.y), *((float(node_x[node]), float(node_y[node])) for node in nodes), (a.x, a.y)]
        return points if swapped else points[::-1]
