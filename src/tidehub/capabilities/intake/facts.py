"""What has happened in intake."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from tidehub.capabilities.intake.model import Contact, GivenPosition
from tidehub.kernel.facts import Fact
from tidehub.kernel.geometry import Position


class ReportReceived(Fact, frozen=True, kw_only=True):
    """A report was taken in.

    Parameters
    ----------
    body_sha256
        Digest of what was sent, by which a repeated send is known.
    region_code
        GB/T 2260 code of the jurisdiction that the place lies in, else the home region.
    answers
        Checked answers to the form; numbers in the units of the form.
    happened_at
        When it happened, as the reporter says; the time of receipt where nothing was said.
    same_as, same_case_id
        Report about the same matter that the reporter joined, and the case that spoke for it then.
    """

    opens_stream: ClassVar[bool] = True

    report_id: str
    service_code: str
    channel: str
    source: str
    source_key: str
    body_sha256: str
    category: str
    description: str
    position: Position | None
    position_given: GivenPosition | None
    place_id: str
    address: str
    region_code: str
    answers: dict[str, Any]
    media: tuple[str, ...]
    media_url: str
    reporter: str
    taken_by: str
    contact: Contact | None
    happened_at: datetime
    public: bool
    same_as: str = ""
    same_case_id: str = ""

    @property
    def stream(self) -> str:
        """The report's own chain."""
        return "report/" + self.report_id


class ReportUpdateAdded(Fact, frozen=True, kw_only=True):
    """Something new was added to a report."""

    report_id: str
    case_id: str
    update_id: str
    source: str
    source_key: str
    body_sha256: str
    status: str
    description: str
    media: tuple[str, ...]
    media_url: str
    happened_at: datetime
    public: bool
    contact: Contact | None

    @property
    def stream(self) -> str:
        """The report's chain."""
        return "report/" + self.report_id


class ReportJoined(Fact, frozen=True, kw_only=True):
    """A report was joined with a case, which from now on speaks for it."""

    report_id: str
    case_id: str
    before: str
    note: str

    @property
    def stream(self) -> str:
        """The report's chain."""
        return "report/" + self.report_id


class ReportWithdrawn(Fact, frozen=True, kw_only=True):
    """The reporter took the report back; ``case_id`` is the case that spoke for it, if any."""

    report_id: str
    case_id: str
    reason: str

    @property
    def stream(self) -> str:
        """The report's chain."""
        return "report/" + self.report_id


class ReportRated(Fact, frozen=True, kw_only=True):
    """The reporter judged the outcome; ``fixed`` is whether the matter was put right."""

    report_id: str
    case_id: str
    score: int
    fixed: bool
    comment: str

    @property
    def stream(self) -> str:
        """The report's chain."""
        return "report/" + self.report_id


class ReportDisputed(Fact, frozen=True, kw_only=True):
    """The reporter says that the matter was not put right (未解决), and what is still wrong.

    A lifecycle that waits for it goes back to the unit by itself.
    """

    report_id: str
    case_id: str
    note: str

    @property
    def stream(self) -> str:
        """The report's chain."""
        return "report/" + self.report_id


class EventReceived(Fact, frozen=True, kw_only=True):
    """An event that is no report was kept."""

    opens_stream: ClassVar[bool] = True

    event_id: str
    source: str
    source_event_id: str
    type: str
    subject: str
    occurred_at: datetime
    attributes: dict[str, Any]
    data_type: str
    data: str
    data_base64: bool
    body_sha256: str
    position: Position | None
    region_code: str
    reporter: str

    @property
    def stream(self) -> str:
        """The event's own chain."""
        return "event/" + self.event_id
