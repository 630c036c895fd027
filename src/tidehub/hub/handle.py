"""The one way anything is written.

``carry_out`` is the whole of it: load what the decision needs, ask whether the actor may, decide, append the
facts, bring the tables up to date, set timers, queue what follows; all in one transaction. Commands come
from HTTP, adapters, timers and flows alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from tidehub.hub.log import Recorded, chain_hash
from tidehub.hub.registry import CancelTimer, DueTimer, Handler, Registry, SetTimer
from tidehub.hub.statement import Write, sql
from tidehub.hub.transaction import Transaction
from tidehub.kernel.access import Actor, demand
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.errors import Refusal
from tidehub.kernel.facts import Command, Fact
from tidehub.kernel.instants import to_us

_SET_TIMER = sql(
    "INSERT INTO timer (key, kind, stream, due_us, payload) VALUES (:key, :kind, :stream, :due_us, :payload)"
    " ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, stream = excluded.stream,"
    " due_us = excluded.due_us, payload = excluded.payload"
)
_CANCEL_TIMER = sql("DELETE FROM timer WHERE key = :key")
_TAKE_TIMER = sql("DELETE FROM timer WHERE key = :key AND due_us = :due_us")
_TAKE_FOLLOW_UP = sql(
    "DELETE FROM follow_up WHERE id = :id AND state = 'open' RETURNING stream, version, flow, due_us"
)
_KEEP_REFUSED = sql(
    "INSERT INTO follow_up (stream, version, flow, due_us, attempts, state, problem)"
    " VALUES (:stream, :version, :flow, :due_us, 1, 'refused', :problem)"
)


class Job(msgspec.Struct, frozen=True):
    """Commands that are carried out together or not at all.

    Parameters
    ----------
    commands
        In order; each sees what the ones before it did.
    by, cause
        Who asks, and the id of the fact that led to it.
    fired
        The timer whose firing this is: it is taken in the same transaction, so it fires once.
    follow_up
        The follow-up that this completes, taken likewise.
    """

    commands: tuple[Command, ...]
    by: Actor
    cause: str | None = None
    fired: DueTimer | None = None
    follow_up: int | None = None

    @property
    def lane(self) -> str:
        """Which chain it is about; jobs of one chain go through one writer."""
        if self.commands:
            return self.commands[0].stream
        return self.fired.stream if self.fired else ""


async def carry_out(tx: Transaction, registry: Registry, job: Job, now: datetime) -> list[Recorded]:
    """Carry out one job; its facts, or a Refusal with nothing written.

    A timer or follow-up that another has taken meanwhile gives no facts: its work is done. One whose
    commands are refused is not tried for ever: a timer no longer matters, a follow-up is kept as refused
    for the operator to see.
    """
    if job.fired is None and job.follow_up is None:
        if len(job.commands) == 1:  # decided before anything is written: nothing to undo
            return await _carry_out_commands(tx, registry, job, now)
        async with tx.all_or_nothing():
            return await _carry_out_commands(tx, registry, job, now)
    taken = await _take(tx, job)
    if taken is None:
        return []
    try:
        async with tx.all_or_nothing():
            return await _carry_out_commands(tx, registry, job, now)
    except Refusal as refusal:
        await tx.execute(_KEEP_REFUSED, **taken, problem=str(refusal))
        return []


async def _take(tx: Transaction, job: Job) -> dict[str, Any] | None:
    """Take the timer or follow-up that this job is; how to keep it if refused, or ``None`` if it is gone."""
    if job.fired is not None:
        fired = job.fired
        if not await tx.execute(_TAKE_TIMER, key=fired.key, due_us=to_us(fired.due_at)):
            return None
        return {"stream": fired.stream, "version": 0, "flow": f"timer/{fired.key}", "due_us": to_us(fired.due_at)}
    rows = await tx.fetch(_TAKE_FOLLOW_UP, id=job.follow_up)
    return {name: rows[0][name] for name in ("stream", "version", "flow", "due_us")} if rows else None


async def _carry_out_commands(tx: Transaction, registry: Registry, job: Job, now: datetime) -> list[Recorded]:
    recorded: list[Recorded] = []
    for command in job.commands:
        handler = registry.handlers[type(command)]
        state = await handler.load(tx, command)
        recorded += await _decide_and_record(tx, registry, handler, state, command, job, now)
    return recorded


async def carry_out_many(
    tx: Transaction, registry: Registry, handler: Handler, jobs: Sequence[Job], now: datetime
) -> list[list[Recorded] | Exception]:
    """Carry out many jobs of one command that is loaded set-based; an answer or a refusal for each."""
    assert handler.load_many is not None
    commands = [job.commands[0] for job in jobs]
    states = await handler.load_many(tx, commands)
    results: list[list[Recorded] | Exception] = []
    for job, command, state in zip(jobs, commands, states, strict=True):
        try:
            if tx.touched(command.stream):  # its twin stands earlier in this very batch
                state = await handler.load(tx, command)
            results.append(await _decide_and_record(tx, registry, handler, state, command, job, now))
        except Exception as error:  # given to the caller of this one job
            results.append(error)
    return results


async def _decide_and_record(
    tx: Transaction,
    registry: Registry,
    handler: Handler,
    state: Any,
    command: Command,
    job: Job,
    now: datetime,
) -> list[Recorded]:
    demand(command.rule, job.by, handler.subject(state, command) if handler.subject else None)
    if handler.admit is not None:
        handler.admit(state, command, job.by)
    recorded = []
    for fact in handler.decide(state, command, now):
        entry = await record(tx, registry, fact, now, job.by.id, job.cause)
        recorded.append(entry)
    return recorded


async def record(
    tx: Transaction, registry: Registry, fact: Fact, now: datetime, by: str, cause: str | None
) -> Recorded:
    """Chain one fact, bring the tables up to date, set its timers and queue its follow-ups."""
    fact_type = type(fact)
    kind = registry.kinds[fact_type]
    stream = fact.stream
    version, before = tx.open_chain(stream) if fact_type.opens_stream else await tx.head(stream)
    version += 1
    body = canonical_json(fact)
    at_us = to_us(now)
    entry = Recorded(
        0,
        stream,
        version,
        kind,
        now,
        by,
        cause,
        fact,
        body,
        chain_hash(before, stream, version, kind, fact_type.shape_version, at_us, by, cause, body),
    )
    tx.append(entry, registry.follows.get(kind, ()), at_us)
    for project in registry.projections[kind]:
        for write in project(entry):
            tx.write(write)
    for timers in registry.timers[kind]:
        for wish in timers(entry):
            _write_timer(tx, wish)
    return entry


def _write_timer(tx: Transaction, wish: SetTimer | CancelTimer) -> None:
    if isinstance(wish, CancelTimer):
        tx.write(Write(_CANCEL_TIMER, {"key": wish.key}))
        return
    tx.write(
        Write(
            _SET_TIMER,
            {
                "key": wish.key,
                "kind": wish.kind,
                "stream": wish.stream,
                "due_us": to_us(wish.due_at),
                "payload": wish.payload,
            },
        )
    )
