"""A day that really happened, held against hindsight: how far from the best possible, and what cost most."""

from __future__ import annotations

import math
from datetime import datetime

import msgspec

from tidehub.kernel.codec import split_problem
from tidehub.kernel.errors import refusal_kind
from tidehub.kernel.geometry import Position
from tidehub.methods.assignment import RankingPolicy, UnitState, WaitingJob
from tidehub.methods.simulation.controllers import Rolling
from tidehub.methods.simulation.figures import Figures, Regret, figures_of, regret_of
from tidehub.methods.simulation.model import Call, Day, Outcome, Served
from tidehub.methods.simulation.travel import OpenTravel
from tidehub.methods.simulation.world import play

DAY_INVALID = refusal_kind(
    "day_invalid",
    zh="当日记录 {where} 有误：{problem}",
    en="The record of a day, {where}, is wrong: {problem}",
    do_zh="请按 docs/how-to/simulate.md 的格式改正该字段。",
    do_en="Correct this field as docs/how-to/simulate.md says.",
)
WORK_S = 1200.0


class RecordedUnit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A unit, where it began the day."""

    unit_id: str
    lon: float
    lat: float
    speed_mps: float = 5.0
    skills: tuple[str, ...] = ()


class RecordedCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call, and what became of it. Instants carry their offset; what never happened is left out."""

    job_id: str
    called_at: datetime
    lon: float
    lat: float
    unit_id: str | None = None
    set_out_at: datetime | None = None
    arrived_at: datetime | None = None
    done_at: datetime | None = None
    skills: tuple[str, ...] = ()
    cancelled: bool = False


class RecordedDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole day as ``tidehub export`` or a duty officer's sheet gives it.

    ``detour`` turns straight lines into ways where nothing better is known; ways that were really gone take their
    own time.
    """

    name: str
    units: tuple[RecordedUnit, ...]
    calls: tuple[RecordedCall, ...]
    detour: float = 1.3
    promise_s: float = 1200.0


class Comparison(msgspec.Struct, frozen=True):
    """The day as it was, as the dispatcher would have had it, and as it could have been."""

    happened: Figures
    rolling: Figures
    hindsight: Figures
    regret: Regret


def read_day(raw: bytes, where: str) -> tuple[Day, Outcome]:
    """Read a day.

    Raises
    ------
    Refusal
        ``day_invalid``, naming the field.
    """
    try:
        found = msgspec.json.decode(raw, type=RecordedDay)
    except msgspec.ValidationError as error:
        problem, field = split_problem(str(error))
        raise DAY_INVALID(f"{where}:{field}" if field else where, where=where, problem=problem) from None
    except msgspec.DecodeError as error:
        raise DAY_INVALID(where, where=where, problem=str(error)) from None
    _check(found, where)
    begins_at = min(call.called_at for call in found.calls)
    calls = tuple(
        _call(call, begins_at, found) for call in sorted(found.calls, key=lambda one: (one.called_at, one.job_id))
    )
    policy = RankingPolicy(
        turnout_s=0,
        approach_s=0,
        handling_base_s=round(WORK_S),
        handling_per_line_s=0,
        queue_when_busy=True,
        queue_wait_max_s=24 * 3600,
        switching_s=720,
        promise_s=round(found.promise_s),
        late_s=600,
    )
    units = tuple(
        UnitState(
            one.unit_id,
            "unit",
            speed_mps=one.speed_mps,
            skills=frozenset(one.skills),
            position=Position(one.lon, one.lat),
            position_at=begins_at,
        )
        for one in found.units
    )
    last_s = calls[-1].at_s
    travel = OpenTravel(found.units[0].lat, found.detour)
    day = Day(found.name, calls, units, {"job": policy}, travel, begins_at, last_s, last_s + 12 * 3600, {"job": WORK_S})
    return day, _happened(found, day)


def _check(found: RecordedDay, where: str) -> None:  # noqa: C901 - one question a line
    problems = []
    if not found.units:
        problems.append(("units", "no unit"))
    if not found.calls:
        problems.append(("calls", "no call"))
    ids = {one.unit_id for one in found.units}
    seen: set[str] = set()
    for place, unit in enumerate(found.units):
        if not (-180 <= unit.lon <= 180 and -90 <= unit.lat <= 90):
            problems.append((f"units[{place}]", "its position is out of range"))
        if not unit.speed_mps > 0:
            problems.append((f"units[{place}].speed_mps", "a speed is above 0"))
    for place, call in enumerate(found.calls):
        field = f"calls[{place}]"
        if call.called_at.tzinfo is None:
            problems.append((f"{field}.called_at", "an instant carries its offset"))
        elif call.arrived_at is not None and call.arrived_at.tzinfo is not None and call.arrived_at < call.called_at:
            problems.append((f"{field}.arrived_at", "nobody arrives before the call"))
        if call.unit_id is not None and call.unit_id not in ids:
            problems.append((f"{field}.unit_id", f"{call.unit_id} is not among the units"))
        if not (-180 <= call.lon <= 180 and -90 <= call.lat <= 90):
            problems.append((field, "its position is out of range"))
        if call.job_id in seen:
            problems.append((f"{field}.job_id", f"{call.job_id} stands twice"))
        seen.add(call.job_id)
    if problems:
        field, problem = problems[0]
        raise DAY_INVALID(f"{where}:{field}", where=f"{where}:{field}", problem=problem)


def _call(call: RecordedCall, begins_at: datetime, found: RecordedDay) -> Call:
    work_s = WORK_S
    if call.arrived_at is not None and call.done_at is not None:
        work_s = max(1.0, (call.done_at - call.arrived_at).total_seconds())
    job = WaitingJob(call.job_id, "job", Position(call.lon, call.lat), skills=call.skills)
    at_s = (call.called_at - begins_at).total_seconds()
    return Call(job, at_s, work_s, cancelled_s=at_s + 1 if call.cancelled else math.inf)


def _happened(found: RecordedDay, day: Day) -> Outcome:
    served = []
    for call in sorted(found.calls, key=lambda one: (one.called_at, one.job_id)):
        served.append(  # noqa: PERF401
            Served(
                call.job_id,
                "",
                "job",
                _second(call.called_at, day),
                call.unit_id,
                _second(call.set_out_at, day),
                _second(call.arrived_at, day),
                _second(call.done_at, day),
                call.cancelled,
            )
        )
    return Outcome("happened", found.name, tuple(served), 0, 0, {unit.unit_id: 0.0 for unit in found.units})


def _second(at: datetime | None, day: Day) -> float:
    return math.inf if at is None else (at - day.begins_at).total_seconds()


def compare(day: Day, happened: Outcome, best: Outcome) -> Comparison:
    """Hold the day against the dispatcher and against hindsight."""
    promise_s = float(day.policies["job"].promise_s)
    rolling = play(day, Rolling(day.policies, day.travel))
    return Comparison(
        figures_of([happened], promise_s),
        figures_of([rolling], promise_s),
        figures_of([best], promise_s),
        regret_of(happened, best),
    )
