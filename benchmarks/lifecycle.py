"""Whole lives of cases over HTTP, on an empty store and on one with many cases, and the list page beside it.

A life is four calls by three people: opened, assigned, resolved, closed; each answered when it is on disk.
What follows the facts (flows, timers, figures) runs beside it as in real life.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.common import figure, goal, report
from benchmarks.load.client import Load, drive, once, request
from benchmarks.load.lives import CALLS, Lives, pages
from benchmarks.load.loader import load_cases
from benchmarks.load.places import OFFICER, REGION
from benchmarks.load.process import Served, serving
from benchmarks.load.server import build_platform

CONNECTIONS = 32
LIST_SECONDS = 3.0


def run(cases: int = 1_000_000, seconds: float = 15.0) -> dict[str, Any]:
    """Measure with ``cases`` loaded; each figure for ``seconds``."""
    figures: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="tidehub-lifecycle-") as name:
        empty_at, loaded_at = Path(name) / "empty", Path(name) / "loaded"
        empty_at.mkdir()
        loaded_at.mkdir()
        started = time.perf_counter()
        facts = asyncio.run(_load(loaded_at, cases))
        took_s = time.perf_counter() - started
        size = sum(path.stat().st_size for path in (loaded_at / "data").glob("tidehub.db*"))
        figures += [
            figure("cases loaded", cases, "cases"),
            figure("facts loaded", facts, "facts"),
            figure("loading", facts / took_s, "facts/s"),
            figure("size of the store", size / 2**30, "GiB"),
        ]
        with serving("platform", folder=empty_at) as empty, serving("platform", folder=loaded_at) as loaded:
            # Turn about, so that what else the machine does falls on both alike.
            runs: dict[str, list[Load]] = {"empty": [], "loaded": []}
            for turn in range(2):
                for which, served in (("empty", empty), ("loaded", loaded)):
                    runs[which].append(_lives(served, f"{which[0]}{turn}", seconds / 2))
            figures.append(figure("memory of the loaded server", loaded.resident_mib(), "MiB"))
            lists = _lists(loaded)
        per_s = {which: _per_s(loads) for which, loads in runs.items()}
        waited = {which: [s for load in loads for s in load.waited_s] for which, loads in runs.items()}
    p95 = {which: Load(waited_s=times).ms(95) for which, times in waited.items()}
    for which in ("empty", "loaded"):
        figures += [
            figure(f"lives, {which}", per_s[which], "lives/s"),
            figure(f"call, {which}, p50", Load(waited_s=waited[which]).ms(50), "ms"),
            figure(f"call, {which}, p95", p95[which], "ms"),
        ]
    figures += [figure(f"list page of 100, {who}", ms, "ms") for who, ms in lists.items()]
    kept, list_ms = per_s["loaded"] / per_s["empty"], max(lists.values())
    goals = [
        goal("lives a second, loaded", per_s["loaded"], ">= 300", per_s["loaded"] >= 300),
        goal("call, loaded, p95, ms", p95["loaded"], "< 100", p95["loaded"] < 100),
        goal("loaded / empty", kept, ">= 0.90", kept >= 0.90),
        goal("authorised list page, median of the slowest kind, ms", list_ms, "< 20", list_ms < 20),
    ]
    return report("lifecycle", figures, goals)


async def _load(folder: Path, cases: int) -> int:
    platform = build_platform(folder)
    await platform.hub.open()
    try:
        return await load_cases(platform, cases)
    finally:
        await platform.hub.close()


def _lives(served: Served, prefix: str, seconds: float) -> Load:
    lives = Lives(served.tokens, prefix)
    load = drive(served.port, lambda _number: lives.script(), connections=CONNECTIONS, seconds=seconds)
    load.demand_good()
    return load


def _per_s(loads: list[Load]) -> float:
    return sum(load.good for load in loads) / sum(load.took_s for load in loads) / CALLS


def _lists(served: Served) -> dict[str, float]:
    """Median of each kind of list page, one asker at a time; the officer sees his region only."""
    kinds = {
        "all he may see": "limit=100",
        "of a state": "limit=100&state=PENDINGATLME",
        "of a town, open": f"limit=100&region={REGION}007&open_only=true",
        "a page far down": "limit=100&cursor=" + _far_down(served),
    }
    return {name: _list_ms(served, query) for name, query in kinds.items()}


def _list_ms(served: Served, query: str) -> float:
    token = served.tokens[OFFICER]
    load = drive(served.port, lambda _number: pages(token, query), connections=1, seconds=LIST_SECONDS)
    load.demand_good()
    return load.ms(50)


def _far_down(served: Served) -> str:
    """The cursor after some pages."""
    cursor = ""
    for _ in range(20):
        query = f"limit=500{'&cursor=' + cursor if cursor else ''}"
        status, body = once(served.port, request("GET", f"/api/v1/cases?{query}", token=served.tokens[OFFICER]))
        assert status == 200, body[:500]
        following = json.loads(body)["next"]
        if following is None:
            break
        cursor = following
    return cursor
