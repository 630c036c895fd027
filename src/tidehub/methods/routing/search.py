"""One question at a time: sight from both ends, then A* over the taut graph."""

from __future__ import annotations

import math
from heapq import heappop, heappush

from tidehub.methods.routing.lookout import Lookout, Place
from tidehub.methods.routing.taut import TautGraph

Point = tuple[float, float]

DETOUR = 1.05
"""Sight and search are first limited to ways at most this much longer than the straight line: most are. A
longer one is found by Dijkstra over the whole graph in compiled code, which then beats a guided search in
Python.
"""


class Searcher:
    """Shortest ways between grid points of one mesh, exact and the same in both directions."""

    def __init__(self, lookout: Lookout, graph: TautGraph) -> None:
        self._lookout = lookout
        self._graph = graph
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
        if self._lookout.straight(start, end):
            return [(start.x, start.y), (end.x, end.y)]
        # every way no longer than the limit lies in the ellipse around the two places
        limit = DETOUR * math.hypot(end.x - start.x, end.y - start.y)
        goals, seeds = self._tangents(start, end, limit)
        nodes = self._search(seeds, goals, end, limit) if goals and seeds else None
        if nodes is None:
            goals, seeds = self._tangents(start, end, math.inf)
            nodes = self._search_all(seeds, goals) if goals and seeds else None
        if nodes is None:
            return None
        turns = [(self._node_x[node], self._node_y[node]) for node in nodes]
        return [(start.x, start.y), *turns, (end.x, end.y)]

    def _tangents(self, start: Place, end: Place, limit: float) -> tuple[dict[int, float], dict[int, float]]:
        goals = self._lookout.tangents(end, start, limit, arriving=False)
        return goals, self._lookout.tangents(start, end, limit, arriving=True) if goals else {}

    def _search_all(self, seeds: dict[int, float], goals: dict[int, float]) -> list[int] | None:
        """Nodes of the shortest way from a seed to a goal, whatever its length."""
        length, before = self._graph.from_seeds(seeds)
        total, node = min((float(length[goal]) + rest, goal) for goal, rest in goals.items())
        if not math.isfinite(total):
            return None
        nodes = [node]
        while (node := int(before[node])) < self._graph.node_count:
            nodes.append(node)
        return nodes[::-1]

    def _search(self, seeds: dict[int, float], goals: dict[int, float], end: Place, limit: float) -> list[int] | None:
        """Nodes of the shortest way from a seed to a goal, if it is no longer than ``limit``: A*."""
        leaving, infinite, hypot = self._leaving, math.inf, math.hypot
        node_x, node_y, end_x, end_y = self._node_x, self._node_y, end.x, end.y
        reached: dict[int, float] = {}
        before: dict[int, int] = {}
        heap: list[tuple[float, int, float]] = []
        best, best_node = limit * (1.0 + 1e-12), -1
        for node, length in sorted(seeds.items()):
            reached[node] = length
            total = length + hypot(node_x[node] - end_x, node_y[node] - end_y)
            if total < best:
                heappush(heap, (total, node, length))
        while heap:
            least, node, length = heappop(heap)
            if least >= best:
                break
            if length > reached[node]:
                continue
            if node in goals and length + goals[node] < best:
                best, best_node = length + goals[node], node
            for target, step in leaving[node]:
                longer = length + step
                if longer < reached.get(target, infinite):
                    reached[target] = longer
                    total = longer + hypot(node_x[target] - end_x, node_y[target] - end_y)
                    if total < best:
                        before[target] = node
                        heappush(heap, (total, target, longer))
        return _way_to(best_node, before) if best_node >= 0 else None


def _way_to(node: int, before: dict[int, int]) -> list[int]:
    nodes = [node]
    while nodes[-1] in before:
        nodes.append(before[nodes[-1]])
    return nodes[::-1]
