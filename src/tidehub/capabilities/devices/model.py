"""What devices tell, in our words: known devices, last positions, circles, references to fixes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

from tidehub.kernel.geometry import Position
from tidehub.methods.tracking import BOAT, FISHING_BOAT, ON_FOOT, TRUCK, FreshnessState, Settings, Timeouts

CRAFTS: dict[str, Settings] = {"boat": BOAT, "fishing_boat": FISHING_BOAT, "truck": TRUCK, "on_foot": ON_FOOT}
"""Classes of craft by the name a register uses; an unknown name is judged as a boat."""


class KnownDevice(msgspec.Struct, frozen=True):
    """A device as the register of devices knows it at an instant.

    Parameters
    ----------
    device_id
        Its id in the register.
    unit_id
        The unit it is fitted to now, or ``None`` while it lies in a drawer.
    region_code
        GB/T 2260 code of the unit, for who may see it.
    craft
        Key of :data:`CRAFTS`.
    timeouts
        After which silence it counts as stale and as timed out. ``None``: its silence is nobody's concern.
    title
        Name shown on a map.
    """

    device_id: str
    unit_id: str | None = None
    region_code: str = ""
    craft: str = "boat"
    timeouts: Timeouts | None = None
    title: str = ""


class FixRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fix that proves something; ``fix_id`` is its number among the raw fixes, while they are kept."""

    fix_id: int
    device_claim: str
    source: str
    at: datetime
    lon: float
    lat: float
    sog_mps: float | None = None
    accuracy_m: float | None = None
    distance_m: float | None = None


class LastPosition(msgspec.Struct, frozen=True):
    """Where a device was last, as judged. Speed, heading and depth have instants of their own.

    ``heard_at`` is when it last said anything at all, ``at`` when the place was measured; ``flags`` are those
    of the fix shown, ``segment`` and ``segment_count`` tell when two craft share one number.
    """

    device_claim: str
    source: str
    lon: float
    lat: float
    at: datetime
    heard_at: datetime
    fix_id: int
    device_id: str | None = None
    unit_id: str | None = None
    region_code: str = ""
    title: str = ""
    sog_mps: float | None = None
    cog_deg: float | None = None
    heading_deg: float | None = None
    heading_at: datetime | None = None
    depth_m: float | None = None
    depth_at: datetime | None = None
    accuracy_m: float | None = None
    flags: tuple[str, ...] = ()
    segment: int | None = None
    segment_count: int = 1
    anchored: bool = False
    timeouts: Timeouts | None = None


class Aged(msgspec.Struct, frozen=True):
    """A last position with how far it may be relied upon at the instant asked for.

    ``state`` is of the position; ``speed``, ``heading`` and ``depth`` are ``timed_out`` by themselves.
    ``keep`` says whether it is still shown at all (an anchored boat must not flicker out).
    """

    last: LastPosition
    state: FreshnessState
    age_s: float
    keep: bool
    speed: FreshnessState
    heading: FreshnessState
    depth: FreshnessState


class Circle(msgspec.Struct, frozen=True):
    """A place that a unit is watched for (电子围栏); see :class:`commands.WatchCircle`.

    ``entered_at`` and ``entered_by`` stand while the unit is inside; ``changed_at`` is the fix of the last
    change recorded, before which nothing is news.
    """

    circle_id: str
    unit_id: str
    centre: Position
    radius_m: float
    watched_at: datetime
    dwell_s: float = 0.0
    speed_mps_max: float | None = None
    from_position: Position | None = None
    case_id: str | None = None
    job_id: str | None = None
    region_code: str = ""
    entered_at: datetime | None = None
    entered_by: str | None = None
    passed: bool = False
    changed_at: datetime | None = None


class Reading(msgspec.Struct, frozen=True):
    """Values of one factor at one time (监测因子), as a treatment unit tells them.

    Parameters
    ----------
    device_claim
        Who it says it is: ``hj212:`` and its MN.
    system, command
        HJ 212 system code, and ``2011`` real time, ``2051`` minutes, ``2061`` hours, ``2031`` days.
    factor
        Code as sent: ``w01018`` (COD), ``w22001`` (oil), ``w00000`` (flow); three digits in old devices.
    at
        ``DataTime``, aware UTC: the beginning of the period for everything but real time.
    values
        ``Rtd``, ``Min``, ``Avg``, ``Max``, ``Cou``, ``ZsRtd``... to exact decimal texts.
    state
        Data mark: ``N`` normal, ``F`` stopped, ``M`` maintenance, ``S`` set by hand, ``D`` fault,
        ``C`` calibration, ``T`` over the limit of measurement, ``B`` no connection. ``None`` when not said.
    """

    device_claim: str
    system: str
    command: str
    factor: str
    at: datetime
    received_at: datetime
    values: dict[str, str]
    state: str | None = None

    @property
    def is_valid(self) -> bool:
        """Whether the instrument worked: only such values count against a limit or into an average."""
        return self.state in (None, "N", "T")

    def number(self, name: str) -> Decimal | None:
        """Give one value exactly, or ``None`` when the telegram has none of that name."""
        text = self.values.get(name)
        return None if text is None else Decimal(text)


class DeskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the desk works.

    Parameters
    ----------
    linger_s
        How long fixes are gathered before they are written together; every sender waits at least so long.
    last_every_s, checkpoint_every_s, beat_every_s
        How often last positions are written, states saved, and silences and circles looked through.
    keep_fixes_days, keep_problems_days, keep_last_days
        Retention: days since arrival after which raw fixes, problems, and devices that were never heard
        again go.
    directory_every_s
        How long an answer of the directory is believed.
    waiting_max
        Fixes that may wait for the disk before senders are told to come again.
    problem_rows_max
        Of the same source and reason in one batch, so many are kept with their text; all are counted.
    node
        0-3, different on every process that takes positions into one database.
    """

    linger_s: float = 0.05
    last_every_s: float = 1.0
    checkpoint_every_s: float = 10.0
    beat_every_s: float = 5.0
    keep_fixes_days: int = 3
    keep_problems_days: int = 7
    keep_last_days: int = 90
    directory_every_s: float = 60.0
    waiting_max: int = 200_000
    problem_rows_max: int = 50
    node: int = 0
