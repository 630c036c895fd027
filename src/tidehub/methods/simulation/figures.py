"""Figures of days that were played: shares, tails, stability, fairness, and what every decision cost.

Every job counts: one that nobody ever reached is infinitely late, not left out. Only calls that were taken back
before anybody could come are not counted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from tidehub.methods.simulation.model import Outcome, Served

PROMISE_S = 1200.0


class Figures(msgspec.Struct, frozen=True):
    """What several days under one policy came to.

    Parameters
    ----------
    cases
        Calls counted; a case of several teams counts once, by its last arrival.
    inside
        Share of them reached within the promise.
    mean_s, p50_s, p90_s, p95_s
        From the call to the arrival; infinite where so many were never reached.
    never
        Cases never reached.
    redirected_per_100
        Units turned away under way, for 100 jobs.
    busiest_s, idlest_s
        Work and ways of the busiest and the least busy unit, a day in the mean.
    """

    policy: str
    cases: int
    inside: float
    mean_s: float
    p50_s: float
    p90_s: float
    p95_s: float
    never: int
    redirected_per_100: float
    busiest_s: float
    idlest_s: float
    moved_m_per_day: float


def responses_s(outcome: Outcome) -> list[float]:
    """Seconds from call to arrival of every case of a day, the last of its teams counting."""
    last: dict[str, float] = {}
    for one in outcome.served:
        if one.cancelled:
            continue
        case_id = one.case_id or one.job_id
        last[case_id] = max(last.get(case_id, 0.0), one.response_s)
    return list(last.values())


def figures_of(outcomes: Sequence[Outcome], promise_s: float = PROMISE_S) -> Figures:
    """Put days of the same policy together."""
    assert outcomes, "figures of no day"
    times = np.array([time for outcome in outcomes for time in responses_s(outcome)])
    jobs = sum(len(outcome.served) for outcome in outcomes)
    busy: dict[str, float] = {}
    for outcome in outcomes:
        for unit_id, seconds in outcome.busy_s.items():
            busy[unit_id] = busy.get(unit_id, 0.0) + seconds / len(outcomes)
    return Figures(
        policy=outcomes[0].policy,
        cases=len(times),
        inside=float(np.mean(times <= promise_s)) if len(times) else 1.0,
        mean_s=float(np.mean(times)) if len(times) else 0.0,
        p50_s=_percentile(times, 50),
        p90_s=_percentile(times, 90),
        p95_s=_percentile(times, 95),
        never=int(np.sum(~np.isfinite(times))),
        redirected_per_100=100.0 * sum(outcome.redirected for outcome in outcomes) / max(1, jobs),
        busiest_s=max(busy.values(), default=0.0),
        idlest_s=min(busy.values(), default=0.0),
        moved_m_per_day=math.fsum(outcome.moved_m for outcome in outcomes) / len(outcomes),
    )


def _percentile(times: np.ndarray, percent: float) -> float:
    """Nearest rank, so that an infinite time is never averaged into a finite one."""
    if not len(times):
        return 0.0
    ordered = np.sort(times)
    return float(ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)])


class Difference(NamedTuple):
    """Mean of paired differences between two policies over the same days, with its 95 % interval."""

    mean: float
    low: float
    high: float


def paired(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Compare two policies day by day: both met the same calls, so most of the chance cancels out.

    The interval is Student's; 2.045 is its factor for 30 days, taken for 20 days and more, 2.262 (10 days) below.
    """
    differences = np.array(second) - np.array(first)
    half = 0.0
    if len(differences) > 1:
        factor = 2.045 if len(differences) >= 20 else 2.262
        half = factor * float(differences.std(ddof=1)) / math.sqrt(len(differences))
    mean = float(differences.mean())
    return Difference(mean, mean - half, mean + half)


class Costly(msgspec.Struct, frozen=True):
    """One decision that cost much: who went, who would have gone, and how much later it was."""

    job_id: str
    called_s: float
    unit_id: str | None
    response_s: float
    best_unit_id: str | None
    best_response_s: float
    lost_s: float
    zh: str
    en: str


class Regret(msgspec.Struct, frozen=True):
    """A day against what could have been done by somebody who had known it."""

    day: str
    policy: str
    mean_s: float
    best_mean_s: float
    over_best: float
    decisions: tuple[Costly, ...]


def regret_of(outcome: Outcome, best: Outcome, names: Mapping[str, str] | None = None, count: int = 3) -> Regret:
    """Say how far a day was from the best possible, and which decisions cost most.

    Parameters
    ----------
    outcome
        What happened, or was simulated.
    best
        The same calls in hindsight; nobody may leave before the call there, either.
    count
        How many decisions are shown, the dearest first.

    Notes
    -----
    What a decision cost is the time that its caller waited longer than in hindsight. A caller who waited less
    than there has paid for somebody else; those are not shown.
    """
    names = names or {}
    other = {one.job_id: one for one in best.served}
    pairs = [(one, other[one.job_id]) for one in outcome.served if not one.cancelled and one.job_id in other]
    mean_s = float(np.mean([one.response_s for one, _ in pairs])) if pairs else 0.0
    best_s = float(np.mean([one.response_s for _, one in pairs])) if pairs else 0.0
    dearest = sorted(pairs, key=lambda pair: (pair[1].response_s - pair[0].response_s, pair[0].job_id))[:count]
    costly = tuple(_costly(one, ideal, names) for one, ideal in dearest if one.response_s > ideal.response_s)
    over = mean_s / best_s - 1.0 if best_s > 0 else 0.0
    return Regret(outcome.day, outcome.policy, mean_s, best_s, over, costly)


def _costly(one: Served, ideal: Served, names: Mapping[str, str]) -> Costly:
    went = names.get(one.unit_id or "", one.unit_id or "–")
    better = names.get(ideal.unit_id or "", ideal.unit_id or "–")
    lost_s = one.response_s - ideal.response_s
    called = _clock(one.called_s)
    if not math.isfinite(one.response_s):
        zh = f"{called} 的 {one.job_id} 无人到达；事后看 {better} 可在 {_min(ideal.response_s)} 分钟到"
        en = f"{one.job_id}, called at {called}, was never reached; {better} could have been there in"
        en += f" {_min(ideal.response_s)} min"
    elif went == better:
        zh = (
            f"{called} 的 {one.job_id} 由 {went} 前往，用时 {_min(one.response_s)} 分钟；早出发可早 {_min(lost_s)} 分钟"
        )
        en = f"{one.job_id}, called at {called}: {went} took {_min(one.response_s)} min;"
        en += f" setting out sooner it had been {_min(lost_s)} min earlier"
    else:
        zh = f"{called} 的 {one.job_id} 由 {went} 前往，用时 {_min(one.response_s)} 分钟；事后看 {better} 可早 {_min(lost_s)} 分钟"  # noqa: E501
        en = f"{one.job_id}, called at {called}: {went} took {_min(one.response_s)} min;"
        en += f" {better} had been {_min(lost_s)} min earlier"
    return Costly(
        one.job_id, one.called_s, one.unit_id, one.response_s, ideal.unit_id, ideal.response_s, lost_s, zh, en
    )


def _min(seconds: float) -> str:
    return f"{seconds / 60:.0f}" if math.isfinite(seconds) else "∞"


def _clock(second: float) -> str:
    return f"{int(second // 3600):02d}:{int(second % 3600 // 60):02d}"
