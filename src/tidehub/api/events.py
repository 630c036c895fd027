"""CloudEvents over HTTP: single events and batches in all three modes, and the webhook handshake.

Our own report type becomes a report; every other event is kept. Events of a batch are all taken, or the
sender hears which were not and sends the batch again: what was taken is not taken twice.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import msgspec
from litestar import Response, asgi, get
from litestar.params import FromPath

from tidehub.adapters.cloudevents import (
    REPORT_TYPE,
    CloudEvent,
    answer_leave,
    decode_http,
    event_command,
    source_of,
)
from tidehub.api.errors import status_of
from tidehub.api.exchange import AnyRequest, Page, answer, page_of, read_cursor, read_query, write_cursor
from tidehub.api.intake_doors import NewReport, answer_for, report_command
from tidehub.api.raw import (
    EVENT_BYTES_MAX,
    admit_by_token,
    answering,
    headers_of,
    once_more,
    read_body,
    refuse_method,
    send_answer,
    send_refusal,
    services_in,
)
from tidehub.api.services import Services, actor_in, services_of
from tidehub.capabilities import intake
from tidehub.capabilities.intake import EventRow, ReceiveEvent, ReceiveReport
from tidehub.hub.log import Recorded
from tidehub.kernel.access import Actor, Subject, demand, rule, scope
from tidehub.kernel.codec import canonical_json, decode
from tidehub.kernel.errors import MALFORMED, NOT_FOUND, Refusal
from tidehub.kernel.instants import format_instant, from_us, parse_instant

SEND = rule("duty_officer", "shift_leader", "administrator", "unit_staff", "device")
VIEW = rule("duty_officer", "shift_leader", "auditor", "administrator")
RATE_PER_MINUTE = 60_000
_FAMILY = "events"


class EventAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of an event: kept as an event or taken as a report, now or before."""

    status: str
    event_id: str | None = None
    report_id: str | None = None
    tracking_token: str | None = None


class EventsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which type of events, if only one."""

    type: str | None = None


@asgi(
    "/events",
    copy_scope=True,
    opt={
        # Everybody may ask for leave; whoever posts must be a sender we know, by header or by address.
        "rule": rule(everyone=True),
        "family": _FAMILY,
        "hot": True,
        "admits": True,
        "methods": ("POST",),
        "body": "application/cloudevents+json",
        "answer": EventAnswer,
        "status": 201,
        "title": "Send a CloudEvent (binary, structured) or a batch; it is on disk when the answer comes.",
        "describe": {"security": [{"token": []}]},
    },
)
async def events(scope: Any, receive: Any, send: Any) -> None:
    """Take events in, and answer who asks for leave to send them."""

    async def work() -> None:
        services, headers = services_in(scope), headers_of(scope)
        if scope["method"] == "OPTIONS":
            await _answer_leave(send, headers)
            return
        refuse_method(scope, "POST")
        actor = await admit_by_token(headers, services, SEND, _FAMILY, _address_token(scope))
        received = decode_http(scope["headers"], await read_body(scope, receive, EVENT_BYTES_MAX))
        results = await _take(services, received.events, actor, received.is_batch)
        refused = next((result for result in results if isinstance(result, Refusal)), None)
        if refused is not None:
            more = {"results": [_told(result) for result in results]} if received.is_batch else {}
            await send_refusal(send, refused, headers, status_of(refused.kind), **more)
        elif received.is_batch:
            await send_answer(send, 200, canonical_json(results))
        else:
            status = 201 if getattr(results[0], "status", "") == "received" else 200
            await send_answer(send, status, canonical_json(results[0]))

    await answering(scope, send, work)


async def _answer_leave(send: Any, headers: dict[str, str]) -> None:
    leave = answer_leave(headers, rate_per_minute_max=RATE_PER_MINUTE)
    sent = leave or {"allow": "POST, OPTIONS"}
    told = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()]
    await send_answer(send, 200, b"", told)


def _address_token(scope: Any) -> str:
    query = scope.get("query_string", b"")
    if not query:
        return ""
    try:
        found = parse_qs(query.decode("ascii"), max_num_fields=20).get("access_token", [""])
    except ValueError:
        return ""
    return str(found[0])


def _told(result: EventAnswer | Refusal) -> dict[str, Any]:
    if isinstance(result, Refusal):
        return {"status": "refused", "code": result.code, "field": result.field}
    return {"status": result.status}


async def _take(
    services: Services, events_in: tuple[CloudEvent, ...], actor: Actor, is_batch: bool
) -> list[EventAnswer | Refusal]:
    commands: list[ReceiveReport | ReceiveEvent | Refusal] = []
    for event in events_in:
        try:
            commands.append(command_of(event, actor))
        except Refusal as refusal:
            commands.append(refusal)
    asked = [command for command in commands if not isinstance(command, Refusal)]
    done = iter(zip(asked, await _carry_out(services, asked, actor), strict=True))
    told: list[EventAnswer | Refusal] = []
    for place, command in enumerate(commands):
        result = command if isinstance(command, Refusal) else _answered(services, *next(done))
        if isinstance(result, Refusal) and is_batch:
            result = Refusal(result.kind, f"[{place}].{result.field or ''}".rstrip("."), result.params)
        told.append(result)
    return told


async def _carry_out(
    services: Services, commands: list[ReceiveReport | ReceiveEvent], actor: Actor
) -> list[list[Recorded] | BaseException]:
    if len(commands) == 1:
        try:
            return [await once_more(lambda: services.hub.handle(commands[0], by=actor))]
        except Refusal as refusal:
            return [refusal]
    results = await services.hub.handle_each([(command, actor) for command in commands])
    for place, result in enumerate(results):
        if isinstance(result, Refusal) and result.code == "written_meanwhile":
            results[place] = (await services.hub.handle_each([(commands[place], actor)]))[0]
    return results


def _answered(
    services: Services, command: ReceiveReport | ReceiveEvent, result: list[Recorded] | BaseException
) -> EventAnswer | Refusal:
    if isinstance(result, Refusal):
        return result
    if isinstance(result, BaseException):
        raise result
    if isinstance(command, ReceiveReport):
        taken = answer_for(services, command, is_new=bool(result))
        return EventAnswer(status=taken.status, report_id=taken.report_id, tracking_token=taken.tracking_token)
    return EventAnswer(status="received" if result else "repeated", event_id=command.event_id)


def command_of(event: CloudEvent, actor: Actor) -> ReceiveReport | ReceiveEvent:
    """Turn an event into the command it stands for; the data of a report are the platform's own JSON.

    Where the report itself does not say when it happened, the event's ``time`` does.
    """
    if event.type != REPORT_TYPE:
        return event_command(event, actor.id)
    if event.data is None or not event.has_json:
        raise MALFORMED("data", problem="a report is JSON")
    try:
        told = decode(event.data, NewReport)
    except Refusal as refusal:
        field = "data" if refusal.field is None else f"data.{refusal.field}"
        raise Refusal(refusal.kind, field, refusal.params) from None
    if told.key is not None:
        raise MALFORMED("data.key", problem="source and id of the event are its key")
    happened_at = told.happened_at
    if happened_at is None and event.time is not None:
        happened_at = parse_instant(event.time, "time")
    told = msgspec.structs.replace(told, channel="cloudevents", key=event.id, happened_at=happened_at)
    return report_command(told, actor, None, source=source_of(event))


@get("/api/v1/events", opt={"rule": VIEW, "family": _FAMILY, "query": EventsQuery, "answer": dict[str, Any]})
async def list_events(request: AnyRequest) -> Response[bytes]:
    """List the events one may see, newest first."""
    query = read_query(request, EventsQuery)
    rows = await intake.list_events(
        services_of(request).hub,
        scope(VIEW, actor_in(request)),
        types=None if query.type is None else (query.type,),
        limit=query.limit,
        after=read_cursor(query.cursor, tuple[int, str]),
    )
    after = write_cursor(rows[-1].received_us, rows[-1].event_id) if len(rows) == query.limit else None
    return answer(page_of([_view(row) for row in rows], after))


@get("/api/v1/events/{event_id:str}", opt={"rule": VIEW, "family": _FAMILY, "answer": dict[str, Any]})
async def get_event(request: AnyRequest, event_id: FromPath[str]) -> Response[bytes]:
    """Get one event."""
    row = await intake.find_event(services_of(request).hub, event_id)
    if row is None:
        raise NOT_FOUND("event_id", what="event", id=event_id[:80])
    demand(VIEW, actor_in(request), Subject(row.region_code))
    return answer(_view(row))


def _view(row: EventRow) -> dict[str, Any]:
    is_json = not row.data_base64 and "json" in row.data_type
    return {
        "event_id": row.event_id,
        "source": row.source,
        "id": row.source_event_id,
        "type": row.type,
        "subject": row.subject,
        "time": format_instant(from_us(row.occurred_us)),
        "received_at": format_instant(from_us(row.received_us)),
        "attributes": msgspec.json.decode(row.attributes),
        "datacontenttype": row.data_type,
        "data": msgspec.json.decode(row.data) if is_json and row.data else row.data,
        "data_base64": bool(row.data_base64),
        "region_code": row.region_code,
    }


ROUTES: list[Any] = [events, list_events, get_event]
