"""An arrival is proven by positions: the circle around the place is watched while the unit is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol

from tidehub.capabilities.devices import DropCircle, UnitEnteredCircle, WatchCircle
from tidehub.capabilities.dispatch import find_job
from tidehub.capabilities.field import ArriveAtJob, JobAccepted
from tidehub.hub.log import Reader, Recorded
from tidehub.kernel.facts import Command

DWELL_S = 20.0
SPEED_MPS_MAX = 2.5
WATCH_AT_MOST = timedelta(hours=12)


class Context(Protocol):
    """What these flows need."""

    @property
    def reader(self) -> Reader:
        """The committed tables."""
        ...


def circle_id_of(job_id: str, unit_id: str) -> str:
    """Id of the circle that proves this unit's arrival at this job."""
    return f"{job_id}/{unit_id}"


async def watch_an_arrival(recorded: Recorded, context: Context) -> Sequence[Command]:
    """A unit took a job: watch for it at the place. Twenty seconds inside at walking pace is an arrival."""
    accepted = recorded.fact
    assert isinstance(accepted, JobAccepted)
    found = await find_job(context.reader, accepted.job_id)
    if found is None:
        return ()
    job = found.job
    return (
        WatchCircle(
            circle_id=circle_id_of(accepted.job_id, accepted.unit_id),
            unit_id=accepted.unit_id,
            centre=job.position,
            radius_m=float(job.arrival_radius_m),
            dwell_s=DWELL_S,
            speed_mps_max=SPEED_MPS_MAX,
            case_id=accepted.case_id,
            job_id=accepted.job_id,
            region_code=job.region_code,
            until=recorded.at + WATCH_AT_MOST,
        ),
    )


async def note_an_arrival(recorded: Recorded, _context: object) -> Sequence[Command]:
    """A unit's own track proves that it is there: the job has arrived, by evidence."""
    entered = recorded.fact
    assert isinstance(entered, UnitEnteredCircle)
    if entered.case_id is None or entered.job_id is None:
        return ()
    return (
        ArriveAtJob(case_id=entered.case_id, job_id=entered.job_id, unit_id=entered.unit_id, position=entered.position),
    )


async def stop_watching(recorded: Recorded, _context: object) -> Sequence[Command]:
    """The job is over for this unit: its circle is no longer watched."""
    fact: Any = recorded.fact
    if not fact.unit_id:
        return ()
    return (DropCircle(circle_id=circle_id_of(fact.job_id, fact.unit_id), unit_id=fact.unit_id, case_id=fact.case_id),)
