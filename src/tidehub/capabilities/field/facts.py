"""What has happened in the field. Every fact of a job stands in the chain of its case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tidehub.capabilities.field.model import CircleEvidence, LandedLine, Line, Route, Stamp
from tidehub.kernel.facts import Fact
from tidehub.kernel.geometry import Position
from tidehub.kernel.quantities import Quantity


class FieldFact(Fact, frozen=True, kw_only=True):
    """What all facts of a job have in common.

    ``happened_at`` is when it happened by the best clock there is: the device's, if it stamped it, bounded
    by the server's.
    """

    case_id: str
    job_id: str
    unit_id: str
    happened_at: datetime
    stamp: Stamp | None = None

    @property
    def stream(self) -> str:
        """The case's chain."""
        return f"case/{self.case_id}"


class JobReceived(FieldFact, frozen=True, kw_only=True):
    """The crew's device has the job; whether they take it is another matter."""

    attempt: int


class JobAccepted(FieldFact, frozen=True, kw_only=True):
    """The crew took the job; the route they were given is kept."""

    attempt: int
    route: Route | None = None
    eta_at: datetime | None = None


class JobDeclined(FieldFact, frozen=True, kw_only=True):
    """The unit refused the job; it is never asked for it again."""

    attempt: int
    reason: str
    note: str = ""


class JobAborted(FieldFact, frozen=True, kw_only=True):
    """The unit gave an accepted job back."""

    attempt: int
    reason: str
    note: str = ""


class UnitSetOut(FieldFact, frozen=True, kw_only=True):
    """The unit is under way."""

    position: Position | None = None


class ArrivalClaimed(FieldFact, frozen=True, kw_only=True):
    """The crew say they are there. No position of theirs confirms it; kept beside the evidence."""

    position: Position | None = None


class UnitArrived(FieldFact, frozen=True, kw_only=True):
    """The unit is there, by the evidence of its positions. ``happened_at`` is when it entered the circle."""

    evidence: CircleEvidence
    position: Position | None = None


class CollectionWeighed(FieldFact, frozen=True, kw_only=True):
    """One line was measured, or a measure was corrected by a new version.

    Parameters
    ----------
    version
        From 1 for each line and container; the highest counts.
    supersedes
        The quantity of the version before, so that sums can follow without reading it.
    evidence
        SHA-256 of the photos.
    """

    line_id: str
    kind: str
    group: str
    quantity: Quantity
    version: int
    container_id: str = ""
    tare_g: int | None = None
    gross_g: int | None = None
    evidence: tuple[str, ...] = ()
    supersedes: Quantity | None = None
    reason: str = ""
    note: str = ""


class ContentRefused(FieldFact, frozen=True, kw_only=True):
    """Content was left where it is."""

    line_id: str
    kind: str
    reason: str
    evidence: tuple[str, ...] = ()
    note: str = ""


class EvidenceAttached(FieldFact, frozen=True, kw_only=True):
    """A photo or video belongs to the job. ``taken_at`` is by the device's clock."""

    sha256: str
    media_type: str
    label: str
    taken_at: datetime
    position: Position | None = None
    line_id: str | None = None


class HandoverSigned(FieldFact, frozen=True, kw_only=True):
    """A party signed for what was measured; ``measures_sha256`` is what it saw when it signed."""

    party: str
    name: str
    signature_sha256: str
    measures_sha256: str


class JobCompleted(FieldFact, frozen=True, kw_only=True):
    """The job is done.

    ``remaining`` are the declared lines that were neither measured nor refused; a partial job has some.
    """

    partial: bool
    remaining: tuple[Line, ...] = ()
    reason: str = ""


class FieldConflictReported(FieldFact, frozen=True, kw_only=True):
    """A device reported, late, what no longer fits: kept word for word for the duty officer."""

    asked: str
    command: dict[str, Any]
    code: str
    zh: str
    en: str


class LoadLanded(Fact, frozen=True, kw_only=True):
    """What was on board has been weighed ashore; the unit's compartments have room again."""

    landing_id: str
    unit_id: str
    place_id: str
    lines: tuple[LandedLine, ...]
    landed_at: datetime
    case_ids: tuple[str, ...] = ()
    stamp: Stamp | None = None

    @property
    def stream(self) -> str:
        """The unit's own chain."""
        return f"unit/{self.unit_id}"
