"""Runs of a treatment unit from its own aggregates (处理批次): periods with flow, joined until flow ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from tidehub.capabilities.devices.model import Reading
from tidehub.kernel.ids import derived_id
from tidehub.kernel.instants import format_instant


class RunRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a unit tells its runs.

    Parameters
    ----------
    command
        Which of its telegrams carry the totals: ``2051`` (minutes), ``2061`` (hour), or ``2011`` where a unit
        sends a total with every real-time telegram.
    flow_factor, flow_value, ml_per_unit
        Flow is ``w00000`` and its total ``Cou``, in cubic metres (HJ 212-2017 appendix B, to be confirmed).
    period_s
        Length of one aggregate; HJ 212 lets the minutes be set, so it is a setting.
    gap_s_max
        A longer silence between two periods ends the run.
    """

    command: str = "2051"
    flow_factor: str = "w00000"
    flow_value: str = "Cou"
    ml_per_unit: int = 1_000_000
    period_s: int = 600
    gap_s_max: int = 1800


class Run(msgspec.Struct, frozen=True):
    """A finished run as the unit told it."""

    run_id: str
    device_claim: str
    started_at: datetime
    ended_at: datetime
    volume_ml: int
    period_count: int
    averages: dict[str, str]
    highest: dict[str, str]


class OpenRun(msgspec.Struct, frozen=True):
    """A run that goes on."""

    started_at: datetime
    ended_at: datetime
    volume_ml: int
    period_count: int
    weighted: dict[str, tuple[Decimal, int]]  # sum of value times ml, and ml
    highest: dict[str, Decimal]


def volume_ml(readings: list[Reading], rule: RunRule) -> int | None:
    """Volume that a period's readings tell, or ``None`` when they tell none."""
    for reading in readings:
        if reading.factor == rule.flow_factor and (total := reading.number(rule.flow_value)) is not None:
            return int((total * rule.ml_per_unit).to_integral_value(ROUND_HALF_UP))
    return None


def take_period(
    state: OpenRun | None, device_claim: str, at: datetime, readings: list[Reading], rule: RunRule
) -> tuple[OpenRun | None, Run | None]:
    """Take one aggregate that began at ``at``; the run that it ended, if it ended one.

    A period that is not newer than the run changes nothing: told twice, or too late.
    """
    volume = volume_ml(readings, rule)
    if volume is None:
        return state, None
    finished = None
    if state is not None:
        if at < state.ended_at:
            return state, None
        if (at - state.ended_at).total_seconds() > rule.gap_s_max or volume == 0:
            finished = finish(state, device_claim)
            state = None
    if volume == 0:
        return state, finished
    weighted = dict(state.weighted) if state else {}
    highest = dict(state.highest) if state else {}
    for reading in readings:
        if reading.factor == rule.flow_factor or not reading.is_valid:
            continue
        average = reading.number("Avg") or reading.number("Rtd")
        if average is not None:
            total, weight = weighted.get(reading.factor, (Decimal(0), 0))
            weighted[reading.factor] = (total + average * volume, weight + volume)
        most = reading.number("Max") or average
        if most is not None:
            highest[reading.factor] = max(most, highest.get(reading.factor, most))
    return (
        OpenRun(
            state.started_at if state else at,
            at + timedelta(seconds=rule.period_s),
            (state.volume_ml if state else 0) + volume,
            (state.period_count if state else 0) + 1,
            weighted,
            highest,
        ),
        finished,
    )


def is_over(state: OpenRun, now: datetime, rule: RunRule) -> bool:
    """Whether a run has ended by silence."""
    return (now - state.ended_at).total_seconds() > rule.gap_s_max


def finish(state: OpenRun, device_claim: str) -> Run:
    """Close a run. Its id follows from the unit and its beginning: told twice, it is the same."""
    return Run(
        derived_id("run-", device_claim, format_instant(state.started_at)),
        device_claim,
        state.started_at,
        state.ended_at,
        state.volume_ml,
        state.period_count,
        {
            factor: format((total / weight).quantize(Decimal("0.0001"), ROUND_HALF_UP).normalize(), "f")
            for factor, (total, weight) in sorted(state.weighted.items())
        },
        {factor: format(value, "f") for factor, value in sorted(state.highest.items())},
    )
