"""Subsidies under a dated tariff: pure arithmetic in integer fen. See :func:`compute_subsidy`."""

from tidehub.methods.subsidy.compute import MEASURE_MISSING, cap_keys, compute_subsidy, period_of
from tidehub.methods.subsidy.model import (
    Cap,
    CapTotal,
    CapUse,
    ClaimLine,
    Rate,
    Tariff,
    Working,
    WorkingLine,
)

__all__ = [
    "MEASURE_MISSING",
    "Cap",
    "CapTotal",
    "CapUse",
    "ClaimLine",
    "Rate",
    "Tariff",
    "Working",
    "WorkingLine",
    "cap_keys",
    "compute_subsidy",
    "period_of",
]
