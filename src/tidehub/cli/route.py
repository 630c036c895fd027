"""``tidehub route water --land FILE.geojson < pairs.jsonl``: ways by water, one JSON object per line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from tidehub.adapters.routes import route_stream


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("route", help="find ways · 规划航路")
    kinds = command.add_subparsers(dest="kind", required=True)
    water = kinds.add_parser("water", help="shortest ways by water; pairs on standard input")
    water.add_argument("--land", type=Path, required=True, help="land polygons, GeoJSON in WGS 84")
    water.add_argument("--fairways", type=Path, help="polygons that re-open water")
    water.set_defaults(carry_out=carry_out)


def carry_out(args: argparse.Namespace) -> int:
    """Answer each line; a bad line is answered too, and the rest goes on."""
    fairways = args.fairways.read_bytes() if args.fairways else None
    for line in route_stream(args.land.read_bytes(), sys.stdin, fairways_geojson=fairways):
        print(line, flush=True)
    return 0
