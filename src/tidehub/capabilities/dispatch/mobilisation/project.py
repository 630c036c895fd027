"""What a fact changes in the rows of team cases, and the timers it sets. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tidehub.capabilities.dispatch.mobilisation.commands import LapseConsent, RetrySlot
from tidehub.capabilities.dispatch.mobilisation.decide import slot_job_id
from tidehub.hub.log import Recorded
from tidehub.hub.registry import CancelTimer, DueTimer, SetTimer
from tidehub.hub.statement import Write, sql
from tidehub.kernel.codec import canonical_json, decode
from tidehub.kernel.facts import Command
from tidehub.kernel.instants import to_us

_START = sql(
    "INSERT INTO dispatch_mobilisation (mobilisation_id, case_id, region_code, state, started, started_us,"
    " \"by\") VALUES (:mobilisation_id, :case_id, :region_code, 'calling', :started, :at_us, :by)"
)
_SLOT = sql(
    "INSERT INTO dispatch_slot (mobilisation_id, slot_id, job_id, state, owner, lent)"
    " VALUES (:mobilisation_id, :slot_id, :job_id, 'unfilled', '', 0)"
)
_STATE = sql("UPDATE dispatch_mobilisation SET state = :state WHERE mobilisation_id = :mobilisation_id")
_ASSEMBLED = sql(
    "UPDATE dispatch_mobilisation SET state = 'assembled', assembled_us = :at_us"
    " WHERE mobilisation_id = :mobilisation_id"
)
_ENDED = sql(
    "UPDATE dispatch_mobilisation SET state = 'ended', ended_us = :at_us WHERE mobilisation_id = :mobilisation_id"
)
_ASK = sql(
    "INSERT INTO dispatch_consent (mobilisation_id, slot_id, unit_id, case_id, owner, region_code, state, eta_s,"
    " asked_us, deadline_us, reason) VALUES (:mobilisation_id, :slot_id, :unit_id, :case_id, :owner,"
    " :region_code, 'asked', :eta_s, :at_us, :deadline_us, '')"
    " ON CONFLICT (mobilisation_id, slot_id, unit_id) DO UPDATE SET state = 'asked', eta_s = excluded.eta_s,"
    " asked_us = excluded.asked_us, deadline_us = excluded.deadline_us, answered_us = NULL,"
    " \"by\" = NULL, reason = ''"
)
_ASKING = sql(
    "UPDATE dispatch_slot SET state = 'asking'"
    " WHERE mobilisation_id = :mobilisation_id AND slot_id = :slot_id AND state <> 'filled'"
)
_ANSWER = sql(
    'UPDATE dispatch_consent SET state = :state, answered_us = :at_us, "by" = :by, reason = :reason'
    " WHERE mobilisation_id = :mobilisation_id AND slot_id = :slot_id AND unit_id = :unit_id"
)
_FILL = sql(
    "UPDATE dispatch_slot SET state = 'filled', unit_id = :unit_id, owner = :owner, lent = :lent, eta_s = :eta_s,"
    " filled_us = :at_us, accepted_us = NULL, set_out_us = NULL, arrived_us = NULL, done_us = NULL"
    " WHERE mobilisation_id = :mobilisation_id AND slot_id = :slot_id"
)
_EMPTY = sql(
    "UPDATE dispatch_slot SET state = 'unfilled', unit_id = NULL, owner = '', lent = 0, eta_s = NULL,"
    " filled_us = NULL, accepted_us = NULL, set_out_us = NULL, arrived_us = NULL, done_us = NULL"
    " WHERE mobilisation_id = :mobilisation_id AND slot_id = :slot_id"
)
_TIMES = {
    kind: sql(
        f"UPDATE dispatch_slot SET {column} = COALESCE({column}, :at_us) WHERE job_id = :job_id AND unit_id = :unit_id"
    )
    for kind, column in {
        "JobAccepted": "accepted_us",
        "UnitSetOut": "set_out_us",
        "UnitArrived": "arrived_us",
        "ArrivalClaimed": "arrived_us",
        "JobCompleted": "done_us",
    }.items()
}
_ANSWERS = {
    "ConsentGiven": "given",
    "ConsentRefused": "refused",
    "ConsentLapsed": "lapsed",
    "ConsentWithdrawn": "withdrawn",
}


def project(recorded: Recorded) -> Iterable[Write]:
    """Say what one fact changes."""
    fact: Any = recorded.fact
    if recorded.kind in _TIMES:
        at_us = to_us(fact.happened_at)
        yield Write(_TIMES[recorded.kind], {"job_id": fact.job_id, "unit_id": fact.unit_id, "at_us": at_us})
        return
    change = _CHANGES.get(recorded.kind)
    if change is not None:
        yield from change(fact, to_us(recorded.at), recorded)


def _ours(fact: Any) -> dict[str, Any]:
    return {"mobilisation_id": fact.mobilisation_id, "slot_id": fact.slot_id}


def _started(fact: Any, at_us: int, recorded: Recorded) -> Sequence[Write]:
    row = {
        "mobilisation_id": fact.mobilisation_id,
        "case_id": fact.case_id,
        "region_code": fact.region_code,
        "started": canonical_json(fact).decode(),
        "at_us": at_us,
        "by": recorded.by,
    }
    slots = [
        Write(
            _SLOT,
            {
                "mobilisation_id": fact.mobilisation_id,
                "slot_id": one.slot_id,
                "job_id": slot_job_id(fact.mobilisation_id, one.slot_id),
            },
        )
        for one in fact.slots
    ]
    return (Write(_START, row), *slots)


def _asked(fact: Any, at_us: int, _recorded: Recorded) -> Sequence[Write]:
    row = _ours(fact) | {
        "unit_id": fact.unit_id,
        "case_id": fact.case_id,
        "owner": fact.owner,
        "region_code": fact.region_code,
        "eta_s": fact.eta_s,
        "at_us": at_us,
        "deadline_us": to_us(fact.deadline_at),
    }
    return (Write(_ASK, row), Write(_ASKING, _ours(fact)))


def _answered(fact: Any, at_us: int, recorded: Recorded) -> Sequence[Write]:
    reason = getattr(fact, "reason", None) or getattr(fact, "note", "")
    row = {"unit_id": fact.unit_id, "state": _ANSWERS[recorded.kind], "at_us": at_us, "by": recorded.by}
    return (Write(_ANSWER, _ours(fact) | row | {"reason": reason}),)


def _filled(fact: Any, at_us: int, _recorded: Recorded) -> Sequence[Write]:
    row = {"unit_id": fact.unit_id, "owner": fact.owner, "lent": int(fact.lent), "eta_s": fact.eta_s, "at_us": at_us}
    return (Write(_FILL, _ours(fact) | row),)


def _emptied(fact: Any, _at_us: int, _recorded: Recorded) -> Sequence[Write]:
    calling = {"mobilisation_id": fact.mobilisation_id, "state": "calling"}
    return (Write(_EMPTY, _ours(fact)), Write(_STATE, calling))


def _assembled(fact: Any, at_us: int, _recorded: Recorded) -> Sequence[Write]:
    return (Write(_ASSEMBLED, {"mobilisation_id": fact.mobilisation_id, "at_us": at_us}),)


def _ended(fact: Any, at_us: int, _recorded: Recorded) -> Sequence[Write]:
    return (Write(_ENDED, {"mobilisation_id": fact.mobilisation_id, "at_us": at_us}),)


_CHANGES: dict[str, Callable[[Any, int, Recorded], Sequence[Write]]] = {
    "MobilisationStarted": _started,
    "ConsentAsked": _asked,
    "ConsentGiven": _answered,
    "ConsentRefused": _answered,
    "ConsentLapsed": _answered,
    "ConsentWithdrawn": _answered,
    "SlotFilled": _filled,
    "SlotUnfilled": _emptied,
    "SlotReopened": _emptied,
    "TeamsAssembled": _assembled,
    "MobilisationEnded": _ended,
}

CONSENT_RUNS_OUT = "dispatch_consent_runs_out"
SLOT_LOOK_AGAIN = "dispatch_slot_look_again"


def timers(recorded: Recorded) -> Iterable[SetTimer | CancelTimer]:
    """A commander's deadline passes; a slot without a unit is looked at again."""
    fact: Any = recorded.fact
    kind = recorded.kind
    if kind == "ConsentAsked":
        ask = {"case_id": fact.case_id, **_ours(fact), "unit_id": fact.unit_id}
        key = f"consent/{fact.mobilisation_id}/{fact.slot_id}/{fact.unit_id}"
        yield SetTimer(key, CONSENT_RUNS_OUT, fact.stream, fact.deadline_at, canonical_json(ask).decode())
    elif kind in _ANSWERS:
        yield CancelTimer(f"consent/{fact.mobilisation_id}/{fact.slot_id}/{fact.unit_id}")
    elif kind == "SlotUnfilled":
        ask = {"case_id": fact.case_id, **_ours(fact)}
        key = f"slot/{fact.mobilisation_id}/{fact.slot_id}"
        yield SetTimer(key, SLOT_LOOK_AGAIN, fact.stream, fact.next_try_at, canonical_json(ask).decode())
    elif kind in ("SlotFilled", "SlotReopened", "SlotRetried"):
        yield CancelTimer(f"slot/{fact.mobilisation_id}/{fact.slot_id}")


def _lapse(due: DueTimer) -> Sequence[Command]:
    return (decode(due.payload, LapseConsent),)


def _retry(due: DueTimer) -> Sequence[Command]:
    return (decode(due.payload, RetrySlot),)


ON_TIMER: dict[str, Callable[[DueTimer], Sequence[Command]]] = {
    CONSENT_RUNS_OUT: _lapse,
    SLOT_LOOK_AGAIN: _retry,
}
