"""Reports by the platform's own interface: taken in one by one or by the hundred, on the hot path.

Reading them is in ``reports.py``; the list shares its address with handing in, so it is served from here.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import Any

import msgspec
from litestar import Request, Response, asgi, post

from tidehub.adapters.csvfile import RowAnswer, read_reports
from tidehub.api.errors import problem
from tidehub.api.exchange import KEY_INVALID, AnyRequest, answer, read_bytes
from tidehub.api.intake_doors import (
    NewReport,
    ReportAnswer,
    answer_for,
    by_of,
    doors_of,
    report_command,
    take_report,
)
from tidehub.api.raw import (
    EVENT_BYTES_MAX,
    answering,
    demand_json,
    read_body,
    refuse_method,
    send_answer,
    services_in,
)
from tidehub.api.reports import VIEW, ReportList, ReportsQuery, list_reports
from tidehub.api.services import Services, actor_in, services_of
from tidehub.capabilities.intake import ReceiveReport
from tidehub.kernel.access import Actor, demand, rule
from tidehub.kernel.codec import canonical_json, decode
from tidehub.kernel.errors import MALFORMED, Refusal, refusal_kind

BATCH_MAX = 1000
_IMPORT_BYTES_MAX = 10_000_000
_IMPORT_PART = 500
BATCH_TOO_LARGE = refusal_kind(
    "batch_too_large",
    zh="一批最多 {max} 件报件",
    en="A batch holds at most {max} reports",
    do_zh="请分批发送。",
    do_en="Send them in parts.",
    category="too_large",
)
_EVERYONE = rule(everyone=True)  # each service says itself whether it takes anonymous reports


class BatchItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one report of a batch, at its place: an answer or a problem."""

    answer: ReportAnswer | None = None
    problem: dict[str, Any] | None = None


class BatchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch; each report is taken or refused by itself."""

    received: int
    repeated: int
    refused: int
    items: list[BatchItem]


class ImportAnswer(msgspec.Struct, frozen=True):
    """What became of a file's rows, by line number; the same file again repeats and adds nothing."""

    received: int
    repeated: int
    refused: int
    rows: list[dict[str, Any]]


@asgi(
    "/api/v1/reports",
    copy_scope=True,
    opt={
        "rule": _EVERYONE,
        "family": "reports",
        "hot": True,
        "methods": ("GET", "POST"),
        "by_method": {
            "GET": {
                "rule": VIEW,
                "query": ReportsQuery,
                "answer": ReportList,
                "title": "List the reports one may see, newest first.",
            },
            "POST": {
                "body": NewReport,
                "answer": ReportAnswer,
                "status": 201,
                "title": "Hand in a report; 201 when it is on disk, 200 when this very one was here before.",
            },
        },
    },
)
async def reports(scope: Any, receive: Any, send: Any) -> None:
    """Take one report in, or list what one may see."""

    async def work() -> None:
        if scope["method"] in ("GET", "HEAD"):
            demand(VIEW, scope["state"]["actor"])
            request: AnyRequest = Request(scope, receive, send)
            response: Any = await list_reports.fn(request)
            await response.to_asgi_response(None, request)(scope, receive, send)
            return
        refuse_method(scope, "POST")
        services, actor = services_in(scope), scope["state"]["actor"]
        demand_json(scope)
        told = decode(await read_body(scope, receive, EVENT_BYTES_MAX), NewReport)
        command = report_command(told, actor, _header_key(scope))
        taken = await take_report(services, command, by_of(told, actor))
        place = (b"location", f"/api/v1/reports/{taken.report_id}".encode())
        await send_answer(
            send,
            201 if taken.status == "received" else 200,
            canonical_json(taken),
            [(b"content-type", b"application/json"), place],
        )

    await answering(scope, send, work)


@asgi(
    "/api/v1/reports/batch",
    copy_scope=True,
    opt={
        "rule": _EVERYONE,
        "family": "reports",
        "methods": ("POST",),
        "body": list[NewReport],
        "answer": BatchAnswer,
        "status": 200,
        "title": "Hand in many reports: each is taken or refused by itself, in one durable write.",
    },
)
async def post_reports(scope: Any, receive: Any, send: Any) -> None:
    """Take many reports in."""

    async def work() -> None:
        refuse_method(scope, "POST")
        services, actor = services_in(scope), scope["state"]["actor"]
        demand_json(scope)
        body = await read_body(scope, receive, EVENT_BYTES_MAX)
        taken = await take_batch(services, read_batch(body), actor)
        await send_answer(send, 200, canonical_json(taken))

    await answering(scope, send, work)


