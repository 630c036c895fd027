"""Reading cases: lists an actor may see, counts, an inbox. One case's file is in ``case_file.py``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.cases.model import Lifecycles
from tidehub.capabilities.cases.tables import approval_state_of
from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.access import Actor, Scope, rule
from tidehub.kernel.instants import from_us, to_us

VIEW = rule(
    "duty_officer",
    "shift_leader",
    "checker",
    "auditor",
    "administrator",
    relations=["reporter", "assignee", "responsible_unit"],
)
"""Who may see a case; ``scope(VIEW, actor)`` is what a list filters by."""
LIMIT_MAX = 500
COUNT_MAX = 10_000
BOX_SMALL_DEG2 = 0.0025
"""A box up to about 5 km on a side is looked up by its place, a larger one filtered along the list."""

LISTED = (
    "case_id, lifecycle, state, stage, is_open, outcome, category, title, priority, region_code, lon, lat,"
    " place_id, responsible_unit, assignee, parent_id, original_id, opened_us, changed_us, closed_us, due_us,"
    " breaches, reopened"
)


class CaseRow(msgspec.Struct, frozen=True):
    """A case in a list. Who reported it is not shown there."""

    case_id: str
    lifecycle: str
    state: str
    stage: str
    is_open: bool
    outcome: str | None
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
    changed_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    breaches: int
    reopened: int


class Box(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rectangle of WGS-84 degrees; one that crosses the 180th meridian has ``west > east``."""

    west: float
    south: float
    east: float
    north: float


class CaseFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a list is narrowed to; what is left out does not narrow.

    Parameters
    ----------
    category, region
        Prefixes of the code.
    unit, assignee, reporter
        Holder or reporter, by id.
    overdue_at
        Open cases whose earliest clock is due before this instant.
    text
        Part of the title, whatever the case of letters.
    opened_from, opened_to
        Opening, the latter not included.
    """

    state: str | None = None
    stage: str | None = None
    lifecycle: str | None = None
    category: str | None = None
    region: str | None = None
    unit: str | None = None
    assignee: str | None = None
    reporter: str | None = None
    overdue_at: datetime | None = None
    text: str | None = None
    box: Box | None = None
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    open_only: bool = False


class Page(msgspec.Struct, frozen=True):
    """One page of a list, newest first, and where the next begins (``None`` at the end)."""

    rows: tuple[CaseRow, ...]
    after: str | None


class Count(msgspec.Struct, frozen=True):
    """How many; where ``exact`` is false there are more than that."""

    value: int
    exact: bool


def case_row(row: Any) -> CaseRow:
    """A case in a list, from its row."""
    return CaseRow(
        case_id=row["case_id"],
        lifecycle=row["lifecycle"],
        state=row["state"],
        stage=row["stage"],
        is_open=bool(row["is_open"]),
        outcome=row["outcome"],
        category=row["category"],
        title=row["title"],
        priority=row["priority"],
        region_code=row["region_code"],
        lon=row["lon"],
        lat=row["lat"],
        place_id=row["place_id"],
        responsible_unit=row["responsible_unit"],
        assignee=row["assignee"],
        parent_id=row["parent_id"],
        original_id=row["original_id"],
        opened_at=from_us(row["opened_us"]),
        changed_at=from_us(row["changed_us"]),
        closed_at=at_of(row["closed_us"]),
        due_at=at_of(row["due_us"]),
        breaches=row["breaches"],
        reopened=row["reopened"],
    )


def at_of(us: int | None) -> datetime | None:
    """An instant from its column."""
    return None if us is None else from_us(us)


async def list_cases(
    reader: Reader, scope: Scope, wanted: CaseFilter, *, after: str | None = None, limit: int = 100
) -> Page:
    """A page of the cases that lie within ``scope``, newest first.

    Each way in which a case can be within the scope (a region, a relation to one of the actor's selves) is a
    walk of its own along an index that ends in the order of the list; the walks are merged. A page deep in
    the list costs what the first does (keyset).

    Parameters
    ----------
    scope
        ``scope(VIEW, actor)``.
    after
        ``Page.after`` of the page before.
    limit
        At most :data:`LIMIT_MAX`.
    """
    limit = max(1, min(limit, LIMIT_MAX))
    params: dict[str, Any] = {"limit": limit + 1}
    beyond: list[str] = []
    if after is not None:
        opened, _, case_id = after.partition("~")
        if opened.isdigit():
            beyond = ["(opened_us, case_id) < (:after_us, :after_id)"]
            params |= {"after_us": int(opened), "after_id": case_id}
    order = "ORDER BY opened_us DESC, case_id DESC LIMIT :limit"
    walks = walks_of(scope, wanted, params)
    if not walks:
        return Page((), None)
    selects = [f"SELECT {LISTED} FROM cases_case{_where([*walk, *beyond])} {order}" for walk in walks]
    if len(selects) == 1:
        text = selects[0]
    else:
        text = " UNION ".join(f"SELECT * FROM ({select}) AS walk_{n}" for n, select in enumerate(selects))
        text = f"SELECT * FROM ({text}) AS merged {order}"
    rows = await reader.fetch(sql(text), **params)
    page = tuple(case_row(row) for row in rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(page, None if last is None else f"{last['opened_us']}~{last['case_id']}")


def sharpened(wanted: CaseFilter, lifecycles: Lifecycles) -> CaseFilter:
    """The same filter, with ``open_only`` where its state is final in no lifecycle that is mounted.

    Open cases have indexes of their own, so such a list stays quick among millions that are closed. Cases
    joined to another stand in such a state too, but are closed; they drop out.
    """
    if wanted.state is None or wanted.open_only:
        return wanted
    known = [lifecycle.states[wanted.state] for lifecycle in lifecycles if wanted.state in lifecycle.states]
    if not known or any(state.final for state in known):
        return wanted
    return msgspec.structs.replace(wanted, open_only=True)


async def count_cases(reader: Reader, scope: Scope, wanted: CaseFilter, *, at_most: int = COUNT_MAX) -> Count:
    """How many cases a list has: exact up to ``at_most``, beyond that a lower bound that says so."""
    params: dict[str, Any] = {}
    walks = walks_of(scope, wanted, params)
    if not walks:
        return Count(0, True)
    params["limit"] = at_most + 1
    selects = [f"SELECT case_id FROM cases_case{_where(walk)} LIMIT :limit" for walk in walks]
    inner = " UNION ".join(f"SELECT case_id FROM ({select}) AS walk_{n}" for n, select in enumerate(selects))
    row = await reader.fetch_one(sql(f"SELECT COUNT(*) AS n FROM ({inner}) AS merged"), **params)
    found = int(row["n"]) if row is not None else 0
    return Count(min(found, at_most), found <= at_most)


def _where(parts: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def walks_of(scope: Scope, wanted: CaseFilter, params: dict[str, Any]) -> list[list[str]]:
    """The walks that together find what is within the scope, each with its conditions.

    Neither engine is left to guess which index to follow: in each walk one equality is written plainly, the
    others so that no index fits them (``COALESCE(state, '') = ...``). Plain is what holds the fewest cases:
    a relation, then a holder or reporter that is asked for, then a small box, a town, a state.
    """
    if scope.everywhere:
        return [_narrowed(wanted, _driver(wanted, ""), params)]
    walks: list[list[str]] = []
    for number, prefix in enumerate(scope.region_prefixes):
        driver = _driver(wanted, prefix)
        within = _in_region(prefix, f"scope_{number}", params, plain=driver == "region_9")
        walks.append([*within, *_narrowed(wanted, driver, params)])
    for place, self_id in enumerate(scope.selves):
        params[f"self_{place}"] = self_id
        walks += [
            [f"{relation} = :self_{place}", *_narrowed(wanted, relation, params)]
            for relation in ("reporter", "responsible_unit", "assignee")
            if relation in scope.relations
        ]
    return walks


_OPEN_BY = ("", "region_9", "responsible_unit", "assignee")
"""Columns whose index for open cases a walk may follow; with another one ``is_open`` is a filter along the way."""


def _driver(wanted: CaseFilter, prefix: str) -> str:
    """The column whose index a walk follows; empty where it follows the order of the list itself."""
    box = wanted.box
    candidates = (
        ("reporter", wanted.reporter),
        ("assignee", wanted.assignee),
        ("responsible_unit", wanted.unit),
        ("lat", box is not None and (box.north - box.south) * abs(box.east - box.west) <= BOX_SMALL_DEG2),
        ("region_9", len(prefix) >= 9 or len(wanted.region or "") >= 9),
        ("state", wanted.state),
    )
    return next((column for column, asked in candidates if asked), "")


def _in_region(prefix: str, name: str, params: dict[str, Any], *, plain: bool) -> list[str]:
    """Within a region.

    A town by its own index where the walk follows that, else as a filter along the way.
    """
    if not prefix:
        return []
    parts = []
    if plain and len(prefix) >= 9:
        params[f"{name}_town"] = prefix[:9]
        parts.append(f"region_9 = :{name}_town")
        if len(prefix) == 9:
            return parts
    params |= {f"{name}_from": prefix, f"{name}_to": prefix[:-1] + chr(ord(prefix[-1]) + 1)}
    parts.append(f"region_code >= :{name}_from AND region_code < :{name}_to")
    return parts


def _narrowed(wanted: CaseFilter, driver: str, params: dict[str, Any]) -> list[str]:
    where: list[str] = []
    for column, value in (
        ("state", wanted.state),
        ("stage", wanted.stage),
        ("lifecycle", wanted.lifecycle),
        ("responsible_unit", wanted.unit),
        ("assignee", wanted.assignee),
        ("reporter", wanted.reporter),
    ):
        if value is not None:
            plain = column == driver or (column == "state" and driver == "region_9")
            where.append(f"{column} = :{column}" if plain else f"COALESCE({column}, '') = :{column}")
            params[column] = value
    if wanted.category:
        where.append("category >= :category_from AND category < :category_to")
        params |= {
            "category_from": wanted.category,
            "category_to": wanted.category[:-1] + chr(ord(wanted.category[-1]) + 1),
        }
    if wanted.region:
        where += _in_region(wanted.region, "region", params, plain=driver == "region_9")
    if wanted.open_only or wanted.overdue_at is not None:
        plain = driver in _OPEN_BY and not (driver == "region_9" and wanted.state)
        where.append("is_open = 1" if plain else "is_open + 0 = 1")
    if wanted.overdue_at is not None:
        where.append("due_us < :overdue_us")
        params["overdue_us"] = to_us(wanted.overdue_at)
    if wanted.opened_from is not None:
        where.append("opened_us >= :opened_from")
        params["opened_from"] = to_us(wanted.opened_from)
    if wanted.opened_to is not None:
        where.append("opened_us < :opened_to")
        params["opened_to"] = to_us(wanted.opened_to)
    if wanted.text:
        escaped = wanted.text.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
        where.append("LOWER(title) LIKE :text ESCAPE '!'")
        params["text"] = f"%{escaped}%"
    if wanted.box is not None:
        where += _in_box(wanted.box, params, plain=driver == "lat")
    return where


def _in_box(box: Box, params: dict[str, Any], *, plain: bool) -> list[str]:
    params |= {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    join = "AND" if box.west <= box.east else "OR"
    lat = "lat" if plain else "(lat + 0)"
    return [f"{lat} >= :south AND {lat} <= :north", f"(lon >= :west {join} lon <= :east)"]


_INBOX = sql(
    f"SELECT * FROM (SELECT {LISTED} FROM cases_case WHERE is_open = 1 AND assignee = ANY(:selves)"
    f" UNION SELECT {LISTED} FROM cases_case WHERE is_open = 1 AND responsible_unit = ANY(:selves)) AS mine"
    " ORDER BY COALESCE(due_us, 4611686018427387904), priority DESC, opened_us, case_id LIMIT :limit"
)
_OF_REPORT = sql("SELECT case_id FROM cases_relation WHERE other_id = :report_id AND kind = 'report' ORDER BY case_id")
_PROVISIONAL = sql(
    "SELECT DISTINCT case_id FROM cases_clock WHERE provisional = 1 AND case_id > :after ORDER BY case_id LIMIT :limit"
)


async def inbox(reader: Reader, actor: Actor, *, limit: int = 100) -> tuple[CaseRow, ...]:
    """Open cases that the actor or one of his units has to handle.

    What is due first stands first, then urgency.
    """
    rows = await reader.fetch(_INBOX, selves=sorted(actor.selves()), limit=max(1, min(limit, LIMIT_MAX)))
    return tuple(case_row(row) for row in rows)


async def cases_of_report(reader: Reader, report_id: str) -> tuple[str, ...]:
    """Ids of the cases that a report belongs to."""
    return tuple(row["case_id"] for row in await reader.fetch(_OF_REPORT, report_id=report_id))


async def provisional_cases(reader: Reader, *, after: str = "", limit: int = 1000) -> tuple[str, ...]:
    """Cases with a clock that runs into a year not published when it was reckoned.

    ``ReckonClocks`` is for them.
    """
    return tuple(row["case_id"] for row in await reader.fetch(_PROVISIONAL, after=after, limit=limit))


class Waiting(msgspec.Struct, frozen=True):
    """An approval that waits to be decided."""

    case_id: str
    title: str
    region_code: str
    approval_id: str
    approval: str
    asked_by: str
    asked_at: datetime
    reason: str


async def approvals_waiting(reader: Reader, scope: Scope, *, limit: int = 100) -> tuple[Waiting, ...]:
    """Approvals that wait to be decided in cases within ``scope``, oldest first."""
    params: dict[str, Any] = {"limit": limit}
    walks = walks_of(scope, CaseFilter(), params)
    if not walks:
        return ()
    within = " OR ".join(f"({' AND '.join(walk)})" for walk in walks if walk) or "1 = 1"
    text = (
        "SELECT a.case_id, c.title, c.region_code, a.approval_id, a.approval, a.asked_by, a.asked_us,"
        " a.reason, a.given_values, a.amount, a.unit, a.until_us, a.granted, a.decided_by, a.decided_us,"
        " a.ruling FROM cases_approval a JOIN cases_case c ON c.case_id = a.case_id"
        f" WHERE a.granted IS NULL AND ({within}) ORDER BY a.asked_us, a.case_id LIMIT :limit"
    )
    waiting = []
    for row in await reader.fetch(sql(text), **params):
        one = approval_state_of(row)
        waiting.append(
            Waiting(
                row["case_id"],
                row["title"],
                row["region_code"],
                one.approval_id,
                one.approval,
                one.asked_by,
                one.asked_at,
                one.reason,
            )
        )
    return tuple(waiting)
