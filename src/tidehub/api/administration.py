"""What an administrator looks at: packs, calendars, everybody's posts, connectors, what waits, what was done.

The composition root gives ``services.more["packs"]``, the mounted packs, and ``services.more["calendars"]``.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Literal, cast

import msgspec
from litestar import Response, get

from tidehub.api.administration_views import (
    CalendarView,
    CategoryEdition,
    DataSource,
    LifecycleOfPack,
    PackList,
    PackView,
    ServiceEdition,
    TariffEdition,
    TextView,
    YearView,
)
from tidehub.api.exchange import AnyRequest, Page, answer, page_of, read_cursor, read_query, write_cursor
from tidehub.api.services import Services, actor_in, services_of
from tidehub.api.stream import mask_deep
from tidehub.capabilities import cases, devices
from tidehub.hub import acts, operating
from tidehub.kernel.access import demand, rule, scope
from tidehub.kernel.instants import to_us
from tidehub.packing import Pack
from tidehub.registers import queries
from tidehub.registers.personal import PEOPLE_FIELDS, masked

_FAMILY = "administration"
_LOOK = rule("administrator", "auditor", "shift_leader", "duty_officer")
_POSTS = rule("administrator", "auditor")
_OPERATORS = rule("administrator", "auditor", "duty_officer")
_DAYS = 7


class CalendarList(msgspec.Struct, frozen=True):
    """Every calendar that clocks count by."""

    items: list[CalendarView]
    next: str | None


class GrantView(msgspec.Struct, frozen=True):
    """Posts within regions, for units, until an instant."""

    grant_id: str
    roles: list[str]
    regions: list[str]
    units: list[str]
    until: datetime | None


class HolderView(msgspec.Struct, frozen=True):
    """A person with every post held; ``version`` is what a change needs as If-Match. Personal fields are masked."""

    person_id: str
    name: str
    login: str
    version: int
    grants: list[GrantView]


class HolderList(msgspec.Struct, frozen=True):
    """Everybody the register of people knows, by id, with their posts."""

    items: list[HolderView]
    next: str | None


class SourceCount(msgspec.Struct, frozen=True):
    """What came in by one protocol over the last days: taken, and turned away by reason."""

    source: str
    accepted: int
    rejected: dict[str, int]


class DeviceHealth(msgspec.Struct, frozen=True):
    """A device of the register: when it was heard last, and whether it is silent now."""

    device_id: str
    kind: str
    claims: list[str]
    unit_id: str | None
    heard_at: datetime | None
    state: str
    silent_since: datetime | None
    calibration_valid_until: date | None


class ProblemView(msgspec.Struct, frozen=True):
    """A message that could not be used, and why."""

    number: int
    at: datetime
    source: str
    reason: str
    detail: str
    claim: str | None


class Connectors(msgspec.Struct, frozen=True):
    """How what is connected fares: listeners, counts of the last seven days, devices, what failed last."""

    listeners: dict[str, str]
    sources: list[SourceCount]
    devices: list[DeviceHealth]
    problems: list[ProblemView]


class WaitingQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which matter, and how many."""

    matter: Literal["follow_up", "timer"] = "follow_up"
    limit: int = 100

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= 500:
            raise ValueError("limit lies in 1..500")


class WaitingList(msgspec.Struct, frozen=True):
    """What waits: follow-ups in trouble first, timers in the order they fire."""

    items: list[operating.Waiting]
    next: str | None


class ActsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose acts (``person/...``), and of which kind."""

    by: str = ""
    kind: str = ""


class ActList(msgspec.Struct, frozen=True):
    """What administrators and keepers did, newest first."""

    items: list[acts.Act]
    next: str | None


@get("/api/v1/packs", opt={"rule": _LOOK, "family": _FAMILY, "answer": PackList})
async def list_packs(request: AnyRequest) -> Response[bytes]:
    """List the mounted packs with what each brings: lifecycles, categories, services, tariffs, sources."""
    packs = cast(tuple[Pack, ...], services_of(request).more["packs"])
    return answer(page_of([_pack(pack) for pack in packs], None))


@get("/api/v1/calendars", opt={"rule": rule(signed_in=True), "family": _FAMILY, "answer": CalendarList})
async def list_calendars(request: AnyRequest) -> Response[bytes]:
    """List the work calendars; this year and the next stand in each, published or not."""
    services = services_of(request)
    table = cast(cases.CalendarTable, services.more["calendars"])
    year = services.clock.now().year
    items = []
    for calendar in table.calendars.values():
        years = sorted({*calendar.holidays.years, year, year + 1}) if calendar.name != "always" else []
        items.append(
            CalendarView(
                name=calendar.name,
                week=[list(spans) for spans in calendar.week],
                make_up=list(calendar.make_up),
                work_day_rule=calendar.work_day_rule,
                source=calendar.source,
                years=[
                    YearView(one, known.state, known.source, sorted(known.days_off), sorted(known.days_worked))
                    for one in years
                    for known in (calendar.holidays.of(one),)
                ],
            )
        )
    return answer(page_of(items, None))


@get("/api/v1/grants", opt={"rule": _POSTS, "family": _FAMILY, "answer": HolderList})
async def list_all_grants(request: AnyRequest) -> Response[bytes]:
    """List everybody with the posts they hold, as far as the asker's own post reaches."""
    services = services_of(request)
    demand(_POSTS, actor_in(request))
    reach = scope(_POSTS, actor_in(request))
    held, logins = await queries.all_grants(services.hub), await queries.logins(services.hub)
    people = services.registers.people.all()
    ids = sorted({*people, *held})
    versions = await queries.grants_versions(services.hub, ids)
    items = []
    for id_ in ids:
        grants = [GrantView(**one) for one in held.get(id_, ())]
        if not (reach.everywhere or _within(reach.region_prefixes, grants)):
            continue
        person = people.get(id_)
        name = masked({"name": person.name}, PEOPLE_FIELDS)["name"] if person else ""
        items.append(HolderView(id_, name, logins.get(id_, ""), versions.get(id_, 0), grants))
    return answer(page_of(items, None), headers={"cache-control": "no-store"})


@get("/api/v1/operations/connectors", opt={"rule": _OPERATORS, "family": _FAMILY, "answer": Connectors})
async def get_connectors(request: AnyRequest) -> Response[bytes]:
    """Get how every connector fares: what came, what failed and why, which device was heard when."""
    services = services_of(request)
    now = services.clock.now()
    visible = scope(_OPERATORS, actor_in(request))
    listeners = services.more.get("doors")
    told = Connectors(
        listeners=listeners() if listeners is not None else {},
        sources=_by_source(await devices.counts(services.hub, now - timedelta(days=_DAYS), now)),
        devices=await _devices(services, visible, now),
        problems=[
            ProblemView(number, one.received_at, one.source, one.reason, one.detail, one.device_claim)
            for number, one in await devices.problems(services.hub, limit=50)
        ]
        if visible.everywhere
        else [],
    )
    return answer(told, headers={"cache-control": "no-store"})


@get(
    "/api/v1/operations/waiting",
    opt={"rule": _OPERATORS, "family": _FAMILY, "query": WaitingQuery, "answer": WaitingList},
)
async def list_waiting(request: AnyRequest) -> Response[bytes]:
    """List follow-ups or timers that are open, with what went wrong with them last."""
    query = read_query(request, WaitingQuery)
    read = operating.open_follow_ups if query.matter == "follow_up" else operating.open_timers
    items = await read(services_of(request).hub, limit=query.limit)
    return answer(page_of(list(items), None), headers={"cache-control": "no-store"})


