"""Ways by road over real PBF files: what a vehicle may not do it never does, and what is answered is the optimum."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from tests.unit.routing.road_towns import Town, at, grid

from tidehub.adapters.osm import read_roads, road_stream
from tidehub.kernel.errors import Refusal
from tidehub.kernel.geometry import Position
from tidehub.methods.routing.road import (
    RoadClosure,
    RoadRoute,
    RoadRouter,
    RoadUnreachable,
    Vehicle,
    build_graph,
    drives_of,
    learned,
)
from tidehub.methods.routing.road.synthetic import synthetic_roads
from tidehub.methods.routing.road.tags import driving


def place(x: float, y: float) -> Position:
    return Position(*at(x, y))


def opened(town: Town, folder: Path) -> RoadRouter:
    return RoadRouter(build_graph(read_roads(town.write(folder / "town.osm.pbf"))))


def steps(found: RoadRoute | RoadUnreachable) -> float:
    """Length in steps of the grid."""
    assert isinstance(found, RoadRoute), found
    return found.length_m / 100.0


def passes(found: RoadRoute | RoadUnreachable, x: float, y: float) -> bool:
    assert isinstance(found, RoadRoute)
    lon, lat = at(x, y)
    return any(abs(p.lon - lon) < 1e-6 and abs(p.lat - lat) < 1e-6 for p in found.points)


def test_the_way_between_two_corners_is_as_long_as_the_streets(tmp_path: Path) -> None:
    """Three steps east and three north, from and to the middle of a street, the foot of a place beside it."""
    router = opened(grid(), tmp_path)
    assert steps(router.route(place(0, 0), place(3, 3))) == pytest.approx(6.0, rel=2e-3)
    found = router.route(place(0.5, 0.2), place(2.5, 3.0))
    assert steps(found) == pytest.approx(5.0, rel=2e-3)
    assert isinstance(found, RoadRoute)
    assert found.start_snapped_m == pytest.approx(20.0, rel=0.02) and found.end_snapped_m == pytest.approx(0.0, abs=0.1)
    assert steps(router.route(place(0.25, 0), place(0.75, 0))) == pytest.approx(0.5, rel=2e-3)
    assert steps(router.route(place(0.5, 0), place(0.5, 0))) == 0.0


def test_a_one_way_street_is_driven_one_way(tmp_path: Path) -> None:
    """Behind the start on the same one-way street one has to go all the way round."""
    town = Town()
    town.way((0, 0), (1, 0), (1, 1), (0, 1), (0, 0), oneway="yes")
    router = opened(town, tmp_path)
    assert steps(router.route(place(0.2, 0), place(0.8, 0))) == pytest.approx(0.6, rel=1e-2)
    assert steps(router.route(place(0.8, 0), place(0.2, 0))) == pytest.approx(3.4, rel=1e-2)
    matrix = router.matrix([place(0.8, 0)], [place(0.2, 0), place(0.9, 0)])
    assert matrix.length_m[0] / 100.0 == pytest.approx([3.4, 0.1], rel=2e-2)


@pytest.mark.parametrize(
    ("kind", "turns_left"),
    [("no_left_turn", False), ("only_straight_on", False), ("only_left_turn", True), ("no_right_turn", True)],
)
def test_a_turn_restriction_over_a_node_is_kept(tmp_path: Path, kind: str, turns_left: bool) -> None:
    """From the south street at the middle junction to the west: round the block where turning left is forbidden."""
    town = Town()
    south, north = town.way((1, 0), (1, 1)), town.way((1, 1), (1, 2))
    west, east = town.way((0, 1), (1, 1)), town.way((1, 1), (2, 1))
    town.way((0, 1), (0, 2), (1, 2))
    target = {"no_left_turn": west, "only_left_turn": west, "only_straight_on": north, "no_right_turn": east}[kind]
    town.restrict(kind, south, town.node(1, 1), target)
    found = opened(town, tmp_path).route(place(1, 0.1), place(0.1, 1))
    assert steps(found) == pytest.approx(1.8 if turns_left else 4.0, rel=1e-2)


def test_a_restriction_over_a_way_binds_only_who_comes_from_there(tmp_path: Path) -> None:
    """No turning back over the middle piece of a dual road; who joins there may turn."""
    town = Town()
    out = town.way((0, 0), (2, 0), oneway="yes")
    town.way((2, 0), (4, 0), (4, 1), (2, 1), oneway="yes")
    link = town.way((2, 0), (2, 1), oneway="yes")
    home = town.way((2, 1), (0, 1), oneway="yes")
    town.way((2, -2), (2, 0))
    free = opened(town, tmp_path)
    assert steps(free.route(place(1, 0), place(1, 1))) == pytest.approx(3.0, rel=1e-2)
    town.restrict("no_u_turn", out, [link], home)
    bound = opened(town, tmp_path)
    assert steps(bound.route(place(1, 0), place(1, 1))) == pytest.approx(7.0, rel=1e-2)
    assert steps(bound.route(place(2, -1), place(1, 1))) == pytest.approx(3.0, rel=1e-2)
    assert steps(bound.route(place(1, 0), place(2, 0.5))) == pytest.approx(1.5, rel=1e-2), "onto the link itself"
    assert bound.graph.notes == ()


def test_low_and_weak_bridges_and_gates_hold_back_whom_they_concern(tmp_path: Path) -> None:
    """The straight bridge is low and weak, the next has a bollard, the last way round is free."""
    town = grid(3, 2)
    town.way((0, 1), (0, 2), maxheight="2.5 m", maxweight="3.5")
    town.node(1, 1.5, barrier="bollard")
    town.way((1, 1), (1, 1.5), (1, 2))
    town.way((2, 1), (2, 2))
    town.way((0, 2), (1, 2), (2, 2))
    town.way((0, 2), (0, 3), access="private")
    router = opened(town, tmp_path)
    assert steps(router.route(place(0, 1), place(0, 2))) == pytest.approx(1.0, rel=1e-2)
    for lorry in (Vehicle(height_m=3.2), Vehicle(weight_t=12.0)):
        assert steps(router.route(place(0, 0.9), place(0, 2), lorry)) == pytest.approx(5.1, rel=1e-2)
    yard = router.route(place(0, 1), place(0, 2.9), snap_m=50.0)
    assert isinstance(yard, RoadUnreachable) and yard.code == "end_off_road"
    assert steps(router.route(place(0, 1), place(0, 2.9), Vehicle(emergency=True))) == pytest.approx(1.9, rel=1e-2)
    with pytest.raises(Refusal) as refused:
        Vehicle(height_m=-1.0)
    assert refused.value.field == "height_m"


def test_closures_come_and_go_while_it_runs(tmp_path: Path) -> None:
    """A closed street is driven round, a closure ends by itself, and one may turn round in front of it."""
    router = opened(grid(3, 2), tmp_path)
    noon = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
    ask = (place(0.5, 0), place(2, 0))
    assert steps(router.route(*ask, at=noon)) == pytest.approx(1.5, rel=1e-2)
    closure = RoadClosure("c1", place(1.5, 0), radius_m=10.0, until_at=noon + timedelta(hours=1))
    router.close([closure])
    assert steps(router.route(*ask, at=noon)) == pytest.approx(3.5, rel=1e-2)
    assert router.matrix(ask[:1], ask[1:], at=noon).length_m[0, 0] == pytest.approx(350.0, rel=1e-2)
    assert steps(router.route(*ask, at=noon + timedelta(hours=2))) == pytest.approx(1.5, rel=1e-2)
    everywhere = [closure, RoadClosure("c2", place(1.5, 1), radius_m=10.0)]
    router.close(everywhere)
    answer = router.route(*ask, at=noon)
    assert isinstance(answer, RoadUnreachable) and answer.code == "closed"
    assert router.matrix(ask[:1], ask[1:], at=noon).duration_s[0, 0] == np.inf
    router.close([])
    assert steps(router.route(*ask, at=noon)) == pytest.approx(1.5, rel=1e-2)


def test_who_lives_on_a_closed_street_is_reached_up_to_the_closure(tmp_path: Path) -> None:
    """A landslide in the middle of a long road: each half is reached from its own end, nobody passes."""
    router = opened(grid(2, 2), tmp_path)
    router.close([RoadClosure("slide", place(0.5, 0), radius_m=5.0)])
    west, east = place(0.3, 0), place(0.7, 0)
    assert steps(router.route(place(0, 0.5), west)) == pytest.approx(0.8, rel=1e-2)
    assert steps(router.route(west, east)) == pytest.approx(0.3 + 3.0 + 0.3, rel=1e-2)
    assert steps(router.route(west, place(0.1, 0))) == pytest.approx(0.2, rel=1e-2)
    assert router.matrix([west], [east]).length_m[0, 0] == pytest.approx(360.0, rel=1e-2)
    on_it = router.route(place(0.5, 0), east)
    assert isinstance(on_it, RoadUnreachable) and on_it.code == "closed", "on the slide itself"


def test_one_turns_round_before_a_closure_but_not_at_an_open_junction(tmp_path: Path) -> None:
    """A dead end, natural or made by a closure, is left again; elsewhere no vehicle turns on the spot."""
    town = Town()
    town.way((0, 0), (1, 0), oneway="yes")
    town.way((1, 0), (2, 0), (3, 0))
    town.way((1, 0), (1, 1), (0, 0), oneway="yes")
    router = opened(town, tmp_path)
    router.close([RoadClosure("c", place(2.5, 0), radius_m=5.0, way_id=1001)])
    found = router.route(place(0.5, 0), place(0.2, 0))
    assert steps(found) == pytest.approx(0.5 + 1.0 + 2.0**0.5 + 0.2, rel=1e-2)
    assert not passes(found, 2, 0)


def test_a_place_in_a_closed_yard_is_served_from_the_main_network(tmp_path: Path) -> None:
    """The nearest road is an island without a way out: the main network nearby is taken, and the distance said."""
    town = grid(3, 3)
    town.way((0.3, 0.4), (0.7, 0.4), highway="service")
    router = opened(town, tmp_path)
    found = router.route(place(0.5, 0.45), place(2, 2))
    assert isinstance(found, RoadRoute) and found.start_snapped_m == pytest.approx(45.0, rel=0.05)
    assert router.matrix([place(0.5, 0.45)], [place(2, 2)]).length_m[0, 0] == pytest.approx(found.length_m)


def test_every_answer_is_the_optimum_over_the_turns() -> None:
    """Search, matrix and SciPy's Dijkstra over the same turns agree on the synthetic town; compiled or not."""
    graph = build_graph(synthetic_roads(7, columns=14, rows=12))
    router = RoadRouter(graph)
    rng = np.random.default_rng(3)
    low, high = graph.lon_lat.min(axis=0), graph.lon_lat.max(axis=0)
    where = [Position(*p) for p in rng.uniform(low, high, (24, 2)).tolist()]
    matrix = router.matrix(where[:12], where[12:])
    weights = router.weights()
    whose = np.repeat(np.arange(graph.arc_count), np.diff(graph.turns.at))
    step = weights.turn_s + weights.arc_s[graph.turns.into]
    open_turn = np.isfinite(step)
    linked = csr_array(
        (step[open_turn], (whose[open_turn], graph.turns.into[open_turn])), (graph.arc_count, graph.arc_count)
    )
    reached = 0
    for i, start in enumerate(where[:12]):
        for j, end in enumerate(where[12:]):
            found = router.route(start, end)
            if isinstance(found, RoadUnreachable):
                assert matrix.duration_s[i, j] == np.inf
                continue
            assert found.duration_s == pytest.approx(matrix.duration_s[i, j])
            assert found.length_m == pytest.approx(matrix.length_m[i, j])
            main = [router.snapper.snap([p], router.snapper.usable(weights.main), 500.0)[0] for p in (start, end)]
            if main[0].arc == main[1].arc:
                continue
            best = np.inf
            for arc, rest in router._seeds(main[0]):
                far = dijkstra(linked, indices=arc)
                for goal, share in router._goals(main[1]):
                    left = far[goal] - (1.0 - share) * weights.arc_s[goal]
                    if np.isfinite(left) and np.isfinite(weights.arc_s[arc]):
                        best = min(best, left + rest * weights.arc_s[arc])
            if found.start_snapped_m == main[0].off_m and found.end_snapped_m == main[1].off_m:
                assert found.duration_s == pytest.approx(best)
                reached += 1
    assert reached > 100
    fast = RoadRouter(graph, compile_searches=True)
    assert np.allclose(fast.matrix(where[:12], where[12:]).duration_s, matrix.duration_s)
    for start, end in zip(where[:12], where[12:], strict=True):
        one, other = router.route(start, end), fast.route(start, end)
        assert type(one) is type(other)
        if isinstance(one, RoadRoute):
            assert other.duration_s == pytest.approx(one.duration_s)


