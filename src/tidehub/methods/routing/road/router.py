"""Quickest ways by road, one at a time or for a whole fleet, with closures that change while it runs.

Laws, all tested: no turn that is forbidden, no arc that is closed, too low or too weak for the vehicle; the
answer equals plain Dijkstra over the same turns; a closure more never makes a way quicker.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from tidehub.kernel.geometry import Position
from tidehub.methods.routing.road.graph import Floats, RoadGraph, stretch_m
from tidehub.methods.routing.road.kernels import compiled, quickest, spread
from tidehub.methods.routing.road.landmarks import Landmarks
from tidehub.methods.routing.road.model import RoadClosure, RoadRoute, RoadUnreachable, Vehicle
from tidehub.methods.routing.road.room import Room
from tidehub.methods.routing.road.snap import Foot, Snapper
from tidehub.methods.routing.road.weights import Closed, HourFactors, Weights

SNAP_M_MAX = 500.0
"""How far a place may lie from the road, unless said otherwise."""
COMPILED_ARCS_MIN = 20_000
"""From this size on the searches are compiled; below, Python is done before the compiler is loaded."""
WEIGHTS_KEPT = 16
CAR = Vehicle()

NO_ROAD = RoadUnreachable(
    "no_road_between", "两点之间没有可通行的道路", "No road connects the two places for this vehicle"
)
CLOSED = RoadUnreachable("closed", "两点之间的道路已封闭", "The roads between the two places are closed")


class RoadMatrix(NamedTuple):
    """Times and lengths from every start to every end; infinite where there is no way.

    Parameters
    ----------
    duration_s, length_m
        Shape ``(starts, ends)``.
    starts, ends
        For each place how far it lies from its road, or why it has none.
    """

    duration_s: Floats
    length_m: Floats
    starts: tuple[float | RoadUnreachable, ...]
    ends: tuple[float | RoadUnreachable, ...]


class RoadRouter:
    """Answers over one graph. It never leads into a closed road.

    Parameters
    ----------
    factors
        Times by hour; ``None`` drives as on empty roads.
    compile_searches
        Whether to run the loops in machine code; ``None`` decides by the size of the graph.
    """

    knows_closures = True

    def __init__(
        self, graph: RoadGraph, *, factors: HourFactors | None = None, compile_searches: bool | None = None
    ) -> None:
        self.graph = graph
        self.factors = factors
        self.snapper = Snapper(graph)
        self._compiled = graph.arc_count >= COMPILED_ARCS_MIN if compile_searches is None else compile_searches
        self._closures: dict[str, RoadClosure] = {}
        self._hit: dict[str, Closed] = {}
        self._weights: OrderedDict[Any, Weights] = OrderedDict()
        self._landmarks: Landmarks | None = None
        self._copies: dict[int, list[int]] = {}
        for arc in np.flatnonzero(graph.arcs.origin != np.arange(graph.arc_count)).tolist():
            self._copies.setdefault(int(graph.arcs.origin[arc]), []).append(arc)
        self._room = Room(graph.arc_count, self._compiled)

    @property
    def source(self) -> str:
        """What the roads come from, shown beside every time."""
        return self.graph.source

    def close(self, closures: Sequence[RoadClosure]) -> None:
        """Say what is closed from now on; what is not among them is open again. Costs microseconds."""
        self._closures = {closure.id: closure for closure in closures}
        self._hit = {key: hit for key, hit in self._hit.items() if key in self._closures}
        for closure in closures:
            hit = self.snapper.near(closure.at, closure.radius_m)
            if closure.way_id is not None:
                hit = {arc: part for arc, part in hit.items() if self.graph.arcs.way[arc] == closure.way_id}
            self._hit[closure.id] = hit
        self._weights.clear()

    def weights(self, vehicle: Vehicle = CAR, *, slot: int | None = None, at: datetime | None = None) -> Weights:
        """What arcs and turns cost a vehicle at an hour (``slot``) with the closures of an instant."""
        closed = tuple(sorted(key for key, closure in self._closures.items() if closure.active(at)))
        key = (vehicle, slot, closed)
        known = self._weights.get(key)
        if known is None:
            factor = self.factors.of(self.graph, slot) if self.factors is not None and slot is not None else None
            known = Weights(self.graph, vehicle, factor, [self._hit[one] for one in closed])
            self._weights[key] = known
            while len(self._weights) > WEIGHTS_KEPT:
                self._weights.popitem(last=False)
        self._weights.move_to_end(key)
        return known

    def route(
        self,
        start: Position,
        end: Position,
        vehicle: Vehicle = CAR,
        *,
        slot: int | None = None,
        at: datetime | None = None,
        snap_m: float = SNAP_M_MAX,
    ) -> RoadRoute | RoadUnreachable:
        """Find the quickest way between the nearest roads of two places.

        Where those belong to a part from which no road leads on (a car park, a closed yard), the nearest
        road of the main network within ``snap_m`` is taken instead.
        """
        weights = self.weights(vehicle, slot=slot, at=at)
        feet = self._snap(weights, [start, end], snap_m)
        first, last = feet
        if not isinstance(first, Foot):
            return _off_road("start_off_road", first, snap_m)
        if not isinstance(last, Foot):
            return _off_road("end_off_road", last, snap_m)
        found = self._between(weights, first, last)
        if found is None:
            on_main = self._moved_to_main(weights, (start, end), feet, snap_m)
            found = self._between(weights, *on_main) if on_main is not None else None
        if found is not None:
            return found
        if any(closure.active(at) for closure in self._closures.values()):
            open_roads = Weights(self.graph, vehicle, None)
            again = self._snap(open_roads, [start, end], snap_m)
            moved = self._moved_to_main(open_roads, (start, end), again, snap_m) or again
            if isinstance(moved[0], Foot) and isinstance(moved[1], Foot) and self._between(open_roads, *moved[:2]):
                return CLOSED
        return NO_ROAD

    def matrix(
        self,
        starts: Sequence[Position],
        ends: Sequence[Position],
        vehicle: Vehicle = CAR,
        *,
        slot: int | None = None,
        at: datetime | None = None,
        snap_m: float = SNAP_M_MAX,
        limit_s: float = math.inf,
    ) -> RoadMatrix:
        """Times and lengths as :meth:`route` finds them; beyond ``limit_s`` infinite."""
        weights = self.weights(vehicle, slot=slot, at=at)
        here = self._snap(weights, starts, snap_m)
        there = self._snap(weights, ends, snap_m)
        duration_s, length_m = self._fill(weights, here, there, limit_s)
        if len(here) and len(there) and math.isinf(limit_s):
            self._again_on_main(weights, (starts, ends), (here, there), snap_m, duration_s, length_m)
        return RoadMatrix(
            duration_s,
            length_m,
            tuple(f.off_m if isinstance(f, Foot) else _off_road("start_off_road", f, snap_m) for f in here),
            tuple(f.off_m if isinstance(f, Foot) else _off_road("end_off_road", f, snap_m) for f in there),
        )

    # -- inside -----------------------------------------------------------------------------------------

    def _snap(
        self, weights: Weights, places: Sequence[Position], snap_m: float, *, main: bool = False
    ) -> list[Foot | float]:
        usable = weights.usable.get(main)
        if usable is None:
            usable = weights.usable[main] = self.snapper.usable(weights.main if main else weights.open)
        return self.snapper.snap(places, usable, snap_m)

    def _moved_to_main(
        self, weights: Weights, places: Sequence[Position], feet: Sequence[Foot | float], snap_m: float
    ) -> list[Foot] | None:
        """Feet with those beside the main network put on it; ``None`` where none is or none can be."""
        beside = [i for i, foot in enumerate(feet) if isinstance(foot, Foot) and not self._on_main(weights, foot)]
        if not beside:
            return None
        moved = self._snap(weights, [places[i] for i in beside], snap_m, main=True)
        result = list(feet)
        for i, foot in zip(beside, moved, strict=True):
            result[i] = foot
        on_road = [foot for foot in result if isinstance(foot, Foot)]
        return on_road if len(on_road) == len(feet) else None

    @staticmethod
    def _on_main(weights: Weights, foot: Foot | float) -> bool:
        assert isinstance(foot, Foot), "a place off the road"
        return bool(weights.main[foot.arc]) or (foot.back >= 0 and bool(weights.main[foot.back]))

    def _again_on_main(
        self,
        weights: Weights,
        places: tuple[Sequence[Position], Sequence[Position]],
        feet: tuple[list[Foot | float], list[Foot | float]],
        snap_m: float,
        duration_s: Floats,
        length_m: Floats,
    ) -> None:
        """Pairs without a way get the one between the nearest roads of the main network, as in a route."""
        sides = []
        for side, (where, found) in enumerate(zip(places, feet, strict=True)):
            lost: list[bool] = np.any(np.isinf(duration_s), axis=1 - side).tolist()
            own = [i for i, foot in enumerate(found) if lost[i] and isinstance(foot, Foot)]
            beside = [i for i in own if not self._on_main(weights, found[i])]
            moved = dict(zip(beside, self._snap(weights, [where[i] for i in beside], snap_m, main=True), strict=True))
            sides.append((own, [moved.get(i, found[i]) for i in own], bool(beside)))
        (own_rows, here, rows_moved), (own_columns, there, columns_moved) = sides
        if not (rows_moved or columns_moved):
            return
        again_s, again_m = self._fill(weights, here, there, math.inf)
        block = np.ix_(own_rows, own_columns)
        missing = np.isinf(duration_s[block])
        duration_s[block] = np.where(missing, again_s, duration_s[block])
        length_m[block] = np.where(missing, again_m, length_m[block])

    def _fill(
        self, weights: Weights, here: list[Foot | float], there: list[Foot | float], limit_s: float
    ) -> tuple[Floats, Floats]:
        shape = (len(here), len(there))
        duration_s, length_m = np.full(shape, np.inf), np.full(shape, np.inf)
        goals = [(j, *goal) for j, foot in enumerate(there) if isinstance(foot, Foot) for goal in self._goals(foot)]
        if not goals:
            return duration_s, length_m
        room, arcs = self._room, self.graph.arcs
        arc_m = arcs.length_m
        slot: Any = room.slot
        following = [-1] * len(goals)
        for i, (_, arc, _) in enumerate(goals):
            following[i] = int(slot[arc])
            slot[arc] = i
        chained = room.made((following, [g[0] for g in goals]), int)
        parts = room.made(
            ([weights.part_s(arc, 0.0, share) for _, arc, share in goals], [g[2] * float(arc_m[g[1]]) for g in goals]),
            float,
        )
        run: Any = compiled(spread) if self._compiled else spread
        graph = weights.arrays if self._compiled else weights.lists
        metres_of: Any = arc_m if self._compiled else room.lengths(self.graph)
        for i, foot in enumerate(here):
            if not isinstance(foot, Foot):
                continue
            seeds = self._leaving(weights, foot)
            best_s, best_m = room.made(([math.inf] * len(there), [math.inf] * len(there)), float)
            (seed,) = room.made(([arc for arc, _, _ in seeds],), int)
            seed_s, seed_m = room.made(
                ([time for _, _, time in seeds], [rest * float(arc_m[arc]) for arc, rest, _ in seeds]), float
            )
            if seeds:
                used = run(
                    *graph, metres_of, seed, seed_s, seed_m, slot, *chained, *parts, limit_s, best_s, best_m,
                    room.reached, room.metres, room.touched,
                )  # fmt: skip
                room.reset(used)
            duration_s[i], length_m[i] = best_s, best_m
            self._same_arc_row(weights, foot, there, duration_s[i], length_m[i])
        for _, arc, _ in goals:
            slot[arc] = -1
        duration_s[duration_s > limit_s] = np.inf
        length_m[np.isinf(duration_s)] = np.inf
        return duration_s, length_m

    def _same_arc_row(
        self, weights: Weights, foot: Foot, there: list[Foot | float], duration_s: Floats, length_m: Floats
    ) -> None:
        for j, other in enumerate(there):
            if isinstance(other, Foot) and other.arc == foot.arc:
                along = self._along(weights, foot, other)
                if along is not None and along[1] < duration_s[j]:
                    arc, time, share = along
                    duration_s[j], length_m[j] = time, share * float(self.graph.arcs.length_m[arc])

    def _along(self, weights: Weights, start: Foot, end: Foot) -> tuple[int, float, float] | None:
        """The way along one stretch without a turn: arc, time and share of it."""
        if start.arc != end.arc:
            return None
        ways = [(start.arc, start.share, end.share)] if end.share >= start.share else []
        if start.back >= 0 and end.share <= start.share:
            ways.append((start.back, 1.0 - start.share, 1.0 - end.share))
        timed = [(weights.part_s(arc, low, high), arc, high - low) for arc, low, high in ways]
        time, arc, share = min(timed, default=(math.inf, -1, 0.0))
        return (arc, time, share) if math.isfinite(time) else None

    def _seeds(self, foot: Foot) -> list[tuple[int, float]]:
        """Arcs on which one sets out, and the share of each that is left to drive."""
        seeds = [(foot.arc, 1.0 - foot.share)]
        return seeds if foot.back < 0 else [*seeds, (foot.back, foot.share)]

    def _leaving(self, weights: Weights, foot: Foot) -> list[tuple[int, float, float]]:
        """The arcs on which one can set out, what is left of each, and its time."""
        timed = [(arc, rest, weights.part_s(arc, 1.0 - rest, 1.0)) for arc, rest in self._seeds(foot)]
        return [one for one in timed if math.isfinite(one[2])]

    def _goals(self, foot: Foot) -> list[tuple[int, float]]:
        """Arcs, copies included, on which one arrives, and the share of each up to the place."""
        goals = [(arc, foot.share) for arc in (foot.arc, *self._copies.get(foot.arc, ()))]
        if foot.back >= 0:
            goals += [(arc, 1.0 - foot.share) for arc in (foot.back, *self._copies.get(foot.back, ()))]
        return goals

    def _between(self, weights: Weights, start: Foot, end: Foot) -> RoadRoute | None:
        along = self._along(weights, start, end)
        limit = along[1] if along is not None else math.inf
        found = self._search(weights, start, end)
        if found is not None and found[0] < limit:
            return self._dressed(start, end, found[1], found[0])
        if along is None:
            return None
        return self._dressed(start, end, [along[0]], along[1])

    def _search(self, weights: Weights, start: Foot, end: Foot) -> tuple[float, list[int]] | None:
        room = self._room
        seeds = self._leaving(weights, start)
        timed = [(arc, weights.part_s(arc, 0.0, share)) for arc, share in self._goals(end)]
        goals = [goal for goal in timed if math.isfinite(goal[1])]
        if not seeds or not goals:
            return None
        for i, (arc, _) in enumerate(goals):
            room.slot[arc] = i
        (seed,) = room.made(([arc for arc, _, _ in seeds],), int)
        seed_s, part_s = room.made(([time for _, _, time in seeds], [time for _, time in goals]), float)
        marks = self.landmarks
        goal_from, goal_to = marks.toward([arc for arc, _ in goals])
        run: Any = compiled(quickest) if self._compiled else quickest
        time, arc, slot, used = run(
            *(weights.arrays if self._compiled else weights.lists), seed, seed_s, room.slot, part_s,
            marks.count, marks.from_mark, marks.to_mark, goal_from, goal_to, weights.scale,
            room.reached, room.before, room.touched,
        )  # fmt: skip
        way = []
        if slot >= 0:
            way = [goals[slot][0]]
            while arc >= 0:
                way.append(int(arc))
                arc = room.before[arc]
        for one, _ in goals:
            room.slot[one] = -1
        room.reset(used)
        return (float(time), way[::-1]) if way else None

    @property
    def landmarks(self) -> Landmarks:
        """Bounds that guide searches; measured at the first question of a compiled router."""
        if self._landmarks is None:
            self._landmarks = Landmarks.measured(self.graph) if self._compiled else Landmarks.none()
        return self._landmarks

    def _dressed(self, start: Foot, end: Foot, way: list[int], duration_s: float) -> RoadRoute:
        arcs = self.graph.arcs
        parts = []
        for i, arc in enumerate(way):
            origin = int(arcs.origin[arc])
            low = 0.0 if i else (start.share if origin == start.arc else 1.0 - start.share)
            high = 1.0 if i < len(way) - 1 else (end.share if origin == end.arc else 1.0 - end.share)
            parts.append((origin, low, high))
        length_m = math.fsum((high - low) * float(arcs.length_m[arc]) for arc, low, high in parts)
        points = [(start.at.lon, start.at.lat)]
        for arc, low, high in parts:
            points += _bends(self.graph.shape(arc), low, high)
        points.append((end.at.lon, end.at.lat))
        distinct = [p for i, p in enumerate(points) if not i or p != points[i - 1]]
        if len(distinct) == 1:
            distinct *= 2
        ways = [int(arcs.way[arc]) for arc, _, _ in parts]
        return RoadRoute(
            points=tuple(Position(lon, lat) for lon, lat in distinct),
            length_m=length_m,
            duration_s=duration_s,
            start_snapped_m=start.off_m,
            end_snapped_m=end.off_m,
            ways=tuple(way for i, way in enumerate(ways) if not i or way != ways[i - 1]),
            source=self.graph.source,
            stretches=tuple((arc, high - low) for arc, low, high in parts),
        )


def _bends(shape: Floats, low: float, high: float) -> list[tuple[float, float]]:
    """Points of a shape strictly between two shares of its length, ends of the whole shape included."""
    step = stretch_m(shape[:-1], shape[1:])
    along = np.append(0.0, step.cumsum())
    along /= max(float(along[-1]), 1e-9)
    inside = shape[((along > low) | (low == 0.0)) & ((along < high) | (high == 1.0))]
    return [(lon, lat) for lon, lat in inside.tolist()]


def _off_road(code: Any, nearest_m: Any, snap_m: float) -> RoadUnreachable:
    near = float(nearest_m)
    if near <= snap_m:
        return RoadUnreachable(
            code,
            f"{snap_m:.0f} 米内没有该车辆可通行的道路（最近的道路 {near:.0f} 米）",
            f"No road for this vehicle within {snap_m:.0f} m (the nearest road of any kind: {near:.0f} m)",
            near,
        )
    return RoadUnreachable(
        code, f"离最近的道路 {near:.0f} 米，超出允许的 {snap_m:.0f} 米",
        f"{near:.0f} m from the nearest road; {snap_m:.0f} m allowed", near,
    )  # fmt: skip
