"""Signal K to write: deltas of simulated boats, subscriptions, and the calls that hand a route to a
plotter."""

from __future__ import annotations

import hashlib
import math
import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from tidehub.kernel.instants import format_instant

_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_COURSE = "/signalk/v2/api/vessels/self/navigation/course"
_ROUTES = "/signalk/v2/api/resources/routes"


class Call(msgspec.Struct, frozen=True):
    """One HTTP call to a Signal K server: method, path below its root, JSON body (empty for DELETE)."""

    method: str
    path: str
    body: bytes


def encode_hello(self_context: str, at: datetime, *, name: str = "tidehub") -> str:
    """First message of a server to a client, naming who ``vessels.self`` is."""
    told = {
        "name": name,
        "version": "1.7.0",
        "timestamp": format_instant(at),
        "self": self_context,
        "roles": ["main", "master"],
    }
    return msgspec.json.encode(told).decode()


def encode_delta(
    context: str,
    at: datetime,
    *,
    lon: float | None = None,
    lat: float | None = None,
    sog_mps: float | None = None,
    cog_deg: float | None = None,
    heading_deg: float | None = None,
    depth_m: float | None = None,
    source_label: str = "tidehub.simulator",
) -> str:
    """One update of one vessel; only what is given is said. Degrees become radians."""
    values: list[dict[str, Any]] = []
    if lon is not None and lat is not None:
        values.append({"path": "navigation.position", "value": {"latitude": lat, "longitude": lon}})
    for path, number in (
        ("navigation.speedOverGround", sog_mps),
        ("navigation.courseOverGroundTrue", None if cog_deg is None else math.radians(cog_deg % 360.0)),
        ("navigation.headingTrue", None if heading_deg is None else math.radians(heading_deg % 360.0)),
        ("environment.depth.belowSurface", depth_m),
    ):
        if number is not None:
            values.append({"path": path, "value": number})
    update = {"$source": source_label, "timestamp": format_instant(at), "values": values}
    return msgspec.json.encode({"context": context, "updates": [update]}).decode()


def subscribe_message(context: str, paths: Sequence[str], *, period_ms: int = 1000) -> str:
    """Ask a stream opened with ``?subscribe=none`` for these paths, at most once per period."""
    wanted = [  # policy "instant" is throttled by minPeriod, "fixed" would repeat old values
        {"path": path, "minPeriod": period_ms, "format": "delta", "policy": "instant"} for path in paths
    ]
    return msgspec.json.encode({"context": context, "subscribe": wanted}).decode()


def route_uuid(name: str) -> str:
    """Derive the UUID under which a route is filed on the boat: the same job gives the same route.

    The server takes only version 4 identifiers, so the digest is dressed as one.
    """
    digest = hashlib.sha256(b"tidehub.route:" + name.encode()).digest()[:16]
    return str(uuid.UUID(bytes=digest, version=4))


def push_route(
    route_id: str,
    name: str,
    waypoints: Sequence[tuple[float, float]],
    *,
    arrival_radius_m: float,
    waypoint_names: Sequence[str] | None = None,
    distance_m: float | None = None,
    description: str = "",
) -> list[Call]:
    """Give the calls that file a route on a boat and make it the active one, in the order to send them.

    Parameters
    ----------
    route_id
        Version 4 UUID, see :func:`route_uuid`; sending the same one again replaces the route.
    waypoints
        At least two ``(lon, lat)`` in WGS 84 degrees: Signal K knows no other datum.
    arrival_radius_m
        Radius of the arrival circle the plotter watches.

    Raises
    ------
    ValueError
        Fewer than two waypoints, names that do not match them, or an id the server would refuse.
    """
    if not _UUID4.fullmatch(route_id):
        raise ValueError(f"not a version 4 UUID: {route_id[:40]}")
    if len(waypoints) < 2:
        raise ValueError("a route has at least two waypoints")
    if waypoint_names is not None and len(waypoint_names) != len(waypoints):
        raise ValueError("one name per waypoint")
    feature: dict[str, Any] = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[lon, lat] for lon, lat in waypoints]},
        "properties": {},
        "id": "",
    }
    if waypoint_names is not None:
        feature["properties"]["coordinatesMeta"] = [{"name": name} for name in waypoint_names]
    route: dict[str, Any] = {"name": name, "description": description, "feature": feature}
    if distance_m is not None:
        route["distance"] = round(distance_m)
    active = {"href": f"/resources/routes/{route_id}", "pointIndex": 0, "reverse": False}
    return [
        Call("PUT", f"{_ROUTES}/{route_id}", msgspec.json.encode(route)),
        Call("PUT", f"{_COURSE}/activeRoute", msgspec.json.encode(active)),
        Call("PUT", f"{_COURSE}/arrivalCircle", msgspec.json.encode({"value": arrival_radius_m})),
    ]


def clear_course() -> list[Call]:
    """Give the call that ends the navigation (the job was withdrawn)."""
    return [Call("DELETE", _COURSE, b"")]
