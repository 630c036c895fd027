"""Reports beyond their lists: followed by their token without signing in, added to, joined, unmasked."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from tidehub.api.commanding import Done, carry_out, command_route
from tidehub.api.exchange import AnyRequest, answer, read_json
from tidehub.api.intake_doors import IntakeDoors, doors_of
from tidehub.api.services import Services, actor_in, services_of
from tidehub.capabilities import intake
from tidehub.capabilities.intake import ReportRow, shown_report
from tidehub.capabilities.intake.commands import Line, Prose
from tidehub.capabilities.intake.model import Sha256, UpdateStatus
from tidehub.kernel.access import Actor, Subject, demand, platform_actor, rule
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.instants import from_us
from tidehub.registers import NotePersonalDataRead

STAFF = rule("duty_officer", "shift_leader", "administrator")
_EVERYONE = rule(everyone=True)
_FAMILY = "reports"
_UPDATE_HIDDEN = ("source", "source_key", "contact")
_OF_ONE = "/api/v1/reports/{report_id:str}"


def _opt(**more: Any) -> dict[str, Any]:
    return {"family": _FAMILY, **more}


class PurposeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the contact is wanted for."""

    purpose: str
    case_id: str | None = None


def _show(row: ReportRow, doors: IntakeDoors, *, public: bool = False, full: bool = False) -> dict[str, Any]:
    offer = doors.catalogue.find(row.service_code, from_us(row.received_us))
    shown = shown_report(row, offer, public=public, full=full)
    state = doors.catalogue.states.get((row.lifecycle, row.case_state))
    return shown | {
        "service_name": None if offer is None else offer.service.name,
        "status_text": None if state is None else state.text,
        "agency_name": {one: doors.agency_name(row.agency, one) if row.agency else "" for one in ("zh", "en")},
    }


async def _row(services: Services, report_id: str) -> ReportRow:
    row = await intake.find_report(services.hub, report_id)
    if row is None:
        raise NOT_FOUND("report_id", what="report", id=report_id[:80])
    return row


def _subject(row: ReportRow) -> Subject:
    related = [("reporter", f"report/{row.report_id}")]
    return Subject(row.region_code, (*related, *([("reporter", row.reporter)] if row.reporter else ())))


async def _answer_with_updates(services: Services, row: ReportRow, *, public: bool) -> Response[bytes]:
    doors = doors_of(services)
    updates = await intake.list_updates(services.hub, report_ids=[row.report_id], public=public)
    told = []
    for one in updates:
        state = doors.catalogue.states.get((one.lifecycle, one.case_state))
        if one.status or state is not None:
            told.append(
                {
                    "update_id": one.update_id,
                    "at": from_us(one.at_us),
                    "status": one.status or (state.status if state else ""),
                    "text": None if state is None else state.text,
                    "description": one.description,
                    "media": msgspec.json.decode(one.media),
                }
            )
    return answer(_show(row, doors, public=public) | {"updates": told})


@get("/api/v1/tracking/{token:str}", opt=_opt(rule=_EVERYONE, answer=dict[str, Any]))
async def track_report(request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
    """Follow a report by its tracking token; contacts stay masked."""
    services = services_of(request)
    report_id = intake.report_of_token(token, doors_of(services).secret)
    return await _answer_with_updates(services, await _row(services, report_id), public=False)


@post(
    "/api/v1/reports/{report_id:str}/contact",
    status_code=200,
    opt=_opt(rule=STAFF, body=PurposeBody, answer=dict[str, Any]),
)
async def unmask_contact(request: AnyRequest, report_id: FromPath[str]) -> Response[bytes]:
    """See who reported and how to reach them, for a purpose; that one has seen it is on disk first."""
    services, actor = services_of(request), actor_in(request)
    told = await read_json(request, PurposeBody)
    row = await _row(services, report_id)
    demand(STAFF, actor, _subject(row))
    note = NotePersonalDataRead(
        who=actor.id,
        whose=row.reporter or f"report/{row.report_id}",
        fields=("name", "phone", "mail"),
        purpose=told.purpose,
        case_id=told.case_id or row.case_id or None,
    )
    await services.hub.handle(note, by=platform_actor(actor.id))
    shown = _show(row, doors_of(services), full=True)
    return answer({"contact": shown["contact"], "answers": shown["answers"]}, headers={"cache-control": "no-store"})


def _from_here(request: AnyRequest, fields: dict[str, Any]) -> dict[str, Any]:
    key = (
        request.headers.get("idempotency-key")
        or msgspec.json.encode((fields["description"], fields["status"], fields["media"])).hex()
    )
    return fields | {"source": f"api:{actor_in(request).id}", "source_key": key[:512]}


class TrackedUpdate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is new, from who holds the token."""

    description: Prose
    status: UpdateStatus = "unchanged"
    media: Annotated[tuple[Sha256, ...], msgspec.Meta(max_length=20)] = ()
    public: bool = True


class TrackedRating(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it was done, 1 to 5, and whether the matter was put right."""

    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    fixed: bool
    comment: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class TrackedWithdrawal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is taken back."""

    reason: Line = ""


def _holder(request: AnyRequest, token: str) -> Actor:
    """Return the report itself as actor: who holds its token speaks for its reporter."""
    report_id = intake.report_of_token(token, doors_of(services_of(request)).secret)
    actor = Actor(f"report/{report_id}")
    request.scope["state"]["actor"] = actor
    return actor


@post(
    "/api/v1/tracking/{token:str}/updates",
    status_code=200,
    opt=_opt(rule=_EVERYONE, body=TrackedUpdate, answer=Done),
)
async def tracked_update(request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
    """Add to a report by its tracking token."""
    report_id = _holder(request, token).id.removeprefix("report/")
    told = await read_json(request, TrackedUpdate)
    fields = {name: getattr(told, name) for name in TrackedUpdate.__struct_fields__}
    command = intake.AddReportUpdate(report_id=report_id, **_from_here(request, fields))
    return await carry_out(request, command)


@post(
    "/api/v1/tracking/{token:str}/rating",
    status_code=200,
    opt=_opt(rule=_EVERYONE, body=TrackedRating, answer=Done),
)
async def tracked_rating(request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
    """Rate the outcome by the tracking token."""
    report_id = _holder(request, token).id.removeprefix("report/")
    told = await read_json(request, TrackedRating)
    command = intake.RateReport(report_id=report_id, score=told.score, fixed=told.fixed, comment=told.comment)
    return await carry_out(request, command)


@post(
    "/api/v1/tracking/{token:str}/withdrawal",
    status_code=200,
    opt=_opt(rule=_EVERYONE, body=TrackedWithdrawal, answer=Done),
)
async def tracked_withdrawal(request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
    """Take a report back by its tracking token."""
    report_id = _holder(request, token).id.removeprefix("report/")
    told = await read_json(request, TrackedWithdrawal)
    return await carry_out(request, intake.WithdrawReport(report_id=report_id, reason=told.reason))


ROUTES: list[Any] = [
    track_report,
    unmask_contact,
    tracked_update,
    tracked_rating,
    tracked_withdrawal,
    command_route(
        f"{_OF_ONE}/updates",
        intake.AddReportUpdate,
        family=_FAMILY,
        named="report_id",
        hidden=_UPDATE_HIDDEN,
        complete=_from_here,
    ),
    command_route(f"{_OF_ONE}/join", intake.JoinReport, family=_FAMILY, named="report_id"),
]
