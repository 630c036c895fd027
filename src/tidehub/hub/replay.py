"""The tables again from the facts: into a scratch copy, as of any instant, or in place.

Projections are pure, so the same facts give the same tables wherever they are replayed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any

from sqlalchemy import Table

from tidehub.hub.log import FactReader, Reader, Recorded, recorded_of
from tidehub.hub.migrate import create_script
from tidehub.hub.registry import Capability, Registry
from tidehub.hub.sqlite import SqliteTransaction, drive
from tidehub.hub.statement import Statement, Write, sql
from tidehub.hub.store import Store
from tidehub.hub.transaction import Transaction
from tidehub.kernel.instants import to_us

PAGE = 5000
_FAR = 2**62
_UNTIL = sql(
    "SELECT seq, stream, version, kind, shape, at_us, by, cause, body, hash FROM fact"
    " WHERE seq > :seq AND seq <= :until AND at_us <= :at_us ORDER BY seq LIMIT :limit"
)
_MOVE = sql("INSERT INTO cursor (name, seq) VALUES (:name, :seq) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq")


def tables_of(registry: Registry) -> list[Table]:
    """Every table that projections alone write, in the order of the capabilities."""
    return [table for capability in registry.capabilities for table in capability.tables]


def deferred_cursor(capability: Capability) -> str:
    """Name of the cursor by which a deferred capability follows the log."""
    return f"deferred/{capability.name}"


class Projector:
    """Turns facts into the writes of every capability that wants them.

    Parameters
    ----------
    registry
        What is mounted.
    deferred_until
        For each deferred capability by name, the last ``seq`` that its tables know; nothing means all.
    """

    def __init__(self, registry: Registry, deferred_until: Mapping[str, int] | None = None) -> None:
        self._projections = registry.projections
        self._deferred: list[tuple[Capability, frozenset[str], int]] = [
            (
                capability,
                frozenset(kind.__name__ for kind in capability.facts) | capability.reads,
                _FAR if deferred_until is None else deferred_until.get(capability.name, 0),
            )
            for capability in registry.capabilities
            if capability.deferred
        ]

    def writes(self, recorded: Recorded) -> Iterable[Write]:
        """Every change that a fact makes."""
        for project in self._projections.get(recorded.kind, ()):
            yield from project(recorded)
        for capability, wanted, until in self._deferred:
            if recorded.seq <= until and (recorded.kind in wanted or "*" in wanted):
                yield from capability.project(recorded)


async def facts_until(
    reader: Reader, read_fact: FactReader, *, after: int = 0, until: int = _FAR, at: datetime | None = None
) -> AsyncIterator[Recorded]:
    """Every fact after a place in the log up to another and to an instant of recording, in the order of the log."""
    seq, at_us = after, _FAR if at is None else to_us(at)
    while rows := await reader.fetch(_UNTIL, seq=seq, until=until, at_us=at_us, limit=PAGE):
        for row in rows:
            yield recorded_of(row, read_fact)
        seq = rows[-1]["seq"]


class Scratch:
    """A copy of the projected tables of its own, in memory or in a file that may be thrown away.

    It can be read like a store, so every query runs on it.

    Parameters
    ----------
    registry
        Whose tables.
    path
        File, or ``:memory:``.
    deferred_until
        See :class:`Projector`.
    """

    dialect = "sqlite"

    def __init__(
        self, registry: Registry, path: str = ":memory:", deferred_until: Mapping[str, int] | None = None
    ) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
        self.connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-131072", "temp_store=MEMORY"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.executescript(create_script(tables_of(registry)))
        self.connection.execute("BEGIN")
        self._tx = SqliteTransaction(self.connection)
        self._projector = Projector(registry, deferred_until)

    def __enter__(self) -> Scratch:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def apply(self, recorded: Recorded) -> None:
        """Bring the tables up to a fact; it becomes visible with the next reading."""
        for write in self._projector.writes(recorded):
            self._tx.write(write)

    def flush(self) -> None:
        """Let everything that was applied take effect."""
        drive(self._tx.flush())

    async def fetch(self, statement: Statement, **params: Any) -> list[Any]:
        """Read all rows."""
        return await self._tx.fetch(statement, **params)

    async def fetch_one(self, statement: Statement, **params: Any) -> Any | None:
        """Read the first row, or ``None``."""
        return await self._tx.fetch_one(statement, **params)


async def as_of(reader: Reader, registry: Registry, at: datetime, path: str = ":memory:") -> Scratch:
    """The projected tables as they stood at an instant: what was known then, not what is known now.

    Parameters
    ----------
    reader
        Where the log is read.
    at
        Facts recorded later do not count.

    Returns
    -------
    Scratch
        To be read and closed by the caller.
    """
    scratch = Scratch(registry, path)
    count = 0
    async for recorded in facts_until(reader, registry.read_fact, at=at):
        scratch.apply(recorded)
        count += 1
        if count % PAGE == 0:
            scratch.flush()
    scratch.flush()
    return scratch


async def rebuild(store: Store) -> int:
    """Empty the projected tables and fill them again from the facts, in one transaction; how many facts.

    Nothing else is written meanwhile, so it belongs to a quiet hour. Readers see the old tables until it is
    done. Timers and follow-ups are not touched: they are not recomputed from facts.
    """
    registry = store.registry

    async def work(tx: Transaction) -> int:
        for table in tables_of(registry):
            await tx.execute(sql(f'DELETE FROM "{table.name}"'))
        projector, count, seq = Projector(registry), 0, 0
        async for recorded in facts_until(tx, registry.read_fact):
            for write in projector.writes(recorded):
                tx.write(write)
            count += 1
            seq = recorded.seq
        for capability in registry.capabilities:
            if capability.deferred:
                await tx.execute(_MOVE, name=deferred_cursor(capability), seq=seq)
        return count

    return await store.write(work)
