"""What a team case is made of: slots, the policy of a service for teams, candidates."""

from __future__ import annotations

from typing import Literal

import msgspec

from tidehub.methods.assignment import Ranked, Rejected, ShortfallReason

Payer = Literal["lead", "lender", "county"]


class TeamSlot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One team that a case needs.

    Parameters
    ----------
    slot_id
        Its name within the case, e.g. ``panqiao``.
    title
        For people, ``{zh: ..., en: ...}``.
    jurisdiction
        Region in which the team must be entitled; empty: any, for a team from elsewhere is lent.
    skills, kinds
        What it must be able to do, and of which kind it must be; empty kinds: as the service says.
    """

    slot_id: str
    title: dict[Literal["zh", "en"], str] = {}
    jurisdiction: str = ""
    skills: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.slot_id:
            raise ValueError("slot_id must not be empty")


class TeamPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a service calls several teams: the block ``teams:`` of a service in ``dispatch.yaml``.

    Parameters
    ----------
    slots
        The teams a case needs unless the caller says otherwise.
    consent_s
        How long a lending commander may think before the next is asked.
    ask_at_once
        How many lenders are asked side by side for one slot; the first to consent lends.
    arrive_within_s
        The promise for the last team, from the call.
    payer
        Who pays for teams that are lent: the lead, the lender, or the county.
    legal_basis
        The rule by which teams of other jurisdictions may be called, kept with every loan.
    """

    slots: tuple[TeamSlot, ...] = ()
    consent_s: int = 120
    ask_at_once: int = 2
    arrive_within_s: int = 900
    payer: Payer = "lead"
    legal_basis: str = ""

    def __post_init__(self) -> None:
        if self.consent_s < 5:
            raise ValueError("consent_s must be at least 5")
        if self.ask_at_once < 1:
            raise ValueError("ask_at_once must be at least 1")
        if self.arrive_within_s < 60:
            raise ValueError("arrive_within_s must be at least 60")
        if len({slot.slot_id for slot in self.slots}) != len(self.slots):
            raise ValueError("slots must have different slot_id")


class Candidate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A unit that could take a slot.

    Parameters
    ----------
    ranked
        The parts of its time.
    owner
        Whose it is: the office it belongs to, or its region.
    region_code
        Where it belongs.
    lent
        Whether it is another's, so that its commander must consent.
    """

    ranked: Ranked
    owner: str
    region_code: str
    lent: bool = False

    @property
    def unit_id(self) -> str:
        """Which unit."""
        return self.ranked.unit_id


class SlotPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who could take a slot, the chosen one first, the others as substitutes; and why the rest could not."""

    slot_id: str
    candidates: tuple[Candidate, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    reasons: tuple[ShortfallReason, ...] = ()


class Loan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A unit that was lent, and for how long; ``payer`` pays for it."""

    unit_id: str
    slot_id: str
    owner: str
    lent_s: int
    payer: Payer
    legal_basis: str
