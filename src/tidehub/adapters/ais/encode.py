"""AIVDM sentences for simulated boats, so that they speak to the platform as real ones do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pyais.encode import encode_dict

from tidehub.methods.tracking.settings import KNOT_MPS

_SPEED_MAX_KN = 102.2  # the field means "or more" there; 102.3 means "not available"


def _motion(sog_mps: float | None, cog_deg: float | None, heading_deg: float | None) -> dict[str, Any]:
    speed_kn = 102.3 if sog_mps is None else min(round(sog_mps / KNOT_MPS, 1), _SPEED_MAX_KN)
    course = 360.0 if cog_deg is None else round(cog_deg % 360.0, 1) % 360.0
    heading = 511 if heading_deg is None else round(heading_deg) % 360
    return {"speed": speed_kn, "course": course, "heading": heading}


def _sentences(fields: dict[str, Any], channel: str, sequence: int) -> list[str]:
    """Encode with the numbers settled on the wire's grid: the encoder cuts digits, it does not round."""
    for name in ("speed", "course", "draught"):
        if name in fields:
            fields[name] = float(fields[name]) + 1e-6
    return list(encode_dict(fields, talker_id="AI", sentence_type="VDM", radio_channel=channel, seq_id=sequence % 10))


def encode_position_a(
    mmsi: int,
    lon: float,
    lat: float,
    at: datetime | None,
    *,
    sog_mps: float | None = None,
    cog_deg: float | None = None,
    heading_deg: float | None = None,
    nav_status: int = 0,
    accurate: bool = True,
    channel: str = "A",
) -> list[str]:
    """Position report of a class A station (type 1): what larger vessels send every 2-10 s.

    ``None`` becomes the standard's "not available" value; ``at`` gives the UTC second.
    """
    fields = {
        "type": 1,
        "mmsi": mmsi,
        "status": nav_status,
        "turn": -128,
        "accuracy": int(accurate),
        "lon": lon,
        "lat": lat,
        "second": 60 if at is None else at.second,
        **_motion(sog_mps, cog_deg, heading_deg),
    }
    return _sentences(fields, channel, 0)


def encode_position_b(
    mmsi: int,
    lon: float,
    lat: float,
    at: datetime | None,
    *,
    sog_mps: float | None = None,
    cog_deg: float | None = None,
    heading_deg: float | None = None,
    accurate: bool = True,
    channel: str = "B",
) -> list[str]:
    """Position report of a class B station (type 18): what shuttle and fishing boats send every 30 s."""
    fields = {
        "type": 18,
        "mmsi": mmsi,
        "accuracy": int(accurate),
        "lon": lon,
        "lat": lat,
        "second": 60 if at is None else at.second,
        "cs": 1,
        **_motion(sog_mps, cog_deg, heading_deg),
    }
    return _sentences(fields, channel, 0)


def encode_static_a(
    mmsi: int,
    name: str,
    *,
    call_sign: str = "",
    imo_number: int = 0,
    ship_type: int = 0,
    dimensions_m: tuple[int, int, int, int] = (0, 0, 0, 0),
    draught_m: float = 0.0,
    destination: str = "",
    sequence: int = 1,
    channel: str = "A",
) -> list[str]:
    """Static and voyage data of a class A station (type 5): two sentences.

    ``dimensions_m`` are metres from the antenna to bow, stern, port, starboard. Names are six-bit ASCII:
    capital letters, digits and common signs; at most 20.
    """
    to_bow, to_stern, to_port, to_starboard = dimensions_m
    fields = {
        "type": 5,
        "mmsi": mmsi,
        "imo": imo_number,
        "callsign": call_sign.upper()[:7],
        "shipname": name.upper()[:20],
        "ship_type": ship_type,
        "to_bow": to_bow,
        "to_stern": to_stern,
        "to_port": to_port,
        "to_starboard": to_starboard,
        "draught": draught_m,
        "destination": destination.upper()[:20],
        "hour": 24,
        "minute": 60,
    }
    return _sentences(fields, channel, sequence)


def encode_static_b(
    mmsi: int,
    name: str,
    *,
    call_sign: str = "",
    ship_type: int = 0,
    dimensions_m: tuple[int, int, int, int] = (0, 0, 0, 0),
    channel: str = "B",
) -> list[str]:
    """Static data of a class B station (type 24): parts A and B, one sentence each."""
    to_bow, to_stern, to_port, to_starboard = dimensions_m
    part_a = {"type": 24, "mmsi": mmsi, "partno": 0, "shipname": name.upper()[:20]}
    part_b = {
        "type": 24,
        "mmsi": mmsi,
        "partno": 1,
        "ship_type": ship_type,
        "callsign": call_sign.upper()[:7],
        "to_bow": to_bow,
        "to_stern": to_stern,
        "to_port": to_port,
        "to_starboard": to_starboard,
    }
    return _sentences(part_a, channel, 0) + _sentences(part_b, channel, 0)


def encode_aid(
    mmsi: int,
    name: str,
    lon: float,
    lat: float,
    at: datetime | None,
    *,
    aid_type: int = 1,
    virtual: bool = False,
    off_position: bool = False,
    channel: str = "A",
) -> list[str]:
    """Aid-to-navigation report (type 21), real or virtual; names longer than 20 characters are cut."""
    fields = {
        "type": 21,
        "mmsi": mmsi,
        "aid_type": aid_type,
        "name": name.upper()[:20],
        "accuracy": 1,
        "lon": lon,
        "lat": lat,
        "second": 60 if at is None else at.second,
        "off_position": int(off_position),
        "virtual_aid": int(virtual),
    }
    return _sentences(fields, channel, 0)


def encode_long_range(
    mmsi: int,
    lon: float,
    lat: float,
    *,
    sog_mps: float | None = None,
    cog_deg: float | None = None,
    nav_status: int = 0,
    channel: str = "A",
) -> list[str]:
    """Long-range report (type 27) as satellites hear it: tenths of a minute, whole knots and degrees."""
    fields = {
        "type": 27,
        "mmsi": mmsi,
        "accuracy": 0,
        "status": nav_status,
        "lon": lon,
        "lat": lat,
        "speed": 63 if sog_mps is None else min(round(sog_mps / KNOT_MPS), 62),
        "course": 511 if cog_deg is None else round(cog_deg) % 360,
        "gnss": 0,
    }
    return _sentences(fields, channel, 0)
