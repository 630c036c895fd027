"""A hub of its own for each test of devices, on each engine."""

from __future__ import annotations

from typing import Any

import pytest
from devices_hub import Directory, HandClock, Hub, OpenHub

from tidehub.capabilities.devices import capability


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def open_hub(open_store: Any, clock: HandClock) -> OpenHub:
    async def open_one() -> Hub:
        return Hub(await open_store([capability()], clock=clock), clock)

    return open_one


@pytest.fixture
async def hub(open_hub: OpenHub) -> Hub:
    return await open_hub()
