"""From ways and nodes to a graph: split at junctions, both directions apart, turns with their costs."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np

from tidehub.methods.routing.road.graph import Arcs, Floats, Ints, RoadGraph, Turns, metres_per_degree, stretch_m
from tidehub.methods.routing.road.model import ROADS_EMPTY, RawRoads, RawWay
from tidehub.methods.routing.road.restrict import restrict
from tidehub.methods.routing.road.tags import Driving, blocks, driving

SIGNAL_S, RIGHT_ANGLE_S, ACROSS_RATIO, ROUND_S = 6.0, 3.0, 1.5, 20.0
"""Lost at signals, in a turn of 90 degrees at a junction (growing with its square), more for turning across
the other side of the road (traffic drives on the right), and for turning round."""


class _Stretch(NamedTuple):
    way: RawWay
    about: Driving
    nodes: list[int]


def build_graph(raw: RawRoads) -> RoadGraph:
    """Build the graph of roads that some vehicle may drive.

    Raises
    ------
    Refusal
        ``roads_empty``.

    Notes
    -----
    A million nodes take about 10 s and 1 GB; the rows of turns are compressed and exact: an arc follows
    another when a vehicle may drive so, restrictions over a node or over ways included.
    """
    stretches, missing = _stretches(raw)
    if not stretches:
        raise ROADS_EMPTY(raw.source, name=raw.source)
    arcs, lon_lat, number = _arcs(raw, stretches)
    turns, about = _turns(raw, arcs, lon_lat, number)
    arcs, turns, unused = restrict(raw.restrictions, arcs, turns, number)
    notes = []
    if missing:
        notes.append(f"{missing} nodes of ways have no place in the source; the ways are cut there")
    if unused:
        notes.append(f"{unused} of {len(raw.restrictions)} turn restrictions name ways or nodes that are not there")
    return RoadGraph(arcs, turns, lon_lat, raw.source, raw.synthetic, (*notes, *about))


def _stretches(raw: RawRoads) -> tuple[list[_Stretch], int]:
    """Drivable ways, cut where a node has no place and split where they meet others."""
    drivable = [(way, about) for way in raw.ways if len(way.nodes) > 1 and (about := driving(way.tags)) is not None]
    uses: Counter[int] = Counter()
    for way, _ in drivable:
        uses.update(way.nodes)
        uses.update((way.nodes[0], way.nodes[-1]))
    special = {r.via_node for r in raw.restrictions} | {node for node, tags in raw.node_tags.items() if _matters(tags)}
    places, missing = raw.places, 0
    result: list[_Stretch] = []
    for way, about in drivable:
        run: list[int] = []
        for node in way.nodes:
            if node not in places:
                missing += 1
                _close(result, way, about, run)
                run = []
                continue
            if run and run[-1] == node:
                continue
            run.append(node)
            if len(run) > 1 and (uses[node] > 1 or node in special):
                _close(result, way, about, run)
                run = [node]
        _close(result, way, about, run)
    return result, missing


def _matters(tags: dict[str, str]) -> bool:
    return tags.get("highway") == "traffic_signals" or blocks(tags) > 0


def _close(result: list[_Stretch], way: RawWay, about: Driving, run: list[int]) -> None:
    if len(run) > 1:
        result.append(_Stretch(way, about, run))


def _arcs(raw: RawRoads, stretches: list[_Stretch]) -> tuple[Arcs, Floats, dict[int, int]]:
    """Arcs of both directions, the bends, and the number of each junction."""
    number: dict[int, int] = {}
    lon_lat = np.array([raw.places[node] for stretch in stretches for node in stretch.nodes], dtype=np.float64)
    count = np.array([len(stretch.nodes) for stretch in stretches])
    first = count.cumsum() - count
    step = stretch_m(lon_lat[:-1], lon_lat[1:])
    step[first[1:] - 1] = 0.0
    # by one sum for each: differences of running sums would lose centimetres over a province
    length = np.add.reduceat(np.append(step, 0.0), first)
    ends = np.array(
        [(number.setdefault(s.nodes[0], len(number)), number.setdefault(s.nodes[-1], len(number))) for s in stretches]
    )
    about = [s.about for s in stretches]
    forward = np.array([a.forward for a in about])
    backward = np.array([a.backward for a in about])
    f, b = np.flatnonzero(forward), np.flatnonzero(backward)
    own = np.concatenate([f, b])
    at_forward, at_backward = np.full(len(about), -1), np.full(len(about), -1)
    at_forward[f], at_backward[b] = np.arange(len(f)), len(f) + np.arange(len(b))
    shut_at = np.zeros(len(number), np.int64)
    for node, tags in raw.node_tags.items():
        if node in number:
            shut_at[number[node]] = blocks(tags)
    head = np.concatenate([ends[f, 1], ends[b, 0]])
    kph = np.concatenate([np.array([about[i].forward_kph for i in f]), np.array([about[i].backward_kph for i in b])])
    length = np.maximum(length, 0.01)

    def each(values: list[float] | list[int]) -> Floats:
        chosen: Floats = np.array(values)[own]
        return chosen

    arcs = Arcs(
        tail=np.concatenate([ends[f, 0], ends[b, 1]]),
        head=head,
        length_m=length[own],
        free_s=length[own] / (kph / 3.6),
        klass=each([a.klass for a in about]).astype(np.int64),
        access=each([a.access for a in about]).astype(np.int64),
        height_m=each([a.height_m for a in about]).astype(np.float64),
        weight_t=each([a.weight_t for a in about]).astype(np.float64),
        way=each([s.way.id for s in stretches]).astype(np.int64),
        first=first[own],
        bends=count[own],
        backward=np.arange(len(own)) >= len(f),
        reverse=np.concatenate([at_backward[f], at_forward[b]]),
        origin=np.arange(len(own)),
        shut=shut_at[head],
    )
    return arcs, lon_lat, number


def _turns(raw: RawRoads, arcs: Arcs, lon_lat: Floats, number: dict[int, int]) -> tuple[Turns, list[str]]:
    """All turns that the shape of the network allows."""
    node_count = len(number)
    order = np.argsort(arcs.tail, kind="stable")
    begin = np.searchsorted(arcs.tail[order], np.arange(node_count + 1))
    out_degree = np.diff(begin)
    repeat = out_degree[arcs.head]
    at = np.append(0, repeat.cumsum())
    source = np.repeat(np.arange(len(repeat)), repeat)
    into = order[np.arange(at[-1]) - np.repeat(at[:-1], repeat) + np.repeat(begin[arcs.head], repeat)]
    turning_round = into == arcs.reverse[source]
    leaving, arriving = _bearings(arcs, lon_lat)
    angle = (leaving[into] - arriving[source] + 180.0) % 360.0 - 180.0
    degree = np.bincount(arcs.tail, minlength=node_count) + np.bincount(arcs.head, minlength=node_count)
    junction = degree[arcs.head[source]] > 4
    cost = np.where(junction, RIGHT_ANGLE_S * (angle / 90.0) ** 2, 0.0)
    cost *= np.where(angle < -45.0, ACROSS_RATIO, 1.0)
    signals = np.zeros(node_count, dtype=bool)
    for node, tags in raw.node_tags.items():
        if node in number and tags.get("highway") == "traffic_signals":
            signals[number[node]] = True
    cost += np.where(signals[arcs.head[source]], SIGNAL_S, 0.0)
    cost = np.where(turning_round, ROUND_S, cost)
    notes = ["the roads are synthetic: generated, not surveyed"] if raw.synthetic else []
    return Turns(at, into, cost, turning_round), notes


def _bearings(arcs: Arcs, lon_lat: Floats) -> tuple[Floats, Floats]:
    """Bearings at the beginning and at the end of each arc, degrees; negative differences turn left."""
    last = arcs.first + arcs.bends - 1

    def bearing(a: Ints, b: Ints) -> Floats:
        p, q = lon_lat[a], lon_lat[b]
        east, north = metres_per_degree((p[:, 1] + q[:, 1]) / 2.0)
        result: Floats = np.degrees(np.arctan2((q[:, 0] - p[:, 0]) * east, (q[:, 1] - p[:, 1]) * north))
        return result

    leaving = np.where(arcs.backward, bearing(last, last - 1), bearing(arcs.first, arcs.first + 1))
    arriving = np.where(arcs.backward, bearing(arcs.first + 1, arcs.first), bearing(last - 1, last))
    return leaving, arriving
