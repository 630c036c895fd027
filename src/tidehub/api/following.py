"""One report as its reporter follows it, put together from every capability that has something to say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import cast

import msgspec

from tidehub.api.arrival import Source, arrival_window
from tidehub.api.catalogue import catalogue_of
from tidehub.api.said import Said, said_of
from tidehub.api.services import Services
from tidehub.capabilities import cases, devices, dispatch, documents, field, intake, ledger
from tidehub.capabilities.cases.admit import moves_for
from tidehub.capabilities.cases.model import moves_on_fact
from tidehub.capabilities.cases.state import CaseState
from tidehub.kernel.access import Actor, platform_actor
from tidehub.kernel.errors import Refusal
from tidehub.kernel.geometry import Position, great_circle_m
from tidehub.kernel.instants import from_us
from tidehub.methods.clocks import add
from tidehub.methods.tracking import FreshnessState

_READER = platform_actor("flow/following")
_COMING = ("accepted", "under_way")
_TAKEN = (*_COMING, "on_scene", "done")
_NOBODY_CAME = frozenset({"NoUnitFound"})
"""A state that such facts alone lead into is no step forward; it is shown only while a case stands in it."""
_CANCEL = "cancel"
WITHDRAWN = intake.Text("已撤回", "Withdrawn")
CLOSED = intake.Text("已办结", "Closed")


class Seen(msgspec.Struct, frozen=True):
    """Where the unit was last; ``stale``: do not rely on it any more."""

    lon: float
    lat: float
    at: datetime
    stale: bool


class ClockShown(msgspec.Struct, frozen=True):
    """A promise and how it stands."""

    clock: str
    zh: str
    en: str
    due_at: datetime | None
    light: str
    status: str


class StepShown(msgspec.Struct, frozen=True):
    """A step of the way; ``at`` once it is reached."""

    state: str
    text: intake.Text
    at: datetime | None


class DocumentShown(msgspec.Struct, frozen=True):
    """A paper of the matter."""

    document_id: str
    kind: str
    title: intake.Text
    number: str
    verify_code: str


class Following(msgspec.Struct, frozen=True, kw_only=True):
    """A report as its reporter follows it.

    Parameters
    ----------
    unit, unit_name
        Who has taken it; not whom it was merely offered to.
    eta_at
        While the unit is on its way; from its position where that is fresh, otherwise as promised.
    eta_from, eta_to, eta_why
        Between when and when they can be expected, and why not more exactly.
    asking
        Name of the unit that was asked and has not answered yet.
    next_step
        What comes next.
    route
        What is left of the way, longitude and latitude.
    remaining_m
        Length of that, in metres.
    honest
        Why nobody comes yet, and when somebody can.
    subsidy_fen
        What is due for it; ``None`` until it has been computed.
    said, description, address, media
        What the report says, and the digests of its photos.
    voices
        How many have reported the same matter.
    can_reopen, reopen_until
        Whether saying that it was not put right sends it back, and until when.
    """

    report_id: str
    service_code: str
    title: intake.Text
    status: str
    status_text: intake.Text | None
    received_at: datetime
    case_id: str | None
    state: str | None
    position: Position | None
    unit: str | None = None
    unit_name: str | None = None
    job_id: str | None = None
    eta_at: datetime | None = None
    unit_position: Seen | None = None
    route: list[tuple[float, float]] | None = None
    remaining_m: int | None = None
    clocks: list[ClockShown] = []
    steps: list[StepShown] = []
    honest: intake.Text | None = None
    documents: list[DocumentShown] = []
    subsidy_fen: int | None = None
    eta_from: datetime | None = None
    eta_to: datetime | None = None
    eta_why: intake.Text | None = None
    asking: str | None = None
    next_step: intake.Text | None = None
    said: list[Said] = []
    description: str = ""
    address: str = ""
    media: list[str] = []
    voices: int = 1
    can_rate: bool = False
    can_reopen: bool = False
    reopen_until: datetime | None = None
    can_cancel: bool = False


def title_of(row: intake.ReportRow, catalogue: intake.Catalogue) -> intake.Text:
    """Name of the service that was asked for."""
    offer = catalogue.find(row.service_code, from_us(row.received_us))
    return offer.service.name if offer is not None else intake.Text(row.service_code, row.service_code)


def status_text(row: intake.ReportRow, catalogue: intake.Catalogue) -> intake.Text | None:
    """What the public reads of a report's standing."""
    if row.withdrawn:
        return WITHDRAWN
    known = catalogue.states.get((row.lifecycle, row.case_state))
    if known is not None:
        return known.text
    return CLOSED if row.status == "closed" else None


