"""Every finding of the static check has a lifecycle that earns it; the good ones earn none."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tidehub.capabilities.cases import check_lifecycle, facts_awaited, message_keys, read_lifecycle
from tidehub.kernel.errors import Refusal

from .conftest import lifecycle_from

GOOD: dict[str, Any] = {
    "lifecycle": "x",
    "version": 1,
    "zh": "甲",
    "en": "X",
    "states": {
        "a": {"zh": "待办", "en": "A", "start": True},
        "b": {"zh": "在办", "en": "B"},
        "c": {"zh": "办结", "en": "C", "final": True},
    },
    "moves": {
        "take": {"zh": "接", "en": "Take", "from": "a", "to": "b", "who": {"roles": ["duty_officer"]}},
        "fix": {"zh": "办", "en": "Fix", "from": "b", "to": "a", "who": {"relations": ["assignee"]}},
        "close": {
            "zh": "结", "en": "Close", "from": ["a"], "to": "c", "not_who": ["fix"],
            "who": {"roles": ["checker"]},
        },
    },
    "clocks": {
        "limit": {
            "zh": "时限", "en": "Limit", "starts": ["opened"], "stops": ["state:c"],
            "limits": [{"amount": 1, "unit": "hour", "source": "rule"}],
        },
    },
    "approvals": {
        "delay": {
            "zh": "延时", "en": "Delay", "asks": {"relations": ["assignee"]},
            "decides": {"roles": ["shift_leader"]},
            "clock": "limit", "effect": "extend",
        },
    },
}  # fmt: skip

Spoil = Callable[[dict[str, Any]], Any]


def spoiled(spoil: Spoil) -> dict[str, Any]:
    raw = copy.deepcopy(GOOD)
    spoil(raw)
    return raw


def set_at(path: str, value: Any) -> Spoil:
    def spoil(raw: dict[str, Any]) -> None:
        *way, last = path.split("/")
        for step in way:
            raw = raw[step]
        raw[last] = value

    return spoil


def test_a_good_lifecycle_has_no_findings() -> None:
    """Neither the small one here nor the three of the test data nor the example of the README."""
    assert check_lifecycle(read_lifecycle(GOOD, "x")) == []
    for name in ("gbt30428", "signalen", "digit"):
        assert check_lifecycle(lifecycle_from(name)) == []


def test_the_example_of_the_readme_is_a_good_lifecycle() -> None:
    """What pack writers copy passes the check."""
    import tidehub.capabilities.cases as cases

    text = (Path(cases.__file__).parent / "README.md").read_text("utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    assert check_lifecycle(read_lifecycle(yaml.safe_load(example), "README")) == []


@pytest.mark.parametrize(
    ("spoil", "code", "where"),
    [
        (set_at("states/d", {"zh": "孤", "en": "D", "final": True}), "unreachable_state", "states.d"),
        (set_at("moves/lose", {"zh": "丢", "en": "L", "from": "a", "to": "d", "who": {"platform": True}}),
         "unknown_name", "moves.lose.to"),
        (set_at("states/c", {"zh": "办结", "en": "C"}), "no_final_state", "states"),
        (set_at("states/c", {"zh": "办结", "en": "C"}), "no_way_out", "states.c"),
        (set_at("moves/close/from", ["b"]), "cannot_end", ""),
        (set_at("moves/take/who", {}), "no_actor", "moves.take.who"),
        (set_at("approvals/delay/decides", {}), "no_actor", "approvals.delay.decides"),
        (set_at("moves/close/not_who", []), "closer_may_be_doer", "moves.close.not_who"),
        (set_at("moves/fix/to", "c"), "closer_may_be_doer", "moves.fix.not_who"),
        (set_at("clocks/limit/stops", []), "clock_cannot_stop", "clocks.limit.stops"),
        (set_at("clocks/limit/starts", []), "clock_never_starts", "clocks.limit.starts"),
        (set_at("clocks/limit/pauses_in", ["a", "b"]), "clock_always_stands", "clocks.limit.pauses_in"),
        (set_at("clocks/limit/limits", [{"unit": "hour"}]), "limit_unclear", "clocks.limit.limits[0]"),
        (set_at("clocks/limit/limits", [{"amount": 0, "unit": "hour", "source": "x"}]), "limit_unclear",
         "clocks.limit.limits[0]"),
        (set_at("clocks/limit/limits", [{"amount": 1, "unit": "hour"}]), "limit_without_source",
         "clocks.limit.limits[0].source"),
        (set_at("clocks/limit/signals", [{"message": "m"}]), "signal_unclear", "clocks.limit.signals[0]"),
        (set_at("clocks/limit/signals", [{"at": {"amount": 1, "unit": "work_day"}}]), "signal_other_basis",
         "clocks.limit.signals[0].at"),
        (set_at("approvals/delay/clock", ""), "approval_without_clock", "approvals.delay.clock"),
        (set_at("approvals/delay/on_granted", "take"), "approval_move_impossible",
         "approvals.delay.on_granted"),
        (set_at("states/a/en", ""), "name_missing", "states.a"),
        (set_at("moves/take/not_who", ["nobody"]), "unknown_name", "moves.take.not_who"),
        (set_at("moves/take/needs_approvals", ["leave"]), "unknown_name", "moves.take.needs_approvals"),
        (set_at("moves/take/who", {"roles": ["king"]}), "unknown_name", "moves.take.who.roles"),
        (set_at("moves/take/who", {"relations": ["friend"]}), "unknown_name", "moves.take.who.relations"),
        (set_at("moves/take/when", {"colour": "red"}), "unknown_name", "moves.take.when"),
        (set_at("clocks/limit/stops", ["state:z"]), "unknown_name", "clocks.limit.state:z"),
        (set_at("clocks/limit/stops", ["noon"]), "unknown_name", "clocks.limit.noon"),
        (set_at("clocks/limit/signals", [{"at_percent": 90, "move": "z"}]), "unknown_name",
         "clocks.limit.signals[0].move"),
        (set_at("clocks/limit/owner", "king"), "unknown_name", "clocks.limit.owner"),
        (set_at("approvals/delay/states", ["z"]), "unknown_name", "approvals.delay.states"),
    ],
)  # fmt: skip
def test_a_bad_lifecycle_earns_its_finding(spoil: Spoil, code: str, where: str) -> None:
    """The finding says where, what and how to mend it, in both languages."""
    if code == "cannot_end":
        raw = spoiled(
            set_at("moves/back", {"zh": "回", "en": "Back", "from": "a", "to": "b", "who": {"platform": True}})
        )
        raw["moves"]["close"]["from"] = ["z"]
        raw["states"]["z"] = {"zh": "另", "en": "Z", "start": True}
        where = "states.a"
    else:
        raw = spoiled(spoil)
    found = [one for one in check_lifecycle(read_lifecycle(raw, "x")) if one.code == code and one.where == where]
    assert len(found) == 1
    assert all((found[0].zh, found[0].en, found[0].fix_zh, found[0].fix_en))


def test_one_fact_that_causes_two_moves_of_one_state_is_ambiguous() -> None:
    """The first without a condition takes every turn."""
    raw = spoiled(set_at("moves/take/on_fact", ["JobAccepted"]))
    raw["moves"]["skip"] = {"zh": "跳", "en": "Skip", "from": "a", "to": "c", "on_fact": ["JobAccepted"]}
    assert [one.code for one in check_lifecycle(read_lifecycle(raw, "x"))] == ["fact_ambiguous"]


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (set_at("states/a/final", "yes"), "states[...].final"),
        (set_at("moves/take/whom", {}), "moves[...].whom"),
        (set_at("clocks/limit/limits", [{"amount": 1, "unit": "week"}]), "clocks[...].limits[0].unit"),
        (set_at("version", "one"), "version"),
        (set_at("states", {}), "states"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused_by_field(spoil: Spoil, field: str) -> None:
    """Before anything is checked it must be readable; the refusal names the field."""
    with pytest.raises(Refusal) as refused:
        read_lifecycle(spoiled(spoil), "x")
    assert (refused.value.code, refused.value.field) == ("lifecycle_invalid", field)


def test_what_a_lifecycle_wants_of_others_can_be_asked() -> None:
    """Flows ask which facts matter, packs which messages must exist."""
    assert facts_awaited(lifecycle_from("digit")) == {"ReportRated"}
    assert message_keys(lifecycle_from("gbt30428")) == {"nearly_late", "late"}
