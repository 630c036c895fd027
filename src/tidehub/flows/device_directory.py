"""Whose device it is: the register of devices as the positions' desk asks for it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from tidehub.capabilities.devices import KnownDevice
from tidehub.methods.tracking import Timeouts
from tidehub.registers import Device, Registers


class RegisteredDevices:
    """The port ``DeviceDirectory`` over the registers in memory.

    Parameters
    ----------
    registers
        Loaded and kept current.
    secrets
        Claim to password, for devices that must say one (HJ 212); a claim without one is admitted by being
        registered.
    """

    def __init__(self, registers: Registers, secrets: Mapping[str, str] | None = None) -> None:
        self._registers = registers
        self._secrets = dict(secrets or {})

    async def devices(self, claims: Sequence[str], at: datetime) -> Mapping[str, KnownDevice]:
        """Give the devices behind these claims; one that nobody registered is left out."""
        known = {}
        for claim in claims:
            found = self._registers.device_of(claim)
            if found is not None:
                known[claim] = self._known(*found, at)
        return known

    async def expected(self, at: datetime) -> Sequence[KnownDevice]:
        """Give the devices of units in service: their silence is an alarm."""
        return [
            self._known(entry.id, entry.body, at)
            for entry in self._registers.devices.entries(at)
            if entry.body.unit_id is not None and any(claim.split(":")[0] in _TRACKERS for claim in entry.body.claims)
        ]

    async def admits(self, claim: str, secret: str) -> bool:
        """Say whether a device may speak under this claim with this password."""
        wanted = self._secrets.get(claim)
        if wanted is not None:
            return hmac.compare_digest(wanted, secret)
        return self._registers.device_of(claim) is not None

    def _known(self, device_id: str, device: Device, at: datetime) -> KnownDevice:
        unit = self._registers.units.get(device.unit_id, at) if device.unit_id else None
        craft_id = device.craft_id or (unit.craft_id if unit else None)
        craft = self._registers.craft.get(craft_id, at) if craft_id else None
        return KnownDevice(
            device_id=device_id,
            unit_id=device.unit_id,
            region_code=device.region_code or (unit.region_code if unit else ""),
            craft="truck" if craft is not None and craft.mode == "road" else "boat",
            timeouts=Timeouts() if device.unit_id else None,
            title=unit.name if unit else (craft.name if craft else device.name),
        )


_TRACKERS = frozenset({"mmsi", "osmand", "imei", "jtt808", "signalk"})
