"""Signing in: local accounts, sessions, and tokens for machines and devices.

What is secret is kept as a hash: passwords by argon2id (RFC 9106), sessions and tokens, which are 256 random
bits, by SHA-256. Posts are read with every call, so that a revocation counts from the very next one.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from tidehub.hub.log import Recorded
from tidehub.hub.statement import Statement
from tidehub.hub.transaction import Transaction
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.errors import NOT_FOUND, refusal_kind
from tidehub.kernel.instants import Clock, from_us, to_us
from tidehub.registers import account_statements as q
from tidehub.registers.holders import TOKEN_PREFIX, Holders, Keeper, running, secret_of, text_of
from tidehub.registers.passwords import Passwords, check_password

T = TypeVar("T")

SIGN_IN_FAILED = refusal_kind(
    "sign_in_failed",
    zh="账号或密码不正确",
    en="The account or the password is wrong",
    do_zh="请核对后重试；连续输错会被锁定一段时间。",
    do_en="Check them and try again; several failures lock the account for a while.",
    category="unauthenticated",
)
SIGN_IN_LOCKED = refusal_kind(
    "sign_in_locked",
    zh="连续输错，账号已锁定，{retry_after_s} 秒后可重试",
    en="Too many failures: the account is locked for another {retry_after_s} s",
    do_zh="请稍后重试，或请管理员重置密码。",
    do_en="Try again later, or ask the administrator to set a new password.",
    category="too_many",
)
LOGIN_TAKEN = refusal_kind(
    "login_taken",
    zh="账号名“{login}”已被使用",
    en="The account name '{login}' is taken",
    do_zh="请换一个账号名。",
    do_en="Choose another one.",
    category="conflict",
)


class SignInSettings(msgspec.Struct, frozen=True):
    """How long things hold.

    Parameters
    ----------
    idle_s, session_s
        A session ends after so long without a call, and in any case after so long.
    sessions_max
        Sessions of one person at a time; the oldest makes room.
    failures_max, lock_s
        Failed tries in a row before an account is locked, and for how long (GB/T 22239-2019, 8.1.4.1 b).
    memory_kib, passes
        Cost of argon2id (RFC 9106, second recommendation; less in tests).
    """

    idle_s: int = 7200
    session_s: int = 43_200
    sessions_max: int = 10
    failures_max: int = 5
    lock_s: int = 900
    memory_kib: int = 65_536
    passes: int = 3


class SignedIn(msgspec.Struct, frozen=True):
    """A new session: ``token`` is shown this once, to be set as a cookie."""

    token: str
    person_id: str
    ends_at: datetime
    must_change: bool


class Access:
    """Accounts, sessions and tokens of this installation.

    Parameters
    ----------
    keeper
        Store, or hub.
    clock
        Gives the time.
    settings
        How long things hold.
    formerly
        Codes that a region code follows, so that an area's officers keep their old records.
    remember
        Whether this is the only process that writes, so that what was looked up may be kept until something
        changes. With several nodes every call asks the database.
    """

    def __init__(
        self,
        keeper: Keeper,
        clock: Clock,
        settings: SignInSettings | None = None,
        *,
        formerly: Callable[[str], Sequence[str]] = lambda _code: (),
        remember: bool = False,
    ) -> None:
        self.settings = settings or SignInSettings()
        self.holders = Holders(keeper, clock, self.settings.idle_s, formerly, remember)
        self._keeper = keeper
        self._clock = clock
        self._passwords = Passwords(self.settings.memory_kib, self.settings.passes)
        self._strangers: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def committed(self, facts: Iterable[Recorded]) -> None:
        """Follow the log: posts may have changed. Give this every commit."""
        self.holders.committed(facts)

    # -- passwords --------------------------------------------------------------------------------------

    async def is_empty(self) -> bool:
        """Whether there is no account at all yet: the first start."""
        return await self._keeper.fetch_one(q.ANY_CREDENTIAL) is None

    async def set_password(self, person_id: str, login: str, password: str, *, must_change: bool = False) -> None:
        """Make an account or give it a new password; every session of it ends.

        Raises
        ------
        Refusal
            ``password_weak`` or ``login_taken``.
        """
        check_password(login, password)
        hashed = await self._passwords.hash(password)
        now_us = self._now_us()

        async def work(tx: Transaction) -> None:
            held = await tx.fetch_one(q.CREDENTIAL, login=login)
            if held is not None and held["person_id"] != person_id:
                raise LOGIN_TAKEN("login", login=login)
            await tx.execute(
                q.PUT_CREDENTIAL,
                person_id=person_id,
                login=login,
                password_hash=hashed,
                changed_us=now_us,
                must_change=int(must_change),
            )
            await tx.execute(q.END_ALL, person_id=person_id)

        await self._write(work)

    async def change_password(self, person_id: str, old: str, new: str) -> None:
        """Change one's own password; every session of it ends, so one signs in again."""
        row = await self._keeper.fetch_one(q.CREDENTIAL_OF, person_id=person_id)
        if row is None:
            raise SIGN_IN_FAILED("old")
        await self._prove(row, old, "old")
        await self.set_password(person_id, row["login"], new)

    async def sign_in(self, login: str, password: str, agent: str = "") -> SignedIn:
        """Check a password and begin a session.

        An unknown account takes as long, fails the same way and locks the same way as a known one.

        Raises
        ------
        Refusal
            ``sign_in_failed`` or ``sign_in_locked``.
        """
        row = await self._keeper.fetch_one(q.CREDENTIAL, login=login)
        if row is None:
            await self._refuse_stranger(login, password)
        assert row is not None
        await self._prove(row, password, "password")
        secret = secrets.token_bytes(32)
        now_us = self._now_us()
        ends_us = now_us + self.settings.session_s * 1_000_000

        async def work(tx: Transaction) -> None:
            await tx.execute(q.TIDY, now_us=now_us)
            await tx.execute(
                q.START,
                token_sha256=hashlib.sha256(secret).digest(),
                person_id=row["person_id"],
                now_us=now_us,
                ends_us=ends_us,
                agent=agent[:200],
            )
            await tx.execute(q.CROWD, person_id=row["person_id"], kept=self.settings.sessions_max)
            if row["failures"]:
                await tx.execute(q.PASSED, person_id=row["person_id"])

        await self._write(work)
        return SignedIn(text_of(secret), row["person_id"], from_us(ends_us), bool(row["must_change"]))

    async def sign_out(self, token: str) -> None:
        """End a session; one that is gone is no mistake."""
        secret = secret_of(token)
        if secret is not None:
            await self._run(q.END, token_sha256=hashlib.sha256(secret).digest())

    async def sign_out_everywhere(self, person_id: str) -> None:
        """End every session of a person."""
        await self._run(q.END_ALL, person_id=person_id)

    # -- tokens -----------------------------------------------------------------------------------------

    async def make_token(
        self,
        holder: str,
        *,
        label: str,
        by: str,
        roles: Sequence[str] = (),
        regions: Sequence[str] = (),
        units: Sequence[str] = (),
        scopes: Sequence[str] = (),
        ends_at: datetime | None = None,
    ) -> tuple[str, str]:
        """Make a bearer token; its id and its text, which is shown this once.

        Parameters
        ----------
        holder
            ``device/<id>`` or ``machine/<name>``, which have the roles given here; ``person/<id>`` has the
            posts the person holds at the time of each call.
        scopes
            Route families it is limited to; empty is all.
        """
        secret = secrets.token_bytes(32)
        token_id = "t" + secrets.token_hex(8)
        await self._run(
            q.MAKE_TOKEN,
            token_sha256=hashlib.sha256(secret).digest(),
            token_id=token_id,
            holder=holder,
            label=label[:120],
            roles=_json(roles),
            regions=_json(regions),
            units=_json(units),
            scopes=_json(scopes),
            made_by=by,
            made_us=self._now_us(),
            ends_us=None if ends_at is None else to_us(ends_at),
        )
        return token_id, TOKEN_PREFIX + text_of(secret)

    async def revoke_token(self, token_id: str) -> None:
        """End a token at once."""
        if not await self._run(q.REVOKE_TOKEN, token_id=token_id):
            raise NOT_FOUND("token_id", what="token", id=token_id)

    async def tokens(self, limit: int = 500) -> list[dict[str, Any]]:
        """All tokens, newest first, without what is secret."""
        return [dict(row) for row in await self._keeper.fetch(q.TOKENS, limit=limit)]

    # -- inside -----------------------------------------------------------------------------------------

    async def _prove(self, row: Any, password: str, field: str) -> None:
        self._refuse_locked(row["locked_until_us"] or 0)
        if await self._passwords.verify(row["password_hash"], password):
            return
        locked_until_us = self._now_us() + self.settings.lock_s * 1_000_000
        await self._run(
            q.FAILED,
            failures_max=self.settings.failures_max,
            locked_until_us=locked_until_us,
            person_id=row["person_id"],
        )
        raise SIGN_IN_FAILED(field)

    async def _refuse_stranger(self, login: str, password: str) -> None:
        failures, locked_until_us = self._strangers.get(login, (0, 0))
        self._refuse_locked(locked_until_us)
        await self._passwords.waste(password)
        if failures + 1 >= self.settings.failures_max:
            locked_until_us = self._now_us() + self.settings.lock_s * 1_000_000
        self._strangers[login] = (failures + 1, locked_until_us)
        if len(self._strangers) > 10_000:
            self._strangers.popitem(last=False)
        raise SIGN_IN_FAILED("password")

    def _refuse_locked(self, locked_until_us: int) -> None:
        wait_us = locked_until_us - self._now_us()
        if wait_us > 0:
            raise SIGN_IN_LOCKED(None, retry_after_s=-(-wait_us // 1_000_000))

    async def _run(self, statement: Statement, **params: Any) -> int:
        return await self._write(running(statement, params))

    async def _write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        answer = await self._keeper.write(work)
        self.holders.forget()
        return answer

    def _now_us(self) -> int:
        return to_us(self._clock.now())


def _json(values: Sequence[str]) -> str:
    return canonical_json(list(values)).decode()
