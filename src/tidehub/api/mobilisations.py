"""Team cases: calling several teams, the plan before they are called, consent of those who lend, the one clock."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from tidehub.api.commanding import Done, body_of, carry_out, operation_of
from tidehub.api.exchange import AnyRequest, answer, read_json
from tidehub.api.jobs import DESK, context_of
from tidehub.api.services import Services, actor_in, services_of
from tidehub.capabilities.dispatch import mobilisation as teams
from tidehub.flows.plan_teams import Call, call_for, plan_teams
from tidehub.kernel.access import Actor, Subject, demand, permits
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.facts import Command

_FAMILY = "dispatch"
_OF_CASE = "/api/v1/cases/{case_id:str}/mobilisations"
_OF_ONE = "/api/v1/mobilisations/{mobilisation_id:str}"


class TeamCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which teams: by the slots of the service, or by slots of one's own."""

    service: str
    slots: tuple[teams.TeamSlot, ...] = ()
    staging_place_id: str | None = None
    lead_unit_id: str | None = None
    reason: str = ""


class TeamPlan(msgspec.Struct, frozen=True):
    """Who would come to each slot and when, with substitutes and reasons; nothing has been asked yet."""

    case_id: str
    service: str
    slots: tuple[teams.TeamSlot, ...]
    plan: tuple[teams.SlotPlan, ...]
    last_arrival_s: int | None
    arrive_within_s: int
    zh: tuple[str, ...]
    en: tuple[str, ...]


class MobilisationList(msgspec.Struct, frozen=True):
    """Team cases of a case, in order."""

    items: list[teams.MobilisationTold]


class ConsentList(msgspec.Struct, frozen=True):
    """What this commander is asked, the nearest deadline first."""

    items: list[teams.ConsentAwaited]


@post(
    f"{_OF_CASE}/plan",
    status_code=200,
    opt={"rule": teams.CALLER, "family": _FAMILY, "body": TeamCall, "answer": TeamPlan},
)
async def plan_mobilisation(request: AnyRequest, case_id: FromPath[str]) -> Response[bytes]:
    """Ask who would come if several teams were called; nobody is asked and nothing stored."""
    command = await _planned(request, case_id)
    plan = TeamPlan(
        case_id,
        command.service,
        command.slots,
        command.plan,
        command.last_arrival_s,
        command.arrive_within_s,
        command.zh,
        command.en,
    )
    return answer(plan, headers={"cache-control": "no-store"})


@post(
    _OF_CASE,
    status_code=200,
    opt={"rule": teams.CALLER, "family": _FAMILY, "body": TeamCall, "answer": Done},
)
async def start_mobilisation(request: AnyRequest, case_id: FromPath[str]) -> Response[bytes]:
    """Call several teams for a case: one's own are sent, the commanders of others are asked side by side."""
    return await carry_out(request, await _planned(request, case_id))


@get(_OF_CASE, opt={"rule": DESK, "family": _FAMILY, "answer": MobilisationList})
async def list_mobilisations(request: AnyRequest, case_id: FromPath[str]) -> Response[bytes]:
    """List the team cases of a case, each with its slots, consents and the one clock."""
    services, actor = services_of(request), actor_in(request)
    found = await teams.mobilisations_of_case(services.hub, case_id)
    seen = [one for one in found if permits(DESK, actor, Subject(one.started.region_code))]
    now = services.clock.now()
    return answer(MobilisationList([teams.told(one, now) for one in seen]), headers={"cache-control": "no-store"})


@get(_OF_ONE, opt={"rule": DESK, "family": _FAMILY, "answer": teams.MobilisationTold})
async def get_mobilisation(request: AnyRequest, mobilisation_id: FromPath[str]) -> Response[bytes]:
    """Get one team case with its slots, consents and the one clock."""
    services = services_of(request)
    found = await _found(services, mobilisation_id)
    demand(DESK, actor_in(request), Subject(found.started.region_code))
    return answer(teams.told(found, services.clock.now()), headers={"cache-control": "no-store"})


@get("/api/v1/consents", opt={"rule": teams.COMMANDER, "family": _FAMILY, "answer": ConsentList})
async def list_consents(request: AnyRequest) -> Response[bytes]:
    """List the units that one is asked to lend, the nearest deadline first."""
    services, actor = services_of(request), actor_in(request)
    mine = [one for one in await teams.consents_awaited(services.hub) if _may_lend(actor, one)]
    return answer(ConsentList(mine), headers={"cache-control": "no-store"})


def _may_lend(actor: Actor, one: teams.ConsentAwaited) -> bool:
    return permits(teams.COMMANDER, actor, Subject(one.region_code, (("responsible_unit", one.owner),)))


async def _planned(request: AnyRequest, case_id: str) -> teams.StartMobilisation:
    services = services_of(request)
    told = await read_json(request, TeamCall)
    context = context_of(services)
    call: Call = await call_for(context, case_id, told.service)
    demand(teams.CALLER, actor_in(request), Subject(call.region_code))
    return await plan_teams(
        context,
        call._replace(
            slots=told.slots,
            staging_place_id=told.staging_place_id,
            lead_unit_id=told.lead_unit_id,
            reason=told.reason,
        ),
    )


async def _found(services: Services, mobilisation_id: str) -> teams.Mobilisation:
    found = await teams.read_mobilisation(services.hub, mobilisation_id)
    if found is None:
        raise NOT_FOUND("mobilisation_id", what="联合调度 mobilisation", id=mobilisation_id[:80])
    return found


def _command(path: str, command: type[Command]) -> Any:
    """Make the route of a command about one team case; the case follows from it."""
    body = body_of(command, ("case_id", "mobilisation_id", "slot_id"))

    async def route(request: AnyRequest) -> Response[bytes]:
        told = await read_json(request, body)
        found = await _found(services_of(request), request.path_params["mobilisation_id"])
        fields = {name: getattr(told, name) for name in body.__struct_fields__} | request.path_params
        return await carry_out(request, command(case_id=found.case_id, **fields))

    route.__name__ = operation_of(command)
    route.__doc__ = inspect.getdoc(command)
    opt = {"rule": command.rule, "family": _FAMILY, "body": body, "answer": Done}
    return post(path, status_code=200, opt=opt)(route)


_OF_SLOT = f"{_OF_ONE}/slots/{{slot_id:str}}"
ROUTES: list[Any] = [
    plan_mobilisation,
    start_mobilisation,
    list_mobilisations,
    get_mobilisation,
    list_consents,
    _command(f"{_OF_SLOT}/consent", teams.GiveConsent),
    _command(f"{_OF_SLOT}/refuse", teams.RefuseConsent),
    _command(f"{_OF_SLOT}/retry", teams.RetrySlot),
    _command(f"{_OF_ONE}/end", teams.EndMobilisation),
]
