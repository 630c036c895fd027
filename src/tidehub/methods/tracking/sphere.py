"""Small spherical geometry on plain floats: degrees in WGS 84, metres, degrees from true north."""

from __future__ import annotations

import math

from tidehub.kernel.geometry import EARTH_RADIUS_M

_RAD = math.pi / 180.0


def distance_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Great-circle distance in metres (haversine): well-conditioned from millimetres to half the globe."""
    half_lat = math.sin((lat_b - lat_a) * _RAD / 2.0)
    half_lon = math.sin((lon_b - lon_a) * _RAD / 2.0)
    chord = half_lat * half_lat + math.cos(lat_a * _RAD) * math.cos(lat_b * _RAD) * half_lon * half_lon
    return 2.0 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def offset_m(lon_0: float, lat_0: float, lon: float, lat: float) -> tuple[float, float]:
    """East and north of a near place from an origin, in metres on the tangent plane.

    Good to 0.1 % within some 50 km; the shorter way round is taken over the antimeridian.
    """
    d_lon = (lon - lon_0 + 180.0) % 360.0 - 180.0
    mean_lat = (lat + lat_0) / 2.0
    return d_lon * _RAD * EARTH_RADIUS_M * math.cos(mean_lat * _RAD), (lat - lat_0) * _RAD * EARTH_RADIUS_M


def between(lon_a: float, lat_a: float, lon_b: float, lat_b: float, share: float) -> tuple[float, float]:
    """Place at ``share`` (0..1) of the way from a to b, linear in degrees, the shorter way round."""
    d_lon = (lon_b - lon_a + 180.0) % 360.0 - 180.0
    lon = (lon_a + share * d_lon + 180.0) % 360.0 - 180.0
    return lon, lat_a + share * (lat_b - lat_a)


def is_possible(lon: float, lat: float) -> bool:
    """Whether such a place exists: finite, within -180..180 and -90..90 (AIS says 181 and 91 for
    "unknown")."""
    return -180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0  # false for NaN as well
