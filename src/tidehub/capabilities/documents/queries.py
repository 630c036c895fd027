"""Reading documents: one, a list an actor may see, the accounts of numbers, and what anyone may verify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from tidehub.capabilities.documents.model import Document, Field, Template, Templates
from tidehub.capabilities.documents.ports import Sheet
from tidehub.capabilities.documents.tables import BY_ID, COLUMNS, RANGE, document_of, reserved_of
from tidehub.capabilities.documents.transparency import LogProof, TransparencyLog
from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.access import Scope, Subject, rule
from tidehub.kernel.instants import from_us
from tidehub.registers.personal import MASKS

VIEW = rule(
    "duty_officer", "shift_leader", "checker", "cashier", "auditor", "administrator",
    relations=["reporter", "assignee"],
)  # fmt: skip
"""Who may see a document; ``scope(VIEW, actor)`` is what a list filters by."""
LIMIT_MAX = 200

_LISTED = (
    "document_id, case_id, kind, number, version, status, region_code, issued_us, signed_us, replaced_by,"
    " pdf_sha256, pdf_bytes"
)
_OF_CASE = sql(f"SELECT {COLUMNS} FROM documents_document WHERE case_id = :case_id ORDER BY issued_us, document_id")
_BY_CODE = sql(f"SELECT {COLUMNS} FROM documents_document WHERE verify_code = :code", short=True)
_BY_NUMBER = sql(f"SELECT {COLUMNS} FROM documents_document WHERE number = :number", short=True)
_COPY = sql(
    "SELECT number, document_id, payload_sha256, same_payload FROM documents_copy WHERE verify_code = :code",
    short=True,
)
_OPEN_CODE = sql("SELECT number, kind FROM documents_reserved WHERE verify_code = :code AND state = :state", short=True)
_NUMBER_OF = sql("SELECT number, verify_code FROM documents_document WHERE document_id = :id", short=True)
_LAST = sql(
    "SELECT last FROM documents_counter WHERE kind = :kind AND region_code = :region AND year = :year",
    short=True,
)
_ISSUED = sql(
    "SELECT status, COUNT(*) AS n FROM documents_document WHERE kind = :kind AND region_code = :region"
    " AND year = :year GROUP BY status"
)
_SET_ASIDE = sql(
    "SELECT r.state, COUNT(*) AS n FROM documents_reserved r WHERE r.kind = :kind AND r.region_code = :region"
    " AND r.year = :year GROUP BY r.state"
)
_COPIES = sql(
    "SELECT COUNT(*) AS n FROM documents_copy c JOIN documents_reserved r ON r.number = c.number"
    " WHERE r.kind = :kind AND r.region_code = :region AND r.year = :year"
)


class DocumentRow(msgspec.Struct, frozen=True):
    """A document in a list; what it says is not shown there."""

    document_id: str
    case_id: str
    kind: str
    number: str
    version: int
    status: str
    region_code: str
    issued_at: datetime
    signed_at: datetime | None
    replaced_by: str | None
    pdf_sha256: str | None
    pdf_bytes: int | None


class DocumentPage(msgspec.Struct, frozen=True):
    """One page of a list, newest first, and where the next begins."""

    rows: tuple[DocumentRow, ...]
    after: str | None


class Shown(msgspec.Struct, frozen=True):
    """One line that whoever verifies a paper may compare with it."""

    path: str
    zh: str
    en: str
    value: str


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What the public page says of a code.

    Parameters
    ----------
    status
        ``valid``, ``replaced``, ``withdrawn``; ``differs``: a paper made out of reach that says something
        else than the document it was joined to; ``not_received``: the number belongs to a device whose paper
        has not come in yet; ``void``: the number was given back unused.
    number
        What must stand on the paper.
    document_number
        The document the number leads to, where it is another.
    replaced_by
        Number and code of the version that holds.
    payload_sha256, pdf_sha256
        To compare with the file, its attachment, or the digits beside the QR.
    shown
        Lines to compare with the paper; no personal data.
    fact_id, fact_sha256
        Place in the chain of facts, and the hash that covers the document and everything before it there.
    log
        Proof of inclusion in the public log.
    """

    status: Literal["valid", "replaced", "withdrawn", "differs", "not_received", "void"]
    code: str
    kind: str
    title_zh: str
    title_en: str
    number: str
    document_number: str | None = None
    version: int | None = None
    issued_at: datetime | None = None
    signed_at: datetime | None = None
    ended_at: datetime | None = None
    replaced_by: tuple[str, str] | None = None
    payload_sha256: str | None = None
    pdf_sha256: str | None = None
    shown: tuple[Shown, ...] = ()
    fact_id: str | None = None
    fact_sha256: str | None = None
    log: LogProof | None = None


