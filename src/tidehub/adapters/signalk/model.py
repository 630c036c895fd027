"""What a Signal K server says beyond positions: how the followed route is going."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from tidehub.methods.tracking.model import Fix, IdentityClaim, Problem


class CourseNotice(msgspec.Struct, frozen=True):
    """A notification about the active leg: ``arrival_circle_entered`` or ``perpendicular_passed``.

    ``active`` is false when the server takes it back (state ``normal``). It is what the boat's own computer
    thinks; arrival is judged from our track.
    """

    device_claim: str
    kind: str
    active: bool
    message: str
    at: datetime | None


class CourseProgress(msgspec.Struct, frozen=True):
    """Calculated values of the active leg (``navigation.course.calcValues``); ``None`` is not said.

    ``cross_track_m`` is positive when the boat is right of the track.
    """

    device_claim: str
    at: datetime | None
    distance_m: float | None = None
    time_to_go_s: float | None = None
    eta_at: datetime | None = None
    cross_track_m: float | None = None


class SignalKDecoded(NamedTuple):
    """What one message gave. Like :class:`tidehub.methods.tracking.model.Decoded`, with course news."""

    fixes: list[Fix]
    problems: list[Problem]
    identities: list[IdentityClaim]
    notices: list[CourseNotice]
    progress: list[CourseProgress]
