"""The tide from harmonic constants: curve, high and low waters, and when a berth has enough water."""

from tidehub.methods.tide.model import Constituent, Extreme, OperatorOffset, TideStation, Window, read_station
from tidehub.methods.tide.predict import (
    curve,
    height_m,
    heights_m,
    high_low_waters,
    lowest_m,
    next_open_at,
    next_tide_at,
    open_windows,
)

__all__ = [
    "Constituent",
    "Extreme",
    "OperatorOffset",
    "TideStation",
    "Window",
    "curve",
    "height_m",
    "heights_m",
    "high_low_waters",
    "lowest_m",
    "next_open_at",
    "next_tide_at",
    "open_windows",
    "read_station",
]
