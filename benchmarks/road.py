"""The road router on a synthetic town: build, single questions, matrix, a closure, beside SciPy and a peer.

The town is generated (no OSM file is at hand in every checkout): 160 x 120 junctions, about 60,000 arcs; with
``TIDEHUB_ROAD_PBF`` set the file is measured instead. Ours searches over arcs and turns, with restrictions and
turn costs. SciPy's Dijkstra is the ceiling of plain compiled search: over the same turns for exactness, and over
bare junctions, an easier question, for speed. Times are processor time of one thread.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.common import figure, goal, peers_python, percentile, report
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tidehub.adapters.osm import read_roads
from tidehub.kernel.geometry import Position
from tidehub.methods.routing.road import RoadClosure, RoadGraph, RoadRoute, RoadRouter, build_graph
from tidehub.methods.routing.road.snap import Foot
from tidehub.methods.routing.road.synthetic import synthetic_roads

PEERS = Path(__file__).with_name("road_peers.py")
SEED = 20260602


def run(questions: int = 1000, peer_questions: int = 20) -> dict[str, Any]:
    """Measure; every answer of the matrix is held against SciPy over the same turns."""
    started = time.process_time()
    file = os.environ.get("TIDEHUB_ROAD_PBF")
    raw = read_roads(Path(file)) if file else synthetic_roads(columns=160, rows=120)
    read_s = time.process_time() - started
    started = time.process_time()
    graph = build_graph(raw)
    router = RoadRouter(graph, compile_searches=True)
    build_s = time.process_time() - started
    rng = np.random.default_rng(SEED)
    tails = rng.choice(np.flatnonzero(router.weights().main), size=(questions, 2))
    pairs = [(_middle(graph, int(a)), _middle(graph, int(b))) for a, b in tails]
    started = time.process_time()
    router.route(*pairs[0])
    first_s = time.process_time() - started
    ms, durations = [], []
    for start, end in pairs:
        started = time.process_time()
        found = router.route(start, end)
        ms.append((time.process_time() - started) * 1e3)
        assert isinstance(found, RoadRoute)
        durations.append(found.duration_s)
    starts, ends = [a for a, _ in pairs[:200]], [b for _, b in pairs[:200]]
    router.matrix(starts[:2], ends[:2])
    started = time.process_time()
    matrix = router.matrix(starts, ends)
    matrix_s = time.process_time() - started
    gap = float(np.max(np.abs(np.diag(matrix.duration_s) / np.maximum(durations[:200], 1e-9) - 1.0)))
    scipy_s, bare_s, exact = _scipy(router, tails[:20], matrix.duration_s)
    closing = _closure_ms(router, pairs[0])
    figures = [
        figure("arcs", graph.arc_count, "arcs"),
        figure("turns", len(graph.turns.into), "turns"),
        figure("synthetic roads" if graph.synthetic else "roads of the file", 1, "-"),
        figure("read or generated", read_s, "s"),
        figure("build with index", build_s, "s"),
        figure("first question (compiler, landmarks)", first_s, "s"),
        figure("question, median", percentile(ms, 50), "ms"),
        figure("question, 95th percentile", percentile(ms, 95), "ms"),
        figure("matrix 200 x 200", matrix_s, "s"),
        figure("SciPy's Dijkstra over the same turns, 200 starts", scipy_s, "s"),
        figure("SciPy's Dijkstra over bare junctions, 200 starts", bare_s, "s"),
        figure("closure made and counted in the next answer", closing, "ms"),
        figure("worst difference between matrix and question", gap * 1e6, "1e-6"),
        figure("worst difference to SciPy over the same turns", exact * 1e6, "1e-6"),
    ]
    figures += _peer(graph, router, tails[:peer_questions])
    goals = [
        goal("matrix against SciPy's Dijkstra over the same turns", matrix_s / scipy_s, "<= 1", matrix_s <= scipy_s),
        goal("difference to SciPy over the same turns", exact * 1e6, "<= 1 (1e-6)", exact <= 1e-6),
    ]
    return report("road", figures, goals)


def _middle(graph: RoadGraph, arc: int) -> Position:
    shape = graph.shape(arc)
    lon, lat = ((shape[0] + shape[1]) / 2.0).tolist()
    return Position(lon, lat)


def _linked(tail: Any, head: Any, seconds: Any, count: int) -> Any:
    """A sparse matrix that keeps the quickest of parallel arcs."""
    order = np.lexsort((seconds, head, tail))
    tail, head, seconds = tail[order], head[order], seconds[order]
    first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))
    return csr_array((seconds[first], (tail[first], head[first])), (count, count))


def _scipy(router: RoadRouter, tails: Any, ours: Any) -> tuple[float, float, float]:
    graph, weights = router.graph, router.weights()
    arcs, turns = graph.arcs, graph.turns
    whose = np.repeat(np.arange(graph.arc_count), np.diff(turns.at))
    step = weights.turn_s + weights.arc_s[turns.into]
    ok = np.isfinite(step)
    over_turns = _linked(whose[ok], turns.into[ok], step[ok], graph.arc_count)
    worst = 0.0
    usable = np.ones(len(router.snapper.stretch), bool)
    feet: list[tuple[Foot, Foot]] = []
    for row in tails:
        here, there = router.snapper.snap([_middle(graph, int(arc)) for arc in row], usable, 50.0)
        assert isinstance(here, Foot) and isinstance(there, Foot)
        feet.append((here, there))
    started = time.process_time()
    for i, (here, _) in enumerate(feet):
        far = [(dijkstra(over_turns, indices=arc), rest * weights.arc_s[arc]) for arc, rest in router._seeds(here)]
        for j, (_, there) in enumerate(feet):
            if here.arc == there.arc:
                continue
            best = min(
                float(times[goal]) - (1.0 - share) * float(weights.arc_s[goal]) + left
                for times, left in far
                for goal, share in router._goals(there)
                if np.isfinite(left) and np.isfinite(weights.arc_s[goal])
            )
            worst = max(worst, abs(ours[i, j] / best - 1.0))
    over_turns_s = (time.process_time() - started) * 200 / len(tails)
    allowed = weights.allowed
    bare = _linked(arcs.tail[allowed], arcs.head[allowed], arcs.free_s[allowed], int(arcs.head.max()) + 1)
    started = time.process_time()
    dijkstra(bare, indices=arcs.head[tails[:, 0]])
    return over_turns_s, (time.process_time() - started) * 200 / len(tails), worst


def _closure_ms(router: RoadRouter, pair: tuple[Position, Position]) -> float:
    found = router.route(*pair)
    assert isinstance(found, RoadRoute)
    at = found.points[len(found.points) // 2]
    started = time.process_time()
    router.close([RoadClosure("bench", at, 20.0)])
    around = router.route(*pair)
    elapsed_ms = (time.process_time() - started) * 1e3
    router.close([])
    assert not isinstance(around, RoadRoute) or around.duration_s >= found.duration_s
    return elapsed_ms


def _peer(graph: RoadGraph, router: RoadRouter, tails: Any) -> list[dict[str, Any]]:
    python = peers_python()
    if not python:
        return []
    arcs, allowed = graph.arcs, np.flatnonzero(router.weights().allowed)
    question = {
        "nodes": int(max(arcs.head.max(), arcs.tail.max())) + 1,
        "arcs": [[int(arcs.tail[a]), int(arcs.head[a]), float(arcs.free_s[a])] for a in allowed.tolist()],
        "pairs": [[int(arcs.head[a]), int(arcs.head[b])] for a, b in tails.tolist()],
    }
    try:
        done = subprocess.run(
            [python, str(PEERS)], input=json.dumps(question), capture_output=True, text=True, timeout=600, check=True
        )
    except (subprocess.SubprocessError, OSError):
        return [figure("peers that could not be asked", 1, "process")]
    figures = []
    for name, answer in json.loads(done.stdout).items():
        figures.append(figure(f"{name}, bare junctions: build", answer["build_s"], "s"))
        figures.append(figure(f"{name}, bare junctions: question, median", percentile(answer["ms"], 50), "ms"))
    return figures
