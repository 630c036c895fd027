"""CloudEvents out of HTTP: binary, structured and batched (HTTP binding 1.0, JSON format 1.0)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from tidehub.adapters.cloudevents.model import (
    EVENT_INVALID,
    EVENT_MALFORMED,
    FORMAT_UNKNOWN,
    CloudEvent,
    event_of,
    is_json,
)
from tidehub.kernel.codec import canonical_json

BATCH_MAX = 1000
_PREFIX = b"ce-"
_STRUCTURED = "application/cloudevents"
_BATCH = "application/cloudevents-batch"
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})?")
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^";\s]+)', re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}", re.ASCII)

Headers = Iterable[tuple[bytes, bytes]]


class Received(msgspec.Struct, frozen=True):
    """What came in one HTTP message; ``is_batch`` even where the batch holds one event or none."""

    events: tuple[CloudEvent, ...]
    is_batch: bool


def decode_http(headers: Headers, body: bytes) -> Received:
    """Read an HTTP message.

    Parameters
    ----------
    headers
        As they came; names in any case.
    body
        The whole body.

    Raises
    ------
    Refusal
        ``cloudevent_malformed``, ``cloudevent_invalid``, ``cloudevent_version_unknown`` or
        ``cloudevent_format_unknown``.
    """
    attributes: dict[str, str] = {}
    content_type: str | None = None
    for raw_name, raw_value in headers:
        name = raw_name.lower()
        if name == b"content-type":
            content_type = raw_value.decode("latin-1").strip()
        elif name.startswith(_PREFIX):
            attribute = name[3:].decode("latin-1")
            if attribute in attributes:
                raise EVENT_INVALID(attribute[:100], problem=f"the header ce-{attribute[:80]} stands twice")
            attributes[attribute] = header_text(raw_value, attribute)
    kind = (content_type or "").lower()
    if kind.startswith(_STRUCTURED):
        return _structured(kind, body)
    if not attributes:
        raise EVENT_MALFORMED(None, problem="there are neither ce-* headers nor a content type of CloudEvents")
    return Received((_binary(attributes, content_type, body),), False)


def header_text(raw: bytes, field: str) -> str:
    """Read the value of a ``ce-*`` header: quotes of old senders off, then percent-decoding once, as UTF-8.

    Overlong and otherwise broken UTF-8 is refused (HTTP binding, 3.1.3.2).
    """
    value = raw.strip(b" \t")
    if len(value) >= 2 and value[:1] == b'"' and value[-1:] == b'"':
        value = re.sub(rb"\\(.)", rb"\1", value[1:-1], flags=re.DOTALL)

    def plain(found: re.Match[bytes]) -> bytes:
        if found.group(1) is None:
            raise EVENT_INVALID(field[:100], problem=f"ce-{field[:80]} holds a '%' that encodes nothing")
        return bytes([int(found.group(1), 16)])

    try:
        if not value.isascii():
            raise EVENT_INVALID(field[:100], problem=f"ce-{field[:80]} holds bytes that must be percent-encoded")
        return _PERCENT.sub(plain, value).decode("utf-8")
    except UnicodeDecodeError:
        raise EVENT_INVALID(field[:100], problem=f"ce-{field[:80]} is no UTF-8") from None


def _binary(attributes: dict[str, str], content_type: str | None, body: bytes) -> CloudEvent:
    if "datacontenttype" in attributes:
        raise EVENT_INVALID(
            "datacontenttype", problem="in binary mode the Content-Type says it, not ce-datacontenttype"
        )
    known: dict[str, Any] = dict(attributes)
    if content_type:
        known["datacontenttype"] = content_type
    data: bytes | None = body or None
    if data is not None and content_type and is_json(content_type):
        data = canonical_json(_json(data, "data"))
    return event_of(known, data)


def _structured(kind: str, body: bytes) -> Received:
    charset = _CHARSET.search(kind)
    media_type = kind.partition(";")[0].strip()
    if charset is not None and charset.group(1) not in ("utf-8", "utf8", "us-ascii"):
        raise FORMAT_UNKNOWN("Content-Type", media_type=kind[:80])
    if media_type == f"{_BATCH}+json":
        batch = _json(body, None)
        if not isinstance(batch, list):
            raise EVENT_MALFORMED(None, problem="a batch is a JSON array")
        if len(batch) > BATCH_MAX:
            raise EVENT_MALFORMED(None, problem=f"a batch holds at most {BATCH_MAX} events")
        return Received(tuple(event_of_json(one, f"[{place}].") for place, one in enumerate(batch)), True)
    if media_type == f"{_STRUCTURED}+json":
        return Received((event_of_json(_json(body, None)),), False)
    raise FORMAT_UNKNOWN("Content-Type", media_type=media_type[:80])


def event_of_json(value: Any, where: str = "") -> CloudEvent:
    """Read an event in the JSON format from its decoded object."""
    if not isinstance(value, dict):
        raise EVENT_MALFORMED(where.rstrip(".") or None, problem="an event is a JSON object")
    attributes = dict(value)
    data, coded = attributes.pop("data", None), attributes.pop("data_base64", None)
    if data is not None and coded is not None:
        raise EVENT_INVALID(f"{where}data_base64", problem="data and data_base64 exclude each other")
    content_type = attributes.get("datacontenttype")
    if coded is not None:
        payload: bytes | None = _from_base64(coded, where)
        if payload and isinstance(content_type, str) and is_json(content_type):
            payload = canonical_json(_json(payload, f"{where}data_base64"))
    elif data is None:
        payload = None
    elif isinstance(data, str) and isinstance(content_type, str) and not is_json(content_type):
        payload = data.encode("utf-8", "surrogatepass")  # a string stays a string
    else:
        payload = canonical_json(data)
    return event_of(attributes, payload, where)


def _from_base64(coded: Any, where: str) -> bytes:
    if isinstance(coded, str) and len(coded) % 4 == 0 and _BASE64.fullmatch(coded):
        try:
            return base64.b64decode(coded, validate=True)
        except binascii.Error:
            pass
    raise EVENT_INVALID(f"{where}data_base64", problem="it is no base64 (RFC 4648, 4)")


def _json(raw: bytes, field: str | None) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EVENT_MALFORMED(field, problem=f"broken JSON: {str(error)[:160]}") from None
