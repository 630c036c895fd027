"""What may be asked of the registers and of access."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from tidehub.kernel.access import PLATFORM_ONLY, Rule, rule
from tidehub.kernel.facts import Command

KEEPERS = rule("administrator", "shift_leader")
GRANTERS = rule("administrator")


class RecordEntry(Command, frozen=True):
    """Record one version of one thing in a register.

    Parameters
    ----------
    register, id
        ``units``, ``u-kui8``.
    body
        The register's struct as JSON; checked by its shape, its references in the same register and, for
        areas, its geometry.
    valid_from
        In force from then on; ``None`` is now.
    valid_to
        ``None``: until the next version or until it is retired.
    expects
        Version of the chain that the sender has seen (ETag); another one is refused, so that two people who
        edit at once do not overwrite each other. ``None`` does not ask.
    """

    register: str
    id: str
    body: dict[str, Any]
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    expects: int | None = None
    rule: ClassVar[Rule] = KEEPERS

    @property
    def stream(self) -> str:
        """The thing's own chain."""
        return f"register/{self.register}/{self.id}"


class RetireEntry(Command, frozen=True):
    """Take a thing out of its register from an instant on; ``at`` of ``None`` is now."""

    register: str
    id: str
    at: datetime | None = None
    reason: str = ""
    expects: int | None = None
    rule: ClassVar[Rule] = KEEPERS

    @property
    def stream(self) -> str:
        """The thing's own chain."""
        return f"register/{self.register}/{self.id}"


class GrantRoles(Command, frozen=True):
    """Give a person posts within regions, acting for units. Nobody grants to himself.

    Parameters
    ----------
    grant_id
        Chosen by the sender, so that a repeated command grants once.
    regions
        GB/T 2260 prefixes; ``("",)`` is everywhere and asks for a granter who holds his post everywhere.
    until
        When the grant ends by itself.
    asked_by
        Who asks, for whoever carries the command on under another name; nobody grants to himself.
    expects
        Version of the person's chain of grants that the sender has seen; another one is refused.
    """

    person_id: str
    grant_id: str
    roles: tuple[str, ...]
    regions: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    until: datetime | None = None
    reason: str = ""
    asked_by: str = ""
    expects: int | None = None
    rule: ClassVar[Rule] = GRANTERS

    @property
    def stream(self) -> str:
        """The person's own chain of grants."""
        return f"access/{self.person_id}"


class RevokeRoles(Command, frozen=True):
    """End a grant at once; ``expects`` is the version of the person's chain of grants that the sender has seen."""

    person_id: str
    grant_id: str
    reason: str = ""
    expects: int | None = None
    rule: ClassVar[Rule] = GRANTERS

    @property
    def stream(self) -> str:
        """The person's own chain of grants."""
        return f"access/{self.person_id}"


class NotePersonalDataRead(Command, frozen=True):
    """Log that somebody is about to see personal data unmasked; they are shown once this is on disk."""

    who: str
    whose: str
    fields: tuple[str, ...]
    purpose: str
    case_id: str | None = None
    rule: ClassVar[Rule] = PLATFORM_ONLY

    @property
    def stream(self) -> str:
        """The chain of reads of this person's data."""
        return f"personal/{self.whose}"
