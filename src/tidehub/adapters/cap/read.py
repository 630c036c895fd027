"""Reading CAP 1.2: the rules of its XML schema and its prose, each broken one told by its element's path.

No entity is expanded and no document type is read (defusedxml).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tidehub.adapters.cap import model as m
from tidehub.kernel.errors import refusal_kind

CAP_INVALID = refusal_kind(
    "cap_invalid",
    zh="CAP 预警不符合规范：{problem}",
    en="The CAP alert breaks the standard: {problem}",
    do_zh="请按 CAP 1.2 改正该元素后重新发送。",
    do_en="Correct this element as CAP 1.2 says and send it again.",
)
CAP_UNREADABLE = refusal_kind(
    "cap_unreadable",
    zh="读不出 CAP 预警：{problem}",
    en="No CAP alert can be read: {problem}",
    do_zh="请发送 UTF-8 编码的 CAP 1.2 XML。",
    do_en="Send CAP 1.2 XML in UTF-8.",
)

_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-,+]\d\d:\d\d", re.ASCII)
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_NOT_IN_ID = re.compile(r"[\s,<&]")
_QUOTED = re.compile(r'"([^"]*)"|(\S+)')

# Elements in the order of the schema, with how often each may stand.
_ALERT = (
    ("identifier", 1, 1), ("sender", 1, 1), ("sent", 1, 1), ("status", 1, 1), ("msgType", 1, 1),
    ("source", 0, 1), ("scope", 1, 1), ("restriction", 0, 1), ("addresses", 0, 1), ("code", 0, None),
    ("note", 0, 1),
    ("references", 0, 1), ("incidents", 0, 1), ("info", 0, None),
)  # fmt: skip
_INFO = (
    ("language", 0, 1), ("category", 1, None), ("event", 1, 1), ("responseType", 0, None), ("urgency", 1, 1),
    ("severity", 1, 1), ("certainty", 1, 1), ("audience", 0, 1), ("eventCode", 0, None), ("effective", 0, 1),
    ("onset", 0, 1), ("expires", 0, 1), ("senderName", 0, 1), ("headline", 0, 1), ("description", 0, 1),
    ("instruction", 0, 1), ("web", 0, 1), ("contact", 0, 1), ("parameter", 0, None), ("resource", 0, None),
    ("area", 0, None),
)  # fmt: skip
_RESOURCE = (
    ("resourceDesc", 1, 1), ("mimeType", 1, 1), ("size", 0, 1), ("uri", 0, 1), ("derefUri", 0, 1),
    ("digest", 0, 1),
)  # fmt: skip
_AREA = (
    ("areaDesc", 1, 1), ("polygon", 0, None), ("circle", 0, None), ("geocode", 0, None), ("altitude", 0, 1),
    ("ceiling", 0, 1),
)  # fmt: skip
_PAIR = (("valueName", 1, 1), ("value", 1, 1))

Order = Sequence[tuple[str, int, int | None]]


def read_alert(raw: bytes) -> m.Alert:
    """Read and check an alert.

    Raises
    ------
    Refusal
        ``cap_unreadable``, or ``cap_invalid`` whose field is the element's path,
        ``info[2].area[1].polygon[1]`` (places count from 1).
    """
    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except DefusedXmlException:
        raise CAP_UNREADABLE(None, problem="a document type or entity is not allowed") from None
    except (ParseError, ValueError, LookupError) as error:
        raise CAP_UNREADABLE(None, problem=str(error)[:160]) from None
    if root.tag != f"{{{m.NAMESPACE}}}alert":
        raise CAP_UNREADABLE(None, problem=f"the root is {root.tag[:120]}, not alert of {m.NAMESPACE}")
    return _alert(_Group(root, "", _ALERT, signed=True))


class _Group:
    """An element with children, checked against the order and number that the schema gives them."""

    def __init__(self, element: Element, path: str, order: Order, *, signed: bool = False) -> None:
        self.path = path
        self.found: dict[str, list[Element]] = {}
        allowed = [name for name, _, _ in order]
        position = 0
        for child in element:
            if not isinstance(child.tag, str):
                continue
            if signed and child.tag.startswith(_SIGNATURE):
                continue
            name = child.tag.removeprefix(f"{{{m.NAMESPACE}}}")
            if name == child.tag or name not in allowed:
                raise CAP_INVALID(path or None, problem=f"{child.tag[:80]} does not belong here")
            if allowed.index(name) < position:
                raise CAP_INVALID(self.at(name), problem=f"{name} stands after {allowed[position]}")
            position = allowed.index(name)
            self.found.setdefault(name, []).append(child)
        if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
            raise CAP_INVALID(path or None, problem="text stands between the elements")
        for name, least, most in order:
            count = len(self.found.get(name, ()))
            if count < least:
                raise CAP_INVALID(self.at(name), problem=f"{name} is missing")
            if most is not None and count > most:
                raise CAP_INVALID(self.at(name), problem=f"{name} stands {count} times")

    def at(self, name: str, place: int | None = None) -> str:
        """Path of a child."""
        end = name if place is None else f"{name}[{place}]"
        return f"{self.path}.{end}" if self.path else end

    def text(self, name: str) -> str | None:
        """Text of a child that stands once at most, without outer blanks; ``None`` where there is none."""
        elements = self.found.get(name)
        return _text(elements[0], self.at(name)) if elements else None

    def texts(self, name: str) -> list[tuple[str, str]]:
        """Path and text of every such child."""
        return [
            (self.at(name, place), _text(element, self.at(name, place)))
            for place, element in enumerate(self.found.get(name, ()), 1)
        ]

    def needed(self, name: str) -> str:
        """Text that may not be empty."""
        text = self.text(name)
        if not text:
            raise CAP_INVALID(self.at(name), problem=f"{name} is empty")
        return text

    def word(self, name: str, words: Sequence[str]) -> str:
        """One of the schema's words."""
        return _word(self.needed(name), words, self.at(name))

    def instant(self, name: str) -> datetime | None:
        """Date and time, or ``None`` where it does not stand."""
        text = self.text(name)
        return None if text is None else read_instant(text, self.at(name))

    def groups(self, name: str, order: Order) -> list[_Group]:
        """Every such child that has children itself."""
        return [
            _Group(element, self.at(name, place), order) for place, element in enumerate(self.found.get(name, ()), 1)
        ]

    def pairs(self, name: str) -> tuple[m.Pair, ...]:
        """Every such child as name and value."""
        return tuple((one.needed("valueName"), one.text("value") or "") for one in self.groups(name, _PAIR))


