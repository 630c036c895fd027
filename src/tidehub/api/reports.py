"""Reports (报件): those one may see, one of them, what lies near, how it goes on, rating and withdrawing.

The composition root gives ``services.more["catalogue"]`` (intake's catalogue), ``services.more["cases"]``
(the cases' loader), ``services.more["context"]`` (the flows' context) and ``services.more["templates"]`` (document
templates). How a report is taken in stands in the families of the channels.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.response import File

from tidehub.api import following
from tidehub.api.catalogue import catalogue_of
from tidehub.api.commanding import chain_version, command_route
from tidehub.api.exchange import (
    AnyRequest,
    Page,
    answer,
    is_unchanged,
    page_of,
    read_cursor,
    read_query,
    write_cursor,
)
from tidehub.api.positions import box_of
from tidehub.api.services import Services, SubjectOf, actor_in, services_of
from tidehub.capabilities import intake
from tidehub.capabilities.intake.catalogue import Offer
from tidehub.kernel.access import Actor, Subject, demand, rule, scope
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.geometry import Position, position
from tidehub.kernel.instants import from_us, to_us

VIEW = rule("duty_officer", "shift_leader", "checker", "auditor", "administrator", relations=["reporter"])
"""Who may see a report with what it says; ``scope(VIEW, actor)`` is what lists filter by."""
_FAMILY = "reports"
_OF_ONE = "/api/v1/reports/{report_id:str}"
_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp"})
_NEAR_M, _NEAR_S = 200, 7 * 86_400


class ReportsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which reports: one's own (``mine``), of ``service``, ``category``, ``status`` (comma lists), ``case``.

    ``box`` is ``west,south,east,north`` in WGS 84 degrees.
    """

    mine: bool = False
    service: str = ""
    category: str = ""
    status: str = ""
    case: str | None = None
    box: str | None = None

    def __post_init__(self) -> None:
        Page.__post_init__(self)
        if self.box is not None:
            box_of(self.box)


class NearQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service, and where; the datum of the coordinates is said, never guessed."""

    service_code: str
    lon: float
    lat: float
    datum: str


class ReportItem(msgspec.Struct, frozen=True):
    """A report in a list."""

    report_id: str
    service_code: str
    title: intake.Text
    category: str
    channel: str
    status: str
    status_text: intake.Text | None
    received_at: datetime
    region_code: str
    position: dict[str, float] | None
    case_id: str | None
    state: str | None
    withdrawn: bool
    rating: int | None


class ReportList(msgspec.Struct, frozen=True):
    """Reports, newest first."""

    items: list[ReportItem]
    next: str | None


class NearReport(msgspec.Struct, frozen=True):
    """An open public report nearby, which may be about the same, and how many have reported it."""

    distance_m: int
    report: dict[str, Any]
    title: intake.Text
    status_text: intake.Text | None
    voices: int


class NearList(msgspec.Struct, frozen=True):
    """Reports nearby, the nearest first."""

    items: list[NearReport]
    next: str | None


@get("/api/v1/reports", opt={"rule": VIEW, "family": _FAMILY, "query": ReportsQuery, "answer": ReportList})
async def list_reports(request: AnyRequest) -> Response[bytes]:
    """List the reports one may see, newest first."""
    query = read_query(request, ReportsQuery)
    services, actor = services_of(request), actor_in(request)
    found = await intake.list_reports(
        services.hub,
        intake.ReportFilter(
            service_codes=_list(query.service),
            categories=_list(query.category),
            statuses=_list(query.status),
            reporter=actor.id if query.mine else None,
            case_id=query.case,
            box=None if query.box is None else box_of(query.box),
        ),
        scope(VIEW, actor),
        limit=query.limit,
        after=read_cursor(query.cursor, tuple[int, str]),
    )
    last = found[-1] if len(found) == query.limit else None
    return answer(
        page_of(
            [_item(row, catalogue_of(services)) for row in found],
            write_cursor(last.received_us, last.report_id) if last else None,
        ),
        headers={"cache-control": "no-store"},
    )


@get(
    "/api/v1/reports/near",
    opt={"rule": rule(everyone=True), "family": _FAMILY, "query": NearQuery, "answer": NearList},
)
async def list_near_reports(request: AnyRequest) -> Response[bytes]:
    """List open public reports of the same category close by: perhaps the matter is known already."""
    query = read_query(request, NearQuery)
    services = services_of(request)
    offer = catalogue_of(services).offer(query.service_code, services.clock.now())
    return answer(page_of(await reports_near(services, offer, position(query.lon, query.lat, query.datum)), None))


async def reports_near(services: Services, offer: Offer, at: Position) -> list[NearReport]:
    """Find open public matters of a service's category near a place, the nearest first, each once."""
    limits = offer.service.duplicates
    within_s = limits.within_s if limits else _NEAR_S
    found = await intake.near_reports(
        services.hub,
        offer.service.category,
        at,
        radius_m=limits.radius_m if limits else _NEAR_M,
        received_from_us=to_us(services.clock.now() - timedelta(seconds=within_s)),
    )
    voices = await intake.voices_of(services.hub, [row.case_id for _, row in found if row.case_id])
    catalogue = catalogue_of(services)
    matters = {row.case_id or row.report_id: (away_m, row) for away_m, row in reversed(found)}  # the nearest of each
    return [
        NearReport(
            round(away_m),
            intake.shown_report(row, offer, public=True),
            following.title_of(row, catalogue),
            following.status_text(row, catalogue),
            voices.get(row.case_id, 1),
        )
        for away_m, row in sorted(matters.values(), key=lambda pair: (pair[0], pair[1].report_id))
    ]


