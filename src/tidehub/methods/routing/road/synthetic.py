"""A synthetic road network around Ouhai (瓯海), Wenzhou: plausible, made from a seed, and labelled as such.

No road of it exists. It serves the demonstration and the benchmarks where no OSM file is configured; every
answer over it names it as synthetic.
"""

from __future__ import annotations

import numpy as np

from tidehub.methods.routing.road.model import RawRestriction, RawRoads, RawWay

CENTRE = (120.637, 27.967)
SOURCE = "合成的瓯海道路网（非真实道路） synthetic Ouhai roads (not real), seed {seed}"
BLOCK_DEG = 0.0035
RIVER_ROW = 0.62
BRIDGE_EVERY = 6
_NOBODY = {"highway": "residential", "access": "private"}


def synthetic_roads(seed: int = 20260601, *, columns: int = 48, rows: int = 36) -> RawRoads:
    """Make the network: a bent grid with an expressway, arterials, lanes, one-way streets, a river with few
    bridges, signals, low and weak bridges, gates and forbidden left turns.

    Parameters
    ----------
    columns, rows
        Junctions; 48 x 36 give about 5,800 arcs, 400 x 300 about 400,000.
    """
    rng = np.random.default_rng(seed)
    u, v = np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij")
    bend = 0.6 * np.sin(v / 7.0) + 0.4 * np.sin(u / 9.0)
    lon = CENTRE[0] + (u - columns / 2 + bend + rng.normal(0.0, 0.12, u.shape)) * BLOCK_DEG
    lat = CENTRE[1] + (v - rows / 2 + 0.5 * np.sin(u / 8.0) + rng.normal(0.0, 0.12, u.shape)) * BLOCK_DEG * 0.9
    number = u * rows + v + 1
    places = {
        int(n): (round(float(x), 7), round(float(y), 7))
        for n, x, y in zip(number.flat, lon.flat, lat.flat, strict=True)
    }
    river = int(rows * RIVER_ROW)
    ways: list[RawWay] = []
    node_tags: dict[int, dict[str, str]] = {}
    bend_at = columns * rows + 1
    for along_column in (True, False):
        lines = columns if along_column else rows
        for line in range(lines):
            tags = _kind(line, lines, rng)
            steps = rows if along_column else columns
            for i in range(steps - 1):
                a = int(number[line, i] if along_column else number[i, line])
                b = int(number[line, i + 1] if along_column else number[i + 1, line])
                bridge = along_column and i == river
                if bridge and line % BRIDGE_EVERY:
                    continue
                if tags["highway"] == "residential" and rng.random() < 0.12:
                    continue  # a block without a street through it
                own = dict(tags)
                if bridge:
                    own |= {"maxweight": str(int(rng.choice([10, 20, 55]))), "bridge": "yes"}
                elif rng.random() < 0.01:
                    own["maxheight"] = "2.5"
                elif tags["highway"] == "residential" and rng.random() < 0.01:
                    own = dict(_NOBODY)
                middle = np.array(places[a]) * 0.5 + np.array(places[b]) * 0.5 + rng.normal(0.0, 0.05, 2) * BLOCK_DEG
                places[bend_at] = (round(float(middle[0]), 7), round(float(middle[1]), 7))
                ways.append(RawWay(len(ways) + 1, (a, bend_at, b), own))
                bend_at += 1
    for n in number[::4, ::3].flat:
        node_tags[int(n)] = {"highway": "traffic_signals"}
    label = SOURCE.format(seed=seed)
    return RawRoads(ways, places, node_tags, _no_left_turns(ways, rng), label, synthetic=True)


def _kind(line: int, lines: int, rng: np.random.Generator) -> dict[str, str]:
    if line == lines // 2:
        return {"highway": "trunk", "maxspeed": "70", "name": f"合成快速路 {line}"}
    if line % 6 == 0:
        return {"highway": "primary", "maxspeed": "60", "name": f"合成主干路 {line}"}
    if line % 3 == 0:
        return {"highway": "tertiary", "maxspeed": "40", "name": f"合成支路 {line}"}
    tags = {"highway": "residential", "name": f"合成街巷 {line}"}
    return tags | {"oneway": "yes" if rng.random() < 0.5 else "-1"} if rng.random() < 0.25 else tags


def _no_left_turns(ways: list[RawWay], rng: np.random.Generator) -> list[RawRestriction]:
    """Here and there a turn between two big roads is forbidden."""
    big = [way for way in ways if way.tags["highway"] in ("trunk", "primary")]
    begins: dict[int, list[RawWay]] = {}
    for way in big:
        begins.setdefault(way.nodes[0], []).append(way)
    made: list[RawRestriction] = []
    for way in big:
        for other in begins.get(way.nodes[-1], ()):
            if other.tags["name"] != way.tags["name"] and rng.random() < 0.15:
                made.append(RawRestriction(len(made) + 1, False, way.id, way.nodes[-1], (), other.id))
    return made
