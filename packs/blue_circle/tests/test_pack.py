"""Blue Circle: its kinds agree everywhere, its balances have tolerances, its tariff is exact to the fen."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from packs.blue_circle.balance import declared_g, weight_g
from packs.blue_circle.custody import Amount, OpenDiscrepancy, RecordRun, ResolveDiscrepancy
from packs.blue_circle.custody.decide import open_discrepancy, record_run, resolve_discrepancy
from packs.blue_circle.custody.model import TOLERANCES
from packs.blue_circle.custody.tables import KnownRun, Ticket
from packs.blue_circle.kinds import KINDS

from tidehub.packing import Pack, read_pack
from tidehub.sdk import ClaimLine, Quantity, Refusal, Tariff, compute_subsidy
from tidehub.testkit.clock import START

FOLDER = Path(__file__).parents[1]
PACK: Pack = read_pack(FOLDER)
TARIFF: Tariff = PACK.tariffs[0]
DAY = date(2026, 6, 1)


def read(name: str) -> dict[str, object]:
    """One of the pack's files as plain data."""
    plain = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    assert isinstance(plain, dict)
    return plain


# -- kinds ---------------------------------------------------------------------------------------------------


def test_the_same_kinds_stand_everywhere() -> None:
    """What is asked, what is loaded, what is measured and what is printed are the same kinds."""
    assert PACK.catalogue is not None and PACK.policies is not None
    form = next(form for form in PACK.catalogue.forms if form.name == "pickup")
    lines = next(field for field in form.fields if field.name == "lines")
    kind = next(field for field in lines.fields if field.name == "kind")
    service = PACK.policies.services["pickup"]
    assert [choice.code for choice in kind.choices] == list(KINDS)
    assert list(service.needs.kinds) == list(KINDS)
    assert list(service.demands["kinds"]) == list(KINDS)


@pytest.mark.parametrize("code", list(KINDS))
def test_a_kind_is_called_and_loaded_the_same_everywhere(code: str) -> None:
    """Names, stream group and density of a kind do not differ from file to file."""
    assert PACK.catalogue is not None and PACK.policies is not None
    form = next(form for form in PACK.catalogue.forms if form.name == "pickup")
    lines = next(field for field in form.fields if field.name == "lines")
    choice = next(one for field in lines.fields for one in field.choices if one.code == code)
    service, kind = PACK.policies.services["pickup"], KINDS[code]
    assert (choice.label.zh, choice.label.en) == (kind.zh, kind.en)
    assert service.needs.kinds[code].group == kind.group == service.demands["kinds"][code]["group"]
    assert service.needs.kinds[code].density_kg_m3 == kind.density_kg_m3


def test_a_letter_of_annex_five_names_its_edition() -> None:
    """The letters were reordered once, so a letter alone says nothing."""
    for code, kind in KINDS.items():
        assert bool(kind.letter) == bool(kind.edition), code


def test_hazardous_waste_has_a_code_of_the_national_list() -> None:
    """The land leg's manifest cannot be written without one."""
    assert all(kind.cn.startswith("HW") for kind in KINDS.values() if kind.hazardous)


def test_what_is_declared_by_volume_is_weighed_by_density() -> None:
    """Litres of a kind become grams by the density of that kind; two lines of a kind are one mass."""
    values = {
        "lines": [
            {"kind": "waste_oil", "amount": 20, "unit": "l"},
            {"kind": "waste_oil", "amount": 1.5, "unit": "kg"},
            {"kind": "bottles", "amount": 12, "unit": "kg"},
        ]
    }
    assert declared_g(values) == {"waste_oil": 19_500, "bottles": 12_000}
    assert weight_g(Quantity(1000, "ml", "metered"), "waste_oil") == 900


# -- balances ------------------------------------------------------------------------------------------------


