"""Shortest ways by water, exact on whole centimetres (taut visibility method).

Obstacles are land less the fairways through it, and all shallows and restricted areas. The water that is left is
triangulated; a shortest way is straight or bends around shore corners along tangents, so that sight from both ends
and one search over the graph of tangents give the optimum. Nothing is rounded on the way.

Laws, all tested: never on land (:mod:`crossing` is the judge), symmetric, triangle inequality, an obstacle more never
makes a way shorter, the same answer on every machine. They hold for places in the water of one map; approach legs
(see :func:`plan_route`) add to a way whose ends lie closer to land than the clearance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from tidehub.kernel.geometry import Position
from tidehub.methods.routing.crossing import Shore
from tidehub.methods.routing.mesh import Mesh
from tidehub.methods.routing.model import (
    COAST_EMPTY,
    WATER_EMPTY,
    Area,
    Leg,
    Repair,
    Rings,
    Route,
    Unreachable,
    UnreachableCode,
)
from tidehub.methods.routing.obstacles import (
    Bounds,
    as_parts,
    bounds_on_grid,
    chart_bounds,
    check_areas,
    on_grid,
    straightened,
    united,
    widened,
    without,
)
from tidehub.methods.routing.projection import LocalMap
from tidehub.methods.routing.search import Place, Point, Searcher
from tidehub.methods.routing.taut import TautGraph

Array = NDArray[np.float64]

SNAP_M_MAX = 50.0
"""How far a place ashore may be moved to reach water, unless said otherwise: a quay edge plus a fix's error."""
APPROACH_M_MAX = 1000.0
"""Longest way between a berth and the water that has the wished clearance, unless said otherwise."""

_NEAR = np.array(sorted(((x, y) for x in range(-3, 4) for y in range(-3, 4)), key=lambda p: (p[0] ** 2 + p[1] ** 2, p)))


class Entry(NamedTuple):
    """Where a place lies in one piece of water, and how far it was moved to get there."""

    place: Place
    piece: int
    moved_cm: float


