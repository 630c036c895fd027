"""What a decision about a job is made from: the job, the units it touches, who has been asked before."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from tidehub.kernel.geometry import Position
from tidehub.methods.assignment import Ranked, Rejected

JobState = Literal["waiting", "no_unit", "proposed", "offered", "accepted", "done", "withdrawn"]
OVER: frozenset[str] = frozenset({"done", "withdrawn"})
STAGES = ("draft", "approved", "sent", "received", "accepted", "under_way", "arrived", "done")
"""The way of a job with one unit, each stage with its time and actor."""


class JobRow(msgspec.Struct, frozen=True):
    """A job as dispatch keeps it.

    Parameters
    ----------
    forbidden
        Units that a duty officer does not want for it, with the reason.
    stage
        How far it has come, in the words of ``STAGES``; empty while nobody has been found.
    """

    job_id: str
    case_id: str
    service: str
    task: str
    state: JobState
    unit_id: str | None
    attempt: int
    round: int
    region_code: str
    position: Position
    place_id: str | None
    needs: dict[str, Any]
    skills: tuple[str, ...]
    demands: dict[str, Any]
    priority: int
    pinned_unit_id: str | None
    eta_s: int
    timeout_s: int
    handling_s: int
    retry_interval_s: int
    arrival_radius_m: int
    expires_at: datetime | None
    since_at: datetime
    stage: str = ""
    forbidden: dict[str, str] = {}


class UnitRow(msgspec.Struct, frozen=True):
    """A unit as dispatch keeps it: at most one offer, one job in hand, one after it."""

    unit_id: str
    region_code: str = ""
    pending_job_id: str | None = None
    pending_until: datetime | None = None
    current_job_id: str | None = None
    stage: str | None = None
    free_at: datetime | None = None
    free_position: Position | None = None
    queued_job_id: str | None = None
    held_reason: str | None = None
    held_until: datetime | None = None


class OfferRow(msgspec.Struct, frozen=True):
    """One unit asked once."""

    attempt: int
    round: int
    unit_id: str
    state: str
    reason: str = ""


class Desk(msgspec.Struct, frozen=True):
    """What lies on the desk when a job is decided upon.

    Parameters
    ----------
    job
        ``None`` where it is not known yet.
    unit
        The unit that the command names, its row locked; ``None`` where the registers have no such unit.
    offers
        Everyone asked so far.
    proposed
        The ranking that the duty officer is looking at, for a proposed job.
    mode
        Whether that ranking proposes one (``propose``) or leaves the choice open (``advise``).
    holder
        The unit that has the job, where the command would take it away.
    """

    job: JobRow | None
    unit: UnitRow | None = None
    offers: tuple[OfferRow, ...] = ()
    proposed: tuple[Ranked, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    mode: str = "propose"
    holder: UnitRow | None = None

    @property
    def refused(self) -> dict[str, str]:
        """Units that have refused this job, or given it back, with their reason."""
        return {offer.unit_id: offer.reason for offer in self.offers if offer.state in ("declined", "aborted")}

    @property
    def attempt(self) -> int:
        """Number of the offer made last; 0 before the first."""
        return self.job.attempt if self.job is not None else 0
