"""CloudEvents into HTTP, in each of the three modes, and facts of the platform as events."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from tidehub.adapters.cloudevents.model import SPEC_VERSION, CloudEvent, is_json, is_text
from tidehub.hub.log import Recorded
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.instants import format_instant

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_INNER = frozenset({"contact", "reporter", "taken_by", "signature", "source_key", "body_sha256"})
Message = tuple[dict[str, str], bytes]


def encode_structured(event: CloudEvent) -> Message:
    """Headers and body in structured mode."""
    return {"content-type": "application/cloudevents+json; charset=utf-8"}, canonical_json(plain(event))


def encode_batch(events: Sequence[CloudEvent]) -> Message:
    """Headers and body of a batch; only for receivers that have asked for batches."""
    body = canonical_json([plain(event) for event in events])
    return {"content-type": "application/cloudevents-batch+json; charset=utf-8"}, body


def encode_binary(event: CloudEvent) -> Message:
    """Headers and body in binary mode."""
    headers = {"ce-specversion": SPEC_VERSION}
    for name, value in _attributes(event):
        if name != "datacontenttype":
            headers[f"ce-{name}"] = header_value(value)
    if event.datacontenttype is not None:
        headers["content-type"] = event.datacontenttype
    elif event.data is not None and _fits_json(event.data):
        headers["content-type"] = "application/json"
    return headers, event.data or b""


def header_value(value: str | int | bool) -> str:
    """Percent-encode for a header: blank, ``"``, ``%``, all outside U+0021-U+007E (HTTP binding, 3.1.3.2)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "".join(
        chr(byte) if 0x21 <= byte <= 0x7E and byte not in b'"%' else f"%{byte:02X}" for byte in str(value).encode()
    )


def plain(event: CloudEvent) -> dict[str, Any]:
    """Write an event as the object of the JSON format."""
    body: dict[str, Any] = {"specversion": SPEC_VERSION, **dict(_attributes(event))}
    if event.data is None:
        return body
    media_type = event.datacontenttype
    if (media_type is None or is_json(media_type)) and _fits_json(event.data):
        body["data"] = msgspec.Raw(event.data)
    elif media_type is not None and is_text(media_type) and _fits_text(event.data):
        body["data"] = event.data.decode()
    else:
        body["data_base64"] = base64.b64encode(event.data).decode()
    return body


def _attributes(event: CloudEvent) -> list[tuple[str, Any]]:
    core = ("id", "source", "type", "datacontenttype", "dataschema", "subject", "time")
    known = [(name, getattr(event, name)) for name in core]
    return [(name, value) for name, value in (*known, *event.extensions.items()) if value is not None]


def _fits_json(data: bytes) -> bool:
    try:
        return msgspec.json.decode(data) is not None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _fits_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def type_of(kind: str, shape: int) -> str:
    """Type of a fact as an event: ``CaseOpened`` in its first shape is ``cn.tidehub.case.opened.v1``."""
    return f"cn.tidehub.{'.'.join(_CAPITAL.sub(' ', kind).lower().split())}.v{shape}"


def event_of_fact(recorded: Recorded, source: str, *, full: bool = False) -> CloudEvent:
    """Write a fact as an event.

    Parameters
    ----------
    source
        Address of this platform.
    full
        Who reported and how to reach them stays in; only for a receiver with a grant for it.

    Notes
    -----
    ``id`` is the fact's name, so that sending it again is the same event. ``subject`` is its chain and
    ``sequence`` its place in it, by which a receiver puts events in order. ``correlationid`` is the case
    where there is one, ``causationid`` the fact that led to it.
    """
    body = msgspec.to_builtins(recorded.fact)
    case_id = body.get("case_id")
    if not full:
        body = {name: value for name, value in body.items() if name not in _INNER}
    extensions: dict[str, str | int | bool] = {
        "sequence": f"{recorded.version:010d}",
        "recordedtime": format_instant(recorded.at),
    }
    if isinstance(case_id, str) and case_id:
        extensions["correlationid"] = case_id
    if recorded.cause:
        extensions["causationid"] = recorded.cause
    return CloudEvent(
        id=recorded.id,
        source=source,
        type=type_of(recorded.kind, type(recorded.fact).shape_version),
        datacontenttype="application/json",
        subject=recorded.stream,
        time=format_instant(recorded.at),
        extensions=extensions,
        data=canonical_json(body),
    )
