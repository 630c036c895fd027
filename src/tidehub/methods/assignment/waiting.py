"""Where idle units wait: so that the calls that are expected find somebody near."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from tidehub.kernel.geometry import Position
from tidehub.methods.assignment.assign import cheapest
from tidehub.methods.assignment.model import UnitState
from tidehub.methods.assignment.travel import Destination, Start, Travel

Matrix = npt.NDArray[np.float64]
_FAR_S = 1e7
DEPTH = 3


class WaitingPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When it is worth sending an idle unit elsewhere.

    Parameters
    ----------
    busy
        How probable it is that the nearest unit is not there for a call: 0 gives the p-median, more keeps
        second and third units near, too (the idea of MEXCLP, Daskin 1983, on times instead of coverage).
    gain_s
        The expected time to the next call must fall by this much for all moves together, in seconds ...
    per_move
        ... and by this share of the time that the unit is under way for it.
    places_max
        Places looked at, the busiest first; what lies beyond counts for the nearest of them.
    """

    busy: float = 0.3
    gain_s: float = 5.0
    per_move: float = 0.01
    places_max: int = 80


class Waits(NamedTuple):
    """Places at which units may wait, how probable the next call is at each, and the ways between them."""

    places: tuple[Position, ...]
    share: Matrix
    between_s: Matrix


def waits_of(
    places: Sequence[Position], rates: Sequence[float], travel: Travel, at: datetime, like: UnitState, most: int = 80
) -> Waits:
    """Lay down the places and the ways between them, for units like one.

    Parameters
    ----------
    places, rates
        Demand at this hour.
    like
        Whose speed, way and draught count.
    """
    order = sorted(range(len(places)), key=lambda one: (-rates[one], one))[:most]
    kept = tuple(places[one] for one in sorted(order))
    share = np.array([max(rates[one], 0.0) for one in sorted(order)])
    share = share / share.sum() if share.sum() > 0 else np.full(len(kept), 1.0 / max(1, len(kept)))
    return Waits(kept, share, _times(kept, kept, travel, at, like))


def _times(
    origins: Sequence[Position], targets: Sequence[Position], travel: Travel, at: datetime, like: UnitState
) -> Matrix:
    starts = [Start(like.unit_id, one, at, like.mode, like.speed_mps, like.draught_m) for one in origins]
    return _ways(starts, targets, travel)


def _ways(starts: Sequence[Start], targets: Sequence[Position], travel: Travel) -> Matrix:
    result = np.empty((len(starts), len(targets)))
    for column, target in enumerate(targets):
        legs = travel.legs(starts, Destination(target))
        result[:, column] = [_FAR_S if leg.travel_s is None or leg.obstacle else leg.travel_s for leg in legs]
    return result


def place_idle(
    waits: Waits,
    idle: Mapping[str, Matrix],
    others: Sequence[Matrix],
    policy: WaitingPolicy,
) -> dict[str, int]:
    """Say where each idle unit should wait, least expected time to the next call first.

    Parameters
    ----------
    waits
        The places.
    idle
        Unit to its travel times to every place, from where it is.
    others
        For each busy unit: seconds until it can be at every place, the time until it is free included.

    Returns
    -------
    dict
        Unit to the index of its place, for those that should go; the others stay.

    Notes
    -----
    Greedy placing, then exchange until nothing improves; then the units go to the places by least total way.
    Expected time of a call at c with the times sorted: sum over k of (1 - busy) busy^k t_(k)(c), the last taking
    the rest. Ties go to the lower index, so the same input gives the same answer.
    """
    if not idle or not waits.places:
        return {}
    names = sorted(idle)
    stay = np.array([idle[name] for name in names])
    fixed = _lowest(np.array(others) if len(others) else np.empty((0, len(waits.places))), len(waits.places))
    sites = _sites(waits, fixed, len(names), policy)
    before = _expected(waits, _with(fixed, stay), policy)
    after = _expected(waits, _with(fixed, waits.between_s[sites]), policy)
    if before - after < policy.gain_s:
        return {}
    ways = stay[:, sites]
    taken, _ = cheapest(ways * ways / 1000.0)
    moves = {}
    for row, column in enumerate(taken):
        moves[names[row]] = sites[column]
    return _worth(waits, names, stay, fixed, moves, policy)