def _header_key(scope: Any) -> str | None:
    for name, value in scope["headers"]:
        if name == b"idempotency-key":
            if not value.isascii():
                raise KEY_INVALID("Idempotency-Key")
            return str(value.decode("ascii"))
    return None


def read_batch(body: bytes) -> list[NewReport | Refusal]:
    """Read a JSON array of reports; where one is malformed, only that one is refused.

    Raises
    ------
    Refusal
        ``malformed`` when it is no array, ``batch_too_large``.
    """
    try:
        told: list[Any] = decode(body, list[NewReport])
    except Refusal:
        raw = decode(body, list[msgspec.Raw])
        _refuse_many(len(raw))
        told = []
        for one in raw:
            try:
                told.append(decode(bytes(one), NewReport))
            except Refusal as refusal:
                told.append(refusal)
        return told
    _refuse_many(len(told))
    return told


def _refuse_many(count: int) -> None:
    if count > BATCH_MAX:
        raise BATCH_TOO_LARGE(None, max=BATCH_MAX)


async def take_batch(services: Services, batch: list[NewReport | Refusal], actor: Actor) -> BatchAnswer:
    """Hand the reports of a batch in side by side; they share one durable write."""
    commands: list[ReceiveReport | Refusal] = []
    for place, told in enumerate(batch):
        try:
            if isinstance(told, Refusal):
                raise told
            if told.key is None:
                raise MALFORMED("key", problem="a report of a batch needs a key")
            commands.append(report_command(told, actor, None))
        except Refusal as refusal:
            commands.append(_at(refusal, place))
    results = await services.hub.handle_each(
        [
            (command, by_of(told, actor))
            for command, told in zip(commands, batch, strict=True)
            if isinstance(command, ReceiveReport) and isinstance(told, NewReport)
        ]
    )
    waiting = iter(results)
    items, received, refused = [], 0, 0
    for place, command in enumerate(commands):
        result = command if isinstance(command, Refusal) else next(waiting)
        if isinstance(result, Refusal):
            told_problem = result if isinstance(command, Refusal) else _at(result, place)
            items.append(BatchItem(problem=problem(told_problem)))
            refused += 1
        elif isinstance(result, BaseException):
            raise result  # the store is down: everything is sent again under its keys
        else:
            assert isinstance(command, ReceiveReport)
            items.append(BatchItem(answer=answer_for(services, command, is_new=bool(result))))
            received += bool(result)
    return BatchAnswer(received=received, repeated=len(items) - received - refused, refused=refused, items=items)


def _at(refusal: Refusal, place: int) -> Refusal:
    where = f"[{place}]" if refusal.field is None else f"[{place}].{refusal.field}"
    return Refusal(refusal.kind, where, refusal.params)


@post(
    "/api/v1/reports/import",
    status_code=200,
    opt={
        "rule": rule("duty_officer", "shift_leader", "administrator"),
        "family": "reports",
        "body": "text/csv",
        "answer": ImportAnswer,
    },
    request_max_body_size=None,
)
async def import_reports(request: AnyRequest) -> Response[bytes]:
    """Take in a CSV file of reports (UTF-8 or GB 18030); every row is taken or refused by itself."""
    services, actor = services_of(request), actor_in(request)
    body = await read_bytes(request, _IMPORT_BYTES_MAX)
    rows = read_reports(body, doors_of(services).catalogue, services.clock.now(), by=actor.id)
    told: list[dict[str, Any]] = []
    counts = {"received": 0, "repeated": 0, "refused": 0}
    while part := list(islice(rows, _IMPORT_PART)):  # a part shares its durable writes
        results = await asyncio.gather(*(_take_row(services, row, actor) for row in part))
        for row, (status, more) in zip(part, results, strict=True):
            counts[status] += 1
            told.append({"line": row.line, "key": row.key, "status": status, **more})
    return answer(ImportAnswer(**counts, rows=told))


async def _take_row(services: Services, row: RowAnswer, actor: Actor) -> tuple[str, dict[str, Any]]:
    if isinstance(row.result, Refusal):
        return "refused", {"problem": problem(row.result)}
    try:
        recorded = await services.hub.handle(row.result, by=actor)
    except Refusal as refusal:
        return "refused", {"problem": problem(refusal)}
    return "received" if recorded else "repeated", {"report_id": row.result.report_id}


ROUTES: list[Any] = [reports, post_reports, import_reports]
