"""``tidehub verify``: whether the data still are what was written. Beside a running service too."""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import Any

import msgspec

from tidehub.cli.opened import opened
from tidehub.cli.options import add_place
from tidehub.hub.verify import verify
from tidehub.worker import Follower


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "verify", help="check chains, tables, figures and files · 校验记录链、数据表、指标与文件"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    add_place(command)
    command.set_defaults(carry_out=carry_out)


def carry_out(args: argparse.Namespace) -> int:
    """Check everything; 1 when something is not as it was written."""
    return asyncio.run(_verify(args))


async def _verify(args: argparse.Namespace) -> int:
    async with opened(args) as platform:
        await Follower(platform.hub).catch_up()
        report = await verify(platform.hub.store, platform.files)
    if args.json:
        print(json.dumps({**msgspec.to_builtins(report), "sound": report.sound}, ensure_ascii=False))
    else:
        print(
            f"{report.facts} facts in {report.streams} chains, {report.rows} rows of {report.tables} tables,"
            f" {report.files} files in {report.took_s:.1f} s; log {report.log_sha256[:16]}"
        )
        for problem in report.problems:
            print(f"{problem.kind}: {problem.where}: {problem.what}")
        print(
            "完好 sound" if report.sound else f"发现 {report.problems_count} 处问题 · {report.problems_count} problems"
        )
    return 0 if report.sound else 1