def _worth(
    waits: Waits, names: Sequence[str], stay: Matrix, fixed: Matrix, moves: dict[str, int], policy: WaitingPolicy
) -> dict[str, int]:
    """Leave out moves that gain less than their way is worth, one at a time."""
    rows = {name: waits.between_s[moves[name]] for name in names}
    for row, name in enumerate(names):
        others = [rows[other] for other in names if other != name]
        around = _with(fixed, np.array(others)) if others else fixed
        there = _expected(waits, _with(around, waits.between_s[[moves[name]]]), policy)
        here = _expected(waits, _with(around, stay[[row]]), policy)
        if here - there < policy.per_move * stay[row, moves[name]]:
            rows[name] = stay[row]
            del moves[name]
    return moves


def _sites(waits: Waits, fixed: Matrix, count: int, policy: WaitingPolicy) -> list[int]:
    sites: list[int] = []
    around = fixed
    for _ in range(count):
        best = _best(waits, around, policy)[0]
        sites.append(best)
        around = _with(around, waits.between_s[[best]])
    for _ in range(4):
        changed = False
        for place in range(count):
            rest = [one for other, one in enumerate(sites) if other != place]
            around = _with(fixed, waits.between_s[rest]) if rest else fixed
            best, costs = _best(waits, around, policy)
            if costs[best] < costs[sites[place]] - 1e-9:
                sites[place], changed = best, True
        if not changed:
            break
    return sites


def _best(waits: Waits, around: Matrix, policy: WaitingPolicy) -> tuple[int, Matrix]:
    """Expected time with one more unit at every place in turn, and the best place."""
    first, second, third = around
    reach = waits.between_s
    a = np.minimum(reach, first)
    high = np.maximum(reach, first)
    b = np.minimum(high, second)
    c = np.minimum(np.maximum(high, second), third)
    costs = _blend(a, b, c, policy.busy) @ waits.share
    return int(np.argmin(costs)), costs


def _blend(first: Matrix, second: Matrix, third: Matrix, busy: float) -> Matrix:
    result: Matrix = (1 - busy) * first + busy * (1 - busy) * np.minimum(second, _LATE_S)
    return result + busy * busy * np.minimum(third, _LATE_S)


_LATE_S = 7200.0


def _expected(waits: Waits, around: Matrix, policy: WaitingPolicy) -> float:
    return float(_blend(around[0], around[1], around[2], policy.busy) @ waits.share)


def _lowest(times: Matrix, width: int) -> Matrix:
    """The three lowest times of every column, filled up with far ones."""
    padded = np.vstack([times, np.full((DEPTH, width), _FAR_S)])
    return np.partition(padded, range(DEPTH), axis=0)[:DEPTH]


def _with(around: Matrix, rows: Matrix) -> Matrix:
    return _lowest(np.vstack([around, rows]), around.shape[1])


def wait_apart(
    units: Sequence[UnitState],
    taken: Mapping[str, Position],
    waits: Waits,
    travel: Travel,
    at: datetime,
    policy: WaitingPolicy,
    may_move: Callable[[UnitState], bool] | None = None,
) -> dict[str, Position]:
    """Say where idle units should wait, given what the others are busy with.

    Parameters
    ----------
    units
        As they stand; those engaged count from where and when they will be free.
    taken
        Units that have just been given a job, with its place: they count from there, an hour on.
    may_move
        Whether a unit may be sent to wait elsewhere; those that may not count where they are.
    """
    known = [one for one in units if one.position is not None and not one.out_of_service and not one.held_reason]
    starts, free_s = [], []
    for unit in known:
        position, until_free_s = _from(unit, taken, at)
        starts.append(Start(unit.unit_id, position, at, unit.mode, unit.speed_mps, unit.draught_m))
        free_s.append(until_free_s)
    rows = _ways(starts, waits.places, travel) + np.array(free_s)[:, None]
    idle: dict[str, Matrix] = {}
    others: list[Matrix] = []
    for unit, row in zip(known, rows, strict=True):
        bound = unit.unit_id in taken or unit.engagement is not None or (may_move is not None and not may_move(unit))
        if bound:
            others.append(row)
        else:
            idle[unit.unit_id] = row
    moves = place_idle(waits, idle, others, policy)
    return {unit_id: waits.places[place] for unit_id, place in moves.items()}


def _from(unit: UnitState, taken: Mapping[str, Position], at: datetime) -> tuple[Position, float]:
    """Where, and in how many seconds, a unit can set out for a call that is still to come."""
    assert unit.position is not None, "only units whose place is known are counted"
    if unit.unit_id in taken:
        return taken[unit.unit_id], _JOB_S
    engaged = unit.engagement
    if engaged is None:
        return unit.position, 0.0
    free_s = _JOB_S if engaged.free_at is None else max(0.0, (engaged.free_at - at) / timedelta(seconds=1))
    return engaged.free_position or unit.position, free_s


_JOB_S = 3600.0
