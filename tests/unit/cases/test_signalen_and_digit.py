"""Two lifecycles of other houses, from data alone: Signalen's 18 statuses and DIGIT's complaints."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tidehub.capabilities.cases import MoveCase, OpenCase, TakeNotice, moves_on_fact
from tidehub.kernel.access import Actor
from tidehub.kernel.errors import Refusal
from tidehub.kernel.facts import Command

from .conftest import ANN, DUTY, FLOW, SWEEPER, Town, lifecycle_from, local

LME = Actor("person/lme", frozenset({"unit_staff"}), ("331002",), ())


def opening(lifecycle: str, **more: object) -> OpenCase:
    values = {
        "case_id": "c1", "lifecycle": lifecycle, "category": "pothole", "title": "路面坑洞",
        "region_code": "331002001", "reporter": "person/ann",
    }  # fmt: skip
    return OpenCase(**{**values, **more})  # type: ignore[arg-type]


def move(name: str, note: str = "", assignee: str | None = None, **values: object) -> MoveCase:
    return MoveCase(case_id="c1", move=name, note=note, values=values, assignee=assignee)


async def refused(town: Town, by: Actor, command: Command) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await town.do(by, command)
    return caught.value


# -- Signalen ----------------------------------------------------------------------------------------------


def test_signalen_has_its_eighteen_statuses_and_no_way_out_of_split() -> None:
    """The table of transitions is data; a status that ends stays ended."""
    lifecycle = lifecycle_from("signalen")
    assert len(lifecycle.states) == 18
    assert lifecycle.moves_from("split") == ()
    assert lifecycle.moves_from("to_send") == ("send", "fail")
    assert lifecycle.moves_from("sent") == ("done_there",)
    assert moves_on_fact(lifecycle, "to_send", "MessageFailed") == ("fail",)
    assert moves_on_fact(lifecycle, "handling", "MessageFailed") == ()


async def test_a_signal_goes_out_fails_is_sent_again_and_comes_back(town: Town) -> None:
    """The way to an external system, moved by facts of the messages alone."""
    await town.do(FLOW, opening("signal"))
    await town.do(SWEEPER, move("queue"))
    assert (await refused(town, SWEEPER, move("send"))).code == "move_not_yours"
    failed = TakeNotice(case_id="c1", kind="MessageFailed", fact_id="message/1@2")
    assert await town.do(FLOW, failed) == ["CaseMoved"]
    assert await town.do(FLOW, failed) == []  # means nothing in this state
    assert (await town.state("c1")).state == "send_failed"
    await town.do(SWEEPER, move("queue"))
    await town.do(FLOW, TakeNotice(case_id="c1", kind="MessageDelivered", fact_id="message/2@2"))
    assert (await refused(town, SWEEPER, move("finish", "x"))).code == "move_impossible"
    await town.do(FLOW, TakeNotice(case_id="c1", kind="EventReceived", fact_id="event/1@1"))
    kinds = await town.do(SWEEPER, move("finish", "done by the contractor"))
    assert kinds == ["CaseMoved", "ClockStopped", "CaseClosed"]


async def test_a_reaction_that_does_not_come_lets_the_handling_go_on(town: Town) -> None:
    """The reaction clock runs five days; at its end the platform makes the move it names."""
    await town.do(FLOW, opening("signal"))
    await town.do(SWEEPER, move("ask", "which lamp post?"))
    assert (await town.clock_of("c1", "reaction")).owner == "person/ann"
    assert (await refused(town, Actor("person/bob", frozenset({"citizen"})), move("answer"))).code == "move_not_yours"
    kinds = await town.fire("2026-06-06 10:00")
    assert kinds == ["ClockBreached", "CaseMoved", "ClockStopped"]
    assert (await town.state("c1")).state == "handling"
    await town.do(SWEEPER, move("ask", "again?"))
    assert "CaseMoved" in await town.do(ANN, move("answer"))


async def test_a_service_level_is_work_days_or_calendar_days_and_knows_three_times_over(town: Town) -> None:
    """Unlike in the original, public holidays count as such; three times the limit is a signal of its own."""
    await town.at("2026-06-17 10:00").do(FLOW, opening("signal"))
    await town.do(FLOW, opening("signal", case_id="c2", values={"slo": {"amount": 2, "unit": "day"}}))
    assert (await town.clock_of("c1", "service_level")).due_at == local("2026-06-25 17:30")  # 19 June is a holiday
    assert (await town.clock_of("c2", "service_level")).due_at == local("2026-06-19 10:00")
    assert await town.fire("2026-06-19 10:00") == ["ClockBreached"]
    assert await town.fire("2026-06-23 10:00") == ["ClockEscalated"]


async def test_a_reopening_is_asked_within_fourteen_days_by_the_reporter(town: Town) -> None:
    """Requested by who reported, granted by the officer; it starts the service level anew."""
    await town.do(FLOW, opening("signal"))
    await town.do(SWEEPER, move("finish", "fixed"))
    assert (await refused(town, SWEEPER, move("ask_reopen", "no"))).code == "move_not_yours"
    town.at("2026-06-15 08:59")
    assert await town.do(ANN, move("ask_reopen", "not fixed")) == ["CaseMoved", "CaseReopened"]
    assert await town.do(DUTY, move("reopen")) == ["CaseMoved", "ClockStarted"]
    assert (await town.clock_of("c1", "service_level")).run == 2
    assert (await town.file("c1")).case.reopened == 1


# -- DIGIT -------------------------------------------------------------------------------------------------


async def test_a_complaint_is_assigned_resolved_and_rated(town: Town) -> None:
    """PENDINGFORASSIGNMENT, PENDINGATLME, RESOLVED, CLOSEDAFTERRESOLUTION; only the assignee resolves."""
    await town.do(FLOW, opening("complaint"))
    assert (await refused(town, DUTY, move("ASSIGN"))).field == "assignee"
    await town.do(DUTY, move("ASSIGN", assignee="person/lme"))
    assert (await refused(town, DUTY, move("RESOLVE", "x"))).code == "move_not_yours"
    kinds = await town.do(LME, move("RESOLVE", "filled"))
    assert kinds == ["CaseMoved", "ClockStopped", "ClockStopped", "CaseClosed"]
    rated = TakeNotice(case_id="c1", kind="ReportRated", fact_id="report/r1@3", values={"rating": 5})
    assert await town.do(FLOW, rated) == ["CaseMoved"]
    assert (await town.state("c1")).state == "CLOSEDAFTERRESOLUTION"


async def test_a_complaint_may_be_reopened_for_72_hours_and_not_a_second_longer(town: Town) -> None:
    """The window is kept by the server, and only the reporter or the routing officer may."""
    await town.do(FLOW, opening("complaint"))
    await town.do(DUTY, move("REJECT", "not ours"))
    closed = town.clock.at
    stranger = Actor("person/stranger", frozenset({"citizen"}))
    assert (await refused(town, stranger, move("REOPEN", "no"))).code == "move_not_yours"
    town.clock.at = closed + timedelta(hours=72, seconds=1)
    late = await refused(town, ANN, move("REOPEN", "it is"))
    assert (late.code, late.params["until"]) == ("window_over", "2026-06-04T01:00:00Z")
    town.clock.at = closed + timedelta(hours=72)
    assert (await refused(town, ANN, move("REOPEN"))).field == "note"
    assert await town.do(ANN, move("REOPEN", "it is")) == ["CaseMoved", "ClockStarted", "CaseReopened"]


async def test_what_nobody_attends_to_escalates_by_levels(town: Town) -> None:
    """A warning at half an hour, then 1 h, 4 h with a move to the supervisor, 24 h.

    The fallback of five days.
    """
    await town.do(FLOW, opening("complaint"))
    await town.do(DUTY, move("ASSIGN", assignee="person/lme"))
    assert await town.fire("2026-06-01 09:30") == ["ClockWarned"]
    assert await town.fire("2026-06-01 10:00") == ["ClockBreached"]
    assert (await town.clock_of("c1", "attention")).level == 1
    assert await town.fire("2026-06-01 13:00") == ["ClockEscalated", "CaseMoved"]
    assert (await town.state("c1")).state == "PENDINGATSUPERVISOR"
    assert await town.fire("2026-06-02 09:00") == ["ClockEscalated"]
    assert (await town.clock_of("c1", "attention")).level == 3
    assert await town.fire("2026-06-06 09:00") == ["ClockBreached"]
    assert (await town.clock_of("c1", "resolution")).breached
    assert (await town.file("c1")).case.breaches == 2
    await town.do(LME, move("RESOLVE", "late but done"))


async def test_a_platform_that_slept_gives_every_signal_it_missed_once(town: Town) -> None:
    """After a night without power the timer fires late: all levels come, in order, in one decision."""
    await town.do(FLOW, opening("complaint"))
    await town.do(DUTY, move("ASSIGN", assignee="person/lme"))
    row = await town.store.fetch_one(_timer("attention"))
    town.at("2026-06-02 12:00")
    due = _due(row)
    commands = tuple(town.registry.on_timer[due.kind](due))
    assert await town.do(FLOW, *commands) == [
        "ClockWarned", "ClockBreached", "ClockEscalated", "CaseMoved", "ClockEscalated",
    ]  # fmt: skip
    assert await town.do(FLOW, *commands) == []


def _timer(clock: str):  # type: ignore[no-untyped-def]
    from tidehub.hub.statement import sql

    return sql(f"SELECT key, kind, stream, due_us, payload FROM timer WHERE key LIKE '%/{clock}'")


def _due(row):  # type: ignore[no-untyped-def]
    from tidehub.hub.registry import DueTimer
    from tidehub.kernel.instants import from_us

    return DueTimer(row["key"], row["kind"], row["stream"], from_us(row["due_us"]), row["payload"])
