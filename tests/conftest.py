"""What every test shares: async tests run by themselves, and a store of each engine where one is needed."""

from __future__ import annotations

import inspect
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import hypothesis
import pytest
from sqlalchemy import MetaData

from tidehub.hub.files import Files
from tidehub.hub.hub import Hub
from tidehub.hub.postgresql import PostgresqlStore
from tidehub.hub.registry import Capability, Registry
from tidehub.hub.schema import metadata
from tidehub.hub.sqlite import SqliteStore
from tidehub.kernel.facts import Fact
from tidehub.kernel.instants import Clock
from tidehub.testkit import FixedClock

MakeStore = Callable[..., Any]
# A busy machine is no reason for a property to fail: how long an example takes is not what is tested.
hypothesis.settings.register_profile(
    "tidehub",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("tidehub")

OpenStore = Callable[..., Awaitable[Any]]
OpenHub = Callable[..., Awaitable[Hub]]
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


def every_table(capabilities: Sequence[Capability]) -> MetaData:
    """Every table that is imported by now, and those of capabilities that keep theirs apart."""
    apart = {table.metadata for capability in capabilities for table in capability.tables} - {metadata}
    whole = MetaData(naming_convention=metadata.naming_convention)
    for tables in (metadata, *apart):
        for table in tables.tables.values():
            table.to_metadata(whole)
    return whole


@pytest.fixture
async def make_store(engine: str, tmp_path: Path) -> AsyncIterator[MakeStore]:
    """Make a store that is not opened yet; each one in a test is another look at the same data."""
    made: list[Any] = []
    dsn, schema = "", ""
    if engine == "postgresql":
        dsn, schema = await postgresql_or_skip(), f"test_{secrets.token_hex(6)}"
        admin = await asyncpg.connect(dsn)
        await admin.execute(f"CREATE SCHEMA {schema}")

    def make(
        capabilities: Sequence[Capability] = (),
        follows: Mapping[type[Fact], Sequence[str]] | None = None,
        clock: Clock | None = None,
        **options: Any,
    ) -> Any:
        registry = Registry(capabilities, follows)
        store: Any
        if engine == "sqlite":
            store = SqliteStore(tmp_path / "tidehub.db", registry, clock or FixedClock(), **options)
        else:
            options.setdefault("lanes", 2)
            store = PostgresqlStore(dsn, registry, clock or FixedClock(), schema=schema, **options)
        made.append(store)
        return store

    try:
        yield make
    finally:
        for store in made:
            await store.close()
        if schema:
            await admin.execute("SET client_min_messages = warning")
            await admin.execute(f"DROP SCHEMA {schema} CASCADE")
            await admin.close()


@pytest.fixture
async def open_store(make_store: MakeStore) -> OpenStore:
    """Open a store with these capabilities: ``await open_store([capability(...)], follows=..., clock=...)``.

    The test runs once on each engine. Without a clock, one stands at ``tidehub.testkit.clock.START``; the
    store has both as ``store.clock`` and ``store.registry``. Opened again in the same test, it is a second
    look at the same data; on SQLite the first must be closed before.
    """

    async def open_one(
        capabilities: Sequence[Capability] = (),
        follows: Mapping[type[Fact], Sequence[str]] | None = None,
        clock: Clock | None = None,
    ) -> Any:
        store = make_store(capabilities, follows, clock)
        await store.open(lambda _facts: None)
        await store.prepare(every_table(capabilities), migrate=False)
        return store

    return open_one


@pytest.fixture
async def open_hub(make_store: MakeStore, tmp_path: Path) -> AsyncIterator[OpenHub]:
    """Open a hub like :func:`open_store` a store, with a folder for files."""
    opened: list[Hub] = []

    async def open_one(
        capabilities: Sequence[Capability] = (),
        follows: Mapping[type[Fact], Sequence[str]] | None = None,
        clock: Clock | None = None,
        **options: Any,
    ) -> Hub:
        store = make_store(capabilities, follows, clock, **options)
        hub = Hub(store, Files(tmp_path / "files", store))
        await hub.open(every_table(capabilities), migrate=False)
        opened.append(hub)
        return hub

    yield open_one
    for hub in opened:
        await hub.close()
