"""A local map in whole centimetres: transverse Mercator on WGS 84 around the middle of the chart.

Whole centimetres make every geometric decision exact: with coordinates up to 3e7 cm the products of an
orientation test stay below 2**53, so float64 holds them without rounding, and so does int64.

Source: Krüger's series in n to the fourth order (Karney 2011, J. Geodesy 85, 475-485, eqs. 7-26); below 1 mm
here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tidehub.methods.routing.model import CHART_TOO_LARGE

Array = NDArray[np.float64]

CM_MAX = 3.0e7
"""Farthest from the centre, centimetres: (2 * 3e7)**2 * 2 = 7.2e15 < 2**53 = 9.007e15."""

_A_M = 6_378_137.0
_F = 1.0 / 298.257223563
_N = _F / (2.0 - _F)
_E = math.sqrt(_F * (2.0 - _F))
_RECTIFYING_M = _A_M / (1.0 + _N) * (1.0 + _N**2 / 4.0 + _N**4 / 64.0)
_ALPHA = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16 + 41 * _N**4 / 180,
    13 * _N**2 / 48 - 3 * _N**3 / 5 + 557 * _N**4 / 1440,
    61 * _N**3 / 240 - 103 * _N**4 / 140,
    49561 * _N**4 / 161280,
)
_BETA = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440,
    17 * _N**3 / 480 - 37 * _N**4 / 840,
    4397 * _N**4 / 161280,
)


class LocalMap:
    """East and north of a centre, in centimetres.

    Parameters
    ----------
    lon, lat
        The centre, WGS 84 degrees. Its meridian has scale 1; 50 km off it lengths are 3e-5 too long.
    """

    def __init__(self, lon: float, lat: float) -> None:
        self.lon = lon
        self.lat = lat
        self._north_0_m = 0.0
        self._north_0_m = self._forward(lon, lat)[1]

    def grid(self, lon: float, lat: float) -> tuple[float, float]:
        """Nearest grid point of a place: whole centimetres as floats."""
        east_m, north_m = self._forward(lon, lat)
        return float(round(east_m * 100.0)), float(round(north_m * 100.0))

    def grid_all(self, lon_lat: Array) -> Array:
        """Nearest grid points, shape ``(n, 2)`` in and out.

        Raises
        ------
        Refusal
            ``chart_too_large`` when one lies more than 300 km from the centre.
        """
        plane = np.rint(self._forward_all(lon_lat) * 100.0)
        extent = float(np.abs(plane).max(initial=0.0))
        if not extent <= CM_MAX:
            raise CHART_TOO_LARGE(None, extent_km=round(extent / 1e5), limit_km=round(CM_MAX / 1e5))
        return plane

    def _forward(self, lon: float, lat: float) -> tuple[float, float]:
        phi, d_lambda = math.radians(lat), math.radians((lon - self.lon + 180.0) % 360.0 - 180.0)
        sin_phi = math.sin(phi)
        t = math.sinh(math.atanh(sin_phi) - _E * math.atanh(_E * sin_phi))
        xi = math.atan2(t, math.cos(d_lambda))
        eta = math.asinh(math.sin(d_lambda) / math.hypot(t, math.cos(d_lambda)))
        east, north = eta, xi
        for j, alpha in enumerate(_ALPHA, 1):
            north += alpha * math.sin(2 * j * xi) * math.cosh(2 * j * eta)
            east += alpha * math.cos(2 * j * xi) * math.sinh(2 * j * eta)
        return _RECTIFYING_M * east, _RECTIFYING_M * north - self._north_0_m

    def _forward_all(self, lon_lat: Array) -> Array:
        phi = np.radians(lon_lat[:, 1])
        d_lambda = np.radians((lon_lat[:, 0] - self.lon + 180.0) % 360.0 - 180.0)
        sin_phi = np.sin(phi)
        t = np.sinh(np.arctanh(sin_phi) - _E * np.arctanh(_E * sin_phi))
        xi = np.arctan2(t, np.cos(d_lambda))
        eta = np.arcsinh(np.sin(d_lambda) / np.hypot(t, np.cos(d_lambda)))
        east, north = eta.copy(), xi.copy()
        for j, alpha in enumerate(_ALPHA, 1):
            north += alpha * np.sin(2 * j * xi) * np.cosh(2 * j * eta)
            east += alpha * np.cos(2 * j * xi) * np.sinh(2 * j * eta)
        return np.column_stack([_RECTIFYING_M * east, _RECTIFYING_M * north - self._north_0_m])

    def lon_lat_all(self, plane_cm: Array) -> Array:
        """Longitude and latitude of grid points, degrees; shape ``(n, 2)`` in and out."""
        xi = (plane_cm[:, 1] / 100.0 + self._north_0_m) / _RECTIFYING_M
        eta = plane_cm[:, 0] / 100.0 / _RECTIFYING_M
        xi_s, eta_s = xi.copy(), eta.copy()
        for j, beta in enumerate(_BETA, 1):
            xi_s -= beta * np.sin(2 * j * xi) * np.cosh(2 * j * eta)
            eta_s -= beta * np.cos(2 * j * xi) * np.sinh(2 * j * eta)
        sin_chi = np.sin(xi_s) / np.cosh(eta_s)
        psi = np.arctanh(sin_chi)
        sin_phi = sin_chi
        for _ in range(6):  # a contraction by e**2 = 0.0067: 1e-13 after six steps
            sin_phi = np.tanh(psi + _E * np.arctanh(_E * sin_phi))
        d_lambda = np.arctan2(np.sinh(eta_s), np.cos(xi_s))
        lon = (self.lon + np.degrees(d_lambda) + 180.0) % 360.0 - 180.0
        return np.column_stack([lon, np.degrees(np.arcsin(sin_phi))])

    def lon_lat(self, point_cm: Sequence[float]) -> tuple[float, float]:
        """Longitude and latitude of one grid point, degrees."""
        lon, lat = self.lon_lat_all(np.array([point_cm], dtype=np.float64))[0]
        return float(lon), float(lat)
