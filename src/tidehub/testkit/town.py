"""A seeded town on a clock that is moved by hand: the real platform, driven step by step, the same each time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tidehub.adapters.nmea0183 import FeedDecoder
from tidehub.app import Platform
from tidehub.composing.world import accounts_of
from tidehub.hub.log import Recorded
from tidehub.kernel.access import Actor
from tidehub.kernel.facts import Command
from tidehub.kernel.geometry import Position
from tidehub.packing import Pack, mount
from tidehub.settings import Settings
from tidehub.testkit.boats import Boat
from tidehub.testkit.clock import FixedClock

TICK_S, CALM_TICK_S = 10, 60
_STORY_KEY = bytes(range(32))


async def _never(_seconds: float) -> None:
    """Wait for ever: what waits by itself must not move by itself in a story."""
    await asyncio.Event().wait()


class Town:
    """The platform with its packs' worlds, a hand-moved clock, and boats that send what real ones send.

    Parameters
    ----------
    packs
        What is mounted.
    folder
        Where the data of this run go.
    clock
        Moved by :meth:`advance` alone.
    postgresql
        A database instead of SQLite.
    """

    def __init__(
        self, packs: Sequence[Pack], folder: Path, clock: FixedClock, *, postgresql: str | None = None
    ) -> None:
        settings = Settings(data=folder, postgresql=postgresql, key=_STORY_KEY, doors=None)
        self.clock = clock
        self.platform = Platform(settings, mount(packs), clock, sleep=_never)
        self.hub = self.platform.hub
        self.boats: dict[str, Boat] = {}
        self._feeds: dict[str, FeedDecoder] = {}
        self._actors = {account.login: account for pack in packs for account in accounts_of(pack)}

    async def open(self) -> None:
        """Open the platform and fill it."""
        await self.platform.open()
        await self.settle()

    async def close(self) -> None:
        """Close the platform."""
        await self.platform.close()

    # -- people -----------------------------------------------------------------------------------------

    def actor(self, who: str) -> Actor:
        """Who acts: an account by its login, or the crew of a unit by the unit's id."""
        account = self._actors.get(who)
        if account is None:
            account = next(one for one in self._actors.values() if who in one.units)
        return Actor(
            id=f"person/{account.person_id}",
            roles=frozenset(account.roles),
            regions=account.regions,
            units=account.units,
        )

    async def ask(self, who: str, *commands: Command) -> list[Recorded]:
        """Have somebody ask for something, and let follow what follows."""
        recorded = await self.hub.handle(*commands, by=self.actor(who))
        await self.settle()
        return recorded

    # -- time and boats ---------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Do everything that is due at this instant."""
        await self.platform.worker.run_until_idle()
        await self.platform.follower.catch_up()

    async def advance(self, seconds: float) -> None:
        """Move the clock in steps of ten seconds, of a minute where no boat is about; what follows follows."""
        until = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() < until:
            tick = TICK_S if self.boats else CALM_TICK_S
            step = min(tick, (until - self.clock.now()).total_seconds())
            self.clock.advance(step)
            await self.send_positions()
            await self.settle()

    async def advance_to(self, at: datetime) -> None:
        """Move the clock to an instant."""
        await self.advance(max(0.0, (at - self.clock.now()).total_seconds()))

    def moor(self, unit_id: str, place: Position) -> None:
        """Lay a unit's boat at a place."""
        self._set(unit_id, (place,))

    def sail(self, unit_id: str, points: Sequence[Position]) -> Boat:
        """Send a unit's boat along a way, from where it is."""
        return self._set(unit_id, tuple(points))

    def _set(self, unit_id: str, points: tuple[Position, ...]) -> Boat:
        craft = self.platform.registers.craft_of(unit_id)
        assert craft is not None and craft.mmsi is not None and craft.cruise_mps is not None, unit_id
        boat = Boat(
            mmsi=int(craft.mmsi),
            name=craft.name_en or craft.name,
            route=points,
            speed_mps=craft.cruise_mps,
            departs_at=self.clock.now(),
        )
        self.boats[unit_id] = boat
        return boat

    async def send_positions(self) -> None:
        """Every boat sends its AIS position through the same decoder and desk as a real one."""
        now = self.clock.now()
        fixes: list[Any] = []
        problems: list[Any] = []
        for unit_id in sorted(self.boats):
            feed = self._feeds.setdefault(unit_id, FeedDecoder(f"host:{unit_id}"))
            decoded = feed.feed(self.boats[unit_id].ais(now), now)
            fixes += decoded.fixes
            problems += decoded.problems
        desk = self.platform.desk
        taken = asyncio.create_task(desk.accept(fixes, problems))
        await asyncio.sleep(0)
        await desk.beat()
        await taken
