"""Bringing a database to today's schema.

One chain of migrations serves both engines. Alembic, which is slow to import, is imported only when there is
something to do: a database that is current costs two small queries. Tables of packs that are mounted from
outside are not in the chain; what is missing of them is created.

While the product is unreleased the chain is one generated migration, whose number is the fingerprint of the
schema: ``python -m tidehub.hub.migrate`` writes it anew after a change of a table. A database of an older
draft is then refused, not half used.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import pkgutil
import re
import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, MetaData, Table, create_engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateIndex, CreateTable

from tidehub.hub.schema import metadata as hub_metadata
from tidehub.kernel.errors import refusal_kind

_SQLITE: Dialect = sqlite.dialect()
_POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
MIGRATIONS = Path(__file__).parent / "migrations"
_REVISION = re.compile(r"^revision: str = [\"'](\w+)[\"']", re.MULTILINE)
_DOWN = re.compile(r"^down_revision: str \| None = (?:None|[\"'](\w+)[\"'])", re.MULTILINE)

DATABASE_OF_ANOTHER_VERSION = refusal_kind(
    "database_of_another_version",
    zh="数据库属于另一版本的程序（{version}），本程序需要 {wanted}",
    en="The database belongs to another version of the program ({version}); this one needs {wanted}",
    do_zh="请安装较新的程序；若是正式发布前的试用库，请导出后重建。",
    do_en="Install the newer program; a database from before the first release must be made anew.",
    category="conflict",
)


@cache
def revisions() -> tuple[str, ...]:
    """Every revision of the chain, oldest first, read from the files without importing Alembic."""
    after: dict[str | None, str] = {}
    for path in (MIGRATIONS / "versions").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        revision, down = _REVISION.search(text), _DOWN.search(text)
        assert revision is not None, f"{path.name} does not name its revision"
        assert down is not None, f"{path.name} does not name the revision before it"
        assert down.group(1) not in after, f"two migrations follow {down.group(1)}"
        after[down.group(1)] = revision.group(1)
    chain: list[str] = []
    at: str | None = None
    while at in after:
        at = after[at]
        chain.append(at)
    assert len(chain) == len(after), "the migrations are not one chain"
    return tuple(chain)


def _is_current(version: str | None) -> bool:
    """Whether nothing needs doing.

    Raises
    ------
    Refusal
        ``database_of_another_version`` when the chain does not know the database's version.
    """
    chain = revisions()
    if version is not None and version not in chain:
        raise DATABASE_OF_ANOTHER_VERSION(version=version, wanted=chain[-1] if chain else "-")
    return bool(chain) and version == chain[-1]


# -- SQLite ---------------------------------------------------------------------------------------------


def prepare_sqlite(connection: sqlite3.Connection, metadata: MetaData, *, migrate: bool = True) -> None:
    """Bring the schema to today's version through the writer's own connection, in one transaction."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    version = None
    if "alembic_version" in tables:
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    if migrate and not _is_current(version):
        row_factory, connection.row_factory = connection.row_factory, None
        engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
        try:
            with engine.begin() as wrapped:
                wrapped.exec_driver_sql("BEGIN IMMEDIATE")  # the driver is told to begin nothing by itself
                upgrade(wrapped)
        finally:
            connection.row_factory = row_factory
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    missing = _create_script(metadata, tables, _SQLITE)
    if missing:
        connection.executescript(f"BEGIN IMMEDIATE;\n{missing}\nCOMMIT;")


# -- PostgreSQL -----------------------------------------------------------------------------------------


async def prepare_postgresql(
    settings: Mapping[str, Any], connection: Any, metadata: MetaData, lock: int, *, migrate: bool = True
) -> None:
    """Bring the schema to today's version; of several nodes that start at once, one does it.

    Parameters
    ----------
    settings
        How to open another connection, for Alembic.
    connection
        asyncpg's, for everything else.
    lock
        Advisory lock under which it is done.
    """
    await connection.execute("SELECT pg_advisory_lock($1)", lock)
    try:
        if migrate and not _is_current(await _postgresql_version(connection)):
            await _upgrade_postgresql(settings)
        missing = _create_script(metadata, await _postgresql_tables(connection), _POSTGRESQL)
        if missing:
            await connection.execute(f"BEGIN;\n{missing}\nCOMMIT;")
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", lock)


