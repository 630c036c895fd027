"""A second, independent way to the same answer: every pair of vertices judged exactly, then plain Dijkstra.

It shares nothing with the router but the outline of the water: no triangles, no tangents, no cones.
"""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra

from tidehub.methods.routing.crossing import Shore
from tidehub.methods.routing.water import WaterMap


def shortest_cm(water: WaterMap, points: np.ndarray) -> np.ndarray:
    """Lengths between all given grid points over the full visibility graph, centimetres.

    A way through a single point where two islands touch is not allowed, as in the router: the islands are
    joined by a centimetre of land there.
    """
    outer = shapely.box(*(shapely.bounds(water.water) + np.array([-500.0, -500.0, 500.0, 500.0])))
    shore = Shore(shapely.difference(outer, water.water))
    vertices = shore.vertex.astype(float)
    nodes = np.unique(np.vstack([vertices, points]), axis=0)
    i, j = np.triu_indices(len(nodes), 1)
    clear = ~shore.crossed(nodes[i], nodes[j])
    clear &= shapely.covers(water.water, shapely.points((nodes[i] + nodes[j]) / 2.0)) | (
        shapely.distance(water.water, shapely.points((nodes[i] + nodes[j]) / 2.0)) < 1e-3
    )
    i, j = i[clear], j[clear]
    length = np.full((len(nodes), len(nodes)), 0.0)
    length[i, j] = np.hypot(*(nodes[i] - nodes[j]).T)
    own = [int(np.flatnonzero((nodes == point).all(axis=1))[0]) for point in points]
    return dijkstra(length, directed=False, indices=own)[:, own]
