"""What facts change in the tables of intake; those of cases are read by name and attribute.

The public never sees a case's own notes: a move is shown by the words that the catalogue has for its state,
and by notes that were written for the public (``CaseNoted`` with ``public``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from tidehub.hub.log import Recorded
from tidehub.hub.statement import Write, sql
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.instants import to_us

READS = frozenset(
    {
        "CaseOpened", "CaseMoved", "CaseClosed", "CaseReopened", "CaseAssigned", "CaseNoted",
        "CaseDueChanged", "CaseJoined", "CaseJoinUndone", "ReportLinked",
    }
)  # fmt: skip

_INSERT_REPORT = sql(
    "INSERT INTO intake_report (report_id, service_code, category, channel, body_sha256, description, lon,"
    " lat, place_id, address, region_code, answers, media, media_url, reporter, taken_by, contact, public,"
    " received_us, happened_us, updated_us, status)"
    " VALUES (:report_id, :service_code, :category, :channel, :body_sha256, :description, :lon, :lat,"
    " :place_id, :address, :region_code, :answers, :media, :media_url, :reporter, :taken_by, :contact,"
    " :public, :received_us, :happened_us, :received_us, 'open')"
)
_INSERT_UPDATE = sql(
    "INSERT INTO intake_update (update_id, report_id, at_us, status, lifecycle, case_state, description,"
    " media, media_url, source_key, body_sha256, public) VALUES (:update_id, :report_id, :at_us, :status, '',"
    " '', :description, :media, :media_url, :source_key, :body_sha256, :public)"
)
_TOUCH = sql("UPDATE intake_report SET updated_us = :at_us WHERE report_id = :report_id")
_INSERT_EVENT = sql(
    "INSERT INTO intake_event (event_id, source, source_event_id, type, subject, occurred_us, received_us,"
    " attributes, data_type, data, data_base64, body_sha256, region_code, reporter) VALUES (:event_id,"
    " :source, :source_event_id, :type, :subject, :occurred_us, :received_us, :attributes, :data_type, :data,"
    " :data_base64, :body_sha256, :region_code, :reporter)"
)
_WITHDRAW = sql(
    "UPDATE intake_report SET status = 'closed', withdrawn = 1, outcome = 'withdrawn', closed_us = :at_us,"
    " updated_us = :at_us, expected_us = NULL WHERE report_id = :report_id"
)
_RATE = sql(
    "UPDATE intake_report SET rating = :score, rated_us = :at_us, updated_us = :at_us WHERE report_id = :report_id"
)
# A report takes over what its new case already says to another report of it, else it only learns its name.
_SPEAKER = (
    "(SELECT o.{0} FROM intake_report o WHERE o.case_id = :case_id AND o.report_id <> :report_id"
    " AND o.withdrawn = 0 ORDER BY o.report_id LIMIT 1)"
)
_TAKEN_OVER = ("status", "lifecycle", "case_state", "agency", "expected_us", "closed_us", "outcome")


def _taking_over(source: str) -> str:
    return "".join(f", {name} = COALESCE({source.format(name)}, {name})" for name in _TAKEN_OVER)


_JOIN = sql(
    "UPDATE intake_report SET own_case_id = :case_id, joined_case_id = :case_id, case_id = :case_id,"
    f" updated_us = :at_us{_taking_over(_SPEAKER)}"
    " WHERE report_id = :report_id AND withdrawn = 0"
)
_OPENED = sql(
    "UPDATE intake_report SET case_id = :case_id, own_case_id = :case_id, lifecycle = :lifecycle,"
    " case_state = :state, agency = :agency, expected_us = :expected_us, updated_us = :at_us"
    " WHERE report_id = ANY(:report_ids) AND withdrawn = 0"
)
_MOVED = sql(
    "UPDATE intake_report SET case_state = :state, agency = :agency, expected_us = :expected_us,"
    " updated_us = :at_us WHERE case_id = :case_id AND withdrawn = 0"
)
_CLOSED = sql(
    "UPDATE intake_report SET status = 'closed', closed_us = :at_us, outcome = :outcome, expected_us = NULL,"
    " updated_us = :at_us WHERE case_id = :case_id AND withdrawn = 0"
)
_REOPENED = sql(
    "UPDATE intake_report SET status = 'open', case_state = :state, closed_us = NULL, outcome = '',"
    " rating = NULL, rated_us = NULL, updated_us = :at_us WHERE case_id = :case_id AND withdrawn = 0"
)
_ASSIGNED = sql("UPDATE intake_report SET agency = :agency, updated_us = :at_us WHERE case_id = :case_id")
_DUE = sql(
    "UPDATE intake_report SET expected_us = :expected_us, updated_us = :at_us"
    " WHERE case_id = :case_id AND status = 'open'"
)
_NOTED = sql("UPDATE intake_report SET status_notes = :text, updated_us = :at_us WHERE case_id = :case_id")
_ORIGINAL = "(SELECT o.{0} FROM intake_report o WHERE o.case_id = :original_id ORDER BY o.report_id LIMIT 1)"
_CASE_JOINED = sql(
    "UPDATE intake_report SET case_id = :original_id, updated_us = :at_us"
    f"{_taking_over(_ORIGINAL)}"
    " WHERE case_id = :case_id AND withdrawn = 0"
)
_JOIN_UNDONE = sql(
    "UPDATE intake_report SET case_id = :case_id, case_state = :state, status = 'open', closed_us = NULL,"
    " outcome = '', updated_us = :at_us WHERE own_case_id = :case_id AND withdrawn = 0"
)
_SAY = sql(
    "INSERT INTO intake_update (update_id, report_id, at_us, status, lifecycle, case_state, description,"
    " media, media_url, source_key, body_sha256, public)"
    " SELECT CAST(:fact_id AS TEXT) || '/' || report_id, report_id, CAST(:at_us AS BIGINT),"
    " CAST(:status AS TEXT), lifecycle, CAST(:state AS TEXT), CAST(:text AS TEXT), '[]', '', '', '', 1"
    " FROM intake_report WHERE case_id = :case_id AND withdrawn = 0"
)


def project(recorded: Recorded) -> Iterable[Write]:
    """Give the changes that a fact makes, whoever's it is."""
    return _BY_KIND[recorded.kind](recorded.fact, recorded)


