"""Ruin and recreate with simulated annealing: strings of neighbouring stops are taken out and put back. Compiled.

Slack induction by string removals (Christiaens and Vanden Berghe, Transportation Science 54(2), 2020, doi
10.1287/trsc.2019.0914): adjacent strings are removed from several neighbouring routes, so that there is slack in place
and time where it is needed; jobs go back greedily, with blinks, in an order drawn anew each time. A recreate that
already costs more than may be accepted is given up at once.
"""

# mypy: disable-error-code="no-any-return,arg-type"
# Kernels: numba infers the scalar types of array items, which numpy's stubs do not tell.

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tidehub.methods.vrp.arrays import EARLY, LATE, VISIT, Arrays, F, I, State
from tidehub.methods.vrp.compiled import compiled
from tidehub.methods.vrp.insertion import best_place
from tidehub.methods.vrp.timetable import below, chance, enter, refresh, strike

REMOVED_MEAN, STRING_MAX, SPLIT_SHARE, SPLIT_GROWS, BLINK = range(5)
KNOBS = np.array([10.0, 10.0, 0.5, 0.01, 0.01])


NDArrayInt = np.ndarray


class Desk(NamedTuple):
    """Working room of the search, and the best plan so far."""

    best_seq: I
    best_n: I
    back_seq: I  # routes as they were before the ruin
    back_n: I
    touched: I
    out: NDArrayInt
    seen: NDArrayInt
    absent: I  # jobs that are left out, in the order of the recreate
    keys: F
    figures: F  # COST, BEST, ITERATIONS, COUNTER, ACCEPTED
    weight: F  # job: how often it was left out


COST, BEST, ITERATIONS, COUNTER, ACCEPTED = range(5)


def desk_for(arrays: Arrays, state: State) -> Desk:
    """Make the working room for a state."""
    rows = state.seq.shape
    units, jobs = arrays.unit.shape[0], arrays.job.shape[0]
    return Desk(
        np.zeros(rows, np.int32),
        np.zeros(rows[0], np.int32),
        np.zeros(rows, np.int32),
        np.zeros(rows[0], np.int32),
        np.zeros(rows[0], np.int32),
        np.full(4, -1, np.int64),
        np.zeros(max(4, units + 1), np.int64),
        np.zeros(jobs + 1, np.int32),
        np.zeros(jobs + 1),
        np.zeros(5),
        np.ones(jobs),
    )


@compiled
def total_cost(p: Arrays, s: State) -> float:
    """Cost of the plan as it stands, with the penalties of what is left out."""
    cost = 0.0
    for r in range(p.unit.shape[0]):
        cost += s.cost[r]
    for job in range(p.penalty.shape[0]):
        if s.at[job] < 0:
            cost += p.penalty[job]
    return cost


@compiled
def keep_best(p: Arrays, s: State, w: Desk) -> None:
    """Remember the plan as it stands as the best."""
    for r in range(p.unit.shape[0]):
        n = s.n[r]
        w.best_n[r] = n
        for q in range(1, n + 1):
            w.best_seq[r, q] = s.seq[r, q]


@compiled
def recall_best(p: Arrays, s: State, w: Desk) -> None:
    """Go back to the best plan."""
    for job in range(s.at.shape[0]):
        s.at[job] = -1
    for r in range(p.unit.shape[0]):
        n = w.best_n[r]
        s.n[r] = n
        for q in range(1, n + 1):
            s.seq[r, q] = w.best_seq[r, q]
            if p.owner[s.seq[r, q]] >= 0:
                s.at[p.owner[s.seq[r, q]]] = r
        refresh(p, s, r)


@compiled
def save_route(s: State, w: Desk, r: int) -> None:
    """Keep a route as it was before this iteration, once."""
    if w.touched[r]:
        return
    w.touched[r] = 1
    n = s.n[r]
    w.back_n[r] = n
    for q in range(1, n + 1):
        w.back_seq[r, q] = s.seq[r, q]


