"""Jobs as a live screen keeps them: who is asked, who comes, who is there; and what each fact changes of them.

The platform's half of ``web/src/live/screen.ts``, as ``capabilities/cases/screen.py`` is for cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from tidehub.hub.log import Reader, Recorded
from tidehub.hub.statement import sql
from tidehub.kernel.access import Scope
from tidehub.kernel.instants import from_us


class JobOnScreen(msgspec.Struct, frozen=True, kw_only=True):
    """A job that is not over. ``unit_id`` has it, is asked for it, or is proposed; ``eta_at`` as promised."""

    job_id: str
    case_id: str
    state: str
    unit_id: str | None = None
    eta_at: datetime | None = None
    pinned: bool = False


_LIVE = (
    "SELECT job_id, case_id, state, unit_id, eta_us, pinned_unit_id FROM dispatch_job"
    " WHERE state IN ('waiting', 'no_unit', 'proposed', 'offered', 'accepted')"
)


async def jobs_now(reader: Reader, scope: Scope, limit: int) -> list[JobOnScreen]:
    """Jobs within a scope that are not over, newest first."""
    parts, params = [""], dict[str, Any](limit=limit)
    if not scope.everywhere:
        seen = ["unit_id = ANY(:selves)"]
        params["selves"] = list(scope.selves)
        for place, prefix in enumerate(scope.region_prefixes):
            seen.append(f"(region_code >= :low_{place} AND region_code < :high_{place})")
            params |= {f"low_{place}": prefix, f"high_{place}": prefix + "~"}
        parts.append(f"({' OR '.join(seen)})")
    text = f"{_LIVE}{' AND '.join(parts)} ORDER BY since_us DESC, job_id DESC LIMIT :limit"
    return [
        JobOnScreen(
            job_id=row["job_id"],
            case_id=row["case_id"],
            state=row["state"],
            unit_id=row["unit_id"],
            eta_at=None if row["eta_us"] is None or row["unit_id"] is None else from_us(row["eta_us"]),
            pinned=row["pinned_unit_id"] is not None,
        )
        for row in await reader.fetch(sql(text), **params)
    ]


def replayed_jobs(facts: Iterable[Recorded]) -> dict[str, JobOnScreen]:
    """Jobs that are not over, as facts leave them, by id."""
    screen: dict[str, JobOnScreen] = {}
    for recorded in facts:
        change = CHANGES.get(recorded.kind)
        if change is None:
            continue
        fact: Any = recorded.fact
        held = screen.get(fact.job_id) or JobOnScreen(job_id=fact.job_id, case_id=fact.case_id, state="waiting")
        screen[fact.job_id] = change(held, fact)
    return {job_id: job for job_id, job in screen.items() if job.state not in ("done", "withdrawn")}


_Change = Callable[[JobOnScreen, Any], JobOnScreen]


def _asked(state: str) -> _Change:
    return lambda job, fact: replace(job, state=state, unit_id=fact.unit_id, eta_at=fact.eta_at)


def _nobody(state: str) -> _Change:
    return lambda job, _fact: replace(job, state=state, unit_id=None, eta_at=None)


CHANGES: dict[str, _Change] = {
    "JobProposed": _asked("proposed"),
    "JobOffered": _asked("offered"),
    "JobAccepted": lambda job, fact: replace(job, state="accepted", unit_id=fact.unit_id),
    "JobDeclined": _nobody("waiting"),
    "JobAborted": _nobody("waiting"),
    "OfferExpired": _nobody("waiting"),
    "JobWithdrawn": lambda job, fact: replace(
        job, state="waiting" if fact.reassigned else "withdrawn", unit_id=None, eta_at=None
    ),
    "JobCompleted": lambda job, _fact: replace(job, state="done"),
    "NoUnitFound": _nobody("no_unit"),
    "DispatchRetried": _nobody("waiting"),
    "UnitPinned": lambda job, fact: replace(job, pinned=fact.unit_id is not None),
}
