"""Fields of NMEA 0183 to numbers and instants. Empty is ``None``; nonsense raises ``ValueError``."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta

_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{0,12})?")
_TIME = re.compile(r"(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?")
_CENTURY_PIVOT = 80  # GPS time begins in 1980


def number(text: str) -> float | None:
    """Read a decimal number; an empty field is ``None``."""
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"not a number: {text[:20]!r}")
    return float(text)


def degrees(text: str, hemisphere: str, positive: str, negative: str) -> float | None:
    """Read ``dddmm.mmmm`` and its hemisphere letter."""
    value = number(text)
    if value is None and not hemisphere:
        return None
    if value is None or hemisphere not in (positive, negative) or value < 0.0:
        raise ValueError(f"not an angle: {text[:20]!r} {hemisphere[:2]!r}")
    whole = math.floor(value / 100.0)
    minutes = value - whole * 100.0
    if minutes >= 60.0:
        raise ValueError(f"{minutes} minutes of arc")
    angle = whole + minutes / 60.0
    return angle if hemisphere == positive else -angle


def time_of_day(text: str) -> tuple[time, int] | None:
    """Read ``hhmmss.sss`` (UTC): time to the microsecond and 1 when it was the leap second 60, else 0."""
    if not text:
        return None
    match = _TIME.fullmatch(text)
    if not match:
        raise ValueError(f"not a time: {text[:20]!r}")
    hour, minute, second = (int(part) for part in match.groups()[:3])
    leap = second == 60
    micro = int(f"{match.group(4) or '0':0<6}"[:6])
    return time(hour, minute, 59 if leap else second, micro, tzinfo=UTC), int(leap)


def instant(day_text: str, time_text: str) -> datetime | None:
    """Read ``ddmmyy`` and ``hhmmss.sss`` as an instant."""
    clock = time_of_day(time_text)
    if clock is None or not day_text:
        return None
    if not re.fullmatch(r"\d{6}", day_text):
        raise ValueError(f"not a date: {day_text[:20]!r}")
    year = int(day_text[4:])
    century = 1900 if year >= _CENTURY_PIVOT else 2000
    day = date(century + year, int(day_text[2:4]), int(day_text[:2]))
    return datetime.combine(day, clock[0]) + timedelta(seconds=clock[1])


def nearest_instant(time_text: str, received_at: datetime) -> datetime | None:
    """Complete a time without a date to the instant nearest to when it was heard (right within 12 hours)."""
    clock = time_of_day(time_text)
    if clock is None:
        return None
    at = datetime.combine(received_at.astimezone(UTC).date(), clock[0]) + timedelta(seconds=clock[1])
    if at - received_at > timedelta(hours=12):
        return at - timedelta(days=1)
    if received_at - at > timedelta(hours=12):
        return at + timedelta(days=1)
    return at
