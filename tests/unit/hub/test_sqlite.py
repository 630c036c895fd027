"""What is the embedded store's own: one process, one writer thread, group commit, a disk that fails."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tidehub.hub.handle import Job
from tidehub.hub.registry import Registry
from tidehub.hub.sqlite import SqliteStore, connect, drive
from tidehub.hub.statement import sql
from tidehub.kernel.access import platform_actor
from tidehub.kernel.errors import Unavailable
from tidehub.testkit import FixedClock
from tidehub.testkit.tally import AddToTally, OpenTally, capability, with_tally

BY = platform_actor("flow/test")
COUNT = sql("SELECT COUNT(*) AS n FROM tally_total")


async def opened(path: Path) -> SqliteStore:
    """A store on a file, with the tally."""
    store = SqliteStore(path, Registry([capability()]), FixedClock())
    await store.open(lambda _facts: None)
    await store.prepare(with_tally(), migrate=False)
    return store


def job(*commands: Any) -> Job:
    """A job of commands."""
    return Job(commands, BY)


async def test_a_second_store_on_the_same_file_is_refused(tmp_path: Path) -> None:
    """Exactly one may write a file; the first is not disturbed, and its place is free when it closes."""
    first = await opened(tmp_path / "one.db")
    with pytest.raises(Unavailable, match="another process"):
        await opened(tmp_path / "one.db")
    await first.submit(job(OpenTally(tally_id="a")))
    await first.close()
    second = await opened(tmp_path / "one.db")
    assert (await second.fetch(COUNT))[0]["n"] == 1
    await second.close()


async def test_a_second_process_is_refused(tmp_path: Path) -> None:
    """The lock holds between processes too."""
    store = await opened(tmp_path / "one.db")
    script = (
        "import asyncio, sys; from pathlib import Path; from tidehub.hub.registry import Registry;"
        "from tidehub.hub.sqlite import SqliteStore; from tidehub.testkit import FixedClock;"
        "from tidehub.kernel.errors import Unavailable\n"
        "store = SqliteStore(Path(sys.argv[1]), Registry([]), FixedClock())\n"
        "try:\n    asyncio.run(store.open(lambda facts: None))\n"
        "except Unavailable:\n    sys.exit(7)\n"
    )
    ended = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script, str(tmp_path / "one.db")], check=False
    )
    assert ended.returncode == 7
    await store.close()


async def test_callers_at_once_share_a_commit(tmp_path: Path) -> None:
    """Two hundred callers need a few commits, not two hundred."""
    store = await opened(tmp_path / "one.db")
    commits = 0

    def count(statement: str) -> None:
        nonlocal commits
        commits += statement == "COMMIT"

    store._writer.set_trace_callback(count)
    await asyncio.gather(*(store.submit(job(OpenTally(tally_id=f"t{n}"))) for n in range(200)))
    assert commits <= 5
    await store.close()


async def test_a_disk_that_fails_is_told_to_everybody(tmp_path: Path, caplog: Any) -> None:
    """When a commit fails nobody is told that anything was written, and the writer goes on when it works."""
    caplog.set_level(logging.CRITICAL)
    store = await opened(tmp_path / "one.db")
    await store.submit(job(OpenTally(tally_id="a")))
    real, store._writer = store._writer, FailingConnection(store._writer)  # type: ignore[assignment]
    answers = await asyncio.gather(
        *(store.submit(job(AddToTally(tally_id="a", amount=1))) for _ in range(5)), return_exceptions=True
    )
    assert {type(answer) for answer in answers} == {Unavailable}
    store._writer = real
    facts = await store.submit(job(AddToTally(tally_id="a", amount=1)))
    assert (facts[0].seq, facts[0].version) == (2, 2)
    await store.close()


class FailingConnection:
    """A connection whose disk is full at every commit."""

    def __init__(self, real: sqlite3.Connection) -> None:
        self._real = real

    def execute(self, statement: str, *params: Any) -> Any:
        if statement == "COMMIT":
            raise sqlite3.OperationalError("database or disk is full")
        return self._real.execute(statement, *params)

    def executemany(self, statement: str, rows: Any) -> Any:
        return self._real.executemany(statement, rows)

    @property
    def in_transaction(self) -> bool:
        return self._real.in_transaction


async def test_a_listener_that_breaks_does_not_keep_the_answers(tmp_path: Path) -> None:
    """Facts are on disk; whoever waits is answered even if a listener fails."""
    store = SqliteStore(tmp_path / "one.db", Registry([capability()]), FixedClock())

    def broken(_facts: Any) -> None:
        raise RuntimeError("a listener of ours")

    await store.open(broken)
    await store.prepare(with_tally(), migrate=False)
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    assert await store.submit(job(OpenTally(tally_id="a")))
    await store.close()


async def test_closing_twice_is_no_mistake(tmp_path: Path) -> None:
    """Nor is closing what was never opened."""
    await SqliteStore(tmp_path / "never.db", Registry([]), FixedClock()).close()
    store = await opened(tmp_path / "one.db")
    await store.close()
    await store.close()


def test_a_transaction_that_waits_outside_is_our_mistake() -> None:
    """Inside the writer nothing may wait for anything but the store."""

    async def waits() -> None:
        await asyncio.sleep(1)

    with pytest.raises((AssertionError, RuntimeError)):
        drive(waits())


def test_what_is_answered_is_flushed(tmp_path: Path) -> None:
    """Every connection writes ahead and flushes fully."""
    connection = connect(str(tmp_path / "one.db"))
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    connection.close()
