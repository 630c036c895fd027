"""Nobody fits: why, what would help, and the honest time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from tidehub.methods.assignment import (
    Compartment,
    Engagement,
    Leg,
    Need,
    RankingPolicy,
    Shift,
    Shortfall,
    UnitState,
    WaitingJob,
    explain_shortfall,
    rank_units,
)

from .harbour import NOW, POLICY, Sea, away, boat, job, minutes

OILY = Need("1", "oily_water", "oily", 200_000, "ml", 950)


def ask(
    units: Sequence[UnitState],
    waiting: WaitingJob | None = None,
    sea: Sea | None = None,
    policy: RankingPolicy = POLICY,
) -> Shortfall:
    waiting, sea = waiting or job(), sea or Sea()
    ranking = rank_units(waiting, units, sea, NOW, policy)
    assert not ranking.chosen
    return explain_shortfall(waiting, units, ranking, sea, NOW, policy)


@pytest.mark.parametrize(
    ("code", "units", "changes"),
    [
        ("NoCandidates", [], {}),
        ("NoCandidates", [boat("K1", skills=frozenset())], {"skills": ("diving",)}),
        ("AllBusy", [boat("K1", engagement=Engagement("J0", "on_scene", None))], {}),
        ("LocationsTooStale", [boat("K1", position_at=NOW - minutes(9))], {}),
        ("UnitsOffShift", [boat("K1", shifts=())], {}),
        ("NoRoom", [boat("K1", compartments=(Compartment("T", "oily", 9, "ml"),))], {"needs": (OILY,)}),
        ("AllRefused", [boat("K1")], {"excluded": {"K1": "engine"}}),
        ("NobodyAnswered", [boat("K1")], {"silent": ("K1",)}),
        ("AllInReserve", [boat("K1", held_reason="drill")], {}),
        ("PinnedUnitUnfit", [boat("K1")], {"pinned_unit_id": "K9"}),
    ],
)
def test_every_shortfall_has_its_code(code: str, units: list[UnitState], changes: dict[str, Any]) -> None:
    """The reason why nobody comes has a code and both languages."""
    shortfall = ask(units, job(**changes))
    assert [reason.code for reason in shortfall.reasons] == [code]
    assert shortfall.reasons[0].zh
    assert shortfall.reasons[0].en


def test_a_dry_berth_says_when_it_opens_and_when_the_boat_is_there() -> None:
    """The berth opens at 14:20 by the clock on the wall; the boat is alongside at that very minute."""
    opens = NOW + timedelta(hours=5, minutes=20)  # 14:20 in China
    shortfall = ask([boat("K1", 3000)], sea=Sea(dry_until=opens))
    assert [reason.code for reason in shortfall.reasons] == ["BerthDry"]
    assert shortfall.honest_eta_at == opens
    assert "14:20" in shortfall.honest_zh
    assert "14:20" in shortfall.honest_en
    assert shortfall.smallest_change is not None
    assert shortfall.smallest_change.kind == "wait"


def test_a_busy_boat_says_when_it_is_free_and_how_long_it_then_takes() -> None:
    """K2 is free at 9:35 and needs eighteen minutes more."""
    engaged = Engagement("J0", "on_scene", NOW + minutes(35), away(4500))
    shortfall = ask([boat("K2", 9000, engagement=engaged)])
    assert shortfall.honest_eta_at == NOW + minutes(35 + 18)
    assert "09:35" in shortfall.honest_zh
    assert "18 分钟" in shortfall.honest_zh
    assert "K2 is free at 09:35, then 18 min" in shortfall.honest_en


def test_the_soonest_of_those_who_become_free_gives_the_time() -> None:
    """Of two busy boats the one that is there first counts, though it is free later."""
    first = boat("K1", engagement=Engagement("J0", "on_scene", NOW + minutes(5), away(20_000)))
    later = boat("K2", engagement=Engagement("J9", "on_scene", NOW + minutes(15), away(300)))
    assert "K2" in ask([first, later]).honest_en


def test_a_boat_that_is_free_only_when_the_berth_is_dry_waits_for_both() -> None:
    """What follows the first obstacle is reckoned too: free at 9:10, but no water before 13:00."""
    opens = NOW + timedelta(hours=4)
    engaged = Engagement("J0", "on_scene", NOW + minutes(10), away(1000))
    shortfall = ask([boat("K1", engagement=engaged)], sea=Sea(dry_until=opens))
    assert shortfall.honest_eta_at == opens


def test_the_next_shift_is_an_honest_time_too() -> None:
    """Nobody is on duty until 10:00; the time is that plus the way."""
    night = boat("K1", 1000, shifts=(Shift(NOW + minutes(60), NOW + minutes(600)),))
    shortfall = ask([night])
    assert shortfall.honest_eta_at is not None
    assert shortfall.honest_eta_at > NOW + minutes(60)
    assert "10:00" in shortfall.honest_en


def test_without_an_end_there_is_no_honest_time() -> None:
    """Nobody knows when the boat will be free: no time is invented."""
    shortfall = ask([boat("K1", engagement=Engagement("J0", "on_scene", None))])
    assert shortfall.honest_eta_at is None
    assert shortfall.honest_zh == ""


@pytest.mark.parametrize(
    ("kind", "unit", "changes"),
    [
        ("release_from_reserve", boat("K1", held_reason="drill"), {}),
        ("locate", boat("K1", position_at=NOW - minutes(20)), {}),
        ("locate", boat("K1", position=None, position_at=None), {}),
        (
            "land_load",
            boat("K1", compartments=(Compartment("T", "oily", 200_000, "ml", 1),)),
            {"needs": (OILY,)},
        ),
        ("extend_shift", boat("K1", shifts=()), {}),
        ("ask_again", boat("K1"), {"silent": ("K1",)}),
        ("unpin", boat("K1"), {"pinned_unit_id": "K9"}),
    ],
)
def test_the_smallest_change_names_what_a_person_can_do(kind: str, unit: UnitState, changes: dict[str, Any]) -> None:
    """One obstacle that a person can lift is named, with the time it would give."""
    change = ask([unit], job(**changes)).smallest_change
    assert change is not None
    assert (change.kind, change.unit_id) == (kind, "K1")
    assert (change.eta_at is None) == (unit.position is None)


def test_a_refusal_is_no_change_that_anyone_may_ask_for() -> None:
    """A unit that refused is never asked again, so nothing is suggested."""
    assert ask([boat("K1")], job(excluded={"K1": "engine"})).smallest_change is None


def test_a_unit_on_loan_is_suggested_where_ours_can_never_do_it() -> None:
    """No boat of ours may carry this: say what the borrowed one must have."""
    change = ask([boat("K1")], job(needs=(OILY,), skills=("hazardous",))).smallest_change
    assert change is not None
    assert change.kind == "lend_unit"
    assert "hazardous" in change.en


def test_doing_something_is_chosen_when_it_is_sooner_than_waiting() -> None:
    """Releasing K2 brings it in minutes; waiting for K1 takes an hour."""
    waits = boat("K1", engagement=Engagement("J0", "on_scene", NOW + minutes(60), away(100)))
    held = boat("K2", 500, held_reason="drill")
    shortfall = ask([waits, held])
    assert shortfall.smallest_change is not None
    assert shortfall.smallest_change.kind == "release_from_reserve"
    assert shortfall.honest_eta_at is not None  # and the honest time is still that of doing nothing
    assert shortfall.honest_eta_at > NOW + minutes(60)


def test_a_closed_way_without_end_is_unreachable() -> None:
    """No way and no hour of opening: unreachable, and no time."""
    shortfall = ask([boat("K1")], sea=Sea({"K1": Leg(None, None, "unreachable")}))
    assert [reason.code for reason in shortfall.reasons] == ["Unreachable"]
    assert shortfall.honest_eta_at is None
