"""Planning several teams: who could take each slot, and all open slots together for the least last arrival."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from tidehub.capabilities.cases import find_case
from tidehub.capabilities.dispatch import ServicePolicy, find_job
from tidehub.capabilities.dispatch.mobilisation import (
    Candidate,
    FillSlot,
    Mobilisation,
    SlotPlan,
    StartMobilisation,
    TeamPolicy,
    TeamSlot,
    calling_mobilisations,
    mobilisations_of_case,
    slot_job_id,
)
from tidehub.flows.context import FlowContext
from tidehub.flows.offers import access_of
from tidehub.flows.units import units_for
from tidehub.kernel.errors import NOT_FOUND, refusal_kind
from tidehub.kernel.geometry import Position
from tidehub.kernel.ids import derived_id
from tidehub.methods.assignment import (
    Ranking,
    RankingPolicy,
    ShortfallReason,
    UnitState,
    WaitingJob,
    explain_shortfall,
    rank_units,
)
from tidehub.methods.assignment.mobilise import best_teams
from tidehub.methods.assignment.reasons import minutes
from tidehub.registers import Unit

SUBSTITUTES_MAX = 8

SERVICE_WITHOUT_TEAMS = refusal_kind(
    "service_without_teams",
    zh="服务 {service} 没有多队联合调度的设置",
    en="The service {service} says nothing about several teams",
    do_zh="请在 dispatch.yaml 中为它写明 teams，或改用有此设置的服务。",
    do_en="Give it a block 'teams' in dispatch.yaml, or call by a service that has one.",
)
CASE_WITHOUT_SCENE = refusal_kind(
    "case_without_scene",
    zh="案件 {case_id} 没有位置，无法调集队伍",
    en="The case {case_id} has no place, so no team can be called",
    do_zh="请先补充案件的地点。",
    do_en="Give the case its place first.",
)


class Call(NamedTuple):
    """What several teams are called for."""

    case_id: str
    region_code: str
    position: Position
    place_id: str | None
    service_name: str
    slots: tuple[TeamSlot, ...] = ()
    staging_place_id: str | None = None
    lead_unit_id: str | None = None
    reason: str = ""


class Wish(NamedTuple):
    """A slot that needs somebody, as the ranking wants it."""

    mobilisation_id: str
    slot: TeamSlot
    job: WaitingJob
    policy: RankingPolicy
    owner: str | None
    region_code: str


async def call_for(context: FlowContext, case_id: str, service_name: str) -> Call:
    """What a case would call teams for, with the slots of its service.

    Raises
    ------
    Refusal
        ``not_found``, ``case_without_scene``.
    """
    case = await find_case(context.reader, case_id)
    if case is None:
        raise NOT_FOUND("case_id", what="case", id=case_id)
    place = context.registers.places.get(case.place_id) if case.place_id else None
    position = place.position if place is not None else case.position
    if position is None:
        raise CASE_WITHOUT_SCENE("case_id", case_id=case_id)
    return Call(case.case_id, case.region_code, position, case.place_id, service_name)


async def plan_teams(context: FlowContext, call: Call) -> StartMobilisation:
    """Make the command that calls the teams: for all open slots together, the least last arrival.

    Raises
    ------
    Refusal
        ``service_without_teams``, ``not_found`` for a staging place or a lead that is not there.
    """
    service, policy = _service(context, call.service_name)
    slots = call.slots or policy.slots
    staging = None
    if call.staging_place_id is not None:
        place = context.registers.places.get(call.staging_place_id)
        if place is None:
            raise NOT_FOUND("staging_place_id", what="place", id=call.staging_place_id)
        staging = place.position
    if call.lead_unit_id is not None and context.registers.units.get(call.lead_unit_id) is None:
        raise NOT_FOUND("lead_unit_id", what="unit", id=call.lead_unit_id)
    earlier = {one.mobilisation_id for one in await mobilisations_of_case(context.reader, call.case_id)}
    mobilisation_id = derived_id("m", call.case_id, call.service_name, str(len(earlier)))
    owner = _owner_of(context, call.lead_unit_id)
    wishes = [
        _wish(context, mobilisation_id, slot, service, call.region_code, staging or call.position, call.place_id, owner)
        for slot in slots
    ]
    plans, last_s, names = await _planned(context, service, wishes)
    zh, en = _words(slots, plans, names, last_s)
    return StartMobilisation(
        case_id=call.case_id,
        mobilisation_id=mobilisation_id,
        service=call.service_name,
        region_code=call.region_code,
        position=call.position,
        slots=slots,
        plan=tuple(plans),
        arrive_within_s=policy.arrive_within_s,
        consent_s=policy.consent_s,
        ask_at_once=policy.ask_at_once,
        retry_interval_s=service.retry_interval_s,
        payer=policy.payer,
        legal_basis=policy.legal_basis,
        reason=call.reason,
        place_id=call.place_id,
        staging_place_id=call.staging_place_id,
        staging_position=staging,
        lead_unit_id=call.lead_unit_id,
        last_arrival_s=last_s,
        zh=zh,
        en=en,
    )


async def refill(
    context: FlowContext, found: Mobilisation, slot_id: str, reason: str, lost_unit_id: str | None
) -> FillSlot:
    """Make the command that gives a slot to the next, with its new ranking."""
    service, wish = await wish_of(context, found, slot_id)
    barred = set(found.barred(slot_id)) | ({lost_unit_id} if lost_unit_id else set())
    now = context.clock.now()
    units = await units_for(context, [any_kind(service, [wish.slot])], now)
    units = [unit for unit in units if unit.unit_id not in barred]
    ranking = rank_units(wish.job, units, context.ways, now, wish.policy)
    plan = _plan(context, wish, ranking, units, None)
    return FillSlot(
        case_id=found.case_id,
        mobilisation_id=found.mobilisation_id,
        plan=plan,
        reason=reason,
        retry_interval_s=service.retry_interval_s,
        lost_unit_id=lost_unit_id,
    )


async def _planned(
    context: FlowContext, service: ServicePolicy, wishes: Sequence[Wish]
) -> tuple[list[SlotPlan], int | None, Mapping[str, UnitState]]:
    """Plan the slots together with those of other cases that still look for somebody."""
    others: list[Wish] = []
    services = [any_kind(service, [wish.slot for wish in wishes])]
    for found in await calling_mobilisations(context.reader):
        for slot in found.slots:
            if slot.state != "filled" and found.started.service in context.policies.services:
                other_service, wish = await wish_of(context, found, slot.slot_id)
                others.append(wish)
                services.append(any_kind(other_service, [wish.slot]))
    now = context.clock.now()
    units = await units_for(context, services, now)
    every = [*wishes, *others]
    rankings = [rank_units(wish.job, units, context.ways, now, wish.policy) for wish in every]
    chosen = await asyncio.to_thread(_together, every, rankings, [unit.unit_id for unit in units])
    plans = [
        _plan(context, wish, ranking, units, unit_id)
        for wish, ranking, unit_id in zip(wishes, rankings, chosen, strict=False)
    ]
    last = [plan.candidates[0].ranked.eta_s for plan in plans if plan.candidates]
    return plans, max(last, default=None), {unit.unit_id: unit for unit in units}


def _together(wishes: Sequence[Wish], rankings: Sequence[Ranking], unit_ids: Sequence[str]) -> list[str | None]:
    """The unit of each slot, so that the last arrivals of all cases are least in sum."""
    place = {unit_id: number for number, unit_id in enumerate(unit_ids)}
    cases = {name: number for number, name in enumerate(dict.fromkeys(wish.mobilisation_id for wish in wishes))}
    arrival_s = np.zeros((len(wishes), len(unit_ids)))
    fits = np.zeros((len(wishes), len(unit_ids)), dtype=bool)
    for row, ranking in enumerate(rankings):
        for one in ranking.chosen:
            arrival_s[row, place[one.unit_id]] = one.eta_s
            fits[row, place[one.unit_id]] = True
    case_of = np.array([cases[wish.mobilisation_id] for wish in wishes], dtype=np.int64)
    answer = best_teams(arrival_s, fits, case_of)
    return [None if unit < 0 else unit_ids[unit] for unit in answer.unit_of.tolist()]


def _plan(
    context: FlowContext, wish: Wish, ranking: Ranking, units: Sequence[UnitState], chosen: str | None
) -> SlotPlan:
    """Who could take the slot, the chosen one first, then the substitutes as they would be there."""
    order = sorted(ranking.chosen, key=lambda one: (one.unit_id != chosen, one.cost_s, one.unit_id))
    candidates = []
    for one in order[:SUBSTITUTES_MAX]:
        unit = context.registers.units.get(one.unit_id)
        owner = _owner(unit) if unit is not None else ""
        candidates.append(
            Candidate(
                ranked=one,
                owner=owner,
                region_code=unit.region_code if unit is not None else "",
                lent=_is_lent(unit, wish),
            )
        )
    reasons: tuple[ShortfallReason, ...] = ()
    if not candidates:
        now = context.clock.now()
        reasons = explain_shortfall(wish.job, units, ranking, context.ways, now, wish.policy).reasons
    return SlotPlan(wish.slot.slot_id, tuple(candidates), ranking.rejected, reasons)


def _is_lent(unit: Unit | None, wish: Wish) -> bool:
    """Whether another's commander must say yes: it belongs neither to the lead's office nor to the case's region."""
    if unit is None:
        return False
    if wish.owner is not None:
        return _owner(unit) != wish.owner
    return not unit.region_code.startswith(wish.region_code)


