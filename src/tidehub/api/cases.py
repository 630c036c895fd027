"""Cases: lists an actor may see, one case's file and timeline, and everything that may be asked of a case.

The composition root gives the cases' loader as ``services.more["cases"]``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, cast

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from tidehub.api.commanding import Done, body_of, carry_out, chain_version, command_route, hot_command
from tidehub.api.exchange import AnyRequest, Page, answer, is_unchanged, page_of, read_json, read_query
from tidehub.api.services import Services, SubjectOf, actor_in, services_of
from tidehub.api.stream import mask_deep
from tidehub.capabilities import cases
from tidehub.capabilities.cases.bulk import BULK_MAX, BulkAnswer
from tidehub.hub.log import read_stream
from tidehub.kernel.access import Subject, demand, scope
from tidehub.kernel.codec import decode
from tidehub.kernel.errors import Refusal, refusal_kind

BULK_TOO_LARGE = refusal_kind(
    "bulk_too_large",
    zh="一次最多办理 {max} 件",
    en="At most {max} cases can be moved at once",
    do_zh="请分批办理。",
    do_en="Send them in parts.",
    category="too_large",
)
_FAMILY = "cases"
_OF_ONE = "/api/v1/cases/{case_id:str}"
_BY_PLATFORM = ("happened_at", "evidence", "on_behalf_of")
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class CasesQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the list is narrowed to; ``box`` is ``west,south,east,north`` in WGS 84 degrees."""

    state: str | None = None
    stage: str | None = None
    lifecycle: str | None = None
    category: str | None = None
    region: str | None = None
    unit: str | None = None
    assignee: str | None = None
    reporter: str | None = None
    overdue_at: _Instant | None = None
    text: str | None = None
    box: str | None = None
    opened_from: _Instant | None = None
    opened_to: _Instant | None = None
    open_only: bool = False

    def filter(self) -> cases.CaseFilter:
        """Turn the query into the filter of the list."""
        plain = {name: getattr(self, name) for name in cases.CaseFilter.__struct_fields__ if name != "box"}
        return cases.CaseFilter(**plain, box=None if self.box is None else _box(self.box))

    def __post_init__(self) -> None:
        Page.__post_init__(self)
        if self.box is not None:
            _box(self.box)


class CaseList(msgspec.Struct, frozen=True):
    """A page of cases, newest first."""

    items: list[cases.CaseRow]
    next: str | None


class WaitingList(msgspec.Struct, frozen=True):
    """Approvals that wait to be decided, oldest first."""

    items: list[dict[str, Any]]
    next: str | None


class TimelineEntry(msgspec.Struct, frozen=True):
    """A fact of a case; personal data are masked."""

    id: str
    kind: str
    at: datetime
    by: str
    cause: str | None
    hash: str
    body: dict[str, Any]


class Timeline(msgspec.Struct, frozen=True):
    """All facts of a case's chain, oldest first."""

    items: list[TimelineEntry]
    next: str | None


