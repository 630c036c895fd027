"""One transaction: reads at once, writes gathered, facts numbered last.

Writes are kept until the next read needs them or the transaction ends, so that many of one kind go to the
engine in one call. Facts, which nobody reads inside a transaction, wait for the very end: there PostgreSQL
takes the lock that gives them their order, and holds it for a moment only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from itertools import zip_longest
from typing import Any

import msgspec

from tidehub.hub.log import APPEND, GENESIS, HEAD, HEADS, LAST_SEQ, Recorded, row_of
from tidehub.hub.statement import Statement, Write, sql

_QUEUE = sql("INSERT INTO follow_up (stream, version, flow, due_us) VALUES (:stream, :version, :flow, :due_us)")


class Transaction:
    """What a job inside the writer works with. Engines add the four methods that touch the disk.

    Attributes
    ----------
    appended
        Facts of this transaction; numbered when it is committed.
    """

    dialect: str = ""

    def __init__(self) -> None:
        self.appended: list[Recorded] = []
        self._follow_ups: list[dict[str, Any]] = []
        self._writes: list[Write] = []
        self._strands: list[list[Write]] = []
        self._heads: dict[str, tuple[int, bytes]] = {}

    # -- what an engine provides ------------------------------------------------------------------------

    async def _read(self, statement: Statement, params: dict[str, Any]) -> list[Any]:
        raise NotImplementedError

    async def _run(self, statement: Statement, params: dict[str, Any]) -> int:
        raise NotImplementedError

    async def _run_many(self, statement: Statement, rows: list[dict[str, Any]]) -> None:
        raise NotImplementedError

    async def _order_facts(self) -> None:
        """Wait until this transaction alone numbers facts; engines with one writer need not."""

    async def _savepoint(self, verb: str) -> None:
        """Run ``SAVEPOINT``, ``ROLLBACK TO`` or ``RELEASE`` for the one savepoint there is."""
        raise NotImplementedError

    # -- what a job uses --------------------------------------------------------------------------------

    async def fetch(self, statement: Statement, **params: Any) -> list[Any]:
        """Read rows; sees everything this transaction has written, save the facts."""
        if self._writes or self._strands:
            await self.flush()
        return await self._read(statement, params)

    async def fetch_one(self, statement: Statement, **params: Any) -> Any | None:
        """Read the first row, or ``None``."""
        rows = await self.fetch(statement, **params)
        return rows[0] if rows else None

    async def execute(self, statement: Statement, **params: Any) -> int:
        """Change rows now; answers how many."""
        if self._writes or self._strands:
            await self.flush()
        return await self._run(statement, params)

    def write(self, write: Write) -> None:
        """Change rows before the next read or the end, whichever comes first."""
        self._writes.append(write)

    def begin_strand(self) -> None:
        """Say that what is written next touches other rows than what was written since the last flush.

        Strands are sent side by side, the first writes of all of them before the second ones, so that many
        of one kind still go together. Flush before the first strand and after the last.
        """
        if self._writes:
            self._strands.append(self._writes)
            self._writes = []

    @asynccontextmanager
    async def all_or_nothing(self) -> AsyncIterator[None]:
        """Undo what was done inside when an error leaves the block."""
        await self.flush()
        await self._savepoint("SAVEPOINT")
        appended, follow_ups = len(self.appended), len(self._follow_ups)
        try:
            yield
            await self.flush()
        except Exception:
            self._writes.clear()
            self._strands.clear()
            await self._savepoint("ROLLBACK TO")
            for fact in self.appended[appended:]:
                self._heads.pop(fact.stream, None)
            del self.appended[appended:], self._follow_ups[follow_ups:]
            for fact in self.appended:  # heads of chains that were touched before the block
                self._heads[fact.stream] = (fact.version, fact.hash)
            raise
        finally:
            await self._savepoint("RELEASE")

    async def head(self, stream: str) -> tuple[int, bytes]:
        """Version and hash at the end of a chain; ``(0, GENESIS)`` where there is none."""
        known = self._heads.get(stream)
        if known is None:
            rows = await self._read(HEAD, {"stream": stream})
            known = (rows[0]["version"], bytes(rows[0]["hash"])) if rows else (0, GENESIS)
            self._heads[stream] = known
        return known

    async def know_heads(self, streams: Iterable[str]) -> None:
        """Read the ends of many chains at once; :meth:`head` then knows them."""
        unknown = {stream for stream in streams if stream not in self._heads}
        if len(unknown) < 2:
            return
        for row in await self._read(HEADS, {"streams": sorted(unknown)}):
            self._heads[row["stream"]] = (row["version"], bytes(row["hash"]))

    def open_chain(self, stream: str) -> tuple[int, bytes]:
        """Head of a chain that a fact is about to open: the uniqueness of its place is the check."""
        return self._heads.get(stream, (0, GENESIS))

    def touched(self, stream: str) -> bool:
        """Whether a fact of this chain waits in this very transaction."""
        return stream in self._heads

    def append(self, recorded: Recorded, flows: tuple[str, ...], due_us: int) -> None:
        """Add a fact that follows the head of its chain, and queue what follows it."""
        self._heads[recorded.stream] = (recorded.version, recorded.hash)
        self.appended.append(recorded)
        for flow in flows:
            self._follow_ups.append(
                {"stream": recorded.stream, "version": recorded.version, "flow": flow, "due_us": due_us}
            )

    async def flush(self) -> None:
        """Send the gathered writes, those of one kind together, each strand in its order."""
        writes, self._writes = self._writes, []
        if not self._strands:
            await self._send_in_order(writes)
            return
        strands, self._strands = [*self._strands, writes], []
        for side_by_side in zip_longest(*strands):
            kinds: dict[Statement, list[dict[str, Any]]] = {}
            for write in side_by_side:
                if write is not None:
                    kinds.setdefault(write.statement, []).append(write.params)
            for statement, rows in kinds.items():
                await self._send(statement, rows)

    async def _send_in_order(self, writes: list[Write]) -> None:
        start = 0
        while start < len(writes):
            statement = writes[start].statement
            end = start + 1
            while end < len(writes) and writes[end].statement is statement:
                end += 1
            await self._send(statement, [write.params for write in writes[start:end]])
            start = end

    async def _send(self, statement: Statement, rows: list[dict[str, Any]]) -> None:
        if len(rows) == 1:
            await self._run(statement, rows[0])
        else:
            await self._run_many(statement, rows)

    async def finish(self, number: Callable[[int], int] | None = None) -> list[Recorded]:
        """Send what is left and number the facts; the engine commits after it.

        Parameters
        ----------
        number
            Gives the first number of ``n`` facts where one writer keeps count; otherwise it is read
            under the lock.
        """
        await self.flush()
        if self._follow_ups:
            await self._run_many(_QUEUE, self._follow_ups)
        if not self.appended:
            return []
        if number is None:
            await self._order_facts()
            first = int((await self._read(LAST_SEQ, {}))[0]["seq"]) + 1
        else:
            first = number(len(self.appended))
        for place, fact in enumerate(self.appended):
            msgspec.structs.force_setattr(fact, "seq", first + place)  # nobody has seen it without yet
        await self._run_many(APPEND, [row_of(fact) for fact in self.appended])
        return self.appended