def _owner(unit: Unit) -> str:
    return unit.parent_id or unit.region_code


def _owner_of(context: FlowContext, unit_id: str | None) -> str | None:
    unit = context.registers.units.get(unit_id) if unit_id is not None else None
    return None if unit is None else _owner(unit)


async def wish_of(context: FlowContext, found: Mobilisation, slot_id: str) -> tuple[ServicePolicy, Wish]:
    """A slot of a team case as the ranking wants it, without those who have refused it."""
    started = found.started
    service, _ = _service(context, started.service)
    slot = next(one for one in started.slots if one.slot_id == slot_id)
    where = started.staging_position or started.position
    owner = _owner_of(context, started.lead_unit_id)
    wish = _wish(context, found.mobilisation_id, slot, service, started.region_code, where, started.place_id, owner)
    known = await find_job(context.reader, wish.job.job_id)
    if known is not None:
        job = msgspec.structs.replace(wish.job, excluded=known.refused, forbidden=known.job.forbidden)
        wish = wish._replace(job=job)
    return service, wish


def _wish(
    context: FlowContext,
    mobilisation_id: str,
    slot: TeamSlot,
    service: ServicePolicy,
    region_code: str,
    where: Position,
    place_id: str | None,
    owner: str | None,
) -> Wish:
    job = WaitingJob(
        job_id=slot_job_id(mobilisation_id, slot.slot_id),
        task=service.task,
        position=where,
        place_id=place_id,
        access=access_of(context, service, place_id),
        region_code=slot.jurisdiction or region_code,
        skills=slot.skills,
    )
    policy = msgspec.structs.replace(
        service.ranking(),
        unit_kinds=slot.kinds or service.units.kinds,
        jurisdiction=bool(slot.jurisdiction),
        queue_when_busy=False,
    )
    return Wish(mobilisation_id, slot, job, policy, owner, region_code)


