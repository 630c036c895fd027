"""A route as files carry it: waypoints, legs and schedules, always WGS 84, in SI units inside."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

import msgspec

from tidehub.kernel.errors import refusal_kind
from tidehub.kernel.geometry import Position, great_circle_m
from tidehub.methods.routing import Leg, Route, plotter_legs

NM_M = 1852.0
KNOT_MPS = 1852.0 / 3600.0

ProblemCode = Literal[
    "too_large",
    "not_text",
    "xml_broken",
    "dtd_forbidden",
    "not_this_format",
    "version_unknown",
    "version_mismatch",
    "missing_element",
    "missing_attribute",
    "wrong_order",
    "too_many",
    "unknown_element",
    "unknown_attribute",
    "bad_value",
    "out_of_range",
    "duplicate_waypoint_id",
    "duplicate_schedule_id",
    "unknown_waypoint",
]

ROUTE_FILE_INVALID = refusal_kind(
    "route_file_invalid",
    zh="航线文件无效（{count} 处）：{where}：{problem_zh}",
    en="The route file is invalid ({count} problems): {where}: {problem}",
    do_zh="请按所列位置改正后重新导入。",
    do_en="Correct it at the places that are listed and import it again.",
)


class RouteProblem(msgspec.Struct, frozen=True):
    """One reason why a file is no valid route, and where.

    Parameters
    ----------
    where
        Path of the element, e.g. ``route/waypoints/waypoint[3]/position@lat``.
    """

    code: ProblemCode
    where: str
    zh: str
    en: str


class LegPlan(msgspec.Struct, frozen=True):
    """How to sail the leg that ends at a waypoint; every member may be unknown."""

    geometry: Literal["Loxodrome", "Orthodrome"] | None = None
    starboard_xtd_m: float | None = None
    port_xtd_m: float | None = None
    safety_contour_m: float | None = None
    speed_mps_min: float | None = None
    speed_mps_max: float | None = None
    draught_forward_m: float | None = None
    draught_aft_m: float | None = None
    static_ukc_m: float | None = None
    note: str | None = None


class Waypoint(msgspec.Struct, frozen=True):
    """A turning point. Ids are unique in a route; they need not rise."""

    id: int
    position: Position
    name: str | None = None
    turn_radius_m: float | None = None
    leg: LegPlan | None = None


class ScheduleEntry(msgspec.Struct, frozen=True):
    """When a waypoint is to be reached and left, aware UTC, and how fast the way to it is sailed."""

    waypoint_id: int
    eta: datetime | None = None
    etd: datetime | None = None
    speed_mps: float | None = None


class Schedule(msgspec.Struct, frozen=True):
    """A timetable: what a person demanded, and what was computed from it."""

    id: int
    name: str | None = None
    manual: tuple[ScheduleEntry, ...] = ()
    calculated: tuple[ScheduleEntry, ...] = ()


class RouteFile(msgspec.Struct, frozen=True):
    """What a route file says."""

    name: str
    waypoints: tuple[Waypoint, ...]
    schedules: tuple[Schedule, ...] = ()
    author: str | None = None
    vessel_name: str | None = None
    vessel_mmsi: int | None = None

    def distance_m(self) -> float:
        """Sum of the great circles between the waypoints."""
        points = [waypoint.position for waypoint in self.waypoints]
        return math.fsum(great_circle_m(a, b) for a, b in pairwise(points))


def from_route(
    route: Route,
    name: str,
    *,
    leave_at: datetime | None = None,
    speed_mps: float | None = None,
    draught_m: float | None = None,
    ukc_m: float | None = None,
    vessel_name: str | None = None,
    vessel_mmsi: int | None = None,
) -> RouteFile:
    """Turn a planned route into one for a plotter.

    Long legs are divided so that a plotter's rhumb line stays within 1 m of the plan. The cross-track limits
    of a leg are its clearance: a boat inside them is off the land. With ``leave_at`` and ``speed_mps`` there
    is a computed schedule.
    """
    waypoints: list[Waypoint] = []
    legs = plotter_legs(route)
    for number, (point, leg) in enumerate(legs, 1):
        limit_m = None if leg is None or not math.isfinite(leg.clearance_m) else min(leg.clearance_m, 9.9 * NM_M)
        plan = None
        if leg is not None:
            plan = LegPlan(
                geometry="Loxodrome",
                starboard_xtd_m=limit_m,
                port_xtd_m=limit_m,
                speed_mps_max=speed_mps,
                draught_forward_m=draught_m,
                draught_aft_m=draught_m,
                static_ukc_m=ukc_m,
                note=leg.kind if leg.kind == "approach" else None,
            )
        waypoints.append(Waypoint(number, point, f"WP{number:03d}", leg=plan))
    schedules: tuple[Schedule, ...] = ()
    if leave_at is not None and speed_mps is not None and speed_mps > 0.0:
        schedules = (Schedule(1, "Tidehub", calculated=_timetable(legs, leave_at, speed_mps)),)
    return RouteFile(name, tuple(waypoints), schedules, "Tidehub", vessel_name, vessel_mmsi)


def _timetable(
    legs: list[tuple[Position, Leg | None]], leave_at: datetime, speed_mps: float
) -> tuple[ScheduleEntry, ...]:
    entries, at = [ScheduleEntry(1, etd=leave_at)], leave_at
    for number, (_, leg) in enumerate(legs, 1):
        if leg is not None:
            at += timedelta(seconds=leg.length_m / speed_mps)
            entries.append(ScheduleEntry(number, eta=at, speed_mps=speed_mps))
    return tuple(entries)
