"""What a device says about where it is: fixes, claims about identity, and problems that are never hushed
up."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from tidehub.methods.tracking.reasons import Reason

RAW_CHARS_MAX = 2048
"""How much of an original line is kept with a fix or a problem; longer ones are cut, and say so."""


class Fix(msgspec.Struct, frozen=True):
    """One reported position (定位点), as the device meant it, in WGS 84 and SI units.

    Parameters
    ----------
    source
        Protocol that carried it: ``ais``, ``nmea0183``, ``signalk``, ``jtt808``, ``osmand``, ``owntracks``,
        ...
    device_claim
        Who the device says it is: ``mmsi:412345678``, ``jtt808:013800000000``, ``imei:...``. A claim, not an
        identity: fishing boats swap and share numbers, so a register decides whose it is.
    lon, lat
        Degrees, WGS 84.
    received_at
        When it arrived here: our clock, aware UTC.
    device_at
        When the device says it was there, aware UTC; ``None`` when it does not say.
    sog_mps, cog_deg
        Speed and course over ground; ``None`` when not available.
    heading_deg
        Where the bow points (true), degrees.
    accuracy_m
        Radius the device believes in, metres.
    depth_m
        Water below the surface or the transducer, metres, when the device sounds it.
    raw
        The original line (text) or frame (hexadecimal), at most ``RAW_CHARS_MAX`` characters.
    flags
        What the protocol itself says about the fix, from ``reasons.Flag``.
    sequence
        The device's own running number, with which a repeated delivery is recognised.
    """

    source: str
    device_claim: str
    lon: float
    lat: float
    received_at: datetime
    device_at: datetime | None = None
    sog_mps: float | None = None
    cog_deg: float | None = None
    heading_deg: float | None = None
    accuracy_m: float | None = None
    depth_m: float | None = None
    raw: str = ""
    flags: tuple[str, ...] = ()
    sequence: int | None = None


class Problem(msgspec.Struct, frozen=True):
    """Something that arrived and could not be used, kept with the reason (问题报文)."""

    reason: Reason
    detail: str
    raw: str
    source: str
    received_at: datetime
    device_claim: str | None = None


class IdentityClaim(msgspec.Struct, frozen=True):
    """What a station says about itself apart from where it is (AIS types 5, 19, 21 and 24; JT/T 808 0x0100).

    Every member but the first three is ``None`` when the station did not say it. Lengths are in metres;
    ``eta_text`` is ``MM-DD HH:MM`` in UTC as sent, because the message carries no year.
    """

    source: str
    device_claim: str
    received_at: datetime
    name: str | None = None
    call_sign: str | None = None
    imo_number: int | None = None
    ship_type: int | None = None
    length_m: float | None = None
    beam_m: float | None = None
    draught_m: float | None = None
    destination: str | None = None
    eta_text: str | None = None
    plate: str | None = None
    model: str | None = None
    raw: str = ""


class Decoded(NamedTuple):
    """What a decoder made of what it was fed. Nothing in: three empty lists. Something in: something out,
    unless the decoder still waits for the rest of it or counts it as passed over."""

    fixes: list[Fix]
    problems: list[Problem]
    identities: list[IdentityClaim]


def nothing() -> Decoded:
    """Make an empty result to fill."""
    return Decoded([], [], [])


def keep_raw(raw: str | bytes) -> str:
    """Turn what arrived into text to keep: bytes that are text as text, others as hexadecimal, long ones cut.

    The cut mark states the full length, so nobody takes the rest for the whole.
    """
    if isinstance(raw, bytes):
        try:
            text = raw[: RAW_CHARS_MAX * 4].decode()
            if not text.isprintable() and not text.strip("\r\n\t").isprintable():
                text = "hex:" + raw[:RAW_CHARS_MAX].hex()
        except UnicodeDecodeError:
            text = "hex:" + raw[:RAW_CHARS_MAX].hex()
    else:
        text = raw
    if len(text) <= RAW_CHARS_MAX:
        return text
    mark = f"…[{len(raw)}]"
    return text[: RAW_CHARS_MAX - len(mark)] + mark
