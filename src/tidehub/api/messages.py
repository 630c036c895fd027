"""Messages (消息): one's own inbox and wishes, the outbox for those who operate, and sending one by hand.

The composition root gives ``services.more["messages"]``, the templates by key, and may give
``services.more["push_key"]``, the public key that browsers subscribe to web push with (VAPID, base64url).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from litestar import Response, get, post

from tidehub.api.commanding import Done, Instant, body_of, carry_out, command_route
from tidehub.api.exchange import AnyRequest, Page, answer, page_of, read_json, read_query
from tidehub.api.services import actor_in, services_of
from tidehub.capabilities import messages
from tidehub.kernel.access import Actor, Scope, rule, scope
from tidehub.kernel.errors import Language

_FAMILY = "messages"
_SIGNED_IN = rule(signed_in=True)
_OPERATORS = rule("duty_officer", "shift_leader", "auditor", "administrator")
_SELF = frozenset({"self"})


class OutboxQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which messages: ``queued``, ``delivered`` or ``failed``."""

    state: str | None = None


class CountsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Since when; the last day if nothing is said."""

    since: Instant | None = None


class MessageList(msgspec.Struct, frozen=True):
    """Messages, newest first."""

    items: list[messages.MessageRow]
    next: str | None


class Inbox(msgspec.Struct, frozen=True):
    """One's own messages, newest first, and how many are unread."""

    items: list[messages.MessageRow]
    next: str | None
    unread: int


class Wishes(msgspec.Struct, frozen=True):
    """How one wants to be told: channels in order, language, how many browsers; and the key to subscribe."""

    channels: tuple[str, ...]
    language: Language
    browsers: int
    push_key: str | None


class Endpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A browser's address for web push."""

    endpoint: str


_Choice = body_of(messages.ChooseChannels, ("person_id",))
_Send = body_of(messages.SendMessage, ())


@get("/api/v1/messages/mine", opt={"rule": _SIGNED_IN, "family": _FAMILY, "query": Page, "answer": Inbox})
async def my_messages(request: AnyRequest) -> Response[bytes]:
    """List what one was told, oneself or one's units, newest first."""
    query = read_query(request, Page)
    hub = services_of(request).hub
    names = names_of(actor_in(request))
    page = await messages.list_messages(hub, Scope((), names, _SELF), limit=query.limit, after=query.cursor)
    told = Inbox(list(page.rows), page.after, await messages.unread(hub, list(names)))
    return answer(told, headers={"cache-control": "no-store"})


@get(
    "/api/v1/messages",
    opt={"rule": _OPERATORS, "family": _FAMILY, "query": OutboxQuery, "answer": MessageList},
)
async def list_outbox(request: AnyRequest) -> Response[bytes]:
    """List the outbox as far as one may see it, with what became of each channel; addresses are masked."""
    query = read_query(request, OutboxQuery)
    page = await messages.list_messages(
        services_of(request).hub,
        scope(_OPERATORS, actor_in(request)),
        state=query.state,
        limit=query.limit,
        after=query.cursor,
    )
    return answer(page_of(list(page.rows), page.after), headers={"cache-control": "no-store"})


@get(
    "/api/v1/messages/counts",
    opt={"rule": _OPERATORS, "family": _FAMILY, "query": CountsQuery, "answer": dict[str, int]},
)
async def count_messages(request: AnyRequest) -> Response[bytes]:
    """Count the messages of a span by what became of them."""
    query = read_query(request, CountsQuery)
    services = services_of(request)
    since = query.since or services.clock.now() - timedelta(days=1)
    return answer(await messages.counts(services.hub, since), headers={"cache-control": "no-store"})


@post(
    "/api/v1/messages",
    status_code=200,
    opt={"rule": messages.SendMessage.rule, "family": _FAMILY, "body": _Send, "answer": Done},
)
async def send_message(request: AnyRequest) -> Response[bytes]:
    """Tell somebody something by a template of a pack; the same key is one message."""
    told = await read_json(request, _Send)
    fields = {name: getattr(told, name) for name in _Send.__struct_fields__}
    return await carry_out(request, messages.SendMessage(**fields))


@get("/api/v1/messages/wishes", opt={"rule": _SIGNED_IN, "family": _FAMILY, "answer": Wishes})
async def get_wishes(request: AnyRequest) -> Response[bytes]:
    """Get how one wants to be told."""
    services = services_of(request)
    chosen = await messages.with_choice(services.hub, messages.Contact(actor_in(request).id))
    key = services.more.get("push_key")
    return answer(Wishes(chosen.channels, chosen.language, len(chosen.push), key))


@post(
    "/api/v1/messages/wishes",
    status_code=200,
    opt={"rule": _SIGNED_IN, "family": _FAMILY, "body": _Choice, "answer": Done},
)
async def choose_channels(request: AnyRequest) -> Response[bytes]:
    """Choose how one wants to be told, and in which language."""
    told: Any = await read_json(request, _Choice)
    command = messages.ChooseChannels(person_id=actor_in(request).id, channels=told.channels, language=told.language)
    return await carry_out(request, command)


@post(
    "/api/v1/messages/push",
    status_code=200,
    opt={"rule": _SIGNED_IN, "family": _FAMILY, "body": messages.PushAddress, "answer": Done},
)
async def subscribe_push(request: AnyRequest) -> Response[bytes]:
    """Let this browser take messages."""
    told = await read_json(request, messages.PushAddress)
    return await carry_out(request, messages.SubscribePush(person_id=actor_in(request).id, address=told))


@post(
    "/api/v1/messages/push/removal",
    status_code=200,
    opt={"rule": _SIGNED_IN, "family": _FAMILY, "body": Endpoint, "answer": Done},
)
async def unsubscribe_push(request: AnyRequest) -> Response[bytes]:
    """Let this browser take no more."""
    told = await read_json(request, Endpoint)
    return await carry_out(request, messages.UnsubscribePush(person_id=actor_in(request).id, endpoint=told.endpoint))


def names_of(actor: Actor) -> tuple[str, ...]:
    """Give the names under which messages are for an actor: his own, and those of his units."""
    return (actor.id, *(f"unit/{unit_id}" for unit_id in actor.units), *actor.units)


ROUTES: list[Any] = [
    my_messages,
    list_outbox,
    count_messages,
    send_message,
    get_wishes,
    choose_channels,
    subscribe_push,
    unsubscribe_push,
    command_route(
        "/api/v1/messages/{message_id:str}/resend", messages.ResendMessage, family=_FAMILY, named="message_id"
    ),
    command_route("/api/v1/messages/{message_id:str}/read", messages.MarkRead, family=_FAMILY, named="message_id"),
]
