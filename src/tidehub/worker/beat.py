"""The beat itself: look what is due, do it, sleep until the next."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from tidehub.hub.hub import Hub
from tidehub.hub.log import Recorded
from tidehub.hub.registry import DueTimer
from tidehub.hub.statement import sql
from tidehub.kernel.errors import Refusal, Unavailable
from tidehub.kernel.instants import from_us, to_us
from tidehub.worker import follow_ups, timers
from tidehub.worker.follow_ups import DueFollowUp, Flow

SLEEP_S_MAX = 1.0
TIMERS_AT_ONCE = 500
FLOWS_AT_ONCE = 64
STEPS_MAX = 1_000_000

_NEXT_FOLLOW_UP = sql(
    "SELECT MIN(due_us) AS due_us FROM follow_up WHERE state = 'open' AND due_us > :now_us", short=True
)
_NEXT_TIMER = sql("SELECT MIN(try_us) AS due_us FROM timer WHERE state = 'open' AND try_us > :now_us", short=True)

logger = logging.getLogger(__name__)


class Worker:
    """Runs follow-ups and fires timers. Several may run on PostgreSQL, one on SQLite, beside the hub.

    Parameters
    ----------
    hub
        Opened.
    flows
        Every flow by its name in ``Registry.follows``.
    context
        Handed to each flow: readers, registers, ports, whatever ``app.py`` composes.
    """

    def __init__(self, hub: Hub, flows: Mapping[str, Flow], context: Any = None) -> None:
        named = {name for names in hub.registry.follows.values() for name in names}
        assert named <= set(flows), f"flows are named but not known: {sorted(named - set(flows))}"
        self._hub = hub
        self._flows = dict(flows)
        self._context = context
        self._waking = frozenset(hub.registry.follows) | {kind for kind, rules in hub.registry.timers.items() if rules}
        self._woken = asyncio.Event()
        self._running: dict[int, asyncio.Task[Exception | None]] = {}
        self._task: asyncio.Task[None] | None = None
        self._listening = False

    # -- in service -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to beat, in the event loop of the hub."""
        assert self._task is None, "the worker runs already"
        if not self._listening:
            self._hub.listen(self._wake_for)
            self._listening = True
        self._task = asyncio.create_task(self._beat(), name="worker")

    async def stop(self) -> None:
        """Finish what is in hand and stop. Call it before the hub closes."""
        task, self._task = self._task, None
        if task is None:
            return
        self._woken.set()
        await task
        if self._running:
            await asyncio.wait(self._running.values())

    def wake(self) -> None:
        """Look now, not only at the end of the sleep: for a clock that is moved by hand."""
        self._woken.set()

    def _wake_for(self, facts: Sequence[Recorded]) -> None:
        if any(fact.kind in self._waking for fact in facts):
            self._woken.set()

    async def _beat(self) -> None:
        while self._task is not None:
            self._woken.clear()
            try:
                if await self._round():
                    continue
                delay_s = await self._sleep_s()
            except Unavailable as unavailable:
                logger.warning("the beat waits for the %s", unavailable.what)
                delay_s = SLEEP_S_MAX
            except Exception:
                logger.exception("the beat stumbled; it goes on")
                delay_s = SLEEP_S_MAX
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), delay_s)

    async def _round(self) -> bool:
        """Do what is due; whether there may be more at once."""
        free = FLOWS_AT_ONCE - len(self._running)
        due = await follow_ups.claim_follow_ups(self._hub, self._running, free) if free > 0 else []
        for one in due:
            task = asyncio.create_task(self._follow(one), name=f"flow {one.flow}")
            self._running[one.id] = task
            task.add_done_callback(partial(self._done, one.id))
        ringing = await timers.claim_timers(self._hub, (), TIMERS_AT_ONCE)
        if ringing:
            await asyncio.gather(*(self._fire(one) for one in ringing))
        return bool(ringing)

    def _done(self, follow_up_id: int, _task: asyncio.Task[Exception | None]) -> None:
        del self._running[follow_up_id]
        self._woken.set()

    async def _sleep_s(self) -> float:
        now = self._hub.clock.now()
        due_at = await self.next_due()
        wait_s = SLEEP_S_MAX if due_at is None else (due_at - now).total_seconds()
        return min(SLEEP_S_MAX, max(0.001, wait_s))

    async def next_due(self) -> datetime | None:
        """When the next follow-up or timer after the present falls due; a story moves its clock there."""
        now_us = to_us(self._hub.clock.now())
        rows = [await self._hub.fetch_one(statement, now_us=now_us) for statement in (_NEXT_FOLLOW_UP, _NEXT_TIMER)]
        known = [row["due_us"] for row in rows if row is not None and row["due_us"] is not None]
        return from_us(min(known)) if known else None

    async def _follow(self, due: DueFollowUp) -> Exception | None:
        return await self._guarded(partial(self._run, due), partial(follow_ups.put_off, self._hub, due))

    async def _fire(self, due: DueTimer) -> Exception | None:
        return await self._guarded(partial(timers.fire, self._hub, due), partial(timers.put_off, self._hub, due))

    async def _run(self, due: DueFollowUp) -> None:
        await follow_ups.run_follow_up(self._hub, self._flows[due.flow], self._context, due)

    @staticmethod
    async def _guarded(
        do: Callable[[], Awaitable[None]], put_off: Callable[[Exception], Awaitable[None]]
    ) -> Exception | None:
        """Do it; if that fails write down when to try again. If even that fails it stays due."""
        try:
            await do()
        except Exception as error:
            try:
                await put_off(error)
            except Exception:
                logger.exception("what became of %r could not be written; it stays due", error)
                await asyncio.sleep(SLEEP_S_MAX)  # it will be found due again at once: not in a tight circle
            return error
        return None

    # -- by hand ----------------------------------------------------------------------------------------

    async def run_until_idle(self) -> int:
        """Do everything that is due now, one after the other, and nothing else; how many were done.

        For tests, stories and simulations: with a clock that is moved by hand the order, and so every id and
        number that comes of it, is the same each time. Follow-ups go before timers; what they lead to and is
        due at the same instant belongs to it.

        Raises
        ------
        Exception
            Our own mistake in a flow or timer, after it was written down: a test must not pass over it.
        """
        assert self._task is None, "the worker beats by itself; one at a time"
        for done in range(STEPS_MAX):
            ready = await follow_ups.due_follow_ups(self._hub, (), 1)
            if ready:
                error = await self._follow(ready[0])
            else:
                ringing = await timers.due_timers(self._hub, (), 1)
                if not ringing:
                    return done
                error = await self._fire(ringing[0])
            if error is not None and not isinstance(error, (Refusal, Unavailable)):
                raise error
        raise AssertionError(f"{STEPS_MAX} steps at one instant: a flow or timer feeds itself")
