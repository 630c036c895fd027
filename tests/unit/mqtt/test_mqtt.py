"""MQTT: four forms by topic, and a real broker that gets its acknowledgement only for what is safe."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable
from datetime import UTC, datetime

import aiomqtt
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidehub.adapters.mqtt import MqttDecoder, MqttFeed, Subscription, encode_position
from tidehub.adapters.streams import Backoff
from tidehub.kernel.datums import Datum, from_wgs84
from tidehub.kernel.errors import Unavailable
from tidehub.methods.tracking import Fix, Problem, Reason

AT = datetime(2026, 6, 1, 4, 0, 40, tzinfo=UTC)
OWN = "tidehub/positions/boat-7"
TRACKS = "owntracks/crew/phone7"

# The booklet's example of a location (owntracks.org/booklet/tech/json).
OWNTRACKS = (
    b'{"_type":"location","acc":13,"alt":154,"batt":53,"bs":1,"conn":"w","created_at":1663139973,"lat":48.856826,'
    b'"lon":2.292713,"m":1,"tid":"x","tst":1663139912,"vac":3,"vel":36,"cog":270}'
)


def test_our_own_form() -> None:
    """The topic names the device; datum and zone stand in the message."""
    told = MqttDecoder().feed(OWN, "tidehub", encode_position(121.45, 28.67, AT, sog_mps=2.5, cog_deg=400, seq=9), AT)
    (fix,) = told.fixes
    assert (fix.device_claim, fix.lon, fix.lat, fix.device_at) == ("mqtt:boat-7", 121.45, 28.67, AT)
    assert (fix.sog_mps, fix.cog_deg, fix.sequence) == (2.5, 40.0, 9)


def test_a_batch_is_taken_one_by_one() -> None:
    """A terminal empties its queue in one message; a bad position costs only itself."""
    good = msgspec.json.decode(encode_position(121.45, 28.67, AT))
    told = MqttDecoder().feed(OWN, "tidehub", msgspec.json.encode([good, good | {"lat": 91.0}, good]), AT)
    assert len(told.fixes) == 2
    assert [problem.reason for problem in told.problems] == [Reason.POSITION_IMPOSSIBLE]


def test_datum_is_demanded_and_converted() -> None:
    """Without a datum it is malformed, with GCJ-02 it is converted, with an unknown one refused."""
    lon, lat = from_wgs84(121.45, 28.67, Datum.GCJ02)
    (fix,) = MqttDecoder().feed(OWN, "tidehub", encode_position(lon, lat, AT, datum="GCJ02"), AT).fixes
    assert (fix.lon, fix.lat) == pytest.approx((121.45, 28.67), abs=1e-8)
    for payload, reason in (
        (b'{"lon":121.45,"lat":28.67}', Reason.MALFORMED),
        (b'{"lon":121.45,"lat":28.67,"datum":"mars"}', Reason.DATUM_UNKNOWN),
        (b'{"lon":121.45,"lat":28.67,"datum":"WGS84","at":"2026-06-01T04:00:00"}', Reason.TIME_INVALID),
        (b'{"lon":121.45,"lat":28.67,"datum":"WGS84","device":"boat-8"}', Reason.FIELD_INVALID),
        (b'{"lon":121.45,"lat":28.67,"datum":"WGS84","sog_mps":-1}', Reason.FIELD_INVALID),
        (b"[]", Reason.POSITION_MISSING),
    ):
        told = MqttDecoder().feed(OWN, "tidehub", payload, AT)
        assert told.fixes == [] and [problem.reason for problem in told.problems] == [reason]


def test_owntracks_location() -> None:
    """Speed is km/h, the time is seconds since 1970, user and device name the telephone."""
    (fix,) = MqttDecoder().feed(TRACKS, "owntracks", OWNTRACKS, AT).fixes
    assert (fix.device_claim, fix.source) == ("owntracks:crew/phone7", "owntracks")
    assert (fix.lon, fix.lat, fix.accuracy_m, fix.sog_mps, fix.cog_deg) == (
        2.292713,
        48.856826,
        13.0,
        10.0,
        270.0,
    )
    assert fix.device_at == datetime.fromtimestamp(1663139912, UTC)


def test_owntracks_says_other_things_too() -> None:
    """A will or a waypoint is counted, an encrypted message is a problem."""
    decoder = MqttDecoder()
    assert decoder.feed(TRACKS, "owntracks", b'{"_type":"lwt","tst":1}', AT) == ([], [], [])
    assert decoder.passed_over == {"lwt": 1}
    told = decoder.feed(TRACKS, "owntracks", b'{"_type":"encrypted","data":"x"}', AT)
    assert [problem.reason for problem in told.problems] == [Reason.ENCRYPTED]


def test_signal_k_and_lines_over_mqtt() -> None:
    """A gateway's self is named by its topic; AIS parts of one topic are put together."""
    decoder = MqttDecoder()
    delta = b'{"updates":[{"values":[{"path":"navigation.position","value":{"latitude":28.6,"longitude":121.5}}]}]}'
    assert decoder.feed("sk/gw7", "signalk", delta, AT).fixes[0].device_claim == "signalk:gw7"
    rmc = b"$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n"
    assert decoder.feed("nmea/gw7", "nmea", rmc, AT).fixes[0].device_claim == "nmea0183:gw7"
    first = b"!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C"
    assert decoder.feed("nmea/gw7", "nmea", first, AT) == ([], [], [])
    second = b"!AIVDM,2,2,1,A,88888888880,2*25"
    assert decoder.feed("nmea/gw7", "nmea", second, AT).identities[0].name == "EVER DIADEM"


