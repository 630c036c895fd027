"""Facts in the order of the log, whichever lane or node committed them.

Lanes of this node report what they committed; facts of other nodes show as a gap or are noticed by looking.
Both are handed on in the order of their numbers, each exactly once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence

from tidehub.hub.log import Recorded
from tidehub.hub.store import Committed
from tidehub.kernel.errors import Unavailable

GAP_S = 0.05  # how long a gap may close by itself (a neighbour's answer on its way) before the log is read
PAGE = 1000

logger = logging.getLogger(__name__)


class Tail:
    """Hands facts on in order.

    Parameters
    ----------
    deliver
        Called in the event loop with facts that follow those before.
    read_after, last_seq
        The log.
    seq
        Where it begins: the last fact that is not handed on.
    look_s
        How often to look for facts of other nodes.
    """

    def __init__(
        self,
        deliver: Committed,
        read_after: Callable[[int, int], Awaitable[Sequence[Recorded]]],
        last_seq: Callable[[], Awaitable[int]],
        seq: int,
        look_s: float,
    ) -> None:
        self._deliver = deliver
        self._read_after = read_after
        self._last_seq = last_seq
        self._seq = seq
        self._look_s = look_s
        self._parts: dict[int, Sequence[Recorded]] = {}
        self._gap = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._look_for_ever(), name="tail")

    async def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def add(self, facts: Sequence[Recorded]) -> None:
        """Take what a lane of this node has committed."""
        self._parts[facts[0].seq] = facts
        self._hand_on()
        if self._parts:
            self._gap.set()

    def _hand_on(self) -> None:
        while part := self._parts.pop(self._seq + 1, None):
            self._seq = part[-1].seq
            self._deliver(part)
        for first in [first for first in self._parts if first <= self._seq]:  # already read from the log
            del self._parts[first]

    async def _look_for_ever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._gap.wait(), self._look_s)
                await asyncio.sleep(GAP_S)
            self._gap.clear()
            try:
                await self._catch_up()
            except Unavailable:
                logger.warning("the log cannot be read; trying again")
            except Exception:
                logger.exception("handing on facts failed; trying again")

    async def _catch_up(self) -> None:
        while self._seq < await self._last_seq():
            before = self._seq
            for fact in await self._read_after(before, PAGE):
                if fact.seq == self._seq + 1:  # a lane may have reported meanwhile
                    self._seq = fact.seq
                    self._deliver([fact])
            self._hand_on()
            if self._seq == before:
                return
