"""A small harbour for the tests of assignment: ways as a table, units made with a word or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tidehub.kernel.geometry import Position, great_circle_m
from tidehub.methods.assignment import Destination, Leg, RankingPolicy, Start, UnitState, WaitingJob

NOW = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)  # nine in the morning in China
BERTH = Position(121.45, 28.68)
POLICY = RankingPolicy(turnout_s=60, approach_s=120, handling_base_s=600, handling_per_line_s=0)


class Sea:
    """Ways at five metres a second over great circles, unless a leg is laid down for a unit."""

    def __init__(self, legs: Mapping[str, Leg] | None = None, dry_until: datetime | None = None) -> None:
        self.laid = dict(legs or {})
        self.dry_until = dry_until
        self.asked: list[Start] = []

    def legs(self, starts: Sequence[Start], to: Destination) -> Sequence[Leg]:
        """One leg for each start."""
        self.asked += starts
        return [self.laid.get(start.unit_id) or self._sail(start, to) for start in starts]

    def _sail(self, start: Start, to: Destination) -> Leg:
        length_m = round(great_circle_m(start.position, to.position))
        travel_s = round(length_m / start.speed_mps)
        arrives = start.at + timedelta(seconds=travel_s + to.approach_s)
        if self.dry_until is not None and arrives < self.dry_until:
            return Leg(travel_s, length_m, "berth_dry", self.dry_until, 0.4, start.draught_m + to.ukc_m)
        return Leg(travel_s, length_m)


def away(metres: float) -> Position:
    """A place so far east of the berth."""
    return Position(BERTH.lon + metres / 97_600, BERTH.lat)


def boat(unit_id: str, metres: float = 1000, **changes: Any) -> UnitState:
    """A boat that can go: heard a minute ago, free, on no shifts."""
    given: dict[str, Any] = {
        "kind": "shuttle_boat",
        "draught_m": 1.2,
        "position": away(metres),
        "position_at": NOW - timedelta(seconds=60),
    }
    return UnitState(unit_id=unit_id, **(given | changes))


def job(job_id: str = "J1", **changes: Any) -> WaitingJob:
    """A job at the berth."""
    given: dict[str, Any] = {"task": "collect", "position": BERTH, "place_id": "B7", "region_code": "331002"}
    return WaitingJob(job_id=job_id, **(given | changes))


def minutes(count: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)
