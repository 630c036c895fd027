"""Days worth playing: the harbour, the fleet's return before a typhoon, the market day, the doctors' round.

Every number that is not a choice of ours stands with its source. All places are synthetic, and say so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
import numpy as np

from tidehub.kernel.geometry import Position
from tidehub.methods.assignment import Compartment, Need, RankingPolicy, Shift, UnitState, WaitingJob, Weights
from tidehub.methods.assignment.waiting import WaitingPolicy, Waits, waits_of
from tidehub.methods.forecast.demand import learn_demand
from tidehub.methods.simulation.harbour import CORNER, HARBOURS, TRAVEL, works_s
from tidehub.methods.simulation.harbour import boats as harbour_boats
from tidehub.methods.simulation.model import Call, Day
from tidehub.methods.simulation.travel import OpenTravel

MORNING = datetime(2026, 6, 1, 22, 0, tzinfo=UTC)  # six in the morning in China
WAY_SPREAD = 0.15
"""Standard deviation of a true way over its estimate (lognormal, mean 1): a choice of ours."""


class Scenario(NamedTuple):
    """A kind of day.

    ``promise_s`` is what callers are promised, ``waiting`` how idle units wait, ``many`` whether hindsight can be
    asked (single jobs only).
    """

    name: str
    zh: str
    en: str
    promise_s: float
    units: int
    make: Callable[[int, int], Day]
    waiting: WaitingPolicy | None
    single: bool = True


def _way(rng: np.random.Generator) -> float:
    return works_s(rng, 1.0, WAY_SPREAD)


# -- the harbour ------------------------------------------------------------------------------------------

COLLECT = RankingPolicy(
    unit_kinds=("shuttle_boat",),
    skills=("waste",),
    position_age_max_s=600,
    turnout_s=60,
    approach_s=90,
    handling_base_s=1200,
    handling_per_line_s=0,
    queue_when_busy=True,
    queue_wait_max_s=24 * 3600,
    weights=Weights(fullness_s=0, queued_s=0),
    switching_s=720,
    promise_s=1200,
    late_s=600,
)
VISITS_PER_DAY = 4328 / 371  # Wenling, 2021-06-01 to 2022-06-06 (marine handbook, section 2.1)
KG_PER_VISIT = 1_140_200 / 4328  # the same source: 1,140.2 t, 99.5 % of it oily water
PREFECTURE = 6.0
"""How many such counties the harbour's fleet serves: the handbook says to scale up for a prefecture."""
_SIX = (*HARBOURS, (17.0, 12.0, 0.10))
TANK_L = 4000


def _boats(count: int) -> tuple[UnitState, ...]:
    return tuple(
        msgspec.structs.replace(
            boat,
            skills=frozenset({"waste"}),
            position_at=MORNING,
            compartments=(Compartment("tank", "oily", TANK_L * 1000, "ml"),),
        )
        for boat in harbour_boats(count)
    )


def _visit(number: int, at_s: float, rng: np.random.Generator) -> Call:
    share = np.array([one[2] for one in _SIX])
    east_km, north_km, _ = _SIX[int(rng.choice(len(_SIX), p=share / share.sum()))]
    scatter = rng.normal(0.0, 600.0, 2)
    place = TRAVEL.at(CORNER, east_km * 1000 + float(scatter[0]), north_km * 1000 + float(scatter[1]))
    amount_ml = round(1000 * works_s(rng, KG_PER_VISIT, 1.0))  # as water; the spread is a choice of ours
    need = Need("1", "oily_water", "oily", min(amount_ml, TANK_L * 1000), "ml")
    job = WaitingJob(f"J{number:04d}", "collect", place, needs=(need,), skills=("waste",))
    return Call(job, at_s, works_s(rng, 1200.0, 0.5), _way(rng))


