"""Several teams for one case, several cases at once: the least last arrival. Arrays in, arrays out.

A road is clear when the last of three teams is there, not when they are there on average. An assignment that
sums the times of all sends the second-nearest team of one case to another for the sake of a minute; here the
sum over the cases of their last arrivals is what is made small.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

TRAVEL_WEIGHT = 0.05
"""What a second of any team's way counts beside a second of the last arrival (dispatch handbook, section 9)."""
UNFILLED_S = 20_000.0
"""What leaving a slot without a team costs (dispatch handbook, section 9)."""
ROUNDS_MAX = 60
EXCHANGES_MAX = 400
"""Exchanges between two cases that are tried at most once the descent stands still."""
PROVEN_SLOTS_MAX = 24
"""Up to so many slots the optimum is proven at once (tens of milliseconds)."""
_NEVER = 1e9

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Teams(msgspec.Struct, frozen=True):
    """Who takes which slot.

    Parameters
    ----------
    unit_of
        For each slot the place of its unit, -1 where nobody is found.
    last_s
        For each case its last arrival, 0 where no slot of it is filled.
    cost_s
        Sum of the last arrivals, plus ``TRAVEL_WEIGHT`` times every arrival, plus ``UNFILLED_S`` for each slot
        left open.
    """

    unit_of: Ints
    last_s: Floats
    cost_s: float


def cost_of(arrival_s: Floats, case_of: Ints, unit_of: Ints, cases: int) -> tuple[Floats, float]:
    """Last arrival of each case, and the cost of an answer.

    Parameters
    ----------
    arrival_s
        Shape (slots, units).
    case_of, unit_of
        Shape (slots,): the case of each slot, its unit or -1.
    """
    last_s = np.zeros(cases)
    filled = np.flatnonzero(unit_of >= 0)
    times = arrival_s[filled, unit_of[filled]]
    np.maximum.at(last_s, case_of[filled], times)
    left = len(unit_of) - len(filled)
    return last_s, float(last_s.sum() + TRAVEL_WEIGHT * times.sum() + UNFILLED_S * left)


def least_last_arrival(arrival_s: Floats, fits: Bools, case_of: Ints) -> Teams:
    """Fill the slots so that the last arrivals, summed over the cases, are least.

    Parameters
    ----------
    arrival_s
        Seconds until each unit is at the place of each slot, shape (slots, units); what does not fit may hold
        anything.
    fits
        Whether the unit may take the slot (jurisdiction, skill, free), same shape.
    case_of
        Shape (slots,): place of the slot's case, from 0 on without gaps.

    Returns
    -------
    Teams
        No unit stands in two slots. The same input gives the same answer.

    Raises
    ------
    ValueError
        Where the shapes do not belong together, or an arrival that fits is no finite number, or is below zero.

    Notes
    -----
    One linear sum assignment (Crouse 2016) for the start, then descent on the last arrivals: for one case after
    the other each shorter last arrival is tried; its slower units are barred, and in the other cases only what
    comes later than their present last arrival costs, so that units change places as in an augmenting path.
    An answer that is better by the true cost is kept, until no case can be made better. Measured against the
    MILP optimum by ``tidehub bench mobilise``.
    """
    arrival_s, fits, case_of = _checked(arrival_s, fits, case_of)
    if not len(case_of):
        return Teams(np.zeros(0, dtype=np.int64), np.zeros(0), 0.0)
    start = nearest_first(arrival_s, fits, case_of)
    best, last_s, cost = start.unit_of, start.last_s, start.cost_s
    for _ in range(ROUNDS_MAX):
        found = _better(arrival_s, fits, case_of, last_s, cost)
        if found is None:
            found = _exchanged(arrival_s, fits, case_of, last_s, cost)
        if found is None:
            break
        best, last_s, cost = found
    return Teams(best, last_s, cost)