async def follow(services: Services, row: intake.ReportRow, actor: Actor) -> Following:
    """Put the whole picture of a report together; its tracking token acts as the report itself."""
    catalogue = catalogue_of(services)
    mine = actor.id in (row.reporter, f"report/{row.report_id}")
    picture = Following(
        report_id=row.report_id,
        service_code=row.service_code,
        title=title_of(row, catalogue),
        status=row.status,
        status_text=status_text(row, catalogue),
        received_at=from_us(row.received_us),
        case_id=row.case_id or None,
        state=row.case_state or None,
        position=row.position,
        said=said_of(row, catalogue),
        description=row.description,
        address=row.address or _place_name(services, row.place_id),
        media=list(msgspec.json.decode(row.media, type=tuple[str, ...])),
        can_rate=mine and row.status == "closed" and row.rating is None and not row.withdrawn,
    )
    if not row.case_id:
        return picture
    loader = cast(cases.Loader, services.more["cases"])
    try:
        case = await loader.read(services.hub, row.case_id, lock=False)
    except Refusal:
        return picture
    file = await cases.case_file(services.hub, loader, row.case_id, _READER, services.clock.now())
    picture = msgspec.structs.replace(
        picture,
        state=case.state,
        clocks=[ClockShown(c.clock, c.zh, c.en, c.due_at, c.light, c.status) for c in file.clocks],
        steps=(steps := steps_of(case, catalogue)),
        next_step=next((step.text for step in steps if step.at is None), None),
        voices=(await intake.voices_of(services.hub, [row.case_id])).get(row.case_id, 1),
        reopen_until=(until := reopen_until(case)),
        can_reopen=mine and until is not None and services.clock.now() <= until,
        documents=await _documents(services, row.case_id),
        subsidy_fen=await _subsidy_fen(services, row, actor),
        can_cancel=mine and _CANCEL in moves_for(case, actor),
    )
    jobs = await field.crew_jobs_of_case(services.hub, row.case_id)
    taken = [job for job in jobs if job.state in _TAKEN]
    if taken:
        return await _with_unit(services, picture, taken[-1])
    if not case.is_open:
        return picture
    asked = next((job for job in reversed(jobs) if job.state == "offered"), None)
    return msgspec.structs.replace(
        picture,
        asking=None if asked is None else _unit_name(services, asked.unit_id),
        honest=await _honest(services, row.case_id),
    )


# -- who comes ----------------------------------------------------------------------------------------------


async def _with_unit(services: Services, picture: Following, job: field.CrewJob) -> Following:
    named = msgspec.structs.replace(
        picture, unit=job.unit_id, unit_name=_unit_name(services, job.unit_id), job_id=job.job_id
    )
    if job.state not in _COMING:
        return named
    now = services.clock.now()
    aged = await devices.last_of_unit(services.hub, job.unit_id, now)
    eta_at, route, remaining_m = job.eta_at, None, None
    if job.route is not None:
        route = list(job.route.points)
        remaining_m = job.route.length_m
    seen = None
    source: Source = "promise"
    if aged is not None:
        fresh = aged.state is FreshnessState.FRESH
        source = "position" if fresh else "old_position"
        seen = Seen(aged.last.lon, aged.last.lat, aged.last.at, not fresh)
        if fresh and job.route is not None and job.route.length_m > 0:
            route, share = remaining_way(job.route.points, Position(aged.last.lon, aged.last.lat))
            remaining_m = round(job.route.length_m * share)
            eta_at = aged.last.at + timedelta(seconds=round(job.route.eta_s * share))
    shares = await field.arrivals_of_unit(services.hub, job.unit_id)
    window = arrival_window(eta_at, now, shares, source, round(aged.age_s) if aged is not None else 0)
    return msgspec.structs.replace(
        named,
        eta_at=eta_at,
        eta_from=window.from_at,
        eta_to=window.to_at,
        eta_why=window.why,
        unit_position=seen,
        route=route,
        remaining_m=remaining_m,
    )


def remaining_way(points: Sequence[tuple[float, float]], here: Position) -> tuple[list[tuple[float, float]], float]:
    """Give what is left of a way from the place on it that is nearest to ``here``, and which share that is.

    Parameters
    ----------
    points
        Longitude and latitude in degrees, at least one.
    here
        Where the unit is; it need not be on the way.

    Notes
    -----
    Flat around ``here`` (equirectangular), which errs by less than 0.1 % over the width of a harbour.
    """
    squeeze = math.cos(math.radians(here.lat))
    flat = [((lon - here.lon) * squeeze, lat - here.lat) for lon, lat in points]
    best, at, foot = math.inf, 0, points[0]
    for place, ((ax, ay), (bx, by)) in enumerate(pairwise(flat)):
        dx, dy = bx - ax, by - ay
        length2 = dx * dx + dy * dy
        share = 0.0 if length2 == 0.0 else max(0.0, min(1.0, -(ax * dx + ay * dy) / length2))
        x, y = ax + share * dx, ay + share * dy
        if x * x + y * y < best:
            best, at, foot = x * x + y * y, place, (here.lon + x / squeeze, here.lat + y)
    left = [foot, *points[at + 1 :]]
    whole_m = _length_m(points)
    return left, min(1.0, _length_m(left) / whole_m) if whole_m > 0.0 else 0.0


