"""Signing in, sessions, tokens, posts: nothing is open by accident, and nothing stays open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tidehub.kernel.access import Actor, Subject, permits, platform_actor, rule, scope
from tidehub.kernel.errors import Refusal
from tidehub.registers import GrantRoles, NotePersonalDataRead, RevokeRoles, queries
from tidehub.registers.first_start import Account, first_start
from tidehub.registers.personal import (
    mask_address,
    mask_id_number,
    mask_mail,
    mask_name,
    mask_phone,
    mask_plate,
)

pytestmark = pytest.mark.anyio
BY = platform_actor("flow/test")
PASSWORD = "tide-0600-berth"


async def refused(work: Any) -> str:
    with pytest.raises(Refusal) as caught:
        await work
    return caught.value.code


async def grant(platform: Any, grant_id: str, *roles: str, regions: tuple[str, ...] = ("",), **more: Any) -> Any:
    by = more.pop("by", BY)
    command = GrantRoles(person_id="wang", grant_id=grant_id, roles=roles, regions=regions, **more)
    return await platform.handle(command, by=by)


async def test_the_first_start_makes_accounts_once(platform: Any) -> None:
    """The administrator and the demo accounts get random passwords; a second start makes nothing."""
    demo = [Account(login="duty", person_id="duty", name="值班长", roles=("duty_officer",), regions=("331002",))]
    made = await first_start(platform, platform.access, demo)
    assert [account.login for account in made] == ["admin", "duty"]
    assert len({account.password for account in made}) == 2
    assert await first_start(platform, platform.access, demo) == []
    signed_in = await platform.access.sign_in("duty", made[1].password)
    holder = await platform.access.holders.of_session(signed_in.token)
    assert holder.actor.roles == {"duty_officer"}
    assert holder.actor.regions == ("331002",)
    assert (await platform.access.sign_in("admin", made[0].password)).must_change


async def test_no_secret_is_kept(platform: Any) -> None:
    """Neither password nor session nor token stands readable in the database or in a fact."""
    await platform.access.set_password("wang", "wang", PASSWORD)
    session = (await platform.access.sign_in("wang", PASSWORD)).token
    _, token = await platform.access.make_token("device/d1", label="", by="person/admin", roles=["device"])
    await platform.store.close()
    raw = b"".join(path.read_bytes() for path in platform_files(platform))
    for secret in (PASSWORD, session, token, token.removeprefix("th_")):
        assert secret.encode() not in raw
    await platform.store.open(platform.committed)
    from tidehub.hub.schema import metadata

    await platform.store.prepare(metadata, migrate=False)


def platform_files(platform: Any) -> list[Any]:
    from pathlib import Path

    return list(Path(platform.store._path).parent.iterdir())


async def test_five_failures_lock_an_account(platform: Any) -> None:
    """After five wrong passwords the right one does not help either, until the lock ends."""
    await platform.access.set_password("wang", "wang", PASSWORD)
    for _ in range(5):
        assert await refused(platform.access.sign_in("wang", "wrong-password")) == "sign_in_failed"
    assert await refused(platform.access.sign_in("wang", PASSWORD)) == "sign_in_locked"
    platform.clock.move(seconds=901)
    assert (await platform.access.sign_in("wang", PASSWORD)).person_id == "wang"


async def test_a_stranger_fails_like_a_friend(platform: Any) -> None:
    """An account that does not exist fails and locks as one that does, so that nobody can list accounts."""
    for _ in range(5):
        assert await refused(platform.access.sign_in("nobody", PASSWORD)) == "sign_in_failed"
    assert await refused(platform.access.sign_in("nobody", PASSWORD)) == "sign_in_locked"


async def test_a_session_ends(platform: Any) -> None:
    """By signing out, by being idle, by its age, and by a new password."""
    access = platform.access
    await access.set_password("wang", "wang", PASSWORD)
    first = (await access.sign_in("wang", PASSWORD)).token
    await access.sign_out(first)
    assert await access.holders.of_session(first) is None

    idle = (await access.sign_in("wang", PASSWORD)).token
    platform.clock.move(hours=1.9)
    assert await access.holders.of_session(idle) is not None
    platform.clock.move(hours=2.1)
    assert await access.holders.of_session(idle) is None

    old = (await access.sign_in("wang", PASSWORD)).token
    for _ in range(8):
        platform.clock.move(hours=1.6)
        held = await access.holders.of_session(old)
    assert held is None

    other = (await access.sign_in("wang", PASSWORD)).token
    await access.change_password("wang", PASSWORD, "another-tide-99")
    assert await access.holders.of_session(other) is None
    assert await refused(access.sign_in("wang", PASSWORD)) == "sign_in_failed"


async def test_the_oldest_session_makes_room(platform: Any) -> None:
    """A person has ten sessions at most."""
    await platform.access.set_password("wang", "wang", PASSWORD)
    tokens = []
    for _ in range(11):
        tokens.append((await platform.access.sign_in("wang", PASSWORD)).token)
        platform.clock.move(seconds=1)
    held = [await platform.access.holders.of_session(token) is not None for token in tokens]
    assert held == [False] + [True] * 10


@pytest.mark.parametrize("password", ["short", "wang-is-my-name", "aaaaaaaaaaaa", "x" * 300])
async def test_a_weak_password_is_refused(platform: Any, password: str) -> None:
    """Too short, the account's name, one letter, or absurdly long."""
    assert await refused(platform.access.set_password("wang", "wang", password)) == "password_weak"