def nearest_first(arrival_s: Floats, fits: Bools, case_of: Ints) -> Teams:
    """Fill the slots so that all arrivals together are soonest: the plain assignment, and the start of the descent."""
    unit_of = _solve(np.where(fits, arrival_s, _NEVER))
    last_s, cost = cost_of(arrival_s, case_of, unit_of, int(case_of.max()) + 1)
    return Teams(unit_of, last_s, cost)


def best_teams(arrival_s: Floats, fits: Bools, case_of: Ints, proof_s: float = 0.3) -> Teams:
    """As :func:`least_last_arrival`, and where few compete the optimum itself.

    Parameters
    ----------
    proof_s
        How long the proof may take; after it the better of the two answers stands.
    """
    found = least_last_arrival(arrival_s, fits, case_of)
    if not 1 < len(case_of) <= PROVEN_SLOTS_MAX or (int(case_of.max()) == 0 and (found.unit_of >= 0).all()):
        return found
    try:
        proven = optimum(arrival_s, fits, case_of, proof_s)
    except ValueError:
        return found
    return proven if proven.cost_s < found.cost_s - 1e-6 else found


def _better(
    arrival_s: Floats, fits: Bools, case_of: Ints, last_s: Floats, cost: float
) -> tuple[Ints, Floats, float] | None:
    """Try to make the cases end sooner, one after the other; the best of a whole round, or ``None``."""
    best: tuple[Ints, Floats, float] | None = None
    cases = len(last_s)
    for case in np.argsort(-last_s, kind="stable"):
        mine = np.flatnonzero(case_of == case)
        limit_s = last_s[case] if best is None else best[1][case]
        below = np.unique(arrival_s[mine][fits[mine]])
        present_s, present = (last_s, cost) if best is None else (best[1], best[2])
        for target_s in below[below < limit_s][::-1]:
            target = present_s.copy()
            target[case] = target_s
            saved_s = limit_s - target_s
            answer = _solve(_priced(arrival_s, fits, case_of, target, int(case)))
            new_last_s, new_cost = cost_of(arrival_s, case_of, answer, cases)
            if new_cost < present - 1e-6:
                best = (answer, new_last_s, new_cost)
                present_s, present, limit_s = new_last_s, new_cost, new_last_s[case]
            elif new_cost - present > 2 * saved_s + UNFILLED_S / 2:
                break  # a slot would stay open: shorter still is no better
    return best


def _exchanged(
    arrival_s: Floats, fits: Bools, case_of: Ints, last_s: Floats, cost: float
) -> tuple[Ints, Floats, float] | None:
    """One case sooner at the price of another that may end later: the first such exchange that pays."""
    cases, tries = len(last_s), 0
    for case in np.argsort(-last_s, kind="stable"):
        mine = np.flatnonzero(case_of == case)
        below = np.unique(arrival_s[mine][fits[mine]])
        for target_s in below[below < last_s[case]][::-1]:
            for other in range(cases):
                if other == case:
                    continue
                tries += 1
                if tries > EXCHANGES_MAX:
                    return None
                target = last_s.copy()
                target[case], target[other] = target_s, np.inf
                answer = _solve(_priced(arrival_s, fits, case_of, target, int(case)))
                new_last_s, new_cost = cost_of(arrival_s, case_of, answer, cases)
                if new_cost < cost - 1e-6:
                    return answer, new_last_s, new_cost
    return None


def _priced(arrival_s: Floats, fits: Bools, case_of: Ints, target_s: Floats, case: int) -> Floats:
    """What each pair costs when the cases are to end at ``target_s``: later counts, and in ``case`` is barred."""
    late_s = np.maximum(0.0, arrival_s - target_s[case_of][:, None])
    price = TRAVEL_WEIGHT * arrival_s + late_s
    barred = ~fits | ((late_s > 0) & (case_of == case)[:, None])
    return np.where(barred, _NEVER, price)


