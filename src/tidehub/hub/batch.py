"""Many jobs in one transaction, so that they share one flush of the disk; the same for every engine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from tidehub.hub.handle import Job, carry_out, carry_out_many
from tidehub.hub.log import Recorded
from tidehub.hub.registry import Handler, Registry
from tidehub.hub.transaction import Transaction
from tidehub.kernel.errors import Refusal, Unavailable

Work = Job | Callable[[Transaction], Awaitable[Any]]


class Waiter(Protocol):
    """Who waits for an answer: an asyncio future, or a place among many."""

    def done(self) -> bool:
        """Whether nobody waits any more."""
        ...

    def set_result(self, result: Any) -> None:
        """Give the answer."""
        ...

    def set_exception(self, error: BaseException) -> None:
        """Say why it was not done."""
        ...


class Waiting(NamedTuple):
    """One thing to write and who waits for it."""

    work: Work
    future: Waiter


async def run_batch(tx: Transaction, registry: Registry, batch: Sequence[Waiting], now: datetime) -> list[Any]:
    """Carry out a batch in one transaction; for each its answer, or its Refusal with nothing written.

    Any other error leaves the function: then the transaction is undone and the batch is halved until the
    one that breaks stands alone.
    """
    results: list[Any] = [None] * len(batch)
    bulk: dict[Handler, list[int]] = {}
    single: list[int] = []
    for place, waiting in enumerate(batch):
        handler = _bulk_handler(registry, waiting.work)
        if handler is None:
            single.append(place)
        else:
            bulk.setdefault(handler, []).append(place)
    for handler, places in bulk.items():
        jobs: list[Any] = [batch[place].work for place in places]
        for place, result in zip(places, await carry_out_many(tx, registry, handler, jobs, now), strict=True):
            results[place] = result
    for place in single:
        try:
            results[place] = await _run_one(tx, registry, batch[place].work, now)
        except Refusal as refusal:  # decided before anything was written, or undone
            results[place] = refusal
    return results


async def _run_one(tx: Transaction, registry: Registry, work: Work, now: datetime) -> Any:
    if isinstance(work, Job):
        return await carry_out(tx, registry, work, now)
    async with tx.all_or_nothing():
        return await work(tx)


def _bulk_handler(registry: Registry, work: Work) -> Handler | None:
    """Which set-based handler, if any, may take this work together with its like."""
    if not isinstance(work, Job) or len(work.commands) != 1 or work.fired or work.follow_up is not None:
        return None
    handler = registry.handlers[type(work.commands[0])]
    return handler if handler.load_many is not None else None


def give_answers(batch: Sequence[Waiting], results: Sequence[Any]) -> None:
    """Answer everybody who still waits; a caller who has gone changes nothing of what was written."""
    for waiting, result in zip(batch, results, strict=True):
        if waiting.future.done():
            continue
        if isinstance(result, BaseException):
            waiting.future.set_exception(result)
        else:
            waiting.future.set_result(result)


class _Together:
    """Many jobs that one caller waits for with one future; each has its place in the answer."""

    def __init__(self, count: int) -> None:
        self.answers: list[Any] = [None] * count
        self.open = count
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def answer(self, place: int, answer: Any) -> None:
        self.answers[place] = answer
        self.open -= 1
        if self.open == 0 and not self.future.done():
            self.future.set_result(None)


class _Place:
    """What stands for the future of one job among many; an asyncio future for each costs five times as much."""

    __slots__ = ("_place", "_together")

    def __init__(self, together: _Together, place: int) -> None:
        self._together = together
        self._place = place

    def done(self) -> bool:
        """Whether nobody waits any more."""
        return self._together.future.done()

    def set_result(self, result: Any) -> None:
        """Give this job's answer."""
        self._together.answer(self._place, result)

    def set_exception(self, error: BaseException) -> None:
        """Say why this job was not done."""
        self._together.answer(self._place, error)


async def wait_for_each(
    begin: Callable[[Job, Waiter], None], jobs: Sequence[Job]
) -> list[list[Recorded] | BaseException]:
    """Begin many jobs at once and wait for all; what is refused at the door stands in its place too.

    Parameters
    ----------
    begin
        Puts a job into the queue with who waits for it.
    """
    if not jobs:
        return []
    together = _Together(len(jobs))
    for place, job in enumerate(jobs):
        try:
            begin(job, _Place(together, place))
        except (Refusal, Unavailable) as error:
            together.answer(place, error)
    await together.future
    return together.answers
