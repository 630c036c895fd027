"""Indicators (指标): what is measured, the figures of any span as of any instant, and the rows they count.

The composition root gives ``services.more["definitions"]``, the ``evaluation.Definitions`` that are mounted.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal, cast

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from tidehub.api.commanding import Instant
from tidehub.api.exchange import AnyRequest, answer, page_of, read_query
from tidehub.api.services import Services, actor_in, services_of
from tidehub.capabilities import evaluation
from tidehub.capabilities.evaluation.model import Dimension
from tidehub.capabilities.evaluation.queries import ROWS_MAX
from tidehub.kernel.access import rule, scope
from tidehub.kernel.errors import NOT_FOUND

VIEW = rule("duty_officer", "shift_leader", "checker", "cashier", "auditor", "administrator", relations=["assignee"])
"""Who may see figures: posts those of their regions, a crew its own."""
_FAMILY = "indicators"
_DAYS = 7


class SpanQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which observations count: when things happened (the last seven days if nothing is said), where, whose.

    ``as_of`` counts only what had been recorded by then; ``region_exact`` only what lies in the region itself
    and nothing below it.
    """

    since: Instant | None = None
    until: Instant | None = None
    as_of: Instant | None = None
    region: str = ""
    unit: str | None = None
    category: str | None = None
    kind: str | None = None
    region_exact: bool = False


class FiguresQuery(SpanQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The span, and what the figures are grouped by; regions by so many digits of their code."""

    group_by: Dimension | None = None
    region_digits: Literal[2, 4, 6, 9, 12] = 12


class RowsQuery(SpanQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The span, and how many rows."""

    limit: int = 100

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= ROWS_MAX:
            raise ValueError(f"limit lies in 1..{ROWS_MAX}")


class Defined(msgspec.Struct, frozen=True):
    """What an indicator measures. ``definition`` is the whole of it, as its pack has it."""

    id: str
    version: int
    kind: Literal["indicator", "ratio"]
    title_zh: str
    title_en: str
    unit: str
    direction: str
    target: int | None
    source: str
    definition: dict[str, Any]


class DefinedList(msgspec.Struct, frozen=True):
    """Every indicator and ratio."""

    items: list[Defined]
    next: str | None


class RowList(msgspec.Struct, frozen=True):
    """What a figure counts, newest first."""

    items: list[evaluation.Row]
    next: str | None


@get("/api/v1/indicators", opt={"rule": VIEW, "family": _FAMILY, "answer": DefinedList})
async def list_indicators(request: AnyRequest) -> Response[bytes]:
    """List what is measured, with its whole definition and source."""
    known = definitions_of(services_of(request))
    items = [
        Defined(
            one.id,
            one.version,
            "indicator",
            one.title.zh,
            one.title.en,
            one.unit,
            one.direction,
            one.target,
            one.source,
            msgspec.to_builtins(one),
        )
        for one in known.indicators
    ]
    items += [
        Defined(
            one.id,
            one.version,
            "ratio",
            one.title.zh,
            one.title.en,
            "permille",
            one.direction,
            one.target,
            one.source,
            msgspec.to_builtins(one),
        )
        for one in known.ratios
    ]
    return answer(page_of(items, None))


@get(
    "/api/v1/indicators/{indicator_id:str}",
    opt={"rule": VIEW, "family": _FAMILY, "query": FiguresQuery, "answer": evaluation.Reading},
)
async def read_indicator(request: AnyRequest, indicator_id: FromPath[str]) -> Response[bytes]:
    """Read an indicator over a span, within what one may see, grouped if wished."""
    query = read_query(request, FiguresQuery)
    services = services_of(request)
    reading = await evaluation.read_indicator(
        services.hub,
        definitions_of(services),
        indicator_id,
        window_of(services, query),
        scope(VIEW, actor_in(request)),
        group_by=query.group_by,
        region_digits=query.region_digits,
    )
    return answer(reading, headers={"cache-control": "no-store"})


@get(
    "/api/v1/indicators/{indicator_id:str}/rows",
    opt={"rule": VIEW, "family": _FAMILY, "query": RowsQuery, "answer": RowList},
)
async def read_indicator_rows(request: AnyRequest, indicator_id: FromPath[str]) -> Response[bytes]:
    """Read what an indicator counts, row by row; of a ratio, what its numerator counts."""
    query = read_query(request, RowsQuery)
    services = services_of(request)
    known = definitions_of(services)
    ratio = known.ratio(indicator_id)
    counted = ratio.numerator if ratio is not None else indicator_id
    if known.indicator(counted) is None:
        raise NOT_FOUND("indicator_id", what="指标 indicator", id=indicator_id[:80])
    rows = await evaluation.read_rows(
        services.hub,
        counted,
        window_of(services, query),
        scope(VIEW, actor_in(request)),
        limit=query.limit,
    )
    return answer(page_of(list(rows), None), headers={"cache-control": "no-store"})


def window_of(services: Services, query: SpanQuery) -> evaluation.Window:
    """Turn a query's span into the window of the figures."""
    until = query.until or services.clock.now() + timedelta(microseconds=1)
    return evaluation.Window(
        since=query.since or until - timedelta(days=_DAYS),
        until=until,
        as_of=query.as_of,
        region_prefix=query.region,
        unit_id=query.unit,
        category=query.category,
        kind=query.kind,
        region_exact=query.region_exact,
    )


def definitions_of(services: Services) -> evaluation.Definitions:
    """Give the mounted indicators."""
    return cast(evaluation.Definitions, services.more["definitions"])


ROUTES: list[Any] = [list_indicators, read_indicator, read_indicator_rows]