def harbour(seed: int, units: int) -> Day:
    """An ordinary day of a prefecture: visits bunch around two returns on the tide, 12 h 25 min apart."""
    rng = np.random.default_rng([seed, 1])
    count = int(rng.poisson(VISITS_PER_DAY * PREFECTURE))
    first_s = float(rng.uniform(0.0, 4.0)) * 3600
    times = []
    for _ in range(count):
        tide_s = first_s if rng.random() < 0.5 else first_s + 12.42 * 3600
        at_s = rng.normal(tide_s, 5400.0) if rng.random() < 0.6 else rng.uniform(0.0, 16 * 3600)
        times.append(float(min(max(at_s, 0.0), 16 * 3600)))
    calls = tuple(_visit(number, at_s, rng) for number, at_s in enumerate(sorted(times), 1))
    return _day(f"harbour, seed {seed}", calls, _boats(units), {"collect": COLLECT}, TRAVEL, 16, 1200.0)


def typhoon(seed: int, units: int) -> Day:
    """The fleet returns before a typhoon: 40 calls in 20 minutes, after an hour's quiet (handbook, section 11)."""
    rng = np.random.default_rng([seed, 2])
    times = np.sort(rng.uniform(3600.0, 3600.0 + 1200.0, 40))
    calls = tuple(_visit(number, float(at_s), rng) for number, at_s in enumerate(times, 1))
    return _day(f"typhoon, seed {seed}", calls, _boats(units), {"collect": COLLECT}, TRAVEL, 2, 1200.0)


def _day(
    name: str,
    calls: tuple[Call, ...],
    units: tuple[UnitState, ...],
    policies: Mapping[str, RankingPolicy],
    travel: OpenTravel,
    hours: float,
    work_s: float | Mapping[str, float],
) -> Day:
    expected = work_s if isinstance(work_s, Mapping) else dict.fromkeys(policies, work_s)
    return Day(name, calls, units, policies, travel, MORNING, hours * 3600, (hours + 12) * 3600, expected)


# -- the market day ---------------------------------------------------------------------------------------

TOWN = Position(120.63, 27.97)
ROADS = OpenTravel(TOWN.lat, 1.35)
REGIONS = ("330304101", "330304102", "330304103")
TEAMS = {"urban": ("patrol", "urban_management"), "traffic": ("patrol", "traffic"), "market": ("patrol", "market")}


def _attend(skill: str) -> RankingPolicy:
    return RankingPolicy(
        skills=(skill,),
        jurisdiction=True,
        position_age_max_s=600,
        turnout_s=120,
        approach_s=60,
        handling_base_s=1200,
        handling_per_line_s=0,
        queue_when_busy=True,
        queue_wait_max_s=24 * 3600,
        switching_s=720,
        promise_s=900,
        late_s=600,
    )


MARKET_POLICIES = {task: _attend(skill) for task, (_, skill) in TEAMS.items()}


def market(seed: int, units: int) -> Day:
    """A market day: eight cases an hour along three streets, a fifth of which need all three teams at once.

    A team case counts from the call to the last arrival; the promise is 15 minutes (founding scenario).
    """
    rng = np.random.default_rng([seed, 3])
    calls: list[Call] = []
    at_s, number = 0.0, 0
    while True:
        at_s += float(rng.exponential(3600.0 / 8))
        if at_s > 10 * 3600:
            break
        number += 1
        street = int(rng.integers(3))
        place = ROADS.at(TOWN, 2500.0 * street + float(rng.normal(0, 700)), float(rng.normal(0, 900)))
        tasks = sorted(TEAMS) if rng.random() < 0.2 else [sorted(TEAMS)[int(rng.integers(3))]]
        work_s, factor = works_s(rng, 1200.0, 0.5), _way(rng)
        for task in tasks:
            job = WaitingJob(f"C{number:03d}/{task}", task, place, region_code=REGIONS[street])
            calls.append(Call(job, at_s, work_s, factor, f"C{number:03d}" if len(tasks) > 1 else ""))
    patrols = []
    for one in range(units):
        task = sorted(TEAMS)[one % 3]
        street = one // 3 % 3
        at = ROADS.at(TOWN, 2500.0 * street, 0.0)
        # a third of the teams is lent to all three streets, the others keep to their own and the next
        entitled = REGIONS if one % 9 < 3 else (REGIONS[street], REGIONS[(street + 1) % 3])
        patrols.append(
            UnitState(
                f"P{one + 1:02d}-{task}",
                "patrol",
                mode="road",
                speed_mps=6.0,
                skills=frozenset({TEAMS[task][1]}),
                jurisdictions=entitled,
                position=at,
                position_at=MORNING,
            )
        )
    return _day(f"market, seed {seed}", tuple(calls), tuple(patrols), MARKET_POLICIES, ROADS, 10, 1200.0)


