"""Messages (消息): written in both languages, sent once, readable in an outbox. See ``README.md``."""

from __future__ import annotations

from collections.abc import Mapping

from tidehub.capabilities.messages import decide, tables
from tidehub.capabilities.messages.commands import (
    ChooseChannels,
    MarkRead,
    PostponeChannels,
    RecordDelivery,
    RecordFailure,
    ResendMessage,
    SendMessage,
    SubscribePush,
    UnsubscribePush,
    message_id_of,
)
from tidehub.capabilities.messages.facts import (
    FACTS,
    ChannelsChosen,
    MessageDelivered,
    MessageFailed,
    MessagePostponed,
    MessageQueued,
    MessageRead,
    PushSubscribed,
    PushUnsubscribed,
)
from tidehub.capabilities.messages.model import (
    CHANNELS,
    Contact,
    Message,
    MessageTemplate,
    MessageText,
    PushAddress,
    read_messages,
)
from tidehub.capabilities.messages.ports import Carrier, Contacts, Letter, NotDeliverable, Taken
from tidehub.capabilities.messages.queries import (
    VIEW,
    MessagePage,
    MessageRow,
    counts,
    list_messages,
    message_by_id,
    messages_of_case,
    unread,
    with_choice,
)
from tidehub.capabilities.messages.tables import TABLES
from tidehub.hub.registry import Capability, Handler
from tidehub.kernel.access import Subject

__all__ = [
    "CHANNELS",
    "FACTS",
    "TABLES",
    "VIEW",
    "Carrier",
    "ChannelsChosen",
    "ChooseChannels",
    "Contact",
    "Contacts",
    "Letter",
    "MarkRead",
    "Message",
    "MessageDelivered",
    "MessageFailed",
    "MessagePage",
    "MessagePostponed",
    "MessageQueued",
    "MessageRead",
    "MessageRow",
    "MessageTemplate",
    "MessageText",
    "NotDeliverable",
    "PostponeChannels",
    "PushAddress",
    "PushSubscribed",
    "PushUnsubscribed",
    "RecordDelivery",
    "RecordFailure",
    "ResendMessage",
    "SendMessage",
    "SubscribePush",
    "Taken",
    "UnsubscribePush",
    "capability",
    "counts",
    "list_messages",
    "message_by_id",
    "message_id_of",
    "messages_of_case",
    "read_messages",
    "unread",
    "with_choice",
]


def _of_sending(_known: object, command: SendMessage) -> Subject:
    return Subject(command.region_code)


def _of_message(message: Message, _command: object) -> Subject:
    return Subject("", (("self", message.to), ("self", message.to.removeprefix("unit/"))))


def _where_sent(message: Message, _command: object) -> Subject:
    return Subject(message.region_code)


def _of_person(_state: object, command: ChooseChannels | SubscribePush | UnsubscribePush) -> Subject:
    return Subject("", (("self", command.person_id),))


def capability(templates: Mapping[str, MessageTemplate]) -> Capability:
    """The face to the hub.

    Parameters
    ----------
    templates
        Messages of every mounted pack, by key.
    """
    sending = decide.DecideMessages(templates)
    return Capability(
        name="messages",
        handlers=(
            Handler(SendMessage, tables.load_known, sending.send, _of_sending),
            Handler(RecordDelivery, tables.load_message, decide.record_delivery),
            Handler(RecordFailure, tables.load_message, decide.record_failure),
            Handler(PostponeChannels, tables.load_message, decide.postpone),
            Handler(ResendMessage, tables.load_message, decide.resend, _where_sent),
            Handler(MarkRead, tables.load_message, decide.mark_read, _of_message),
            Handler(ChooseChannels, tables.load_nothing, decide.choose, _of_person),
            Handler(SubscribePush, tables.load_push, decide.subscribe, _of_person),
            Handler(UnsubscribePush, tables.load_push, decide.unsubscribe, _of_person),
        ),
        facts=FACTS,
        project=tables.project,
        tables=TABLES,
    )
