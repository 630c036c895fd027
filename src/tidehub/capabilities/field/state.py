"""What a decision in the field is made from: the job's file, as far as the command needs it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.field.model import JobDemands, JobState, Line
from tidehub.kernel.codec import canonical_json, sha256_hex
from tidehub.kernel.geometry import Position
from tidehub.kernel.quantities import Quantity


class FieldJob(msgspec.Struct, frozen=True):
    """A job as the field keeps it."""

    job_id: str
    case_id: str
    unit_id: str
    state: JobState
    attempt: int
    region_code: str
    demands: JobDemands
    lines: tuple[Line, ...]
    arrived_at: datetime | None = None
    claimed_at: datetime | None = None
    received_at: datetime | None = None


class Measure(msgspec.Struct, frozen=True):
    """The latest version of the measure of one line in one container."""

    line_id: str
    container_id: str
    version: int
    kind: str
    quantity: Quantity


class Entry(msgspec.Struct, frozen=True):
    """The unit's entry into the arrival circle, by its positions."""

    fact_id: str
    circle_id: str
    since_at: datetime
    position: Position | None


class Evidence(msgspec.Struct, frozen=True):
    """A piece of evidence that belongs to the job."""

    sha256: str
    label: str
    media_type: str


class JobFile(msgspec.Struct, frozen=True):
    """What lies open when the crew report something.

    Parameters
    ----------
    job
        ``None`` where there is none of this id.
    asked
        Units that were ever asked for it: theirs are the reports that may come late.
    seen_sha256
        Of the command that came under the same number of the same device, if one did.
    """

    job: FieldJob | None
    asked: frozenset[str] = frozenset()
    seen_sha256: str | None = None
    entry: Entry | None = None
    measures: tuple[Measure, ...] = ()
    refused: dict[str, str] = {}
    evidence: tuple[Evidence, ...] = ()
    signatures: dict[str, str] = {}

    def measure(self, line_id: str, container_id: str) -> Measure | None:
        """The latest measure of a line in a container."""
        for one in self.measures:
            if (one.line_id, one.container_id) == (line_id, container_id):
                return one
        return None

    def measures_sha256(self) -> str:
        """What a signature stands for: every latest measure and every refusal."""
        lines: list[Any] = sorted(
            [one.line_id, one.container_id, one.version, one.kind, one.quantity.amount, one.quantity.unit]
            for one in self.measures
        )
        return sha256_hex(canonical_json([lines, sorted(self.refused.items())]))


class Landing(msgspec.Struct, frozen=True):
    """What is known when a load comes ashore."""

    region_code: str
    known: bool = False
    seen_sha256: str | None = None
