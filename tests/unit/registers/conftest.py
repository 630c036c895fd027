"""A platform with nothing mounted but the registers, on the embedded store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tidehub.hub.handle import Job
from tidehub.hub.log import Recorded
from tidehub.hub.registry import Registry
from tidehub.hub.schema import metadata
from tidehub.hub.sqlite import SqliteStore
from tidehub.kernel.access import Actor
from tidehub.kernel.facts import Command
from tidehub.registers import Access, Registers, SignInSettings, capability


class MovedClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class Platform:
    """A store with its registers and accounts, answering as the hub does."""

    def __init__(self, path: Path) -> None:
        self.clock = MovedClock()
        self.registry = Registry([capability()])
        self.store = SqliteStore(path, self.registry, self.clock)
        self.registers = Registers(self.clock)
        self.access = Access(
            self.store,
            self.clock,
            SignInSettings(memory_kib=64, passes=1),
            formerly=self.registers.formerly,
            remember=True,
        )
        self.listeners: list[Any] = [self.registers.committed, self.access.committed]

    def committed(self, facts: Any) -> None:
        for listener in self.listeners:
            listener(facts)

    async def handle(self, *commands: Command, by: Actor, cause: str | None = None) -> list[Recorded]:
        return await self.store.submit(Job(commands, by, cause))

    async def fetch(self, statement: Any, **params: Any) -> list[Any]:
        return await self.store.fetch(statement, **params)

    async def fetch_one(self, statement: Any, **params: Any) -> Any:
        return await self.store.fetch_one(statement, **params)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    made = Platform(tmp_path / "tidehub.db")
    await made.store.open(made.committed)
    await made.store.prepare(metadata, migrate=False)
    yield made
    await made.store.close()
