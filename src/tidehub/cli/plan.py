"""``tidehub plan --format lilim FILE --seconds S --json``: plan an instance from a file."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from tidehub.kernel.errors import refusal_kind

PLAN_FILE_UNREADABLE = refusal_kind(
    "plan_file_unreadable",
    zh="读不出文件 {path}：{problem}",
    en="The file {path} cannot be read: {problem}",
    do_zh="请核对路径，文件应为 UTF-8 文本。",
    do_en="Check the path; the file must be UTF-8 text.",
    category="missing",
)


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("plan", help="plan tours from a file · 规划路线")
    command.add_argument("file", type=Path, help="the instance")
    command.add_argument("--format", choices=["lilim"], default="lilim", help="lilim: Li and Lim, pickup and delivery")
    command.add_argument("--seconds", type=float, default=10.0, help="wall clock; the first compilation not counted")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(carry_out=carry_out)


def carry_out(args: argparse.Namespace) -> int:
    """Plan, check independently, print; 1 where the plan breaks a rule or leaves a job."""
    from tidehub.methods.vrp.check import check_plan
    from tidehub.methods.vrp.lilim import read_pairs

    try:
        text = args.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PLAN_FILE_UNREADABLE("file", path=args.file, problem=error) from error
    instance = read_pairs(text)
    from tidehub.methods.vrp.search import Budget, solve_pairs, warm_up

    warm_up()
    problem = instance.problem()
    started = time.perf_counter()
    plan = solve_pairs(problem, Budget(args.seconds, time.perf_counter), args.seed)
    seconds = time.perf_counter() - started
    checked = check_plan(problem, plan)
    routes = instance.node_routes(plan)
    feasible = not checked.faults and not plan.unassigned
    answer = {
        "vehicles": checked.units_used,
        "distance": round(checked.travel, 4),
        "feasible": feasible,
        "seconds": round(seconds, 3),
        "iterations": plan.iterations,
        "seed": args.seed,
        "unassigned": list(plan.unassigned),
        "faults": list(checked.faults),
        "routes": routes,
    }
    if args.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print(f"车辆 vehicles {checked.units_used}  距离 distance {checked.travel:.2f}  可行 feasible {feasible}")
        for number, route in enumerate(routes, 1):
            print(f"Route {number} : {' '.join(map(str, route))}")
    return 0 if feasible else 1
