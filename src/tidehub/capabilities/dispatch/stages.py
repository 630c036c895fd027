"""How far a job has come with its unit, each stage with its time and actor; and what people overruled. Pure.

"Sent" is not "received": the first is ours, the second is said by the crew's own device.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tidehub.hub.log import Recorded
from tidehub.hub.statement import Write, sql
from tidehub.kernel.instants import to_us

_STAGES: dict[str, tuple[str, ...]] = {
    "JobProposed": ("draft",),
    "JobOffered": ("approved", "sent"),
    "JobReceived": ("received",),
    "JobAccepted": ("accepted",),
    "UnitSetOut": ("under_way",),
    "ArrivalClaimed": ("arrived",),
    "UnitArrived": ("arrived",),
    "JobCompleted": ("done",),
    "JobDeclined": ("declined",),
    "OfferExpired": ("expired",),
    "JobAborted": ("aborted",),
    "JobWithdrawn": ("withdrawn",),
}
_LOST = frozenset({"declined", "expired", "aborted", "withdrawn"})

_STEP = sql(
    'INSERT INTO dispatch_step (fact_id, stage, job_id, unit_id, attempt, at_us, recorded_us, "by", note)'
    " VALUES (:fact_id, :stage, :job_id, :unit_id, :attempt, :at_us, :recorded_us, :by, :note)"
)
_STAGE = sql("UPDATE dispatch_job SET stage = :stage WHERE job_id = :job_id")
_OVERRIDE = sql(
    'INSERT INTO dispatch_override (fact_id, kind, reason, job_id, unit_id, cost_s, at_us, "by")'
    " VALUES (:fact_id, :kind, :reason, :job_id, :unit_id, :cost_s, :at_us, :by)"
)


def steps(recorded: Recorded) -> Iterable[Write]:
    """The stages that one fact brings a job to."""
    stages = _STAGES.get(recorded.kind, ())
    fact: Any = recorded.fact
    for stage in stages:
        yield Write(
            _STEP,
            {
                "fact_id": recorded.id,
                "stage": stage,
                "job_id": fact.job_id,
                "unit_id": fact.unit_id,
                "attempt": getattr(fact, "attempt", None),
                "at_us": to_us(_happened(fact, recorded.at)),
                "recorded_us": to_us(recorded.at),
                "by": recorded.by,
                "note": _note(recorded.kind, fact),
            },
        )
    if stages:
        yield Write(_STAGE, {"job_id": fact.job_id, "stage": None if stages[-1] in _LOST else stages[-1]})


def _happened(fact: Any, recorded_at: datetime) -> datetime:
    at: datetime = getattr(fact, "happened_at", recorded_at)
    return at


def _note(kind: str, fact: Any) -> str:
    if kind in ("JobOffered", "JobProposed"):
        return str(fact.mode)
    if kind == "ArrivalClaimed":
        return "claimed"
    return str(getattr(fact, "reason", ""))


def overrides(recorded: Recorded) -> Iterable[Write]:
    """What a duty officer decided against the reckoning, with his reason."""
    fact: Any = recorded.fact
    kind = _overruled(recorded.kind, fact)
    if kind is None:
        return
    yield Write(
        _OVERRIDE,
        {
            "fact_id": recorded.id,
            "kind": kind,
            "reason": fact.overrides if kind == "choose" else fact.reason,
            "job_id": getattr(fact, "job_id", None),
            "unit_id": fact.unit_id,
            "cost_s": getattr(fact, "override_cost_s", None),
            "at_us": to_us(recorded.at),
            "by": recorded.by,
        },
    )


def _overruled(kind: str, fact: Any) -> str | None:
    if kind == "JobOffered" and fact.overrides is not None:
        return "choose"
    if kind == "UnitPinned" and fact.unit_id is not None:
        return "pin"
    return {"UnitForbidden": "forbid", "UnitHeld": "hold"}.get(kind)
