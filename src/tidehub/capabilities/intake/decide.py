"""What intake decides. Pure: what is known, what is asked, the instant; facts or a Refusal."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from tidehub.capabilities.intake.catalogue import Catalogue, Offer
from tidehub.capabilities.intake.commands import (
    AddReportUpdate,
    JoinReport,
    RateReport,
    ReceiveEvent,
    ReceiveReport,
    WithdrawReport,
)
from tidehub.capabilities.intake.facts import (
    EventReceived,
    ReportDisputed,
    ReportJoined,
    ReportRated,
    ReportReceived,
    ReportUpdateAdded,
    ReportWithdrawn,
)
from tidehub.capabilities.intake.model import Duplicates, EventState, KnownReport, ReportState
from tidehub.capabilities.intake.refusals import (
    ALREADY_RATED,
    COMMENT_MISSING,
    KEY_REUSED,
    MEDIA_MISSING,
    OUTSIDE_JURISDICTION,
    PLACE_MISSING,
    REPORT_CLOSED,
    REPORT_OPEN,
    REPORT_WITHDRAWN,
    REPORTER_MISSING,
    SAME_TOO_FAR,
    SAME_UNKNOWN,
    TEXT_UNFIT,
)
from tidehub.kernel.access import Subject
from tidehub.kernel.codec import canonical_json, sha256_hex
from tidehub.kernel.facts import Command, Fact
from tidehub.kernel.geometry import great_circle_m
from tidehub.kernel.instants import refuse_future

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class IntakeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How intake is set.

    Parameters
    ----------
    home_region
        GB/T 2260 code that a report without a place, or outside every jurisdiction, counts to.
    clock_ahead_s
        By how many seconds a sender's clock may be ahead.
    """

    home_region: str = ""
    clock_ahead_s: int = 300


class Decisions:
    """The decisions on new reports and events, with the catalogue they are checked against."""

    def __init__(self, catalogue: Catalogue, settings: IntakeSettings) -> None:
        self._catalogue = catalogue
        self._settings = settings

    def receive_report(self, state: ReportState, command: ReceiveReport, now: datetime) -> list[Fact]:
        """Take a report in; the very same again gives nothing new."""
        body_sha256 = digest_of(command)
        if state.first_body_sha256 is not None:
            if state.first_body_sha256 != body_sha256:
                raise KEY_REUSED("source_key", key=command.source_key[:120])
            return []
        offer = self._catalogue.offer(command.service_code, now)
        if command.same_as:
            _refuse_other_matter(offer, state, command)
        answers = {} if command.same_as and not command.answers else offer.check(command.answers, "answers")
        if command.happened_at is not None:
            refuse_future(command.happened_at, now, allowed_s=self._settings.clock_ahead_s, field="happened_at")
        if state.media_missing:
            raise MEDIA_MISSING("media", sha256=state.media_missing[0])
        service = offer.service
        if not (command.reporter or service.anonymous or _reachable(command)):
            raise REPORTER_MISSING("reporter")
        return [
            ReportReceived(
                report_id=command.report_id,
                service_code=service.code,
                channel=command.channel,
                source=command.source,
                source_key=command.source_key,
                body_sha256=body_sha256,
                category=service.category,
                description=command.description,
                position=command.position,
                position_given=command.position_given,
                place_id=command.place_id,
                address=command.address,
                region_code=self._region(offer, state, command),
                answers=answers,
                media=command.media,
                media_url=command.media_url,
                reporter=command.reporter,
                taken_by=command.taken_by,
                contact=command.contact or None,
                happened_at=command.happened_at or now,
                public=service.public if command.public is None else command.public and service.public,
                same_as=command.same_as,
                same_case_id="" if state.same is None else state.same.case_id,
            )
        ]

    def _region(self, offer: Offer, state: ReportState, command: ReceiveReport) -> str:
        service = offer.service
        if service.place == "required" and not (command.position or command.place_id or command.address):
            raise PLACE_MISSING("position")
        if command.position is not None and state.region_code is None and service.outside == "refuse":
            raise OUTSIDE_JURISDICTION("position")
        return state.region_code or self._settings.home_region

    def event_subject(self, state: EventState, _command: ReceiveEvent) -> Subject:
        """Where an event lies; one without a place counts to the home region."""
        return Subject(state.region_code or self._settings.home_region)

    def receive_event(self, state: EventState, command: ReceiveEvent, now: datetime) -> list[Fact]:
        """Keep an event; the very same again gives nothing new."""
        body_sha256 = digest_of(command)
        if state.first_body_sha256 is not None:
            if state.first_body_sha256 != body_sha256:
                raise KEY_REUSED("id", key=command.source_event_id[:120])
            return []
        if command.occurred_at is not None:
            refuse_future(command.occurred_at, now, allowed_s=self._settings.clock_ahead_s, field="time")
        return [
            EventReceived(
                event_id=command.event_id,
                source=command.source,
                source_event_id=command.source_event_id,
                type=command.type,
                subject=command.subject,
                occurred_at=command.occurred_at or now,
                attributes=command.attributes,
                data_type=command.data_type,
                data=command.data,
                data_base64=command.data_base64,
                body_sha256=body_sha256,
                position=command.position,
                region_code=state.region_code or self._settings.home_region,
                reporter=command.reporter,
            )
        ]

    def add_report_update(self, report: KnownReport, command: AddReportUpdate, now: datetime) -> list[Fact]:
        """Add what is new to a report; the very same again gives nothing new."""
        body_sha256 = digest_of(command)
        if report.update_body_sha256 is not None:
            if report.update_body_sha256 != body_sha256:
                raise KEY_REUSED("source_key", key=command.source_key[:120])
            return []
        if report.withdrawn:
            raise REPORT_WITHDRAWN("report_id", report_id=report.report_id)
        if command.happened_at is not None:
            refuse_future(command.happened_at, now, allowed_s=self._settings.clock_ahead_s, field="happened_at")
        if report.media_missing:
            raise MEDIA_MISSING("media", sha256=report.media_missing[0])
        return [
            ReportUpdateAdded(
                report_id=report.report_id,
                case_id=report.case_id,
                update_id=command.update_id,
                source=command.source,
                source_key=command.source_key,
                body_sha256=body_sha256,
                status=command.status,
                description=command.description,
                media=command.media,
                media_url=command.media_url,
                happened_at=command.happened_at or now,
                public=command.public,
                contact=command.contact or None,
            )
        ]


