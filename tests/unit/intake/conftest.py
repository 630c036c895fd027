"""The README's catalogue for every test of intake, and a platform that is reached over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from intake_town import readme_catalogue, region_of

from tidehub.api.app import build_api
from tidehub.api.intake_doors import IntakeDoors
from tidehub.api.services import ApiSettings, Services
from tidehub.capabilities import intake
from tidehub.capabilities.intake import Catalogue
from tidehub.hub.files import Files
from tidehub.hub.hub import Hub
from tidehub.hub.registry import Registry
from tidehub.hub.sqlite import SqliteStore
from tidehub.kernel.access import platform_actor
from tidehub.registers import Access, GrantRoles, RecordEntry, Registers, SignInSettings
from tidehub.registers import capability as registers_capability
from tidehub.testkit import FixedClock


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return readme_catalogue()


class Door:
    """The application, its clock, and clients for whom the test wants to be."""

    def __init__(self, hub: Hub, services: Services, access: Access, clock: FixedClock) -> None:
        self.hub = hub
        self.services = services
        self.access = access
        self.clock = clock
        self.app = build_api(services)

    def client(self, token: str | None = None, **headers: str) -> httpx.AsyncClient:
        """Somebody with a token, or nobody known."""
        sent = {} if token is None else {"authorization": f"Bearer {token}"}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://tide.example",
            headers={**sent, **headers},
        )

    async def token(self, name: str, *roles: str) -> str:
        """A token of a person with these posts everywhere."""
        await self.hub.handle(
            RecordEntry(register="people", id=name, body={"name": name}),
            GrantRoles(person_id=name, grant_id="g", roles=roles, regions=("",)),
            by=platform_actor("flow/test"),
        )
        _, token = await self.access.make_token(f"person/{name}", label="test", by="person/test")
        return token

    async def device(self, name: str = "d1") -> str:
        """A token of a device that may send events."""
        _, token = await self.access.make_token(
            f"device/{name}", label="test", by="person/test", roles=("device",), regions=("",)
        )
        return token


@pytest.fixture
async def door(tmp_path: Path, catalogue: Catalogue) -> AsyncIterator[Door]:
    clock = FixedClock()
    registry = Registry(
        [
            registers_capability(),
            intake.capability(catalogue, region_of, intake.IntakeSettings(home_region="331002")),
        ]
    )
    store = SqliteStore(tmp_path / "tidehub.db", registry, clock)
    hub = Hub(store, Files(tmp_path / "files", store))
    registers = Registers(clock)
    access = Access(store, clock, SignInSettings(memory_kib=64, passes=1), formerly=registers.formerly, remember=True)
    services = Services(
        hub,
        registers,
        access,
        clock,
        ApiSettings(static=tmp_path / "none"),
        hub.files,
        more={"intake": IntakeDoors(catalogue, b"secret")},
    )
    hub.listen(services.committed)
    await hub.open(migrate=False)
    yield Door(hub, services, access, clock)
    await hub.close()
