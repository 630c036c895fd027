"""What a flow may ask: reading, registers, positions, travel, policies, the clock. ``app.py`` composes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from tidehub.capabilities.devices.queries import last_of_units
from tidehub.capabilities.dispatch import DispatchPolicies, ServicePolicy
from tidehub.capabilities.field import Route
from tidehub.hub.log import Reader
from tidehub.kernel.geometry import Position
from tidehub.kernel.instants import Clock
from tidehub.methods.assignment import Start, Travel
from tidehub.registers import Registers


class LastKnown(msgspec.Struct, frozen=True):
    """Where a unit was last, and when that was measured."""

    position: Position
    at: datetime


class Positions(Protocol):
    """Where units are: live from the devices, in a story from the story."""

    async def last_known(self, unit_ids: Sequence[str], now: datetime) -> Mapping[str, LastKnown]:
        """Last known place of each unit; one that was never heard is not in it."""
        ...


class Ways(Travel, Protocol):
    """Travel times and the way itself."""

    def route(self, start: Start, to: Position, place_id: str | None) -> Route | None:
        """The way that is given to a crew, or ``None`` where there is none."""
        ...


class FlowContext(Protocol):
    """What every flow gets beside the fact that it follows."""

    @property
    def reader(self) -> Reader:
        """Committed rows."""
        ...

    @property
    def registers(self) -> Registers:
        """The slow data."""
        ...

    @property
    def positions(self) -> Positions:
        """Where units are."""
        ...

    @property
    def ways(self) -> Ways:
        """How long they take."""
        ...

    @property
    def policies(self) -> DispatchPolicies:
        """The services of every pack that is mounted."""
        ...

    @property
    def clock(self) -> Clock:
        """The present."""
        ...


class DevicePositions:
    """Positions from what the devices sent last."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def last_known(self, unit_ids: Sequence[str], now: datetime) -> Mapping[str, LastKnown]:
        """See :class:`Positions`."""
        found = await last_of_units(self._reader, list(unit_ids), now)
        return {
            unit_id: LastKnown(Position(aged.last.lon, aged.last.lat), aged.last.at) for unit_id, aged in found.items()
        }


def services_called(
    policies: DispatchPolicies, lifecycle: str, category: str, state: str | None
) -> list[tuple[str, ServicePolicy]]:
    """Services that such a case calls out, by name; ``state`` of ``None`` is its opening."""
    return [
        (name, service)
        for name, service in sorted(policies.services.items())
        if service.calls_out(lifecycle, category, state)
    ]
