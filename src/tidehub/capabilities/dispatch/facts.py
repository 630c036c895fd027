"""What has happened in dispatch. Every fact of a job stands in the chain of its case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.dispatch.model import Manner
from tidehub.kernel.facts import Fact
from tidehub.kernel.geometry import Position
from tidehub.methods.assignment import Ranked, Rejected, ShortfallReason
from tidehub.methods.assignment.model import Change


class _OfCase(Fact, frozen=True, kw_only=True):
    case_id: str
    job_id: str

    @property
    def stream(self) -> str:
        """The case's chain."""
        return f"case/{self.case_id}"


class _Offer(_OfCase, frozen=True, kw_only=True):
    service: str
    task: str
    unit_id: str
    attempt: int
    position: Position
    region_code: str
    eta_s: int
    eta_at: datetime
    handling_s: int
    done_at: datetime
    timeout_s: int
    expires_at: datetime
    place_id: str | None = None
    needs: dict[str, Any] = msgspec.field(default_factory=dict)
    skills: tuple[str, ...] = ()
    demands: dict[str, Any] = msgspec.field(default_factory=dict)
    ranked: tuple[Ranked, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    mode: str = "automatic"
    queued_after: str | None = None
    retry_interval_s: int = 300
    arrival_radius_m: int = 150
    priority: int = 0


class JobOffered(_Offer, frozen=True, kw_only=True):
    """A unit has been asked. ``mode`` is the policy's, or ``by_hand`` after a duty officer's choice.

    ``overrides`` is the reason a duty officer gave for another choice than the first of the ranking, and
    ``override_cost_s`` how much later the unit he chose is there than the soonest would have been.
    """

    overrides: str | None = None
    override_cost_s: int | None = None


class JobProposed(_Offer, frozen=True, kw_only=True):
    """A duty officer has been asked whether (``propose``) or whom (``advise``) to send."""


class OfferExpired(_OfCase, frozen=True, kw_only=True):
    """The unit did not answer in time."""

    unit_id: str
    attempt: int


class JobWithdrawn(_OfCase, frozen=True, kw_only=True):
    """The job was taken back; ``unit_id`` is who had it or was being asked, if anybody.

    With ``reassigned`` it goes on at once with another unit, otherwise it is over.
    """

    unit_id: str | None
    reason: str
    reassigned: bool = False


class NoUnitFound(_OfCase, frozen=True, kw_only=True):
    """Nobody can take the job now.

    ``reasons`` carry codes (NoCandidates, AllBusy, LocationsTooStale, UnitsOffShift, BerthDry, NoRoom,
    Unreachable ...) and words; ``smallest_change`` what would make it possible; ``honest_eta_at`` when
    somebody will be there as things stand, with the reason for it in words.
    """

    service: str
    task: str
    round: int
    reasons: tuple[ShortfallReason, ...]
    next_try_at: datetime
    position: Position
    region_code: str
    place_id: str | None = None
    needs: dict[str, Any] = msgspec.field(default_factory=dict)
    skills: tuple[str, ...] = ()
    demands: dict[str, Any] = msgspec.field(default_factory=dict)
    retry_interval_s: int = 300
    arrival_radius_m: int = 150
    rejected: tuple[Rejected, ...] = ()
    smallest_change: Change | None = None
    honest_eta_at: datetime | None = None
    honest_zh: str = ""
    honest_en: str = ""
    priority: int = 0


class DispatchRetried(_OfCase, frozen=True, kw_only=True):
    """It is time to look again for a unit."""


class UnitPinned(_OfCase, frozen=True, kw_only=True):
    """The job is fixed to one unit, or no longer to any."""

    unit_id: str | None
    reason: str


class UnitForbidden(_OfCase, frozen=True, kw_only=True):
    """A duty officer does not want this unit for this job."""

    unit_id: str
    reason: str


class UnitAllowed(_OfCase, frozen=True, kw_only=True):
    """The unit may be asked for this job again."""

    unit_id: str


class UnitHeld(Fact, frozen=True, kw_only=True):
    """A unit is held in reserve."""

    unit_id: str
    reason: str
    until: datetime | None = None

    @property
    def stream(self) -> str:
        """The unit's own chain."""
        return f"unit/{self.unit_id}"


class UnitReleased(Fact, frozen=True, kw_only=True):
    """A unit may be asked again."""

    unit_id: str

    @property
    def stream(self) -> str:
        """The unit's own chain."""
        return f"unit/{self.unit_id}"


__all__ = [
    "DispatchRetried",
    "JobOffered",
    "JobProposed",
    "JobWithdrawn",
    "Manner",
    "NoUnitFound",
    "OfferExpired",
    "UnitAllowed",
    "UnitForbidden",
    "UnitHeld",
    "UnitPinned",
    "UnitReleased",
]
