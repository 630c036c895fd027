"""Simulated boats: along a route at a speed, speaking as real devices do, to the real doors.

A boat is pure: for each instant its place, speed and course, and the bytes that its device would send. The
senders carry those bytes over real sockets.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlencode

import httpx
import msgspec

from tidehub.adapters.ais import encode_position_a, encode_position_b, encode_static_b
from tidehub.adapters.jtt808 import bodies as jtt808_bodies
from tidehub.adapters.jtt808 import encode_authentication, encode_location, encode_register
from tidehub.adapters.jtt808.encode import location_body
from tidehub.adapters.jtt808.frame import FrameCutter, Message, parse_frame
from tidehub.adapters.mqtt import encode_position
from tidehub.adapters.nmea0183 import encode_rmc
from tidehub.adapters.signalk import encode_delta
from tidehub.kernel.geometry import Position, great_circle_m
from tidehub.kernel.instants import Clock
from tidehub.methods.tracking.settings import KNOT_MPS

_REPLY_S_MAX = 10.0


class Motion(NamedTuple):
    """Where a boat is at an instant, how fast, and on which course (degrees from true north)."""

    at: datetime
    lon: float
    lat: float
    sog_mps: float
    cog_deg: float


class Boat(msgspec.Struct, frozen=True):
    """One boat on its way.

    Parameters
    ----------
    mmsi, name
        Its identity as it claims it.
    route
        Two or more places, WGS 84; it lies at the first until ``departs_at`` and at the last from then on. A
        single place is a moored boat.
    speed_mps
        Under way.
    departs_at
        When it leaves the first place.
    swing_m
        Radius of the noise of a boat that lies still: a receiver is never quiet. It follows from the instant,
        so the same instant gives the same place.
    """

    mmsi: int
    name: str
    route: tuple[Position, ...]
    speed_mps: float
    departs_at: datetime
    swing_m: float = 3.0

    @property
    def length_m(self) -> float:
        """Length of the route."""
        return sum(great_circle_m(a, b) for a, b in pairwise(self.route))

    @property
    def arrives_at(self) -> datetime:
        """When it reaches the last place."""
        return self.departs_at + timedelta(seconds=self.length_m / self.speed_mps)

    def motion(self, at: datetime) -> Motion:
        """Where it is at an instant."""
        gone_m = max(0.0, (at - self.departs_at).total_seconds()) * self.speed_mps
        if at <= self.departs_at or len(self.route) == 1:
            return self._lying(at, self.route[0])
        for start, end in pairwise(self.route):
            leg_m = great_circle_m(start, end)
            if gone_m < leg_m:
                share = gone_m / leg_m
                lon = start.lon + share * (end.lon - start.lon)
                lat = start.lat + share * (end.lat - start.lat)
                return Motion(at, lon, lat, self.speed_mps, bearing_deg(start, end))
            gone_m -= leg_m
        return self._lying(at, self.route[-1])

    def _lying(self, at: datetime, place: Position) -> Motion:
        turn = (at.timestamp() / 97.0 + self.mmsi) % 1.0 * 2.0 * math.pi
        north_deg = self.swing_m * math.sin(turn) / 111_195.0
        east_deg = self.swing_m * math.cos(turn) / (111_195.0 * math.cos(math.radians(place.lat)))
        return Motion(at, place.lon + east_deg, place.lat + north_deg, 0.05, math.degrees(turn))

    # -- what its devices send --------------------------------------------------------------------------

    def ais(self, at: datetime, *, class_a: bool = False) -> bytes:
        """AIS position, type 18 or 1, with line end: what a receiver ashore passes on."""
        now = self.motion(at)
        encode = encode_position_a if class_a else encode_position_b
        lines = encode(
            self.mmsi, now.lon, now.lat, at, sog_mps=now.sog_mps, cog_deg=now.cog_deg, heading_deg=now.cog_deg
        )
        return _lines(lines)

    def ais_static(self) -> bytes:
        """AIS name and size (type 24), sent every six minutes."""
        return _lines(encode_static_b(self.mmsi, self.name, ship_type=30, dimensions_m=(12, 6, 2, 2)))

    def rmc(self, at: datetime) -> bytes:
        """NMEA 0183 RMC of its own receiver, with line end."""
        now = self.motion(at)
        return _lines([encode_rmc(at, now.lon, now.lat, sog_mps=now.sog_mps, cog_deg=now.cog_deg)])

    def signalk(self, at: datetime, *, depth_m: float | None = None) -> bytes:
        """Signal K delta of its server."""
        now = self.motion(at)
        return encode_delta(
            self.signalk_context,
            at,
            lon=now.lon,
            lat=now.lat,
            sog_mps=now.sog_mps,
            cog_deg=now.cog_deg,
            depth_m=depth_m,
        ).encode()

    @property
    def signalk_context(self) -> str:
        """Its name in Signal K."""
        return f"vessels.urn:mrn:imo:mmsi:{self.mmsi:09d}"

    def osmand(self, at: datetime, *, device_id: str | None = None) -> str:
        """Query string of a telephone on board (speed in knots)."""
        now = self.motion(at)
        told = {
            "id": device_id or str(self.mmsi),
            "lat": f"{now.lat:.7f}",
            "lon": f"{now.lon:.7f}",
            "timestamp": str(int(at.timestamp())),
            "speed": f"{now.sog_mps / KNOT_MPS:.2f}",
            "bearing": f"{now.cog_deg:.1f}",
            "accuracy": "5",
        }
        return urlencode(told)

    def jtt808(self, at: datetime, phone: str, serial: int, *, edition_2019: bool = False) -> bytes:
        """JT/T 808 position report."""
        now = self.motion(at)
        body = location_body(now.lon, now.lat, at, speed_mps=now.sog_mps, course_deg=now.cog_deg)
        return encode_location(phone, serial, body, edition_2019=edition_2019)

    def mqtt(self, at: datetime, seq: int | None = None) -> bytes:
        """Our own JSON, as it is published over MQTT."""
        now = self.motion(at)
        return encode_position(now.lon, now.lat, at, sog_mps=now.sog_mps, cog_deg=now.cog_deg, seq=seq)


def bearing_deg(start: Position, end: Position) -> float:
    """Initial bearing of the great circle, degrees from true north."""
    lat_a, lat_b = math.radians(start.lat), math.radians(end.lat)
    d_lon = math.radians(end.lon - start.lon)
    east = math.sin(d_lon) * math.cos(lat_b)
    north = math.cos(lat_a) * math.sin(lat_b) - math.sin(lat_a) * math.cos(lat_b) * math.cos(d_lon)
    return math.degrees(math.atan2(east, north)) % 360.0


def _lines(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


# -- senders ------------------------------------------------------------------------------------------------


class TcpSender:
    """Keeps a TCP connection to a door for lines (AIS, NMEA 0183) and writes to it."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._writer: asyncio.StreamWriter | None = None

    async def send(self, data: bytes) -> None:
        """Send bytes; the connection is opened when needed, and once again when it broke."""
        for last in (False, True):
            try:
                if self._writer is None:
                    _, self._writer = await asyncio.open_connection(*self._address)
                self._writer.write(data)
                await self._writer.drain()
                return
            except ConnectionError:
                self._writer = None
                if last:
                    raise

    async def close(self) -> None:
        """End the connection."""
        if self._writer is not None:
            self._writer.close()
            await self._writer.wait_closed()
            self._writer = None


