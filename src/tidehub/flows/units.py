"""Units as they stand: the registers, the last positions, what they have on board and in hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from tidehub.capabilities.dispatch import ServicePolicy, UnitRow, units_at_work
from tidehub.capabilities.field import OnBoard, on_board
from tidehub.flows.context import FlowContext, LastKnown
from tidehub.kernel.quantities import Unit as MeasuredIn
from tidehub.methods.assignment import Compartment, Engagement, UnitState
from tidehub.methods.assignment.model import Stage
from tidehub.methods.assignment.room import converted
from tidehub.registers import Craft, Unit, shifts_between

OVERDUE_S = 300
"""A job that should be finished by now is expected to take this much longer."""
WATER_DENSITY_KG_M3 = 1000
_SHIFTS_BACK, _SHIFTS_AHEAD = timedelta(days=1), timedelta(days=2)
_SPEED_MPS = {"water": 5.0, "road": 8.0}
_STAGES: dict[str, Stage] = {"accepted": "accepted", "under_way": "under_way", "on_scene": "on_scene"}


async def units_for(context: FlowContext, services: Sequence[ServicePolicy], now: datetime) -> list[UnitState]:
    """Every unit of a kind that one of these services may ask, as it stands now.

    Those of other kinds are left out; they are no candidates that a duty officer would look for.
    """
    kinds = {kind for service in services for kind in service.units.kinds}
    any_kind = any(not service.units.kinds for service in services)
    known = {
        unit_id: unit for unit_id, unit in context.registers.units.all(now).items() if any_kind or unit.kind in kinds
    }
    ids = sorted(known)
    places = await context.positions.last_known(ids, now)
    work = await units_at_work(context.reader, ids)
    loads: dict[str, list[OnBoard]] = {}
    for one in await on_board(context.reader, ids):
        loads.setdefault(one.unit_id, []).append(one)
    densities = {
        rule.group: rule.density_kg_m3
        for service in services
        for rule in service.needs.kinds.values()
        if rule.density_kg_m3
    }
    return [
        unit_state(
            unit_id,
            known[unit_id],
            context.registers.craft_of(unit_id, now),
            places.get(unit_id),
            work.get(unit_id),
            loads.get(unit_id, ()),
            densities,
            now,
        )
        for unit_id in ids
    ]


def unit_state(
    unit_id: str,
    unit: Unit,
    craft: Craft | None,
    place: LastKnown | None,
    work: UnitRow | None,
    loads: Iterable[OnBoard],
    densities: Mapping[str, int],
    now: datetime,
) -> UnitState:
    """Put one unit together. A boat whose draught nobody has entered is not sent: the tide decides by it."""
    mode = craft.mode if craft is not None else "road"
    out_of_service = unit.out_of_service
    if out_of_service is None and craft is not None and mode == "water" and craft.draught_m is None:
        out_of_service = "吃水未登记 / its draught is not registered"
    begin, end = now - _SHIFTS_BACK, now + _SHIFTS_AHEAD
    held = work is not None and (work.held_until is None or work.held_until > now)
    speed_mps = craft.cruise_mps if craft is not None and craft.cruise_mps else _SPEED_MPS[mode]
    return UnitState(
        unit_id=unit_id,
        kind=unit.kind,
        name_zh=unit.name,
        name_en=unit.name_en,
        mode=mode,
        speed_mps=speed_mps,
        draught_m=(craft.draught_m or 0.0) if craft is not None else 0.0,
        skills=frozenset(unit.skills),
        jurisdictions=unit.jurisdictions,
        position=place.position if place is not None else None,
        position_at=place.at if place is not None else None,
        shifts=None if unit.shifts is None else shifts_between(unit.shifts, begin, end),
        compartments=with_loads(craft.compartments if craft is not None else (), loads, densities),
        engagement=_engagement(work, now),
        offer_expires_at=_asked_until(work, now),
        held_reason=work.held_reason if work is not None and held else None,
        held_until=work.held_until if work is not None else None,
        range_m=craft.range_m if craft is not None else None,
        out_of_service=out_of_service,
    )


def _engagement(work: UnitRow | None, now: datetime) -> Engagement | None:
    if work is None or work.current_job_id is None:
        return None
    free_at = work.free_at
    if free_at is not None and free_at <= now:
        free_at = now + timedelta(seconds=OVERDUE_S)
    return Engagement(
        job_id=work.current_job_id,
        stage=_STAGES.get(work.stage or "", "accepted"),
        free_at=free_at,
        free_position=work.free_position,
        queue_full=work.queued_job_id is not None,
    )


def _asked_until(work: UnitRow | None, now: datetime) -> datetime | None:
    """Until when it is being asked; an offer that has run out stands until its timer has fired."""
    if work is None or work.pending_job_id is None:
        return None
    return max(work.pending_until or now, now + timedelta(seconds=1))


def with_loads(
    compartments: Sequence[Compartment], loads: Iterable[OnBoard], densities: Mapping[str, int]
) -> tuple[Compartment, ...]:
    """Fill the compartments of each stream group with what is on board of it, in their order.

    Where the unit of measure differs and no density is known, that of water stands in; more than there is
    room for fills the last one.
    """
    filled = {one.compartment_id: one.loaded for one in compartments}
    for load in loads:
        fits = [one for one in compartments if one.group == load.group]
        left, measured_in = load.amount, load.unit
        for place, one in enumerate(fits):
            amount = _into(left, measured_in, one.unit, densities.get(load.group))
            if amount is None:
                continue
            last = place == len(fits) - 1
            room = amount if last else max(0, one.capacity - filled[one.compartment_id])
            take = min(amount, room)
            filled[one.compartment_id] += take
            left, measured_in = amount - take, one.unit
            if left <= 0:
                break
    return tuple(msgspec.structs.replace(one, loaded=filled[one.compartment_id]) for one in compartments)


def _into(amount: int, measured_in: str, unit: MeasuredIn, density_kg_m3: int | None) -> int | None:
    given: MeasuredIn = "g" if measured_in == "g" else "ml" if measured_in == "ml" else "piece"
    return converted(amount, given, unit, density_kg_m3 or WATER_DENSITY_KG_M3)
