"""A CAP 1.2 alert, and the words that its elements take (OASIS Common Alerting Protocol 1.2)."""

from __future__ import annotations

from datetime import datetime

import msgspec

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"

STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
MESSAGE_TYPES = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPES = ("Public", "Restricted", "Private")
CATEGORIES = (
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra",
    "CBRNE", "Other",
)  # fmt: skip
RESPONSE_TYPES = (
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None",
)  # fmt: skip
URGENCIES = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTIES = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")

Pair = tuple[str, str]
"""A name and its value: ``eventCode``, ``parameter``, ``geocode``."""
Point = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84, in CAP's order."""


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """A file that belongs to a warning."""

    resourceDesc: str
    mimeType: str
    size: int | None = None
    uri: str | None = None
    derefUri: str | None = None
    digest: str | None = None


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """Where a warning holds.

    Parameters
    ----------
    polygons
        Closed rings of at least four points.
    circles
        Centre and radius in kilometres.
    geocodes
        E.g. ``("GB/T 2260", "331002")``.
    altitude, ceiling
        Feet above mean sea level, as the standard has it.
    """

    areaDesc: str
    polygons: tuple[tuple[Point, ...], ...] = ()
    circles: tuple[tuple[Point, float], ...] = ()
    geocodes: tuple[Pair, ...] = ()
    altitude: float | None = None
    ceiling: float | None = None


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """What a warning says, in one language."""

    categories: tuple[str, ...]
    event: str
    urgency: str
    severity: str
    certainty: str
    language: str = "en-US"
    responseTypes: tuple[str, ...] = ()
    audience: str | None = None
    eventCodes: tuple[Pair, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    senderName: str | None = None
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None
    web: str | None = None
    contact: str | None = None
    parameters: tuple[Pair, ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[Area, ...] = ()


class Reference(msgspec.Struct, frozen=True):
    """An earlier alert, by the three that identify it."""

    sender: str
    identifier: str
    sent: datetime


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert; instants keep the zone they were written in."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    msgType: str
    scope: str
    source: str | None = None
    restriction: str | None = None
    addresses: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    note: str | None = None
    references: tuple[Reference, ...] = ()
    incidents: tuple[str, ...] = ()
    infos: tuple[Info, ...] = ()


def priority(info: Info) -> int:
    """Urgency of a case that a warning leads to: 1 at once, 2 today, 3 plan, 4 take note.

    The worst of the three words would drown the desk in "Unknown"; so severity counts, and what is not urgent
    or hardly certain counts one step less.
    """
    base = {"Extreme": 1, "Severe": 2, "Moderate": 3}.get(info.severity, 4)
    if info.urgency in ("Future", "Past") or info.certainty == "Unlikely":
        base += 1
    return min(4, base)


def active(alerts: list[Alert], now: datetime) -> list[Alert]:
    """Keep the public warnings that hold at an instant: actual, neither updated nor cancelled, not over.

    An update or cancellation counts whatever the order in which alerts came in.
    """
    over = {
        (one.sender, one.identifier)
        for alert in alerts
        if alert.msgType in ("Update", "Cancel") and alert.status == "Actual"
        for one in alert.references
        if one.sender == alert.sender
    }
    return [
        alert
        for alert in alerts
        if alert.status == "Actual"
        and alert.scope == "Public"
        and alert.msgType in ("Alert", "Update")
        and (alert.sender, alert.identifier) not in over
        and (not alert.infos or any(info.expires is None or info.expires > now for info in alert.infos))
    ]