class UdpSender:
    """Sends datagrams to a door for lines."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._transport: asyncio.DatagramTransport | None = None

    async def send(self, data: bytes) -> None:
        """Send one datagram."""
        if self._transport is None:
            loop = asyncio.get_running_loop()
            self._transport, _ = await loop.create_datagram_endpoint(
                asyncio.DatagramProtocol, remote_addr=self._address
            )
        self._transport.sendto(data)

    async def close(self) -> None:
        """End the socket."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None


class HttpSender:
    """Posts OsmAnd queries to an HTTP door, as a telephone does.

    Parameters
    ----------
    client
        With the door's base URL (and the telephone's token in its headers, when the door wants one).
    path
        Where the door takes positions.
    """

    def __init__(self, client: httpx.AsyncClient, path: str) -> None:
        self._client = client
        self._path = path

    async def send(self, query: str) -> None:
        """Send one position.

        Raises
        ------
        httpx.HTTPStatusError
            The door did not take it.
        """
        answer = await self._client.post(f"{self._path}?{query}")
        answer.raise_for_status()


class TerminalSender:
    """A JT/T 808 terminal: registers, authenticates, and waits for every acknowledgement.

    Parameters
    ----------
    phone, plate
        Number and plate of the terminal.
    """

    def __init__(self, host: str, port: int, phone: str, *, plate: str = "浙J00001", edition: int = 2013) -> None:
        self._address = (host, port)
        self._phone = phone
        self._plate = plate
        self._edition = edition
        self._serial = 0
        self._cutter = FrameCutter()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def log_in(self) -> bool:
        """Register and authenticate; whether the platform lets this terminal speak."""
        self._reader, self._writer = await asyncio.open_connection(*self._address)
        answer = await self._ask(
            encode_register(
                self._phone,
                self._next_serial(),
                plate=self._plate,
                terminal_id=self._phone[-7:],
                edition=self._edition,
            )
        )
        _, result, code = jtt808_bodies.read_register_reply(answer.body)
        if result != 0:
            return False
        answer = await self._ask(
            encode_authentication(self._phone, self._next_serial(), code, edition_2019=self._edition == 2019)
        )
        return jtt808_bodies.read_platform_reply(answer.body)[2] == 0

    async def send(self, boat: Boat, at: datetime) -> bool:
        """Send one position; whether the platform has it safe."""
        serial = self._next_serial()
        answer = await self._ask(boat.jtt808(at, self._phone, serial, edition_2019=self._edition == 2019))
        told_serial, _, result = jtt808_bodies.read_platform_reply(answer.body)
        return told_serial == serial and result == 0

    async def close(self) -> None:
        """End the connection."""
        if self._writer is not None:
            self._writer.close()
            await self._writer.wait_closed()
            self._writer = None

    def _next_serial(self) -> int:
        serial, self._serial = self._serial, (self._serial + 1) & 0xFFFF
        return serial

    async def _ask(self, frame: bytes) -> Message:
        assert self._writer is not None and self._reader is not None, "log in first"
        self._writer.write(frame)
        await self._writer.drain()
        async with asyncio.timeout(_REPLY_S_MAX):
            while True:
                data = await self._reader.read(4096)
                if not data:
                    raise ConnectionResetError("the platform closed the connection")
                for cut in self._cutter.feed(data):
                    message = parse_frame(cut.content)
                    if isinstance(message, Message):
                        return message


async def sail(
    boats: Iterable[Boat],
    say: Callable[[Boat, datetime], Awaitable[None]],
    clock: Clock,
    *,
    until: datetime,
    every_s: float = 10.0,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> int:
    """Let boats sail: each says where it is every ``every_s`` until ``until``; answers how often they spoke.

    With a clock that runs faster than the machine's, pass a ``sleep`` that runs as fast.
    """
    fleet = list(boats)
    spoken = 0
    while (now := clock.now()) <= until:
        for boat in fleet:
            await say(boat, now)
            spoken += 1
        await sleep(every_s)
    return spoken
