"""What may be asked of documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from tidehub.kernel.access import PLATFORM_ONLY, Rule, rule
from tidehub.kernel.facts import Command


def chain_of(case_id: str, document_id: str) -> str:
    """A document stands in the chain of its case; one without a case has a chain of its own."""
    return f"case/{case_id}" if case_id else f"document/{document_id}"


class IssueDocument(Command, frozen=True, kw_only=True):
    """Issue a document: number it, freeze its payload, give it a verification code.

    Asking again with the same id and payload has no second effect. One valid document of a kind exists for
    one ``subject_key``; a second asking of the platform for the same subject has no effect either.

    Parameters
    ----------
    document_id
        Given by the asker, derived from what led to it.
    region_code
        Whose numbers count, GB/T 2260.
    payload
        As the template's fields describe it.
    subject_key
        What it is for, e.g. ``job/J1``; ``""`` where several may exist.
    number, device_id, signed_at
        Only for a document that was signed out of reach under a reserved number, by the device that holds it.
    template_version
        Which layout it was drawn with out of reach; the current one otherwise.
    reporter, unit_id
        Who may read it, beside the posts of the region.
    """

    rule: ClassVar[Rule] = rule("duty_officer", "quay_operator", relations=["assignee"])

    document_id: str
    case_id: str = ""
    kind: str
    region_code: str
    payload: dict[str, Any]
    subject_key: str = ""
    number: str | None = None
    device_id: str = ""
    signed_at: datetime | None = None
    template_version: int | None = None
    reporter: str | None = None
    unit_id: str | None = None

    @property
    def stream(self) -> str:
        """The case's chain, or the document's own."""
        return chain_of(self.case_id, self.document_id)


class RecordRendering(Command, frozen=True, kw_only=True):
    """Note the hash of the file that was drawn; drawn again it must be the same."""

    rule: ClassVar[Rule] = PLATFORM_ONLY

    document_id: str
    case_id: str = ""
    pdf_sha256: str
    size_bytes: int

    @property
    def stream(self) -> str:
        """The case's chain, or the document's own."""
        return chain_of(self.case_id, self.document_id)


class WithdrawDocument(Command, frozen=True, kw_only=True):
    """Declare a document void, with the reason. Its number stays used."""

    rule: ClassVar[Rule] = rule("duty_officer", "shift_leader")

    document_id: str
    case_id: str = ""
    reason: str

    @property
    def stream(self) -> str:
        """The case's chain, or the document's own."""
        return chain_of(self.case_id, self.document_id)


class ReplaceDocument(Command, frozen=True, kw_only=True):
    """Correct a document by a new version, which has a number of its own; the old one stays to be read."""

    rule: ClassVar[Rule] = rule("duty_officer", "shift_leader")

    document_id: str
    new_document_id: str
    case_id: str = ""
    payload: dict[str, Any]
    reason: str

    @property
    def stream(self) -> str:
        """The case's chain, or the document's own."""
        return chain_of(self.case_id, self.document_id)


class ReserveNumbers(Command, frozen=True, kw_only=True):
    """Set numbers aside for a device that may be out of reach when it needs them.

    Parameters
    ----------
    range_id
        Given by the asker; the same id has no second effect.
    unit_id
        The unit whose crew carry the device; it may issue under these numbers.
    count
        1 to 200.
    """

    rule: ClassVar[Rule] = rule("duty_officer", "device", relations=["self"])

    range_id: str
    device_id: str
    unit_id: str = ""
    kind: str
    region_code: str
    count: int

    @property
    def stream(self) -> str:
        """The device's chain."""
        return f"device/{self.device_id}"


class ReturnNumbers(Command, frozen=True, kw_only=True):
    """Give back what is left of a range (device lost, year over): void, and listed as such."""

    rule: ClassVar[Rule] = rule("duty_officer", "device", relations=["self"])

    range_id: str
    device_id: str
    reason: str

    @property
    def stream(self) -> str:
        """The device's chain."""
        return f"device/{self.device_id}"