@given(st.sampled_from(["tidehub", "owntracks", "signalk", "nmea"]), st.binary(max_size=200))
def test_garbage_never_raises_and_is_never_lost(form: str, payload: bytes) -> None:
    """Any payload in any form gives a fix, a problem or a count."""
    decoder = MqttDecoder()
    told = decoder.feed("a/b", form, payload, AT)  # type: ignore[arg-type]
    counted = sum(decoder.passed_over.values())
    counted += sum(sum(feed.nmea.passed_over.values()) for feed in decoder._feeds.values())
    assert len(told.fixes) + len(told.problems) + counted >= 1


# -- with a broker ------------------------------------------------------------------------------------------

BROKER = ("127.0.0.1", 1883)


class _Clock:
    def now(self) -> datetime:
        return AT


def broker_or_skip() -> None:
    try:
        socket.create_connection(BROKER, timeout=1).close()
    except OSError as error:
        pytest.skip(f"no MQTT broker answers at {BROKER[0]}:{BROKER[1]}: {error}")


async def wait_until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


class Desk:
    """Takes what it is given, unless it is told to refuse."""

    def __init__(self) -> None:
        self.fixes: list[Fix] = []
        self.problems: list[Problem] = []
        self.refuse = 0

    async def accept(self, fixes: list[Fix], problems: list[Problem]) -> None:
        if self.refuse:
            self.refuse -= 1
            raise Unavailable("telemetry store")
        self.fixes += fixes
        self.problems += problems


@pytest.mark.anyio
async def test_positions_come_over_a_real_broker_and_are_acknowledged() -> None:
    """Two forms on two topics; each message of QoS 1 is acknowledged after it was accepted."""
    broker_or_skip()
    root, desk = f"test-{secrets.token_hex(4)}", Desk()
    feed = MqttFeed(
        BROKER[0],
        [Subscription(f"{root}/positions/+", "tidehub"), Subscription(f"{root}/owntracks/#", "owntracks")],
        desk.accept,
        _Clock(),
        identifier=root,
    )
    running = asyncio.create_task(feed.run())
    await wait_until(lambda: feed.connected)
    async with aiomqtt.Client(*BROKER) as boat:
        for number in range(50):
            await boat.publish(f"{root}/positions/boat-7", encode_position(121.45, 28.67, AT, seq=number), qos=1)
        await boat.publish(f"{root}/owntracks/crew/phone7", OWNTRACKS, qos=1)
    await wait_until(lambda: len(desk.fixes) == 51 and feed.acknowledged_count == 51)
    assert sorted(fix.sequence for fix in desk.fixes if fix.sequence is not None) == list(range(50))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.anyio
async def test_what_was_not_accepted_is_delivered_again() -> None:
    """The desk fails, the connection is given up without an acknowledgement, and the broker sends again."""
    broker_or_skip()
    root, desk = f"test-{secrets.token_hex(4)}", Desk()
    desk.refuse = 2
    feed = MqttFeed(
        BROKER[0],
        [Subscription(f"{root}/positions/+", "tidehub")],
        desk.accept,
        _Clock(),
        identifier=root,
        backoff=Backoff(0.05, 0.1),
    )
    running = asyncio.create_task(feed.run())
    await wait_until(lambda: feed.connected)
    async with aiomqtt.Client(*BROKER) as boat:
        await boat.publish(f"{root}/positions/boat-7", encode_position(121.45, 28.67, AT, seq=1), qos=1)
    await wait_until(lambda: len(desk.fixes) == 1)
    assert desk.refuse == 0 and "Unavailable" in feed.last_error
    await wait_until(lambda: feed.acknowledged_count == 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.anyio
async def test_a_broker_that_is_away_is_tried_again_with_longer_waits() -> None:
    """Nobody listens on the port: each wait is longer than the last, and nothing breaks."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise asyncio.CancelledError

    feed = MqttFeed("127.0.0.1", [Subscription("x/+", "tidehub")], Desk().accept, _Clock(), port=port, sleep=sleep)
    with pytest.raises(asyncio.CancelledError):
        await feed.run()
    assert waits == [1.0, 2.0, 4.0]
    assert not feed.connected and feed.last_error
