"""Jobs: what a crew has to do and reports of it, what the duty officer sees and decides, and why whom.

The composition root gives ``services.more["context"]``, the flows' ``FlowContext``.
A command names its job by the address; the case follows from the job, and the unit is the one that has the
job unless the sender says for which of his units he speaks.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Literal, cast

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import File

from tidehub.adapters.routes import RouteFile, Waypoint, write_geojson, write_gpx, write_rtz
from tidehub.api.commanding import Done, body_of, carry_out, chain_version, operation_of
from tidehub.api.exchange import (
    AnyRequest,
    Page,
    answer,
    is_unchanged,
    page_of,
    read_cursor,
    read_json,
    read_query,
    write_cursor,
)
from tidehub.api.reports import kept_file
from tidehub.api.services import Services, actor_in, services_of
from tidehub.capabilities import dispatch, field
from tidehub.flows.call_out_a_crew import rank_for_job, reassignment, with_route
from tidehub.flows.context import FlowContext
from tidehub.kernel.access import Actor, Subject, demand, rule, scope
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.facts import Command
from tidehub.kernel.geometry import Position
from tidehub.kernel.instants import from_us, to_us
from tidehub.methods.assignment import Explanation, Ranked, Rejected, explain

VIEW = rule("duty_officer", "shift_leader", "checker", "auditor", "administrator", relations=["assignee"])
"""Who may see a job; ``scope(VIEW, actor)`` is what lists filter by."""
DESK = rule("duty_officer", "shift_leader", "checker", "auditor", "administrator")
"""Who may see how it came about."""
_FAMILY = "jobs"
_OF_ONE = "/api/v1/jobs/{job_id:str}"


class JobsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which jobs: ``state`` is a comma list, ``unit`` an id."""

    state: str = ""
    unit: str | None = None


class JobList(msgspec.Struct, frozen=True):
    """Jobs, newest first."""

    items: list[dispatch.JobListed]
    next: str | None


class CrewJobList(msgspec.Struct, frozen=True):
    """Jobs of the actor's units that are offered or in hand, the earliest offered first."""

    items: list[field.CrewJob]
    next: str | None


class Candidates(msgspec.Struct, frozen=True):
    """Who could take a job now and why the others could not, in data and in words."""

    job_id: str
    at: datetime
    ranked: tuple[Ranked, ...]
    rejected: tuple[Rejected, ...]
    explanation: Explanation


class Reassignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom, and why; ``despite_near`` confirms it where the unit that has it is nearly there."""

    unit_id: str
    reason: str
    despite_near: bool = False


@get(
    "/api/v1/jobs/mine",
    opt={"rule": rule(signed_in=True), "family": _FAMILY, "query": Page, "answer": CrewJobList},
)
async def my_jobs(request: AnyRequest) -> Response[bytes]:
    """List the jobs that the actor's units are asked for or have in hand."""
    query = read_query(request, Page)
    found = await field.my_jobs(services_of(request).hub, actor_in(request).units, limit=query.limit)
    return answer(page_of(list(found), None), headers={"cache-control": "no-store"})


@get("/api/v1/jobs", opt={"rule": VIEW, "family": _FAMILY, "query": JobsQuery, "answer": JobList})
async def list_jobs(request: AnyRequest) -> Response[bytes]:
    """List the jobs one may see, newest first."""
    query = read_query(request, JobsQuery)
    at = read_cursor(query.cursor, tuple[int, str])
    found = await dispatch.list_jobs(
        services_of(request).hub,
        scope(VIEW, actor_in(request)),
        states=tuple(filter(None, query.state.split(","))),
        unit_id=query.unit,
        before=None if at is None else (_instant(at[0]), at[1]),
        limit=query.limit,
    )
    last = found[-1].job if len(found) == query.limit else None
    return answer(page_of(list(found), write_cursor(to_us(last.since_at), last.job_id) if last else None))


@get(_OF_ONE, opt={"rule": VIEW, "family": _FAMILY, "answer": field.JobSheet})
async def get_job(request: AnyRequest, job_id: FromPath[str]) -> Response[Any]:
    """Get the sheet of a job: what is to be done, measures, evidence, signatures (names masked)."""
    services = services_of(request)
    job = await crew_job(services, job_id, actor_in(request))
    version = await chain_version(services, f"case/{job.case_id}")
    if is_unchanged(request, version):
        return Response(None, status_code=304, headers={"etag": f'"v{version}"'})
    return answer(await field.job_sheet(services.hub, job_id), version=version)