def any_kind(service: ServicePolicy, slots: Iterable[TeamSlot]) -> ServicePolicy:
    """The service with the kinds of all its slots, for gathering units."""
    kinds: set[str] = set()
    for slot in slots:
        wanted = slot.kinds or service.units.kinds
        if not wanted:
            kinds.clear()
            break
        kinds |= set(wanted)
    demands = msgspec.structs.replace(service.units, kinds=tuple(sorted(kinds)))
    return msgspec.structs.replace(service, units=demands)


def _service(context: FlowContext, name: str) -> tuple[ServicePolicy, TeamPolicy]:
    service = context.policies.services.get(name)
    if service is None:
        raise NOT_FOUND("service", what="service", id=name[:80])
    if service.teams is None:
        raise SERVICE_WITHOUT_TEAMS("service", service=name)
    return service, service.teams


def _words(
    slots: Sequence[TeamSlot], plans: Sequence[SlotPlan], units: Mapping[str, UnitState], last_s: int | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    zh, en = [], []
    for slot, plan in zip(slots, plans, strict=True):
        zh_title, en_title = slot.title.get("zh") or slot.slot_id, slot.title.get("en") or slot.slot_id
        if not plan.candidates:
            zh.append(f"{zh_title}：暂无可派队伍（{'；'.join(one.zh for one in plan.reasons)}）")
            en.append(f"{en_title}: nobody now ({'; '.join(one.en for one in plan.reasons)})")
            continue
        best = plan.candidates[0]
        unit = units[best.unit_id]
        asked_zh = f"，须商请 {best.owner}" if best.lent else ""
        asked_en = f", lent by {best.owner}" if best.lent else ""
        substitutes = [units[one.unit_id] for one in plan.candidates[1:3]]
        zh.append(
            f"{zh_title}：{unit.name_zh or unit.unit_id}，{minutes(best.ranked.eta_s)} 分钟可到{asked_zh}"
            + (f"；替补 {'、'.join(one.name_zh or one.unit_id for one in substitutes)}" if substitutes else "")
        )
        en.append(
            f"{en_title}: {unit.name_en or unit.unit_id}, there in {minutes(best.ranked.eta_s)} min{asked_en}"
            + (f"; substitutes {', '.join(one.name_en or one.unit_id for one in substitutes)}" if substitutes else "")
        )
    if last_s is not None:
        zh.append(f"最后一支 {minutes(last_s)} 分钟到齐")
        en.append(f"the last is there in {minutes(last_s)} min")
    return tuple(zh), tuple(en)
