"""``tidehub import`` and ``tidehub export``: registers and reports from files, facts and registers to files."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tidehub.adapters.csvfile import read_reports
from tidehub.cli.opened import opened
from tidehub.cli.options import add_place
from tidehub.hub.log import read_after
from tidehub.kernel.access import platform_actor
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.errors import Refusal
from tidehub.kernel.instants import format_instant
from tidehub.registers import BODIES
from tidehub.registers.importing import read_file, write_csv, write_geojson

IMPORTER = platform_actor("flow/import")


def add_to(commands: Any) -> None:
    """Add both commands."""
    taking = commands.add_parser("import", help="take a CSV or GeoJSON file in · 导入")
    taking.add_argument("what", choices=["reports", *sorted(BODIES)], help="reports, or a register")
    taking.add_argument("file", type=Path)
    taking.add_argument("--datum", help="datum of coordinates that do not say theirs: WGS84, CGCS2000, GCJ02, BD09")
    add_place(taking)
    taking.set_defaults(carry_out=take_in)
    giving = commands.add_parser("export", help="write facts or a register to standard output · 导出")
    giving.add_argument("what", choices=["facts", *sorted(BODIES)], help="facts (JSON lines), or a register")
    giving.add_argument("--geojson", action="store_true", help="a register as GeoJSON instead of CSV")
    add_place(giving)
    giving.set_defaults(carry_out=give_out)


def take_in(args: argparse.Namespace) -> int:
    """Import; 1 when some row was refused, each is named."""
    return asyncio.run(_take_in(args))


async def _take_in(args: argparse.Namespace) -> int:
    raw = args.file.read_bytes()
    taken = refused = 0
    async with opened(args) as platform:
        for row, command, refusal in _rows(args, raw, platform):
            if command is not None:
                try:
                    await platform.hub.handle(command, by=IMPORTER)
                    taken += 1
                except Refusal as error:
                    refusal = error
            if refusal is not None:
                refused += 1
                print(f"{args.file.name}:{row}: {refusal}", file=sys.stderr)
    print(f"导入 {taken} 行，拒绝 {refused} 行 · {taken} rows taken, {refused} refused")
    return 1 if refused else 0


def _rows(args: argparse.Namespace, raw: bytes, platform: Any) -> Iterator[tuple[int, Any, Refusal | None]]:
    if args.what == "reports":
        for row in read_reports(raw, platform.mounted.catalogue, platform.clock.now(), by=IMPORTER.id):
            refused = row.result if isinstance(row.result, Refusal) else None
            yield row.line, None if refused else row.result, refused
        return
    geojson = args.file.suffix.lower() in (".geojson", ".json")
    for entry in read_file(args.what, raw, geojson=geojson, datum=args.datum):
        yield entry.row, entry.command, entry.refusal


def give_out(args: argparse.Namespace) -> int:
    """Export to standard output."""
    return asyncio.run(_give_out(args))


async def _give_out(args: argparse.Namespace) -> int:
    async with opened(args) as platform:
        if args.what == "facts":
            seq = 0
            while facts := await read_after(platform.hub, seq, 1000, platform.registry.read_fact):
                for one in facts:
                    plain = {
                        "seq": one.seq,
                        "stream": one.stream,
                        "version": one.version,
                        "kind": one.kind,
                        "at": format_instant(one.at),
                        "by": one.by,
                        "cause": one.cause,
                        "hash": one.hash.hex(),
                        "body": json.loads(canonical_json(one.fact)),
                    }
                    print(json.dumps(plain, ensure_ascii=False))
                seq = facts[-1].seq
            return 0
        register = platform.registers.register(args.what)
        if args.geojson:
            print(json.dumps(write_geojson(register.entries()), ensure_ascii=False))
        else:
            sys.stdout.write(write_csv(args.what, register.entries()))
    return 0
