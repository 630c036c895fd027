"""``tidehub replay``: compute the tables again from the facts, in place, or look at them as of an instant."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.evaluation import Window, read_indicator
from tidehub.cli.opened import opened
from tidehub.cli.options import add_place
from tidehub.hub.replay import as_of, rebuild
from tidehub.kernel.access import Scope
from tidehub.kernel.instants import parse_instant

_BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("replay", help="compute tables and figures again from the facts · 由事实重算")
    command.add_argument(
        "--as-of", metavar="INSTANT", help="show the figures as of an instant instead, RFC 3339 with zone"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    add_place(command)
    command.set_defaults(carry_out=carry_out)


def carry_out(args: argparse.Namespace) -> int:
    """Rebuild in place, or print every indicator as of an instant."""
    return asyncio.run(_replay(args))


async def _replay(args: argparse.Namespace) -> int:
    async with opened(args) as platform:
        if args.as_of is None:
            count = await rebuild(platform.hub.store)
            print(json.dumps({"facts": count}) if args.json else f"{count} facts replayed")
            return 0
        at = parse_instant(args.as_of, "as_of")
        scratch = await as_of(platform.hub, platform.registry, at)
        figures = {}
        definitions = platform.mounted.indicators
        for one in definitions.every:
            reading = await read_indicator(scratch, definitions, one.id, Window(_BEGINNING, at), Scope(("",)))
            figures[one.id] = msgspec.to_builtins(reading.values)
    if args.json:
        print(json.dumps({"as_of": args.as_of, "figures": figures}, ensure_ascii=False))
    else:
        for name, values in figures.items():
            print(f"{name:<28} {values}")
    return 0
