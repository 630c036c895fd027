"""Ways by water: exact, never over land, with the reason where there is none."""

from tidehub.methods.routing.access import APPROACH_M_MAX, SNAP_M_MAX
from tidehub.methods.routing.chart import LADDER_M, DepthArea, Fairway, Restriction, WaterChart
from tidehub.methods.routing.matrix import TravelMatrix, travel_matrix
from tidehub.methods.routing.model import Area, Leg, Repair, Rings, Route, Unreachable
from tidehub.methods.routing.passage import SpeedZone, eta_s, plotter_legs, plotter_points
from tidehub.methods.routing.plan import plan_route
from tidehub.methods.routing.water import WaterMap

__all__ = [
    "APPROACH_M_MAX",
    "LADDER_M",
    "SNAP_M_MAX",
    "Area",
    "DepthArea",
    "Fairway",
    "Leg",
    "Repair",
    "Restriction",
    "Rings",
    "Route",
    "SpeedZone",
    "TravelMatrix",
    "Unreachable",
    "WaterChart",
    "WaterMap",
    "eta_s",
    "plan_route",
    "plotter_legs",
    "plotter_points",
    "travel_matrix",
]
