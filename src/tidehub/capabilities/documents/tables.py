"""Reading what decisions need, and what each fact changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tidehub.capabilities.documents import facts as f
from tidehub.capabilities.documents.commands import (
    IssueDocument,
    RecordRendering,
    ReplaceDocument,
    ReserveNumbers,
    ReturnNumbers,
    WithdrawDocument,
)
from tidehub.capabilities.documents.model import Document, Reserved, Templates
from tidehub.capabilities.documents.schema import document as document_table
from tidehub.capabilities.documents.state import Issuing, Rendering, Replacing, Reserving, Returning
from tidehub.hub.log import Recorded
from tidehub.hub.statement import Write, sql
from tidehub.hub.transaction import Transaction
from tidehub.kernel.codec import canonical_json, decode
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.instants import from_us, to_us

_NAMES = [column.name for column in document_table.columns]
COLUMNS = ", ".join(_NAMES)
_LOCK = sql("INSERT INTO documents_lock (name) VALUES (:name) ON CONFLICT (name) DO UPDATE SET name = excluded.name")
_SERIALS = sql("SELECT year, last FROM documents_counter WHERE kind = :kind AND region_code = :region_code", short=True)
BY_ID = sql(f"SELECT {COLUMNS} FROM documents_document WHERE document_id = :document_id", short=True)
_VALID = sql(
    f"SELECT {COLUMNS} FROM documents_document WHERE kind = :kind AND subject_key = :subject_key"
    " AND status = 'valid' AND subject_key <> ''",
    short=True,
)
_RESERVED_COLUMNS = (
    "number, range_id, device_id, unit_id, kind, region_code, year, serial, verify_code, state, used_sha256"
)
_RESERVED = sql(f"SELECT {_RESERVED_COLUMNS} FROM documents_reserved WHERE number = :number", short=True)
RANGE = sql(f"SELECT {_RESERVED_COLUMNS} FROM documents_reserved WHERE range_id = :range_id ORDER BY serial")
_LOG_SIZE = sql("SELECT COALESCE(MAX(log_index) + 1, 0) AS size FROM documents_log", short=True)

_INSERT = sql(f"INSERT INTO documents_document ({COLUMNS}) VALUES ({', '.join(':' + name for name in _NAMES)})")
_COUNT = sql(
    "INSERT INTO documents_counter (kind, region_code, year, last) VALUES (:kind, :region_code, :year, :last)"
    " ON CONFLICT (kind, region_code, year) DO UPDATE SET last = excluded.last"
)
_END = sql(
    "UPDATE documents_document SET status = :status, replaced_by = :replaced_by, reason = :reason,"
    " ended_us = :at_us WHERE document_id = :document_id"
)
_DRAWN = sql(
    "UPDATE documents_document SET pdf_sha256 = :pdf_sha256, pdf_bytes = :pdf_bytes WHERE document_id = :document_id"
)
_RESERVE = sql(
    f"INSERT INTO documents_reserved ({_RESERVED_COLUMNS}) VALUES (:number, :range_id, :device_id, :unit_id,"
    " :kind, :region_code, :year, :serial, :verify_code, 'open', NULL)"
)
_USE = sql("UPDATE documents_reserved SET state = 'used', used_sha256 = :payload_sha256 WHERE number = :number")
_VOID = sql("UPDATE documents_reserved SET state = 'void' WHERE number = :number")
_COPY = sql(
    "INSERT INTO documents_copy (number, verify_code, document_id, copy_id, payload_sha256, same_payload,"
    " joined_us) VALUES (:number, :verify_code, :document_id, :copy_id, :payload_sha256, :same_payload,"
    " :at_us)"
)
_LOGGED = sql(
    "INSERT INTO documents_log (log_index, document_id, entry, leaf_sha256, logged_us)"
    " VALUES (:log_index, :document_id, :entry, :leaf_sha256, :at_us)"
)


def document_of(row: Any) -> Document:
    """One row as a document."""
    return Document(
        document_id=row["document_id"],
        case_id=row["case_id"],
        kind=row["kind"],
        number=row["number"],
        version=row["version"],
        status=row["status"],
        template_version=row["template_version"],
        region_code=row["region_code"],
        subject_key=row["subject_key"],
        payload=decode(row["payload"], dict),
        payload_sha256=row["payload_sha256"],
        verify_code=row["verify_code"],
        issued_at=from_us(row["issued_us"]),
        signed_at=None if row["signed_us"] is None else from_us(row["signed_us"]),
        reporter=row["reporter"],
        unit_id=row["unit_id"],
        first_id=row["first_id"],
        replaced_by=row["replaced_by"],
        pdf_sha256=row["pdf_sha256"],
        pdf_bytes=row["pdf_bytes"],
        fact_id=row["fact_id"],
        fact_hash=row["fact_hash"],
    )


def reserved_of(row: Any) -> Reserved:
    """One row as a reserved number."""
    return Reserved(*(row[name] for name in Reserved.__struct_fields__))


class Loader:
    """Reads what decisions need; numbers and the log only under their locks."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    async def issuing(self, tx: Transaction, command: IssueDocument) -> Issuing:
        """The template, whatever exists already, and the serials."""
        if command.template_version is None or command.number is None:
            template = self._templates.current(command.kind)
        else:
            template = self._templates.version(command.kind, command.template_version)
        serials = await _serials(tx, command.kind, template.numbering.region(command.region_code))
        known = await tx.fetch_one(BY_ID, document_id=command.document_id)
        valid = (
            await tx.fetch_one(_VALID, kind=command.kind, subject_key=command.subject_key)
            if command.subject_key
            else None
        )
        number = await tx.fetch_one(_RESERVED, number=command.number) if command.number else None
        return Issuing(
            template,
            document_of(known) if known else None,
            document_of(valid) if valid else None,
            reserved_of(number) if number else None,
            serials,
        )

    async def replacing(self, tx: Transaction, command: ReplaceDocument) -> Replacing:
        """The old document, the new one if it exists, and the serials."""
        old = await self.document(tx, command)
        serials = await _serials(tx, old.kind, old.region_code)
        old = await self.document(tx, command)  # again, under the lock
        successor = await tx.fetch_one(BY_ID, document_id=command.new_document_id)
        return Replacing(old, document_of(successor) if successor else None, self._templates.current(old.kind), serials)

    async def document(
        self, tx: Transaction, command: ReplaceDocument | WithdrawDocument | RecordRendering
    ) -> Document:
        """The document, in the case it is said to be in."""
        row = await tx.fetch_one(BY_ID, document_id=command.document_id)
        if row is None or row["case_id"] != command.case_id:
            raise NOT_FOUND("document_id", what="document", id=command.document_id)
        return document_of(row)

    async def rendering(self, tx: Transaction, command: RecordRendering) -> Rendering:
        """The document and the size of the public log, under the log's lock."""
        await tx.execute(_LOCK, name="log")
        document = await self.document(tx, command)
        size = await tx.fetch_one(_LOG_SIZE)
        assert size is not None
        return Rendering(document, int(size["size"]))

    async def reserving(self, tx: Transaction, command: ReserveNumbers) -> Reserving:
        """The range, if it exists, and the serials."""
        template = self._templates.current(command.kind)
        serials = await _serials(tx, command.kind, template.numbering.region(command.region_code))
        known = await tx.fetch(RANGE, range_id=command.range_id)
        return Reserving(template, tuple(reserved_of(row) for row in known), serials)

    async def returning(self, tx: Transaction, command: ReturnNumbers) -> Returning:
        """The numbers of the range, under the lock that issuing takes too."""
        rows = await tx.fetch(RANGE, range_id=command.range_id)
        if rows:
            await _serials(tx, rows[0]["kind"], rows[0]["region_code"])
            rows = await tx.fetch(RANGE, range_id=command.range_id)
        return Returning(tuple(reserved_of(row) for row in rows))


