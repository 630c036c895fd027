"""Nearest fit unit by water or road: from the case to the offer, and from every refusal to the next one.

1. ``call_out_a_crew``: a case opened (or came into the state its service waits for): rank, ask the first.
2. ``next_offer``: declined, run out, given back, time to look again: ask the next.
3. ``next_in_line``: a unit is free or has room again: see who waits.
4. ``withdraw_open_jobs``: the case is closed: nobody sets out for it any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tidehub.capabilities.cases import CaseMoved, CaseOpened, find_case
from tidehub.capabilities.dispatch import (
    HoldUnit,
    ReassignJob,
    ServicePolicy,
    Waiting,
    WithdrawJob,
    find_job,
    jobs_of_case,
)
from tidehub.capabilities.field import AcceptJob
from tidehub.flows.context import FlowContext, services_called
from tidehub.flows.needs import needs_of, skills_of
from tidehub.flows.offers import Wanted, access_of, ask_for, is_slot, offer_of, wanted_of
from tidehub.flows.units import units_for
from tidehub.hub.log import Recorded
from tidehub.kernel.errors import NOT_FOUND, refusal_kind
from tidehub.kernel.facts import Command
from tidehub.kernel.geometry import Position
from tidehub.kernel.ids import derived_id
from tidehub.methods.assignment import Destination, Ranking, Start, WaitingJob, overruled, overruled_job, rank_units

HELD_AFTER = frozenset({"breakdown", "accident", "grounding", "collision"})
"""Reasons for giving a job back after which the unit is held until a duty officer lets it out."""

CASE_WITHOUT_PLACE = refusal_kind(
    "case_without_place",
    zh="案件 {case_id} 没有位置，无法派单",
    en="The case {case_id} has no place, so nobody can be sent",
    do_zh="请补充地点后重新派单。",
    do_en="Give it a place and call out again.",
)
UNIT_CANNOT_GO = refusal_kind(
    "unit_cannot_go",
    zh="{unit_id} 去不了：{why_zh}",
    en="{unit_id} cannot go: {why}",
    do_zh="请另选一支队伍。",
    do_en="Choose another unit.",
    category="conflict",
)


class _Case(NamedTuple):
    case_id: str
    lifecycle: str
    category: str
    region_code: str
    position: Position | None
    place_id: str | None
    values: dict[str, Any]
    priority: int = 0


def job_id_of(case_id: str, service: str) -> str:
    """Id of the job that a case calls a service out for: the same case never calls twice."""
    return derived_id("j", case_id, service)


async def call_out_a_crew(recorded: Recorded, context: FlowContext) -> Sequence[Command]:
    """Ask the nearest fit unit for every service that the case calls out; or say why nobody can come.

    Raises
    ------
    Refusal
        ``case_without_place``.
    """
    fact = recorded.fact
    assert isinstance(fact, CaseOpened | CaseMoved)
    state = fact.to_state if isinstance(fact, CaseMoved) else None
    if state is not None and all(one.on_state != state for one in context.policies.services.values()):
        return ()
    case = await _case(fact, context)
    if case is None:
        return ()
    every = services_called(context.policies, case.lifecycle, case.category, state)
    called = [(name, service) for name, service in every if service.teams is None]  # mobilise_teams does those
    known = {job.job_id for job in await jobs_of_case(context.reader, case.case_id)} if called else set()
    wanted = [
        _wanted(case, name, service, recorded, context)
        for name, service in called
        if job_id_of(case.case_id, name) not in known
    ]
    return await ask_for(context, wanted, context.clock.now()) if wanted else ()


def _wanted(case: _Case, name: str, service: ServicePolicy, recorded: Recorded, context: FlowContext) -> Wanted:
    job = WaitingJob(
        job_id=job_id_of(case.case_id, name),
        task=name,
        position=_where(case, context),
        place_id=case.place_id,
        access=access_of(context, service, case.place_id),
        region_code=case.region_code,
        needs=needs_of(case.values, service.needs),
        skills=skills_of(case.values, service.needs),
        waiting_since=recorded.at,
        priority=case.priority,
    )
    return Wanted(case.case_id, name, service, job)


def _where(case: _Case, context: FlowContext) -> Position:
    """The place of the register, whose berth the tide is known for, before the position that was given."""
    place = context.registers.places.get(case.place_id) if case.place_id else None
    if place is not None:
        return place.position
    if case.position is None:
        raise CASE_WITHOUT_PLACE("position", case_id=case.case_id)
    return case.position


async def _case(fact: CaseOpened | CaseMoved, context: FlowContext) -> _Case | None:
    if isinstance(fact, CaseOpened):
        return _Case(
            fact.case_id,
            fact.lifecycle,
            fact.category,
            fact.region_code,
            fact.position,
            fact.place_id,
            fact.values,
            fact.priority,
        )
    brief = await find_case(context.reader, fact.case_id)
    if brief is None:
        return None
    here = None if brief.lon is None or brief.lat is None else Position(brief.lon, brief.lat)
    return _Case(
        brief.case_id,
        brief.lifecycle,
        brief.category,
        brief.region_code,
        here,
        brief.place_id,
        brief.values,
    )


async def next_offer(recorded: Recorded, context: FlowContext) -> Sequence[Command]:
    """A unit refused, was silent, gave the job back, or it is time to look again: ask the next.

    A unit that broke down is held until a duty officer lets it out.
    """
    fact: Any = recorded.fact
    commands: list[Command] = []
    held: dict[str, str] = {}
    if recorded.kind == "JobAborted" and fact.reason in HELD_AFTER:
        commands.append(HoldUnit(unit_id=fact.unit_id, reason=fact.reason))
        held[fact.unit_id] = fact.reason
    known = await find_job(context.reader, fact.job_id)
    wanted = wanted_of(known, context) if known is not None and _waits(known) else None
    if wanted is not None:
        commands += await ask_for(context, [wanted], context.clock.now(), held=held)
    return commands


async def next_in_line(recorded: Recorded, context: FlowContext) -> Sequence[Command]:
    """A unit is free or has room again: see who waits, the most urgent and longest waiting first."""
    if recorded.kind == "JobWithdrawn" and getattr(recorded.fact, "reassigned", False):
        return ()
    return await ask_for(context, (), context.clock.now())


async def withdraw_open_jobs(recorded: Recorded, context: FlowContext) -> Sequence[Command]:
    """The case is closed: take back what nobody has finished."""
    fact: Any = recorded.fact
    return tuple(
        WithdrawJob(case_id=fact.case_id, job_id=job.job_id, reason=f"case closed: {fact.outcome}")
        for job in await jobs_of_case(context.reader, fact.case_id)
        if job.state not in ("done", "withdrawn")
    )


def _waits(known: Waiting) -> bool:
    return known.job.state in ("waiting", "no_unit") and not is_slot(known)


# -- for a duty officer and a crew, who ask at once --------------------------------------------------------


async def rank_for_job(context: FlowContext, job_id: str) -> Ranking:
    """Who could take a job now, and why the others could not: the answer to "what if".

    Raises
    ------
    Refusal
        ``not_found``.
    """
    wanted = await _find_wanted(context, job_id)
    now = context.clock.now()
    units = await units_for(context, [wanted.service], now)
    return rank_units(wanted.job, units, context.ways, now, wanted.service.ranking())


async def reassignment(
    context: FlowContext, job_id: str, unit_id: str, reason: str, *, despite_near: bool = False
) -> ReassignJob:
    """Make the command with which a duty officer gives a job to a unit of his choice.

    What people decide (reserve, an old position, shifts, a pin) he may overrule; what a boat cannot do
    (no way, no water, no room, busy) he may not.

    Raises
    ------
    Refusal
        ``not_found``, ``unit_cannot_go`` with the reasons.
    """
    wanted = await _find_wanted(context, job_id)
    now = context.clock.now()
    policy = wanted.service.ranking()
    units = await units_for(context, [wanted.service], now)
    shown = rank_units(wanted.job, units, context.ways, now, policy)
    chosen = next((one for one in shown.chosen if one.unit_id == unit_id), None)
    if chosen is None:
        unit = next((one for one in units if one.unit_id == unit_id), None)
        if unit is None:
            raise NOT_FOUND("unit_id", what="unit", id=unit_id)
        job = overruled_job(wanted.job)
        answer = rank_units(job, [overruled(unit, now)], context.ways, now, policy)
        if not answer.chosen:
            reasons = answer.rejected[0].reasons
            raise UNIT_CANNOT_GO(
                "unit_id",
                unit_id=unit_id,
                why="; ".join(one.en for one in reasons),
                why_zh="；".join(one.zh for one in reasons),
            )
        chosen = answer.chosen[0]
    offer = offer_of(wanted, chosen, shown)
    return ReassignJob(
        case_id=wanted.case_id,
        job_id=job_id,
        unit_id=unit_id,
        reason=reason,
        eta_s=chosen.eta_s,
        timeout_s=offer.timeout_s,
        handling_s=offer.handling_s,
        ranked=offer.ranked,
        rejected=tuple(one for one in shown.rejected if one.unit_id != unit_id),
        queued_after=chosen.queued_after,
        holder_near_s=await near_scene_s(context, job_id),
        despite_near=despite_near,
    )


async def near_scene_s(context: FlowContext, job_id: str) -> int | None:
    """Seconds until the unit that has a job is there, where that is too close to redirect it; else ``None``."""
    known = await find_job(context.reader, job_id)
    service = context.policies.services.get(known.job.service) if known is not None else None
    if known is None or service is None or known.job.state != "accepted" or known.job.unit_id is None:
        return None
    now = context.clock.now()
    here = (await context.positions.last_known([known.job.unit_id], now)).get(known.job.unit_id)
    if here is None:
        return None
    start = _start_of(known.job.unit_id, here.position, context)
    to = Destination(known.job.position, known.job.place_id, service.ukc_m)
    leg = context.ways.legs([start], to)[0]
    if leg.travel_s is None or leg.length_m is None:
        return None
    return leg.travel_s if leg.travel_s <= service.near_scene_s or leg.length_m <= service.near_scene_m else None


def _start_of(unit_id: str, position: Position, context: FlowContext) -> Start:
    now = context.clock.now()
    craft = context.registers.craft_of(unit_id, now)
    return Start(
        unit_id=unit_id,
        position=position,
        at=now,
        mode=craft.mode if craft is not None else "road",
        speed_mps=craft.cruise_mps if craft is not None and craft.cruise_mps else 5.0,
        draught_m=craft.draught_m or 0.0 if craft is not None else 0.0,
    )


async def with_route(command: AcceptJob, context: FlowContext) -> AcceptJob:
    """Give a crew's acceptance the way that goes with it; a unit whose place is unknown gets none."""
    known = await find_job(context.reader, command.job_id)
    if command.route is not None or known is None:
        return command
    now = context.clock.now()
    here = (await context.positions.last_known([command.unit_id], now)).get(command.unit_id)
    if here is None:
        return command
    start = _start_of(command.unit_id, here.position, context)
    route = context.ways.route(start, known.job.position, known.job.place_id)
    return AcceptJob(
        case_id=command.case_id,
        job_id=command.job_id,
        unit_id=command.unit_id,
        device_id=command.device_id,
        device_seq=command.device_seq,
        device_at=command.device_at,
        route=route,
    )


async def _find_wanted(context: FlowContext, job_id: str) -> Wanted:
    known = await find_job(context.reader, job_id)
    wanted = wanted_of(known, context) if known is not None else None
    if wanted is None:
        raise NOT_FOUND("job_id", what="job", id=job_id)
    return wanted
