"""What has happened in the registers and in the granting of posts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tidehub.kernel.facts import Fact


class EntryRecorded(Fact, frozen=True):
    """A register has a new version of one thing, in force for the time it says.

    Parameters
    ----------
    register, id
        ``units``, ``u-kui8``. A second version from the same instant corrects the first.
    valid_to
        ``None``: until the next version begins or it is retired.
    body
        The register's struct as plain JSON.
    """

    register: str
    id: str
    valid_from: datetime
    valid_to: datetime | None
    body: dict[str, Any]

    @property
    def stream(self) -> str:
        """The thing's own chain."""
        return f"register/{self.register}/{self.id}"


class EntryRetired(Fact, frozen=True):
    """A thing is out of its register from an instant on; what held before stays readable.

    Parameters
    ----------
    at
        First instant at which it no longer counts.
    """

    register: str
    id: str
    at: datetime
    reason: str = ""

    @property
    def stream(self) -> str:
        """The thing's own chain."""
        return f"register/{self.register}/{self.id}"


class _OfPerson(Fact, frozen=True):
    person_id: str

    @property
    def stream(self) -> str:
        """The person's own chain of grants."""
        return f"access/{self.person_id}"


class RolesGranted(_OfPerson, frozen=True):
    """A person holds these posts within these regions, acting for these units.

    Each grant stands for itself: together they are what the person may do.
    """

    grant_id: str
    roles: tuple[str, ...]
    regions: tuple[str, ...]
    units: tuple[str, ...] = ()
    until: datetime | None = None
    reason: str = ""


class RolesRevoked(_OfPerson, frozen=True):
    """A grant is over from now on; sessions see it at their next call."""

    grant_id: str
    reason: str = ""


class PersonalDataRead(Fact, frozen=True):
    """Somebody has seen personal data unmasked, for a purpose.

    Parameters
    ----------
    who
        Actor's id.
    whose
        The person, report or case whose data they are, e.g. ``person/f1`` or ``report/R1``.
    fields
        Names of the fields that were shown.
    """

    who: str
    whose: str
    fields: tuple[str, ...]
    purpose: str
    case_id: str | None = None

    @property
    def stream(self) -> str:
        """The chain of reads of this person's data, which the person may see."""
        return f"personal/{self.whose}"
