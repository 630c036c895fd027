"""Decisions about documents: numbering, freezing, replacing, withdrawing. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tidehub.capabilities.documents.check_payload import check_payload
from tidehub.capabilities.documents.commands import (
    IssueDocument,
    RecordRendering,
    ReplaceDocument,
    ReserveNumbers,
    ReturnNumbers,
    WithdrawDocument,
)
from tidehub.capabilities.documents.facts import (
    DocumentIssued,
    DocumentLogged,
    DocumentRendered,
    DocumentReplaced,
    DocumentWithdrawn,
    NumbersReserved,
    NumbersReturned,
    OfflineCopyJoined,
)
from tidehub.capabilities.documents.model import Document, Reserved, Template
from tidehub.capabilities.documents.refusals import (
    DOCUMENT_EXISTS,
    DOCUMENT_ID_TAKEN,
    DOCUMENT_NOT_VALID,
    NUMBER_NOT_RESERVED,
    NUMBER_USED,
    NUMBER_VOID,
    RANGE_COUNT_WRONG,
    RANGE_TAKEN,
    REGION_MISSING,
    RENDERING_DIFFERS,
)
from tidehub.capabilities.documents.state import Issuing, Rendering, Replacing, Reserving, Returning
from tidehub.kernel.codec import canonical_json, sha256_hex
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.facts import Fact
from tidehub.kernel.instants import format_instant, refuse_future
from tidehub.methods.merkle import leaf_hash

RESERVED_AT_ONCE_MAX = 200
CLOCK_DIFFERENCE_S = 300
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: nothing that looks like something else


def payload_hash(payload: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON, as printed and verified."""
    return sha256_hex(canonical_json(payload))


def verify_code(key: bytes, number: str) -> str:
    """The code in the QR of a number: 80 bits of HMAC-SHA-256 (RFC 2104) under the installation's key.

    It depends on the number alone, so that a range that is set aside carries its codes out of reach; what a
    paper says is bound by the payload's hash beside it. Nobody without the key can find a neighbour's code.
    """
    digest = int.from_bytes(hmac.new(key, f"document/{number}".encode(), hashlib.sha256).digest()[:10], "big")
    return "".join(_ALPHABET[(digest >> shift) & 31] for shift in range(75, -1, -5))


class Decide:
    """Decisions with the installation's key.

    Parameters
    ----------
    key
        Secret of the installation, at least 16 bytes; codes given earlier stay valid when it changes,
        because each document keeps its own.
    """

    def __init__(self, key: bytes) -> None:
        assert len(key) >= 16, "the key of the verification codes is too short"
        self._key = key

    def issue(self, state: Issuing, command: IssueDocument, now: datetime) -> list[Fact]:
        """Number and freeze a document, or join a paper to the document that exists already."""
        digest = payload_hash(command.payload)
        if state.known is not None:
            if state.known.payload_sha256 == digest:
                return []
            raise DOCUMENT_ID_TAKEN("document_id", document_id=command.document_id)
        if command.number is not None:
            return self._issue_reserved(state, command, command.number, digest, now)
        if state.valid is not None:
            if state.valid.payload_sha256 == digest or state.valid.signed_at is not None:
                return []
            raise DOCUMENT_EXISTS("subject_key", number=state.valid.number)
        check_payload(state.template.fields, command.payload)
        region = _region_of(state.template, command.region_code)
        year = state.template.numbering.year_of(now)
        serial = state.serials.get(year, 0) + 1
        number = state.template.numbering.number(region, year, serial)
        return [
            self._issued(state.template, command, number, year, serial, verify_code(self._key, number), digest, now)
        ]

    def _issue_reserved(
        self, state: Issuing, command: IssueDocument, number: str, digest: str, now: datetime
    ) -> list[Fact]:
        reserved = state.reserved
        if (
            reserved is None
            or reserved.device_id != command.device_id
            or reserved.kind != command.kind
            or reserved.region_code != _region_of(state.template, command.region_code)
        ):
            raise NUMBER_NOT_RESERVED("number", number=number, device_id=command.device_id)
        if reserved.state == "used":
            if reserved.used_sha256 == digest:
                return []
            raise NUMBER_USED("number", number=number)
        if reserved.state == "void":
            raise NUMBER_VOID("number", number=number)
        check_payload(state.template.fields, command.payload)
        if command.signed_at is not None:
            refuse_future(command.signed_at, now, allowed_s=CLOCK_DIFFERENCE_S, field="signed_at")
        if state.valid is not None:
            return [_joined(state.valid, command, reserved, digest)]
        return [
            self._issued(
                state.template, command, number, reserved.year, reserved.serial, reserved.verify_code,
                digest, now, range_id=reserved.range_id,
            )
        ]  # fmt: skip

    def _issued(
        self,
        template: Template,
        command: IssueDocument,
        number: str,
        year: int,
        serial: int,
        code: str,
        digest: str,
        now: datetime,
        range_id: str | None = None,
    ) -> DocumentIssued:
        return DocumentIssued(
            document_id=command.document_id,
            case_id=command.case_id,
            kind=command.kind,
            number=number,
            region_code=_region_of(template, command.region_code),
            year=year,
            serial=serial,
            template=command.kind,
            template_version=template.version,
            layout_sha256=template.layout_sha256,
            payload=command.payload,
            payload_sha256=digest,
            verify_code=code,
            version=1,
            issued_at=now,
            subject_key=command.subject_key,
            first_id=command.document_id,
            signed_at=(command.signed_at or now) if range_id else command.signed_at,
            range_id=range_id,
            reporter=command.reporter,
            unit_id=command.unit_id,
        )

    def replace(self, state: Replacing, command: ReplaceDocument, now: datetime) -> list[Fact]:
        """Issue the next version under a number of its own; the old one is replaced in the same breath."""
        old, template = state.document, state.template
        digest = payload_hash(command.payload)
        if state.successor is not None:
            if state.successor.payload_sha256 == digest and old.replaced_by == command.new_document_id:
                return []
            raise DOCUMENT_ID_TAKEN("new_document_id", document_id=command.new_document_id)
        _demand_valid(old)
        check_payload(template.fields, command.payload)
        year = template.numbering.year_of(now)
        serial = state.serials.get(year, 0) + 1
        number = template.numbering.number(old.region_code, year, serial)
        issued = DocumentIssued(
            document_id=command.new_document_id,
            case_id=old.case_id,
            kind=old.kind,
            number=number,
            region_code=old.region_code,
            year=year,
            serial=serial,
            template=old.kind,
            template_version=template.version,
            layout_sha256=template.layout_sha256,
            payload=command.payload,
            payload_sha256=digest,
            verify_code=verify_code(self._key, number),
            version=old.version + 1,
            issued_at=now,
            subject_key=old.subject_key,
            replaces=old.document_id,
            first_id=old.first_id,
            reporter=old.reporter,
            unit_id=old.unit_id,
        )
        replaced = DocumentReplaced(
            document_id=old.document_id,
            case_id=old.case_id,
            replaced_by=command.new_document_id,
            reason=command.reason,
        )
        return [replaced, issued]

    def reserve(self, state: Reserving, command: ReserveNumbers, now: datetime) -> list[Fact]:
        """Set the next serials aside, with the codes that go on the papers."""
        if state.known:
            if len(state.known) == command.count and _same_range(state.known[0], command, state.template):
                return []
            raise RANGE_TAKEN("range_id", range_id=command.range_id)
        if not 1 <= command.count <= RESERVED_AT_ONCE_MAX:
            raise RANGE_COUNT_WRONG("count", most=RESERVED_AT_ONCE_MAX)
        numbering = state.template.numbering
        region = _region_of(state.template, command.region_code)
        year = numbering.year_of(now)
        first = state.serials.get(year, 0) + 1
        last = first + command.count - 1
        numbers = tuple(numbering.number(region, year, serial) for serial in range(first, last + 1))
        return [
            NumbersReserved(
                range_id=command.range_id,
                device_id=command.device_id,
                unit_id=command.unit_id,
                kind=command.kind,
                region_code=region,
                year=year,
                first=first,
                last=last,
                numbers=numbers,
                verify_codes=tuple(verify_code(self._key, number) for number in numbers),
            )
        ]


