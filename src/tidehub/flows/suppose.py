"""What would happen if a duty officer moved, pinned, forbade or held: answered at once, nothing stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from tidehub.capabilities.dispatch import find_job, waiting_jobs
from tidehub.capabilities.dispatch.refusals import JOB_OVER, UNIT_ON_SCENE
from tidehub.flows.call_out_a_crew import near_scene_s
from tidehub.flows.context import FlowContext
from tidehub.flows.offers import OTHERS_MAX, Wanted, is_slot, wanted_of
from tidehub.flows.units import units_for
from tidehub.kernel.errors import NOT_FOUND, refusal_kind
from tidehub.methods.assignment import Supposition, UnitState, WhatIf, what_if

NOTHING_SUPPOSED = refusal_kind(
    "nothing_supposed",
    zh="没有给出要试算的改动",
    en="Nothing is supposed",
    do_zh="请给出一项改动：move、pin、forbid 要写 job_id 和 unit_id，hold、release 只写 unit_id。",
    do_en="Name a change: move, pin and forbid need job_id and unit_id, hold and release a unit_id only.",
)


class Supposed(msgspec.Struct, frozen=True):
    """The answer, and what a redirection would have to be confirmed for: seconds the holder is away, by job."""

    answer: WhatIf
    near_s: dict[str, int]


async def suppose(context: FlowContext, supposed: Sequence[Supposition]) -> Supposed:
    """Reckon what changes would do to the jobs named and to all that wait.

    Raises
    ------
    Refusal
        ``nothing_supposed``, ``not_found``, ``job_over``, ``unit_on_scene``.
    """
    if not supposed or any(one.job_id is None and one.kind not in ("hold", "release") for one in supposed):
        raise NOTHING_SUPPOSED("suppose")
    named = {one.job_id for one in supposed if one.job_id is not None}
    wanted: dict[str, Wanted] = {}
    current: dict[str, str] = {}
    near: dict[str, int] = {}
    for job_id in sorted(named):
        known = await find_job(context.reader, job_id)
        found = wanted_of(known, context) if known is not None else None
        if known is None or found is None:
            raise NOT_FOUND("suppose", what="job", id=job_id)
        if known.job.state in ("done", "withdrawn"):
            raise JOB_OVER("suppose", state=known.job.state)
        wanted[job_id] = found
        if known.job.state in ("offered", "accepted", "proposed") and known.job.unit_id is not None:
            current[job_id] = known.job.unit_id
            near_s = await near_scene_s(context, job_id)
            if near_s is not None:
                near[job_id] = near_s
    for known in await waiting_jobs(context.reader, OTHERS_MAX):
        found = None if is_slot(known) else wanted_of(known, context)
        if found is not None:
            wanted.setdefault(known.job.job_id, found)
    now = context.clock.now()
    units = await units_for(context, [one.service for one in wanted.values()], now)
    known_units = {unit.unit_id for unit in units}
    for one in supposed:
        if one.unit_id not in known_units:
            raise NOT_FOUND("suppose", what="unit", id=one.unit_id)
    freed = [_without(unit, current) for unit in units]
    jobs = [one.job for one in wanted.values()]
    policies = {one.service_name: one.service.ranking() for one in wanted.values()}
    return Supposed(what_if(jobs, freed, context.ways, now, policies, current, supposed), near)


def _without(unit: UnitState, current: Mapping[str, str]) -> UnitState:
    """The unit without what it has of these jobs, so that the same jobs are not counted twice."""
    mine = {job_id for job_id, unit_id in current.items() if unit_id == unit.unit_id}
    if not mine:
        return unit
    engaged = unit.engagement
    if engaged is not None and engaged.job_id in mine:
        if engaged.stage == "on_scene":
            raise UNIT_ON_SCENE("suppose", unit_id=unit.unit_id)
        engaged = None
    elif engaged is not None:
        engaged = msgspec.structs.replace(engaged, queue_full=False)
    return msgspec.structs.replace(unit, engagement=engaged, offer_expires_at=None)
