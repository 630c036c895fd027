"""How fast ``tidehub verify`` checks a store: every chain, every number, every table computed again."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.common import figure, goal, report
from benchmarks.load.loader import load_cases
from benchmarks.load.server import build_platform

from tidehub.hub.verify import VerifyReport, verify


def run(cases: int = 100_000) -> dict[str, Any]:
    """Load ``cases`` and verify the store."""
    with tempfile.TemporaryDirectory(prefix="tidehub-verify-") as name:
        found = asyncio.run(_verified(Path(name), cases))
    per_million_s = found.took_s / found.facts * 1e6
    figures = [
        figure("facts", found.facts, "facts"),
        figure("chains", found.streams, "chains"),
        figure("rows compared", found.rows, "rows"),
        figure("took", found.took_s, "s"),
        figure("checked", found.facts / found.took_s, "facts/s"),
    ]
    goals = [
        goal("problems found", found.problems_count, "0", found.problems_count == 0),
        goal("seconds for a million facts", per_million_s, "< 60", per_million_s < 60),
    ]
    return report("verify", figures, goals)


async def _verified(folder: Path, cases: int) -> VerifyReport:
    platform = build_platform(folder)
    await platform.hub.open()
    try:
        await load_cases(platform, cases)
        return await verify(platform.hub.store, platform.files)
    finally:
        await platform.hub.close()
