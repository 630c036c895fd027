"""The one way anything is written.

``carry_out`` is the whole of it: load what the decision needs, ask whether the actor may, decide, append the
facts, bring the tables up to date, set timers, queue what follows; all in one transaction. Commands come
from HTTP, adapters, timers and flows alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    "INSERT INTO timer (key, kind, stream, due_us, payload, cause, try_us)"
    " VALUES (:key, :kind, :stream, :due_us, :payload, :cause, :due_us)"
    " ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, stream = excluded.stream,"
    " due_us = excluded.due_us, payload = excluded.payload, cause = excluded.cause, try_us = excluded.try_us,"
    " attempts = 0, state = 'open', problem = NULL"
)
_CANCEL_TIMER = sql("DELETE FROM timer WHERE key = :key")
_TAKE_TIMER = sql("DELETE FROM timer WHERE key = :key AND due_us = :due_us AND state = 'open'")
_TAKE_FOLLOW_UP = sql("DELETE FROM follow_up WHERE id = :id AND state = 'open'")


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
    commands are refused stays where it was; the worker decides whether to try again.
    """
    if not job.commands and job.fired is None and job.follow_up is not None:  # nothing follows: it is done with
        tx.write(Write(_TAKE_FOLLOW_UP, {"id": job.follow_up}))
        return []
    if len(job.commands) == 1:  # decided before anything is written, so nothing has to be undone
        command = job.commands[0]
        handler = registry.handlers[type(command)]
        facts = _decide(handler, await handler.load(tx, command), command, job, now)
        return await _record_all(tx, registry, facts, job, now) if await _take(tx, job) else []
    async with tx.all_or_nothing():
        if not await _take(tx, job):
            return []
        recorded: list[Recorded] = []
        for command in job.commands:
            handler = registry.handlers[type(command)]
            facts = _decide(handler, await handler.load(tx, command), command, job, now)
            recorded += await _record_all(tx, registry, facts, job, now)
        return recorded


async def _take(tx: Transaction, job: Job) -> bool:
    """Take the timer or follow-up that this job is, if it is one; whether it was still there."""
    if job.fired is not None:
        return bool(await tx.execute(_TAKE_TIMER, key=job.fired.key, due_us=to_us(job.fired.due_at)))
    if job.follow_up is not None:
        return bool(await tx.execute(_TAKE_FOLLOW_UP, id=job.follow_up))
    return True


async def carry_out_many(
    tx: Transaction, registry: Registry, handler: Handler, jobs: Sequence[Job], now: datetime
) -> list[list[Recorded] | Refusal]:
    """Carry out many jobs of one command that is loaded set-based; an answer or a refusal for each."""
    assert handler.load_many is not None
    commands = [job.commands[0] for job in jobs]
    states = await handler.load_many(tx, commands)
    results: list[Any] = [None] * len(jobs)
    decided: list[tuple[int, list[Fact]]] = []
    twins: list[int] = []
    seen: set[str] = set()
    for place, (command, state) in enumerate(zip(commands, states, strict=True)):
        stream = command.stream
        if stream in seen or tx.touched(stream):
            twins.append(place)
            continue
        seen.add(stream)
        if isinstance(state, Refusal):
            results[place] = state
            continue
        try:
            decided.append((place, _decide(handler, state, command, jobs[place], now)))
        except Refusal as refusal:  # given to the caller of this one job; nothing of it is written yet
            results[place] = refusal
    await tx.know_heads(stream for _, facts in decided for stream in _continued(facts))
    await tx.flush()
    for place, facts in decided:
        tx.begin_strand()
        results[place] = await _record_all(tx, registry, facts, jobs[place], now)
    await tx.flush()
    for place in twins:  # one of the same chain stands earlier in this very batch: it is decided after it
        command = commands[place]
        try:
            facts = _decide(handler, await handler.load(tx, command), command, jobs[place], now)
        except Refusal as refusal:
            results[place] = refusal
            continue
        results[place] = await _record_all(tx, registry, facts, jobs[place], now)
    return results


def _continued(facts: Sequence[Fact]) -> Iterator[str]:
    """Chains that facts continue, whose ends must be known."""
    opened = {fact.stream for fact in facts if type(fact).opens_stream}
    return (stream for fact in facts if (stream := fact.stream) not in opened)


def _decide(handler: Handler, state: Any, command: Command, job: Job, now: datetime) -> list[Fact]:
    demand(command.rule, job.by, handler.subject(state, command) if handler.subject else None)
    if handler.admit is not None:
        handler.admit(state, command, job.by)
    return list(handler.decide(state, command, now))


async def _record_all(
    tx: Transaction, registry: Registry, facts: Sequence[Fact], job: Job, now: datetime
) -> list[Recorded]:
    try:
        return [await record(tx, registry, fact, now, job.by.id, job.cause) for fact in facts]
    except Refusal as refusal:  # a refusal promises that nothing was written
        raise AssertionError("a projection or a timer rule refused") from refusal


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
            _write_timer(tx, wish, entry.id)
    return entry


def _write_timer(tx: Transaction, wish: SetTimer | CancelTimer, cause: str) -> None:
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
                "cause": cause,
            },
        )
    )
