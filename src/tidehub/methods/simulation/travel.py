"""Ways on open water: the great circle times a detour. What the policy figures are taken on."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tidehub.kernel.geometry import Position
from tidehub.methods.assignment import Destination, Leg, Start

_LAT_M = 111_195.0


class OpenTravel:
    """Straight ways times a detour, at the unit's own speed.

    Parameters
    ----------
    latitude
        Around which the plane lies; good to 0.1 % within 50 km.
    detour
        Ways over straight lines: 1.3 on the water in the handbook's figures.
    """

    def __init__(self, latitude: float, detour: float = 1.3) -> None:
        self._lon_m, self._detour = _LAT_M * math.cos(math.radians(latitude)), detour

    def legs(self, starts: Sequence[Start], to: Destination) -> Sequence[Leg]:
        """One leg for each start."""
        lon, lat, lon_m, detour = to.position.lon, to.position.lat, self._lon_m, self._detour
        answer = []
        for start in starts:
            here = start.position
            length_m = detour * math.hypot((here.lon - lon) * lon_m, (here.lat - lat) * _LAT_M)
            answer.append(Leg(round(length_m / start.speed_mps), round(length_m)))
        return answer

    def at(self, origin: Position, east_m: float, north_m: float) -> Position:
        """The place so far east and north of another."""
        return Position(origin.lon + east_m / self._lon_m, origin.lat + north_m / _LAT_M)
