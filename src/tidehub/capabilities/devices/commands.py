"""What may be asked of devices. ``Record...`` come from the desk, which has judged the telemetry."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec

from tidehub.capabilities.devices.model import FixRef
from tidehub.kernel.access import PLATFORM_ONLY, Rule, rule
from tidehub.kernel.facts import Command
from tidehub.kernel.geometry import Position
from tidehub.methods.tracking import ContactRule

_DUTY = rule("duty_officer", "shift_leader")


def matter_stream(case_id: str | None, unit_id: str) -> str:
    """Chain of what concerns a unit: the case it is on, or its own."""
    return f"case/{case_id}" if case_id else f"unit/{unit_id}"


class WatchCircle(Command, frozen=True, kw_only=True):
    """Watch for a unit's arrival at a place and its leaving again. Watching the same circle again moves it.

    Parameters
    ----------
    circle_id, unit_id
        The caller's own id (derive it from the job), and who is watched.
    centre, radius_m
        WGS 84 and metres.
    dwell_s, speed_mps_max
        It has entered when it stayed inside so long and no faster; ``0`` and ``None``: at the first fix.
    from_position
        Where the leg to the centre began; with it the passing of the perpendicular is told too.
    case_id, job_id
        What it is watched for; the facts go to the case's chain, or to the unit's without one.
    until
        The watch ends by itself then.
    """

    circle_id: str
    unit_id: str
    centre: Position
    radius_m: float
    dwell_s: float = 0.0
    speed_mps_max: float | None = None
    from_position: Position | None = None
    case_id: str | None = None
    job_id: str | None = None
    region_code: str = ""
    until: datetime | None = None
    rule: ClassVar[Rule] = _DUTY

    @property
    def stream(self) -> str:
        """The case's chain, or the unit's."""
        return matter_stream(self.case_id, self.unit_id)


class _OfCircle(Command, frozen=True, kw_only=True):
    circle_id: str
    unit_id: str
    case_id: str | None = None

    @property
    def stream(self) -> str:
        """The case's chain, or the unit's."""
        return matter_stream(self.case_id, self.unit_id)


class DropCircle(_OfCircle, frozen=True, kw_only=True):
    """Stop watching; a circle that is not watched is no mistake."""

    rule: ClassVar[Rule] = _DUTY


class RecordCircleEntry(_OfCircle, frozen=True, kw_only=True):
    """The unit has entered, proven by fixes. ``since_at`` is when the proven stay began."""

    at: datetime
    since_at: datetime
    position: Position
    distance_m: float
    evidence: tuple[FixRef, ...]
    fix_count: int
    device_claim: str
    rule: ClassVar[Rule] = PLATFORM_ONLY


class RecordExit(_OfCircle, frozen=True, kw_only=True):
    """The unit has left the circle it had entered."""

    at: datetime
    position: Position
    distance_m: float
    evidence: tuple[FixRef, ...]
    device_claim: str
    rule: ClassVar[Rule] = PLATFORM_ONLY


class RecordPassing(_OfCircle, frozen=True, kw_only=True):
    """The unit has passed the perpendicular of its leg at the centre: the leg is over, nobody has arrived."""

    at: datetime
    position: Position
    distance_m: float
    evidence: tuple[FixRef, ...]
    device_claim: str
    rule: ClassVar[Rule] = PLATFORM_ONLY


class ProveContact(Command, frozen=True, kw_only=True):
    """Prove from the kept fixes that two units met, or that one was at a place (one-sided).

    Parameters
    ----------
    unit_id, other_unit_id, place
        Whose track; and either the other unit or a known place.
    since, until
        Within which instants, at most 48 hours apart.
    contact_rule
        How near and how long.
    """

    unit_id: str
    since: datetime
    until: datetime
    other_unit_id: str | None = None
    place: Position | None = None
    contact_rule: ContactRule = ContactRule()
    case_id: str | None = None
    job_id: str | None = None
    rule: ClassVar[Rule] = rule("duty_officer", "shift_leader", "checker")

    @property
    def stream(self) -> str:
        """The case's chain, or the unit's."""
        return matter_stream(self.case_id, self.unit_id)


class _OfDevice(Command, frozen=True, kw_only=True):
    device_id: str
    unit_id: str | None = None
    rule: ClassVar[Rule] = PLATFORM_ONLY

    @property
    def stream(self) -> str:
        """The device's chain."""
        return f"device/{self.device_id}"


class RecordSilence(_OfDevice, frozen=True, kw_only=True):
    """Nothing came for longer than a device may be silent; ``heard_at`` is ``None`` if it never spoke."""

    heard_at: datetime | None
    silence_s: int
    region_code: str = ""
    last: FixRef | None = None


class RecordHeardAgain(_OfDevice, frozen=True, kw_only=True):
    """A silent device spoke again."""

    heard_at: datetime


class RecordOutOfLimits(_OfDevice, frozen=True, kw_only=True):
    """A reading lies beyond its limit; ``source`` is the rule that sets the limit."""

    factor: str
    value_name: str
    value: str
    limit: str
    measure: str
    source: str
    at: datetime


class RecordWithinLimits(_OfDevice, frozen=True, kw_only=True):
    """The factor is within its limit again."""

    factor: str
    value: str
    at: datetime


class RecordRun(_OfDevice, frozen=True, kw_only=True):
    """A treatment unit has finished a run, as its telegrams tell.

    Parameters
    ----------
    run_id
        Derived from device and beginning: told twice, it is recorded once.
    volume_ml
        Treated, from the unit's own flow total.
    averages, highest
        By factor, exact decimals as sent (averages weighted by volume where a period told one).
    """

    run_id: str
    started_at: datetime
    ended_at: datetime
    volume_ml: int
    period_count: int
    averages: dict[str, str] = msgspec.field(default_factory=dict)
    highest: dict[str, str] = msgspec.field(default_factory=dict)
    region_code: str = ""