class NumberAccount(msgspec.Struct, frozen=True):
    """Where the numbers of a kind, region and year are: ``missing`` is always 0, or something is wrong."""

    last: int
    issued: int
    withdrawn: int
    replaced: int
    joined: int
    open_at_devices: int
    void: int
    missing: int


async def document_by_id(reader: Reader, document_id: str) -> Document | None:
    """One document, unmasked; the caller checks ``VIEW`` over :func:`subject_of`, or masks it."""
    row = await reader.fetch_one(BY_ID, document_id=document_id)
    return None if row is None else document_of(row)


async def document_by_number(reader: Reader, number: str) -> Document | None:
    """One document by the number that it bears."""
    row = await reader.fetch_one(_BY_NUMBER, number=number)
    return None if row is None else document_of(row)


async def documents_of_case(reader: Reader, case_id: str) -> list[Document]:
    """All documents of a case in every version, oldest first."""
    return [document_of(row) for row in await reader.fetch(_OF_CASE, case_id=case_id)]


def subject_of(document: Document) -> Subject:
    """Where the document lies and who stands how to it."""
    related = [("reporter", document.reporter), ("assignee", document.unit_id)]
    return Subject(document.region_code, tuple((how, who) for how, who in related if who))


def masked(payload: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    """A payload with its personal data masked, for reading without a purpose."""
    out: dict[str, Any] = {}
    for field in fields:
        value = payload.get(field.name)
        if value is None:
            continue
        if field.type == "object":
            out[field.name] = masked(value, field.fields)
        elif field.type == "list":
            out[field.name] = [masked(item, field.fields) for item in value]
        else:
            out[field.name] = MASKS[field.personal](value) if field.personal and value else value
    return out


def sheet_of(document: Document, template: Template, replaces: str | None = None) -> Sheet:
    """What the file of a document is drawn from. ``replaces``: number of the version before, if any."""
    return Sheet(
        template=template,
        number=document.number,
        version=document.version,
        payload=document.payload,
        payload_sha256=document.payload_sha256,
        verify_code=document.verify_code,
        dated_at=document.signed_at or document.issued_at,
        replaces=replaces,
    )


async def list_documents(
    reader: Reader,
    scope: Scope,
    *,
    kind: str | None = None,
    status: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> DocumentPage:
    """Documents that a scope may see, newest first; ``after`` is what the page before gave."""
    limit = max(1, min(limit, LIMIT_MAX))
    where: list[str] = []
    params: dict[str, Any] = {}
    if not scope.everywhere:
        opened = []
        for place, prefix in enumerate(scope.region_prefixes):
            opened.append(f"(region_code >= :from_{place} AND region_code < :to_{place})")
            params |= {f"from_{place}": prefix, f"to_{place}": prefix + "~"}
        for relation, column in (("reporter", "reporter"), ("assignee", "unit_id")):
            if relation in scope.relations and scope.selves:
                opened.append(f"{column} = ANY(:selves)")
                params["selves"] = list(scope.selves)
        where.append(f"({' OR '.join(opened)})" if opened else "1 = 0")
    for name, value in (("kind", kind), ("status", status)):
        if value is not None:
            where.append(f"{name} = :{name}")
            params[name] = value
    if after is not None:
        issued, _, document_id = after.partition("~")
        where.append("(issued_us < :us OR (issued_us = :us AND document_id < :id))")
        params |= {"us": int(issued) if issued.isdecimal() else 0, "id": document_id}
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    statement = sql(
        f"SELECT {_LISTED} FROM documents_document{condition} ORDER BY issued_us DESC, document_id DESC LIMIT :limit"
    )
    rows = await reader.fetch(statement, **params, limit=limit + 1)
    page = tuple(_row(row) for row in rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    return DocumentPage(page, f"{last['issued_us']}~{last['document_id']}" if last else None)


def _row(row: Any) -> DocumentRow:
    return DocumentRow(
        document_id=row["document_id"],
        case_id=row["case_id"],
        kind=row["kind"],
        number=row["number"],
        version=row["version"],
        status=row["status"],
        region_code=row["region_code"],
        issued_at=from_us(row["issued_us"]),
        signed_at=None if row["signed_us"] is None else from_us(row["signed_us"]),
        replaced_by=row["replaced_by"],
        pdf_sha256=row["pdf_sha256"],
        pdf_bytes=row["pdf_bytes"],
    )


async def numbers_of_range(reader: Reader, range_id: str) -> list[Any]:
    """Every number of a reserved range with its code and what became of it."""
    return [reserved_of(row) for row in await reader.fetch(RANGE, range_id=range_id)]


async def number_account(reader: Reader, kind: str, region_code: str, year: int) -> NumberAccount:
    """Account for every number of a kind, region and year."""
    which = {"kind": kind, "region": region_code, "year": year}
    row = await reader.fetch_one(_LAST, **which)
    last = row["last"] if row else 0
    issued = {one["status"]: one["n"] for one in await reader.fetch(_ISSUED, **which)}
    aside = {one["state"]: one["n"] for one in await reader.fetch(_SET_ASIDE, **which)}
    copies = await reader.fetch_one(_COPIES, **which)
    joined = copies["n"] if copies else 0
    unused, void = aside.get("open", 0), aside.get("void", 0)
    total = sum(issued.values())
    return NumberAccount(
        last=last,
        issued=total,
        withdrawn=issued.get("withdrawn", 0),
        replaced=issued.get("replaced", 0),
        joined=joined,
        open_at_devices=unused,
        void=void,
        missing=last - total - joined - unused - void,
    )


def normal_code(text: str) -> str:
    """A code as somebody types it: any case, hyphens or none; O, I and L mean 0, 1 and 1 (Crockford)."""
    kept = "".join(letter for letter in text.upper() if letter.isascii() and letter.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))[:64]


async def verify_document(reader: Reader, templates: Templates, log: TransparencyLog, code: str) -> Verification | None:
    """What anyone may know of a paper by its code; ``None`` where no paper bears it.

    Open to everyone: it answers with status, numbers, hashes and the fields marked ``public``, never with
    personal data or the reason of a withdrawal.
    """
    code = normal_code(code)
    row = await reader.fetch_one(_BY_CODE, code=code)
    if row is not None:
        return await _verified(reader, templates, log, row, code)
    copy = await reader.fetch_one(_COPY, code=code)
    if copy is not None:
        original = await reader.fetch_one(BY_ID, document_id=copy["document_id"])
        assert original is not None, "a copy without its document"
        found = await _verified(reader, templates, log, original, code)
        return msgspec.structs.replace(
            found,
            status=found.status if copy["same_payload"] else "differs",
            number=copy["number"],
            document_number=original["number"],
            payload_sha256=copy["payload_sha256"],
        )
    for state, status in (("open", "not_received"), ("void", "void")):
        number = await reader.fetch_one(_OPEN_CODE, code=code, state=state)
        if number is not None:
            title = templates.current(number["kind"]).title
            return Verification(
                status=status,  # type: ignore[arg-type]
                code=code,
                kind=number["kind"],
                title_zh=title.zh,
                title_en=title.en,
                number=number["number"],
            )
    return None


async def _verified(reader: Reader, templates: Templates, log: TransparencyLog, row: Any, code: str) -> Verification:
    document = document_of(row)
    template = templates.version(document.kind, document.template_version)
    successor = None
    if document.replaced_by is not None:
        successor = await reader.fetch_one(_NUMBER_OF, id=document.replaced_by)
    return Verification(
        status=document.status,
        code=code,
        kind=document.kind,
        title_zh=template.title.zh,
        title_en=template.title.en,
        number=document.number,
        version=document.version,
        issued_at=document.issued_at,
        signed_at=document.signed_at,
        ended_at=None if row["ended_us"] is None else from_us(row["ended_us"]),
        replaced_by=(successor["number"], successor["verify_code"]) if successor else None,
        payload_sha256=document.payload_sha256,
        pdf_sha256=document.pdf_sha256,
        shown=tuple(_shown(document.payload, template.fields)),
        fact_id=document.fact_id,
        fact_sha256=document.fact_hash,
        log=await log.proof(reader, document.document_id),
    )


def _shown(payload: Mapping[str, Any], fields: Sequence[Field], path: str = "") -> list[Shown]:
    lines: list[Shown] = []
    for field in fields:
        value = payload.get(field.name)
        at = f"{path}.{field.name}" if path else field.name
        if value is None:
            continue
        if field.type == "object":
            lines += _shown(value, field.fields, at)
        elif field.type == "list":
            for place, item in enumerate(value):
                lines += _shown(item, field.fields, f"{at}[{place}]")
        elif field.public:
            lines.append(Shown(at, field.zh, field.en, str(value)))
    return lines
