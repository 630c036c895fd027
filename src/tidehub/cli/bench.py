"""``tidehub bench NAME``: measure one published figure with its ceiling in the same run."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from tidehub.kernel.errors import refusal_kind

BENCH_UNKNOWN = refusal_kind(
    "bench_unknown",
    zh="没有名为“{name}”的测量",
    en="There is no benchmark '{name}'",
    do_zh="可用：{known}。测量程序在源码的 benchmarks/ 中。",
    do_en="Known: {known}. They lie in benchmarks/ of the source tree.",
    category="missing",
)


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("bench", help="measure a published figure · 性能测量")
    command.add_argument("name", help="intake, lifecycle, timers, crash, water ...")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument("--cases", type=int, help="lifecycle: cases that are loaded before")
    command.add_argument("--kills", type=int, help="crash: how often the process is killed")
    command.add_argument("--seconds", type=float, help="how long each figure is measured")
    command.set_defaults(carry_out=carry_out)


def benches() -> dict[str, Path]:
    """Benchmarks of the source tree by name."""
    folder = Path(__file__).parents[3] / "benchmarks"
    helpers = ("__init__", "common", "road_peers", "water_peers", "correlate_corpus", "correlate_fit")
    return {path.stem.replace("_", "-"): path for path in sorted(folder.glob("*.py")) if path.stem not in helpers}


def carry_out(args: argparse.Namespace) -> int:
    """Measure; 1 when a goal was not met, which is printed as such."""
    known = benches()
    if args.name not in known:
        raise BENCH_UNKNOWN("name", name=args.name, known=", ".join(known) or "-")
    sys.path.insert(0, str(known[args.name].parents[1]))
    module = importlib.import_module(f"benchmarks.{known[args.name].stem}")
    options = {key: value for key in ("cases", "kills", "seconds") if (value := getattr(args, key)) is not None}
    result: dict[str, Any] = module.run(**options)
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        for figure in result["figures"]:
            print(f"{figure['name']:<48} {figure['value']:>14} {figure['unit']}")
        for goal in result["goals"]:
            print(f"{'met    ' if goal['met'] else 'NOT MET'}  {goal['name']}: {goal['value']} (goal {goal['goal']})")
    return 0 if all(goal["met"] for goal in result["goals"]) else 1
