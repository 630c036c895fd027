"""The desk where readings of treatment units arrive (设施监测): store, compare with limits, find runs."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from tidehub.capabilities.devices.commands import RecordOutOfLimits, RecordRun, RecordWithinLimits
from tidehub.capabilities.devices.limits import Limit, default_limits
from tidehub.capabilities.devices.model import KnownDevice, Reading
from tidehub.capabilities.devices.outbox import ACTOR
from tidehub.capabilities.devices.ports import DeviceDirectory
from tidehub.capabilities.devices.ring import DAY_US, Batch, id_at, newest_id, problem_row
from tidehub.capabilities.devices.runs import OpenRun, Run, RunRule, finish, is_over, take_period
from tidehub.capabilities.devices.tables import load_all_beyond
from tidehub.hub.handle import Job
from tidehub.hub.log import Reader
from tidehub.hub.schema import metadata
from tidehub.hub.statement import Write, sql
from tidehub.hub.store import Store
from tidehub.hub.transaction import Transaction
from tidehub.kernel.facts import Command
from tidehub.kernel.instants import Clock, to_us
from tidehub.methods.tracking import Problem

_LOG = logging.getLogger(__name__)

reading_table = Table(
    "devices_reading",
    metadata,
    Column("claim", Text, primary_key=True),
    Column("factor", Text, primary_key=True),
    Column("command", Text, primary_key=True),
    Column("at_us", BigInteger, primary_key=True),
    Column("received_us", BigInteger, nullable=False),
    Column("day", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_devices_reading_day", "day"),
    Index("ix_devices_reading_claim_at_us", "claim", "at_us"),
)

_PUT = sql(
    "INSERT INTO devices_reading (claim, factor, command, at_us, received_us, day, body)"
    " VALUES (:claim, :factor, :command, :at_us, :received_us, :day, :body)"
    " ON CONFLICT (claim, factor, command, at_us) DO UPDATE SET received_us = excluded.received_us,"
    " body = excluded.body"
)
_BETWEEN = sql(
    "SELECT body FROM devices_reading WHERE claim = :claim AND at_us >= :since_us AND at_us <= :until_us"
    " ORDER BY at_us, factor, command LIMIT :limit"
)
_OF_COMMAND = sql(
    "SELECT body FROM devices_reading WHERE command = :command AND day >= :day ORDER BY claim, at_us, factor"
)
_TRIM = sql("DELETE FROM devices_reading WHERE day < :day")
READINGS_MAX = 20_000
_REBUILD_DAYS = 2

OnRun = Callable[[KnownDevice, Run], Awaitable[None]]
"""Told of every finished run after its fact has been recorded; it may be told twice after a crash."""

_encode = msgspec.json.Encoder().encode
_read = msgspec.json.Decoder(Reading).decode


class ReadingDesk:
    """Takes readings; returns when they, and the facts that follow from them, are on disk.

    Parameters
    ----------
    limits
        What values are compared with; the platform's own when not given.
    run_rule
        How the units tell their runs; ``None`` looks for none.
    on_run
        See :data:`OnRun`. The durable way is the fact ``RunFinished``, which a flow can follow.
    keep_days
        Retention of readings.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        directory: DeviceDirectory,
        *,
        limits: Sequence[Limit] | None = None,
        run_rule: RunRule | None = None,
        on_run: OnRun | None = None,
        keep_days: int = 400,
    ) -> None:
        self._store = store
        self._clock = clock
        self._directory = directory
        self._limits: dict[str, list[Limit]] = {}
        for limit in default_limits() if limits is None else limits:
            self._limits.setdefault(limit.factor, []).append(limit)
        self._run_rule = run_rule
        self._on_run = on_run
        self._keep_days = keep_days
        self._open: dict[str, OpenRun] = {}
        self._beyond: set[tuple[str, str]] = set()
        self._next_problem_id = 0
        self._trimmed_day = -1

    async def start(self) -> None:
        """Load what is beyond its limit, and take up again the runs that were going on."""
        self._beyond = await load_all_beyond(self._store)
        self._next_problem_id = await newest_id(self._store) + 1
        if self._run_rule is None:
            return
        day = to_us(self._clock.now()) // DAY_US - _REBUILD_DAYS
        rows = await self._store.fetch(_OF_COMMAND, command=self._run_rule.command, day=day)
        await self._take_runs([_read(row["body"]) for row in rows])

    async def accept(self, readings: list[Reading], problems: list[Problem]) -> None:
        """Take the readings of whole telegrams, and what could not be read.

        Raises
        ------
        Unavailable, Refusal
            The hub did not take them: the device is not answered and sends again; nothing happens twice.
        """
        batch = Batch()
        for problem in problems:
            received_us = to_us(problem.received_at)
            batch.count(received_us // DAY_US, problem.source, problem.reason.value)
            self._next_problem_id = max(self._next_problem_id + 4, id_at(problem.received_at))
            batch.problems.append(problem_row(self._next_problem_id, problem))
        for reading in readings:
            batch.count(to_us(reading.received_at) // DAY_US, reading.device_claim.partition(":")[0], "accepted")

        async def write(tx: Transaction) -> None:
            await batch.write(tx)
            for reading in readings:
                tx.write(Write(_PUT, _row(reading)))

        await self._store.write(write)
        if not readings:
            return
        devices = await self._directory.devices(
            sorted({reading.device_claim for reading in readings}), self._clock.now()
        )
        for reading in readings:
            device = devices.get(reading.device_claim)
            if device is not None:
                await self._compare(device, reading)
        if self._run_rule is not None:
            await self._take_runs([one for one in readings if one.command == self._run_rule.command])

    async def _compare(self, device: KnownDevice, reading: Reading) -> None:
        if not reading.is_valid:
            return
        known = False
        for limit in self._limits.get(reading.factor, ()):
            if not limit.holds(device.device_id, reading.at):
                continue
            for name in limit.values:
                value = reading.number(name)
                if value is None:
                    continue
                known = True
                if limit.exceeded_by(value):
                    await self._tell_beyond(device, reading, limit, name, value)
                    return
        key = (device.device_id, reading.factor)
        if known and key in self._beyond:
            name = next(iter(reading.values))
            await self._ask(
                RecordWithinLimits(
                    device_id=device.device_id,
                    unit_id=device.unit_id,
                    factor=reading.factor,
                    value=reading.values[name],
                    at=reading.at,
                )
            )
            self._beyond.discard(key)

    async def _tell_beyond(
        self, device: KnownDevice, reading: Reading, limit: Limit, name: str, value: Decimal
    ) -> None:
        key = (device.device_id, reading.factor)
        if key in self._beyond:
            return
        await self._ask(
            RecordOutOfLimits(
                device_id=device.device_id,
                unit_id=device.unit_id,
                factor=reading.factor,
                value_name=name,
                value=format(value, "f"),
                limit=limit.max,
                measure=limit.measure,
                source=limit.source,
                at=reading.at,
            )
        )
        self._beyond.add(key)

    async def _take_runs(self, readings: list[Reading]) -> None:
        assert self._run_rule is not None
        periods: dict[tuple[str, datetime], list[Reading]] = {}
        for reading in readings:
            periods.setdefault((reading.device_claim, reading.at), []).append(reading)
        for (claim, at), together in sorted(periods.items(), key=lambda item: item[0][1]):
            state, finished = take_period(self._open.get(claim), claim, at, together, self._run_rule)
            if finished is not None:
                await self._finish(finished)
            if state is None:
                self._open.pop(claim, None)
            else:
                self._open[claim] = state

    async def beat(self) -> None:
        """End the runs that fell silent, and drop readings that are too old. Call it every minute."""
        now = self._clock.now()
        if self._run_rule is not None:
            for claim, state in list(self._open.items()):
                if is_over(state, now, self._run_rule):
                    await self._finish(finish(state, claim))
                    del self._open[claim]
        day = to_us(now) // DAY_US
        if day != self._trimmed_day:
            oldest = day - self._keep_days
            await self._store.write(lambda tx: tx.execute(_TRIM, day=oldest))
            self._trimmed_day = day

    async def _finish(self, run: Run) -> None:
        found = await self._directory.devices([run.device_claim], run.ended_at)
        device = found.get(run.device_claim)
        if device is None:
            _LOG.warning("a run of %s belongs to no registered device", run.device_claim)
            return
        await self._ask(
            RecordRun(
                device_id=device.device_id,
                unit_id=device.unit_id,
                run_id=run.run_id,
                started_at=run.started_at,
                ended_at=run.ended_at,
                volume_ml=run.volume_ml,
                period_count=run.period_count,
                averages=run.averages,
                highest=run.highest,
                region_code=device.region_code,
            )
        )
        if self._on_run is not None:
            await self._on_run(device, run)

    async def _ask(self, command: Command) -> None:
        await self._store.submit(Job((command,), ACTOR))


def _row(reading: Reading) -> dict[str, object]:
    received_us = to_us(reading.received_at)
    return {
        "claim": reading.device_claim,
        "factor": reading.factor,
        "command": reading.command,
        "at_us": to_us(reading.at),
        "received_us": received_us,
        "day": received_us // DAY_US,
        "body": _encode(reading).decode(),
    }


async def readings_between(
    reader: Reader, claim: str, since: datetime, until: datetime, *, factor: str | None = None
) -> list[Reading]:
    """Readings of a device between two instants, oldest first, at most :data:`READINGS_MAX`."""
    rows = await reader.fetch(_BETWEEN, claim=claim, since_us=to_us(since), until_us=to_us(until), limit=READINGS_MAX)
    readings = [_read(row["body"]) for row in rows]
    return readings if factor is None else [one for one in readings if one.factor == factor]
