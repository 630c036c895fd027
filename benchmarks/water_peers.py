"""Peers of the water router, run by an interpreter of their own: pairs in on standard input, paths and times
out.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any


def main() -> None:
    """Ask every peer that is installed."""
    question = json.load(sys.stdin)
    answers = {}
    for name, ask in (
        ("extremitypathfinder", _extremitypathfinder),
        ("searoute", _searoute),
        ("scgraph", _scgraph),
    ):
        try:
            answers[name] = ask(question)
        except ImportError:
            continue
    json.dump(answers, sys.stdout)


def _timed(pairs: list[Any], ask: Callable[[Any, Any], list[Any]]) -> dict[str, Any]:
    times, paths = [], []
    for a, b in pairs:
        started = time.process_time()
        path = ask(a, b)
        times.append((time.process_time() - started) * 1e3)
        paths.append([a, b] if len(path) < 2 else path)
    return {"ms": times, "paths": paths}


def _extremitypathfinder(question: dict[str, Any]) -> dict[str, Any]:
    from extremitypathfinder import PolygonEnvironment

    started = time.process_time()
    environment = PolygonEnvironment()
    environment.store(question["outline_cm"], question["holes_cm"], validate=False)
    build_s = time.process_time() - started

    def ask(a: Any, b: Any) -> list[Any]:
        path, _ = environment.find_shortest_path(tuple(a), tuple(b), verify=False)
        return [list(map(float, point)) for point in path]

    return {"plane": True, "build_s": build_s} | _timed(question["pairs_cm"], ask)


def _searoute(question: dict[str, Any]) -> dict[str, Any]:
    started = time.process_time()
    import searoute

    searoute.searoute([121.9, 28.5], [122.0, 28.4])
    build_s = time.process_time() - started

    def ask(a: Any, b: Any) -> list[Any]:
        return [a, *searoute.searoute(a, b)["geometry"]["coordinates"], b]

    return {"plane": False, "build_s": build_s} | _timed(question["pairs_lon_lat"], ask)


def _scgraph(question: dict[str, Any]) -> dict[str, Any]:
    started = time.process_time()
    from scgraph.geographs.marnet import marnet_geograph

    build_s = time.process_time() - started

    def ask(a: Any, b: Any) -> list[Any]:
        found = marnet_geograph.get_shortest_path(
            origin_node={"longitude": a[0], "latitude": a[1]},
            destination_node={"longitude": b[0], "latitude": b[1]},
        )
        return [[point[1], point[0]] for point in found["coordinate_path"]]

    return {"plane": False, "build_s": build_s} | _timed(question["pairs_lon_lat"], ask)


if __name__ == "__main__":
    main()
