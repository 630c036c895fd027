"""Opening the platform for a command that reads or writes and ends."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tidehub.app import Platform
from tidehub.cli.options import settings_of
from tidehub.hub.clock import SystemClock
from tidehub.packing import find_pack, installed_packs, mount, read_pack
from tidehub.settings import Settings


def build(settings: Settings) -> Platform:
    """Build the platform with the packs that the settings name, or all that are installed."""
    folders = [find_pack(name) for name in settings.packs] or list(installed_packs().values())
    return Platform(settings, mount([read_pack(folder) for folder in folders]), SystemClock())


@asynccontextmanager
async def opened(args: argparse.Namespace) -> AsyncIterator[Platform]:
    """Open the platform without its beat and its doors."""
    platform = build(settings_of(args))
    await platform.hub.open()
    try:
        await platform.registers.load(platform.hub)
        yield platform
    finally:
        await platform.hub.close()
