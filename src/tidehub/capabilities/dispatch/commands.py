"""What may be asked of dispatch."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import msgspec

from tidehub.capabilities.dispatch.model import Manner
from tidehub.kernel.access import PLATFORM_ONLY, Rule, rule
from tidehub.kernel.facts import Command
from tidehub.kernel.geometry import Position
from tidehub.methods.assignment import Ranked, Rejected, Shortfall

DUTY = rule("duty_officer", "shift_leader")


class _OfCase(Command, frozen=True, kw_only=True):
    case_id: str
    job_id: str

    @property
    def stream(self) -> str:
        """The case's chain."""
        return f"case/{self.case_id}"


class OfferJob(_OfCase, frozen=True, kw_only=True):
    """Ask a unit to take a job; with ``mode`` propose or advise, ask the duty officer first.

    Parameters
    ----------
    service, task
        The policy's name and what is to be done.
    unit_id
        Whom to ask; under ``advise`` only the first of those who could.
    needs, skills
        What the job has to take on board (``{"lines": [...]}``) and the skills it needs.
    demands
        What the scene asks of the work, kept with the job so that a later policy does not change it.
    eta_s, handling_s
        Seconds until it is alongside, and of work there, as reckoned when asked.
    timeout_s
        How long the unit may think.
    ranked, rejected
        The whole answer: every unit with its reason.
    queued_after
        The job after which a busy unit would take this one.
    retry_interval_s, arrival_radius_m
        Kept with the job.
    """

    service: str
    task: str
    unit_id: str
    position: Position
    region_code: str
    eta_s: int
    timeout_s: int
    handling_s: int
    place_id: str | None = None
    needs: dict[str, Any] = msgspec.field(default_factory=dict)
    skills: tuple[str, ...] = ()
    demands: dict[str, Any] = msgspec.field(default_factory=dict)
    ranked: tuple[Ranked, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    mode: Manner = "automatic"
    queued_after: str | None = None
    retry_interval_s: int = 300
    arrival_radius_m: int = 150
    priority: int = 0
    rule: ClassVar[Rule] = PLATFORM_ONLY


class ApproveOffer(_OfCase, frozen=True, kw_only=True):
    """A duty officer lets a proposed job go out, to the unit proposed or to another that could.

    Choosing another than the first of a proposal needs a reason; such choices are counted.
    """

    unit_id: str
    reason: str = ""
    rule: ClassVar[Rule] = DUTY


class ExpireOffer(_OfCase, frozen=True, kw_only=True):
    """The unit has not answered in time. Asked by the timer; one answered meanwhile is left alone."""

    unit_id: str
    attempt: int
    rule: ClassVar[Rule] = PLATFORM_ONLY


class WithdrawJob(_OfCase, frozen=True, kw_only=True):
    """Take a job back, from whoever has it."""

    reason: str
    rule: ClassVar[Rule] = DUTY


class ReportNoUnit(_OfCase, frozen=True, kw_only=True):
    """Nobody can take the job now: keep why, and when to look again."""

    service: str
    task: str
    position: Position
    region_code: str
    shortfall: Shortfall
    next_try_at: datetime
    place_id: str | None = None
    needs: dict[str, Any] = msgspec.field(default_factory=dict)
    skills: tuple[str, ...] = ()
    demands: dict[str, Any] = msgspec.field(default_factory=dict)
    retry_interval_s: int = 300
    arrival_radius_m: int = 150
    rejected: tuple[Rejected, ...] = ()
    priority: int = 0
    rule: ClassVar[Rule] = PLATFORM_ONLY


class RetryDispatch(_OfCase, frozen=True, kw_only=True):
    """Look again for a unit: by the timer, or because the duty officer does not want to wait for it."""

    rule: ClassVar[Rule] = DUTY


class ReassignJob(_OfCase, frozen=True, kw_only=True):
    """A duty officer gives a job to another unit, with a reason; the one that had it is told.

    The fields of the offer are those of :class:`OfferJob`.

    Parameters
    ----------
    holder_near_s
        Seconds until the unit that has it is there, where that is less than the policy lets be redirected.
    despite_near
        The officer has seen this and wants it all the same.
    """

    unit_id: str
    reason: str
    eta_s: int
    timeout_s: int
    handling_s: int
    ranked: tuple[Ranked, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    queued_after: str | None = None
    holder_near_s: int | None = None
    despite_near: bool = False
    rule: ClassVar[Rule] = DUTY


class PinUnit(_OfCase, frozen=True, kw_only=True):
    """Fix a job to one unit, with a reason; ``unit_id`` of ``None`` takes the pin out.

    A job that waits goes to that unit or to nobody; one that the unit has already stays with it, whatever a
    later reckoning says.
    """

    unit_id: str | None
    reason: str
    rule: ClassVar[Rule] = DUTY


class ForbidUnit(_OfCase, frozen=True, kw_only=True):
    """Say that this unit must not do this job, with a reason the machine cannot know (no pump, a dispute)."""

    unit_id: str
    reason: str
    rule: ClassVar[Rule] = DUTY


class AllowUnit(_OfCase, frozen=True, kw_only=True):
    """Let a unit be asked again that was forbidden for this job."""

    unit_id: str
    rule: ClassVar[Rule] = DUTY


class HoldUnit(Command, frozen=True, kw_only=True):
    """Hold a unit in reserve, with a reason and, if wished, until when."""

    unit_id: str
    reason: str
    until: datetime | None = None
    rule: ClassVar[Rule] = DUTY

    @property
    def stream(self) -> str:
        """The unit's own chain."""
        return f"unit/{self.unit_id}"


class ReleaseUnit(Command, frozen=True, kw_only=True):
    """Let a unit out of reserve."""

    unit_id: str
    rule: ClassVar[Rule] = DUTY

    @property
    def stream(self) -> str:
        """The unit's own chain."""
        return f"unit/{self.unit_id}"