def _received(fact: Any, recorded: Recorded) -> Iterable[Write]:
    at = fact.position
    received_us = to_us(recorded.at)
    return (
        Write(
            _INSERT_REPORT,
            {
                "report_id": fact.report_id,
                "service_code": fact.service_code,
                "category": fact.category,
                "channel": fact.channel,
                "body_sha256": fact.body_sha256,
                "description": fact.description,
                "lon": None if at is None else at.lon,
                "lat": None if at is None else at.lat,
                "place_id": fact.place_id,
                "address": fact.address,
                "region_code": fact.region_code,
                "answers": canonical_json(fact.answers).decode(),
                "media": canonical_json(fact.media).decode() if fact.media else "[]",
                "media_url": fact.media_url,
                "reporter": fact.reporter,
                "taken_by": fact.taken_by,
                "contact": "" if fact.contact is None else canonical_json(fact.contact).decode(),
                "public": int(fact.public),
                "received_us": received_us,
                "happened_us": received_us if fact.happened_at is recorded.at else to_us(fact.happened_at),
            },
        ),
    )


def _update_added(fact: Any, recorded: Recorded) -> Iterable[Write]:
    at_us = to_us(recorded.at)
    yield Write(
        _INSERT_UPDATE,
        {
            "update_id": fact.update_id,
            "report_id": fact.report_id,
            "at_us": at_us,
            "status": fact.status,
            "description": fact.description,
            "media": canonical_json(fact.media).decode(),
            "media_url": fact.media_url,
            "source_key": fact.source_key,
            "body_sha256": fact.body_sha256,
            "public": int(fact.public),
        },
    )
    yield Write(_TOUCH, {"report_id": fact.report_id, "at_us": at_us})


def _event_received(fact: Any, recorded: Recorded) -> Iterable[Write]:
    yield Write(
        _INSERT_EVENT,
        {
            "event_id": fact.event_id,
            "source": fact.source,
            "source_event_id": fact.source_event_id,
            "type": fact.type,
            "subject": fact.subject,
            "occurred_us": to_us(fact.occurred_at),
            "received_us": to_us(recorded.at),
            "attributes": canonical_json(fact.attributes).decode(),
            "data_type": fact.data_type,
            "data": fact.data,
            "data_base64": int(fact.data_base64),
            "body_sha256": fact.body_sha256,
            "region_code": fact.region_code,
            "reporter": fact.reporter,
        },
    )


def _withdrawn(fact: Any, recorded: Recorded) -> Iterable[Write]:
    yield Write(_WITHDRAW, {"report_id": fact.report_id, "at_us": to_us(recorded.at)})


