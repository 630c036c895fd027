"""From a real socket to the hub: every door, with simulated boats that send real bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from devices_hub import NOON, Directory, HandClock, Hub
from websockets.asyncio.server import ServerConnection, serve

from tidehub.adapters.hj212 import Hj212Decoder, Hj212Server, encode_telegram, telegrams_to
from tidehub.adapters.jtt808 import Jtt808Server, SecretAdmission, encode_location
from tidehub.adapters.jtt808.encode import location_body
from tidehub.adapters.nmea0183 import NmeaTcpServer, NmeaUdpListener
from tidehub.adapters.osmand import decode_query
from tidehub.adapters.signalk import SignalKClient, encode_hello
from tidehub.adapters.streams import Backoff
from tidehub.capabilities.devices import (
    DeskSettings,
    KnownDevice,
    PositionDesk,
    ReadingDesk,
    UnitEnteredCircle,
    WatchCircle,
    counts,
    identities,
    last_of_unit,
    problems,
    raw_fixes,
    readings_between,
)
from tidehub.hub.handle import Job
from tidehub.kernel.access import platform_actor
from tidehub.kernel.geometry import Position
from tidehub.methods.tracking import Reason, Timeouts
from tidehub.testkit.boats import Boat, TcpSender, TerminalSender, UdpSender, sail

pytestmark = pytest.mark.anyio

ANCHORAGE, BERTH = Position(121.4400, 28.6650), Position(121.4500, 28.6700)
LOCAL = "127.0.0.1"


@pytest.fixture
async def desk(hub: Hub, directory: Directory, clock: HandClock) -> AsyncIterator[PositionDesk]:
    settings = DeskSettings(linger_s=0.002, beat_every_s=3600.0, last_every_s=0.0)
    desk = PositionDesk(hub.store, clock, directory, settings=settings)
    await desk.start()
    yield desk
    await desk.stop()


@pytest.fixture
def boat() -> Boat:
    return Boat(412345678, "ZHEJIAOYU 7", (ANCHORAGE, BERTH), 4.0, NOON + timedelta(seconds=60))


def know(directory: Directory, claim: str) -> None:
    directory.known[claim] = KnownDevice("dev-7", "boat-7", "331002", "boat", Timeouts(), "浙椒渔 7")


async def wait_until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


async def test_a_boat_sails_in_over_tcp_and_its_arrival_is_a_fact(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock, boat: Boat
) -> None:
    """AIS bytes over a real socket; after the dwell at the berth the case knows that the boat is there."""
    know(directory, "mmsi:412345678")
    door = NmeaTcpServer(desk.accept, clock, host=LOCAL, port=0, accept_identities=desk.accept_identities)
    await door.start()
    watched = WatchCircle(
        circle_id="k1",
        unit_id="boat-7",
        centre=BERTH,
        radius_m=80.0,
        dwell_s=60.0,
        speed_mps_max=0.5,
        case_id="c1",
    )
    desk.notice(await hub.store.submit(Job((watched,), platform_actor("flow/test"))))
    sender = TcpSender(LOCAL, door.server.port)
    await sender.send(boat.ais_static())

    async def say(one: Boat, at: Any) -> None:
        before = desk.accepted_count
        await sender.send(one.ais(at))
        await wait_until(lambda: desk.accepted_count > before)

    async def sleep(seconds: float) -> None:
        clock.move(seconds)

    spoken = await sail([boat], say, clock, until=boat.arrives_at + timedelta(seconds=90), every_s=10.0, sleep=sleep)
    await desk.beat()
    facts = await hub.facts("case/c1")
    entered = facts[1]
    assert len(facts) == 2 and isinstance(entered, UnitEnteredCircle)
    assert abs((entered.since_at - boat.arrives_at).total_seconds()) <= 15.0
    assert desk.accepted_count == spoken
    assert "mmsi:412345678" in await identities(hub.store, ["mmsi:412345678"])
    await sender.close()
    await door.stop()
    assert door.server.broken_count == 0


async def test_a_mixed_and_damaged_wire_loses_nothing(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock, boat: Boat
) -> None:
    """Own receiver, other boats and noise on one connection: counted in equals counted out."""
    know(directory, "nmea0183:127.0.0.1")
    door = NmeaTcpServer(desk.accept, clock, host=LOCAL, port=0)
    await door.start()
    sender = TcpSender(LOCAL, door.server.port)
    for step in range(20):
        at = clock.now() + timedelta(seconds=step)
        data = boat.rmc(at) + boat.ais(at) + b"noise\r\n" + boat.rmc(at)[:-4] + b"00\r\n"
        for piece in (data[:37], data[37:]):
            await sender.send(piece)
    await sender.close()
    await wait_until(lambda: desk.accepted_count + desk.problem_count == 80)
    await desk.flush()
    told = {(one.source, one.reason): one.count for one in await counts(hub.store, NOON, NOON)}
    assert told == {
        ("ais", "accepted"): 20,
        ("nmea0183", "accepted"): 20,
        ("nmea0183", "garbage"): 20,
        ("nmea0183", "checksum_wrong"): 20,
    }
    assert len(await raw_fixes(hub.store, "boat-7", NOON, NOON + timedelta(hours=1))) == 20
    await door.stop()


async def test_datagrams_of_many_boats(hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock) -> None:
    """UDP is taken in as many at once as are waiting; nothing is lost within the queue."""
    fleet = [Boat(412000000 + n, f"B{n}", (ANCHORAGE, BERTH), 3.0, NOON) for n in range(200)]
    door = NmeaUdpListener(desk.accept, clock, host=LOCAL, port=0)
    await door.start()
    sender = UdpSender(LOCAL, door.port)
    for one in fleet:
        await sender.send(one.ais(clock.now()))
        await asyncio.sleep(0)
    await wait_until(lambda: desk.accepted_count == 200)
    assert door.lost_count == 0
    await sender.close()
    await door.stop()


@pytest.mark.parametrize("edition", [2011, 2013, 2019])
async def test_a_terminal_logs_in_and_is_answered_when_it_is_safe(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock, boat: Boat, edition: int
) -> None:
    """Register, authenticate, position, acknowledgement; when the answer is there, so is the row."""
    know(directory, "jtt808:013800138000")

    async def is_known(phone: str) -> bool:
        return f"jtt808:{phone}" in await directory.devices([f"jtt808:{phone}"], clock.now())

    door = Jtt808Server(desk.accept, clock, SecretAdmission(b"0123456789abcdef", is_known), host=LOCAL, port=0)
    await door.start()
    terminal = TerminalSender(LOCAL, door.server.port, "013800138000", edition=edition)
    assert await terminal.log_in()
    for _ in range(3):
        assert await terminal.send(boat, clock.move(10))
        kept = await raw_fixes(hub.store, "boat-7", NOON, clock.now())
        assert kept[-1].fix.device_at == clock.now()
    last = await last_of_unit(hub.store, "boat-7", clock.now())
    assert last is not None and last.last.source == "jtt808"
    await terminal.close()
    stranger = TerminalSender(LOCAL, door.server.port, "013900139000", edition=edition)
    assert not await stranger.log_in()
    await stranger.close()
    await door.stop()


async def test_a_terminal_that_has_not_logged_in_is_not_believed(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock
) -> None:
    """Its position is kept as a problem, and it is told so."""
    know(directory, "jtt808:013800138000")

    async def is_known(_phone: str) -> bool:
        return True

    door = Jtt808Server(desk.accept, clock, SecretAdmission(b"0123456789abcdef", is_known), host=LOCAL, port=0)
    await door.start()
    reader, writer = await asyncio.open_connection(LOCAL, door.server.port)
    writer.write(encode_location("013800138000", 7, location_body(121.5, 28.6, clock.now())))
    answer = await asyncio.wait_for(reader.read(100), 10)
    assert answer[-3] == 1  # result: failed
    assert await raw_fixes(hub.store, "boat-7", NOON, NOON) == []
    (problem,) = await problems(hub.store)
    assert problem[1].reason is Reason.NOT_AUTHENTICATED
    writer.close()
    await door.stop()


async def test_a_treatment_unit_is_answered_and_its_reading_is_stored(
    hub: Hub, directory: Directory, clock: HandClock
) -> None:
    """HJ 212 telegram in, reading on disk, 9014 back; a wrong password is kept and not answered."""
    directory.known["hj212:QUAY1"] = KnownDevice("dev-q1", "quay-1", "331002")
    directory.passwords["hj212:QUAY1"] = "100000"
    desk = ReadingDesk(hub.store, clock, directory)
    await desk.start()

    async def admit(mn: str, pw: str) -> bool:
        return await directory.admits(f"hj212:{mn}", pw)

    door = Hj212Server(telegrams_to(desk.accept), admit, clock, host=LOCAL, port=0)
    await door.start()
    cp = [{"DataTime": "20260601120000"}, {"w22001-Rtd": "18.2", "w22001-Flag": "N"}]
    told = {"st": "32", "cn": "2011", "mn": "QUAY1", "qn": "20260601120000000", "flag": 5, "cp": cp}
    reader, writer = await asyncio.open_connection(LOCAL, door.server.port)
    writer.write(encode_telegram(**told, pw="wrong") + encode_telegram(**told, pw="100000"))  # type: ignore[arg-type]
    answer = await asyncio.wait_for(reader.read(1000), 10)
    (reply,), wrong = Hj212Decoder().feed(answer, clock.now())
    assert (reply.cn, reply.qn, wrong) == ("9014", "20260601120000000", [])
    (reading,) = await readings_between(hub.store, "hj212:QUAY1", NOON, NOON)
    assert reading.values == {"Rtd": "18.2"}
    assert await hub.kinds("device/dev-q1") == ["ReadingOutOfLimits"]
    assert [problem.reason for _, problem in await problems(hub.store)] == [Reason.NOT_AUTHENTICATED]
    writer.close()
    await door.stop()


async def test_a_signal_k_server_is_followed_and_followed_again(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock, boat: Boat
) -> None:
    """Subscribe, hear deltas over a real websocket, and come back after the server broke off."""
    know(directory, "mmsi:412345678")
    asked: list[str] = []

    async def server(connection: ServerConnection) -> None:
        await connection.send(encode_hello(boat.signalk_context, clock.now()))
        asked.append(str(await connection.recv()))
        await connection.send(boat.signalk(clock.move(10), depth_m=4.5).decode())
        await connection.close()

    async def accept(told: Any) -> None:
        await desk.accept(told.fixes, told.problems)

    async with serve(server, LOCAL, 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        url = f"ws://{LOCAL}:{port}/signalk/v1/stream?subscribe=none"
        client = SignalKClient(url, accept, clock, backoff=Backoff(0.01, 0.02))
        running = asyncio.create_task(client.run())
        await wait_until(lambda: desk.accepted_count >= 2)
        await desk.flush()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert '"path":"navigation.position"' in asked[0] and len(asked) >= 2
    kept = await raw_fixes(hub.store, "boat-7", NOON, clock.now())
    assert len(kept) >= 2


async def test_a_telephone_and_the_boats_own_device_are_one_unit(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock, boat: Boat
) -> None:
    """Of several devices the one measured last is the unit's position."""
    know(directory, "mmsi:412345678")
    directory.known["osmand:phone7"] = KnownDevice("dev-8", "boat-7", "331002", "boat", Timeouts())
    told = decode_query(boat.osmand(clock.move(30), device_id="phone7"), clock.now())
    await desk.accept(told.fixes, told.problems)
    last = await last_of_unit(hub.store, "boat-7", clock.now())
    assert last is not None and last.last.device_claim == "osmand:phone7"
    assert last.last.lat == pytest.approx(boat.motion(clock.now()).lat, abs=1e-6)


def test_a_boat_is_where_its_route_says(boat: Boat) -> None:
    """At the start until it departs, half-way after half the time, at the end from then on."""
    middle = boat.departs_at + (boat.arrives_at - boat.departs_at) / 2
    for at, place in (
        (NOON, ANCHORAGE),
        (middle, Position(121.4450, 28.6675)),
        (boat.arrives_at + timedelta(hours=1), BERTH),
    ):
        motion = boat.motion(at)
        assert (motion.lon, motion.lat) == pytest.approx((place.lon, place.lat), abs=5e-5)
    assert boat.motion(middle).sog_mps == 4.0
    assert boat.motion(NOON) == boat.motion(NOON)
