"""The water router on Taizhou bay: build, single questions, fleet matrix, exactness, and what peers do with
the same.

Pairs are drawn half uniformly over the water and half near a shore, 5 to 60 km apart, from a fixed seed.
Every route is judged against the charted coast by whole-number predicates that share nothing with the router.
Lengths are held against plain Dijkstra over the full visibility graph of small random maps (every pair of
vertices judged) and, on the bay, against the sweep that computes matrices.

Times are processor time of one thread, so that other work on the machine does not count.

Peers run in the same call once ``make peers`` has set them up (one needs an older NumPy than Tidehub).
"""

from __future__ import annotations

import json
import math
import subprocess
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.common import figure, goal, peers_python, percentile, report

from tidehub.adapters.routes import read_areas
from tidehub.kernel.geometry import Position
from tidehub.methods.routing import Route, WaterMap, plan_route, travel_matrix
from tidehub.methods.routing.lookout import Place
from tidehub.methods.routing.referee import shortest_cm
from tidehub.methods.routing.search import Point

LAND = Path(__file__).parents[1] / "packs" / "blue_circle" / "data" / "taizhou_land.geojson"
PEERS = Path(__file__).with_name("water_peers.py")
SEED = 20260601


def run(routes: int = 100_000, peer_routes: int = 200, builds: int = 5) -> dict[str, Any]:
    """Measure; ``routes`` random routes are judged, ``peer_routes`` of them are also given to the peers."""
    land = read_areas(LAND.read_bytes(), "land")
    build_s = []
    for _ in range(builds):
        started = time.process_time()
        water = WaterMap.build(land.areas, bounds=land.bounds)
        assert water.searcher is not None
        build_s.append(time.process_time() - started)
    rng = np.random.default_rng(SEED)
    pairs = _pairs(water, rng, routes)
    places = [(_place(water, a), _place(water, b)) for a, b in pairs]
    search_ms, paths = _timed(water, places)
    crossings = _crossings(water, paths)
    plan_ms = _plan_ms(water, pairs[: min(routes, 2000)])
    water.hasten()
    water.searcher.path(*places[0])  # loading the compiler's work is not a question
    swift_ms, swift_paths = _timed(water, places)
    swift_gap = max(abs(_length_cm(a) / max(1.0, _length_cm(b)) - 1.0) for a, b in zip(swift_paths, paths, strict=True))
    crossings += _crossings(water, swift_paths)
    swift_plan_ms = _plan_ms(water, pairs[: min(routes, 2000)])
    straight = sum(len(path) == 2 for path in paths)
    lengths = [_length_cm(path) for path in paths]
    detour = [length / max(1.0, math.dist(path[0], path[-1])) for length, path in zip(lengths, paths, strict=True)]
    ratio, referee_pairs = _worst_ratio(rng)
    pair_us, matrix_gap = _matrix(water, pairs)
    figures = [
        figure(f"build, median of {builds}", float(np.median(build_s)), "s"),
        figure("question, median", percentile(search_ms, 50), "ms"),
        figure("question, mean", float(np.mean(search_ms)), "ms"),
        figure("question, 95th percentile", percentile(search_ms, 95), "ms"),
        figure("question with legs, courses and clearances, median", percentile(plan_ms, 50), "ms"),
        figure("question with legs, courses and clearances, 95th percentile", percentile(plan_ms, 95), "ms"),
        figure("compiled question, median", percentile(swift_ms, 50), "ms"),
        figure("compiled question, mean", float(np.mean(swift_ms)), "ms"),
        figure("compiled question, 95th percentile", percentile(swift_ms, 95), "ms"),
        figure("compiled question with legs, courses and clearances, median", percentile(swift_plan_ms, 50), "ms"),
        figure("worst difference between compiled and Python", swift_gap * 1e6, "1e-6"),
        figure("fleet matrix 30 x 300, a pair", pair_us, "us"),
        figure("routes judged, in Python and compiled", 2 * len(paths), "routes"),
        figure("routes that enter land", crossings, "routes"),
        figure("routes that are straight", 100.0 * straight / len(paths), "%"),
        figure("detour, mean", float(np.mean(detour)), "ratio"),
        figure("detour, worst", max(detour), "ratio"),
        figure("pairs held against the full visibility graph", referee_pairs, "pairs"),
        figure("worst excess over the optimum", ratio, "1e-6"),
        figure("worst difference between matrix and question", matrix_gap, "1e-6"),
    ]
    goals = [
        goal("build", float(np.median(build_s)), "<= 1 s", float(np.median(build_s)) <= 1.0),
        goal(
            "question, median",
            percentile(search_ms, 50),
            "<= 2 ms in Python",
            percentile(search_ms, 50) <= 2.0,
        ),
        goal(
            "question, 95th percentile",
            percentile(search_ms, 95),
            "<= 5 ms",
            percentile(search_ms, 95) <= 5.0,
        ),
        goal(
            "compiled question, median",
            percentile(swift_ms, 50),
            "<= 0.1 ms",
            percentile(swift_ms, 50) <= 0.1,
        ),
        goal("fleet matrix, a pair", pair_us, "<= 65 us", pair_us <= 65.0),
        goal("length above the optimum", ratio, "<= 1 (1e-6)", abs(ratio) <= 1.0),
        goal("routes that enter land", crossings, "0", crossings == 0),
    ]
    figures += _peers(water, land.areas, pairs[:peer_routes], lengths[:peer_routes])
    return report("water", figures, goals)


