"""Words of custody: amounts by kind, levels of balance, tolerances with their source."""

from __future__ import annotations

from typing import Literal

import msgspec

from tidehub.sdk import refusal_kind

Level = Literal["job", "trip", "facility", "run"]

RUN_TWICE = refusal_kind(
    "run_recorded_otherwise",
    zh="处理批次 {run_id} 已登记，内容不同",
    en="The run {run_id} is recorded already with another content",
    do_zh="如需更正，请以新的批次号登记并说明。",
    do_en="Record a correction as a run of its own and say why.",
    category="conflict",
)
RUN_EMPTY = refusal_kind(
    "run_without_input",
    zh="处理批次没有投入量",
    en="A run needs what went in",
    do_zh="请填写投入的种类和质量。",
    do_en="Give kind and mass of what went in.",
)
DISCREPANCY_CLOSED = refusal_kind(
    "discrepancy_closed",
    zh="差异单 {ticket_id} 已处理",
    en="The discrepancy {ticket_id} is resolved already",
    do_zh="请刷新列表。",
    do_en="Reload the list.",
    category="conflict",
)


class Amount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mass of one kind, grams."""

    kind: str
    mass_g: int


class Tolerance(msgspec.Struct, frozen=True):
    """How much may differ without a ticket: ``permille`` of what went in, and at least ``floor_g``."""

    permille: int
    floor_g: int
    source: str

    def allows(self, in_g: int, residual_g: int) -> bool:
        """Whether a residual may stand."""
        return abs(residual_g) <= max(in_g * self.permille // 1000, self.floor_g)


_HANDBOOK = "marine handbook of the scene, 11.4"
TOLERANCES: dict[Level, Tolerance] = {
    "job": Tolerance(300, 10_000, f"{_HANDBOOK}: warn above 30 % (small amounts: 10 kg, the pack's own floor)"),
    "trip": Tolerance(20, 5_000, "scale class III over a day's wet load; the pack's own"),
    "run": Tolerance(10, 2_000, "flow meter class 1; the pack's own"),
    "facility": Tolerance(0, 0, f"{_HANDBOOK}: no negative lot"),
}
JOB_LIMIT_G = 50_000
"""A job is also looked at above 50 kg, whatever the share (marine handbook, 11.4)."""
