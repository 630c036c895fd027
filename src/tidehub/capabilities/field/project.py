"""What a fact changes in the tables of the field. Pure; recomputing from zero calls it too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tidehub.capabilities.field.state import Entry
from tidehub.hub.log import Recorded
from tidehub.hub.statement import Write, sql
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.instants import to_us

READS = frozenset({"EntryRecorded", "JobOffered", "OfferExpired", "JobWithdrawn", "UnitEnteredCircle"})

_UNIT = sql(
    "INSERT INTO field_unit (unit_id, region_code) VALUES (:unit_id, :region_code)"
    " ON CONFLICT (unit_id) DO UPDATE SET region_code = excluded.region_code"
)
_OFFERED = sql(
    "INSERT INTO field_job (job_id, case_id, service, task, unit_id, state, attempt, region_code, lon, lat,"
    " place_id, lines, demands, priority, queued_after, offered_us, expires_us, eta_us, reason, changed_us)"
    " VALUES (:job_id, :case_id, :service, :task, :unit_id, 'offered', :attempt, :region_code, :lon, :lat,"
    " :place_id, :lines, :demands, :priority, :queued_after, :at_us, :expires_us, :eta_us, '', :at_us)"
    " ON CONFLICT (job_id) DO UPDATE SET unit_id = excluded.unit_id, state = 'offered',"
    " attempt = excluded.attempt, lon = excluded.lon, lat = excluded.lat, place_id = excluded.place_id,"
    " lines = excluded.lines, demands = excluded.demands, priority = excluded.priority,"
    " queued_after = excluded.queued_after, offered_us = excluded.offered_us,"
    " expires_us = excluded.expires_us, eta_us = excluded.eta_us, received_us = NULL, accepted_us = NULL,"
    " set_out_us = NULL,"
    " claimed_us = NULL, arrived_us = NULL, done_us = NULL, entry = NULL, route = NULL, partial = NULL,"
    " remaining = NULL, reason = '', changed_us = excluded.changed_us"
)
_ASKED = sql(
    "INSERT INTO field_asked (job_id, unit_id) VALUES (:job_id, :unit_id) ON CONFLICT (job_id, unit_id) DO NOTHING"
)
_LOST = sql(
    "UPDATE field_job SET state = :state, reason = :reason, changed_us = :at_us"
    " WHERE job_id = :job_id AND unit_id = :unit_id AND state <> 'done'"
)
_RECEIVED = sql("UPDATE field_job SET received_us = :happened_us, changed_us = :at_us WHERE job_id = :job_id")
_ACCEPTED = sql(
    "UPDATE field_job SET state = 'accepted', accepted_us = :happened_us, route = :route,"
    " eta_us = COALESCE(CAST(:eta_us AS BIGINT), eta_us), changed_us = :at_us WHERE job_id = :job_id"
)
_SET_OUT = sql(
    "UPDATE field_job SET state = 'under_way', set_out_us = :happened_us, changed_us = :at_us WHERE job_id = :job_id"
)
_CLAIMED = sql(
    "UPDATE field_job SET state = 'on_scene', claimed_us = :happened_us, changed_us = :at_us WHERE job_id = :job_id"
)
_ARRIVED = sql(
    "UPDATE field_job SET state = 'on_scene', arrived_us = :happened_us, changed_us = :at_us WHERE job_id = :job_id"
)
_ENTRY = sql("UPDATE field_job SET entry = :entry WHERE job_id = :job_id AND unit_id = :unit_id AND entry IS NULL")
_DONE = sql(
    "UPDATE field_job SET state = 'done', done_us = :happened_us, partial = :partial, remaining = :remaining,"
    " reason = :reason, changed_us = :at_us WHERE job_id = :job_id"
)
_MEASURE = sql(
    "INSERT INTO field_measure (job_id, line_id, container_id, version, case_id, unit_id, kind, stream_group,"
    ' quantity, tare_g, gross_g, photos, reason, note, happened_us, recorded_us, "by") VALUES (:job_id,'
    " :line_id, :container_id, :version, :case_id, :unit_id, :kind, :stream_group, :quantity, :tare_g,"
    " :gross_g, :photos, :reason, :note, :happened_us, :at_us, :by)"
)
_LOAD = sql(
    "INSERT INTO field_load (unit_id, stream_group, unit, amount)"
    " VALUES (:unit_id, :stream_group, :unit, :change)"
    " ON CONFLICT (unit_id, stream_group, unit) DO UPDATE SET amount = field_load.amount + excluded.amount"
)
_LANDED = sql(
    "UPDATE field_load SET amount = CASE WHEN amount < :landed THEN 0 ELSE amount - :landed END"
    " WHERE unit_id = :unit_id AND stream_group = :stream_group AND unit = :unit"
)
_EMPTIED = sql("UPDATE field_load SET amount = 0 WHERE unit_id = :unit_id AND stream_group = :stream_group")
_REFUSED = sql(
    'INSERT INTO field_refused (job_id, line_id, kind, reason, photos, note, happened_us, "by")'
    " VALUES (:job_id, :line_id, :kind, :reason, :photos, :note, :happened_us, :by)"
    " ON CONFLICT (job_id, line_id) DO NOTHING"
)
_EVIDENCE = sql(
    "INSERT INTO field_evidence (job_id, sha256, label, media_type, line_id, lon, lat, taken_us, recorded_us,"
    ' "by") VALUES (:job_id, :sha256, :label, :media_type, :line_id, :lon, :lat, :taken_us, :at_us, :by)'
    " ON CONFLICT (job_id, sha256) DO NOTHING"
)
_SIGNATURE = sql(
    "INSERT INTO field_signature (job_id, party, name, signature_sha256, measures_sha256, happened_us,"
    ' "by") VALUES (:job_id, :party, :name, :signature_sha256, :measures_sha256, :happened_us, :by)'
    " ON CONFLICT (job_id, party) DO UPDATE SET name = excluded.name,"
    " signature_sha256 = excluded.signature_sha256, measures_sha256 = excluded.measures_sha256,"
    ' happened_us = excluded.happened_us, "by" = excluded."by"'
)
_LANDING = sql(
    'INSERT INTO field_landing (landing_id, unit_id, place_id, lines, case_ids, landed_us, "by")'
    " VALUES (:landing_id, :unit_id, :place_id, :lines, :case_ids, :landed_us, :by)"
)
_STAMP = sql(
    "INSERT INTO field_stamp (device_id, device_seq, command_sha256, fact_id, kind)"
    " VALUES (:device_id, :device_seq, :command_sha256, :fact_id, :kind)"
    " ON CONFLICT (device_id, device_seq) DO NOTHING"
)
_CONFLICT = sql(
    "INSERT INTO field_conflict (fact_id, case_id, job_id, unit_id, asked, command, code, zh, en,"
    " happened_us,"
    " recorded_us) VALUES (:fact_id, :case_id, :job_id, :unit_id, :asked, :command, :code, :zh, :en,"
    " :happened_us, :at_us)"
)


def project(recorded: Recorded) -> Iterable[Write]:
    """Say what one fact changes."""
    change = _CHANGES.get(recorded.kind)
    if change is None:
        return
    yield from change(recorded.fact, recorded)
    mark = getattr(recorded.fact, "stamp", None)
    if mark is not None:
        yield Write(
            _STAMP,
            {
                "device_id": mark.device_id,
                "device_seq": mark.device_seq,
                "command_sha256": mark.command_sha256,
                "fact_id": recorded.id,
                "kind": recorded.kind,
            },
        )


def _text(value: Any) -> str:
    return canonical_json(value).decode()


def _moment(fact: Any, recorded: Recorded) -> dict[str, Any]:
    return {
        "job_id": fact.job_id,
        "happened_us": to_us(fact.happened_at),
        "at_us": to_us(recorded.at),
    }


def _entry_recorded(fact: Any, _recorded: Recorded) -> Sequence[Write]:
    if fact.register != "units":
        return ()
    return (Write(_UNIT, {"unit_id": fact.id, "region_code": fact.body.get("region_code", "")}),)


def _offered(fact: Any, recorded: Recorded) -> Sequence[Write]:
    row = {
        "job_id": fact.job_id,
        "case_id": fact.case_id,
        "service": fact.service,
        "task": fact.task,
        "unit_id": fact.unit_id,
        "attempt": fact.attempt,
        "region_code": fact.region_code,
        "lon": fact.position.lon,
        "lat": fact.position.lat,
        "place_id": fact.place_id,
        "lines": _text(fact.needs.get("lines", [])),
        "demands": _text(fact.demands),
        "priority": fact.priority,
        "queued_after": fact.queued_after,
        "expires_us": to_us(fact.expires_at),
        "eta_us": to_us(fact.eta_at),
        "at_us": to_us(recorded.at),
    }
    return (Write(_OFFERED, row), Write(_ASKED, {"job_id": fact.job_id, "unit_id": fact.unit_id}))


def _lost(state: str) -> Callable[[Any, Recorded], Sequence[Write]]:
    def lost(fact: Any, recorded: Recorded) -> Sequence[Write]:
        if fact.unit_id is None:
            return ()
        reason = getattr(fact, "reason", "")
        row = {
            "job_id": fact.job_id,
            "unit_id": fact.unit_id,
            "state": state,
            "reason": reason,
            "at_us": to_us(recorded.at),
        }
        return (Write(_LOST, row),)

    return lost


def _received(fact: Any, recorded: Recorded) -> Sequence[Write]:
    return (Write(_RECEIVED, _moment(fact, recorded)),)


def _accepted(fact: Any, recorded: Recorded) -> Sequence[Write]:
    row = _moment(fact, recorded) | {
        "route": None if fact.route is None else _text(fact.route),
        "eta_us": None if fact.eta_at is None else to_us(fact.eta_at),
    }
    return (Write(_ACCEPTED, row),)


def _set_out(fact: Any, recorded: Recorded) -> Sequence[Write]:
    return (Write(_SET_OUT, _moment(fact, recorded)),)


def _claimed(fact: Any, recorded: Recorded) -> Sequence[Write]:
    return (Write(_CLAIMED, _moment(fact, recorded)),)


def _arrived(fact: Any, recorded: Recorded) -> Sequence[Write]:
    return (Write(_ARRIVED, _moment(fact, recorded)),)


def _entered_circle(fact: Any, recorded: Recorded) -> Sequence[Write]:
    if fact.job_id is None:
        return ()
    entry = Entry(recorded.id, fact.circle_id, fact.since_at, fact.position)
    return (Write(_ENTRY, {"job_id": fact.job_id, "unit_id": fact.unit_id, "entry": _text(entry)}),)


def _weighed(fact: Any, recorded: Recorded) -> Sequence[Write]:
    quantity, before = fact.quantity, fact.supersedes
    writes = [
        Write(
            _MEASURE,
            _moment(fact, recorded)
            | {
                "line_id": fact.line_id,
                "container_id": fact.container_id,
                "version": fact.version,
                "case_id": fact.case_id,
                "unit_id": fact.unit_id,
                "kind": fact.kind,
                "stream_group": fact.group,
                "quantity": _text(quantity),
                "tare_g": fact.tare_g,
                "gross_g": fact.gross_g,
                "photos": _text(fact.evidence),
                "reason": fact.reason,
                "note": fact.note,
                "by": recorded.by,
            },
        )
    ]
    if fact.group:
        changes = {quantity.unit: quantity.amount}
        if before is not None:
            changes[before.unit] = changes.get(before.unit, 0) - before.amount
        writes += [
            Write(
                _LOAD,
                {
                    "unit_id": fact.unit_id,
                    "stream_group": fact.group,
                    "unit": measured_in,
                    "change": change,
                },
            )
            for measured_in, change in sorted(changes.items())
        ]
    return writes


def _content_refused(fact: Any, recorded: Recorded) -> Sequence[Write]:
    row = {
        "job_id": fact.job_id,
        "line_id": fact.line_id,
        "kind": fact.kind,
        "reason": fact.reason,
        "photos": _text(fact.evidence),
        "note": fact.note,
        "happened_us": to_us(fact.happened_at),
        "by": recorded.by,
    }
    return (Write(_REFUSED, row),)


def _attached(fact: Any, recorded: Recorded) -> Sequence[Write]:
    row = {
        "job_id": fact.job_id,
        "sha256": fact.sha256,
        "label": fact.label,
        "media_type": fact.media_type,
        "line_id": fact.line_id,
        "lon": None if fact.position is None else fact.position.lon,
        "lat": None if fact.position is None else fact.position.lat,
        "taken_us": to_us(fact.taken_at),
        "at_us": to_us(recorded.at),
        "by": recorded.by,
    }
    return (Write(_EVIDENCE, row),)


def _signed(fact: Any, recorded: Recorded) -> Sequence[Write]:
    row = {
        "job_id": fact.job_id,
        "party": fact.party,
        "name": fact.name,
        "signature_sha256": fact.signature_sha256,
        "measures_sha256": fact.measures_sha256,
        "happened_us": to_us(fact.happened_at),
        "by": recorded.by,
    }
    return (Write(_SIGNATURE, row),)


def _completed(fact: Any, recorded: Recorded) -> Sequence[Write]:
    row = _moment(fact, recorded) | {
        "partial": int(fact.partial),
        "remaining": _text(fact.remaining),
        "reason": fact.reason,
    }
    return (Write(_DONE, row),)


def _conflict(fact: Any, recorded: Recorded) -> Sequence[Write]:
    row = _moment(fact, recorded) | {
        "fact_id": recorded.id,
        "case_id": fact.case_id,
        "unit_id": fact.unit_id,
        "asked": fact.asked,
        "command": _text(fact.command),
        "code": fact.code,
        "zh": fact.zh,
        "en": fact.en,
    }
    return (Write(_CONFLICT, row),)


def _landed(fact: Any, recorded: Recorded) -> Sequence[Write]:
    writes = [
        Write(
            _LANDING,
            {
                "landing_id": fact.landing_id,
                "unit_id": fact.unit_id,
                "place_id": fact.place_id,
                "lines": _text(fact.lines),
                "case_ids": _text(fact.case_ids),
                "landed_us": to_us(fact.landed_at),
                "by": recorded.by,
            },
        )
    ]
    for line in fact.lines:
        where = {"unit_id": fact.unit_id, "stream_group": line.group}
        if line.emptied:
            writes.append(Write(_EMPTIED, where))
        else:
            taken = {"unit": line.quantity.unit, "landed": line.quantity.amount}
            writes.append(Write(_LANDED, where | taken))
    return writes


_CHANGES: dict[str, Callable[[Any, Recorded], Iterable[Write]]] = {
    "EntryRecorded": _entry_recorded,
    "JobOffered": _offered,
    "OfferExpired": _lost("expired"),
    "JobWithdrawn": _lost("withdrawn"),
    "JobDeclined": _lost("declined"),
    "JobAborted": _lost("aborted"),
    "JobReceived": _received,
    "JobAccepted": _accepted,
    "UnitSetOut": _set_out,
    "ArrivalClaimed": _claimed,
    "UnitArrived": _arrived,
    "UnitEnteredCircle": _entered_circle,
    "CollectionWeighed": _weighed,
    "ContentRefused": _content_refused,
    "EvidenceAttached": _attached,
    "HandoverSigned": _signed,
    "JobCompleted": _completed,
    "FieldConflictReported": _conflict,
    "LoadLanded": _landed,
}
