"""The ceiling of a post: an ASGI application with msgspec and nothing else, on the same server.

It decodes the same event strictly into typed structs and answers a typed body; it knows no senders, no keys,
no errors and no disk.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Degrees with their datum."""

    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    datum: str


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers to the form."""

    street: Annotated[str, msgspec.Meta(max_length=60)]
    lamp: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}[0-9]{4}$")]
    severity: Annotated[int, msgspec.Meta(ge=1, le=5)]


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The report in the event."""

    service_code: str
    description: Annotated[str, msgspec.Meta(max_length=4000)]
    position: Position
    address: str
    answers: Answers


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The event."""

    specversion: str
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    source: str
    type: str
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    data: Report


class Taken(msgspec.Struct, frozen=True):
    """The answer."""

    status: str
    report_id: str
    tracking_token: str


_decode = msgspec.json.Decoder(Event, strict=True).decode
_encode = msgspec.json.Encoder().encode


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Take any body for an event."""
    assert scope["type"] == "http"
    message = await receive()
    body = message["body"]
    while message["more_body"]:
        message = await receive()
        body += message["body"]
    event = _decode(body)
    answer = _encode(Taken("received", event.id, event.source))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
