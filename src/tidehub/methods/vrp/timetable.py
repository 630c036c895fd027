"""A route's timetable, loads and cost, and how stops leave and enter it. Compiled."""

# mypy: disable-error-code="no-any-return,arg-type"
# Kernels: numba infers the scalar types of array items, which numpy's stubs do not tell.

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tidehub.methods.vrp.arrays import (
    COLLECT,
    DUE,
    EARLY,
    FIXED,
    FROM,
    LATE,
    LATE_RATE,
    PROFILE,
    RATE,
    SERVICE,
    SHIFT_END,
    SHIFT_START,
    TO,
    VISIT,
    WAIT_RATE,
    Arrays,
    State,
)
from tidehub.methods.vrp.compiled import compiled

EPS = 1e-9
_SHIFTS = (np.uint64(12), np.uint64(25), np.uint64(27), np.uint64(11))
_A, _B, _C, _D = _SHIFTS
_MUL = np.uint64(2685821657736338717)
_UNIT = 1.0 / 9007199254740992.0


@compiled
def chance(rng: NDArray[np.uint64]) -> float:
    """A number in [0, 1) from the state of the generator (xorshift64*)."""
    x = rng[0]
    x ^= x >> _A
    x ^= x << _B
    x ^= x >> _C
    rng[0] = x
    return np.float64((x * _MUL) >> _D) * _UNIT


@compiled
def below(rng: NDArray[np.uint64], n: int) -> int:
    """A whole number in 0..n-1."""
    return int(chance(rng) * n)


@compiled
def time_cost(p: Arrays, node: int, start: float) -> float:
    """What a start of service at this time costs: waiting since the stop was ready, and lateness."""
    cost = p.node[node, WAIT_RATE] * (start - p.node[node, EARLY])
    late = start - p.node[node, DUE]
    if late > 0:
        cost += p.node[node, LATE_RATE] * late
    return cost


@compiled
def refresh(p: Arrays, s: State, r: int) -> bool:  # noqa: C901 - one pass, kept in one kernel for speed
    """Work out a route's times, loads and cost anew; False where it breaks a window or the shift."""
    v = s.veh[r]
    n = s.n[r]
    pr = p.unit_at[v, PROFILE]
    dims = p.cap.shape[1]
    last = n + 1
    s.lc[r, 0] = p.unit_at[v, FROM]
    s.lc[r, last] = p.unit_at[v, TO]
    s.ts[r, 0] = p.unit[v, SHIFT_START]
    s.dp[r, 0] = p.unit[v, SHIFT_START]
    cost = 0.0
    extra = 0.0
    good = True
    for q in range(1, n + 1):
        node = s.seq[r, q]
        here = p.loc[node]
        s.lc[r, q] = here
        leg = p.cst[pr, s.lc[r, q - 1], here]
        s.dc[r, q] = leg
        cost += leg
        t = s.dp[r, q - 1] + p.dur[pr, s.lc[r, q - 1], here]
        if t < p.node[node, EARLY]:
            t = p.node[node, EARLY]
        if t > p.node[node, LATE] + EPS:
            good = False
        s.ts[r, q] = t
        s.dp[r, q] = t + p.node[node, SERVICE]
        if p.soft[0]:
            extra += time_cost(p, node, t)
        if p.owner[node] >= 0:
            s.pos[node] = q
    leg = p.cst[pr, s.lc[r, n], s.lc[r, last]]
    s.dc[r, last] = leg
    s.ts[r, last] = s.dp[r, n] + p.dur[pr, s.lc[r, n], s.lc[r, last]]
    s.dp[r, last] = s.ts[r, last]
    s.tl[r, last] = p.unit[v, SHIFT_END]
    if n > 0 and s.ts[r, last] > p.unit[v, SHIFT_END] + EPS:
        good = False
    for q in range(n, -1, -1):
        node = s.seq[r, q]
        if q == 0:
            s.tl[r, 0] = s.tl[r, 1] - p.dur[pr, s.lc[r, 0], s.lc[r, 1]]
        else:
            t = s.tl[r, q + 1] - p.dur[pr, s.lc[r, q], s.lc[r, q + 1]] - p.node[node, SERVICE]
            s.tl[r, q] = min(t, p.node[node, LATE])
    for d in range(dims):
        load = p.onboard[v, d]
        for q in range(1, n + 1):
            node = s.seq[r, q]
            job = p.owner[node]
            if job >= 0 and p.qty[node, d] < 0 and p.job[job, 2] == VISIT:
                load -= p.qty[node, d]
        s.ld[r, 0, d] = load
        s.dn[r, 0, d] = load
        for q in range(1, n + 1):
            node = s.seq[r, q]
            if p.owner[node] < 0:
                if p.landable[d]:
                    load = 0.0
            else:
                load += p.qty[node, d]
            s.ld[r, q, d] = load
            s.dn[r, q, d] = max(load, s.dn[r, q - 1, d])
        s.up[r, n, d] = load
        for q in range(n - 1, -1, -1):
            lands = p.owner[s.seq[r, q + 1]] < 0 and p.landable[d]
            s.up[r, q, d] = s.ld[r, q, d] if lands else max(s.ld[r, q, d], s.up[r, q + 1, d])
    s.cost[r] = 0.0 if n == 0 else (cost + leg) * p.unit[v, RATE] + p.unit[v, FIXED] + extra
    return good


@compiled
def put(s: State, r: int, q: int, node: int) -> None:
    """Write a stop in behind position ``q``."""
    for k in range(s.n[r], q, -1):
        s.seq[r, k + 1] = s.seq[r, k]
    s.seq[r, q + 1] = node
    s.n[r] += 1


@compiled
def strike(p: Arrays, s: State, r: int) -> bool:
    """Take out of a route every stop whose job stands as left out, and every landing with nothing to land."""
    n = s.n[r]
    kept = 0
    waiting = False
    for d in range(p.cap.shape[1]):
        if p.landable[d] and p.onboard[s.veh[r], d] > 0:
            waiting = True
    for q in range(1, n + 1):
        node = s.seq[r, q]
        job = p.owner[node]
        if job < 0:
            if not waiting:
                continue
            waiting = False
        elif s.at[job] < 0:
            continue
        elif p.job[job, 2] == COLLECT:
            waiting = True
        kept += 1
        s.seq[r, kept] = node
    s.n[r] = kept
    if kept == 1 and p.owner[s.seq[r, 1]] < 0:
        s.n[r] = 0
    return refresh(p, s, r)


@compiled
def enter(p: Arrays, s: State, job: int, r: int, q1: int, q2: int, dock: int) -> None:
    """Insert a job where ``best_place`` said: first stop behind ``q1``, the second (or the dock) behind ``q2``."""
    if p.job[job, 2] == COLLECT:
        if dock >= 0:
            put(s, r, q2, dock)
    elif p.job[job, 1] >= 0:
        put(s, r, q2, p.job[job, 1])
    put(s, r, q1, p.job[job, 0])
    s.at[job] = r
    refresh(p, s, r)
