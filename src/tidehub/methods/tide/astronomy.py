"""Equilibrium arguments and nodal factors of tidal constituents.

A constituent's argument is a whole-number combination of six astronomical angles and a quarter-turn phase;
the 18.6-year wobble of the moon's path stretches it by ``f`` and shifts it by ``u``.

Source: mean longitudes from Meeus 1998, "Astronomical Algorithms", chapters 22, 25 and 47; arguments from
Doodson 1921; ``f`` and ``u`` from Schureman 1958, "Manual of Harmonic Analysis and Prediction of Tides", in
the series of Doodson and Warburg 1941. Universal time is taken for dynamical time (70 s, 0.01 degrees of the
moon).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_J2000_US = 946_728_000_000_000  # 2000-01-01T12:00:00Z
_CENTURY_US = 36_525 * 86_400_000_000
_DAY_US = 86_400_000_000


class Angles(NamedTuple):
    """Degrees: lunar time tau, mean longitudes of moon s, sun h, lunar perigee p, node, solar perigee p1."""

    tau: Array
    s: Array
    h: Array
    p: Array
    node: Array
    p1: Array


def angles(at_us: NDArray[np.int64]) -> Angles:
    """Astronomical angles at instants given in microseconds since 1970, UTC."""
    t = (at_us - _J2000_US) / _CENTURY_US
    s = 218.3164477 + 481267.88123421 * t - 0.0015786 * t * t
    h = 280.46646 + 36000.76983 * t + 0.0003032 * t * t
    p = 83.3532465 + 4069.0137287 * t - 0.01032 * t * t
    node = 125.0445479 - 1934.1362891 * t + 0.0020754 * t * t
    p1 = 282.93735 + 1.71946 * t
    hour_angle = (at_us % _DAY_US) * (360.0 / _DAY_US)
    return Angles(hour_angle + h - s, s, h, p, node, p1)


class Kind(NamedTuple):
    """Doodson multipliers of tau, s, h, p and p1, phase in degrees, and whose nodal factors apply."""

    tau: int
    s: int
    h: int
    p: int
    p1: int
    phase_deg: float
    nodal: str


KINDS: dict[str, Kind] = {
    "SA": Kind(0, 0, 1, 0, 0, 0.0, ""),
    "SSA": Kind(0, 0, 2, 0, 0, 0.0, ""),
    "Q1": Kind(1, -2, 0, 1, 0, -90.0, "O1"),
    "O1": Kind(1, -1, 0, 0, 0, -90.0, "O1"),
    "P1": Kind(1, 1, -2, 0, 0, -90.0, ""),
    "K1": Kind(1, 1, 0, 0, 0, 90.0, "K1"),
    "2N2": Kind(2, -2, 0, 2, 0, 0.0, "M2"),
    "MU2": Kind(2, -2, 2, 0, 0, 0.0, "M2"),
    "N2": Kind(2, -1, 0, 1, 0, 0.0, "M2"),
    "NU2": Kind(2, -1, 2, -1, 0, 0.0, "M2"),
    "M2": Kind(2, 0, 0, 0, 0, 0.0, "M2"),
    "LAMBDA2": Kind(2, 1, -2, 1, 0, 180.0, "M2"),
    "L2": Kind(2, 1, 0, -1, 0, 180.0, "L2"),
    "T2": Kind(2, 2, -3, 0, 1, 0.0, ""),
    "S2": Kind(2, 2, -2, 0, 0, 0.0, ""),
    "K2": Kind(2, 2, 0, 0, 0, 0.0, "K2"),
    "M4": Kind(4, 0, 0, 0, 0, 0.0, "M2 M2"),
    "MS4": Kind(4, 2, -2, 0, 0, 0.0, "M2"),
}

_RATES = (
    14.492052140,
    0.549016517,
    0.041068640,
    0.004641831,
    0.000001961,
)  # degrees an hour: tau, s, h, p, p1


def speed_deg_per_h(name: str) -> float:
    """Mean speed of a constituent, degrees an hour."""
    kind = KINDS[name]
    return sum(n * rate for n, rate in zip(kind[:5], _RATES, strict=True))


def argument_deg(name: str, at: Angles) -> Array:
    """Equilibrium argument ``V`` at Greenwich, degrees."""
    kind = KINDS[name]
    result: Array = kind.tau * at.tau + kind.s * at.s + kind.h * at.h + kind.p * at.p + kind.p1 * at.p1 + kind.phase_deg
    return result


def nodal(name: str, at: Angles) -> tuple[Array, Array]:
    """Nodal factor ``f`` and angle ``u`` in degrees."""
    factor, angle = np.ones_like(at.node), np.zeros_like(at.node)
    for part in KINDS[name].nodal.split():
        f, u = _nodal_of(part, at)
        factor, angle = factor * f, angle + u
    return factor, angle


def _nodal_of(name: str, at: Angles) -> tuple[Array, Array]:
    n = np.radians(at.node)
    c1, c2, c3 = np.cos(n), np.cos(2 * n), np.cos(3 * n)
    s1, s2, s3 = np.sin(n), np.sin(2 * n), np.sin(3 * n)
    if name == "M2":
        return 1.0004 - 0.0373 * c1 + 0.0002 * c2, -2.14 * s1
    if name == "O1":
        return 1.0089 + 0.1871 * c1 - 0.0147 * c2 + 0.0014 * c3, 10.80 * s1 - 1.34 * s2 + 0.19 * s3
    if name == "K1":
        return 1.0060 + 0.1150 * c1 - 0.0088 * c2 + 0.0006 * c3, -8.86 * s1 + 0.68 * s2 - 0.07 * s3
    if name == "K2":
        return 1.0241 + 0.2863 * c1 + 0.0083 * c2 - 0.0015 * c3, -17.74 * s1 + 0.68 * s2 - 0.04 * s3
    assert name == "L2", name
    p = 2 * np.radians(at.p)
    east = 1 - 0.2505 * np.cos(p) - 0.1102 * np.cos(p - n) - 0.0156 * np.cos(p - 2 * n) - 0.037 * c1
    north = -0.2505 * np.sin(p) - 0.1102 * np.sin(p - n) - 0.0156 * np.sin(p - 2 * n) - 0.037 * s1
    return np.hypot(east, north), np.degrees(np.arctan2(north, east))
