"""Events as commands: our own report type becomes a report, every other type is kept as an event.

``cn.tidehub.report.received.v1`` carries in its data a report in the platform's own JSON; ``source`` and
``id`` are its key.
"""

from __future__ import annotations

import base64

from tidehub.adapters.cloudevents.model import CloudEvent, is_text
from tidehub.capabilities.intake import ReceiveEvent
from tidehub.kernel.instants import parse_instant

REPORT_TYPE = "cn.tidehub.report.received.v1"
SOURCE_PREFIX = "cloudevents:"


def source_of(event: CloudEvent) -> str:
    """Source of the command: ours never meets that of another channel."""
    return f"{SOURCE_PREFIX}{event.source}"


def event_command(event: CloudEvent, by: str) -> ReceiveEvent:
    """Turn an event that is no report into the command that keeps it."""
    attributes: dict[str, str | int | bool] = dict(event.extensions)
    if event.dataschema is not None:
        attributes["dataschema"] = event.dataschema
    data, coded = "", False
    if event.data is not None:
        media_type = event.datacontenttype
        try:
            if media_type is not None and not event.has_json and not is_text(media_type):
                raise ValueError("not meant to be read as text")
            data = event.data.decode()
            coded = "\x00" in data
        except ValueError:
            coded = True
        if coded:
            data = base64.b64encode(event.data).decode()
    return ReceiveEvent(
        source=source_of(event),
        source_event_id=event.id,
        type=event.type,
        subject=event.subject or "",
        occurred_at=None if event.time is None else parse_instant(event.time, "time"),
        attributes=attributes,
        data_type=event.datacontenttype or ("application/json" if event.data is not None else ""),
        data=data,
        data_base64=coded,
        reporter=by,
    )
