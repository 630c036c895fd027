"""The board (驾驶舱): every indicator over a span beside the span before, by day, and proven from the facts."""

from __future__ import annotations

import asyncio

import msgspec

from tidehub.capabilities.evaluation.model import Definitions, Indicator, Ratio
from tidehub.capabilities.evaluation.queries import Reading, Value, Window, read_indicator, taken_in
from tidehub.capabilities.evaluation.tables import case_table, mark_table, observation_table, projector, reads
from tidehub.hub.log import FactReader, Reader
from tidehub.hub.registry import Capability, Registry
from tidehub.hub.replay import Scratch, facts_until
from tidehub.kernel.access import Scope

BATCH = 500
"""Facts between two breaths of a recomputation, so that nobody else waits for it."""
CATCH_UPS = 5
"""How often a recomputation goes after a log that moves meanwhile."""


class DayFigure(msgspec.Struct, frozen=True):
    """The headline of one calendar day in China; ``value`` of ``None``: nothing to divide by."""

    day: str
    count: int
    value: int | None


class Figure(msgspec.Struct, frozen=True):
    """One indicator on the board.

    Parameters
    ----------
    aggregate
        What ``value`` is: the indicator's headline, or ``permille`` for a ratio.
    value, count
        Over the span; ``count`` observations stand behind it.
    figures
        Every aggregate of the indicator over the span.
    before, before_count
        The same over the span of equal length that came before.
    met
        Whether the target is reached; ``None`` without a target or a value.
    days
        The trend, days without an observation left out.
    """

    id: str
    kind: str
    title_zh: str
    title_en: str
    unit: str
    direction: str
    aggregate: str
    value: int | None
    count: int
    figures: dict[str, int | None]
    before: int | None
    before_count: int
    target: int | None
    target_source: str
    target_from: str
    met: bool | None
    source: str
    days: tuple[DayFigure, ...]


class Compared(msgspec.Struct, frozen=True):
    """A figure as it is kept, and as it comes out of the facts from zero."""

    id: str
    kept: int | None
    recomputed: int | None
    equal: bool


class Proof(msgspec.Struct, frozen=True):
    """What came of recomputing the board from ``facts`` facts."""

    facts: int
    equal: bool
    figures: tuple[Compared, ...]


def before(window: Window) -> Window:
    """The span of the same length that came just before."""
    return msgspec.structs.replace(window, since=window.since - (window.until - window.since), until=window.since)


async def read_board(
    reader: Reader, definitions: Definitions, window: Window, scope: Scope, *, only: frozenset[str] | None = None
) -> list[Figure]:
    """Read every indicator for the board, or those in ``only``."""
    wanted = [one for one in definitions.every if only is None or one.id in only]
    return [await _figure(reader, definitions, one, window, scope) for one in wanted]


async def _figure(
    reader: Reader, definitions: Definitions, one: Indicator | Ratio, window: Window, scope: Scope
) -> Figure:
    headline = headline_of(one)
    whole = await read_indicator(reader, definitions, one.id, window, scope)
    short = _headline_only(definitions, one)
    earlier = await read_indicator(reader, short, one.id, before(window), scope)
    by_day = await read_indicator(reader, short, one.id, window, scope, group_by="day")
    now, then = _only_value(whole), _only_value(earlier)
    value = _shown(now, headline)
    return Figure(
        id=one.id,
        kind="ratio" if isinstance(one, Ratio) else "indicator",
        title_zh=one.title.zh,
        title_en=one.title.en,
        unit=whole.unit,
        direction=one.direction,
        aggregate=headline,
        value=value,
        count=now.count if now else 0,
        figures=now.figures if now else {},
        before=_shown(then, headline),
        before_count=then.count if then else 0,
        target=one.target,
        target_source=one.target_source or (one.source if one.target is not None else ""),
        target_from=one.target_from,
        met=_met(one, value),
        source=one.source,
        days=tuple(DayFigure(day.group, day.count, day.figures.get(headline)) for day in by_day.values),
    )


def headline_of(one: Indicator | Ratio) -> str:
    """The aggregate that stands for an indicator."""
    return "permille" if isinstance(one, Ratio) else one.aggregates[0]


def _headline_only(definitions: Definitions, one: Indicator | Ratio) -> Definitions:
    """Definitions in which this indicator has its headline alone: percentiles cost a query for each group."""
    if isinstance(one, Ratio):
        return definitions
    return Definitions((msgspec.structs.replace(one, aggregates=one.aggregates[:1]),))


def _only_value(reading: Reading) -> Value | None:
    return reading.values[0] if reading.values else None


def _shown(value: Value | None, headline: str) -> int | None:
    if value is not None:
        return value.figures.get(headline)
    return 0 if headline in ("count", "sum") else None


def _met(one: Indicator | Ratio, value: int | None) -> bool | None:
    if one.target is None or value is None or one.direction == "none":
        return None
    return value <= one.target if one.direction == "down" else value >= one.target


async def prove_board(
    reader: Reader, read_fact: FactReader, definitions: Definitions, window: Window, scope: Scope
) -> Proof:
    """Recompute every headline from the facts, in tables of its own, and compare.

    Reads the whole log, a few hundred facts at a time; what is kept is compared at the same place in the log.
    """
    wanted, seq, count = reads(definitions), 0, 0
    with _empty(definitions) as scratch:
        for _ in range(CATCH_UPS):
            until = await taken_in(reader)
            async for recorded in facts_until(reader, read_fact, after=seq, until=until):
                count += 1
                if recorded.kind in wanted:
                    scratch.apply(recorded)
                if count % BATCH == 0:
                    scratch.flush()
                    await asyncio.sleep(0)
            scratch.flush()
            seq = until
            again = await _headlines(scratch, definitions, window, scope)
            kept = await _headlines(reader, definitions, window, scope)
            if await taken_in(reader) == until:
                break
    compared = tuple(Compared(id_, kept[id_], again[id_], kept[id_] == again[id_]) for id_ in kept)
    return Proof(count, all(one.equal for one in compared), compared)


def _empty(definitions: Definitions) -> Scratch:
    tables = (case_table, mark_table, observation_table)
    capability = Capability(
        name="evaluation", project=projector(definitions), tables=tables, reads=reads(definitions), deferred=True
    )
    return Scratch(Registry([capability]))


async def _headlines(reader: Reader, definitions: Definitions, window: Window, scope: Scope) -> dict[str, int | None]:
    figures: dict[str, int | None] = {}
    for one in definitions.every:
        short = _headline_only(definitions, one)
        value = _only_value(await read_indicator(reader, short, one.id, window, scope))
        figures[one.id] = _shown(value, headline_of(one))
    return figures