def _length_m(points: Sequence[tuple[float, float]]) -> float:
    return math.fsum(great_circle_m(Position(*a), Position(*b)) for a, b in pairwise(points))


async def _honest(services: Services, case_id: str) -> intake.Text | None:
    for job in await dispatch.jobs_of_case(services.hub, case_id):
        if job.state != "no_unit":
            continue
        told = await dispatch.shortfall_of(services.hub, job.job_id)
        if told is not None and told.honest_zh:
            return intake.Text(told.honest_zh, told.honest_en or told.honest_zh)
        if told is not None and told.reasons:
            return intake.Text("；".join(one.zh for one in told.reasons), "; ".join(one.en for one in told.reasons))
    return None


def _unit_name(services: Services, unit_id: str) -> str:
    unit = services.registers.units.get(unit_id)
    return unit.name if unit else unit_id


def _place_name(services: Services, place_id: str) -> str:
    place = services.registers.places.get(place_id) if place_id else None
    return place.name if place else ""


# -- whether it can be opened again --------------------------------------------------------


def reopen_until(case: CaseState) -> datetime | None:
    """Until when a closed case goes back when its reporter says that it was not put right; none: never."""
    lifecycle = case.lifecycle
    for name in moves_on_fact(lifecycle, case.state, "ReportDisputed"):
        move = lifecycle.moves[name]
        done = sum(step.move == name for step in case.trail)
        if case.is_open or (move.max_times is not None and done >= move.max_times):
            continue
        if move.within is None:
            return datetime.max.replace(tzinfo=case.state_since.tzinfo)
        since = case.state_since if move.within.since == "state" else case.opened_at
        return add(since, move.within.duration, case.calendars.of(lifecycle.calendar, case.responsible_unit)).at
    return None


# -- the way of the case ------------------------------------------------------------------------------------


def steps_of(case: CaseState, catalogue: intake.Catalogue) -> list[StepShown]:
    """Give the steps of a case in their order: those reached with their instants, and those still ahead.

    A case that was cancelled has no steps ahead. Going back takes back what lay behind.
    """
    lifecycle = case.lifecycle
    order = list(lifecycle.states)
    reached: dict[str, datetime] = {lifecycle.start: case.opened_at}
    for step in case.trail:
        if step.to_state == lifecycle.start or step.to_state in reached:
            place = order.index(step.to_state)
            reached = {state: at for state, at in reached.items() if order.index(state) < place}
        reached[step.to_state] = from_us(step.at_us)
    reached.setdefault(case.state, case.state_since)
    aside = {state for state in order if _is_aside(lifecycle, state)}
    goal = next((state for state in order if lifecycle.states[state].final), None)
    here = order.index(case.state)
    steps = []
    for place, state in enumerate(order):
        passed = state in reached and (state not in aside or state == case.state)
        ahead = (
            case.is_open
            and place > here
            and state not in aside
            and (state == goal or not lifecycle.states[state].final)
        )
        if passed or ahead:
            known = catalogue.states.get((lifecycle.lifecycle, state))
            named = lifecycle.states[state]
            text = intake.Text(named.zh, named.en) if known is None else known.text
            steps.append(StepShown(state, text, reached.get(state) if passed else None))
    return steps


def _is_aside(lifecycle: cases.Lifecycle, state: str) -> bool:
    ways_in = [move for move in lifecycle.moves.values() if move.to == state]
    return bool(ways_in) and all(move.on_fact and _NOBODY_CAME.issuperset(move.on_fact) for move in ways_in)


# -- papers and money ---------------------------------------------------------------------------------------


async def _documents(services: Services, case_id: str) -> list[DocumentShown]:
    templates = cast(documents.Templates, services.more["templates"])
    shown = []
    for document in await documents.documents_of_case(services.hub, case_id):
        if document.status != "valid":
            continue
        title = templates.version(document.kind, document.template_version).title
        shown.append(
            DocumentShown(
                document.document_id,
                document.kind,
                intake.Text(title.zh, title.en),
                document.number,
                document.verify_code,
            )
        )
    return shown


async def _subsidy_fen(services: Services, row: intake.ReportRow, actor: Actor) -> int | None:
    """What is due for this report: to its reporter, as far as he asks himself."""
    claims = [
        claim
        for claim in await ledger.claims_of_case(services.hub, row.case_id)
        if claim.state not in ("rejected", "reversed")
        and (row.reporter != actor.id or actor.id in (claim.payee, claim.reporter))
    ]
    return sum(claim.payable_fen for claim in claims) if claims else None
