"""GeoJSON (RFC 7946): routes as LineStrings, and the areas of a chart. The datum is WGS 84 by definition."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, NamedTuple

from tidehub.adapters.routes.model import RouteFile, Waypoint
from tidehub.kernel.codec import decode, encode
from tidehub.kernel.errors import MALFORMED
from tidehub.kernel.geometry import Position, position
from tidehub.methods.routing import Area
from tidehub.methods.routing.model import AREA_MALFORMED

_WGS84_NAMES = ("CRS84", "4326", "WGS84", "WGS 84", "4490", "CGCS2000")


_TIGHT_DEG = 1e-6


class AreaFile(NamedTuple):
    """Areas of a file with what else it says: its bounds, the properties of each area, and which features have no
    area at all (points, features without a place).
    """

    areas: tuple[Area, ...]
    bounds: tuple[float, float, float, float] | None
    properties: tuple[dict[str, Any], ...]
    passed_over: tuple[str, ...] = ()


def read_areas(raw: bytes, layer: str) -> AreaFile:
    """Read polygons of a chart layer: a FeatureCollection, a Feature or a bare Polygon, MultiPolygon or
    GeometryCollection.

    Parameters
    ----------
    layer
        What it is (``land``, ``fairways`` ...): with the number, kind and id of the feature it names each
        area.

    Raises
    ------
    Refusal
        ``malformed``, ``datum_unknown`` for a coordinate system other than WGS 84, ``area_malformed`` naming
        the feature. The geometry itself is checked when a map is built.
    """
    document = decode(raw, dict[str, Any])
    _refuse_other_datum(document)
    features = document.get("features") if document.get("type") == "FeatureCollection" else [document]
    if not isinstance(features, list):
        raise MALFORMED("features", problem="no list of features")
    areas, properties, passed_over = [], [], []
    for index, feature in enumerate(features):
        if not isinstance(feature, dict):
            raise MALFORMED(f"features[{index}]", problem="not an object")
        told = feature.get("properties")
        about = told if isinstance(told, dict) else {}
        labels = [str(about[key]) for key in ("kind", "name_zh", "name", "id") if about.get(key) is not None]
        name = " ".join([f"{layer}[{index}]", *labels])[:120]
        geometry = feature.get("geometry") if feature.get("type") == "Feature" else feature
        found = _polygons(geometry, name)
        if not found:
            passed_over.append(name)
        areas += [Area(name, rings) for rings in found]
        properties += [about] * len(found)
    return AreaFile(tuple(areas), _bounds(document), tuple(properties), tuple(passed_over))


def _refuse_other_datum(document: dict[str, Any]) -> None:
    crs = document.get("crs")
    if crs is None:
        return
    name = str((crs.get("properties") or {}).get("name", crs)) if isinstance(crs, dict) else str(crs)
    if not any(known in name.upper() for known in _WGS84_NAMES):
        position(0.0, 0.0, name or "?", "crs")
        raise MALFORMED("crs", problem=f"{name[:60]} is not WGS 84")


_Rings = tuple[tuple[tuple[float, float], ...], ...]


def _polygons(geometry: object, name: str) -> list[_Rings]:
    """Polygons of a geometry; none for a point and for no place at all (RFC 7946, section 3.2).

    A line is refused: a coast that is drawn as a line encloses nothing, and ways would lead across it.
    """
    if geometry is None:
        return []
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind in ("Point", "MultiPoint"):
        return []
    key = "geometries" if kind == "GeometryCollection" else "coordinates"
    members: Any = geometry.get(key) if isinstance(geometry, dict) else None
    if kind == "Polygon":
        members = [members]
    elif kind not in ("MultiPolygon", "GeometryCollection"):
        raise AREA_MALFORMED(name, name=name, problem_zh="不是多边形", problem=f"a {kind} is no polygon")
    try:
        if kind == "GeometryCollection":
            return [rings for member in members for rings in _polygons(member, name)]
        return [
            tuple(tuple((_number(point[0]), _number(point[1])) for point in ring) for ring in rings)
            for rings in members
            if len(rings)
        ]
    except (TypeError, IndexError, ValueError, KeyError, RecursionError):
        raise AREA_MALFORMED(
            name, name=name, problem_zh="坐标不是数字对", problem="its coordinates are no pairs of numbers"
        ) from None


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    return float(value)


def _bounds(document: dict[str, Any]) -> tuple[float, float, float, float] | None:
    box = document.get("bbox")
    if box is None:
        return None
    if not isinstance(box, list) or len(box) not in (4, 6):
        raise MALFORMED("bbox", problem="a box has 4 or 6 numbers")
    try:
        numbers = [_number(value) for value in box]
    except TypeError:
        raise MALFORMED("bbox", problem="a box has 4 or 6 numbers") from None
    half = len(numbers) // 2
    return numbers[0], numbers[1], numbers[half], numbers[half + 1]


def chart_box(file: AreaFile) -> tuple[float, float, float, float] | None:
    """Bounds of the chart that a file means: its box, or ``None`` where that is only drawn tight around the areas.

    Many programs write the extent of the features as the box. Taken as the end of the chart it would leave no
    way round the outermost islands. A box along which an area runs is where the data were cut, and stays.
    """
    box = file.bounds
    points = [point for area in file.areas for ring in area.rings for point in ring]
    if box is None or not points:
        return box
    low, high = tuple(map(min, zip(*points, strict=True))), tuple(map(max, zip(*points, strict=True)))
    if any(abs(a - b) > _TIGHT_DEG for a, b in zip((*low, *high), box, strict=True)):
        return box
    sides = ((0, box[0]), (1, box[1]), (0, box[2]), (1, box[3]))
    cut = any(
        abs(a[axis] - side) <= _TIGHT_DEG and abs(b[axis] - side) <= _TIGHT_DEG and a != b
        for area in file.areas
        for ring in area.rings
        for a, b in pairwise(ring)
        for axis, side in sides
    )
    return box if cut else None


def write_geojson(route: RouteFile) -> bytes:
    """Write a route as one Feature with a LineString."""
    return encode(
        {
            "type": "Feature",
            "properties": {
                "name": route.name,
                "length_m": round(route.distance_m(), 1),
                "waypoints": [{"id": w.id, "name": w.name} for w in route.waypoints],
            },
            "geometry": {
                "type": "LineString",
                "coordinates": [[w.position.lon, w.position.lat] for w in route.waypoints],
            },
        }
    )


def read_geojson(raw: bytes) -> RouteFile:
    """Read a route from a Feature with a LineString, or a bare LineString.

    Raises
    ------
    Refusal
        ``malformed``, ``position_out_of_range`` or ``datum_unknown``, naming the place.
    """
    document = decode(raw, dict[str, Any])
    _refuse_other_datum(document)
    geometry = document.get("geometry") if document.get("type") == "Feature" else document
    if not isinstance(geometry, dict) or geometry.get("type") != "LineString":
        raise MALFORMED("geometry", problem="a route is a LineString")
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        raise MALFORMED("coordinates", problem="a route has at least two points")
    about = document.get("properties")
    name = about.get("name") if isinstance(about, dict) else None
    labels = about.get("waypoints") if isinstance(about, dict) else None
    waypoints = []
    for index, point in enumerate(coordinates):
        own = labels[index] if isinstance(labels, list) and len(labels) == len(coordinates) else {}
        label = own.get("name") if isinstance(own, dict) else None
        place = point_of(point, f"coordinates[{index}]")
        waypoints.append(Waypoint(index + 1, place, label if isinstance(label, str) else None))
    return RouteFile(name if isinstance(name, str) else "", tuple(waypoints))


def point_of(value: object, where: str) -> Position:
    """Read ``[lon, lat]`` in WGS 84.

    Raises
    ------
    Refusal
        ``malformed`` or ``position_out_of_range`` at ``where``.
    """
    if not isinstance(value, list) or len(value) < 2:
        raise MALFORMED(where, problem="expected [longitude, latitude]")
    try:
        lon, lat = _number(value[0]), _number(value[1])
    except TypeError:
        raise MALFORMED(where, problem="expected [longitude, latitude]") from None
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise MALFORMED(where, problem="not a finite number")
    return position(lon, lat, "WGS84", where)
