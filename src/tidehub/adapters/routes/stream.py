"""Many questions, many answers: one JSON object a line in, one a line out (``tidehub route water``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from tidehub.adapters.routes.geojson import chart_box, point_of, read_areas
from tidehub.kernel.codec import decode, encode
from tidehub.kernel.errors import Refusal
from tidehub.methods.routing import SNAP_M_MAX, Route, WaterMap, plan_route, plotter_points

PATH_SAGITTA_M = 0.1
"""Paths are drawn with lines straight in longitude and latitude; they stay this close to the planned legs."""

HASTEN_AT = 1_000
"""From this line on the compiled search answers: so many lines take Python about as long as loading it takes."""


def route_stream(
    land_geojson: bytes,
    lines: Iterable[str],
    *,
    fairways_geojson: bytes | None = None,
    clearance_m: float = 0.0,
    snap_m: float = SNAP_M_MAX,
    repair: bool = False,
    note: Callable[[str], None] | None = None,
) -> Iterator[str]:
    """Answer each line ``{"from": [lon, lat], "to": [lon, lat]}`` with one line, in order.

    A way: ``{"reachable": true, "length_m": ..., "path": [[lon, lat], ...], ...}``. None: ``{"reachable":
    false, "reason": code, "message": ..., "length_m": null, "path": null}``. A line that cannot be
    understood: ``{"error": ..., "code": ..., "line": number}``, and the next is answered. ``id`` is passed
    through. Empty lines are passed over. ``note`` is told what of the land file was passed over or put right.

    Raises
    ------
    Refusal
        At once, before the first answer, when the land file cannot be used: it names the feature.
    """
    land = read_areas(land_geojson, "land")
    fairways = read_areas(fairways_geojson, "fairways").areas if fairways_geojson is not None else ()
    water = WaterMap.build(
        land.areas, fairways=fairways, bounds=chart_box(land), clearance_m=clearance_m, repair=repair
    )
    if note is not None:
        for text in _notes(land.passed_over, water):
            note(text)
    return _answers(water, lines, snap_m)


def _notes(passed_over: Sequence[str], water: WaterMap) -> Iterator[str]:
    """What of the land file was not taken as it stood, for whoever runs the command."""
    for name in passed_over:
        yield f"{name}: no area, passed over · 没有面积，已跳过"
    for repair in water.repairs:
        if repair.what not in ("ring_reversed", "ring_closed", "repeated_point_dropped"):
            yield f"{repair.name}: {repair.what}"


def _answers(water: WaterMap, lines: Iterable[str], snap_m: float) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if number == HASTEN_AT:
            water.hasten()
        if line.strip():
            yield encode(_answer(water, line, number, snap_m)).decode()


def _answer(water: WaterMap, line: str, number: int, snap_m: float) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    try:
        asked = decode(line, dict[str, Any])
        if "id" in asked:
            answer["id"] = asked["id"]
        start, end = point_of(asked.get("from"), "from"), point_of(asked.get("to"), "to")
    except Refusal as refusal:
        field = f"{refusal.field}: " if refusal.field else ""
        return answer | {"error": field + refusal.text("en"), "code": refusal.code, "line": number}
    found = plan_route(water, start, end, snap_m=snap_m)
    answer |= {"from": [start.lon, start.lat], "to": [end.lon, end.lat]}
    if not isinstance(found, Route):
        return answer | {
            "reachable": False,
            "reason": found.code,
            "message": found.en,
            "length_m": None,
            "path": None,
            "nearest_water_m": found.nearest_water_m,
        }
    return answer | {
        "reachable": True,
        "length_m": found.length_m,
        "lower_bound_m": found.lower_bound_m,
        "path": [[point.lon, point.lat] for point in plotter_points(found, sagitta_m=PATH_SAGITTA_M)],
        "clearance_m": found.clearance_m,
        "from_moved_m": found.start_moved_m,
        "to_moved_m": found.end_moved_m,
    }
