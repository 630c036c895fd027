"""From decoded AIS messages to our words: every "not available" value becomes ``None``, never a number.

Source: ITU-R M.1371-5 annex 8, tables 45-49 (types 1-3), 50-52 (5), 67 (18), 70 (19), 73 (21), 78-79 (24),
84 (27).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tidehub.methods.tracking.model import Fix, IdentityClaim
from tidehub.methods.tracking.reasons import Flag
from tidehub.methods.tracking.settings import KNOT_MPS
from tidehub.methods.tracking.sphere import is_possible

SOURCE = "ais"

POSITION_TYPES = frozenset({1, 2, 3, 9, 18, 19, 21, 27})
STATIC_TYPES = frozenset({5, 19, 21, 24})
BITS_MIN = {1: 168, 2: 168, 3: 168, 5: 420, 9: 168, 18: 168, 19: 312, 21: 268, 24: 160, 27: 96}
"""A shorter message is truncated. Type 5 (424), 19 and 21 are sent by some stations without their spare
bits."""

_SPEED_UNKNOWN_TENTHS = 1023  # 102.3 kn
_SPEED_UNKNOWN_AIR_KN = 1023
_SPEED_UNKNOWN_LONG_RANGE_KN = 63
_HEADING_UNKNOWN_DEG = 511
_ACCURACY_FINE_M = 10.0  # the accuracy bit: better than 10 m (differential, or RAIM below it)
_LONG_RANGE_STEP_M = 131.0  # half diagonal of 1/10 minute squared
_LATENCY_AHEAD_S = 5.0  # how far a station's clock may be ahead of ours when its second is read
_STATUS_FLAGS = {1: Flag.AT_ANCHOR, 5: Flag.MOORED, 14: Flag.ALARM}  # 14: AIS-SART, MOB or EPIRB is active
_SECOND_FLAGS = {61: Flag.MANUAL_POSITION, 62: Flag.DEAD_RECKONED, 63: Flag.NOT_LOCATED}


def device_claim(mmsi: int) -> str:
    """Name a station by its MMSI, nine digits (coast stations begin with 00)."""
    return f"mmsi:{mmsi:09d}"


def instant_of_second(second: int, reference_at: datetime) -> datetime | None:
    """Complete the UTC second of a report to an instant, from when it was heard.

    The message says only 0-59; 60-63 mean there is no time. Right as long as the report is heard within
    55 s; feeds that store and forward carry the time in a tag block, which is then the reference.
    """
    if second > 59:
        return None
    at = reference_at.replace(second=second, microsecond=0)
    if (at - reference_at).total_seconds() > _LATENCY_AHEAD_S:
        return at - timedelta(minutes=1)
    if (reference_at - at).total_seconds() >= 60.0 - _LATENCY_AHEAD_S:
        return at + timedelta(minutes=1)
    return at


def fix_of(message: Any, received_at: datetime, reference_at: datetime, raw: str) -> Fix | None:
    """Make a fix of a position message, or ``None`` when the station says it has no position."""
    kind = int(message.msg_type)
    lon, lat = float(message.lon), float(message.lat)
    if not is_possible(lon, lat):
        return None
    second = 60 if kind == 27 else int(message.second)
    return Fix(
        SOURCE,
        device_claim(int(message.mmsi)),
        lon,
        lat,
        received_at,
        instant_of_second(second, reference_at),
        _speed_mps(message, kind),
        _course_deg(message, kind),
        _heading_deg(message, kind),
        _accuracy_m(message, kind),
        None,
        raw,
        _flags(message, kind, second),
    )


def identity_of(message: Any, received_at: datetime, raw: str) -> IdentityClaim:
    """Make an identity claim of a static message (types 5, 19, 21, 24 A and B); what is not said is
    ``None``."""
    name = _text(message, "shipname")
    if int(message.msg_type) == 21:
        name = _text(message, "name")
        if name and (extension := _text(message, "name_ext")):
            name += extension
    return IdentityClaim(
        SOURCE,
        device_claim(int(message.mmsi)),
        received_at,
        name=name,
        call_sign=_text(message, "callsign"),
        imo_number=_positive(message, "imo"),
        ship_type=_positive(message, "ship_type"),
        length_m=_span_m(message, "to_bow", "to_stern"),
        beam_m=_span_m(message, "to_port", "to_starboard"),
        draught_m=getattr(message, "draught", None) or None,
        destination=_text(message, "destination"),
        eta_text=_eta(message),
        raw=raw,
    )


def _speed_mps(message: Any, kind: int) -> float | None:
    if kind == 21:
        return None
    if kind == 27:
        return None if message.speed >= _SPEED_UNKNOWN_LONG_RANGE_KN else float(message.speed) * KNOT_MPS
    if kind == 9:
        return None if message.speed >= _SPEED_UNKNOWN_AIR_KN else float(message.speed) * KNOT_MPS
    tenths = round(float(message.speed) * 10.0)
    return None if tenths >= _SPEED_UNKNOWN_TENTHS else tenths * (KNOT_MPS / 10.0)


def _course_deg(message: Any, kind: int) -> float | None:
    if kind == 21:
        return None
    course = float(message.course)  # 360.0 (3600 tenths), or 511 in type 27, is "not available"
    return course if course < 360.0 else None


def _heading_deg(message: Any, kind: int) -> float | None:
    if kind in (9, 21, 27):
        return None
    heading = int(message.heading)
    return float(heading) if heading < 360 else None


def _accuracy_m(message: Any, kind: int) -> float | None:
    if kind == 27:
        return _LONG_RANGE_STEP_M
    return _ACCURACY_FINE_M if message.accuracy else None


def _flags(message: Any, kind: int, second: int) -> tuple[str, ...]:
    flags: tuple[str, ...] = ()
    if second in _SECOND_FLAGS:
        flags += (_SECOND_FLAGS[second],)
    if kind in (1, 2, 3, 27) and (status := int(message.status)) in _STATUS_FLAGS:
        flags += (_STATUS_FLAGS[status],)
    if kind == 27:
        flags += (Flag.COARSE,)
        if message.gnss:  # 1: not a current GNSS position
            flags += (Flag.LAST_KNOWN,)
    elif kind == 21:
        flags += (Flag.AID_TO_NAVIGATION,)
        if message.virtual_aid:
            flags += (Flag.VIRTUAL_AID,)
        if message.off_position and second <= 59:  # meaningful only with a second of 0-59
            flags += (Flag.OFF_POSITION,)
    return flags


def _text(message: Any, member: str) -> str | None:
    value = getattr(message, member, None)
    if not isinstance(value, str):
        return None
    return value.replace("@", " ").strip() or None


def _positive(message: Any, member: str) -> int | None:
    value = getattr(message, member, None)
    return int(value) if value else None


def _span_m(message: Any, one: str, other: str) -> float | None:
    first, second = getattr(message, one, None), getattr(message, other, None)
    if first is None or second is None or first + second == 0:
        return None
    return float(first + second)


def _eta(message: Any) -> str | None:
    month, day = getattr(message, "month", None), getattr(message, "day", None)
    hour, minute = getattr(message, "hour", None), getattr(message, "minute", None)
    if not month or not day or hour is None or minute is None or month > 12 or hour > 23 or minute > 59:
        return None
    return f"{month:02d}-{day:02d} {hour:02d}:{minute:02d}"
