"""The doors at which devices come in: listeners for AIS/NMEA, JT/T 808 and HJ 212, with their state."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from tidehub.adapters.hj212 import Hj212Server, telegrams_to
from tidehub.adapters.jtt808 import Jtt808Server, SecretAdmission
from tidehub.adapters.nmea0183 import NmeaTcpServer, NmeaUdpListener
from tidehub.adapters.signalk import SignalKClient, SignalKDecoded
from tidehub.capabilities.devices import PositionDesk, ReadingDesk
from tidehub.flows.device_directory import RegisteredDevices
from tidehub.kernel.instants import Clock
from tidehub.settings import Doors

_LOG = logging.getLogger(__name__)


class DeviceDoors:
    """Opens what the settings name; one that cannot open is told, and the others work.

    Parameters
    ----------
    settings
        Which ports; ``None`` keeps all shut.
    desk, readings
        Where positions and readings go.
    key
        The installation's secret, from which terminals get their authentication codes.
    """

    def __init__(
        self,
        settings: Doors | None,
        desk: PositionDesk,
        readings: ReadingDesk,
        directory: RegisteredDevices,
        clock: Clock,
        key: bytes,
    ) -> None:
        self._open: dict[str, Any] = {}
        self._doors: dict[str, Any] = {}
        self._problems: dict[str, str] = {}
        self._followed: dict[str, SignalKClient] = {}
        self._tasks: list[asyncio.Task[None]] = []
        if settings is None:
            return

        async def take(told: SignalKDecoded) -> None:
            await desk.accept(told.fixes, told.problems)

        self._followed = {url: SignalKClient(url, take, clock) for url in settings.signalk}
        identities = desk.accept_identities
        host = settings.host
        if settings.nmea_tcp is not None:
            self._doors["nmea_tcp"] = NmeaTcpServer(
                desk.accept, clock, port=settings.nmea_tcp, host=host, accept_identities=identities
            )
        if settings.nmea_udp is not None:
            self._doors["nmea_udp"] = NmeaUdpListener(
                desk.accept, clock, port=settings.nmea_udp, host=host, accept_identities=identities
            )
        if settings.jtt808_tcp is not None:

            async def is_known(phone: str) -> bool:
                return bool(await directory.devices([f"jtt808:{phone}"], clock.now()))

            self._doors["jtt808_tcp"] = Jtt808Server(
                desk.accept, clock, SecretAdmission(key, is_known), port=settings.jtt808_tcp, host=host
            )
        if settings.hj212_tcp is not None:

            async def admit(device_number: str, password: str) -> bool:
                return await directory.admits(f"hj212:{device_number}", password)

            self._doors["hj212_tcp"] = Hj212Server(
                telegrams_to(readings.accept), admit, clock, port=settings.hj212_tcp, host=host
            )

    async def start(self) -> None:
        """Open every door; an occupied port is logged and shown, and keeps nobody else out."""
        for name, door in self._doors.items():
            try:
                await door.start()
                self._open[name] = door
            except OSError as error:
                self._problems[name] = str(error)
                _LOG.error("the door %s cannot open: %s", name, error)
        self._tasks = [asyncio.create_task(client.run()) for client in self._followed.values()]

    async def stop(self) -> None:
        """Shut every door."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        for door in self._open.values():
            await door.stop()
        self._open = {}

    def port(self, name: str) -> int:
        """The port that a door listens on."""
        door = self._open[name]
        return int(getattr(door, "port", None) or door.server.port)

    def states(self) -> dict[str, str]:
        """State of each door: ``open on 10110`` or why it is shut."""
        followed = {
            url: "followed" if client.connected else client.last_error or "not connected"
            for url, client in self._followed.items()
        }
        return followed | {
            name: f"open on {self.port(name)}" if name in self._open else self._problems.get(name, "shut")
            for name in self._doors
        }
