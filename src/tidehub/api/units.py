"""Units: the board of boats and cars with load, job and last position; held in reserve; loads brought ashore.

The composition root gives ``services.more["context"]``, the flows' context.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from tidehub.api.commanding import Done, body_of, carry_out, command_route
from tidehub.api.exchange import AnyRequest, Page, answer, page_of, read_json, read_query
from tidehub.api.services import Services, actor_in, services_of
from tidehub.capabilities import devices, dispatch, field
from tidehub.kernel.access import Actor, Subject, permits, rule
from tidehub.kernel.errors import NOT_FOUND
from tidehub.registers import Unit

VIEW = rule("duty_officer", "shift_leader", "checker", "auditor", "administrator", "quay_operator", relations=["self"])
"""Who may see a unit; its own crew may."""
_FAMILY = "units"


class UnitsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which units: of a ``kind``, of a ``region`` (code prefix); ``working``: only those with a job."""

    kind: str | None = None
    region: str = ""
    working: bool = False


class LastSeen(msgspec.Struct, frozen=True):
    """Where a unit was last: ``state`` is ``fresh``, ``stale`` or ``timed_out``; the age in seconds."""

    lon: float
    lat: float
    at: datetime
    state: str
    age_s: float
    sog_mps: float | None
    cog_deg: float | None
    heading_deg: float | None
    accuracy_m: float | None
    anchored: bool
    source: str


class UnitView(msgspec.Struct, frozen=True):
    """A unit on the board.

    Parameters
    ----------
    state
        ``out_of_service``, ``held``, ``working``, ``asked`` or ``free``.
    load
        What is on board by stream group.
    room
        Compartments of its craft as the register has them; capacities in grams, millilitres or pieces.
    """

    id: str
    name: str
    name_en: str
    kind: str
    region_code: str
    state: str
    out_of_service: str | None
    held_reason: str | None
    held_until: datetime | None
    pending_job_id: str | None
    pending_until: datetime | None
    current_job_id: str | None
    queued_job_id: str | None
    stage: str | None
    free_at: datetime | None
    load: list[field.OnBoard]
    room: list[dict[str, Any]]
    position: LastSeen | None


class UnitList(msgspec.Struct, frozen=True):
    """Units by id."""

    items: list[UnitView]
    next: str | None


@get("/api/v1/units", opt={"rule": VIEW, "family": _FAMILY, "query": UnitsQuery, "answer": UnitList})
async def list_units(request: AnyRequest) -> Response[bytes]:
    """List the units one may see with what they do, carry, and where they were last."""
    query = read_query(request, UnitsQuery)
    services, actor = services_of(request), actor_in(request)
    wanted = {
        id_: unit
        for id_, unit in services.registers.units.all().items()
        if id_ > (query.cursor or "")
        and query.kind in (None, unit.kind)
        and unit.region_code.startswith(query.region)
        and permits(VIEW, actor, unit_subject(id_, unit))
    }
    if query.working:
        work = await dispatch.units_at_work(services.hub, list(wanted))
        wanted = {
            id_: unit
            for id_, unit in wanted.items()
            if id_ in work and (work[id_].current_job_id or work[id_].pending_job_id)
        }
    page = dict(list(wanted.items())[: query.limit])
    items = await _views(services, page)
    return answer(
        page_of(items, items[-1].id if len(wanted) > query.limit else None),
        headers={"cache-control": "no-store"},
    )


@get("/api/v1/units/{unit_id:str}", opt={"rule": VIEW, "family": _FAMILY, "answer": UnitView})
async def get_unit(request: AnyRequest, unit_id: FromPath[str]) -> Response[bytes]:
    """Get one unit with what it does, carries, and where it was last."""
    services = services_of(request)
    unit = seen_unit(services, unit_id, actor_in(request))
    return answer((await _views(services, {unit_id: unit}))[0], headers={"cache-control": "no-store"})


_Landing = body_of(field.LandLoad, ())


@post(
    "/api/v1/landings",
    status_code=200,
    opt={"rule": field.LandLoad.rule, "family": _FAMILY, "body": _Landing, "answer": Done},
)
async def land_load(request: AnyRequest) -> Response[bytes]:
    """Bring what a unit has on board ashore, weighed by kind; the sender's id makes a repetition harmless."""
    told = await read_json(request, _Landing)
    fields = {name: getattr(told, name) for name in _Landing.__struct_fields__}
    return await carry_out(request, field.LandLoad(**fields))


def seen_unit(services: Services, unit_id: str, actor: Actor) -> Unit:
    """Find a unit that this actor may see; one of another region is not there for him.

    Raises
    ------
    Refusal
        ``not_found``.
    """
    unit = services.registers.units.get(unit_id)
    if unit is None or not permits(VIEW, actor, unit_subject(unit_id, unit)):
        raise NOT_FOUND("unit_id", what="队伍 unit", id=unit_id[:80])
    return unit


def unit_subject(unit_id: str, unit: Unit) -> Subject:
    """Where a unit belongs, and who it is."""
    return Subject(unit.region_code, (("self", unit_id),))


def last_seen(aged: devices.Aged | None) -> LastSeen | None:
    """Write a last position with its age."""
    if aged is None:
        return None
    last = aged.last
    return LastSeen(
        last.lon,
        last.lat,
        last.at,
        str(aged.state.value),
        round(aged.age_s, 1),
        last.sog_mps,
        last.cog_deg,
        last.heading_deg,
        last.accuracy_m,
        last.anchored,
        last.source,
    )


async def _views(services: Services, units: dict[str, Unit]) -> list[UnitView]:
    ids, now = list(units), services.clock.now()
    work = await dispatch.units_at_work(services.hub, ids)
    places = await devices.last_of_units(services.hub, ids, now)
    loads: dict[str, list[field.OnBoard]] = {}
    for load in await field.on_board(services.hub, ids):
        loads.setdefault(load.unit_id, []).append(load)
    views = []
    for id_, unit in units.items():
        row = work.get(id_) or dispatch.UnitRow(id_)
        craft = services.registers.craft_of(id_)
        held = row.held_reason is not None and (row.held_until is None or row.held_until > now)
        views.append(
            UnitView(
                id=id_,
                name=unit.name,
                name_en=unit.name_en,
                kind=unit.kind,
                region_code=unit.region_code,
                state=_state(unit, row, held),
                out_of_service=unit.out_of_service,
                held_reason=row.held_reason if held else None,
                held_until=row.held_until if held else None,
                pending_job_id=row.pending_job_id,
                pending_until=row.pending_until,
                current_job_id=row.current_job_id,
                queued_job_id=row.queued_job_id,
                stage=row.stage,
                free_at=row.free_at,
                load=loads.get(id_, []),
                room=[msgspec.to_builtins(one) for one in (craft.compartments if craft else ())],
                position=last_seen(places.get(id_)),
            )
        )
    return views


def _state(unit: Unit, row: dispatch.UnitRow, held: bool) -> str:
    if unit.out_of_service is not None:
        return "out_of_service"
    if row.current_job_id is not None:
        return "working"
    if held:
        return "held"
    return "asked" if row.pending_job_id is not None else "free"


ROUTES: list[Any] = [
    list_units,
    get_unit,
    land_load,
    command_route("/api/v1/units/{unit_id:str}/hold", dispatch.HoldUnit, family=_FAMILY, named="unit_id"),
    command_route("/api/v1/units/{unit_id:str}/release", dispatch.ReleaseUnit, family=_FAMILY, named="unit_id"),
]
