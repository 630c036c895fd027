"""Lists show what an actor may see, page by page, and never more."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine

from tidehub.capabilities.cases import (
    VIEW,
    AskApproval,
    Box,
    CaseFilter,
    JoinCases,
    MoveCase,
    OpenCase,
    approvals_waiting,
    count_cases,
    inbox,
    list_cases,
    sharpened,
)
from tidehub.hub.schema import metadata
from tidehub.hub.statement import Statement
from tidehub.kernel.access import Actor, permits, scope
from tidehub.kernel.geometry import Position

from .conftest import DUTY, FLOW, Town, local

TOWNS = ("331002001", "331002002", "330304010")
OFFICER = Actor("person/officer", frozenset({"duty_officer"}), ("331002",))
TOWN_OFFICER = Actor("person/town", frozenset({"duty_officer"}), ("331002002",), ("unit/u1",))
VILLAGE_OFFICER = Actor("person/village", frozenset({"duty_officer"}), ("331002001003",))
TWO_PLACES = Actor("person/two", frozenset({"duty_officer"}), ("331002001", "3303"))
STAFF = Actor("person/a1", frozenset({"unit_staff"}), (), ("unit/u2",))
CITIZEN = Actor("person/r1", frozenset({"citizen"}))
AUDITOR = Actor("person/auditor", frozenset({"auditor"}), ("",))
NOBODY = Actor("person/x", frozenset({"unit_staff"}), ("331002",))
ACTORS = (OFFICER, TOWN_OFFICER, VILLAGE_OFFICER, TWO_PLACES, STAFF, CITIZEN, AUDITOR, NOBODY)
FILTERS: tuple[CaseFilter, ...] = (
    CaseFilter(),
    CaseFilter(state="REJECTED"),
    CaseFilter(open_only=True),
    CaseFilter(state="PENDINGATLME", region="331002"),
    CaseFilter(region="331002001"),
    CaseFilter(region="331002001003", state="REJECTED"),
    CaseFilter(unit="unit/u1"),
    CaseFilter(assignee="person/a1", open_only=True),
    CaseFilter(reporter="person/r1"),
    CaseFilter(category="03"),
    CaseFilter(text="NO 1"),
    CaseFilter(text="100%_!"),
    CaseFilter(box=Box(121.2, 28.2, 121.24, 28.24), open_only=True),
    CaseFilter(box=Box(121.2, 28.2, 121.9, 28.9)),
    CaseFilter(opened_from=local("2026-06-01 09:10"), opened_to=local("2026-06-01 09:40")),
    CaseFilter(overdue_at=local("2026-06-06 09:20")),
    CaseFilter(lifecycle="complaint", stage="assignment"),
)


@pytest.fixture
async def busy(town: Town) -> Town:
    """A hundred and twenty complaints over an hour, some assigned, some rejected."""
    chance = random.Random(3)
    for number in range(120):
        town.clock.at += timedelta(seconds=30 * chance.randint(0, 1))
        case_id = f"k{number:03d}"
        opening = OpenCase(
            case_id=case_id,
            lifecycle="complaint",
            category=f"0{chance.randint(1, 4)}",
            title=f"Lamp no {number}" if number else "a 100%_! thing",
            region_code=chance.choice(TOWNS) + f"00{chance.randint(1, 4)}",
            position=Position(121 + chance.random(), 28 + chance.random()) if number % 3 else None,
            reporter=f"person/r{chance.randint(1, 5)}",
            responsible_unit=chance.choice(["unit/u1", "unit/u2", None]),
        )
        await town.do(FLOW, opening)
        if number % 4 == 0:
            region = Actor("person/any", frozenset({"duty_officer"}), ("",))
            await town.do(region, MoveCase(case_id=case_id, move="ASSIGN", assignee=f"person/a{chance.randint(1, 3)}"))
        elif number % 7 == 0:
            region = Actor("person/any", frozenset({"duty_officer"}), ("",))
            await town.do(region, MoveCase(case_id=case_id, move="REJECT", note="x"))
    return town


def _holds(case: Any, wanted: CaseFilter) -> bool:
    box = wanted.box
    inside = box is None or (
        case.lat is not None and box.south <= case.lat <= box.north and box.west <= case.lon <= box.east
    )
    return (
        inside
        and wanted.state in (None, case.state)
        and wanted.stage in (None, case.stage)
        and wanted.lifecycle in (None, case.lifecycle)
        and (wanted.category is None or case.category.startswith(wanted.category))
        and (wanted.region is None or case.region_code.startswith(wanted.region))
        and wanted.unit in (None, case.responsible_unit)
        and wanted.assignee in (None, case.assignee)
        and (wanted.overdue_at is None or (case.due_at is not None and case.due_at < wanted.overdue_at))
        and (wanted.text is None or wanted.text.lower() in case.title.lower())
        and (wanted.opened_from is None or case.opened_at >= wanted.opened_from)
        and (wanted.opened_to is None or case.opened_at < wanted.opened_to)
        and (case.is_open or not (wanted.open_only or wanted.overdue_at is not None))
    )


async def test_every_list_agrees_with_the_rule_case_by_case(busy: Town) -> None:
    """Whatever the filter and whoever asks.

    The pages together are exactly what the single cases would answer.
    """
    everything = (await list_cases(busy.store, scope(VIEW, AUDITOR), CaseFilter(), limit=500)).rows
    assert len(everything) == 120
    subjects = {case.case_id: (await busy.state(case.case_id)) for case in everything}
    for actor in ACTORS:
        within = scope(VIEW, actor)
        for wanted in FILTERS:
            expected = [
                case.case_id
                for case in everything
                if permits(VIEW, actor, subjects[case.case_id].subject)
                and _holds(case, wanted)
                and wanted.reporter in (None, subjects[case.case_id].reporter)
            ]
            found: list[str] = []
            after = None
            while True:
                page = await list_cases(busy.store, within, wanted, after=after, limit=23)
                found += [case.case_id for case in page.rows]
                after = page.after
                if after is None:
                    break
            assert found == expected, (actor.id, wanted)
            count = await count_cases(busy.store, within, wanted)
            assert (count.value, count.exact) == (len(expected), True)


async def test_a_count_beyond_its_limit_says_that_it_is_not_exact(busy: Town) -> None:
    """More than ten is said to be more than ten."""
    count = await count_cases(busy.store, scope(VIEW, AUDITOR), CaseFilter(), at_most=10)
    assert (count.value, count.exact) == (10, False)


async def test_a_state_of_work_is_looked_for_among_open_cases_only(busy: Town) -> None:
    """Where no lifecycle closes a case in that state, the filter says so to the index.

    The answer is the same.
    """
    lifecycles = busy.loader.lifecycles
    working = sharpened(CaseFilter(state="PENDINGATLME"), lifecycles)
    assert working.open_only
    assert not sharpened(CaseFilter(state="REJECTED"), lifecycles).open_only
    assert not sharpened(CaseFilter(state="nowhere"), lifecycles).open_only
    for actor in (OFFICER, STAFF):
        plain = await list_cases(busy.store, scope(VIEW, actor), CaseFilter(state="PENDINGATLME"))
        assert await list_cases(busy.store, scope(VIEW, actor), working) == plain


async def test_an_inbox_is_what_has_to_be_done_first_due_first(busy: Town) -> None:
    """Mine and my unit's, open only, the earliest due on top."""
    rows = await inbox(busy.store, STAFF, limit=500)
    assert rows
    assert all(case.is_open for case in rows)
    assert all(case.assignee == "person/a1" or case.responsible_unit == "unit/u2" for case in rows)
    dues = [case.due_at for case in rows if case.due_at is not None]
    assert dues == sorted(dues)
    everything = (await list_cases(busy.store, scope(VIEW, AUDITOR), CaseFilter(open_only=True), limit=500)).rows
    mine = [case for case in everything if case.assignee == "person/a1" or case.responsible_unit == "unit/u2"]
    assert len(rows) == len(mine)


