"""Documents (文书): of a case, one with its file, what anyone may verify; issuing, correcting, withdrawing.

The composition root gives ``services.more["templates"]``, every mounted template in every version; files
come from ``services.files``. The public log of documents is read through one
:class:`~tidehub.capabilities.documents.TransparencyLog` for each process, kept in ``services.more``.
"""

from __future__ import annotations

import inspect
from datetime import datetime
from typing import Any, Literal, cast

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import File

from tidehub.api.commanding import Done, body_of, carry_out, operation_of
from tidehub.api.errors import PROBLEM_JSON
from tidehub.api.exchange import AnyRequest, Page, answer, page_of, read_json, read_query
from tidehub.api.services import Services, actor_in, services_of
from tidehub.api.verify_page import verification_page
from tidehub.capabilities import documents
from tidehub.kernel.access import Actor, demand, permits, rule, scope
from tidehub.kernel.errors import NOT_FOUND, Unavailable, refusal_kind
from tidehub.kernel.facts import Command

NOT_DRAWN = refusal_kind(
    "document_not_drawn",
    zh="文书 {number} 的文件正在生成",
    en="The file of the document {number} is being drawn",
    do_zh="请稍后再打开。",
    do_en="Open it again in a moment.",
    category="missing",
)
_FAMILY = "documents"
_OF_ONE = "/api/v1/documents/{document_id:str}"
_LOG = "transparency_log"
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_EVERYONE = rule(everyone=True)


class DocumentsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which documents: of a ``kind``, in a ``status``."""

    kind: str | None = None
    status: str | None = None


class NumbersQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose numbers: a kind, a region and a year."""

    kind: str
    region: str
    year: int

    def __post_init__(self) -> None:
        if not 2000 <= self.year <= 2999:
            raise ValueError("a year of four digits")


class ConsistencyQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two sizes of the public log."""

    first: int
    second: int


class DocumentView(msgspec.Struct, frozen=True):
    """A document with what it says; personal data are masked."""

    document_id: str
    case_id: str
    kind: str
    title_zh: str
    title_en: str
    number: str
    version: int
    status: Literal["valid", "replaced", "withdrawn"]
    region_code: str
    issued_at: datetime
    signed_at: datetime | None
    replaced_by: str | None
    verify_code: str
    payload: dict[str, Any]
    payload_sha256: str
    pdf_sha256: str | None
    pdf_bytes: int | None
    fact_id: str
    fact_sha256: str


class DocumentList(msgspec.Struct, frozen=True):
    """Documents with what they say, oldest first."""

    items: list[DocumentView]
    next: str | None


class DocumentRows(msgspec.Struct, frozen=True):
    """A page of documents, newest first."""

    items: list[documents.DocumentRow]
    next: str | None


@get(
    "/api/v1/documents",
    opt={"rule": documents.VIEW, "family": _FAMILY, "query": DocumentsQuery, "answer": DocumentRows},
)
async def list_documents(request: AnyRequest) -> Response[bytes]:
    """List the documents one may see, newest first."""
    query = read_query(request, DocumentsQuery)
    page = await documents.list_documents(
        services_of(request).hub,
        scope(documents.VIEW, actor_in(request)),
        kind=query.kind,
        status=query.status,
        limit=query.limit,
        after=query.cursor,
    )
    return answer(page_of(list(page.rows), page.after))


@get(
    "/api/v1/cases/{case_id:str}/documents",
    opt={"rule": documents.VIEW, "family": _FAMILY, "answer": DocumentList},
)
async def list_case_documents(request: AnyRequest, case_id: FromPath[str]) -> Response[bytes]:
    """List the documents of a case that one may see, in every version, oldest first."""
    services, actor = services_of(request), actor_in(request)
    found = await documents.documents_of_case(services.hub, case_id)
    seen = [one for one in found if permits(documents.VIEW, actor, documents.subject_of(one))]
    return answer(page_of([_view(services, one) for one in seen], None))


@get(
    "/api/v1/documents/numbers",
    opt={
        "rule": rule("duty_officer", "shift_leader", "cashier", "auditor", "administrator"),
        "family": _FAMILY,
        "query": NumbersQuery,
        "answer": documents.NumberAccount,
    },
)
async def account_for_numbers(request: AnyRequest) -> Response[bytes]:
    """Account for every number of a kind, region and year: issued, set aside, void, missing (always 0)."""
    query = read_query(request, NumbersQuery)
    found = await documents.number_account(services_of(request).hub, query.kind, query.region, query.year)
    return answer(found)


@get("/api/v1/documents/log", opt={"rule": _EVERYONE, "family": _FAMILY, "answer": documents.TreeHead})
async def get_log_head(request: AnyRequest) -> Response[bytes]:
    """Get the newest head of the public log over all documents (RFC 9162)."""
    services = services_of(request)
    return answer(await log_of(services).head(services.hub), headers={"cache-control": "no-cache"})


@get(
    "/api/v1/documents/log/consistency",
    opt={"rule": _EVERYONE, "family": _FAMILY, "query": ConsistencyQuery, "answer": dict[str, Any]},
)
async def get_log_consistency(request: AnyRequest) -> Response[bytes]:
    """Prove that the public log has only grown between two sizes."""
    query = read_query(request, ConsistencyQuery)
    services = services_of(request)
    head = await log_of(services).head(services.hub)
    if not 0 < query.first <= query.second <= head.size:
        raise NOT_FOUND("second", what="日志 log of that size", id=str(query.second)[:20])
    path = await log_of(services).consistency(services.hub, query.first, query.second)
    return answer({"first": query.first, "second": query.second, "path": list(path)})


@get(_OF_ONE, opt={"rule": documents.VIEW, "family": _FAMILY, "answer": DocumentView})
async def get_document(request: AnyRequest, document_id: FromPath[str]) -> Response[bytes]:
    """Get one document; its personal data are masked."""
    services = services_of(request)
    return answer(_view(services, await _seen(services, document_id, actor_in(request))))


@get(f"{_OF_ONE}/pdf", opt={"rule": documents.VIEW, "family": _FAMILY, "answer": "application/pdf"})
async def get_pdf(request: AnyRequest, document_id: FromPath[str]) -> Response[Any] | File:
    """Get the file of a document as it was drawn when it was issued."""
    services = services_of(request)
    document = await _seen(services, document_id, actor_in(request))
    if services.files is None:
        raise Unavailable("file store")
    sha256 = document.pdf_sha256
    kept = await services.files.find(sha256) if sha256 is not None else None
    if sha256 is None or kept is None:
        raise NOT_DRAWN("document_id", number=document.number)
    headers = {
        "etag": f'"{sha256}"',
        "cache-control": "private, max-age=86400",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    if f'"{sha256}"' in request.headers.get("if-none-match", ""):
        return Response(None, status_code=304, headers=headers)
    return File(
        services.files.path(sha256),
        media_type=kept.media_type,
        filename=f"{document.number}.pdf",
        content_disposition_type="inline",
        headers=headers,
    )


@get("/api/v1/verify/{code:str}", opt={"rule": _EVERYONE, "family": _FAMILY, "answer": documents.Verification})
async def verify(request: AnyRequest, code: FromPath[str]) -> Response[bytes]:
    """Verify a paper by its code: status, numbers, hashes, what to compare; no personal data."""
    found = await _verification(services_of(request), code)
    if found is None:
        raise NOT_FOUND("code", what="单证核验码 verification code", id=code[:40])
    return answer(found, headers={"cache-control": "no-cache"})


_PAGE_ANSWERS = {
    "200": {"description": "The paper / 单证", "content": {"text/html": {}}},
    "404": {"description": "No paper bears the code / 查无此单证", "content": {"text/html": {}}},
    "default": {
        "description": "Refused / 被拒绝",
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
}


@get(
    "/v/{code:str}",
    opt={
        "rule": _EVERYONE,
        "family": _FAMILY,
        "answer": "text/html",
        "describe": {"responses": _PAGE_ANSWERS},
    },
)
async def verify_page(request: AnyRequest, code: FromPath[str]) -> Response[str]:
    """Show what the QR of a paper leads to: whether it is valid, and what to compare; without any script."""
    found = await _verification(services_of(request), code)
    return Response(
        verification_page(found, code),
        status_code=200 if found is not None else 404,
        media_type="text/html",
        headers={
            "cache-control": "no-cache",
            "content-security-policy": _PAGE_POLICY,
        },
    )


def log_of(services: Services) -> documents.TransparencyLog:
    """Give this process's reader of the public log."""
    return cast(documents.TransparencyLog, services.more.setdefault(_LOG, documents.TransparencyLog()))


