"""Limits of readings (排放限值) as data: factor, highest value, source, dates of effect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from importlib import resources
from typing import Any

import msgspec
import yaml

from tidehub.kernel.errors import MALFORMED

CHINA_TIME = timezone(timedelta(hours=8))


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One limit.

    Parameters
    ----------
    factor
        Code as in the telegrams (HJ 212-2017 appendix B), e.g. ``w22001``.
    values
        Which values of a reading it holds for: ``Rtd``, ``Avg``, ``Max``.
    max, measure
        Highest permitted value, an exact decimal, in the unit in which the factor is sent.
    source, valid_from, valid_to
        The rule it comes from, and from when to when it holds (days in China, both included).
    devices
        Only these devices; none named: all.
    """

    factor: str
    max: str
    measure: str
    source: str
    valid_from: date
    values: tuple[str, ...] = ("Rtd", "Avg")
    valid_to: date | None = None
    devices: tuple[str, ...] = ()

    def holds(self, device_id: str, at: datetime) -> bool:
        """Whether it holds for this device at this instant."""
        day = at.astimezone(CHINA_TIME).date()
        if day < self.valid_from or (self.valid_to is not None and day > self.valid_to):
            return False
        return not self.devices or device_id in self.devices

    def exceeded_by(self, value: Decimal) -> bool:
        """Whether a value lies beyond it; equal is within."""
        return value > Decimal(self.max)


def read_limits(raw: Sequence[Any], where: str) -> tuple[Limit, ...]:
    """Read limits from a pack's data.

    Raises
    ------
    Refusal
        ``malformed``, naming the entry by ``where[0].max``.
    """
    limits = []
    for place, entry in enumerate(raw):
        try:
            limit = msgspec.convert(entry, Limit, strict=True)
        except msgspec.ValidationError as error:
            raise MALFORMED(f"{where}[{place}]", problem=str(error)) from None
        try:
            if not Decimal(limit.max).is_finite():
                raise InvalidOperation
        except InvalidOperation:
            raise MALFORMED(f"{where}[{place}].max", problem=f"not a decimal: {limit.max[:40]}") from None
        limits.append(limit)
    return tuple(limits)


def default_limits() -> tuple[Limit, ...]:
    """Read the limits that come with the platform; a pack adds or replaces."""
    text = resources.files("tidehub.capabilities.devices").joinpath("data/limits.yaml").read_text("utf-8")
    return read_limits(yaml.safe_load(text), "limits.yaml")
