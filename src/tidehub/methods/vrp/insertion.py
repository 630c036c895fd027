"""Where a job fits best: every place in every route, times, loads, landings and costs taken in account. Compiled.

Constant time per place where costs do not depend on time (slack is kept per stop); otherwise the delay is carried
down the route until waiting takes it up.
"""

# mypy: disable-error-code="no-any-return,arg-type"
# Kernels: numba infers the scalar types of array items, which numpy's stubs do not tell.

from __future__ import annotations

import numpy as np

from tidehub.methods.vrp.arrays import (
    COLLECT,
    EARLY,
    FIXED,
    LATE,
    PROFILE,
    RATE,
    SERVICE,
    TYPE,
    VISIT,
    Arrays,
    State,
)
from tidehub.methods.vrp.compiled import compiled
from tidehub.methods.vrp.timetable import EPS, chance, time_cost

NOWHERE = 1e300


@compiled
def delay_cost(p: Arrays, s: State, r: int, q: int, arrival: float) -> float:
    """Cost of time that the stops from position ``q`` on gain when ``q`` is reached at ``arrival``."""
    pr = p.unit_at[s.veh[r], PROFILE]
    extra = 0.0
    for k in range(q, s.n[r] + 1):
        node = s.seq[r, k]
        start = max(arrival, p.node[node, EARLY])
        if start == s.ts[r, k]:
            break
        extra += time_cost(p, node, start) - time_cost(p, node, s.ts[r, k])
        arrival = start + p.node[node, SERVICE] + p.dur[pr, s.lc[r, k], s.lc[r, k + 1]]
    return extra


@compiled
def fits(p: Arrays, s: State, r: int, q: int, node: int, kind: int) -> bool:
    """Whether the load of a stop behind ``q`` fits: until it is landed or dropped, or to the end."""
    v = s.veh[r]
    for d in range(p.cap.shape[1]):
        x = p.qty[node, d]
        if kind == VISIT:
            if x > 0 and s.up[r, q, d] + x > p.cap[v, d] + EPS:
                return False
            if x < 0 and s.dn[r, q, d] - x > p.cap[v, d] + EPS:
                return False
        elif s.ld[r, q, d] + x > p.cap[v, d] + EPS:
            return False
    return True


@compiled
def place_visit(p: Arrays, s: State, job: int, r: int, blink: float, best: float, out):  # type: ignore[no-untyped-def]
    """Best place of a single stop in one route; writes ``out`` where it is better than ``best``, and gives the best."""
    v = s.veh[r]
    pr = p.unit_at[v, PROFILE]
    i = p.job[job, 0]
    n = s.n[r]
    here = p.loc[i]
    early, late, service = p.node[i, EARLY], p.node[i, LATE], p.node[i, SERVICE]
    rate = p.unit[v, RATE]
    base = p.unit[v, FIXED] if n == 0 else 0.0
    d_to, d_from = p.dur_to[pr, here], p.dur[pr, here]
    c_to, c_from = p.cst_to[pr, here], p.cst[pr, here]
    for q in range(n + 1):
        if s.dp[r, q] > late:
            break
        a, b = s.lc[r, q], s.lc[r, q + 1]
        old = s.dc[r, q + 1] if n > 0 else 0.0
        delta = base + (c_to[a] + c_from[b] - old) * rate
        if delta >= best:
            continue
        t = s.dp[r, q] + d_to[a]
        if t > late + EPS:
            continue
        t = max(t, early)
        u = t + service + d_from[b]
        if u > s.tl[r, q + 1] + EPS or not fits(p, s, r, q, i, VISIT):
            continue
        if p.soft[0]:
            delta += time_cost(p, i, t) + delay_cost(p, s, r, q + 1, u)
            if delta >= best:
                continue
        if blink > 0 and chance(s.rng) < blink:
            continue
        best = delta
        out[0] = r
        out[1] = q
        out[2] = -1
        out[3] = -1
    return best


