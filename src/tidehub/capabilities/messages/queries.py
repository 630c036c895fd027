"""Reading messages: the outbox, somebody's inbox, how somebody wants to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.messages.model import Contact, Message, MessageText
from tidehub.capabilities.messages.tables import BY_ID, COLUMNS, message_of, push_of
from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.access import Scope, rule
from tidehub.kernel.codec import decode
from tidehub.kernel.errors import Language
from tidehub.kernel.instants import from_us, to_us

VIEW = rule("duty_officer", "shift_leader", "auditor", "administrator", relations=["self"])
"""Who may see messages: posts of the region, and whom they are for. ``scope(VIEW, actor)`` filters lists."""
LIMIT_MAX = 200

_OF_CASE = sql(f"SELECT {COLUMNS} FROM messages_message WHERE case_id = :case_id ORDER BY queued_us, message_id")
_CHOICE = sql("SELECT channels, language FROM messages_choice WHERE person_id = :person_id", short=True)
_UNREAD = sql('SELECT COUNT(*) AS n FROM messages_message WHERE "to" = ANY(:selves) AND read_us IS NULL')
_COUNTS = sql("SELECT state, COUNT(*) AS n FROM messages_message WHERE queued_us >= :since_us GROUP BY state")


class Step(msgspec.Struct, frozen=True):
    """What became of one channel; the address is masked."""

    at: datetime
    channel: str
    delivered: bool
    address: str = ""
    problem: str = ""
    by_outbox: bool = False


class MessageRow(msgspec.Struct, frozen=True):
    """A message as people read it."""

    message_id: str
    to: str
    template: str
    case_id: str
    state: str
    queued_at: datetime
    read_at: datetime | None
    texts: dict[str, MessageText]
    steps: tuple[Step, ...]
    channels: tuple[str, ...]
    attempt: int


class MessagePage(msgspec.Struct, frozen=True):
    """One page, newest first, and where the next begins."""

    rows: tuple[MessageRow, ...]
    after: str | None


async def message_by_id(reader: Reader, message_id: str) -> Message | None:
    """One message."""
    row = await reader.fetch_one(BY_ID, message_id=message_id)
    return None if row is None else message_of(row)


async def messages_of_case(reader: Reader, case_id: str) -> list[MessageRow]:
    """Everything that was said about a case, oldest first."""
    return [_row(row) for row in await reader.fetch(_OF_CASE, case_id=case_id)]


async def list_messages(
    reader: Reader, scope: Scope, *, state: str | None = None, limit: int = 50, after: str | None = None
) -> MessagePage:
    """The outbox as far as a scope may see it; with a scope of ``self`` alone it is somebody's inbox."""
    limit = max(1, min(limit, LIMIT_MAX))
    where: list[str] = []
    params: dict[str, Any] = {}
    if not scope.everywhere:
        opened = []
        for place, prefix in enumerate(scope.region_prefixes):
            opened.append(f"(region_code >= :from_{place} AND region_code < :to_{place})")
            params |= {f"from_{place}": prefix, f"to_{place}": prefix + "~"}
        if scope.selves and "self" in scope.relations:
            opened.append('"to" = ANY(:selves)')
            params["selves"] = list(scope.selves)
        where.append(f"({' OR '.join(opened)})" if opened else "1 = 0")
    if state is not None:
        where.append("state = :state")
        params["state"] = state
    if after is not None:
        us, _, message_id = after.partition("~")
        where.append("(queued_us < :us OR (queued_us = :us AND message_id < :id))")
        params |= {"us": int(us) if us.isdecimal() else 0, "id": message_id}
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    statement = sql(
        f"SELECT {COLUMNS} FROM messages_message{condition} ORDER BY queued_us DESC, message_id DESC LIMIT :limit"
    )
    rows = await reader.fetch(statement, **params, limit=limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return MessagePage(
        tuple(_row(row) for row in rows[:limit]),
        f"{last['queued_us']}~{last['message_id']}" if last else None,
    )


async def unread(reader: Reader, selves: list[str]) -> int:
    """How many messages for these ids have not been read."""
    row = await reader.fetch_one(_UNREAD, selves=selves)
    return int(row["n"]) if row else 0


async def counts(reader: Reader, since: datetime) -> dict[str, int]:
    """How many messages since an instant stand in each state, for the operator."""
    return {row["state"]: row["n"] for row in await reader.fetch(_COUNTS, since_us=to_us(since))}


async def with_choice(reader: Reader, contact: Contact) -> Contact:
    """A contact from the register, completed by what the person chose here: channels, language, browsers."""
    row = await reader.fetch_one(_CHOICE, person_id=contact.person_id)
    addresses = await push_of(reader, contact.person_id)
    if row is None:
        return msgspec.structs.replace(contact, push=addresses)
    language: Language = "en" if row["language"] == "en" else "zh"
    channels = tuple(decode(row["channels"], list))
    return msgspec.structs.replace(contact, push=addresses, channels=channels, language=language)


def _row(row: Any) -> MessageRow:
    steps = [decode(line, dict) for line in row["steps"].splitlines()]
    return MessageRow(
        message_id=row["message_id"],
        to=row["to"],
        template=row["template"],
        case_id=row["case_id"],
        state=row["state"],
        queued_at=from_us(row["queued_us"]),
        read_at=None if row["read_us"] is None else from_us(row["read_us"]),
        texts=decode(row["texts"], dict[str, MessageText]),
        steps=tuple(
            Step(
                from_us(step["at_us"]),
                step["channel"],
                step["delivered"],
                step.get("address", ""),
                step.get("problem", ""),
                step.get("by_outbox", False),
            )
            for step in steps
        ),
        channels=tuple(decode(row["channels"], list)),
        attempt=row["attempt"],
    )
