"""A scenario, rehearsed: several days and policies, what one more unit would bring, how good the told times were."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from tidehub.methods.assignment.waiting import Waits
from tidehub.methods.forecast import ArrivalErrors, arrival_errors, learn_ranges
from tidehub.methods.simulation.controllers import CommitAtCall, NearestIdle, Rolling
from tidehub.methods.simulation.figures import Difference, Figures, figures_of, paired, regret_of, responses_s
from tidehub.methods.simulation.figures import Regret as Regret
from tidehub.methods.simulation.model import Controller, Day, Outcome
from tidehub.methods.simulation.scenarios import Scenario, waits_for
from tidehub.methods.simulation.world import play

LEARNED_FROM = range(5001, 5021)
"""Seeds of the days from which demand and ranges of arrival are learned; they are never reported."""


class OneMore(msgspec.Struct, frozen=True):
    """What one more unit would bring: the 95th percentile from one figure to another."""

    units: int
    p95_from_s: float
    p95_to_s: float
    inside_from: float
    inside_to: float
    zh: str
    en: str


class Rehearsal(msgspec.Struct, frozen=True):
    """The answer of ``tidehub simulate``.

    Parameters
    ----------
    policies
        Figures of each policy over the same days.
    by_task
        Figures of the rolling policy for each kind of job, where there are several.
    paired_s
        Mean response of the rolling policy against nearest idle, day by day.
    arrivals
        How good the times were that were told at the first order, by ranges learned on other days.
    """

    scenario: str
    zh: str
    en: str
    days: int
    seeds: tuple[int, ...]
    units: int
    promise_s: float
    policies: tuple[Figures, ...]
    by_task: Mapping[str, Figures]
    paired_s: Difference
    arrivals: ArrivalErrors
    one_more: OneMore | None
    regret: Regret | None


def controllers(day: Day, scenario: Scenario, waits: Waits | None) -> list[Controller]:
    """The policies that are compared; each begins the day anew."""
    return [
        NearestIdle(day.policies, day.travel),
        CommitAtCall(day.policies, day.travel, day.expected_work_s),
        Rolling(day.policies, day.travel, scenario.waiting, waits),
    ]


def rehearse(
    scenario: Scenario,
    seeds: Sequence[int],
    units: int | None = None,
    best: Callable[[Day], Outcome] | None = None,
    one_more: bool = True,
) -> Rehearsal:
    """Play days of a scenario.

    Parameters
    ----------
    seeds
        One day each; the calls are the same for every policy and every number of units.
    units
        How many; what the scenario says without.
    best
        Hindsight, for the regret of the first day; without it none is told.
    one_more
        Whether the days are played with one more unit, too.
    """
    assert seeds, "at least one day"
    count = scenario.units if units is None else units
    waits = waits_for(scenario, LEARNED_FROM)
    played: dict[str, list[Outcome]] = {}
    for seed in seeds:
        day = scenario.make(seed, count)
        for controller in controllers(day, scenario, waits):
            played.setdefault(controller.name, []).append(play(day, controller))
    rolling = played["rolling"]
    first = scenario.make(seeds[0], count)
    regret = None
    if best is not None and scenario.single:
        bound = best(first)
        regret = regret_of(rolling[0], bound)
    return Rehearsal(
        scenario=scenario.name,
        zh=scenario.zh,
        en=scenario.en,
        days=len(seeds),
        seeds=tuple(seeds),
        units=count,
        promise_s=scenario.promise_s,
        policies=tuple(figures_of(outcomes, scenario.promise_s) for outcomes in played.values()),
        by_task=_by_task(rolling, scenario),
        paired_s=paired([_mean(day) for day in played["nearest idle"]], [_mean(day) for day in rolling]),
        arrivals=_arrivals(scenario, count, waits, rolling),
        one_more=_one_more(scenario, seeds, count, waits, rolling) if one_more else None,
        regret=regret,
    )


def _mean(outcome: Outcome) -> float:
    times = responses_s(outcome)
    return sum(times) / len(times) if times else 0.0


def _by_task(outcomes: Sequence[Outcome], scenario: Scenario) -> dict[str, Figures]:
    tasks = sorted({one.task for outcome in outcomes for one in outcome.served})
    if len(tasks) < 2 or not scenario.single:
        return {}
    found = {}
    for task in tasks:
        parts = [
            msgspec.structs.replace(outcome, served=tuple(one for one in outcome.served if one.task == task))
            for outcome in outcomes
        ]
        found[task] = figures_of(parts, scenario.promise_s)
    return found


def _arrivals(scenario: Scenario, count: int, waits: Waits | None, outcomes: Sequence[Outcome]) -> ArrivalErrors:
    past = []
    for seed in LEARNED_FROM:
        day = scenario.make(seed, count)
        past += told(play(day, Rolling(day.policies, day.travel, scenario.waiting, waits)))
    ranges = learn_ranges(past)
    return arrival_errors(ranges, [pair for outcome in outcomes for pair in told(outcome)])


def told(outcome: Outcome) -> list[tuple[float, float]]:
    """For every job that was reached: the seconds told at the first order, and what they became."""
    return [
        (one.told_s, one.arrived_s - one.told_at_s)
        for one in outcome.served
        if one.arrived_s - one.told_at_s < float("inf")
    ]


def _one_more(
    scenario: Scenario, seeds: Sequence[int], count: int, waits: Waits | None, before: Sequence[Outcome]
) -> OneMore:
    more = []
    for seed in seeds:
        day = scenario.make(seed, count + 1)
        more.append(play(day, Rolling(day.policies, day.travel, scenario.waiting, waits)))
    now, then = figures_of(before, scenario.promise_s), figures_of(more, scenario.promise_s)
    zh = f"再加一支（{count} → {count + 1}），95 分位由 {_min(now.p95_s)} 分钟变为 {_min(then.p95_s)} 分钟"
    en = f"one more unit ({count} to {count + 1}) would bring the 95th percentile"
    en += f" from {_min(now.p95_s)} to {_min(then.p95_s)} min"
    return OneMore(count + 1, now.p95_s, then.p95_s, now.inside, then.inside, zh, en)


def _min(seconds: float) -> str:
    return f"{seconds / 60:.1f}" if seconds < float("inf") else "∞"
