"""What every lifecycle has: evidence, versions, parts, bulk moves, calendars that change."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tidehub.capabilities import cases
from tidehub.capabilities.cases import (
    AssignCase,
    JoinCases,
    Lifecycles,
    LinkReport,
    MoveCase,
    NoteOnCase,
    OpenCase,
    Part,
    ReckonClocks,
    RecordValues,
    SetPriority,
    SplitCase,
    TakeNotice,
    cases_of_report,
    move_each,
    provisional_cases,
    read_lifecycle,
)
from tidehub.kernel.access import Actor
from tidehub.kernel.errors import Refusal
from tidehub.kernel.facts import Command
from tidehub.methods.clocks import HolidayTable, YearHolidays

from .conftest import ANN, CHECKER, DUTY, FLOW, LEADER, SWEEPER, Town, lifecycle_from, local

PICKUP: dict[str, Any] = {
    "lifecycle": "pickup",
    "version": 1,
    "zh": "上门接收",
    "en": "Pick-up",
    "states": {
        "asked": {"zh": "已申请", "en": "Asked", "start": True},
        "under_way": {"zh": "已出发", "en": "Under way"},
        "alongside": {"zh": "已靠泊", "en": "Alongside"},
        "done": {"zh": "完成", "en": "Done", "final": True},
    },
    "moves": {
        "go": {
            "zh": "出发", "en": "Go", "from": "asked", "to": "under_way", "on_fact": ["JobAccepted"],
            "assigns": ["assignee"],
        },
        "arrive": {
            "zh": "靠泊", "en": "Arrive", "from": "under_way", "to": "alongside", "on_fact": ["UnitArrived"],
        },
        "finish": {
            "zh": "完成", "en": "Finish", "from": "alongside", "to": "done", "not_who": ["arrive"],
            "who": {"roles": ["quay_operator"]}, "needs_children_closed": True,
        },
    },
    "clocks": {
        "arrival": {
            "zh": "到场", "en": "Arrival", "starts": ["opened"], "stops": ["state:alongside"],
            "limits": [{"amount": 20, "unit": "minute", "source": "试行目标"}],
        },
        "weighing": {
            "zh": "称重", "en": "Weighing", "starts": ["fact:UnitArrived"],
            "stops": ["fact:CollectionWeighed"],
            "limits": [{"amount": 2, "unit": "hour", "source": "试行目标"}],
        },
    },
}  # fmt: skip
QUAY = Actor("person/quay", frozenset({"quay_operator"}), ("",), ("unit/boat-1",))


@pytest.fixture(autouse=True)
def pickup(town: Town) -> None:
    """The pick-up is mounted too."""
    town.loader.lifecycles.add(read_lifecycle(PICKUP, "pickup"))


def opening(case_id: str = "c1", lifecycle: str = "pickup", **more: object) -> OpenCase:
    values = {"category": "oil", "title": "含油污水", "region_code": "331002001001", "reporter": "person/ann"}
    return OpenCase(case_id=case_id, lifecycle=lifecycle, **{**values, **more})  # type: ignore[arg-type]


async def refused(town: Town, by: Actor, command: Command) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await town.do(by, command)
    return caught.value


async def test_a_clock_counts_by_the_evidence_and_keeps_when_it_was_noticed(town: Town) -> None:
    """The boat came alongside at 09:12 by its own device; the network told it at 09:40. It was in time."""
    reported = local("2026-06-01 08:58")
    await town.at("2026-06-01 09:00").do(FLOW, opening(happened_at=reported))
    await town.do(FLOW, TakeNotice(case_id="c1", kind="JobAccepted", fact_id="case/c1@4", assignee="unit/boat-1"))
    town.at("2026-06-01 09:40")
    arrived = TakeNotice(
        case_id="c1", kind="UnitArrived", fact_id="case/c1@9", happened_at=local("2026-06-01 09:12"),
        on_behalf_of="unit/boat-1",
    )  # fmt: skip
    assert await town.do(FLOW, arrived) == ["CaseMoved", "ClockStopped", "ClockStarted"]
    clock = await town.clock_of("c1", "arrival")
    assert (clock.counted_s, clock.remaining_s, clock.breached) == (14 * 60, 6 * 60, False)
    assert clock.stopped_at == local("2026-06-01 09:12")
    assert clock.noticed_at == local("2026-06-01 09:40")
    assert clock.evidence == "case/c1@9"
    assert (await town.clock_of("c1", "weighing")).started_at == local("2026-06-01 09:12")
    weighed = TakeNotice(case_id="c1", kind="CollectionWeighed", fact_id="case/c1@12")
    assert await town.do(FLOW, weighed) == ["ClockStopped", "CaseDueChanged"]
    same = await refused(town, QUAY, MoveCase(case_id="c1", move="finish"))  # the boat's own operator
    assert same.code == "same_hand"


async def test_only_the_platform_says_when_something_happened(town: Town) -> None:
    """Nobody gains time by typing an earlier instant; and nothing happens tomorrow."""
    await town.do(FLOW, opening("c2", "complaint"))
    early = MoveCase(case_id="c2", move="ASSIGN", assignee="person/x", happened_at=town.clock.at)
    assert (await refused(town, DUTY, early)).code == "evidence_by_platform"
    tomorrow = opening(happened_at=town.clock.at + timedelta(days=1))
    assert (await refused(town, FLOW, tomorrow)).code == "instant_in_future"


async def test_an_open_case_goes_on_under_the_version_it_was_opened_with(town: Town) -> None:
    """A new version closes no way that the old one left open; new cases take the new one."""
    await town.do(FLOW, opening("old"))
    second = copy.deepcopy(PICKUP)
    second["version"] = 2
    second["moves"]["go"]["on_fact"] = ["JobConfirmed"]
    town.loader.lifecycles.add(read_lifecycle(second, "pickup"))
    await town.do(FLOW, opening("new"))
    for case_id, kinds in (("old", ["CaseMoved", "ClockPassed"]), ("new", [])):
        accepted = TakeNotice(case_id=case_id, kind="JobAccepted", fact_id="x@1", assignee="unit/boat-1")
        assert await town.do(FLOW, accepted) == kinds[:1]
    assert (await town.state("new")).lifecycle.version == 2


async def test_a_version_that_is_mounted_cannot_change_its_content() -> None:
    """What open cases run under is never altered beneath them."""
    lifecycles = Lifecycles([lifecycle_from("digit")])
    changed = msgspec.structs.replace(lifecycle_from("digit"), zh="别的")
    with pytest.raises(Refusal):
        lifecycles.add(changed)
    with pytest.raises(Refusal):
        lifecycles.get("complaint", 9)


async def test_a_whole_waits_for_its_parts(town: Town) -> None:
    """Split for two units; the whole is closed when both are, and a reopened part would hold it again."""
    await town.do(FLOW, opening())
    await town.do(FLOW, TakeNotice(case_id="c1", kind="JobAccepted", fact_id="x@1", assignee="unit/boat-2"))
    await town.do(FLOW, TakeNotice(case_id="c1", kind="UnitArrived", fact_id="x@2", on_behalf_of="unit/boat-2"))
    parts = (
        Part(case_id="p1", lifecycle="complaint", title="油污"),
        Part(case_id="p2", lifecycle="complaint", responsible_unit="unit/garden"),
    )
    assert (await refused(town, DUTY, SplitCase(case_id="c1", parts=parts[:1]))).code == "split_empty"
    kinds = await town.do(DUTY, SplitCase(case_id="c1", parts=parts))
    assert kinds == ["CaseSplit", "CaseOpened", "ClockStarted", "CaseOpened", "ClockStarted"]
    assert (await refused(town, DUTY, SplitCase(case_id="c1", parts=parts))).code == "case_exists"
    finish = MoveCase(case_id="c1", move="finish")
    waits = await refused(town, QUAY, finish)
    assert (waits.code, waits.params["count"]) == ("children_open", 2)
    for part in ("p1", "p2"):
        await town.do(DUTY, MoveCase(case_id=part, move="REJECT", note="x"))
    await town.do(ANN, MoveCase(case_id="p1", move="REOPEN", note="still there"))
    assert (await refused(town, QUAY, finish)).params["count"] == 1
    await town.do(DUTY, MoveCase(case_id="p1", move="REJECT", note="x"))
    await town.do(QUAY, finish)
    related = (await town.file("p2")).relations
    assert [(one.kind, one.other_id) for one in related] == [("part_of", "c1")]


async def test_a_bulk_move_answers_for_every_case(town: Town) -> None:
    """Those that can be moved are, those that cannot say why; none is forgotten."""
    await town.do(FLOW, *(opening(f"b{n}", "complaint") for n in range(4)))
    await town.do(DUTY, MoveCase(case_id="b2", move="REJECT", note="x"))
    answer = await move_each(
        town.store.submit, DUTY, ["b0", "b1", "b2", "b3", "b3", "none"], "ASSIGN", assignee="person/lme"
    )
    assert answer.done == ("b0", "b1", "b3")
    assert [(one.case_id, one.code) for one in answer.refused] == [
        ("b2", "move_impossible"),
        ("none", "not_found"),
    ]
    assert all(one.zh and one.en for one in answer.refused)


async def test_a_year_that_is_published_later_moves_what_was_provisional(town: Town) -> None:
    """The due was said to be provisional; when the notice comes it is reckoned anew, as a fact."""
    await town.at("2026-12-30 10:00").do(FLOW, opening("s1", "signal"))
    before = await town.clock_of("s1", "service_level")
    assert (before.provisional, before.due_at) == (True, local("2027-01-06 17:30"))
    assert await provisional_cases(town.store) == ("s1",)
    calendars: Any = town.loader.calendars
    office = calendars.calendars["office"]
    published = YearHolidays(
        "published", "测试", frozenset({local("2027-01-01 00:00").date().replace(year=2027, month=1, day=1)})
    )
    years = HolidayTable({**office.holidays.years, 2027: published})
    calendars.calendars["office"] = msgspec.structs.replace(office, holidays=years)
    administrator = Actor("person/admin", frozenset({"administrator"}), ("",))
    kinds = await town.do(administrator, ReckonClocks(case_id="s1", reason="2027 年通知已公布"))
    assert kinds == ["ClockReckoned", "CaseDueChanged"]
    after = await town.clock_of("s1", "service_level")
    assert (after.provisional, after.due_at) == (False, local("2027-01-07 17:30"))
    assert await provisional_cases(town.store) == ()
    assert await town.do(administrator, ReckonClocks(case_id="s1", reason="again")) == []


async def test_small_things_are_facts_too_and_nothing_is_said_twice(town: Town) -> None:
    """Notes, values, urgency, holders, reports: each once."""
    await town.do(FLOW, opening("c2", "complaint"))
    assert await town.do(DUTY, NoteOnCase(case_id="c2", text="called back")) == ["CaseNoted"]
    assert await town.do(DUTY, RecordValues(case_id="c2", values={"depth_cm": 7})) == ["ValuesRecorded"]
    assert await town.do(DUTY, RecordValues(case_id="c2", values={"depth_cm": 7})) == []
    assert await town.do(DUTY, SetPriority(case_id="c2", priority=2, reason="school")) == ["PriorityChanged"]
    assert await town.do(DUTY, SetPriority(case_id="c2", priority=2, reason="school")) == []
    assert await town.do(DUTY, AssignCase(case_id="c2", responsible_unit="unit/a")) == ["CaseAssigned"]
    assert await town.do(DUTY, AssignCase(case_id="c2", responsible_unit="unit/a")) == []
    assert await town.do(DUTY, LinkReport(case_id="c2", report_id="r7")) == ["ReportLinked"]
    assert await cases_of_report(town.store, "r7") == ("c2",)
    state = await town.state("c2")
    assert (state.values, state.priority, state.responsible_unit) == ({"depth_cm": 7}, 2, "unit/a")
    assert (await refused(town, DUTY, opening("c2", "complaint"))).code == "case_exists"
    moved = MoveCase(case_id="c2", move="ASSIGN", assignee="person/lme", expected_state="RESOLVED")
    assert (await refused(town, DUTY, moved)).code == "case_moved_on"


async def test_a_case_is_seen_by_whoever_may_see_it(town: Town) -> None:
    """Its file opens to posts of the region and to those related to it, and shows each what he may do."""
    await town.do(FLOW, opening("c2", "complaint"))
    assert [one.move for one in (await town.file("c2", DUTY)).moves] == ["ASSIGN", "REJECT"]
    assert (await town.file("c2", ANN)).moves == ()
    for stranger in (
        Actor("person/bob", frozenset({"citizen"})),
        Actor("person/far", frozenset({"duty_officer"}), ("3303",)),
    ):
        with pytest.raises(Refusal) as caught:
            await town.file("c2", stranger)
        assert caught.value.code == "forbidden"


async def test_a_joined_case_cannot_be_an_original(town: Town) -> None:
    """Chains of duplicates are refused with the way to the true original."""
    await town.do(FLOW, *(opening(case_id, "complaint") for case_id in ("a", "b", "c")))
    await town.do(DUTY, JoinCases(case_id="a", original_id="b"))
    wrong = await refused(town, DUTY, JoinCases(case_id="c", original_id="a"))
    assert (wrong.code, wrong.params["original_id"]) == ("case_is_joined", "b")


async def test_names_are_not_confused_between_people(town: Town) -> None:
    """A checker of the region moves nothing that is not a checker's.

    A leader nothing that is an officer's.
    """
    await town.do(FLOW, opening("c2", "complaint"))
    for actor in (CHECKER, LEADER, SWEEPER):
        command = MoveCase(case_id="c2", move="ASSIGN", assignee="person/lme")
        assert (await refused(town, actor, command)).code == "move_not_yours"
    assert cases.moves_on_fact(lifecycle_from("digit"), "RESOLVED", "ReportRated") == ("RATE",)
