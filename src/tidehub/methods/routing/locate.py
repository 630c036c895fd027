"""Finding the triangle that holds a place, one place at a time, in a few steps from a grid of hints."""

from __future__ import annotations

import numpy as np

from tidehub.methods.routing.mesh import Mesh

HINTS = 64
"""Columns and rows of the grid of triangles from which a place is looked for."""


class Locator:
    """Plain lists of a mesh, and the walk to the triangle of a place.

    Attributes
    ----------
    x, y
        Where each half-edge begins, whole centimetres.
    after, twin
        The next side of the same triangle, and the same side seen from the other one (-1 at the shore).
    """

    def __init__(self, mesh: Mesh) -> None:
        xy = mesh.xy[mesh.vertex]
        self.x: list[float] = xy[:, 0].tolist()
        self.y: list[float] = xy[:, 1].tolist()
        self.twin: list[int] = mesh.twin.tolist()
        self.after = [h + 1 if h % 3 < 2 else h - 2 for h in range(len(self.twin))]
        self._mesh = mesh
        low, size = mesh.xy.min(axis=0), np.ptp(mesh.xy, axis=0)
        cells_a_cm = (HINTS - 1e-6) / size
        self._low_x, self._low_y = low.tolist()
        self._cells_a_cm_x, self._cells_a_cm_y = cells_a_cm.tolist()
        cells = np.indices((HINTS, HINTS)).reshape(2, -1).T + 0.5
        self._hints: list[int] = mesh.locate(np.rint(cells / cells_a_cm + low)).tolist()

    def locate(self, x: float, y: float) -> int:
        """Triangle that holds a grid point, -1 on land; on a side either triangle may be given."""
        column = int((x - self._low_x) * self._cells_a_cm_x)
        row = int((y - self._low_y) * self._cells_a_cm_y)
        if not (0 <= column < HINTS and 0 <= row < HINTS):
            return -1
        triangle = self._hints[column * HINTS + row]
        xs, ys, after, twin = self.x, self.y, self.after, self.twin
        for _ in range(4 * HINTS if triangle >= 0 else 0):
            base = 3 * triangle
            for edge in (base, base + 1, base + 2):
                b = after[edge]
                ax, ay = xs[edge], ys[edge]
                if (xs[b] - ax) * (y - ay) < (ys[b] - ay) * (x - ax):  # it lies beyond this side
                    triangle = twin[edge] // 3
                    break
            else:
                return triangle
            if triangle < 0:
                break  # a shore lies between: ask the tree
        return int(self._mesh.locate(np.array([(x, y)]))[0])
