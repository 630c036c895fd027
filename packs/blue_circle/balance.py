"""Mass balance after each step (物质平衡): job, trip, run. A difference beyond its tolerance opens a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from packs.blue_circle.custody import Amount, OpenDiscrepancy, RecordRun, RunRecorded, landing_of, stock_of
from packs.blue_circle.kinds import KINDS
from tidehub.sdk import (
    Command,
    JobSheet,
    LoadLanded,
    Quantity,
    Recorded,
    derived_id,
    find_case,
    job_sheet,
    mass_g,
    quantity_of,
)


def declared_g(values: dict[str, Any]) -> dict[str, int]:
    """Grams declared by kind, volumes by the density of their kind; pieces weigh nothing that is known."""
    found: dict[str, int] = {}
    for line in values.get("lines", ()):
        density = KINDS[line["kind"]].density_kg_m3
        quantity = quantity_of(line["amount"], line["unit"], line.get("basis", "declared"), density_kg_m3=density)
        found[line["kind"]] = found.get(line["kind"], 0) + weight_g(quantity, line["kind"])
    return found


def collected_g(sheet: JobSheet) -> dict[str, int]:
    """Grams collected by kind: the latest version of every measure."""
    found: dict[str, int] = {}
    for measure in sheet.measures:
        if measure.counts:
            found[measure.kind] = found.get(measure.kind, 0) + weight_g(measure.quantity, measure.kind)
    return found


def weight_g(quantity: Quantity, kind: str) -> int:
    """Mass of a quantity; a volume without a density of its own takes that of its kind."""
    if quantity.unit == "ml" and quantity.density_kg_m3 is None:
        density = KINDS[kind].density_kg_m3 or 1000
        return mass_g(Quantity(quantity.amount, "ml", quantity.basis, density))
    return mass_g(quantity)


async def check_the_job(recorded: Recorded, context: Any) -> Sequence[Command]:
    """Compare what was declared with what was collected, kind by kind; lines left for later do not count."""
    fact: Any = recorded.fact
    sheet = await job_sheet(context.reader, fact.job_id)
    case = await find_case(context.reader, fact.case_id)
    if sheet is None or case is None:
        return ()
    declared, collected = declared_g(case.values), collected_g(sheet)
    left_out = {line.kind for line in fact.remaining} | {one.kind for one in sheet.refused}
    return [
        OpenDiscrepancy(
            ticket_id=derived_id("d", recorded.id, kind),
            case_id=fact.case_id,
            level="job",
            subject=fact.job_id,
            in_g=declared.get(kind, 0),
            out_g=collected.get(kind, 0),
            unit_id=fact.unit_id,
            kind=kind,
            region_code=case.region_code,
        )
        for kind in sorted(set(declared) | set(collected))
        if kind not in left_out and declared.get(kind, 0) > 0
    ]


async def check_the_trip(recorded: Recorded, context: Any) -> Sequence[Command]:
    """Compare what was on board before the landing with what the quay weighed, by stream group.

    A group that was not emptied has no balance yet: what is left goes on with the next trip.
    """
    landed = recorded.fact
    assert isinstance(landed, LoadLanded)
    return [
        OpenDiscrepancy(
            ticket_id=derived_id("d", recorded.id, one.group),
            level="trip",
            subject=landed.landing_id,
            in_g=one.before_g,
            out_g=one.landed_g,
            unit_id=landed.unit_id,
            kind=one.group,
        )
        for one in await landing_of(context.reader, landed.landing_id)
        if one.emptied
    ]


async def check_the_run(recorded: Recorded, context: Any) -> Sequence[Command]:
    """Compare what went into a run with what came out and was lost, and see that no stock fell below zero."""
    run = recorded.fact
    assert isinstance(run, RunRecorded)
    commands = [
        OpenDiscrepancy(
            ticket_id=derived_id("d", recorded.id),
            level="run",
            subject=run.run_id,
            in_g=sum(one.mass_g for one in run.inputs),
            out_g=sum(one.mass_g for one in run.outputs) + run.loss_g,
            unit_id=run.place_id,
            region_code=run.region_code,
        )
    ]
    used = {one.kind for one in run.inputs}
    commands += [
        OpenDiscrepancy(
            ticket_id=derived_id("d", recorded.id, "facility", stock.kind),
            level="facility",
            subject=run.place_id,
            in_g=stock.in_g,
            out_g=stock.out_g,
            unit_id=run.place_id,
            kind=stock.kind,
            region_code=run.region_code,
        )
        for stock in await stock_of(context.reader, run.place_id)
        if stock.kind in used and stock.left_g < 0
    ]
    return commands


async def record_a_told_run(recorded: Recorded, context: Any) -> Sequence[Command]:
    """The quay unit has told a run by its telegrams: book the oily water that its meter counted.

    The telegrams tell what went in and the quality of the water that came out, not the oil and the sludge; those
    are weighed and recorded by the operator as a run of their own, so the told run's output is the water.
    """
    told: Any = recorded.fact
    device = context.registers.devices.get(told.device_id)
    place_id = (device.place_id if device is not None else None) or told.device_id
    grams = told.volume_ml * (KINDS["oily_water"].density_kg_m3 or 1000) // 1000
    if grams <= 0:
        return ()
    return (
        RecordRun(
            run_id=told.run_id,
            place_id=place_id,
            inputs=(Amount("oily_water", grams),),
            outputs=(Amount("water", grams),),
            started_at=told.started_at,
            ended_at=told.ended_at,
            device_id=told.device_id,
            region_code=told.region_code,
        ),
    )
