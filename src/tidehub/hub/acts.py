"""What administrators and keepers have done (管理日志): one line for each such fact, newest first.

The lines follow the log by a cursor of their own and can be recomputed from it at any time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Index, Table, Text

from tidehub.hub.log import Reader, Recorded
from tidehub.hub.registry import Capability
from tidehub.hub.schema import metadata
from tidehub.hub.statement import Write, sql
from tidehub.kernel.access import Scope
from tidehub.kernel.instants import from_us, to_us

act_table = Table(
    "hub_act",
    metadata,
    Column("fact", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Index("ix_hub_act_time", "at_us", "fact"),
    Index("ix_hub_act_by", "by", "at_us"),
)

_ADD = sql(
    'INSERT INTO hub_act (fact, kind, "by", region_code, body, at_us)'
    " VALUES (:fact, :kind, :whose, :region_code, :body, :at_us)"
)
_BODY_MAX = 4_000


class Act(msgspec.Struct, frozen=True):
    """Something an administrator or keeper did; ``body`` is the fact, personal data masked by who shows it."""

    fact: str
    kind: str
    by: str
    at: datetime
    region_code: str
    body: dict[str, Any]


def capability(kinds: Iterable[str]) -> Capability:
    """Follow these kinds of facts; the composition root names them, for they belong to many."""
    return Capability(name="acts", project=_project, tables=(act_table,), reads=frozenset(kinds), deferred=True)


def _project(recorded: Recorded) -> Iterable[Write]:
    if recorded.by.startswith(("flow/", "timer/")):  # what the platform does by itself is nobody's act
        return
    body = _body_of(recorded)
    yield Write(
        _ADD,
        {
            "fact": recorded.id,
            "kind": recorded.kind,
            "whose": recorded.by,
            "region_code": _region_of(recorded.fact),
            "body": body if len(body) <= _BODY_MAX else "{}",
            "at_us": to_us(recorded.at),
        },
    )


def _body_of(recorded: Recorded) -> str:
    """The fact, but for what is recorded of a person: that stays in the register, where it is masked."""
    if getattr(recorded.fact, "register", "") == "people":
        told = msgspec.json.decode(recorded.body)
        return msgspec.json.encode({name: value for name, value in told.items() if name != "body"}).decode()
    return recorded.body.decode()


def _region_of(fact: Any) -> str:
    """Where the act lies: its own region, the shortest of a grant's, or that of the entry; else nowhere."""
    regions = getattr(fact, "regions", None)
    if regions:
        return min((str(region) for region in regions), key=len)
    body = getattr(fact, "body", None)
    code = body.get("region_code", "") if isinstance(body, dict) else getattr(fact, "region_code", "")
    return code if isinstance(code, str) else ""


async def list_acts(
    reader: Reader,
    scope: Scope,
    *,
    by: str = "",
    kind: str = "",
    limit: int = 50,
    after: tuple[int, str] | None = None,
) -> list[Act]:
    """Acts that a scope may see, newest first; ``after`` is instant and fact of the last one before."""
    parts, params = ["1 = 1"], dict[str, Any](limit=limit)
    if not scope.everywhere:
        seen = []
        for place, prefix in enumerate(scope.region_prefixes):
            seen.append(f"(region_code >= :low_{place} AND region_code < :high_{place})")
            params |= {f"low_{place}": prefix, f"high_{place}": prefix + "~"}
        parts.append("(" + (" OR ".join(seen) or "1 = 0") + ")")
    if by:
        parts.append('"by" = :whose')
        params["whose"] = by
    if kind:
        parts.append("kind = :kind")
        params["kind"] = kind
    if after is not None:
        parts.append("(at_us < :after_us OR (at_us = :after_us AND fact > :after_fact))")
        params |= {"after_us": after[0], "after_fact": after[1]}
    rows = await reader.fetch(
        sql(
            'SELECT fact, kind, "by", region_code, body, at_us FROM hub_act'
            f" WHERE {' AND '.join(parts)} ORDER BY at_us DESC, fact LIMIT :limit"
        ),
        **params,
    )
    return [
        Act(
            row["fact"],
            row["kind"],
            row["by"],
            from_us(row["at_us"]),
            row["region_code"],
            msgspec.json.decode(row["body"]),
        )
        for row in rows
    ]
