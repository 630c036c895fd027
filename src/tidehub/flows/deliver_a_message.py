"""A queued message is carried to a person by the channels they want, each at most once in effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from tidehub.capabilities.messages import (
    Carrier,
    Contact,
    Contacts,
    Letter,
    Message,
    NotDeliverable,
    PostponeChannels,
    RecordDelivery,
    RecordFailure,
    UnsubscribePush,
    message_by_id,
)
from tidehub.hub.log import Reader, Recorded
from tidehub.kernel.errors import Unavailable
from tidehub.kernel.facts import Command


class Context(Protocol):
    """What this flow needs."""

    @property
    def reader(self) -> Reader:
        """The committed tables."""
        ...

    @property
    def contacts(self) -> Contacts:
        """Where people are reached."""
        ...

    @property
    def carriers(self) -> Mapping[str, Carrier]:
        """What carries, by channel; every channel has one, the outbox where no gateway is set up."""
        ...


async def deliver_a_message(recorded: Recorded, context: Context) -> Sequence[Command]:
    """Carry the message of a ``MessageQueued``, ``MessagePostponed`` or ``MessageResent`` fact.

    The first channel that takes it is enough, unless every channel is asked for. A channel that is down
    raises ``Unavailable`` and the hub tries again; if another has taken the message before, that is recorded
    first and the rest is put off, so that nothing is sent twice.
    """
    fact: Any = recorded.fact
    message = await message_by_id(context.reader, fact.message_id)
    assert message is not None, "a message that was queued is not in the table"
    if message.state != "queued":
        return ()
    contact = await context.contacts.contact(message.to)
    if contact is None:
        return _give_up(message, _left(message), "nobody is known by this id")
    wanted = [channel for channel in contact.channels if channel in _left(message) and channel != "inbox"]
    wanted += [channel for channel in _left(message) if channel == "inbox"]
    unwanted = [channel for channel in _left(message) if channel not in wanted]
    if message.every_channel:
        carried = await _carry_by_every(message, contact, wanted, context.carriers)
    else:
        carried = await _carry_by_first(message, contact, wanted, context.carriers)
    if not message.every_channel and any(isinstance(command, RecordDelivery) for command in carried):
        return carried
    return [*carried, *_give_up(message, unwanted, "not wanted by the person")]


async def _carry_by_first(
    message: Message, contact: Contact, channels: Sequence[str], carriers: Mapping[str, Carrier]
) -> list[Command]:
    commands: list[Command] = []
    for channel in channels:
        result = await _carry(message, contact, channel, carriers[channel])
        commands += result
        if isinstance(result[0], RecordDelivery):
            break
    return commands


async def _carry_by_every(
    message: Message, contact: Contact, channels: Sequence[str], carriers: Mapping[str, Carrier]
) -> list[Command]:
    commands: list[Command] = []
    down: list[str] = []
    trouble: Unavailable | None = None
    for channel in channels:
        try:
            commands += await _carry(message, contact, channel, carriers[channel])
        except Unavailable as error:
            trouble = error
            down.append(channel)
    if trouble is not None:
        if not commands:
            raise trouble
        commands.append(PostponeChannels(message_id=message.message_id, channels=tuple(down)))
    return commands


async def _carry(message: Message, contact: Contact, channel: str, carrier: Carrier) -> list[Command]:
    letter = Letter(
        key=f"{message.message_id}/{channel}" + (f"/{message.attempt}" if message.attempt > 1 else ""),
        to=message.to,
        text=message.texts[contact.language],
        language=contact.language,
        link=f"/cases/{message.case_id}" if message.case_id else "",
    )
    try:
        taken = await carrier.carry(letter, contact)
    except NotDeliverable as refused:
        commands = _give_up(message, [channel], refused.problem)
        if refused.gone:
            commands.append(UnsubscribePush(person_id=contact.person_id, endpoint=refused.gone))
        return commands
    return [
        RecordDelivery(
            message_id=message.message_id,
            channel=channel,
            address=taken.address,
            reference=taken.reference,
            by_outbox=taken.by_outbox,
        )
    ]


def _give_up(message: Message, channels: Sequence[str], problem: str) -> list[Command]:
    return [RecordFailure(message_id=message.message_id, channel=channel, problem=problem) for channel in channels]


def _left(message: Message) -> list[str]:
    return [channel for channel in message.channels if channel not in message.done]
