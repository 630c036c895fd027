"""What a policy is worth: the dispatcher beside nearest idle, commit at call and hindsight, on the same days.

The geometry is that of the dispatch handbook (section 8): 20 x 20 km of water, 12 boats at 5.5 m/s, detour 1.3,
calls from harbour areas, lognormal work of 25 minutes that nobody is told. Hot spots and scatter are ours, laid
so that nearest idle does what the handbook measured for it. Thirty days by common random numbers; the seeds reported
(1 to 30) were never used for tuning (1001 to 1012) nor for learning demand (2001 to 2030). Every job counts:
who is never reached is infinitely late.

The metric was written down before the days were played: share inside 20 minutes, mean, 95th percentile, never
served, redirections for 100 jobs. Hindsight is a large neighbourhood search (40,000 rounds a day), so the true
optimum may lie a little lower.
"""

from __future__ import annotations

import time
from typing import Any

from benchmarks.common import figure, goal, percentile, report

from tidehub.methods.simulation import (
    CommitAtCall,
    Figures,
    NearestIdle,
    Outcome,
    Rolling,
    figures_of,
    paired,
    play,
    policy_day,
    responses_s,
)
from tidehub.methods.simulation.harbour import TUNED, TUNED_WAITING, learned_waits
from tidehub.methods.simulation.hindsight import hindsight

REPORTED = range(1, 31)
LEARNED_FROM = range(2001, 2031)
RATES = (8.0, 12.0, 16.0)


def run(days: int = 30, rounds: int = 40_000, rates: tuple[float, ...] = RATES) -> dict[str, Any]:
    """Play every policy at every rate; ``days`` of the reported ones. All of it is five minutes of one core."""
    waits = learned_waits(LEARNED_FROM)
    figures: list[dict[str, Any]] = []
    goals: list[dict[str, Any]] = []
    decide_ms: list[float] = []
    for calls_per_h in rates:
        played: dict[str, list[Outcome]] = {}
        for seed in list(REPORTED)[:days]:
            day = policy_day(calls_per_h, seed, policy=TUNED)
            rolling = _Timed(Rolling(day.policies, day.travel, TUNED_WAITING, waits), decide_ms)
            for controller in (
                NearestIdle(day.policies, day.travel),
                CommitAtCall(day.policies, day.travel, day.expected_work_s),
                Rolling(day.policies, day.travel, name="rolling, nobody moved to wait"),
                rolling,
            ):
                played.setdefault(controller.name, []).append(play(day, controller))
            played.setdefault("hindsight", []).append(hindsight(day, rounds))
        found = {name: figures_of(outcomes) for name, outcomes in played.items()}
        for name, one in found.items():
            figures += _figures(f"{calls_per_h:g}/h, {name}", one)
        figures += _better(calls_per_h, played)
        if calls_per_h == 12.0:
            goals = _goals(found)
    figures += [
        figure("decision with waiting places, median", percentile(decide_ms, 50), "ms"),
        figure("decision with waiting places, 99th percentile", percentile(decide_ms, 99), "ms"),
    ]
    return report("dispatch-policy", figures, goals)


class _Timed:
    """A policy whose decisions are timed, in processor time."""

    def __init__(self, inner: Rolling, times_ms: list[float]) -> None:
        self.name, self._inner, self._times_ms = inner.name, inner, times_ms

    def decide(self, view: Any) -> Any:
        started = time.process_time()
        answer = self._inner.decide(view)
        self._times_ms.append((time.process_time() - started) * 1e3)
        return answer


def _figures(name: str, one: Figures) -> list[dict[str, Any]]:
    return [
        figure(f"{name}: inside 20 min", 100 * one.inside, "%"),
        figure(f"{name}: mean", one.mean_s / 60, "min"),
        figure(f"{name}: 95th percentile", one.p95_s / 60, "min"),
        figure(f"{name}: never served", one.never, "jobs"),
        figure(f"{name}: redirected for 100 jobs", one.redirected_per_100, "units"),
    ]


def _better(calls_per_h: float, played: dict[str, list[Outcome]]) -> list[dict[str, Any]]:
    """Paired over days: how many minutes the mean falls against nearest idle, with the interval."""
    means = {
        name: [sum(responses_s(day)) / max(1, len(responses_s(day))) / 60 for day in outcomes]
        for name, outcomes in played.items()
    }
    difference = paired(means["nearest idle"], means["rolling"])
    name = f"{calls_per_h:g}/h, rolling against nearest idle"
    return [
        figure(f"{name}: mean", difference.mean, "min"),
        figure(f"{name}: interval from", difference.low, "min"),
        figure(f"{name}: interval to", difference.high, "min"),
    ]


def _goals(found: dict[str, Figures]) -> list[dict[str, Any]]:
    rolling, best = found["rolling"], found["hindsight"]
    over = 100 * (rolling.mean_s / best.mean_s - 1)
    return [
        goal("12/h, inside 20 min", 100 * rolling.inside, ">= 80 %", rolling.inside >= 0.8),
        goal("12/h, mean over hindsight", over, "<= 5 %", over <= 5.0),
        goal("12/h, redirected for 100 jobs", rolling.redirected_per_100, "<= 6", rolling.redirected_per_100 <= 6.0),
    ]
