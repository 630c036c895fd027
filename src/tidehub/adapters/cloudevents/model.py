"""A CloudEvent (CloudEvents 1.0) and the rules of its attributes."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from tidehub.kernel.errors import Refusal, refusal_kind
from tidehub.kernel.instants import parse_instant

EVENT_INVALID = refusal_kind(
    "cloudevent_invalid",
    zh="CloudEvent 不符合规范：{problem}",
    en="The CloudEvent breaks the specification: {problem}",
    do_zh="请按 CloudEvents 1.0 改正该属性。",
    do_en="Correct this attribute as CloudEvents 1.0 says.",
)
EVENT_MALFORMED = refusal_kind(
    "cloudevent_malformed",
    zh="读不出 CloudEvent：{problem}",
    en="No CloudEvent can be read: {problem}",
    do_zh="请用二进制、结构化（cloudevents+json）或批量（cloudevents-batch+json）模式。",
    do_en="Use binary (ce-* headers), structured (cloudevents+json) or batch (cloudevents-batch+json) mode.",
)
VERSION_UNKNOWN = refusal_kind(
    "cloudevent_version_unknown",
    zh="不支持 CloudEvents 版本“{version}”",
    en="CloudEvents version '{version}' is not supported",
    do_zh="请使用 1.0 版。",
    do_en="Use version 1.0.",
)
FORMAT_UNKNOWN = refusal_kind(
    "cloudevent_format_unknown",
    zh="不支持事件格式“{media_type}”",
    en="The event format '{media_type}' is not supported",
    do_zh="请使用 JSON 格式，编码 UTF-8。",
    do_en="Use the JSON format in UTF-8.",
    category="unsupported",
)

SPEC_VERSION = "1.0"
Attribute = str | int | bool
INT32 = range(-(2**31), 2**31)

_NAME = re.compile(r"[a-z0-9]{1,100}")
# Characters that the type String excludes: C0 and C1 controls, surrogates, noncharacters (spec, 3.3).
_NOT_STRING = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr((plane << 16) + 0xFFFE)}{chr((plane << 16) + 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
_URI_REFERENCE = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:.+")
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # noqa: S105 - the word of RFC 9110
_MEDIA_TYPE = re.compile(rf'{_TOKEN}/{_TOKEN}(?:\s*;\s*{_TOKEN}=(?:{_TOKEN}|"(?:[^"\\]|\\.)*"))*\s*;?\s*')
_JSON = re.compile(r"[^/;]+/(?:json|[^;]+\+json)", re.IGNORECASE)
_TEXT = re.compile(r"text/.*|[^/;]+/(?:xml|[^;]+\+xml)", re.IGNORECASE)

TEXT_MAX = 8_000
TYPE_MAX = 512  # it is looked up by


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its context.

    Parameters
    ----------
    source, id
        Together unique: the dedupe key.
    time
        RFC 3339, as it was sent.
    extensions
        Other attributes: texts, 32-bit integers, booleans. In binary mode all of them are texts.
    data
        The payload: JSON in canonical form where the content type is JSON, else its bytes; ``None`` is none.
    """

    id: str
    source: str
    type: str
    datacontenttype: str | None = None
    dataschema: str | None = None
    subject: str | None = None
    time: str | None = None
    extensions: dict[str, Attribute] = msgspec.field(default_factory=dict)
    data: bytes | None = None

    @property
    def has_json(self) -> bool:
        """Whether the data are JSON; where nothing is said they are, in the JSON format."""
        return self.datacontenttype is None or is_json(self.datacontenttype)


def is_json(media_type: str) -> bool:
    """Whether a media type is JSON: subtype ``json`` or suffix ``+json``, in any case (JSON format, 3.1)."""
    return _JSON.fullmatch(media_type.partition(";")[0].strip()) is not None


def is_text(media_type: str) -> bool:
    """Whether data of this type are written as a JSON string rather than base64."""
    return _TEXT.fullmatch(media_type.partition(";")[0].strip()) is not None


def event_of(attributes: dict[str, Any], data: bytes | None, where: str = "") -> CloudEvent:
    """Check the attributes and make the event.

    Parameters
    ----------
    attributes
        By name; ``None`` is absent.
    where
        Path before the attribute's name in what was sent, e.g. ``[3].``.

    Raises
    ------
    Refusal
        ``cloudevent_version_unknown``, or ``cloudevent_invalid`` naming the attribute.
    """
    given = {name: value for name, value in attributes.items() if value is not None}
    version = given.pop("specversion", None)
    if version != SPEC_VERSION:
        if version is None:
            raise EVENT_INVALID(f"{where}specversion", problem="specversion is missing")
        raise VERSION_UNKNOWN(f"{where}specversion", version=str(version)[:40])
    core: dict[str, Any] = {}
    for name in ("id", "source", "type"):
        if name not in given:
            raise EVENT_INVALID(f"{where}{name}", problem=f"{name} is missing")
    for name, check in _CORE.items():
        if name in given:
            value = _string(given.pop(name), f"{where}{name}")
            problem = "it is empty" if not value else check(value)
            if problem:
                raise EVENT_INVALID(f"{where}{name}", problem=f"{name}: {problem}")
            core[name] = value
    extensions = {name: _extension(name, value, where) for name, value in given.items()}
    return CloudEvent(**core, extensions=extensions, data=data)


def _string(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise EVENT_INVALID(field, problem="it must be a string")
    if len(value) > TEXT_MAX:
        raise EVENT_INVALID(field, problem=f"it is longer than {TEXT_MAX} characters")
    if not (value.isascii() and value.isprintable()) and _NOT_STRING.search(value):
        raise EVENT_INVALID(field, problem="it holds a control character or a noncharacter")
    return value


def _extension(name: str, value: Any, where: str) -> Attribute:
    field = f"{where}{name}"[:200]
    if name == "data" or not _NAME.fullmatch(name):
        raise EVENT_INVALID(field, problem="a name of an attribute takes lower-case letters and digits only")
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        if value not in INT32:
            raise EVENT_INVALID(field, problem="an integer must fit into 32 bits")
        return value
    if isinstance(value, float):
        raise EVENT_INVALID(field, problem="a number must be a whole one")
    if not isinstance(value, str):
        raise EVENT_INVALID(field, problem="an attribute must be a string, a boolean or an integer")
    return _string(value, field)


def _anything(_value: str) -> str | None:
    return None


def _short(value: str) -> str | None:
    return f"it is longer than {TYPE_MAX} characters" if len(value) > TYPE_MAX else None


def _uri_reference(value: str) -> str | None:
    return None if _URI_REFERENCE.fullmatch(value) else "it is no URI-reference (RFC 3986)"


def _uri(value: str) -> str | None:
    fits = _URI_REFERENCE.fullmatch(value) and _SCHEME.fullmatch(value)
    return None if fits else "it is no absolute URI (RFC 3986)"


def _media_type(value: str) -> str | None:
    return None if _MEDIA_TYPE.fullmatch(value) else "it is no media type (RFC 2046)"


def _timestamp(value: str) -> str | None:
    try:
        parse_instant(value)
    except Refusal:
        return "it is no RFC 3339 timestamp with a zone"
    return None


_CORE = {
    "id": _anything,
    "source": _uri_reference,
    "type": _short,
    "datacontenttype": _media_type,
    "dataschema": _uri,
    "subject": _anything,
    "time": _timestamp,
}
