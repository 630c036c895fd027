"""The hub as everybody else sees it: one way in, reading, and following the log."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy import MetaData

from tidehub.hub.feed import Feed
from tidehub.hub.files import Files
from tidehub.hub.handle import Job
from tidehub.hub.log import Recorded, last_seq, read_one, read_stream
from tidehub.hub.registry import Registry
from tidehub.hub.schema import metadata as everything
from tidehub.hub.statement import Statement
from tidehub.hub.store import Committed, Snapshot, Store
from tidehub.kernel.access import Actor
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.facts import Command
from tidehub.kernel.instants import Clock

logger = logging.getLogger(__name__)


class Hub:
    """Store, registry, clock, files and those who follow, under one roof.

    Parameters
    ----------
    store
        The engine; it brings the registry and the clock.
    files
        Where files of evidence lie, if any are kept.
    """

    def __init__(self, store: Store, files: Files | None = None) -> None:
        self.store = store
        self.files = files
        self.registry: Registry = store.registry
        self.clock: Clock = store.clock
        self._listeners: list[Committed] = []
        self._feed = Feed(self, self.registry.read_fact, 0)

    async def open(self, metadata: MetaData = everything, *, migrate: bool = True) -> None:
        """Start the store and bring its schema to today's version.

        Raises
        ------
        Unavailable
            When the database does not answer or another process writes it.
        Refusal
            ``database_of_another_version``.
        """
        await self.store.open(self._committed)
        try:
            await self.store.prepare(metadata, migrate=migrate)
            self._feed.begin(await last_seq(self))
        except BaseException:
            await self.store.close()
            raise

    async def close(self) -> None:
        """Finish what was accepted, stop, and end all following."""
        await self.store.close()
        self._feed.close()

    def _committed(self, facts: Sequence[Recorded]) -> None:
        self._feed.publish(facts)
        for listener in self._listeners:
            try:
                listener(facts)
            except Exception:  # the facts are on disk; one listener's fault is not another's
                logger.exception("a listener failed at facts %d to %d", facts[0].seq, facts[-1].seq)

    # -- the one way in ---------------------------------------------------------------------------------

    async def handle(self, *commands: Command, by: Actor, cause: str | None = None) -> list[Recorded]:
        """Carry out commands, together or not at all; their facts, once they are on disk.

        Parameters
        ----------
        commands
            In order; each sees what the ones before it did.
        by
            Who asks.
        cause
            Id of the fact that led to it, if one did.

        Raises
        ------
        Refusal
            Nothing was written, and the person can read why.
        Unavailable
            The database does not answer. Whether it was written is unknown: ask again under the same key.
        """
        return await self.store.submit(Job(commands, by, cause))

    async def handle_each(self, asked: Sequence[tuple[Command, Actor]]) -> list[list[Recorded] | BaseException]:
        """Carry out many commands, each by itself: for each its facts, or why it was not done.

        As if :meth:`handle` were called for all of them side by side, at a fraction of the cost.
        """
        return await self.store.submit_each([Job((command,), by) for command, by in asked])

    # -- reading ----------------------------------------------------------------------------------------

    async def fetch(self, statement: Statement, **params: Any) -> list[Any]:
        """Read committed rows."""
        return await self.store.fetch(statement, **params)

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """Open a view of the data that does not move while it is read."""
        return self.store.snapshot()

    async def fetch_one(self, statement: Statement, **params: Any) -> Any | None:
        """Read the first committed row, or ``None``."""
        return await self.store.fetch_one(statement, **params)

    async def stream(self, stream: str) -> list[Recorded]:
        """All facts of one chain, oldest first."""
        return await read_stream(self, stream, self.registry.read_fact)

    async def fact(self, fact_id: str) -> Recorded:
        """One fact by its id, ``stream@version``.

        Raises
        ------
        Refusal
            ``not_found``.
        """
        stream, _, version = fact_id.rpartition("@")
        found = await read_one(self, stream, int(version), self.registry.read_fact) if version.isdigit() else None
        if found is None:
            raise NOT_FOUND(None, what="fact", id=fact_id[:80])
        return found

    # -- following --------------------------------------------------------------------------------------

    @property
    def seq(self) -> int:
        """Place of the newest fact in the log."""
        return self._feed.seq

    def listen(self, listener: Committed) -> None:
        """Have a function called in the event loop with the facts of each commit, in order.

        For what lives in memory and can be read again at a start (registers, wake-ups). It must not wait;
        whoever needs every fact follows with :meth:`subscribe` and keeps a cursor.
        """
        self._listeners.append(listener)

    def subscribe(self, after_seq: int) -> AsyncIterator[Recorded]:
        """Follow the log after a place in it: what is there first, then live, until the hub closes.

        ``after_seq`` is the last ``seq`` that was dealt with; whoever keeps it resumes exactly there. Memory
        is bounded: a slow reader reads the log.
        """
        return self._feed.follow(after_seq)
