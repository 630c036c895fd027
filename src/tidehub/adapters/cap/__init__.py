"""Public warnings by the Common Alerting Protocol, CAP 1.2 (OASIS): read, checked, written, as a feed."""

from __future__ import annotations

from tidehub.adapters.cap.mapping import EVENT_TYPE, alert_command, place_of
from tidehub.adapters.cap.model import (
    NAMESPACE,
    Alert,
    Area,
    Info,
    Reference,
    Resource,
    active,
    priority,
)
from tidehub.adapters.cap.read import CAP_INVALID, CAP_UNREADABLE, read_alert, read_instant
from tidehub.adapters.cap.write import FeedEntry, write_alert, write_feed, write_instant

__all__ = [
    "CAP_INVALID",
    "CAP_UNREADABLE",
    "EVENT_TYPE",
    "NAMESPACE",
    "Alert",
    "Area",
    "FeedEntry",
    "Info",
    "Reference",
    "Resource",
    "active",
    "alert_command",
    "place_of",
    "priority",
    "read_alert",
    "read_instant",
    "write_alert",
    "write_feed",
    "write_instant",
]
