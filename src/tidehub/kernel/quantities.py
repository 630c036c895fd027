"""Quantities: an integer in a small unit, and the basis on which it is known.

Masses are grams and volumes millilitres, as integers, so that sums are exact and hashes stable.
Source of the bases: handbook of the scene, data model ``Q``; art. 3 of Regulation (EU) 2022/92 allows m = rho V.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from tidehub.kernel.errors import refusal_kind
from tidehub.kernel.money import round_half_up

Unit = Literal["g", "ml", "piece"]
Basis = Literal["declared", "estimated", "metered", "weighed", "derived"]

DENSITY_MISSING = refusal_kind(
    "density_missing",
    zh="体积换算为质量需要密度",
    en="A density is needed to turn a volume into a mass",
    do_zh="请填写密度（千克/立方米）。",
    do_en="Give the density in kg/m3.",
)


class Quantity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much, on what basis.

    Parameters
    ----------
    amount
        Non-negative integer in ``unit``.
    unit
        ``g`` gram, ``ml`` millilitre or ``piece``.
    basis
        How it is known: declared by the giver, estimated, metered, weighed, or derived from another.
    density_kg_m3
        Density used to turn a volume into a mass; 1 kg/m3 = 1 mg/ml.
    instrument_id, calibrated_on
        The scale or meter and its last calibration, when there was one.
    """

    amount: int
    unit: Unit
    basis: Basis
    density_kg_m3: int | None = None
    instrument_id: str | None = None
    calibrated_on: date | None = None


def mass_g(quantity: Quantity) -> int:
    """Mass in grams; a volume needs its density, pieces weigh nothing that is known.

    Raises
    ------
    Refusal
        ``density_missing`` for a volume without a density.
    """
    if quantity.unit == "g":
        return quantity.amount
    if quantity.unit == "piece":
        return 0
    if quantity.density_kg_m3 is None:
        raise DENSITY_MISSING("density_kg_m3")
    return round_half_up(quantity.amount * quantity.density_kg_m3, 1000)
