"""The seven stages of 数字城管, from data alone: walked, refused where it must be, clocked."""

from __future__ import annotations

import pytest

from tidehub.capabilities.cases import (
    AskApproval,
    AssignCase,
    DecideApproval,
    JoinCases,
    MoveCase,
    OpenCase,
    ResumeClock,
    TakeNotice,
    UndoJoin,
)
from tidehub.kernel.access import Actor
from tidehub.kernel.errors import Refusal
from tidehub.kernel.facts import Command

from .conftest import CHECKER, COMMAND, DUTY, ELSEWHERE, FLOW, GARDENER, LEADER, SWEEPER, Town, local


def opening(case_id: str = "c1", **more: object) -> OpenCase:
    values = {
        "lifecycle": "urban_management",
        "category": "3310020102",
        "title": "海门街道暴露垃圾",
        "region_code": "331002001",
        "report_ids": ("r1",),
        "reporter": "person/ann",
        "values": {"channel": "patrol"},
    }
    return OpenCase(case_id=case_id, **{**values, **more})  # type: ignore[arg-type]


def move(name: str, note: str = "", unit: str | None = None, **values: object) -> MoveCase:
    return MoveCase(case_id="c1", move=name, note=note, values=values, responsible_unit=unit)


async def to_handling(town: Town, unit: str = "unit/sanitation", **more: object) -> None:
    """Bring a case to the department at 10:00 on 1 June 2026, a Monday."""
    await town.at("2026-06-01 09:00").do(FLOW, opening(**more))
    await town.do(DUTY, move("take_in"))
    await town.at("2026-06-01 09:30").do(LEADER, move("file", filing_condition="A"))
    await town.at("2026-06-01 10:00").do(COMMAND, move("dispatch", unit=unit, handling_class="即办件"))


async def refused(town: Town, by: Actor, command: Command) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await town.do(by, command)
    return caught.value


