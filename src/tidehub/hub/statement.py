"""SQL once for both engines.

A statement is written with named parameters (``:case_id``). At definition it is turned into each engine's
own form. Three things differ and are turned too, so that no caller has to know its engine:

* ``= ANY(:ids)`` becomes ``IN (SELECT value FROM json_each(:ids))`` on SQLite, the list going as JSON;
* ``FOR UPDATE`` and ``SKIP LOCKED`` vanish on SQLite, which has one writer anyway;
* parameters become ``$1 ...`` on PostgreSQL.

Many rows of one ``INSERT ... VALUES`` go to SQLite as one statement with many rows, because Python's driver
gives the interpreter lock away and takes it again at every step of ``executemany``: beside a busy event loop
that costs more than the insert itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from tidehub.kernel.codec import canonical_json

_NAME = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
_ANY = re.compile(r"=\s*ANY\(:([a-z_][a-z0-9_]*)\)", re.IGNORECASE)
_LOCK = re.compile(r"\s+FOR UPDATE(\s+SKIP LOCKED)?", re.IGNORECASE)
_INSERT = re.compile(r"(INSERT INTO [^()]+\([^()]+\) VALUES )(\([^()]+\))([^:]*)", re.IGNORECASE)
ROWS_AT_ONCE = (128, 16, 4)
"""How many rows one statement takes; a few sizes only, so that each stays prepared."""


class Statement:
    """One SQL statement, ready for both engines.

    Attributes
    ----------
    sqlite, postgresql
        The text for each engine.
    short
        Whether it is a lookup of a few rows by an index, which may run in the event loop on SQLite
        (under 50 us); everything else goes to a reader thread.
    """

    __slots__ = ("_many", "_values", "lists", "names", "postgresql", "short", "sqlite")

    def __init__(self, text: str, *, short: bool) -> None:
        order: dict[str, int] = {}
        for name in _NAME.findall(text):
            order.setdefault(name, len(order) + 1)
        self.names = tuple(order)
        self.lists = frozenset(_ANY.findall(text))
        self.short = short
        self.postgresql = _NAME.sub(lambda found: f"${order[found.group(1)]}", text)
        without_lock = _LOCK.sub("", text)
        self.sqlite = _ANY.sub(r"IN (SELECT value FROM json_each(:\1))", without_lock)
        insert = None if self.lists else _INSERT.fullmatch(text)
        self._many: dict[int, str] = {}
        self._values: Callable[[dict[str, Any]], tuple[Any, ...]] | None = None
        if insert is not None and len(values := _NAME.findall(insert[2])) > 1:
            row = _NAME.sub("?", insert[2])
            self._many = {count: insert[1] + ", ".join([row] * count) + insert[3] for count in ROWS_AT_ONCE}
            self._values = itemgetter(*values)

    def sqlite_params(self, params: dict[str, Any]) -> dict[str, Any]:
        """Parameters as SQLite takes them: by name, lists as JSON."""
        if not self.lists:
            return params
        return {
            name: canonical_json(list(value)).decode() if name in self.lists else value
            for name, value in params.items()
        }

    @property
    def inserts(self) -> bool:
        """Whether many rows of it go to SQLite at once, by :meth:`sqlite_inserts`."""
        return bool(self._many)

    def sqlite_inserts(self, rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
        """Split many rows into few statements with their parameters; all in the order of the rows."""
        start = 0
        for count, text in self._many.items():
            assert self._values is not None
            while len(rows) - start >= count:
                yield text, list(chain.from_iterable(map(self._values, rows[start : start + count])))
                start += count
        for row in rows[start:]:
            yield self.sqlite, self.sqlite_params(row)

    def postgresql_params(self, params: dict[str, Any]) -> tuple[Any, ...]:
        """Parameters as PostgreSQL takes them: by position."""
        return tuple(params[name] for name in self.names)

    def __repr__(self) -> str:
        return f"Statement({self.sqlite!r})"


@lru_cache(maxsize=4096)
def sql(text: str, *, short: bool = False) -> Statement:
    """Define a statement; see :class:`Statement`. The same text gives the same object."""
    return Statement(text, short=short)


class Write(NamedTuple):
    """One change to a table, as data: what a projection answers with."""

    statement: Statement
    params: dict[str, Any]
