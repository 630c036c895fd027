"""Reports as GeoReport v2 shows them: services, requests, updates, and the discovery document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import Any

import msgspec

from tidehub.adapters.open311.reading import REQUESTS_MAX
from tidehub.capabilities.intake import Catalogue, Offer, ReportRow, Service, Text, UpdateRow
from tidehub.kernel.instants import from_us

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
AgencyName = Callable[[str, str], str]
"""Name of a unit by its id, in a language."""


class Open311Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How the door is set.

    Parameters
    ----------
    jurisdictions
        Ids that are served. With one, ``jurisdiction_id`` may be left out; with several it must be said.
    contact, key_service
        How to reach us, and how to get an API key.
    changed_at
        When the interface changed last, for ``changeset``; in the past.
    url, test_url
        Addresses of the production and test endpoints; empty is where the request came in.
    """

    jurisdictions: tuple[str, ...] = ()
    contact: Text = Text("请联系本县数据中心", "Ask the county's data centre")
    key_service: Text = Text(
        "由管理员签发令牌：POST /api/v1/tokens", "The administrator issues tokens: POST /api/v1/tokens"
    )
    changed_at: str = "2026-06-01T00:00:00+08:00"
    url: str = ""
    test_url: str = ""


def _say(text: Text | None, language: str) -> str | None:
    return None if text is None else text.en if language == "en" else text.zh


def discovery(settings: Open311Settings, here: str, language: str) -> dict[str, Any]:
    """Write the discovery document: a production and a test endpoint, each in both formats."""
    return {
        "changeset": settings.changed_at,
        "contact": _say(settings.contact, language),
        "key_service": _say(settings.key_service, language),
        "max_requests": REQUESTS_MAX,
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": url,
                "changeset": settings.changed_at,
                "type": type_,
                "formats": ["text/xml", "application/json"],
            }
            for type_, url in (
                ("production", settings.url or here),
                ("test", settings.test_url or settings.url or here),
            )
        ],
    }


def service(offer: Offer, language: str) -> dict[str, Any]:
    """Write an entry of the service list."""
    known: Service = offer.service
    words = known.keywords.en if language == "en" else known.keywords.zh
    return {
        "service_code": known.code,
        "service_name": _say(known.name, language),
        "description": _say(known.description, language),
        "metadata": bool(offer.form.fields),
        "type": "realtime",
        "keywords": ", ".join(words),
        "group": _say(known.group, language) or "",
    }


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What writing a record needs to know beside its row."""

    catalogue: Catalogue
    agency_name: AgencyName
    language: str
    zone: tzinfo
    here: str

    def at(self, at_us: int | None) -> str | None:
        """Write an instant in the town's zone, to the second (W3C date and time)."""
        if at_us is None:
            return None
        return from_us(at_us).astimezone(self.zone).replace(microsecond=0).isoformat()

    def offer_of(self, row: ReportRow) -> Offer | None:
        """Return the service as it was offered when the report came in."""
        return self.catalogue.find(row.service_code, from_us(row.received_us))

    def media_urls(self, row: ReportRow) -> list[str]:
        """Addresses of a report's media: its own, and those that we keep."""
        kept: list[str] = msgspec.json.decode(row.media)
        ours = [f"{self.here}/requests/{row.report_id}/media/{number}" for number in range(1, len(kept) + 1)]
        return ([row.media_url] if row.media_url else []) + ours


def status_notes(row: ReportRow, shown: Shown) -> str | None:
    """Say how it stands: the last public note, else the words for the state, else that it was withdrawn."""
    if row.withdrawn:
        return "Withdrawn by the reporter" if shown.language == "en" else "报件人已撤回"
    if row.status_notes:
        return row.status_notes
    state = shown.catalogue.states.get((row.lifecycle, row.case_state))
    return None if state is None else _say(state.text, shown.language)


def request(row: ReportRow, shown: Shown) -> dict[str, Any]:
    """Write a service request; every key is there, unknown ones are ``None``."""
    offer = shown.offer_of(row)
    media = shown.media_urls(row)
    updated_us = row.closed_us if row.status == "closed" and row.closed_us else row.updated_us
    return {
        "service_request_id": row.report_id,
        "status": row.status,
        "status_notes": status_notes(row, shown),
        "service_name": row.service_code if offer is None else _say(offer.service.name, shown.language),
        "service_code": row.service_code,
        "description": row.description or None,
        "agency_responsible": shown.agency_name(row.agency, shown.language) if row.agency else None,
        "service_notice": None if offer is None else _say(offer.service.notice, shown.language),
        "requested_datetime": shown.at(row.received_us),
        "updated_datetime": shown.at(updated_us),
        "expected_datetime": shown.at(row.expected_us),
        "address": row.address or None,
        "address_id": row.place_id or None,
        "zipcode": None,
        "lat": row.lat,
        "long": row.lon,
        "media_url": media[0] if media else None,
    }


def extended(row: ReportRow, updates: Sequence[UpdateRow], shown: Shown) -> dict[str, Any]:
    """Write what ``extensions=true`` adds: where it came in, the public answers, what was said since."""
    offer = shown.offer_of(row)
    answers: dict[str, Any] = msgspec.json.decode(row.answers)
    personal = offer.personal if offer is not None else frozenset(answers)
    attributes = []
    for name, value in answers.items():
        is_lines = isinstance(value, list) and any(isinstance(line, dict) for line in value)
        if name in personal or is_lines:
            continue
        values = value if isinstance(value, list) else [value]
        attributes.append({"code": name, "value": ", ".join(_plain(one) for one in values)})
    return {
        "extended_attributes": {"channel": row.channel, "region": row.region_code, "category": row.category},
        "attributes": attributes,
        "notes": [
            {
                "datetime": known["updated_datetime"],
                "description": known["description"],
                "type": known["status"],
            }
            for known in (update(one, shown) for one in updates)
            if known is not None
        ],
    }


def _plain(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def update(row: UpdateRow, shown: Shown) -> dict[str, Any] | None:
    """Write an update; a move of the case into a state that the public has no words for is none."""
    status, description = row.status, row.description
    if row.case_state:
        state = shown.catalogue.states.get((row.lifecycle, row.case_state))
        if state is not None:
            status, description = (
                status or state.status,
                description or _say(state.text, shown.language) or "",
            )
    if not status:
        return None
    kept: list[str] = msgspec.json.decode(row.media)
    ours = [f"{shown.here}/updates/{row.update_id}/media/{number}" for number in range(1, len(kept) + 1)]
    media = ([row.media_url] if row.media_url else []) + ours
    return {
        "update_id": row.update_id,
        "service_request_id": row.report_id,
        "status": status,
        "updated_datetime": shown.at(row.at_us),
        "description": description,
        "media_url": media[0] if len(media) == 1 else (media or None),
    }


def changed_at_is_past(settings: Open311Settings, now: datetime) -> bool:
    """Whether ``changeset`` lies in the past, as readers expect."""
    return datetime.fromisoformat(settings.changed_at) <= now
