"""Boats that lie in a seeded harbour while people try the pages: they speak AIS, and sail when their crew set out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from tidehub.app import Platform
from tidehub.capabilities.field import job_sheet
from tidehub.hub.log import Recorded
from tidehub.kernel.geometry import Position
from tidehub.testkit.boats import Boat, UdpSender

SPEAK_EVERY_S = 10.0


class HarbourBoats:
    """One boat for each unit with a craft; positions go through the real UDP door as AIS sentences.

    Parameters
    ----------
    platform
        Started, with its UDP door open.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._boats: dict[str, Boat] = {}
        self._sender = UdpSender("127.0.0.1", platform.doors.port("nmea_udp"))
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Lay every boat at home and begin to speak."""
        for unit_id in self._platform.registers.units.all():
            self._moor(unit_id)
        self._platform.hub.listen(self._notice)
        self._begin(self._speak())

    async def stop(self) -> None:
        """Fall silent."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._sender.close()

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _moor(self, unit_id: str) -> None:
        registers = self._platform.registers
        unit, craft = registers.units.get(unit_id), registers.craft_of(unit_id)
        if unit is None or unit.home is None or craft is None or craft.mmsi is None or craft.mode != "water":
            return
        now = self._platform.clock.now()
        self._boats[unit_id] = Boat(int(craft.mmsi), craft.name_en, (unit.home,), craft.cruise_mps or 6.0, now)

    def _notice(self, facts: Sequence[Recorded]) -> None:
        for recorded in facts:
            fact: Any = recorded.fact
            if recorded.kind == "UnitSetOut" and fact.unit_id in self._boats:
                self._begin(self._sail(fact.unit_id, fact.job_id))

    async def _sail(self, unit_id: str, job_id: str) -> None:
        sheet = await job_sheet(self._platform.hub, job_id)
        if sheet is None or sheet.job.route is None:
            return
        boat, now = self._boats[unit_id], self._platform.clock.now()
        here = boat.motion(now)
        points = tuple(Position(lon, lat) for lon, lat in sheet.job.route.points)
        self._boats[unit_id] = Boat(boat.mmsi, boat.name, (Position(here.lon, here.lat), *points), boat.speed_mps, now)

    async def _speak(self) -> None:
        while True:
            now = self._platform.clock.now()
            for boat in self._boats.values():
                with contextlib.suppress(OSError):
                    await self._sender.send(boat.ais(now))
            await asyncio.sleep(SPEAK_EVERY_S)
