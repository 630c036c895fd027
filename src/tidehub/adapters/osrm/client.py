"""Asks an OSRM server (HTTP API v1, services ``route`` and ``table``; Project-OSRM, docs/http.md).

It knows nothing of our closures, vehicles and hours: whoever asks has to flag its times while roads are closed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import httpx
import numpy as np

from tidehub.kernel.errors import Unavailable
from tidehub.kernel.geometry import Position
from tidehub.methods.routing.road import SNAP_M_MAX, RoadMatrix, RoadRoute, RoadUnreachable

TABLE_PLACES_MAX = 100
"""A server answers tables of this many places unless its operator allows more (``--max-table-size``)."""
_NOWHERE = {"NoRoute", "NoTable", "NoSegment"}


class OsrmRoads:
    """Answers ``route`` and ``matrix`` like :class:`tidehub.methods.routing.road.RoadRouter`.

    Parameters
    ----------
    url
        Where the server is, without a path: ``http://127.0.0.1:5000``.
    timeout_s
        How long one question may take; then it is :class:`Unavailable`, and the caller falls back, flagged.
    """

    knows_closures = False

    def __init__(
        self, url: str, *, profile: str = "driving", timeout_s: float = 1.0, client: httpx.Client | None = None
    ) -> None:
        self._client = client or httpx.Client(base_url=url, timeout=timeout_s)
        self._profile = profile
        self.source = f"OSRM {url}"

    def close(self, closures: Sequence[Any]) -> None:
        """Closures cannot be told to a running server; see :attr:`knows_closures`."""

    def route(
        self, start: Position, end: Position, *, at: datetime | None = None, snap_m: float = SNAP_M_MAX
    ) -> RoadRoute | RoadUnreachable:
        """Ask for the quickest way.

        Raises
        ------
        Unavailable
            When the server does not answer, or not as documented.
        """
        answer = self._ask("route", [start, end], {"overview": "full", "geometries": "geojson", "steps": "false"})
        if answer["code"] != "Ok":
            return _no_road(answer["code"])
        try:
            first, last = (float(waypoint["distance"]) for waypoint in answer["waypoints"])
            best = answer["routes"][0]
            points = tuple(Position(float(lon), float(lat)) for lon, lat in best["geometry"]["coordinates"])
            length_m, duration_s = float(best["distance"]), float(best["duration"])
        except (KeyError, IndexError, TypeError, ValueError):
            raise Unavailable(f"{self.source}: an answer without its parts") from None
        off = _off_road(first, last, snap_m)
        return off or RoadRoute(points, length_m, duration_s, first, last, (), self._told(answer))

    def matrix(
        self,
        starts: Sequence[Position],
        ends: Sequence[Position],
        *,
        at: datetime | None = None,
        snap_m: float = SNAP_M_MAX,
    ) -> RoadMatrix:
        """Ask for times and lengths, in tables no larger than a server allows.

        Raises
        ------
        Unavailable
            As in :meth:`route`.
        """
        duration_s, length_m = np.full((len(starts), len(ends)), np.inf), np.full((len(starts), len(ends)), np.inf)
        off_starts, off_ends = [math.inf] * len(starts), [math.inf] * len(ends)
        half = TABLE_PLACES_MAX // 2
        for i in range(0, len(starts), half):
            for j in range(0, len(ends), half):
                rows, columns = starts[i : i + half], ends[j : j + half]
                told = {
                    "sources": ";".join(str(k) for k in range(len(rows))),
                    "destinations": ";".join(str(len(rows) + k) for k in range(len(columns))),
                    "annotations": "duration,distance",
                }
                answer = self._ask("table", [*rows, *columns], told)
                if answer["code"] != "Ok":
                    continue
                block = np.s_[i : i + len(rows), j : j + len(columns)]
                try:
                    duration_s[block] = _numbers(answer["durations"], (len(rows), len(columns)))
                    length_m[block] = _numbers(answer["distances"], (len(rows), len(columns)))
                    off_starts[i : i + len(rows)] = [float(one["distance"]) for one in answer["sources"]]
                    off_ends[j : j + len(columns)] = [float(one["distance"]) for one in answer["destinations"]]
                except (KeyError, TypeError, ValueError):
                    raise Unavailable(f"{self.source}: a table without its parts") from None
        off = np.array(off_starts)[:, None] > snap_m, np.array(off_ends)[None, :] > snap_m
        duration_s[off[0] | off[1]] = np.inf
        length_m[np.isinf(duration_s)] = np.inf
        return RoadMatrix(
            duration_s,
            length_m,
            tuple(one if one <= snap_m else _off_road(one, 0.0, snap_m) or one for one in off_starts),
            tuple(one if one <= snap_m else _off_road(0.0, one, snap_m) or one for one in off_ends),
        )

    def _ask(self, service: str, places: Sequence[Position], told: dict[str, str]) -> dict[str, Any]:
        where = ";".join(f"{place.lon:.7f},{place.lat:.7f}" for place in places)
        try:
            response = self._client.get(f"/{service}/v1/{self._profile}/{where}", params=told)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(f"{self.source}: {type(error).__name__}") from None
        code = answer.get("code") if isinstance(answer, dict) else None
        if code != "Ok" and code not in _NOWHERE:
            raise Unavailable(f"{self.source}: {code or response.status_code}")
        return dict(answer)

    def _told(self, answer: dict[str, Any]) -> str:
        version = answer.get("data_version")
        return f"{self.source} {version}" if version else self.source


def _numbers(rows: Any, shape: tuple[int, int]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A table in which ``null`` means that there is no way."""
    table = np.array([[math.inf if value is None else float(value) for value in row] for row in rows])
    if table.shape != shape:
        raise ValueError("a table of another shape")
    return table


def _off_road(first_m: float, last_m: float, snap_m: float) -> RoadUnreachable | None:
    if first_m <= snap_m and last_m <= snap_m:
        return None
    start = first_m > snap_m
    far = first_m if start else last_m
    return RoadUnreachable(
        "start_off_road" if start else "end_off_road",
        f"离最近的道路 {far:.0f} 米，超出允许的 {snap_m:.0f} 米",
        f"{far:.0f} m from the nearest road; {snap_m:.0f} m allowed",
        far,
    )


def _no_road(code: str) -> RoadUnreachable:
    return RoadUnreachable(
        "no_road_between", f"没有可通行的道路（OSRM：{code}）", f"No road connects the two places (OSRM: {code})"
    )
