"""Reports from devices that were out of reach: once only, late if need be, and never over what stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from tidehub.capabilities.field.commands import FieldCommand, LandLoad
from tidehub.capabilities.field.facts import FieldConflictReported
from tidehub.capabilities.field.model import Stamp
from tidehub.capabilities.field.refusals import DEVICE_SEQ_REUSED
from tidehub.capabilities.field.state import JobFile
from tidehub.kernel.codec import canonical_json, sha256_hex
from tidehub.kernel.errors import Refusal
from tidehub.kernel.facts import Fact
from tidehub.kernel.instants import refuse_future

C = TypeVar("C", bound=FieldCommand)
CLOCK_DIFFERENCE_S = 300
"""How far a device's clock may run ahead of ours."""


def stamp_of(command: FieldCommand | LandLoad) -> Stamp | None:
    """The mark of the device, with the hash of what it sent; ``None`` where no device counts."""
    if not command.device_id or command.device_at is None:
        return None
    return Stamp(command.device_id, command.device_seq, command.device_at, sha256_hex(canonical_json(command)))


def happened_at(command: FieldCommand | LandLoad, now: datetime) -> datetime:
    """When it happened: by the device's clock, but never later than it was received.

    Raises
    ------
    Refusal
        ``instant_in_future`` for a clock that runs ahead by more than ``CLOCK_DIFFERENCE_S``.
    """
    if command.device_at is None:
        return now
    refuse_future(command.device_at, now, allowed_s=CLOCK_DIFFERENCE_S, field="device_at")
    return min(command.device_at, now)


def seen_before(command: FieldCommand | LandLoad, seen_sha256: str | None) -> bool:
    """Whether the same command came under this number already.

    Raises
    ------
    Refusal
        ``device_seq_reused`` where the number was used for something else.
    """
    if seen_sha256 is None:
        return False
    stamp = stamp_of(command)
    if stamp is None or stamp.command_sha256 != seen_sha256:
        raise DEVICE_SEQ_REUSED("device_seq", device_id=command.device_id, device_seq=command.device_seq)
    return True


def from_the_field(
    decide: Callable[[JobFile, C, datetime], Sequence[Fact]],
) -> Callable[[JobFile, C, datetime], Sequence[Fact]]:
    """Wrap a decision: a repetition has no effect, and a stamped report that conflicts is kept."""

    def decided(file: JobFile, command: C, now: datetime) -> Sequence[Fact]:
        if seen_before(command, file.seen_sha256):
            return ()
        at = happened_at(command, now)
        try:
            return decide(file, command, now)
        except Refusal as refusal:
            stamp = stamp_of(command)
            job = file.job
            if stamp is None or job is None or refusal.kind.category != "conflict":
                raise
            if command.case_id != job.case_id:
                raise
            plain: dict[str, Any] = msgspec.to_builtins(command)
            return (
                FieldConflictReported(
                    case_id=command.case_id,
                    job_id=command.job_id,
                    unit_id=command.unit_id,
                    happened_at=at,
                    stamp=stamp,
                    asked=type(command).__name__,
                    command=plain,
                    code=refusal.code,
                    zh=refusal.text("zh"),
                    en=refusal.text("en"),
                ),
            )

    return decided
