"""From charted areas to the water: checked, put on the centimetre grid, united, cut out of the chart's
bounds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from tidehub.methods.routing.model import (
    AREA_MALFORMED,
    COAST_CROSSES_ITSELF,
    COAST_EMPTY,
    Area,
    Repair,
    Rings,
)
from tidehub.methods.routing.projection import LocalMap

Array = NDArray[np.float64]
Bounds = tuple[float, float, float, float]
Shape = Any
"""A shapely geometry in whole centimetres of the local map."""

STRAIGHT_DEG_MAX = 0.03
"""Longer sides are divided, so that a side straight in longitude and latitude (RFC 7946) stays within 0.1 m.
"""
INSET_CM = 100.0
"""The bounds are drawn in by this much, so that no sliver of water opens along a coast that was cut at them.
"""
TOUCH_RATIO = 1e-9
"""A ring whose area by signs is the area it encloses, to this share, touches itself but does not cross."""
MARGIN_RATIO = 1.0
"""Where no bounds are given, water around the land, as a share of its extent: no shortest way needs more."""
MARGIN_DEG_MIN = 0.5
ROOM_DEG = 2.5
"""Half the width of the largest chart, degrees of a great circle: 278 km of the 300 that the grid has."""
JOIN_SEGMENTS = 2
SIMPLIFY_RATIO = 0.2


class CheckedArea(msgspec.Struct, frozen=True):
    """An area that can be drawn: exterior counter-clockwise, in degrees, closed."""

    name: str
    polygon: Shape


def named(areas: Sequence[Area | Rings], layer: str) -> list[Area]:
    """Give every area a name by which a refusal can point at it."""
    result = []
    for index, area in enumerate(areas):
        if isinstance(area, Area):
            result.append(area)
        else:
            try:
                rings = tuple(tuple((float(p[0]), float(p[1])) for p in ring) for ring in area)
            except (TypeError, ValueError, IndexError):
                raise _malformed(
                    f"{layer}[{index}]", "坐标不是数字对", "its coordinates are no pairs of numbers"
                ) from None
            result.append(Area(f"{layer}[{index}]", rings))
    return result


def near_degrees(lon: float, middle: float) -> float:
    """The same meridian, counted so that it lies within 180 degrees of another."""
    return middle + (lon - middle + 180.0) % 360.0 - 180.0


def middle_meridian(land: Sequence[Area]) -> float | None:
    """Meridian around which longitudes are to be counted; ``None`` where they can stay as they are.

    Land on both sides of the antimeridian, cut there (RFC 7946, 3.1.9) or not, and longitudes beyond 180 are
    counted from the middle of the narrowest band of longitudes that holds all of it.
    """
    lons = np.array([point[0] for area in land for ring in area.rings for point in ring])
    if not len(lons) or not np.isfinite(lons).all() or np.abs(lons).max() > 360.0:
        return None
    if np.ptp(lons) <= 180.0 and np.abs(lons).max() <= 180.0:
        return None
    ordered = np.unique(lons % 360.0)
    gaps = np.diff(np.append(ordered, ordered[0] + 360.0))
    widest = int(gaps.argmax())
    return float(ordered[widest] + gaps[widest] + (360.0 - gaps[widest]) / 2.0) % 360.0


def counted_from(areas: Sequence[Area], middle: float) -> list[Area]:
    """Areas with their longitudes counted around a meridian."""
    return [
        Area(area.name, tuple(tuple((near_degrees(p[0], middle), p[1]) for p in ring) for ring in area.rings))
        for area in areas
    ]


def across_antimeridian(bounds: Bounds, middle: float | None) -> Bounds:
    """Bounds with the east beyond the west: a box across the antimeridian has its west above its east
    (RFC 7946, 5.2).
    """
    west, south, east, north = bounds
    width = (east - west) % 360.0
    if width > 180.0:
        return bounds  # no box across the antimeridian but one the wrong way round: refused with the others
    centre = west + width / 2.0
    centre = near_degrees(centre, middle) if middle is not None else centre
    return centre - width / 2.0, south, centre + width / 2.0, north


def check_areas(areas: Sequence[Area | Rings], layer: str, *, repair: bool, repairs: list[Repair]) -> list[CheckedArea]:
    """Check the polygons of one layer; what was put right is appended to ``repairs``.

    A ring the wrong way round is turned, an open one closed. One that crosses itself is refused, or with
    ``repair`` filled: everything it encloses counts, so that a way never leads over doubtful land.

    Raises
    ------
    Refusal
        ``area_malformed`` or ``coast_crosses_itself``, naming the area.
    """
    checked = []
    for area in named(areas, layer):
        if not area.rings:
            raise _malformed(area.name, "没有坐标", "it has no coordinates")
        rings = [_check_ring(area.name, ring, hole=i > 0, repairs=repairs) for i, ring in enumerate(area.rings)]
        polygon = shapely.Polygon(rings[0], rings[1:])
        if not shapely.is_valid(polygon):
            polygon = _mend(area.name, polygon, repair, repairs)
        checked.append(CheckedArea(area.name, polygon))
    return checked


def _malformed(name: str, problem_zh: str, problem: str) -> Exception:
    return AREA_MALFORMED(name, name=name, problem_zh=problem_zh, problem=problem)


def _check_ring(
    name: str, ring: Sequence[Sequence[float]], *, hole: bool, repairs: list[Repair]
) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for point in ring:
        lon, lat = point[0], point[1]
        if not (math.isfinite(lon) and math.isfinite(lat)):
            raise _malformed(name, "坐标不是有限的数", "a coordinate is not a finite number")
        if not (-360.0 <= lon <= 360.0 and -90.0 < lat < 90.0):
            raise _malformed(name, f"坐标超出范围（{lon}, {lat}）", f"({lon}, {lat}) is out of range; swapped?")
        if not points or points[-1] != (lon, lat):
            points.append((lon, lat))
        elif len(points) < 2 or repairs[-1:] != [Repair(name, "repeated_point_dropped")]:
            repairs.append(Repair(name, "repeated_point_dropped"))
    if len(points) > 1 and points[0] != points[-1]:
        points.append(points[0])
        repairs.append(Repair(name, "ring_closed"))
    if len(set(points)) < 3:
        raise _malformed(name, "不同的点少于三个", "a ring has fewer than three different points")
    counter_clockwise = shapely.is_ccw(shapely.LinearRing(points))
    if bool(counter_clockwise) == hole:
        points.reverse()
        if not hole:  # the direction of holes means nothing to anyone
            repairs.append(Repair(name, "ring_reversed"))
    return points


def _mend(name: str, polygon: Shape, repair: bool, repairs: list[Repair]) -> Shape:
    reason = str(shapely.is_valid_reason(polygon))
    opened = shapely.make_valid(polygon)
    outline = shapely.Polygon(polygon.exterior).area  # what a ring encloses once with its sign, shapely's own sum
    enclosed = outline - sum(shapely.Polygon(ring).area for ring in polygon.interiors)
    if abs(opened.area - enclosed) <= TOUCH_RATIO * outline:
        # it touches itself in points or runs back on itself: what is inside is never in doubt
        if opened.area <= TOUCH_RATIO * outline or polygonal(opened).is_empty:
            repairs.append(Repair(name, "without_area_dropped"))
            return shapely.MultiPolygon()
        repairs.append(Repair(name, "touch_opened"))
        return polygonal(opened)
    if not repair:
        at = reason[reason.find("[") + 1 : reason.find("]")].split() if "[" in reason else ["?", "?"]
        raise COAST_CROSSES_ITSELF(name, name=name, lon=at[0], lat=at[-1], problem=reason)
    faces = shapely.get_parts(shapely.polygonize([shapely.node(polygon.exterior)]))
    repairs.append(Repair(name, "crossing_filled"))
    return shapely.union_all(faces)


def straight_in_degrees(ring: Array) -> Array:
    """Divide long sides of a closed ring, so that they stay straight in longitude and latitude when
    projected.
    """
    steps = np.ceil(np.abs(np.diff(ring, axis=0)).max(axis=1) / STRAIGHT_DEG_MAX).astype(int).clip(1)
    if steps.max(initial=1) == 1:
        return ring
    parts = [ring[i] + (ring[i + 1] - ring[i]) * (np.arange(n) / n)[:, None] for i, n in enumerate(steps.tolist())]
    return np.vstack([*parts, ring[-1:]])


def on_grid(areas: Sequence[CheckedArea], local: LocalMap) -> Shape:
    """Unite areas on the centimetre grid: valid polygons whose corners are whole numbers and whose sides meet
    only at corners (snap rounding).
    """
    shapes = []
    for area in areas:
        for part in shapely.get_parts(area.polygon):
            rings = [
                local.grid_all(straight_in_degrees(shapely.get_coordinates(ring)))
                for ring in (part.exterior, *part.interiors)
            ]
            shapes.append(shapely.Polygon(rings[0], rings[1:]))
    made_valid = [shape if shapely.is_valid(shape) else shapely.make_valid(shape) for shape in shapes]
    return united(made_valid)


def united(shapes: Sequence[Shape]) -> Shape:
    """Union on the grid; lines and points that are left of it are dropped."""
    return polygonal(shapely.union_all(shapes, grid_size=1.0)) if shapes else shapely.MultiPolygon()


def without(shape: Shape, cut: Shape) -> Shape:
    """Difference on the grid."""
    return shape if shapely.is_empty(cut) else polygonal(shapely.difference(shape, cut, grid_size=1.0))


def polygonal(shape: Shape) -> Shape:
    """Keep the polygons of a geometry."""
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and not p.is_empty]
    return shapely.MultiPolygon(parts)


def widened(shape: Shape, clearance_m: float) -> Shape:
    """Obstacles grown by a clearance, with few corners.

    Round joins are drawn with ``JOIN_SEGMENTS`` sides a quarter and the outline simplified by 20 % of the
    clearance; the growth is larger by exactly what both may take away, so that the stated clearance stays
    true.
    """
    tolerance_cm = SIMPLIFY_RATIO * clearance_m * 100.0
    # 1.5 cm: rounding to the grid moves a corner by up to 0.71 cm, snapping a side by as much again
    grown_cm = (clearance_m * 100.0 + tolerance_cm + 1.5) / math.cos(math.pi / (4 * JOIN_SEGMENTS))
    grown = shapely.buffer(shape, grown_cm, quad_segs=JOIN_SEGMENTS)
    return united([shapely.simplify(grown, tolerance_cm, preserve_topology=True)])


def chart_bounds(land: Sequence[CheckedArea], bounds: Bounds | None) -> Bounds:
    """Bounds of the chart in degrees: as given, else those of the land with a margin of water.

    Raises
    ------
    Refusal
        ``coast_empty``; ``area_malformed`` for bounds that are not west < east, south < north.
    """
    if bounds is not None:
        west, south, east, north = bounds
        if not (-360.0 <= west < east <= 540.0 and -90.0 < south < north < 90.0):
            raise _malformed("bounds", "应为西<东、南<北", "west < east and south < north are needed")
        return bounds
    if not land:
        raise COAST_EMPTY("land")
    west, south, east, north = (float(v) for v in shapely.total_bounds([area.polygon for area in land]))
    margin = max(MARGIN_RATIO * max(east - west, north - south), MARGIN_DEG_MIN)
    half = max((east - west) * math.cos(math.radians((south + north) / 2.0)), north - south) / 2.0
    margin = min(margin, 1.0, max(ROOM_DEG - half, 0.001))  # the margin alone never makes a chart too large
    return west - margin, max(south - margin, -89.0), east + margin, min(north + margin, 89.0)


def bounds_on_grid(bounds: Bounds, local: LocalMap) -> Shape:
    """Draw the bounds on the grid, by ``INSET_CM`` inside."""
    west, south, east, north = bounds
    box = np.array([[west, south], [east, south], [east, north], [west, north], [west, south]])
    drawn = shapely.Polygon(local.grid_all(straight_in_degrees(box)))
    inset = shapely.buffer(drawn, -INSET_CM, join_style="mitre")
    return shapely.set_precision(inset, 1.0)


def open_rings(shape: Shape) -> list[Array]:
    """Rings of a polygon or multipolygon without the closing point and without corners on a straight line.

    A corner that several rings share stays: something touches there.
    """
    rings = [
        shapely.get_coordinates(ring)[:-1]
        for part in shapely.get_parts(shape)
        for ring in (part.exterior, *part.interiors)
    ]
    if not rings:
        return []
    everything = np.vstack(rings)
    _, inverse, counts = np.unique(everything, axis=0, return_inverse=True, return_counts=True)
    shared = counts[inverse.reshape(-1)] > 1
    result, at = [], 0
    for ring in rings:
        result.append(_straightened(ring, shared[at : at + len(ring)]))
        at += len(ring)
    return result


def _straightened(ring: Array, keep: NDArray[np.bool_]) -> Array:
    while len(ring) > 3:
        before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
        a, b = ring - before, after - ring
        straight = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] == 0.0) & ~keep
        if not straight.any():
            break
        ring, keep = ring[~straight], keep[~straight]
    return ring


def straightened(shape: Shape) -> Shape:
    """Draw a multipolygon anew without corners on a straight line."""
    parts = []
    rings = iter(open_rings(shape))
    for part in shapely.get_parts(shape):
        own = [next(rings) for _ in range(1 + len(part.interiors))]
        parts.append(shapely.Polygon(own[0], own[1:]))
    return shapely.MultiPolygon(parts)


def as_parts(shape: Shape) -> list[Shape]:
    """Polygons of a multipolygon, largest first, ties by their lower left corner: a fixed order."""
    return sorted(shapely.get_parts(shape), key=lambda part: (-part.area, part.bounds))
