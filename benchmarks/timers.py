"""Timers: what many open ones cost while nothing is due, and how fast many due at once are done."""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.common import figure, goal, report

from tidehub.hub.hub import Hub
from tidehub.hub.registry import Registry
from tidehub.hub.sqlite import SqliteStore
from tidehub.hub.statement import sql
from tidehub.kernel.access import platform_actor
from tidehub.testkit.clock import FixedClock
from tidehub.testkit.tally import OpenTally, SetBell, capability, with_tally
from tidehub.worker import Worker

BY = platform_actor("flow/bench")
_RINGS = sql("SELECT SUM(rings) AS n, MAX(rings) AS most FROM tally_total")
_OPEN = sql("SELECT COUNT(*) AS n FROM timer")


def run(open_timers: int = 100_000, due_at_once: int = 10_000, idle_s: float = 10.0) -> dict[str, Any]:
    """Set timers, stand idle beside them, then let some fall due at the same instant."""
    with tempfile.TemporaryDirectory(prefix="tidehub-timers-") as folder:
        return asyncio.run(_run(Path(folder), open_timers, due_at_once, idle_s))


async def _run(folder: Path, open_timers: int, due_at_once: int, idle_s: float) -> dict[str, Any]:
    clock = FixedClock()
    hub = Hub(SqliteStore(folder / "tidehub.db", Registry([capability()]), clock))
    await hub.open(with_tally(), migrate=False)
    soon, late = clock.now() + timedelta(hours=1), clock.now() + timedelta(days=30)
    started = time.perf_counter()
    for first in range(0, open_timers, 1000):
        await asyncio.gather(
            *(
                hub.handle(
                    OpenTally(tally_id=f"t{n}"),
                    SetBell(tally_id=f"t{n}", ring_at=soon if n < due_at_once else late),
                    by=BY,
                )
                for n in range(first, min(first + 1000, open_timers))
            )
        )
    set_per_s = open_timers / (time.perf_counter() - started)
    worker = Worker(hub, {})
    worker.start()
    await asyncio.sleep(0.5)
    cpu_before = _cpu_s()
    await asyncio.sleep(idle_s)
    idle_share = (_cpu_s() - cpu_before) / idle_s
    started = time.perf_counter()
    clock.set(soon)
    worker.wake()  # as the end of its sleep would at the instant that is due
    while (await _one(hub, _OPEN))["n"] > open_timers - due_at_once:
        await asyncio.sleep(0.01)
    drained_s = time.perf_counter() - started
    rings = await _one(hub, _RINGS)
    await worker.stop()
    await hub.close()
    return report(
        "timers",
        [
            figure("open timers", open_timers, "1"),
            figure("set, each with a new chain and its fact", set_per_s, "timers/s"),
            figure("idle share of a core", idle_share, "1"),
            figure("due at once", due_at_once, "1"),
            figure("drained in", drained_s, "s"),
        ],
        [
            goal("idle share of a core", idle_share, "< 0.01", idle_share < 0.01),
            goal("drained, s", drained_s, "<= 2", drained_s <= 2.0),
            goal("fired", rings["n"], str(due_at_once), rings["n"] == due_at_once),
            goal("fired twice", rings["most"] - 1, "0", rings["most"] == 1),
        ],
    )


async def _one(hub: Hub, statement: Any) -> Any:
    row = await hub.fetch_one(statement)
    assert row is not None, "a count has a row"
    return row


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
