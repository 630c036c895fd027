"""Many jobs in one transaction, so that they share one flush of the disk; the same for every engine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tidehub.hub.handle import Job, carry_out, carry_out_many
from tidehub.hub.log import Recorded
from tidehub.hub.registry import Handler, Registry
from tidehub.hub.transaction import Transaction
from tidehub.kernel.errors import Refusal, Unavailable

Work = Job | Callable[[Transaction], Awaitable[Any]]


class Waiting(NamedTuple):
    """One thing to write and the future that waits for it."""

    work: Work
    future: asyncio.Future[Any]


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


async def wait_for_each(
    begin: Callable[[Job], asyncio.Future[Any]], jobs: Sequence[Job]
) -> list[list[Recorded] | BaseException]:
    """Begin many jobs at once and wait for all; what is refused at the door stands in its place too."""
    begun: list[asyncio.Future[Any] | BaseException] = []
    for job in jobs:
        try:
            begun.append(begin(job))
        except (Refusal, Unavailable) as error:
            begun.append(error)
    futures = [one for one in begun if isinstance(one, asyncio.Future)]
    done = iter(await asyncio.gather(*futures, return_exceptions=True))
    return [one if isinstance(one, BaseException) else next(done) for one in begun]
