"""Live positions for screens: merged per tick, encoded once, fanned out through bounded queues (SSE 推送)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from datetime import datetime

import msgspec

from tidehub.capabilities.devices.model import LastPosition
from tidehub.kernel.instants import Clock
from tidehub.methods.tracking import FreshnessState, Timeouts, freshness

_encode = msgspec.json.Encoder().encode
_DEFAULT = Timeouts()
AGE_EVERY_S = 5.0
"""How often those that said nothing are looked through; the others are aged whenever they speak."""


class Frame(msgspec.Struct, frozen=True):
    """One tick's news, encoded once for everybody who may see the same."""

    number: int
    data: bytes


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


class _Message(msgspec.Struct, frozen=True):
    frame: int
    at: datetime
    whole: bool
    moved: list[Shown]
    gone: list[str]


class _Held:
    __slots__ = ("last", "state")

    def __init__(self, last: LastPosition, state: FreshnessState) -> None:
        self.last = last
        self.state = state


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
    Cost per tick: one encoding for each distinct set of regions watched, and one queue entry per screen.
    """

    def __init__(self, clock: Clock, *, tick_s: float = 1.0, frames_max: int = 8) -> None:
        self._clock = clock
        self._tick_s = tick_s
        self._frames_max = frames_max
        self._held: dict[str, _Held] = {}
        self._changed: dict[str, None] = {}
        self._gone: dict[str, str] = {}  # id to region
        self._subscribers: set[Subscriber] = set()
        self._task: asyncio.Task[None] | None = None
        self._number = 0
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
        age = freshness(last, last.at, now, last.timeouts or _DEFAULT, anchored=last.anchored)
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
        """Give everything that these regions show now, as one frame."""
        now = self._clock.now()
        self.refresh(now)
        shown = [self._shown(key, held) for key, held in self._held.items() if _seen(held.last.region_code, regions)]
        return Frame(self._number, _encode(_Message(self._number, now, True, shown, [])))

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
        if not self._subscribers:
            return 0
        frames: dict[tuple[str, ...], Frame | None] = {}
        sent = 0
        for subscriber in list(self._subscribers):
            regions = subscriber.regions
            if regions not in frames:
                frames[regions] = self._frame(now, changed, gone, regions)
            frame = frames[regions]
            if frame is not None:
                subscriber.put(frame)
                sent += 1
        return sent

    def _frame(self, now: datetime, changed: list[str], gone: dict[str, str], regions: tuple[str, ...]) -> Frame | None:
        moved = [
            self._shown(key, held) for key in changed if _seen((held := self._held[key]).last.region_code, regions)
        ]
        left = [key for key, region in gone.items() if _seen(region, regions)]
        if not (moved or left):
            return None
        return Frame(self._number, _encode(_Message(self._number, now, False, moved, left)))

    @staticmethod
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


def _seen(region_code: str, regions: tuple[str, ...]) -> bool:
    return any(region_code.startswith(prefix) for prefix in regions)
