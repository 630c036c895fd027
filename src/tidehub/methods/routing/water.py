"""Shortest ways by water, exact on whole centimetres (taut visibility method).

Obstacles are land less the fairways through it, and all shallows and restricted areas. The water that is left
is triangulated; a shortest way is straight or bends around shore corners along tangents, so that sight from
both ends and one search over the graph of tangents give the optimum. Nothing is rounded on the way.

Laws, all tested: never on land (:mod:`crossing` is the judge), symmetric, triangle inequality, an obstacle
more never makes a way shorter, the same answer on every machine. They hold for places in the water of one
map; approach legs (see :func:`tidehub.methods.routing.plan.plan_route`) add to a way whose ends lie closer to
land than the clearance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from tidehub.kernel.geometry import Position
from tidehub.methods.routing.crossing import Shore
from tidehub.methods.routing.locate import Locator
from tidehub.methods.routing.lookout import Lookout, Place
from tidehub.methods.routing.mesh import Mesh
from tidehub.methods.routing.model import (
    COAST_EMPTY,
    WATER_EMPTY,
    Area,
    Repair,
    Rings,
)
from tidehub.methods.routing.obstacles import (
    Bounds,
    across_antimeridian,
    as_parts,
    bounds_on_grid,
    chart_bounds,
    check_areas,
    counted_from,
    middle_meridian,
    named,
    on_grid,
    open_rings,
    straightened,
    united,
    widened,
    without,
)
from tidehub.methods.routing.projection import LocalMap
from tidehub.methods.routing.search import Point, Searcher
from tidehub.methods.routing.taut import TautGraph

Array = NDArray[np.float64]

_NEAR = np.array(sorted(((x, y) for x in range(-3, 4) for y in range(-3, 4)), key=lambda p: (p[0] ** 2 + p[1] ** 2, p)))


class Search(Protocol):
    """What answers single questions: :class:`Searcher`, or the same in machine code."""

    def path(self, start: Place, end: Place) -> list[Point] | None:
        """Turning points of the shortest way; ``None`` when land lies between."""
        ...


class Entry(NamedTuple):
    """Where a place lies in one piece of water, and how far it was moved to get there."""

    place: Place
    piece: int
    moved_cm: float


class WaterMap:
    """One set of obstacles at one clearance, ready for questions. Build it with :meth:`build`; it never
    changes.

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
            West, south, east, north of what is known. Where missing: the land's own bounds with as much water
            again around it on every side.
        clearance_m
            Least distance to keep from obstacles, metres.
        repair
            Fill coastlines that cross themselves instead of refusing them.

        Raises
        ------
        Refusal
            ``coast_empty``, ``area_malformed``, ``coast_crosses_itself`` (naming the area),
            ``chart_too_large``, ``water_empty``.

        Notes
        -----
        Taizhou bay, 183 areas with 5,056 vertices: below 1 s in all, of which half for the graph.
        """
        repairs: list[Repair] = []
        told = {
            layer: named(areas, layer)
            for layer, areas in (
                ("land", land),
                ("shallows", shallows),
                ("restrictions", restrictions),
                ("fairways", fairways),
                ("dredged", dredged),
            )
        }
        middle = middle_meridian(told["land"])
        if middle is not None:
            told = {layer: counted_from(areas, middle) for layer, areas in told.items()}
        if bounds is not None and (middle is not None or bounds[0] > bounds[2]):
            bounds = across_antimeridian(bounds, middle)
        layers = {layer: check_areas(areas, layer, repair=repair, repairs=repairs) for layer, areas in told.items()}
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
            water=water,
            obstacles=dry,
            channels=channels,
            local=local,
            bounds=bounds,
            clearance_m=0.0,
            repairs=tuple(repairs),
            base=None,
        )
        return base.with_clearance(clearance_m)

    def with_clearance(self, clearance_m: float) -> WaterMap:
        """Build the same map with another clearance; every passage leg outside fairways keeps it."""
        if clearance_m <= 0.0:
            return self.base
        base = self.base
        grown = without(widened(base._obstacles, clearance_m), base._channels)
        water = without(base.water, grown)
        return WaterMap(
            water=water,
            obstacles=base._obstacles,
            channels=base._channels,
            local=base.local,
            bounds=base.bounds,
            clearance_m=clearance_m,
            repairs=base.repairs,
            base=base,
        )

    @cached_property
    def locator(self) -> Locator:
        """Finds the triangle of a place."""
        return Locator(self.mesh)

    @cached_property
    def graph(self) -> TautGraph:
        """The tangents between shore corners."""
        return TautGraph(self.mesh)

    @cached_property
    def searcher(self) -> Search:
        """Answers single questions."""
        return Searcher(Lookout(self.mesh, self.locator, self.graph), self.graph)

    def hasten(self) -> None:
        """Answer in machine code from now on: worth it from a thousand questions; see :mod:`swift`."""
        from tidehub.methods.routing.swift import SwiftSearcher

        if not isinstance(self.searcher, SwiftSearcher):
            self.__dict__["searcher"] = SwiftSearcher(self.mesh, self.graph)
        if self.base is not self:
            self.base.hasten()

    @cached_property
    def turning_places(self) -> dict[Point, Position]:
        """Longitude and latitude of every corner where a way can bend, by its grid point."""
        plane = self.graph.xy[::2]
        degrees = self.local.lon_lat_all(plane)
        return {(x, y): Position(lon, lat) for (x, y), (lon, lat) in zip(plane.tolist(), degrees.tolist(), strict=True)}

    def position_of(self, point: Point) -> Position:
        """Longitude and latitude of a grid point."""
        known = self.turning_places.get(point)
        return known if known is not None else Position(*self.local.lon_lat(point))

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

    def largest_piece(self) -> list[Array]:
        """Outline (counter-clockwise) and islands (clockwise) of the largest piece of water, whole centimetres,
        without closing points.
        """
        return open_rings(shapely.orient_polygons(self._pieces[0], exterior_cw=False))

    def piece_of(self, place: Position) -> int | None:
        """Piece of water a place lies in; ``None`` on land or outside the chart."""
        triangle = int(self.mesh.locate(np.array([self.local.grid(place.lon, place.lat)]))[0])
        return int(self.mesh.piece[triangle]) if triangle >= 0 else None

    def entries(self, point: Point, within_cm: float) -> list[Entry]:
        """Places in the water nearest to a grid point, one for each piece within reach, nearest first.

        A point in the water has one entry and is not moved.
        """
        triangle = self.locator.locate(*point)
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
        """Nearest grid point of a piece: rounding the nearest point may land ashore, so its neighbours are
        tried.
        """
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
