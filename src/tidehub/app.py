"""The composition root: the only place that knows everything. Plain construction, top to bottom."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tidehub.adapters.pdf import PdfRenderer, find_fonts
from tidehub.capabilities import (
    cases,
    devices,
    dispatch,
    documents,
    evaluation,
    field,
    intake,
    ledger,
    messages,
)
from tidehub.composing.calendars import work_calendars
from tidehub.composing.carriers import carriers
from tidehub.composing.context import Context
from tidehub.composing.doors import DeviceDoors
from tidehub.composing.keys import installation_key
from tidehub.composing.roads import opened_roads
from tidehub.composing.world import seed
from tidehub.flows.context import DevicePositions
from tidehub.flows.device_directory import RegisteredDevices
from tidehub.flows.registered_contacts import RegisteredContacts
from tidehub.flows.table import following
from tidehub.flows.travel import HarbourWays
from tidehub.hub import acts, operating
from tidehub.hub.files import Files
from tidehub.hub.hub import Hub
from tidehub.hub.postgresql import PostgresqlStore
from tidehub.hub.registry import Registry
from tidehub.hub.sqlite import SqliteStore
from tidehub.kernel.instants import Clock
from tidehub.packing import Mounted
from tidehub.registers import Access, Registers
from tidehub.registers import capability as registers_capability
from tidehub.registers.first_start import MadeAccount
from tidehub.settings import Settings
from tidehub.worker import Follower, Worker

# Facts that stand in the log of administrators' acts.
ACTS = (
    "EntryRecorded",
    "EntryRetired",
    "MessageResent",
    "ParkedDiscarded",
    "ParkedRetried",
    "PersonalDataRead",
    "RolesGranted",
    "RolesRevoked",
)


class Platform:
    """One process of Tidehub: everything that is mounted, opened and closed together.

    Parameters
    ----------
    settings
        How this installation is set.
    mounted
        What the packs bring.
    clock
        Where the time comes from.
    sleep
        How the telemetry desk waits; a story that moves its clock by hand never lets it.
    """

    def __init__(
        self,
        settings: Settings,
        mounted: Mounted,
        clock: Clock,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        settings.data.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.mounted = mounted
        self.clock = clock
        self.registers = Registers(clock)
        key = self.key = installation_key(settings)
        home = mounted.packs[0].manifest.region if mounted.packs else ""
        capabilities = (
            operating.capability(),
            registers_capability(),
            intake.capability(
                mounted.catalogue,
                lambda position: self.registers.region_of(position) or None,
                intake.IntakeSettings(home_region=home),
            ),
            cases.capability(mounted.lifecycles, work_calendars()),
            dispatch.capability(),
            field.capability(),
            devices.capability(),
            documents.capability(mounted.templates, key),
            ledger.capability(mounted.plan, mounted.tariffs),
            messages.capability(mounted.messages),
            *(capability for pack in mounted.packs for capability in pack.code.capabilities),
            evaluation.capability(mounted.indicators),
            acts.capability(ACTS),
        )
        facts = [fact for capability in capabilities for fact in capability.facts]
        table = following(
            facts,
            awaited=sorted(mounted.lifecycles.facts_awaited()),
            noticed=dict.fromkeys(notice.when for notice in mounted.notices),
            packs=[(flow.name, flow.on, flow.run) for flow in mounted.flows],
        )
        self.registry = Registry(capabilities, table.follows)
        store: SqliteStore | PostgresqlStore
        if settings.postgresql is None:
            store = SqliteStore(settings.data / "tidehub.db", self.registry, clock)
        else:
            store = PostgresqlStore(settings.postgresql, self.registry, clock)
        self.files = Files(settings.data / "files", store)
        self.hub = Hub(store, self.files)
        self.access = Access(store, clock, formerly=self.registers.formerly, remember=settings.postgresql is None)
        self.board = devices.PositionBoard(clock)
        directory = RegisteredDevices(self.registers)
        self.desk = devices.PositionDesk(store, clock, directory, board=self.board, sleep=sleep)
        self.readings = devices.ReadingDesk(store, clock, directory)
        self.doors = DeviceDoors(settings.doors, self.desk, self.readings, directory, clock, key)
        harbour = next((pack.harbour for pack in mounted.packs if pack.harbour is not None), None)
        self.ways = HarbourWays(
            harbour.chart if harbour else None,
            harbour.station if harbour else None,
            self.registers.places.get,
            harbour.map_version if harbour else "none",
            roads=opened_roads(settings),
            closures=self.registers.road_closures,
        )
        self.context = Context(
            reader=self.hub,
            hub=self.hub,
            files=self.files,
            registers=self.registers,
            positions=DevicePositions(self.hub),
            ways=self.ways,
            clock=clock,
            mounted=mounted,
            renderer=PdfRenderer(find_fonts(), settings.public_url),
            contacts=RegisteredContacts(self.registers, self.hub),
            carriers=carriers(settings),
        )
        self.worker = Worker(self.hub, table.flows, self.context)
        self.follower = Follower(self.hub)
        self.hub.listen(self._committed)

    def _committed(self, facts: Any) -> None:
        self.registers.committed(facts)
        self.access.committed(facts)
        self.desk.notice(facts)

    async def open(self) -> list[MadeAccount]:
        """Open the store, fill an empty installation, load what lives in memory; accounts that were made."""
        await self.hub.open()
        await self.registers.load(self.hub)
        made = await seed(self) if self.settings.seed else []
        await self.desk.start()
        await self.readings.start()
        return made

    async def start(self) -> None:
        """Begin to beat (follow-ups, timers, figures, live positions) and open the doors for devices."""
        self.worker.start()
        self.follower.start()
        await self.board.start()
        await self.doors.start()

    async def close(self) -> None:
        """Finish what was accepted and stop; safe to call on one that was only opened."""
        await self.doors.stop()
        await self.board.stop()
        await self.desk.stop()
        await self.worker.stop()
        await self.follower.stop()
        await self.hub.close()
