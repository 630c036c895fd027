"""What every test shares: async tests run by themselves, and a store of each engine for those that need one."""

from __future__ import annotations

import inspect
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tidehub.hub.postgresql import PostgresqlStore
from tidehub.hub.registry import Capability, Registry
from tidehub.hub.schema import metadata
from tidehub.hub.sqlite import SqliteStore
from tidehub.kernel.facts import Fact
from tidehub.kernel.instants import Clock
from tidehub.testkit import FixedClock

OpenStore = Callable[..., Awaitable[Any]]
POSTGRESQL = os.environ.get("TIDEHUB_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1/postgres")
REQUIRE_SERVERS = os.environ.get("TIDEHUB_REQUIRE_SERVERS") == "1"
_answers: dict[str, str | None] = {}


@pytest.fixture
def anyio_backend() -> str:
    """The platform runs on asyncio."""
    return "asyncio"


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: Any, name: str, obj: Any) -> None:
    """Mark async tests, so that nobody has to."""
    if name.startswith("test") and inspect.iscoroutinefunction(obj):
        pytest.mark.anyio(obj)


async def postgresql_or_skip() -> str:
    """Address of the PostgreSQL server; where none answers the test is skipped and says so."""
    if POSTGRESQL not in _answers:
        try:
            connection = await asyncpg.connect(POSTGRESQL, timeout=3)
            await connection.close()
            _answers[POSTGRESQL] = None
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            _answers[POSTGRESQL] = f"no PostgreSQL answers at {POSTGRESQL}: {error!r}"
    problem = _answers[POSTGRESQL]
    if problem is not None:
        if REQUIRE_SERVERS:
            pytest.fail(f"TIDEHUB_REQUIRE_SERVERS=1, but {problem}")
        pytest.skip(problem)
    return POSTGRESQL


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest) -> str:
    """The engine that the test runs on."""
    return str(request.param)


@pytest.fixture
async def postgresql_schema() -> AsyncIterator[tuple[str, str]]:
    """A schema of the test's own on the server: its address and name; gone afterwards."""
    dsn = await postgresql_or_skip()
    schema = f"test_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"CREATE SCHEMA {schema}")
    try:
        yield dsn, schema
    finally:
        await connection.execute("SET client_min_messages = warning")
        await connection.execute(f"DROP SCHEMA {schema} CASCADE")
        await connection.close()


@pytest.fixture
async def open_store(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[OpenStore]:
    """Open a store with these capabilities: ``await open_store([capability(...)], follows=..., clock=...)``.

    The test runs once on each engine. Without a clock, one stands at ``tidehub.testkit.clock.START``; the store
    has both as ``store.clock`` and ``store.registry``. Opened again in the same test, it is a second look at
    the same data after the first was closed.
    """
    opened: list[Any] = []
    schema = ""
    dsn = ""
    if engine == "postgresql":
        dsn = await postgresql_or_skip()
        schema = f"test_{secrets.token_hex(6)}"
        admin = await asyncpg.connect(dsn)
        await admin.execute(f"CREATE SCHEMA {schema}")

    async def open_one(
        capabilities: Sequence[Capability] = (),
        follows: Mapping[type[Fact], Sequence[str]] | None = None,
        clock: Clock | None = None,
    ) -> Any:
        registry = Registry(capabilities, follows)
        store: Any
        if engine == "sqlite":
            store = SqliteStore(tmp_path / "tidehub.db", registry, clock or FixedClock())
        else:
            store = PostgresqlStore(dsn, registry, clock or FixedClock(), schema=schema)
        await store.open(lambda _facts: None)
        opened.append(store)
        await store.prepare(metadata, migrate=False)
        return store

    try:
        yield open_one
    finally:
        for store in opened:
            await store.close()
        if schema:
            await admin.execute("SET client_min_messages = warning")
            await admin.execute(f"DROP SCHEMA {schema} CASCADE")
            await admin.close()
