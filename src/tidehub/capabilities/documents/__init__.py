"""Documents (文书/单证): numbered, frozen, drawn, verifiable by anyone. See ``README.md``."""

from __future__ import annotations

from tidehub.capabilities.documents import decide, tables
from tidehub.capabilities.documents.check_payload import check_payload
from tidehub.capabilities.documents.commands import (
    IssueDocument,
    RecordRendering,
    ReplaceDocument,
    ReserveNumbers,
    ReturnNumbers,
    WithdrawDocument,
)
from tidehub.capabilities.documents.decide import payload_hash, verify_code
from tidehub.capabilities.documents.facts import (
    FACTS,
    DocumentIssued,
    DocumentLogged,
    DocumentRendered,
    DocumentReplaced,
    DocumentWithdrawn,
    NumbersReserved,
    NumbersReturned,
    OfflineCopyJoined,
)
from tidehub.capabilities.documents.model import (
    Document,
    Field,
    Reserved,
    Template,
    Templates,
    read_template,
)
from tidehub.capabilities.documents.ports import Renderer, Sheet
from tidehub.capabilities.documents.queries import (
    VIEW,
    DocumentPage,
    DocumentRow,
    NumberAccount,
    Shown,
    Verification,
    document_by_id,
    document_by_number,
    documents_of_case,
    list_documents,
    masked,
    number_account,
    numbers_of_range,
    sheet_of,
    subject_of,
    verify_document,
)
from tidehub.capabilities.documents.schema import TABLES
from tidehub.capabilities.documents.state import Issuing, Rendering, Replacing, Returning
from tidehub.capabilities.documents.transparency import LogProof, TransparencyLog, TreeHead
from tidehub.hub.registry import Capability, Handler
from tidehub.kernel.access import Subject

__all__ = [
    "FACTS",
    "TABLES",
    "VIEW",
    "Document",
    "DocumentIssued",
    "DocumentLogged",
    "DocumentPage",
    "DocumentRendered",
    "DocumentReplaced",
    "DocumentRow",
    "DocumentWithdrawn",
    "Field",
    "IssueDocument",
    "LogProof",
    "NumberAccount",
    "NumbersReserved",
    "NumbersReturned",
    "OfflineCopyJoined",
    "RecordRendering",
    "Renderer",
    "ReplaceDocument",
    "ReserveNumbers",
    "Reserved",
    "ReturnNumbers",
    "Sheet",
    "Shown",
    "Template",
    "Templates",
    "TransparencyLog",
    "TreeHead",
    "Verification",
    "WithdrawDocument",
    "capability",
    "check_payload",
    "document_by_id",
    "document_by_number",
    "documents_of_case",
    "list_documents",
    "masked",
    "number_account",
    "numbers_of_range",
    "payload_hash",
    "read_template",
    "sheet_of",
    "subject_of",
    "verify_code",
    "verify_document",
]


def _of_issuing(state: Issuing, command: IssueDocument) -> Subject:
    holders = (state.reserved.unit_id, f"device/{state.reserved.device_id}") if state.reserved else ()
    return Subject(command.region_code, tuple(("assignee", holder) for holder in holders if holder))


def _of_document(document: Document, _command: object) -> Subject:
    return subject_of(document)


def _of_replacing(state: Replacing, _command: object) -> Subject:
    return subject_of(state.document)


def _of_rendering(state: Rendering, _command: object) -> Subject:
    return subject_of(state.document)


def _of_reserving(_state: object, command: ReserveNumbers) -> Subject:
    return Subject(command.region_code, (("self", f"device/{command.device_id}"),))


def _of_returning(state: Returning, command: ReturnNumbers) -> Subject:
    region = state.numbers[0].region_code if state.numbers else ""
    return Subject(region, (("self", f"device/{command.device_id}"),))


def capability(templates: Templates, key: bytes) -> Capability:
    """The face to the hub.

    Parameters
    ----------
    templates
        Every version that is mounted, those of old documents included.
    key
        Secret of the installation from which verification codes are made; at least 16 bytes.
    """
    load = tables.Loader(templates)
    decisions = decide.Decide(key)
    return Capability(
        name="documents",
        handlers=(
            Handler(IssueDocument, load.issuing, decisions.issue, _of_issuing),
            Handler(ReplaceDocument, load.replacing, decisions.replace, _of_replacing),
            Handler(WithdrawDocument, load.document, decide.withdraw, _of_document),
            Handler(RecordRendering, load.rendering, decide.record_rendering, _of_rendering),
            Handler(ReserveNumbers, load.reserving, decisions.reserve, _of_reserving),
            Handler(ReturnNumbers, load.returning, decide.give_back, _of_returning),
        ),
        facts=FACTS,
        project=tables.project,
        tables=TABLES,
    )
