"""What the telemetry meant. Positions and readings themselves are no facts; they lie in rings."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tidehub.capabilities.devices.commands import matter_stream
from tidehub.capabilities.devices.model import FixRef
from tidehub.kernel.facts import Fact
from tidehub.kernel.geometry import Position
from tidehub.methods.tracking import Contact, ContactRule


class _OfUnit(Fact, frozen=True, kw_only=True):
    unit_id: str
    case_id: str | None = None
    job_id: str | None = None

    @property
    def stream(self) -> str:
        """The case's chain, or the unit's."""
        return matter_stream(self.case_id, self.unit_id)


class CircleWatched(_OfUnit, frozen=True, kw_only=True):
    """A unit is watched for a place. The same circle again is moved, and its stay begins anew."""

    circle_id: str
    centre: Position
    radius_m: float
    dwell_s: float
    speed_mps_max: float | None = None
    from_position: Position | None = None
    region_code: str = ""
    until: datetime | None = None


class CircleDropped(_OfUnit, frozen=True, kw_only=True):
    """The watch has ended."""

    circle_id: str


class UnitEnteredCircle(_OfUnit, frozen=True, kw_only=True):
    """A unit is there (到达), proven by its own track.

    ``at`` is the fix that completed the proof, ``since_at`` the beginning of the proven stay: a promise of
    minutes is measured there. ``evidence`` are the first and the last fix of the stay, ``fix_count`` how many
    it rests on.
    """

    circle_id: str
    at: datetime
    since_at: datetime
    dwell_s: float
    position: Position
    distance_m: float
    evidence: tuple[FixRef, ...]
    fix_count: int
    device_claim: str
    region_code: str = ""


class UnitLeftCircle(_OfUnit, frozen=True, kw_only=True):
    """A unit that had entered is outside again (the margin keeps a swing on the rim from counting)."""

    circle_id: str
    at: datetime
    stay_s: int
    position: Position
    distance_m: float
    evidence: tuple[FixRef, ...]
    device_claim: str


class UnitPassedPerpendicular(_OfUnit, frozen=True, kw_only=True):
    """A unit has passed the perpendicular of its leg at the centre; alone it proves no arrival."""

    circle_id: str
    at: datetime
    position: Position
    distance_m: float
    evidence: tuple[FixRef, ...]
    device_claim: str


class ContactProven(_OfUnit, frozen=True, kw_only=True):
    """Two units were together, or one was at a place (``one_sided``), with the quality of the proof."""

    other_unit_id: str | None = None
    place: Position | None = None
    contacts: tuple[Contact, ...]
    contact_rule: ContactRule
    one_sided: bool


class _OfDevice(Fact, frozen=True, kw_only=True):
    device_id: str
    unit_id: str | None = None

    @property
    def stream(self) -> str:
        """The device's chain."""
        return f"device/{self.device_id}"


class DeviceFellSilent(_OfDevice, frozen=True, kw_only=True):
    """Nothing came for longer than the device may be silent. Said once, until it is heard again."""

    heard_at: datetime | None
    silence_s: int
    region_code: str = ""
    last: FixRef | None = None


class DeviceHeardAgain(_OfDevice, frozen=True, kw_only=True):
    """A silent device spoke again, after ``silent_s`` seconds."""

    heard_at: datetime
    silent_s: int | None = None


class ReadingOutOfLimits(_OfDevice, frozen=True, kw_only=True):
    """A reading lies beyond its limit (超标). Said once, until the factor is within the limit again.

    ``value`` and ``limit`` are exact decimals in ``measure``; ``source`` is the rule the limit comes from.
    """

    factor: str
    value_name: str
    value: str
    limit: str
    measure: str
    source: str
    at: datetime


class ReadingWithinLimits(_OfDevice, frozen=True, kw_only=True):
    """The factor is within its limit again."""

    factor: str
    value: str
    at: datetime


class RunFinished(_OfDevice, frozen=True, kw_only=True):
    """A treatment unit has finished a run (处理批次), as told by itself: what a scene takes up as a batch."""

    run_id: str
    started_at: datetime
    ended_at: datetime
    volume_ml: int
    period_count: int
    averages: dict[str, str] = msgspec.field(default_factory=dict)
    highest: dict[str, str] = msgspec.field(default_factory=dict)
    region_code: str = ""


FACTS: tuple[type[Fact], ...] = (
    CircleWatched,
    CircleDropped,
    UnitEnteredCircle,
    UnitLeftCircle,
    UnitPassedPerpendicular,
    ContactProven,
    DeviceFellSilent,
    DeviceHeardAgain,
    ReadingOutOfLimits,
    ReadingWithinLimits,
    RunFinished,
)
