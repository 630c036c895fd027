"""Follow-ups: which are due, running their flow, and what becomes of one that does not go through.

Each is done exactly once in effect: the transaction that records what the flow asked for takes the follow-up
away. What a flow does outside (a message sent) may happen twice after a crash and carries a key for that.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from tidehub.hub.handle import Job
from tidehub.hub.hub import Hub
from tidehub.hub.log import Recorded
from tidehub.hub.statement import sql
from tidehub.hub.transaction import Transaction
from tidehub.kernel.access import platform_actor
from tidehub.kernel.errors import Refusal, Unavailable
from tidehub.kernel.facts import Command
from tidehub.kernel.instants import to_us

Flow = Callable[[Recorded, Any], Awaitable[Sequence[Command]]]
"""What follows a fact: ``async flow(recorded, context) -> commands``. It may read; it writes nothing."""

CONFLICTS_MAX = 10
CONFLICT_S, CONFLICT_S_MAX = 0.2, 60.0
BUGS_MAX = 3
BUG_S, BUG_S_MAX = 5.0, 60.0
UNAVAILABLE_S, UNAVAILABLE_S_MAX = 1.0, 600.0
LEASE_S = 120
PROBLEM_CHARACTERS_MAX = 4000

logger = logging.getLogger(__name__)

# Only the oldest of a chain is due: the follow-ups of one chain run in the order of their facts. One that
# is parked steps aside.
_IS_DUE = (
    " f.state = 'open' AND f.due_us <= :now_us AND NOT (f.id = ANY(:busy)) AND NOT EXISTS"
    " (SELECT 1 FROM follow_up e WHERE e.stream = f.stream AND e.id < f.id AND e.state = 'open')"
)
_DUE = sql(
    f"SELECT f.id, f.stream, f.version, f.flow, f.attempts FROM follow_up f WHERE{_IS_DUE} ORDER BY f.id LIMIT :limit",
    short=True,
)
_CLAIM = sql(
    f"WITH due AS (SELECT f.id FROM follow_up f WHERE{_IS_DUE} ORDER BY f.due_us, f.id LIMIT :limit"
    " FOR UPDATE SKIP LOCKED) UPDATE follow_up SET due_us = :lease_us FROM due WHERE follow_up.id = due.id"
    " RETURNING follow_up.id, stream, version, flow, attempts"
)
_LATER = sql(
    "UPDATE follow_up SET attempts = attempts + 1, due_us = :due_us, state = :state, problem = :problem"
    " WHERE id = :id AND state = 'open'"
)


class DueFollowUp(msgspec.Struct, frozen=True):
    """A follow-up whose turn it is."""

    id: int
    stream: str
    version: int
    flow: str
    attempts: int


async def due_follow_ups(hub: Hub, busy: Iterable[int], limit: int) -> list[DueFollowUp]:
    """Whose turn it is, in order, without those that this worker has in hand."""
    now_us = to_us(hub.clock.now())
    return [_due(row) for row in await hub.fetch(_DUE, now_us=now_us, busy=list(busy), limit=limit)]


async def claim_follow_ups(hub: Hub, busy: Iterable[int], limit: int) -> list[DueFollowUp]:
    """Take follow-ups in hand so that other nodes leave them alone for ``LEASE_S`` seconds.

    On SQLite there is one worker, so looking is enough. A node that dies lets go when the time is over.
    """
    if hub.store.dialect == "sqlite":
        return await due_follow_ups(hub, busy, limit)
    now_us = to_us(hub.clock.now())
    lease_us = now_us + LEASE_S * 1_000_000
    mine = list(busy)

    async def claim(tx: Transaction) -> list[DueFollowUp]:
        rows = await tx.fetch(_CLAIM, now_us=now_us, busy=mine, limit=limit, lease_us=lease_us)
        return sorted((_due(row) for row in rows), key=lambda due: due.id)

    if not await hub.fetch(_DUE, now_us=now_us, busy=mine, limit=1):
        return []  # nothing to take: spares a transaction at each beat
    return await hub.store.write(claim)


def _due(row: Any) -> DueFollowUp:
    return DueFollowUp(row["id"], row["stream"], row["version"], row["flow"], row["attempts"])


async def run_follow_up(hub: Hub, flow: Flow, context: Any, due: DueFollowUp) -> None:
    """Run a flow and record what it asks for, taking the follow-up away in the same transaction.

    Raises
    ------
    Exception
        Whatever kept it from being done; see :func:`put_off`.
    """
    recorded = await hub.fact(f"{due.stream}@{due.version}")
    commands = tuple(await flow(recorded, context))
    by = platform_actor(f"flow/{due.flow}")
    await hub.store.submit(Job(commands, by, cause=recorded.id, follow_up=due.id))


async def put_off(hub: Hub, due: DueFollowUp, error: Exception) -> None:
    """Decide what becomes of a follow-up that did not go through, and write it down.

    A conflict is tried again from fresh data, some times; the outside being down, without end; our own
    mistake a few times, loudly. What is left is parked for the operator, never dropped.
    """
    delay_s, state = again(error, due.attempts)
    if state == "parked" or not isinstance(error, (Refusal, Unavailable)):
        logger.error("follow-up %s of %s@%d: %s", due.flow, due.stream, due.version, state, exc_info=error)
    row = {
        "id": due.id,
        "due_us": to_us(hub.clock.now() + timedelta(seconds=delay_s)),
        "state": state,
        "problem": problem_of(error),
    }

    async def later(tx: Transaction) -> None:
        await tx.execute(_LATER, **row)

    await hub.store.write(later)


def again(error: Exception, attempts: int) -> tuple[float, str]:
    """After how many seconds to try again, and whether it is still ``open`` or ``parked``.

    Parameters
    ----------
    error
        What happened.
    attempts
        How often it had been tried before this time.
    """
    if isinstance(error, Unavailable):
        return error.retry_after_s or _backoff(UNAVAILABLE_S, UNAVAILABLE_S_MAX, attempts), "open"
    if isinstance(error, Refusal):
        # "Busy" says nothing about the matter itself, so it does not count against it.
        if error.kind.category == "too_many":
            return _backoff(UNAVAILABLE_S, UNAVAILABLE_S_MAX, attempts), "open"
        if error.kind.category == "conflict" and attempts + 1 < CONFLICTS_MAX:
            return _backoff(CONFLICT_S, CONFLICT_S_MAX, attempts), "open"
        return 0.0, "parked"
    if attempts + 1 < BUGS_MAX:
        return _backoff(BUG_S, BUG_S_MAX, attempts), "open"
    return 0.0, "parked"


def _backoff(first_s: float, max_s: float, attempts: int) -> float:
    return float(min(max_s, first_s * 2 ** min(attempts, 20)))


def problem_of(error: Exception) -> str:
    """What the operator reads: the refusal, what is down, or the trace of our mistake."""
    if isinstance(error, Refusal):
        return str(error)
    if isinstance(error, Unavailable):
        return f"unavailable: {error.what}"
    return "".join(traceback.format_exception(error))[-PROBLEM_CHARACTERS_MAX:]
