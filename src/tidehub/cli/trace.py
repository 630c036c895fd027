"""``tidehub trace CASE``: what happened in a case, who did it, what led to it, and which code decided it."""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import Any

from tidehub.cli.opened import opened
from tidehub.cli.options import add_place
from tidehub.hub.log import Recorded
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.instants import format_instant


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("trace", help="tell one case's story · 讲述一个案件的全过程")
    command.add_argument("case", help="id of the case, or of a chain such as report/r...")
    command.add_argument("--json", action="store_true", help="print one JSON object for each fact")
    add_place(command)
    command.set_defaults(carry_out=carry_out)


def carry_out(args: argparse.Namespace) -> int:
    """Print the chain of the case, after those of its reports."""
    return asyncio.run(_trace(args))


async def _trace(args: argparse.Namespace) -> int:
    async with opened(args) as platform:
        stream = args.case if "/" in args.case else f"case/{args.case}"
        facts = await platform.hub.stream(stream)
        if not facts:
            raise NOT_FOUND("case", what="案件 case", id=args.case)
        reports = [report_id for fact in facts for report_id in getattr(fact.fact, "report_ids", ())]
        told = [
            fact for report_id in dict.fromkeys(reports) for fact in await platform.hub.stream(f"report/{report_id}")
        ]
        told = sorted([*told, *facts], key=lambda fact: fact.seq)
        places = decided_in(platform.registry)
        for fact in told:
            if args.json:
                print(json.dumps(_plain(fact), ensure_ascii=False))
            else:
                cause = f"  ← {fact.cause}" if fact.cause else ""
                print(
                    f"{format_instant(fact.at)}  {fact.kind:<22} {fact.by:<28} {places.get(fact.kind, ''):<44}{cause}"
                )
        return 0


def decided_in(registry: Any) -> dict[str, str]:
    """For each kind of fact the capability whose decision records it: where to go to its definition."""
    found = {}
    for capability in registry.capabilities:
        for fact_type in capability.facts:
            found[fact_type.__name__] = f"{fact_type.__module__.rpartition('.')[0]}.decide"
    return found


def _plain(fact: Recorded) -> dict[str, Any]:
    return {
        "id": fact.id,
        "seq": fact.seq,
        "kind": fact.kind,
        "at": format_instant(fact.at),
        "by": fact.by,
        "cause": fact.cause,
        "hash": fact.hash.hex(),
        "body": json.loads(canonical_json(fact.fact)),
    }
