"""Timers: which are due, firing them, and what becomes of one that is refused.

A timer is taken away by the transaction that records what its firing asked for, so it fires once, however
many workers look at it and whenever one of them dies.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from tidehub.hub.handle import Job
from tidehub.hub.hub import Hub
from tidehub.hub.registry import DueTimer
from tidehub.hub.statement import sql
from tidehub.hub.transaction import Transaction
from tidehub.kernel.access import platform_actor
from tidehub.kernel.errors import Refusal, Unavailable
from tidehub.kernel.instants import from_us, to_us
from tidehub.worker.follow_ups import LEASE_S, again, problem_of

logger = logging.getLogger(__name__)

_COLUMNS = "key, kind, stream, due_us, payload, cause"
_DUE = sql(
    f"SELECT {_COLUMNS} FROM timer WHERE state = 'open' AND try_us <= :now_us AND NOT (key = ANY(:busy))"
    " ORDER BY try_us, key LIMIT :limit",
    short=True,
)
_CLAIM = sql(
    "WITH due AS (SELECT t.key FROM timer t WHERE t.state = 'open' AND t.try_us <= :now_us"
    " ORDER BY t.try_us, t.key LIMIT :limit FOR UPDATE SKIP LOCKED)"
    " UPDATE timer SET try_us = :lease_us FROM due WHERE timer.key = due.key"
    " RETURNING timer.key, kind, stream, due_us, payload, cause"
)
_LATER = sql(
    "UPDATE timer SET attempts = attempts + 1, try_us = :try_us, state = :state, problem = :problem"
    " WHERE key = :key AND due_us = :due_us AND state = 'open'"
)
_ATTEMPTS = sql("SELECT attempts FROM timer WHERE key = :key AND due_us = :due_us", short=True)


async def due_timers(hub: Hub, busy: Iterable[str], limit: int) -> list[DueTimer]:
    """Timers whose time has come, earliest first, without those that this worker has in hand."""
    now_us = to_us(hub.clock.now())
    return [_due(row) for row in await hub.fetch(_DUE, now_us=now_us, busy=list(busy), limit=limit)]


async def claim_timers(hub: Hub, busy: Iterable[str], limit: int) -> list[DueTimer]:
    """Take due timers in hand so that other nodes leave them alone; see ``claim_follow_ups``."""
    found = await due_timers(hub, busy, limit if hub.store.dialect == "sqlite" else 1)
    if hub.store.dialect == "sqlite" or not found:
        return found
    now_us = to_us(hub.clock.now())

    async def claim(tx: Transaction) -> list[DueTimer]:
        rows = await tx.fetch(_CLAIM, now_us=now_us, limit=limit, lease_us=now_us + LEASE_S * 1_000_000)
        return [_due(row) for row in rows]

    return await hub.store.write(claim)


def _due(row: Any) -> DueTimer:
    return DueTimer(row["key"], row["kind"], row["stream"], from_us(row["due_us"]), row["payload"], row["cause"])


async def fire(hub: Hub, due: DueTimer) -> None:
    """Fire one: ask for what its kind asks for, taking it away in the same transaction.

    Raises
    ------
    Exception
        Whatever kept it from firing; see :func:`put_off`.
    """
    commands = tuple(hub.registry.on_timer[due.kind](due))
    by = platform_actor(f"timer/{due.kind}")
    await hub.store.submit(Job(commands, by, cause=due.cause, fired=due))


async def put_off(hub: Hub, due: DueTimer, error: Exception) -> None:
    """Decide what becomes of a timer that did not go through, by the same rules as a follow-up."""
    due_us = to_us(due.due_at)
    known = await hub.fetch_one(_ATTEMPTS, key=due.key, due_us=due_us)
    delay_s, state = again(error, known["attempts"] if known else 0)
    if state == "parked" or not isinstance(error, (Refusal, Unavailable)):
        logger.error("timer %s of %s: %s", due.key, due.stream, state, exc_info=error)
    row = {
        "key": due.key,
        "due_us": due_us,
        "try_us": to_us(hub.clock.now() + timedelta(seconds=delay_s)),
        "state": state,
        "problem": problem_of(error),
    }

    async def later(tx: Transaction) -> None:
        await tx.execute(_LATER, **row)

    await hub.store.write(later)
