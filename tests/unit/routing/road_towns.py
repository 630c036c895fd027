"""Small towns for the road tests: drawn on a grid of 100 m, written as real PBF files by pyosmium's own writer."""

from __future__ import annotations

from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

LON, LAT = 120.6, 28.0
STEP_LON, STEP_LAT = 100.0 / 98_360.0, 100.0 / 110_850.0


def at(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a place on the grid, in steps of about 100 m."""
    return LON + x * STEP_LON, LAT + y * STEP_LAT


class Town:
    """Nodes by place on the grid, ways through them, restrictions; :meth:`write` makes the PBF."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[float, float], int] = {}
        self._tags: dict[int, dict[str, str]] = {}
        self._ways: list[Way] = []
        self._relations: list[Relation] = []

    def node(self, x: float, y: float, **tags: str) -> int:
        number = self._nodes.setdefault((x, y), len(self._nodes) + 1)
        self._tags.setdefault(number, {}).update({key.replace("__", ":"): value for key, value in tags.items()})
        return number

    def way(self, *places: tuple[float, float], **tags: str) -> int:
        refs = [self.node(*place) for place in places]
        number = 1000 + len(self._ways)
        told = {"highway": "residential"} | {key.replace("__", ":"): value for key, value in tags.items()}
        self._ways.append(Way(id=number, nodes=refs, tags=told))
        return number

    def restrict(self, kind: str, begin: int, via: int | list[int], end: int, **tags: str) -> None:
        vias = [("n", via, "via")] if isinstance(via, int) else [("w", way, "via") for way in via]
        members = [("w", begin, "from"), *vias, ("w", end, "to")]
        told = {"type": "restriction", "restriction": kind} | tags
        self._relations.append(Relation(id=len(self._relations) + 1, members=members, tags=told))

    def write(self, path: Path, *, without: tuple[int, ...] = ()) -> Path:
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            for (x, y), number in self._nodes.items():
                if number not in without:
                    writer.add_node(Node(id=number, location=at(x, y), tags=self._tags[number]))
            for way in self._ways:
                writer.add_way(way)
            for relation in self._relations:
                writer.add_relation(relation)
        return path


def grid(columns: int = 4, rows: int = 4, **tags: str) -> Town:
    """Streets along every line of a grid, one way a street."""
    town = Town()
    for x in range(columns):
        town.way(*((x, y) for y in range(rows)), **tags)
    for y in range(rows):
        town.way(*((x, y) for x in range(columns)), **tags)
    return town