async def test_a_revocation_counts_from_the_next_call(platform: Any) -> None:
    """Posts are those of this moment, not those of the sign-in, though what was looked up is remembered."""
    await platform.access.set_password("wang", "wang", PASSWORD)
    token = (await platform.access.sign_in("wang", PASSWORD)).token
    assert (await platform.access.holders.of_session(token)).actor.roles == frozenset()
    await grant(platform, "g1", "duty_officer")
    assert (await platform.access.holders.of_session(token)).actor.roles == {"duty_officer"}
    await platform.handle(RevokeRoles(person_id="wang", grant_id="g1"), by=BY)
    assert (await platform.access.holders.of_session(token)).actor.roles == frozenset()


async def test_a_grant_ends_by_itself(platform: Any) -> None:
    """A grant with an end holds until then and not a moment longer."""
    await platform.access.set_password("wang", "wang", PASSWORD)
    token = (await platform.access.sign_in("wang", PASSWORD)).token
    await grant(platform, "g1", "checker", until=platform.clock.now() + timedelta(seconds=30))
    assert (await platform.access.holders.of_session(token)).actor.roles == {"checker"}
    platform.clock.move(seconds=30)
    assert (await platform.access.holders.of_session(token)).actor.roles == frozenset()


async def test_one_grant_does_not_reach_into_another(platform: Any) -> None:
    """A checker in one district who is duty officer in another is no checker there."""
    await platform.access.set_password("wang", "wang", PASSWORD)
    token = (await platform.access.sign_in("wang", PASSWORD)).token
    await grant(platform, "g1", "checker", regions=("331002",))
    await grant(platform, "g2", "duty_officer", regions=("331003",))
    actor = (await platform.access.holders.of_session(token)).actor
    assert permits(rule("checker"), actor, Subject("331002001"))
    assert not permits(rule("checker"), actor, Subject("331003001"))
    assert permits(rule("duty_officer"), actor, Subject("331003001"))
    assert scope(rule("checker"), actor).region_prefixes == ("331002",)
    assert scope(rule("checker", "duty_officer"), actor).region_prefixes == ("331002", "331003")


async def test_nobody_grants_to_himself_or_more_than_he_holds(platform: Any) -> None:
    """An administrator of one district grants within it, never to himself, and no post that is none."""
    local = Actor(id="person/zhou", roles=frozenset({"administrator"}), regions=("331002",))
    himself = Actor(id="person/wang", roles=frozenset({"administrator"}), regions=("331002",))
    assert await refused(grant(platform, "g", "checker", regions=("",), by=local)) == "forbidden"
    for asked_by in ("", "person/wang", "person/zhou"):  # whatever the command says of who asks
        own = grant(platform, "g", "checker", regions=("331002",), by=himself, asked_by=asked_by)
        assert await refused(own) == "grant_to_oneself"
    assert await refused(grant(platform, "g", "system")) == "role_unknown"
    assert await refused(grant(platform, "g", "checker", regions=("3310x",))) == "region_invalid"
    assert await refused(grant(platform, "g", "auditor", "administrator")) == "posts_conflict"
    assert await grant(platform, "g", "checker", regions=("331002",), by=local)
    assert await grant(platform, "g", "checker", regions=("331002",), by=local) == []


async def test_a_token_is_its_holder_within_its_limits(platform: Any) -> None:
    """A device's token carries its role and scopes, ends when it says, and is gone when it is revoked."""
    access = platform.access
    ends_at = platform.clock.now() + timedelta(days=1)
    token_id, token = await access.make_token(
        "device/d1", label="AIS", by="person/admin", roles=["device"], scopes=["positions"], ends_at=ends_at
    )
    holder = await access.holders.of_token(token)
    assert (holder.actor.id, holder.scopes) == ("device/d1", {"positions"})
    platform.clock.move(days=1)
    assert await refused(access.holders.of_token(token)) == "token_invalid"
    token_id, token = await access.make_token("device/d1", label="", by="person/admin", roles=["device"])
    await access.holders.of_token(token)
    await access.revoke_token(token_id)
    assert await refused(access.holders.of_token(token)) == "token_invalid"
    assert await refused(access.holders.of_token("th_" + "A" * 43)) == "token_invalid"
    assert await refused(access.revoke_token(token_id)) == "not_found"


async def test_every_unmasked_read_can_be_seen(platform: Any) -> None:
    """A read without a purpose is refused; with one, the person it is about can see who and what for."""
    read = NotePersonalDataRead(who="person/li", whose="person/wang", fields=("phone",), purpose=" ")
    assert await refused(platform.handle(read, by=BY)) == "purpose_missing"
    read = NotePersonalDataRead(who="person/li", whose="person/wang", fields=("phone",), purpose="联系船主")
    await platform.handle(read, by=BY)
    (row,) = await queries.reads_of(platform.store, "person/wang", before_us=2**60, limit=10)
    assert (row["who"], row["fields"], row["purpose"]) == ("person/li", ["phone"], "联系船主")


def test_masks_show_what_the_convention_shows() -> None:
    """One form of mask for each kind of field."""
    assert mask_name("张三丰") == "张**"
    assert mask_phone("13812348000") == "138****8000"
    assert mask_id_number("110101199003071234") == "110***********1234"
    assert mask_plate("浙J12345") == "浙J***45"
    assert mask_mail("wang@example.org") == "w***@example.org"
    assert mask_address("浙江省台州市椒江区海门街道解放路1号").startswith("浙江省台州市椒江区海门街道")
    assert "解放路" not in mask_address("浙江省台州市椒江区海门街道解放路1号")
