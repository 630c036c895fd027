"""From facts to observations: pure writes, so that keeping up and recomputing from zero are the same code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from tidehub.capabilities.evaluation.model import Definitions, Indicator, Match
from tidehub.hub.log import Recorded
from tidehub.hub.schema import metadata
from tidehub.hub.statement import Write, sql
from tidehub.kernel.instants import to_us
from tidehub.kernel.quantities import Quantity, mass_g

case_table = Table(
    "evaluation_case",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("region_code", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("lifecycle", Text, nullable=False),
    Column("unit_id", Text, nullable=False),
)

mark_table = Table(
    "evaluation_mark",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("mark", Text, primary_key=True),
    Column("at_us", BigInteger, nullable=False),
)

observation_table = Table(
    "evaluation_observation",
    metadata,
    Column("fact", Text, primary_key=True),
    Column("indicator", Text, primary_key=True),
    Column("item", Integer, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("unit_id", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("lifecycle", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("happened_us", BigInteger, nullable=False),
    Index("ix_evaluation_observation_time", "indicator", "happened_us"),
    Index("ix_evaluation_observation_key", "indicator", "key"),
)

_CASE = sql(
    "INSERT INTO evaluation_case (case_id, region_code, category, lifecycle, unit_id)"
    " VALUES (:case_id, :region_code, :category, :lifecycle, '') ON CONFLICT (case_id) DO NOTHING"
)
_UNIT = sql("UPDATE evaluation_case SET unit_id = :unit_id WHERE case_id = :case_id")
_MARK = sql(
    "INSERT INTO evaluation_mark (case_id, mark, at_us) VALUES (:case_id, :mark, :at_us)"
    " ON CONFLICT (case_id, mark) DO NOTHING"
)
_COLUMNS = (
    "fact, indicator, item, case_id, region_code, unit_id, category, lifecycle, kind, key, value, at_us, happened_us"
)
_PLAIN = sql(
    f"INSERT INTO evaluation_observation ({_COLUMNS}) VALUES (:fact, :indicator, :item, :case_id, :region_code,"
    " :unit_id, :category, :lifecycle, :kind, :key, :value, :at_us, :happened_us)"
)
_OF_CASE = sql(
    f"INSERT INTO evaluation_observation ({_COLUMNS}) SELECT :fact, :indicator, CAST(:item AS INTEGER), c.case_id,"
    " c.region_code, c.unit_id, c.category, c.lifecycle, :kind, :key, CAST(:value AS BIGINT), CAST(:at_us AS BIGINT),"
    " CAST(:happened_us AS BIGINT) FROM evaluation_case c WHERE c.case_id = :case_id"
)
_DURATION = sql(
    f"INSERT INTO evaluation_observation ({_COLUMNS}) SELECT :fact, :indicator, CAST(:item AS INTEGER), c.case_id,"
    " c.region_code, c.unit_id, c.category, c.lifecycle, :kind, :key,"
    " (CAST(:happened_us AS BIGINT) - m.at_us) / 1000000, CAST(:at_us AS BIGINT), CAST(:happened_us AS BIGINT)"
    " FROM evaluation_case c JOIN evaluation_mark m ON m.case_id = c.case_id AND m.mark = :mark"
    " WHERE c.case_id = :case_id"
)
# The value that a later observation of the same key replaces, taken back; items below zero are such take-backs.
_TAKE_BACK = sql(
    f"INSERT INTO evaluation_observation ({_COLUMNS}) SELECT :fact, o.indicator, -1 - CAST(:item AS INTEGER),"
    " o.case_id, o.region_code, o.unit_id, o.category, o.lifecycle, o.kind, o.key, -SUM(o.value),"
    " CAST(:at_us AS BIGINT), MAX(o.happened_us) FROM evaluation_observation o"
    " WHERE o.indicator = :indicator AND o.key = :key"
    " GROUP BY o.indicator, o.case_id, o.region_code, o.unit_id, o.category, o.lifecycle, o.kind, o.key"
    " HAVING SUM(o.value) <> 0"
)


def projector(definitions: Definitions) -> Callable[[Recorded], Iterable[Write]]:
    """Make the projection of these definitions: for each fact, the changes to the tables."""
    observing: dict[str, list[Indicator]] = {}
    marking: dict[str, list[tuple[str, Match]]] = {}
    for indicator in definitions.indicators:
        observing.setdefault(indicator.on.fact, []).append(indicator)
        if indicator.since is not None:
            marking.setdefault(indicator.since.fact, []).append((indicator.id, indicator.since))

    def project(recorded: Recorded) -> Iterator[Write]:
        fact: Any = recorded.fact
        if recorded.kind == "CaseOpened":
            yield Write(
                _CASE,
                {
                    "case_id": fact.case_id,
                    "region_code": fact.region_code or "",
                    "category": fact.category or "",
                    "lifecycle": fact.lifecycle,
                },
            )
        elif recorded.kind == "JobAccepted":
            yield Write(_UNIT, {"case_id": fact.case_id, "unit_id": fact.unit_id})
        for mark, match in marking.get(recorded.kind, ()):
            if _matches(match, fact, None):
                at_us = _happened_us(match, recorded)
                yield Write(_MARK, {"case_id": fact.case_id, "mark": mark, "at_us": at_us})
        for indicator in observing.get(recorded.kind, ()):
            yield from _observe(indicator, recorded)

    return project


def reads(definitions: Definitions) -> frozenset[str]:
    """Names of the facts that these definitions look at."""
    names = {"CaseOpened", "JobAccepted"}
    for indicator in definitions.indicators:
        names.add(indicator.on.fact)
        if indicator.since is not None:
            names.add(indicator.since.fact)
    return frozenset(names)


def _observe(indicator: Indicator, recorded: Recorded) -> Iterator[Write]:
    fact: Any = recorded.fact
    members: Iterable[Any] = (None,) if indicator.each is None else _at_path(fact, indicator.each) or ()
    for item, member in enumerate(members):
        if not _matches(indicator.on, fact, member):
            continue
        case_id = getattr(fact, "case_id", None) or ""
        happened_us = _happened_us(indicator.on, recorded)
        params: dict[str, Any] = {
            "fact": recorded.id,
            "indicator": indicator.id,
            "item": item,
            "case_id": case_id,
            "kind": _text(indicator.kind, fact, member),
            "key": "/".join(_text(path, fact, member) for path in indicator.key),
            "at_us": to_us(recorded.at),
            "happened_us": happened_us,
        }
        if indicator.key:
            back = {name: params[name] for name in ("fact", "indicator", "item", "key", "at_us")}
            yield Write(_TAKE_BACK, back)
        if indicator.measure == "duration":
            yield Write(_DURATION, {**params, "mark": indicator.id})
            continue
        value = 1 if indicator.measure == "count" else _value(indicator, fact, member)
        params["value"] = -value if indicator.negative else value
        if case_id:
            yield Write(_OF_CASE, params)
        else:
            region_code = getattr(fact, "region_code", None) or ""
            dimensions = {
                "region_code": region_code,
                "unit_id": getattr(fact, "unit_id", None) or "",
                "category": getattr(fact, "category", None) or "",
                "lifecycle": "",
            }
            yield Write(_PLAIN, {**params, **dimensions})


def _at_path(value: Any, path: str) -> Any:
    for name in path.split("."):
        if value is None:
            return None
        value = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
    return value


def _find(path: str, fact: Any, member: Any) -> Any:
    """Look in the member first, then in the fact."""
    if member is not None:
        found = _at_path(member, path)
        if found is not None:
            return found
    return _at_path(fact, path)


def _matches(match: Match, fact: Any, member: Any) -> bool:
    for path, allowed in match.where.items():
        value = _find(path, fact, member)
        if isinstance(value, bool):
            value = "true" if value else "false"
        if str(value) not in allowed:
            return False
    return True


def _text(path: str | None, fact: Any, member: Any) -> str:
    value = None if path is None else _find(path, fact, member)
    return "" if value is None else str(value)


def _value(indicator: Indicator, fact: Any, member: Any) -> int:
    assert indicator.value is not None
    value = _find(indicator.value, fact, member)
    if value is None:
        return 0
    if indicator.value_as == "mass_g":
        assert isinstance(value, Quantity)
        return mass_g(value)
    return int(value)


def _happened_us(match: Match, recorded: Recorded) -> int:
    instant = None if match.at is None else _at_path(recorded.fact, match.at)
    return to_us(instant if isinstance(instant, datetime) else recorded.at)
