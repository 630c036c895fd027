"""Nine ways in which one code base on two engines goes wrong, each met before; none may come back."""

from __future__ import annotations

import ast
import asyncio
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import JSON, BigInteger, Boolean, Column, DateTime, MetaData, Table

import tidehub
from tidehub.hub import schema
from tidehub.hub.handle import Job
from tidehub.hub.log import read_after
from tidehub.hub.migrate import create_script, load_all_tables
from tidehub.hub.sqlite import SQLITE_FLOOR, connect
from tidehub.hub.statement import sql
from tidehub.hub.store import WRITTEN_MEANWHILE
from tidehub.kernel.access import platform_actor
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.instants import from_us, to_us
from tidehub.testkit.tally import OpenTally, capability

BY = platform_actor("flow/test")
SOURCES = Path(tidehub.__file__).parent


def every_table() -> list[Table]:
    """Every table of the platform."""
    return list(load_all_tables().tables.values())


async def test_1_a_key_counts_by_itself_on_both_engines(open_store: Any) -> None:
    """A ``BigInteger`` key does not count on SQLite; ours does, and never gives an id twice."""
    store = await open_store()
    add = sql("INSERT INTO follow_up (stream, version, flow, due_us) VALUES ('s', 1, 'f', 0) RETURNING id")
    remove = sql("DELETE FROM follow_up WHERE id = :id")

    async def add_and_remove(tx: Any) -> int:
        row = await tx.fetch_one(add)
        await tx.execute(remove, id=row["id"])
        return int(row["id"])

    ids = [await store.write(add_and_remove) for _ in range(3)]
    assert ids == sorted(set(ids))
    assert not [
        f"{table.name}.{column.name}"
        for table in every_table()
        for column in table.primary_key
        if column.autoincrement is True and type(column.type.dialect_impl(_sqlite())) is BigInteger
    ]


def _sqlite() -> Any:
    from sqlalchemy.dialects import sqlite

    return sqlite.dialect()


def test_2_instants_are_integers() -> None:
    """An instant comes back from SQLite without its zone, so no column is one; microseconds are exact."""
    assert not [
        f"{table.name}.{column.name}"
        for table in every_table()
        for column in table.columns
        if isinstance(column.type, (DateTime, Boolean))
    ]
    at = datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)
    assert from_us(to_us(at)) == at
    assert to_us(at + timedelta(microseconds=1)) - to_us(at) == 1


async def test_3_what_is_hashed_is_kept_byte_by_byte(open_hub: Any) -> None:
    """A JSON column reorders keys and drops twins, so JSON is kept as text; the bytes of a fact are exact."""
    assert not [
        f"{table.name}.{column.name}"
        for table in every_table()
        for column in table.columns
        if isinstance(column.type, JSON)
    ]
    hub = await open_hub([capability()])
    written = (await hub.handle(OpenTally(tally_id='潮 \\ " \u2028'), by=BY))[0]
    read = (await hub.stream(written.stream))[0]
    assert read.body == written.body == canonical_json(written.fact)
    assert json.loads(read.body) == {"tally_id": '潮 \\ " \u2028'}


def test_4_a_transaction_that_reads_and_then_writes_begins_as_a_writer(tmp_path: Path) -> None:
    """A deferred ``BEGIN`` is locked out at once in spite of the timeout; ours to write is immediate."""
    path = str(tmp_path / "one.db")
    writer, other = connect(path), connect(path)
    writer.execute("CREATE TABLE t (n INTEGER)")
    writer.execute("BEGIN")
    writer.execute("SELECT * FROM t").fetchall()
    other.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        writer.execute("INSERT INTO t VALUES (2)")
    writer.execute("ROLLBACK")
    writer.close()
    other.close()
    source = (SOURCES / "hub" / "sqlite.py").read_text(encoding="utf-8")
    begins = [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("BEGIN")
    ]
    assert sorted(begins) == ["BEGIN", "BEGIN IMMEDIATE"]  # the plain one is a view that only reads


