"""An OSRM server behind the same questions: a small fake that speaks the documented JSON of the HTTP API v1."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import numpy as np
import pytest

from tidehub.adapters.osrm import OsrmRoads
from tidehub.kernel.errors import Unavailable
from tidehub.kernel.geometry import Position
from tidehub.methods.routing.road import RoadRoute, RoadUnreachable

ISLAND = 121.5
"""East of this no road of the fake leads."""


def _waypoint(lon: float, lat: float) -> dict[str, object]:
    return {"hint": "x", "distance": 4.152629, "name": "", "location": [round(lon, 6), round(lat, 6)]}


def speak(request: httpx.Request) -> httpx.Response:
    """Answer as osrm-routed 5 does; a degree is 100 km, at 10 m/s."""
    _, service, version, profile, where = request.url.path.split("/")
    assert (version, profile) == ("v1", "driving")
    places = [tuple(map(float, pair.split(","))) for pair in where.split(";")]

    def far(a: tuple[float, ...], b: tuple[float, ...]) -> float | None:
        return None if max(a[0], b[0]) > ISLAND > min(a[0], b[0]) else (abs(a[0] - b[0]) + abs(a[1] - b[1])) * 1e5

    if service == "route":
        metres = far(*places)
        if metres is None:
            return httpx.Response(400, json={"code": "NoRoute", "message": "Impossible route between points"})
        legs = [{"steps": [], "summary": "", "weight": metres / 10, "duration": metres / 10, "distance": metres}]
        route = {
            "geometry": {"coordinates": [list(p) for p in places], "type": "LineString"},
            "legs": legs, "weight_name": "routability", "weight": metres / 10,
            "duration": metres / 10, "distance": metres,
        }  # fmt: skip
        return httpx.Response(200, json={"code": "Ok", "routes": [route], "waypoints": [_waypoint(*p) for p in places]})
    params = request.url.params
    assert params["annotations"] == "duration,distance"
    if len(places) > 100:
        return httpx.Response(400, json={"code": "TooBig", "message": "Too many table coordinates"})
    rows = [places[int(i)] for i in params["sources"].split(";")]
    columns = [places[int(i)] for i in params["destinations"].split(";")]
    metres_of = [[far(a, b) for b in columns] for a in rows]
    return httpx.Response(
        200,
        json={
            "code": "Ok",
            "durations": [[None if m is None else m / 10 for m in row] for row in metres_of],
            "distances": metres_of,
            "sources": [_waypoint(*p) for p in rows],
            "destinations": [_waypoint(*p) for p in columns],
        },
    )


def roads(answer: Callable[[httpx.Request], httpx.Response]) -> OsrmRoads:
    url = "http://osrm.test"
    return OsrmRoads(url, client=httpx.Client(transport=httpx.MockTransport(answer), base_url=url))


def test_a_route_and_no_route_are_read_as_from_our_own_graph() -> None:
    """Length, time, path and snapping of the answer; NoRoute is an answer too."""
    found = roads(speak).route(Position(121.0, 28.0), Position(121.01, 28.0))
    assert isinstance(found, RoadRoute)
    assert (found.length_m, found.duration_s) == (pytest.approx(1000.0), pytest.approx(100.0))
    assert found.start_snapped_m == 4.152629 and found.points[-1] == Position(121.01, 28.0)
    none = roads(speak).route(Position(121.0, 28.0), Position(121.6, 28.0))
    assert isinstance(none, RoadUnreachable) and none.code == "no_road_between"
    far = roads(speak).route(Position(121.0, 28.0), Position(121.01, 28.0), snap_m=2.0)
    assert isinstance(far, RoadUnreachable) and far.code == "start_off_road"


def test_a_large_matrix_is_asked_in_tables_that_a_server_allows() -> None:
    """120 x 70 places in blocks; null is no way."""
    starts = [Position(121.0 + i * 0.001, 28.0) for i in range(120)]
    ends = [Position(121.0 + j * 0.01, 28.1) for j in range(70)]
    matrix = roads(speak).matrix(starts, ends)
    expected = np.array(
        [[(abs(a.lon - b.lon) + 0.1) * 1e4 if b.lon <= ISLAND else np.inf for b in ends] for a in starts]
    )
    assert np.allclose(matrix.duration_s, expected) and np.isinf(matrix.length_m[0, -1])


@pytest.mark.parametrize(
    "answer",
    [
        lambda request: httpx.Response(502, text="bad gateway"),
        lambda request: httpx.Response(200, json={"code": "Ok"}),
        lambda request: httpx.Response(400, json={"code": "InvalidUrl", "message": "URL string malformed"}),
        lambda request: httpx.Response(200, content=json.dumps([1])),
    ],
)
def test_a_server_that_does_not_answer_as_documented_is_unavailable(answer) -> None:
    """The caller falls back to its flagged estimate; no traceback, no wrong number."""
    for ask in (roads(answer).route, lambda a, b: roads(answer).matrix([a], [b])):
        with pytest.raises(Unavailable):
            ask(Position(121.0, 28.0), Position(121.1, 28.0))
