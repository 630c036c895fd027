"""JT/T 808 to write: what a simulated terminal sends, and what the platform answers."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime

from tidehub.adapters.jtt808 import bodies
from tidehub.adapters.jtt808.frame import encode_frame

ACCEPTED = 0
FAILED = 1
WRONG = 2
UNSUPPORTED = 3


def location_body(
    lon: float,
    lat: float,
    at: datetime,
    *,
    speed_mps: float = 0.0,
    course_deg: float = 0.0,
    altitude_m: int = 0,
    located: bool = True,
    alarm: int = 0,
) -> bytes:
    """Body of 0x0200: WGS 84, microdegrees, tenths of km/h, BCD time in UTC+8."""
    status = 1 | (located << 1) | ((lat < 0.0) << 2) | ((lon < 0.0) << 3)
    local = at.astimezone(bodies.CHINA_TIME)
    return struct.pack(
        ">IIIIHHH",
        alarm,
        status,
        round(abs(lat) * 1e6),
        round(abs(lon) * 1e6),
        altitude_m & 0xFFFF,
        min(round(speed_mps * 36.0), 0xFFFF),
        round(course_deg) % 360,
    ) + bytes.fromhex(f"{local:%y%m%d%H%M%S}")


def encode_location(phone: str, serial: int, body: bytes, *, edition_2019: bool = False) -> bytes:
    """Position report 0x0200 with a body of :func:`location_body`."""
    return encode_frame(bodies.LOCATION, phone, serial, body, edition_2019=edition_2019)


def encode_batch(
    phone: str,
    serial: int,
    locations: Sequence[bytes],
    *,
    backfilled: bool = True,
    edition_2019: bool = False,
) -> bytes:
    """Position batch 0x0704, split into parts when it is longer than one frame carries."""
    body = struct.pack(">HB", len(locations), int(backfilled))
    body += b"".join(struct.pack(">H", len(item)) + item for item in locations)
    size = 1000
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    if len(pieces) == 1:
        return encode_frame(bodies.LOCATION_BATCH, phone, serial, body, edition_2019=edition_2019)
    return b"".join(
        encode_frame(
            bodies.LOCATION_BATCH,
            phone,
            serial + number - 1,
            piece,
            edition_2019=edition_2019,
            part=(len(pieces), number),
        )
        for number, piece in enumerate(pieces, start=1)
    )


def encode_register(
    phone: str,
    serial: int,
    *,
    plate: str,
    terminal_id: str,
    maker: str = "TIDEH",
    model: str = "SIM",
    province: int = 33,  # Zhejiang, GB/T 2260
    city: int = 1002,  # Jiaojiang, Taizhou
    plate_colour: int = 1,
    edition: int = 2013,
) -> bytes:
    """Registration 0x0100 in the layout of the edition: 2011, 2013 or 2019."""
    maker_bytes, model_bytes, id_bytes = {2011: (5, 8, 7), 2013: (5, 20, 7), 2019: (11, 30, 30)}[edition]
    body = struct.pack(">HH", province, city)
    for text, width in ((maker, maker_bytes), (model, model_bytes), (terminal_id, id_bytes)):
        body += text.encode("gbk")[:width].ljust(width, b"\x00")
    body += bytes([plate_colour]) + plate.encode("gbk")
    return encode_frame(bodies.REGISTER, phone, serial, body, edition_2019=edition == 2019)


def encode_authentication(
    phone: str,
    serial: int,
    code: str,
    *,
    imei: str = "",
    software: str = "",
    edition_2019: bool = False,
) -> bytes:
    """Authentication 0x0102 with the code the platform gave on registration."""
    body = code.encode("gbk")
    if edition_2019:
        body = bytes([len(body)]) + body + imei.encode("ascii")[:15].ljust(15, b"0")
        body += software.encode("gbk")[:20].ljust(20, b"\x00")
    return encode_frame(bodies.AUTHENTICATE, phone, serial, body, edition_2019=edition_2019)


def encode_heartbeat(phone: str, serial: int, *, edition_2019: bool = False) -> bytes:
    """Heartbeat 0x0002."""
    return encode_frame(bodies.HEARTBEAT, phone, serial, b"", edition_2019=edition_2019)


def encode_platform_reply(
    phone: str, serial: int, to_serial: int, to_kind: int, result: int, *, edition_2019: bool = False
) -> bytes:
    """General reply of the platform 0x8001: 0 accepted, 1 failed, 2 message wrong, 3 not supported."""
    body = struct.pack(">HHB", to_serial, to_kind, result)
    return encode_frame(bodies.PLATFORM_REPLY, phone, serial, body, edition_2019=edition_2019)


def encode_register_reply(
    phone: str, serial: int, to_serial: int, result: int, code: str = "", *, edition_2019: bool = False
) -> bytes:
    """Reply to a registration 0x8100: 0 accepted (with the code), 1/3 already registered, 2/4 not known."""
    body = struct.pack(">HB", to_serial, result)
    if result == ACCEPTED:
        body += code.encode("gbk")
    return encode_frame(bodies.REGISTER_REPLY, phone, serial, body, edition_2019=edition_2019)
