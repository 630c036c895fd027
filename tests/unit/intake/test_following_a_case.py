"""What the public sees of a report follows its case, and its own notes stay inside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from intake_town import FLOW, lamp, region_of, send

from tidehub.capabilities import intake
from tidehub.capabilities.cases import facts as of_cases
from tidehub.capabilities.intake import Catalogue, JoinReport, find_report, list_updates
from tidehub.hub.registry import Capability, Handler
from tidehub.kernel.facts import Command, Fact


class Say(Command, frozen=True, kw_only=True):
    """State facts of cases as they are."""

    facts: tuple[Any, ...]

    @property
    def stream(self) -> str:
        """The first fact's chain."""
        return str(self.facts[0].stream)


async def _nothing(_reader: Any, _command: Any) -> None:
    return None


def _say(_state: None, command: Say, _now: datetime) -> Sequence[Fact]:
    return command.facts


CASES = Capability(name="cases", handlers=(Handler(Say, _nothing, _say),), facts=of_cases.FACTS)


@pytest.fixture
async def store(open_store: Any, catalogue: Catalogue) -> Any:
    return await open_store([intake.capability(catalogue, region_of), CASES])


def opened(case_id: str, *report_ids: str, due_at: datetime | None = None) -> Fact:
    return of_cases.CaseOpened(
        case_id=case_id,
        lifecycle="simple",
        lifecycle_version=1,
        state="new",
        stage="filing",
        category="city/lamp",
        title="灯",
        priority=3,
        region_code="331002",
        report_ids=report_ids,
        responsible_unit="unit/lamps",
        due_at=due_at,
    )


def moved(case_id: str, state: str) -> Fact:
    return of_cases.CaseMoved(
        case_id=case_id,
        move="go",
        from_state="new",
        to_state=state,
        stage="handling",
        note="内部说明",
        responsible_unit="unit/crew",
    )


async def say(store: Any, *facts: Fact) -> None:
    store.clock.advance(60)
    await send(store, Say(facts=facts), FLOW)


async def test_a_report_opens_moves_and_closes_with_its_case(store: Any) -> None:
    """Agency, expected time, state and end are the case's; its inner note is nowhere."""
    (entry,) = await send(store, lamp())
    report_id = entry.fact.report_id
    due_at = store.clock.now() + timedelta(hours=2)
    await say(store, opened("c1", report_id, due_at=due_at))
    row = await find_report(store, report_id)
    assert row is not None and (row.case_id, row.agency, row.case_state) == ("c1", "unit/lamps", "new")
    assert row.expected_us is not None
    await say(store, moved("c1", "handling"), of_cases.CaseNoted(case_id="c1", text="明天修好", public=True))
    await say(store, of_cases.CaseNoted(case_id="c1", text="内部说明"))
    row = await find_report(store, report_id)
    assert row is not None and (row.agency, row.status_notes) == ("unit/crew", "明天修好")
    await say(store, moved("c1", "done"), of_cases.CaseClosed(case_id="c1", outcome="fixed"))
    row = await find_report(store, report_id)
    assert row is not None and (row.status, row.outcome) == ("closed", "fixed")
    assert row.closed_us == row.updated_us
    await say(store, of_cases.CaseReopened(case_id="c1", state="handling"))
    row = await find_report(store, report_id)
    assert row is not None and (row.status, row.closed_us) == ("open", None)
    updates = await list_updates(store, report_ids=[report_id])
    assert [(one.status, one.case_state) for one in updates] == [
        ("open", "new"),
        ("", "handling"),
        ("unchanged", ""),
        ("", "done"),
        ("closed", ""),
        ("reopen", "handling"),
    ]
    assert "内部说明" not in {one.description for one in updates}


async def test_a_report_that_joins_a_case_learns_how_it_stands(store: Any) -> None:
    """Whoever reports the same lamp again sees at once that it is being handled."""
    (first,) = await send(store, lamp("k1"))
    (second,) = await send(store, lamp("k2"))
    await say(store, opened("c1", first.fact.report_id))
    await say(store, moved("c1", "handling"))
    await send(store, JoinReport(report_id=second.fact.report_id, case_id="c1"), FLOW)
    row = await find_report(store, second.fact.report_id)
    assert row is not None and (row.case_id, row.case_state, row.agency) == ("c1", "handling", "unit/crew")


async def test_reports_of_a_duplicate_follow_the_original_until_it_is_undone(store: Any) -> None:
    """When two cases turn out to be one, both reporters hear of the one that goes on."""
    (first,) = await send(store, lamp("k1"))
    (second,) = await send(store, lamp("k2"))
    await say(store, opened("c1", first.fact.report_id))
    await say(store, opened("c2", second.fact.report_id))
    joined = of_cases.CaseJoined(case_id="c2", original_id="c1", state="new")
    await say(store, joined, of_cases.CaseClosed(case_id="c2", outcome="joined"))
    row = await find_report(store, second.fact.report_id)
    assert row is not None and (row.case_id, row.own_case_id, row.status) == ("c1", "c2", "open")
    await say(store, moved("c1", "done"), of_cases.CaseClosed(case_id="c1", outcome="fixed"))
    row = await find_report(store, second.fact.report_id)
    assert row is not None and row.status == "closed"
    undone = of_cases.CaseJoinUndone(case_id="c2", original_id="c1", state="new", reason="不同的灯")
    await say(store, undone, of_cases.CaseReopened(case_id="c2", state="new"))
    row = await find_report(store, second.fact.report_id)
    assert row is not None and (row.case_id, row.status) == ("c2", "open")
