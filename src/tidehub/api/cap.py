"""Public warnings: CAP 1.2 in, single alerts out, and an Atom feed of those that hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from tidehub.adapters.cap import (
    EVENT_TYPE,
    Alert,
    FeedEntry,
    active,
    alert_command,
    read_alert,
    write_alert,
    write_feed,
)
from tidehub.api.errors import UNSUPPORTED_MEDIA
from tidehub.api.events import EventAnswer
from tidehub.api.exchange import AnyRequest, answer, read_bytes
from tidehub.api.intake_doors import doors_of
from tidehub.api.raw import EVENT_BYTES_MAX, once_more
from tidehub.api.services import actor_in, services_of
from tidehub.capabilities import intake
from tidehub.capabilities.intake import EventRow, ReceiveEvent
from tidehub.kernel.access import Scope, rule
from tidehub.kernel.errors import NOT_FOUND, Refusal
from tidehub.kernel.instants import to_us

_FAMILY = "cap"
_EVERYONE = rule(everyone=True)
_XML = ("application/cap+xml", "application/xml", "text/xml")
_LOOK_BACK = timedelta(days=30)
_ALERTS_MAX = 1000


@post(
    "/cap/alerts",
    status_code=201,
    opt={"rule": ReceiveEvent.rule, "family": _FAMILY, "body": _XML[0], "answer": EventAnswer, "status": 201},
    request_max_body_size=None,
)
async def post_alert(request: AnyRequest) -> Response[bytes]:
    """Take in an alert; the same sender and identifier again is the same alert."""
    media_type = request.headers.get("content-type", _XML[0]).partition(";")[0].strip().lower()
    if media_type not in _XML:
        raise UNSUPPORTED_MEDIA(None, media_type=media_type[:80], wanted=_XML[0])
    raw = await read_bytes(request, EVENT_BYTES_MAX)
    alert = read_alert(raw)
    services, actor = services_of(request), actor_in(request)
    command = alert_command(alert, _text(raw, alert), actor.id)
    recorded = await once_more(lambda: services.hub.handle(command, by=actor))
    told = EventAnswer(status="received" if recorded else "repeated", event_id=command.event_id)
    return answer(told, status=201 if recorded else 200)


def _text(raw: bytes, alert: Alert) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:  # in another encoding: written anew in ours
        return write_alert(alert).decode()


@get("/cap/feed.atom", opt={"rule": _EVERYONE, "family": _FAMILY, "answer": "application/atom+xml"})
async def feed(request: AnyRequest) -> Response[bytes]:
    """List the public warnings that hold now."""
    services = services_of(request)
    doors, now = doors_of(services), services.clock.now()
    rows = await intake.list_events(
        services.hub,
        Scope(("",)),
        types=(EVENT_TYPE,),
        received_from_us=to_us(now - _LOOK_BACK),
        limit=_ALERTS_MAX,
    )
    base = doors.public_url or str(request.base_url).rstrip("/")
    pairs = [(alert, row) for row in rows if (alert := _alert_of(row)) is not None]
    holding = {id(alert) for alert in active([alert for alert, _ in pairs], now)}
    entries = [
        FeedEntry(alert, f"{base}/cap/alerts/{row.event_id}.xml") for alert, row in pairs if id(alert) in holding
    ]
    body = write_feed(entries, url=f"{base}/cap/feed.atom", title="潮汇 Tidehub", author="Tidehub", now=now)
    headers = {"content-type": "application/atom+xml; charset=utf-8", "cache-control": "public, max-age=10"}
    return Response(body, headers=headers)


def _alert_of(row: EventRow) -> Alert | None:
    try:
        return read_alert(row.data.encode())
    except Refusal:
        return None


@get("/cap/alerts/{name:str}", opt={"rule": _EVERYONE, "family": _FAMILY, "answer": "application/cap+xml"})
async def get_alert(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Get a public alert as it came."""
    row = await intake.find_event(services_of(request).hub, name.removesuffix(".xml"))
    alert = None if row is None or row.type != EVENT_TYPE else _alert_of(row)
    if row is None or alert is None or alert.scope != "Public" or alert.status == "Draft":
        raise NOT_FOUND("name", what="alert", id=name[:80])
    return Response(row.data.encode(), headers={"content-type": "application/cap+xml; charset=utf-8"})


ROUTES: list[Any] = [post_alert, feed, get_alert]
