"""Buttons pressed at random: the tables equal what the facts give, and no boat is given twice."""

from __future__ import annotations

import random
from typing import Any

from tidehub.capabilities.dispatch import (
    HoldUnit,
    ReleaseUnit,
    WithdrawJob,
    find_job,
    list_jobs,
)
from tidehub.capabilities.field import (
    AbortJob,
    AcceptJob,
    CompleteJob,
    DeclineJob,
    LandedLine,
    LandLoad,
    RecordCollection,
    RefuseContent,
    SetOut,
)
from tidehub.flows.call_out_a_crew import job_id_of
from tidehub.hub.log import read_after
from tidehub.hub.statement import sql
from tidehub.kernel.access import Scope
from tidehub.kernel.errors import Refusal
from tidehub.kernel.facts import Command
from tidehub.kernel.quantities import Quantity

from .town import CREWS, DUTY, Town, open_town, with_service

CASES = [f"C{number}" for number in range(30)]
UNITS = ("k1", "k2", "k3")


async def rows_of(store: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of both capabilities."""
    found = {}
    for capability in store.registry.capabilities:
        if capability.name in ("dispatch", "field"):
            for table in capability.tables:
                names = [column.name for column in table.columns]
                quoted = ", ".join(f'"{name}"' for name in names)
                rows = await store.fetch(sql(f"SELECT {quoted} FROM {table.name}"))
                found[table.name] = sorted((tuple(row[name] for name in names) for row in rows), key=repr)
    return found


async def recompute(store: Any) -> None:
    """Empty the tables and apply every fact anew."""
    facts = await read_after(store, 0, 100_000, store.registry.read_fact)

    async def again(tx: Any) -> None:
        for capability in store.registry.capabilities:
            if capability.name in ("dispatch", "field"):
                for table in capability.tables:
                    await tx.execute(sql(f"DELETE FROM {table.name}"))
        for recorded in facts:
            for project in store.registry.projections[recorded.kind]:
                if project.__module__.split(".")[2] in ("dispatch", "field"):
                    for write in project(recorded):
                        tx.write(write)
        await tx.flush()

    await store.write(again)


def pressed(chance: random.Random, case_id: str, unit_id: str) -> tuple[Command, Any]:
    """Any button that anyone may press."""
    held = chance.random() < 0.2
    whose = {"case_id": case_id, "job_id": job_id_of(case_id, "pickup"), "unit_id": unit_id}
    crew = CREWS[unit_id]
    quantity = Quantity(chance.choice([1000, 50_000]), "ml", "weighed")
    buttons: list[tuple[Command, Any]] = [
        (AcceptJob(**whose), crew),
        (AcceptJob(**whose), crew),
        (AcceptJob(**whose), crew),
        (DeclineJob(**whose, reason="engine"), crew),
        (SetOut(**whose), crew),
        (RecordCollection(**whose, line_id="1", kind="oily_water", quantity=quantity), crew),
        (
            RecordCollection(**whose, line_id="1", kind="oily_water", quantity=quantity, corrects=1, reason="misread"),
            crew,
        ),
        (RefuseContent(**whose, line_id="2", kind="oily_water", reason="mixed"), crew),
        (CompleteJob(**whose), crew),
        (CompleteJob(**whose, partial=True, reason="dark"), crew),
        (AbortJob(**whose, reason=chance.choice(["breakdown", "weather"])), crew),
        (WithdrawJob(case_id=case_id, job_id=whose["job_id"], reason="r"), DUTY),
        (HoldUnit(unit_id=unit_id, reason="drill") if held else ReleaseUnit(unit_id=unit_id), DUTY),
        (ReleaseUnit(unit_id=unit_id), DUTY),
        (
            LandLoad(
                landing_id=f"L{chance.randint(0, 9)}",
                unit_id=unit_id,
                place_id="Q1",
                lines=(LandedLine("oily", "oily_water", quantity, emptied=chance.random() < 0.5),),
            ),
            DUTY,
        ),
    ]
    return chance.choice(buttons)


async def test_the_tables_equal_what_the_facts_give_and_no_boat_is_given_twice(open_store: Any) -> None:
    """Three boats, thirty cases, many buttons; recomputed it is the same."""
    policy = with_service(offer={"timeout_s": 60, "at_most": 3, "queue_when_busy": True})
    town = await open_town(open_store, policy)
    chance = random.Random(20260601)
    done = opened = 0
    for press in range(300):
        if press % 10 == 0:
            await town.open_case(CASES[opened])
            opened += 1
        case_id, unit_id = chance.choice(CASES[:opened]), chance.choice(UNITS)
        at_work = await list_jobs(town.store, Scope(("",)), states=("offered", "accepted"))
        if at_work and chance.random() < 0.8:
            job = chance.choice(at_work).job
            case_id, unit_id = job.case_id, job.unit_id or unit_id
        command, by = pressed(chance, case_id, unit_id)
        try:
            done += len(await town.say(command, by))
        except Refusal:
            continue
        await town.run()
        if chance.random() < 0.2:
            town.clock.advance(seconds=chance.choice([10, 70, 130]))
            for place, unit_id in enumerate(UNITS, 1):
                town.heard(unit_id, 1000 * place)
            await town.fire_due()
        await no_boat_twice(town)
    assert done > 40
    before = await rows_of(town.store)
    assert before["dispatch_job"]
    assert before["field_measure"]
    await recompute(town.store)
    assert await rows_of(town.store) == before


async def no_boat_twice(town: Town) -> None:
    """Whoever has a job in the unit's row has it in the job's row, and nobody else does."""
    jobs = [found.job for case_id in CASES if (found := await find_job(town.store, job_id_of(case_id, "pickup")))]
    for row in await town.store.fetch(
        sql("SELECT unit_id, pending_job_id, current_job_id, queued_job_id FROM dispatch_unit")
    ):
        offered = {job.job_id for job in jobs if job.unit_id == row["unit_id"] and job.state == "offered"}
        accepted = {job.job_id for job in jobs if job.unit_id == row["unit_id"] and job.state == "accepted"}
        assert offered == {row["pending_job_id"]} - {None}
        assert accepted == {row["current_job_id"], row["queued_job_id"]} - {None}
