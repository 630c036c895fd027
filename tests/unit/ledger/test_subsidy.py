"""The arithmetic of a subsidy, by hand calculation and by law."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ledger.conftest import PLAN, TARIFF

from tidehub.capabilities.ledger import Tariff, Tariffs, read_plan, read_tariff
from tidehub.kernel.errors import Refusal
from tidehub.methods.subsidy import ClaimLine, Working, compute_subsidy, period_of

DAY = date(2026, 6, 1)


def work(tariff: Tariff, *lines: ClaimLine, used: dict[tuple[str, str, str], int] | None = None, **how: str) -> Working:
    return compute_subsidy(lines, tariff, DAY, used or {}, vessel="v1", payee="person/p", **how)


@pytest.mark.parametrize(
    ("line", "amount", "fund", "payable"),
    [
        (ClaimLine("1", "bottles", mass_g=12400), 3720, 744, 2976),  # 12.4 kg x 3 yuan = 37.20; 20 % = 7.44
        (ClaimLine("1", "bottles", mass_g=5), 2, 0, 2),  # 1.5 fen -> 2; 0.4 -> 0
        (ClaimLine("1", "bottles", mass_g=4), 1, 0, 1),  # 1.2 fen -> 1
        (ClaimLine("1", "oil", volume_ml=177000), 3540, 0, 3540),  # 0.177 m3 x 200 yuan
        (ClaimLine("1", "battery", pieces=2), 2000, 0, 2000),
        (ClaimLine("1", "gear", mass_g=34250), 3425, 0, 3425),
        (ClaimLine("1", "stone", mass_g=9000), 0, 0, 0),  # nothing is paid for stones
    ],
)
def test_a_line_is_rounded_half_up_to_the_fen(
    tariff: Tariff, line: ClaimLine, amount: int, fund: int, payable: int
) -> None:
    """Amount and fund share are each rounded, and the payable is what is left."""
    [worked] = work(tariff, line).lines
    assert (worked.amount_fen, worked.fund_fen, worked.payable_fen) == (amount, fund, payable)


def test_the_first_rate_that_fits_pays(tariff: Tariff) -> None:
    """A small vessel has its own rate for gear, others the general one."""
    line = ClaimLine("1", "gear", mass_g=1000)
    assert work(tariff, line, vessel_class="small").lines[0].rate_id == "gear_small"
    assert work(tariff, line, vessel_class="large").lines[0].rate_id == "gear"


def test_a_cap_cuts_what_goes_beyond_it(tariff: Tariff) -> None:
    """Of 100 yuan a month 90 are used: of 37.20 yuan 10.00 remain, 20 % of which is the fund's."""
    working = work(tariff, ClaimLine("1", "bottles", mass_g=12400), used={("month", "v1", "2026-06"): 9000})
    [line] = working.lines
    assert [(cap.cap_id, cap.left_fen, cap.cut_fen) for cap in line.caps] == [("month", 1000, 2720)]
    assert (line.allowed_fen, line.fund_fen, line.payable_fen) == (1000, 200, 800)
    assert (working.gross_fen, working.cut_fen, working.payable_fen) == (3720, 2720, 800)


def test_the_tightest_of_two_caps_decides_and_both_count(tariff: Tariff) -> None:
    """80 kg of gear are 80 yuan; 50 a day are allowed, and 50 count against the month too."""
    working = work(tariff, ClaimLine("1", "gear", mass_g=80000), ClaimLine("2", "bottles", mass_g=20000))
    assert [line.allowed_fen for line in working.lines] == [5000, 5000]
    taken = {(take.cap_id, take.holder, take.period): take.taken_fen for take in working.takes}
    assert taken == {("month", "v1", "2026-06"): 10000, ("gear_day", "person/p", "2026-06-01"): 5000}


def test_a_line_without_its_measure_is_refused(tariff: Tariff) -> None:
    """What is paid by volume needs a volume; nothing is guessed from the mass."""
    with pytest.raises(Refusal, match="subsidy_measure_missing"):
        work(tariff, ClaimLine("7", "oil", mass_g=1000))


