"""Whom to ask for the jobs that wait: gather, rank or assign, answer with commands. Shared by the flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tidehub.capabilities.dispatch import OfferJob, ReportNoUnit, ServicePolicy, Waiting, waiting_jobs
from tidehub.flows.context import FlowContext
from tidehub.flows.units import units_for
from tidehub.kernel.facts import Command
from tidehub.kernel.geometry import Position
from tidehub.methods.assignment import (
    Assignment,
    Engagement,
    Mode,
    Need,
    Pair,
    Ranked,
    Ranking,
    Shortfall,
    ShortfallReason,
    UnitState,
    WaitingJob,
    assign,
    explain_shortfall,
    rank_units,
)

OTHERS_MAX = 50
RETRIES_SKIPPED_MAX = 12
_WAYS: dict[str, Mode] = {"boat": "water", "truck": "road"}


class Wanted(msgspec.Struct, frozen=True):
    """A job that needs somebody: what it is for the ranking, and what goes into the command.

    ``asked_in_round`` are the units asked since the last pause.
    """

    case_id: str
    service_name: str
    service: ServicePolicy
    job: WaitingJob
    asked_in_round: int = 0


def wanted_of(known: Waiting, context: FlowContext) -> Wanted | None:
    """A job that dispatch knows; ``None`` where no mounted pack has its service any more."""
    row = known.job
    service = context.policies.services.get(row.service)
    if service is None:
        return None
    job = WaitingJob(
        job_id=row.job_id,
        task=row.service,
        position=row.position,
        place_id=row.place_id,
        access=access_of(context, service, row.place_id),
        region_code=row.region_code,
        needs=msgspec.convert(row.needs.get("lines", []), tuple[Need, ...]),
        skills=row.skills,
        excluded=known.refused,
        forbidden=row.forbidden,
        silent=known.silent,
        pinned_unit_id=row.pinned_unit_id,
        waiting_since=row.since_at,
        priority=row.priority,
    )
    return Wanted(row.case_id, row.service, service, job, known.asked_in_round)


def is_slot(known: Waiting) -> bool:
    """Whether a job is a slot of a team case, which looks for its unit by its own rules."""
    return "slot" in known.job.needs


def access_of(context: FlowContext, service: ServicePolicy, place_id: str | None) -> tuple[Mode, ...]:
    """By which ways the place can be reached: what the service allows, and the register says of the place."""
    place = context.registers.places.get(place_id) if place_id is not None else None
    if place is None:
        return service.access
    possible = {_WAYS[way] for way in place.access}
    return tuple(mode for mode in service.access if mode in possible)


async def ask_for(
    context: FlowContext,
    first: Sequence[Wanted],
    now: datetime,
    *,
    others: bool = True,
    held: Mapping[str, str] | None = None,
) -> list[Command]:
    """Find units for jobs, together with all others that wait, and say whom to ask.

    Parameters
    ----------
    first
        Jobs that must be answered: with an offer, or with the reasons why nobody can come.
    others
        Whether the jobs that wait already take part, so that the newest does not take the unit that an older
        one needs more. They are offered where a unit is found for them, otherwise left as they are.
    held
        Units that the same flow is about to hold, with the reason: they are not asked any more.
    """
    mine = {wanted.job.job_id for wanted in first}
    every = list(first)
    if others:
        for known in await waiting_jobs(context.reader, OTHERS_MAX):
            wanted = None if known.job.job_id in mine or is_slot(known) else wanted_of(known, context)
            if wanted is not None and wanted.asked_in_round < wanted.service.offer.at_most:
                every.append(wanted)
    if not every:
        return []
    known_units = await units_for(context, [wanted.service for wanted in every], now)
    units = [_held(unit, held or {}) for unit in known_units]
    rankings = {wanted.service_name: wanted.service.ranking() for wanted in every}
    answer = assign([wanted.job for wanted in every], units, context.ways, now, rankings)
    pairs = {pair.job_id: pair for pair in answer.pairs}
    commands: list[Command] = []
    for wanted in every:
        job_id = wanted.job.job_id
        exhausted = wanted.asked_in_round >= wanted.service.offer.at_most
        pair = pairs.get(job_id)
        if pair is not None and not exhausted:
            commands.append(offer_of(wanted, pair.ranked, answer.rankings[job_id]))
        elif job_id in mine:
            shortfall = (
                _asked_enough(wanted) if exhausted else _shortfall(context, wanted, units, answer, pairs, every, now)
            )
            commands.append(_no_unit(wanted, shortfall, answer.rankings[job_id], now))
    return commands


def offer_of(wanted: Wanted, ranked: Ranked, ranking: Ranking) -> OfferJob:
    """The offer to one of those who could; it stands first among the ranked, the others in their order."""
    service, job = wanted.service, wanted.job
    rest = tuple(one for one in ranking.chosen if one.unit_id != ranked.unit_id)
    return OfferJob(
        case_id=wanted.case_id,
        job_id=job.job_id,
        service=wanted.service_name,
        task=service.task,
        unit_id=ranked.unit_id,
        position=job.position,
        region_code=job.region_code,
        eta_s=ranked.eta_s,
        timeout_s=service.offer.timeout_s,
        handling_s=service.ranking().handling_s(job),
        place_id=job.place_id,
        needs=needs_plain(job.needs),
        skills=job.skills,
        demands=service.demands,
        ranked=(ranked, *rest),
        rejected=ranking.rejected,
        mode=service.mode,
        queued_after=ranked.queued_after,
        retry_interval_s=service.retry_interval_s,
        arrival_radius_m=service.arrival_radius_m,
        priority=job.priority,
    )


def needs_plain(needs: Sequence[Need]) -> dict[str, Any]:
    """Needs as a fact keeps them."""
    return {"lines": msgspec.to_builtins(list(needs))}


def _no_unit(wanted: Wanted, shortfall: Shortfall, ranking: Ranking, now: datetime) -> ReportNoUnit:
    job = wanted.job
    return ReportNoUnit(
        case_id=wanted.case_id,
        job_id=job.job_id,
        service=wanted.service_name,
        task=wanted.service.task,
        position=job.position,
        region_code=job.region_code,
        shortfall=shortfall,
        next_try_at=_next_try_at(wanted.service, shortfall, now),
        place_id=job.place_id,
        needs=needs_plain(job.needs),
        skills=job.skills,
        demands=wanted.service.demands,
        retry_interval_s=wanted.service.retry_interval_s,
        arrival_radius_m=wanted.service.arrival_radius_m,
        rejected=ranking.rejected,
        priority=job.priority,
    )


def _next_try_at(service: ServicePolicy, shortfall: Shortfall, now: datetime) -> datetime:
    """When it is worth looking again: when the obstacle is known to go, between one and twelve intervals."""
    step = timedelta(seconds=service.retry_interval_s)
    change = shortfall.smallest_change
    known = change.at if change is not None and change.kind == "wait" else None
    return now + step if known is None else min(max(known, now + step), now + RETRIES_SKIPPED_MAX * step)


def _asked_enough(wanted: Wanted) -> Shortfall:
    asked = wanted.asked_in_round
    reason = ShortfallReason(
        "OffersExhausted",
        f"本轮已询问 {asked} 支队伍，均未接单，请值班员处理",
        f"{asked} units were asked in this round and none took it; the duty officer decides",
    )
    return Shortfall((reason,))


def _shortfall(
    context: FlowContext,
    wanted: Wanted,
    units: Sequence[UnitState],
    answer: Assignment,
    pairs: dict[str, Pair],
    every: Sequence[Wanted],
    now: datetime,
) -> Shortfall:
    """Why nobody comes to this job; units that others need more count as busy with them."""
    ranking = answer.rankings[wanted.job.job_id]
    policy = wanted.service.ranking()
    if ranking.chosen:
        places = {other.job.job_id: other.job.position for other in every}
        taken = {pair.unit_id: pair for pair in pairs.values()}
        units = [_taken(unit, taken, places) for unit in units]
        policy = msgspec.structs.replace(policy, queue_when_busy=False)
        ranking = rank_units(wanted.job, units, context.ways, now, policy)
    return explain_shortfall(wanted.job, units, ranking, context.ways, now, policy)


def _held(unit: UnitState, held: Mapping[str, str]) -> UnitState:
    why = held.get(unit.unit_id)
    return unit if why is None else msgspec.structs.replace(unit, held_reason=why, held_until=None)


def _taken(unit: UnitState, taken: dict[str, Pair], places: dict[str, Position]) -> UnitState:
    pair = taken.get(unit.unit_id)
    if pair is None:
        return unit
    engaged = Engagement(pair.job_id, "offered", pair.ranked.done_at, places[pair.job_id])
    return msgspec.structs.replace(unit, engagement=engaged)
