"""What a decision about a team case is made from."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from tidehub.capabilities.dispatch.mobilisation.facts import MobilisationStarted

SlotState = Literal["asking", "filled", "unfilled"]


class SlotRow(msgspec.Struct, frozen=True):
    """A slot as it stands."""

    slot_id: str
    state: SlotState
    job_id: str
    unit_id: str | None = None
    owner: str = ""
    lent: bool = False
    eta_s: int | None = None
    filled_at: datetime | None = None
    accepted_at: datetime | None = None
    set_out_at: datetime | None = None
    arrived_at: datetime | None = None
    done_at: datetime | None = None


class ConsentRow(msgspec.Struct, frozen=True):
    """One commander asked for one unit: ``asked``, ``given``, ``refused``, ``lapsed`` or ``withdrawn``."""

    slot_id: str
    unit_id: str
    owner: str
    region_code: str
    state: str
    eta_s: int
    asked_at: datetime
    deadline_at: datetime
    answered_at: datetime | None = None
    by: str | None = None
    reason: str = ""


class Mobilisation(msgspec.Struct, frozen=True):
    """A team case: how it was started, and how its slots and consents stand.

    Parameters
    ----------
    state
        ``calling``, ``assembled`` or ``ended``.
    started
        The fact that started it.
    """

    mobilisation_id: str
    case_id: str
    state: str
    started: MobilisationStarted
    started_at: datetime
    slots: tuple[SlotRow, ...] = ()
    consents: tuple[ConsentRow, ...] = ()
    assembled_at: datetime | None = None
    ended_at: datetime | None = None

    def slot(self, slot_id: str) -> SlotRow | None:
        """One slot."""
        return next((one for one in self.slots if one.slot_id == slot_id), None)

    def consent(self, slot_id: str, unit_id: str) -> ConsentRow | None:
        """What was asked about one unit for one slot."""
        return next((one for one in self.consents if (one.slot_id, one.unit_id) == (slot_id, unit_id)), None)

    def asked(self, slot_id: str) -> tuple[ConsentRow, ...]:
        """Commanders whose answer for a slot is awaited."""
        return tuple(one for one in self.consents if one.slot_id == slot_id and one.state == "asked")

    def barred(self, slot_id: str) -> frozenset[str]:
        """Units that a slot cannot have: they have another, are asked for another, or were not lent for it."""
        elsewhere = {one.unit_id for one in self.slots if one.slot_id != slot_id and one.unit_id is not None}
        elsewhere |= {one.unit_id for one in self.consents if one.slot_id != slot_id and one.state == "asked"}
        refused = {
            one.unit_id for one in self.consents if one.slot_id == slot_id and one.state in ("refused", "lapsed")
        }
        return frozenset(elsewhere | refused)
