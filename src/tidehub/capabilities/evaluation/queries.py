"""Reading indicators: grouped, as of any instant, down to the cases that were counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.evaluation.model import Aggregate, Definitions, Dimension, Indicator
from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.access import Scope
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.instants import from_us, to_us
from tidehub.kernel.money import round_half_up

_DAY_US = 86_400_000_000
ROWS_MAX = 500
_CURSOR = sql("SELECT seq FROM cursor WHERE name = :name", short=True)


class Window(msgspec.Struct, frozen=True):
    """Which observations count.

    Parameters
    ----------
    since, until
        Half-open span of when things happened, aware UTC.
    as_of
        Only what had been recorded by then; ``None`` for all that is known.
    region_prefix, unit_id, category, kind
        Narrower still.
    region_exact
        Only what lies in ``region_prefix`` itself and in nothing below it.
    """

    since: datetime
    until: datetime
    as_of: datetime | None = None
    region_prefix: str = ""
    unit_id: str | None = None
    category: str | None = None
    kind: str | None = None
    region_exact: bool = False


class Value(msgspec.Struct, frozen=True):
    """One group's figures; ``group`` is ``""`` when there is one group only. A mean is rounded half up."""

    group: str
    count: int
    figures: dict[str, int | None]


class Row(msgspec.Struct, frozen=True):
    """One observation that was counted."""

    fact: str
    case_id: str
    value: int
    kind: str
    unit_id: str
    region_code: str
    happened_at: datetime


class Counted(msgspec.Struct, frozen=True):
    """What one case adds to a figure: observations less take-backs, and their sum. ``case_id`` may be empty."""

    case_id: str
    count: int
    total: int
    region_code: str
    unit_id: str
    last_at: datetime


class Reading(msgspec.Struct, frozen=True):
    """An indicator as read: its definition's face and its values."""

    id: str
    version: int
    title_zh: str
    title_en: str
    unit: str
    direction: str
    target: int | None
    values: tuple[Value, ...]


def _where(window: Window, scope: Scope) -> tuple[str, dict[str, Any]]:
    """Build the WHERE clause. Regions are half-open ranges, because a prefix LIKE cannot use every index."""
    parts = ["indicator = :indicator", "happened_us >= :since_us", "happened_us < :until_us"]
    params: dict[str, Any] = {"since_us": to_us(window.since), "until_us": to_us(window.until)}
    if window.as_of is not None:
        parts.append("at_us <= :as_of_us")
        params["as_of_us"] = to_us(window.as_of)
    if window.region_exact:
        parts.append("region_code = :region_is")
        params["region_is"] = window.region_prefix
    elif window.region_prefix:
        parts.append("region_code >= :region_low AND region_code < :region_high")
        params |= {"region_low": window.region_prefix, "region_high": window.region_prefix + "~"}
    for name in ("unit_id", "category", "kind"):
        value = getattr(window, name)
        if value is not None:
            parts.append(f"{name} = :{name}")
            params[name] = value
    if not scope.everywhere:
        seen = []
        for place, prefix in enumerate(scope.region_prefixes):
            seen.append(f"(region_code >= :scope_low_{place} AND region_code < :scope_high_{place})")
            params |= {f"scope_low_{place}": prefix, f"scope_high_{place}": prefix + "~"}
        if "responsible_unit" in scope.relations or "assignee" in scope.relations:
            seen.append("unit_id = ANY(:selves)")
            params["selves"] = list(scope.selves)
        parts.append("(" + (" OR ".join(seen) or "1 = 0") + ")")
    return " AND ".join(parts), params


def _group_column(group_by: Dimension | None, region_digits: int = 12) -> str:
    if group_by is None:
        return "''"
    if group_by == "region_code" and region_digits < 12:
        return f"SUBSTR(region_code, 1, {int(region_digits)})"
    if group_by == "day":  # the calendar day in China (UTC+8), which has no summer time
        return f"CAST((happened_us + 28800000000) / {_DAY_US} AS TEXT)"
    return group_by


async def read_indicator(
    reader: Reader,
    definitions: Definitions,
    id_: str,
    window: Window,
    scope: Scope,
    *,
    group_by: Dimension | None = None,
    region_digits: int = 12,
) -> Reading:
    """Read one indicator or ratio.

    Parameters
    ----------
    group_by
        What the values are grouped by; over all groups, counts and sums add up to those of one group.
    region_digits
        How many digits of the region's code make a group (2 provinces, 4 cities, 6 counties, 9 towns).

    Raises
    ------
    Refusal
        ``not_found`` for an unknown id.
    """
    indicator = definitions.indicator(id_)
    if indicator is not None:
        values = await _values(
            reader, indicator, window, scope, _group_column(group_by, region_digits), group_by == "day"
        )
        return Reading(
            indicator.id,
            indicator.version,
            indicator.title.zh,
            indicator.title.en,
            indicator.unit,
            indicator.direction,
            indicator.target,
            values,
        )
    ratio = definitions.ratio(id_)
    if ratio is None:
        raise NOT_FOUND("id", what="指标 indicator", id=id_)
    column = _group_column(group_by, region_digits)
    over = await _sums(reader, ratio.numerator, window, scope, column)
    under = await _sums(reader, ratio.denominator, window, scope, column)
    values = tuple(
        Value(
            _group_text(group_by == "day", group),
            total,
            {"permille": round_half_up(over.get(group, 0) * 1000, total) if total > 0 else None},
        )
        for group, total in sorted(under.items())
    )
    return Reading(
        ratio.id,
        ratio.version,
        ratio.title.zh,
        ratio.title.en,
        "permille",
        ratio.direction,
        ratio.target,
        values,
    )


