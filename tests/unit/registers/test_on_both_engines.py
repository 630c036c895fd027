"""Registers and accounts say the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tidehub.hub.handle import Job
from tidehub.kernel.access import platform_actor
from tidehub.kernel.errors import Refusal
from tidehub.registers import (
    Access,
    GrantRoles,
    NotePersonalDataRead,
    RecordEntry,
    Registers,
    RetireEntry,
    RevokeRoles,
    SignInSettings,
    capability,
    queries,
)

BY = platform_actor("flow/test")
PASSWORD = "tide-0600-berth"


async def test_entries_survive_a_restart(open_store: Any) -> None:
    """What was recorded, corrected and retired is loaded as it was decided."""
    store = await open_store([capability()])

    async def ask(*commands: Any) -> Any:
        return await store.submit(Job(commands, BY))

    begin = store.clock.now()
    later = begin + timedelta(days=1)
    boat = {"name": "一", "kind": "boat"}
    await ask(RecordEntry(register="units", id="u1", body=boat, valid_from=begin - timedelta(days=2)))
    await ask(RecordEntry(register="units", id="u1", body=boat | {"name": "二"}, valid_from=begin))
    await ask(RecordEntry(register="units", id="u2", body=boat, valid_from=begin))
    await ask(RetireEntry(register="units", id="u2", at=later))
    assert await ask(RecordEntry(register="units", id="u1", body=boat | {"name": "二"}, valid_from=begin)) == []
    registers = Registers(store.clock)
    await registers.load(store)
    assert registers.units.get("u1", begin).name == "二"  # type: ignore[union-attr]
    assert registers.units.get("u1", begin - timedelta(days=1)).name == "一"  # type: ignore[union-attr]
    assert registers.units.get("u2", later) is None
    assert await queries.chain_version(store, "units", "u1") == 2


async def test_accounts_work(open_store: Any) -> None:
    """Sign in, be locked, act by posts, read with a purpose, hold a token, be signed out."""
    store = await open_store([capability()])
    access = Access(store, store.clock, SignInSettings(memory_kib=64, passes=1, failures_max=2))
    await access.set_password("wang", "wang", PASSWORD)
    with pytest.raises(Refusal, match="login_taken"):
        await access.set_password("li", "wang", PASSWORD)
    grant = GrantRoles(person_id="wang", grant_id="g", roles=("checker",), regions=("331002",))
    await store.submit(Job((grant,), BY))
    session = (await access.sign_in("wang", PASSWORD)).token
    holder = await access.holders.of_session(session)
    assert holder is not None
    assert (holder.actor.roles, holder.actor.regions) == ({"checker"}, ("331002",))
    await store.submit(Job((RevokeRoles(person_id="wang", grant_id="g"),), BY))
    holder = await access.holders.of_session(session)
    assert holder is not None
    assert holder.actor.roles == frozenset()
    read = NotePersonalDataRead(who="person/li", whose="person/wang", fields=("phone",), purpose="联系")
    await store.submit(Job((read,), BY))
    assert len(await queries.reads_of(store, "person/wang", before_us=2**60, limit=5)) == 1
    _, token = await access.make_token("device/d1", label="", by="person/wang", roles=["device"])
    assert (await access.holders.of_token(token)).actor.id == "device/d1"
    assert len(await access.tokens()) == 1
    await access.sign_out_everywhere("wang")
    assert await access.holders.of_session(session) is None
    for _ in range(2):
        with pytest.raises(Refusal, match="sign_in_failed"):
            await access.sign_in("wang", "not-the-password")
    with pytest.raises(Refusal, match="sign_in_locked"):
        await access.sign_in("wang", PASSWORD)
