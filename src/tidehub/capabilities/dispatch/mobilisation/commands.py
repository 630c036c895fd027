"""What may be asked about a team case."""

from __future__ import annotations

from typing import ClassVar

from tidehub.capabilities.dispatch.mobilisation.model import Payer, SlotPlan, TeamSlot
from tidehub.kernel.access import PLATFORM_ONLY, Rule, rule
from tidehub.kernel.facts import Command
from tidehub.kernel.geometry import Position

CALLER = rule("duty_officer", "shift_leader", "unit_staff")
COMMANDER = rule("duty_officer", "shift_leader", relations=["responsible_unit"])


class MobilisationCommand(Command, frozen=True, kw_only=True):
    """What all commands of a team case have in common."""

    case_id: str
    mobilisation_id: str
    rule: ClassVar[Rule] = PLATFORM_ONLY

    @property
    def stream(self) -> str:
        """The case's chain."""
        return f"case/{self.case_id}"


class StartMobilisation(MobilisationCommand, frozen=True, kw_only=True):
    """Call several teams for one case; the plan says who could take each slot."""

    service: str
    region_code: str
    position: Position
    slots: tuple[TeamSlot, ...]
    plan: tuple[SlotPlan, ...]
    arrive_within_s: int
    consent_s: int
    ask_at_once: int
    retry_interval_s: int
    payer: Payer
    legal_basis: str
    reason: str = ""
    place_id: str | None = None
    staging_place_id: str | None = None
    staging_position: Position | None = None
    lead_unit_id: str | None = None
    last_arrival_s: int | None = None
    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    rule: ClassVar[Rule] = CALLER


class FillSlot(MobilisationCommand, frozen=True, kw_only=True):
    """Look for another unit for a slot: the one before was lost, or nobody of those asked consented."""

    plan: SlotPlan
    reason: str
    retry_interval_s: int
    lost_unit_id: str | None = None
    rule: ClassVar[Rule] = PLATFORM_ONLY


class _OfSlot(MobilisationCommand, frozen=True, kw_only=True):
    slot_id: str
    unit_id: str


class GiveConsent(_OfSlot, frozen=True, kw_only=True):
    """Lend a unit that one commands. The first of those asked for a slot lends; late is taken while it is open."""

    note: str = ""
    rule: ClassVar[Rule] = COMMANDER


class RefuseConsent(_OfSlot, frozen=True, kw_only=True):
    """Do not lend a unit that one commands, with the reason."""

    reason: str
    rule: ClassVar[Rule] = COMMANDER


class LapseConsent(_OfSlot, frozen=True, kw_only=True):
    """The commander has not answered in time. Asked by the timer; one answered meanwhile is left alone."""

    rule: ClassVar[Rule] = PLATFORM_ONLY


class RetrySlot(MobilisationCommand, frozen=True, kw_only=True):
    """Look again for a unit for a slot that nobody could take."""

    slot_id: str
    rule: ClassVar[Rule] = CALLER


class NoteAssembly(MobilisationCommand, frozen=True, kw_only=True):
    """See whether the last team is there. Asked after every arrival."""

    rule: ClassVar[Rule] = PLATFORM_ONLY


class EndMobilisation(MobilisationCommand, frozen=True, kw_only=True):
    """Send everybody home; units that were lent return to their owners."""

    reason: str
    rule: ClassVar[Rule] = CALLER
