"""What has happened to a team case. Every fact of it stands in the chain of its case."""

from __future__ import annotations

from datetime import datetime

from tidehub.capabilities.dispatch.mobilisation.model import Loan, Payer, SlotPlan, TeamSlot
from tidehub.kernel.facts import Fact
from tidehub.kernel.geometry import Position
from tidehub.methods.assignment import ShortfallReason


class MobilisationFact(Fact, frozen=True, kw_only=True):
    """What all facts of a team case have in common."""

    case_id: str
    mobilisation_id: str

    @property
    def stream(self) -> str:
        """The case's chain."""
        return f"case/{self.case_id}"


class MobilisationStarted(MobilisationFact, frozen=True, kw_only=True):
    """Several teams are called for one case; its clock runs for all of them.

    Parameters
    ----------
    staging_place_id, staging_position
        Where they gather before they go in together; without it they go to the scene.
    lead_unit_id
        Who leads.
    plan
        Who could take each slot, with every figure the choice was made by.
    last_arrival_s
        When the last of those chosen would be there.
    zh, en
        The plan in words.
    """

    service: str
    region_code: str
    position: Position
    slots: tuple[TeamSlot, ...]
    plan: tuple[SlotPlan, ...]
    arrive_within_s: int
    consent_s: int
    ask_at_once: int
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


class ConsentAsked(MobilisationFact, frozen=True, kw_only=True):
    """The commander of another's unit is asked to lend it; silence counts as no after ``deadline_at``."""

    slot_id: str
    unit_id: str
    owner: str
    region_code: str
    eta_s: int
    deadline_at: datetime


class ConsentGiven(MobilisationFact, frozen=True, kw_only=True):
    """The unit is lent."""

    slot_id: str
    unit_id: str
    owner: str
    note: str = ""


class ConsentRefused(MobilisationFact, frozen=True, kw_only=True):
    """The unit is not lent, and why."""

    slot_id: str
    unit_id: str
    owner: str
    reason: str


class ConsentLapsed(MobilisationFact, frozen=True, kw_only=True):
    """The commander did not answer in time."""

    slot_id: str
    unit_id: str
    owner: str


class ConsentWithdrawn(MobilisationFact, frozen=True, kw_only=True):
    """The question is taken back: another was quicker, or nobody is needed any more."""

    slot_id: str
    unit_id: str
    owner: str
    reason: str


class SlotFilled(MobilisationFact, frozen=True, kw_only=True):
    """A unit has the slot; it is sent at once, as the job ``job_id``."""

    slot_id: str
    unit_id: str
    job_id: str
    owner: str
    lent: bool
    eta_s: int


class SlotUnfilled(MobilisationFact, frozen=True, kw_only=True):
    """Nobody is found for the slot now, and why; it is looked at again at ``next_try_at``."""

    slot_id: str
    reasons: tuple[ShortfallReason, ...]
    next_try_at: datetime


class SlotReopened(MobilisationFact, frozen=True, kw_only=True):
    """The slot needs another unit: the one before was lost or nobody consented; with the new ranking."""

    slot_id: str
    lost_unit_id: str | None
    reason: str
    plan: SlotPlan


class SlotRetried(MobilisationFact, frozen=True, kw_only=True):
    """It is time to look again for a unit for the slot."""

    slot_id: str


class TeamsAssembled(MobilisationFact, frozen=True, kw_only=True):
    """The last team is there.

    Parameters
    ----------
    first_s, last_s
        Seconds from the call to the first and to the last arrival.
    in_time
        Whether the last came within the promise.
    """

    first_s: int
    last_s: int
    in_time: bool
    last_unit_id: str


class MobilisationEnded(MobilisationFact, frozen=True, kw_only=True):
    """Everybody goes home; units that were lent return to their owners by this."""

    reason: str
    loans: tuple[Loan, ...]


FACTS = (
    MobilisationStarted,
    ConsentAsked,
    ConsentGiven,
    ConsentRefused,
    ConsentLapsed,
    ConsentWithdrawn,
    SlotFilled,
    SlotUnfilled,
    SlotReopened,
    SlotRetried,
    TeamsAssembled,
    MobilisationEnded,
)
