"""Datums of the maps a Chinese county uses: WGS 84, CGCS2000, GCJ-02 (国测局坐标), BD-09 (百度坐标).

Inside the platform there is only WGS 84. Web maps and phones hand over GCJ-02 or BD-09, and taking one for
the other puts a boat some 500 m ashore, so every coordinate names its datum and is converted at the edge.
"""

from __future__ import annotations

import math
import re
from enum import StrEnum
from functools import lru_cache

__all__ = ["Datum", "from_wgs84", "parse_datum", "to_wgs84"]


class Datum(StrEnum):
    """The datum a pair of degrees is meant in."""

    WGS84 = "WGS84"
    CGCS2000 = "CGCS2000"
    """State platforms (国家大地坐标系). Equal to WGS 84 within a few centimetres, so no shift is applied."""
    GCJ02 = "GCJ02"
    """What web maps licensed in China show (高德, 腾讯, 国内谷歌)."""
    BD09 = "BD09"
    """GCJ-02 with a further shift (百度, ``bd09ll``); the Mercator metres ``bd09mc`` are not degrees."""


_ALIASES = {
    "wgs84": Datum.WGS84,
    "wgs1984": Datum.WGS84,
    "crs84": Datum.WGS84,
    "crs84h": Datum.WGS84,
    "4326": Datum.WGS84,
    "4979": Datum.WGS84,
    "gps": Datum.WGS84,
    "cgcs2000": Datum.CGCS2000,
    "cgcs": Datum.CGCS2000,
    "4490": Datum.CGCS2000,
    "4480": Datum.CGCS2000,
    "国家大地2000": Datum.CGCS2000,
    "国家2000": Datum.CGCS2000,
    "大地2000": Datum.CGCS2000,
    "gcj02": Datum.GCJ02,
    "gcj02ll": Datum.GCJ02,
    "gcj": Datum.GCJ02,
    "国测局": Datum.GCJ02,
    "火星坐标": Datum.GCJ02,
    "bd09": Datum.BD09,
    "bd09ll": Datum.BD09,
    "百度": Datum.BD09,
}
_URI = re.compile(r"(?:urn:ogc:def:crs|https?://www\.opengis\.net/def/crs)[:/](?:epsg|ogc)[:/][^:/]*[:/](\w+)")
_JOINTS = re.compile(r"[\s_\-.:]+")

_EARTH_A_M = 6_378_245.0  # Krasovsky 1940 semi-major axis, the ellipsoid of the GCJ-02 shift
_EARTH_E2 = 0.006_693_421_622_965_943  # and its first eccentricity squared
_CENTRE_LON, _CENTRE_LAT = 105.0, 35.0
_BOX = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north: outside, GCJ-02 equals WGS 84
_BD_LON, _BD_LAT = 0.0065, 0.006
_BD_FREQUENCY = math.pi * 3000.0 / 180.0
_STEPS_MAX = 12
_ENOUGH_DEG = 1e-10  # about 0.01 mm


@lru_cache(maxsize=256)
def parse_datum(text: str) -> Datum | None:
    """Read a datum's name or alias, or ``None`` when nobody knows it (the caller refuses, never guesses).

    Case, blanks and joints do not matter: ``EPSG:4326``, ``epsg 4490``, ``gcj-02``, ``bd09ll``,
    ``urn:ogc:def:crs:OGC:1.3:CRS84``, ``http://www.opengis.net/def/crs/EPSG/0/4490``. The answer is the datum
    only: the axis order (``EPSG:4326`` is latitude first) is the business of the format that carried it.
    """
    plain = text.strip().lower()[:120]
    uri = _URI.fullmatch(plain)
    key = _JOINTS.sub("", uri.group(1) if uri else plain)
    return _ALIASES.get(key.removeprefix("epsg").removeprefix("ogc") or key)


def to_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """Convert degrees in ``datum`` to WGS 84 ``(lon, lat)`` in degrees.

    GCJ-02 and BD-09 have no closed inverse; the forward shift is iterated to far below a metre (the shift
    changes by some 0.2 % over its own length, so each step gains nearly three digits). Only in the strip of one
    shift (some 600 m) along the rim of the box 72..137.8 E, 0.8..55.8 N, where the shift begins at once, two
    places share one pair of degrees; there the one inside the box is answered.
    """
    if datum is Datum.GCJ02:
        return _gcj02_to_wgs84(lon, lat)
    if datum is Datum.BD09:
        return _gcj02_to_wgs84(*_bd09_to_gcj02(lon, lat))
    return lon, lat


def from_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """Convert WGS 84 degrees to ``datum``, ``(lon, lat)`` in degrees; for handing over to a Chinese web map."""
    if datum is Datum.GCJ02:
        return _wgs84_to_gcj02(lon, lat)
    if datum is Datum.BD09:
        return _gcj02_to_bd09(*_wgs84_to_gcj02(lon, lat))
    return lon, lat


def _in_box(lon: float, lat: float) -> bool:
    west, south, east, north = _BOX
    return west <= lon <= east and south <= lat <= north


def _shift(lon: float, lat: float) -> tuple[float, float]:
    """Degrees that GCJ-02 adds to WGS 84 at a WGS 84 place."""
    x, y = lon - _CENTRE_LON, lat - _CENTRE_LAT
    root = 0.1 * math.sqrt(abs(x))
    ripple = 20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 2.0 * root
    north_m += (ripple + 20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north_m += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + root
    east_m += (ripple + 20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east_m += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    lat_rad = math.radians(lat)
    w2 = 1.0 - _EARTH_E2 * math.sin(lat_rad) ** 2
    meridian_m = _EARTH_A_M * (1.0 - _EARTH_E2) / (w2 * math.sqrt(w2))
    parallel_m = _EARTH_A_M / math.sqrt(w2) * math.cos(lat_rad)
    return math.degrees(east_m / parallel_m), math.degrees(north_m / meridian_m)


def _wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    if not _in_box(lon, lat):
        return lon, lat
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def _gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    west, south, east, north = _BOX
    if not (west - 0.1 <= lon <= east + 0.1 and south - 0.1 <= lat <= north + 0.1):
        return lon, lat
    at_lon, at_lat = lon, lat
    for _ in range(_STEPS_MAX):
        d_lon, d_lat = _shift(at_lon, at_lat)
        off_lon, off_lat = at_lon + d_lon - lon, at_lat + d_lat - lat
        at_lon, at_lat = at_lon - off_lon, at_lat - off_lat
        if abs(off_lon) < _ENOUGH_DEG and abs(off_lat) < _ENOUGH_DEG:
            break
    # On the rim of the box a point may have been shifted across it: believe the origin, not the image.
    if _in_box(at_lon, at_lat):
        return at_lon, at_lat
    return lon, lat


def _gcj02_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    radius = math.hypot(lon, lat) + 0.000_02 * math.sin(lat * _BD_FREQUENCY)
    angle = math.atan2(lat, lon) + 0.000_003 * math.cos(lon * _BD_FREQUENCY)
    return radius * math.cos(angle) + _BD_LON, radius * math.sin(angle) + _BD_LAT


def _bd09_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    at_lon, at_lat = lon - _BD_LON, lat - _BD_LAT
    for _ in range(_STEPS_MAX):
        there_lon, there_lat = _gcj02_to_bd09(at_lon, at_lat)
        off_lon, off_lat = there_lon - lon, there_lat - lat
        at_lon, at_lat = at_lon - off_lon, at_lat - off_lat
        if abs(off_lon) < _ENOUGH_DEG and abs(off_lat) < _ENOUGH_DEG:
            break
    return at_lon, at_lat
