"""The registers over HTTP: lists, entries with their history, changes, files in and out, areas of points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from tidehub.api.errors import UNSUPPORTED_MEDIA, problem
from tidehub.api.exchange import (
    AnyRequest,
    Page,
    answer,
    expected_version,
    is_unchanged,
    no_content,
    page_of,
    read_bytes,
    read_cursor,
    read_json,
    read_query,
    write_cursor,
)
from tidehub.api.services import Services, actor_in, services_of
from tidehub.hub.log import Recorded
from tidehub.kernel.access import Actor, demand, permits, rule
from tidehub.kernel.errors import NOT_FOUND, Refusal
from tidehub.kernel.geometry import position
from tidehub.registers import BODIES, Entry, EntryRecorded, RecordEntry, RetireEntry, queries
from tidehub.registers.decide import REGISTER_UNKNOWN, plain_body
from tidehub.registers.importing import read_file, write_csv, write_geojson
from tidehub.registers.personal import PEOPLE_FIELDS, masked

STAFF = rule(
    "duty_officer",
    "shift_leader",
    "checker",
    "unit_staff",
    "quay_operator",
    "cashier",
    "auditor",
    "administrator",
)
_SIGNED_IN = rule(signed_in=True)
_KEEPERS = RecordEntry.rule
_FAMILY = "registers"


class ListQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entries: ``at`` an instant, of a ``kind``, below a ``region``, with their ``geometry``."""

    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    kind: str | None = None
    region: str | None = None
    geometry: bool = False


class AtQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At which instant; now, if none is named."""

    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class ImportQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Datum of the coordinates in the file, and whether only to check it."""

    datum: str | None = None
    dry_run: bool = False


