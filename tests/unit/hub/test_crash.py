"""The platform is killed under load."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tidehub.testkit.crash import crash, examine


async def test_killed_three_times_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """Every acknowledged job is there once, every follow-up is done once, every timer fires once."""
    await asyncio.to_thread(crash, tmp_path, 3)
    report = await examine(tmp_path, 3)
    assert report.acknowledged > 0
    assert report.found >= report.acknowledged
    wrong = (
        report.lost,
        report.follow_ups_missing,
        report.follow_ups_doubled,
        report.timers_missing,
        report.timers_doubled,
        report.problems,
    )
    assert wrong == (0, 0, 0, 0, 0, 0)