def _pairs(water: WaterMap, rng: np.random.Generator, count: int) -> list[tuple[Position, Position]]:
    """Pairs in the largest water, 5 to 60 km apart; every second one between places within 300 m of a shore."""
    found: list[tuple[Position, Position]] = []
    west, south, east, north = water.bounds
    while len(found) < count:
        size = 2 * count
        uniform = water.local.grid_all(rng.uniform((west, south), (east, north), size=(size, 2)))
        shore = water.mesh.xy[rng.integers(len(water.mesh.xy), size=size)]
        near = np.rint(shore + rng.uniform(-30_000, 30_000, size=(size, 2)))
        points = np.where(np.arange(size)[:, None] // 2 % 2 == 0, uniform, near)
        triangles = water.mesh.locate(points)
        wet = (triangles >= 0) & (water.mesh.piece[triangles] == 0)
        apart = np.hypot(*(points[::2] - points[1::2]).T)
        good = wet[::2] & wet[1::2] & (apart > 5e5) & (apart < 6e6)
        degrees = water.local.lon_lat_all(points).reshape(-1, 2, 2)[good]
        found += [(Position(*a), Position(*b)) for a, b in degrees.tolist()]
    return found[:count]


def _place(water: WaterMap, at: Position) -> Place:
    return water.entries(water.local.grid(at.lon, at.lat), 100.0)[0].place


def _timed(water: WaterMap, places: list[tuple[Place, Place]]) -> tuple[list[float], list[list[Point]]]:
    """Each question from two grid points to the turning points, location included."""
    times, paths = [], []
    for a, b in places:
        started = time.process_time()
        start = Place(a.x, a.y, water.locator.locate(a.x, a.y))
        end = Place(b.x, b.y, water.locator.locate(b.x, b.y))
        path = water.searcher.path(start, end)
        times.append((time.process_time() - started) * 1e3)
        assert path is not None
        paths.append(path)
    return times, paths


def _crossings(water: WaterMap, paths: list[list[Point]]) -> int:
    begin = np.array([point for path in paths for point in path[:-1]])
    end = np.array([point for path in paths for point in path[1:]])
    owner = np.repeat(np.arange(len(paths)), [len(path) - 1 for path in paths])
    crossed = np.zeros(len(begin), dtype=bool)
    for at in range(0, len(begin), 20_000):
        part = slice(at, at + 20_000)
        crossed[part] = water.shore.crossed(begin[part], end[part])
    return len(np.unique(owner[crossed]))


def _plan_ms(water: WaterMap, pairs: list[tuple[Position, Position]]) -> list[float]:
    times = []
    for a, b in pairs:
        started = time.process_time()
        route = plan_route(water, a, b, snap_m=1.0)
        times.append((time.process_time() - started) * 1e3)
        assert isinstance(route, Route)
    return times


def _length_cm(path: list[Point]) -> float:
    return math.fsum(math.dist(a, b) for a, b in pairwise(path))


def _worst_ratio(rng: np.random.Generator, maps: int = 30, places: int = 12) -> tuple[float, int]:
    """Largest excess over the referee's length, in millionths, over random maps of about ten islands."""
    worst, compared = -math.inf, 0
    for _ in range(maps):
        islands = []
        for _ in range(10):
            centre, corners = rng.uniform((121.02, 28.02), (121.18, 28.18)), int(rng.integers(4, 11))
            angle = np.sort(rng.uniform(0.0, 2.0 * math.pi, corners))
            reach = rng.uniform(0.004, 0.025, corners)[:, None]
            ring = centre + reach * np.column_stack([np.cos(angle), np.sin(angle)])
            islands.append([[*ring.tolist(), ring[0].tolist()]])
        water = WaterMap.build(islands, bounds=(121.0, 28.0, 121.2, 28.2), repair=True)
        points = water.local.grid_all(rng.uniform((121.001, 28.001), (121.199, 28.199), size=(places, 2)))
        triangles = water.mesh.locate(points)
        wet = (triangles >= 0) & (water.mesh.piece[triangles] == 0)
        points, triangles = points[wet], triangles[wet]
        if len(np.unique(water.mesh.corner_vertex)) < len(water.mesh.corner_vertex):
            continue  # islands that touch in a point: the referee would sail through
        expected = shortest_cm(water, points)
        spots = [Place(x, y, t) for (x, y), t in zip(points.tolist(), triangles.tolist(), strict=True)]
        for i, a in enumerate(spots):
            for j in range(i):
                path = water.searcher.path(a, spots[j])
                assert path is not None
                worst = max(worst, (_length_cm(path) / expected[i, j] - 1.0) * 1e6)
                compared += 1
    return float(worst), compared


def _matrix(water: WaterMap, pairs: list[tuple[Position, Position]]) -> tuple[float, float]:
    boats = [a for a, _ in pairs[:30]]
    berths = [b for _, b in pairs[:300]]
    times = []
    for _ in range(5):
        started = time.process_time()
        matrix = travel_matrix(water, boats, berths, snap_m=1.0)
        times.append(time.process_time() - started)
    gap = 0.0
    for i in range(0, len(boats), 3):
        for j in range(0, len(berths), 15):
            route = plan_route(water, boats[i], berths[j], snap_m=1.0)
            assert isinstance(route, Route)
            if route.length_m:
                gap = max(gap, float(abs(matrix.length_m[i, j] / route.length_m - 1.0) * 1e6))
    return float(np.median(times)) / (len(boats) * len(berths)) * 1e6, gap


def _peers(
    water: WaterMap, areas: Any, pairs: list[tuple[Position, Position]], lengths: list[float]
) -> list[dict[str, Any]]:
    """Figures of the peers on the same pairs: time, length against ours, routes that enter land."""
    python = peers_python()
    if not python or not pairs:
        return []
    plane = water.local.grid_all(np.array([(p.lon, p.lat) for pair in pairs for p in pair])).reshape(-1, 2, 2)
    largest = water.largest_piece()
    question = {
        "pairs_lon_lat": [[[a.lon, a.lat], [b.lon, b.lat]] for a, b in pairs],
        "pairs_cm": plane.tolist(),
        "outline_cm": largest[0].tolist(),
        "holes_cm": [ring.tolist() for ring in largest[1:]],
    }
    try:
        done = subprocess.run(
            [python, str(PEERS)], input=json.dumps(question), capture_output=True, text=True, timeout=3000, check=True
        )
    except (subprocess.SubprocessError, OSError):
        return [figure("peers that could not be asked", 1, "process")]  # our own figures stand without them
    figures = []
    for name, answer in json.loads(done.stdout).items():
        figures.append(figure(f"{name}: build", answer["build_s"], "s"))
        figures.append(figure(f"{name}: question, median", percentile(answer["ms"], 50), "ms"))
        paths = [
            np.rint(np.array(path)) if answer["plane"] else water.local.grid_all(np.array(path, dtype=float))
            for path in answer["paths"]
        ]
        ratios = [_length_cm(path.tolist()) / own for path, own in zip(paths, lengths, strict=False)]
        figures.append(figure(f"{name}: length against the optimum, mean", float(np.mean(ratios)), "ratio"))
        entering = sum(bool(water.shore.crossed(path[:-1], path[1:]).any()) for path in paths)
        figures.append(figure(f"{name}: routes that enter land", 100.0 * entering / len(paths), "%"))
    return figures
