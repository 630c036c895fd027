"""Open311 GeoReport v2 over HTTP, in XML and JSON, with the exchange of updates and bulk outputs.

What is public of a report is readable by everyone, without a key; a key is needed to send.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

import msgspec
from litestar import Response, Router, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from tidehub.adapters import open311 as protocol
from tidehub.adapters.open311 import CONTENT_TYPES, Open311Error, PostedRequest, Shown
from tidehub.adapters.open311.reading import REQUESTS_MAX, SPAN_MAX
from tidehub.api.errors import BROKEN, prefers_english
from tidehub.api.exchange import AnyRequest
from tidehub.api.forms import SentForm, read_form, read_pairs
from tidehub.api.intake_doors import doors_of
from tidehub.api.raw import admit_by_token, once_more
from tidehub.api.services import Services, services_of
from tidehub.capabilities import intake
from tidehub.capabilities.intake import (
    AddReportUpdate,
    Contact,
    GivenPosition,
    Offer,
    ReceiveReport,
    ReportFilter,
    ReportRow,
    answers_of_texts,
)
from tidehub.capabilities.intake.model import UpdateStatus
from tidehub.kernel.access import Actor, rule
from tidehub.kernel.errors import Refusal, Unavailable
from tidehub.kernel.instants import to_us

PATH = "/open311/v2"
SEND = rule(signed_in=True)
_EVERYONE = rule(everyone=True)
_FAMILY = "open311"
_FORMATS = ("xml", "json")
_MEDIA_MAX = 10
_SOURCE = "open311:"
log = logging.getLogger("tidehub.api")


def _opt(**more: Any) -> dict[str, Any]:
    return {"rule": _EVERYONE, "family": _FAMILY, "answer": "text/xml, application/json", **more}


def _paths(*names: str, formats: Sequence[str] = _FORMATS) -> list[str]:
    return [f"/{name}.{format_}" for name in names for format_ in formats]


def _format(request: AnyRequest) -> str:
    suffix = request.url.path.rpartition(".")[2]
    return suffix if suffix in CONTENT_TYPES else "xml"


def _language(request: AnyRequest) -> str:
    return "en" if prefers_english(request.headers.get("accept-language", "")) else "zh"


def _answer(request: AnyRequest, root: str, value: Any, status: int = 200) -> Response[bytes]:
    format_ = _format(request)
    if format_ not in _FORMATS:
        format_ = "xml"
    headers = {
        "content-type": CONTENT_TYPES[format_],
        "access-control-allow-origin": "*",
        "vary": "accept-language",
    }
    return Response(protocol.write(root, value, format_), status_code=status, headers=headers)


def _failed(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Answer every error in the protocol's own form and in the format that was asked for."""
    if isinstance(error, Open311Error):
        told = error
    elif isinstance(error, Refusal):
        told = protocol.error_of(error)
    elif isinstance(error, Unavailable):
        told = Open311Error(503, f"{error.what} is not available; try again later / 暂不可用，请稍后重试")
    elif isinstance(error, HTTPException) and error.status_code < 500:
        told = Open311Error(error.status_code, str(error.detail)[:200])
    else:
        incident = secrets.token_hex(6)
        log.error("incident %s at %s", incident, request.url.path, exc_info=error)
        told = Open311Error(500, BROKEN(None, incident=incident).text("en"))
    response = _answer(request, "errors", told.errors(), told.status)
    if told.status in (429, 503):
        response.headers["retry-after"] = "5"
    return response


def _params(request: AnyRequest) -> dict[str, list[str]]:
    form = SentForm()
    read_pairs(request.scope.get("query_string", b""), form)
    return form.fields


def _check_jurisdiction(params: Mapping[str, Sequence[str]], services: Services) -> None:
    served = doors_of(services).open311.jurisdictions
    told = protocol.one(params, "jurisdiction_id")
    if not told and len(served) > 1:
        raise Open311Error(400, "jurisdiction_id was not provided / 缺少 jurisdiction_id")
    if told and served and told not in served:
        raise Open311Error(404, f"jurisdiction_id '{told[:80]}' was not found / 没有该辖区")


def _here(request: AnyRequest) -> str:
    base = doors_of(services_of(request)).public_url or str(request.base_url).rstrip("/")
    return f"{base}{PATH}"


def _shown(request: AnyRequest) -> Shown:
    doors = doors_of(services_of(request))
    return Shown(
        catalogue=doors.catalogue,
        agency_name=doors.agency_name,
        language=_language(request),
        zone=doors.catalogue.zone,
        here=_here(request),
    )