def ask(level: str, in_g: int, out_g: int) -> OpenDiscrepancy:
    """Ask for a ticket over these masses."""
    return OpenDiscrepancy(ticket_id="d1", level=level, subject="s", in_g=in_g, out_g=out_g)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("level", "in_g", "agrees_g", "differs_g"),
    [
        ("job", 100_000, 70_000, 69_999),  # 30 %
        ("job", 10_000, 0, -1),  # small amounts: 10 kg
        ("job", 1_000_000, 950_000, 949_999),  # 50 kg whatever the share
        ("trip", 1_000_000, 980_000, 979_999),  # 2 %
        ("trip", 100_000, 95_000, 94_999),  # at least 5 kg
        ("run", 1_000_000, 990_000, 989_999),  # 1 %
        ("run", 50_000, 48_000, 47_999),  # at least 2 kg
        ("facility", 50_000, 50_000, 50_001),  # no negative lot
    ],
)
def test_a_difference_within_its_tolerance_stands_and_one_gram_more_does_not(
    level: str, in_g: int, agrees_g: int, differs_g: int
) -> None:
    """Each level's tolerance is met to the gram; the ticket says the difference and where the rule is from."""
    assert open_discrepancy(None, ask(level, in_g, agrees_g), START) == ()
    (opened,) = open_discrepancy(None, ask(level, in_g, differs_g), START)
    assert opened.residual_g == in_g - differs_g  # type: ignore[attr-defined]
    assert opened.source == TOLERANCES[level].source  # type: ignore[attr-defined, index]


def test_a_difference_opens_one_ticket() -> None:
    """The same ticket asked for again changes nothing."""
    assert open_discrepancy(Ticket("", False), ask("run", 100_000, 0), START) == ()


def run(**changes: object) -> RecordRun:
    """A lawful run, with changes."""
    usual: dict[str, object] = {
        "run_id": "r1",
        "place_id": "jiaojiang-cloud-store",
        "inputs": (Amount("oily_water", 1000),),
        "outputs": (Amount("water", 990),),
        "loss_g": 10,
    }
    return RecordRun(**{**usual, **changes})  # type: ignore[arg-type]


def test_a_run_is_booked_once() -> None:
    """A run is recorded; sent again it has no second effect; with other masses it is refused."""
    (recorded,) = record_run(None, run(), START)
    assert recorded.ended_at == START  # type: ignore[attr-defined]
    known = KnownRun(run().inputs, run().outputs, 10)
    assert record_run(known, run(), START) == ()
    with pytest.raises(Refusal, match="run_recorded_otherwise"):
        record_run(known, run(loss_g=11), START)


@pytest.mark.parametrize(
    "changes",
    [
        {"inputs": ()},
        {"inputs": (Amount("oily_water", 0),)},
        {"outputs": (Amount("water", -1),)},
        {"loss_g": -1},
    ],
)
def test_a_run_out_of_nothing_is_refused(changes: dict[str, object]) -> None:
    """What came out must have gone in, and nothing is negative."""
    with pytest.raises(Refusal, match="run_without_input"):
        record_run(None, run(**changes), START)


def test_a_ticket_is_resolved_once_and_only_if_it_is_there() -> None:
    """An open ticket closes with its reason; an unknown and a closed one are refused."""
    command = ResolveDiscrepancy(ticket_id="d1", resolution="scale was wet")
    (resolved,) = resolve_discrepancy(Ticket("c1", False), command, START)
    assert (resolved.case_id, resolved.resolution) == ("c1", "scale was wet")  # type: ignore[attr-defined]
    with pytest.raises(Refusal, match="discrepancy_closed"):
        resolve_discrepancy(Ticket("c1", True), command, START)
    with pytest.raises(Refusal, match="not_found"):
        resolve_discrepancy(None, command, START)


def test_crews_resolve_no_tickets() -> None:
    """Whoever caused a difference is not who explains it away."""
    assert ResolveDiscrepancy.rule.roles == {"checker", "shift_leader"}
    assert not ResolveDiscrepancy.rule.relations


