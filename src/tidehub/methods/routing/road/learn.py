"""Times by hour from the units' own tracks, with shrinkage: few drives change little, many change much.

A drive is a stretch between two fixes, put on the graph, with the seconds it really took. For each road class
and hour the factor is

    (observed + weight * overall) / (free + weight)

where ``observed`` and ``free`` are the sums of seconds driven and of seconds on an empty road, ``overall`` the same
quotient over everything and ``weight`` how many free seconds the belief in it is worth; a single arc is drawn
towards the factor of its class in the same way. Without a drive every factor is 1.

Source: the linear (Bühlmann) credibility estimator, Z = n / (n + k).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tidehub.kernel.geometry import Position, great_circle_m
from tidehub.methods.routing.road.graph import RoadGraph
from tidehub.methods.routing.road.model import RoadRoute
from tidehub.methods.routing.road.router import RoadRouter
from tidehub.methods.routing.road.tags import CLASSES
from tidehub.methods.routing.road.weights import SLOTS, HourFactors

CLASS_WEIGHT_S, ARC_WEIGHT_S = 1800.0, 600.0
FACTOR_MIN, FACTOR_MAX = 0.6, 8.0
MOVED_M_MIN, APART_S_MAX, DETOUR_MAX = 30.0, 180.0, 1.8
"""A pair of fixes says something about the road where the unit moved, lost no signal, and drove no detour."""


class Drive(NamedTuple):
    """One stretch that was really driven.

    Parameters
    ----------
    stretches
        Arcs with the share of each that was driven.
    slot
        Hour of a working day, or 24 more on a day off.
    seconds
        How long it took.
    """

    stretches: tuple[tuple[int, float], ...]
    slot: int
    seconds: float


def drives_of(router: RoadRouter, fixes: Sequence[tuple[float, Position]], slot: int) -> list[Drive]:
    """Put a track on the graph, pair of fixes by pair.

    Parameters
    ----------
    fixes
        Seconds on any clock, ascending, with places. Standing still, gaps and fixes between which the road is
        much longer than the line (a fix on the wrong road) are left out.
    """
    drives = []
    for (t0, a), (t1, b) in pairwise(fixes):
        line_m, seconds = great_circle_m(a, b), t1 - t0
        if line_m < MOVED_M_MIN or not 0.0 < seconds <= APART_S_MAX:
            continue
        found = router.route(a, b, snap_m=30.0)
        if isinstance(found, RoadRoute) and 0.0 < found.length_m <= DETOUR_MAX * line_m:
            drives.append(Drive(found.stretches, slot, seconds))
    return drives


def learned(graph: RoadGraph, drives: Iterable[Drive]) -> HourFactors:
    """Factors over the empty road for every class, and for the arcs that were driven, at every hour."""
    classes = len(CLASSES)
    observed, free = np.zeros((classes, SLOTS)), np.zeros((classes, SLOTS))
    on_arc: dict[tuple[int, int], list[float]] = {}
    free_s, klass = graph.arcs.free_s, graph.arcs.klass
    for drive in drives:
        parts = [(arc, share * float(free_s[arc])) for arc, share in drive.stretches]
        whole = sum(part for _, part in parts)
        if whole <= 0.0 or drive.seconds <= 0.0:
            continue
        factor = drive.seconds / whole
        for arc, part in parts:
            observed[klass[arc], drive.slot] += factor * part
            free[klass[arc], drive.slot] += part
            sums = on_arc.setdefault((drive.slot, arc), [0.0, 0.0])
            sums[0] += factor * part
            sums[1] += part
    overall = float((observed.sum() + CLASS_WEIGHT_S) / (free.sum() + CLASS_WEIGHT_S))
    by_class = (observed + CLASS_WEIGHT_S * overall) / (free + CLASS_WEIGHT_S)
    keys = sorted(on_arc)
    slots = np.array([key[0] for key in keys], dtype=np.int64)
    arcs = np.array([key[1] for key in keys], dtype=np.int64)
    driven = np.array([on_arc[key] for key in keys], dtype=np.float64).reshape(-1, 2)
    by_arc = (driven[:, 0] + ARC_WEIGHT_S * by_class[klass[arcs], slots]) / (driven[:, 1] + ARC_WEIGHT_S)
    return HourFactors(by_class.clip(FACTOR_MIN, FACTOR_MAX), arcs, slots, by_arc.clip(FACTOR_MIN, FACTOR_MAX))