def _rated(fact: Any, recorded: Recorded) -> Iterable[Write]:
    yield Write(_RATE, {"report_id": fact.report_id, "score": fact.score, "at_us": to_us(recorded.at)})


def _disputed(_fact: Any, _recorded: Recorded) -> Iterable[Write]:
    return ()  # what it changes is the case's, which speaks for the report


def _joined(fact: Any, recorded: Recorded) -> Iterable[Write]:
    yield Write(_JOIN, {"report_id": fact.report_id, "case_id": fact.case_id, "at_us": to_us(recorded.at)})


def _instant_us(at: datetime | None) -> int | None:
    return None if at is None else to_us(at)


def _opened(fact: Any, recorded: Recorded) -> Iterable[Write]:
    if fact.report_ids:
        yield Write(
            _OPENED,
            {
                "case_id": fact.case_id,
                "report_ids": list(fact.report_ids),
                "lifecycle": fact.lifecycle,
                "state": fact.state,
                "agency": fact.responsible_unit or "",
                "expected_us": _instant_us(fact.due_at),
                "at_us": to_us(recorded.at),
            },
        )
        yield _say(fact.case_id, recorded, "open", fact.state)


def _moved(fact: Any, recorded: Recorded) -> Iterable[Write]:
    yield Write(
        _MOVED,
        {
            "case_id": fact.case_id,
            "state": fact.to_state,
            "agency": fact.responsible_unit or "",
            "expected_us": _instant_us(fact.due_at),
            "at_us": to_us(recorded.at),
        },
    )
    yield _say(fact.case_id, recorded, "", fact.to_state)


def _closed(fact: Any, recorded: Recorded) -> Iterable[Write]:
    yield Write(_CLOSED, {"case_id": fact.case_id, "outcome": fact.outcome, "at_us": to_us(recorded.at)})
    yield _say(fact.case_id, recorded, "closed")


def _reopened(fact: Any, recorded: Recorded) -> Iterable[Write]:
    yield Write(_REOPENED, {"case_id": fact.case_id, "state": fact.state, "at_us": to_us(recorded.at)})
    yield _say(fact.case_id, recorded, "reopen", fact.state)


def _assigned(fact: Any, recorded: Recorded) -> Iterable[Write]:
    yield Write(
        _ASSIGNED,
        {"case_id": fact.case_id, "agency": fact.responsible_unit or "", "at_us": to_us(recorded.at)},
    )


def _due(fact: Any, recorded: Recorded) -> Iterable[Write]:
    yield Write(
        _DUE,
        {"case_id": fact.case_id, "expected_us": _instant_us(fact.due_at), "at_us": to_us(recorded.at)},
    )


def _noted(fact: Any, recorded: Recorded) -> Iterable[Write]:
    if fact.public:
        yield Write(_NOTED, {"case_id": fact.case_id, "text": fact.text, "at_us": to_us(recorded.at)})
        yield _say(fact.case_id, recorded, "unchanged", text=fact.text)


def _case_joined(fact: Any, recorded: Recorded) -> Iterable[Write]:
    yield _say(fact.case_id, recorded, "duplicate")
    yield Write(
        _CASE_JOINED,
        {"case_id": fact.case_id, "original_id": fact.original_id, "at_us": to_us(recorded.at)},
    )


def _join_undone(fact: Any, recorded: Recorded) -> Iterable[Write]:
    yield Write(_JOIN_UNDONE, {"case_id": fact.case_id, "state": fact.state, "at_us": to_us(recorded.at)})


def _say(case_id: str, recorded: Recorded, status: str, state: str = "", text: str = "") -> Write:
    return Write(
        _SAY,
        {
            "case_id": case_id,
            "fact_id": recorded.id,
            "at_us": to_us(recorded.at),
            "status": status,
            "state": state,
            "text": text,
        },
    )


_BY_KIND: dict[str, Callable[[Any, Recorded], Iterable[Write]]] = {
    "ReportReceived": _received,
    "ReportUpdateAdded": _update_added,
    "ReportWithdrawn": _withdrawn,
    "ReportRated": _rated,
    "ReportDisputed": _disputed,
    "ReportJoined": _joined,
    "ReportLinked": _joined,
    "EventReceived": _event_received,
    "CaseOpened": _opened,
    "CaseMoved": _moved,
    "CaseClosed": _closed,
    "CaseReopened": _reopened,
    "CaseAssigned": _assigned,
    "CaseNoted": _noted,
    "CaseDueChanged": _due,
    "CaseJoined": _case_joined,
    "CaseJoinUndone": _join_undone,
}
