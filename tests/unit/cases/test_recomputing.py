"""Whatever is asked in whatever order: the rows equal the facts, and no clock ever lies."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from tidehub.capabilities import cases
from tidehub.capabilities.cases import (
    AskApproval,
    AssignCase,
    DecideApproval,
    JoinCases,
    MoveCase,
    NoteOnCase,
    OpenCase,
    ResumeClock,
    TakeNotice,
    UndoJoin,
)
from tidehub.capabilities.cases.project import project
from tidehub.hub.statement import sql
from tidehub.kernel.access import Actor
from tidehub.kernel.errors import Refusal
from tidehub.kernel.facts import Command

from .conftest import ANN, CHECKER, COMMAND, DUTY, FLOW, LEADER, SWEEPER, Town, lifecycle_from

LME = Actor("person/lme", frozenset({"unit_staff"}), ("331002",))
ACTORS = (FLOW, ANN, CHECKER, COMMAND, DUTY, LEADER, SWEEPER, LME)
IDS = [f"k{number}" for number in range(12)]
LIFECYCLES = [lifecycle_from(name) for name in ("gbt30428", "signalen", "digit")]


def a_command(chance: random.Random, town: Town, case_id: str, state: str, number: int) -> Command:
    """Any command at all; most are refused, as they would be by people who press every button."""
    lifecycle = LIFECYCLES[IDS.index(case_id) % 3]
    approval_id = f"ap{chance.randint(0, 6)}"
    values: dict[str, Any] = {
        "result": "x", "filing_condition": "A", "handling_class": "即办件", "verification": "y", "basis": "z",
        "planned_on": "2026-06-03", "external_mail": "m", "rating": 3,
    }  # fmt: skip
    roll = chance.random()
    if roll < 0.55:
        name = chance.choice(chance.choice([lifecycle.moves_from(state), tuple(lifecycle.moves)]) or ("none",))
        gives = lifecycle.moves[name].assigns if name in lifecycle.moves else ()
        return MoveCase(
            case_id=case_id,
            move=name,
            note=chance.choice(["", "because"]),
            values=values,
            responsible_unit="unit/sanitation" if "responsible_unit" in gives else None,
            assignee="person/lme" if "assignee" in gives else None,
        )
    if roll < 0.65:
        return AskApproval(
            case_id=case_id,
            approval_id=approval_id,
            approval=chance.choice(["delay", "hold", "send_back", "void"]),
            reason="r",
            values=values,
            amount=chance.choice([1, 3]),
            unit=chance.choice(["work_hour", "work_day"]),
            until=town.clock.at + timedelta(hours=chance.randint(1, 60)),
        )
    if roll < 0.75:
        return DecideApproval(case_id=case_id, approval_id=approval_id, granted=chance.random() < 0.7)
    if roll < 0.8:
        return TakeNotice(
            case_id=case_id,
            kind=chance.choice(["JobCompleted", "MessageDelivered", "EventReceived", "ReportRated"]),
            fact_id=f"x@{number}",
            happened_at=town.clock.at - timedelta(minutes=chance.randint(0, 600)),
            values=values,
        )
    if roll < 0.85:
        return JoinCases(case_id=case_id, original_id=chance.choice(IDS))
    if roll < 0.9:
        return UndoJoin(case_id=case_id, reason="r")
    if roll < 0.93:
        return ResumeClock(case_id=case_id, approval_id=approval_id)
    if roll < 0.97:
        return AssignCase(case_id=case_id, responsible_unit=chance.choice(["unit/garden", "unit/sanitation", ""]))
    return NoteOnCase(case_id=case_id, text="n")


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_rows_recomputed_from_zero_equal_the_live_rows_and_clocks_never_lie(town: Town, seed: int) -> None:
    """Any commands by whoever may, in any order, timers between them."""
    chance = random.Random(seed)
    for number, case_id in enumerate(IDS):
        opening = OpenCase(
            case_id=case_id,
            lifecycle=LIFECYCLES[number % 3].lifecycle,
            category="3310020102",
            title="t",
            region_code="331002001",
            reporter="person/ann",
            report_ids=(f"r{number}",),
            parent_id="k0" if number == 3 else None,
            values={"channel": "patrol"},
        )
        await town.do(FLOW, opening)
    done = 0
    for number in range(250):
        case_id = chance.choice(IDS)
        command = a_command(chance, town, case_id, (await town.state(case_id)).state, number)
        for actor in chance.sample(ACTORS, len(ACTORS)):
            try:
                done += bool(await town.do(actor, command))
                break
            except Refusal:
                continue
        if chance.random() < 0.3:
            town.clock.at += timedelta(minutes=chance.choice([1, 20, 90, 600]))
            await town.fire()
    assert done > 40
    await clocks_are_true(town)
    live = await town.rows()
    log = await town.log()
    assert {recorded.kind for recorded in log} >= {
        "CaseMoved",
        "ClockStarted",
        "ClockStopped",
        "ApprovalAsked",
    }

    async def recompute(tx: Any) -> None:
        for table in cases.TABLES:
            await tx.execute(sql(f"DELETE FROM {table.name}"))
        for recorded in log:
            for write in project(recorded):
                tx.write(write)

    await town.store.write(recompute)
    assert await town.rows() == live


async def clocks_are_true(town: Town) -> None:
    """The ledger explains every second.

    What the facts carried is what it gives again; timers are those of the dues.
    """
    timers = {row["key"]: row["due_us"] for row in await town.store.fetch(sql("SELECT key, due_us FROM timer"))}
    for case_id in IDS:
        file = await town.file(case_id, Actor("person/audit", frozenset({"auditor"}), ("",)))
        dues = []
        for clock in file.clocks:
            assert clock.counted_s >= 0
            assert abs(sum(row.counted_us for row in clock.explanation) // 1_000_000 - clock.counted_s) == 0
            if clock.status == "running" and clock.due_at is not None:
                dues.append(clock.due_at)
                if clock.due_at > town.clock.at:
                    assert f"case/{case_id}/clock/{clock.clock}" in timers
            if clock.status != "running":
                assert clock.due_at is None
        assert file.case.due_at == min(dues, default=None)
    stored = await town.store.fetch(
        sql("SELECT case_id, clock, run, status, counted_us, total_us, over_us FROM cases_clock")
    )
    for row in stored:
        if row["status"] == "stopped":
            run = next(
                run
                for run in (await town.state(row["case_id"])).clocks
                if (run.clock, run.run) == (row["clock"], row["run"])
            )
            assert run.standing.total_us == row["total_us"]
