"""The application with the doors of the platform, on an empty store, for tests about the house."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tidehub.api.app import build_api
from tidehub.api.services import ApiSettings, Services
from tidehub.hub.files import Files
from tidehub.hub.hub import Hub
from tidehub.hub.registry import Registry
from tidehub.hub.sqlite import SqliteStore
from tidehub.registers import Access, Registers, SignInSettings, capability


class Noon:
    """It is always the same noon."""

    def now(self) -> datetime:
        return datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    clock = Noon()
    store = SqliteStore(tmp_path / "house.db", Registry([capability()]), clock)
    hub = Hub(store, Files(tmp_path / "files", store))
    access = Access(store, clock, SignInSettings(memory_kib=64, passes=1))
    made = Services(hub, Registers(clock), access, clock, ApiSettings(static=tmp_path / "none"), hub.files)
    hub.listen(made.committed)
    await hub.open(migrate=False)
    yield made
    await hub.close()


@pytest.fixture
async def app(services: Services) -> Any:
    return build_api(services)
