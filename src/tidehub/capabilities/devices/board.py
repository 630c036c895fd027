"""Live positions for screens: merged per tick, encoded and compressed once, fanned out through bounded queues
(SSE 推送)."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections import deque
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.devices.model import LastPosition
from tidehub.kernel.instants import Clock
from tidehub.methods.tracking import FreshnessState, Timeouts, freshness

_encode = msgspec.json.Encoder().encode
_DEFAULT = Timeouts()
AGE_EVERY_S = 5.0
"""How often those that said nothing are looked through; the others are aged whenever they speak."""


GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""What a gzip stream begins with (RFC 1952); each frame's :attr:`Frame.packed` can follow it."""
BEAT_EVERY_S = 15.0
"""Something is said at least so often, so that proxies keep the line open."""


class Frame:
    """One tick's news, encoded once for everybody who may see the same.

    Attributes
    ----------
    number, data
        Number of the tick, and its news as JSON; empty for a frame that only keeps the line open.
    event
        The same as a server-sent event.
    """

    __slots__ = ("_packed", "data", "event", "number")

    def __init__(self, number: int, data: bytes) -> None:
        self.number = number
        self.data = data
        self.event = b"id: %d\nevent: positions\ndata: %s\n\n" % (number, data) if data else b": still here\n\n"
        self._packed: bytes | None = None

    @property
    def packed(self) -> bytes:
        """The event as deflate blocks (RFC 1951) that look back at nothing before themselves and end on a byte.

        So they can stand in any stream, after any others: what one screen gets, all get. Compressed once.
        """
        if self._packed is None:
            pack = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
            self._packed = pack.compress(self.event) + pack.flush(zlib.Z_SYNC_FLUSH)
        return self._packed


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """One craft as a screen shows it."""

    id: str
    lon: float
    lat: float
    at: datetime
    state: FreshnessState
    claim: str = ""
    title: str = ""
    region: str = ""
    sog_mps: float | None = None
    cog_deg: float | None = None
    heading_deg: float | None = None
    accuracy_m: float | None = None
    anchored: bool = False
    shared: bool = False
    flags: tuple[str, ...] = ()


class Step(msgspec.Struct, frozen=True, array_like=True):
    """A craft that only moved: where it is now. Everything else of it stays as it was shown before.

    ``at_ms`` is milliseconds since 1970; degrees have six decimals (a tenth of a metre).
    """

    id: str
    lon: float
    lat: float
    at_ms: int
    state: FreshnessState
    sog_mps: float | None
    cog_deg: float | None
    heading_deg: float | None


class _Message(msgspec.Struct, frozen=True):
    frame: int
    at: datetime
    whole: bool
    moved: list[Shown]
    steps: list[Step]
    gone: list[str]


class _Held:
    __slots__ = ("last", "state", "told")

    def __init__(self, last: LastPosition, state: FreshnessState) -> None:
        self.last = last
        self.state = state
        self.told: tuple[Any, ...] = ()  # how it was shown to everybody, but for where


class Subscriber:
    """One screen. Iterate it; leaving the loop or :meth:`close` ends the subscription.

    Attributes
    ----------
    dropped_count
        Whole frames that this screen was too slow for. After a loss it gets a whole picture, not a gap.
    """

    def __init__(self, board: PositionBoard, regions: tuple[str, ...], frames_max: int) -> None:
        self._board = board
        self.regions = regions
        self._frames: deque[Frame] = deque()
        self._frames_max = frames_max
        self._ready = asyncio.Event()
        self._closed = False
        self._behind = True  # a new screen begins with the whole picture
        self.dropped_count = 0

    def put(self, frame: Frame) -> None:
        """Queue a frame; when the queue is full everything older goes and the whole picture follows."""
        if self._behind:
            self._ready.set()
            return
        if len(self._frames) >= self._frames_max:
            self.dropped_count += len(self._frames)
            self._frames.clear()
            self._behind = True
        else:
            self._frames.append(frame)
        self._ready.set()

    def close(self) -> None:
        """End the subscription; the iteration stops."""
        self._closed = True
        self._board.leave(self)
        self._ready.set()

    async def __aiter__(self) -> AsyncIterator[Frame]:
        try:
            while not self._closed:
                if self._behind:
                    self._behind = False
                    self._frames.clear()
                    yield self._board.picture(self.regions)
                elif self._frames:
                    yield self._frames.popleft()
                else:
                    self._ready.clear()
                    await self._ready.wait()
        finally:
            self.close()


