"""Whether what a job has to take on board finds room: one stream group to a compartment, exact integers."""

from __future__ import annotations

from collections.abc import Sequence

from tidehub.kernel.quantities import Unit
from tidehub.methods.assignment import reasons
from tidehub.methods.assignment.model import Compartment, Need, Reason


def converted(amount: int, unit: Unit, into: Unit, density_kg_m3: int | None) -> int | None:
    """Turn an amount into another unit, rounded up; ``None`` where pieces or a missing density forbid it.

    1 kg/m3 = 1 mg/ml, so grams = ml * density / 1000.
    """
    if unit == into:
        return amount
    if "piece" in (unit, into) or not density_kg_m3:
        return None
    if unit == "ml":
        return -(-amount * density_kg_m3 // 1000)
    return -(-amount * 1000 // density_kg_m3)


def find_room(needs: Sequence[Need], compartments: Sequence[Compartment]) -> tuple[list[Reason], float]:
    """Load the needs into the compartments of their groups.

    Returns
    -------
    problems, fullness
        A reason for each group that finds no room; otherwise the share of the fullest compartment used, 0..1.
        A need of unknown amount asks for a compartment that is not full.
    """
    free = {compartment.compartment_id: compartment.free for compartment in compartments}
    used: set[str] = set()
    short: dict[str, Reason] = {}
    for need in needs:
        if not need.group or need.group in short:
            continue
        fits = [compartment for compartment in compartments if compartment.group == need.group]
        if not fits:
            short[need.group] = reasons.no_compartment(need.group)
            continue
        left, room = need.amount, 0
        for compartment in fits:
            here = free[compartment.compartment_id]
            there = _down(here, compartment.unit, need)
            if there is None:
                continue
            room += there
            take = min(left, there)
            if take or (not need.amount and here):
                used.add(compartment.compartment_id)
            back = converted(take, need.unit, compartment.unit, need.density_kg_m3)
            assert back is not None
            free[compartment.compartment_id] = max(0, here - back)
            left -= take
        if left > 0 or room == 0:
            asked = sum(other.amount for other in needs if other.group == need.group and other.unit == need.unit)
            short[need.group] = reasons.no_room(need.group, asked, _all_free(fits, need), need.unit)
    fullness = max(
        (
            1 - free[compartment.compartment_id] / compartment.capacity if compartment.capacity else 1.0
            for compartment in compartments
            if compartment.compartment_id in used
        ),
        default=0.0,
    )
    return list(short.values()), fullness


def _down(free: int, unit: Unit, need: Need) -> int | None:
    """Room in the unit of the need, rounded down."""
    if unit == need.unit:
        return free
    if "piece" in (unit, need.unit) or not need.density_kg_m3:
        return None
    if unit == "ml":
        return free * need.density_kg_m3 // 1000
    return free * 1000 // need.density_kg_m3


def _all_free(fits: Sequence[Compartment], need: Need) -> int:
    return sum(_down(compartment.free, compartment.unit, need) or 0 for compartment in fits)