# -- the doctors' round -----------------------------------------------------------------------------------

_VISIT = RankingPolicy(
    skills=("doctor",),
    position_age_max_s=600,
    turnout_s=120,
    approach_s=120,
    handling_base_s=1500,
    handling_per_line_s=0,
    queue_when_busy=True,
    queue_wait_max_s=24 * 3600,
    switching_s=600,
)
ROUND_POLICIES = {
    "visit": _VISIT,
    "urgent": msgspec.structs.replace(_VISIT, handling_base_s=2400, promise_s=1800, late_s=1200, switching_s=120),
}


def doctors(seed: int, units: int) -> Day:
    """A doctors' round: home visits known in the morning, urgent calls in between, shifts of nine hours.

    An urgent call weighs more by its priority; visits are those that can wait.
    """
    rng = np.random.default_rng([seed, 4])
    calls = []
    for number in range(1, 6 * units + 1):
        place = ROADS.at(TOWN, float(rng.normal(0, 4500)), float(rng.normal(0, 4500)))
        job = WaitingJob(f"V{number:03d}", "visit", place)
        calls.append(Call(job, 0.0, works_s(rng, 1500.0, 0.4), _way(rng)))
    at_s, number = 0.0, 0
    while (at_s := at_s + float(rng.exponential(3600.0))) < 7 * 3600:
        number += 1
        place = ROADS.at(TOWN, float(rng.normal(0, 4500)), float(rng.normal(0, 4500)))
        job = WaitingJob(f"U{number:03d}", "urgent", place, priority=10)
        calls.append(Call(job, at_s, works_s(rng, 2400.0, 0.4), _way(rng)))
    shift = (Shift(MORNING, MORNING + timedelta(hours=9)),)
    cars = tuple(
        UnitState(
            f"D{one + 1:02d}",
            "clinic_car",
            mode="road",
            speed_mps=9.0,
            skills=frozenset({"doctor"}),
            position=TOWN,
            position_at=MORNING,
            shifts=shift,
        )
        for one in range(units)
    )
    work_s = {"visit": 1500.0, "urgent": 2400.0}
    return _day(f"doctors, seed {seed}", tuple(calls), cars, ROUND_POLICIES, ROADS, 9, work_s)


SCENARIOS: dict[str, Scenario] = {
    one.name: one
    for one in (
        Scenario(
            "harbour",
            "海港日常（温岭工作量）",
            "the harbour, Wenling workload",
            1200.0,
            8,
            harbour,
            WaitingPolicy(busy=0.1),
        ),
        Scenario(
            "typhoon",
            "台风回港：20 分钟 40 单",
            "return before a typhoon",
            1200.0,
            12,
            typhoon,
            WaitingPolicy(busy=0.1),
        ),
        Scenario("market", "集市日，三队联动", "market day, three-team cases", 900.0, 18, market, None, single=False),
        Scenario("doctors", "云诊室巡诊", "the doctors' round", 1800.0, 4, doctors, None),
    )
}


def waits_for(scenario: Scenario, seeds: range, cell_m: float = 1500.0) -> Waits | None:
    """Learn from other days of the same kind where calls come from; ``None`` where nobody is moved to wait."""
    if scenario.waiting is None:
        return None
    days = [scenario.make(seed, scenario.units) for seed in seeds]
    past = [(call.job.position, 6 + call.at_s / 3600) for day in days for call in day.calls]
    demand = learn_demand(past, len(days), cell_m=cell_m)
    rates = [sum(row) for row in demand.rates]
    return waits_of(demand.places, rates, days[0].travel, days[0].begins_at, days[0].units[0])
