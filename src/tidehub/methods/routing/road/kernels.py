"""The loops of a road search: written once, run on plain lists in Python or on arrays in compiled code.

A label belongs to an arc and tells the least time to its far end. Goals lie somewhere on an arc and are seen
when a turn leads into it, so that a goal behind the start on the same arc is right too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from heapq import heappop, heappush
from typing import Any

INFINITE = float("inf")
CHECK_EVERY = 63


def quickest(  # noqa: C901 - one loop: the compiled code has no calls in it
    at: Any,
    into: Any,
    turn_s: Any,
    arc_s: Any,
    seed: Any,
    seed_s: Any,
    slot: Any,
    part_s: Any,
    marks: int,
    mark_from: Any,
    mark_to: Any,
    goal_from: Any,
    goal_to: Any,
    scale: float,
    reached: Any,
    before: Any,
    touched: Any,
) -> tuple[float, int, int, int]:
    """A* to one goal that lies on the arcs with ``slot`` >= 0, ``part_s`` into each.

    Landmarks bound what is left from below: ``mark_from[marks * a + l]`` from landmark ``l`` to arc ``a`` and
    back; ``scale`` is the least factor by which an arc may be quicker than when they were measured.

    Returns
    -------
    tuple
        The time, the last arc before the goal's, the goal's slot, and how many labels were touched: the
        caller resets those.
    """
    best, best_arc, best_slot, used = INFINITE, -1, -1, 0
    heap = [(0.0, 0.0, 0)]
    heappop(heap)
    for i in range(len(seed)):
        arc = seed[i]
        if seed_s[i] < reached[arc]:
            if reached[arc] == INFINITE:
                touched[used] = arc
                used += 1
            reached[arc] = seed_s[i]
            before[arc] = -1
            heappush(heap, (seed_s[i] + 0.0, seed_s[i] + 0.0, arc))
    while len(heap) > 0:
        least, label, arc = heappop(heap)
        if least >= best:
            break
        if label > reached[arc]:
            continue
        for k in range(at[arc], at[arc + 1]):
            next_arc = into[k]
            time = label + turn_s[k]
            if time == INFINITE:
                continue
            goal = slot[next_arc]
            if goal >= 0 and time + part_s[goal] < best:
                best, best_arc, best_slot = time + part_s[goal], arc, goal
            time += arc_s[next_arc]
            if time < reached[next_arc]:
                left = 0.0
                for j in range(marks):
                    far = goal_from[j] - mark_from[marks * next_arc + j]
                    if far > left:
                        left = far
                    far = mark_to[marks * next_arc + j] - goal_to[j]
                    if far > left:
                        left = far
                left = left * scale - 0.01
                if left < 0.0:
                    left = 0.0
                if time + left < best:
                    if reached[next_arc] == INFINITE:
                        touched[used] = next_arc
                        used += 1
                    reached[next_arc] = time
                    before[next_arc] = arc
                    heappush(heap, (time + left, time, next_arc))
    return best, best_arc, best_slot, used


def spread(  # noqa: C901 - likewise
    at: Any,
    into: Any,
    turn_s: Any,
    arc_s: Any,
    arc_m: Any,
    seed: Any,
    seed_s: Any,
    seed_m: Any,
    slot: Any,
    following: Any,
    whose: Any,
    part_s: Any,
    part_m: Any,
    limit_s: float,
    best_s: Any,
    best_m: Any,
    reached: Any,
    metres: Any,
    touched: Any,
) -> int:
    """Dijkstra from one start to many goals; stops when no goal can still get nearer or at ``limit_s``.

    Goals on the same arc are chained by ``following``; ``whose`` is the column of each. ``best_s`` and
    ``best_m`` are filled, the labels touched are counted for the reset.
    """
    used, popped = 0, 0
    heap = [(0.0, 0)]
    heappop(heap)
    for i in range(len(seed)):
        arc = seed[i]
        if seed_s[i] < reached[arc]:
            if reached[arc] == INFINITE:
                touched[used] = arc
                used += 1
            reached[arc] = seed_s[i]
            metres[arc] = seed_m[i]
            heappush(heap, (seed_s[i] + 0.0, arc))
    while len(heap) > 0:
        label, arc = heappop(heap)
        if label > reached[arc]:
            continue
        if label > limit_s:
            break
        popped += 1
        if popped & CHECK_EVERY == 0:
            farthest = 0.0
            for j in range(len(best_s)):
                if best_s[j] > farthest:
                    farthest = best_s[j]
            if label >= farthest:
                break
        for k in range(at[arc], at[arc + 1]):
            next_arc = into[k]
            time = label + turn_s[k]
            if time == INFINITE:
                continue
            goal = slot[next_arc]
            while goal >= 0:
                if time + part_s[goal] < best_s[whose[goal]]:
                    best_s[whose[goal]] = time + part_s[goal]
                    best_m[whose[goal]] = metres[arc] + part_m[goal]
                goal = following[goal]
            time += arc_s[next_arc]
            if time < reached[next_arc]:
                if reached[next_arc] == INFINITE:
                    touched[used] = next_arc
                    used += 1
                reached[next_arc] = time
                metres[next_arc] = metres[arc] + arc_m[next_arc]
                heappush(heap, (time, next_arc))
    return used


@cache
def compiled(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The same loop in machine code; translated once and kept beside the source."""
    from numba import njit

    made: Callable[..., Any] = njit(cache=True)(kernel)
    return made
