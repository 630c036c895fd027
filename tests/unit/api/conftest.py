"""A platform with nothing mounted but the registers, on the embedded store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tidehub.api.app import build_api
from tidehub.api.services import ApiSettings, Services
from tidehub.hub.files import Files
from tidehub.hub.hub import Hub
from tidehub.hub.registry import Capability, Registry
from tidehub.hub.sqlite import SqliteStore
from tidehub.kernel.access import platform_actor
from tidehub.registers import Access, GrantRoles, RecordEntry, Registers, SignInSettings, capability


class MovedClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class Platform(Hub):
    """A hub on the embedded store, with the registers, accounts and whatever else is to be tried."""

    def __init__(self, folder: Path, *more: Capability) -> None:
        clock = MovedClock()
        store = SqliteStore(folder / "tidehub.db", Registry([capability(), *more]), clock)
        super().__init__(store, Files(folder / "files", store, size_max_bytes=40_000))
        self.moved_clock = clock
        self.registers = Registers(clock)
        self.access = Access(
            store,
            clock,
            SignInSettings(memory_kib=64, passes=1),
            formerly=self.registers.formerly,
            remember=True,
        )


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


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

    async def signed_in(
        self, login: str, *roles: str, regions: tuple[str, ...] = ("",), units: tuple[str, ...] = ()
    ) -> httpx.AsyncClient:
        await self.platform.handle(
            RecordEntry(register="people", id=login, body={"name": f"{login} name", "phone": "13812348000"}),
            GrantRoles(person_id=login, grant_id="g", roles=roles, regions=regions, units=units),
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
        folder = tmp_path / f"platform{len(opened)}"
        (folder / "files").mkdir(parents=True)
        platform = Platform(folder, *capabilities)
        settings = ApiSettings(heartbeat_s=0.05, static=tmp_path / "none", body_bytes_max=20_000, file_bytes_max=40_000)
        services = Services(
            platform,
            platform.registers,
            platform.access,
            platform.clock,
            settings,
            platform.files,
            more=more,
        )
        platform.listen(services.committed)
        await platform.open(migrate=False)
        opened.append(platform)
        return Door(platform, services, build_api(services))

    yield make
    for platform in opened:
        await platform.close()


@pytest.fixture
async def door(make_door: MakeDoor) -> Door:
    return await make_door()
