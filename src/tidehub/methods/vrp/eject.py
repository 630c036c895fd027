"""Fewest units for pickup and delivery: one route after another is dissolved by guided ejection. Compiled.

Guided ejection search (Nagata and Kobayashi, PPSN XI, 2010, doi 10.1007/978-3-642-15844-5_54): the jobs of a dissolved
route wait on a stack; each goes to a feasible place drawn at random; where there is none, those jobs are ejected for
it that have been hardest to place least often; then the plan is shaken by random feasible moves. Long routes are
searched by samples of pairs of ejections, which keeps a step short.
"""

# mypy: disable-error-code="no-any-return,arg-type"
# Kernels: numba infers the scalar types of array items, which numpy's stubs do not tell.

from __future__ import annotations

from tidehub.methods.vrp.anneal import Desk, keep_best
from tidehub.methods.vrp.arrays import EARLY, LATE, PROFILE, SERVICE, Arrays, State
from tidehub.methods.vrp.compiled import compiled
from tidehub.methods.vrp.insertion import NOWHERE, fits, place_in
from tidehub.methods.vrp.timetable import EPS, below, enter, refresh, strike

SHAKES = 60
PAIRS_MAX = 80


@compiled
def random_place(p: Arrays, s: State, job: int, r: int, found: int, out) -> int:  # type: ignore[no-untyped-def]
    """Draw a feasible place of a pair in a route into ``out``; each of all so far is as likely. How many so far."""
    v = s.veh[r]
    pr = p.unit_at[v, PROFILE]
    dur = p.dur[pr]
    i, j = p.job[job, 0], p.job[job, 1]
    here, there = p.loc[i], p.loc[j]
    n = s.n[r]
    for q in range(n + 1):
        if s.dp[r, q] > p.node[i, LATE]:
            break
        t = s.dp[r, q] + dur[s.lc[r, q], here]
        if t > p.node[i, LATE] + EPS or not fits(p, s, r, q, i, 1):
            continue
        leaves = max(t, p.node[i, EARLY]) + p.node[i, SERVICE]
        c = here
        for k in range(q, n + 1):
            if k > q:
                node = s.seq[r, k]
                arrival = leaves + dur[c, s.lc[r, k]]
                if arrival > s.tl[r, k] + EPS or not fits(p, s, r, k, i, 1):
                    break
                leaves = max(arrival, p.node[node, EARLY]) + p.node[node, SERVICE]
                c = s.lc[r, k]
            if leaves > p.node[j, LATE]:
                break
            x = leaves + dur[c, there]
            if x > p.node[j, LATE] + EPS:
                continue
            x = max(x, p.node[j, EARLY]) + p.node[j, SERVICE] + dur[there, s.lc[r, k + 1]]
            if x > s.tl[r, k + 1] + EPS:
                continue
            found += 1
            if below(s.rng, found) == 0:
                out[0] = r
                out[1] = q
                out[2] = k
                out[3] = j
    return found


@compiled
def without(p: Arrays, s: State, r: int, job: int, other: int) -> bool:
    """Write route ``r`` without one or two jobs into the scratch row; False where what is left breaks a window."""
    row = p.unit.shape[0]
    s.veh[row] = s.veh[r]
    n = 0
    for q in range(1, s.n[r] + 1):
        node = s.seq[r, q]
        if p.owner[node] != job and p.owner[node] != other:
            n += 1
            s.seq[row, n] = node
    s.n[row] = n
    return refresh(p, s, row)


@compiled
def take_out(p: Arrays, s: State, r: int, job: int) -> None:
    """Take one job out of its route."""
    s.at[job] = -1
    strike(p, s, r)


@compiled
def shake(p: Arrays, s: State, w: Desk, moves: int) -> None:
    """Random feasible moves: a job goes to another place, near in cost, or two jobs change routes."""
    jobs = p.penalty.shape[0]
    for _ in range(moves):
        job = below(s.rng, jobs)
        r = s.at[job]
        if r < 0:
            continue
        # Towards the route of a neighbour: most moves into far routes fail.
        row = p.near[p.job[job, below(s.rng, 2)]]
        other = p.owner[row[1 + below(s.rng, max(1, min(40, row.shape[0] - 1)))]] if row.shape[0] > 1 else job
        to = s.at[other]
        if to < 0:
            continue
        if to == r:
            if not without(p, s, r, job, -1):
                continue
            if random_place(p, s, job, p.unit.shape[0], 0, w.out) > 0:
                q1, q2, j = w.out[1], w.out[2], w.out[3]
                take_out(p, s, r, job)
                enter(p, s, job, r, q1, q2, j)
            refresh(p, s, r)
            continue
        if random_place(p, s, job, to, 0, w.out) > 0:
            q1, q2, j = w.out[1], w.out[2], w.out[3]
            if not without(p, s, r, job, -1):
                refresh(p, s, r)
                continue
            take_out(p, s, r, job)
            enter(p, s, job, to, q1, q2, j)
        else:
            swap(p, s, w, job, other)


