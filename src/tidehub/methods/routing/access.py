"""How a place reaches the water: in it already, moved off the quay, or by an approach leg through narrow
water.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import shapely

from tidehub.kernel.geometry import Position
from tidehub.methods.routing.lookout import Place
from tidehub.methods.routing.model import Unreachable, UnreachableCode
from tidehub.methods.routing.obstacles import near_degrees
from tidehub.methods.routing.search import Point
from tidehub.methods.routing.water import WaterMap

SNAP_M_MAX = 50.0
"""How far a place ashore may be moved to reach water, unless said otherwise: a quay edge plus a fix's error.
"""
APPROACH_M_MAX = 1000.0
"""Longest way between a berth and the water that has the wished clearance, unless said otherwise."""

START: tuple[UnreachableCode, UnreachableCode] = ("start_on_land", "start_outside_chart")
END: tuple[UnreachableCode, UnreachableCode] = ("end_on_land", "end_outside_chart")
OTHER_WATER = Unreachable(
    "other_water",
    "两点之间被陆地、浅水区或限制区隔开",
    "Land, shallows or restricted areas lie between the two places",
)
NARROW = Unreachable(
    "other_water",
    "在这一安全距离下没有连通的水路",
    "No water connects the two places at this clearance",
)


class Access(NamedTuple):
    """One way for a place into one piece of the water of a map.

    Parameters
    ----------
    berth
        The place itself in the charted water, after it was moved off the land.
    entry
        Where the water of the map begins; ``berth`` when it lies there.
    piece
        Piece of water of the map.
    moved_cm
        How far the place was moved to reach the charted water.
    way
        Turning points from ``berth`` to ``entry``; a single point when they are the same.
    """

    berth: Place
    entry: Place
    piece: int
    moved_cm: float
    way: list[Point]

    @property
    def way_cm(self) -> float:
        """Length of the approach."""
        return length_cm(self.way)


def length_cm(points: Sequence[Point]) -> float:
    """Length of a line; the same from both ends."""
    return math.fsum(math.hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points))


def accesses(
    water: WaterMap,
    place: Position,
    codes: tuple[UnreachableCode, UnreachableCode],
    *,
    snap_m: float,
    approach_m: float,
) -> list[Access] | Unreachable:
    """All ways of a place into the water of a map, one for each piece, or why there is none."""
    entries = _charted(water.base, place, codes, snap_m)
    if isinstance(entries, Unreachable):
        return entries
    if water.base is water:
        return [Access(at, at, piece, moved_cm, [(at.x, at.y)]) for at, piece, moved_cm in entries]
    by_piece: dict[int, Access] = {}
    for berth, _, moved_cm in entries:
        for entry, piece, off_cm in water.entries((berth.x, berth.y), approach_m * 100.0):
            way = [(berth.x, berth.y)] if off_cm == 0.0 else _approach(water.base, berth, entry)
            if way is not None and length_cm(way) <= approach_m * 100.0:
                by_piece.setdefault(piece, Access(berth, entry, piece, moved_cm, way))
    return list(by_piece.values()) or NARROW


def _charted(
    base: WaterMap, place: Position, codes: tuple[UnreachableCode, UnreachableCode], snap_m: float
) -> list[tuple[Place, int, float]] | Unreachable:
    on_land, outside = codes
    west, south, east, north = base.bounds
    lon = near_degrees(place.lon, (west + east) / 2.0)
    if not (west - 0.01 <= lon <= east + 0.01 and south - 0.01 <= place.lat <= north + 0.01):
        return Unreachable(outside, "位置在海图范围之外", "The place lies outside the chart")
    point = base.local.grid(place.lon, place.lat)
    entries = base.entries(point, snap_m * 100.0)
    if entries:
        return [(entry.place, entry.piece, entry.moved_cm) for entry in entries]
    if not base.in_chart(point):
        return Unreachable(outside, "位置在海图范围之外", "The place lies outside the chart")
    nearest_m = float(shapely.distance(base.water, shapely.Point(point))) / 100.0
    return Unreachable(
        on_land,
        f"位置在陆地或不可航水域上，离最近水域 {nearest_m:.0f} 米，超出允许的 {snap_m:.0f} 米",
        f"The place is on land or closed water, {nearest_m:.0f} m from open water; {snap_m:.0f} m allowed",
        nearest_water_m=nearest_m,
    )


def _approach(base: WaterMap, berth: Place, entry: Place) -> list[Point] | None:
    point = (entry.x, entry.y)
    triangle = base.locator.locate(*point)
    return base.searcher.path(berth, Place(*point, triangle)) if triangle >= 0 else None


def nearest_common(a: Sequence[Access], b: Sequence[Access]) -> tuple[Access, Access] | None:
    """Accesses into one piece of water that are moved the least together; ties: shorter approaches, larger
    piece.
    """
    pairs = [(x.moved_cm + y.moved_cm, x.way_cm + y.way_cm, x.piece, x, y) for x in a for y in b if x.piece == y.piece]
    return min(pairs, key=lambda pair: pair[:3])[3:] if pairs else None
