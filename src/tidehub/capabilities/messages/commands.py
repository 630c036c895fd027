"""What may be asked of messages."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from tidehub.capabilities.messages.model import PushAddress
from tidehub.kernel.access import PLATFORM_ONLY, Rule, rule
from tidehub.kernel.errors import Language
from tidehub.kernel.facts import Command
from tidehub.kernel.ids import derived_id


def message_id_of(dedupe_key: str) -> str:
    """A message's id follows from its key, so that asking twice is asking once."""
    return derived_id("m", dedupe_key)


class SendMessage(Command, frozen=True, kw_only=True):
    """Tell somebody something.

    Parameters
    ----------
    to
        ``person/...`` or ``unit/...``; the address is looked up when it is sent.
    template, params
        Key of the pack's messages, and a text for each of its placeholders.
    channels
        In order of preference, ``push``, ``sms``, ``mail``, ``inbox``; the person's own choice narrows it.
    every_channel
        By all of them, not by the first that reaches.
    dedupe_key
        The same key is one message, e.g. ``JobOffered/<job>/<unit>/<attempt>``.
    """

    rule: ClassVar[Rule] = rule("duty_officer", "shift_leader")

    to: str
    template: str
    params: dict[str, str] = msgspec.field(default_factory=dict)
    channels: tuple[str, ...] = ("push", "sms", "mail", "inbox")
    every_channel: bool = False
    case_id: str = ""
    region_code: str = ""
    dedupe_key: str

    @property
    def message_id(self) -> str:
        """Derived from the key."""
        return message_id_of(self.dedupe_key)

    @property
    def stream(self) -> str:
        """The message's own chain."""
        return f"message/{self.message_id}"


class MessageCommand(Command, frozen=True, kw_only=True):
    """What the commands of one message have in common."""

    rule: ClassVar[Rule] = PLATFORM_ONLY

    message_id: str

    @property
    def stream(self) -> str:
        """The message's own chain."""
        return f"message/{self.message_id}"


class RecordDelivery(MessageCommand, frozen=True, kw_only=True):
    """A channel took it. ``address`` is masked; ``by_outbox``: no gateway is set up, people read it there."""

    channel: str
    address: str
    reference: str = ""
    by_outbox: bool = False


class RecordFailure(MessageCommand, frozen=True, kw_only=True):
    """A channel refused it for good: wrong number, no address, subscription gone."""

    channel: str
    problem: str


class PostponeChannels(MessageCommand, frozen=True, kw_only=True):
    """Some channels took it, others are down: those go on later, and what was sent is not sent again."""

    channels: tuple[str, ...]


class ResendMessage(MessageCommand, frozen=True, kw_only=True):
    """Send a message once more that is done with: by every channel it had, or by those named; with the reason."""

    rule: ClassVar[Rule] = rule("duty_officer", "shift_leader", "administrator")

    reason: str
    channels: tuple[str, ...] = ()


class MarkRead(MessageCommand, frozen=True, kw_only=True):
    """The person has read it in the inbox."""

    rule: ClassVar[Rule] = rule(relations=["self"])


class ChooseChannels(Command, frozen=True, kw_only=True):
    """How a person wants to be told, in which language."""

    rule: ClassVar[Rule] = rule("duty_officer", relations=["self"])

    person_id: str
    channels: tuple[str, ...]
    language: Language = "zh"

    @property
    def stream(self) -> str:
        """The person's contact chain."""
        return f"contact/{self.person_id}"


class SubscribePush(Command, frozen=True, kw_only=True):
    """A browser of a person takes web push."""

    rule: ClassVar[Rule] = rule(relations=["self"])

    person_id: str
    address: PushAddress

    @property
    def stream(self) -> str:
        """The person's contact chain."""
        return f"contact/{self.person_id}"


class UnsubscribePush(Command, frozen=True, kw_only=True):
    """A browser takes no more; asked by the person, or by delivery when the push service says it is gone."""

    rule: ClassVar[Rule] = rule(relations=["self"])

    person_id: str
    endpoint: str

    @property
    def stream(self) -> str:
        """The person's contact chain."""
        return f"contact/{self.person_id}"
