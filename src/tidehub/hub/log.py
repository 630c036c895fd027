"""The log of facts: envelope, hash chain, reading.

Each stream (a case, a report, a boat) is a chain of its own: the hash of a fact covers its envelope, its
exact bytes and the hash before it. A log of one tenant needs no single global chain, so cases are written
side by side.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from tidehub.hub.statement import Statement, sql
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.errors import refusal_kind
from tidehub.kernel.facts import Fact
from tidehub.kernel.instants import from_us, to_us

GENESIS = bytes(32)

LOG_BROKEN = refusal_kind(
    "log_broken",
    zh="记录链 {stream} 在第 {version} 条处断裂：{problem}",
    en="The chain {stream} breaks at {version}: {problem}",
    do_zh="请停止使用此数据，从备份恢复，并保留现场。",
    do_en="Stop using these data, restore from a backup and keep this copy as evidence.",
    category="conflict",
)

Row = Mapping[str, Any]


class Reader(Protocol):
    """Whatever can be read from: a store, or a transaction of it."""

    async def fetch(self, statement: Statement, **params: Any) -> list[Any]:
        """Read all rows; each can be read by column name."""
        ...

    async def fetch_one(self, statement: Statement, **params: Any) -> Any | None:
        """Read the first row, or ``None``."""
        ...


class Recorded(msgspec.Struct, frozen=True):
    """A fact with its envelope, as the log keeps it.

    Parameters
    ----------
    seq
        Place in the whole log, without gaps; 0 until it is known, so a projection must not use it.
    stream, version
        Chain, and place in it from 1. ``id`` (``stream@version``) names the fact.
    at
        When it was recorded (UTC). What happened when out there stands in the fact itself.
    by, cause
        Who, and the id of the fact that led to it.
    """

    seq: int
    stream: str
    version: int
    kind: str
    at: datetime
    by: str
    cause: str | None
    fact: Fact
    body: bytes
    hash: bytes

    @property
    def id(self) -> str:
        """Name of the fact: ``stream@version``."""
        return f"{self.stream}@{self.version}"


def chain_hash(
    before: bytes,
    stream: str,
    version: int,
    kind: str,
    shape: int,
    at_us: int,
    by: str,
    cause: str | None,
    body: bytes,
) -> bytes:
    """SHA-256 over the hash before, the envelope as a JSON array, and the exact bytes of the fact."""
    envelope = canonical_json((stream, version, kind, shape, at_us, by, cause))
    return hashlib.sha256(before + envelope + b"\n" + body).digest()


APPEND = sql(
    "INSERT INTO fact (seq, stream, version, kind, shape, at_us, by, cause, body, hash)"
    " VALUES (:seq, :stream, :version, :kind, :shape, :at_us, :by, :cause, :body, :hash)"
)
HEAD = sql("SELECT version, hash FROM fact WHERE stream = :stream ORDER BY version DESC LIMIT 1", short=True)
# Every chain begins with its first fact, so that one row stands for each.
_END = "(SELECT g.{0} FROM fact g WHERE g.stream = f.stream ORDER BY g.version DESC LIMIT 1)"
HEADS = sql(
    f"SELECT f.stream, {_END.format('version')} AS version, {_END.format('hash')} AS hash FROM fact f"
    " WHERE f.version = 1 AND f.stream = ANY(:streams)"
)
LAST_SEQ = sql("SELECT COALESCE(MAX(seq), 0) AS seq FROM fact", short=True)
_COLUMNS = "seq, stream, version, kind, shape, at_us, by, cause, body, hash"
_STREAM = sql(f"SELECT {_COLUMNS} FROM fact WHERE stream = :stream ORDER BY version")
_ONE = sql(f"SELECT {_COLUMNS} FROM fact WHERE stream = :stream AND version = :version", short=True)
_STREAMS_UNTIL = sql(
    f"SELECT {_COLUMNS} FROM fact WHERE stream = ANY(:streams) AND at_us <= :at_us ORDER BY stream, version"
)
_BETWEEN = sql(
    f"SELECT {_COLUMNS} FROM fact WHERE seq > :seq AND at_us <= :until_us AND kind = ANY(:kinds)"
    " ORDER BY seq LIMIT :limit"
)
_AT_SEQ = sql("SELECT seq, at_us FROM fact WHERE seq <= :seq ORDER BY seq DESC LIMIT 1", short=True)
_AFTER = sql(f"SELECT {_COLUMNS} FROM fact WHERE seq > :seq ORDER BY seq LIMIT :limit")

FactReader = Callable[[str, int, bytes], Fact]


def row_of(recorded: Recorded) -> dict[str, Any]:
    """Columns of a fact, as :data:`APPEND` takes them."""
    return {
        "seq": recorded.seq,
        "stream": recorded.stream,
        "version": recorded.version,
        "kind": recorded.kind,
        "shape": type(recorded.fact).shape_version,
        "at_us": to_us(recorded.at),
        "by": recorded.by,
        "cause": recorded.cause,
        "body": recorded.body.decode(),
        "hash": recorded.hash,
    }


def recorded_of(row: Row, read_fact: FactReader) -> Recorded:
    """Turn a row back into a fact; old shapes go through their upgraders, the bytes stay as they were."""
    body = row["body"].encode()
    return Recorded(
        seq=row["seq"],
        stream=row["stream"],
        version=row["version"],
        kind=row["kind"],
        at=from_us(row["at_us"]),
        by=row["by"],
        cause=row["cause"],
        fact=read_fact(row["kind"], row["shape"], body),
        body=body,
        hash=bytes(row["hash"]),
    )


async def read_stream(reader: Reader, stream: str, read_fact: FactReader) -> list[Recorded]:
    """All facts of one chain, oldest first."""
    return [recorded_of(row, read_fact) for row in await reader.fetch(_STREAM, stream=stream)]


async def read_one(reader: Reader, stream: str, version: int, read_fact: FactReader) -> Recorded | None:
    """One fact by its place in its chain."""
    row = await reader.fetch_one(_ONE, stream=stream, version=version)
    return None if row is None else recorded_of(row, read_fact)


async def read_streams_until(
    reader: Reader, streams: Sequence[str], at: datetime, read_fact: FactReader
) -> list[Recorded]:
    """What some chains held at an instant, chain by chain, oldest first."""
    rows = await reader.fetch(_STREAMS_UNTIL, streams=list(streams), at_us=to_us(at))
    return [recorded_of(row, read_fact) for row in rows]


async def seq_at(reader: Reader, at: datetime) -> int:
    """Place of the last fact recorded up to an instant, by halving: numbers and instants rise together.

    Facts committed side by side may differ from that order by the length of a commit; a reader that cares looks
    at the instants of what it gets.
    """
    low, high, at_us = 0, await last_seq(reader), to_us(at)
    while low < high:
        middle = (low + high + 1) // 2
        row = await reader.fetch_one(_AT_SEQ, seq=middle)
        if row is None or row["at_us"] <= at_us:
            low = middle
        else:
            high = middle - 1
    return low


async def read_between(
    reader: Reader, seq: int, until: datetime, kinds: Sequence[str], limit: int, read_fact: FactReader
) -> list[Recorded]:
    """Facts of some kinds after a cursor and up to an instant, in the order of the log."""
    rows = await reader.fetch(_BETWEEN, seq=seq, until_us=to_us(until), kinds=list(kinds), limit=limit)
    return [recorded_of(row, read_fact) for row in rows]


async def read_after(reader: Reader, seq: int, limit: int, read_fact: FactReader) -> list[Recorded]:
    """Facts after a cursor in the order of the whole log; what a reader resumes with."""
    return [recorded_of(row, read_fact) for row in await reader.fetch(_AFTER, seq=seq, limit=limit)]


async def rows_after(reader: Reader, seq: int, limit: int) -> list[Row]:
    """Raw rows after a cursor, for those who check bytes and hashes."""
    return await reader.fetch(_AFTER, seq=seq, limit=limit)


async def last_seq(reader: Reader) -> int:
    """Place of the newest fact in the whole log; 0 in an empty one."""
    row = await reader.fetch_one(LAST_SEQ)
    assert row is not None
    return int(row["seq"])
