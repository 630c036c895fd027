"""``tidehub demo``: a seeded day faster than real time, with boats and crews that use the same doors as real ones."""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tidehub.app import Platform
from tidehub.capabilities.evaluation import Window, read_indicator
from tidehub.cli.options import add_place, settings_of
from tidehub.cli.run import add_listening, listen, print_welcome, serving
from tidehub.kernel.access import Scope
from tidehub.kernel.geometry import Position
from tidehub.packing import find_pack, mount, read_pack
from tidehub.registers.first_start import MadeAccount
from tidehub.settings import Doors
from tidehub.testkit.boats import Boat, HttpSender, TcpSender, UdpSender
from tidehub.testkit.fleet import CrewMember, Person, Say, SignalKOnBoard, file_reports

SPEED = 60.0
START = datetime(2026, 6, 1, 5, 30, tzinfo=UTC) - timedelta(hours=8)
SPEAK_EVERY_S = 20.0


class FastClock:
    """Runs ``speed`` times as fast as the machine's, from a given instant."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start = start
        self._speed = speed
        self._began_s = time.monotonic()

    def now(self) -> datetime:
        """Return the demo's present."""
        return self._start + timedelta(seconds=(time.monotonic() - self._began_s) * self._speed)

    async def sleep(self, seconds: float) -> None:
        """Wait in the demo's time."""
        await asyncio.sleep(max(0.0, seconds) / self._speed)


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("demo", help="play a day faster than real time with simulated boats · 加速演示一天")
    add_place(command)
    add_listening(command)
    command.add_argument("--hours", type=float, default=12.0, help="hours of the day that are played")
    command.add_argument("--speed", type=float, default=SPEED, help="how many times faster than real time")
    command.add_argument("--seed", type=int, default=1, help="seed of chance")
    command.add_argument("--requests-a-day", type=float, default=40.0, help="requests a day over the harbour")
    command.set_defaults(carry_out=carry_out)


def carry_out(args: argparse.Namespace) -> int:
    """Play the day in a folder of its own, then print its figures."""
    with tempfile.TemporaryDirectory(prefix="tidehub-demo-") as folder:
        args.data = Path(folder)
        return asyncio.run(_demo(args))


async def _demo(args: argparse.Namespace) -> int:
    clock = FastClock(START, args.speed)
    chance = random.Random(args.seed)  # noqa: S311 - a simulation, not a secret
    boats: dict[str, Boat] = {}
    async with AsyncExitStack() as stack:
        on_board = SignalKOnBoard(clock, lambda: boats.get("k3"))
        signalk = await on_board.start()
        stack.push_async_callback(on_board.stop)
        listening = listen(args.host, args.port)
        url = f"http://{args.host}:{listening.getsockname()[1]}"
        doors = Doors(nmea_tcp=0, nmea_udp=0, jtt808_tcp=None, hj212_tcp=0, signalk=(signalk,))
        settings = replace(settings_of(args), public_url=args.public_url or url, doors=doors)
        pack = read_pack(find_pack(args.pack[0] if args.pack else "blue_circle"))
        platform = Platform(settings, mount([pack]), clock)
        _, made = await stack.enter_async_context(serving(platform, [listening]))
        print_welcome(url, platform, made)
        moor_all(platform, clock, boats)
        says = await _says(stack, platform, url, on_board)
        until = START + timedelta(hours=args.hours)
        tasks = [asyncio.create_task(_speak(boats, says, clock))]
        tasks += await _crews(stack, url, made, platform, boats, clock, chance)
        fisher = await _person(stack, url, made, "fisher")
        places = (await fisher.get("/api/v1/map/places"))["items"]
        berths = [place for place in places if place["kind"] == "quay"]
        count = await file_reports(
            fisher, berths, clock, chance, clock.sleep, until=until, mean_gap_s=86_400 / args.requests_a_day
        )
        await clock.sleep(2 * 3600)
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        await platform.follower.catch_up()
        await _print_figures(platform, count)
        failed = [one for one in ended if isinstance(one, Exception) and not isinstance(one, asyncio.CancelledError)]
        for error in failed:
            print(f"模拟出错 the simulation failed: {error!r}")
        return 1 if failed else 0


def moor_all(platform: Platform, clock: FastClock, boats: dict[str, Boat]) -> None:
    """Lay every unit's boat at its home berth."""
    for unit_id, unit in platform.registers.units.all().items():
        craft = platform.registers.craft_of(unit_id)
        if craft is None or craft.mmsi is None or unit.home is None:
            continue
        place = Position(unit.home.lon, unit.home.lat)
        boats[unit_id] = Boat(int(craft.mmsi), craft.name_en, (place,), craft.cruise_mps or 6.0, clock.now())


async def _says(stack: AsyncExitStack, platform: Platform, url: str, on_board: SignalKOnBoard) -> dict[str, Say]:
    """How each boat speaks: AIS over TCP and UDP, Signal K, a telephone."""
    tcp = TcpSender("127.0.0.1", platform.doors.port("nmea_tcp"))
    udp = UdpSender("127.0.0.1", platform.doors.port("nmea_udp"))
    client = await stack.enter_async_context(httpx.AsyncClient(base_url=url))
    phone = HttpSender(client, "/osmand")
    stack.push_async_callback(tcp.close)
    stack.push_async_callback(udp.close)

    async def by_tcp(boat: Boat, at: datetime) -> None:
        await tcp.send(boat.ais(at))

    async def by_udp(boat: Boat, at: datetime) -> None:
        await udp.send(boat.ais(at))

    async def by_phone(boat: Boat, at: datetime) -> None:
        await phone.send(boat.osmand(at, device_id="jiaohuan05"))

    return {"k1": by_tcp, "k2": by_udp, "k3": on_board.say, "k5": by_phone}


async def _speak(boats: dict[str, Boat], says: dict[str, Say], clock: FastClock) -> None:
    while True:
        now = clock.now()
        for unit_id, boat in list(boats.items()):
            await says[unit_id](boat, now)
        await clock.sleep(SPEAK_EVERY_S)


async def _person(stack: AsyncExitStack, url: str, made: list[MadeAccount], login: str) -> Person:
    account = next(one for one in made if one.login == login)
    person = Person(url, login, account.password)
    await person.sign_in()
    stack.push_async_callback(person.close)
    return person


async def _crews(
    stack: AsyncExitStack,
    url: str,
    made: list[MadeAccount],
    platform: Platform,
    boats: dict[str, Boat],
    clock: FastClock,
    chance: random.Random,
) -> list[asyncio.Task[None]]:
    sleep: Callable[[float], Awaitable[None]] = clock.sleep
    crews = {"crew1": "k1", "crew2": "k2", "crew3": "k3", "crew5": "k5"}
    tasks = []
    for login, unit_id in crews.items():
        if unit_id in boats:
            crew = CrewMember(await _person(stack, url, made, login), unit_id, boats, clock, chance, sleep)
            tasks.append(asyncio.create_task(crew.work()))
    return tasks


async def _print_figures(platform: Platform, requests: int) -> None:
    now = platform.clock.now()
    window = Window(START - timedelta(days=1), now + timedelta(days=1))
    print(f"\n请求 requests {requests}")
    definitions = platform.mounted.indicators
    for one in definitions.every:
        reading = await read_indicator(platform.hub, definitions, one.id, window, Scope(("",)))
        for value in reading.values:
            figures = "  ".join(f"{name} {figure}" for name, figure in value.figures.items())
            print(f"  {reading.title_zh} {reading.title_en:<24} {figures} {reading.unit}")