async def _serials(tx: Transaction, kind: str, region_code: str) -> dict[int, int]:
    await tx.execute(_LOCK, name=f"{kind}/{region_code}")
    rows = await tx.fetch(_SERIALS, kind=kind, region_code=region_code)
    return {row["year"]: row["last"] for row in rows}


def project(recorded: Recorded) -> Iterable[Write]:
    """The changes that a fact makes to the tables of documents."""
    writes = _WRITES.get(recorded.kind)
    return writes(recorded, recorded.fact) if writes is not None else ()


def _issued(recorded: Recorded, fact: f.DocumentIssued) -> Sequence[Write]:
    row: dict[str, Any] = dict.fromkeys(_NAMES)
    for name in (
        "document_id", "case_id", "kind", "number", "region_code", "year", "serial", "version",
        "template_version", "subject_key", "payload_sha256", "verify_code", "reporter", "unit_id", "first_id",
        "replaces", "range_id",
    ):  # fmt: skip
        row[name] = getattr(fact, name)
    row |= {
        "status": "valid",
        "payload": canonical_json(fact.payload).decode(),
        "issued_us": to_us(fact.issued_at),
        "signed_us": None if fact.signed_at is None else to_us(fact.signed_at),
        "fact_id": recorded.id,
        "fact_hash": recorded.hash.hex(),
    }
    writes = [Write(_INSERT, row)]
    if fact.range_id is None:
        writes.append(_counted(fact, fact.serial))
    else:
        writes.append(Write(_USE, {"number": fact.number, "payload_sha256": fact.payload_sha256}))
    return writes


