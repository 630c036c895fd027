"""What messages need from outside: who carries them, and who knows where people are reached."""

from __future__ import annotations

from typing import Protocol

import msgspec

from tidehub.capabilities.messages.model import Contact, MessageText
from tidehub.kernel.errors import Language


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One message for one address by one channel.

    Parameters
    ----------
    key
        The same for every attempt, so that a gateway that keeps keys carries it once.
    link
        Where the app opens when it is tapped, if anywhere.
    """

    key: str
    to: str
    text: MessageText
    language: Language
    link: str = ""


class Taken(msgspec.Struct, frozen=True):
    """A channel took a letter.

    Parameters
    ----------
    address
        Where it went, masked.
    reference
        The carrier's own number for it.
    by_outbox
        Nothing carries it further; people read it in the outbox.
    """

    address: str
    reference: str = ""
    by_outbox: bool = False


class NotDeliverable(Exception):
    """This address will never take it; ``gone`` when it should be forgotten."""

    def __init__(self, problem: str, *, gone: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.gone = gone


class Carrier(Protocol):
    """Carries letters by one channel; raises ``Unavailable`` when it is down, ``NotDeliverable`` for good."""

    async def carry(self, letter: Letter, contact: Contact) -> Taken:
        """Carry one letter; returns when the outside has taken it."""
        ...


class Contacts(Protocol):
    """Knows how somebody is reached."""

    async def contact(self, to: str) -> Contact | None:
        """Contact of ``person/...`` or ``unit/...``; ``None`` where nobody is known by that id."""
        ...
