"""Berths: each can be reached from the others by water, or its entry says why not (``no_water_way``)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from tidehub.kernel.geometry import Position
from tidehub.methods.routing import Unreachable, travel_matrix
from tidehub.packing.chart import Harbour
from tidehub.packing.check.finding import Finding, House
from tidehub.packing.model import Pack

FILE = "data/berths.json"


def check(pack: Pack, _house: House) -> Iterator[Finding]:
    """Ways between the berths for the shallowest boat of the demo, at chart datum, else by the tide."""
    path = pack.folder / "data" / "berths.json"
    if pack.harbour is None or not path.is_file():
        return
    berths: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    places = [Position(berth["lon"], berth["lat"]) for berth in berths]
    draught_m = shallowest_m(pack)
    water = pack.harbour.chart.water(draught_m=draught_m)
    lengths = travel_matrix(water, places, places).length_m
    hub = max(range(len(places)), key=lambda row: sum(map(math.isfinite, lengths[row])), default=0)
    for column, berth in enumerate(berths):
        reached = math.isfinite(lengths[hub, column])
        said = str(berth.get("no_water_way", "")).strip()
        if not reached and not said:
            yield _unreached(pack.harbour, draught_m, berths[hub], berth)
        elif reached and said:
            yield Finding(
                "harbour",
                f"{FILE}: {berth['id']}",
                "写着不能由水路到达，其实可以",
                "it says that there is no way by water, but there is one",
                "删去 no_water_way",
                "take no_water_way out",
            )


def shallowest_m(pack: Pack) -> float:
    """Draught of the demo's shallowest boat, metres; 0 where there is none."""
    registers = pack.world.get("registers", {})
    craft = registers.get("craft", {}) if isinstance(registers, dict) else {}
    draughts = [one["draught_m"] for one in craft.values() if isinstance(one, dict) and one.get("draught_m")]
    return float(min(draughts, default=0.0))


def _unreached(harbour: Harbour, draught_m: float, hub: dict[str, Any], berth: dict[str, Any]) -> Finding:
    answer = harbour.chart.plan(
        Position(hub["lon"], hub["lat"]),
        Position(berth["lon"], berth["lat"]),
        draught_m=draught_m,
        tide_m_max=harbour.station.hat_m if harbour.station else None,
    )
    zh, en = (answer.zh, answer.en) if isinstance(answer, Unreachable) else ("仅在大间距时不通", "only far off shore")
    by_tide = isinstance(answer, Unreachable) and answer.code == "too_shallow"
    return Finding(
        "harbour",
        f"{FILE}: {berth['id']}",
        f"从 {hub['id']} 由水路到不了（{zh}）",
        f"it cannot be reached by water from {hub['id']} ({en})",
        "改正坐标，补画航道（fairways），或用 no_water_way 写明原因",
        "correct the position, add a fairway, or say why in no_water_way",
        "info" if by_tide else "error",
    )
