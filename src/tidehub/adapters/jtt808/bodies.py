"""Bodies of the messages that matter here. Wrong ones raise :class:`BodyFault`, with the reason."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from tidehub.adapters.jtt808.frame import Message, bcd_digits
from tidehub.methods.tracking.reasons import Flag, Reason

TERMINAL_REPLY = 0x0001
HEARTBEAT = 0x0002
DEREGISTER = 0x0003
REGISTER = 0x0100
AUTHENTICATE = 0x0102
LOCATION = 0x0200
LOCATION_BATCH = 0x0704
PLATFORM_REPLY = 0x8001
REGISTER_REPLY = 0x8100

CHINA_TIME = timezone(timedelta(hours=8))
"""Clocks of JT/T 808 are UTC+8 without exception (8.18, table 23: GMT+8)."""

_LOCATION = struct.Struct(">IIIIHHH")
_LOCATION_BYTES = _LOCATION.size + 6
_ALARM_BITS = 1 << 0 | 1 << 3 | 1 << 29 | 1 << 30  # emergency button, danger, collision, rollover
_PLATE_COLOURS = frozenset({0, 1, 2, 3, 4, 5, 9, 91, 92, 93, 94})  # JT/T 415 and its later additions


class BodyFault(Exception):
    """A body that is not what its message says."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Location(NamedTuple):
    """Body of 0x0200: degrees in the terminal's datum, metres, m/s. ``at`` is ``None`` when its clock is
    wrong."""

    lon: float
    lat: float
    altitude_m: int
    speed_mps: float
    course_deg: float | None
    at: datetime | None
    time_text: str
    flags: tuple[str, ...]
    extras_whole: bool


class Registration(NamedTuple):
    """Body of 0x0100. ``plate`` is the frame number (VIN) when the vehicle has no plate (colour 0)."""

    province: int
    city: int
    maker: str
    model: str
    terminal_id: str
    plate_colour: int
    plate: str
    edition: int


class Authentication(NamedTuple):
    """Body of 0x0102; IMEI and software version since 2019."""

    code: str
    imei: str | None
    software: str | None


def read_location(body: bytes) -> Location:
    """Read 0x0200 (28 bytes, then extras ``id, length, value``).

    Raises
    ------
    BodyFault
        Shorter than its fixed part.
    """
    if len(body) < _LOCATION_BYTES:
        raise BodyFault(Reason.TRUNCATED, f"location of {len(body)} bytes")
    alarm, status, lat_e6, lon_e6, altitude_m, speed_tenths, course = _LOCATION.unpack_from(body)
    lat = -lat_e6 / 1e6 if status & 1 << 2 else lat_e6 / 1e6
    lon = -lon_e6 / 1e6 if status & 1 << 3 else lon_e6 / 1e6
    flags: tuple[str, ...] = ()
    if not status & 1 << 1:
        flags += (Flag.NOT_LOCATED,)
    if alarm & _ALARM_BITS:
        flags += (Flag.ALARM,)
    if altitude_m > 0x7FFF:  # below sea level is written as a signed word
        altitude_m -= 0x1_0000
    time_text = body[_LOCATION.size : _LOCATION_BYTES].hex()
    return Location(
        lon,
        lat,
        altitude_m,
        speed_tenths / 36.0,
        float(course) if course < 360 else None,
        read_time(body[_LOCATION.size : _LOCATION_BYTES]),
        time_text,
        flags,
        _extras_whole(body[_LOCATION_BYTES:]),
    )


def read_time(data: bytes) -> datetime | None:
    """Read ``YYMMDDhhmmss`` in BCD, UTC+8, as UTC; ``None`` when it is no time (a terminal before its first
    fix)."""
    digits = bcd_digits(data)
    if digits is None or len(digits) != 12:
        return None
    year, month, day, hour, minute, second = (int(digits[i : i + 2]) for i in range(0, 12, 2))
    try:
        local = datetime(2000 + year, month, day, hour, minute, second, tzinfo=CHINA_TIME)
    except ValueError:
        return None
    return local.astimezone(UTC)


