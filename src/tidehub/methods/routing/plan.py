"""Plan one route on one map."""

from __future__ import annotations

import math

from tidehub.kernel.geometry import Position
from tidehub.methods.routing.access import (
    APPROACH_M_MAX,
    END,
    NARROW,
    OTHER_WATER,
    SNAP_M_MAX,
    START,
    Access,
    accesses,
    length_cm,
    nearest_common,
)
from tidehub.methods.routing.model import Leg, LegKind, Route, Unreachable
from tidehub.methods.routing.search import Point
from tidehub.methods.routing.water import WaterMap


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
        Approach legs keep off land but not the clearance; each leg says what it keeps.

    Returns
    -------
    Route or Unreachable
        Of two ways of the same length, always the same one.

    Notes
    -----
    Taizhou bay: about 2 ms in pure Python.
    """
    here = accesses(water, start, START, snap_m=snap_m, approach_m=approach_m)
    if isinstance(here, Unreachable):
        return here
    there = accesses(water, end, END, snap_m=snap_m, approach_m=approach_m)
    if isinstance(there, Unreachable):
        return there
    pair = nearest_common(here, there)
    if pair is None:
        return OTHER_WATER if water.base is water else NARROW
    first, last = pair
    middle = water.searcher.path(first.entry, last.entry)
    assert middle is not None, "no way within one piece of water"
    points = [*first.way[:-1], *middle, *last.way[-2::-1]]
    before, after, bound_cm = len(first.way) - 1, len(last.way) - 1, length_cm(middle)
    if before or after:
        direct = direct_path(water, first, last)
        bound_cm = length_cm(direct)
        if bound_cm <= first.way_cm + last.way_cm:  # two berths side by side: out to sea and back would be silly
            points, before, after = direct, len(direct) - 1, 0
    return _dressed(water, (start, end), (first, last), points, (before, after), bound_cm)


def direct_path(water: WaterMap, first: Access, last: Access) -> list[Point]:
    """Turning points of the shortest way between two berths without any clearance."""
    found = water.base.searcher.path(first.berth, last.berth)
    assert found is not None, "two accesses to one piece of water lie in different charted waters"
    return found


def _dressed(
    water: WaterMap,
    asked: tuple[Position, Position],
    ends: tuple[Access, Access],
    points: list[Point],
    approaches: tuple[int, int],
    bound_cm: float,
) -> Route:
    """Give turning points courses, lengths, clearances and places; approach legs lie at the two ends."""
    places = [water.position_of(point) for point in points[1:-1]]
    places.insert(0, asked[0] if ends[0].moved_cm == 0.0 else water.position_of(points[0]))
    places.append(asked[1] if ends[1].moved_cm == 0.0 else water.position_of(points[-1]))
    passage_end = len(points) - 1 - approaches[1]
    legs = []
    for i, clearance_cm in enumerate(water.shore.clearances_cm(points)):
        east, north = points[i + 1][0] - points[i][0], points[i + 1][1] - points[i][1]
        # grid north leans away from true north off the middle meridian (Karney 2011, eq. 24, first order)
        off, lat = math.radians(places[i].lon - water.local.lon), math.radians(places[i].lat)
        leaning = math.atan(math.tan(off) * math.sin(lat))
        course_deg = math.degrees(math.atan2(east, north) + leaning) % 360.0
        kind: LegKind = "passage" if approaches[0] <= i < passage_end else "approach"
        legs.append(Leg(course_deg, math.hypot(east, north) / 100.0, clearance_cm / 100.0, kind))
    return Route(
        points=tuple(places),
        length_m=length_cm(points) / 100.0,
        legs=tuple(legs),
        lower_bound_m=bound_cm / 100.0,
        clearance_m=water.clearance_m,
        start_moved_m=ends[0].moved_cm / 100.0,
        end_moved_m=ends[1].moved_cm / 100.0,
    )
