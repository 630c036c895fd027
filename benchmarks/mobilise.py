"""Team cases: the least last arrival, its gap to the MILP optimum of the same run, and the time of both.

Geometry as in the dispatch handbook, section 9: 20 x 20 km, one to three teams a case, slots that ask for one of
four jurisdictions (60 %) or one of three skills (50 %, a unit has 55 % of them). The referee is HiGHS through
scipy; times are process times. "Tight" has two units for a case, so that not every slot can be filled.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

import numpy as np
from benchmarks.common import figure, goal, report

from tidehub.methods.assignment.mobilise import (
    UNFILLED_S,
    Teams,
    best_teams,
    cost_of,
    least_last_arrival,
    nearest_first,
    optimum,
)

SIZES = ((12, 2), (60, 10), (120, 20))
TIGHT = (20, 10)
INSTANCES = 5
FIRST_SEED = 7000
SPEED_MPS, DETOUR, TURNOUT_S = 8.0, 1.3, 120.0


def run(seconds: float = 60.0) -> dict[str, Any]:
    """Measure every size; ``seconds`` limits the referee on each instance."""
    least_last_arrival(*instance(3, 1, 0))  # imports and first calls are not what is measured
    optimum(*instance(3, 1, 0))
    figures, goals = [], []
    for units, cases in SIZES:
        gaps, plain, ours_s, theirs_s = _measure(units, cases, seconds)
        name = f"{units} units x {cases} cases"
        figures += [
            figure(f"{name}: gap to the optimum, mean", statistics.mean(gaps), "%"),
            figure(f"{name}: gap to the optimum, worst", max(gaps), "%"),
            figure(f"{name}: gap of assignment on slots, mean", statistics.mean(plain), "%"),
            figure(f"{name}: time, mean", 1000 * statistics.mean(ours_s), "ms"),
            figure(f"{name}: time, worst", 1000 * max(ours_s), "ms"),
            figure(f"{name}: HiGHS, mean", 1000 * statistics.mean(theirs_s), "ms"),
            figure(f"{name}: HiGHS, worst", 1000 * max(theirs_s), "ms"),
        ]
        goals.append(goal(f"{name}: mean gap, %", statistics.mean(gaps), "<= 1", statistics.mean(gaps) <= 1.0))
        goals.append(goal(f"{name}: worst time, ms", 1000 * max(ours_s), "<= 300", max(ours_s) <= 0.3))
    gaps, _, ours_s, theirs_s = _measure(*TIGHT, seconds)
    proven = [_gap(best_teams(*moment), optimum(*moment, seconds)) for moment in _moments(*TIGHT)]
    name = f"tight, {TIGHT[0]} units x {TIGHT[1]} cases"
    figures += [
        figure(f"{name}: gap to the optimum, mean", statistics.mean(gaps), "%"),
        figure(f"{name}: gap to the optimum, worst", max(gaps), "%"),
        figure(f"{name}: gap with 0.3 s for the proof, mean", statistics.mean(proven), "%"),
        figure(f"{name}: time, mean", 1000 * statistics.mean(ours_s), "ms"),
        figure(f"{name}: HiGHS, mean", 1000 * statistics.mean(theirs_s), "ms"),
    ]
    return report("mobilise", figures, goals)


def instance(units: int, cases: int, seed: int) -> tuple[Any, Any, Any]:
    """Arrivals, fits and cases of one made-up moment."""
    rng = np.random.default_rng(seed)
    unit_xy, case_xy = rng.uniform(0, 20_000, (units, 2)), rng.uniform(0, 20_000, (cases, 2))
    jurisdiction, skills = rng.integers(0, 4, units), rng.random((units, 3)) < 0.55
    case_of, fits = [], []
    for case in range(cases):
        for _ in range(rng.integers(1, 4)):
            fit = np.ones(units, dtype=bool)
            if rng.random() < 0.6:
                fit &= jurisdiction == rng.integers(0, 4)
            if rng.random() < 0.5:
                fit &= skills[:, rng.integers(0, 3)]
            case_of.append(case)
            fits.append(fit)
    cases_at = np.array(case_of)
    ways_m = np.linalg.norm(unit_xy[None] - case_xy[cases_at][:, None], axis=2) * DETOUR
    return ways_m / SPEED_MPS + TURNOUT_S, np.array(fits), cases_at


def _measure(units: int, cases: int, seconds: float) -> tuple[list[float], list[float], list[float], list[float]]:
    gaps, plain, ours_s, theirs_s = [], [], [], []
    for arrival_s, fits, case_of in _moments(units, cases):
        started = time.process_time()
        ours = least_last_arrival(arrival_s, fits, case_of)
        ours_s.append(time.process_time() - started)
        started = time.process_time()
        best = optimum(arrival_s, fits, case_of, seconds)
        theirs_s.append(time.process_time() - started)
        _check(ours, arrival_s, fits, case_of)
        gaps.append(_gap(ours, best))
        plain.append(_gap(nearest_first(arrival_s, fits, case_of), best))
    return gaps, plain, ours_s, theirs_s


def _moments(units: int, cases: int) -> list[tuple[Any, Any, Any]]:
    return [instance(units, cases, seed) for seed in range(FIRST_SEED, FIRST_SEED + INSTANCES)]


def _gap(ours: Teams, best: Teams) -> float:
    """Percent above the optimum; what slots that stay open cost is left out, so that it hides nothing."""
    ours_open, best_open = int((ours.unit_of < 0).sum()), int((best.unit_of < 0).sum())
    if ours_open != best_open:
        return 100.0 * UNFILLED_S * (ours_open - best_open) / best.cost_s
    left = UNFILLED_S * best_open
    return 100.0 * ((ours.cost_s - left) / (best.cost_s - left) - 1.0)


def _check(ours: Teams, arrival_s: Any, fits: Any, case_of: Any) -> None:
    """Written apart from the method: every unit once, every unit fit, the cost as it says."""
    used = [unit for unit in ours.unit_of.tolist() if unit >= 0]
    assert len(used) == len(set(used)), "a unit stands in two slots"
    assert all(unit < 0 or fits[slot, unit] for slot, unit in enumerate(ours.unit_of.tolist()))
    _, cost_s = cost_of(arrival_s, case_of, ours.unit_of, int(case_of.max()) + 1)
    assert abs(cost_s - ours.cost_s) < 1e-6
