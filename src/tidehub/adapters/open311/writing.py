"""What goes out over GeoReport v2: XML and JSON of one shape, bulk CSV, and a feed.

JSON drops the outer wrapper, and a container of one kind of child is always an array. In XML an unknown value
is an empty element, in JSON it is ``null``; codes and ids are texts in both. No namespace.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import msgspec

Format = str
CONTENT_TYPES = {
    "xml": "text/xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
}
CHILDREN = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
    "notes": "note",
    "groups": "group",
    "media_urls": "media_url",
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
BULK_COLUMNS = (
    "service_request_id", "requested_datetime", "updated_datetime", "closed_date", "status_description",
    "status_notes", "source", "service_name", "service_subtype", "description", "agency_responsible",
    "address", "lat", "long",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(root: str, value: Sequence[Any] | Mapping[str, Any], format_: Format) -> bytes:
    """Write a document: ``root`` with its list of children, or with its members."""
    if format_ == "json":
        return msgspec.json.encode(value)
    parts = [_DECLARATION]
    _element(parts, root, value)
    return "".join(parts).encode()


def xml_text(text: str) -> str:
    """Escape a text; characters that XML 1.0 cannot carry become U+FFFD."""
    return escape(_NOT_XML.sub("\ufffd", text))


def _element(parts: list[str], name: str, value: Any) -> None:
    if value is None or value == "" or (isinstance(value, list | tuple | dict) and not value):
        parts.append(f"<{name}/>")
        return
    parts.append(f"<{name}>")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _element(parts, key, inner)
    elif isinstance(value, list | tuple):
        child = CHILDREN.get(name, "value")
        for inner in value:
            _element(parts, child, inner)
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    else:
        parts.append(xml_text(str(value)))
    parts.append(f"</{name}>")


def write_bulk(requests: Sequence[Mapping[str, Any]], sources: Sequence[str], closed: Sequence[str]) -> bytes:
    """Write requests as bulk CSV (RFC 4180, UTF-8); what a spreadsheet would run as a formula is quoted."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(BULK_COLUMNS)
    for request, source, closed_date in zip(requests, sources, closed, strict=True):
        row = {
            **request,
            "closed_date": closed_date,
            "status_description": request["status"],
            "source": source,
            "service_subtype": "",
        }
        rows.writerow([_cell(row[name]) for name in BULK_COLUMNS])
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def write_rss(requests: Sequence[Mapping[str, Any]], links: Sequence[str], title: str, link: str) -> bytes:
    """Write requests as an RSS 2.0 feed with GeoRSS points."""
    parts = [
        _DECLARATION,
        '<rss version="2.0" xmlns:georss="http://www.georss.org/georss"><channel>',
        f"<title>{xml_text(title)}</title><link>{xml_text(link)}</link>",
        f"<description>{xml_text(title)}</description>",
    ]
    for request, address in zip(requests, links, strict=True):
        parts.append(
            f"<item><title>{xml_text(str(request['service_name']))}</title><link>{xml_text(address)}</link>"
            f'<guid isPermaLink="true">{xml_text(address)}</guid>'
            f"<description>{xml_text(request['description'] or '')}</description>"
            f"<category>{xml_text(str(request['status']))}</category>"
        )
        if request["lat"] is not None:
            parts.append(f"<georss:point>{request['lat']} {request['long']}</georss:point>")
        parts.append("</item>")
    parts.append("</channel></rss>")
    return "".join(parts).encode()
