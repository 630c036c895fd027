"""Where a search keeps its labels: arrays for compiled loops, plain lists for Python."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tidehub.methods.routing.road.graph import RoadGraph


class Room:
    """Labels of a search, kept between questions so that only what was touched is cleared."""

    def __init__(self, count: int, arrays: bool) -> None:
        self._arrays = arrays
        self.reached: Any = np.full(count, np.inf)
        self.metres: Any = np.zeros(count)
        self.before: Any = np.full(count, -1)
        self.touched: Any = np.zeros(count, np.int64)
        self.slot: Any = np.full(count, -1)
        self._lengths: list[float] | None = None
        if not arrays:
            for name in ("reached", "metres", "before", "touched", "slot"):
                setattr(self, name, getattr(self, name).tolist())

    def made(self, columns: Sequence[Sequence[Any]], kind: type) -> list[Any]:
        """Columns as the loops want them: arrays for compiled ones, lists for Python."""
        if not self._arrays:
            return [list(column) for column in columns]
        return [np.array(column, dtype=np.int64 if kind is int else np.float64) for column in columns]

    def lengths(self, graph: RoadGraph) -> list[float]:
        """Lengths of arcs as a list."""
        if self._lengths is None:
            self._lengths = graph.arcs.length_m.tolist()
        return self._lengths

    def reset(self, used: int) -> None:
        """Forget the labels of the last search."""
        if self._arrays:
            self.reached[self.touched[:used]] = np.inf
            return
        for arc in self.touched[:used]:
            self.reached[arc] = math.inf