@get(
    f"{_OF_ONE}/evidence/{{sha256:str}}",
    opt={"rule": VIEW, "family": _FAMILY, "answer": "application/octet-stream"},
)
async def get_evidence(request: AnyRequest, job_id: FromPath[str], sha256: FromPath[str]) -> File:
    """Get a photo or video that was attached to a job."""
    services = services_of(request)
    job = await crew_job(services, job_id, actor_in(request))
    known = job.job_id in await field.jobs_with_evidence(services.hub, sha256)
    return await kept_file(services, sha256, known=known)


@get(f"{_OF_ONE}/history", opt={"rule": DESK, "family": _FAMILY, "answer": dispatch.History})
async def get_job_history(request: AnyRequest, job_id: FromPath[str]) -> Response[bytes]:
    """Get whom a job was offered to, with the whole ranking of each offer, and why nobody could come."""
    services = services_of(request)
    await desk_job(services, job_id, actor_in(request))
    return answer(await dispatch.history(services.hub, job_id, unit_names(services)))


@get(f"{_OF_ONE}/candidates", opt={"rule": DESK, "family": _FAMILY, "answer": Candidates})
async def get_candidates(request: AnyRequest, job_id: FromPath[str]) -> Response[bytes]:
    """Ask who could take a job now, without asking anybody: what would happen if."""
    services = services_of(request)
    await desk_job(services, job_id, actor_in(request))
    found = await rank_for_job(context_of(services), job_id)
    words = explain(found.chosen, found.rejected, unit_names(services))
    return answer(Candidates(job_id, found.at, found.chosen, found.rejected, words))


_ROUTE_FILES: dict[str, tuple[str, Callable[[RouteFile], bytes]]] = {
    "geojson": ("application/geo+json", write_geojson),
    "gpx": ("application/gpx+xml", write_gpx),
    "rtz": ("application/xml", write_rtz),
}


def _route_file(kind: Literal["geojson", "gpx", "rtz"]) -> Any:
    media_type, write = _ROUTE_FILES[kind]

    async def route(request: AnyRequest) -> Response[bytes]:
        services = services_of(request)
        job_id = request.path_params["job_id"]
        job = await crew_job(services, job_id, actor_in(request))
        if job.route is None or len(job.route.points) < 2:
            raise NOT_FOUND("job_id", what="路线 route", id=job_id[:80])
        points = tuple(
            Waypoint(number, Position(lon, lat), f"WP{number:03d}")
            for number, (lon, lat) in enumerate(job.route.points, 1)
        )
        name = unit_names(services).get(job.unit_id, job.unit_id)
        written = write(RouteFile(f"{job_id} {name}", points, author="Tidehub", vessel_name=name))
        shown = {"content-disposition": f'attachment; filename="route.{kind}"'}
        return Response(written, media_type=media_type, headers=shown)

    route.__name__ = f"get_route_{kind}"
    route.__doc__ = f"Get the way that was given with a job, as {kind.upper()} for a plotter or a map."
    opt = {"rule": VIEW, "family": _FAMILY, "answer": media_type}
    return get(f"{_OF_ONE}/route.{kind}", opt=opt)(route)


@post(
    f"{_OF_ONE}/reassign",
    status_code=200,
    opt={"rule": dispatch.ReassignJob.rule, "family": _FAMILY, "body": Reassignment, "answer": Done},
)
async def reassign_job(request: AnyRequest, job_id: FromPath[str]) -> Response[bytes]:
    """Give a job to a unit of one's own choice, with the reason; the one that had it is told."""
    services = services_of(request)
    told = await read_json(request, Reassignment)
    await desk_job(services, job_id, actor_in(request))
    asked = await reassignment(context_of(services), job_id, told.unit_id, told.reason, despite_near=told.despite_near)
    return await carry_out(request, asked)


async def crew_job(services: Services, job_id: str, actor: Actor) -> field.CrewJob:
    """Find a job that this actor may see.

    Raises
    ------
    Refusal
        ``not_found``, ``forbidden``.
    """
    job = await field.find_crew_job(services.hub, job_id)
    if job is None:
        raise NOT_FOUND("job_id", what="任务 job", id=job_id[:80])
    demand(VIEW, actor, Subject(job.region_code, (("assignee", job.unit_id),)))
    return job


