"""The server store: PostgreSQL by asyncpg. Many nodes may write to one database side by side.

Jobs wait in lanes, the jobs of one chain in one lane; each lane writes everything that waits in one
transaction. A transaction numbers its facts under an advisory lock that it takes at the very end, so numbers
become visible in order and without gaps, whichever node gives them. Facts of other nodes are noticed by
looking (see :mod:`tidehub.hub.tail`).
"""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import MetaData

from tidehub.hub.batch import Waiter, Waiting, Work, wait_for_each
from tidehub.hub.handle import Job
from tidehub.hub.lane import LOST, Lane
from tidehub.hub.log import Recorded, last_seq, read_after
from tidehub.hub.migrate import prepare_postgresql
from tidehub.hub.registry import Registry
from tidehub.hub.statement import Statement
from tidehub.hub.store import TOO_BUSY, Committed, Snapshot
from tidehub.hub.tail import Tail
from tidehub.hub.transaction import Transaction
from tidehub.kernel.errors import Unavailable
from tidehub.kernel.instants import Clock

T = TypeVar("T")
READ_TRIES = 3
SNAPSHOT_PAGE = 2000
NAME = "postgresql"  # how the operator sees it named when it does not answer


class PostgresqlStore:
    """See :class:`tidehub.hub.store.Store`.

    Parameters
    ----------
    dsn
        Address; several hosts and ``target_session_attrs=read-write`` follow a failover.
    registry, clock
        What jobs are decided with.
    schema
        Schema that holds the tables; the connection's own when nothing is said.
    lanes
        Writers side by side, each with its connection. Commits take turns anyway, so this only lets one
        lane read and decide while another commits.
    readers
        Connections for reading.
    waiting_max
        Jobs that may wait before new ones are refused as ``too_busy``.
    look_s
        How often to look for facts of other nodes, in seconds.
    """

    dialect = "postgresql"

    def __init__(
        self,
        dsn: str,
        registry: Registry,
        clock: Clock,
        *,
        schema: str | None = None,
        lanes: int = 4,
        readers: int = 8,
        waiting_max: int = 20_000,
        look_s: float = 0.5,
    ) -> None:
        self.registry = registry
        self.clock = clock
        self._dsn = dsn
        self._schema = schema
        self._lane_count = lanes
        self._readers = readers
        self._waiting_max = waiting_max
        self._look_s = look_s
        self._lanes: list[Lane] = []
        self._pool: Any = None
        self._tail: Tail | None = None
        self._turn = 0
        self._accepting = False

    @property
    def order_key(self) -> int:
        """Number of the advisory lock under which facts of this schema are numbered."""
        digest = hashlib.sha256(f"tidehub fact order {self._schema}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)

    def settings(self) -> dict[str, Any]:
        """How every connection is opened."""
        server = {"application_name": "tidehub", "jit": "off", "client_min_messages": "warning"}
        if self._schema:
            server["search_path"] = self._schema
        return {
            "dsn": self._dsn,
            "server_settings": server,
            "statement_cache_size": 1024,
            "max_cached_statement_lifetime": 0,
            "command_timeout": 60,
            "timeout": 5,
        }

    async def open(self, committed: Committed) -> None:
        """Connect.

        Raises
        ------
        Unavailable
            When no server answers.
        """
        self._committed = committed
        try:
            self._pool = await asyncpg.create_pool(
                min_size=1, max_size=self._readers, reset=_leave_as_it_is, **self.settings()
            )
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise Unavailable(NAME) from error

    async def prepare(self, metadata: MetaData, *, migrate: bool = True) -> None:
        """Bring the schema to today's version, then begin to write."""
        async with self._pool.acquire() as connection:
            await prepare_postgresql(self.settings(), connection, metadata, self.order_key, migrate=migrate)
        self._tail = Tail(self._committed, self._read_after, self._last_seq, await self._last_seq(), self._look_s)
        self._tail.start()
        self._lanes = [
            Lane(self.registry, self.clock, self.settings(), self.order_key, self._tail.add)
            for _ in range(self._lane_count)
        ]
        for lane in self._lanes:
            lane.start()
        self._accepting = True

    async def close(self) -> None:
        """Write what was accepted, then stop; what comes later is refused. Closing twice is no mistake."""
        if self._pool is None:
            return
        self._accepting = False
        await asyncio.gather(*(lane.close() for lane in self._lanes))
        if self._tail is not None:
            await self._tail.close()
        await self._pool.close()
        self._pool = None

    # -- reading ----------------------------------------------------------------------------------------

    async def fetch(self, statement: Statement, **params: Any) -> list[Any]:
        """Read committed rows; a lost connection is replaced and the reading repeated."""
        values = statement.postgresql_params(params)
        for left in reversed(range(READ_TRIES)):
            if self._pool is None:
                break
            try:
                async with self._pool.acquire() as connection:
                    return list(await connection.fetch(statement.postgresql, *values))
            except asyncpg.InvalidCachedStatementError:  # the schema has changed under it
                continue
            except TimeoutError as error:  # too much was asked: asking it again helps nobody
                raise Unavailable(NAME) from error
            except LOST:
                if left:
                    await asyncio.sleep(0.1)
        raise Unavailable(NAME)

    async def fetch_one(self, statement: Statement, **params: Any) -> Any | None:
        """Read the first committed row, or ``None``."""
        rows = await self.fetch(statement, **params)
        return rows[0] if rows else None

    async def _read_after(self, seq: int, limit: int) -> list[Recorded]:
        return await read_after(self, seq, limit, self.registry.read_fact)

    async def _last_seq(self) -> int:
        return await last_seq(self)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """Open a view that does not move, on a connection of its own."""
        connection = await asyncpg.connect(**{**self.settings(), "command_timeout": None})
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                yield _PostgresqlSnapshot(connection)
        finally:
            await connection.close()

    # -- writing ----------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many jobs wait for a writer."""
        return sum(lane.waiting for lane in self._lanes)

    async def submit(self, job: Job) -> list[Recorded]:
        """Carry out a job; its facts once they are on disk."""
        place = zlib.crc32(job.lane.encode())
        return await self._wait_for(job, place)  # type: ignore[no-any-return]

    async def submit_each(self, jobs: Sequence[Job]) -> list[list[Recorded] | BaseException]:
        """Carry out many jobs, each by itself; for each its facts, or what kept it from being done."""
        return await wait_for_each(lambda job, waiter: self._put(job, zlib.crc32(job.lane.encode()), waiter), jobs)

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run bookkeeping in a transaction of any lane."""
        self._turn += 1
        return await self._wait_for(work, self._turn)  # type: ignore[no-any-return]

    def _wait_for(self, work: Work, place: int) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._put(work, place, future)
        return future

    def _put(self, work: Work, place: int, waiter: Waiter) -> None:
        if not self._accepting:
            raise Unavailable(NAME)
        if self.waiting >= self._waiting_max:
            raise TOO_BUSY(waiting=self.waiting)
        self._lanes[place % self._lane_count].add(Waiting(work, waiter))


class _PostgresqlSnapshot:
    """See :class:`tidehub.hub.store.Snapshot`."""

    dialect = "postgresql"

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def fetch(self, statement: Statement, **params: Any) -> list[Any]:
        return list(await self._connection.fetch(statement.postgresql, *statement.postgresql_params(params)))

    async def fetch_one(self, statement: Statement, **params: Any) -> Any | None:
        rows = await self.fetch(statement, **params)
        return rows[0] if rows else None

    async def pages(self, statement: Statement, **params: Any) -> AsyncIterator[list[Any]]:
        cursor = await self._connection.cursor(statement.postgresql, *statement.postgresql_params(params))
        while rows := await cursor.fetch(SNAPSHOT_PAGE):
            yield list(rows)


async def _leave_as_it_is(_connection: Any) -> None:
    """Readers change nothing on their connection, so there is nothing to reset."""
