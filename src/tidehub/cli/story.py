"""``tidehub story PACK``: play a pack's story on a moved clock and say what came of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tidehub.testkit.story import StoryFailed, tell


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("story", help="play a pack's story on a moved clock · 在可拨动的时钟上演示场景故事")
    command.add_argument("pack", help="name or folder of the pack")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument("--postgresql", metavar="DSN", help="play it on this empty PostgreSQL database")
    command.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the data of the run in this empty folder")
    command.set_defaults(carry_out=carry_out)


def carry_out(args: argparse.Namespace) -> int:
    """Play it; 1 when something else came than the story expects."""
    try:
        if args.keep is not None:
            outcome = asyncio.run(tell(args.pack, args.keep, postgresql=args.postgresql))
        else:
            with tempfile.TemporaryDirectory(prefix="tidehub-story-") as folder:
                outcome = asyncio.run(tell(args.pack, Path(folder), postgresql=args.postgresql))
    except StoryFailed as failed:
        print(f"故事未如预期 · the story failed: {failed}", file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps(outcome, ensure_ascii=False))
        return 0
    print(f"到达 arrival      {outcome['minutes_to_arrival']} min")
    print(f"交接 handover     {outcome['minutes_to_handover']} min")
    print(f"结案 closed       {outcome['minutes_to_close']} min")
    print(f"补贴 subsidy      {outcome['subsidy_fen']} fen")
    for document in outcome["documents"]:
        print(f"单证 document     {document['kind']} {document['number']}")
    print(f"日志 log          {outcome['facts']} facts, {outcome['hash']}")
    return 0
