"""The same matter reported by several, and a matter that was not put right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from intake_town import BERTH, FLOW, lamp, region_of, send

from tidehub.capabilities import intake
from tidehub.capabilities.intake import Catalogue, IntakeSettings, JoinReport, RateReport
from tidehub.capabilities.intake.decide import rate_report
from tidehub.capabilities.intake.model import KnownReport
from tidehub.kernel.errors import Refusal
from tidehub.kernel.geometry import Position

NOW = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)
CLOSED = KnownReport(
    report_id="r1",
    reporter="person/chen",
    region_code="331002",
    case_id="c1",
    joined_case_id="c1",
    status="closed",
    withdrawn=False,
    closed_us=5,
    rated_us=None,
)


@pytest.fixture
async def store(open_store: Any, catalogue: Catalogue) -> Any:
    return await open_store([intake.capability(catalogue, region_of, IntakeSettings(home_region="331002"))])


async def test_a_report_joins_an_open_public_one_nearby_and_no_other(store: Any) -> None:
    """It may leave the form empty; a report far away, of nobody's knowledge or closed cannot be joined."""
    (first,) = await send(store, lamp())
    report_id = first.fact.report_id
    await send(store, JoinReport(report_id=report_id, case_id="c1"), FLOW)
    (mine,) = await send(store, lamp("me-too", same_as=report_id))
    assert (mine.fact.same_as, mine.fact.same_case_id) == (report_id, "c1")
    await send(store, JoinReport(report_id=mine.fact.report_id, case_id="c1"), FLOW)
    assert await intake.voices_of(store, ["c1", "c2"]) == {"c1": 2}
    far = lamp("far", same_as=report_id, position=Position(BERTH.lon + 0.05, BERTH.lat))
    for command, code in ((far, "same_too_far"), (lamp("none", same_as="r-unknown"), "same_unknown")):
        with pytest.raises(Refusal) as caught:
            await send(store, command)
        assert (caught.value.code, caught.value.field) == (code, "same_as")


def test_not_put_right_says_what_is_wrong_and_is_a_fact_of_its_own() -> None:
    """Without a word the unit would not know what to do again."""
    rating = RateReport(report_id="r1", score=1, fixed=False, comment=" ")
    with pytest.raises(Refusal) as caught:
        rate_report(CLOSED, rating, NOW)
    assert (caught.value.code, caught.value.field) == ("comment_missing", "comment")
    rated, disputed = rate_report(CLOSED, msgspec.structs.replace(rating, comment="还在漏 "), NOW)
    assert type(rated).__name__ == "ReportRated"
    assert (type(disputed).__name__, getattr(disputed, "note", "")) == ("ReportDisputed", "还在漏")
