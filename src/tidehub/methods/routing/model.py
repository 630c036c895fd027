"""What a way by water is: areas that are charted, routes with their legs, and reasons why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from tidehub.kernel.errors import refusal_kind
from tidehub.kernel.geometry import Position

Ring = Sequence[Sequence[float]]
Rings = Sequence[Ring]
"""Exterior ring first, then holes; each point ``(lon, lat)`` in WGS 84 degrees."""

UnreachableCode = Literal[
    "start_on_land", "end_on_land", "start_outside_chart", "end_outside_chart", "other_water", "too_shallow"
]
LegKind = Literal["passage", "approach"]

COAST_EMPTY = refusal_kind(
    "coast_empty",
    zh="海岸线文件中没有陆地多边形",
    en="The coastline has no land polygon",
    do_zh="请提供至少一个陆地多边形（GeoJSON Polygon 或 MultiPolygon）。",
    do_en="Give at least one land polygon (GeoJSON Polygon or MultiPolygon).",
)
AREA_MALFORMED = refusal_kind(
    "area_malformed",
    zh="区域“{name}”无法使用：{problem_zh}",
    en="The area '{name}' cannot be used: {problem}",
    do_zh="请改正该区域的坐标：WGS 84，先经度后纬度，每个环至少三个不同的点。",
    do_en="Correct its coordinates: WGS 84, longitude first, at least three different points in each ring.",
)
COAST_CROSSES_ITSELF = refusal_kind(
    "coast_crosses_itself",
    zh="区域“{name}”的边界自相交（约在 {lon}, {lat}）",
    en="The boundary of '{name}' crosses itself (near {lon}, {lat})",
    do_zh="请改正该边界；或选择“修复”，此时边界围住的一切都算陆地，并在结果中注明。",
    do_en="Correct the boundary, or ask for repair: all it encloses is then land, and the map says so.",
)
CHART_TOO_LARGE = refusal_kind(
    "chart_too_large",
    zh="海图范围过大：离中心 {extent_km} 千米，最多 {limit_km} 千米",
    en="The chart is too large: {extent_km} km from its centre, at most {limit_km} km",
    do_zh="请把海图裁成较小的区域。",
    do_en="Cut the chart into smaller areas.",
    category="too_large",
)
WATER_EMPTY = refusal_kind(
    "water_empty",
    zh="海图范围内没有水域",
    en="There is no water inside the chart",
    do_zh="请检查海图范围、陆地、浅水区和限制区。",
    do_en="Check the bounds of the chart, its land, shallows and restricted areas.",
)
SPEED_INVALID = refusal_kind(
    "speed_invalid",
    zh="航速 {speed} 米/秒不是正数",
    en="A speed of {speed} m/s is not positive",
    do_zh="请填写大于零的航速（米/秒）。",
    do_en="Give a speed above zero, in m/s.",
)


class Area(msgspec.Struct, frozen=True):
    """A named polygon of the chart: land, a shallow, a restricted area or a fairway.

    Parameters
    ----------
    name
        How people find it again, e.g. ``land[3] island 17``; refusals use it.
    rings
        Exterior ring first, then holes, ``(lon, lat)`` in WGS 84 degrees.
    """

    name: str
    rings: tuple[tuple[tuple[float, float], ...], ...]


class Repair(msgspec.Struct, frozen=True):
    """Something in a source that was put right, and how: nothing is mended in silence."""

    name: str
    what: Literal[
        "ring_reversed",
        "ring_closed",
        "crossing_filled",
        "repeated_point_dropped",
        "touch_opened",
        "without_area_dropped",
    ]


class Leg(msgspec.Struct, frozen=True):
    """One straight part of a route.

    Parameters
    ----------
    course_deg
        True course at its beginning, 0..360.
    length_m
        Along the leg, metres.
    clearance_m
        Least distance to land, shallows and active restrictions as they are charted (not eroded), metres.
    kind
        ``approach`` for the last bit between a berth and the water with the wished clearance, else
        ``passage``.
    """

    course_deg: float
    length_m: float
    clearance_m: float
    kind: LegKind = "passage"


class Route(msgspec.Struct, frozen=True):
    """The shortest way by water between two places.

    Parameters
    ----------
    points
        Turning points, start and end included. Legs are straight in the local map (geodesics to 1 m in 60
        km).
    length_m
        Sum over the legs, metres on the WGS 84 ellipsoid (local transverse Mercator, scale error below 5e-5).
    legs
        One for each pair of neighbouring points.
    lower_bound_m
        No allowed route is shorter: equal to ``length_m`` when both ends lie in water with the wished
        clearance; with approach legs, the shortest way without any clearance.
    clearance_m
        The clearance of the map on which it was planned (a rung of the ladder), kept by every passage leg
        outside fairways.
    start_moved_m, end_moved_m
        How far a place on land (a quay, a fix ashore) was moved to reach water; 0 when it lay in water.
    tide_m
        Height of tide above chart datum that was assumed, when depths mattered.
    """

    points: tuple[Position, ...]
    length_m: float
    legs: tuple[Leg, ...]
    lower_bound_m: float
    clearance_m: float
    start_moved_m: float = 0.0
    end_moved_m: float = 0.0
    tide_m: float | None = None


class Unreachable(msgspec.Struct, frozen=True):
    """There is no way by water, and why. An answer, not an error.

    Parameters
    ----------
    code
        ``start_on_land``/``end_on_land``: no water within the tolerance; ``..._outside_chart``;
        ``other_water``: land, shallows or restrictions lie between; ``too_shallow``: a higher tide would open
        it.
    zh, en
        The same in a sentence.
    nearest_water_m
        For ``..._on_land``: how far the nearest water is.
    opens_at_tide_m
        For ``too_shallow``: height of tide above chart datum from which there is a way.
    """

    code: UnreachableCode
    zh: str
    en: str
    nearest_water_m: float | None = None
    opens_at_tide_m: float | None = None
