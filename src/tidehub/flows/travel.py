"""Ways and times from the chart, the tide, the roads and the register of places: the real side of the travel
port.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from tidehub.capabilities.field import Route
from tidehub.kernel.errors import Unavailable
from tidehub.kernel.geometry import Position, great_circle_m
from tidehub.methods.assignment import Destination, Leg, Start
from tidehub.methods.routing import LADDER_M, Unreachable, WaterChart, travel_matrix
from tidehub.methods.routing.road import RoadClosure, RoadMatrix, RoadRoute, RoadUnreachable
from tidehub.methods.tide import TideStation, lowest_m, next_open_at, next_tide_at
from tidehub.registers import ClosedRoad, Place, Register

PASSAGE_S = 5400
"""Over how long the lowest tide is taken for a passage that has not been planned yet."""
WATER_DETOUR, ROAD_DETOUR = 1.3, 1.35
"""Ways over great circles, where there is no map (dispatch handbook, section 8; usual for roads)."""
ENGINE, ROAD_ENGINE = "tidehub-water/1", "tidehub-road/1"


class Roads(Protocol):
    """Times by road: our own graph, or a server that answers the same questions."""

    @property
    def source(self) -> str:
        """What people read beside a time."""
        ...

    @property
    def knows_closures(self) -> bool:
        """Whether closed roads are kept out of its answers."""
        ...

    def close(self, closures: Sequence[RoadClosure]) -> None:
        """Say what is closed from now on."""
        ...

    def route(self, start: Position, end: Position, *, at: datetime | None = None) -> RoadRoute | RoadUnreachable:
        """The quickest way, or why there is none."""
        ...

    def matrix(self, starts: Sequence[Position], ends: Sequence[Position], *, at: datetime | None = None) -> RoadMatrix:
        """Times and lengths from every start to every end."""
        ...


class HarbourWays:
    """Travel by water on the chart with its tide, by road on the graph; without those as a flagged estimate.

    Parameters
    ----------
    chart
        Land, depths, restrictions, fairways; ``None`` answers every way as an estimate.
    station
        Tide of the port; without it no berth is said to be dry.
    place
        Finds a place of the register, for its charted depth.
    map_version
        Name and hash of the map data, kept with every route.
    roads
        The road router; ``None`` answers every way by road as an estimate.
    closures
        The register of closed roads; a change counts from the next question on.
    """

    def __init__(
        self,
        chart: WaterChart | None,
        station: TideStation | None,
        place: Callable[[str], Place | None],
        map_version: str,
        roads: Roads | None = None,
        closures: Register[ClosedRoad] | None = None,
    ) -> None:
        self._router = roads
        self._closures = closures
        self._closures_of = -1
        self._chart = chart
        self._station = station
        self._place = place
        self.map_version = map_version

    # -- times ------------------------------------------------------------------------------------------

    def legs(self, starts: Sequence[Start], to: Destination) -> Sequence[Leg]:
        """One answer for each start, in order; see :class:`tidehub.methods.assignment.Travel`."""
        lengths = self._lengths_m(starts, to)
        by_road = self._by_road(starts, to.position)
        return [
            by_road.get(number) or self._leg(start, to, length)
            for number, (start, length) in enumerate(zip(starts, lengths, strict=True))
        ]

    @property
    def _roads(self) -> Roads | None:
        """The road router with the closures of the register as they now stand."""
        if self._router is not None and self._closures is not None and self._closures_of != self._closures.changes:
            self._closures_of = self._closures.changes
            self._router.close(
                [
                    RoadClosure(
                        id=f"{entry.id} {entry.valid_from.isoformat()}",
                        at=entry.body.position,
                        radius_m=entry.body.radius_m,
                        way_id=entry.body.way_id,
                        reason=entry.body.reason,
                        from_at=entry.valid_from,
                        until_at=entry.valid_to,
                    )
                    for entry in self._closures.ever()
                ]
            )
        return self._router

    def _by_road(self, starts: Sequence[Start], to: Position) -> dict[int, Leg]:
        """Times on the graph for the units on wheels; one matrix for each instant they set out at."""
        roads = self._roads
        if roads is None:
            return {}
        groups: dict[datetime, list[int]] = {}
        for number, start in enumerate(starts):
            if start.mode == "road":
                groups.setdefault(start.at, []).append(number)
        legs: dict[int, Leg] = {}
        for at, members in groups.items():
            try:
                matrix = roads.matrix([starts[number].position for number in members], [to], at=at)
            except Unavailable:
                continue  # answered by the flagged estimate
            for row, number in enumerate(members):
                travel_s, length_m = float(matrix.duration_s[row, 0]), float(matrix.length_m[row, 0])
                if math.isfinite(travel_s):
                    legs[number] = Leg(
                        math.ceil(travel_s),
                        round(length_m),
                        degraded=self._past_closures(at),
                        provider=self._road_engine,
                    )
                elif not any(isinstance(end, RoadUnreachable) for end in (matrix.starts[row], matrix.ends[0])):
                    legs[number] = Leg(None, None, "unreachable", provider=self._road_engine)
        return legs  # a place off the charted roads is answered by the flagged estimate

    @property
    def _road_engine(self) -> str:
        return f"{ROAD_ENGINE} {self._router.source}" if self._router is not None else "great circle"

    def _past_closures(self, at: datetime) -> bool:
        """Whether the router may lead into a closed road, because it knows of none and some are closed."""
        known = self._router is None or self._router.knows_closures
        return not known and self._closures is not None and any(True for _ in self._closures.entries(at))

    def _lengths_m(self, starts: Sequence[Start], to: Destination) -> list[float | None]:
        """Lengths by water with the widest clearance that connects; ``None`` where nothing does."""
        lengths: list[float | None] = [None] * len(starts)
        if self._chart is None:
            return lengths
        groups: dict[tuple[float, float, datetime], list[int]] = {}
        for place, start in enumerate(starts):
            if start.mode == "water":
                tide_m = self._passage_tide_m(start.at)
                groups.setdefault((start.draught_m, tide_m, start.at), []).append(place)
        for (draught_m, tide_m, at), members in groups.items():
            left = members
            for clearance_m in LADDER_M:
                water = self._chart.water(
                    draught_m=draught_m, ukc_m=to.ukc_m, tide_m=tide_m, at=at, clearance_m=clearance_m
                )
                matrix = travel_matrix(water, [starts[place].position for place in left], [to.position])
                for row, place in enumerate(left):
                    length = float(matrix.length_m[row, 0])
                    if math.isfinite(length):
                        lengths[place] = length
                left = [place for place in left if lengths[place] is None]
                if not left:
                    break
        return lengths

    def _leg(self, start: Start, to: Destination, length: float | None) -> Leg:
        degraded = start.mode == "road" or self._chart is None
        if degraded:
            detour = ROAD_DETOUR if start.mode == "road" else WATER_DETOUR
            length = great_circle_m(start.position, to.position) * detour
        provider = "great circle" if degraded else f"{ENGINE} {self.map_version}"
        if length is None:
            return self._no_way(start, to, provider)
        travel_s = math.ceil(length / start.speed_mps)
        answer = Leg(travel_s, round(length), degraded=degraded, provider=provider)
        return self._at_the_berth(start, to, answer) if start.mode == "water" else answer

    def _no_way(self, start: Start, to: Destination, provider: str) -> Leg:
        """Say whether a higher tide would open the way, and when."""
        assert self._chart is not None, "without a chart every way is an estimate"
        if self._station is not None:
            answer = self._chart.plan(
                start.position,
                to.position,
                draught_m=start.draught_m,
                ukc_m=to.ukc_m,
                tide_m=self._passage_tide_m(start.at),
                tide_m_max=self._station.hat_m,
                at=start.at,
            )
            if isinstance(answer, Unreachable) and answer.opens_at_tide_m is not None:
                opens_at = next_tide_at(self._station, start.at, answer.opens_at_tide_m)
                return Leg(None, None, "closed", opens_at, provider=provider)
        return Leg(None, None, "unreachable", provider=provider)

    def _at_the_berth(self, start: Start, to: Destination, leg: Leg) -> Leg:
        """See whether there is water enough at the berth from the arrival until the work is done."""
        place = self._place(to.place_id) if to.place_id is not None else None
        if self._station is None or place is None or place.charted_depth_m is None:
            return leg
        assert leg.travel_s is not None
        arrives = start.at + timedelta(seconds=leg.travel_s + to.approach_s)
        needed_m = start.draught_m + to.ukc_m
        leaves = arrives + timedelta(seconds=max(1, to.stay_s))
        depth_m = place.charted_depth_m + lowest_m(self._station, arrives, leaves)
        if depth_m >= needed_m:
            return leg
        opens_at = next_open_at(
            self._station,
            arrives,
            charted_depth_m=place.charted_depth_m,
            draught_m=start.draught_m,
            ukc_m=to.ukc_m,
            stay_s=max(1, to.stay_s),
        )
        return Leg(
            leg.travel_s,
            leg.length_m,
            "berth_dry",
            opens_at,
            round(depth_m, 2),
            round(needed_m, 2),
            leg.degraded,
            leg.provider,
        )

    def _passage_tide_m(self, at: datetime) -> float:
        """Least tide that a passage beginning then can count on; chart datum where no tide is known."""
        if self._station is None:
            return 0.0
        return lowest_m(self._station, at, at + timedelta(seconds=PASSAGE_S))

    # -- the way itself ---------------------------------------------------------------------------------

    @staticmethod
    def _driven(roads: Roads, start: Start, to: Position) -> RoadRoute | RoadUnreachable | None:
        try:
            return roads.route(start.position, to, at=start.at)
        except Unavailable:
            return None

    def route(self, start: Start, to: Position, place_id: str | None) -> Route | None:
        """Plan the way that is given to a crew; ``None`` where there is none.

        By road without a graph and by water without a chart it is the straight line to steer by eye, flagged as such.
        """
        if start.mode == "road" and (roads := self._roads) is not None:
            driven = self._driven(roads, start, to)
            if isinstance(driven, RoadRoute):
                return Route(
                    points=tuple((point.lon, point.lat) for point in driven.points),
                    length_m=round(driven.length_m),
                    eta_s=math.ceil(driven.duration_s),
                    engine=ROAD_ENGINE,
                    map_version=driven.source,
                    degraded=self._past_closures(start.at),
                )
            if driven is not None and driven.code in ("no_road_between", "closed"):
                return None
        if start.mode == "road" or self._chart is None:
            detour = ROAD_DETOUR if start.mode == "road" else WATER_DETOUR
            length_m = great_circle_m(start.position, to) * detour
            ends = ((start.position.lon, start.position.lat), (to.lon, to.lat))
            eta_s = math.ceil(length_m / start.speed_mps)
            return Route(ends, round(length_m), eta_s, "great circle", "none", degraded=True)
        found = self._chart.plan(
            start.position,
            to,
            draught_m=start.draught_m,
            tide_m=self._passage_tide_m(start.at),
            at=start.at,
        )
        if isinstance(found, Unreachable):
            return None
        points = [(point.lon, point.lat) for point in found.points]
        return Route(
            points=tuple(points),
            length_m=round(found.length_m),
            eta_s=math.ceil(found.length_m / start.speed_mps),
            engine=ENGINE,
            map_version=self.map_version,
            clearance_m=round(found.clearance_m),
        )