def _text(element: Element, path: str) -> str:
    if len(element):
        raise CAP_INVALID(path, problem="it takes text only")
    return (element.text or "").strip()


def _word(text: str, words: Sequence[str], path: str) -> str:
    if text not in words:
        raise CAP_INVALID(path, problem=f"'{text[:60]}' is none of {', '.join(words)}")
    return text


def read_instant(text: str, path: str) -> datetime:
    """Read CAP's date and time: seconds, and a zone in numbers; no ``Z``, no fractions, UTC is ``-00:00``."""
    if not _DATE.fullmatch(text):
        raise CAP_INVALID(path, problem=f"'{text[:40]}' is no date like 2026-06-01T08:00:00+08:00")
    if text[19] == ",":
        raise CAP_INVALID(path, problem="a zone begins with + or -")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise CAP_INVALID(path, problem=f"'{text[:40]}': {error}") from None


def _alert(group: _Group) -> m.Alert:
    message_type = group.word("msgType", m.MESSAGE_TYPES)
    scope = group.word("scope", m.SCOPES)
    alert = m.Alert(
        identifier=_id(group, "identifier"),
        sender=_id(group, "sender"),
        sent=read_instant(group.needed("sent"), "sent"),
        status=group.word("status", m.STATUSES),
        msgType=message_type,
        scope=scope,
        source=group.text("source"),
        restriction=group.text("restriction"),
        addresses=_quoted(group.text("addresses")),
        codes=tuple(text for _, text in group.texts("code")),
        note=group.text("note"),
        references=_references(group.text("references")),
        incidents=_quoted(group.text("incidents")),
        infos=tuple(_info(info) for info in group.groups("info", _INFO)),
    )
    if scope == "Restricted" and not alert.restriction:
        raise CAP_INVALID("restriction", problem="the scope Restricted needs a restriction")
    if scope == "Private" and not alert.addresses:
        raise CAP_INVALID("addresses", problem="the scope Private needs addresses")
    if message_type != "Alert" and not alert.references:
        raise CAP_INVALID("references", problem=f"{message_type} needs references")
    return alert


def _id(group: _Group, name: str) -> str:
    text = group.needed(name)
    if _NOT_IN_ID.search(text):
        raise CAP_INVALID(name, problem=f"{name} takes no space, comma, < or &")
    return text


def _quoted(text: str | None) -> tuple[str, ...]:
    return tuple(one or two for one, two in _QUOTED.findall(text or ""))