def context_of(services: Services) -> FlowContext:
    """Give what flows read by."""
    return cast(FlowContext, services.more["context"])


def unit_names(services: Services) -> dict[str, str]:
    """Names of units by id, as people know them."""
    return {id_: unit.name for id_, unit in services.registers.units.all().items()}


async def desk_job(services: Services, job_id: str, actor: Actor) -> dispatch.JobRow:
    """Find a job that this actor may see at the desk.

    Raises
    ------
    Refusal
        ``not_found``, ``forbidden``.
    """
    known = await dispatch.find_job(services.hub, job_id)
    if known is None:
        raise NOT_FOUND("job_id", what="任务 job", id=job_id[:80])
    demand(DESK, actor, Subject(known.job.region_code))
    return known.job


def _instant(at_us: int) -> datetime:
    try:
        return from_us(at_us)
    except OverflowError:
        return from_us(0)


# -- commands ----------------------------------------------------------------------------------------------

_Finish = Callable[[Services, Any], Awaitable[Command]]


def _crew(verb: str, command: type[Command], hidden: tuple[str, ...] = (), finish: _Finish | None = None) -> Any:
    """Make the route of a crew's command; the unit is the sender's own where he has one on the job."""
    body = body_of(command, ("case_id", "job_id", *hidden), optional=("unit_id",))

    async def route(request: AnyRequest) -> Response[bytes]:
        services = services_of(request)
        told = await read_json(request, body)
        job = await field.find_crew_job(services.hub, request.path_params["job_id"])
        if job is None:
            raise NOT_FOUND("job_id", what="任务 job", id=request.path_params["job_id"][:80])
        fields = {name: getattr(told, name) for name in body.__struct_fields__}
        fields |= {"case_id": job.case_id, "job_id": job.job_id, "unit_id": fields["unit_id"] or job.unit_id}
        asked = command(**fields)
        return await carry_out(request, asked if finish is None else await finish(services, asked))

    return _made(route, verb, command, body)


def _desk(verb: str, command: type[Command]) -> Any:
    """Make the route of a duty officer's command."""
    body = body_of(command, ("case_id", "job_id"))

    async def route(request: AnyRequest) -> Response[bytes]:
        services = services_of(request)
        told = await read_json(request, body)
        known = await dispatch.find_job(services.hub, request.path_params["job_id"])
        if known is None:
            raise NOT_FOUND("job_id", what="任务 job", id=request.path_params["job_id"][:80])
        fields = {name: getattr(told, name) for name in body.__struct_fields__}
        return await carry_out(request, command(case_id=known.job.case_id, job_id=known.job.job_id, **fields))

    return _made(route, verb, command, body)


def _made(route: Any, verb: str, command: type[Command], body: type[msgspec.Struct]) -> Any:
    route.__name__ = operation_of(command)
    route.__doc__ = inspect.getdoc(command)
    opt = {"rule": command.rule, "family": _FAMILY, "body": body, "answer": Done}
    return post(f"{_OF_ONE}/{verb}", status_code=200, opt=opt)(route)


async def _with_its_route(services: Services, command: field.AcceptJob) -> Command:
    return await with_route(command, context_of(services))


ROUTES: list[Any] = [
    my_jobs,
    list_jobs,
    get_job,
    get_evidence,
    get_job_history,
    get_candidates,
    _route_file("geojson"),
    _route_file("gpx"),
    _route_file("rtz"),
    _crew("received", field.ReceiveJob),
    _crew("accept", field.AcceptJob, ("route",), _with_its_route),
    _crew("decline", field.DeclineJob),
    _crew("abort", field.AbortJob),
    _crew("set-out", field.SetOut),
    _crew("arrive", field.ArriveAtJob),
    _crew("collections", field.RecordCollection),
    _crew("refusals", field.RefuseContent),
    _crew("evidence", field.AttachEvidence),
    _crew("signatures", field.SignHandover),
    _crew("complete", field.CompleteJob),
    _desk("approve", dispatch.ApproveOffer),
    _desk("withdraw", dispatch.WithdrawJob),
    _desk("retry", dispatch.RetryDispatch),
    _desk("pin", dispatch.PinUnit),
    _desk("forbid", dispatch.ForbidUnit),
    _desk("allow", dispatch.AllowUnit),
    reassign_job,
]