class WaterMap:
    """One set of obstacles at one clearance, ready for questions. Build it with :meth:`build`; it never changes.

    Attributes
    ----------
    clearance_m
        By how much obstacles were widened outside fairways.
    repairs
        What was put right in the sources.
    bounds
        West, south, east, north in degrees; beyond, nothing is known.
    local
        The map projection.
    water
        Multipolygon in whole centimetres of ``local``.
    base
        The same obstacles without clearance; the map itself when ``clearance_m`` is 0.
    """

    def __init__(
        self,
        *,
        water: Any,
        obstacles: Any,
        channels: Any,
        local: LocalMap,
        bounds: Bounds,
        clearance_m: float,
        repairs: tuple[Repair, ...],
        base: WaterMap | None,
    ) -> None:
        if shapely.is_empty(water):
            raise WATER_EMPTY("clearance_m" if clearance_m else "bounds")
        self.water = straightened(water)
        self.local = local
        self.bounds = bounds
        self.clearance_m = clearance_m
        self.repairs = repairs
        self.base: WaterMap = base or self
        self.mesh = Mesh(self.water)
        self._obstacles = obstacles
        self._channels = channels
        self._pieces = as_parts(self.water)
        self._outside = bounds_on_grid(bounds, local)
        shapely.prepare(self._outside)

    @classmethod
    def build(
        cls,
        land: Sequence[Area | Rings],
        *,
        shallows: Sequence[Area | Rings] = (),
        restrictions: Sequence[Area | Rings] = (),
        fairways: Sequence[Area | Rings] = (),
        dredged: Sequence[Area | Rings] = (),
        bounds: Bounds | None = None,
        clearance_m: float = 0.0,
        repair: bool = False,
    ) -> WaterMap:
        """Build a map from areas in WGS 84 degrees.

        Parameters
        ----------
        land, shallows, restrictions
            What a boat may not enter. A dry, a too shallow and a forbidden place are the same to a route.
        fairways
            Re-open water through ``land`` only, and are exempt from the clearance.
        dredged
            Fairways that are deep enough to re-open ``shallows`` as well. Nothing re-opens a restriction.
        bounds
            West, south, east, north of what is known. Where missing: the land's own bounds with as much water again
            around it on every side.
        clearance_m
            Least distance to keep from obstacles, metres.
        repair
            Fill coastlines that cross themselves instead of refusing them.

        Raises
        ------
        Refusal
            ``coast_empty``, ``area_malformed``, ``coast_crosses_itself`` (naming the area), ``chart_too_large``,
            ``water_empty``.

        Notes
        -----
        Taizhou bay, 183 areas with 5,056 vertices: below 1 s in all, of which half for the graph.
        """
        repairs: list[Repair] = []
        layers = {
            layer: check_areas(areas, layer, repair=repair, repairs=repairs)
            for layer, areas in (
                ("land", land), ("shallows", shallows), ("restrictions", restrictions),
                ("fairways", fairways), ("dredged", dredged),
            )
        }  # fmt: skip
        if not layers["land"]:
            raise COAST_EMPTY("land")
        bounds = chart_bounds(layers["land"], bounds)
        local = LocalMap((bounds[0] + bounds[2]) / 2.0, (bounds[1] + bounds[3]) / 2.0)
        deep = on_grid(layers["dredged"], local)
        channels = united([on_grid(layers["fairways"], local), deep]) if layers["fairways"] else deep
        dry = without(on_grid(layers["land"], local), channels)
        if layers["shallows"] or layers["restrictions"]:
            shallow = without(on_grid(layers["shallows"], local), deep)
            dry = united([dry, shallow, on_grid(layers["restrictions"], local)])
        water = without(bounds_on_grid(bounds, local), dry)
        base = cls(
            water=water, obstacles=dry, channels=channels, local=local, bounds=bounds, clearance_m=0.0,
            repairs=tuple(repairs), base=None,
        )  # fmt: skip
        return base.with_clearance(clearance_m)

    def with_clearance(self, clearance_m: float) -> WaterMap:
        """Build the same map with another clearance; every passage leg outside fairways keeps it."""
        if clearance_m <= 0.0:
            return self.base
        base = self.base
        grown = without(widened(base._obstacles, clearance_m), base._channels)
        water = without(base.water, grown)
        return WaterMap(
            water=water, obstacles=base._obstacles, channels=base._channels, local=base.local, bounds=base.bounds,
            clearance_m=clearance_m, repairs=base.repairs, base=base,
        )  # fmt: skip

    @cached_property
    def graph(self) -> TautGraph:
        """The tangents between shore corners."""
        return TautGraph(self.mesh)

    @cached_property
    def searcher(self) -> Searcher:
        """Answers single questions."""
        return Searcher(self.mesh, self.graph)

    @cached_property
    def shore(self) -> Shore:
        """The judge over the obstacles as charted, without clearance."""
        return Shore(self._obstacles) if self.base is self else self.base.shore

    @property
    def piece_count(self) -> int:
        """How many separate pieces of water there are; 0 is the largest."""
        return self.mesh.piece_count

    def piece_areas_km2(self) -> tuple[float, ...]:
        """Size of each piece of water, largest first."""
        return tuple(part.area / 1e10 for part in self._pieces)

    def piece_of(self, place: Position) -> int | None:
        """Piece of water a place lies in; ``None`` on land or outside the chart."""
        x, y = self.local.grid(place.lon, place.lat)
        triangle = int(self.mesh.locate(np.array([[x, y]]))[0])
        return int(self.mesh.piece[triangle]) if triangle >= 0 else None

    def entries(self, point: Point, within_cm: float) -> list[Entry]:
        """Places in the water nearest to a grid point, one for each piece within reach, nearest first.

        A point in the water has one entry and is not moved.
        """
        triangle = int(self.mesh.locate(np.array([point]))[0])
        if triangle >= 0:
            return [Entry(Place(*point, triangle), int(self.mesh.piece[triangle]), 0.0)]
        here = shapely.Point(point)
        found = []
        for piece, part in enumerate(self._pieces):
            if shapely.dwithin(part, here, within_cm):
                entry = self._nearest_in(piece, part, here)
                if entry.moved_cm <= within_cm:
                    found.append(entry)
        return sorted(found, key=lambda entry: (entry.moved_cm, entry.piece))

    def _nearest_in(self, piece: int, part: Any, here: Any) -> Entry:
        """Nearest grid point of a piece: rounding the nearest point may land ashore, so its neighbours are tried."""
        nearest = shapely.get_coordinates(shapely.shortest_line(here, part))[-1]
        candidates = np.rint(nearest) + _NEAR
        triangles = self.mesh.locate(candidates)
        inside = (triangles >= 0) & (self.mesh.piece[triangles] == piece)
        if not inside.any():  # a needle of water: its nearest vertex is a grid point for certain
            vertices = shapely.get_coordinates(part)
            candidates = vertices[[np.hypot(*(vertices - nearest).T).argmin()]]
            triangles = _in_piece(self.mesh, candidates[0], piece)
            inside = triangles >= 0
        point, triangle = candidates[inside][0], int(triangles[inside][0])
        moved_cm = math.hypot(point[0] - here.x, point[1] - here.y)
        return Entry(Place(float(point[0]), float(point[1]), triangle), piece, moved_cm)

    def in_chart(self, point: Point) -> bool:
        """Whether a grid point lies inside the bounds."""
        return bool(shapely.intersects_xy(self._outside, *point))


