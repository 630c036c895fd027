"""Several teams for one case: from the call to the last arrival, and home again.

1. ``call_out_teams``: a case opened (or came into the state its service waits for): plan and call.
2. ``send_the_team``: a slot has its unit: give it the job; where it cannot go after all, the next.
3. ``fill_the_slot_again``: not lent, silent, declined, run out, given back, time to look again: the next.
4. ``note_the_assembly``, ``end_when_done``: the last is there; the last is done.
5. ``stand_teams_down``, ``recall_teams``: the case is closed, the call-out is over: nobody sets out any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tidehub.capabilities.cases import CaseMoved, CaseOpened, find_case
from tidehub.capabilities.dispatch import WithdrawJob, find_job
from tidehub.capabilities.dispatch.mobilisation import (
    EndMobilisation,
    NoteAssembly,
    SlotFilled,
    mobilisations_of_case,
    read_mobilisation,
    slot_of_job,
)
from tidehub.flows.context import FlowContext, services_called
from tidehub.flows.offers import Wanted, offer_of
from tidehub.flows.plan_teams import any_kind, call_for, plan_teams, refill, wish_of
from tidehub.flows.units import units_for
from tidehub.hub.log import Recorded
from tidehub.kernel.facts import Command
from tidehub.methods.assignment import (
    rank_units,
)


async def call_out_teams(recorded: Recorded, context: FlowContext) -> Sequence[Command]:
    """Call the teams of every service with ``teams`` that the case calls out."""
    fact = recorded.fact
    assert isinstance(fact, CaseOpened | CaseMoved)
    state = fact.to_state if isinstance(fact, CaseMoved) else None
    if all(one.teams is None or one.on_state != (state or "") for one in context.policies.services.values()):
        return ()
    case = await find_case(context.reader, fact.case_id)
    if case is None:
        return ()
    called = services_called(context.policies, case.lifecycle, case.category, state)
    commands: list[Command] = []
    for name, service in called:
        if service.teams is not None:
            commands.append(await plan_teams(context, await call_for(context, case.case_id, name)))
    return commands


async def send_the_team(recorded: Recorded, context: FlowContext) -> Sequence[Command]:
    """A slot has its unit: give it the job at once; where it cannot go after all, look for the next."""
    fact = recorded.fact
    assert isinstance(fact, SlotFilled)
    found = await read_mobilisation(context.reader, fact.mobilisation_id)
    slot = found.slot(fact.slot_id) if found is not None else None
    if found is None or slot is None or found.state == "ended" or slot.unit_id != fact.unit_id:
        return ()
    service, wish = await wish_of(context, found, fact.slot_id)
    now = context.clock.now()
    units = await units_for(context, [any_kind(service, [wish.slot])], now)
    ranking = rank_units(wish.job, units, context.ways, now, wish.policy)
    chosen = next((one for one in ranking.chosen if one.unit_id == fact.unit_id), None)
    if chosen is None:
        why = next((one.reasons[0].en for one in ranking.rejected if one.unit_id == fact.unit_id), "gone")
        return (await refill(context, found, fact.slot_id, why, fact.unit_id),)
    wanted = Wanted(found.case_id, found.started.service, service, wish.job)
    mark = {"mobilisation_id": found.mobilisation_id, "slot_id": fact.slot_id}
    offer = offer_of(wanted, chosen, ranking)
    return (msgspec.structs.replace(offer, mode="automatic", needs=offer.needs | {"slot": mark}),)


async def fill_the_slot_again(recorded: Recorded, context: FlowContext) -> Sequence[Command]:
    """The unit is not lent, was silent, declined, gave the job back, or it is time to look again: the next."""
    fact: Any = recorded.fact
    lost = None
    if hasattr(fact, "mobilisation_id"):
        found, slot_id = await read_mobilisation(context.reader, fact.mobilisation_id), fact.slot_id
    else:
        known = await slot_of_job(context.reader, fact.job_id)
        if known is None:
            return ()
        found, slot_id, lost = known[0], known[1].slot_id, fact.unit_id
    slot = found.slot(slot_id) if found is not None else None
    if found is None or slot is None or found.state == "ended" or found.asked(slot_id):
        return ()
    if slot.state == "filled" and slot.unit_id != lost:
        return ()
    reason = str(getattr(fact, "reason", "")) or recorded.kind
    return (await refill(context, found, slot_id, reason, lost),)


async def note_the_assembly(recorded: Recorded, context: FlowContext) -> Sequence[Command]:
    """A unit arrived: see whether it was the last of several teams."""
    fact: Any = recorded.fact
    known = await slot_of_job(context.reader, fact.job_id)
    if known is None:
        return ()
    return (NoteAssembly(case_id=known[0].case_id, mobilisation_id=known[0].mobilisation_id),)


async def end_when_done(recorded: Recorded, context: FlowContext) -> Sequence[Command]:
    """A unit is done: when all of the teams are, everybody goes home."""
    fact: Any = recorded.fact
    known = await slot_of_job(context.reader, fact.job_id)
    if known is None or any(slot.done_at is None for slot in known[0].slots):
        return ()
    return (EndMobilisation(case_id=known[0].case_id, mobilisation_id=known[0].mobilisation_id, reason="done"),)


async def stand_teams_down(recorded: Recorded, context: FlowContext) -> Sequence[Command]:
    """The case is closed: its call-outs are over."""
    fact: Any = recorded.fact
    return tuple(
        EndMobilisation(case_id=one.case_id, mobilisation_id=one.mobilisation_id, reason=f"case closed: {fact.outcome}")
        for one in await mobilisations_of_case(context.reader, fact.case_id)
        if one.state != "ended"
    )


async def recall_teams(recorded: Recorded, context: FlowContext) -> Sequence[Command]:
    """The call-out is over: take back the jobs that are not done."""
    fact: Any = recorded.fact
    found = await read_mobilisation(context.reader, fact.mobilisation_id)
    commands = []
    for slot in found.slots if found is not None else ():
        job = await find_job(context.reader, slot.job_id)
        if job is not None and job.job.state not in ("done", "withdrawn"):
            commands.append(WithdrawJob(case_id=fact.case_id, job_id=slot.job_id, reason=fact.reason))
    return commands