class PositionBoard:
    """The newest position of every craft, and who watches.

    Parameters
    ----------
    clock
        For the age of positions.
    tick_s
        How long changes are merged before a frame goes out.
    frames_max
        Frames a slow screen may lag behind before it starts anew with a whole picture.

    Notes
    -----
    Cost per tick: one encoding for each distinct set of regions watched, and one queue entry per screen. A whole
    picture is made once per tick, however many screens come at the same time.
    """

    def __init__(self, clock: Clock, *, tick_s: float = 0.25, frames_max: int = 8) -> None:
        self._clock = clock
        self._tick_s = tick_s
        self._frames_max = frames_max
        self._held: dict[str, _Held] = {}
        self._changed: dict[str, None] = {}
        self._gone: dict[str, str] = {}  # id to region
        self._subscribers: set[Subscriber] = set()
        self._task: asyncio.Task[None] | None = None
        self._number = 0
        self._pictures: dict[tuple[str, ...], Frame] = {}
        self._beat_at = time.monotonic()
        self._aged_at: datetime | None = None

    # -- in ---------------------------------------------------------------------------------------------

    def put(self, last: LastPosition) -> None:
        """Take a newer position. Of a craft with several devices the one measured last is shown."""
        key = last.unit_id or last.device_claim
        held = self._held.get(key)
        if held is None:
            self._held[key] = _Held(last, FreshnessState.FRESH)
            self._gone.pop(key, None)
        elif held.last.device_claim == last.device_claim or last.at >= held.last.at:
            held.last = last
            held.state = FreshnessState.FRESH
        else:
            return
        self._changed[key] = None

    def refresh(self, now: datetime) -> None:
        """Age everything: whose state changed is told, what is kept no longer goes."""
        self._aged_at = now
        for key, held in list(self._held.items()):
            self._age(key, held, now)

    def _age(self, key: str, held: _Held, now: datetime) -> None:
        last = held.last
        timeouts = last.timeouts or _DEFAULT
        fresh_s = timeouts.anchored_fresh_s if last.anchored else timeouts.fresh_s
        if held.state is FreshnessState.FRESH and (now - last.at).total_seconds() <= fresh_s:
            return  # the short way of nearly every craft that speaks
        age = freshness(last, last.at, now, timeouts, anchored=last.anchored)
        if not age.keep:
            del self._held[key]
            self._changed.pop(key, None)
            self._gone[key] = last.region_code
        elif age.state is not held.state:
            held.state = age.state
            self._changed[key] = None

    # -- out --------------------------------------------------------------------------------------------

    def subscribe(self, regions: tuple[str, ...] = ("",)) -> Subscriber:
        """Watch the craft of these regions (GB/T 2260 prefixes; ``("",)`` is everywhere).

        The first frame is the whole picture, so a screen that reconnects needs no memory of where it was.
        """
        subscriber = Subscriber(self, tuple(sorted(set(regions))), self._frames_max)
        self._subscribers.add(subscriber)
        return subscriber

    def leave(self, subscriber: Subscriber) -> None:
        """Forget a subscriber; one that has left is no mistake."""
        self._subscribers.discard(subscriber)

    @property
    def subscriber_count(self) -> int:
        """How many screens watch."""
        return len(self._subscribers)

    def picture(self, regions: tuple[str, ...]) -> Frame:
        """Give everything that these regions show now, as one frame; what changes afterwards is in the next."""
        found = self._pictures.get(regions)
        if found is None:
            now = self._clock.now()
            for key in list(self._changed):
                self._age(key, self._held[key], now)
            shown = [_shown(key, held) for key, held in self._held.items() if _seen(held.last.region_code, regions)]
            found = Frame(self._number, _encode(_Message(self._number, now, True, shown, [], [])))
            self._pictures[regions] = found
        return found

    def tick(self) -> int:
        """Send out what has changed since the last tick; answers to how many screens."""
        now = self._clock.now()
        if self._aged_at is None or (now - self._aged_at).total_seconds() >= AGE_EVERY_S:
            self.refresh(now)
        else:
            for key in list(self._changed):
                self._age(key, self._held[key], now)
        changed, self._changed = list(self._changed), {}
        gone, self._gone = self._gone, {}
        if not (changed or gone):
            return 0
        self._number += 1
        self._pictures = {}
        if not self._subscribers:
            return 0
        frames: dict[tuple[str, ...], Frame | None] = {}
        moved = [(held.last.region_code, _told(key, held)) for key in changed for held in (self._held[key],)]
        sent = 0
        for subscriber in list(self._subscribers):
            regions = subscriber.regions
            if regions not in frames:
                frames[regions] = self._frame(now, moved, gone, regions)
            frame = frames[regions]
            if frame is not None:
                subscriber.put(frame)
                sent += 1
        return sent

    def _frame(
        self, now: datetime, moved: list[tuple[str, Shown | Step]], gone: dict[str, str], regions: tuple[str, ...]
    ) -> Frame | None:
        everywhere = "" in regions
        seen = [one for region, one in moved if everywhere or _seen(region, regions)]
        left = [key for key, region in gone.items() if _seen(region, regions)]
        if not (seen or left):
            return None
        shown = [one for one in seen if isinstance(one, Shown)]
        steps = [one for one in seen if isinstance(one, Step)]
        return Frame(self._number, _encode(_Message(self._number, now, False, shown, steps, left)))

    def _beat(self) -> None:
        if time.monotonic() - self._beat_at >= BEAT_EVERY_S:
            self._beat_at = time.monotonic()
            beat = Frame(self._number, b"")
            for subscriber in list(self._subscribers):
                subscriber.put(beat)

    # -- running ----------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Tick until stopped."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop ticking and end every subscription."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        for subscriber in list(self._subscribers):
            subscriber.close()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._tick_s)
            self.tick()
            self._beat()


def _told(key: str, held: _Held) -> Shown | Step:
    """What has to be said of a craft: all, or only where it is when it looks as it did."""
    last = held.last
    looks = (last.device_claim, last.title, last.region_code, last.anchored, last.segment_count > 1, last.flags)
    if held.told != looks:
        held.told = looks
        return _shown(key, held)
    at_ms = int(last.at.timestamp() * 1000)
    lon, lat = round(last.lon, 6), round(last.lat, 6)
    return Step(key, lon, lat, at_ms, held.state, last.sog_mps, last.cog_deg, last.heading_deg)


def _shown(key: str, held: _Held) -> Shown:
    last = held.last
    return Shown(
        key,
        last.lon,
        last.lat,
        last.at,
        held.state,
        last.device_claim,
        last.title,
        last.region_code,
        last.sog_mps,
        last.cog_deg,
        last.heading_deg,
        last.accuracy_m,
        last.anchored,
        last.segment_count > 1,
        last.flags,
    )


def _seen(region_code: str, regions: tuple[str, ...]) -> bool:
    return any(region_code.startswith(prefix) for prefix in regions)
