"""Deciding in custody. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from packs.blue_circle.custody.commands import OpenDiscrepancy, RecordRun, ResolveDiscrepancy
from packs.blue_circle.custody.facts import DiscrepancyOpened, DiscrepancyResolved, RunRecorded
from packs.blue_circle.custody.model import DISCREPANCY_CLOSED, JOB_LIMIT_G, RUN_EMPTY, RUN_TWICE, TOLERANCES
from packs.blue_circle.custody.tables import KnownRun, Ticket
from tidehub.sdk import NOT_FOUND, Fact


def record_run(known: KnownRun | None, command: RecordRun, now: datetime) -> Sequence[Fact]:
    """Put a run in the books, once."""
    if not command.inputs or any(one.mass_g <= 0 for one in command.inputs):
        raise RUN_EMPTY("inputs")
    if any(one.mass_g < 0 for one in command.outputs) or command.loss_g < 0:
        raise RUN_EMPTY("outputs")
    if known is not None:
        if (known.inputs, known.outputs, known.loss_g) == (command.inputs, command.outputs, command.loss_g):
            return ()
        raise RUN_TWICE("run_id", run_id=command.run_id)
    return (
        RunRecorded(
            run_id=command.run_id,
            place_id=command.place_id,
            inputs=command.inputs,
            outputs=command.outputs,
            loss_g=command.loss_g,
            started_at=command.started_at,
            ended_at=command.ended_at or now,
            device_id=command.device_id,
            region_code=command.region_code,
        ),
    )


def open_discrepancy(known: Ticket | None, command: OpenDiscrepancy, _now: datetime) -> Sequence[Fact]:
    """Open a ticket where the masses differ by more than may be; the same ticket once."""
    if known is not None:
        return ()
    tolerance = TOLERANCES[command.level]
    residual_g = command.in_g - command.out_g
    too_much = command.level == "job" and abs(residual_g) > JOB_LIMIT_G
    if tolerance.allows(command.in_g, residual_g) and not too_much:
        return ()
    return (
        DiscrepancyOpened(
            ticket_id=command.ticket_id,
            case_id=command.case_id,
            level=command.level,
            subject=command.subject,
            in_g=command.in_g,
            out_g=command.out_g,
            residual_g=residual_g,
            tolerance_g=max(command.in_g * tolerance.permille // 1000, tolerance.floor_g),
            source=tolerance.source,
            unit_id=command.unit_id,
            kind=command.kind,
            region_code=command.region_code,
        ),
    )


def resolve_discrepancy(known: Ticket | None, command: ResolveDiscrepancy, _now: datetime) -> Sequence[Fact]:
    """Close a ticket with what it came from."""
    if known is None:
        raise NOT_FOUND("ticket_id", what="差异单 discrepancy", id=command.ticket_id)
    if known.resolved:
        raise DISCREPANCY_CLOSED("ticket_id", ticket_id=command.ticket_id)
    return (DiscrepancyResolved(ticket_id=command.ticket_id, case_id=known.case_id, resolution=command.resolution),)
