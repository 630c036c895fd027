"""Slow reference data with history: people, units, craft, places, areas, categories, devices, accounts."""

from __future__ import annotations

from tidehub.hub.registry import Capability, Handler
from tidehub.registers.commands import (
    GrantRoles,
    NotePersonalDataRead,
    RecordEntry,
    RetireEntry,
    RevokeRoles,
)
from tidehub.registers.decide import (
    admit_granter,
    entry_subject,
    grant_roles,
    grant_subject,
    note_personal_data_read,
    record_entry,
    retire_entry,
    revoke_roles,
)
from tidehub.registers.facts import (
    EntryRecorded,
    EntryRetired,
    PersonalDataRead,
    RolesGranted,
    RolesRevoked,
)
from tidehub.registers.model import (
    BODIES,
    Calendar,
    Category,
    ClosedRoad,
    Craft,
    Device,
    Entry,
    Jurisdiction,
    Person,
    Place,
    ShiftPattern,
    Unit,
    shifts_between,
)
from tidehub.registers.sign_in import Access, SignInSettings
from tidehub.registers.snapshot import Register, Registers
from tidehub.registers.tables import (
    entry,
    grant,
    load_grants,
    load_nothing,
    load_versions,
    personal_read,
    project,
)

__all__ = [
    "BODIES",
    "Access",
    "Calendar",
    "Category",
    "ClosedRoad",
    "Craft",
    "Device",
    "Entry",
    "EntryRecorded",
    "EntryRetired",
    "GrantRoles",
    "Jurisdiction",
    "NotePersonalDataRead",
    "Person",
    "PersonalDataRead",
    "Place",
    "RecordEntry",
    "Register",
    "Registers",
    "RetireEntry",
    "RevokeRoles",
    "RolesGranted",
    "RolesRevoked",
    "ShiftPattern",
    "SignInSettings",
    "Unit",
    "capability",
    "shifts_between",
]


def capability() -> Capability:
    """Show the registers' face to the hub."""
    return Capability(
        name="registers",
        handlers=(
            Handler(RecordEntry, load_versions, record_entry, entry_subject),
            Handler(RetireEntry, load_versions, retire_entry, entry_subject),
            Handler(GrantRoles, load_grants, grant_roles, grant_subject, admit=admit_granter),
            Handler(RevokeRoles, load_grants, revoke_roles),
            Handler(NotePersonalDataRead, load_nothing, note_personal_data_read),
        ),
        facts=(EntryRecorded, EntryRetired, RolesGranted, RolesRevoked, PersonalDataRead),
        project=project,
        tables=(entry, grant, personal_read),
    )
