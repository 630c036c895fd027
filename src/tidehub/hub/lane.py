"""One writer of the PostgreSQL store: its queue, its connection, and what it does when something breaks.

Three things can break, and each has its own answer. A job: the batch is undone and halved until it stands
alone. A race with another lane or node: the job is decided again from fresh data, a few times. The
connection: it is replaced; if it was lost while the commit was under way, the log is asked whether it holds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import asyncpg

from tidehub.hub.batch import Waiting, give_answers, run_batch
from tidehub.hub.handle import Job
from tidehub.hub.log import Recorded
from tidehub.hub.registry import Registry
from tidehub.hub.statement import Statement
from tidehub.hub.store import WRITTEN_MEANWHILE
from tidehub.hub.transaction import Transaction
from tidehub.kernel.errors import Unavailable
from tidehub.kernel.instants import Clock

BATCH_JOBS_MAX = 500
RACE_TRIES_MAX = 5
CONNECT_TRIES_MAX = 8
BACKOFF_S = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0, 1.0, 1.0)

LOST = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shut down, starting up, crashed
    asyncpg.ReadOnlySQLTransactionError,  # the server behind the address has become a standby
    asyncpg.TooManyConnectionsError,
)
_RACE = (
    asyncpg.UniqueViolationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.InvalidCachedStatementError,
)

logger = logging.getLogger(__name__)


class PostgresqlTransaction(Transaction):
    """A transaction on one connection.

    Parameters
    ----------
    connection
        asyncpg's, inside a transaction.
    order_key
        The advisory lock under which facts are numbered.
    """

    dialect = "postgresql"

    def __init__(self, connection: Any, order_key: int) -> None:
        super().__init__()
        self._connection = connection
        self._order_key = order_key

    async def _read(self, statement: Statement, params: dict[str, Any]) -> list[Any]:
        return list(await self._connection.fetch(statement.postgresql, *statement.postgresql_params(params)))

    async def _run(self, statement: Statement, params: dict[str, Any]) -> int:
        tag = await self._connection.execute(statement.postgresql, *statement.postgresql_params(params))
        count = tag.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def _run_many(self, statement: Statement, rows: list[dict[str, Any]]) -> None:
        await self._connection.executemany(
            statement.postgresql, [statement.postgresql_params(params) for params in rows]
        )

    async def _order_facts(self) -> None:
        # The number is read by a statement of its own, after the lock: a statement sees what was there when
        # it began.
        await self._connection.fetchval("SELECT pg_advisory_xact_lock($1)", self._order_key)

    async def _savepoint(self, verb: str) -> None:
        await self._connection.execute(f"{verb} job")


class Lane:
    """Writes what waits, everything that waits in one transaction.

    Parameters
    ----------
    registry, clock
        What jobs are decided with.
    settings
        How its connection is opened.
    order_key
        The advisory lock under which facts are numbered.
    committed
        Called with the facts of each commit.
    """

    def __init__(
        self,
        registry: Registry,
        clock: Clock,
        settings: Mapping[str, Any],
        order_key: int,
        committed: Callable[[Sequence[Recorded]], None],
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._settings = settings
        self._order_key = order_key
        self._committed = committed
        self._queue: deque[Waiting] = deque()
        self._filled = asyncio.Event()
        self._closing = False
        self._connection: Any = None
        self._task: asyncio.Task[None] | None = None
        self._sent: tuple[list[Any], list[Recorded]] | None = None

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return len(self._queue)

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._write_for_ever(), name="lane")

    def add(self, waiting: Waiting) -> None:
        """Put one more at the end."""
        self._queue.append(waiting)
        self._filled.set()

    async def close(self) -> None:
        """Write what waits, then stop."""
        self._closing = True
        self._filled.set()
        if self._task is not None:
            await self._task
        await self._drop_connection(gently=True)

    async def _write_for_ever(self) -> None:
        while self._queue or not self._closing:
            if not self._queue:
                self._filled.clear()
                await self._filled.wait()
                continue
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH_JOBS_MAX))]
            batch.sort(key=_chain)  # rows are locked in the same order everywhere: fewer deadlocks
            await self._write_batch(batch)

    async def _write_batch(self, batch: list[Waiting]) -> None:
        """Write a batch and answer it; whatever happens, everybody is answered and the lane lives on."""
        results: Sequence[Any]
        facts: list[Recorded] = []
        try:
            results, facts = await self._commit_surely(batch)
        except Unavailable as unavailable:
            self._sent = None
            results = [unavailable] * len(batch)
        except Exception as error:
            self._sent = None
            if len(batch) > 1:
                half = len(batch) // 2
                await self._write_batch(batch[:half])
                await self._write_batch(batch[half:])
                return
            results = [_as_refusal(error)]
        try:
            if facts:
                self._committed(facts)
        finally:
            give_answers(batch, results)

    async def _commit_surely(self, batch: list[Waiting]) -> tuple[Sequence[Any], list[Recorded]]:
        """Commit; over a race (a single job only) and a lost connection try again."""
        races = losses = 0
        while True:
            try:
                return await self._commit(batch)
            except _RACE:
                races += 1
                if len(batch) > 1 or races >= RACE_TRIES_MAX:
                    raise
            except Exception as error:
                if not isinstance(error, LOST) and not self._is_lost():
                    raise
                await self._drop_connection()
                losses += 1
                if losses >= CONNECT_TRIES_MAX:
                    logger.exception("the database does not answer")
                    raise Unavailable("postgresql") from error
                await asyncio.sleep(BACKOFF_S[losses - 1])

    async def _commit(self, batch: list[Waiting]) -> tuple[Sequence[Any], list[Recorded]]:
        connection = await self._connected()
        if self._sent is not None:  # the connection was lost while this very batch was being committed
            results, facts = self._sent
            held = await self._holds(connection, facts)
            self._sent = None
            if held:
                return results, facts
        await connection.execute("BEGIN")
        try:
            tx = PostgresqlTransaction(connection, self._order_key)
            results = await run_batch(tx, self._registry, batch, self._clock.now())
            facts = await tx.finish()
        except Exception:
            with contextlib.suppress(*LOST, asyncpg.InterfaceError):
                await connection.execute("ROLLBACK")
            raise
        self._sent = results, facts
        tag = await connection.execute("COMMIT")
        self._sent = None
        if tag != "COMMIT":
            raise AssertionError(f"the commit ended as {tag}")
        return results, facts

    async def _holds(self, connection: Any, facts: Sequence[Recorded]) -> bool:
        """Whether a commit that was never answered holds.

        The order lock is free only when the transaction that held it has ended, so the answer is final.
        Where a batch had no facts nothing can tell, and its callers are told that it is unknown.
        """
        if not facts:
            self._sent = None
            raise Unavailable("postgresql")
        async with connection.transaction():
            await connection.fetchval("SELECT pg_advisory_xact_lock($1)", self._order_key)
            kept = await connection.fetchval(
                "SELECT hash FROM fact WHERE stream = $1 AND version = $2", facts[0].stream, facts[0].version
            )
        return kept is not None and bytes(kept) == facts[0].hash

    def _is_lost(self) -> bool:
        return self._connection is None or self._connection.is_closed()

    async def _connected(self) -> Any:
        if self._is_lost():
            self._connection = await asyncpg.connect(**self._settings)
        return self._connection

    async def _drop_connection(self, *, gently: bool = False) -> None:
        connection, self._connection = self._connection, None
        if connection is None or connection.is_closed():
            return
        if gently:
            with contextlib.suppress(*LOST, asyncpg.InterfaceError):
                await connection.close(timeout=5)
        else:
            connection.terminate()


def _chain(waiting: Waiting) -> str:
    return waiting.work.lane if isinstance(waiting.work, Job) else ""


def _as_refusal(error: Exception) -> Exception:
    ours = isinstance(error, asyncpg.UniqueViolationError) and error.table_name == "fact"
    if ours or isinstance(error, (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)):
        return WRITTEN_MEANWHILE()
    return error