def _in_piece(mesh: Mesh, vertex: Array, piece: int) -> NDArray[np.int64]:
    own = np.flatnonzero((mesh.xy[mesh.vertex] == vertex).all(axis=1) & (np.repeat(mesh.piece, 3) == piece))
    return own[:1] // 3


def plan_route(
    water: WaterMap,
    start: Position,
    end: Position,
    *,
    snap_m: float = SNAP_M_MAX,
    approach_m: float = APPROACH_M_MAX,
) -> Route | Unreachable:
    """Plan the shortest way by water.

    Parameters
    ----------
    start, end
        Places; one on land is moved to the nearest water within ``snap_m`` and the route says by how much.
    snap_m
        Tolerance, metres: quays are digitised ashore and fixes err.
    approach_m
        With a clearance: the longest approach leg between a place nearer to land than that and open water.

    Returns
    -------
    Route or Unreachable
        Of two ways of the same length, always the same one.

    Notes
    -----
    Taizhou bay: about 2 ms in pure Python.
    """
    base, ends = water.base, []
    for place, codes in ((start, _START), (end, _END)):
        entries = _entries_or_reason(base, place, snap_m, codes)
        if isinstance(entries, Unreachable):
            return entries
        ends.append(entries)
    pair = _nearest_common(ends[0], ends[1])
    if pair is None:
        return _OTHER_WATER
    first, last = pair
    if water is base:
        points = base.searcher.path(first.place, last.place)
        assert points is not None, "no way within one piece of water"
        length_cm = _length_cm(points)
        return _route(water, start, end, points, 0, 0, (first.moved_cm, last.moved_cm), length_cm)
    return _with_approaches(water, start, end, first, last, approach_m)


_START: tuple[UnreachableCode, UnreachableCode] = ("start_on_land", "start_outside_chart")
_END: tuple[UnreachableCode, UnreachableCode] = ("end_on_land", "end_outside_chart")
_OTHER_WATER = Unreachable(
    "other_water",
    "两点之间被陆地、浅水区或限制区隔开",
    "Land, shallows or restricted areas lie between the two places",
)
_NARROW = Unreachable(
    "other_water",
    "在这一安全距离下没有连通的水路",
    "No water connects the two places at this clearance",
)


def _entries_or_reason(
    base: WaterMap, place: Position, snap_m: float, codes: tuple[UnreachableCode, UnreachableCode]
) -> list[Entry] | Unreachable:
    on_land, outside = codes
    west, south, east, north = base.bounds
    if not (west - 0.01 <= place.lon <= east + 0.01 and south - 0.01 <= place.lat <= north + 0.01):
        return Unreachable(outside, "位置在海图范围之外", "The place lies outside the chart")
    point = base.local.grid(place.lon, place.lat)
    entries = base.entries(point, snap_m * 100.0)
    if entries:
        return entries
    if not base.in_chart(point):
        return Unreachable(outside, "位置在海图范围之外", "The place lies outside the chart")
    nearest_m = shapely.distance(base.water, shapely.Point(point)) / 100.0
    return Unreachable(
        on_land,
        f"位置在陆地或不可航水域上，离最近水域 {nearest_m:.0f} 米，超出允许的 {snap_m:.0f} 米",
        f"The place is on land or closed water, {nearest_m:.0f} m from open water; {snap_m:.0f} m are allowed",
        nearest_water_m=float(nearest_m),
    )


