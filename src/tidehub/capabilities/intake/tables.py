"""Reading what a decision of intake needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from tidehub.capabilities.intake.commands import AddReportUpdate, ReceiveEvent, ReceiveReport
from tidehub.capabilities.intake.model import EventState, KnownReport, ReportState, Same
from tidehub.capabilities.intake.ports import RegionOf
from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.access import Subject
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.geometry import Position

_FIRST_REPORT = sql("SELECT body_sha256 FROM intake_report WHERE report_id = :report_id", short=True)
_FIRST_REPORTS = sql("SELECT report_id, body_sha256 FROM intake_report WHERE report_id = ANY(:report_ids)")
_FIRST_EVENT = sql("SELECT body_sha256 FROM intake_event WHERE event_id = :event_id", short=True)
_FIRST_EVENTS = sql("SELECT event_id, body_sha256 FROM intake_event WHERE event_id = ANY(:event_ids)")
_FILES = sql("SELECT sha256 FROM stored_file WHERE sha256 = ANY(:sha256s)", short=True)
_KNOWN = sql(
    "SELECT report_id, reporter, region_code, case_id, joined_case_id, status, withdrawn, closed_us, rated_us"
    " FROM intake_report WHERE report_id = :report_id FOR UPDATE",
    short=True,
)
_SAME = sql(
    "SELECT category, lon, lat, case_id, status, withdrawn, public FROM intake_report WHERE report_id = :report_id",
    short=True,
)
_FIRST_UPDATE = sql("SELECT body_sha256 FROM intake_update WHERE update_id = :update_id", short=True)


class Loader:
    """Reads inside the writing transaction; knows where a place lies.

    Parameters
    ----------
    region_of
        Port to the jurisdictions.
    """

    def __init__(self, region_of: RegionOf) -> None:
        self._region_of = region_of

    async def new_report(self, reader: Reader, command: ReceiveReport) -> ReportState:
        """Whether this key was used, which media are missing, whose place it is."""
        first = await reader.fetch_one(_FIRST_REPORT, report_id=command.report_id)
        if first is not None:
            return ReportState(first["body_sha256"])
        missing = await _missing(reader, command.media) if command.media else ()
        return ReportState(None, missing, self._region(command.position), await _same(reader, command))

    async def new_reports(self, reader: Reader, commands: Sequence[ReceiveReport]) -> list[ReportState]:
        """Read the same for many at once, with two statements."""
        rows = await reader.fetch(_FIRST_REPORTS, report_ids=[command.report_id for command in commands])
        first = {row["report_id"]: row["body_sha256"] for row in rows}
        wanted = {digest for command in commands for digest in command.media}
        missing = frozenset(await _missing(reader, sorted(wanted))) if wanted else frozenset()
        return [
            ReportState(
                first.get(command.report_id),
                tuple(digest for digest in command.media if digest in missing) if missing else (),
                self._region(command.position),
                await _same(reader, command),
            )
            for command in commands
        ]

    async def new_event(self, reader: Reader, command: ReceiveEvent) -> EventState:
        """Whether this id was used, and whose place it is."""
        first = await reader.fetch_one(_FIRST_EVENT, event_id=command.event_id)
        return EventState(None if first is None else first["body_sha256"], self._region(command.position))

    async def new_events(self, reader: Reader, commands: Sequence[ReceiveEvent]) -> list[EventState]:
        """Read the same for many at once, with one statement."""
        rows = await reader.fetch(_FIRST_EVENTS, event_ids=[command.event_id for command in commands])
        first = {row["event_id"]: row["body_sha256"] for row in rows}
        return [EventState(first.get(command.event_id), self._region(command.position)) for command in commands]

    def _region(self, position: Any) -> str | None:
        return None if position is None else self._region_of(position)


async def _same(reader: Reader, command: ReceiveReport) -> Same | None:
    row = await reader.fetch_one(_SAME, report_id=command.same_as) if command.same_as else None
    if row is None:
        return None
    at = None if row["lon"] is None else Position(row["lon"], row["lat"])
    joinable = row["status"] == "open" and bool(row["public"]) and not row["withdrawn"]
    return Same(row["category"], at, row["case_id"], joinable)


async def _missing(reader: Reader, digests: Iterable[str]) -> tuple[str, ...]:
    wanted = list(digests)
    known = {row["sha256"] for row in await reader.fetch(_FILES, sha256s=wanted)}
    return tuple(digest for digest in wanted if digest not in known)


async def known_report(reader: Reader, command: Any) -> KnownReport:
    """Load the report that a command is about.

    Raises
    ------
    Refusal
        ``not_found``.
    """
    row = await reader.fetch_one(_KNOWN, report_id=command.report_id)
    if row is None:
        raise NOT_FOUND("report_id", what="report", id=str(command.report_id)[:80])
    values = {name: row[name] for name in KnownReport.__struct_fields__ if name not in _LATER}
    return KnownReport(**{**values, "withdrawn": bool(row["withdrawn"])})


_LATER = ("update_body_sha256", "media_missing")


async def report_for_update(reader: Reader, command: AddReportUpdate) -> KnownReport:
    """Load the report, and whether this very update was added before."""
    known = await known_report(reader, command)
    first = await reader.fetch_one(_FIRST_UPDATE, update_id=command.update_id)
    missing = await _missing(reader, command.media) if command.media else ()
    return msgspec.structs.replace(
        known,
        update_body_sha256=None if first is None else first["body_sha256"],
        media_missing=missing,
    )


def subject_of(report: KnownReport, _command: object = None) -> Subject:
    """Where a report lies and who is its reporter; its tracking token acts as the report itself."""
    related = [("reporter", f"report/{report.report_id}")]
    if report.reporter:
        related.append(("reporter", report.reporter))
    return Subject(report.region_code, tuple(related))
