"""The first start: an administrator and demo accounts with random passwords, which are shown once."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from tidehub.kernel.access import Actor, platform_actor
from tidehub.registers.commands import GrantRoles, RecordEntry
from tidehub.registers.sign_in import Access

BY = "flow/first_start"


class Account(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account to be made at the first start.

    Parameters
    ----------
    login, person_id
        What is typed, and the person it stands for (made in the register of people if ``name`` is given).
    roles, regions, units
        Its one grant.
    """

    login: str
    person_id: str
    name: str = ""
    name_en: str = ""
    roles: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    phone: str = ""


class MadeAccount(msgspec.Struct, frozen=True):
    """What is printed, once: the password is kept nowhere else."""

    login: str
    password: str
    name: str
    roles: tuple[str, ...]


class Handles(Protocol):
    """The hub, as far as it is needed here."""

    async def handle(self, *commands: Any, by: Actor) -> Any:
        """Carry commands out together."""
        ...


ADMINISTRATOR = Account(
    login="admin",
    person_id="admin",
    name="系统管理员",
    name_en="Administrator",
    roles=("administrator",),
    regions=("",),
)


async def first_start(hub: Handles, access: Access, demo: Sequence[Account] = ()) -> list[MadeAccount]:
    """Make the administrator and the demo accounts, unless there is any account already.

    Parameters
    ----------
    hub, access
        Where people, grants and credentials go.
    demo
        Accounts of the scene that is shown; empty in an installation for real use.

    Returns
    -------
    list
        Login and password of each account made; empty when this was not the first start. The administrator
        has to choose a new password when he signs in.
    """
    if not await access.is_empty():
        return []
    made = []
    for account in (*demo, ADMINISTRATOR):  # the administrator last: a start that broke off begins anew
        password = new_password()
        commands: list[Any] = []
        if account.name:
            body = {"name": account.name, "name_en": account.name_en, "phone": account.phone}
            commands.append(
                RecordEntry(
                    register="people",
                    id=account.person_id,
                    body={key: text for key, text in body.items() if text},
                )
            )
        if account.roles:
            commands.append(
                GrantRoles(
                    person_id=account.person_id,
                    grant_id="first_start",
                    roles=account.roles,
                    regions=account.regions,
                    units=account.units,
                    reason="first start",
                    asked_by=BY,
                )
            )
        if commands:
            await hub.handle(*commands, by=platform_actor(BY))
        await access.set_password(account.person_id, account.login, password, must_change=account is ADMINISTRATOR)
        made.append(MadeAccount(account.login, password, account.name, account.roles))
    return made[-1:] + made[:-1]


def new_password() -> str:
    """Draw 100 random bits as four groups of five characters that can be read out."""
    text = base64.b32encode(secrets.token_bytes(13)).decode().lower()[:20]
    return "-".join(text[start : start + 5] for start in range(0, 20, 5))
