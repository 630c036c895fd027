"""The laws of the router, on small random maps against an independent referee, and on the real bay."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidehub.kernel.geometry import Position
from tidehub.methods.routing import Route, WaterMap, plan_route, travel_matrix
from tidehub.methods.routing.access import length_cm
from tidehub.methods.routing.lookout import Place
from tidehub.methods.routing.referee import shortest_cm

BOUNDS = (121.0, 28.0, 121.02, 28.02)
STEP = 0.001  # a coarse lattice makes collinear and touching cases common


def lattice(x: float, y: float) -> tuple[float, float]:
    return 121.0 + x * STEP, 28.0 + y * STEP


@st.composite
def star(draw: st.DrawFn) -> list[list[tuple[float, float]]]:
    """A star-shaped island on the lattice."""
    x, y = draw(st.integers(3, 17)), draw(st.integers(3, 17))
    corners = draw(st.integers(3, 9))
    points = []
    for k in range(corners):
        reach = draw(st.sampled_from([1, 1.5, 2, 3]))
        angle = 2 * math.pi * k / corners
        points.append(lattice(x + round(reach * math.cos(angle) * 2) / 2, y + round(reach * math.sin(angle) * 2) / 2))
    return [[*points, points[0]]]


@st.composite
def block(draw: st.DrawFn) -> list[list[tuple[float, float]]]:
    """An island with sides along the lattice."""
    x, y = draw(st.integers(1, 16)), draw(st.integers(1, 16))
    w, h = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return [[lattice(x, y), lattice(x + w, y), lattice(x + w, y + h), lattice(x, y + h), lattice(x, y)]]


islands = st.lists(st.one_of(block(), star()), min_size=1, max_size=7)
places = st.lists(
    st.tuples(st.integers(1, 39), st.integers(1, 39)).map(lambda p: lattice(p[0] / 2, p[1] / 2)),
    min_size=2,
    max_size=5,
    unique=True,
)


def _water(land: list) -> WaterMap:
    return WaterMap.build(land, bounds=BOUNDS, repair=True)


def _in_water(water: WaterMap, where: list) -> list[Position]:
    inside = [Position(*p) for p in where]
    return [p for p in inside if water.piece_of(p) is not None]


@settings(max_examples=120, deadline=None)
@given(islands, places)
def test_the_way_is_the_shortest_there_is(land, where):
    """On random maps the router and the brute-force referee find the same length, to a millionth."""
    water = _water(land)
    inside = _in_water(water, where)
    if len(inside) < 2:
        return
    points = np.array([water.local.grid(p.lon, p.lat) for p in inside])
    expected = shortest_cm(water, points) / 100.0
    matrix = travel_matrix(water, inside, inside).length_m
    for i, a in enumerate(inside):
        for j, b in enumerate(inside):
            route = plan_route(water, a, b)
            if water.piece_of(a) != water.piece_of(b):
                assert not isinstance(route, Route) and math.isinf(matrix[i, j])
                continue
            assert isinstance(route, Route)
            assert route.length_m == pytest.approx(matrix[i, j], rel=1e-12, abs=1e-9)
            if not _touches_in_points(water):
                assert route.length_m == pytest.approx(expected[i, j], rel=1e-9, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(islands, places)
def test_the_compiled_search_gives_the_same_ways(land, where):
    """In the water, on shores and at corners: machine code and Python find ways of the same length, or none."""
    from tidehub.methods.routing.swift import SwiftSearcher

    water = _water(land)
    swift = SwiftSearcher(water.mesh, water.graph)
    points = [water.local.grid(*p) for p in where] + [tuple(p) for p in water.mesh.xy[:4].tolist()]
    spots = [Place(x, y, t) for x, y in points if (t := water.locator.locate(x, y)) >= 0]
    for a in spots:
        for b in spots:
            if water.mesh.piece[a.triangle] == water.mesh.piece[b.triangle]:
                slow, fast = water.searcher.path(a, b), swift.path(a, b)
                assert slow is not None and fast is not None
                assert length_cm(fast) == pytest.approx(length_cm(slow), rel=1e-12)
            else:
                assert swift.path(a, b) is None


def _touches_in_points(water: WaterMap) -> bool:
    vertices = water.mesh.corner_vertex
    return len(np.unique(vertices)) < len(vertices)


@settings(max_examples=60, deadline=None)
@given(islands, block(), places)
def test_an_island_more_never_makes_a_way_shorter(land, more, where):
    """Adding an obstacle lengthens ways or closes them."""
    fewer, water = _water(land), _water([*land, more])
    inside = _in_water(water, where)
    before, after = (travel_matrix(w, inside, inside).length_m for w in (fewer, water))
    assert (after >= before * (1 - 1e-9) - 0.02).all()  # sides snap by up to a centimetre at new crossings


@settings(max_examples=60, deadline=None)
@given(islands, places)
def test_no_detour_pays_and_both_directions_agree(land, where):
    """The triangle inequality and symmetry hold between all places."""
    water = _water(land)
    inside = _in_water(water, where)
    length = travel_matrix(water, inside, inside).length_m
    assert np.allclose(length, length.T, rtol=1e-12, atol=1e-9) or not np.isfinite(length).all()
    for k in range(len(inside)):
        assert (length <= length[:, [k]] + length[[k], :] + 1e-6).all()


def _random_places(water: WaterMap, count: int, seed: int) -> list[Position]:
    rng = np.random.default_rng(seed)
    found: list[Position] = []
    while len(found) < count:
        lon_lat = rng.uniform((121.2, 28.2), (122.2, 28.9), size=(count, 2))
        found += [p for p in (Position(*row) for row in lon_lat.tolist()) if water.piece_of(p) == 0]
    return found[:count]


def test_never_across_land_in_the_real_bay(bay):
    """Of two thousand random routes in Taizhou bay none enters land, by whole-number predicates."""
    where = _random_places(bay, 4000, 7)
    begin, end = [], []
    for a, b in zip(where[::2], where[1::2], strict=True):
        points = np.array(bay.searcher.path(_place(bay, a), _place(bay, b)))
        begin.append(points[:-1])
        end.append(points[1:])
    assert not bay.shore.crossed(np.vstack(begin), np.vstack(end)).any()


def _place(water: WaterMap, at: Position):
    return water.entries(water.local.grid(at.lon, at.lat), 0.0)[0].place


def test_the_real_bay_is_symmetric_and_repeatable(bay):
    """There and back are the same points; the matrix says what the single question says."""
    where = _random_places(bay, 40, 11)
    matrix = travel_matrix(bay, where[:20], where[20:])
    for i, a in enumerate(where[:20]):
        for j, b in enumerate(where[20:]):
            there, back = plan_route(bay, a, b), plan_route(bay, b, a)
            assert isinstance(there, Route) and isinstance(back, Route)
            assert there.points == back.points[::-1] and there.length_m == back.length_m
            assert matrix.length_m[i, j] == pytest.approx(there.length_m, rel=1e-12)
            assert there.lower_bound_m == there.length_m