async def test_a_joined_case_is_listed_as_closed(busy: Town) -> None:
    """It leaves the open lists and keeps its place in the others."""
    rows = (await list_cases(busy.store, scope(VIEW, OFFICER), CaseFilter(open_only=True), limit=500)).rows
    await busy.do(DUTY, JoinCases(case_id=rows[0].case_id, original_id=rows[1].case_id))
    after = (await list_cases(busy.store, scope(VIEW, OFFICER), CaseFilter(open_only=True), limit=500)).rows
    assert [case.case_id for case in after] == [case.case_id for case in rows[1:]]


async def test_approvals_that_wait_are_listed_to_those_who_see_the_case(town: Town) -> None:
    """Oldest first, and not to the neighbouring county."""
    opening = OpenCase(
        case_id="c1", lifecycle="urban_management", category="x", title="t", region_code="331002001",
        values={"channel": "patrol"},
    )  # fmt: skip
    await town.do(FLOW, opening)
    await town.do(DUTY, AskApproval(case_id="c1", approval_id="v1", approval="void", reason="重复"))
    waiting = await approvals_waiting(town.store, scope(VIEW, DUTY))
    assert [(one.case_id, one.approval, one.asked_by) for one in waiting] == [("c1", "void", "person/duty")]
    far = Actor("person/far", frozenset({"duty_officer"}), ("3303",))
    assert await approvals_waiting(town.store, scope(VIEW, far)) == ()
    assert len(await approvals_waiting(town.store, scope(VIEW, AUDITOR))) == 1