# -- the tariff ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "mass_g", "amount_fen", "fund_fen"),
    [
        ("bottles", 1_000, 300, 60),
        ("bottles", 11_600, 3_480, 696),
        ("bottles", 1, 0, 0),
        ("bottles", 5, 2, 0),  # 1.5 fen, half up
        ("foam", 1_000, 120, 24),
        ("gear", 34_250, 3_425, 0),
        ("litter", 1_000, 80, 0),
        ("oily_water", 177_000, 3_540, 0),
        ("waste_oil", 17_500, 2_625, 0),
        ("battery", 17_600, 3_520, 0),
        ("garbage", 1_000_000, 0, 0),  # taken, not paid
    ],
)
def test_each_kind_is_paid_to_the_fen(kind: str, mass_g: int, amount_fen: int, fund_fen: int) -> None:
    """Grams times the rate, rounded half up once, and the fund's share of plastic."""
    working = compute_subsidy([ClaimLine("1", kind, mass_g)], TARIFF, DAY, {}, vessel="v", payee="p")
    (line,) = working.lines
    assert (line.amount_fen, line.fund_fen) == (amount_fen, fund_fen)
    assert working.payable_fen == amount_fen - fund_fen


def test_the_story_s_morning_adds_up() -> None:
    """177 kg of oily water, 11.6 kg of bottles, 17.5 kg of oil: the sum that the story expects."""
    lines = [
        ClaimLine("1", "oily_water", 177_000),
        ClaimLine("2", "bottles", 11_600),
        ClaimLine("3", "waste_oil", 17_500),
    ]
    working = compute_subsidy(lines, TARIFF, DAY, {}, vessel="v", payee="p")
    assert working.payable_fen == 3_540 + (3_480 - 696) + 2_625
    assert f"subsidy {working.payable_fen} fen" in (FOLDER / "tests" / "story.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("used_day_fen", "used_year_fen", "allowed_fen"),
    [
        (0, 0, 50_000),  # 600 yuan asked, 500 a day
        (20_000, 20_000, 30_000),
        (50_000, 50_000, 0),
        (0, 990_000, 10_000),  # the year is nearer
        (0, 1_000_000, 0),
    ],
)
def test_caps_cut_to_the_fen(used_day_fen: int, used_year_fen: int, allowed_fen: int) -> None:
    """The tightest of the day's and the year's cap decides; the fund's share is taken after it."""
    used = {
        ("day_per_vessel", "v", "2026-06-01"): used_day_fen,
        ("year_per_vessel", "v", "2026"): used_year_fen,
    }
    working = compute_subsidy([ClaimLine("1", "bottles", 200_000)], TARIFF, DAY, used, vessel="v", payee="p")
    assert (working.gross_fen, working.allowed_fen) == (60_000, allowed_fen)
    assert working.fund_fen == allowed_fen // 5
    assert working.payable_fen == allowed_fen - working.fund_fen


def test_another_vessel_has_caps_of_its_own() -> None:
    """What one boat has taken is not taken from another."""
    used = {("day_per_vessel", "other", "2026-06-01"): 50_000}
    working = compute_subsidy([ClaimLine("1", "gear", 10_000)], TARIFF, DAY, used, vessel="v", payee="p")
    assert working.cut_fen == 0


@pytest.mark.parametrize(
    ("day", "holds"), [(date(2025, 12, 31), False), (DAY, True), (date(2027, 12, 31), True), (date(2028, 1, 1), False)]
)
def test_the_tariff_holds_for_its_days(day: date, holds: bool) -> None:
    """First and last day of effect are included, the days around them are not."""
    assert TARIFF.holds_on(day) is holds


# -- the lifecycle -------------------------------------------------------------------------------------------


def test_who_did_the_work_does_not_close_the_case() -> None:
    """Closing is a checker's or a leader's, never of the boat's own unit or of who handed over."""
    close = PACK.lifecycles[0].moves["close"]
    assert close.who.roles == {"checker", "shift_leader"}
    assert close.not_unit and "hand_over" in close.not_who


def test_the_promise_is_kept_by_clocks() -> None:
    """Twenty minutes to arrival, two hours in all, as the scene promises."""
    clocks = PACK.lifecycles[0].clocks
    promised = {name: (clocks[name].limits[0].amount, clocks[name].limits[0].unit) for name in ("arrival", "handover")}
    assert promised == {"arrival": (20, "minute"), "handover": (2, "hour")}
