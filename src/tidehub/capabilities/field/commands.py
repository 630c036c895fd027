"""What may be asked of the field. Every command can come late, from a device that was out of reach."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from tidehub.capabilities.field.model import LandedLine, Route
from tidehub.kernel.access import Rule, rule
from tidehub.kernel.facts import Command
from tidehub.kernel.geometry import Position
from tidehub.kernel.quantities import Quantity

CREW = rule("duty_officer", relations=["assignee"])


class FieldCommand(Command, frozen=True, kw_only=True):
    """What all commands of the field have in common.

    Parameters
    ----------
    case_id, job_id, unit_id
        Which job, and for which unit it is done.
    device_id, device_seq, device_at
        The device's name, its count and its clock; a repeated pair has no second effect. Left out where a
        person works in the browser.
    """

    case_id: str
    job_id: str
    unit_id: str
    device_id: str = ""
    device_seq: int = 0
    device_at: datetime | None = None
    rule: ClassVar[Rule] = CREW

    @property
    def stream(self) -> str:
        """The case's chain."""
        return f"case/{self.case_id}"


class ReceiveJob(FieldCommand, frozen=True, kw_only=True):
    """The crew's device has the job and shows it: "sent" becomes "received". Sent by the device itself."""


class AcceptJob(FieldCommand, frozen=True, kw_only=True):
    """Take the job, with the route that goes with it."""

    route: Route | None = None


class DeclineJob(FieldCommand, frozen=True, kw_only=True):
    """Refuse the job, with a reason. This unit is never asked for this job again."""

    reason: str
    note: str = ""


class AbortJob(FieldCommand, frozen=True, kw_only=True):
    """Give an accepted job back: breakdown, accident, weather."""

    reason: str
    note: str = ""


class SetOut(FieldCommand, frozen=True, kw_only=True):
    """Under way."""

    position: Position | None = None


class ArriveAtJob(FieldCommand, frozen=True, kw_only=True):
    """Alongside.

    Whether this is evidence does not depend on who says it: if the unit's positions lay in the arrival
    circle it is an arrival, otherwise a claim.
    """

    position: Position | None = None


class RecordCollection(FieldCommand, frozen=True, kw_only=True):
    """Record the measure of one line in one container.

    Parameters
    ----------
    quantity
        Net, with its basis, instrument and calibration.
    tare_g, gross_g
        As read, where a scale was used: net = gross - tare.
    photos
        SHA-256 of the photos that show it.
    corrects
        Version of this line's measure that is replaced; a correction is a new version, never an edit.
    """

    line_id: str
    kind: str
    quantity: Quantity
    container_id: str = ""
    tare_g: int | None = None
    gross_g: int | None = None
    photos: tuple[str, ...] = ()
    corrects: int | None = None
    reason: str = ""
    note: str = ""


class RefuseContent(FieldCommand, frozen=True, kw_only=True):
    """Leave content where it is because it is dangerous, mixed or not what was declared."""

    line_id: str
    kind: str
    reason: Literal["dangerous", "mixed", "not_declared", "not_packed", "absent", "other"]
    photos: tuple[str, ...] = ()
    note: str = ""


class AttachEvidence(FieldCommand, frozen=True, kw_only=True):
    """Attach a photo or video by its hash; the file itself lies in the file store, without EXIF.

    Parameters
    ----------
    label
        What the scene asks for (``before``, ``after``, ``manifest``).
    taken_at
        By the clock of the device that took it.
    """

    sha256: str
    media_type: str
    label: str
    taken_at: datetime
    position: Position | None = None
    line_id: str | None = None


class SignHandover(FieldCommand, frozen=True, kw_only=True):
    """A party signs for what was measured."""

    party: str
    name: str
    signature_sha256: str


class CompleteJob(FieldCommand, frozen=True, kw_only=True):
    """Finish the job. ``partial`` says that lines remain, with the reason; a further job can take them."""

    partial: bool = False
    reason: str = ""


class LandLoad(Command, frozen=True, kw_only=True):
    """Bring what is on board ashore: quay weighing by kind.

    Parameters
    ----------
    landing_id
        Given by the sender, so that a repetition has no second effect.
    case_ids
        Cases whose collections are in this load.
    """

    landing_id: str
    unit_id: str
    place_id: str
    lines: tuple[LandedLine, ...]
    case_ids: tuple[str, ...] = ()
    landed_at: datetime | None = None
    device_id: str = ""
    device_seq: int = 0
    device_at: datetime | None = None
    rule: ClassVar[Rule] = rule("duty_officer", "quay_operator", relations=["assignee"])

    @property
    def stream(self) -> str:
        """The unit's own chain."""
        return f"unit/{self.unit_id}"


__all__ = [
    "AbortJob",
    "AcceptJob",
    "ArriveAtJob",
    "AttachEvidence",
    "CompleteJob",
    "DeclineJob",
    "FieldCommand",
    "LandLoad",
    "RecordCollection",
    "RefuseContent",
    "SetOut",
    "SignHandover",
]
