"""What has happened in custody."""

from __future__ import annotations

from datetime import datetime

from packs.blue_circle.custody.model import Amount, Level
from tidehub.sdk import Fact


class RunRecorded(Fact, frozen=True, kw_only=True):
    """A treatment run is in the books of its facility."""

    run_id: str
    place_id: str
    inputs: tuple[Amount, ...]
    outputs: tuple[Amount, ...]
    loss_g: int
    ended_at: datetime
    started_at: datetime | None = None
    device_id: str = ""
    region_code: str = ""

    @property
    def stream(self) -> str:
        """The facility's chain."""
        return f"facility/{self.place_id}"


class _OfTicket(Fact, frozen=True, kw_only=True):
    ticket_id: str
    case_id: str = ""

    @property
    def stream(self) -> str:
        """The case's chain, or the ticket's own."""
        return f"case/{self.case_id}" if self.case_id else f"discrepancy/{self.ticket_id}"


class DiscrepancyOpened(_OfTicket, frozen=True, kw_only=True):
    """Masses do not agree: ``residual_g = in_g - out_g`` is beyond ``tolerance_g``."""

    level: Level
    subject: str
    in_g: int
    out_g: int
    residual_g: int
    tolerance_g: int
    source: str
    unit_id: str = ""
    kind: str = ""
    region_code: str = ""


class DiscrepancyResolved(_OfTicket, frozen=True, kw_only=True):
    """Somebody who did not do the work has said what it came from."""

    resolution: str


FACTS: tuple[type[Fact], ...] = (RunRecorded, DiscrepancyOpened, DiscrepancyResolved)
