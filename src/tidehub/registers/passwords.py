"""Passwords: what will do, and how they are kept (argon2id, RFC 9106)."""

from __future__ import annotations

import asyncio
import secrets

import argon2

from tidehub.kernel.errors import refusal_kind

PASSWORD_WEAK = refusal_kind(
    "password_weak",
    zh="密码不符合要求：{problem}",
    en="The password will not do: {problem}",
    do_zh="请使用 {min} 到 {max} 个字符，且不要包含账号名。",
    do_en="Use {min} to {max} characters that do not contain the account's name.",
)
PASSWORD_MIN, PASSWORD_MAX = 10, 256


class Passwords:
    """Hash and verify, two at a time and beside the event loop: each takes memory and a core.

    Parameters
    ----------
    memory_kib, passes
        Cost of argon2id.
    """

    def __init__(self, memory_kib: int, passes: int) -> None:
        self._hasher = argon2.PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._decoy: str | None = None
        self._at_once = asyncio.Semaphore(2)

    async def hash(self, password: str) -> str:
        """Hash a password with a salt of its own."""
        async with self._at_once:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, hashed: str, password: str) -> bool:
        """Whether a password is the one that was hashed."""
        async with self._at_once:
            try:
                return await asyncio.to_thread(self._hasher.verify, hashed, password[: PASSWORD_MAX + 1])
            except argon2.exceptions.VerificationError:
                return False

    async def waste(self, password: str) -> None:
        """Take as long as :meth:`verify` does, for an account that does not exist."""
        if self._decoy is None:
            self._decoy = await self.hash(secrets.token_urlsafe(16))
        await self.verify(self._decoy, password)


def check_password(login: str, password: str) -> None:
    """Refuse a password that is too short, too long, too plain, or the account's own name."""
    problem = ""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        problem = f"{len(password)} 个字符 / characters"
    elif login.lower() in password.lower():
        problem = "包含账号名 / contains the account's name"
    elif len(set(password)) < 4:
        problem = "字符重复过多 / too few different characters"
    if problem:
        raise PASSWORD_WEAK("password", problem=problem, min=PASSWORD_MIN, max=PASSWORD_MAX)