def record_rendering(state: Rendering, command: RecordRendering, _now: datetime) -> list[Fact]:
    """Note the file's hash and enter it in the public log; a second drawing must give the same file."""
    document = state.document
    if document.pdf_sha256 is not None:
        if document.pdf_sha256 == command.pdf_sha256:
            return []
        raise RENDERING_DIFFERS("pdf_sha256", number=document.number)
    entry = canonical_json(
        {
            "fact": document.fact_id,
            "fact_sha256": document.fact_hash,
            "issued_at": format_instant(document.issued_at),
            "number": document.number,
            "payload_sha256": document.payload_sha256,
            "pdf_sha256": command.pdf_sha256,
        }
    )
    named = {"document_id": document.document_id, "case_id": document.case_id}
    return [
        DocumentRendered(**named, pdf_sha256=command.pdf_sha256, size_bytes=command.size_bytes),
        DocumentLogged(**named, log_index=state.log_size, entry=entry.decode(), leaf_sha256=leaf_hash(entry).hex()),
    ]


def withdraw(document: Document, command: WithdrawDocument, _now: datetime) -> list[Fact]:
    """Void a document that holds; a second asking has no effect."""
    if document.status == "withdrawn":
        return []
    _demand_valid(document)
    return [DocumentWithdrawn(document_id=document.document_id, case_id=document.case_id, reason=command.reason)]


def give_back(state: Returning, command: ReturnNumbers, _now: datetime) -> list[Fact]:
    """Void what is left of a range."""
    mine = [one for one in state.numbers if one.device_id == command.device_id]
    if not mine:
        raise NOT_FOUND("range_id", what="range of numbers", id=command.range_id)
    left = tuple(one.number for one in mine if one.state == "open")
    if not left:
        return []
    return [
        NumbersReturned(range_id=command.range_id, device_id=command.device_id, numbers=left, reason=command.reason)
    ]


def _region_of(template: Template, region_code: str) -> str:
    digits = template.numbering.region_digits
    if len(region_code) < digits:
        raise REGION_MISSING("region_code", digits=digits)
    return template.numbering.region(region_code)


def _same_range(one: Reserved, command: ReserveNumbers, template: Template) -> bool:
    asked = (command.device_id, command.kind, template.numbering.region(command.region_code))
    return (one.device_id, one.kind, one.region_code) == asked


def _joined(document: Document, command: IssueDocument, reserved: Reserved, digest: str) -> OfflineCopyJoined:
    return OfflineCopyJoined(
        document_id=document.document_id,
        case_id=document.case_id,
        kind=document.kind,
        number=reserved.number,
        region_code=reserved.region_code,
        year=reserved.year,
        serial=reserved.serial,
        range_id=reserved.range_id,
        copy_id=command.document_id,
        verify_code=reserved.verify_code,
        payload=command.payload,
        payload_sha256=digest,
        same_payload=digest == document.payload_sha256,
        signed_at=command.signed_at,
    )


_STATUS_WORDS = {"replaced": "被更正 replaced", "withdrawn": "作废 withdrawn", "valid": "有效 valid"}


def _demand_valid(document: Document) -> None:
    if document.status != "valid":
        raise DOCUMENT_NOT_VALID("document_id", number=document.number, status=_STATUS_WORDS[document.status])
