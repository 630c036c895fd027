"""NMEA 0183 sentences to write: positions for simulated devices, and the route (航路) for a boat's
plotter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from tidehub.adapters.nmea0183.sentence import build_sentence
from tidehub.methods.tracking.settings import KNOT_MPS

_NAUTICAL_MILE_M = 1852.0
_ROUTE_NAMES_CHARS = 50  # so that a route sentence stays within 82 characters


def _lat_fields(lat: float) -> tuple[str, str]:
    return _angle(abs(lat), 2), "N" if lat >= 0.0 else "S"


def _lon_fields(lon: float) -> tuple[str, str]:
    return _angle(abs(lon), 3), "E" if lon >= 0.0 else "W"


def _angle(angle: float, whole_digits: int) -> str:
    units = round(angle * 600_000.0)  # 1/10000 minute, about 0.2 m; integers cannot round to 60 minutes
    whole, rest = divmod(units, 600_000)
    return f"{whole:0{whole_digits}d}{rest // 10_000:02d}.{rest % 10_000:04d}"


def _clock(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at:%H%M%S}.{at.microsecond // 10_000:02d}"


def _optional(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def encode_rmc(
    at: datetime,
    lon: float,
    lat: float,
    *,
    sog_mps: float | None = None,
    cog_deg: float | None = None,
    talker: str = "GP",
    valid: bool = True,
) -> str:
    """Recommended minimum data: position, speed, course, date (without line end)."""
    speed_kn = None if sog_mps is None else sog_mps / KNOT_MPS
    return build_sentence(
        f"{talker}RMC",
        _clock(at),
        "A" if valid else "V",
        *_lat_fields(lat),
        *_lon_fields(lon),
        _optional(speed_kn, 2),
        _optional(None if cog_deg is None else cog_deg % 360.0, 1),
        f"{at.astimezone(UTC):%d%m%y}",
        "",
        "",
        "A" if valid else "N",
    )


def encode_gga(
    at: datetime,
    lon: float,
    lat: float,
    *,
    quality: int = 1,
    satellite_count: int = 8,
    hdop: float = 1.0,
    altitude_m: float = 0.0,
    talker: str = "GP",
) -> str:
    """GNSS fix data: position with its quality, no date (without line end)."""
    return build_sentence(
        f"{talker}GGA",
        _clock(at),
        *_lat_fields(lat),
        *_lon_fields(lon),
        str(quality),
        f"{satellite_count:02d}",
        f"{hdop:.1f}",
        f"{altitude_m:.1f}",
        "M",
        "",
        "M",
        "",
        "",
    )


def encode_wpl(name: str, lon: float, lat: float, *, talker: str = "EC") -> str:
    """One waypoint, to be named in a route."""
    return build_sentence(f"{talker}WPL", *_lat_fields(lat), *_lon_fields(lon), _name(name))


def encode_rte(route_name: str, waypoint_names: Sequence[str], *, talker: str = "EC") -> list[str]:
    """A complete route as the list of its waypoints' names, in as many sentences as it needs."""
    groups: list[list[str]] = [[]]
    for waypoint in map(_name, waypoint_names):
        if groups[-1] and len(",".join([*groups[-1], waypoint])) > _ROUTE_NAMES_CHARS - len(_name(route_name)):
            groups.append([])
        groups[-1].append(waypoint)
    count = str(len(groups))
    return [
        build_sentence(f"{talker}RTE", count, str(number), "c", _name(route_name), *group)
        for number, group in enumerate(groups, start=1)
    ]


def encode_xte(cross_track_m: float, *, talker: str = "EC") -> str:
    """Cross-track error; positive: the boat is right of the track, so steer left."""
    side = "L" if cross_track_m >= 0.0 else "R"
    return build_sentence(f"{talker}XTE", "A", "A", f"{abs(cross_track_m) / _NAUTICAL_MILE_M:.3f}", side, "N", "A")


def encode_rmb(
    cross_track_m: float,
    origin_name: str,
    destination_name: str,
    destination_lon: float,
    destination_lat: float,
    *,
    range_m: float,
    bearing_deg: float,
    closing_mps: float | None = None,
    arrived: bool = False,
    talker: str = "EC",
) -> str:
    """Recommended minimum navigation data to the active waypoint (cross-track error is capped at 9.99 nm)."""
    return build_sentence(
        f"{talker}RMB",
        "A",
        f"{min(abs(cross_track_m) / _NAUTICAL_MILE_M, 9.99):.2f}",
        "L" if cross_track_m >= 0.0 else "R",
        _name(origin_name),
        _name(destination_name),
        *_lat_fields(destination_lat),
        *_lon_fields(destination_lon),
        f"{min(range_m / _NAUTICAL_MILE_M, 999.9):.1f}",
        f"{bearing_deg % 360.0:.1f}",
        _optional(None if closing_mps is None else closing_mps / KNOT_MPS, 1),
        "A" if arrived else "V",
        "A",
    )


def encode_apb(
    cross_track_m: float,
    destination_name: str,
    *,
    leg_bearing_deg: float,
    bearing_deg: float,
    heading_to_steer_deg: float,
    in_circle: bool = False,
    perpendicular_passed: bool = False,
    talker: str = "EC",
) -> str:
    """Autopilot sentence B: how far off the leg and where to steer (true bearings)."""
    return build_sentence(
        f"{talker}APB",
        "A",
        "A",
        f"{abs(cross_track_m) / _NAUTICAL_MILE_M:.3f}",
        "L" if cross_track_m >= 0.0 else "R",
        "N",
        "A" if in_circle else "V",
        "A" if perpendicular_passed else "V",
        f"{leg_bearing_deg % 360.0:.1f}",
        "T",
        _name(destination_name),
        f"{bearing_deg % 360.0:.1f}",
        "T",
        f"{heading_to_steer_deg % 360.0:.1f}",
        "T",
        "A",
    )


def _name(name: str) -> str:
    """Waypoint names are plain ASCII without the sentence's own signs; others become ``_``."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)[:15] or "_"
