"""A hub of its own for a test of devices, a clock moved by hand, and a directory that a test fills."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tidehub.capabilities.devices import KnownDevice
from tidehub.hub.log import read_stream
from tidehub.kernel.facts import Fact

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


@dataclass
class HandClock:
    """A clock that a test moves."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> datetime:
        self.at += timedelta(seconds=seconds)
        return self.at


@dataclass
class Directory:
    """A register of devices as a test wants it."""

    known: dict[str, KnownDevice] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)

    async def devices(self, claims: Sequence[str], at: datetime) -> Mapping[str, KnownDevice]:
        self.asked.append(list(claims))
        return {claim: self.known[claim] for claim in claims if claim in self.known}

    async def expected(self, at: datetime) -> Sequence[KnownDevice]:
        return list({device.device_id: device for device in self.known.values()}.values())

    async def admits(self, claim: str, secret: str) -> bool:
        return self.passwords.get(claim) == secret


@dataclass
class Hub:
    """A store with the devices capability mounted, and what was recorded."""

    store: Any
    clock: HandClock

    async def facts(self, stream: str) -> list[Fact]:
        read_fact = self.store.registry.read_fact
        return [one.fact for one in await read_stream(self.store, stream, read_fact)]

    async def kinds(self, stream: str) -> list[str]:
        return [type(fact).__name__ for fact in await self.facts(stream)]


OpenHub = Callable[[], Awaitable[Hub]]
"""Open a hub on the test's own data; opening it again after the first was closed is a restart."""