class Planner:
    """Reads nothing, but says which index SQLite would follow."""

    def __init__(self) -> None:
        self._engine = create_engine("sqlite://")
        metadata.create_all(self._engine)
        self.plans: list[str] = []

    async def fetch(self, statement: Statement, **params: Any) -> list[Any]:
        """Note the plan."""
        with self._engine.connect() as connection:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.sqlite}", statement.sqlite_params(params))
            self.plans = [row[3] for row in rows]
        return []

    async def fetch_one(self, statement: Statement, **params: Any) -> Any | None:
        """Note the plan."""
        await self.fetch(statement, **params)
        return None


@pytest.mark.parametrize(
    ("wanted", "walk"),
    [
        (CaseFilter(open_only=True), "ix_cases_case_open (is_open=?)"),
        (CaseFilter(region="331002001", open_only=True), "ix_cases_case_open_town (region_9=? AND is_open=?)"),
        (CaseFilter(unit="unit/u1", open_only=True), "ix_cases_case_open_unit (responsible_unit=? AND is_open=?)"),
        (CaseFilter(assignee="person/a1", open_only=True), "ix_cases_case_open_assignee (assignee=? AND is_open=?)"),
        (CaseFilter(reporter="person/r1", open_only=True), "ix_cases_case_reporter (reporter=?)"),
        (CaseFilter(state="REJECTED", open_only=True), "ix_cases_case_state (state=?)"),
        (CaseFilter(region="331002001", state="REJECTED"), "ix_cases_case_region_9 (region_9=? AND state=?)"),
        (CaseFilter(region="331002001"), "ix_cases_case_town (region_9=?)"),
    ],
)
async def test_a_list_of_open_cases_walks_past_no_closed_one(wanted: CaseFilter, walk: str) -> None:
    """Each list has one index to follow and no sort; which, the engine need not guess among millions of cases."""
    planner = Planner()
    await list_cases(planner, scope(VIEW, AUDITOR), wanted)
    (plan,) = planner.plans
    assert plan == f"SEARCH cases_case USING INDEX {walk}"
