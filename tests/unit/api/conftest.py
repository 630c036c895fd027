"""A platform with nothing mounted but the registers, on the embedded store."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tidehub.api.app import build_api
from tidehub.api.services import ApiSettings, Services
from tidehub.hub.handle import Job
from tidehub.hub.log import Recorded
from tidehub.hub.registry import Capability, Registry
from tidehub.hub.schema import metadata
from tidehub.hub.sqlite import SqliteStore
from tidehub.kernel.access import Actor, platform_actor
from tidehub.kernel.facts import Command
from tidehub.registers import Access, GrantRoles, RecordEntry, Registers, SignInSettings, capability


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

    def __init__(self, path: Path, *more: Capability) -> None:
        self.clock = MovedClock()
        self.registry = Registry([capability(), *more])
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


MakeDoor = Callable[..., Awaitable["Door"]]


class Door:
    """The application with a client for each person."""

    def __init__(self, platform: Platform, services: Services, app: Any) -> None:
        self.platform = platform
        self.services = services
        self.app = app

    def client(self, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
            base_url="http://tide.example",
            headers={"x-tidehub": "1", **headers},
        )

    async def signed_in(self, login: str, *roles: str, regions: tuple[str, ...] = ("",)) -> httpx.AsyncClient:
        await self.platform.handle(
            RecordEntry(register="people", id=login, body={"name": f"{login} name", "phone": "13812348000"}),
            GrantRoles(person_id=login, grant_id="g", roles=roles, regions=regions),
            by=platform_actor("flow/test"),
        )
        await self.platform.access.set_password(login, login, PASSWORD)
        client = self.client()
        answer = await client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return client


PASSWORD = "tide-0600-berth"


@pytest.fixture
async def make_door(tmp_path: Path) -> AsyncIterator[MakeDoor]:
    """Open doors to platforms with more capabilities; ``more`` goes to the services."""
    opened: list[Platform] = []

    async def make(*capabilities: Capability, **more: Any) -> Door:
        platform = Platform(tmp_path / f"platform{len(opened)}.db", *capabilities)
        files = tmp_path / f"files{len(opened)}"
        files.mkdir()
        settings = ApiSettings(
            heartbeat_s=0.05, static=tmp_path / "none", body_bytes_max=20_000, file_bytes_max=40_000
        )
        services = Services(
            platform,
            platform.registers,
            platform.access,
            platform.clock,
            settings,
            FolderOfFiles(files),
            more=more,
        )
        platform.listeners = [services.committed]
        opened.append(platform)
        await platform.store.open(platform.committed)
        await platform.store.prepare(metadata, migrate=False)
        return Door(platform, services, build_api(services))

    yield make
    for platform in opened:
        await platform.store.close()


@pytest.fixture
async def door(make_door: MakeDoor) -> Door:
    return await make_door()
