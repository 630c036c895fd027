"""The embedded store: SQLite in WAL mode, ``synchronous=FULL``, one writer thread with group commit.

Everything that waits is written in one transaction, so that hundreds of callers share one flush of the disk.
A job that breaks does not take its neighbours along: the transaction is undone and the batch halved until
the broken one stands alone. When the disk itself fails, nobody is told that anything was written.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import queue
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import MetaData

from tidehub.hub.batch import Waiter, Waiting, Work, give_answers, run_batch, wait_for_each
from tidehub.hub.handle import Job
from tidehub.hub.log import LAST_SEQ, Recorded
from tidehub.hub.migrate import prepare_sqlite
from tidehub.hub.registry import Registry
from tidehub.hub.statement import Statement
from tidehub.hub.store import TOO_BUSY, WRITTEN_MEANWHILE, Committed, Snapshot
from tidehub.hub.transaction import Transaction
from tidehub.kernel.errors import Unavailable
from tidehub.kernel.instants import Clock

T = TypeVar("T")
logger = logging.getLogger(__name__)
BATCH_JOBS_MAX = 1000
READERS = 3
SNAPSHOT_PAGE = 2000
DATABASE = "database"  # how the operator sees it named when the disk does not answer
SQLITE_FLOOR = (3, 37, 0)  # RETURNING 3.35, STRICT 3.37


class SqliteTransaction(Transaction):
    """A transaction on one connection; its coroutines never wait, so a plain thread can drive them."""

    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection

    async def _read(self, statement: Statement, params: dict[str, Any]) -> list[Any]:
        return self._connection.execute(statement.sqlite, statement.sqlite_params(params)).fetchall()

    async def _run(self, statement: Statement, params: dict[str, Any]) -> int:
        return self._connection.execute(statement.sqlite, statement.sqlite_params(params)).rowcount

    async def _run_many(self, statement: Statement, rows: list[dict[str, Any]]) -> None:
        if statement.inserts:
            for text, params in statement.sqlite_inserts(rows):
                self._connection.execute(text, params)
            return
        if statement.lists:
            rows = [statement.sqlite_params(row) for row in rows]
        self._connection.executemany(statement.sqlite, rows)

    async def _savepoint(self, verb: str) -> None:
        self._connection.execute(f"{verb} job")


def drive(work: Coroutine[Any, Any, T] | Awaitable[T]) -> T:
    """Run a coroutine that never really waits, to its end, in this thread."""
    coroutine = work if isinstance(work, Coroutine) else _as_coroutine(work)
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    coroutine.close()
    raise AssertionError("a writing transaction waited for something outside the store")


async def _as_coroutine(work: Awaitable[T]) -> T:
    return await work


def connect(path: str, *, read_only: bool = False) -> sqlite3.Connection:
    """Open a connection with the settings that durability and speed ask for."""
    assert sqlite3.sqlite_version_info >= SQLITE_FLOOR, f"SQLite {sqlite3.sqlite_version} is too old"
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-65536")
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("PRAGMA wal_autocheckpoint=8000")
    if read_only:
        connection.execute("PRAGMA query_only=1")
    return connection


class SqliteStore:
    """See :class:`tidehub.hub.store.Store`.

    Parameters
    ----------
    path
        The database file; its lock file beside it keeps a second process from writing.
    registry, clock
        What jobs are decided with.
    waiting_max
        Jobs that may wait before new ones are refused as ``too_busy``.
    """

    dialect = "sqlite"

    def __init__(self, path: Path, registry: Registry, clock: Clock, *, waiting_max: int = 20_000) -> None:
        self.registry = registry
        self.clock = clock
        self._path = str(path)
        self._waiting_max = waiting_max
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._committed: Committed = lambda _facts: None
        self._last_seq = 0
        self._thread: threading.Thread | None = None
        self._open = False
        self._accepting = False

    async def open(self, committed: Committed) -> None:
        """Take the lock, start the readers.

        Raises
        ------
        Unavailable
            When another process writes this file.
        """
        self._committed = committed
        self._loop = asyncio.get_running_loop()
        self._lock = open(f"{self._path}.lock", "w")  # noqa: SIM115 - held while the store is open
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise Unavailable(f"{self._path} is being written by another process") from None
        self._writer = connect(self._path)
        self._direct = connect(self._path, read_only=True)
        self._local = threading.local()
        self._reader_connections: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        self._open = True

    async def prepare(self, metadata: MetaData, *, migrate: bool = True) -> None:
        """Bring the schema to today's version, then begin to write."""
        prepare_sqlite(self._writer, metadata, migrate=migrate)
        self._last_seq = int(self._writer.execute(LAST_SEQ.sqlite).fetchone()["seq"])
        self._thread = threading.Thread(target=self._write_for_ever, name="sqlite-writer", daemon=True)
        self._thread.start()
        self._accepting = True

    async def close(self) -> None:
        """Write what was accepted, then stop; what comes later is refused. Closing twice is no mistake."""
        if not self._open:
            return
        self._open = self._accepting = False
        if self._thread is not None:
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None
            await asyncio.sleep(0)  # the last answers have been handed to the loop: let them out
        await asyncio.to_thread(self._readers.shutdown, wait=True)
        for connection in (self._writer, self._direct, *self._reader_connections):
            connection.close()
        self._lock.close()

    # -- reading ----------------------------------------------------------------------------------------

    async def fetch(self, statement: Statement, **params: Any) -> list[Any]:
        """Read committed rows; lookups by an index run here, longer ones in a reader thread."""
        if statement.short:
            return self._direct.execute(statement.sqlite, statement.sqlite_params(params)).fetchall()
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, statement, params)

    async def fetch_one(self, statement: Statement, **params: Any) -> Any | None:
        """Read the first committed row, or ``None``."""
        rows = await self.fetch(statement, **params)
        return rows[0] if rows else None

    def _read(self, statement: Statement, params: dict[str, Any]) -> list[Any]:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self._path, read_only=True)
            self._reader_connections.append(connection)
        return connection.execute(statement.sqlite, statement.sqlite_params(params)).fetchall()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """Open a view that does not move, on a connection and a thread of its own."""
        connection = connect(self._path, read_only=True)
        try:
            connection.execute("BEGIN")
            connection.execute(LAST_SEQ.sqlite).fetchone()  # the view begins with the first reading
            yield _SqliteSnapshot(connection)
        finally:
            connection.close()

    # -- writing ----------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many jobs wait for the writer."""
        return self._queue.qsize()

    async def submit(self, job: Job) -> list[Recorded]:
        """Carry out a job; its facts once they are on disk."""
        return await self._wait_for(job)  # type: ignore[no-any-return]

    async def submit_each(self, jobs: Sequence[Job]) -> list[list[Recorded] | BaseException]:
        """Carry out many jobs, each by itself; for each its facts, or what kept it from being done."""
        return await wait_for_each(self._put, jobs)

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run bookkeeping in a transaction of the writer."""
        return await self._wait_for(work)  # type: ignore[no-any-return]

    def _wait_for(self, work: Work) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._put(work, future)
        return future

    def _put(self, work: Work, waiter: Waiter) -> None:
        if not self._accepting:
            raise Unavailable(DATABASE)
        if self._queue.qsize() >= self._waiting_max:
            raise TOO_BUSY(waiting=self._queue.qsize())
        self._queue.put(Waiting(work, waiter))

    def _write_for_ever(self) -> None:
        stopping = False
        while not stopping:
            batch: list[Waiting] = []
            item = self._queue.get()
            while True:
                if item is None:
                    stopping = True
                    break
                batch.append(item)
                if len(batch) >= BATCH_JOBS_MAX:
                    break
                try:
                    item = self._queue.get_nowait()
                except queue.Empty:
                    break
            if batch:
                self._write_batch(batch)

    def _write_batch(self, batch: list[Waiting]) -> None:
        """Write a batch and answer it; whatever happens, everybody is answered and the thread lives on."""
        facts: list[Recorded] = []
        try:
            results, facts = self._commit(batch)
        except _DiskFailed as failed:
            logger.error("the database does not take a commit: %s", failed)
            results = [Unavailable(DATABASE)] * len(batch)
        except BaseException as error:
            if len(batch) > 1:
                half = len(batch) // 2
                self._write_batch(batch[:half])
                self._write_batch(batch[half:])
                return
            results = [_as_refusal(error)]
        try:
            self._loop.call_soon_threadsafe(self._answer, batch, results, facts)
        except RuntimeError:  # the loop has ended without closing the store: nobody waits any more
            logger.warning("%d jobs were written after their callers had gone", len(batch))

    def _commit(self, batch: list[Waiting]) -> tuple[list[Any], list[Recorded]]:
        with _disk_errors():
            self._writer.execute("BEGIN IMMEDIATE")
        try:
            tx = SqliteTransaction(self._writer)
            results = drive(run_batch(tx, self.registry, batch, self.clock.now()))
            facts = drive(tx.finish(self._number))
            with _disk_errors():
                self._writer.execute("COMMIT")
        except BaseException:
            if self._writer.in_transaction:  # a failing disk may have ended it already
                self._writer.execute("ROLLBACK")
            raise
        if facts:
            self._last_seq = facts[-1].seq
        return results, facts

    def _number(self, _count: int) -> int:
        return self._last_seq + 1

    def _answer(self, batch: Sequence[Waiting], results: list[Any], facts: list[Recorded]) -> None:
        try:
            if facts:
                self._committed(facts)
        finally:
            give_answers(batch, results)


class _SqliteSnapshot:
    """See :class:`tidehub.hub.store.Snapshot`."""

    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def fetch(self, statement: Statement, **params: Any) -> list[Any]:
        query = self._connection.execute(statement.sqlite, statement.sqlite_params(params))
        return await asyncio.to_thread(query.fetchall)

    async def fetch_one(self, statement: Statement, **params: Any) -> Any | None:
        rows = await self.fetch(statement, **params)
        return rows[0] if rows else None

    async def pages(self, statement: Statement, **params: Any) -> AsyncIterator[list[Any]]:
        query = self._connection.execute(statement.sqlite, statement.sqlite_params(params))
        while rows := await asyncio.to_thread(query.fetchmany, SNAPSHOT_PAGE):
            yield rows


class _DiskFailed(Exception):
    """Beginning or committing failed: the fault is not in any one job."""


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _DiskFailed(str(error)) from error


def _as_refusal(error: BaseException) -> BaseException:
    if isinstance(error, sqlite3.IntegrityError) and "fact.stream" in str(error):
        return WRITTEN_MEANWHILE()
    return error