# -- discovery and services ---------------------------------------------------------------------------------


@get(_paths("discovery"), opt=_opt())
async def discovery(request: AnyRequest) -> Response[bytes]:
    """Say where the endpoints are (Service Discovery)."""
    settings = doors_of(services_of(request)).open311
    told = protocol.discovery(settings, _here(request), _language(request))
    return _answer(request, "discovery", told)


@get(_paths("services"), opt=_opt())
async def list_services(request: AnyRequest) -> Response[bytes]:
    """List what can be requested."""
    services = services_of(request)
    _check_jurisdiction(_params(request), services)
    offers = doors_of(services).catalogue.listed(services.clock.now())
    language = _language(request)
    return _answer(request, "services", [protocol.service(offer, language) for offer in offers])


def _id_in(name: str) -> str:
    """Take the format off the last part of an address; one without a known format names nothing."""
    id_, dot, format_ = name.rpartition(".")
    if not dot or format_ not in _FORMATS or not id_:
        raise Open311Error(404, f"'{name[:80]}' was not found; end it with .xml or .json / 没有此资源")
    return id_


@get("/services/{name:str}", opt=_opt())
async def get_definition(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Define a service's attributes."""
    services = services_of(request)
    _check_jurisdiction(_params(request), services)
    offer = _offer(services, _id_in(name))
    told = protocol.definition(offer.service.code, offer.form, _language(request))
    return _answer(request, "service_definition", told)


def _offer(services: Services, service_code: str) -> Offer:
    offer = doors_of(services).catalogue.offer(service_code, services.clock.now())
    if not offer.service.listed:
        raise Open311Error(404, f"service_code '{service_code[:80]}' was not found / 没有该服务")
    return offer


# -- sending ------------------------------------------------------------------------------------------------


async def _form_and_sender(request: AnyRequest, services: Services) -> tuple[SentForm, Actor]:
    form = SentForm()
    try:
        read_pairs(request.scope.get("query_string", b""), form)
        await read_form(request, form, services.settings.file_bytes_max)
        _check_jurisdiction(form.fields, services)
        return form, await _sender(request, services, form)
    except BaseException:
        form.close()
        raise


async def _sender(request: AnyRequest, services: Services, form: SentForm) -> Actor:
    """Find out who holds the key. A session's cookie does not count here."""
    headers = {name: value for name, value in request.headers.items() if name in ("authorization", "accept-language")}
    try:
        return await admit_by_token(headers, services, SEND, _FAMILY, protocol.one(form.fields, "api_key"))
    except Refusal as refusal:
        if refusal.kind.category in ("unauthenticated", "forbidden"):
            raise Open311Error(
                403, f"api_key is missing or not valid ({refusal.code}) / 缺少 api_key 或 api_key 无效"
            ) from None
        raise


async def _store_media(services: Services, form: SentForm, by: str) -> tuple[str, ...]:
    sent = [file for file in form.files if file.field in ("media", "media[]", "photo", "photos[]")]
    if len(sent) > _MEDIA_MAX:
        raise Open311Error(400, f"media takes at most {_MEDIA_MAX} files")
    if sent and services.files is None:
        raise Unavailable("file store")
    kept = []
    for file in sent:
        if not file.media_type.startswith(("image/", "video/", "application/pdf")):
            raise Open311Error(400, f"media takes pictures, videos and PDF, not {file.media_type[:60]}")
        assert services.files is not None
        kept.append((await services.files.put(file.chunks(), media_type=file.media_type, by=by)).sha256)
    return tuple(kept)


@post(
    _paths("requests"),
    status_code=200,
    opt=_opt(body="application/x-www-form-urlencoded"),
    request_max_body_size=None,
)
async def post_request(request: AnyRequest) -> Response[bytes]:
    """Create a service request; its id comes when it is on disk.

    Sent again under the same ``Idempotency-Key``, it is the same request.
    """
    services = services_of(request)
    form, actor = await _form_and_sender(request, services)
    try:
        told = protocol.read_request(form.fields)
        offer = _offer(services, told.service_code)
        key = request.headers.get("idempotency-key", "") or secrets.token_hex(16)
        media = await _store_media(services, form, actor.id)
        command = request_command(told, offer, actor, key[:512], media)
        await once_more(lambda: services.hub.handle(command, by=actor))
    finally:
        form.close()
    notice = offer.service.notice
    english = _language(request) == "en"
    created = {
        "service_request_id": command.report_id,
        "service_notice": None if notice is None else notice.en if english else notice.zh,
        "account_id": None,
    }
    return _answer(request, "service_requests", [created])


def request_command(told: PostedRequest, offer: Offer, actor: Actor, key: str, media: tuple[str, ...]) -> ReceiveReport:
    """Turn a posted request into the command: a person's own key reports for that person."""
    name = " ".join(part for part in (told.first_name, told.last_name) if part)
    contact = Contact(name, told.phone, told.email)
    own = actor.id.startswith("person/") and "citizen" in actor.roles
    return ReceiveReport(
        service_code=offer.service.code,
        channel="open311",
        source=f"{_SOURCE}{actor.id}",
        source_key=key,
        description=told.description,
        position=told.position,
        position_given=None if told.given is None else GivenPosition(*told.given),
        place_id=told.address_id,
        address=told.address_string,
        answers=answers_of_texts(offer.form, told.attributes),
        media=media,
        media_url=told.media_url,
        reporter=actor.id if own else "",
        taken_by="" if own else actor.id,
        contact=contact or None,
    )


# -- reading ------------------------------------------------------------------------------------------------


@get("/tokens/{name:str}", opt=_opt())
async def get_token(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Turn a token into the id of its request."""
    services = services_of(request)
    _check_jurisdiction(_params(request), services)
    token = _id_in(name)
    report_id = intake.report_of_token(token, doors_of(services).secret)
    if await intake.find_report(services.hub, report_id) is None:
        raise Open311Error(404, "the token was not found / 没有该查询码")
    return _answer(request, "service_requests", [{"service_request_id": report_id, "token": token}])


@get(_paths("requests", formats=("xml", "json", "csv", "rss")), opt=_opt())
async def list_requests(request: AnyRequest) -> Response[bytes]:
    """List requests of the last 90 days, or those that are asked for; 1000 at most, newest first."""
    services = services_of(request)
    params = _params(request)
    _check_jurisdiction(params, services)
    query = protocol.read_query(params, services.clock.now())
    doors = doors_of(services)
    listed = tuple(
        code
        for code in sorted(doors.catalogue.codes())
        if (query.service_codes is None or code in query.service_codes)
        and (offer := doors.catalogue.find(code, services.clock.now())) is not None
        and offer.service.listed
    )
    wanted = ReportFilter(
        report_ids=query.request_ids,
        service_codes=listed,
        statuses=query.statuses,
        agencies=None if query.agencies is None else doors.agency_ids(query.agencies),
        received_from_us=query.from_us,
        received_to_us=query.to_us,
        box=query.box,
        public=True,
    )
    rows = await intake.list_reports(
        services.hub, wanted, limit=query.page_size, offset=(query.page - 1) * query.page_size
    )
    return await _answer_requests(request, services, rows, query.extensions)


async def _answer_requests(
    request: AnyRequest, services: Services, rows: Sequence[ReportRow], extensions: bool
) -> Response[bytes]:
    shown, format_ = _shown(request), _format(request)
    records = [protocol.request(row, shown) for row in rows]
    if extensions and rows:
        by_report: dict[str, list[Any]] = {row.report_id: [] for row in rows}
        ids = list(by_report)
        for update in await intake.list_updates(services.hub, report_ids=ids, limit=20 * REQUESTS_MAX):
            by_report[update.report_id].append(update)
        for row, record in zip(rows, records, strict=True):
            record |= protocol.extended(row, by_report[row.report_id], shown)
    if format_ in _FORMATS:
        return _answer(request, "service_requests", records)
    if format_ == "csv":
        closed = [shown.at(row.closed_us) or "" for row in rows]
        body = protocol.write_bulk(records, [row.channel for row in rows], closed)
    else:
        links = [f"{shown.here}/requests/{row.report_id}.xml" for row in rows]
        title = "Service requests" if shown.language == "en" else "诉求"
        body = protocol.write_rss(records, links, title, f"{shown.here}/requests.rss")
    headers = {"content-type": CONTENT_TYPES[format_], "access-control-allow-origin": "*"}
    return Response(body, headers=headers)


async def _public_row(services: Services, report_id: str) -> ReportRow:
    row = await intake.find_report(services.hub, report_id)
    offer = None if row is None else doors_of(services).catalogue.find(row.service_code, services.clock.now())
    if row is None or not row.public or (offer is not None and not offer.service.listed):
        raise Open311Error(404, f"service_request_id '{report_id[:80]}' was not found / 没有该诉求")
    return row


@get("/requests/{name:str}", opt=_opt())
async def get_request(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Get one request, in a list of one."""
    services = services_of(request)
    params = _params(request)
    _check_jurisdiction(params, services)
    row = await _public_row(services, _id_in(name))
    return await _answer_requests(request, services, [row], protocol.one(params, "extensions").lower() in ("true", "1"))


@get("/requests/{report_id:str}/media/{number:int}", opt=_opt(answer="image/*"))
async def get_media(request: AnyRequest, report_id: FromPath[str], number: FromPath[int]) -> Response[bytes]:
    """Get a picture of a public request, without what the camera wrote into it."""
    services = services_of(request)
    row = await _public_row(services, report_id)
    return await _answer_media(services, msgspec.json.decode(row.media), number)


@get("/updates/{update_id:str}/media/{number:int}", opt=_opt(answer="image/*"))
async def get_update_media(request: AnyRequest, update_id: FromPath[str], number: FromPath[int]) -> Response[bytes]:
    """Get a picture of a public update, without what the camera wrote into it."""
    services = services_of(request)
    update = await intake.find_update(services.hub, update_id)
    if update is None or not update.public:
        raise Open311Error(404, f"update_id '{update_id[:80]}' was not found / 没有该进展")
    await _public_row(services, update.report_id)
    return await _answer_media(services, msgspec.json.decode(update.media), number)


async def _answer_media(services: Services, media: list[str], number: int) -> Response[bytes]:
    keeper: Any = services.files
    kept = None
    if keeper is not None and 1 <= number <= len(media):
        kept = await keeper.find(media[number - 1])
    if kept is None:
        raise Open311Error(404, "the media was not found / 没有该媒体文件")
    headers = {
        "content-type": kept.media_type,
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": "public, max-age=3600",
    }
    return Response(await keeper.public_copy(kept.sha256), headers=headers)


# -- updates (mySociety's extension) ------------------------------------------------------------------------


@get(_paths("servicerequestupdates"), opt=_opt())
async def list_updates(request: AnyRequest) -> Response[bytes]:
    """List public updates of a span of time, oldest first; without one, of the last 90 days."""
    services = services_of(request)
    params = _params(request)
    _check_jurisdiction(params, services)
    now = services.clock.now()
    start = protocol.instant(params, "start_date")
    end = protocol.instant(params, "end_date", end=True)
    if start is not None and end is not None and end < start:
        raise Open311Error(400, "end_date lies before start_date / end_date 早于 start_date")
    rows = await intake.list_updates(
        services.hub,
        from_us=to_us(start or (end or now) - SPAN_MAX),
        to_us=to_us(end or now + timedelta(seconds=1)),
        limit=REQUESTS_MAX,
    )
    shown = _shown(request)
    told = [one for one in (protocol.update(row, shown) for row in rows) if one is not None]
    return _answer(request, "service_request_updates", told)


@post(
    _paths("servicerequestupdates"),
    status_code=200,
    opt=_opt(body="application/x-www-form-urlencoded"),
    request_max_body_size=None,
)
async def post_update(request: AnyRequest) -> Response[bytes]:
    """Add an update to a request; the same ``update_id`` again is the same update."""
    services = services_of(request)
    form, actor = await _form_and_sender(request, services)
    try:
        told = protocol.read_update(form.fields)
        if await intake.find_report(services.hub, told.request_id) is None:
            raise Open311Error(404, f"service_request_id '{told.request_id[:80]}' was not found / 没有该诉求")
        media = await _store_media(services, form, actor.id)
    finally:
        form.close()
    contact = Contact(told.name, told.phone, told.email)
    command = AddReportUpdate(
        report_id=told.request_id,
        source=f"{_SOURCE}{actor.id}",
        source_key=told.update_id,
        description=told.description,
        status=cast(UpdateStatus, told.status),  # one of its words, as it was read
        media=media,
        media_url=told.media_url,
        happened_at=told.updated_at,
        public=told.public,
        contact=contact or None,
    )
    await once_more(lambda: services.hub.handle(command, by=actor))
    return _answer(request, "service_request_updates", [{"update_id": command.update_id}])


ROUTES: list[Any] = [
    Router(
        path=PATH,
        route_handlers=[
            discovery,
            list_services,
            get_definition,
            post_request,
            get_token,
            list_requests,
            get_request,
            get_media,
            get_update_media,
            list_updates,
            post_update,
        ],
        exception_handlers={Exception: _failed, HTTPException: _failed, Refusal: _failed},
    )
]
