"""The real side of the travel port, and how cases and registers become what is ranked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tidehub.capabilities.dispatch.model import NeedRules
from tidehub.capabilities.dispatch.state import UnitRow
from tidehub.capabilities.field import OnBoard
from tidehub.flows.context import LastKnown
from tidehub.flows.needs import needs_of, skills_of
from tidehub.flows.travel import HarbourWays
from tidehub.flows.units import unit_state, with_loads
from tidehub.kernel.geometry import Position, great_circle_m
from tidehub.methods.assignment import Compartment, Destination, Need, Start
from tidehub.methods.routing import WaterChart
from tidehub.methods.routing.road import RawRoads, RawWay, RoadRouter, build_graph
from tidehub.methods.tide import Constituent, TideStation
from tidehub.registers import ClosedRoad, Craft, Entry, Place, Register, Unit
from tidehub.testkit.clock import START as NOW
from tidehub.testkit.clock import FixedClock

WEST, EAST = Position(121.40, 28.60), Position(121.50, 28.60)
ISLAND = [[[121.44, 28.55], [121.46, 28.55], [121.46, 28.62], [121.44, 28.62], [121.44, 28.55]]]
BOUNDS = (121.3, 28.5, 121.6, 28.7)
# One solar tide of 2 m about 3 m above chart datum: high at midnight and noon UTC, low at six and eighteen.
TIDE = TideStation("t", "", "", EAST, 3.0, 0.0, 0.0, 6.0, (Constituent("S2", 2.0, 0.0),), "", "", "")


def ways(depth_m: float | None = None, *, chart: bool = True) -> HarbourWays:
    berth = Place(name="B7", kind="berth", position=EAST, charted_depth_m=depth_m, access=("boat",))
    sea = WaterChart([ISLAND], bounds=BOUNDS) if chart else None
    return HarbourWays(sea, TIDE, {"B7": berth}.get, "test 1")


def start(unit_id: str = "k1", at: Any = NOW, **changes: Any) -> Start:
    return Start(unit_id, WEST, at, **({"draught_m": 1.2} | changes))


def test_a_boat_sails_around_the_island_and_every_boat_gets_its_answer_in_order() -> None:
    """The way is longer than the straight line, the faster boat is there sooner, and none is an estimate."""
    slow, fast = ways().legs([start("k1", speed_mps=4.0), start("k2", speed_mps=8.0)], Destination(EAST))
    assert slow.length_m == fast.length_m
    assert slow.length_m is not None
    assert slow.length_m > great_circle_m(WEST, EAST) * 1.02
    assert slow.travel_s is not None
    assert fast.travel_s is not None
    assert slow.travel_s == pytest.approx(2 * fast.travel_s, abs=2)
    assert not slow.degraded
    assert "test 1" in slow.provider


def test_the_route_for_the_crew_is_as_long_as_was_reckoned() -> None:
    """What was promised with the offer and what the plotter shows are one way, with its map's version."""
    harbour = ways()
    leg = harbour.legs([start()], Destination(EAST))[0]
    route = harbour.route(start(), EAST, "B7")
    assert route is not None
    assert abs(route.length_m - (leg.length_m or 0)) <= 1
    assert (route.engine, route.map_version) == ("tidehub-water/1", "test 1")
    assert route.points[0] == (WEST.lon, WEST.lat)
    assert not route.degraded


def test_a_berth_is_dry_at_low_water_and_opens_again() -> None:
    """At six the tide stands at 1 m: the drying berth has no water for 1.2 m of draught; later it has."""
    harbour = ways(depth_m=-1.0)
    to = Destination(EAST, "B7", ukc_m=0.5, stay_s=600, approach_s=60)
    low = harbour.legs([start(at=NOW + timedelta(hours=5))], to)[0]
    assert low.obstacle == "berth_dry"
    assert low.depth_m is not None
    assert low.depth_m < (low.needed_m or 0)
    assert low.opens_at is not None
    assert NOW + timedelta(hours=6) < low.opens_at < NOW + timedelta(hours=12)
    high = harbour.legs([start(at=NOW + timedelta(hours=10, minutes=30))], to)[0]
    assert high.obstacle is None
    shallow = harbour.legs([start(at=NOW + timedelta(hours=5), draught_m=0.0)], Destination(EAST, "B7", 0.0))[0]
    assert shallow.obstacle is None


