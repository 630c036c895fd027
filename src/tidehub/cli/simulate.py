"""``tidehub simulate SCENARIO``: the real dispatcher on an event clock, beside other policies and hindsight."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

import msgspec

from tidehub.kernel.errors import refusal_kind

SCENARIO_UNKNOWN = refusal_kind(
    "scenario_unknown",
    zh="没有名为“{name}”的场景",
    en="There is no scenario '{name}'",
    do_zh="可用：{known}；或给出一个当日记录文件（.json）。",
    do_en="Known: {known}; or give a file of a day (.json).",
    category="missing",
)
COUNT_TOO_SMALL = refusal_kind(
    "simulate_count_too_small",
    zh="{what} 至少为 1，收到 {given}",
    en="{what} must be at least 1, got {given}",
    do_zh="请改为 1 或更大的整数。",
    do_en="Give a whole number of 1 or more.",
)


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("simulate", help="play days with the real dispatcher · 派单推演")
    command.add_argument("scenario", help="harbour, typhoon, market, doctors; or a file of a day, JSON")
    command.add_argument("--days", type=int, default=5, help="days played (default 5)")
    command.add_argument("--seed", type=int, default=1, help="seed of the first day")
    command.add_argument("--units", type=int, help="how many boats, teams or cars instead of the scenario's")
    command.add_argument(
        "--rounds", type=int, default=10_000, help="rounds of the search for hindsight; 0 leaves it out"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(carry_out=carry_out)


def carry_out(args: argparse.Namespace) -> int:
    """Play; the answer says which days, and the same seed gives the same answer."""
    from tidehub.methods.simulation.scenarios import SCENARIOS

    for what in ("days", "units"):
        given = getattr(args, what)
        if given is not None and given < 1:
            raise COUNT_TOO_SMALL(what, what=what, given=given)
    if args.scenario.endswith(".json"):
        return _recorded(args)
    scenario = SCENARIOS.get(args.scenario)
    if scenario is None:
        raise SCENARIO_UNKNOWN("scenario", name=args.scenario, known=", ".join(SCENARIOS))
    from tidehub.methods.simulation.rehearse import rehearse

    seeds = range(args.seed, args.seed + args.days)
    best = None
    if args.rounds > 0 and scenario.single:
        from tidehub.methods.simulation.hindsight import hindsight

        def best(day: Any) -> Any:
            return hindsight(day, args.rounds)

    answer = rehearse(scenario, list(seeds), args.units, best)
    if args.json:
        print(json.dumps(_finite(msgspec.to_builtins(answer)), ensure_ascii=False))
    else:
        _show(answer)
    return 0


def _recorded(args: argparse.Namespace) -> int:
    from tidehub.methods.simulation.hindsight import hindsight
    from tidehub.methods.simulation.recorded import compare, read_day

    day, happened = read_day(Path(args.scenario).read_bytes(), Path(args.scenario).name)
    answer = compare(day, happened, hindsight(day, max(1, args.rounds)))
    plain = _finite(msgspec.to_builtins(answer))
    print(json.dumps(plain, ensure_ascii=False, indent=None if args.json else 2))
    return 0


def _finite(value: Any) -> Any:
    """JSON has no infinity: what never happened is null."""
    if isinstance(value, float):
        return round(value, 3) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value


def _show(answer: Any) -> None:
    print(f"{answer.zh} · {answer.en}: {answer.days} days, {answer.units} units, seeds {answer.seeds}")
    print(f"{'policy':<16}{'cases':>7}{'inside':>8}{'mean':>8}{'p95':>8}{'never':>7}{'redirected/100':>16}")
    for one in answer.policies:
        print(
            f"{one.policy:<16}{one.cases:>7}{100 * one.inside:>7.1f}%{one.mean_s / 60:>8.1f}{one.p95_s / 60:>8.1f}"
            f"{one.never:>7}{one.redirected_per_100:>16.1f}"
        )
    told = answer.arrivals
    print(
        f"times told: {told.count}, off by {told.mean_absolute_s / 60:.1f} min in the mean,"
        f" kept {100 * told.kept_50:.0f} / {100 * told.kept_90:.0f} % of the 50 / 90 % ends"
    )
    if answer.one_more is not None:
        print(f"{answer.one_more.zh}\n{answer.one_more.en}")
    if answer.regret is not None:
        print(f"mean {100 * answer.regret.over_best:.0f} % over the best possible on the first day; dearest decisions:")
        for decision in answer.regret.decisions:
            print(f"  {decision.zh}\n  {decision.en}")