def test_a_file_cut_short_is_refused_and_says_so(tmp_path: Path) -> None:
    """Half a PBF, an empty one, none, text under that name: one clear refusal, never a traceback or half a town."""
    whole = grid(30, 30).write(tmp_path / "town.osm.pbf").read_bytes()
    for name, raw in (("half", whole[: len(whole) // 2]), ("tail", whole[:-7]), ("empty", b""), ("text", b"roads")):
        path = tmp_path / f"{name}.osm.pbf"
        path.write_bytes(raw)
        with pytest.raises(Refusal) as refused:
            read_roads(path)
        assert refused.value.code == "road_file_unreadable" and path.name in refused.value.text("en")
    with pytest.raises(Refusal, match="no such file"):
        read_roads(tmp_path / "none.osm.pbf")
    footpath = Town()
    footpath.way((0, 0), (1, 0), highway="footway")
    with pytest.raises(Refusal) as refused:
        build_graph(read_roads(footpath.write(tmp_path / "foot.osm.pbf")))
    assert refused.value.code == "roads_empty"


def test_a_node_without_a_place_cuts_its_way_and_is_counted(tmp_path: Path) -> None:
    """An extract that lost nodes never draws a road across the gap."""
    town = Town()
    town.way((0, 0), (1, 0), (2, 0), (3, 0))
    path = town.write(tmp_path / "gap.osm.pbf", without=(town.node(1, 0),))
    graph = build_graph(read_roads(path))
    assert "1 nodes" in graph.notes[0]
    answer = RoadRouter(graph).route(place(0, 0), place(3, 0), snap_m=50.0)
    assert isinstance(answer, RoadUnreachable) and answer.code == "start_off_road"


def test_each_line_is_answered_and_a_bad_one_does_not_stop_the_rest(tmp_path: Path) -> None:
    """A way, a place off the road, nonsense, a missing end, an empty line: in order, with numbers."""
    router = opened(grid(), tmp_path)
    lines = [
        json.dumps({"id": "a", "from": at(0, 0), "to": at(1, 0)}),
        json.dumps({"from": at(0, 0), "to": [121.9, 28.9]}),
        "nonsense",
        "",
        json.dumps({"id": 5, "from": [120.6]}),
    ]
    answers = [json.loads(line) for line in road_stream(router, lines)]
    assert answers[0]["id"] == "a" and answers[0]["length_m"] == pytest.approx(100.0, rel=2e-3)
    assert len(answers[0]["path"]) == 2 and answers[0]["duration_s"] == pytest.approx(100.0 / (25 / 3.6), rel=1e-2)
    assert answers[1]["reachable"] is False and answers[1]["reason"] == "end_off_road" and answers[1]["path"] is None
    assert answers[1]["nearest_road_m"] > 100_000
    assert answers[2]["line"] == 3 and answers[3]["line"] == 5 and answers[3]["id"] == 5
    assert "from" in answers[3]["error"]


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({"highway": "motorway"}, 100.0, None),  # one-way unless said otherwise
        ({"highway": "residential", "oneway": "-1", "maxspeed": "30"}, None, 30.0),
        ({"highway": "primary", "maxspeed": "40 mph"}, 64.37376, 64.37376),
        ({"highway": "tertiary", "maxspeed": "CN:urban"}, 40.0, 40.0),
        ({"highway": "tertiary", "maxspeed:backward": "20"}, 40.0, 20.0),
        ({"highway": "primary", "junction": "roundabout"}, 55.0, None),
    ],
)
def test_tags_say_speed_and_direction(tags: dict[str, str], forward: float | None, backward: float | None) -> None:
    """Rows of the wiki's pages on one-way streets and speed limits."""
    about = driving(tags)
    assert about is not None
    assert (about.forward_kph if about.forward else None) == pytest.approx(forward)
    assert (about.backward_kph if about.backward else None) == pytest.approx(backward)


def test_times_by_hour_follow_the_tracks_and_few_drives_change_little(tmp_path: Path) -> None:
    """At eight every street is twice as slow: one drive moves the belief a little, two hundred almost all the way."""
    router = opened(grid(4, 4), tmp_path)
    whole = router.route(place(0, 0), place(3, 0))
    assert isinstance(whole, RoadRoute)
    track = [(i * 2 * whole.duration_s / 6, place(i * 0.5, 0)) for i in range(7)]
    drives = drives_of(router, track, slot=8)
    assert len(drives) == 6 and sum(d.seconds for d in drives) == pytest.approx(2 * whole.duration_s)
    one, many = learned(router.graph, drives), learned(router.graph, drives * 200)
    factors = []
    for known in (one, many):
        slower = RoadRouter(router.graph, factors=known).route(place(0, 0), place(3, 0), slot=8)
        assert isinstance(slower, RoadRoute)
        factors.append(slower.duration_s / whole.duration_s)
    assert 1.0 < factors[0] < 1.15 and 1.8 < factors[1] < 2.0
    night = RoadRouter(router.graph, factors=one).route(place(0, 0), place(3, 0), slot=3)
    assert isinstance(night, RoadRoute) and night.duration_s / whole.duration_s < factors[0]
    assert drives_of(router, [(0.0, place(0, 0)), (5.0, place(0.05, 0)), (900.0, place(3, 0))], slot=8) == []
    nothing = learned(router.graph, [])
    assert (nothing.by_class == 1.0).all() and len(nothing.arc) == 0