class ExportQuery(AtQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Form of the file."""

    format: Literal["csv", "geojson"] = "csv"


class RegionQuery(AtQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A point in a named datum."""

    lon: float
    lat: float
    datum: str | None = None


class PutEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new version of a thing: ``body`` has the register's shape."""

    body: dict[str, Any]
    valid_from: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    valid_to: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a thing; personal fields are masked."""

    register: str
    id: str
    valid_from: datetime
    valid_to: datetime | None
    body: dict[str, Any]


class EntryList(msgspec.Struct, frozen=True):
    """A page of entries."""

    items: list[EntryView]
    next: str | None


class RowProblem(msgspec.Struct, frozen=True):
    """A row that was not taken, counted from 1 without the line of names."""

    row: int
    problem: dict[str, Any]


class Imported(msgspec.Struct, frozen=True):
    """What came of a file: rows that changed something, rows that were known already, rows refused."""

    recorded: int
    unchanged: int
    refused: list[RowProblem]


class RegionView(msgspec.Struct, frozen=True):
    """The smallest area of a point, and the way to it from the province."""

    code: str
    path: list[str]
    unit_id: str | None


def _opt(**more: Any) -> dict[str, Any]:
    return {"family": _FAMILY, **more}


@get("/api/v1/registers", opt=_opt(rule=_SIGNED_IN, answer=dict[str, int]))
async def list_registers(request: AnyRequest) -> Response[bytes]:
    """Name the registers, with how many things are in force in each."""
    registers = services_of(request).registers
    return answer({name: sum(1 for _ in registers.register(name).entries()) for name in BODIES})


@get("/api/v1/registers/{register:str}", opt=_opt(rule=_SIGNED_IN, query=ListQuery, answer=EntryList))
async def list_entries(request: AnyRequest, register: FromPath[str]) -> Response[bytes]:
    """List what is in force, in the order of ids. Names and telephones of people are masked."""
    services, actor = _asked(request, register)
    query = read_query(request, ListQuery)
    after = read_cursor(query.cursor, tuple[str])
    fits = {} if query.kind is None or "kind" not in BODIES[register].__struct_fields__ else {"kind": query.kind}
    items: list[EntryView] = []
    for entry in services.registers.register(register).entries(query.at, **fits):
        if (after is not None and entry.id <= after[0]) or not _lies_below(entry, query.region):
            continue
        if len(items) == query.limit:
            return answer(page_of(items, write_cursor(items[-1].id)))
        items.append(_view(entry, actor, query.geometry))
    return answer(page_of(items, None))


@get(
    "/api/v1/registers/{register:str}/entries/{id_:path}",
    opt=_opt(rule=_SIGNED_IN, query=AtQuery, answer=EntryView),
)
async def get_entry(request: AnyRequest, register: FromPath[str], id_: FromPath[str]) -> Response[Any]:
    """Get what is in force of one thing, with the ETag that a change needs."""
    services, actor = _asked(request, register)
    name = id_.lstrip("/")
    entry = services.registers.register(register).entry(name, read_query(request, AtQuery).at)
    if entry is None:
        raise NOT_FOUND("id", what=register, id=name[:80])
    version = await queries.chain_version(services.hub, register, name)
    if is_unchanged(request, version):
        return Response(None, status_code=304, headers={"etag": f'"v{version}"'})
    return answer(_view(entry, actor, geometry=True), version=version)


@get("/api/v1/registers/{register:str}/history/{id_:path}", opt=_opt(rule=_SIGNED_IN, answer=EntryList))
async def get_history(request: AnyRequest, register: FromPath[str], id_: FromPath[str]) -> Response[bytes]:
    """Get every version of one thing, oldest first."""
    services, actor = _asked(request, register)
    versions = services.registers.register(register).history(id_.lstrip("/"))
    return answer(page_of([_view(entry, actor, geometry=True) for entry in versions], None))


@put(
    "/api/v1/registers/{register:str}/entries/{id_:path}",
    opt=_opt(rule=_KEEPERS, body=PutEntry, answer=EntryView),
)
async def put_entry(request: AnyRequest, register: FromPath[str], id_: FromPath[str]) -> Response[bytes]:
    """Record a version of a thing. With If-Match it is refused when somebody else was quicker."""
    services, actor = _asked(request, register)
    name = id_.lstrip("/")
    told = await read_json(request, PutEntry)
    recorded = await services.hub.handle(
        RecordEntry(
            register=register,
            id=name,
            body=told.body,
            valid_from=told.valid_from,
            valid_to=told.valid_to,
            expects=expected_version(request),
        ),
        by=actor,
    )
    version = await queries.chain_version(services.hub, register, name)
    return answer(_view(_recorded_entry(services, register, name, recorded), actor, geometry=True), version=version)


def _recorded_entry(services: Services, register: str, id_: str, recorded: Sequence[Recorded]) -> Entry:
    """Take what has just been recorded from its fact; where nothing had to be, from what is known."""
    for one in recorded:
        fact = one.fact
        if isinstance(fact, EntryRecorded):
            body = msgspec.convert(fact.body, BODIES[register])
            return Entry(register, id_, fact.valid_from, fact.valid_to, body)
    return services.registers.register(register).history(id_)[-1]


@delete(
    "/api/v1/registers/{register:str}/entries/{id_:path}",
    status_code=204,
    opt=_opt(rule=_KEEPERS, answer=None, status=204),
)
async def retire_entry(request: AnyRequest, register: FromPath[str], id_: FromPath[str]) -> Response[None]:
    """Take a thing out of its register from now on; its history stays."""
    services, actor = _asked(request, register)
    command = RetireEntry(register=register, id=id_.lstrip("/"), expects=expected_version(request))
    await services.hub.handle(command, by=actor)
    return no_content()


@post(
    "/api/v1/registers/{register:str}/import",
    status_code=200,
    opt=_opt(rule=_KEEPERS, query=ImportQuery, body="text/csv", answer=Imported),
)
async def import_entries(request: AnyRequest, register: FromPath[str]) -> Response[bytes]:
    """Take a CSV or GeoJSON file in; a wrong row is answered with its refusal and stops no other."""
    services, actor = _asked(request, register)
    query = read_query(request, ImportQuery)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in ("text/csv", "application/geo+json", "application/json"):
        raise UNSUPPORTED_MEDIA(None, media_type=media_type[:80], wanted="text/csv, application/geo+json")
    raw = await read_bytes(request, services.settings.file_bytes_max)
    language = request.headers.get("accept-language", "")
    recorded = unchanged = 0
    refused: list[RowProblem] = []
    for row in read_file(register, raw, geojson=media_type != "text/csv", datum=query.datum):
        refusal = row.refusal
        if row.command is not None and not query.dry_run:
            try:
                facts = await services.hub.handle(row.command, by=actor)
            except Refusal as error:
                refusal = error
            else:
                recorded, unchanged = recorded + bool(facts), unchanged + (not facts)
        if refusal is not None:
            refused.append(RowProblem(row.row, problem(refusal, language)))
    return answer(Imported(recorded, unchanged, refused))


@get(
    "/api/v1/registers/{register:str}/export",
    opt=_opt(rule=STAFF, query=ExportQuery, answer="text/csv"),
)
async def export_entries(request: AnyRequest, register: FromPath[str]) -> Response[Any]:
    """Write what is in force as CSV or GeoJSON, WGS 84; personal fields are masked."""
    services, actor = _asked(request, register)
    query = read_query(request, ExportQuery)
    entries = [_shown(entry, actor) for entry in services.registers.register(register).entries(query.at)]
    if query.format == "geojson":
        response = answer(write_geojson(entries))
        response.media_type = "application/geo+json"
        return response
    return Response(
        write_csv(register, entries),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{register}.csv"'},
    )


@get("/api/v1/region", opt=_opt(rule=rule(everyone=True), query=RegionQuery, answer=RegionView))
async def region_of(request: AnyRequest) -> Response[bytes]:
    """Say in which area a point lies, and whose unit is there; an empty code is outside of all."""
    registers = services_of(request).registers
    query = read_query(request, RegionQuery)
    code = registers.region_of(position(query.lon, query.lat, query.datum, None), query.at)
    area = registers.jurisdictions.get(code, query.at) if code else None
    path = list(registers.region_path(code, query.at)) if code else []
    return answer(RegionView(code, path, None if area is None else area.unit_id))


def _asked(request: AnyRequest, register: str) -> tuple[Services, Actor]:
    if register not in BODIES:
        raise REGISTER_UNKNOWN("register", register=register[:40], known=", ".join(BODIES))
    actor = actor_in(request)
    if register == "people":
        demand(STAFF, actor)
    return services_of(request), actor


def _lies_below(entry: Entry, region: str | None) -> bool:
    if region is None:
        return True
    code = entry.id if entry.register == "jurisdictions" else entry.body.region
    return bool(code.startswith(region))


def _shown(entry: Entry, actor: Actor) -> Entry:
    """Mask what is personal: people always, telephones of units for those who are no staff."""
    if entry.register == "people":
        fields: tuple[str, ...] = PEOPLE_FIELDS
    else:
        fields = () if permits(STAFF, actor) else ("contact_phone",)
    changed = {
        name: masked({name: getattr(entry.body, name)}, fields)[name]
        for name in fields
        if name in entry.body.__struct_fields__
    }
    return msgspec.structs.replace(entry, body=msgspec.structs.replace(entry.body, **changed)) if changed else entry


def _view(entry: Entry, actor: Actor, geometry: bool) -> EntryView:
    shown = _shown(entry, actor)
    body = plain_body(shown.body)
    if not geometry:
        body.pop("polygons", None)
    return EntryView(
        register=entry.register, id=entry.id, valid_from=entry.valid_from, valid_to=entry.valid_to, body=body
    )


ROUTES: list[Any] = [
    list_registers,
    list_entries,
    get_entry,
    get_history,
    put_entry,
    retire_entry,
    import_entries,
    export_entries,
    region_of,
]
