"""The schema that migrations make is the schema that the tables declare, on both engines."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import MetaData, create_engine

from tidehub.hub.hub import Hub
from tidehub.hub.migrate import prepare_sqlite, revisions, upgrade
from tidehub.hub.registry import Registry
from tidehub.hub.schema import metadata
from tidehub.hub.sqlite import SqliteStore
from tidehub.kernel.errors import Refusal
from tidehub.testkit import FixedClock

# In a process of its own, because tests declare tables that are no part of the platform.
_COMPARE = """
import asyncio, sys
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from tidehub.hub.migrate import fingerprint, load_all_tables, revisions, upgrade

def differences(connection):
    upgrade(connection)
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": whole})
    return [d for d in compare_metadata(context, whole) if "alembic_version" not in repr(d)]

async def on_server(dsn, schema):
    engine = create_async_engine(dsn, connect_args={"server_settings": {"search_path": schema}})
    async with engine.begin() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    return found

whole = load_all_tables()
assert revisions()[0] == fingerprint(whole) or len(revisions()) > 1, "tables have changed: run make migration"
if sys.argv[1] == "sqlite":
    with create_engine("sqlite://").begin() as connection:
        found = differences(connection)
else:
    found = asyncio.run(on_server(sys.argv[2], sys.argv[3]))
sys.exit("\\n".join(map(repr, found))[:4000] if found else 0)
"""


async def compare(*arguments: str) -> None:
    """Migrate an empty database and compare it with what the tables declare."""
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-W", "ignore", "-c", _COMPARE, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-4000:]


async def test_migrated_equals_declared_on_sqlite() -> None:
    """After a change of a table ``make migration`` must be run."""
    await compare("sqlite")


@pytest.mark.postgresql
async def test_migrated_equals_declared_on_postgresql(postgresql_schema: tuple[str, str]) -> None:
    """The same chain on the server."""
    dsn, schema = postgresql_schema
    await compare("postgresql", dsn.replace("postgresql://", "postgresql+asyncpg://"), schema)


async def test_a_database_is_migrated_once(make_store: Any) -> None:
    """Opened for the first time it is migrated; opened again nothing is done, and quickly."""
    for _ in range(2):
        hub = Hub(make_store())
        await hub.open(migrate=True)
        await hub.close()


async def test_a_database_that_is_current_does_not_import_alembic(tmp_path: Path) -> None:
    """Starting costs two small queries when there is nothing to do."""
    store = SqliteStore(tmp_path / "one.db", Registry([]), FixedClock())
    await store.open(lambda _facts: None)
    await store.prepare(metadata)
    await store.close()
    script = (
        "import sqlite3, sys; from tidehub.hub.migrate import prepare_sqlite;"
        "from tidehub.hub.schema import metadata\n"
        "prepare_sqlite(sqlite3.connect(sys.argv[1], isolation_level=None), metadata)\n"
        "sys.exit('alembic' in sys.modules)"
    )
    ended = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script, str(tmp_path / "one.db")], check=False
    )
    assert ended.returncode == 0


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    """One that the chain does not know is neither migrated nor used."""
    connection = sqlite3.connect(tmp_path / "one.db", isolation_level=None)
    connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    connection.execute("INSERT INTO alembic_version VALUES ('ffffffffffff')")
    with pytest.raises(Refusal) as refused:
        prepare_sqlite(connection, MetaData())
    assert refused.value.code == "database_of_another_version"
    connection.close()


def test_a_migration_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: Any) -> None:
    """It is one transaction: after a failure the database is as it was."""
    connection = sqlite3.connect(tmp_path / "one.db", isolation_level=None)

    def broken(wrapped: Any, to: str = "head") -> None:
        upgrade(wrapped, to)
        raise RuntimeError("the power fails")

    monkeypatch.setattr("tidehub.hub.migrate.upgrade", broken)
    with pytest.raises(RuntimeError):
        prepare_sqlite(connection, metadata)
    assert connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0] == 0
    connection.close()


def test_the_chain_is_read_without_alembic() -> None:
    """It is one chain, and its files say so in a form that can be read without running them."""
    chain = revisions()
    assert len(chain) == len(set(chain)) >= 1


def test_migrations_run_on_a_connection_that_is_handed_over() -> None:
    """Nothing of the migrations opens a database by itself."""
    with create_engine("sqlite://").begin() as connection:
        upgrade(connection)
        count = connection.exec_driver_sql("SELECT COUNT(*) FROM alembic_version").scalar_one()
    assert count == 1


async def test_nodes_that_start_at_once_migrate_once(postgresql_schema: tuple[str, str]) -> None:
    """Of two nodes that meet an empty database one migrates, the other waits for it."""
    from tidehub.hub.postgresql import PostgresqlStore

    dsn, schema = postgresql_schema
    stores = [PostgresqlStore(dsn, Registry([]), FixedClock(), schema=schema, lanes=1) for _ in range(2)]
    for store in stores:
        await store.open(lambda _facts: None)
    await asyncio.gather(*(store.prepare(metadata) for store in stores))
    for store in stores:
        await store.close()
    connection = await asyncpg.connect(dsn, server_settings={"search_path": schema})
    assert await connection.fetchval("SELECT COUNT(*) FROM alembic_version") == 1
    await connection.close()
