"""Facts as they happen, as server-sent events: resumable, bounded, filtered by what the reader may see.

The cursor is a fact's place in the log. A reader that falls behind or comes back reads from the log, not from
a buffer, so nothing is lost and nothing piles up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import msgspec
from litestar import Request, asgi
from litestar.types import Receive, Send

from tidehub.api.errors import answer_refusal
from tidehub.api.exchange import read_query
from tidehub.api.services import Services, actor_in, services_of
from tidehub.hub.log import Recorded, last_seq, read_after
from tidehub.kernel.access import Actor, Subject, permits, rule
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.errors import MALFORMED, Refusal, refusal_kind
from tidehub.registers.personal import MASKS, PEOPLE_FIELDS, masked

T = TypeVar("T")
TOO_MANY_STREAMS = refusal_kind(
    "too_many_streams",
    zh="实时连接过多",
    en="Too many live connections are open",
    do_zh="请关闭不用的页面后重试。",
    do_en="Close pages you do not need and try again.",
    category="too_many",
)
SEES_ALL = rule("auditor", "administrator")
SEES_MATTER = rule(
    "duty_officer",
    "shift_leader",
    "checker",
    "unit_staff",
    "quay_operator",
    "cashier",
    "crew",
    "auditor",
    "administrator",
    relations=["reporter", "assignee", "responsible_unit", "self"],
)
_BATCH = 200
_HIDDEN = ("access", "personal")
_OPAQUE = frozenset({"contact", "reporter", "signature"})
_ALWAYS = frozenset({"phone", "contact_phone", "id_number", "mail"})
_NAMES = frozenset({"name", "name_en"})
_OF_A_PERSON = frozenset({"phone", "id_number", "party"})
"""Where one of these stands beside a name, it is a person's."""
_OPEN = "open_streams"
_SHARED = "stream_shared"
_WRITTEN_MAX = 4 * _BATCH


class StreamQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to begin (a fact's ``seq``; without it, from now on) and which ``kinds`` (comma list)."""

    after: int | None = None
    kinds: str = ""
    stream: str = ""


@asgi(
    "/api/v1/stream",
    copy_scope=True,
    opt={
        "rule": rule(signed_in=True),
        "family": "stream",
        "methods": ("GET",),
        "query": StreamQuery,
        "answer": "text/event-stream",
        "title": "Follow facts as they happen (server-sent events); resume with Last-Event-ID.",
    },
)
async def follow(scope: Any, receive: Any, send: Any) -> None:
    """Send every fact the reader may see, as it is committed; ``id`` is its ``seq``."""
    request: Request[Any, Any, Any] = Request(scope, receive, send)
    services = services_of(request)
    try:
        query, after = await _where_from(request, services)
    except Refusal as refusal:
        response = answer_refusal(refusal, request.headers).to_asgi_response(None, request)
        await response(scope, receive, send)
        return
    services.more[_OPEN] = services.more.get(_OPEN, 0) + 1
    try:
        await _serve(_Wanted(query, actor_in(request)), after, services, receive, send)
    finally:
        services.more[_OPEN] -= 1


async def _where_from(request: Request[Any, Any, Any], services: Services) -> tuple[StreamQuery, int]:
    if request.scope.get("method") not in ("GET", "HEAD"):
        raise MALFORMED(None, problem="GET")
    if services.more.get(_OPEN, 0) >= services.settings.streams_max:
        raise TOO_MANY_STREAMS(None)
    query = read_query(request, StreamQuery)
    told = request.headers.get("last-event-id", "").strip()
    if told:
        if not (told.isascii() and told.isdigit() and len(told) <= 18):
            raise MALFORMED("Last-Event-ID", problem="a number is wanted")
        return query, int(told)
    if query.after is not None:
        return query, max(0, query.after)
    return query, await last_seq(services.hub)


class _Shared:
    """What readers of the same place in the log have in common until the next commit: read once, written once.

    Two hundred halls that wait for the next fact cost one reading of the log, one look-up of where its matter lies
    and one encoding, not two hundred.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._bell: asyncio.Event | None = None
        self._pages: dict[int, asyncio.Task[list[Recorded]]] = {}
        self._subjects: dict[str, asyncio.Task[Subject | None]] = {}
        self._written: dict[int, bytes] = {}

    async def page(self, bell: asyncio.Event, after: int) -> list[Recorded]:
        """Read what follows a place, as the log stood at this ring of the bell or later."""
        if self._bell is not bell:
            self._bell, self._pages, self._subjects = bell, {}, {}
        if after not in self._pages:
            hub = self._services.hub
            reading = asyncio.ensure_future(read_after(hub, after, _BATCH, hub.registry.read_fact))
            self._pages[after] = _forgetting(self._pages, after, reading)
        return await asyncio.shield(self._pages[after])

    async def subject(self, stream: str) -> Subject | None:
        """Where a chain's matter lies, and who stands how to it."""
        if stream not in self._subjects:
            kind, _, id_ = stream.partition("/")
            looking = asyncio.ensure_future(cast(Any, self._services.subjects[kind](id_)))
            self._subjects[stream] = _forgetting(self._subjects, stream, looking)
        return await asyncio.shield(self._subjects[stream])

    def event(self, recorded: Recorded) -> bytes:
        """Write a fact as an event; the newest are kept."""
        if recorded.seq not in self._written:
            if len(self._written) >= _WRITTEN_MAX:
                self._written.clear()
            self._written[recorded.seq] = event_of(recorded)
        return self._written[recorded.seq]


def _forgetting(held: dict[Any, asyncio.Task[T]], key: Any, task: asyncio.Task[T]) -> asyncio.Task[T]:
    """A reading that failed is not kept: whoever comes next reads anew."""

    def look(done: asyncio.Task[T]) -> None:
        if (done.cancelled() or done.exception() is not None) and held.get(key) is done:
            del held[key]

    task.add_done_callback(look)
    return task


def _shared(services: Services) -> _Shared:
    found: _Shared = services.more.setdefault(_SHARED, _Shared(services))
    return found


class _Wanted:
    """What one reader asked for and may see."""

    def __init__(self, query: StreamQuery, actor: Actor) -> None:
        self.kinds = frozenset(filter(None, query.kinds.split(",")))
        self.stream = query.stream
        self.actor = actor

    async def takes(self, recorded: Recorded, services: Services) -> bool:
        if self.kinds and recorded.kind not in self.kinds:
            return False
        if self.stream and recorded.stream != self.stream:
            return False
        return await may_see(recorded.stream, self.actor, services, _shared(services).subject)


async def may_see(
    stream: str,
    actor: Actor,
    services: Services,
    look_up: Callable[[str], Awaitable[Subject | None]] | None = None,
) -> bool:
    """Whether an actor may see the facts of a chain: by where its matter lies, or how he stands to it.

    Who holds an auditor's or administrator's post everywhere sees all chains; chains whose matter nobody can
    place are seen by nobody else.
    """
    if "" in actor.regions_for(SEES_ALL.roles) or actor.is_platform:
        return True
    kind, _, id_ = stream.partition("/")
    find = services.subjects.get(kind)
    if find is None or kind in _HIDDEN:
        return False
    subject = await (find(id_) if look_up is None else look_up(stream))
    return subject is not None and permits(SEES_MATTER, actor, subject)


async def _serve(wanted: _Wanted, after: int, services: Services, receive: Receive, send: Send) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", b"text/event-stream; charset=utf-8"),
                (b"cache-control", b"no-store"),
                (b"x-accel-buffering", b"no"),
            ],
        }
    )
    gone, shared = asyncio.ensure_future(_gone(receive)), _shared(services)
    try:
        await _say(send, b"retry: 2000\n\n")
        while not gone.done():
            bell = services.bell.next_ring()
            facts = await shared.page(bell, after)
            if facts:
                after = facts[-1].seq
                lines = [shared.event(fact) for fact in facts if await wanted.takes(fact, services)]
                # A cursor without an event moves on past what this reader may not see.
                await _say(send, b"".join(lines) or b"id: %d\n: \n\n" % after)
                continue
            ring = asyncio.ensure_future(bell.wait())
            done, _ = await asyncio.wait(
                {ring, gone}, timeout=services.settings.heartbeat_s, return_when=asyncio.FIRST_COMPLETED
            )
            ring.cancel()
            if not done:
                await _say(send, b": still here\n\n")
    finally:
        gone.cancel()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say(send: Send, text: bytes) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": True})


def event_of(recorded: Recorded) -> bytes:
    """Write a fact as one event: its envelope, and its body with personal data masked."""
    data = canonical_json(
        {
            "seq": recorded.seq,
            "id": recorded.id,
            "stream": recorded.stream,
            "version": recorded.version,
            "kind": recorded.kind,
            "at": recorded.at,
            "by": recorded.by,
            "cause": recorded.cause,
            "body": masked_body(recorded),
        }
    )
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (recorded.seq, recorded.kind.encode(), data)


def masked_body(recorded: Recorded) -> Any:
    """Read the body of a fact with personal data masked."""
    body = mask_deep(msgspec.json.decode(recorded.body))
    if recorded.stream.startswith("register/people/") and isinstance(body.get("body"), dict):
        body["body"] = masked(body["body"], PEOPLE_FIELDS)
    return body


def mask_deep(value: Any) -> Any:
    """Mask personal fields wherever they stand in a structure; whole contacts and reporters go."""
    if isinstance(value, dict):
        hidden = _ALWAYS | (_NAMES if _OF_A_PERSON & value.keys() else frozenset())
        return {key: _mask_one(key, item, hidden) for key, item in value.items()}
    if isinstance(value, list):
        return [mask_deep(item) for item in value]
    return value


def _mask_one(key: str, item: Any, hidden: frozenset[str]) -> Any:
    if key in _OPAQUE:
        return None
    return MASKS[key](item) if key in hidden and isinstance(item, str) and item else mask_deep(item)


ROUTES: list[Any] = [follow]