async def _verification(services: Services, code: str) -> documents.Verification | None:
    if len(code) > 200:
        return None
    return await documents.verify_document(services.hub, _templates(services), log_of(services), code)


def _templates(services: Services) -> documents.Templates:
    return cast(documents.Templates, services.more["templates"])


async def _known(services: Services, document_id: str) -> documents.Document:
    document = await documents.document_by_id(services.hub, document_id)
    if document is None:
        raise NOT_FOUND("document_id", what="文书 document", id=document_id[:80])
    return document


async def _seen(services: Services, document_id: str, actor: Actor) -> documents.Document:
    document = await _known(services, document_id)
    demand(documents.VIEW, actor, documents.subject_of(document))
    return document


def _view(services: Services, document: documents.Document) -> DocumentView:
    template = _templates(services).version(document.kind, document.template_version)
    return DocumentView(
        document_id=document.document_id,
        case_id=document.case_id,
        kind=document.kind,
        title_zh=template.title.zh,
        title_en=template.title.en,
        number=document.number,
        version=document.version,
        status=document.status,
        region_code=document.region_code,
        issued_at=document.issued_at,
        signed_at=document.signed_at,
        replaced_by=document.replaced_by,
        verify_code=document.verify_code,
        payload=documents.masked(document.payload, template.fields),
        payload_sha256=document.payload_sha256,
        pdf_sha256=document.pdf_sha256,
        pdf_bytes=document.pdf_bytes,
        fact_id=document.fact_id,
        fact_sha256=document.fact_hash,
    )


def _asking(path: str, command: type[Command], *, of_document: bool = False, named: str = "") -> Any:
    """Make the route of a command; one about a document has its case from the document."""
    without = ("document_id", "case_id") if of_document else (named,) if named else ()
    body = body_of(command, without)

    async def route(request: AnyRequest) -> Response[bytes]:
        told = await read_json(request, body)
        fields = {name: getattr(told, name) for name in body.__struct_fields__}
        if of_document:
            document = await _known(services_of(request), request.path_params["document_id"])
            fields |= {"document_id": document.document_id, "case_id": document.case_id}
        elif named:
            fields[named] = request.path_params[named]
        return await carry_out(request, command(**fields))

    route.__name__ = operation_of(command)
    route.__doc__ = inspect.getdoc(command)
    opt = {"rule": command.rule, "family": _FAMILY, "body": body, "answer": Done}
    return post(path, status_code=200, opt=opt)(route)


ROUTES: list[Any] = [
    list_documents,
    list_case_documents,
    account_for_numbers,
    get_log_head,
    get_log_consistency,
    get_document,
    get_pdf,
    verify,
    verify_page,
    _asking("/api/v1/documents", documents.IssueDocument),
    _asking(f"{_OF_ONE}/withdraw", documents.WithdrawDocument, of_document=True),
    _asking(f"{_OF_ONE}/replace", documents.ReplaceDocument, of_document=True),
    _asking("/api/v1/documents/numbers/reservations", documents.ReserveNumbers),
    _asking(
        "/api/v1/documents/numbers/reservations/{range_id:str}/return",
        documents.ReturnNumbers,
        named="range_id",
    ),
]
