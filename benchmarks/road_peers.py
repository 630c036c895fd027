"""The peer of the road router, run by an interpreter of its own: arcs and pairs in, times and durations out."""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def main() -> None:
    """Ask scgraph the same questions over the same junctions."""
    question = json.load(sys.stdin)
    try:
        json.dump({"scgraph": _scgraph(question)}, sys.stdout)
    except ImportError:
        json.dump({}, sys.stdout)


def _scgraph(question: dict[str, Any]) -> dict[str, Any]:
    started = time.process_time()
    from scgraph import Graph

    arcs: list[dict[int, float]] = [{} for _ in range(question["nodes"])]
    for tail, head, seconds in question["arcs"]:
        arcs[tail][head] = min(seconds, arcs[tail].get(head, seconds))
    graph = Graph(arcs)
    build_s = time.process_time() - started
    times, lengths = [], []
    for start, end in question["pairs"]:
        started = time.process_time()
        found = graph.dijkstra(origin_id=start, destination_id=end)
        times.append((time.process_time() - started) * 1e3)
        lengths.append(found["length"])
    return {"build_s": build_s, "ms": times, "seconds": lengths}


if __name__ == "__main__":
    main()