async def test_a_case_walks_through_seven_stages_and_every_clock_is_read(town: Town) -> None:
    """Taken in, filed, dispatched, fixed, fed back, checked by another, closed by a third."""
    await to_handling(town)
    limit = await town.clock_of("c1", "department_limit")
    assert (limit.status, limit.owner, limit.due_at) == (
        "running",
        "unit/sanitation",
        local("2026-06-01 16:00"),
    )
    assert (await town.clock_of("c1", "filing_limit")).counted_s == 1800
    assert (await town.clock_of("c1", "dispatch_limit")).counted_s == 1800
    kinds = await town.at("2026-06-01 11:00").do(SWEEPER, move("fixed", result="已清运"))
    assert kinds == ["CaseMoved", "ClockStopped"]
    await town.do(COMMAND, move("pass_on"))
    await town.do(DUTY, move("issue_check"))
    await town.at("2026-06-01 11:30").do(CHECKER, move("checked"))
    kinds = await town.at("2026-06-01 12:00").do(LEADER, move("close"))
    assert kinds == ["CaseMoved", "ClockStopped", "CaseClosed"]
    file = await town.file("c1")
    assert (file.case.is_open, file.case.outcome, file.case.due_at) == (False, "done", None)
    counted = {clock.clock: clock.counted_s // 60 for clock in file.clocks}
    assert counted == {
        "filing_limit": 30, "dispatch_limit": 30, "department_limit": 60, "check_limit": 30, "whole": 180,
    }  # fmt: skip
    assert file.moves == ()
    assert [(one.kind, one.other_id) for one in file.relations] == [("report", "r1")]


async def test_who_handled_a_case_neither_checks_nor_closes_it(town: Town) -> None:
    """核查、结案须由他人办理: not the same person, and nobody of the same unit."""
    await to_handling(town)
    both = Actor("person/both", frozenset({"unit_staff", "checker", "shift_leader"}), ("331002",), ())
    await town.do(DUTY, AssignCase(case_id="c1", assignee="person/both"))
    await town.do(both, move("fixed", result="已清运"))
    await town.do(COMMAND, move("pass_on"))
    await town.do(DUTY, move("issue_check"))
    assert (await refused(town, both, move("checked"))).code == "same_hand"
    mate = Actor("person/mate", frozenset({"checker"}), ("331002",), ("unit/sanitation",))
    assert (await refused(town, mate, move("checked"))).code == "same_unit"
    await town.do(CHECKER, move("checked"))
    assert (await refused(town, both, move("close"))).code == "same_hand"
    await town.do(LEADER, move("close"))


async def test_the_platform_does_not_close_for_the_one_who_handled(town: Town) -> None:
    """A deed carried out by the platform's hand counts as the deed of the person behind it."""
    await to_handling(town)
    done = TakeNotice(
        case_id="c1", kind="JobCompleted", fact_id="case/c1@9", values={"result": "x"},
        on_behalf_of="person/checker",
    )  # fmt: skip
    assert await town.do(FLOW, done) == ["CaseMoved", "ClockStopped"]
    await town.do(COMMAND, move("pass_on"))
    await town.do(DUTY, move("issue_check"))
    assert (await refused(town, CHECKER, move("checked"))).code == "same_hand"


async def test_a_refused_move_says_what_is_possible_and_for_whom(town: Town) -> None:
    """Not a bare "forbidden": the way on, in both languages."""
    await town.do(FLOW, opening())
    wrong = await refused(town, LEADER, move("close"))
    assert wrong.code == "move_impossible"
    assert wrong.params["possible"] == ("ask_verification", "take_in", "self_done", "drop")
    assert "受理（值班员/派遣员）" in wrong.text("zh")
    assert "Take in (duty officer)" in wrong.text("en")
    other = await refused(town, LEADER, move("take_in"))
    assert (other.code, other.params["who_zh"]) == ("move_not_yours", "值班员/派遣员")
    assert (await refused(town, ELSEWHERE, move("take_in"))).code == "move_not_yours"
    assert (await refused(town, FLOW, move("take_in"))).code == "move_not_yours"


async def test_a_move_asks_for_what_it_needs(town: Town) -> None:
    """Values, notes, a unit, a condition: each missing thing is named."""
    await town.do(FLOW, opening(values={"channel": "hotline"}))
    assert (await refused(town, DUTY, move("take_in"))).code == "move_condition"  # 公众来电须先核实
    await town.do(DUTY, move("ask_verification"))
    assert (await refused(town, CHECKER, move("verified"))).field == "values.verification"
    await town.do(CHECKER, move("verified", verification="属实"))
    assert (await refused(town, LEADER, move("refuse"))).field == "note"
    await town.do(LEADER, move("file", filing_condition="A"))
    missing = await refused(town, COMMAND, move("dispatch", handling_class="即办件"))
    assert missing.field == "responsible_unit"
    assert (await refused(town, COMMAND, move("send_back"))).code == "move_impossible"


async def test_an_extension_moves_the_limit_once_and_only_before_it_is_over(town: Town) -> None:
    """延时: asked by the department, granted by the command centre, one time, before expiry."""
    await to_handling(town)
    ask = AskApproval(case_id="c1", approval_id="a1", approval="delay", reason="车辆故障", amount=2, unit="work_hour")
    assert (await refused(town, DUTY, ask)).code == "approval_not_yours"
    assert await town.do(SWEEPER, ask) == ["ApprovalAsked"]
    assert await town.do(SWEEPER, ask) == []  # asked twice is asked once
    mine = DecideApproval(case_id="c1", approval_id="a1", granted=True)
    assert (await refused(town, SWEEPER, mine)).code == "approval_not_yours"
    kinds = await town.do(COMMAND, mine)
    assert kinds == ["ApprovalDecided", "ClockExtended", "CaseDueChanged"]
    file = await town.file("c1")
    assert file.case.due_at == local("2026-06-02 09:00")
    again = AskApproval(case_id="c1", approval_id="a2", approval="delay", reason="再延", amount=1, unit="work_hour")
    assert (await refused(town, SWEEPER, again)).code == "approval_limit"


async def test_an_extension_is_not_asked_after_the_limit_nor_beyond_what_one_grant_may_give(
    town: Town,
) -> None:
    """Too late is too late; too much is too much."""
    await to_handling(town)
    much = AskApproval(case_id="c1", approval_id="a1", approval="delay", reason="x", amount=6, unit="work_day")
    await town.do(SWEEPER, much)
    grant = DecideApproval(case_id="c1", approval_id="a1", granted=True)
    assert (await refused(town, COMMAND, grant)).code == "approval_over_asked"
    less = DecideApproval(case_id="c1", approval_id="a1", granted=False, reason="不批")
    assert await town.do(COMMAND, less) == ["ApprovalDecided"]
    late = AskApproval(case_id="c1", approval_id="a2", approval="delay", reason="x", amount=1, unit="work_day")
    await town.fire("2026-06-01 17:00")
    assert (await refused(town, SWEEPER, late)).code == "approval_not_now"


async def test_a_hold_stands_the_clock_still_until_its_day(town: Town) -> None:
    """挂账.

    The clock stands from the grant to the day granted, then goes on by itself; nothing is lost or gained.
    """
    await to_handling(town)
    ask = AskApproval(
        case_id="c1", approval_id="h1", approval="hold", reason="等待审批", until=local("2026-06-03 10:00")
    )
    await town.at("2026-06-01 11:00").do(SWEEPER, ask)
    kinds = await town.do(COMMAND, DecideApproval(case_id="c1", approval_id="h1", granted=True))
    assert kinds == ["ApprovalDecided", "CaseMoved", "ClockPaused", "ClockPaused"]
    clock = await town.clock_of("c1", "department_limit")
    assert (clock.status, clock.counted_s, clock.due_at) == ("paused", 3600, None)
    kinds = await town.fire("2026-06-03 10:30")
    assert kinds == ["ClockResumed", "CaseMoved", "ClockResumed"]
    clock = await town.clock_of("c1", "department_limit")
    assert (clock.status, clock.counted_s, clock.due_at) == ("running", 5400, local("2026-06-03 15:00"))
    assert (await town.state("c1")).state == "handling"
    assert any(row.why == "paused:state+hold/h1" for row in clock.explanation)


async def test_a_hold_can_end_before_its_day(town: Town) -> None:
    """挂账恢复 by the one who decides; the timer that was set finds nothing to do."""
    await to_handling(town)
    ask = AskApproval(case_id="c1", approval_id="h1", approval="hold", reason="x", until=local("2026-06-03 10:00"))
    await town.do(SWEEPER, ask)
    await town.do(COMMAND, DecideApproval(case_id="c1", approval_id="h1", granted=True))
    end = ResumeClock(case_id="c1", approval_id="h1", reason="条件具备")
    assert (await refused(town, GARDENER, end)).code == "approval_not_yours"
    await town.at("2026-06-01 16:00").do(COMMAND, end)
    assert (await town.clock_of("c1", "department_limit")).status == "running"
    assert await town.do(COMMAND, end) == []


async def test_a_return_is_limited_keeps_the_clock_running_and_needs_a_basis(town: Town) -> None:
    """退单: evidence is required, the clock of the first department goes on, and the third try is refused."""
    await to_handling(town)
    ask = AskApproval(case_id="c1", approval_id="b1", approval="send_back", reason="不属我单位")
    assert (await refused(town, SWEEPER, ask)).field == "values.basis"
    ask = AskApproval(case_id="c1", approval_id="b1", approval="send_back", reason="x", values={"basis": "三定"})
    await town.do(SWEEPER, ask)
    assert (await town.clock_of("c1", "department_limit")).status == "running"
    kinds = await town.at("2026-06-01 11:00").do(COMMAND, DecideApproval(case_id="c1", approval_id="b1", granted=True))
    assert kinds == ["ApprovalDecided", "CaseMoved", "ClockStarted", "ClockPassed"]
    await town.at("2026-06-01 11:30").do(COMMAND, move("dispatch", unit="unit/garden", handling_class="即办件"))
    clock = await town.clock_of("c1", "department_limit")
    assert (clock.run, clock.counted_s, clock.owner) == (1, 5400, "unit/garden")
    assert (await town.file("c1")).case.due_at == local("2026-06-01 16:00")
    assert [row.owner for row in clock.explanation] == ["unit/sanitation", "responsible_unit"]
    for number in (2, 3):
        again = AskApproval(
            case_id="c1", approval_id=f"b{number}", approval="send_back", reason="x", values={"basis": "y"}
        )
        if number == 3:
            assert (await refused(town, GARDENER, again)).code == "approval_limit"
            continue
        await town.do(GARDENER, again)
        await town.do(COMMAND, DecideApproval(case_id="c1", approval_id="b2", granted=False, reason="强制派遣"))


async def test_rework_starts_a_further_run_of_the_department_clock(town: Town) -> None:
    """返工: the second run has a limit of its own, the first one keeps its figures."""
    await to_handling(town)
    await town.at("2026-06-01 11:00").do(SWEEPER, move("fixed", result="x"))
    await town.do(COMMAND, move("pass_on"))
    await town.do(DUTY, move("issue_check"))
    await town.at("2026-06-01 14:30").do(CHECKER, move("rework", note="仍有垃圾"))
    runs = [clock for clock in (await town.file("c1")).clocks if clock.clock == "department_limit"]
    assert [(run.run, run.status, run.due_at) for run in runs] == [
        (1, "stopped", None),
        (2, "running", local("2026-06-02 09:30")),
    ]


async def test_warning_and_breach_come_by_themselves(town: Town) -> None:
    """At 80 % a warning, at 100 % the breach, each once; the board sees the light."""
    await to_handling(town)
    assert await town.fire("2026-06-01 15:11") == []
    assert await town.fire("2026-06-01 15:12") == ["ClockWarned"]
    assert (await town.clock_of("c1", "department_limit")).light == "yellow"
    assert await town.fire("2026-06-01 16:01") == ["ClockBreached"]
    clock = await town.clock_of("c1", "department_limit")
    assert (clock.light, clock.breached, clock.remaining_s) == ("red", True, -60)
    assert await town.fire("2026-06-05 12:00") == []
    stopped = await town.facts(SWEEPER, move("fixed", result="x"))
    assert stopped[1].fact.over_us > 0  # type: ignore[attr-defined]


async def test_limits_depend_on_category_values_and_the_calendar_of_the_unit(town: Town) -> None:
    """紧急工作时 runs through the night.

    A value of the category register counts; the garden's days are shorter.
    """
    await town.do(FLOW, opening("x1", category="3310020401"), opening("x2", category="3310020106"))
    await town.do(
        FLOW,
        opening(
            "x3",
            category="3310020106",
            values={"channel": "patrol", "limit": {"amount": 6, "unit": "work_hour"}},
        ),
    )
    dues = []
    for case_id, unit in (("x1", "unit/sanitation"), ("x2", "unit/garden"), ("x3", "unit/garden")):
        town.at("2026-06-01 23:00")
        await town.do(DUTY, MoveCase(case_id=case_id, move="take_in"))
        await town.do(LEADER, MoveCase(case_id=case_id, move="file", values={"filing_condition": "A"}))
        dispatch = MoveCase(
            case_id=case_id, move="dispatch", responsible_unit=unit, values={"handling_class": "承诺件"}
        )
        await town.do(COMMAND, dispatch)
        dues.append((await town.clock_of(case_id, "department_limit")).due_at)
    assert dues == [local("2026-06-02 01:00"), local("2026-06-08 12:00"), local("2026-06-03 12:00")]


async def test_a_case_is_voided_only_with_the_leaders_approval(town: Town) -> None:
    """作废: nobody makes the move by hand; the approval makes it."""
    await to_handling(town)
    assert (await refused(town, LEADER, move("drop", note="x"))).code == "move_not_yours"
    ask = AskApproval(case_id="c1", approval_id="v1", approval="void", reason="重复立案")
    await town.do(DUTY, ask)
    kinds = await town.do(LEADER, DecideApproval(case_id="c1", approval_id="v1", granted=True))
    assert kinds[:2] == ["ApprovalDecided", "CaseMoved"]
    assert kinds[-1] == "CaseClosed"
    assert (await town.file("c1")).case.outcome == "void"
    gone = DecideApproval(case_id="c1", approval_id="v1", granted=True)
    assert (await refused(town, LEADER, gone)).code == "approval_not_open"


async def test_a_duplicate_is_joined_and_let_go_again(town: Town) -> None:
    """Joining closes it and stands its clocks still; undoing brings back state, clocks and due."""
    await to_handling(town)
    await town.do(FLOW, opening("orig", report_ids=("r0",)))
    due = (await town.file("c1")).case.due_at
    assert (await refused(town, DUTY, JoinCases(case_id="c1", original_id="c1"))).code == "join_impossible"
    kinds = await town.at("2026-06-01 10:30").do(DUTY, JoinCases(case_id="c1", original_id="orig"))
    assert kinds[0] == "CaseJoined"
    assert kinds[-3:] == ["CaseClosed", "CaseDueChanged", "DuplicateTaken"]
    wrong = await refused(town, SWEEPER, move("fixed", result="x"))
    assert (wrong.code, wrong.params["original_id"]) == ("case_is_joined", "orig")
    related = (await town.file("orig")).relations
    assert [(one.kind, one.other_id, one.outgoing) for one in related] == [
        ("duplicate_of", "c1", False), ("report", "r0", True),
    ]  # fmt: skip
    await town.at("2026-06-01 11:30").do(DUTY, UndoJoin(case_id="c1", reason="不是同一处"))
    file = await town.file("c1")
    assert file.case.is_open
    assert file.case.due_at is not None and due is not None
    assert file.case.due_at - due == local("2026-06-01 11:30") - local("2026-06-01 10:30")
    assert (await town.file("orig")).relations[0].kind == "report"
