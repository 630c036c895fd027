"""Many questions, many answers by road: one JSON object a line in, one a line out (``tidehub route road``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tidehub.adapters.routes import point_of
from tidehub.kernel.codec import decode, encode
from tidehub.kernel.errors import Refusal
from tidehub.methods.routing.road import SNAP_M_MAX, RoadRoute, RoadRouter, Vehicle


def road_stream(
    router: RoadRouter, lines: Iterable[str], *, vehicle: Vehicle | None = None, snap_m: float = SNAP_M_MAX
) -> Iterator[str]:
    """Answer each line ``{"from": [lon, lat], "to": [lon, lat]}`` with one line, in order.

    A way: ``{"reachable": true, "length_m": ..., "duration_s": ..., "path": [[lon, lat], ...],
    "from_snapped_m": ..., "to_snapped_m": ..., "source": ...}``. None: ``{"reachable": false, "reason": code,
    "message": ..., "length_m": null, "duration_s": null, "path": null}``. A line that cannot be understood:
    ``{"error": ..., "code": ..., "line": number}``, and the next is answered. ``id`` is passed through.
    """
    car = vehicle or Vehicle()
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield encode(_answer(router, line, number, car, snap_m)).decode()


def _answer(router: RoadRouter, line: str, number: int, vehicle: Vehicle, snap_m: float) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    try:
        asked = decode(line, dict[str, Any])
        if "id" in asked:
            answer["id"] = asked["id"]
        start, end = point_of(asked.get("from"), "from"), point_of(asked.get("to"), "to")
    except Refusal as refusal:
        field = f"{refusal.field}: " if refusal.field else ""
        return answer | {"error": field + refusal.text("en"), "code": refusal.code, "line": number}
    found = router.route(start, end, vehicle, snap_m=snap_m)
    answer |= {"from": [start.lon, start.lat], "to": [end.lon, end.lat], "source": router.graph.source}
    if not isinstance(found, RoadRoute):
        return answer | {
            "reachable": False,
            "reason": found.code,
            "message": found.en,
            "length_m": None,
            "duration_s": None,
            "path": None,
            "nearest_road_m": found.nearest_road_m,
        }
    return answer | {
        "reachable": True,
        "length_m": round(found.length_m, 3),
        "duration_s": round(found.duration_s, 3),
        "path": [[round(point.lon, 7), round(point.lat, 7)] for point in found.points],
        "from_snapped_m": round(found.start_snapped_m, 2),
        "to_snapped_m": round(found.end_snapped_m, 2),
    }
