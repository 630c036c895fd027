"""One question at a time: sight from both ends, then A* over the taut graph."""

from __future__ import annotations

import math
from heapq import heappop, heappush

from tidehub.methods.routing.lookout import Lookout, Place
from tidehub.methods.routing.taut import TautGraph

Point = tuple[float, float]

DETOURS = (1.02, 1.08, math.inf)
"""Sight and search are first limited to ways at most this much longer than the straight line: most are."""


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
        apart = math.hypot(end.x - start.x, end.y - start.y)
        for attempt, detour in enumerate(DETOURS):
            limit = apart * detour  # every way no longer lies in the ellipse around the two places
            goals = self._lookout.tangents(end, start, limit, arriving=False)
            seeds = self._lookout.tangents(start, end, limit, arriving=True) if goals else {}
            if not seeds:
                continue
            ahead = self._graph.ahead(goals, end.x, end.y, landmarks=attempt > 0)
            nodes = self._search(seeds, goals, ahead, limit)
            if nodes is not None:
                turns = [(self._node_x[node], self._node_y[node]) for node in nodes]
                return [(start.x, start.y), *turns, (end.x, end.y)]
        return None

    def _search(
        self, seeds: dict[int, float], goals: dict[int, float], ahead: list[float], limit: float
    ) -> list[int] | None:
        """Nodes of the shortest way from a seed to a goal, if it is no longer than ``limit``.

        ``ahead`` is a lower bound of what remains from each node.
        """
        leaving, infinite = self._leaving, math.inf
        reached: dict[int, float] = {}
        before: dict[int, int] = {}
        heap: list[tuple[float, int, float]] = []
        best, best_node = limit * (1.0 + 1e-12), -1
        for node, length in sorted(seeds.items()):
            reached[node] = length
            total = length + ahead[node]
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
                    total = longer + ahead[target]
                    if total < best:
                        before[target] = node
                        heappush(heap, (total, target, longer))
        return _way_to(best_node, before) if best_node >= 0 else None


def _way_to(node: int, before: dict[int, int]) -> list[int]:
    nodes = [node]
    while nodes[-1] in before:
        nodes.append(before[nodes[-1]])
    return nodes[::-1]