def _references(text: str | None) -> tuple[m.Reference, ...]:
    found = []
    for triple in (text or "").split():
        parts = triple.split(",")
        if len(parts) != 3 or not all(parts):
            raise CAP_INVALID("references", problem=f"'{triple[:80]}' is no sender,identifier,sent")
        found.append(m.Reference(parts[0], parts[1], read_instant(parts[2], "references")))
    return tuple(found)


def _info(group: _Group) -> m.Info:
    language = group.text("language")
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise CAP_INVALID(group.at("language"), problem=f"'{language[:40]}' is no language (RFC 3066)")
    return m.Info(
        categories=tuple(_word(text, m.CATEGORIES, path) for path, text in group.texts("category")),
        event=group.needed("event"),
        urgency=group.word("urgency", m.URGENCIES),
        severity=group.word("severity", m.SEVERITIES),
        certainty=group.word("certainty", m.CERTAINTIES),
        language=language or "en-US",
        responseTypes=tuple(_word(text, m.RESPONSE_TYPES, path) for path, text in group.texts("responseType")),
        audience=group.text("audience"),
        eventCodes=group.pairs("eventCode"),
        effective=group.instant("effective"),
        onset=group.instant("onset"),
        expires=group.instant("expires"),
        senderName=group.text("senderName"),
        headline=group.text("headline"),
        description=group.text("description"),
        instruction=group.text("instruction"),
        web=_uri(group, "web"),
        contact=group.text("contact"),
        parameters=group.pairs("parameter"),
        resources=tuple(_resource(one) for one in group.groups("resource", _RESOURCE)),
        areas=tuple(_area(one) for one in group.groups("area", _AREA)),
    )


def _uri(group: _Group, name: str) -> str | None:
    text = group.text(name)
    if text is not None and re.search(r"[\s<>\"{}|\\^`]", text):
        raise CAP_INVALID(group.at(name), problem=f"'{text[:60]}' is no URI")
    return text


def _resource(group: _Group) -> m.Resource:
    size = group.text("size")
    if size is not None and not _INTEGER.fullmatch(size):
        raise CAP_INVALID(group.at("size"), problem=f"'{size[:40]}' is no whole number")
    return m.Resource(
        resourceDesc=group.needed("resourceDesc"),
        mimeType=group.needed("mimeType"),
        size=None if size is None else int(size),
        uri=_uri(group, "uri"),
        derefUri=group.text("derefUri"),
        digest=group.text("digest"),
    )


def _area(group: _Group) -> m.Area:
    altitude, ceiling = _decimal(group, "altitude"), _decimal(group, "ceiling")
    if ceiling is not None and altitude is None:
        raise CAP_INVALID(group.at("ceiling"), problem="a ceiling needs an altitude")
    return m.Area(
        areaDesc=group.needed("areaDesc"),
        polygons=tuple(_polygon(text, path) for path, text in group.texts("polygon")),
        circles=tuple(_circle(text, path) for path, text in group.texts("circle")),
        geocodes=group.pairs("geocode"),
        altitude=altitude,
        ceiling=ceiling,
    )


def _decimal(group: _Group, name: str) -> float | None:
    text = group.text(name)
    return None if text is None else _number(text, group.at(name))


def _number(text: str, path: str) -> float:
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        raise CAP_INVALID(path, problem=f"'{text[:40]}' is no number")
    return float(text)


def _point(text: str, path: str) -> m.Point:
    parts = text.split(",")
    if len(parts) != 2:
        raise CAP_INVALID(path, problem=f"'{text[:60]}' is no latitude,longitude")
    lat, lon = _number(parts[0], path), _number(parts[1], path)
    if abs(lat) > 90 or abs(lon) > 180:
        raise CAP_INVALID(path, problem=f"'{text[:60]}' is out of range; latitude comes first")
    return lat, lon


def _polygon(text: str, path: str) -> tuple[m.Point, ...]:
    points = tuple(_point(one, path) for one in text.split())
    if len(points) < 4:
        raise CAP_INVALID(path, problem=f"a polygon takes at least 4 points, not {len(points)}")
    if points[0] != points[-1]:
        raise CAP_INVALID(path, problem="the first and last point of a polygon must be the same")
    return points


def _circle(text: str, path: str) -> tuple[m.Point, float]:
    parts = text.split()
    if len(parts) != 2:
        raise CAP_INVALID(path, problem=f"'{text[:60]}' is no latitude,longitude radius")
    radius_km = _number(parts[1], path)
    if radius_km < 0:
        raise CAP_INVALID(path, problem="a radius is not negative")
    return _point(parts[0], path), radius_km