def _counted(fact: f.DocumentIssued | f.NumbersReserved, last: int) -> Write:
    return Write(_COUNT, {"kind": fact.kind, "region_code": fact.region_code, "year": fact.year, "last": last})


def _rendered(_recorded: Recorded, fact: f.DocumentRendered) -> Sequence[Write]:
    row = {"document_id": fact.document_id, "pdf_sha256": fact.pdf_sha256, "pdf_bytes": fact.size_bytes}
    return [Write(_DRAWN, row)]


def _logged(recorded: Recorded, fact: f.DocumentLogged) -> Sequence[Write]:
    row = {
        "log_index": fact.log_index,
        "document_id": fact.document_id,
        "entry": fact.entry,
        "leaf_sha256": fact.leaf_sha256,
    }
    return [Write(_LOGGED, row | {"at_us": to_us(recorded.at)})]


def _withdrawn(recorded: Recorded, fact: f.DocumentWithdrawn) -> Sequence[Write]:
    return [_ended(recorded, fact.document_id, "withdrawn", None, fact.reason)]


def _replaced(recorded: Recorded, fact: f.DocumentReplaced) -> Sequence[Write]:
    return [_ended(recorded, fact.document_id, "replaced", fact.replaced_by, fact.reason)]


def _ended(recorded: Recorded, document_id: str, status: str, by: str | None, reason: str) -> Write:
    row = {"document_id": document_id, "status": status, "replaced_by": by, "reason": reason}
    return Write(_END, row | {"at_us": to_us(recorded.at)})


def _reserved(_recorded: Recorded, fact: f.NumbersReserved) -> Sequence[Write]:
    writes = [_counted(fact, fact.last)]
    for place, (number, code) in enumerate(zip(fact.numbers, fact.verify_codes, strict=True)):
        row = {"number": number, "verify_code": code, "serial": fact.first + place}
        for name in ("range_id", "device_id", "unit_id", "kind", "region_code", "year"):
            row[name] = getattr(fact, name)
        writes.append(Write(_RESERVE, row))
    return writes


def _returned(_recorded: Recorded, fact: f.NumbersReturned) -> Sequence[Write]:
    return [Write(_VOID, {"number": number}) for number in fact.numbers]


def _copied(recorded: Recorded, fact: f.OfflineCopyJoined) -> Sequence[Write]:
    return [
        Write(_USE, {"number": fact.number, "payload_sha256": fact.payload_sha256}),
        Write(
            _COPY,
            {
                "number": fact.number,
                "verify_code": fact.verify_code,
                "document_id": fact.document_id,
                "copy_id": fact.copy_id,
                "payload_sha256": fact.payload_sha256,
                "same_payload": int(fact.same_payload),
                "at_us": to_us(recorded.at),
            },
        ),
    ]


_WRITES: dict[str, Callable[[Recorded, Any], Sequence[Write]]] = {
    "DocumentIssued": _issued,
    "DocumentRendered": _rendered,
    "DocumentLogged": _logged,
    "DocumentWithdrawn": _withdrawn,
    "DocumentReplaced": _replaced,
    "NumbersReserved": _reserved,
    "NumbersReturned": _returned,
    "OfflineCopyJoined": _copied,
}
