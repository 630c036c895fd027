"""What a fact changes in the tables of dispatch, and which timers it sets. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tidehub.capabilities.dispatch.commands import ExpireOffer, ReleaseUnit, RetryDispatch
from tidehub.capabilities.dispatch.facts import JobProposed
from tidehub.capabilities.dispatch.stages import overrides, steps
from tidehub.hub.log import Recorded
from tidehub.hub.registry import CancelTimer, DueTimer, SetTimer
from tidehub.hub.statement import Write, sql
from tidehub.kernel.codec import canonical_json, decode
from tidehub.kernel.facts import Command
from tidehub.kernel.instants import to_us

READS = frozenset(
    {
        "EntryRecorded",
        "JobAccepted",
        "JobDeclined",
        "JobAborted",
        "JobCompleted",
        "JobReceived",
        "UnitSetOut",
        "ArrivalClaimed",
        "UnitArrived",
    }
)

_UNIT = sql(
    "INSERT INTO dispatch_unit (unit_id, region_code) VALUES (:unit_id, :region_code)"
    " ON CONFLICT (unit_id) DO UPDATE SET region_code = excluded.region_code"
)
_JOB = sql(
    "INSERT INTO dispatch_job (job_id, case_id, service, task, state, unit_id, attempt, round,"
    " region_code, lon,"
    " lat, place_id, needs, skills, demands, priority, eta_s, eta_us, timeout_s, handling_s,"
    " retry_interval_s,"
    " arrival_radius_m, expires_us, next_try_us, shortfall, since_us, changed_us)"
    " VALUES (:job_id, :case_id, :service, :task, :state, :unit_id, :attempt, 1, :region_code, :lon, :lat,"
    " :place_id, :needs, :skills, :demands, :priority, :eta_s, :eta_us, :timeout_s, :handling_s,"
    " :retry_interval_s, :arrival_radius_m, :expires_us, NULL, NULL, :at_us, :at_us)"
    " ON CONFLICT (job_id) DO UPDATE SET state = excluded.state, unit_id = excluded.unit_id,"
    " attempt = excluded.attempt, lon = excluded.lon, lat = excluded.lat, place_id = excluded.place_id,"
    " needs = excluded.needs, skills = excluded.skills, demands = excluded.demands,"
    " priority = excluded.priority, eta_s = excluded.eta_s, eta_us = excluded.eta_us,"
    " timeout_s = excluded.timeout_s, handling_s = excluded.handling_s,"
    " retry_interval_s = excluded.retry_interval_s, arrival_radius_m = excluded.arrival_radius_m,"
    " expires_us = excluded.expires_us, next_try_us = NULL, shortfall = NULL,"
    " changed_us = excluded.changed_us"
)
_NO_UNIT = sql(
    "INSERT INTO dispatch_job (job_id, case_id, service, task, state, attempt, round, region_code, lon, lat,"
    " place_id, needs, skills, demands, priority, eta_s, eta_us, timeout_s, handling_s, retry_interval_s,"
    " arrival_radius_m, next_try_us, shortfall, since_us, changed_us)"
    " VALUES (:job_id, :case_id, :service, :task, 'no_unit', 0, 1, :region_code, :lon, :lat, :place_id,"
    " :needs,"
    " :skills, :demands, :priority, 0, :eta_us, 0, 0, :retry_interval_s, :arrival_radius_m, :next_try_us,"
    " :shortfall, :at_us, :at_us)"
    " ON CONFLICT (job_id) DO UPDATE SET state = 'no_unit', unit_id = NULL, eta_us = excluded.eta_us,"
    " expires_us = NULL, next_try_us = excluded.next_try_us, shortfall = excluded.shortfall,"
    " changed_us = excluded.changed_us"
)
_OFFER = sql(
    "INSERT INTO dispatch_offer (job_id, attempt, round, case_id, unit_id, state, mode, reason, overrides,"
    ' "by",'
    " offered_us, expires_us, eta_us, done_us, ranked, rejected)"
    " VALUES (:job_id, :attempt, (SELECT round FROM dispatch_job WHERE job_id = :job_id), :case_id, :unit_id,"
    " :state, :mode, '', :overrides, :by, :at_us, :expires_us, :eta_us, :done_us, :ranked, :rejected)"
    " ON CONFLICT (job_id, attempt) DO UPDATE SET unit_id = excluded.unit_id, state = excluded.state,"
    ' mode = excluded.mode, overrides = excluded.overrides, "by" = excluded."by",'
    " offered_us = excluded.offered_us, expires_us = excluded.expires_us, eta_us = excluded.eta_us,"
    " done_us = excluded.done_us"
)
_PENDING = sql("UPDATE dispatch_unit SET pending_job_id = :job_id, pending_us = :expires_us WHERE unit_id = :unit_id")
_ANSWER = sql(
    "UPDATE dispatch_offer SET state = :state, reason = :reason, answered_us = COALESCE(answered_us, :at_us)"
    " WHERE job_id = :job_id AND unit_id = :unit_id AND state IN ('offered', 'accepted')"
)
_JOB_STATE = sql(
    "UPDATE dispatch_job SET state = :state, unit_id = :unit_id, expires_us = NULL, changed_us = :at_us"
    " WHERE job_id = :job_id"
)
_TAKE = sql(
    "UPDATE dispatch_unit SET pending_job_id = NULL, pending_us = NULL,"
    " queued_job_id = CASE WHEN current_job_id IS NULL THEN queued_job_id ELSE :job_id END,"
    " current_job_id = COALESCE(current_job_id, :job_id),"
    " stage = CASE WHEN current_job_id IS NULL THEN 'accepted' ELSE stage END,"
    " free_us = CASE WHEN current_job_id IS NULL THEN (SELECT done_us FROM dispatch_offer"
    " WHERE job_id = :job_id AND attempt = :attempt) ELSE free_us END,"
    " free_lon = CASE WHEN current_job_id IS NULL THEN (SELECT lon FROM dispatch_job"
    " WHERE job_id = :job_id) ELSE free_lon END,"
    " free_lat = CASE WHEN current_job_id IS NULL THEN (SELECT lat FROM dispatch_job"
    " WHERE job_id = :job_id) ELSE free_lat END"
    " WHERE unit_id = :unit_id"
)
_FREE = sql(
    "UPDATE dispatch_unit SET"
    " pending_job_id = CASE WHEN pending_job_id = :job_id THEN NULL ELSE pending_job_id END,"
    " pending_us = CASE WHEN pending_job_id = :job_id THEN NULL ELSE pending_us END,"
    " stage = CASE WHEN current_job_id <> :job_id THEN stage WHEN queued_job_id IS NULL THEN NULL"
    " ELSE 'accepted' END,"
    " free_us = CASE WHEN current_job_id <> :job_id THEN free_us ELSE (SELECT MAX(o.done_us)"
    " FROM dispatch_offer o WHERE o.job_id = dispatch_unit.queued_job_id"
    " AND o.unit_id = dispatch_unit.unit_id) END,"
    " free_lon = CASE WHEN current_job_id <> :job_id THEN free_lon ELSE (SELECT j.lon FROM dispatch_job j"
    " WHERE j.job_id = dispatch_unit.queued_job_id) END,"
    " free_lat = CASE WHEN current_job_id <> :job_id THEN free_lat ELSE (SELECT j.lat FROM dispatch_job j"
    " WHERE j.job_id = dispatch_unit.queued_job_id) END,"
    " current_job_id = CASE WHEN current_job_id = :job_id THEN queued_job_id ELSE current_job_id END,"
    " queued_job_id = CASE WHEN current_job_id = :job_id OR queued_job_id = :job_id THEN NULL"
    " ELSE queued_job_id END"
    " WHERE unit_id = :unit_id"
)
_STAGE = sql("UPDATE dispatch_unit SET stage = :stage WHERE unit_id = :unit_id AND current_job_id = :job_id")
_ON_SCENE = sql(
    "UPDATE dispatch_unit SET stage = 'on_scene',"
    " free_us = :at_us + (SELECT 1000000 * CAST(handling_s AS BIGINT)"
    " FROM dispatch_job WHERE job_id = :job_id) WHERE unit_id = :unit_id AND current_job_id = :job_id"
)
_RETRIED = sql(
    "UPDATE dispatch_job SET state = 'waiting', round = round + 1, next_try_us = NULL, changed_us = :at_us"
    " WHERE job_id = :job_id"
)
_PIN = sql("UPDATE dispatch_job SET pinned_unit_id = :unit_id, changed_us = :at_us WHERE job_id = :job_id")
_HOLD = sql("UPDATE dispatch_unit SET held_reason = :reason, held_until_us = :until_us WHERE unit_id = :unit_id")


_UNPIN = sql("UPDATE dispatch_job SET pinned_unit_id = NULL WHERE job_id = :job_id AND pinned_unit_id = :unit_id")
_FORBID = sql(
    "INSERT INTO dispatch_forbidden (job_id, unit_id, reason) VALUES (:job_id, :unit_id, :reason)"
    " ON CONFLICT (job_id, unit_id) DO UPDATE SET reason = excluded.reason"
)
_ALLOW = sql("DELETE FROM dispatch_forbidden WHERE job_id = :job_id AND unit_id = :unit_id")


def project(recorded: Recorded) -> Iterable[Write]:
    """Say what one fact changes."""
    change = _CHANGES.get(recorded.kind)
    if change is not None:
        yield from change(recorded.fact, to_us(recorded.at), recorded)
    yield from steps(recorded)
    yield from overrides(recorded)


def _text(value: Any) -> str:
    return canonical_json(value).decode()


def _entry(fact: Any, _at_us: int, _recorded: Recorded) -> Sequence[Write]:
    if fact.register != "units":
        return ()
    return (Write(_UNIT, {"unit_id": fact.id, "region_code": fact.body.get("region_code", "")}),)


def _offered(fact: Any, at_us: int, recorded: Recorded) -> Sequence[Write]:
    proposed = isinstance(fact, JobProposed)
    state = "proposed" if proposed else "offered"
    expires_us = to_us(fact.expires_at)
    writes = [
        Write(
            _JOB,
            {
                "job_id": fact.job_id,
                "case_id": fact.case_id,
                "service": fact.service,
                "task": fact.task,
                "state": state,
                "unit_id": fact.unit_id,
                "attempt": fact.attempt,
                "region_code": fact.region_code,
                "lon": fact.position.lon,
                "lat": fact.position.lat,
                "place_id": fact.place_id,
                "needs": _text(fact.needs),
                "skills": _text(fact.skills),
                "demands": _text(fact.demands),
                "priority": fact.priority,
                "eta_s": fact.eta_s,
                "eta_us": to_us(fact.eta_at),
                "timeout_s": fact.timeout_s,
                "handling_s": fact.handling_s,
                "retry_interval_s": fact.retry_interval_s,
                "arrival_radius_m": fact.arrival_radius_m,
                "expires_us": None if proposed else expires_us,
                "at_us": at_us,
            },
        ),
        Write(
            _OFFER,
            {
                "job_id": fact.job_id,
                "attempt": fact.attempt,
                "case_id": fact.case_id,
                "unit_id": fact.unit_id,
                "state": state,
                "mode": fact.mode,
                "overrides": None if proposed else fact.overrides,
                "by": recorded.by,
                "at_us": at_us,
                "expires_us": expires_us,
                "eta_us": to_us(fact.eta_at),
                "done_us": to_us(fact.done_at),
                "ranked": _text(fact.ranked),
                "rejected": _text(fact.rejected),
            },
        ),
    ]
    if not proposed:
        pending = {"job_id": fact.job_id, "unit_id": fact.unit_id, "expires_us": expires_us}
        writes.append(Write(_PENDING, pending))
    return writes


def _answer(fact: Any, state: str, at_us: int, reason: str = "") -> Write:
    return Write(
        _ANSWER,
        {"job_id": fact.job_id, "unit_id": fact.unit_id, "state": state, "reason": reason, "at_us": at_us},
    )


def _job_state(fact: Any, state: str, unit_id: str | None, at_us: int) -> Write:
    return Write(_JOB_STATE, {"job_id": fact.job_id, "state": state, "unit_id": unit_id, "at_us": at_us})


def _free(fact: Any) -> Write:
    return Write(_FREE, {"job_id": fact.job_id, "unit_id": fact.unit_id})


def _accepted(fact: Any, at_us: int, _recorded: Recorded) -> Sequence[Write]:
    take = {"job_id": fact.job_id, "unit_id": fact.unit_id, "attempt": fact.attempt}
    return (
        _answer(fact, "accepted", at_us),
        _job_state(fact, "accepted", fact.unit_id, at_us),
        Write(_TAKE, take),
    )


def _lost(state: str) -> Callable[[Any, int, Recorded], Sequence[Write]]:
    def lost(fact: Any, at_us: int, _recorded: Recorded) -> Sequence[Write]:
        writes = [
            _answer(fact, state, at_us, getattr(fact, "reason", "")),
            _job_state(fact, "waiting", None, at_us),
            _free(fact),
        ]
        if state == "aborted":  # what it had been fixed to has given it back: somebody else must be free to go
            writes.append(Write(_UNPIN, {"job_id": fact.job_id, "unit_id": fact.unit_id}))
        return writes

    return lost


def _withdrawn(fact: Any, at_us: int, _recorded: Recorded) -> Sequence[Write]:
    state = _job_state(fact, "waiting" if fact.reassigned else "withdrawn", None, at_us)
    if fact.unit_id is None:
        return (state,)
    unpin = Write(_UNPIN, {"job_id": fact.job_id, "unit_id": fact.unit_id})
    return (_answer(fact, "withdrawn", at_us, fact.reason), state, _free(fact), unpin)


def _completed(fact: Any, at_us: int, _recorded: Recorded) -> Sequence[Write]:
    return (
        _answer(fact, "done", at_us),
        _job_state(fact, "done", fact.unit_id, at_us),
        _free(fact),
    )


def _no_unit(fact: Any, at_us: int, _recorded: Recorded) -> Sequence[Write]:
    shortfall = {
        "reasons": fact.reasons,
        "smallest_change": fact.smallest_change,
        "honest_eta_at": fact.honest_eta_at,
        "honest_zh": fact.honest_zh,
        "honest_en": fact.honest_en,
        "rejected": fact.rejected,
    }
    return (
        Write(
            _NO_UNIT,
            {
                "job_id": fact.job_id,
                "case_id": fact.case_id,
                "service": fact.service,
                "task": fact.task,
                "region_code": fact.region_code,
                "lon": fact.position.lon,
                "lat": fact.position.lat,
                "place_id": fact.place_id,
                "needs": _text(fact.needs),
                "skills": _text(fact.skills),
                "demands": _text(fact.demands),
                "retry_interval_s": fact.retry_interval_s,
                "arrival_radius_m": fact.arrival_radius_m,
                "priority": fact.priority,
                "eta_us": None if fact.honest_eta_at is None else to_us(fact.honest_eta_at),
                "next_try_us": to_us(fact.next_try_at),
                "shortfall": _text(shortfall),
                "at_us": at_us,
            },
        ),
    )


def _set_out(fact: Any, _at_us: int, _recorded: Recorded) -> Sequence[Write]:
    return (Write(_STAGE, {"job_id": fact.job_id, "unit_id": fact.unit_id, "stage": "under_way"}),)


def _arrived(fact: Any, at_us: int, _recorded: Recorded) -> Sequence[Write]:
    return (Write(_ON_SCENE, {"job_id": fact.job_id, "unit_id": fact.unit_id, "at_us": at_us}),)


def _retried(fact: Any, at_us: int, _recorded: Recorded) -> Sequence[Write]:
    return (Write(_RETRIED, {"job_id": fact.job_id, "at_us": at_us}),)


def _pinned(fact: Any, at_us: int, _recorded: Recorded) -> Sequence[Write]:
    return (Write(_PIN, {"job_id": fact.job_id, "unit_id": fact.unit_id, "at_us": at_us}),)


def _forbidden(fact: Any, _at_us: int, _recorded: Recorded) -> Sequence[Write]:
    return (Write(_FORBID, {"job_id": fact.job_id, "unit_id": fact.unit_id, "reason": fact.reason}),)


def _allowed(fact: Any, _at_us: int, _recorded: Recorded) -> Sequence[Write]:
    return (Write(_ALLOW, {"job_id": fact.job_id, "unit_id": fact.unit_id}),)


def _held(fact: Any, _at_us: int, _recorded: Recorded) -> Sequence[Write]:
    until_us = None if fact.until is None else to_us(fact.until)
    return (Write(_HOLD, {"unit_id": fact.unit_id, "reason": fact.reason, "until_us": until_us}),)


def _released(fact: Any, _at_us: int, _recorded: Recorded) -> Sequence[Write]:
    return (Write(_HOLD, {"unit_id": fact.unit_id, "reason": None, "until_us": None}),)


_CHANGES: dict[str, Callable[[Any, int, Recorded], Sequence[Write]]] = {
    "EntryRecorded": _entry,
    "JobOffered": _offered,
    "JobProposed": _offered,
    "JobAccepted": _accepted,
    "JobDeclined": _lost("declined"),
    "JobAborted": _lost("aborted"),
    "OfferExpired": _lost("expired"),
    "JobWithdrawn": _withdrawn,
    "JobCompleted": _completed,
    "NoUnitFound": _no_unit,
    "UnitSetOut": _set_out,
    "UnitArrived": _arrived,
    "DispatchRetried": _retried,
    "UnitPinned": _pinned,
    "UnitForbidden": _forbidden,
    "UnitAllowed": _allowed,
    "UnitHeld": _held,
    "UnitReleased": _released,
}

# -- timers ---------------------------------------------------------------------------------------------

OFFER_EXPIRES = "dispatch_offer_expires"
LOOK_AGAIN = "dispatch_look_again"
HOLD_ENDS = "dispatch_hold_ends"
_ANSWERED = frozenset({"JobAccepted", "JobDeclined", "JobWithdrawn", "OfferExpired"})


def timers(recorded: Recorded) -> Iterable[SetTimer | CancelTimer]:
    """An offer runs out, a job without a unit is looked at again, a hold ends."""
    fact: Any = recorded.fact
    kind = recorded.kind
    if kind == "JobOffered":
        ask = {
            "case_id": fact.case_id,
            "job_id": fact.job_id,
            "unit_id": fact.unit_id,
            "attempt": fact.attempt,
        }
        yield SetTimer(f"offer/{fact.job_id}", OFFER_EXPIRES, fact.stream, fact.expires_at, _text(ask))
        yield CancelTimer(f"look/{fact.job_id}")
    elif kind in _ANSWERED:
        yield CancelTimer(f"offer/{fact.job_id}")
        if kind == "JobWithdrawn":
            yield CancelTimer(f"look/{fact.job_id}")
    elif kind == "NoUnitFound":
        ask = {"case_id": fact.case_id, "job_id": fact.job_id}
        yield SetTimer(f"look/{fact.job_id}", LOOK_AGAIN, fact.stream, fact.next_try_at, _text(ask))
    elif kind == "UnitHeld":
        if fact.until is None:
            yield CancelTimer(f"hold/{fact.unit_id}")
        else:
            ask = {"unit_id": fact.unit_id}
            yield SetTimer(f"hold/{fact.unit_id}", HOLD_ENDS, fact.stream, fact.until, _text(ask))
    elif kind == "UnitReleased":
        yield CancelTimer(f"hold/{fact.unit_id}")


def _expire(due: DueTimer) -> Sequence[Command]:
    return (decode(due.payload, ExpireOffer),)


def _look_again(due: DueTimer) -> Sequence[Command]:
    return (decode(due.payload, RetryDispatch),)


def _release(due: DueTimer) -> Sequence[Command]:
    return (decode(due.payload, ReleaseUnit),)


ON_TIMER: dict[str, Callable[[DueTimer], Sequence[Command]]] = {
    OFFER_EXPIRES: _expire,
    LOOK_AGAIN: _look_again,
    HOLD_ENDS: _release,
}
