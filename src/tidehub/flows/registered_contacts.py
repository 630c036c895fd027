"""How people and crews are reached: the registers' numbers, narrowed by what each has chosen."""

from __future__ import annotations

from tidehub.capabilities.messages import Contact, with_choice
from tidehub.hub.log import Reader
from tidehub.registers import Registers


class RegisteredContacts:
    """The port ``Contacts`` over the registers in memory.

    Parameters
    ----------
    registers
        People and units with their telephones.
    reader
        Where choices of channels and push addresses are kept.
    """

    def __init__(self, registers: Registers, reader: Reader) -> None:
        self._registers = registers
        self._reader = reader

    async def contact(self, to: str) -> Contact | None:
        """Find ``person/...`` or ``unit/...``; a unit is reached by its own telephone and read by its crew."""
        kind, _, id_ = to.partition("/")
        if kind == "unit":
            unit = self._registers.units.get(id_)
            return None if unit is None else Contact(person_id=to, phone=unit.contact_phone)
        person = self._registers.people.get(id_)
        if person is None:
            return None
        return await with_choice(self._reader, Contact(person_id=to, language=person.language, phone=person.phone))
