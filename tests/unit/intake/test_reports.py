"""A report is taken in once, follows its case, and keeps its reporter's data to itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from intake_town import BERTH, DUTY, FISHER, FLOW, lamp, pickup, region_of, send

from tidehub.capabilities import intake
from tidehub.capabilities.intake import (
    AddReportUpdate,
    Catalogue,
    Contact,
    IntakeSettings,
    JoinReport,
    RateReport,
    ReceiveEvent,
    ReportFilter,
    WithdrawReport,
    find_report,
    list_reports,
    list_updates,
    near_reports,
    report_of_token,
    shown_report,
    tracking_token,
)
from tidehub.capabilities.intake.commands import ReceiveReport
from tidehub.hub.handle import Job
from tidehub.hub.registry import Capability
from tidehub.kernel.access import ANONYMOUS, Actor, Scope, rule, scope
from tidehub.kernel.errors import Refusal
from tidehub.kernel.geometry import Position


@pytest.fixture
async def store(open_store: Any, catalogue: Catalogue) -> Any:
    return await open_store([_intake(catalogue)])


def _intake(catalogue: Catalogue) -> Capability:
    return intake.capability(catalogue, region_of, IntakeSettings(home_region="331002"))


async def refused(store: Any, command: Any, by: Actor = ANONYMOUS) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await send(store, command, by)
    return caught.value


async def test_the_same_report_sent_again_is_the_first_one(store: Any) -> None:
    """A repeated send writes nothing; another body under the same key is a conflict."""
    (first,) = await send(store, pickup())
    assert first.fact.region_code == "331002001"
    assert await send(store, pickup()) == []
    refusal = await refused(store, pickup(description="别的"))
    assert (refusal.code, refusal.kind.category) == ("key_reused", "conflict")
    (other,) = await send(store, pickup(source="api:person/other"))
    assert other.fact.report_id != first.fact.report_id


async def test_twins_in_one_batch_are_one_report(store: Any) -> None:
    """Hundreds at once are read set-based, and still none is doubled or lost."""
    commands: list[ReceiveReport] = [lamp(f"k{number % 40}") for number in range(100)]
    commands[7] = lamp("k7", description="别的")
    commands[50] = lamp("bad", service_code="nothing")
    answers = await _gather(store, commands)
    facts = [entry for answer in answers if isinstance(answer, list) for entry in answer]
    assert len(facts) == 40
    assert {entry.fact.source_key for entry in facts} == {f"k{number}" for number in range(40)}
    codes = [answer.code for answer in answers if isinstance(answer, Refusal)]
    assert codes.count("service_unknown") == 1
    assert set(codes) == {"service_unknown", "key_reused"}


async def _gather(store: Any, commands: list[ReceiveReport]) -> list[Any]:
    return await asyncio.gather(
        *(store.submit(Job((command,), ANONYMOUS)) for command in commands), return_exceptions=True
    )


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"service_code": "nothing"}, "service_unknown", "service_code"),
        ({"position": None}, "place_missing", "position"),
        ({"reporter": ""}, "reporter_missing", "reporter"),
        ({"media": ("a" * 64,)}, "media_missing", "media"),
        ({"description": "a\x00b"}, "text_unfit", None),
        ({"answers": {}}, "answer_missing", "answers.boat_name"),
    ],
)
async def test_a_report_that_cannot_stand_is_refused(
    store: Any, changed: dict[str, Any], code: str, field: str | None
) -> None:
    """The refusal names the field, and nothing is written."""
    refusal = await refused(store, pickup(**changed))
    assert (refusal.code, refusal.field) == (code, field)
    assert await find_report(store, pickup().report_id) is None


async def test_a_clock_that_runs_ahead_is_refused_beyond_the_tolerance(store: Any) -> None:
    """Five minutes are forgiven, more is not."""
    now = store.clock.now()
    refusal = await refused(store, pickup(happened_at=now + timedelta(seconds=301)))
    assert (refusal.code, refusal.field) == ("instant_in_future", "happened_at")
    assert await send(store, pickup(happened_at=now + timedelta(seconds=300)))


async def test_a_backslash_before_u0000_is_just_text(store: Any) -> None:
    """Only a real null character is refused."""
    assert await send(store, pickup(description="\\u0000"))


async def test_a_place_outside_counts_to_the_home_region(store: Any) -> None:
    """Somebody must see it, so it does not vanish between jurisdictions."""
    (entry,) = await send(store, pickup(position=Position(110.0, 20.0)))
    assert entry.fact.region_code == "331002"


async def test_contact_is_masked_unless_there_is_a_purpose(store: Any, catalogue: Catalogue) -> None:
    """The public sees nobody; staff see a mask; in full only on demand."""
    command = pickup(contact=Contact(name="张三丰", phone="13812348000", email="zhang@example.org"))
    await send(store, command)
    row = await find_report(store, command.report_id)
    assert row is not None
    offer = catalogue.find(row.service_code, store.clock.now())
    masked = shown_report(row, offer)
    assert masked["contact"] == {"name": "张**", "phone": "138****8000", "email": "z****@example.org"}
    assert shown_report(row, offer, full=True)["contact"]["phone"] == "13812348000"
    public = shown_report(row, offer, public=True)
    assert not {"contact", "reporter", "taken_by", "case_id"} & set(public)


async def test_lists_show_what_the_reader_may_see(store: Any) -> None:
    """The filter stands in the query, so a page is never short by what was hidden."""
    await send(store, pickup())
    for number in range(5):
        store.clock.advance(1)
        await send(store, lamp(f"k{number}"))
    see = rule("duty_officer", relations=["reporter"])
    everything = ReportFilter()
    assert len(await list_reports(store, everything, scope(see, DUTY), limit=10)) == 6
    mine = await list_reports(store, everything, scope(see, FISHER), limit=10)
    assert [row.reporter for row in mine] == ["person/fisher"]
    assert await list_reports(store, everything, Scope(), limit=10) == []
    elsewhere = Actor("person/x", frozenset({"duty_officer"}), ("3303",))
    assert await list_reports(store, everything, scope(see, elsewhere), limit=10) == []
    first = await list_reports(store, everything, limit=4)
    rest = await list_reports(store, everything, limit=4, after=(first[-1].received_us, first[-1].report_id))
    assert len({row.report_id for row in first + rest}) == 6
    assert await list_reports(store, ReportFilter(service_codes=()), limit=4) == []
    boxed = ReportFilter(box=(121.4, 28.6, 121.5, 28.7), service_codes=("street_lamp",), statuses=("open",))
    assert len(await list_reports(store, boxed, limit=10)) == 5


async def test_open_reports_nearby_are_suggested_nearest_first(store: Any) -> None:
    """Before somebody reports a lamp again, the one that is known is shown."""
    await send(store, lamp("near", position=Position(BERTH.lon + 0.0005, BERTH.lat)))
    await send(store, lamp("here"))
    await send(store, lamp("far", position=Position(BERTH.lon + 0.01, BERTH.lat)))
    found = await near_reports(store, "city/lamp", BERTH, radius_m=100, received_from_us=0)
    assert [round(away_m) for away_m, _ in found] == [0, 49]


async def test_updates_ratings_and_withdrawal_keep_their_order(store: Any) -> None:
    """Only its reporter rates, only what is closed is rated, only what is open is withdrawn."""
    (entry,) = await send(store, pickup())
    report_id = entry.fact.report_id
    update = AddReportUpdate(report_id=report_id, source="app", source_key="u1", description="油更多了")
    assert (await refused(store, update, Actor("person/other"))).code == "forbidden"
    assert await send(store, update, FISHER)
    assert await send(store, update, FISHER) == []
    assert [row.description for row in await list_updates(store, report_ids=[report_id])] == ["油更多了"]
    rating = RateReport(report_id=report_id, score=5, fixed=True)
    assert (await refused(store, rating, FISHER)).code == "report_open"
    assert (await refused(store, rating, DUTY)).code == "forbidden"
    assert await send(store, WithdrawReport(report_id=report_id, reason="已自行处理"), FISHER)
    assert await send(store, WithdrawReport(report_id=report_id), FISHER) == []
    late = msgspec.structs.replace(update, source_key="u2")
    assert (await refused(store, late, FISHER)).code == "report_withdrawn"
    row = await find_report(store, report_id)
    assert row is not None and (row.status, row.withdrawn) == ("closed", 1)


async def test_joining_twice_with_one_case_is_once(store: Any) -> None:
    """A flow that runs again after a crash changes nothing."""
    (entry,) = await send(store, lamp())
    join = JoinReport(report_id=entry.fact.report_id, case_id="c1")
    assert await send(store, join, FLOW)
    assert await send(store, join, FLOW) == []
    (again,) = await send(store, JoinReport(report_id=entry.fact.report_id, case_id="c2"), FLOW)
    assert again.fact.before == "c1"


async def test_an_event_is_kept_once(store: Any) -> None:
    """Source and id together are the event; another body under them is refused."""
    event = ReceiveEvent(source="/sensor/1", source_event_id="a", type="cn.example.alarm", data='{"level":3}')
    device = Actor("device/d1", frozenset({"device"}), ("33",))
    assert await send(store, event, device)
    assert await send(store, event, device) == []
    other = ReceiveEvent(source="/sensor/1", source_event_id="a", type="cn.example.alarm", data="{}")
    assert (await refused(store, other, device)).code == "key_reused"
    assert (await refused(store, event)).code == "not_signed_in"


def test_a_tracking_token_opens_its_own_report_only() -> None:
    """Whoever knows an id does not know its token."""
    token = tracking_token("rabc", b"secret")
    assert report_of_token(token, b"secret") == "rabc"
    for wrong in (token[:-1] + "!", "rabc", "rabd-" + token.partition("-")[2], "", "-", "密-码"):
        with pytest.raises(Refusal, match="tracking_token_unknown"):
            report_of_token(wrong, b"secret")
    with pytest.raises(Refusal):
        report_of_token(token, b"other")