@pytest.mark.postgresql
async def test_5_a_sequence_would_lose_facts(postgresql_schema: Any) -> None:
    """Numbers that a sequence gives become visible out of order: why ours are given under a lock."""
    dsn, name = postgresql_schema
    first, second, reader = [await asyncpg.connect(dsn, server_settings={"search_path": name}) for _ in range(3)]
    await reader.execute("CREATE TABLE naive (seq BIGINT GENERATED ALWAYS AS IDENTITY)")
    await first.execute("BEGIN; INSERT INTO naive DEFAULT VALUES")
    await second.execute("INSERT INTO naive DEFAULT VALUES")
    assert [row["seq"] for row in await reader.fetch("SELECT seq FROM naive")] == [2]  # 1 comes later
    await first.execute("COMMIT")
    for connection in (first, second, reader):
        await connection.close()


async def test_5_numbers_become_visible_in_order(open_store: Any) -> None:
    """A reader that tails the log while many write sees each number once and in order."""
    store = await open_store([capability()])
    seen: list[int] = []
    jobs = [asyncio.ensure_future(store.submit(Job((OpenTally(tally_id=f"t{n}"),), BY))) for n in range(300)]
    while len(seen) < 300:
        seen += [fact.seq for fact in await read_after(store, seen[-1] if seen else 0, 50, store.registry.read_fact)]
        await asyncio.sleep(0)
    await asyncio.gather(*jobs)
    assert seen == list(range(1, 301))


async def test_6_a_place_in_a_chain_is_given_once(open_store: Any) -> None:
    """The violation of either driver is told as the same refusal, which a person can act on."""
    store = await open_store([capability()])
    await store.submit(Job((OpenTally(tally_id="a"),), BY))
    forget = sql("DELETE FROM tally_total")
    await store.write(lambda tx: tx.execute(forget))
    with pytest.raises(Exception) as raised:
        await store.submit(Job((OpenTally(tally_id="a"),), BY))
    assert raised.value.code == WRITTEN_MEANWHILE.code  # type: ignore[attr-defined]
    assert WRITTEN_MEANWHILE.category == "conflict"


def test_7_every_constraint_has_a_name() -> None:
    """SQLite can change only a constraint that it can name."""
    named = MetaData(naming_convention=schema.metadata.naming_convention)
    example = Table("example", named, Column("a", BigInteger, unique=True))
    assert "uq_example_a" in create_script([example])
    nameless = [table.name for table in every_table() for one in table.constraints if not one.name]
    assert not nameless
    for table in every_table():
        for index in table.indexes:
            assert index.name, f"an index of {table.name} has no name"


def test_8_the_oldest_engine_is_known() -> None:
    """What is used of SQLite is there from 3.37 on: ``RETURNING``, upserts, JSON functions."""
    assert sqlite3.sqlite_version_info >= SQLITE_FLOOR == (3, 37, 0)
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, n INTEGER) STRICT")
    upsert = "INSERT INTO t VALUES (1, 1) ON CONFLICT (k) DO UPDATE SET n = n + 1 RETURNING n"
    assert [connection.execute(upsert).fetchone()[0] for _ in range(2)] == [1, 2]
    assert connection.execute("SELECT value FROM json_each('[7]')").fetchone()[0] == 7
    connection.close()


async def test_9_what_the_engines_do_differently_is_not_relied_on(open_store: Any) -> None:
    """Lists mean the same on both, the empty one too."""
    store = await open_store()
    add = sql("INSERT INTO cursor (name, seq) VALUES (:name, :seq)")

    async def fill(tx: Any) -> None:
        for seq, name in enumerate(("a", "B", "潮", "b")):
            await tx.execute(add, name=name, seq=seq)

    await store.write(fill)
    some = sql("SELECT seq FROM cursor WHERE name = ANY(:names) ORDER BY seq")
    assert [row["seq"] for row in await store.fetch(some, names=["潮", "a", "none"])] == [0, 2]
    assert await store.fetch(some, names=[]) == []


def test_9_no_statement_is_of_one_engine_alone() -> None:
    """Words that only one engine knows stand in the two engines' own files and nowhere else."""
    words = ("ILIKE", "NULLS LAST", "::text", "::int", "strftime(", "json_extract(", "jsonb", "NOW()")
    own = {"sqlite.py", "postgresql.py", "lane.py", "statement.py", "migrate.py"}
    found = [
        f"{path.relative_to(SOURCES)}: {word}"
        for path in SOURCES.rglob("*.py")
        if not (path.parent.name == "hub" and path.name in own)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sql"
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        for word in words
        if word in argument.value
    ]
    assert not found