async def _postgresql_tables(connection: Any) -> set[str]:
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    return {row["tablename"] for row in rows}


async def _postgresql_version(connection: Any) -> str | None:
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    version = await connection.fetchval("SELECT version_num FROM alembic_version")
    return None if version is None else str(version)


async def _upgrade_postgresql(settings: Mapping[str, Any]) -> None:
    import asyncpg
    from sqlalchemy.ext.asyncio import create_async_engine

    async def connect() -> Any:
        return await asyncpg.connect(**{**settings, "command_timeout": None})

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect)
    try:
        async with engine.begin() as wrapped:
            await wrapped.run_sync(upgrade)
    finally:
        await engine.dispose()


# -- both -----------------------------------------------------------------------------------------------


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the migrations that are missing, on SQLAlchemy's connection and in its transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _create_script(metadata: MetaData, present: set[str], dialect: Dialect) -> str:
    """SQL that creates the tables which are missing, with their indexes."""
    return create_script([table for table in metadata.sorted_tables if table.name not in present], dialect)


def create_script(tables: Sequence[Table], dialect: Dialect = _SQLITE) -> str:
    """SQL that creates tables with their indexes; empty for none."""
    lines: list[str] = []
    for table in tables:
        lines.append(str(CreateTable(table).compile(dialect=dialect)))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        lines += [str(CreateIndex(index).compile(dialect=dialect)) for index in indexes]
    return ";\n".join(lines) + ";" if lines else ""


def load_all_tables() -> MetaData:
    """Import whatever of the platform declares tables, so that ``metadata`` is complete.

    Packs mounted from outside are not among them.
    """
    for name in ("tidehub.registers", "tidehub.capabilities"):
        try:
            package = importlib.import_module(name)
        except ModuleNotFoundError:
            continue
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if module.name.rpartition(".")[2] == "tables":
                importlib.import_module(module.name)
    return hub_metadata


def fingerprint(metadata: MetaData) -> str:
    """Twelve hexadecimal digits that change with the schema on either engine."""
    text = _create_script(metadata, set(), _SQLITE) + _create_script(metadata, set(), _POSTGRESQL)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def write_initial(metadata: MetaData | None = None) -> Path:
    """Write the one migration of the unreleased product from the tables as they are declared.

    Raises
    ------
    AssertionError
        When there is more than one migration: after the first release the chain only grows.
    """
    from alembic.autogenerate import produce_migrations, render_python_code
    from alembic.migration import MigrationContext

    whole = metadata or load_all_tables()
    folder = MIGRATIONS / "versions"
    others = [path.name for path in folder.glob("*.py") if path.name != "initial.py"]
    assert not others, f"the chain has grown ({others}): add a migration instead"
    with create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": whole})
        operations = produce_migrations(context, whole).upgrade_ops
        assert operations is not None
        body = render_python_code(operations, render_as_batch=False)
    body = body.replace("# ### commands auto generated by Alembic - please adjust! ###\n", "")
    body = body.replace("# ### end Alembic commands ###", "").strip()
    path = folder / "initial.py"
    path.write_text(_INITIAL.format(revision=fingerprint(whole), body=body), encoding="utf-8")
    revisions.cache_clear()
    return path


_INITIAL = '''"""The schema before release, made by ``python -m tidehub.hub.migrate``, not by hand."""

# ruff: noqa: E501, Q000
# fmt: off

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "{revision}"
down_revision: str | None = None
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Create every table."""
    {body}


def downgrade() -> None:
    """There is nothing before the first schema."""
    raise NotImplementedError
'''


if __name__ == "__main__":
    print(f"wrote {write_initial().name}")  # noqa: T201 - a command
