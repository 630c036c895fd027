"""A small town for tests of cases: lifecycles from files, office hours, a clock that is moved by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from tidehub.capabilities import cases
from tidehub.capabilities.cases import CalendarTable, Lifecycle, Lifecycles, Loader, read_lifecycle
from tidehub.hub.handle import Job
from tidehub.hub.log import Recorded, read_after
from tidehub.hub.registry import DueTimer, Registry
from tidehub.hub.statement import sql
from tidehub.kernel.access import Actor, platform_actor
from tidehub.kernel.facts import Command
from tidehub.kernel.instants import from_us
from tidehub.methods.clocks import read_calendar, read_holidays

DATA = Path(__file__).parents[2] / "data" / "lifecycles"
CHINA = timezone(timedelta(hours=8))
OFFICE = {
    "name": "office",
    "week": {day: ["08:30-12:00", "14:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")},
    "source": "示例",
}


def local(text: str) -> datetime:
    """An instant by the wall clock of China: ``2026-06-01 08:30``."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA).astimezone(UTC)


def lifecycle_from(name: str) -> Lifecycle:
    """A lifecycle of the test data."""
    return read_lifecycle(yaml.safe_load((DATA / f"{name}.yaml").read_text("utf-8")), name)


def china_calendars() -> CalendarTable:
    """Office hours with the statutory holidays of China, and a unit that works shorter days."""
    raw = json.loads(files("tidehub.methods.clocks").joinpath("data/cn_holidays.json").read_text("utf-8"))
    holidays = read_holidays(raw, "cn_holidays.json")
    short = {**OFFICE, "name": "short", "week": {day: ["09:00-12:00"] for day in OFFICE["week"]}}
    calendars = {
        "office": read_calendar(OFFICE, "office", holidays),
        "short": read_calendar(short, "short", holidays),
    }
    return CalendarTable(calendars, {"unit/garden": "short"})


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


ANN = Actor("person/ann", frozenset({"citizen"}))
DUTY = Actor("person/duty", frozenset({"duty_officer"}), ("331002",), ("unit/supervision",))
LEADER = Actor("person/leader", frozenset({"shift_leader"}), ("331002",), ("unit/supervision",))
CHECKER = Actor("person/checker", frozenset({"checker"}), ("331002",), ("unit/supervision",))
COMMAND = Actor("person/command", frozenset({"unit_staff"}), (), ("unit/command-centre",))
SWEEPER = Actor("person/sweeper", frozenset({"unit_staff"}), ("331002",), ("unit/sanitation",))
GARDENER = Actor("person/gardener", frozenset({"unit_staff"}), ("331002",), ("unit/garden",))
ELSEWHERE = Actor("person/elsewhere", frozenset({"duty_officer", "shift_leader"}), ("330304",))
FLOW = platform_actor("flow/test")


class Town:
    """Commands in, facts out, time by hand."""

    def __init__(self, store: Any, registry: Registry, clock: HandClock, loader: Loader) -> None:
        self.store = store
        self.registry = registry
        self.clock = clock
        self.loader = loader

    def at(self, text: str) -> Town:
        """Set the wall clock of China."""
        self.clock.at = local(text)
        return self

    async def do(self, by: Actor, *commands: Command) -> list[str]:
        """Carry out commands; the kinds of their facts."""
        return [recorded.kind for recorded in await self.facts(by, *commands)]

    async def facts(self, by: Actor, *commands: Command) -> Sequence[Recorded]:
        """Carry out commands; their facts."""
        recorded: Sequence[Recorded] = await self.store.submit(Job(tuple(commands), by))
        return recorded

    async def fire(self, text: str | None = None) -> list[str]:
        """Move the clock and fire every timer that is due by then, each when it is due."""
        until = local(text) if text else self.clock.at
        kinds: list[str] = []
        while True:
            row = await self.store.fetch_one(
                sql(
                    "SELECT key, kind, stream, due_us, payload FROM timer"
                    " WHERE due_us <= :us ORDER BY due_us, key LIMIT 1"
                ),
                us=int(until.timestamp() * 1_000_000),
            )
            if row is None:
                self.clock.at = until
                return kinds
            due = DueTimer(row["key"], row["kind"], row["stream"], from_us(row["due_us"]), row["payload"])
            self.clock.at = max(self.clock.at, due.due_at)
            commands = tuple(self.registry.on_timer[due.kind](due))
            kinds += [
                recorded.kind
                for recorded in await self.store.submit(Job(commands, platform_actor("timer/test"), fired=due))
            ]

    async def state(self, case_id: str) -> Any:
        """The case as a decision sees it."""
        return await self.loader.read(self.store, case_id, approvals=True, lock=False)

    async def file(self, case_id: str, actor: Actor = DUTY) -> Any:
        """The case's file."""
        return await cases.case_file(self.store, self.loader, case_id, actor, self.clock.now())

    async def clock_of(self, case_id: str, clock: str) -> Any:
        """The last run of a clock, as people see it."""
        return [view for view in (await self.file(case_id)).clocks if view.clock == clock][-1]

    async def log(self) -> list[Recorded]:
        """Every fact there is, in order."""
        return await read_after(self.store, 0, 1_000_000, self.registry.read_fact)

    async def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the tables of cases."""
        return {
            table.name: sorted(
                (
                    tuple(row[column.name] for column in table.columns)
                    for row in await self.store.fetch(sql(f"SELECT * FROM {table.name}"))
                ),
                key=repr,
            )
            for table in cases.TABLES
        }


@pytest.fixture
async def town(open_store: Any) -> Town:
    """A town with the three lifecycles of the test data, on each engine."""
    lifecycles = Lifecycles(lifecycle_from(name) for name in ("gbt30428", "signalen", "digit"))
    calendars = china_calendars()
    capability = cases.capability(lifecycles, calendars)
    clock = HandClock(local("2026-06-01 09:00"))
    store = await open_store([capability], clock=clock)
    return Town(store, Registry([capability]), clock, Loader(lifecycles, calendars))
