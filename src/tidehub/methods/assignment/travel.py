"""The port through which assignment learns how long a way takes. It never measures a straight line itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from tidehub.kernel.geometry import Position
from tidehub.methods.assignment.model import Mode

Obstacle = Literal["unreachable", "berth_dry", "closed"]


class Start(msgspec.Struct, frozen=True):
    """From where, when and with what a unit sets out."""

    unit_id: str
    position: Position
    at: datetime
    mode: Mode = "water"
    speed_mps: float = 5.0
    draught_m: float = 0.0


class Destination(msgspec.Struct, frozen=True):
    """Where to, how much water must stay under the keel there, and for how long."""

    position: Position
    place_id: str | None = None
    ukc_m: float = 0.5
    stay_s: int = 0
    approach_s: int = 0


class Leg(msgspec.Struct, frozen=True):
    """How long one unit takes.

    Parameters
    ----------
    travel_s, length_m
        By water or by road; ``None`` where there is no way.
    obstacle
        ``unreachable`` where no way exists at any tide, ``berth_dry`` where the berth has too little water
        from arrival until the work is done, ``closed`` where the way is closed at that time.
    opens_at
        When the obstacle next goes away.
    depth_m, needed_m
        Least depth at the berth during the stay and what the unit needs, where the tide decided.
    degraded
        Whether this is an estimate without a map.
    provider
        Which map and version answered; shown beside the time.
    """

    travel_s: int | None
    length_m: int | None
    obstacle: Obstacle | None = None
    opens_at: datetime | None = None
    depth_m: float | None = None
    needed_m: float | None = None
    degraded: bool = False
    provider: str = ""


class Travel(Protocol):
    """Travel times for many units to one place at once."""

    def legs(self, starts: Sequence[Start], to: Destination) -> Sequence[Leg]:
        """One answer for each start, in order."""
        ...
