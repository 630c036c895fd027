"""Whom a session or token stands for. Posts are read with every call: a revocation counts from the next."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from tidehub.hub.log import Recorded
from tidehub.hub.statement import Statement
from tidehub.hub.transaction import Transaction
from tidehub.kernel.access import Actor, Grant
from tidehub.kernel.errors import refusal_kind
from tidehub.kernel.instants import Clock, to_us
from tidehub.registers import account_statements as q
from tidehub.registers.facts import RolesGranted, RolesRevoked

T = TypeVar("T")

TOKEN_INVALID = refusal_kind(
    "token_invalid",
    zh="访问令牌无效或已过期",
    en="The access token is unknown, revoked or has ended",
    do_zh="请向管理员申请新的令牌。",
    do_en="Ask the administrator for a new one.",
    category="unauthenticated",
)

TOKEN_PREFIX = "th_"  # noqa: S105 - tells scanners what a leaked text is
_SEEN_EVERY_US = 60_000_000
_FOREVER_US = 2**62
_CACHED_MAX = 50_000


class Keeper(Protocol):
    """Where accounts are kept: a store, or the hub in front of it."""

    async def fetch(self, statement: Statement, **params: Any) -> list[Any]:
        """Read committed rows."""
        ...

    async def fetch_one(self, statement: Statement, **params: Any) -> Any | None:
        """Read the first row."""
        ...

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run bookkeeping in a transaction."""
        ...


class Holder(msgspec.Struct, frozen=True):
    """Who a session or token stands for, and what it is limited to.

    Parameters
    ----------
    scopes
        Route families a token may use; empty is all of them.
    by_token
        Whether it came as a bearer token, which no foreign page can make a browser send.
    good_until_us
        Until when nothing about it changes by itself.
    """

    actor: Actor
    scopes: frozenset[str]
    by_token: bool
    must_change: bool
    good_until_us: int


class Holders:
    """Look up whom a secret stands for.

    Parameters
    ----------
    keeper, clock
        Where accounts are kept, and the time.
    idle_s
        A session ends after so long without a call.
    formerly, remember
        See :class:`~tidehub.registers.sign_in.Access`.
    """

    def __init__(
        self,
        keeper: Keeper,
        clock: Clock,
        idle_s: int,
        formerly: Callable[[str], Sequence[str]],
        remember: bool,
    ) -> None:
        self._keeper = keeper
        self._clock = clock
        self._idle_s = idle_s
        self._formerly = formerly
        self._remember = remember
        self._known: dict[bytes, Holder] = {}

    def committed(self, facts: Iterable[Recorded]) -> None:
        """Forget what was looked up when posts change."""
        if self._known and any(isinstance(recorded.fact, RolesGranted | RolesRevoked) for recorded in facts):
            self._known.clear()

    def forget(self) -> None:
        """Forget everything: accounts have changed."""
        self._known.clear()

    async def of_session(self, token: str) -> Holder | None:
        """Whose session it is, or ``None`` when it is over or was never one."""
        secret = secret_of(token)
        if secret is None:
            return None
        digest = hashlib.sha256(secret).digest()
        now_us = self._now_us()
        known = self._known.get(digest)
        if known is not None and now_us < known.good_until_us:
            return known
        rows = await self._keeper.fetch(q.SESSION, token_sha256=digest)
        if not rows or rows[0]["ends_us"] <= now_us:
            return None
        first = rows[0]
        if first["seen_us"] + self._idle_s * 1_000_000 <= now_us:
            await self._keeper.write(running(q.END, {"token_sha256": digest}))
            return None
        if first["seen_us"] + _SEEN_EVERY_US <= now_us:
            await self._keeper.write(running(q.SEEN, {"now_us": now_us, "token_sha256": digest}))
        actor, good_until_us = self._actor(f"person/{first['person_id']}", rows, now_us)
        good_until_us = min(good_until_us, first["ends_us"], now_us + _SEEN_EVERY_US)
        return self._keep(digest, Holder(actor, frozenset(), False, bool(first["must_change"]), good_until_us))

    async def of_token(self, token: str) -> Holder:
        """Who a bearer token stands for.

        Raises
        ------
        Refusal
            ``token_invalid``.
        """
        secret = secret_of(token.removeprefix(TOKEN_PREFIX)) if token.startswith(TOKEN_PREFIX) else None
        if secret is None:
            raise TOKEN_INVALID(None)
        digest = hashlib.sha256(secret).digest()
        now_us = self._now_us()
        known = self._known.get(digest)
        if known is not None and now_us < known.good_until_us:
            return known
        row = await self._keeper.fetch_one(q.TOKEN, token_sha256=digest)
        if row is None or (row["ends_us"] is not None and row["ends_us"] <= now_us):
            raise TOKEN_INVALID(None)
        holder: str = row["holder"]
        if holder.startswith("person/"):
            rows = await self._keeper.fetch(q.GRANTS, person_id=holder.removeprefix("person/"))
        else:
            rows = [{**dict(row), "until_us": None}]
        actor, good_until_us = self._actor(holder, rows, now_us)
        good_until_us = min(good_until_us, row["ends_us"] or _FOREVER_US)
        scopes = frozenset(msgspec.json.decode(row["scopes"]))
        return self._keep(digest, Holder(actor, scopes, True, False, good_until_us))

    def _actor(self, id_: str, rows: Sequence[Any], now_us: int) -> tuple[Actor, int]:
        grants: list[Grant] = []
        units: set[str] = set()
        good_until_us = _FOREVER_US
        for row in rows:
            if row["roles"] is None or (row["until_us"] is not None and row["until_us"] <= now_us):
                continue
            good_until_us = min(good_until_us, row["until_us"] or _FOREVER_US)
            regions: set[str] = set()
            for code in msgspec.json.decode(row["regions"]):
                regions.update((code, *self._formerly(code)))
            grants.append(Grant(frozenset(msgspec.json.decode(row["roles"])), tuple(sorted(regions))))
            units.update(msgspec.json.decode(row["units"]))
        return (
            Actor(
                id=id_,
                roles=frozenset(role for grant in grants for role in grant.roles),
                regions=tuple(sorted({region for grant in grants for region in grant.regions})),
                units=tuple(sorted(units)),
                grants=tuple(grants) if len(grants) > 1 else (),
            ),
            good_until_us,
        )

    def _keep(self, digest: bytes, holder: Holder) -> Holder:
        if self._remember:
            if len(self._known) >= _CACHED_MAX:
                self._known.clear()
            self._known[digest] = holder
        return holder

    def _now_us(self) -> int:
        return to_us(self._clock.now())


def running(statement: Statement, params: dict[str, Any]) -> Callable[[Transaction], Awaitable[int]]:
    """Make work out of one statement."""

    async def work(tx: Transaction) -> int:
        return await tx.execute(statement, **params)

    return work


def text_of(secret: bytes) -> str:
    """Write a secret down, 43 characters."""
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")


def secret_of(text: str) -> bytes | None:
    """Read a secret back, or ``None`` where the text never was one."""
    if len(text) != 43:
        return None
    try:
        secret = base64.urlsafe_b64decode(text + "=")
    except ValueError:
        return None
    return secret if len(secret) == 32 else None
