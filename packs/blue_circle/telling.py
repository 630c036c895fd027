"""The words of this scene in its stories: treating a load, and whether the masses agree."""

from __future__ import annotations

import re
from typing import Any

from packs.blue_circle.custody import Amount, RecordRun
from tidehub.sdk import derived_id


async def treats(teller: Any, who: str, rest: str) -> None:
    """``treats oily_water 176.5 kg into water 168 kg, oil 6 kg, sludge 2.5 kg``."""
    into = rest.partition(" into ")
    inputs, outputs = (_amounts(part) for part in (into[0], into[2]))
    unit = teller.town.platform.registers.units.get(who) or next(
        iter(teller.town.platform.registers.units.all(kind="quay").values())
    )
    device = next(iter(teller.town.platform.registers.devices.all(kind="treatment").values()))
    await teller.town.ask(
        who,
        RecordRun(
            run_id=derived_id("run", teller.told.case_id, rest),
            place_id=device.place_id,
            inputs=inputs,
            outputs=outputs,
            ended_at=teller.town.clock.now(),
            region_code=unit.region_code,
        ),
    )


def _amounts(text: str) -> tuple[Amount, ...]:
    found = re.findall(r"([a-z_]+) (\d+(?:\.\d+)?) kg", text)
    return tuple(Amount(kind, round(float(kg) * 1000)) for kind, kg in found)


async def balanced(teller: Any, _rest: str) -> str:
    """No ticket was opened by what has just happened."""
    opened = [one.fact for one in teller.told.fresh if one.kind == "DiscrepancyOpened"]
    return "" if not opened else f"{len(opened)} tickets were opened: {[(one.level, one.residual_g) for one in opened]}"


async def ticket(teller: Any, level: str) -> str:
    """A ticket of this level was opened by what has just happened."""
    levels = [one.fact.level for one in teller.told.fresh if one.kind == "DiscrepancyOpened"]
    return "" if level in levels else f"tickets were opened for {levels}"