@compiled
def undo(p: Arrays, s: State, w: Desk) -> None:
    """Put back every route that was touched."""
    units = p.unit.shape[0]
    for r in range(units):
        if w.touched[r]:
            for q in range(1, s.n[r] + 1):
                job = p.owner[s.seq[r, q]]
                if job >= 0:
                    s.at[job] = -1
    for r in range(units):
        if w.touched[r]:
            n = w.back_n[r]
            s.n[r] = n
            for q in range(1, n + 1):
                node = w.back_seq[r, q]
                s.seq[r, q] = node
                if p.owner[node] >= 0:
                    s.at[p.owner[node]] = r
            refresh(p, s, r)


@compiled
def ruin_string(p: Arrays, s: State, w: Desk, r: int, q: int, length: int, knobs: F) -> bool:
    """Take a string of stops around position ``q`` out of route ``r``, perhaps sparing some in its middle."""
    n = s.n[r]
    spared = 0
    if length > 1 and length < n and chance(s.rng) < knobs[SPLIT_SHARE]:
        spared = 1
        while length + spared < n and chance(s.rng) > knobs[SPLIT_GROWS]:
            spared += 1
            if chance(s.rng) < 0.5:
                break
    span = length + spared
    low = max(1, q - span + 1)
    high = min(q, n - span + 1)
    start = low + below(s.rng, high - low + 1)
    spare_from = start + below(s.rng, length + 1) if spared else -1
    save_route(s, w, r)
    for k in range(start, start + span):
        if spared and spare_from <= k < spare_from + spared:
            continue
        job = p.owner[s.seq[r, k]]
        if job >= 0:
            s.at[job] = -1
    return strike(p, s, r)


@compiled
def ruin(p: Arrays, s: State, w: Desk, knobs: F) -> bool:
    """Remove adjacent strings around a stop that is drawn; False where what is left breaks a window."""
    jobs = p.penalty.shape[0]
    stops, used = 0, 0
    for r in range(p.unit.shape[0]):
        if s.n[r] > 0:
            used += 1
            stops += s.n[r]
    if used == 0:
        return True
    mean = stops / used
    longest = min(knobs[STRING_MAX], mean)
    many = 4.0 * knobs[REMOVED_MEAN] / (1.0 + longest) - 1.0
    strings = int(chance(s.rng) * many + 1.0)
    seed_job = below(s.rng, jobs)
    seed = p.job[seed_job, 0]
    if p.job[seed_job, 1] >= 0 and chance(s.rng) < 0.5:
        seed = p.job[seed_job, 1]
    done = 0
    for index in range(p.near.shape[1]):
        node = p.near[seed, index]
        job = p.owner[node]
        if job < 0:
            continue
        r = s.at[job]
        if r < 0 or w.touched[r]:
            continue
        most = min(float(s.n[r]), longest)
        length = int(chance(s.rng) * most + 1.0)
        if not ruin_string(p, s, w, r, s.pos[node], min(length, s.n[r]), knobs):
            return False
        done += 1
        if done >= strings:
            break
    return True


@compiled
def order_absent(p: Arrays, s: State, w: Desk) -> int:
    """List the jobs that are left out, in an order that is drawn; how many they are."""
    count = 0
    draw = chance(s.rng) * 17.0
    for job in range(p.penalty.shape[0]):
        if s.at[job] >= 0:
            continue
        i = p.job[job, 0]
        j = p.job[job, 1] if p.job[job, 1] >= 0 else i
        if draw < 4.0:
            key = chance(s.rng)
        elif draw < 8.0:
            key = -p.qty[i, 0] if p.job[job, 2] != VISIT else -abs(p.qty[i, 0])
        elif draw < 10.0:
            key = -p.cst[0, p.unit_at[0, 0], p.loc[i]]
        elif draw < 11.0:
            key = p.cst[0, p.unit_at[0, 0], p.loc[i]]
        elif draw < 13.0:
            key = p.node[i, LATE] - p.node[i, EARLY]
        elif draw < 15.0:
            key = p.node[i, EARLY]
        else:
            key = -p.node[j, LATE]
        k = count
        while k > 0 and w.keys[k - 1] > key:
            w.keys[k] = w.keys[k - 1]
            w.absent[k] = w.absent[k - 1]
            k -= 1
        w.keys[k] = key
        w.absent[k] = job
        count += 1
    return count


