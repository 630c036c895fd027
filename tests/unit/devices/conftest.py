"""A hub of its own for each test of devices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from devices_hub import Directory, HandClock, Hub, open_hub


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
async def hub(tmp_path: Path, clock: HandClock) -> AsyncIterator[Hub]:
    opened = await open_hub(tmp_path / "hub.db", clock)
    yield opened
    await opened.store.close()
