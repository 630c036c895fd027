"""What devices need from outside: somebody who knows whose device it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tidehub.capabilities.devices.model import KnownDevice


class DeviceDirectory(Protocol):
    """The register of devices. A number sent by a device is a claim; this says whose it is.

    Claims look like ``mmsi:412345678``, ``jtt808:013800000000``, ``imei:860000000000000``, ``osmand:...``,
    ``hj212:...`` or ``token:...``.
    """

    async def devices(self, claims: Sequence[str], at: datetime) -> Mapping[str, KnownDevice]:
        """Give the devices behind these claims at ``at``; a claim that nobody registered is left out."""
        ...

    async def expected(self, at: datetime) -> Sequence[KnownDevice]:
        """Give the devices in service whose silence is an alarm, heard or not."""
        ...

    async def admits(self, claim: str, secret: str) -> bool:
        """Say whether a device may speak under this claim with this password (HJ 212: MN and PW)."""
        ...