async def _sums(reader: Reader, id_: str, window: Window, scope: Scope, column: str) -> dict[str, int]:
    where, params = _where(window, scope)
    rows = await reader.fetch(
        sql(f"SELECT {column} AS g, SUM(value) AS total FROM evaluation_observation WHERE {where} GROUP BY {column}"),
        indicator=id_,
        **params,
    )
    return {str(row["g"]): int(row["total"]) for row in rows}


async def _values(
    reader: Reader, indicator: Indicator, window: Window, scope: Scope, column: str, by_day: bool
) -> tuple[Value, ...]:
    where, params = _where(window, scope)
    within = indicator.within if indicator.within is not None else 0
    rows = await reader.fetch(
        sql(
            f"SELECT {column} AS g, SUM(CASE WHEN item < 0 THEN -1 ELSE 1 END) AS n, SUM(value) AS total,"
            " MAX(value) AS most, SUM(CASE WHEN value <= :within THEN 1 ELSE 0 END) AS met"
            f" FROM evaluation_observation WHERE {where} GROUP BY {column} ORDER BY {column}"
        ),
        indicator=indicator.id,
        within=within,
        **params,
    )
    values = []
    for row in rows:
        count, total = int(row["n"]), int(row["total"])
        figures: dict[str, int | None] = {}
        for aggregate in indicator.aggregates:
            if aggregate in ("p50", "p95"):
                figures[aggregate] = await _percentile(
                    reader, indicator.id, where, params, column, row["g"], aggregate, count
                )
            else:
                figures[aggregate] = _figure(aggregate, count, total, int(row["most"]), int(row["met"]))
        values.append(Value(_group_text(by_day, row["g"]), count, figures))
    return tuple(values)


def _figure(aggregate: Aggregate, count: int, total: int, most: int, met: int) -> int | None:
    if aggregate == "count":
        return count
    if aggregate == "sum":
        return total
    if aggregate == "max":
        return most
    if count <= 0:
        return None
    return round_half_up(total, count) if aggregate == "mean" else round_half_up(met * 1000, count)


async def _percentile(
    reader: Reader,
    id_: str,
    where: str,
    params: dict[str, Any],
    column: str,
    group: Any,
    aggregate: Aggregate,
    count: int,
) -> int | None:
    """Nearest-rank percentile, so that it is a value that was really observed."""
    rank = max(1, -(-count * (50 if aggregate == "p50" else 95) // 100))
    row = await reader.fetch_one(
        sql(
            f"SELECT value FROM evaluation_observation WHERE {where} AND {column} = :group_value AND item >= 0"
            " ORDER BY value LIMIT 1 OFFSET :skip"
        ),
        indicator=id_,
        group_value=group,
        skip=rank - 1,
        **params,
    )
    return None if row is None else int(row["value"])


def _group_text(by_day: bool, group: Any) -> str:
    if by_day:
        return from_us(int(group) * _DAY_US).date().isoformat()
    return str(group)


async def read_rows(reader: Reader, id_: str, window: Window, scope: Scope, *, limit: int = ROWS_MAX) -> list[Row]:
    """The observations behind an indicator, newest first: what the figure counts."""
    where, params = _where(window, scope)
    rows = await reader.fetch(
        sql(
            "SELECT fact, case_id, value, kind, unit_id, region_code, happened_us FROM evaluation_observation"
            f" WHERE {where} ORDER BY happened_us DESC, fact LIMIT :limit"
        ),
        indicator=id_,
        limit=min(limit, ROWS_MAX),
        **params,
    )
    return [
        Row(
            row["fact"],
            row["case_id"],
            int(row["value"]),
            row["kind"],
            row["unit_id"],
            row["region_code"],
            from_us(int(row["happened_us"])),
        )
        for row in rows
    ]


async def read_counted(
    reader: Reader,
    id_: str,
    window: Window,
    scope: Scope,
    *,
    limit: int = ROWS_MAX,
    after: tuple[int, str] | None = None,
) -> list[Counted]:
    """The cases behind an indicator, the one that moved last first; over all pages they add up to its figure.

    Parameters
    ----------
    after
        ``last_us`` and ``case_id`` of the last one of the page before.
    """
    where, params = _where(window, scope)
    having = ""
    if after is not None:
        having = " HAVING MAX(happened_us) < :after_us OR (MAX(happened_us) = :after_us AND case_id > :after_case)"
        params |= {"after_us": after[0], "after_case": after[1]}
    rows = await reader.fetch(
        sql(
            "SELECT case_id, SUM(CASE WHEN item < 0 THEN -1 ELSE 1 END) AS n, SUM(value) AS total,"
            " MAX(happened_us) AS last_us, MAX(region_code) AS region_code, MAX(unit_id) AS unit_id"
            f" FROM evaluation_observation WHERE {where} GROUP BY case_id{having}"
            " ORDER BY MAX(happened_us) DESC, case_id LIMIT :limit"
        ),
        indicator=id_,
        limit=min(limit, ROWS_MAX),
        **params,
    )
    return [
        Counted(
            row["case_id"],
            int(row["n"]),
            int(row["total"]),
            row["region_code"],
            row["unit_id"],
            from_us(int(row["last_us"])),
        )
        for row in rows
    ]


async def taken_in(reader: Reader) -> int:
    """Up to which place in the log the figures know the facts."""
    row = await reader.fetch_one(_CURSOR, name="deferred/evaluation")
    return 0 if row is None else int(row["seq"])
