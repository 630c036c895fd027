"""What is to be expected: calls by place and hour, and arrivals as ranges."""

from tidehub.methods.forecast.arrival import (
    ArrivalErrors,
    ArrivalRanges,
    Range,
    arrival_errors,
    learn_ranges,
)
from tidehub.methods.forecast.demand import Demand, learn_demand

__all__ = [
    "ArrivalErrors",
    "ArrivalRanges",
    "Demand",
    "Range",
    "arrival_errors",
    "learn_demand",
    "learn_ranges",
]