def test_a_place_on_land_is_unreachable_by_water() -> None:
    """The middle of the island is an answer, not a crash."""
    leg = ways().legs([start()], Destination(Position(121.45, 28.58)))[0]
    assert (leg.obstacle, leg.travel_s) == ("unreachable", None)
    assert ways().route(start(), Position(121.45, 28.58), None) is None


def test_without_a_map_the_answer_is_an_estimate_and_says_so() -> None:
    """By road, or with no chart at all, the way is estimated and flagged wherever it is shown."""
    by_road = ways().legs([start(mode="road", speed_mps=8.0)], Destination(EAST))[0]
    no_chart = ways(chart=False).legs([start()], Destination(EAST))[0]
    for leg in (by_road, no_chart):
        assert leg.degraded
        assert leg.provider == "great circle"
        assert leg.length_m is not None
        assert leg.length_m > great_circle_m(WEST, EAST)
    route = ways(chart=False).route(start(), EAST, None)
    assert route is not None
    assert route.degraded


RULES = {
    "lines_from": "lines",
    "fields": {"bilge_oil_l": {"kind": "oily_water", "unit": "l"}},
    "kinds": {"oily_water": {"group": "oily", "density_kg_m3": 950}},
    "skills_from": "skills",
}


@pytest.mark.parametrize(
    ("values", "needs"),
    [
        (
            {"lines": [{"kind": "oily_water", "amount": 0.2, "unit": "m3"}]},
            [Need("1", "oily_water", "oily", 200_000, "ml", 950)],
        ),
        (
            {"lines": [{"line_id": "a", "kind": "net", "amount": "1.5", "unit": "kg"}]},
            [Need("a", "net", "", 1500, "g", None)],
        ),
        ({"bilge_oil_l": 40}, [Need("bilge_oil_l", "oily_water", "oily", 40_000, "ml", 950)]),
        ({"lines": [{"kind": "oily_water"}]}, [Need("1", "oily_water", "oily", 0, "g", 950)]),
        (
            {"lines": [{"kind": "oily_water", "amount": "much", "unit": "l"}]},
            [Need("1", "oily_water", "oily", 0, "ml", 950)],
        ),
        ({"lines": "nonsense", "bilge_oil_l": 0}, []),
        ({}, []),
    ],
)
def test_values_of_a_case_become_what_has_to_be_loaded(values: dict[str, Any], needs: list[Need]) -> None:
    """Every unit of the form is turned into grams or millilitres; what cannot be read counts as unknown."""
    rules = msgspec.convert(RULES, NeedRules)
    assert list(needs_of(values, rules)) == needs
    assert skills_of({"skills": ["diving"]}, rules) == ("diving",)
    assert skills_of(values, rules) == ()


def test_what_is_on_board_fills_the_compartments_of_its_group_in_order() -> None:
    """950 kg of oil at 950 kg/m3 are a cubic metre: one tank full, the rest in the next."""
    tanks = (
        Compartment("A", "oily", 600_000, "ml"),
        Compartment("B", "oily", 600_000, "ml"),
        Compartment("C", "bottles", 10, "g"),
    )
    filled = with_loads(tanks, [OnBoard("k1", "oily", "g", 950_000)], {"oily": 950})
    assert [one.loaded for one in filled] == [600_000, 400_000, 0]
    over = with_loads(tanks, [OnBoard("k1", "oily", "ml", 2_000_000)], {})
    assert [one.free for one in over] == [0, 0, 10]


