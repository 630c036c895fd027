"""A report becomes a case (报件 → 案件)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tidehub.capabilities.cases import LinkReport, OpenCase
from tidehub.capabilities.intake import Catalogue, JoinReport, ReportReceived, Service
from tidehub.hub.log import Recorded
from tidehub.kernel.facts import Command
from tidehub.kernel.ids import derived_id
from tidehub.registers import Registers


class Context(Protocol):
    """What this flow needs."""

    @property
    def catalogue(self) -> Catalogue:
        """The services of the mounted packs."""
        ...

    @property
    def registers(self) -> Registers:
        """Who is responsible where."""
        ...


def case_id_of(report_id: str) -> str:
    """Id of the case that a report opens: the same report never opens a second one."""
    return derived_id("c", report_id)


async def open_a_case(recorded: Recorded, context: Context) -> Sequence[Command]:
    """Open the case of a report and tie the report to it, in one transaction.

    A report under a service without a lifecycle is kept and opens none. One that its reporter has joined to a
    report nearby goes to that one's case.
    """
    report = recorded.fact
    assert isinstance(report, ReportReceived)
    offer = context.catalogue.find(report.service_code, recorded.at)
    if offer is None or not offer.service.lifecycle:
        return ()
    service = offer.service
    if report.same_as:
        case_id = report.same_case_id or case_id_of(report.same_as)
        return (
            LinkReport(case_id=case_id, report_id=report.report_id),
            JoinReport(report_id=report.report_id, case_id=case_id),
        )
    case_id = case_id_of(report.report_id)
    category = context.registers.categories.get(report.category)
    return (
        OpenCase(
            case_id=case_id,
            lifecycle=service.lifecycle,
            category=report.category,
            title=_title(service, report),
            region_code=report.region_code,
            position=report.position,
            place_id=report.place_id or None,
            report_ids=(report.report_id,),
            reporter=report.reporter or None,
            responsible_unit=category.responsible_unit(report.region_code) if category else None,
            values=report.answers,
            happened_at=report.happened_at,
        ),
        JoinReport(report_id=report.report_id, case_id=case_id),
    )


def _title(service: Service, report: ReportReceived) -> str:
    what = report.description.strip().splitlines()
    subject = what[0] if what else str(report.answers.get("vessel_name") or report.address or "")
    return f"{service.name.zh} {subject}".strip()[:120]
