"""The board (驾驶舱): every indicator beside the span before, what it counts case by case, files, and its proof.

The composition root gives ``services.more["definitions"]``, ``services.more["packs"]`` (the mounted packs) and
may give ``services.more["printer"]``, what draws the board on paper.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, Literal, cast

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from tidehub.adapters.pdf import BoardPrinter
from tidehub.api.board_files import board_csv, board_sheet, cases_csv
from tidehub.api.exchange import AnyRequest, answer, page_of, read_cursor, read_query, write_cursor
from tidehub.api.indicators import VIEW, SpanQuery, definitions_of, window_of
from tidehub.api.services import Services, actor_in, services_of
from tidehub.capabilities import cases, evaluation
from tidehub.capabilities.evaluation.queries import ROWS_MAX
from tidehub.kernel.access import demand, rule, scope
from tidehub.kernel.errors import NOT_FOUND, Unavailable
from tidehub.kernel.instants import to_us
from tidehub.packing import Pack

_FAMILY = "indicators"
_AUDIT = rule("auditor", "administrator", "shift_leader")
_proving = asyncio.Lock()


class BoardQuery(SpanQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The span, and of which pack (场景)."""

    pack: str | None = None


class FileQuery(BoardQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The span, the form of the file and its language; ``indicator`` writes its cases instead of the board."""

    format: Literal["csv", "pdf"] = "csv"
    language: Literal["zh", "en"] = "zh"
    indicator: str | None = None


class CasesOfQuery(SpanQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The span; a page of cases. Of a ratio the numerator is listed, or its ``denominator``."""

    denominator: bool = False
    limit: int = 100
    cursor: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= ROWS_MAX:
            raise ValueError(f"limit lies in 1..{ROWS_MAX}")


class PackOfBoard(msgspec.Struct, frozen=True):
    """A scene, and the indicators that it brings."""

    id: str
    zh: str
    en: str
    scene: str
    indicators: tuple[str, ...]


class Board(msgspec.Struct, frozen=True):
    """The board over a span, with the equal span before it."""

    since: datetime
    until: datetime
    before_since: datetime
    packs: tuple[PackOfBoard, ...]
    figures: list[evaluation.Figure]


class CountedCase(msgspec.Struct, frozen=True):
    """A case behind a figure: what it adds, and what it is called. Observations without a case have none."""

    case_id: str
    title: str
    state: str
    is_open: bool
    lifecycle: str
    region_code: str
    unit_id: str
    count: int
    total: int
    last_at: datetime


class CountedList(msgspec.Struct, frozen=True):
    """A page of the cases behind a figure; over all pages ``count`` and ``total`` add up to it."""

    items: list[CountedCase]
    next: str | None


@get("/api/v1/board", opt={"rule": VIEW, "family": _FAMILY, "query": BoardQuery, "answer": Board})
async def get_board(request: AnyRequest) -> Response[bytes]:
    """Read the whole board over a span (the last seven days if nothing is said), within what one may see."""
    query = read_query(request, BoardQuery)
    return answer(await _board(request, query), headers={"cache-control": "no-store"})


@get(
    "/api/v1/indicators/{indicator_id:str}/cases",
    opt={"rule": VIEW, "family": _FAMILY, "query": CasesOfQuery, "answer": CountedList},
)
async def list_counted_cases(request: AnyRequest, indicator_id: FromPath[str]) -> Response[bytes]:
    """List the very cases that an indicator counts, with what each adds to it."""
    query = read_query(request, CasesOfQuery)
    last = read_cursor(query.cursor, tuple[int, str])
    items = await _counted(request, indicator_id, query, query.limit, last, denominator=query.denominator)
    after = None
    if len(items) == query.limit:
        after = write_cursor(to_us(items[-1].last_at), items[-1].case_id)
    return answer(page_of(list(items), after), headers={"cache-control": "no-store"})


@get("/api/v1/board-file", opt={"rule": VIEW, "family": _FAMILY, "query": FileQuery, "answer": "text/csv"})
async def get_board_file(request: AnyRequest) -> Response[bytes]:
    """Write the board, or the cases of one indicator, as CSV (UTF-8 with BOM) or the board as PDF."""
    query = read_query(request, FileQuery)
    services = services_of(request)
    if query.indicator is not None:
        rows: list[CountedCase] = []
        last: tuple[int, str] | None = None
        while page := await _counted(request, query.indicator, query, ROWS_MAX, last):
            rows += page
            last = (to_us(page[-1].last_at), page[-1].case_id)
            if len(page) < ROWS_MAX:
                break
        return _file(cases_csv(rows, query.language).encode(), "text/csv; charset=utf-8", f"{query.indicator}.csv")
    board = await _board(request, query)
    named = {name: pack for pack in board.packs for name in pack.indicators}
    packs = {name: pack.zh if query.language == "zh" else pack.en for name, pack in named.items()}
    if query.format == "csv":
        text = board_csv(board.figures, packs, board.since, board.until, query.language)
        return _file(text.encode(), "text/csv; charset=utf-8", "board.csv")
    printer = cast(BoardPrinter | None, services.more.get("printer"))
    if printer is None:
        raise Unavailable("the printer of the board")
    area = services.registers.jurisdictions.get(query.region) if query.region else None
    place = "" if area is None else (area.name_en or area.name) if query.language == "en" else area.name
    now = services.clock.now()
    sheet = board_sheet(board.figures, packs, board.since, board.until, place, now, query.language)
    content = await asyncio.to_thread(printer.draw, sheet, now)
    return _file(content, "application/pdf", "board.pdf")


@get("/api/v1/board-proof", opt={"rule": _AUDIT, "family": _FAMILY, "query": BoardQuery, "answer": evaluation.Proof})
async def prove_board(request: AnyRequest) -> Response[bytes]:
    """Recompute every figure of the board from the facts, from zero, and compare. One at a time."""
    query = read_query(request, BoardQuery)
    services = services_of(request)
    actor = actor_in(request)
    demand(_AUDIT, actor)
    async with _proving:
        proof = await evaluation.prove_board(
            services.hub,
            services.hub.registry.read_fact,
            definitions_of(services),
            window_of(services, query),
            scope(VIEW, actor),
        )
    return answer(proof, headers={"cache-control": "no-store"})


async def _board(request: AnyRequest, query: BoardQuery) -> Board:
    services = services_of(request)
    packs = _packs(services)
    only = None
    if query.pack is not None:
        chosen = next((pack for pack in packs if pack.id == query.pack), None)
        if chosen is None:
            raise NOT_FOUND("pack", what="场景包 pack", id=query.pack[:80])
        packs, only = (chosen,), frozenset(chosen.indicators)
    window = window_of(services, query)
    figures = await evaluation.read_board(
        services.hub, definitions_of(services), window, scope(VIEW, actor_in(request)), only=only
    )
    return Board(window.since, window.until, window.since - (window.until - window.since), packs, figures)


async def _counted(
    request: AnyRequest,
    indicator_id: str,
    query: SpanQuery,
    limit: int,
    after: tuple[int, str] | None,
    *,
    denominator: bool = False,
) -> list[CountedCase]:
    services = services_of(request)
    known = definitions_of(services)
    ratio = known.ratio(indicator_id)
    counted = indicator_id if ratio is None else ratio.denominator if denominator else ratio.numerator
    if known.indicator(counted) is None:
        raise NOT_FOUND("indicator_id", what="指标 indicator", id=indicator_id[:80])
    rows = await evaluation.read_counted(
        services.hub,
        counted,
        window_of(services, query),
        scope(VIEW, actor_in(request)),
        limit=limit,
        after=after,
    )
    titles = {}
    if "cases" in services.more:
        titles = await cases.titles_of(services.hub, [row.case_id for row in rows if row.case_id])
    items = []
    for row in rows:
        found = titles.get(row.case_id)
        items.append(
            CountedCase(
                case_id=row.case_id,
                title=found.title if found else "",
                state=found.state if found else "",
                is_open=found is not None and found.is_open,
                lifecycle=found.lifecycle if found else "",
                region_code=row.region_code,
                unit_id=row.unit_id,
                count=row.count,
                total=row.total,
                last_at=row.last_at,
            )
        )
    return items


def _packs(services: Services) -> tuple[PackOfBoard, ...]:
    packs = cast(tuple[Pack, ...], services.more.get("packs", ()))
    return tuple(
        PackOfBoard(
            pack.manifest.id,
            pack.manifest.title.zh,
            pack.manifest.title.en,
            pack.manifest.scene,
            tuple(one.id for one in pack.indicators.every),
        )
        for pack in packs
        if pack.indicators.every
    )


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


ROUTES: list[Any] = [get_board, list_counted_cases, get_board_file, prove_board]
