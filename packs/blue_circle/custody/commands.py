"""What may be asked of custody."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from packs.blue_circle.custody.model import Amount, Level
from tidehub.sdk import PLATFORM_ONLY, Command, Rule, rule


class RecordRun(Command, frozen=True, kw_only=True):
    """Record a treatment run: what went in, what came out, what was lost.

    Parameters
    ----------
    run_id
        Given by the sender; the same run again has no second effect.
    inputs, outputs
        Grams by kind; outputs are products and residues (``water``, ``oil``, ``sludge``).
    loss_g
        Loss that the operator declares (evaporation, drain).
    device_id
        The treatment unit that told it, where one did.
    """

    run_id: str
    place_id: str
    inputs: tuple[Amount, ...]
    outputs: tuple[Amount, ...]
    loss_g: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    device_id: str = ""
    region_code: str = ""
    rule: ClassVar[Rule] = rule("quay_operator", "duty_officer")

    @property
    def stream(self) -> str:
        """The facility's chain."""
        return f"facility/{self.place_id}"


class OpenDiscrepancy(Command, frozen=True, kw_only=True):
    """Open a ticket for masses that do not agree."""

    ticket_id: str
    level: Level
    subject: str
    in_g: int
    out_g: int
    case_id: str = ""
    unit_id: str = ""
    kind: str = ""
    region_code: str = ""
    rule: ClassVar[Rule] = PLATFORM_ONLY

    @property
    def stream(self) -> str:
        """The case's chain, or the ticket's own."""
        return f"case/{self.case_id}" if self.case_id else f"discrepancy/{self.ticket_id}"


class ResolveDiscrepancy(Command, frozen=True, kw_only=True):
    """Say what a difference came from. Not by whoever did the work."""

    ticket_id: str
    case_id: str = ""
    resolution: str
    rule: ClassVar[Rule] = rule("checker", "shift_leader")

    @property
    def stream(self) -> str:
        """The case's chain, or the ticket's own."""
        return f"case/{self.case_id}" if self.case_id else f"discrepancy/{self.ticket_id}"
