"""The catalogue is read strictly and its forms refuse by the path of the field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_town import readme_catalogue

from tidehub.capabilities.intake import Catalogue, PackCatalogue, quantity_of, read_catalogue, read_form
from tidehub.kernel.errors import Refusal

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
LINE = {"kind": "plastic", "amount": 12.5, "unit": "kg", "basis": "declared"}


def check(answers: dict[str, Any]) -> dict[str, Any]:
    return readme_catalogue().offer("marine_pickup", NOON).check(answers, "answers")


def refusal_of(answers: dict[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        check(answers)
    return caught.value


def test_right_answers_come_back_normalised() -> None:
    """Whole decimals become integers and texts lose outer blanks, so equal answers are equal bytes."""
    checked = check({"boat_name": " 浙椒渔 ", "draught_m": 2.0, "lines": [LINE]})
    assert checked == {"boat_name": "浙椒渔", "draught_m": 2, "lines": [LINE]}
    assert type(checked["draught_m"]) is int


@pytest.mark.parametrize(
    ("answers", "code", "field"),
    [
        ({"lines": [LINE]}, "answer_missing", "answers.boat_name"),
        ({"boat_name": "x"}, "answer_missing", "answers.lines"),
        ({"boat_name": "x", "lines": []}, "answer_missing", "answers.lines"),
        ({"boat_name": "x", "lines": [LINE] * 13}, "lines_count", "answers.lines"),
        ({"boat_name": "x", "lines": [LINE], "colour": "red"}, "answer_unknown", "answers.colour"),
        ({"boat_name": 3, "lines": [LINE]}, "answer_wrong", "answers.boat_name"),
        ({"boat_name": "x" * 41, "lines": [LINE]}, "answer_too_long", "answers.boat_name"),
        ({"boat_name": "a\nb", "lines": [LINE]}, "answer_wrong", "answers.boat_name"),
        ({"boat_name": "x", "draught_m": 0.1, "lines": [LINE]}, "answer_out_of_range", "answers.draught_m"),
        ({"boat_name": "x", "draught_m": 1.25, "lines": [LINE]}, "answer_wrong", "answers.draught_m"),
        ({"boat_name": "x", "draught_m": "1", "lines": [LINE]}, "answer_wrong", "answers.draught_m"),
        ({"boat_name": "x", "draught_m": True, "lines": [LINE]}, "answer_wrong", "answers.draught_m"),
        (
            {"boat_name": "x", "lines": [{**LINE, "amount": 0}]},
            "answer_out_of_range",
            "answers.lines[0].amount",
        ),
        (
            {"boat_name": "x", "lines": [LINE, {**LINE, "unit": "l"}]},
            "answer_not_offered",
            "answers.lines[1].unit",
        ),
        (
            {"boat_name": "x", "lines": [{**LINE, "amount": 2001}]},
            "answer_out_of_range",
            "answers.lines[0].amount",
        ),
        (
            {"boat_name": "x", "lines": [{**LINE, "kind": "gold"}]},
            "answer_not_offered",
            "answers.lines[0].kind",
        ),
        ({"boat_name": "x", "lines": ["plastic"]}, "answer_wrong", "answers.lines[0]"),
        ({"boat_name": "x", "lines": {"kind": "plastic"}}, "answer_wrong", "answers.lines"),
    ],
)
def test_a_wrong_answer_is_refused_by_its_path(answers: dict[str, Any], code: str, field: str) -> None:
    """Every refusal names the field by its path and speaks both languages."""
    refusal = refusal_of(answers)
    assert (refusal.code, refusal.field) == (code, field)
    assert "{" not in refusal.text("zh") + refusal.text("en") + refusal.advice("zh") + refusal.advice("en")


@PATIENT
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_garbage_is_refused_and_never_breaks(value: Any) -> None:
    """Whatever stands in an answer, it is taken or refused."""
    for name in ("boat_name", "draught_m", "lines"):
        try:
            check({"boat_name": "x", "lines": [LINE], name: value})
        except Refusal:
            continue


def test_an_unknown_service_and_one_out_of_its_days_are_told_apart() -> None:
    """A wrong code and a service that is not offered yet are different refusals."""
    catalogue = readme_catalogue()
    with pytest.raises(Refusal, match="service_unknown"):
        catalogue.offer("nothing", NOON)
    with pytest.raises(Refusal, match="service_not_offered"):
        catalogue.offer("marine_pickup", datetime(2025, 12, 31, 15, 59, tzinfo=UTC))
    assert catalogue.offer("marine_pickup", datetime(2025, 12, 31, 16, 0, tzinfo=UTC))  # midnight in China


def test_editions_of_one_service_may_not_overlap() -> None:
    """Two editions on one day would make the form a matter of luck."""
    pack = read_catalogue(
        {
            "categories": [{"code": "a", "name": {"zh": "甲", "en": "A"}}],
            "services": [
                {
                    "code": "s",
                    "name": {"zh": "甲", "en": "A"},
                    "description": {"zh": "甲", "en": "A"},
                    "category": "a",
                }
            ],
        },
        {},
    )
    with pytest.raises(Refusal, match="two editions"):
        Catalogue([pack, pack])
    with pytest.raises(Refusal, match="no category"):
        Catalogue([PackCatalogue(services=pack.services)])


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ([{"name": "a", "kind": "choice", "label": {"zh": "甲", "en": "A"}}], "nothing to choose from"),
        ([{"name": "a", "kind": "lines", "label": {"zh": "甲", "en": "A"}}], "lines without fields"),
        ([{"name": "a", "kind": "text", "label": {"zh": "甲", "en": "A"}}] * 2, "twice"),
        (
            [{"name": "a", "kind": "text", "label": {"zh": "甲", "en": "A"}, "pattern": "("}],
            "regular expression",
        ),
        ([{"name": "a", "kind": "colour", "label": {"zh": "甲", "en": "A"}}], "kind"),
        ([{"name": "a", "kind": "text", "label": {"zh": "甲"}}], "en"),
    ],
)
def test_a_form_that_cannot_work_is_refused_when_it_is_read(fields: list[Any], problem: str) -> None:
    """A pack's author learns of a mistake from the checker, not from a citizen."""
    with pytest.raises(Refusal) as caught:
        read_form({"name": "f", "fields": fields}, "forms/f.yaml")
    assert problem in str(caught.value)


def test_an_amount_becomes_an_exact_quantity() -> None:
    """12.345 kg are 12345 g, whatever its binary neighbour is."""
    assert quantity_of(12.345, "kg", "declared").amount == 12_345
    assert quantity_of(0.0005, "kg", "weighed").amount == 1
    assert quantity_of(2, "m3", "metered").amount == 2_000_000
    assert quantity_of(3, "piece", "estimated").unit == "piece"
