"""Taking in reports (报件): the catalogue, one way in for every channel, and what the public sees of them."""

from __future__ import annotations

from tidehub.capabilities.intake import decide, project, schema, tables
from tidehub.capabilities.intake.catalogue import (
    Catalogue,
    Offer,
    PackCatalogue,
    read_catalogue,
    read_form,
)
from tidehub.capabilities.intake.commands import (
    AddReportUpdate,
    JoinReport,
    RateReport,
    ReceiveEvent,
    ReceiveReport,
    WithdrawReport,
    event_id_of,
    report_id_of,
)
from tidehub.capabilities.intake.decide import IntakeSettings
from tidehub.capabilities.intake.facts import (
    EventReceived,
    ReportDisputed,
    ReportJoined,
    ReportRated,
    ReportReceived,
    ReportUpdateAdded,
    ReportWithdrawn,
)
from tidehub.capabilities.intake.model import (
    Category,
    Channel,
    Choice,
    Contact,
    Field,
    Form,
    GivenPosition,
    PublicState,
    Service,
    Text,
    quantity_of,
)
from tidehub.capabilities.intake.ports import RegionOf
from tidehub.capabilities.intake.queries import (
    EventRow,
    ReportFilter,
    ReportRow,
    UpdateRow,
    find_event,
    find_report,
    find_update,
    list_events,
    list_reports,
    list_updates,
    near_reports,
    report_subject,
    voices_of,
)
from tidehub.capabilities.intake.showing import shown_report
from tidehub.capabilities.intake.texts import answers_of_texts
from tidehub.capabilities.intake.tracking import report_of_token, tracking_token
from tidehub.hub.registry import Capability, Handler

__all__ = [
    "AddReportUpdate",
    "Catalogue",
    "Category",
    "Channel",
    "Choice",
    "Contact",
    "EventReceived",
    "EventRow",
    "Field",
    "Form",
    "GivenPosition",
    "IntakeSettings",
    "JoinReport",
    "Offer",
    "PackCatalogue",
    "PublicState",
    "RateReport",
    "ReceiveEvent",
    "ReceiveReport",
    "RegionOf",
    "ReportDisputed",
    "ReportFilter",
    "ReportJoined",
    "ReportRated",
    "ReportReceived",
    "ReportRow",
    "ReportUpdateAdded",
    "ReportWithdrawn",
    "Service",
    "Text",
    "UpdateRow",
    "WithdrawReport",
    "answers_of_texts",
    "capability",
    "event_id_of",
    "find_event",
    "find_report",
    "find_update",
    "list_events",
    "list_reports",
    "list_updates",
    "near_reports",
    "quantity_of",
    "read_catalogue",
    "read_form",
    "report_id_of",
    "report_of_token",
    "report_subject",
    "shown_report",
    "tracking_token",
    "voices_of",
]


def capability(catalogue: Catalogue, region_of: RegionOf, settings: IntakeSettings | None = None) -> Capability:
    """The face to the hub.

    Parameters
    ----------
    catalogue
        Every service that is mounted.
    region_of
        Jurisdiction of a place.
    settings
        Home region and tolerance of clocks.
    """
    load = tables.Loader(region_of)
    decisions = decide.Decisions(catalogue, settings or IntakeSettings())
    known, subject = tables.known_report, tables.subject_of
    return Capability(
        name="intake",
        handlers=(
            Handler(ReceiveReport, load.new_report, decisions.receive_report, load_many=load.new_reports),
            Handler(
                ReceiveEvent,
                load.new_event,
                decisions.receive_event,
                decisions.event_subject,
                load_many=load.new_events,
            ),
            Handler(AddReportUpdate, tables.report_for_update, decisions.add_report_update, subject),
            Handler(JoinReport, known, decide.join_report, subject),
            Handler(WithdrawReport, known, decide.withdraw_report, subject),
            Handler(RateReport, known, decide.rate_report, subject),
        ),
        facts=(
            ReportReceived,
            ReportUpdateAdded,
            ReportJoined,
            ReportWithdrawn,
            ReportRated,
            ReportDisputed,
            EventReceived,
        ),
        project=project.project,
        tables=schema.TABLES,
        reads=project.READS,
    )