def _solve(price: Floats) -> Ints:
    """Least sum; a slot whose price everywhere exceeds that of staying open stays open."""
    from scipy.optimize import linear_sum_assignment  # a quarter of a second to import: only for team cases

    slots, units = price.shape
    open_price = np.full((slots, slots), _NEVER)
    np.fill_diagonal(open_price, UNFILLED_S)
    rows, columns = linear_sum_assignment(np.hstack([price, open_price]))
    unit_of = np.full(slots, -1, dtype=np.int64)
    taken = columns < units
    unit_of[rows[taken]] = columns[taken]
    return unit_of


def optimum(arrival_s: Floats, fits: Bools, case_of: Ints, seconds: float = 60.0) -> Teams:
    """Prove the least cost by mixed-integer programming (HiGHS): the referee, and the answer for few units.

    Parameters
    ----------
    seconds
        Time limit; what is best then is returned.

    Raises
    ------
    ValueError
        As :func:`least_last_arrival`, and where no answer was found in the time.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    arrival_s, fits, case_of = _checked(arrival_s, fits, case_of)
    slots, units = arrival_s.shape
    cases = int(case_of.max()) + 1 if slots else 0
    slot_at, unit_at = np.nonzero(fits)
    pairs = len(slot_at)
    times = arrival_s[slot_at, unit_at]
    # variables: a pair is used (0/1), a slot stays open (0/1), the last arrival of a case (seconds)
    price = np.concatenate([TRAVEL_WEIGHT * times, np.full(slots, UNFILLED_S), np.ones(cases)])
    place = np.arange(pairs)
    rows: list[Any] = [slot_at, np.arange(slots), slots + unit_at]
    columns: list[Any] = [place, pairs + np.arange(slots), place]
    values: list[Any] = [np.ones(pairs), np.ones(slots), np.ones(pairs)]
    first_end = slots + units
    # the pairs of one slot exclude each other, so one row for each slot bounds its arrival
    rows += [first_end + slot_at, first_end + np.arange(slots)]
    columns += [place, pairs + slots + case_of]
    values += [times, np.full(slots, -1.0)]
    matrix = coo_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(first_end + slots, pairs + slots + cases),
    ).tocsr()
    low = np.concatenate([np.ones(slots), np.full(units, -np.inf), np.full(slots, -np.inf)])
    high = np.concatenate([np.ones(slots), np.ones(units), np.zeros(slots)])
    whole = np.concatenate([np.ones(pairs + slots), np.zeros(cases)])
    upper = np.concatenate([np.ones(pairs + slots), np.full(cases, np.inf)])
    answer = milp(
        price,
        constraints=LinearConstraint(matrix, low, high),
        integrality=whole,
        bounds=Bounds(np.zeros(len(price)), upper),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if answer.x is None:
        raise ValueError("no answer within the time limit")
    unit_of = np.full(slots, -1, dtype=np.int64)
    used = np.flatnonzero(answer.x[:pairs] > 0.5)
    unit_of[slot_at[used]] = unit_at[used]
    last_s, cost = cost_of(arrival_s, case_of, unit_of, cases)
    return Teams(unit_of, last_s, cost)


def _checked(arrival_s: Any, fits: Any, case_of: Any) -> tuple[Floats, Bools, Ints]:
    arrival_s, fits = np.asarray(arrival_s, dtype=float), np.asarray(fits, dtype=bool)
    case_of = np.asarray(case_of, dtype=np.int64)
    if arrival_s.ndim != 2 or arrival_s.shape != fits.shape or case_of.shape != arrival_s.shape[:1]:
        raise ValueError(
            f"arrival_s and fits are (slots, units) and case_of is (slots,), not {arrival_s.shape},"
            f" {fits.shape} and {case_of.shape}"
        )
    used = arrival_s[fits]
    if not np.isfinite(used).all() or (used < 0).any():
        raise ValueError("an arrival that fits must be a finite number of seconds, not below zero")
    if len(case_of) and set(np.unique(case_of)) != set(range(int(case_of.max()) + 1)):
        raise ValueError("case_of must count the cases from 0 without gaps")
    return arrival_s, fits, case_of