def _refuse_other_matter(offer: Offer, state: ReportState, command: ReceiveReport) -> None:
    """Refuse to join a report that is not there for everyone, not near, or of another class."""
    same, limits = state.same, offer.service.duplicates or Duplicates()
    if same is None or not same.joinable or (offer.service.lifecycle and not same.case_id):
        raise SAME_UNKNOWN("same_as")
    away_m = 0.0
    if same.position is not None and command.position is not None:
        away_m = great_circle_m(same.position, command.position)
    if away_m > limits.radius_m or same.category != offer.service.category:
        raise SAME_TOO_FAR("same_as", away_m=round(away_m), radius_m=limits.radius_m)


def _reachable(command: ReceiveReport) -> bool:
    contact = command.contact
    return contact is not None and bool(contact.phone or contact.email)


def digest_of(command: Command) -> str:
    """Digest of what was sent, over its canonical JSON; a text that no store can keep is refused.

    PostgreSQL keeps no U+0000 in a text (its manual, 8.3), so it comes in nowhere.
    """
    body = canonical_json(command)
    if b"\\u0000" in body and _NUL.search(body):
        raise TEXT_UNFIT(None)
    return sha256_hex(body)


def join_report(report: KnownReport, command: JoinReport, _now: datetime) -> list[Fact]:
    """Join a report with a case; one that is joined with it already gives nothing new."""
    if report.withdrawn:
        raise REPORT_WITHDRAWN("report_id", report_id=report.report_id)
    if report.joined_case_id == command.case_id:
        return []
    return [
        ReportJoined(
            report_id=report.report_id,
            case_id=command.case_id,
            before=report.joined_case_id,
            note=command.note,
        )
    ]


def withdraw_report(report: KnownReport, command: WithdrawReport, _now: datetime) -> list[Fact]:
    """Take a report back, while it is open; twice is once."""
    if report.withdrawn:
        return []
    if report.status == "closed":
        raise REPORT_CLOSED("report_id", report_id=report.report_id)
    return [ReportWithdrawn(report_id=report.report_id, case_id=report.case_id, reason=command.reason)]


def rate_report(report: KnownReport, command: RateReport, _now: datetime) -> list[Fact]:
    """Judge the outcome, once for each time that it was closed."""
    if report.withdrawn:
        raise REPORT_WITHDRAWN("report_id", report_id=report.report_id)
    if report.status != "closed":
        raise REPORT_OPEN("report_id", report_id=report.report_id)
    if not command.fixed and not command.comment.strip():
        raise COMMENT_MISSING("comment")
    if report.rated_us is not None and report.closed_us is not None and report.rated_us >= report.closed_us:
        raise ALREADY_RATED("report_id", report_id=report.report_id)
    rated = ReportRated(
        report_id=report.report_id,
        case_id=report.case_id,
        score=command.score,
        fixed=command.fixed,
        comment=command.comment,
    )
    if command.fixed:
        return [rated]
    return [rated, ReportDisputed(report_id=report.report_id, case_id=report.case_id, note=command.comment.strip())]
