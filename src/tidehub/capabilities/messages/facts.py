"""What has happened to messages."""

from __future__ import annotations

from tidehub.capabilities.messages.model import MessageText, PushAddress
from tidehub.kernel.errors import Language
from tidehub.kernel.facts import Fact


class MessageFact(Fact, frozen=True, kw_only=True):
    """What all facts of one message have in common."""

    message_id: str

    @property
    def stream(self) -> str:
        """The message's own chain."""
        return f"message/{self.message_id}"


class MessageQueued(MessageFact, frozen=True, kw_only=True):
    """A message waits to be sent; ``texts`` stand in each language, whatever the template becomes."""

    to: str
    template: str
    params: dict[str, str]
    channels: tuple[str, ...]
    every_channel: bool = False
    texts: dict[str, MessageText]
    case_id: str = ""
    region_code: str = ""


class MessageDelivered(MessageFact, frozen=True, kw_only=True):
    """A channel took it; ``complete`` when nothing of it is left to do."""

    channel: str
    address: str
    reference: str = ""
    by_outbox: bool = False
    complete: bool


class MessageFailed(MessageFact, frozen=True, kw_only=True):
    """A channel refused it for good.

    ``final`` when it reached nobody by any channel; ``complete`` when nothing is left but another took it.
    """

    channel: str
    problem: str
    final: bool
    complete: bool = False


class MessagePostponed(MessageFact, frozen=True, kw_only=True):
    """These channels are still to be tried."""

    channels: tuple[str, ...]


class MessageResent(MessageFact, frozen=True, kw_only=True):
    """A message that was done with goes out once more by these channels; ``attempt`` counts from 2."""

    channels: tuple[str, ...]
    reason: str
    attempt: int


class MessageRead(MessageFact, frozen=True, kw_only=True):
    """The person has read it."""


class ContactFact(Fact, frozen=True, kw_only=True):
    """What all facts of a person's contact have in common."""

    person_id: str

    @property
    def stream(self) -> str:
        """The person's contact chain."""
        return f"contact/{self.person_id}"


class ChannelsChosen(ContactFact, frozen=True, kw_only=True):
    """How the person wants to be told."""

    channels: tuple[str, ...]
    language: Language


class PushSubscribed(ContactFact, frozen=True, kw_only=True):
    """A browser takes web push."""

    address: PushAddress


class PushUnsubscribed(ContactFact, frozen=True, kw_only=True):
    """A browser takes no more."""

    endpoint: str


FACTS = (
    ChannelsChosen,
    MessageDelivered,
    MessageFailed,
    MessagePostponed,
    MessageQueued,
    MessageRead,
    MessageResent,
    PushSubscribed,
    PushUnsubscribed,
)
