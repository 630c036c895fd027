"""The outbox that people can read, and how each person wants to be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from tidehub.capabilities.messages import facts as f
from tidehub.capabilities.messages.commands import (
    ChooseChannels,
    MessageCommand,
    SendMessage,
    SubscribePush,
    UnsubscribePush,
)
from tidehub.capabilities.messages.model import Message, MessageText, PushAddress
from tidehub.hub.log import Reader, Recorded
from tidehub.hub.schema import metadata
from tidehub.hub.statement import Write, sql
from tidehub.hub.transaction import Transaction
from tidehub.kernel.codec import canonical_json, decode
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.instants import from_us, to_us

message_table = Table(
    "messages_message",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("to", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("channels", Text, nullable=False),
    Column("every_channel", Integer, nullable=False),
    Column("texts", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("done", Text, nullable=False),
    Column("reached", Integer, nullable=False),
    Column("steps", Text, nullable=False),
    Column("queued_us", BigInteger, nullable=False),
    Column("read_us", BigInteger),
    Column("attempt", Integer, nullable=False, server_default="1"),
    Index("ix_messages_message_to", "to", "queued_us", "message_id"),
    Index("ix_messages_message_case", "case_id", "queued_us"),
    Index("ix_messages_message_state", "state", "queued_us", "message_id"),
    Index("ix_messages_message_queued", "queued_us", "message_id"),
    Index("ix_messages_message_region", "region_code", "queued_us", "message_id"),
)

choice = Table(
    "messages_choice",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("channels", Text, nullable=False),
    Column("language", Text, nullable=False),
)

push = Table(
    "messages_push",
    metadata,
    Column("endpoint", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("p256dh", Text, nullable=False),
    Column("auth", Text, nullable=False),
    Index("ix_messages_push_person", "person_id"),
)

TABLES = (message_table, choice, push)

COLUMNS = (
    'message_id, "to", template, case_id, region_code, channels, every_channel, texts, state, done, reached,'
    " steps, queued_us, read_us, attempt"
)
BY_ID = sql(f"SELECT {COLUMNS} FROM messages_message WHERE message_id = :message_id", short=True)
PUSH_OF = sql(
    "SELECT endpoint, p256dh, auth FROM messages_push WHERE person_id = :person_id ORDER BY endpoint",
    short=True,
)
_QUEUE = sql(
    f"INSERT INTO messages_message ({COLUMNS}) VALUES (:message_id, :to_whom, :template, :case_id,"
    " :region_code, :channels, :every_channel, :texts, 'queued', '', 0, '', :at_us, NULL, 1)"
)
_DELIVERED = sql(
    "UPDATE messages_message SET state = CASE WHEN :complete = 1 THEN 'delivered' ELSE state END,"
    " done = done || :channel, reached = reached + 1, steps = steps || :step WHERE message_id = :message_id"
)
_FAILED = sql(
    "UPDATE messages_message SET state = CASE WHEN :final = 1 THEN 'failed'"
    " WHEN :complete = 1 THEN 'delivered' ELSE state END,"
    " done = done || :channel, steps = steps || :step WHERE message_id = :message_id"
)
_RESENT = sql(
    "UPDATE messages_message SET state = 'queued', done = '', reached = 0, channels = :channels,"
    " attempt = :attempt WHERE message_id = :message_id"
)
_READ = sql("UPDATE messages_message SET read_us = :at_us WHERE message_id = :message_id")
_CHOOSE = sql(
    "INSERT INTO messages_choice (person_id, channels, language) VALUES (:person_id, :channels, :language)"
    " ON CONFLICT (person_id) DO UPDATE SET channels = excluded.channels, language = excluded.language"
)
_SUBSCRIBE = sql(
    "INSERT INTO messages_push (endpoint, person_id, p256dh, auth) VALUES (:endpoint, :person_id, :p256dh,"
    " :auth) ON CONFLICT (endpoint) DO UPDATE SET person_id = excluded.person_id, p256dh = excluded.p256dh,"
    " auth = excluded.auth"
)
_UNSUBSCRIBE = sql("DELETE FROM messages_push WHERE endpoint = :endpoint AND person_id = :person_id")


def message_of(row: Any) -> Message:
    """One row as a message."""
    return Message(
        message_id=row["message_id"],
        to=row["to"],
        template=row["template"],
        case_id=row["case_id"],
        channels=tuple(decode(row["channels"], list)),
        every_channel=bool(row["every_channel"]),
        texts=decode(row["texts"], dict[str, MessageText]),
        state=row["state"],
        done=tuple(row["done"].split()),
        reached=row["reached"],
        queued_at=from_us(row["queued_us"]),
        read_at=None if row["read_us"] is None else from_us(row["read_us"]),
        region_code=row["region_code"],
        attempt=row["attempt"],
    )


async def load_known(tx: Transaction, command: SendMessage) -> Message | None:
    """The message of the same key, if there is one."""
    row = await tx.fetch_one(BY_ID, message_id=command.message_id)
    return message_of(row) if row else None


async def load_message(tx: Transaction, command: MessageCommand) -> Message:
    """The message that the command is about."""
    row = await tx.fetch_one(BY_ID, message_id=command.message_id)
    if row is None:
        raise NOT_FOUND("message_id", what="message", id=command.message_id)
    return message_of(row)


async def load_nothing(_tx: Transaction, _command: ChooseChannels) -> None:
    """Choosing needs to know nothing."""


async def load_push(tx: Transaction, command: SubscribePush | UnsubscribePush) -> tuple[PushAddress, ...]:
    """The browsers of a person."""
    return await push_of(tx, command.person_id)


async def push_of(reader: Reader, person_id: str) -> tuple[PushAddress, ...]:
    """The browsers of a person."""
    rows = await reader.fetch(PUSH_OF, person_id=person_id)
    return tuple(PushAddress(row["endpoint"], row["p256dh"], row["auth"]) for row in rows)


def project(recorded: Recorded) -> Iterable[Write]:
    """The changes that a fact makes to the tables of messages."""
    writes = _WRITES.get(recorded.kind)
    return writes(recorded, recorded.fact) if writes is not None else ()


def _queued(recorded: Recorded, fact: f.MessageQueued) -> Sequence[Write]:
    row = {
        "message_id": fact.message_id,
        "to_whom": fact.to,
        "template": fact.template,
        "case_id": fact.case_id,
        "region_code": fact.region_code,
        "channels": canonical_json(fact.channels).decode(),
        "every_channel": int(fact.every_channel),
        "texts": canonical_json(fact.texts).decode(),
        "at_us": to_us(recorded.at),
    }
    return [Write(_QUEUE, row)]


def _step(recorded: Recorded, **said: object) -> str:
    return canonical_json({"at_us": to_us(recorded.at), **said}).decode() + "\n"


def _delivered(recorded: Recorded, fact: f.MessageDelivered) -> Sequence[Write]:
    step = _step(recorded, channel=fact.channel, address=fact.address, by_outbox=fact.by_outbox, delivered=True)
    row = {"message_id": fact.message_id, "complete": int(fact.complete), "channel": fact.channel + " "}
    return [Write(_DELIVERED, row | {"step": step})]


def _failed(recorded: Recorded, fact: f.MessageFailed) -> Sequence[Write]:
    step = _step(recorded, channel=fact.channel, problem=fact.problem, delivered=False)
    how = {"final": int(fact.final), "complete": int(fact.complete)}
    row = {"message_id": fact.message_id, "channel": fact.channel + " ", **how}
    return [Write(_FAILED, row | {"step": step})]


def _resent(_recorded: Recorded, fact: f.MessageResent) -> Sequence[Write]:
    row = {"message_id": fact.message_id, "attempt": fact.attempt}
    return [Write(_RESENT, row | {"channels": canonical_json(fact.channels).decode()})]


def _was_read(recorded: Recorded, fact: f.MessageRead) -> Sequence[Write]:
    return [Write(_READ, {"message_id": fact.message_id, "at_us": to_us(recorded.at)})]


def _chosen(_recorded: Recorded, fact: f.ChannelsChosen) -> Sequence[Write]:
    row = {"person_id": fact.person_id, "language": fact.language}
    return [Write(_CHOOSE, row | {"channels": canonical_json(fact.channels).decode()})]


def _subscribed(_recorded: Recorded, fact: f.PushSubscribed) -> Sequence[Write]:
    address = fact.address
    row = {"person_id": fact.person_id, "endpoint": address.endpoint}
    return [Write(_SUBSCRIBE, row | {"p256dh": address.p256dh, "auth": address.auth})]


def _unsubscribed(_recorded: Recorded, fact: f.PushUnsubscribed) -> Sequence[Write]:
    return [Write(_UNSUBSCRIBE, {"person_id": fact.person_id, "endpoint": fact.endpoint})]


_WRITES: dict[str, Callable[[Recorded, Any], Sequence[Write]]] = {
    "MessageQueued": _queued,
    "MessageDelivered": _delivered,
    "MessageFailed": _failed,
    "MessageRead": _was_read,
    "MessageResent": _resent,
    "ChannelsChosen": _chosen,
    "PushSubscribed": _subscribed,
    "PushUnsubscribed": _unsubscribed,
}