@compiled
def recreate(p: Arrays, s: State, w: Desk, knobs: F, limit: float) -> float:
    """Put jobs back where they cost least; the cost of the plan, or a number above ``limit`` where it gave up."""
    count = order_absent(p, s, w)
    cost = 0.0
    for r in range(p.unit.shape[0]):
        cost += s.cost[r]
    for k in range(count):
        job = w.absent[k]
        w.figures[COUNTER] += 1.0
        best = best_place(p, s, job, knobs[BLINK], p.penalty[job], w.seen, int(w.figures[COUNTER]), w.out)
        if best < p.penalty[job]:
            save_route(s, w, w.out[0])
            enter(p, s, job, w.out[0], w.out[1], w.out[2], w.out[3])
        cost += best
        if cost > limit:
            return cost
    return cost


@compiled
def construct(p: Arrays, s: State, w: Desk) -> float:
    """Insert all that is left out, no blinks; the cost of the plan, which becomes the best."""
    for r in range(s.n.shape[0]):
        refresh(p, s, r)
    knobs = np.zeros(5)
    recreate(p, s, w, knobs, np.inf)
    for r in range(s.n.shape[0]):
        w.touched[r] = 0
    w.figures[COST] = total_cost(p, s)
    w.figures[BEST] = w.figures[COST]
    keep_best(p, s, w)
    return w.figures[COST]


@compiled
def anneal(p: Arrays, s: State, w: Desk, knobs: F, iterations: int, hot: float, cold: float) -> float:
    """Run some iterations, the temperature falling from ``hot`` to ``cold``; the best cost so far."""
    fall = (cold / hot) ** (1.0 / max(1, iterations)) if hot > 0 else 1.0
    heat = hot
    for _ in range(iterations):
        for r in range(p.unit.shape[0]):
            w.touched[r] = 0
        limit = w.figures[COST] - heat * np.log(1.0 - chance(s.rng))
        good = ruin(p, s, w, knobs)
        cost = recreate(p, s, w, knobs, limit) if good else np.inf
        w.figures[ITERATIONS] += 1.0
        heat *= fall
        if cost > limit:
            undo(p, s, w)
            continue
        w.figures[ACCEPTED] += 1.0
        w.figures[COST] = cost
        if cost < w.figures[BEST] - 1e-9:
            w.figures[COST] = total_cost(p, s)
            w.figures[BEST] = w.figures[COST]
            keep_best(p, s, w)
    return w.figures[BEST]


@compiled
def load_routes(p: Arrays, s: State, seq: I, n: I) -> None:
    """Take over given routes as far as they hold; what breaks a route's windows or loads is left out."""
    for job in range(s.at.shape[0]):
        s.at[job] = -1
    for r in range(p.unit.shape[0]):
        s.n[r] = n[r]
        for q in range(1, n[r] + 1):
            s.seq[r, q] = seq[r, q]
            if p.owner[seq[r, q]] >= 0:
                s.at[p.owner[seq[r, q]]] = r
        while not refresh(p, s, r) or not carries(p, s, r):
            worst = s.n[r]
            for q in range(1, s.n[r] + 1):
                if s.ts[r, q] > p.node[s.seq[r, q], LATE] + 1e-9:
                    worst = q
                    break
            while worst > 1 and p.owner[s.seq[r, worst]] < 0:
                worst -= 1
            job = p.owner[s.seq[r, worst]]
            if job >= 0:
                s.at[job] = -1
                strike(p, s, r)
            else:
                s.n[r] = 0


@compiled
def carries(p: Arrays, s: State, r: int) -> bool:
    """Whether a route's loads are within capacity all the way."""
    for d in range(p.cap.shape[1]):  # noqa: SIM110
        if s.n[r] > 0 and s.dn[r, s.n[r], d] > p.cap[s.veh[r], d] + 1e-9:
            return False
    return True