LINES = st.lists(
    st.builds(
        ClaimLine,
        st.just("1"),
        st.sampled_from(["bottles", "gear", "battery", "stone"]),
        mass_g=st.integers(0, 200_000),
        pieces=st.integers(0, 5),
    ),
    max_size=8,
)


@given(LINES, st.integers(0, 12_000))
def test_a_working_always_adds_up_and_keeps_its_caps(lines: list[ClaimLine], used: int) -> None:
    """Gross is cut, fund and payable; no part is negative; no cap is passed; sums are sums of lines."""
    tariff = read_tariff(TARIFF, "t")
    working = work(tariff, *lines, used={("month", "v1", "2026-06"): used})
    assert working.gross_fen == working.cut_fen + working.fund_fen + working.payable_fen
    assert working.payable_fen == sum(line.payable_fen for line in working.lines)
    assert all(min(line.allowed_fen, line.fund_fen, line.payable_fen) >= 0 for line in working.lines)
    assert working.allowed_fen <= max(0, 10_000 - used)


@given(LINES, LINES)
def test_two_claims_never_get_more_than_one_would(first: list[ClaimLine], second: list[ClaimLine]) -> None:
    """Splitting a handover into two claims gains nothing: what the first took is used for the second."""
    tariff = read_tariff(TARIFF, "t")
    whole = work(tariff, *first, *second)
    part = work(tariff, *first)
    used = {(take.cap_id, take.holder, take.period): take.taken_fen for take in part.takes}
    rest = work(tariff, *second, used=used)
    assert part.allowed_fen + rest.allowed_fen == whole.allowed_fen


def test_the_day_picks_the_version(tariffs: Tariffs) -> None:
    """June goes by the first version, July by the second, last year by none."""
    assert tariffs.on("fisher", date(2026, 6, 30)).version == 1
    assert tariffs.on("fisher", date(2026, 7, 1)).version == 2
    with pytest.raises(Refusal, match="tariff_not_in_effect"):
        tariffs.on("fisher", date(2025, 12, 31))
    with pytest.raises(Refusal, match="tariff_not_in_effect"):
        tariffs.on("other", DAY)


def test_periods_are_days_months_and_years() -> None:
    """Named by the calendar."""
    assert [period_of(period, DAY) for period in ("day", "month", "year")] == ["2026-06-01", "2026-06", "2026"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"valid_to": "2025-01-01"}, "valid_to"),
        ({"rates": [TARIFF["rates"][0], TARIFF["rates"][0]]}, "rates[1].id"),
        ({"rates": [TARIFF["rates"][0] | {"source": ""}]}, "rates[0].source"),
        ({"rates": [TARIFF["rates"][0] | {"fund_permille": 1001}]}, "rates[0]"),
        ({"caps": [TARIFF["caps"][0] | {"limit_fen": -1}]}, "caps[0].limit_fen"),
        ({"version": "1"}, "version"),
    ],
)
def test_a_wrong_tariff_is_refused_by_name(change: dict[str, Any], field: str) -> None:
    """A pack's mistake is found when it is mounted."""
    with pytest.raises(Refusal, match="ledger_data_wrong") as refusal:
        read_tariff(TARIFF | change, "t")
    assert refusal.value.field == field


def test_a_plan_whose_parts_nobody_plays_is_refused() -> None:
    """Every role needs an account that exists, and no code stands twice."""
    with pytest.raises(Refusal, match="ledger_data_wrong") as refusal:
        read_plan(PLAN | {"roles": PLAN["roles"] | {"bank": "9999"}}, "p")
    assert refusal.value.field == "roles.bank"
    with pytest.raises(Refusal, match="ledger_data_wrong"):
        read_plan(PLAN | {"accounts": PLAN["accounts"] + PLAN["accounts"][:1]}, "p")