CRAFT = Craft(name="K1", kind="boat", draught_m=1.2, cruise_mps=6.0)
UNIT = Unit(name="K1", kind="shuttle_boat")


def state(craft: Craft | None = CRAFT, unit: Unit = UNIT, work: UnitRow | None = None) -> Any:
    return unit_state("k1", unit, craft, LastKnown(WEST, NOW), work, (), {}, NOW)


def test_a_boat_without_a_registered_draught_is_not_sent() -> None:
    """The tide decides by the draught; a boat without one stays, and says why."""
    assert state(Craft(name="K1", kind="boat")).out_of_service is not None
    assert state().out_of_service is None
    assert state(None).mode == "road"


def test_an_overdue_job_is_expected_to_take_some_minutes_more() -> None:
    """A boat that should have been free by now is not free this very moment."""
    overdue = UnitRow("k1", current_job_id="J0", stage="on_scene", free_at=NOW - timedelta(minutes=3))
    assert state(work=overdue).engagement.free_at == NOW + timedelta(minutes=5)


def test_an_offer_that_ran_out_stands_until_its_timer_has_fired() -> None:
    """Between the second it runs out and the timer, the boat is still being asked."""
    asked = UnitRow("k1", pending_job_id="J0", pending_until=NOW - timedelta(seconds=5))
    assert state(work=asked).offer_expires_at > NOW


def test_a_hold_that_has_ended_holds_no_more() -> None:
    """The end of a hold counts even before its timer has fired."""
    held = UnitRow("k1", held_reason="drill", held_until=NOW)
    assert state(work=held).held_reason is None
    assert state(work=UnitRow("k1", held_reason="drill")).held_reason == "drill"


def test_a_patrol_drives_on_the_roads_and_around_what_the_register_closes() -> None:
    """On the graph a time by road is no estimate; a closure of the register counts at once and ends by itself."""
    nodes = {1: (120.60, 28.00), 2: (120.62, 28.00), 3: (120.62, 28.01), 4: (120.60, 28.01)}
    lines = [((1, 2), "primary"), ((1, 4, 3, 2), "residential")]
    made = [RawWay(7 + i, refs, {"highway": kind}) for i, (refs, kind) in enumerate(lines)]
    router = RoadRouter(build_graph(RawRoads(made, nodes, {}, [], "drawn by hand")))
    closures = Register(ClosedRoad, FixedClock(NOW))
    driving = HarbourWays(None, None, {}.get, "none", roads=router, closures=closures)
    car = Start("p1", Position(*nodes[1]), NOW, "road", 12.0)
    to = Destination(Position(*nodes[2]))
    straight = driving.legs([car], to)[0]
    assert not straight.degraded and "drawn by hand" in straight.provider
    assert straight.length_m == pytest.approx(1967, abs=3) and straight.travel_s == pytest.approx(
        1967 / 55 * 3.6, abs=2
    )
    body = ClosedRoad(name="塌方", position=Position(120.61, 28.0))
    closures.record(Entry("road_closures", "c1", NOW, NOW + timedelta(hours=1), body))
    around = driving.legs([car], to)[0]
    assert around.length_m == pytest.approx(1967 + 2 * 1109, abs=6) and not around.degraded
    way = driving.route(car, to.position, None)
    assert way is not None and not way.degraded and way.length_m == around.length_m and len(way.points) == 4
    later = msgspec.structs.replace(car, at=NOW + timedelta(hours=2))
    assert driving.legs([later], to)[0].length_m == straight.length_m
    off = driving.legs([msgspec.structs.replace(car, position=Position(121.0, 28.0))], to)[0]
    assert off.degraded, "a place off the charted roads is a flagged estimate"
    closures.record(Entry("road_closures", "c2", NOW, None, ClosedRoad(name="封路", position=Position(120.6, 28.005))))
    assert driving.legs([car], to)[0].obstacle == "unreachable" and driving.route(car, to.position, None) is None
