"""Ranking: who can be there first, and for everyone else every reason why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidehub.methods.assignment import (
    REASON_CODES,
    Compartment,
    Engagement,
    Leg,
    Need,
    RankingPolicy,
    Shift,
    UnitState,
    WaitingJob,
    Weights,
    explain,
    rank_units,
)

from .harbour import NOW, POLICY, Sea, away, boat, job, minutes

OILY = Need("1", "oily_water", "oily", 200_000, "ml", 950)
SHIFT = (Shift(NOW - minutes(60), NOW + minutes(600)),)


def tank(capacity: int, loaded: int = 0, group: str = "oily", unit: Any = "ml") -> tuple[Compartment, ...]:
    return (Compartment("T1", group, capacity, unit, loaded),)


def policy(**changes: Any) -> RankingPolicy:
    return msgspec.structs.replace(POLICY, **changes)


def dry(hours: int = 3) -> Leg:
    return Leg(200, 1000, "berth_dry", NOW + timedelta(hours=hours), 0.4, 1.7)


# What bars K1, the same unit without it, and what the question was: (code, barred, twin, job, policy, legs).
CASES: list[tuple[str, UnitState, UnitState, WaitingJob, RankingPolicy, dict[str, Leg]]] = [
    ("out_of_service", boat("K1", out_of_service="survey"), boat("K1"), job(), POLICY, {}),
    (
        "wrong_kind",
        boat("K1", kind="patrol"),
        boat("K1"),
        job(),
        policy(unit_kinds=("shuttle_boat",)),
        {},
    ),
    ("wrong_way", boat("K1", mode="road"), boat("K1"), job(access=("water",)), POLICY, {}),
    (
        "missing_skill",
        boat("K1", skills=frozenset({"waste"})),
        boat("K1", skills=frozenset({"waste", "hazardous"})),
        job(skills=("hazardous",)),
        policy(skills=("waste",)),
        {},
    ),
    (
        "other_jurisdiction",
        boat("K1", jurisdictions=("331081",)),
        boat("K1", jurisdictions=("331081", "3310")),
        job(),
        policy(jurisdiction=True),
        {},
    ),
    ("pinned_to_other", boat("K1"), boat("K2"), job(pinned_unit_id="K2"), POLICY, {}),
    ("refused_before", boat("K1"), boat("K2"), job(excluded={"K1": "engine"}), POLICY, {}),
    ("forbidden", boat("K1"), boat("K2"), job(forbidden={"K1": "no pump"}), POLICY, {}),
    ("not_answered", boat("K1"), boat("K2"), job(silent=("K1",)), POLICY, {}),
    ("in_reserve", boat("K1", held_reason="typhoon"), boat("K1"), job(), POLICY, {}),
    ("no_position", boat("K1", position=None, position_at=None), boat("K1"), job(), POLICY, {}),
    (
        "position_too_old",
        boat("K1", position_at=NOW - timedelta(seconds=301)),
        boat("K1", position_at=NOW - timedelta(seconds=300)),
        job(),
        POLICY,
        {},
    ),
    (
        "off_shift",
        boat("K1", shifts=(Shift(NOW + minutes(30), NOW + minutes(300)),)),
        boat("K1", shifts=SHIFT),
        job(),
        POLICY,
        {},
    ),
    ("offer_pending", boat("K1", offer_expires_at=NOW + minutes(1)), boat("K1"), job(), POLICY, {}),
    (
        "busy",
        boat("K1", engagement=Engagement("J0", "on_scene", NOW + minutes(5), away(0))),
        boat("K1"),
        job(),
        POLICY,
        {},
    ),
    (
        "no_compartment",
        boat("K1", compartments=tank(10**9, group="bottles")),
        boat("K1", compartments=tank(10**9)),
        job(needs=(OILY,)),
        POLICY,
        {},
    ),
    (
        "no_room",
        boat("K1", compartments=tank(500_000, 300_001)),
        boat("K1", compartments=tank(500_000, 300_000)),
        job(needs=(OILY,)),
        POLICY,
        {},
    ),
    ("unreachable", boat("K1"), boat("K2"), job(), POLICY, {"K1": Leg(None, None, "unreachable")}),
    (
        "closed",
        boat("K1"),
        boat("K2"),
        job(),
        POLICY,
        {"K1": Leg(None, None, "closed", NOW + minutes(90))},
    ),
    ("berth_dry", boat("K1", draught_m=1.2), boat("K2", draught_m=0.6), job(), POLICY, {"K1": dry()}),
    (
        "out_of_range",
        boat("K1", range_m=999),
        boat("K1", range_m=1001),
        job(),
        POLICY,
        {"K1": Leg(200, 1000)},
    ),
    (
        "shift_ends_before_done",
        boat("K1", shifts=(Shift(NOW - minutes(60), NOW + timedelta(seconds=979)),)),
        boat("K1", shifts=(Shift(NOW - minutes(60), NOW + timedelta(seconds=980)),)),
        job(),
        POLICY,
        {"K1": Leg(200, 1000)},  # 60 turnout + 200 way + 120 approach + 600 work = 980
    ),
    (
        "crew_hours_spent",
        boat("K1", crew_until=NOW + timedelta(seconds=979)),
        boat("K1", crew_until=NOW + timedelta(seconds=980)),
        job(),
        POLICY,
        {"K1": Leg(200, 1000)},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_every_reason_rejects_and_its_twin_without_it_goes(case: Any) -> None:
    """Each obstacle rejects with its own code and both languages, and the same unit without it is chosen."""
    code, barred, twin, waiting, ranking_policy, legs = case
    rejected = rank_units(waiting, [barred], Sea(legs), NOW, ranking_policy)
    assert [one.unit_id for one in rejected.chosen] == []
    assert rejected.rejected[0].code == code
    assert rejected.rejected[0].reasons[0].zh
    assert rejected.rejected[0].reasons[0].en
    passed = rank_units(waiting, [twin], Sea(legs), NOW, ranking_policy)
    assert [one.unit_id for one in passed.chosen] == [twin.unit_id]


def test_no_reason_is_without_a_test() -> None:
    """Whoever adds a reason adds its line above."""
    assert sorted(case[0] for case in CASES) == sorted(REASON_CODES)


def test_the_nearest_by_water_goes_not_the_nearest_on_the_map() -> None:
    """The boat behind the headland lies nearer, and sails longer."""
    sea = Sea({"K1": Leg(3000, 15_000), "K2": Leg(900, 4500)})
    ranking = rank_units(job(), [boat("K1", 500), boat("K2", 4000)], sea, NOW, POLICY)
    assert [one.unit_id for one in ranking.chosen] == ["K2", "K1"]
    told = explain(ranking.chosen, ranking.rejected)
    assert any("图上最近的是 K1" in line for line in told.zh)
    assert any("nearest on the map is K1" in line for line in told.en)


def test_a_silent_boat_is_rejected_not_guessed() -> None:
    """A boat whose last position is older than the limit is not sent, even when it is the nearest."""
    old = boat("K1", 10, position_at=NOW - minutes(11))
    ranking = rank_units(job(), [old, boat("K2", 5000)], Sea(), NOW, POLICY)
    assert [one.unit_id for one in ranking.chosen] == ["K2"]
    assert ranking.rejected[0].reasons[0].values == {"age_s": 660, "limit_s": 300}


def test_the_parts_add_up_to_the_time() -> None:
    """A busy boat that may queue counts from when and where it will be free."""
    engaged = Engagement("J0", "on_scene", NOW + minutes(10), away(2000))
    sea = Sea()
    ranking = rank_units(job(), [boat("K1", 9000, engagement=engaged)], sea, NOW, policy(queue_when_busy=True))
    one = ranking.chosen[0]
    assert one.parts.until_free_s == 600
    assert one.parts.total_s == one.eta_s == 600 + 60 + one.parts.travel_s + 120
    assert sea.asked[0].position == away(2000)
    assert sea.asked[0].at == NOW + minutes(11)
    assert one.queued_after == "J0"
    assert one.eta_at == NOW + timedelta(seconds=one.eta_s)


def test_a_busy_boat_with_a_job_in_line_is_not_asked_for_a_third() -> None:
    """One job in hand and one after it are enough."""
    engaged = Engagement("J0", "on_scene", NOW + minutes(10), away(2000), queue_full=True)
    ranking = rank_units(job(), [boat("K1", engagement=engaged)], Sea(), NOW, policy(queue_when_busy=True))
    assert ranking.rejected[0].code == "busy"
    assert ranking.rejected[0].reasons[0].clears_at is None


def test_bottles_never_go_where_oily_water_goes() -> None:
    """A tank for oily water with all the room in the world takes no bottles."""
    bottles = Need("2", "plastic_bottles", "bottles", 1000, "g")
    ranking = rank_units(job(needs=(bottles,)), [boat("K1", compartments=tank(10**9))], Sea(), NOW, POLICY)
    assert ranking.rejected[0].code == "no_compartment"


def test_mass_finds_room_in_a_tank_by_its_density() -> None:
    """190 kg at 950 kg/m3 are 200 l: they fit exactly, and a gram more does not."""
    fits = boat("K1", compartments=tank(200_000))
    exact = Need("1", "oily_water", "oily", 190_000, "g", 950)
    more = msgspec.structs.replace(exact, amount=190_001)
    assert rank_units(job(needs=(exact,)), [fits], Sea(), NOW, POLICY).chosen[0].fullness == 1.0
    assert rank_units(job(needs=(more,)), [fits], Sea(), NOW, POLICY).rejected[0].code == "no_room"


def test_an_unknown_amount_needs_a_compartment_that_is_not_full() -> None:
    """Nobody knows how much it is: a full tank stays at home, a free one goes."""
    unknown = msgspec.structs.replace(OILY, amount=0)
    ranking = rank_units(
        job(needs=(unknown,)),
        [boat("K1", compartments=tank(1000, 1000)), boat("K2", compartments=tank(1000))],
        Sea(),
        NOW,
        POLICY,
    )
    assert [one.unit_id for one in ranking.chosen] == ["K2"]


def test_every_reason_against_a_unit_is_kept() -> None:
    """A boat that is off shift, in reserve and full is told all three."""
    many = boat("K1", shifts=(), held_reason="drill", compartments=tank(1))
    codes = {one.code for one in rank_units(job(needs=(OILY,)), [many], Sea(), NOW, POLICY).rejected[0].reasons}
    assert codes == {"off_shift", "in_reserve", "no_room"}


def test_shifts_that_touch_are_one() -> None:
    """Midnight does not end the duty of a boat that is manned around the clock."""
    around = (Shift(NOW - minutes(60), NOW + minutes(2)), Shift(NOW + minutes(2), NOW + minutes(300)))
    assert rank_units(job(), [boat("K1", shifts=around)], Sea(), NOW, POLICY).chosen


def test_a_pinned_unit_goes_even_from_reserve() -> None:
    """The duty officer who fixes a unit means it."""
    held = boat("K1", held_reason="drill")
    ranking = rank_units(job(pinned_unit_id="K1"), [held, boat("K2", 10)], Sea(), NOW, POLICY)
    assert [one.unit_id for one in ranking.chosen] == ["K1"]


def test_ties_go_by_unit_id_and_weights_are_seen_in_the_cost() -> None:
    """Equal boats stand in the order of their ids; fullness costs what the policy says."""
    equal = rank_units(job(), [boat("K2"), boat("K1")], Sea(), NOW, POLICY)
    assert [one.unit_id for one in equal.chosen] == ["K1", "K2"]
    near_full = boat("K1", 1000, compartments=tank(210_000))
    roomy = boat("K2", 1500, compartments=tank(2_000_000))
    weighed = policy(weights=Weights(fullness_s=600))
    ranking = rank_units(job(needs=(OILY,)), [near_full, roomy], Sea(), NOW, weighed)
    assert [one.unit_id for one in ranking.chosen] == ["K2", "K1"]
    assert ranking.chosen[1].cost_s > ranking.chosen[1].eta_s


UNITS = st.lists(
    st.builds(
        lambda number, metres, age_s, held, loaded: boat(
            f"K{number}",
            metres,
            position_at=NOW - timedelta(seconds=age_s),
            held_reason="reserve" if held else None,
            compartments=tank(400_000, loaded),
        ),
        st.integers(0, 10_000),
        st.integers(0, 20_000),
        st.integers(0, 600),
        st.booleans(),
        st.integers(0, 400_000),
    ),
    max_size=8,
    unique_by=lambda unit: unit.unit_id,
)


@settings(max_examples=60, deadline=None)
@given(units=UNITS)
def test_every_unit_is_ranked_or_rejected_exactly_once_and_the_chosen_are_sorted(
    units: list[UnitState],
) -> None:
    """Nobody is forgotten, nobody stands twice, each rejection has a reason."""
    ranking = rank_units(job(needs=(OILY,)), units, Sea(), NOW, POLICY)
    told = [one.unit_id for one in ranking.chosen] + [one.unit_id for one in ranking.rejected]
    assert sorted(told) == sorted(unit.unit_id for unit in units)
    order = [(one.cost_s, one.eta_s, one.unit_id) for one in ranking.chosen]
    assert order == sorted(order)
    assert all(one.reasons for one in ranking.rejected)


@settings(max_examples=60, deadline=None)
@given(units=UNITS, more=UNITS)
def test_one_more_unit_never_makes_the_best_time_worse(units: list[UnitState], more: list[UnitState]) -> None:
    """A larger fleet is at the berth as soon or sooner."""
    known = {unit.unit_id for unit in units}
    fleet = units + [unit for unit in more if unit.unit_id not in known]
    few = rank_units(job(needs=(OILY,)), units, Sea(), NOW, POLICY)
    many = rank_units(job(needs=(OILY,)), fleet, Sea(), NOW, POLICY)
    if few.chosen:
        assert many.chosen[0].eta_s <= few.chosen[0].eta_s


@settings(max_examples=40, deadline=None)
@given(units=UNITS, seed=st.randoms(use_true_random=False))
def test_the_order_in_which_units_come_does_not_matter(units: list[UnitState], seed: Any) -> None:
    """The same fleet shuffled gives the same answer."""
    shuffled = list(units)
    seed.shuffle(shuffled)
    assert rank_units(job(), units, Sea(), NOW, POLICY) == rank_units(job(), shuffled, Sea(), NOW, POLICY)
