"""Route files in and out (GeoJSON, GPX 1.1, RTZ 1.0-1.2), chart areas in, and the line-by-line router."""

from tidehub.adapters.routes.geojson import AreaFile, point_of, read_areas, read_geojson, write_geojson
from tidehub.adapters.routes.gpx import read_gpx, write_gpx
from tidehub.adapters.routes.model import (
    LegPlan,
    RouteFile,
    RouteProblem,
    Schedule,
    ScheduleEntry,
    Waypoint,
    from_route,
)
from tidehub.adapters.routes.rtz import check_rtz, read_rtz, write_rtz
from tidehub.adapters.routes.stream import route_stream

__all__ = [
    "AreaFile",
    "LegPlan",
    "RouteFile",
    "RouteProblem",
    "Schedule",
    "ScheduleEntry",
    "Waypoint",
    "check_rtz",
    "from_route",
    "point_of",
    "read_areas",
    "read_geojson",
    "read_gpx",
    "read_rtz",
    "route_stream",
    "write_geojson",
    "write_gpx",
    "write_rtz",
]