@compiled
def swap(p: Arrays, s: State, w: Desk, job: int, other: int) -> None:
    """Let two jobs of two routes change places, where both fit."""
    r, to = s.at[job], s.at[other]
    row = p.unit.shape[0]
    good = without(p, s, r, job, -1) and random_place(p, s, other, row, 0, w.out) > 0
    q1, q2, j = w.out[1], w.out[2], w.out[3]
    if good and without(p, s, to, other, -1) and random_place(p, s, job, row, 0, w.out) > 0:
        k1, k2, i = w.out[1], w.out[2], w.out[3]
        take_out(p, s, r, job)
        take_out(p, s, to, other)
        enter(p, s, other, r, q1, q2, j)
        enter(p, s, job, to, k1, k2, i)
        return
    refresh(p, s, r)
    refresh(p, s, to)


@compiled
def cheapest_ejection(p: Arrays, s: State, w: Desk, job: int, found):  # type: ignore[no-untyped-def]
    """Which one or two jobs of one route to eject for a job, the least hard to place; ``found``: route, both jobs.

    Gives the sum of their hardness, which is below that of the job, or ``NOWHERE``.
    """
    units = p.unit.shape[0]
    best, ties = w.weight[job], 0
    found[0] = -1
    shift = below(s.rng, units)
    for turn in range(units):
        r = (turn + shift) % units
        if not s.on[r] or s.n[r] == 0 or not p.allow[job, r]:
            continue
        for q in range(1, s.n[r] + 1):
            one = p.owner[s.seq[r, q]]
            if p.job[one, 0] != s.seq[r, q] or w.weight[one] > best or (w.weight[one] == best and found[0] < 0):
                continue
            if without(p, s, r, one, -1) and place_in(p, s, job, units, NOWHERE, w.out) < NOWHERE:
                ties = ties + 1 if w.weight[one] == best and found[0] >= 0 else 1
                if below(s.rng, ties) == 0:
                    best = w.weight[one]
                    found[0], found[1], found[2] = r, one, -1
        if best > 2.0:
            best = pairs_of(p, s, w, job, r, best, found)
        refresh(p, s, r)
    return best if found[0] >= 0 else NOWHERE


@compiled
def pairs_of(p: Arrays, s: State, w: Desk, job: int, r: int, best: float, found):  # type: ignore[no-untyped-def]
    """Try to eject two jobs of a route at once; where there are many pairs, a sample of them."""
    units = p.unit.shape[0]
    n = s.n[r]
    count = n // 2
    every = count * (count - 1) // 2 <= PAIRS_MAX
    tries = n * n if every else PAIRS_MAX
    for k in range(tries):
        a = k // n if every else below(s.rng, n)
        b = k % n if every else below(s.rng, n)
        x, y = s.seq[r, a + 1], s.seq[r, b + 1]
        one, two = p.owner[x], p.owner[y]
        if p.job[one, 0] != x or p.job[two, 0] != y or one >= two:
            continue
        both = w.weight[one] + w.weight[two]
        if both >= best:
            continue
        if without(p, s, r, one, two) and place_in(p, s, job, units, NOWHERE, w.out) < NOWHERE:
            best = both
            found[0], found[1], found[2] = r, one, two
            if best <= 2.0:
                break
    return best


@compiled
def dissolve(p: Arrays, s: State, w: Desk, r: int) -> int:
    """Take a route out of use; its jobs go onto the stack ``w.absent``. How many they are."""
    count = 0
    for q in range(1, s.n[r] + 1):
        node = s.seq[r, q]
        job = p.owner[node]
        if job >= 0 and p.job[job, 0] == node:
            w.absent[count] = job
            count += 1
            s.at[job] = -1
    s.n[r] = 0
    s.on[r] = False
    refresh(p, s, r)
    return count


@compiled
def eject(p: Arrays, s: State, w: Desk, count: int, steps: int) -> int:
    """Work down the stack of ``count`` jobs for some steps; how many still wait. None: the plan is whole again."""
    for _ in range(steps):
        if count == 0:
            break
        job = w.absent[count - 1]
        found, ways = 0, w.seen
        for r in range(p.unit.shape[0]):
            if s.on[r] and p.allow[job, r]:
                found = random_place(p, s, job, r, found, w.out)
        if found > 0:
            count -= 1
            enter(p, s, job, w.out[0], w.out[1], w.out[2], w.out[3])
            continue
        w.weight[job] += 1.0
        hard = cheapest_ejection(p, s, w, job, ways)
        if hard < NOWHERE:
            r, one, two = ways[0], ways[1], ways[2]
            take_out(p, s, r, one)
            if two >= 0:
                take_out(p, s, r, two)
            if place_in(p, s, job, r, NOWHERE, w.out) < NOWHERE:
                enter(p, s, job, w.out[0], w.out[1], w.out[2], w.out[3])
                count -= 1
            w.absent[count] = one
            count += 1
            if two >= 0:
                w.absent[count] = two
                count += 1
        shake(p, s, w, SHAKES)
    return count


@compiled
def settle(p: Arrays, s: State, w: Desk) -> None:
    """Note a whole plan as the best: cost and routes."""
    cost = 0.0
    for r in range(p.unit.shape[0]):
        cost += s.cost[r]
    w.figures[0] = cost
    w.figures[1] = cost
    keep_best(p, s, w)
