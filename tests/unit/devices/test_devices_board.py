"""The board of positions: merged per tick, encoded once, bounded for every screen."""

from __future__ import annotations

import asyncio
import zlib
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from devices_hub import NOON, HandClock

from tidehub.capabilities.devices import GZIP_HEAD, Frame, LastPosition, PositionBoard
from tidehub.methods.tracking import Timeouts

pytestmark = pytest.mark.anyio


def last(number: int, seconds: float = 0.0, *, region: str = "331002", **more: Any) -> LastPosition:
    at = NOON + timedelta(seconds=seconds)
    told = {"unit_id": f"u{number}", "region_code": region, "timeouts": Timeouts()} | more
    return LastPosition(f"mmsi:{number}", "ais", 121.0 + seconds / 1000, 28.0, at, at, 1, **told)


def read(frame: Frame) -> dict[str, Any]:
    return msgspec.json.decode(frame.data)  # type: ignore[no-any-return]


def ids(frame: dict[str, Any]) -> list[str]:
    """Who is in a frame, in full or as a step."""
    return [one["id"] for one in frame["moved"]] + [step[0] for step in frame["steps"]]


async def take(stream: Any, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(5):
        return [read(await anext(stream)) for _ in range(count)]


async def test_a_screen_begins_with_the_whole_picture(clock: HandClock) -> None:
    """Whoever comes or comes back needs no memory: all that is shown, then what changes."""
    board = PositionBoard(clock)
    board.put(last(1))
    board.put(last(2))
    board.tick()
    stream = aiter(board.subscribe())
    (picture,) = await take(stream, 1)
    assert picture["whole"] and [one["id"] for one in picture["moved"]] == ["u1", "u2"]
    clock.move(10)
    board.put(last(2, 10))
    assert board.tick() == 1
    (news,) = await take(stream, 1)
    assert not news["whole"] and ids(news) == ["u2"]


async def test_many_fixes_of_a_tick_are_one_entry(clock: HandClock) -> None:
    """Ten positions in one second are one row of the frame, the newest."""
    board = PositionBoard(clock)
    stream = aiter(board.subscribe())
    await take(stream, 1)
    for step in range(10):
        board.put(last(1, step / 10))
    clock.move(1)
    board.tick()
    (news,) = await take(stream, 1)
    assert [one["lon"] for one in news["moved"]] == [pytest.approx(121.0009)]  # told for the first time: in full
    assert board.tick() == 0


async def test_a_slow_screen_loses_whole_frames_and_gets_a_whole_picture(clock: HandClock) -> None:
    """Its queue is bounded; after a loss it is not left with a gap."""
    board = PositionBoard(clock, frames_max=3)
    slow = board.subscribe()
    stream = aiter(slow)
    await take(stream, 1)
    for step in range(5):
        board.put(last(1, step))
        board.put(last(2, step))
        board.tick()
    (picture,) = await take(stream, 1)
    assert picture["whole"] and len(picture["moved"]) == 2
    assert slow.dropped_count == 3
    board.put(last(1, 9))
    board.tick()
    (news,) = await take(stream, 1)
    assert not news["whole"] and ids(news) == ["u1"]


async def test_a_craft_is_told_in_full_once_and_then_as_steps(clock: HandClock) -> None:
    """What does not change (name, region, flags) is sent when it changes; a new name is news in full."""
    board = PositionBoard(clock)
    stream = aiter(board.subscribe())
    await take(stream, 1)
    for step, title in enumerate(("", "", "椒环01")):
        board.put(last(1, step, title=title))
        board.tick()
    news = await take(stream, 3)
    assert [(len(one["moved"]), len(one["steps"])) for one in news] == [(1, 0), (0, 1), (1, 0)]
    assert news[1]["steps"] == [["u1", 121.001, 28.0, 1780286401000, "fresh", None, None, None]]
    assert news[2]["moved"][0]["title"] == "椒环01"


async def test_packed_frames_stand_in_any_stream(clock: HandClock) -> None:
    """A frame compressed once can follow whatever a screen got before: each unpacks to its own events."""
    board = PositionBoard(clock)
    early, late = board.subscribe(), board.subscribe()
    pieces: list[list[Frame]] = [[], []]
    for step in range(4):
        board.put(last(1, step))
        board.tick()
        for place, one in enumerate((early, late)):
            if place == 0 or step >= 2:
                pieces[place].append(await anext(aiter(one)))
    for frames in pieces:
        unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(GZIP_HEAD + b"".join(f.packed for f in frames))
        assert unpacked == b"".join(frame.event for frame in frames)


async def test_two_hundred_screens_share_one_encoding(clock: HandClock) -> None:
    """All who may see the same get the very same bytes."""
    board = PositionBoard(clock)
    streams = [aiter(board.subscribe()) for _ in range(200)]
    for stream in streams:
        await take(stream, 1)
    board.put(last(1))
    assert board.tick() == 200
    frames = [await anext(stream) for stream in streams]
    assert len({id(frame) for frame in frames}) == 1


async def test_a_screen_sees_its_regions_only(clock: HandClock) -> None:
    """Regions filter the picture and the news; other regions' ticks are no frames."""
    board = PositionBoard(clock)
    board.put(last(1, region="331002"))
    board.put(last(2, region="330106"))
    stream = aiter(board.subscribe(("3310",)))
    (picture,) = await take(stream, 1)
    assert [one["id"] for one in picture["moved"]] == ["u1"]
    board.tick()
    await take(stream, 1)
    board.put(last(2, 5, region="330106"))
    assert board.tick() == 0


async def test_silence_is_news_and_what_is_kept_no_longer_goes(clock: HandClock) -> None:
    """A boat that says nothing turns stale, then timed out, then leaves the map, without a fix."""
    board = PositionBoard(clock)
    stream = aiter(board.subscribe())
    board.put(last(1))
    board.tick()
    await take(stream, 1)
    seen = []
    for seconds in (121, 480, 3000):
        clock.move(seconds)
        board.tick()
        (news,) = await take(stream, 1)
        seen += [step[4] for step in news["steps"]] + news["gone"]
    assert seen == ["stale", "timed_out", "u1"]


async def test_of_several_devices_the_newest_is_shown(clock: HandClock) -> None:
    """An older fix of another device does not move the unit back."""
    board = PositionBoard(clock)
    board.put(last(1, 10))
    board.put(msgspec.structs.replace(last(1, 5), device_claim="osmand:7"))
    picture = read(board.picture(("",)))
    assert [one["claim"] for one in picture["moved"]] == ["mmsi:1"]


async def test_leaving_ends_the_subscription(clock: HandClock) -> None:
    """A screen that goes away costs nothing any more, and stopping the board ends all."""
    board = PositionBoard(clock, tick_s=0.01)
    await board.start()
    one, other = board.subscribe(), board.subscribe()
    assert board.subscriber_count == 2
    one.close()
    assert board.subscriber_count == 1

    async def watch() -> int:
        return sum([1 async for _ in other])

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.05)
    await board.stop()
    async with asyncio.timeout(5):
        assert await watching >= 1
    assert board.subscriber_count == 0
