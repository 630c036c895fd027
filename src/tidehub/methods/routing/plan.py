"""Plan one route on one map."""

from __future__ import annotations

import numpy as np

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
from tidehub.methods.routing.model import Leg, Route, Unreachable
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
        if (
            bound_cm <= first.way_cm + last.way_cm
        ):  # two berths side by side: out to sea and back would be silly
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
    plane = np.array(points)
    degrees = water.local.lon_lat_all(plane)
    places = [Position(lon, lat) for lon, lat in degrees.tolist()]
    if ends[0].moved_cm == 0.0:
        places[0] = asked[0]
    if ends[1].moved_cm == 0.0:
        places[-1] = asked[1]
    step = np.diff(plane, axis=0)
    lengths_m = (np.hypot(step[:, 0], step[:, 1]) / 100.0).tolist()
    # grid north leans away from true north off the middle meridian (Karney 2011, eq. 24, first order)
    off = np.radians(degrees[:-1, 0] - water.local.lon)
    leaning = np.degrees(np.arctan(np.tan(off) * np.sin(np.radians(degrees[:-1, 1]))))
    courses = ((np.degrees(np.arctan2(step[:, 0], step[:, 1])) + leaning) % 360.0).tolist()
    clearances_m = (water.shore.clearance_cm(plane[:-1], plane[1:]) / 100.0).tolist()
    passage_end = len(lengths_m) - approaches[1]
    legs = tuple(
        Leg(course, length, clearance, "passage" if approaches[0] <= i < passage_end else "approach")
        for i, (course, length, clearance) in enumerate(zip(courses, lengths_m, clearances_m, strict=True))
    )
    return Route(
        points=tuple(places),
        length_m=length_cm(points) / 100.0,
        legs=legs,
        lower_bound_m=bound_cm / 100.0,
        clearance_m=water.clearance_m,
        start_moved_m=ends[0].moved_cm / 100.0,
        end_moved_m=ends[1].moved_cm / 100.0,
    )