def read_batch(body: bytes) -> tuple[list[bytes], bool, str | None]:
    """Read 0x0704: the location bodies, whether they were stored out of coverage, and what is wrong at the
    end.

    Raises
    ------
    BodyFault
        Shorter than its head.
    """
    if len(body) < 3:
        raise BodyFault(Reason.TRUNCATED, f"batch of {len(body)} bytes")
    count, kind = struct.unpack_from(">HB", body)
    items: list[bytes] = []
    at = 3
    while at + 2 <= len(body):
        (length,) = struct.unpack_from(">H", body, at)
        if at + 2 + length > len(body):
            return (
                items,
                kind == 1,
                f"item {len(items) + 1} states {length} bytes, {len(body) - at - 2} are left",
            )
        items.append(body[at + 2 : at + 2 + length])
        at += 2 + length
    wrong = None if len(items) == count and at == len(body) else f"states {count} items, has {len(items)}"
    return items, kind == 1, wrong


def read_registration(message: Message) -> Registration:
    """Read 0x0100 of any edition.

    2019 is told by its header. 2011 and 2013 differ only in the length of the model (8 or 20 bytes), so the
    colour byte decides: in 2013 it stands at offset 36, where 2011 has text.

    Raises
    ------
    BodyFault
        Shorter than its fixed part.
    """
    body = message.body
    if message.edition_2019:
        edition, maker_bytes, model_bytes, id_bytes = 2019, 11, 30, 30
    elif len(body) >= 37 and body[36] in _PLATE_COLOURS:
        edition, maker_bytes, model_bytes, id_bytes = 2013, 5, 20, 7
    else:
        edition, maker_bytes, model_bytes, id_bytes = 2011, 5, 8, 7
    fixed = 4 + maker_bytes + model_bytes + id_bytes + 1
    if len(body) < fixed:
        raise BodyFault(Reason.TRUNCATED, f"registration of {len(body)} bytes")
    province, city = struct.unpack_from(">HH", body)
    at_model, at_id = 4 + maker_bytes, 4 + maker_bytes + model_bytes
    return Registration(
        province,
        city,
        _text(body[4:at_model]),
        _text(body[at_model:at_id]),
        _text(body[at_id : at_id + id_bytes]),
        body[fixed - 1],
        _text(body[fixed:]),
        edition,
    )


def read_authentication(message: Message) -> Authentication:
    """Read 0x0102: the bare code until 2013; length, code, IMEI and version since 2019.

    Raises
    ------
    BodyFault
        Empty, or shorter than the length it states.
    """
    body = message.body
    if not body:
        raise BodyFault(Reason.TRUNCATED, "no authentication code")
    if not message.edition_2019:
        return Authentication(_text(body), None, None)
    length = body[0]
    if len(body) < 1 + length:
        raise BodyFault(Reason.LENGTH_WRONG, f"code states {length}, has {len(body) - 1}")
    rest = body[1 + length :]
    return Authentication(_text(body[1 : 1 + length]), _text(rest[:15]) or None, _text(rest[15:35]) or None)


def read_platform_reply(body: bytes) -> tuple[int, int, int]:
    """Read 0x8001 (as a terminal): serial and kind it answers, and the result.

    Raises
    ------
    BodyFault
        Not five bytes.
    """
    if len(body) != 5:
        raise BodyFault(Reason.LENGTH_WRONG, f"general reply of {len(body)} bytes")
    serial, kind, result = struct.unpack(">HHB", body)
    return serial, kind, result


def read_register_reply(body: bytes) -> tuple[int, int, str]:
    """Read 0x8100 (as a terminal): serial it answers, result, authentication code (empty unless result 0).

    Raises
    ------
    BodyFault
        Fewer than three bytes.
    """
    if len(body) < 3:
        raise BodyFault(Reason.TRUNCATED, f"registration reply of {len(body)} bytes")
    serial, result = struct.unpack_from(">HB", body)
    return serial, result, _text(body[3:])


def _text(data: bytes) -> str:
    """Read a STRING: GBK, padded with zero bytes. What is not GBK is shown as �."""
    return data.decode("gbk", "replace").replace("\x00", "").strip()


def _extras_whole(data: bytes) -> bool:
    at = 0
    while at + 2 <= len(data):
        at += 2 + data[at + 1]
    return at == len(data)
