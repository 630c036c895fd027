"""Building maps from good and bad sources, and planning on them."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely

from tidehub.kernel.errors import Refusal
from tidehub.kernel.geometry import Position, great_circle_m
from tidehub.methods.routing import (
    Area,
    DepthArea,
    Fairway,
    Restriction,
    Route,
    SpeedZone,
    Unreachable,
    WaterChart,
    WaterMap,
    eta_s,
    plan_route,
    plotter_points,
    travel_matrix,
)

DATA = Path(__file__).parents[3] / "packs" / "blue_circle" / "data"
BOUNDS = (121.0, 28.0, 121.2, 28.2)


def box(west: float, south: float, east: float, north: float) -> list[list[tuple[float, float]]]:
    return [[(west, south), (east, south), (east, north), (west, north), (west, south)]]


def area(name: str, west: float, south: float, east: float, north: float) -> Area:
    return Area(name, tuple(tuple(ring) for ring in box(west, south, east, north)))


ISLAND = box(121.08, 28.05, 121.12, 28.15)
WEST, EAST = Position(121.02, 28.1), Position(121.18, 28.1)
BAR = box(121.09, 28.0, 121.11, 28.2)  # cuts the sea in two


def test_a_way_bends_around_the_nearer_corner():
    """Around a box the way has two bends and its legs add up, each with a true course."""
    route = plan_route(WaterMap.build([ISLAND], bounds=BOUNDS), WEST, Position(121.18, 28.11))
    assert isinstance(route, Route)
    assert [round(p.lat, 5) for p in route.points] == [28.1, 28.15, 28.15, 28.11]
    assert route.length_m == pytest.approx(sum(leg.length_m for leg in route.legs))
    spherical_m = sum(great_circle_m(a, b) for a, b in zip(route.points, route.points[1:], strict=False))
    assert route.length_m == pytest.approx(spherical_m, rel=4e-3)  # sphere against ellipsoid
    assert 40.0 < route.legs[0].course_deg < 60.0 and route.legs[1].course_deg == pytest.approx(90.0, abs=0.1)
    assert route.lower_bound_m == route.length_m


@pytest.mark.parametrize(
    ("land", "code"),
    [
        ([], "coast_empty"),
        ([[]], "area_malformed"),
        ([[[]]], "area_malformed"),
        ([[[(121.0, 28.0), (121.1, 28.0), (121.0, 28.0)]]], "area_malformed"),
        ([[[(121.0, 28.0), (121.1, math.nan), (121.1, 28.1)]]], "area_malformed"),
        ([[[(28.0, 121.0), (28.1, 121.0), (28.1, 121.1)]]], "area_malformed"),
        ([[[("x", 28.0), (28.1, 121.0), (28.1, 121.1)]]], "area_malformed"),
        ([[[(121.0, 28.0), (121.1, 28.1), (121.1, 28.0), (121.0, 28.1)]]], "coast_crosses_itself"),
        ([box(100.0, 10.0, 130.0, 40.0)], "chart_too_large"),
    ],
)
def test_a_coast_that_cannot_be_used_is_refused_by_name(land, code):
    """Empty, without area, not numbers, swapped, crossing itself: each is refused and names the feature."""
    with pytest.raises(Refusal) as caught:
        WaterMap.build([*land, ISLAND] if land and code != "chart_too_large" else land)
    assert caught.value.code == code
    if code.startswith(("area", "coast_crosses")):
        assert caught.value.field == "land[0]"


def test_land_everywhere_is_refused():
    """A chart without water says so."""
    with pytest.raises(Refusal, match="water_empty"):
        WaterMap.build([box(120.0, 27.0, 122.0, 29.0)], bounds=BOUNDS)


def test_what_is_put_right_is_said():
    """A ring the wrong way round or left open is mended, and the map lists it."""
    wrong = [list(reversed(ISLAND[0]))]
    opened = [ISLAND[0][:-1]]
    assert [r.what for r in WaterMap.build([wrong], bounds=BOUNDS).repairs] == ["ring_reversed"]
    assert [r.what for r in WaterMap.build([opened], bounds=BOUNDS).repairs] == ["ring_closed"]


def test_a_crossing_coast_is_filled_when_repair_is_asked_for():
    """With repair, everything a crossing coast encloses counts as land, and the map says so."""
    bow = [[(121.08, 28.05), (121.12, 28.15), (121.12, 28.05), (121.08, 28.15), (121.08, 28.05)]]
    water = WaterMap.build([bow], bounds=BOUNDS, repair=True)
    assert [r.what for r in water.repairs] == ["crossing_filled"]
    assert water.piece_of(Position(121.083, 28.1)) is None and water.piece_of(Position(121.117, 28.1)) is None


def test_a_quay_on_the_shore_is_moved_to_the_water_and_flagged():
    """A place a few metres ashore is moved and the route says by how much; farther inland it is refused."""
    water = WaterMap.build([ISLAND], bounds=BOUNDS)
    ashore = Position(121.0801, 28.1)  # 9.8 m inland
    route = plan_route(water, WEST, ashore)
    assert isinstance(route, Route)
    assert route.end_moved_m == pytest.approx(9.8, abs=0.2) and route.start_moved_m == 0.0
    refused = plan_route(water, WEST, ashore, snap_m=5.0)
    assert isinstance(refused, Unreachable) and refused.code == "end_on_land"
    assert refused.nearest_water_m == pytest.approx(9.8, abs=0.2)
    inland = plan_route(water, Position(121.1, 28.1), WEST)
    assert isinstance(inland, Unreachable) and inland.code == "start_on_land"


def test_outside_the_chart_is_its_own_reason():
    """Beyond the bounds nothing is known, so nothing is planned."""
    water = WaterMap.build([ISLAND], bounds=BOUNDS)
    for far in (Position(122.0, 28.1), Position(-60.0, -30.0), Position(0.0, 90.0)):
        answer = plan_route(water, WEST, far)
        assert isinstance(answer, Unreachable) and answer.code == "end_outside_chart"


def test_two_waters_are_unreachable_and_a_fairway_joins_them():
    """Land from edge to edge separates; a river polygon through it re-opens the way."""
    answer = plan_route(WaterMap.build([BAR], bounds=BOUNDS), WEST, EAST)
    assert isinstance(answer, Unreachable) and answer.code == "other_water"
    river = box(121.08, 28.149, 121.12, 28.151)
    route = plan_route(WaterMap.build([BAR], fairways=[river], bounds=BOUNDS), WEST, EAST)
    assert isinstance(route, Route) and len(route.points) == 4


def test_islands_that_touch_in_a_point_leave_no_way_through():
    """No boat passes between two islands that touch."""
    a, b = box(121.05, 28.05, 121.10, 28.10), box(121.10, 28.10, 121.15, 28.15)
    water = WaterMap.build([a, b], bounds=BOUNDS)
    start, end = Position(121.09, 28.11), Position(121.11, 28.09)
    route = plan_route(water, start, end)
    assert isinstance(route, Route)
    assert route.length_m > 5 * great_circle_m(start, end)
    assert travel_matrix(water, [start], [end]).length_m[0, 0] == pytest.approx(route.length_m)


def test_every_passage_leg_keeps_the_clearance(bay):
    """Passage legs of each rung keep what they promise, measured against the charted coast."""
    rng = np.random.default_rng(5)
    for clearance_m in (200.0, 50.0):
        water = bay.with_clearance(clearance_m)
        for _ in range(40):
            lon_lat = rng.uniform((121.5, 28.25), (122.15, 28.85), size=(2, 2)).tolist()
            route = plan_route(water, Position(*lon_lat[0]), Position(*lon_lat[1]))
            if isinstance(route, Route):
                kept = [leg.clearance_m for leg in route.legs if leg.kind == "passage"]
                assert min(kept, default=math.inf) >= clearance_m
                assert route.length_m >= route.lower_bound_m * (1 - 1e-12)


def test_the_ladder_takes_the_widest_rung_that_connects():
    """A strait of 150 m is passed with 50 m of clearance, one of 600 m with 200 m, a closed one never."""
    metre = 1 / 110_850
    for width_m, rung in ((600.0, 200.0), (150.0, 50.0), (60.0, 20.0)):
        half = width_m / 2 * metre
        south, north = box(121.09, 28.0, 121.11, 28.1 - half), box(121.09, 28.1 + half, 121.11, 28.2)
        route = WaterChart([south, north], bounds=BOUNDS).plan(WEST, EAST)
        assert isinstance(route, Route) and route.clearance_m == rung
        assert min(leg.clearance_m for leg in route.legs) >= rung
    closed = WaterChart([BAR], bounds=BOUNDS).plan(WEST, EAST)
    assert isinstance(closed, Unreachable) and closed.code == "other_water"


def test_a_fairway_is_exempt_from_the_clearance():
    """Through a 60 m strait with a charted fairway the widest rung still connects."""
    half = 30.0 / 110_850
    south, north = box(121.09, 28.0, 121.11, 28.1 - half), box(121.09, 28.1 + half, 121.11, 28.2)
    fairway = Fairway(area("strait", 121.085, 28.1 - half, 121.115, 28.1 + half))
    route = WaterChart([south, north], fairways=[fairway], bounds=BOUNDS).plan(WEST, EAST)
    assert isinstance(route, Route) and route.clearance_m == 200.0


def test_a_berth_in_the_widened_coast_has_an_approach_leg(bay):
    """A quay is reached by a short approach leg that is marked and does not count against the clearance."""
    water = bay.with_clearance(200.0)
    quay = Position(121.44941, 28.684299)
    route = plan_route(water, Position(121.95, 28.6), quay)
    assert isinstance(route, Route)
    assert route.legs[-1].kind == "approach" and route.legs[-1].clearance_m < 200.0
    assert all(leg.kind == "passage" for leg in route.legs[:-1])
    across = plan_route(water, quay, Position(121.4495, 28.6845))
    assert isinstance(across, Route) and across.length_m < 50.0


def test_the_tide_opens_a_shallow_and_the_answer_says_from_which_height():
    """Too shallow at low water: the answer names the tide that opens the way, and at that tide it is open."""
    bar = DepthArea(area("bar", 121.09, 28.0, 121.11, 28.2), charted_depth_m=1.0)
    chart = WaterChart([ISLAND], depths=[bar], bounds=BOUNDS)
    asked = {"draught_m": 1.8, "ukc_m": 0.5, "ladder_m": (20.0,)}
    dry = chart.plan(WEST, EAST, tide_m=0.3, tide_m_max=6.8, **asked)
    assert isinstance(dry, Unreachable) and dry.code == "too_shallow" and dry.opens_at_tide_m == 1.5
    still_dry = chart.plan(WEST, EAST, tide_m=1.4, **asked)
    assert isinstance(still_dry, Unreachable) and still_dry.code == "other_water"
    wet = chart.plan(WEST, EAST, tide_m=1.5, **asked)
    assert isinstance(wet, Route) and wet.tide_m == 1.5
    assert isinstance(chart.plan(WEST, EAST, tide_m=0.3, tide_m_max=1.0, **asked), Unreachable)


def test_a_dredged_fairway_is_open_as_long_as_it_is_deep_enough():
    """A fairway with a depth re-opens a shallow, and closes for a deeper boat."""
    bar = DepthArea(area("bar", 121.09, 28.0, 121.11, 28.2), charted_depth_m=0.0)
    cut = Fairway(area("cut", 121.085, 28.16, 121.115, 28.17), charted_depth_m=4.0)
    chart = WaterChart([ISLAND], depths=[bar], fairways=[cut], bounds=BOUNDS)
    assert isinstance(chart.plan(WEST, EAST, draught_m=2.0, ukc_m=0.5, ladder_m=(20.0,)), Route)
    assert isinstance(chart.plan(WEST, EAST, draught_m=4.0, ukc_m=0.5, ladder_m=(20.0,)), Unreachable)


def test_a_restriction_holds_only_in_its_time():
    """A closed area is a detour while it is closed, none before or after; without a time it always holds."""
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    closed = Restriction(area("exercise", 121.05, 28.0, 121.06, 28.19), "exercise", noon, noon + timedelta(hours=2))
    chart = WaterChart([ISLAND], restrictions=[closed], bounds=BOUNDS)
    length = {}
    for name, at in (
        ("before", noon - timedelta(seconds=1)),
        ("in", noon),
        ("after", noon + timedelta(hours=2)),
    ):
        route = chart.plan(WEST, EAST, at=at)
        assert isinstance(route, Route)
        length[name] = route.length_m
    assert length["in"] > length["before"] == length["after"]
    always = chart.plan(WEST, EAST)
    assert isinstance(always, Route) and always.length_m == length["in"]


def test_hours_under_way_count_limits_current_and_turns():
    """The time of a passage integrates speed limits and currents over the legs."""
    sea = WaterMap.build([box(121.19, 28.19, 121.195, 28.195)], bounds=BOUNDS)
    route = plan_route(sea, WEST, EAST)
    assert isinstance(route, Route)
    assert eta_s(route, 5.0, allowance_s=120) == pytest.approx(route.length_m / 5 + 120)
    half = SpeedZone(area("harbour", 121.0, 28.0, 121.1, 28.2), 2.5)
    slower = SpeedZone(area("inner", 121.0, 28.0, 121.06, 28.2), 1.25)
    assert eta_s(route, 5.0, zones=[half]) == pytest.approx(route.length_m * (0.5 / 2.5 + 0.5 / 5), rel=1e-3)
    both = route.length_m * (0.25 / 1.25 + 0.25 / 2.5 + 0.5 / 5)
    assert eta_s(route, 5.0, zones=[half, slower]) == pytest.approx(both, rel=1e-3)
    assert eta_s(route, 5.0, along_current_mps=[-1.0]) == pytest.approx(route.length_m / 4)
    with pytest.raises(Refusal, match="speed_invalid"):
        eta_s(route, 5.0, along_current_mps=[-5.0])


def test_a_plotter_line_stays_on_the_route(bay):
    """Waypoints are so dense that lines straight in longitude and latitude stay as near as stated."""
    route = plan_route(bay, Position(121.25, 28.69), Position(122.1, 28.3), snap_m=2000)
    route = route if isinstance(route, Route) else plan_route(bay, Position(121.6, 28.69), Position(122.1, 28.3))
    assert isinstance(route, Route)
    points = plotter_points(route, sagitta_m=0.5)
    assert points[0] == route.points[0] and points[-1] == route.points[-1] and set(route.points) <= set(points)
    degrees = np.array([(p.lon, p.lat) for p in points])
    middles = bay.local.grid_all((degrees[1:] + degrees[:-1]) / 2)
    turns = bay.local.grid_all(np.array([(p.lon, p.lat) for p in route.points]))
    assert shapely.distance(shapely.LineString(turns), shapely.points(middles)).max() < 60.0  # centimetres


def test_the_berths_of_the_pack_reach_each_other(bay, bay_land):
    """Every berth lies at the water and every pair is connected with 20 m of clearance."""
    berths = json.loads((DATA / "berths.json").read_text(encoding="utf-8"))
    where = [Position(berth["lon"], berth["lat"]) for berth in berths]
    matrix = travel_matrix(bay.with_clearance(20.0), where, where)
    assert np.isfinite(matrix.length_m).all()
    assert all(isinstance(moved, float) and moved < 1.0 for moved in matrix.starts)
    assert min(berth["charted_depth_m"] for berth in berths) < 0.0
    fairways = json.loads((DATA / "fairways.geojson").read_text(encoding="utf-8"))["features"]
    with_fairway = WaterMap.build(
        [feature["geometry"]["coordinates"] for feature in bay_land["features"]],
        fairways=[feature["geometry"]["coordinates"] for feature in fairways],
        bounds=tuple(bay_land["bbox"]),
    )
    assert with_fairway.piece_of(where[0]) == 0
