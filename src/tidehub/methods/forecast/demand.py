"""Demand by place and hour, learned from past calls and shrunk where little is known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tidehub.kernel.geometry import Position

HOURS = 24


class Demand(msgspec.Struct, frozen=True):
    """Where calls come from: places and calls an hour there, hour by hour.

    Parameters
    ----------
    places
        One position for each cell, in which the calls of the cell have their mean.
    rates
        Calls an hour: one row for each place, ``HOURS`` columns, local hour of the day.
    """

    places: tuple[Position, ...]
    rates: tuple[tuple[float, ...], ...]

    def at_hour(self, hour: float) -> tuple[float, ...]:
        """Rates at an hour of the day, between the middle of two hours the mean of both by their nearness."""
        before = math.floor(hour - 0.5)
        share = hour - 0.5 - before
        return tuple((1 - share) * row[before % HOURS] + share * row[(before + 1) % HOURS] for row in self.rates)

    @property
    def total_per_h(self) -> tuple[float, ...]:
        """Calls an hour of all places together, hour by hour."""
        return tuple(math.fsum(row[hour] for row in self.rates) for hour in range(HOURS))


def learn_demand(
    calls: Iterable[tuple[Position, float]],
    days: float,
    *,
    cell_m: float = 1000.0,
    prior_calls: float = 8.0,
    weights: Sequence[float] | None = None,
) -> Demand:
    """Learn demand from past calls.

    A place with two calls in a month knows nothing about eleven o'clock: its daily course is drawn towards the
    course of all places together, as strongly as ``prior_calls`` calls would.

    Parameters
    ----------
    calls
        Where and at which local hour (0..24) each came.
    days
        Over how many days they were collected; more than 0.
    cell_m
        Edge of a cell. The place of a cell is the mean of its calls.
    prior_calls
        Weight of the common course: gamma-Poisson shrinkage with its mean at the common course.
    weights
        One for each call, for instance less for what lies long back; 1 each without.

    Returns
    -------
    Demand
        Cells in the order of their column and row; those without a call are left out. Without any call, no
        places.
    """
    assert days > 0, "demand is learned from some days"
    listed = list(calls)
    each = [1.0] * len(listed) if weights is None else list(weights)
    if not listed:
        return Demand((), ())
    lat_m = 111_195.0
    lon_m = lat_m * math.cos(math.radians(listed[0][0].lat))
    cells: dict[tuple[int, int], list[tuple[Position, int, float]]] = {}
    course = [0.0] * HOURS
    for (place, hour), weight in zip(listed, each, strict=True):
        key = (math.floor(place.lon * lon_m / cell_m), math.floor(place.lat * lat_m / cell_m))
        slot = int(hour) % HOURS
        cells.setdefault(key, []).append((place, slot, weight))
        course[slot] += weight
    smooth = _smoothed(course)
    whole = math.fsum(smooth)
    places, rates = [], []
    for key in sorted(cells):
        members = cells[key]
        weight = math.fsum(one[2] for one in members)
        places.append(
            Position(
                math.fsum(one[0].lon * one[2] for one in members) / weight,
                math.fsum(one[0].lat * one[2] for one in members) / weight,
            )
        )
        own = [0.0] * HOURS
        for _, slot, amount in members:
            own[slot] += amount
        own = _smoothed(own)
        share = weight / (weight + prior_calls)
        rates.append(
            tuple((share * own[hour] + (1 - share) * weight * smooth[hour] / whole) / days for hour in range(HOURS))
        )
    return Demand(tuple(places), tuple(rates))


def _smoothed(course: Sequence[float]) -> list[float]:
    """Half of each hour, a quarter of each neighbour: calls do not stop at the stroke of the clock."""
    return [0.5 * course[hour] + 0.25 * course[hour - 1] + 0.25 * course[(hour + 1) % HOURS] for hour in range(HOURS)]


def hourly(calls: Mapping[int, float], days: float) -> tuple[float, ...]:
    """Calls an hour for each hour of the day, from counts over some days."""
    return tuple(calls.get(hour, 0.0) / days for hour in range(HOURS))
