"""Killed at any instant: nothing acknowledged is lost, nothing is done twice, every timer fires once.

A child process serves a tally under load and writes down what it was acknowledged; it is killed without
warning, again and again, in the middle of whatever it does. Afterwards the data are checked against what
was acknowledged and against themselves.
"""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from tidehub.hub.clock import SystemClock
from tidehub.hub.hub import Hub
from tidehub.hub.registry import Registry
from tidehub.hub.sqlite import SqliteStore
from tidehub.hub.statement import sql
from tidehub.hub.verify import verify
from tidehub.kernel.access import platform_actor
from tidehub.kernel.facts import Command
from tidehub.testkit.tally import AddToTally, OpenTally, SetBell, TallyOpened, capability, with_tally
from tidehub.worker import Worker

BY = platform_actor("flow/crash")
CALLERS = 32
BELL_S_MAX = 1.5

_TALLIES = sql("SELECT tally_id, total, rings FROM tally_total ORDER BY tally_id")
_LEFT = sql("SELECT (SELECT COUNT(*) FROM timer) + (SELECT COUNT(*) FROM follow_up) AS n")


class CrashReport(msgspec.Struct, frozen=True):
    """What the kills did: all but ``kills``, ``acknowledged`` and ``found`` should be nought."""

    kills: int
    acknowledged: int
    found: int
    lost: int
    follow_ups_missing: int
    follow_ups_doubled: int
    timers_missing: int
    timers_doubled: int
    problems: int


async def _add_one(recorded: Any, _context: Any) -> Sequence[Command]:
    return [AddToTally(tally_id=recorded.fact.tally_id, amount=1)]


def _hub(folder: Path) -> Hub:
    registry = Registry([capability()], {TallyOpened: ["add_one"]})
    return Hub(SqliteStore(folder / "tidehub.db", registry, SystemClock()))


async def _serve(folder: Path, seed: int) -> None:
    """Be the child: callers at once, each opening tallies that ring soon, writing down every answer."""
    hub = _hub(folder)
    await hub.open(with_tally(), migrate=False)
    worker = Worker(hub, {"add_one": _add_one})
    worker.start()
    chance = random.Random(seed)  # noqa: S311 - a test's own chance, repeatable by its seed
    with (folder / "acknowledged.txt").open("a", buffering=1) as acknowledged:

        async def call(caller: int) -> None:
            for count in range(1_000_000):
                tally_id = f"{seed}-{caller}-{count}"
                ring_at = hub.clock.now() + timedelta(seconds=chance.uniform(0, BELL_S_MAX))
                await hub.handle(OpenTally(tally_id=tally_id), SetBell(tally_id=tally_id, ring_at=ring_at), by=BY)
                acknowledged.write(f"{tally_id}\n")

        await asyncio.gather(*(call(caller) for caller in range(CALLERS)))


def crash(folder: Path, kills: int, seed: int = 1) -> None:
    """Start the child and kill it, ``kills`` times, each at a random instant of its work."""
    chance = random.Random(seed)  # noqa: S311 - repeatable by its seed
    acknowledged = folder / "acknowledged.txt"
    for kill in range(kills):
        child = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "tidehub.testkit.crash", str(folder), str(seed * 100_000 + kill)],
            stderr=subprocess.PIPE,
        )
        before = acknowledged.stat().st_size if acknowledged.exists() else 0
        started = time.monotonic()
        while not acknowledged.exists() or acknowledged.stat().st_size == before:
            if child.poll() is not None:
                assert child.stderr is not None, "a pipe was asked for"
                raise AssertionError(f"the child ended by itself: {child.stderr.read().decode()[-2000:]}")
            assert time.monotonic() - started < 60, "the child does not answer anybody"
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.8))
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert child.stderr is not None, "a pipe was asked for"
        child.stderr.close()


async def examine(folder: Path, kills: int) -> CrashReport:
    """Open what is left, let the worker finish, and count."""
    hub = _hub(folder)
    await hub.open(with_tally(), migrate=False)
    worker = Worker(hub, {"add_one": _add_one})
    worker.start()
    for _ in range(3000):
        left = await hub.fetch_one(_LEFT)
        assert left is not None, "a count has a row"
        if left["n"] == 0:
            break
        await asyncio.sleep(0.02)
    await worker.stop()
    tallies = {row["tally_id"]: row for row in await hub.fetch(_TALLIES)}
    acknowledged = (folder / "acknowledged.txt").read_text().split("\n")[:-1]
    report = await verify(hub.store)
    await hub.close()
    return CrashReport(
        kills=kills,
        acknowledged=len(acknowledged),
        found=len(tallies),
        lost=sum(tally_id not in tallies for tally_id in acknowledged),
        follow_ups_missing=sum(row["total"] < 1 for row in tallies.values()),
        follow_ups_doubled=sum(row["total"] > 1 for row in tallies.values()),
        timers_missing=sum(row["rings"] < 1 for row in tallies.values()),
        timers_doubled=sum(row["rings"] > 1 for row in tallies.values()),
        problems=report.problems_count,
    )


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
