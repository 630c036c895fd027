"""Ways by road: a graph of arcs and turns that can be edited while it runs, with the reason where there is no way."""

from tidehub.methods.routing.road.build import build_graph
from tidehub.methods.routing.road.graph import RoadGraph
from tidehub.methods.routing.road.learn import Drive, drives_of, learned
from tidehub.methods.routing.road.model import (
    RawRestriction,
    RawRoads,
    RawWay,
    RoadClosure,
    RoadRoute,
    RoadUnreachable,
    Vehicle,
)
from tidehub.methods.routing.road.router import SNAP_M_MAX, RoadMatrix, RoadRouter
from tidehub.methods.routing.road.weights import SLOTS, HourFactors

__all__ = [
    "SLOTS",
    "SNAP_M_MAX",
    "Drive",
    "HourFactors",
    "RawRestriction",
    "RawRoads",
    "RawWay",
    "RoadClosure",
    "RoadGraph",
    "RoadMatrix",
    "RoadRoute",
    "RoadRouter",
    "RoadUnreachable",
    "Vehicle",
    "build_graph",
    "drives_of",
    "learned",
]
