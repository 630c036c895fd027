"""An alert as the command that keeps it: sender and identifier are its key."""

from __future__ import annotations

from tidehub.adapters.cap import model as m
from tidehub.capabilities.intake import ReceiveEvent
from tidehub.kernel.geometry import Position

EVENT_TYPE = "cn.tidehub.cap.alert.v1"
SOURCE_PREFIX = "cap:"


def place_of(alert: m.Alert) -> Position | None:
    """Return a point of the first area: the circle's centre, else the mean of the polygon's corners."""
    for info in alert.infos:
        for area in info.areas:
            for (lat, lon), _ in area.circles:
                return Position(lon, lat)
            for ring in area.polygons:
                corners = ring[:-1]
                return Position(
                    sum(lon for _, lon in corners) / len(corners),
                    sum(lat for lat, _ in corners) / len(corners),
                )
    return None


def alert_command(alert: m.Alert, xml: str, by: str) -> ReceiveEvent:
    """Turn an alert into the command that keeps it with its XML as it came."""
    info = alert.infos[0] if alert.infos else None
    attributes: dict[str, str | int | bool] = {
        "status": alert.status,
        "msgtype": alert.msgType,
        "scope": alert.scope,
    }
    if info is not None:
        attributes |= {
            "severity": info.severity,
            "urgency": info.urgency,
            "certainty": info.certainty,
            "priority": m.priority(info),
        }
    return ReceiveEvent(
        source=f"{SOURCE_PREFIX}{alert.sender}",
        source_event_id=alert.identifier,
        type=EVENT_TYPE,
        subject=(info.headline or info.event)[:500] if info is not None else "",
        occurred_at=alert.sent,
        attributes=attributes,
        data_type="application/cap+xml",
        data=xml,
        position=place_of(alert),
        reporter=by,
    )
