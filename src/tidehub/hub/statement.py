"""SQL once for both engines.

A statement is written with named parameters (``:case_id``). At definition it is turned into each engine's
own form. Three things differ and are turned too, so that no caller has to know its engine:

* ``= ANY(:ids)`` becomes ``IN (SELECT value FROM json_each(:ids))`` on SQLite, the list going as JSON;
* ``FOR UPDATE`` and ``SKIP LOCKED`` vanish on SQLite, which has one writer anyway;
* parameters become ``$1 ...`` on PostgreSQL.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from tidehub.kernel.codec import canonical_json

_NAME = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
_ANY = re.compile(r"=\s*ANY\(:([a-z_][a-z0-9_]*)\)", re.IGNORECASE)
_LOCK = re.compile(r"\s+FOR UPDATE(\s+SKIP LOCKED)?", re.IGNORECASE)


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

    __slots__ = ("lists", "names", "postgresql", "short", "sqlite")

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

    def sqlite_params(self, params: dict[str, Any]) -> dict[str, Any]:
        """Parameters as SQLite takes them: by name, lists as JSON."""
        if not self.lists:
            return params
        return {
            name: canonical_json(list(value)).decode() if name in self.lists else value
            for name, value in params.items()
        }

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
