"""Cases as a live screen keeps them: now, or as they stood at an instant, and what each fact changes of them.

The table below is the platform's half of ``web/src/live/screen.ts``: the screen begins with these rows and lays
the facts that follow over them, so both have to say the same (``tests/unit/api/test_hall.py`` plays a day).
Every change sets what the fact carries and counts nothing, so laying one over twice does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from tidehub.capabilities.cases.queries import LISTED, CaseFilter, at_of, walks_of
from tidehub.hub.log import Reader, Recorded
from tidehub.hub.statement import sql
from tidehub.kernel.access import Scope
from tidehub.kernel.instants import from_us, to_us

SCREEN_MAX = 20_000
"""Cases that a hall is given at most; the answer says when there are more."""


class CaseOnScreen(msgspec.Struct, frozen=True, kw_only=True):
    """A case of a hall's list and map. ``breached`` and ``reopened``: whether that ever happened to it."""

    case_id: str
    lifecycle: str
    state: str
    stage: str
    is_open: bool
    category: str
    title: str
    priority: int
    region_code: str
    lon: float | None
    lat: float | None
    place_id: str | None
    responsible_unit: str | None
    assignee: str | None
    parent_id: str | None
    original_id: str | None
    opened_at: datetime
    closed_at: datetime | None = None
    due_at: datetime | None = None
    breached: bool = False
    reopened: bool = False


def on_screen(row: Any) -> CaseOnScreen:
    """A case of a screen, from its row."""
    same = ("case_id", "lifecycle", "state", "stage", "category", "title", "priority", "region_code", "lon", "lat")
    held = ("place_id", "responsible_unit", "assignee", "parent_id", "original_id")
    return CaseOnScreen(
        **{name: row[name] for name in (*same, *held)},
        is_open=bool(row["is_open"]),
        opened_at=from_us(row["opened_us"]),
        closed_at=at_of(row["closed_us"]),
        due_at=at_of(row["due_us"]),
        breached=row["breaches"] > 0,
        reopened=row["reopened"] > 0,
    )


async def open_now(reader: Reader, scope: Scope, limit: int = SCREEN_MAX) -> tuple[list[CaseOnScreen], bool]:
    """The open cases within a scope, newest first, and whether there are more than ``limit``."""
    rows = await _rows(reader, scope, CaseFilter(open_only=True), limit)
    return [on_screen(row) for row in rows[:limit]], len(rows) > limit


async def open_at(reader: Reader, scope: Scope, at: datetime, limit: int) -> tuple[list[str], bool]:
    """Cases that can have been open at an instant, newest first: none that was is missing.

    A case that was reopened since may be among them though it was closed; its facts tell.
    """
    still = "(closed_us IS NULL OR closed_us > :at_us)"
    rows = await _rows(reader, scope, CaseFilter(opened_to=from_us(to_us(at) + 1)), limit, [still], at_us=to_us(at))
    return [row["case_id"] for row in rows[:limit]], len(rows) > limit


async def _rows(
    reader: Reader, scope: Scope, wanted: CaseFilter, limit: int, more: Sequence[str] = (), **given: Any
) -> Sequence[Any]:
    params: dict[str, Any] = {"limit": limit + 1, **given}
    order = "ORDER BY opened_us DESC, case_id DESC LIMIT :limit"
    selects = [
        f"SELECT {LISTED} FROM cases_case WHERE {' AND '.join([*walk, *more]) or '1 = 1'} {order}"
        for walk in walks_of(scope, wanted, params)
    ]
    if not selects:
        return []
    inner = " UNION ".join(f"SELECT * FROM ({select}) AS walk_{n}" for n, select in enumerate(selects))
    return await reader.fetch(sql(f"SELECT * FROM ({inner}) AS merged {order}"), **params)


def replayed(facts: Iterable[Recorded]) -> dict[str, CaseOnScreen]:
    """Cases as facts leave them, by id: the same rows that the tables would have had."""
    screen: dict[str, CaseOnScreen] = {}
    for recorded in facts:
        if recorded.kind == "CaseOpened":
            screen[recorded.stream[5:]] = _opened(recorded.fact, recorded.at)
            continue
        change, held = CHANGES.get(recorded.kind), screen.get(recorded.stream[5:])
        if change is not None and held is not None:
            screen[held.case_id] = change(held, recorded.fact, recorded.at)
    return screen


def _opened(fact: Any, at: datetime) -> CaseOnScreen:
    same = ("case_id", "lifecycle", "state", "stage", "category", "title", "priority", "region_code")
    held = ("place_id", "responsible_unit", "assignee", "parent_id", "due_at")
    position = fact.position
    return CaseOnScreen(
        **{name: getattr(fact, name) for name in (*same, *held)},
        is_open=True,
        lon=position.lon if position else None,
        lat=position.lat if position else None,
        original_id=None,
        opened_at=at,
    )


_Change = Callable[[CaseOnScreen, Any, datetime], CaseOnScreen]

CHANGES: dict[str, _Change] = {
    "CaseMoved": lambda case, fact, _at: replace(
        case, state=fact.to_state, stage=fact.stage, responsible_unit=fact.responsible_unit, assignee=fact.assignee,
        due_at=fact.due_at,
    ),
    "CaseClosed": lambda case, _fact, at: replace(case, is_open=False, closed_at=at),
    "CaseReopened": lambda case, _fact, _at: replace(case, is_open=True, closed_at=None, reopened=True),
    "CaseAssigned": lambda case, fact, _at: replace(
        case, responsible_unit=fact.responsible_unit, assignee=fact.assignee
    ),
    "PriorityChanged": lambda case, fact, _at: replace(case, priority=fact.priority),
    "CaseDueChanged": lambda case, fact, _at: replace(case, due_at=fact.due_at),
    "CaseJoined": lambda case, fact, _at: replace(case, original_id=fact.original_id),
    "CaseJoinUndone": lambda case, _fact, _at: replace(case, original_id=None),
    "ClockBreached": lambda case, _fact, _at: replace(case, breached=True),
}  # fmt: skip
