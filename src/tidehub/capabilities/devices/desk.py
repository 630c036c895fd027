"""The desk where positions arrive (定位接入): judge, store in batches, and turn what they mean into commands.

A sender is answered after its fixes are on disk. What they mean is asked of the hub right after; a crash
between the two loses nothing, because a restart replays the fixes that the last saved state does not include,
and the decisions add nothing when they are asked twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from tidehub.capabilities.devices import ring
from tidehub.capabilities.devices.board import PositionBoard
from tidehub.capabilities.devices.facts import (
    CircleDropped,
    CircleWatched,
    DeviceFellSilent,
    DeviceHeardAgain,
)
from tidehub.capabilities.devices.model import Aged, Circle, DeskSettings, LastPosition
from tidehub.capabilities.devices.outbox import Outbox
from tidehub.capabilities.devices.ports import DeviceDirectory
from tidehub.capabilities.devices.queries import aged
from tidehub.capabilities.devices.ring import Batch
from tidehub.capabilities.devices.tables import load_circles, load_silent_ids
from tidehub.capabilities.devices.tracker import CircleState, ClaimState, Tracker
from tidehub.hub.log import Recorded
from tidehub.hub.store import Store
from tidehub.kernel.errors import Refusal, Unavailable
from tidehub.kernel.instants import Clock, to_us
from tidehub.methods.tracking import Fix, IdentityClaim, Problem

_LOG = logging.getLogger(__name__)
_REPLAY_TOGETHER = 5000


class _Load(NamedTuple):
    """What goes to the disk together, and who waits for it."""

    batch: Batch
    stored: asyncio.Future[None]
    moved: dict[str, LastPosition]


class PositionDesk:
    """Takes fixes from every door.

    Parameters
    ----------
    store, clock, directory
        Where to write, what time it is, and whose device a claim belongs to.
    board
        Gets every stored last position, when there is one.
    sleep
        Replaced by stories that move their clock by hand.

    Attributes
    ----------
    accepted_count, rejected_count, problem_count
        Since the start; ``accepted + rejected + problems`` is exactly what came in.
    failing
        Why the store does not take telemetry now, or ``""``.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        directory: DeviceDirectory,
        *,
        settings: DeskSettings | None = None,
        board: PositionBoard | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._clock = clock
        self._directory = directory
        self._settings = settings or DeskSettings()
        assert 0 <= self._settings.node <= 3
        self._board = board
        self._sleep = sleep
        self._tracker = Tracker()
        self._batch = Batch()
        self._stored: asyncio.Future[None] | None = None
        self._unwritten: _Load | None = None  # refused by the store, tried again before anything newer
        self._outbox = Outbox(store, self.notice)
        self._lasts_due: set[str] = set()
        self._states_due: set[str] = set()
        self._next_id = 0
        self._last_fix_id = 0
        self._asked_at: datetime | None = None
        self._lasts_at: datetime | None = None
        self._saved_at: datetime | None = None
        self._trimmed_day = -1
        self._tasks: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()
        self._flushing = asyncio.Lock()
        self.accepted_count = 0
        self.rejected_count = 0
        self.problem_count = 0
        self.failing = ""

    # -- life -------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Load what is known, replay what the saved state does not include, and begin to work."""
        await self._load()
        self._tasks = [
            asyncio.create_task(self._write_for_ever()),
            asyncio.create_task(self._beat_for_ever()),
        ]

    async def stop(self) -> None:
        """Store what was accepted, save the state, and stop."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self.flush()
        await self._outbox.submit()
        self._saved_at = None
        await self.flush()

    async def _load(self) -> None:
        now = self._clock.now()
        tracker = self._tracker
        newest = await ring.newest_id(self._store)
        self._next_id = ((newest >> 2) + 1 << 2) | self._settings.node
        tracker.silent = await load_silent_ids(self._store)
        saved = await ring.load_states(self._store, "claim")
        for claim, body in saved.items():
            tracker.states[claim] = msgspec.json.decode(body, type=ClaimState)
        await self._ask_directory(list(saved), now)
        await self._expect(now)
        stays = await ring.load_states(self._store, "circle")
        for circle in await load_circles(self._store):
            stay = stays.get(circle.circle_id)
            state = None if stay is None else msgspec.json.decode(stay, type=CircleState)
            tracker.watch(circle, state)
        tracker.remember_heard()
        for told in (await ring.load_states(self._store, "outbox")).values():
            self._outbox.load(told)
        await self._replay(await ring.load_mark(self._store), now)
        if self._board is not None:
            for claim in tracker.states:
                last = tracker.last(claim)
                if last is not None:
                    self._board.put(last)

    async def _replay(self, mark: int, now: datetime) -> None:
        self._last_fix_id = mark
        while fixes := await ring.fixes_after(self._store, mark, _REPLAY_TOGETHER):
            unknown = {fix.device_claim for _, fix in fixes} - self._tracker.devices.keys()
            await self._ask_directory(list(unknown), now)
            for fix_id, fix in fixes:
                _, _, news = self._tracker.take(fix_id, fix)
                self._outbox.extend(news)
            mark = self._last_fix_id = fixes[-1][0]

    # -- the door ---------------------------------------------------------------------------------------

    async def accept(self, fixes: list[Fix], problems: list[Problem]) -> None:
        """Take what a door decoded; returns when it is on disk.

        Raises
        ------
        Unavailable
            The disk or the directory does not keep up; nothing of this call was taken, so send it again.
        """
        waiting = len(self._batch.fixes) + (len(self._unwritten.batch.fixes) if self._unwritten else 0)
        if waiting + len(fixes) > self._settings.waiting_max:
            raise Unavailable("telemetry store", retry_after_s=1)
        unknown = {fix.device_claim for fix in fixes if fix.device_claim not in self._tracker.devices}
        if unknown:
            await self._ask_directory(list(unknown), self._clock.now())
        for fix in fixes:
            self._take(fix)
        self._take_problems(problems)
        await self._wait()

    async def accept_identities(self, claims: list[IdentityClaim]) -> None:
        """Take what stations say about themselves (name, call sign, size); the newest is kept."""
        for told in claims:
            self._batch.identities.append(ring.identity_row(told.device_claim, told.received_at, told))
        await self._wait()

    def _take(self, fix: Fix) -> None:
        now_us = to_us(fix.received_at)
        fix_id = max(self._next_id, ring.id_at(fix.received_at, self._settings.node))
        self._next_id = fix_id + 4
        self._last_fix_id = fix_id
        subject, verdict, news = self._tracker.take(fix_id, fix)
        self._batch.fixes.append(ring.fix_row(fix_id, subject, fix, verdict))
        day = now_us // ring.DAY_US
        if verdict.accepted:
            self.accepted_count += 1
            self._batch.count(day, fix.source, "accepted")
        else:
            self.rejected_count += 1
            self._batch.count(day, fix.source, str(verdict.reason))
        self._outbox.extend(news)

    def _take_problems(self, problems: Sequence[Problem]) -> None:
        kept: dict[tuple[str, str], int] = {}
        for problem in problems:
            self.problem_count += 1
            received_us = to_us(problem.received_at)
            self._batch.count(received_us // ring.DAY_US, problem.source, problem.reason.value)
            key = (problem.source, problem.reason.value)
            kept[key] = kept.get(key, 0) + 1
            if kept[key] <= self._settings.problem_rows_max:
                problem_id = max(self._next_id, ring.id_at(problem.received_at, self._settings.node))
                self._next_id = problem_id + 4
                self._batch.problems.append(ring.problem_row(problem_id, problem))

    async def _wait(self) -> None:
        if not self._batch:
            return
        if self._stored is None:
            self._stored = asyncio.get_running_loop().create_future()
        self._wake.set()
        await asyncio.shield(self._stored)

    # -- the directory ----------------------------------------------------------------------------------

    async def _ask_directory(self, claims: Sequence[str], now: datetime) -> None:
        if not claims:
            return
        found = await self._directory.devices(claims, now)
        for claim in claims:
            self._tracker.devices[claim] = found.get(claim)

    async def _expect(self, now: datetime) -> None:
        self._tracker.expect(await self._directory.expected(now), now)

    def forget(self, claims: Iterable[str] | None = None) -> None:
        """Ask the directory anew at the next fix: a register has changed. ``None``: about everybody."""
        if claims is None:
            self._tracker.devices.clear()
        else:
            for claim in claims:
                self._tracker.devices.pop(claim, None)

    # -- writing ----------------------------------------------------------------------------------------

    async def _write_for_ever(self) -> None:
        wait_s = 0.1
        while True:
            await self._wake.wait()
            await self._sleep(self._settings.linger_s)
            self._wake.clear()
            try:
                await self.flush()
                wait_s = 0.1
            except Exception:  # the batch stays, its senders wait, the operator sees why
                _LOG.exception("telemetry could not be stored; it is tried again in %.1f s", wait_s)
                self._wake.set()
                await self._sleep(wait_s)
                wait_s = min(wait_s * 2.0, 5.0)
                continue
            try:
                await self._outbox.submit()
            except Exception:  # the facts wait for the next beat; the writing goes on
                _LOG.exception("what positions meant could not be asked")

    async def flush(self) -> None:
        """Store now what was taken, with the states that are due. Whoever is cancelled here leaves it
        whole."""
        await asyncio.shield(asyncio.ensure_future(self._flush()))

    async def _flush(self) -> None:
        async with self._flushing:
            if self._unwritten is not None:  # older ones first, then what came meanwhile
                await self._write(self._unwritten)
            self._unwritten = self._gather()
            await self._write(self._unwritten)

    async def _write(self, load: _Load) -> None:
        if load.batch:
            try:
                await self._store.write(load.batch.write)
            except Exception as error:
                load.batch.tried = True  # perhaps it is on disk all the same
                self.failing = f"{type(error).__name__}: {error}"[:200]
                raise
        self._unwritten, self.failing = None, ""
        if not load.stored.done():
            load.stored.set_result(None)
        if self._board is not None:
            for last in load.moved.values():
                self._board.put(last)

    def _gather(self) -> _Load:
        """Take all that waits, in one step without a pause, so that the saved state fits the fixes."""
        batch, stored = self._batch, self._stored
        self._batch, self._stored = Batch(), None
        now = self._clock.now()
        moved, self._tracker.moved = self._tracker.moved, set()
        self._states_due |= moved
        self._lasts_due |= moved
        lasts = self._tracker.lasts(moved) if self._board is not None else {}
        if _due(self._lasts_at, now, self._settings.last_every_s):
            self._lasts_at = now
            batch.lasts = [*lasts.values(), *self._tracker.lasts(self._lasts_due - lasts.keys()).values()]
            self._lasts_due = set()
        if _due(self._saved_at, now, self._settings.checkpoint_every_s):
            self._saved_at = now
            self._save_states(batch, now)
        return _Load(batch, stored or asyncio.get_running_loop().create_future(), lasts)

    def _save_states(self, batch: Batch, now: datetime) -> None:
        tracker = self._tracker
        for claim in self._states_due & tracker.states.keys():
            batch.states.append(ring.state_row("claim", claim, now, tracker.states[claim]))
        self._states_due = set()
        for circle_id in tracker.touched_circles:
            state = tracker.circle_state(circle_id)
            if state is None:
                batch.forgotten.append({"kind": "circle", "key": circle_id})
            else:
                batch.states.append(ring.state_row("circle", circle_id, now, state))
        tracker.touched_circles = set()
        outbox = self._outbox.dump()
        batch.states.append(ring.state_row("outbox", f"node{self._settings.node}", now, outbox))
        batch.states.append(ring.state_row("mark", "fix", now, self._last_fix_id))

    # -- what it means ----------------------------------------------------------------------------------

    def notice(self, recorded: Sequence[Recorded]) -> None:
        """Learn from committed facts: circles begun and ended, devices silent and heard.

        Call it for each commit.
        """
        for one in recorded:
            fact = one.fact
            if isinstance(fact, CircleWatched):
                self._tracker.watch(_circle_of(fact, one.at))
            elif isinstance(fact, CircleDropped):
                if self._tracker.drop(fact.circle_id):
                    self._tracker.touched_circles.add(fact.circle_id)
            elif isinstance(fact, DeviceFellSilent):
                self._tracker.silent.add(fact.device_id)
            elif isinstance(fact, DeviceHeardAgain):
                self._tracker.silent.discard(fact.device_id)
            elif one.kind == "CaseClosed":
                self._tracker.touched_circles.update(self._tracker.drop_case(str(getattr(fact, "case_id", ""))))

    # -- the beat ---------------------------------------------------------------------------------------

    async def _beat_for_ever(self) -> None:
        while True:
            await self._sleep(self._settings.beat_every_s)
            try:
                await self.beat()
            except (Refusal, Unavailable) as error:
                _LOG.warning("the beat of positions was missed: %s", error)
            except Exception:  # a beat that breaks must not be the last
                _LOG.exception("the beat of positions broke")

    async def beat(self) -> None:
        """Look through silences and circles, save what is due, drop what is old. It runs by itself too."""
        now = self._clock.now()
        if _due(self._asked_at, now, self._settings.directory_every_s):
            self._asked_at = now
            await self._ask_directory(list(self._tracker.devices), now)
            await self._expect(now)
        await self._look_at_circles()
        waiting = self._outbox.silent_ids()
        self._outbox.extend(one for one in self._tracker.silences(now) if one.device_id not in waiting)
        await self.flush()
        await self._outbox.submit()
        await self._trim(now)

    async def _look_at_circles(self) -> None:
        """Follow the table: another process may have written it."""
        circles = await load_circles(self._store)
        gone = self._tracker.circle_ids() - {circle.circle_id for circle in circles}
        for circle in circles:
            self._tracker.watch(circle)
        for circle_id in gone:
            self._tracker.drop(circle_id)
        self._tracker.touched_circles |= gone

    async def _trim(self, now: datetime) -> None:
        day = to_us(now) // ring.DAY_US
        if day == self._trimmed_day:
            return
        settings = self._settings
        before = now - timedelta(days=settings.keep_last_days)
        gone = await self._store.write(
            lambda tx: ring.trim(
                tx,
                fixes_before=now - timedelta(days=settings.keep_fixes_days),
                problems_before=now - timedelta(days=settings.keep_problems_days),
                before=before,
            )
        )
        if gone == 0:  # a slice at a time, so that nobody waits for it
            self._tracker.forget_before(before)
            self._trimmed_day = day

    # -- reading ----------------------------------------------------------------------------------------

    def last(self, claim: str) -> LastPosition | None:
        """Last position of a claim, from memory."""
        return self._tracker.last(claim)

    def aged(self, claim: str) -> Aged | None:
        """Last position of a claim with its age now."""
        last = self._tracker.last(claim)
        return None if last is None else aged(last, self._clock.now())


def _due(at: datetime | None, now: datetime, every_s: float) -> bool:
    return at is None or (now - at).total_seconds() >= every_s or now < at


def _circle_of(fact: CircleWatched, watched_at: datetime) -> Circle:
    return Circle(
        circle_id=fact.circle_id,
        unit_id=fact.unit_id,
        centre=fact.centre,
        radius_m=fact.radius_m,
        watched_at=watched_at,
        dwell_s=fact.dwell_s,
        speed_mps_max=fact.speed_mps_max,
        from_position=fact.from_position,
        case_id=fact.case_id,
        job_id=fact.job_id,
        region_code=fact.region_code,
    )
