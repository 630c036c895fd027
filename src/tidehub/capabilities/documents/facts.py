"""What has happened to documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tidehub.capabilities.documents.commands import chain_of
from tidehub.kernel.facts import Fact


class DocumentFact(Fact, frozen=True, kw_only=True):
    """What all facts of one document have in common."""

    document_id: str
    case_id: str = ""

    @property
    def stream(self) -> str:
        """The case's chain, or the document's own."""
        return chain_of(self.case_id, self.document_id)


class DocumentIssued(DocumentFact, frozen=True, kw_only=True):
    """A document exists: numbered, its payload frozen, its verification code given.

    Parameters
    ----------
    number, region_code, year, serial
        The number and what it is made of; serials of a kind, region and year have no gaps.
    payload_sha256
        SHA-256 of the payload's canonical JSON.
    version
        From 1; a correction is the next version.
    replaces
        The document that this version corrects.
    issued_at
        When the hub took it in; printed, and the fixed timestamp of the file.
    signed_at
        When it was signed out of reach, by the device's clock.
    range_id
        The reserved range whose number it bears.
    """

    kind: str
    number: str
    region_code: str
    year: int
    serial: int
    template: str
    template_version: int
    layout_sha256: str
    payload: dict[str, Any]
    payload_sha256: str
    verify_code: str
    version: int
    issued_at: datetime
    subject_key: str = ""
    replaces: str | None = None
    first_id: str
    signed_at: datetime | None = None
    range_id: str | None = None
    reporter: str | None = None
    unit_id: str | None = None


class DocumentRendered(DocumentFact, frozen=True, kw_only=True):
    """The file was drawn; the same document always gives these bytes."""

    pdf_sha256: str
    size_bytes: int


class DocumentLogged(DocumentFact, frozen=True, kw_only=True):
    """The document is the ``log_index``-th entry of the public log (RFC 9162, SHA-256).

    Parameters
    ----------
    entry
        Exact bytes that are hashed, as text: canonical JSON without personal data.
    leaf_sha256
        ``SHA-256(0x00 || entry)``, hexadecimal.
    """

    log_index: int
    entry: str
    leaf_sha256: str


class DocumentWithdrawn(DocumentFact, frozen=True, kw_only=True):
    """The document is void. It is still shown to whoever verifies it, as withdrawn."""

    reason: str


class DocumentReplaced(DocumentFact, frozen=True, kw_only=True):
    """A newer version holds instead of this one."""

    replaced_by: str
    reason: str


class OfflineCopyJoined(DocumentFact, frozen=True, kw_only=True):
    """A paper signed out of reach turned out to be for what had a document already.

    It is no second document: its number leads to the first. ``same_payload`` says whether both say the same;
    where they do not, whoever verifies the paper is told.
    """

    kind: str
    number: str
    region_code: str
    year: int
    serial: int
    range_id: str
    copy_id: str
    verify_code: str
    payload: dict[str, Any]
    payload_sha256: str
    same_payload: bool
    signed_at: datetime | None = None


class NumbersReserved(Fact, frozen=True, kw_only=True):
    """Serials ``first`` to ``last`` belong to a device; ``verify_codes`` stand on the papers it makes."""

    range_id: str
    device_id: str
    unit_id: str
    kind: str
    region_code: str
    year: int
    first: int
    last: int
    numbers: tuple[str, ...]
    verify_codes: tuple[str, ...]

    @property
    def stream(self) -> str:
        """The device's chain."""
        return f"device/{self.device_id}"


class NumbersReturned(Fact, frozen=True, kw_only=True):
    """What was left of a range is void."""

    range_id: str
    device_id: str
    numbers: tuple[str, ...]
    reason: str

    @property
    def stream(self) -> str:
        """The device's chain."""
        return f"device/{self.device_id}"


FACTS = (
    DocumentIssued,
    DocumentLogged,
    DocumentRendered,
    DocumentReplaced,
    DocumentWithdrawn,
    NumbersReserved,
    NumbersReturned,
    OfflineCopyJoined,
)
