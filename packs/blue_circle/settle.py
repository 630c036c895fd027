"""What follows a handover: receipt, the papers that copy it, the subsidy, the voucher, the land leg, the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from packs.blue_circle import paper
from packs.blue_circle.balance import weight_g
from packs.blue_circle.kinds import KINDS
from tidehub.sdk import (
    ClaimApproved,
    ClaimLine,
    Command,
    ComputeClaim,
    DocumentIssued,
    DocumentWithdrawn,
    IssueDocument,
    JobSheet,
    LoadLanded,
    OpenCase,
    Recorded,
    ReverseClaim,
    claim_by_id,
    claims_of_document,
    derived_id,
    documents_of_case,
    find_case,
    format_yuan,
    job_sheet,
)

TARIFF = "subsidy_fisher"
LIFECYCLE = "marine_pickup"


async def issue_the_receipt(recorded: Recorded, context: Any) -> Sequence[Command]:
    """Issue the handover receipt of a finished job, unless nothing was taken."""
    fact: Any = recorded.fact
    case = await find_case(context.reader, fact.case_id)
    sheet = await job_sheet(context.reader, fact.job_id, names=True)
    if case is None or sheet is None or case.lifecycle != LIFECYCLE or not sheet.measures:
        return ()
    return (
        IssueDocument(
            document_id=derived_id("doc", fact.job_id, "handover_receipt"),
            case_id=fact.case_id,
            kind="handover_receipt",
            region_code=case.region_code,
            payload=paper.receipt(sheet, case, context.registers),
            subject_key=f"job/{fact.job_id}",
            reporter=case.reporter,
            unit_id=fact.unit_id,
        ),
    )


async def settle_a_handover(recorded: Recorded, context: Any) -> Sequence[Command]:
    """From the receipt: the IMO receipt, the record-book lines, and the claim for the subsidy."""
    issued = recorded.fact
    assert isinstance(issued, DocumentIssued)
    if issued.kind != "handover_receipt":
        return ()
    case = await find_case(context.reader, issued.case_id)
    job_id = issued.subject_key.removeprefix("job/")
    sheet = await job_sheet(context.reader, job_id)
    if case is None or sheet is None:
        return ()
    commands: list[Command] = [
        IssueDocument(
            document_id=derived_id("doc", job_id, kind),
            case_id=issued.case_id,
            kind=kind,
            region_code=issued.region_code,
            payload=payload,
            subject_key=issued.subject_key,
            reporter=issued.reporter,
            unit_id=issued.unit_id,
        )
        for kind, payload in (
            ("waste_delivery_receipt", paper.waste_delivery(issued.payload, issued.number)),
            ("record_book_lines", paper.record_lines(issued.payload, issued.number)),
        )
        if kind != "record_book_lines" or payload.get("oil") or payload.get("garbage")
    ]
    if issued.replaces is not None:
        commands += await _taken_back(context, issued.replaces, f"receipt corrected by {issued.number}")
    if case.reporter:
        commands.append(_claim(issued, sheet, case.reporter, context.registers))
    return commands


async def take_back_the_claim(recorded: Recorded, context: Any) -> Sequence[Command]:
    """A receipt was declared void: what was claimed on it is taken back, entry by entry."""
    withdrawn = recorded.fact
    assert isinstance(withdrawn, DocumentWithdrawn)
    return await _taken_back(context, withdrawn.document_id, f"receipt withdrawn: {withdrawn.reason}")


async def _taken_back(context: Any, document_id: str, reason: str) -> list[Command]:
    return [
        ReverseClaim(claim_id=claim.claim_id, case_id=claim.case_id, reason=reason)
        for claim in await claims_of_document(context.reader, document_id)
        if claim.state not in ("reversed", "rejected")
    ]


def _claim(issued: DocumentIssued, sheet: JobSheet, payee: str, registers: Any) -> ComputeClaim:
    """Claim for what was measured; the receipt is what is claimed for, each weighing supports one claim."""
    measures = [one for one in sheet.measures if one.counts]
    mmsi = issued.payload["vessel"].get("mmsi")
    craft_id = next(iter(registers.craft.all(mmsi=mmsi)), None) if mmsi else None
    return ComputeClaim(
        claim_id=derived_id("q", issued.document_id),
        case_id=issued.case_id,
        tariff=TARIFF,
        claim_key=f"receipt/{issued.first_id}",
        evidence=tuple(f"{sheet.job.job_id}/{one.line_id}/{one.container_id}" for one in measures),
        lines=tuple(
            ClaimLine(
                line_id=f"{one.line_id}/{one.container_id}".rstrip("/"),
                kind=one.kind,
                mass_g=weight_g(one.quantity, one.kind) if one.quantity.unit != "piece" else None,
                volume_ml=one.quantity.amount if one.quantity.unit == "ml" else None,
                pieces=one.quantity.amount if one.quantity.unit == "piece" else None,
            )
            for one in measures
        ),
        payee=payee,
        vessel_id=craft_id or f"name/{issued.payload['vessel']['name']}",
        happened_at=sheet.job.done_at or issued.issued_at,
        document_id=issued.document_id,
        unit_id=issued.unit_id,
        reporter=payee,
        region_code=issued.region_code,
    )


async def issue_the_voucher(recorded: Recorded, context: Any) -> Sequence[Command]:
    """Issue the subsidy voucher of an approved claim, with its working line by line."""
    approved = recorded.fact
    assert isinstance(approved, ClaimApproved)
    claim = await claim_by_id(context.reader, approved.claim_id)
    case = await find_case(context.reader, approved.case_id)
    papers = await documents_of_case(context.reader, approved.case_id)
    receipt = next((one for one in papers if one.document_id == (claim.document_id if claim else "")), None)
    if claim is None or case is None or receipt is None:
        return ()
    person = context.registers.people.get(claim.payee.removeprefix("person/"))
    working = claim.working
    payload = {
        "case_id": claim.case_id,
        "claim_id": claim.claim_id,
        "receipt_number": receipt.number,
        "payee": person.name if person else claim.payee,
        "vessel": receipt.payload["vessel"]["name"],
        "happened_on": working.on.isoformat(),
        "tariff": f"{claim.tariff}/{claim.tariff_version}",
        "tariff_source": working.source,
        "lines": [
            {
                "zh": KINDS[line.kind].zh,
                "en": KINDS[line.kind].en,
                "rule": line.rate_id or line.why,
                "quantity": f"{line.quantity / line.divisor:g} {line.per}" if line.rate_id else "–",
                "rate": f"{format_yuan(line.rate_fen)} 元/{line.per}" if line.rate_id else "–",
                "amount_fen": line.amount_fen,
                "cut_fen": line.amount_fen - line.allowed_fen,
                "fund_fen": line.fund_fen,
                "payable_fen": line.payable_fen,
            }
            for line in working.lines
        ],
        "gross_fen": claim.gross_fen,
        "cut_fen": claim.cut_fen,
        "fund_fen": claim.fund_fen,
        "payable_fen": claim.payable_fen,
    }
    return (
        IssueDocument(
            document_id=derived_id("doc", claim.claim_id, "subsidy_voucher"),
            case_id=claim.case_id,
            kind="subsidy_voucher",
            region_code=claim.region_code,
            payload=payload,
            subject_key=f"claim/{claim.claim_id}",
            reporter=claim.reporter,
            unit_id=claim.unit_id,
        ),
    )


async def open_the_land_leg(recorded: Recorded, context: Any) -> Sequence[Command]:
    """Hazardous waste leaves the quay under a manifest of its own, which refers to the receipts it continues."""
    landed = recorded.fact
    assert isinstance(landed, LoadLanded)
    if not any(KINDS[line.kind].hazardous for line in landed.lines):
        return ()
    receipts = []
    region_code = ""
    for case_id in landed.case_ids:
        for one in await documents_of_case(context.reader, case_id):
            if one.kind == "handover_receipt" and one.status == "valid":
                receipts.append({"number": one.number, "payload_sha256": one.payload_sha256})
                region_code = region_code or one.region_code
    if not receipts:
        return ()
    return (
        IssueDocument(
            document_id=derived_id("doc", landed.landing_id, "transfer_manifest"),
            kind="transfer_manifest",
            region_code=region_code,
            payload=paper.manifest(landed, receipts),
            subject_key=f"landing/{landed.landing_id}",
            unit_id=landed.unit_id,
        ),
    )


async def ask_for_the_rest(recorded: Recorded, context: Any) -> Sequence[Command]:
    """A job that was only partly done leaves lines: a child case asks for another boat for them."""
    fact: Any = recorded.fact
    if not fact.partial or not fact.remaining:
        return ()
    case = await find_case(context.reader, fact.case_id)
    if case is None:
        return ()
    left = {line.kind for line in fact.remaining}
    lines = [line for line in case.values.get("lines", ()) if line["kind"] in left]
    return (
        OpenCase(
            case_id=derived_id("c", recorded.id, "rest"),
            lifecycle=case.lifecycle,
            category=case.category,
            title=f"{case.title}（余量 rest）",
            region_code=case.region_code,
            position=case.position,
            place_id=case.place_id,
            reporter=case.reporter,
            responsible_unit=case.responsible_unit,
            parent_id=case.case_id,
            values={**case.values, "lines": lines},
        ),
    )