def _nearest_common(a: list[Entry], b: list[Entry]) -> tuple[Entry, Entry] | None:
    """Entries in one piece of water, moved the least together; ties: the larger piece."""
    pairs = [(x.moved_cm + y.moved_cm, x.piece, x, y) for x in a for y in b if x.piece == y.piece]
    return min(pairs, key=lambda pair: pair[:2])[2:] if pairs else None


def _with_approaches(
    water: WaterMap, start: Position, end: Position, first: Entry, last: Entry, approach_m: float
) -> Route | Unreachable:
    base, reach_cm = water.base, approach_m * 100.0
    here, there = (water.entries((e.place.x, e.place.y), reach_cm) for e in (first, last))
    pair = _nearest_common(here, there)
    if pair is None:
        return _NARROW
    ways = []
    for own, entry in ((first, pair[0]), (last, pair[1])):
        way = _approach(base, own.place, entry)
        if way is None or _length_cm(way) > reach_cm:
            return _NARROW
        ways.append(way)
    middle = water.searcher.path(pair[0].place, pair[1].place)
    assert middle is not None, "no way within one piece of water"
    points = [*ways[0][:-1], *middle, *ways[1][-2::-1]]
    before, after = len(ways[0]) - 1, len(ways[1]) - 1
    bound_cm = _length_cm(middle)
    if before or after:
        direct = base.searcher.path(first.place, last.place)
        assert direct is not None, "no way within one piece of water"
        bound_cm = _length_cm(direct)
        if bound_cm <= _length_cm(ways[0]) + _length_cm(ways[1]):  # two berths side by side
            points, before, after = direct, len(direct), 0
    return _route(water, start, end, points, before, after, (first.moved_cm, last.moved_cm), bound_cm)


def _approach(base: WaterMap, own: Place, entry: Entry) -> list[Point] | None:
    """Way in the charted water from a place to its entry into the water with clearance; one point when it lies there."""
    if entry.moved_cm == 0.0:
        return [(own.x, own.y)]
    point = (entry.place.x, entry.place.y)
    triangle = int(base.mesh.locate(np.array([point]))[0])
    if triangle < 0:
        return None
    return base.searcher.path(own, Place(*point, triangle))


def _length_cm(points: Sequence[Point]) -> float:
    return math.fsum(math.hypot(b[0] - a[0], b[1] - a[1]) for a, b in zip(points, points[1:], strict=False))


def _route(
    water: WaterMap, start: Position, end: Position, points: list[Point], before: int, after: int,
    moved_cm: tuple[float, float], bound_cm: float,
) -> Route:  # fmt: skip
    """Dress turning points as a route; the first ``before`` and the last ``after`` legs are approaches."""
    plane = np.array(points)
    degrees = water.local.lon_lat_all(plane)
    places = [Position(lon, lat) for lon, lat in degrees.tolist()]
    if moved_cm[0] == 0.0:
        places[0] = start
    if moved_cm[1] == 0.0:
        places[-1] = end
    step = np.diff(plane, axis=0)
    lengths_m = np.hypot(step[:, 0], step[:, 1]) / 100.0
    convergence = np.degrees(
        np.arctan(np.tan(np.radians(degrees[:-1, 0] - water.local.lon)) * np.sin(np.radians(degrees[:-1, 1])))
    )
    courses = (np.degrees(np.arctan2(step[:, 0], step[:, 1])) + convergence) % 360.0
    clearances_m = water.shore.clearance_cm(plane[:-1], plane[1:]) / 100.0
    last = len(lengths_m) - after
    legs = tuple(
        Leg(course, length, clearance, "approach" if i < before or i >= last else "passage")
        for i, (course, length, clearance) in enumerate(
            zip(courses.tolist(), lengths_m.tolist(), clearances_m.tolist(), strict=True)
        )
    )
    return Route(
        points=tuple(places), length_m=math.fsum(lengths_m.tolist()), legs=legs, lower_bound_m=bound_cm / 100.0,
        clearance_m=water.clearance_m, start_moved_m=moved_cm[0] / 100.0, end_moved_m=moved_cm[1] / 100.0,
    )  # fmt: skip
