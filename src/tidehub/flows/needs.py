"""From the values of a case to what a job has to take on board."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any

from tidehub.capabilities.dispatch.model import NeedRules
from tidehub.kernel.quantities import Unit
from tidehub.methods.assignment import Need

_UNITS: dict[str, tuple[Unit, int]] = {
    "g": ("g", 1),
    "kg": ("g", 1000),
    "t": ("g", 1_000_000),
    "ml": ("ml", 1),
    "l": ("ml", 1000),
    "m3": ("ml", 1_000_000),
    "piece": ("piece", 1),
}


def needs_of(values: Mapping[str, Any], rules: NeedRules) -> tuple[Need, ...]:
    """Read the lines of a case, in the order they were declared.

    An amount that cannot be read counts as unknown: the boat then needs room of that group, and the crew
    weigh it. Refusing a report for it is the form's matter, not dispatch's.
    """
    needs: list[Need] = []
    listed = values.get(rules.lines_from) if rules.lines_from else None
    if isinstance(listed, list | tuple):
        for place, line in enumerate(listed, 1):
            if isinstance(line, Mapping) and line.get("kind"):
                line_id = str(line.get("line_id") or place)
                unit = str(line.get("unit") or "g")
                needs.append(_need(line_id, str(line["kind"]), line.get("amount"), unit, rules))
    for name, field in rules.fields.items():
        answer = values.get(name)
        if answer not in (None, "", 0, "0"):
            needs.append(_need(name, field.kind, answer, field.unit, rules))
    return tuple(needs)


def skills_of(values: Mapping[str, Any], rules: NeedRules) -> tuple[str, ...]:
    """Skills the case itself asks for."""
    wanted = values.get(rules.skills_from) if rules.skills_from else None
    return tuple(str(one) for one in wanted) if isinstance(wanted, list | tuple) else ()


def _need(line_id: str, kind: str, amount: Any, unit: str, rules: NeedRules) -> Need:
    rule = rules.kinds.get(kind)
    small, factor = _UNITS.get(unit, ("g", 1))
    return Need(
        line_id=line_id,
        kind=kind,
        group=rule.group if rule is not None else "",
        amount=_amount(amount, factor),
        unit=small,
        density_kg_m3=rule.density_kg_m3 if rule is not None else None,
    )


def _amount(given: Any, factor: int) -> int:
    if given is None or isinstance(given, bool):
        return 0
    try:
        value = Decimal(str(given)) * factor
    except InvalidOperation:
        return 0
    return max(0, int(value.to_integral_value(ROUND_CEILING))) if value.is_finite() else 0