@compiled
def place_pair(p: Arrays, s: State, job: int, r: int, blink: float, best: float, out):  # type: ignore[no-untyped-def]  # noqa: C901 - one sweep, kept in one kernel for speed
    """Best places of a pickup and its delivery, or of a collection and its landing, in one route."""
    v = s.veh[r]
    pr = p.unit_at[v, PROFILE]
    collects = p.job[job, 2] == COLLECT
    i = p.job[job, 0]
    n = s.n[r]
    rate = p.unit[v, RATE]
    base = p.unit[v, FIXED] if n == 0 else 0.0
    dur, cst = p.dur[pr], p.cst[pr]
    here = p.loc[i]
    ways = len(p.docks) if collects else 1
    jobs = p.penalty.shape[0]
    soft = p.soft[0]
    for q in range(n + 1):
        if s.dp[r, q] > p.node[i, LATE]:
            break
        a, b = s.lc[r, q], s.lc[r, q + 1]
        old = s.dc[r, q + 1] if n > 0 else 0.0
        to_pick = p.cst_to[pr, here, a]
        t = s.dp[r, q] + p.dur_to[pr, here, a]
        if t > p.node[i, LATE] + EPS or not fits(p, s, r, q, i, p.job[job, 2]):
            continue
        t = max(t, p.node[i, EARLY])
        gone = t + p.node[i, SERVICE]
        if blink > 0 and chance(s.rng) < blink:
            continue
        first = time_cost(p, i, t) if soft else 0.0
        # The landing or delivery right behind the pickup.
        for way in range(ways):
            j = p.docks[way] if collects else p.job[job, 1]
            if collects and not p.allow[jobs + way, v]:
                continue
            there = p.loc[j]
            delta = base + (to_pick + cst[here, there] + cst[there, b] - old) * rate
            if delta >= best:
                continue
            x = gone + dur[here, there]
            if x > p.node[j, LATE] + EPS:
                continue
            x = max(x, p.node[j, EARLY])
            u = x + p.node[j, SERVICE] + dur[there, b]
            if u > s.tl[r, q + 1] + EPS:
                continue
            if soft:
                delta += first + time_cost(p, j, x) + delay_cost(p, s, r, q + 1, u)
            if delta < best:
                best = delta
                out[0] = r
                out[1] = q
                out[2] = q
                out[3] = j
        picked = base + (to_pick + cst[here, b] - old) * rate
        if picked >= best and not soft:
            continue
        arrival = gone + dur[here, b]
        extra = first
        for k in range(q + 1, n + 1):
            node = s.seq[r, k]
            if arrival > s.tl[r, k] + EPS:
                break
            start = max(arrival, p.node[node, EARLY])
            if soft:
                extra += time_cost(p, node, start) - time_cost(p, node, s.ts[r, k])
            if collects and p.owner[node] < 0:
                # A landing is on the way already.
                delta = picked + extra
                if soft:
                    delta += delay_cost(
                        p, s, r, k + 1, start + p.node[node, SERVICE] + dur[p.loc[node], s.lc[r, k + 1]]
                    )
                if delta < best:
                    best = delta
                    out[0] = r
                    out[1] = q
                    out[2] = k
                    out[3] = -1
                break
            if not fits(p, s, r, k, i, p.job[job, 2]):
                break
            leaves = start + p.node[node, SERVICE]
            c, e = s.lc[r, k], s.lc[r, k + 1]
            stop = True
            for way in range(ways):
                j = p.docks[way] if collects else p.job[job, 1]
                if leaves > p.node[j, LATE]:
                    continue
                stop = False
                if collects and not p.allow[jobs + way, v]:
                    continue
                there = p.loc[j]
                delta = picked + extra + (p.cst_to[pr, there, c] + cst[there, e] - s.dc[r, k + 1]) * rate
                if delta >= best:
                    continue
                x = leaves + p.dur_to[pr, there, c]
                if x > p.node[j, LATE] + EPS:
                    continue
                x = max(x, p.node[j, EARLY])
                u = x + p.node[j, SERVICE] + dur[there, e]
                if u > s.tl[r, k + 1] + EPS:
                    continue
                if soft:
                    delta += time_cost(p, j, x) + delay_cost(p, s, r, k + 1, u)
                if delta < best and (blink <= 0 or chance(s.rng) >= blink):
                    best = delta
                    out[0] = r
                    out[1] = q
                    out[2] = k
                    out[3] = j
            if stop and not collects:
                break
            arrival = leaves + dur[c, e]
    return best


@compiled
def best_place(p: Arrays, s: State, job: int, blink: float, best: float, seen, mark: int, out):  # type: ignore[no-untyped-def]
    """Best place of a job over all routes that may take it; of units that are alike and idle one is asked.

    ``out`` becomes route, position of the first stop, of the second, dock or delivery; the increase of cost is given
    back, ``best`` where nothing is better.
    """
    room = s.seq.shape[1] - 4
    single = p.job[job, 2] == VISIT
    for r in range(p.unit.shape[0]):
        if not s.on[r] or not p.allow[job, r] or s.n[r] >= room:
            continue
        if s.n[r] == 0:
            kind = p.unit_at[r, TYPE]
            if seen[kind] == mark:
                continue
            seen[kind] = mark
        if single:  # noqa: SIM108
            best = place_visit(p, s, job, r, blink, best, out)
        else:
            best = place_pair(p, s, job, r, blink, best, out)
    return best


@compiled
def place_in(p: Arrays, s: State, job: int, r: int, best: float, out):  # type: ignore[no-untyped-def]
    """Best place of a job in one route, whoever else there is."""
    if p.job[job, 2] == VISIT:
        return place_visit(p, s, job, r, 0.0, best, out)
    return place_pair(p, s, job, r, 0.0, best, out)


def scratch(arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Room for ``seen`` and ``out``."""
    return np.zeros(arrays.unit.shape[0] + 1, np.int64), np.full(4, -1, np.int64)
