"""Writing CAP 1.2 in the order of its schema, and the Atom feed of the warnings that hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from tidehub.adapters.cap import model as m

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


def write_instant(at: datetime) -> str:
    """Write an instant as CAP has it: to the second, with its zone in numbers; UTC is ``-00:00``."""
    assert at.tzinfo is not None, "an instant without a zone"
    text = at.replace(microsecond=0).isoformat()
    return f"{text[:-6]}-00:00" if text.endswith("+00:00") else text


def write_alert(alert: m.Alert) -> bytes:
    """Write an alert."""
    parts = [
        _DECLARATION,
        f'<alert xmlns="{m.NAMESPACE}">',
        _one("identifier", alert.identifier),
        _one("sender", alert.sender),
        _one("sent", write_instant(alert.sent)),
        _one("status", alert.status),
        _one("msgType", alert.msgType),
        _one("source", alert.source),
        _one("scope", alert.scope),
        _one("restriction", alert.restriction),
        _one("addresses", _quote(alert.addresses)),
        *(_one("code", code) for code in alert.codes),
        _one("note", alert.note),
        _one("references", " ".join(_reference(one) for one in alert.references) or None),
        _one("incidents", _quote(alert.incidents)),
        *(_info(info) for info in alert.infos),
        "</alert>",
    ]
    return "".join(parts).encode()


def _plain(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


def _one(name: str, text: str | None) -> str:
    return "" if text is None else f"<{name}>{_plain(text)}</{name}>"


def _quote(texts: Sequence[str]) -> str | None:
    return " ".join(f'"{text}"' if re.search(r"\s", text) else text for text in texts) or None


def _reference(one: m.Reference) -> str:
    return f"{one.sender},{one.identifier},{write_instant(one.sent)}"


def _pairs(name: str, pairs: Iterable[m.Pair]) -> str:
    return "".join(
        f"<{name}>{_one('valueName', value_name)}{_one('value', value)}</{name}>" for value_name, value in pairs
    )


def _info(info: m.Info) -> str:
    at = {
        name: None if value is None else write_instant(value)
        for name, value in (("effective", info.effective), ("onset", info.onset), ("expires", info.expires))
    }
    return "".join(
        (
            "<info>",
            _one("language", info.language),
            *(_one("category", category) for category in info.categories),
            _one("event", info.event),
            *(_one("responseType", response) for response in info.responseTypes),
            _one("urgency", info.urgency),
            _one("severity", info.severity),
            _one("certainty", info.certainty),
            _one("audience", info.audience),
            _pairs("eventCode", info.eventCodes),
            *(_one(name, text) for name, text in at.items()),
            _one("senderName", info.senderName),
            _one("headline", info.headline),
            _one("description", info.description),
            _one("instruction", info.instruction),
            _one("web", info.web),
            _one("contact", info.contact),
            _pairs("parameter", info.parameters),
            *(_resource(resource) for resource in info.resources),
            *(_area(area) for area in info.areas),
            "</info>",
        )
    )


def _resource(resource: m.Resource) -> str:
    return "".join(
        (
            "<resource>",
            _one("resourceDesc", resource.resourceDesc),
            _one("mimeType", resource.mimeType),
            _one("size", None if resource.size is None else str(resource.size)),
            _one("uri", resource.uri),
            _one("derefUri", resource.derefUri),
            _one("digest", resource.digest),
            "</resource>",
        )
    )


def _degrees(value: float) -> str:
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _point(point: m.Point) -> str:
    return f"{_degrees(point[0])},{_degrees(point[1])}"


def _area(area: m.Area) -> str:
    return "".join(
        (
            "<area>",
            _one("areaDesc", area.areaDesc),
            *(_one("polygon", " ".join(_point(point) for point in ring)) for ring in area.polygons),
            *(_one("circle", f"{_point(centre)} {_degrees(radius)}") for centre, radius in area.circles),
            _pairs("geocode", area.geocodes),
            _one("altitude", None if area.altitude is None else _degrees(area.altitude)),
            _one("ceiling", None if area.ceiling is None else _degrees(area.ceiling)),
            "</area>",
        )
    )


class FeedEntry:
    """A warning in the feed: the alert and the address of its CAP."""

    def __init__(self, alert: m.Alert, url: str) -> None:
        self.alert = alert
        self.url = url


def write_feed(entries: Sequence[FeedEntry], *, url: str, title: str, author: str, now: datetime) -> bytes:
    """Write an Atom feed (RFC 4287) of warnings, each linking to its CAP; newest first."""
    ordered = sorted(entries, key=lambda entry: entry.alert.sent, reverse=True)
    updated = ordered[0].alert.sent if ordered else now
    parts = [
        _DECLARATION,
        f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="{m.NAMESPACE}">',
        f"<id>{_plain(url)}</id><title>{_plain(title)}</title>",
        f"<updated>{_atom(updated)}</updated><author><name>{_plain(author)}</name></author>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(url)}/>',
    ]
    for entry in ordered:
        alert, info = entry.alert, entry.alert.infos[0] if entry.alert.infos else None
        heading = (info.headline or info.event) if info else alert.identifier
        parts.append(
            f"<entry><id>{_plain(entry.url)}</id><title>{_plain(heading)}</title>"
            f"<updated>{_atom(alert.sent)}</updated><published>{_atom(alert.sent)}</published>"
            f"<author><name>{_plain((info.senderName if info else None) or alert.sender)}</name></author>"
            f'<link rel="alternate" type="application/cap+xml" href={quoteattr(entry.url)}/>'
        )
        if info is not None:
            parts.append(
                f"<summary>{_plain(info.description or info.event)}</summary>"
                f"<cap:event>{_plain(info.event)}</cap:event><cap:urgency>{info.urgency}</cap:urgency>"
                f"<cap:severity>{info.severity}</cap:severity><cap:certainty>{info.certainty}</cap:certainty>"
            )
            if info.expires is not None:
                parts.append(f"<cap:expires>{write_instant(info.expires)}</cap:expires>")
            parts += [f"<cap:areaDesc>{_plain(area.areaDesc)}</cap:areaDesc>" for area in info.areas[:1]]
        parts.append("</entry>")
    parts.append("</feed>")
    return "".join(parts).encode()


def _atom(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat()
