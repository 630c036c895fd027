"""Showing a report to people: masked by default, without its reporter to the public."""

from __future__ import annotations

from typing import Any

import msgspec

from tidehub.capabilities.intake.catalogue import Offer
from tidehub.capabilities.intake.model import Contact
from tidehub.capabilities.intake.queries import ReportRow
from tidehub.kernel.instants import format_instant, from_us
from tidehub.registers.personal import mask_mail, mask_name, mask_phone


def shown_report(row: ReportRow, offer: Offer | None, *, public: bool = False, full: bool = False) -> dict[str, Any]:
    """Write a report as plain JSON, with its personal data masked.

    Parameters
    ----------
    row, offer
        The report, and its service as it was offered that day (which answers are personal stands there).
    public
        For everyone: who reported it and personal answers are left out altogether.
    full
        Nothing masked. Only with a purpose that has been noted (``NotePersonalDataRead``).
    """
    personal = offer.personal if offer is not None else frozenset[str]()
    answers = msgspec.json.decode(row.answers)
    shown: dict[str, Any] = {
        "report_id": row.report_id,
        "service_code": row.service_code,
        "category": row.category,
        "channel": row.channel,
        "description": row.description,
        "position": None if row.position is None else {"lon": row.lon, "lat": row.lat, "datum": "WGS84"},
        "place_id": row.place_id,
        "address": row.address,
        "region_code": row.region_code,
        "answers": answers if full else _without_personal(answers, personal, drop=public),
        "media": msgspec.json.decode(row.media),
        "media_url": row.media_url,
        "received_at": format_instant(from_us(row.received_us)),
        "happened_at": format_instant(from_us(row.happened_us)),
        "updated_at": format_instant(from_us(row.updated_us)),
        "expected_at": None if row.expected_us is None else format_instant(from_us(row.expected_us)),
        "closed_at": None if row.closed_us is None else format_instant(from_us(row.closed_us)),
        "status": row.status,
        "withdrawn": bool(row.withdrawn),
        "status_notes": row.status_notes,
        "agency": row.agency,
        "public": bool(row.public),
    }
    if public:
        return shown
    contact = msgspec.json.decode(row.contact, type=Contact) if row.contact else Contact()
    return shown | {
        "case_id": row.case_id,
        "lifecycle": row.lifecycle,
        "case_state": row.case_state,
        "outcome": row.outcome,
        "reporter": row.reporter,
        "taken_by": row.taken_by,
        "contact": {
            "name": contact.name if full else mask_name(contact.name),
            "phone": contact.phone if full else mask_phone(contact.phone),
            "email": contact.email if full else (contact.email and mask_mail(contact.email)),
        },
        "rating": row.rating,
    }


def _without_personal(answers: Any, personal: frozenset[str], *, drop: bool) -> Any:
    if not personal:
        return answers
    if isinstance(answers, list):
        return [_without_personal(line, personal, drop=drop) for line in answers]
    if not isinstance(answers, dict):
        return answers
    return {
        name: "***" if name in personal else _without_personal(value, personal, drop=drop)
        for name, value in answers.items()
        if not (drop and name in personal)
    }
