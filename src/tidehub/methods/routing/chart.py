"""A chart in time: what is closed for this draught, at this tide, at this instant, and how far to keep off.

Maps are built when first asked for and kept, one for each set of closed areas and each clearance: draughts
are rounded up and tides down to bands, so that a day of tides needs a handful of maps.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

import msgspec

from tidehub.kernel.geometry import Position
from tidehub.methods.routing.access import APPROACH_M_MAX, END, SNAP_M_MAX, START, accesses, nearest_common
from tidehub.methods.routing.model import Area, Repair, Rings, Route, Unreachable
from tidehub.methods.routing.obstacles import Bounds, named
from tidehub.methods.routing.plan import plan_route
from tidehub.methods.routing.water import WaterMap

LADDER_M = (200.0, 100.0, 50.0, 20.0)
"""Clearances that are tried, widest first (handbook of the scene, 6.5)."""
DRAUGHT_BAND_M = 0.5
TIDE_BAND_M = 0.5
MAPS_KEPT = 32


class DepthArea(msgspec.Struct, frozen=True):
    """Ground with a charted depth, metres below chart datum; negative where it dries."""

    area: Area
    charted_depth_m: float


class Restriction(msgspec.Struct, frozen=True):
    """An area closed from ``from_at`` until ``until_at`` (aware UTC; ``None``: without end)."""

    area: Area
    reason: str = ""
    from_at: datetime | None = None
    until_at: datetime | None = None

    def active(self, at: datetime | None) -> bool:
        """Whether it is closed at an instant; without an instant, always: better a detour than a trespass."""
        if at is None:
            return True
        return (self.from_at is None or self.from_at <= at) and (self.until_at is None or at < self.until_at)


class Fairway(msgspec.Struct, frozen=True):
    """Water through charted land (a river, a dredged basin), exempt from the clearance.

    With a charted depth it re-opens shallows too, as long as it is deep enough, and is itself closed when
    not.
    """

    area: Area
    charted_depth_m: float | None = None


class _Closed(msgspec.Struct, frozen=True):
    """What is closed, by number: the key of a map."""

    shallows: tuple[int, ...]
    restrictions: tuple[int, ...]
    fairways: tuple[int, ...]


class WaterChart:
    """Land with depth areas, restrictions and fairways; gives the right map for a boat and an instant.

    Parameters
    ----------
    land, bounds, repair
        As in :meth:`WaterMap.build`.
    """

    def __init__(
        self,
        land: Sequence[Area | Rings],
        *,
        depths: Sequence[DepthArea] = (),
        restrictions: Sequence[Restriction] = (),
        fairways: Sequence[Fairway] = (),
        bounds: Bounds | None = None,
        repair: bool = False,
    ) -> None:
        self._land = named(land, "land")
        self._depths = tuple(depths)
        self._restrictions = tuple(restrictions)
        self._fairways = tuple(fairways)
        self._bounds = bounds
        self._repair = repair
        self._maps: OrderedDict[tuple[_Closed, float], WaterMap] = OrderedDict()

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """What was put right in the sources."""
        return self.water().repairs

    def water(
        self,
        *,
        draught_m: float = 0.0,
        ukc_m: float = 0.0,
        tide_m: float = 0.0,
        at: datetime | None = None,
        clearance_m: float = 0.0,
    ) -> WaterMap:
        """Give the map for a draught, an under-keel clearance and a tide (above chart datum), all in metres.

        The draught is rounded up and the tide down to bands of half a metre.
        """
        return self._map(self._closed(draught_m, ukc_m, tide_m, at), clearance_m)

    def plan(
        self,
        start: Position,
        end: Position,
        *,
        draught_m: float = 0.0,
        ukc_m: float = 0.0,
        tide_m: float = 0.0,
        tide_m_max: float | None = None,
        at: datetime | None = None,
        ladder_m: Sequence[float] = LADDER_M,
        snap_m: float = SNAP_M_MAX,
        approach_m: float = APPROACH_M_MAX,
    ) -> Route | Unreachable:
        """Plan with the widest clearance of the ladder that connects the two places.

        Parameters
        ----------
        tide_m
            Least height of tide above chart datum during the passage.
        tide_m_max
            Highest tide worth waiting for (HAT). Given, a way that only lacks water is answered
            ``too_shallow`` with the tide that opens it.
        ladder_m
            Clearances to try, metres, in this order.

        Returns
        -------
        Route or Unreachable
            The reason is that of the last rung.
        """
        assert ladder_m, "a ladder without rungs"
        closed = self._closed(draught_m, ukc_m, tide_m, at)
        answer: Route | Unreachable | None = None
        for clearance_m in ladder_m:
            water = self._map(closed, clearance_m)
            answer = plan_route(water, start, end, snap_m=snap_m, approach_m=approach_m)
            if isinstance(answer, Route):
                return msgspec.structs.replace(answer, tide_m=_floor(tide_m)) if self._depths else answer
            if answer.code != "other_water":
                break
        assert isinstance(answer, Unreachable)
        if tide_m_max is not None and not answer.code.endswith("outside_chart"):
            opening = self._opening_tide(start, end, (draught_m, ukc_m, tide_m, tide_m_max), at, snap_m)
            if opening is not None:
                return Unreachable(
                    "too_shallow",
                    f"水深不足，潮高达到 {opening:.1f} 米（海图基准面以上）才能通过",
                    f"Too shallow now; there is a way from {opening:.1f} m of tide above chart datum",
                    opens_at_tide_m=opening,
                )
        return answer

    def _closed(self, draught_m: float, ukc_m: float, tide_m: float, at: datetime | None) -> _Closed:
        need_m = _ceil(draught_m) + ukc_m - _floor(tide_m)
        return _Closed(
            tuple(i for i, depth in enumerate(self._depths) if depth.charted_depth_m < need_m),
            tuple(i for i, restriction in enumerate(self._restrictions) if restriction.active(at)),
            tuple(
                i
                for i, fairway in enumerate(self._fairways)
                if fairway.charted_depth_m is not None and fairway.charted_depth_m < need_m
            ),
        )

    def _map(self, closed: _Closed, clearance_m: float) -> WaterMap:
        key = (closed, clearance_m)
        known = self._maps.get(key)
        if known is None:
            known = self._build(closed) if clearance_m <= 0.0 else self._map(closed, 0.0).with_clearance(clearance_m)
            self._maps[key] = known
            while len(self._maps) > MAPS_KEPT:
                self._maps.popitem(last=False)
        self._maps.move_to_end(key)
        return known

    def _build(self, closed: _Closed) -> WaterMap:
        opened = [fairway for i, fairway in enumerate(self._fairways) if i not in closed.fairways]
        return WaterMap.build(
            self._land,
            shallows=[self._depths[i].area for i in closed.shallows]
            + [self._fairways[i].area for i in closed.fairways],
            restrictions=[self._restrictions[i].area for i in closed.restrictions],
            fairways=[fairway.area for fairway in opened if fairway.charted_depth_m is None],
            dredged=[fairway.area for fairway in opened if fairway.charted_depth_m is not None],
            bounds=self._bounds,
            repair=self._repair,
        )

    def _opening_tide(
        self,
        start: Position,
        end: Position,
        water_needed: tuple[float, float, float, float],
        at: datetime | None,
        snap_m: float,
    ) -> float | None:
        """Lowest tide, in bands, at which the charted water connects two places; more water never closes a
        way.
        """
        draught_m, ukc_m, tide_m, tide_m_max = water_needed
        bands = [
            band * TIDE_BAND_M
            for band in range(math.floor(tide_m / TIDE_BAND_M) + 1, math.floor(tide_m_max / TIDE_BAND_M) + 1)
        ]
        low, high = 0, len(bands)
        while low < high:
            middle = (low + high) // 2
            water = self.water(draught_m=draught_m, ukc_m=ukc_m, tide_m=bands[middle], at=at)
            if _connected(water, start, end, snap_m):
                high = middle
            else:
                low = middle + 1
        return bands[low] if low < len(bands) else None


def _connected(water: WaterMap, start: Position, end: Position, snap_m: float) -> bool:
    here = accesses(water, start, START, snap_m=snap_m, approach_m=0.0)
    there = accesses(water, end, END, snap_m=snap_m, approach_m=0.0)
    if isinstance(here, Unreachable) or isinstance(there, Unreachable):
        return False
    return nearest_common(here, there) is not None


def _ceil(draught_m: float) -> float:
    return math.ceil(round(draught_m / DRAUGHT_BAND_M, 9)) * DRAUGHT_BAND_M


def _floor(tide_m: float) -> float:
    return math.floor(round(tide_m / TIDE_BAND_M, 9)) * TIDE_BAND_M
