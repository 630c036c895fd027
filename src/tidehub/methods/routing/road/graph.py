"""The road network as arrays: directed arcs between junctions, and the turns from one arc into the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Arcs(NamedTuple):
    """Stretches of road in one direction, between two junctions; all of shape ``(m,)``.

    Parameters
    ----------
    tail, head
        Junction where it begins and ends.
    length_m, free_s
        Its length, and the time it takes on an empty road.
    klass, access, height_m, weight_t
        Road class (:data:`tags.CLASSES`), who may drive, and limits; infinite without.
    way
        Number of the way in the source.
    first, count, backward
        Its bends: ``bends`` points of the shape from ``first``, read from the end when ``backward``.
    reverse
        The same stretch in the other direction; -1 for one-way roads.
    origin
        The arc itself, or for a copy made for a restriction over several ways the arc it stands for.
    shut
        Who cannot pass on from its head (a bollard, a locked gate): bits as ``access``.
    """

    tail: Ints
    head: Ints
    length_m: Floats
    free_s: Floats
    klass: Ints
    access: Ints
    height_m: Floats
    weight_t: Floats
    way: Ints
    first: Ints
    bends: Ints
    backward: Bools
    reverse: Ints
    origin: Ints
    shut: Ints


class Turns(NamedTuple):
    """Compressed rows: from arc ``a`` into arcs ``into[at[a]:at[a + 1]]`` at ``cost_s`` each.

    ``round`` marks turning round into the same road; it costs nothing extra to know and is allowed only where
    there is no other way on.
    """

    at: Ints
    into: Ints
    cost_s: Floats
    round: Bools


class RoadGraph(NamedTuple):
    """Roads ready for questions.

    Parameters
    ----------
    lon_lat
        Bends of all stretches, degrees, shape ``(k, 2)``.
    source
        What the roads come from, for people.
    notes
        What of the source could not be used, in words with counts: nothing is dropped in silence.
    """

    arcs: Arcs
    turns: Turns
    lon_lat: Floats
    source: str
    synthetic: bool
    notes: tuple[str, ...]

    @property
    def arc_count(self) -> int:
        """How many directed stretches there are, copies included."""
        return len(self.arcs.tail)

    def shape(self, arc: int) -> Floats:
        """Bends of an arc in driving direction, degrees, shape ``(bends, 2)``."""
        first = int(self.arcs.first[arc])
        points = self.lon_lat[first : first + int(self.arcs.bends[arc])]
        return points[::-1] if self.arcs.backward[arc] else points


def metres_per_degree(lat_deg: Floats) -> tuple[Floats, Floats]:
    """Length of a degree of longitude and of latitude on the WGS 84 ellipsoid, metres.

    Good to 1e-6 for stretches of a few kilometres at their middle latitude.
    """
    phi = np.radians(lat_deg)
    e2 = 0.0066943799901413165
    w = 1.0 - e2 * np.sin(phi) ** 2
    east = np.pi / 180.0 * 6378137.0 * np.cos(phi) / np.sqrt(w)
    north = np.pi / 180.0 * 6378137.0 * (1.0 - e2) / w**1.5
    return east, north


def stretch_m(a: Floats, b: Floats) -> Floats:
    """Lengths of straight stretches between places in degrees, shape ``(n, 2)``, metres."""
    east, north = metres_per_degree((a[:, 1] + b[:, 1]) / 2.0)
    result: Floats = np.hypot((b[:, 0] - a[:, 0]) * east, (b[:, 1] - a[:, 1]) * north)
    return result
