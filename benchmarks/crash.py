"""Kill the platform under load, again and again, and count what is lost or done twice."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.common import figure, goal, report

from tidehub.testkit.crash import crash, examine


def run(kills: int = 50, seed: int = 1) -> dict[str, Any]:
    """Kill a serving process ``kills`` times at random instants, then examine what it left."""
    with tempfile.TemporaryDirectory(prefix="tidehub-crash-") as folder:
        started = time.perf_counter()
        crash(Path(folder), kills, seed)
        found = asyncio.run(examine(Path(folder), kills))
        took_s = time.perf_counter() - started
    wrong = {
        "acknowledged and lost": found.lost,
        "follow-ups missing": found.follow_ups_missing,
        "follow-ups done twice": found.follow_ups_doubled,
        "timers missing": found.timers_missing,
        "timers fired twice": found.timers_doubled,
        "problems found by verify": found.problems,
    }
    figures = [
        figure("kills", found.kills, "1"),
        figure("acknowledged", found.acknowledged, "jobs"),
        figure("found", found.found, "jobs"),
        figure("took", took_s, "s"),
    ]
    return report("crash", figures, [goal(name, count, "0", count == 0) for name, count in wrong.items()])
