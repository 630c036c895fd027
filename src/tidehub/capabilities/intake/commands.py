"""What may be asked of intake."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, ClassVar

import msgspec

from tidehub.capabilities.intake.model import Channel, Contact, GivenPosition, Sha256, UpdateStatus
from tidehub.kernel.access import Role, Rule, rule
from tidehub.kernel.facts import Command
from tidehub.kernel.geometry import Position
from tidehub.kernel.ids import derived_id

STAFF: tuple[Role, ...] = ("duty_officer", "shift_leader", "administrator")
Line = Annotated[str, msgspec.Meta(max_length=500)]
Prose = Annotated[str, msgspec.Meta(max_length=4000)]
SourceKey = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]


@lru_cache(maxsize=16_384)
def report_id_of(source: str, source_key: str) -> str:
    """Id of the report that this sender makes under this key: the same key is the same report."""
    return derived_id("r", source, source_key)


@lru_cache(maxsize=16_384)
def event_id_of(source: str, source_event_id: str) -> str:
    """Id of the event that this source sends under this id (CloudEvents 1.0: source + id is unique)."""
    return derived_id("e", source, source_event_id)


class ReceiveReport(Command, frozen=True, kw_only=True):
    """Take in a report. Every channel ends here.

    Parameters
    ----------
    source, source_key
        Who sends and under which key: the same pair with the same body is the same report, with another
        body it is refused.
    position, position_given
        WGS 84, and as it was given before the edge converted it.
    answers
        Answers to the service's form, by field name.
    media
        Digests of stored files.
    reporter
        ``person/...`` or ``device/...``; empty is anonymous.
    taken_by
        Who wrote it down for the reporter (hotline, counter), if another did.
    happened_at
        When it happened out there; none means now.
    public
        Whether everyone may read it without its personal data; none leaves it to the service.
    same_as
        An open public report nearby about the same matter: this one joins its case and opens none. It may
        then leave the form unanswered.
    """

    rule: ClassVar[Rule] = rule(everyone=True)

    service_code: str
    channel: Channel
    source: SourceKey
    source_key: SourceKey
    description: Prose = ""
    position: Position | None = None
    position_given: GivenPosition | None = None
    place_id: Line = ""
    address: Line = ""
    answers: dict[str, Any] = msgspec.field(default_factory=dict)
    media: Annotated[tuple[Sha256, ...], msgspec.Meta(max_length=20)] = ()
    media_url: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    reporter: str = ""
    taken_by: str = ""
    contact: Contact | None = None
    happened_at: datetime | None = None
    public: bool | None = None
    same_as: str = ""

    @property
    def report_id(self) -> str:
        """Id of the report, derived from its source and key."""
        return report_id_of(self.source, self.source_key)

    @property
    def stream(self) -> str:
        """The report's own chain."""
        return "report/" + report_id_of(self.source, self.source_key)


class AddReportUpdate(Command, frozen=True, kw_only=True):
    """Add what is new to a report: from its reporter, from staff, or from a body it was forwarded to.

    Parameters
    ----------
    source, source_key
        Sender and its key; the same update twice is one.
    status
        What the sender says about the matter (words of mySociety's extended Open311). It does not move the
        case: that is the case's business, or a flow's.
    public
        Whether everyone may read it.
    """

    rule: ClassVar[Rule] = rule(*STAFF, "unit_staff", "device", relations=["reporter"])

    report_id: str
    source: SourceKey
    source_key: SourceKey
    description: Prose
    status: UpdateStatus = "unchanged"
    media: Annotated[tuple[Sha256, ...], msgspec.Meta(max_length=20)] = ()
    media_url: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    happened_at: datetime | None = None
    public: bool = True
    contact: Contact | None = None

    @property
    def update_id(self) -> str:
        """Id of the update, derived from its source and key."""
        return derived_id("u", self.report_id, self.source, self.source_key)

    @property
    def stream(self) -> str:
        """The report's chain."""
        return f"report/{self.report_id}"


class JoinReport(Command, frozen=True, kw_only=True):
    """Join a report with a case: it is about the same matter."""

    rule: ClassVar[Rule] = rule(*STAFF)

    report_id: str
    case_id: str
    note: Line = ""

    @property
    def stream(self) -> str:
        """The report's chain."""
        return f"report/{self.report_id}"


class WithdrawReport(Command, frozen=True, kw_only=True):
    """Take a report back: its reporter no longer asks for it."""

    rule: ClassVar[Rule] = rule(*STAFF, relations=["reporter"])

    report_id: str
    reason: Line = ""

    @property
    def stream(self) -> str:
        """The report's chain."""
        return f"report/{self.report_id}"


class RateReport(Command, frozen=True, kw_only=True):
    """Say whether the matter was put right, and how well; ``not fixed`` says what is still wrong."""

    rule: ClassVar[Rule] = rule(relations=["reporter"])

    report_id: str
    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    fixed: bool
    comment: Annotated[str, msgspec.Meta(max_length=1000)] = ""

    @property
    def stream(self) -> str:
        """The report's chain."""
        return f"report/{self.report_id}"


class ReceiveEvent(Command, frozen=True, kw_only=True):
    """Keep an event that is no report: a CloudEvent of another type, a CAP alert.

    Parameters
    ----------
    source, source_event_id
        Together unique; the same event twice is one, another body under the same id is refused.
    type, subject, occurred_at
        As CloudEvents names them.
    attributes
        The other context attributes, extensions too.
    data_type, data
        Media type of the data and the data as text: JSON as it came, XML, or base64 where ``data_base64``.
    reporter
        Who sent it: the actor's id.
    """

    rule: ClassVar[Rule] = rule(*STAFF, "unit_staff", "device")

    source: SourceKey
    source_event_id: SourceKey
    type: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    subject: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    occurred_at: datetime | None = None
    attributes: dict[str, Any] = msgspec.field(default_factory=dict)
    data_type: Annotated[str, msgspec.Meta(max_length=200)] = ""
    data: str = ""
    data_base64: bool = False
    position: Position | None = None
    reporter: str = ""

    @property
    def event_id(self) -> str:
        """Id of the event, derived from its source and id."""
        return event_id_of(self.source, self.source_event_id)

    @property
    def stream(self) -> str:
        """The event's own chain."""
        return "event/" + event_id_of(self.source, self.source_event_id)
