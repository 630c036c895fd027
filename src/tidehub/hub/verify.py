"""Whether the data still are what was written: chains, numbers, tables, files.

Everything is read in one snapshot, so it may run beside the service. Each chain is hashed again, the numbers
are counted, every projected table is computed again from nothing and compared row by row, and files are
hashed. All problems are listed, not only the first.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from sqlalchemy import Table, Text

from tidehub.hub.files import Files, hash_of
from tidehub.hub.log import GENESIS, Row, chain_hash, recorded_of
from tidehub.hub.registry import Registry
from tidehub.hub.replay import Scratch, deferred_cursor, tables_of
from tidehub.hub.statement import sql
from tidehub.hub.store import Snapshot, Store
from tidehub.kernel.errors import Refusal

PROBLEMS_MAX = 1000

ProblemKind = Literal["chain", "gap", "shape", "row_missing", "row_extra", "row_differs", "file"]

_BY_CHAIN = sql("SELECT stream, version, kind, shape, at_us, by, cause, body, hash FROM fact ORDER BY stream, version")
_BY_SEQ = sql("SELECT seq, stream, version, kind, shape, at_us, by, cause, body, hash FROM fact ORDER BY seq")
_CURSORS = sql("SELECT name, seq FROM cursor")
_FILES = sql("SELECT sha256, size_bytes FROM stored_file ORDER BY sha256")


class Problem(msgspec.Struct, frozen=True):
    """One thing that is not as it was written: what kind, where, and what is wrong."""

    kind: ProblemKind
    where: str
    what: str


class VerifyReport(msgspec.Struct, frozen=True):
    """What was checked and what was found.

    Parameters
    ----------
    facts, streams, tables, rows, files
        How many were checked.
    log_sha256
        SHA-256 over the hashes of all facts in the order of the log. Written down elsewhere it also shows
        that nothing was cut off the end; equal runs of a story have equal ones.
    problems, problems_count
        At most ``PROBLEMS_MAX`` of them in full, and how many there are.
    took_s
        Seconds it took.
    """

    facts: int
    streams: int
    tables: int
    rows: int
    files: int
    log_sha256: str
    problems: tuple[Problem, ...]
    problems_count: int
    took_s: float

    @property
    def sound(self) -> bool:
        """Whether everything is as it was written."""
        return self.problems_count == 0


async def verify(store: Store, files: Files | None = None) -> VerifyReport:
    """Check everything that can be checked.

    Cost: two readings of the log, one of the projected tables and one of the files; memory does not grow
    with any of them.
    """
    started = time.perf_counter()
    check = _Check(store.registry)
    async with store.snapshot() as snapshot:
        await check.chains(snapshot)
        until = {row["name"]: row["seq"] for row in await snapshot.fetch(_CURSORS)}
        deferred = {
            capability.name: until.get(deferred_cursor(capability), 0) for capability in store.registry.capabilities
        }
        with (
            tempfile.TemporaryDirectory(prefix="tidehub-verify-") as folder,
            Scratch(store.registry, str(Path(folder) / "scratch.db"), deferred) as scratch,
        ):
            await check.log(snapshot, scratch)
            for table in tables_of(store.registry):
                await check.table(snapshot, scratch, table)
        if files is not None:
            await check.files(snapshot, files)
    return check.report(time.perf_counter() - started)


class _Check:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._facts = self._streams = self._tables = self._rows = self._files = 0
        self._problems: list[Problem] = []
        self._problems_count = 0
        self._log = hashlib.sha256()

    def report(self, took_s: float) -> VerifyReport:
        return VerifyReport(
            facts=self._facts,
            streams=self._streams,
            tables=self._tables,
            rows=self._rows,
            files=self._files,
            log_sha256=self._log.hexdigest(),
            problems=tuple(self._problems),
            problems_count=self._problems_count,
            took_s=took_s,
        )

    def _found(self, kind: ProblemKind, where: str, what: str) -> None:
        self._problems_count += 1
        if len(self._problems) < PROBLEMS_MAX:
            self._problems.append(Problem(kind, where, what))

    async def chains(self, snapshot: Snapshot) -> None:
        """Hash every chain again, chain by chain, so that only one head is in memory."""
        stream, version, head = None, 0, GENESIS
        async for rows in snapshot.pages(_BY_CHAIN):
            for row in rows:
                if row["stream"] != stream:
                    stream, version, head = row["stream"], 0, GENESIS
                    self._streams += 1
                kept = bytes(row["hash"])
                if row["version"] != version + 1:
                    self._found("chain", f"{stream}@{row['version']}", f"follows version {version}")
                elif kept != _hash_again(head, row):
                    self._found("chain", f"{stream}@{row['version']}", "its hash does not fit its content")
                version, head = row["version"], kept  # from here on: one break is one problem

    async def log(self, snapshot: Snapshot, scratch: Scratch) -> None:
        """Count the numbers and compute the tables again."""
        seq = 0
        async for rows in snapshot.pages(_BY_SEQ):
            for row in rows:
                if row["seq"] != seq + 1:
                    self._found("gap", f"seq {row['seq']}", f"follows {seq}")
                seq = row["seq"]
                self._facts += 1
                self._log.update(row["hash"])
                try:
                    scratch.apply(recorded_of(row, self._registry.read_fact))
                except (
                    Refusal,
                    KeyError,
                    ValueError,
                ) as error:  # an unknown kind, broken JSON, a wrong shape
                    self._found("shape", f"{row['stream']}@{row['version']}", f"cannot be read: {error!r}"[:300])
            scratch.flush()

    async def table(self, snapshot: Snapshot, scratch: Scratch, table: Table) -> None:
        """Compare a table with its recomputation, both in the order of their keys."""
        self._tables += 1
        names = [column.name for column in table.columns]
        keys = [column.name for column in table.primary_key] or names
        live = _rows(snapshot, _ordered(table, keys, snapshot.dialect))
        again = scratch.connection.execute(_ordered(table, keys, "sqlite"))
        kept = await anext(live, None)
        computed = next(again, None)
        while kept is not None or computed is not None:
            if kept is not None and computed is not None and tuple(kept) == tuple(computed):  # as nearly always
                self._rows += 1
                kept, computed = await anext(live, None), next(again, None)
                continue
            side = _compare(_key(kept, keys), _key(computed, keys))
            if side > 0:
                assert computed is not None, "nothing is smaller than a row"
                self._found("row_missing", _where(table, computed, keys), "is missing from the table")
            elif side < 0:
                assert kept is not None, "nothing is smaller than a row"
                self._found("row_extra", _where(table, kept, keys), "does not come of any fact")
            else:
                assert kept is not None and computed is not None, "two equal keys are two rows"
                self._differences(table, keys, names, kept, computed)
            if side <= 0:
                self._rows += 1
                kept = await anext(live, None)
            if side >= 0:
                computed = next(again, None)

    def _differences(self, table: Table, keys: Sequence[str], names: Sequence[str], kept: Row, computed: Row) -> None:
        different = [name for name in names if kept[name] != computed[name]]
        if different:
            what = ", ".join(f"{name} is {kept[name]!r}, should be {computed[name]!r}" for name in different)
            self._found("row_differs", _where(table, kept, keys), what[:1000])

    async def files(self, snapshot: Snapshot, files: Files) -> None:
        """Hash every file again."""
        async for rows in snapshot.pages(_FILES):
            for row in rows:
                self._files += 1
                found = hash_of(files.path(row["sha256"]))
                if found is None:
                    self._found("file", row["sha256"], "is not there")
                elif found != row["sha256"]:
                    self._found("file", row["sha256"], f"has the content of {found}")


def _hash_again(head: bytes, row: Row) -> bytes:
    return chain_hash(
        head,
        row["stream"],
        row["version"],
        row["kind"],
        row["shape"],
        row["at_us"],
        row["by"],
        row["cause"],
        row["body"].encode(),
    )


def _ordered(table: Table, keys: Sequence[str], dialect: str) -> str:
    """Every row in the order of its key, by bytes: the collation of a server must not matter."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    binary = ' COLLATE "C"' if dialect == "postgresql" else " COLLATE BINARY"
    order = ", ".join(f'"{name}"{binary if isinstance(table.c[name].type, Text) else ""}' for name in keys)
    return f'SELECT {columns} FROM "{table.name}" ORDER BY {order}'


async def _rows(snapshot: Snapshot, query: str) -> AsyncIterator[Row]:
    async for rows in snapshot.pages(sql(query)):
        for row in rows:
            yield row


def _key(row: Row | None, keys: Sequence[str]) -> tuple[Any, ...] | None:
    return None if row is None else tuple(_sortable(row[name]) for name in keys)


def _sortable(value: Any) -> tuple[bool, Any]:
    """Order as the engines do with text by its UTF-8 bytes; ``NULL`` first, as on SQLite."""
    return (value is not None, value.encode() if isinstance(value, str) else value)


def _compare(left: tuple[Any, ...] | None, right: tuple[Any, ...] | None) -> int:
    if left is None or right is None:
        return (left is None) - (right is None)
    return (left > right) - (left < right)


def _where(table: Table, row: Row, keys: Sequence[str]) -> str:
    return f"{table.name}[{', '.join(str(row[name]) for name in keys)}]"[:200]


def problems_of(report: VerifyReport) -> Iterator[str]:
    """Give each problem as a line."""
    for problem in report.problems:
        yield f"{problem.kind} {problem.where}: {problem.what}"
