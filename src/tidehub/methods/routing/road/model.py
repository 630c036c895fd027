"""Roads as they come in, vehicles, closures, and what an answer looks like."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from tidehub.kernel.errors import refusal_kind
from tidehub.kernel.geometry import Position

RoadUnreachableCode = Literal["start_off_road", "end_off_road", "no_road_between", "closed"]

ROADS_EMPTY = refusal_kind(
    "roads_empty",
    zh="“{name}”中没有可通行的道路",
    en="There is no road for vehicles in '{name}'",
    do_zh="请提供包含 highway 道路及其节点坐标的 OSM 文件（PBF）。",
    do_en="Give an OSM file (PBF) with highway ways and the places of their nodes.",
)
VEHICLE_INVALID = refusal_kind(
    "vehicle_invalid",
    zh="车辆的{what_zh}应为正数，而不是 {value}",
    en="The {what} of a vehicle has to be positive, not {value}",
    do_zh="请填写大于零的数，或不填表示没有限制。",
    do_en="Give a number above zero, or none for no limit.",
)


class RawWay(NamedTuple):
    """One way of the source: its nodes in order and its tags."""

    id: int
    nodes: tuple[int, ...]
    tags: dict[str, str]


class RawRestriction(NamedTuple):
    """A turn restriction: from a way over a node or ways into another way; ``only`` forbids all others."""

    id: int
    only: bool
    from_way: int
    via_node: int | None
    via_ways: tuple[int, ...]
    to_way: int


class RawRoads(NamedTuple):
    """Roads before they are a graph, whatever file or generator they come from.

    Parameters
    ----------
    places
        Node to (longitude, latitude), WGS 84 degrees.
    node_tags
        Tags of the nodes that have some (signals, barriers).
    source
        What people read beside a time: the file's name and date, or that the roads are synthetic.
    """

    ways: list[RawWay]
    places: dict[int, tuple[float, float]]
    node_tags: dict[int, dict[str, str]]
    restrictions: list[RawRestriction]
    source: str
    synthetic: bool = False


class Vehicle(msgspec.Struct, frozen=True):
    """What drives: limits of height and weight count against it, and emergency vehicles pass private gates.

    Raises
    ------
    Refusal
        ``vehicle_invalid`` for a height or weight that is not positive.
    """

    height_m: float | None = None
    weight_t: float | None = None
    emergency: bool = False

    def __post_init__(self) -> None:
        for field, field_zh, value in (("height_m", "高度", self.height_m), ("weight_t", "重量", self.weight_t)):
            if value is not None and not 0.0 < value < float("inf"):
                raise VEHICLE_INVALID(field, what=field, what_zh=field_zh, value=value)


class RoadClosure(msgspec.Struct, frozen=True):
    """Roads nobody may enter for a time: all that lie within ``radius_m`` of a place, or one way of the source.

    Parameters
    ----------
    way_id
        Only this way near the place (its number in the source), so that the bridge above a closed street
        stays open; ``None``: every road there.
    from_at, until_at
        Aware UTC; ``None``: since ever, without end.
    """

    id: str
    at: Position
    radius_m: float = 15.0
    way_id: int | None = None
    reason: str = ""
    from_at: datetime | None = None
    until_at: datetime | None = None

    def active(self, at: datetime | None) -> bool:
        """Whether it holds at an instant; without an instant, always."""
        if at is None:
            return True
        return (self.from_at is None or self.from_at <= at) and (self.until_at is None or at < self.until_at)


class RoadRoute(msgspec.Struct, frozen=True):
    """The quickest way by road.

    Parameters
    ----------
    points
        From the foot of the start on the road to the foot of the end, turning points and bends of the road.
    length_m, duration_s
        Along the road; the way between a place and the road is not in it.
    start_snapped_m, end_snapped_m
        How far the places lie from the road they were put on.
    ways
        Numbers of the ways of the source in the order they are driven, without repeats in a row.
    stretches
        Arcs of the graph with the share of each that is driven; empty from a router that is not ours.
    """

    points: tuple[Position, ...]
    length_m: float
    duration_s: float
    start_snapped_m: float
    end_snapped_m: float
    ways: tuple[int, ...]
    source: str
    stretches: tuple[tuple[int, float], ...] = ()


class RoadUnreachable(msgspec.Struct, frozen=True):
    """There is no way by road, and why. An answer, not an error.

    Parameters
    ----------
    code
        ``start_off_road``/``end_off_road``: no road for this vehicle near the place; ``no_road_between``;
        ``closed``: only closures lie between.
    nearest_road_m
        For ``..._off_road``: how far the nearest road is.
    """

    code: RoadUnreachableCode
    zh: str
    en: str
    nearest_road_m: float | None = None