@get("/api/v1/operations/acts", opt={"rule": _POSTS, "family": _FAMILY, "query": ActsQuery, "answer": ActList})
async def list_acts(request: AnyRequest) -> Response[bytes]:
    """List what administrators and keepers did, newest first; personal data are masked."""
    query = read_query(request, ActsQuery)
    last = read_cursor(query.cursor, tuple[int, str])
    found = await acts.list_acts(
        services_of(request).hub,
        scope(_POSTS, actor_in(request)),
        by=query.by,
        kind=query.kind,
        limit=query.limit,
        after=last,
    )
    after = write_cursor(to_us(found[-1].at), found[-1].fact) if len(found) == query.limit else None
    shown = [msgspec.structs.replace(one, body=mask_deep(one.body)) for one in found]
    return answer(page_of(shown, after), headers={"cache-control": "no-store"})


def _pack(pack: Pack) -> PackView:
    manifest, catalogue = pack.manifest, pack.catalogue
    return PackView(
        id=manifest.id,
        version=manifest.version,
        platform=manifest.platform,
        scene=manifest.scene,
        region=manifest.region,
        title=TextView(manifest.title.zh, manifest.title.en),
        lifecycles=tuple(
            LifecycleOfPack(
                one.lifecycle, one.version, one.zh, one.en, len(one.states), len(one.moves), len(one.clocks)
            )
            for one in pack.lifecycles
        ),
        categories=tuple(
            CategoryEdition(one.code, one.name.zh, one.name.en, one.parent, one.valid_from, one.valid_to, one.source)
            for one in (catalogue.categories if catalogue else ())
        ),
        services=tuple(
            ServiceEdition(
                one.code,
                one.name.zh,
                one.name.en,
                one.category,
                one.form,
                one.lifecycle,
                one.valid_from,
                one.valid_to,
                one.source,
                one.listed,
                one.anonymous,
            )
            for one in (catalogue.services if catalogue else ())
        ),
        tariffs=tuple(
            TariffEdition(one.tariff, one.version, one.zh, one.en, one.valid_from, one.valid_to, one.source)
            for one in pack.tariffs
        ),
        documents=tuple(one.kind for one in pack.templates),
        indicators=tuple(one.id for one in pack.indicators.every),
        messages=len(pack.messages),
        notices=len(pack.notices),
        flows=tuple(one.name for one in pack.code.flows),
        data=tuple(DataSource(one.file, one.source, one.licence) for one in manifest.data),
    )


def _within(prefixes: tuple[str, ...], grants: list[GrantView]) -> bool:
    """Whether a regional administrator may see this person: nobody's posts yet, or some within his regions."""
    regions = [region for grant in grants for region in grant.regions]
    return not regions or any(region.startswith(prefix) for region in regions for prefix in prefixes)


def _by_source(counted: list[devices.Count]) -> list[SourceCount]:
    accepted: dict[str, int] = {}
    rejected: dict[str, dict[str, int]] = {}
    for one in counted:
        if one.reason == "accepted":
            accepted[one.source] = one.count
        else:
            rejected.setdefault(one.source, {})[one.reason] = one.count
    return [
        SourceCount(source, accepted.get(source, 0), rejected.get(source, {}))
        for source in sorted({*accepted, *rejected})
    ]


async def _devices(services: Services, visible: Any, now: datetime) -> list[DeviceHealth]:
    silent = {one.device_id: one for one in await devices.silent_devices(services.hub, visible)}
    found = []
    for id_, device in services.registers.devices.all().items():
        if not (visible.everywhere or any(device.region_code.startswith(one) for one in visible.region_prefixes)):
            continue
        heard: datetime | None = None
        state = "none"
        for claim in device.claims:
            last = await devices.last_of_claim(services.hub, claim, now)
            if last is not None and (heard is None or last.last.at > heard):
                heard, state = last.last.at, last.state
        quiet = silent.get(id_)
        found.append(
            DeviceHealth(
                device_id=id_,
                kind=device.kind,
                claims=list(device.claims),
                unit_id=device.unit_id,
                heard_at=heard or (quiet.heard_at if quiet else None),
                state=state,
                silent_since=quiet.since_at if quiet else None,
                calibration_valid_until=device.calibration_valid_until,
            )
        )
    return found


ROUTES: list[Any] = [list_packs, list_calendars, list_all_grants, get_connectors, list_waiting, list_acts]
