"""Geometry with its datum. Inside the platform a position is WGS 84 (= CGCS2000 at this accuracy)."""

from __future__ import annotations

import math

import msgspec

from tidehub.kernel.datums import Datum, parse_datum, to_wgs84
from tidehub.kernel.errors import refusal_kind

__all__ = ["Datum", "Position", "great_circle_m", "position", "to_wgs84"]

EARTH_RADIUS_M = 6_371_008.8  # mean radius of GRS 80 (Moritz 2000)

POSITION_OUT_OF_RANGE = refusal_kind(
    "position_out_of_range",
    zh="坐标超出范围：经度 {lon}，纬度 {lat}",
    en="The position is out of range: longitude {lon}, latitude {lat}",
    do_zh="经度应在 -180 到 180 之间，纬度应在 -90 到 90 之间；请检查经纬度是否写反。",
    do_en="Longitude lies in -180..180 and latitude in -90..90; check that they are not swapped.",
)
DATUM_MISSING = refusal_kind(
    "datum_missing",
    zh="坐标没有注明坐标系",
    en="The position does not say its datum",
    do_zh="请注明 WGS84、CGCS2000、GCJ02 或 BD09。",
    do_en="Say WGS84, CGCS2000, GCJ02 or BD09.",
)
DATUM_UNKNOWN = refusal_kind(
    "datum_unknown",
    zh="不认识坐标系“{datum}”",
    en="Unknown datum '{datum}'",
    do_zh="请注明 WGS84、CGCS2000、GCJ02 或 BD09。",
    do_en="Say WGS84, CGCS2000, GCJ02 or BD09.",
)


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place on the earth: WGS 84 longitude and latitude in degrees."""

    lon: float
    lat: float


def position(lon: float, lat: float, datum: str | None, field: str | None = None) -> Position:
    """Take coordinates at the edge: check the range, demand the datum, convert to WGS 84.

    Parameters
    ----------
    lon, lat
        Degrees in ``datum``.
    datum
        Name or alias (``WGS84``, ``EPSG:4490``, ``gcj02`` ...); ``None`` is refused, never guessed.
    field
        Path of the value in what was sent, for the refusal.

    Raises
    ------
    Refusal
        ``datum_missing``, ``datum_unknown`` or ``position_out_of_range``.
    """
    if not datum:
        raise DATUM_MISSING(f"{field}.datum" if field else "datum")
    known = parse_datum(datum)
    if known is None:
        raise DATUM_UNKNOWN(f"{field}.datum" if field else "datum", datum=datum[:40])
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise POSITION_OUT_OF_RANGE(field, lon=lon, lat=lat)
    lon_wgs84, lat_wgs84 = to_wgs84(lon, lat, known)
    return Position(lon_wgs84, lat_wgs84)


def great_circle_m(a: Position, b: Position) -> float:
    """Distance over the sphere in metres (haversine). For geofences and checks, never for "nearest"."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = math.sin((lat_b - lat_a) / 2)
    half_lon = math.sin(math.radians(b.lon - a.lon) / 2)
    return (
        2
        * EARTH_RADIUS_M
        * math.asin(min(1.0, math.sqrt(half_lat * half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lon * half_lon)))
    )
