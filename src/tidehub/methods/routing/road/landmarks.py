"""Lower bounds from landmarks: times to and from a few far places, measured once on empty, open roads.

Closures and slow hours only add to these, so the bounds stay true while roads change; where an hour is
quicker than the empty road they are scaled.

Source: Goldberg, Harrelson 2005, "Computing the shortest path: A* search meets graph theory" (ALT).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tidehub.methods.routing.road.graph import RoadGraph
from tidehub.methods.routing.road.kernels import compiled, spread

MARKS = 8
Singles = NDArray[np.float32]


class Landmarks:
    """Times from and to each landmark for every arc, flat: entry ``count * arc + landmark``, seconds."""

    def __init__(self, count: int, from_mark: Singles, to_mark: Singles, free_s: NDArray[np.float64]) -> None:
        self.count, self.from_mark, self.to_mark = count, from_mark, to_mark
        self._free_s = free_s

    @classmethod
    def none(cls) -> Landmarks:
        """No bounds: the search is Dijkstra's."""
        empty = np.zeros(0, np.float32)
        return cls(0, empty, empty, np.zeros(0))

    @classmethod
    def measured(cls, graph: RoadGraph) -> Landmarks:
        """Choose the farthest arcs in turn and measure both ways: 16 searches over the whole graph."""
        turns, free_s, count = graph.turns, graph.arcs.free_s, graph.arc_count
        whose = np.repeat(np.arange(count), np.diff(turns.at))
        step = turns.cost_s + free_s[turns.into]
        order = np.argsort(turns.into, kind="stable")
        back_at = np.append(0, np.bincount(turns.into, minlength=count).cumsum())
        nothing = np.zeros(count)
        forward = (turns.at, turns.into, step, nothing)
        backward = (back_at, whose[order], step[order], nothing)
        from_mark = np.full((count, MARKS), np.inf, np.float32)
        to_mark = np.full((count, MARKS), np.inf, np.float32)
        nearest = np.full(count, np.inf)
        mark = int(free_s.argmax())
        first = _times(forward, mark, count)
        mark = int(np.where(np.isfinite(first), first, -1.0).argmax())
        for i in range(MARKS):
            out, home = _times(forward, mark, count), _times(backward, mark, count)
            from_mark[:, i], to_mark[:, i] = out, home
            nearest = np.minimum(nearest, out + home)
            mark = int(np.where(np.isfinite(nearest), nearest, -1.0).argmax())
        return cls(MARKS, from_mark.reshape(-1), to_mark.reshape(-1), free_s)

    def toward(self, goals: list[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Bounds of the goal: least time from each landmark onto it, and most from entering it to the landmark."""
        if not self.count:
            return np.zeros(0), np.zeros(0)
        index = np.array(goals)
        out = self.from_mark.reshape(-1, self.count)[index] - self._free_s[index][:, None]
        home = self.to_mark.reshape(-1, self.count)[index] + self._free_s[index][:, None]
        return out.min(axis=0).astype(np.float64), home.max(axis=0).astype(np.float64)


def _times(graph: tuple[Any, ...], mark: int, count: int) -> NDArray[np.float64]:
    reached, one = np.full(count, np.inf), np.zeros(1)
    none = np.zeros(0, np.int64)
    compiled(spread)(
        *graph, np.zeros(count), np.array([mark]), one, one, np.full(count, -1), none, none, one[:0], one[:0],
        np.inf, np.array([np.inf]), np.array([np.inf]), reached, np.zeros(count), np.zeros(count, np.int64),
    )  # fmt: skip
    return reached