class BulkMove(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One move for many cases."""

    case_ids: tuple[str, ...]
    move: str
    note: str = ""
    values: dict[str, Any] = {}
    responsible_unit: str | None = None
    assignee: str | None = None


_Open = body_of(cases.OpenCase, ("happened_at",))


def _opt(**more: Any) -> dict[str, Any]:
    return {"family": _FAMILY, **more}


@get("/api/v1/cases", opt=_opt(rule=cases.VIEW, query=CasesQuery, answer=CaseList))
async def list_cases(request: AnyRequest) -> Response[bytes]:
    """List the cases one may see, newest first, filtered where they lie: in the query."""
    query = read_query(request, CasesQuery)
    page = await cases.list_cases(
        services_of(request).hub,
        scope(cases.VIEW, actor_in(request)),
        query.filter(),
        after=query.cursor,
        limit=query.limit,
    )
    return answer(page_of(list(page.rows), page.after))


@get("/api/v1/cases-count", opt=_opt(rule=cases.VIEW, query=CasesQuery, answer=cases.Count))
async def count_cases(request: AnyRequest) -> Response[bytes]:
    """Count what the list would show; beyond 10,000 it says "more than"."""
    query = read_query(request, CasesQuery)
    visible = scope(cases.VIEW, actor_in(request))
    return answer(await cases.count_cases(services_of(request).hub, visible, query.filter()))


@get("/api/v1/inbox", opt=_opt(rule=cases.VIEW, query=Page, answer=CaseList))
async def inbox(request: AnyRequest) -> Response[bytes]:
    """List the open cases that the actor or one of his units has to handle, most urgent first."""
    query = read_query(request, Page)
    rows = await cases.inbox(services_of(request).hub, actor_in(request), limit=query.limit)
    return answer(page_of(list(rows), None))


@get("/api/v1/approvals", opt=_opt(rule=cases.VIEW, query=Page, answer=WaitingList))
async def list_approvals(request: AnyRequest) -> Response[bytes]:
    """List the approvals that wait to be decided in the cases one may see, oldest first."""
    query = read_query(request, Page)
    visible = scope(cases.VIEW, actor_in(request))
    rows = await cases.approvals_waiting(services_of(request).hub, visible, limit=query.limit)
    return answer(page_of([msgspec.to_builtins(row) for row in rows], None))


@get(_OF_ONE, opt=_opt(rule=cases.VIEW, answer=cases.CaseFile))
async def get_case(request: AnyRequest, case_id: FromPath[str]) -> Response[Any]:
    """Get one case with its clocks explained, its approvals and relations, and the moves one may make now."""
    services = services_of(request)
    now, actor = services.clock.now(), actor_in(request)
    version = await chain_version(services, f"case/{case_id}")
    found = await cases.case_file(services.hub, _loader(services), case_id, actor, now)
    if is_unchanged(request, version):
        return Response(None, status_code=304, headers={"etag": f'"v{version}"'})
    return answer(found, version=version)


@get(f"{_OF_ONE}/timeline", opt=_opt(rule=cases.VIEW, answer=Timeline))
async def get_timeline(request: AnyRequest, case_id: FromPath[str]) -> Response[bytes]:
    """Get everything that has happened in a case, oldest first, each fact with its hash."""
    services = services_of(request)
    case = await _loader(services).read(services.hub, case_id, lock=False)
    demand(cases.VIEW, actor_in(request), case.subject)
    facts = await read_stream(services.hub, f"case/{case_id}", services.hub.registry.read_fact)
    items = [
        TimelineEntry(
            fact.id,
            fact.kind,
            fact.at,
            fact.by,
            fact.cause,
            fact.hash.hex(),
            mask_deep(msgspec.json.decode(fact.body)),
        )
        for fact in facts
    ]
    return answer(page_of(items, None))


def _opening(told: Any) -> cases.OpenCase:
    return cases.OpenCase(**{name: getattr(told, name) for name in _Open.__struct_fields__})


@post(
    "/api/v1/cases",
    status_code=201,
    opt=_opt(
        rule=cases.OpenCase.rule,
        body=_Open,
        answer=Done,
        hot=hot_command(lambda raw, _params: _opening(decode(raw, _Open)), status=201),
    ),
)
async def open_case(request: AnyRequest) -> Response[bytes]:
    """Open a case by hand; its id is the sender's, so that a repeated send opens one."""
    return await carry_out(request, _opening(await read_json(request, _Open)), status=201)


@post(
    "/api/v1/cases-moves",
    status_code=200,
    opt=_opt(rule=cases.MoveCase.rule, body=BulkMove, answer=BulkAnswer),
)
async def move_cases(request: AnyRequest) -> Response[bytes]:
    """Make one move in many cases: each is decided by itself and has its answer; none holds up another."""
    told = await read_json(request, BulkMove)
    if len(told.case_ids) > BULK_MAX:
        raise BULK_TOO_LARGE("case_ids", max=BULK_MAX)
    hub = services_of(request).hub
    done = await cases.move_each(
        lambda job: hub.handle(*job.commands, by=job.by),
        actor_in(request),
        told.case_ids,
        told.move,
        note=told.note,
        values=told.values,
        responsible_unit=told.responsible_unit,
        assignee=told.assignee,
    )
    return answer(done)


def subject_of(services: Services) -> SubjectOf:
    """Make the look-up by which the stream of facts asks where a case lies and who is related to it."""

    async def find(case_id: str) -> Subject | None:
        try:
            return (await _loader(services).read(services.hub, case_id, lock=False)).subject
        except Refusal:
            return None

    return find


def _loader(services: Services) -> cases.Loader:
    return cast(cases.Loader, services.more["cases"])


def _box(text: str) -> cases.Box:
    parts = text.split(",")
    if len(parts) != 4:
        raise ValueError("box is west,south,east,north")
    return cases.Box(*(float(part) for part in parts))


def _asking(verb: str, command: Any, *hidden: str) -> Any:
    return command_route(f"{_OF_ONE}/{verb}", command, family=_FAMILY, hidden=hidden, hot=True)


ROUTES: list[Any] = [
    list_cases,
    count_cases,
    inbox,
    list_approvals,
    get_case,
    get_timeline,
    open_case,
    move_cases,
    _asking("moves", cases.MoveCase, *_BY_PLATFORM),
    command_route(
        f"{_OF_ONE}/moves/{{move:str}}",
        cases.MoveCase,
        family=_FAMILY,
        hidden=(*_BY_PLATFORM, "move"),
        name="make_move",
        hot=True,
    ),
    _asking("assignment", cases.AssignCase),
    _asking("priority", cases.SetPriority),
    _asking("values", cases.RecordValues),
    _asking("notes", cases.NoteOnCase),
    _asking("reports", cases.LinkReport),
    _asking("approvals", cases.AskApproval),
    _asking("decisions", cases.DecideApproval),
    _asking("resumption", cases.ResumeClock),
    _asking("join", cases.JoinCases),
    _asking("join-undoing", cases.UndoJoin),
    _asking("parts", cases.SplitCase),
]
