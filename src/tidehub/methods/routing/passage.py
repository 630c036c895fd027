"""From a route to hours at sea, and to waypoints that a plotter can follow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import shapely

from tidehub.kernel.geometry import EARTH_RADIUS_M, Position
from tidehub.methods.routing.model import SPEED_INVALID, Area, Leg, Route
from tidehub.methods.routing.projection import LocalMap


class SpeedZone(msgspec.Struct, frozen=True):
    """An area in which a boat may not go faster than ``limit_mps`` over the ground."""

    area: Area
    limit_mps: float


def eta_s(
    route: Route,
    cruise_mps: float,
    *,
    zones: Sequence[SpeedZone] = (),
    speed_factor: float = 1.0,
    along_current_mps: Sequence[float] | None = None,
    turn_s: float = 0.0,
    allowance_s: float = 0.0,
) -> float:
    """Seconds from leaving to being moored.

    Parameters
    ----------
    cruise_mps
        Speed through calm water, m/s.
    zones
        Speed limits; where several overlap, the lowest holds.
    speed_factor
        Share of the cruising speed that sea state and hour of day leave, learned from the boat's own tracks.
    along_current_mps
        Current along each leg (against: negative), one value a leg; a limit is a speed over the ground.
    turn_s
        Lost at each turning point.
    allowance_s
        For casting off and berthing.

    Raises
    ------
    Refusal
        ``speed_invalid`` where the boat would make no way over the ground.
    """
    currents = along_current_mps if along_current_mps is not None else [0.0] * len(route.legs)
    assert len(currents) == len(route.legs), "one current a leg"
    parts_of = _limited_parts(route, zones)
    total = allowance_s + turn_s * max(0, len(route.points) - 2)
    for leg, parts, current_mps in zip(route.legs, parts_of, currents, strict=True):
        free_mps = cruise_mps * speed_factor + current_mps
        for share, limit_mps in parts:
            speed_mps = min(free_mps, limit_mps)
            if not speed_mps > 0.0 or not math.isfinite(speed_mps):
                raise SPEED_INVALID("cruise_mps", speed=speed_mps)
            total += leg.length_m * share / speed_mps
    return total


def _limited_parts(route: Route, zones: Sequence[SpeedZone]) -> list[list[tuple[float, float]]]:
    """For each leg, shares of its length with the limit that holds there."""
    if not zones:
        return [[(1.0, math.inf)] for _ in route.legs]
    points = np.array([(point.lon, point.lat) for point in route.points])
    local = LocalMap(float(points[:, 0].mean()), float(points[:, 1].mean()))
    plane = local.grid_all(points)
    drawn: list[tuple[float, Any]] = []
    for zone in sorted(zones, key=lambda zone: zone.limit_mps):
        rings = [local.grid_all(np.array(ring)) for ring in zone.area.rings]
        drawn.append((zone.limit_mps, shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))))
    result = []
    for a, b in pairwise(plane):
        rest: Any = shapely.LineString([a, b])
        whole = rest.length
        parts = []
        for limit_mps, area in drawn:
            inside = shapely.intersection(rest, area).length
            if whole and inside:
                parts.append((inside / whole, limit_mps))
                rest = shapely.difference(rest, area)
        result.append([*parts, (rest.length / whole if whole else 1.0, math.inf)])
    return result


def plotter_legs(route: Route, *, sagitta_m: float = 1.0) -> list[tuple[Position, Leg | None]]:
    """Waypoints between which a straight line on any plotter stays on the route, each with the leg to it.

    A leg is a geodesic; a plotter may draw a rhumb line or a line straight in longitude and latitude, which
    bends off by ``length**2 tan(latitude) / (8 R)``: 38 m on a leg of 60 km here, enough to hit a rock.
    Longer legs are divided evenly until that is below ``sagitta_m``.
    """
    legs: list[tuple[Position, Leg | None]] = [(route.points[0], None)]
    for (a, b), leg in zip(pairwise(route.points), route.legs, strict=True):
        bend = max(abs(math.tan(math.radians((a.lat + b.lat) / 2.0))), 0.05)
        longest_m = math.sqrt(8.0 * EARTH_RADIUS_M * sagitta_m / bend)
        count = max(1, math.ceil(leg.length_m / longest_m))
        part = msgspec.structs.replace(leg, length_m=leg.length_m / count) if count > 1 else leg
        if count > 1:
            local = LocalMap((a.lon + b.lon) / 2.0, (a.lat + b.lat) / 2.0)
            ends = local.grid_all(np.array([(a.lon, a.lat), (b.lon, b.lat)]))
            shares = (np.arange(1, count) / count)[:, None]
            between = local.lon_lat_all(ends[0] + (ends[1] - ends[0]) * shares)
            legs.extend((Position(lon, lat), part) for lon, lat in between.tolist())
        legs.append((b, part))
    return legs


def plotter_points(route: Route, *, sagitta_m: float = 1.0) -> tuple[Position, ...]:
    """Waypoints of :func:`plotter_legs`."""
    return tuple(point for point, _ in plotter_legs(route, sagitta_m=sagitta_m))
