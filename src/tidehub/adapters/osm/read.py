"""Reads the roads of an OSM file: ways with ``highway``, their nodes, signals, barriers, turn restrictions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tidehub.kernel.codec import sha256_hex
from tidehub.kernel.errors import refusal_kind
from tidehub.methods.routing.road import RawRestriction, RawRoads, RawWay
from tidehub.methods.routing.road.tags import CLASS_KPH

ROAD_FILE_UNREADABLE = refusal_kind(
    "road_file_unreadable",
    zh="道路文件“{name}”无法读取：{problem}",
    en="The road file '{name}' cannot be read: {problem}",
    do_zh="请提供完整的 OSM PBF 文件（可能下载中断或文件被截断，请重新下载并核对校验值）。",
    do_en="Give a whole OSM PBF file (it may have been cut short: download it again and check its checksum).",
)

_KEPT = (
    "highway", "access", "vehicle", "motor_vehicle", "motorcar", "emergency", "oneway", "oneway:motor_vehicle",
    "junction", "maxspeed", "maxspeed:forward", "maxspeed:backward", "maxheight", "maxheight:physical", "maxweight",
    "area", "name",
)  # fmt: skip
_NODE_KEPT = ("highway", "barrier", "access", "vehicle", "motor_vehicle", "motorcar", "emergency")
_RESTRICTION_KEYS = ("restriction", "restriction:motorcar", "restriction:motor_vehicle")
_EXCEPTED = frozenset({"motorcar", "motor_vehicle"})


def read_roads(path: Path) -> RawRoads:
    """Read a whole file.

    Raises
    ------
    Refusal
        ``road_file_unreadable`` where the file is missing, cut short, damaged, or no OSM file.

    Notes
    -----
    The reader is libosmium's; a file that ends inside a block is noticed, one that ends exactly between two
    blocks is a whole file to every reader, which the count of nodes without a place then shows.
    """
    try:
        return _read(path)
    except (RuntimeError, OSError, ValueError) as error:
        raise ROAD_FILE_UNREADABLE("osm", name=path.name, problem=str(error)[:200]) from None


def _read(path: Path) -> RawRoads:
    if not path.is_file():
        raise OSError("there is no such file")
    if path.stat().st_size == 0:
        raise OSError("it is empty")
    import osmium

    ways: list[RawWay] = []
    places: dict[int, tuple[float, float]] = {}
    node_tags: dict[int, dict[str, str]] = {}
    restrictions: list[RawRestriction] = []
    reader = (
        osmium.FileProcessor(str(path))
        .with_locations()
        .with_filter(osmium.filter.KeyFilter("highway", "barrier", *_RESTRICTION_KEYS))
    )
    thing: Any
    for thing in reader:
        if thing.is_way():
            _way(thing, ways, places)
        elif thing.is_node():
            node_tags[thing.id] = {key: thing.tags[key] for key in _NODE_KEPT if key in thing.tags}
        elif thing.is_relation():
            _restriction(thing, restrictions)
    used = places.keys()
    return RawRoads(
        ways,
        places,
        {node: tags for node, tags in node_tags.items() if node in used},
        restrictions,
        _source(path, osmium),
    )


def _way(way: Any, ways: list[RawWay], places: dict[int, tuple[float, float]]) -> None:
    if way.tags.get("highway") not in CLASS_KPH:
        return
    nodes = []
    for node in way.nodes:
        nodes.append(node.ref)
        if node.location.valid():
            places[node.ref] = (node.location.lon, node.location.lat)
    ways.append(RawWay(way.id, tuple(nodes), {key: way.tags[key] for key in _KEPT if key in way.tags}))


def _restriction(relation: Any, restrictions: list[RawRestriction]) -> None:
    if relation.tags.get("type") != "restriction":
        return
    told = next((relation.tags[key] for key in _RESTRICTION_KEYS if key in relation.tags), "")
    if not told.startswith(("no_", "only_")):
        return
    if _EXCEPTED & {word.strip() for word in relation.tags.get("except", "").split(";")}:
        return
    begins = [m.ref for m in relation.members if m.type == "w" and m.role == "from"]
    ends = [m.ref for m in relation.members if m.type == "w" and m.role == "to"]
    via_nodes = [m.ref for m in relation.members if m.type == "n" and m.role == "via"]
    via_ways = tuple(m.ref for m in relation.members if m.type == "w" and m.role == "via")
    if not via_nodes and not via_ways:
        return
    for begin in begins:
        restrictions.extend(
            RawRestriction(
                relation.id, told.startswith("only_"), begin, None if via_ways else via_nodes[0], via_ways, end
            )
            for end in ends
        )


def _source(path: Path, osmium: Any) -> str:
    """Name, date where the file tells one, and hash: what a time can be traced back to."""
    header = osmium.io.Reader(str(path)).header()
    stamp = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    return " ".join(["OSM", path.name, *([stamp] if stamp else []), sha256_hex(path.read_bytes())[:12]])
