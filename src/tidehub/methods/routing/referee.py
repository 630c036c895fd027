"""A second, independent way to the same answer: every pair of vertices judged exactly, then plain Dijkstra.

Slow and plain, for tests and benchmarks. It shares nothing with the router but the outline of the water: no
triangles, no tangents, no cones.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from tidehub.methods.routing.crossing import Shore
from tidehub.methods.routing.water import WaterMap

Array = NDArray[np.float64]


def shortest_cm(water: WaterMap, points: Array) -> Array:
    """Lengths between all given grid points over the full visibility graph, centimetres; shape ``(n, n)``.

    Where two islands touch in a single point this referee lets a way through and the router does not.
    """
    west, south, east, north = shapely.bounds(water.water)
    outer = shapely.box(west - 500.0, south - 500.0, east + 500.0, north + 500.0)
    shore = Shore(shapely.difference(outer, water.water))
    nodes = np.unique(np.vstack([shore.vertex.astype(np.float64), points]), axis=0)
    i, j = np.triu_indices(len(nodes), 1)
    clear = ~shore.crossed(nodes[i], nodes[j])
    i, j = i[clear], j[clear]
    near = shapely.distance(water.water, shapely.points((nodes[i] + nodes[j]) / 2.0)) < 1e-3
    i, j = i[near], j[near]  # a line between two vertices of the frame may lie outside it altogether
    length = np.zeros((len(nodes), len(nodes)))
    length[i, j] = np.hypot(*(nodes[i] - nodes[j]).T)
    own = [int(np.flatnonzero((nodes == point).all(axis=1))[0]) for point in points]
    result: Array = dijkstra(length, directed=False, indices=own)[:, own]
    return result
