"""What carries messages: gateways where they are set up, the outbox for every other channel."""

from __future__ import annotations

from collections.abc import Mapping

from tidehub.adapters.outbox import Outbox
from tidehub.capabilities.messages import CHANNELS, Carrier
from tidehub.settings import Settings


def carriers(_settings: Settings) -> Mapping[str, Carrier]:
    """Carriers by channel; the embedded default writes everything to the outbox, where people can read it."""
    return {channel: Outbox() for channel in CHANNELS}
