"""GeoJSON (RFC 7946): routes as LineStrings, and the areas of a chart. The datum is WGS 84 by definition."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from tidehub.adapters.routes.model import RouteFile, Waypoint
from tidehub.kernel.codec import decode, encode
from tidehub.kernel.errors import MALFORMED
from tidehub.kernel.geometry import Position, position
from tidehub.methods.routing import Area
from tidehub.methods.routing.model import AREA_MALFORMED

_WGS84_NAMES = ("CRS84", "4326", "WGS84", "WGS 84", "4490", "CGCS2000")


class AreaFile(NamedTuple):
    """Areas of a file with what else it says: its bounds, and the properties of each area."""

    areas: tuple[Area, ...]
    bounds: tuple[float, float, float, float] | None
    properties: tuple[dict[str, Any], ...]


def read_areas(raw: bytes, layer: str) -> AreaFile:
    """Read polygons of a chart layer: a FeatureCollection, a Feature or a bare Polygon or MultiPolygon.

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
    areas, properties = [], []
    for index, feature in enumerate(features):
        where = f"{layer}[{index}]"
        if not isinstance(feature, dict):
            raise MALFORMED(f"features[{index}]", problem="not an object")
        about = feature.get("properties") if isinstance(feature.get("properties"), dict) else {}
        assert isinstance(about, dict)
        labels = [str(about[key]) for key in ("kind", "name_zh", "name", "id") if about.get(key) is not None]
        name = " ".join([where, *labels])[:120]
        geometry = feature.get("geometry", feature) if feature.get("type") == "Feature" else feature
        for rings in _polygons(geometry, name):
            areas.append(Area(name, rings))
            properties.append(about)
    return AreaFile(tuple(areas), _bounds(document), tuple(properties))


def _refuse_other_datum(document: dict[str, Any]) -> None:
    crs = document.get("crs")
    if crs is None:
        return
    name = str((crs.get("properties") or {}).get("name", crs)) if isinstance(crs, dict) else str(crs)
    if not any(known in name.upper() for known in _WGS84_NAMES):
        position(0.0, 0.0, name or "?", "crs")
        raise MALFORMED("crs", problem=f"{name[:60]} is not WGS 84")


def _polygons(geometry: object, name: str) -> list[tuple[tuple[tuple[float, float], ...], ...]]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind == "Polygon":
        coordinates = [coordinates]
    elif kind != "MultiPolygon":
        raise AREA_MALFORMED(name, name=name, problem_zh="不是多边形", problem=f"a {kind} is no polygon")
    try:
        return [
            tuple(tuple((_number(point[0]), _number(point[1])) for point in ring) for ring in rings)
            for rings in coordinates  # type: ignore[union-attr]
        ]
    except (TypeError, IndexError, ValueError, KeyError):
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
