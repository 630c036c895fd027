"""The application with the doors of the platform, on an empty store, for tests about the house."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tidehub.api.app import build_api
from tidehub.api.services import ApiSettings, Services
from tidehub.hub.handle import Job
from tidehub.hub.registry import Registry
from tidehub.hub.schema import metadata
from tidehub.hub.sqlite import SqliteStore
from tidehub.kernel.access import Actor
from tidehub.kernel.facts import Command
from tidehub.registers import Access, Registers, SignInSettings, capability


class Noon:
    """It is always the same noon."""

    def now(self) -> datetime:
        return datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


class PlainHub:
    """A store that answers as the hub does."""

    def __init__(self, store: SqliteStore, registry: Registry) -> None:
        self.store = store
        self.registry = registry
        self.fetch = store.fetch
        self.fetch_one = store.fetch_one

    async def handle(self, *commands: Command, by: Actor, cause: str | None = None) -> list[Any]:
        return await self.store.submit(Job(commands, by, cause))


class FolderOfFiles:
    """Files in a folder, by their hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, Any] = {}

    async def put(self, chunks: Any, *, media_type: str, by: str) -> Any:
        content = b"".join([chunk async for chunk in chunks])
        digest = hashlib.sha256(content).hexdigest()
        (self.folder / digest).write_bytes(content)
        kept = SimpleNamespace(sha256=digest, size_bytes=len(content), media_type=media_type, by=by)
        return self.known.setdefault(digest, kept)

    async def find(self, sha256: str) -> Any:
        return self.known.get(sha256)

    def path(self, sha256: str) -> Path:
        return self.folder / sha256


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    clock, registry = Noon(), Registry([capability()])
    store = SqliteStore(tmp_path / "house.db", registry, clock)
    registers = Registers(clock)
    access = Access(store, clock, SignInSettings(memory_kib=64, passes=1))
    settings = ApiSettings(static=tmp_path / "none")
    files = FolderOfFiles(tmp_path)
    made = Services(PlainHub(store, registry), registers, access, clock, settings, files)
    await store.open(made.committed)
    await store.prepare(metadata, migrate=False)
    yield made
    await store.close()


@pytest.fixture
async def app(services: Services) -> Any:
    return build_api(services)