@get(_OF_ONE, opt={"rule": VIEW, "family": _FAMILY, "answer": dict[str, Any]})
async def get_report(request: AnyRequest, report_id: FromPath[str]) -> Response[Any]:
    """Get one report as it was sent, its personal data masked."""
    services = services_of(request)
    row = await seen_report(services, report_id, actor_in(request))
    version = await chain_version(services, f"report/{report_id}")
    if not row.case_id and is_unchanged(request, version):
        return Response(None, status_code=304, headers={"etag": f'"v{version}"'})
    offer = catalogue_of(services).find(row.service_code, from_us(row.received_us))
    return answer(intake.shown_report(row, offer), version=version)


@get(f"{_OF_ONE}/following", opt={"rule": VIEW, "family": _FAMILY, "answer": following.Following})
async def get_following(request: AnyRequest, report_id: FromPath[str]) -> Response[bytes]:
    """Get everything its reporter wants to know: who comes, where they are, when, receipts, subsidy."""
    services, actor = services_of(request), actor_in(request)
    row = await seen_report(services, report_id, actor)
    return answer(await following.follow(services, row, actor), headers={"cache-control": "no-store"})


@get(
    f"{_OF_ONE}/media/{{sha256:str}}",
    opt={"rule": VIEW, "family": _FAMILY, "answer": "application/octet-stream"},
)
async def get_report_media(request: AnyRequest, report_id: FromPath[str], sha256: FromPath[str]) -> File:
    """Get a photo that was sent with a report."""
    services = services_of(request)
    row = await seen_report(services, report_id, actor_in(request))
    return await kept_file(services, sha256, known=sha256 in msgspec.json.decode(row.media, type=tuple[str, ...]))


async def kept_file(services: Services, sha256: str, *, known: bool) -> File:
    """Give a stored file that is ``known`` to belong to the matter; pictures are shown, all else is saved.

    Raises
    ------
    Refusal
        ``not_found``.
    """
    kept = await services.files.find(sha256) if known and services.files is not None else None
    if kept is None or services.files is None:
        raise NOT_FOUND("sha256", what="文件 file", id=sha256[:64])
    shown = kept.media_type in _SHOWN
    return File(
        services.files.path(sha256),
        media_type=kept.media_type if shown else "application/octet-stream",
        filename=kept.sha256[:16],
        content_disposition_type="inline" if shown else "attachment",
        headers={
            "cache-control": "private, max-age=31536000, immutable",
            "content-security-policy": "default-src 'none'; sandbox",
        },
    )


async def seen_report(services: Services, report_id: str, actor: Actor) -> intake.ReportRow:
    """Find a report that this actor may see.

    Raises
    ------
    Refusal
        ``not_found``, ``forbidden``.
    """
    row = await intake.find_report(services.hub, report_id)
    if row is None:
        raise NOT_FOUND("report_id", what="报件 report", id=report_id[:80])
    related = (("reporter", row.reporter),) if row.reporter else ()
    demand(VIEW, actor, Subject(row.region_code, related))
    return row


def subject_of(services: Services) -> SubjectOf:
    """Make the look-up by which the stream of facts asks where a report lies and whose it is."""

    async def find(report_id: str) -> Subject | None:
        return await intake.report_subject(services.hub, report_id)

    return find


def _list(text: str) -> tuple[str, ...] | None:
    return tuple(filter(None, text.split(","))) or None


def _item(row: intake.ReportRow, catalogue: intake.Catalogue) -> ReportItem:
    return ReportItem(
        report_id=row.report_id,
        service_code=row.service_code,
        title=following.title_of(row, catalogue),
        category=row.category,
        channel=row.channel,
        status=row.status,
        status_text=following.status_text(row, catalogue),
        received_at=from_us(row.received_us),
        region_code=row.region_code,
        position=None if row.lon is None or row.lat is None else {"lon": row.lon, "lat": row.lat},
        case_id=row.case_id or None,
        state=row.case_state or None,
        withdrawn=bool(row.withdrawn),
        rating=row.rating,
    )


ROUTES: list[Any] = [
    list_reports,
    list_near_reports,
    get_report,
    get_following,
    get_report_media,
    command_route(f"{_OF_ONE}/rating", intake.RateReport, family=_FAMILY, named="report_id"),
    command_route(f"{_OF_ONE}/withdraw", intake.WithdrawReport, family=_FAMILY, named="report_id"),
]
