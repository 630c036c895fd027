"""The taut graph: every straight stretch that a shortest way can use, once in each direction.

Node ``2 i + side`` means: at reflex corner ``i``, about to leave on that side of the land. A way that arrives
along one side wraps around the land and leaves on the other, so a stretch leads to the opposite of the side
it arrives on.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tidehub.methods.routing.mesh import Mesh
from tidehub.methods.routing.sight import look, tangent_cones, tangent_side

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class TautGraph:
    """Directed graph over the two sides of every reflex corner.

    Attributes
    ----------
    corners
        Corner of each reflex number, ascending.
    number
        Reflex number of each corner, ``-1`` where a shortest way cannot bend.
    xy
        Place of each node, shape ``(2 r, 2)``.
    lengths
        Sparse matrix node to node, centimetres.
    """

    def __init__(self, mesh: Mesh) -> None:
        self.corners: Ints = np.flatnonzero(mesh.reflex)
        self.number: Ints = np.full(len(mesh.corner_vertex), -1)
        self.number[self.corners] = np.arange(len(self.corners))
        self.node_count = 2 * len(self.corners)
        self.xy: Array = np.repeat(mesh.xy[mesh.corner_vertex[self.corners]], 2, axis=0)
        if len(self.corners):
            cones, seen = tangent_cones(mesh, self.corners)
            found, _ = look(mesh, self.xy, cones, seen)
            side = tangent_side(mesh, found.corner, self.xy[found.eye])
            taut = side >= 0
            begin, end = found.eye[taut], 2 * self.number[found.corner[taut]] + 1 - side[taut]
        else:
            begin = end = np.empty(0, np.int64)
        length = np.hypot(*(self.xy[begin] - self.xy[end]).T)
        self.lengths: Any = csr_array((length, (begin, end)), shape=(self.node_count, self.node_count))
        self.edge_count = len(begin)
        starts, ends, weights = (
            self.lengths.indptr.tolist(),
            self.lengths.indices.tolist(),
            self.lengths.data.tolist(),
        )
        self.leaving: list[list[tuple[int, float]]] = [
            list(zip(ends[a:b], weights[a:b], strict=True)) for a, b in pairwise(starts)
        ]

    def nodes_at(self, corners: Ints, side: Ints) -> Ints:
        """Nodes of reflex corners that are left on the given sides."""
        return 2 * self.number[corners] + side
