"""Tables that follow the log by a cursor of their own (``Capability.deferred``): figures, within a second.

A batch of facts and the cursor behind it are written in one transaction, so each fact counts exactly once,
through any crash. Nothing waits for it: reporters are answered when their facts are on disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from functools import partial

from tidehub.hub.hub import Hub
from tidehub.hub.log import Recorded, read_after
from tidehub.hub.statement import Write, sql
from tidehub.hub.transaction import Transaction

BATCH = 500
SLEEP_S = 1.0

_CURSOR = sql("SELECT seq FROM cursor WHERE name = :name FOR UPDATE", short=True)
_WHERE = sql("SELECT seq FROM cursor WHERE name = :name", short=True)
_BEGIN = sql("INSERT INTO cursor (name, seq) VALUES (:name, 0) ON CONFLICT (name) DO NOTHING")
_MOVE = sql("INSERT INTO cursor (name, seq) VALUES (:name, :seq) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq")

logger = logging.getLogger(__name__)


async def _apply(name: str, before: int, seq: int, writes: Sequence[Write], tx: Transaction) -> bool:
    """Take in a batch and move the cursor, if it still stands where the batch begins."""
    await tx.execute(_BEGIN, name=name)
    row = await tx.fetch_one(_CURSOR, name=name)
    if row is None or int(row["seq"]) != before:
        return False
    for write in writes:
        tx.write(write)
    await tx.execute(_MOVE, name=name, seq=seq)
    return True


class Follower:
    """Keeps the deferred tables of all capabilities up to date; of several nodes, whoever comes first.

    Parameters
    ----------
    hub
        Opened.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._capabilities = [one for one in hub.registry.capabilities if one.deferred]
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def catch_up(self) -> int:
        """Take in everything that is in the log now; how many facts."""
        return sum([await self._catch_up(place) for place in range(len(self._capabilities))])

    async def _catch_up(self, place: int) -> int:
        capability = self._capabilities[place]
        name = f"deferred/{capability.name}"
        row = await self._hub.fetch_one(_WHERE, name=name)
        seq, count = (0 if row is None else int(row["seq"])), 0
        while facts := await read_after(self._hub, seq, BATCH, self._hub.registry.read_fact):
            wanted = [fact for fact in facts if fact.kind in capability.reads or "*" in capability.reads]
            writes = [write for fact in wanted for write in capability.project(fact)]
            before, seq = seq, facts[-1].seq
            if not await self._hub.store.write(partial(_apply, name, before, seq, writes)):
                break  # another node has taken them in
            count += len(facts)
        return count

    def start(self) -> None:
        """Begin to follow in the event loop of the hub."""
        self._hub.listen(self._wake)
        self._task = asyncio.create_task(self._follow(), name="follower")

    async def stop(self) -> None:
        """Stop following; what is left is taken in at the next start."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _wake(self, _facts: Sequence[Recorded]) -> None:
        self._woken.set()

    async def _follow(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self.catch_up()
            except Exception:
                logger.exception("the follower stumbled; it goes on from its cursor")
                await asyncio.sleep(SLEEP_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), SLEEP_S)
            await asyncio.sleep(0.2)  # gather what comes in a burst into one batch
