"""Turn restrictions: over a node a turn is struck out; over ways the ways between are copied, so that only who
comes from there meets the forbidden turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from tidehub.methods.routing.road.graph import Arcs, Turns
from tidehub.methods.routing.road.model import RawRestriction

Row = list[tuple[int, float, bool]]
"""The turns out of one arc: into which, its cost, whether it turns round."""


class _Rows:
    """Rows of turns that restrictions have changed, and the copies of arcs they needed."""

    def __init__(self, arcs: Arcs, turns: Turns) -> None:
        self._arcs, self._turns = arcs, turns
        self.changed: dict[int, Row] = {}
        self.copies: list[int] = []
        self._same: dict[int, list[int]] = {}

    def row(self, arc: int) -> Row:
        if arc not in self.changed:
            turns = self._turns
            span = slice(int(turns.at[arc]), int(turns.at[arc + 1]))
            self.changed[arc] = list(
                zip(turns.into[span].tolist(), turns.cost_s[span].tolist(), turns.round[span].tolist(), strict=True)
            )
        return self.changed[arc]

    def origin(self, arc: int) -> int:
        count = len(self._arcs.tail)
        return self.copies[arc - count] if arc >= count else arc

    def with_copies(self, arc: int) -> list[int]:
        return [arc, *self._same.get(arc, [])]

    def copy_into(self, arc: int, next_arc: int) -> int | None:
        """Let ``arc`` lead into a copy of ``next_arc`` of its own, and give the copy."""
        row = self.row(arc)
        for i, (into, cost_s, turning_round) in enumerate(row):
            if self.origin(into) != next_arc:
                continue
            if into != next_arc:
                return into
            copy = len(self._arcs.tail) + len(self.copies)
            self.copies.append(next_arc)
            self._same.setdefault(next_arc, []).append(copy)
            self.changed[copy] = list(self.row(next_arc))
            row[i] = (copy, cost_s, turning_round)
            return copy
        return None

    def strike(self, arc: int, arcs: Iterable[int], *, only: bool) -> None:
        named = set(arcs)
        self.changed[arc] = [turn for turn in self.row(arc) if (self.origin(turn[0]) in named) == only]


def restrict(
    restrictions: Sequence[RawRestriction], arcs: Arcs, turns: Turns, number: dict[int, int]
) -> tuple[Arcs, Turns, int]:
    """Apply restrictions; gives the new arcs and turns, and how many named what is not there."""
    if not restrictions:
        return arcs, turns, 0
    wanted = {way for r in restrictions for way in (r.from_way, r.to_way, *r.via_ways)}
    at_ways: dict[int, list[int]] = {}
    for arc in np.flatnonzero(np.isin(arcs.way, list(wanted))).tolist():
        at_ways.setdefault(int(arcs.way[arc]), []).append(arc)
    rows = _Rows(arcs, turns)
    unused = 0
    for told in restrictions:
        unused += not _apply(told, rows, arcs, at_ways, number)
    return *_merged(arcs, turns, rows), unused


def _apply(
    told: RawRestriction, rows: _Rows, arcs: Arcs, at_ways: dict[int, list[int]], number: dict[int, int]
) -> bool:
    into = at_ways.get(told.to_way, [])
    applied = False
    for begin in at_ways.get(told.from_way, []):
        chain = _chain(told, begin, into, arcs, at_ways, number)
        if chain is None:
            continue
        last_head = int(arcs.head[chain[-1] if chain else begin])
        ends = [arc for arc in into if int(arcs.tail[arc]) == last_head]
        if not told.only and not chain and told.from_way == told.to_way:
            ends = [arc for arc in ends if arc == int(arcs.reverse[begin])]  # no turning round
        if not ends:
            continue
        applied = True
        for start in rows.with_copies(begin):
            _strike(told.only, rows, start, chain, ends)
    return applied


def _strike(only: bool, rows: _Rows, start: int, chain: list[int], ends: list[int]) -> None:
    at = start
    for step in chain:
        into = rows.copy_into(at, step)
        if into is None:
            return  # that turn is forbidden already
        if only:
            rows.strike(at, [step], only=True)
        at = into
    rows.strike(at, ends, only=only)


def _chain(
    told: RawRestriction,
    begin: int,
    into: list[int],
    arcs: Arcs,
    at_ways: dict[int, list[int]],
    number: dict[int, int],
) -> list[int] | None:
    """Arcs between the first and the last way, none for a restriction over a node; ``None``: not from there."""
    if told.via_node is not None:
        return [] if number.get(told.via_node) == int(arcs.head[begin]) else None
    chain: list[int] = []
    goal = {int(arcs.tail[arc]) for arc in into}
    node, before = int(arcs.head[begin]), begin
    for position, way in enumerate(told.via_ways):
        last = position == len(told.via_ways) - 1
        after = into if last else at_ways.get(told.via_ways[position + 1], [])
        following = goal if last else {int(end[arc]) for arc in after for end in (arcs.tail, arcs.head)}
        steps = _along(way, node, before, following, arcs, at_ways)
        if steps is None:
            return None
        chain += steps
        node, before = int(arcs.head[steps[-1]]), steps[-1]
    return chain


def _along(
    way: int, node: int, before: int, goal: set[int], arcs: Arcs, at_ways: dict[int, list[int]]
) -> list[int] | None:
    """Arcs along one way from a junction to one of the goals, without turning round: the fewest."""
    waiting: list[tuple[int, int, list[int]]] = [(node, before, [])]
    own = at_ways.get(way, [])
    while waiting:
        at, last, steps = waiting.pop(0)
        if steps and at in goal:
            return steps
        if len(steps) > len(own):
            return None
        waiting += [
            (int(arcs.head[arc]), arc, [*steps, arc])
            for arc in own
            if int(arcs.tail[arc]) == at and arc != int(arcs.reverse[last]) and arc not in steps
        ]
    return None


def _merged(arcs: Arcs, turns: Turns, rows: _Rows) -> tuple[Arcs, Turns]:
    if not rows.changed:
        return arcs, turns
    if rows.copies:
        copied = np.array(rows.copies)
        arcs = Arcs(*(np.concatenate([column, column[copied]]) for column in arcs))
    count = len(arcs.tail)
    sizes = np.zeros(count, np.int64)
    sizes[: len(turns.at) - 1] = np.diff(turns.at)
    for arc, row in rows.changed.items():
        sizes[arc] = len(row)
    at = np.append(0, sizes.cumsum())
    into, cost_s, turning_round = np.zeros(at[-1], np.int64), np.zeros(at[-1]), np.zeros(at[-1], dtype=bool)
    kept = np.ones(len(turns.at) - 1, dtype=bool)
    kept[[arc for arc in rows.changed if arc < len(kept)]] = False
    old = np.repeat(kept, np.diff(turns.at))
    whose = np.repeat(np.arange(len(kept)), np.diff(turns.at))[old]
    new = at[whose] + (np.flatnonzero(old) - turns.at[whose])
    into[new], cost_s[new], turning_round[new] = turns.into[old], turns.cost_s[old], turns.round[old]
    for arc, row in rows.changed.items():
        for place, turn in zip(range(int(at[arc]), int(at[arc + 1])), row, strict=True):
            into[place], cost_s[place], turning_round[place] = turn
    return arcs, Turns(at, into, cost_s, turning_round)
