"""Reports about one thing become one situation, with the reason; what people change can be taken back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidehub.cli.main import main
from tidehub.kernel.errors import Refusal
from tidehub.methods.matching import (
    Attached,
    Correlator,
    Journal,
    Merged,
    Opened,
    Report,
    SplitOff,
    Undone,
    agreement,
    correlate,
)
from tidehub.methods.matching.correlator import REPRESENTATIVES_MAX
from tidehub.methods.matching.index import CANDIDATES_MAX

T = 1_780_000_000.0
LON, LAT = 120.62, 27.99
STALLS = Report("a", T, "上汇路大象城门口一排摊子卖水果，路都堵了", "", LON, LAT, 0, "占道经营", "app", "u1")


def together(*reports: Report) -> dict[str, str]:
    journal = correlate(reports).correlator.journal
    return {one.id: journal.situation_of(one.id) for one in reports}


def test_an_alert_an_app_report_and_a_call_are_one_situation_and_say_why() -> None:
    """A camera, a phone 40 m away and a caller who only names the place mean the same stalls."""
    alert = Report("c", T - 60, "流动摊贩聚集", "", LON + 0.0003, LAT, 0, "占道经营", "camera")
    call = Report("b", T + 600, "你好，大象城这里好多小贩占道摆摊，没人管", "", None, None, 0, "市容", "hotline", "u2")
    done = correlate([STALLS, alert, call])
    journal = done.correlator.journal
    assert len(journal.situations()) == 1
    link = next(one.link for one in done.placements if one.report == "b")
    assert link is not None
    names = {term.name for term in link.terms}
    assert {"base", "time", "names", "category"} <= names
    assert sum(term.points for term in link.terms) == pytest.approx(link.score, abs=1e-3)
    assert any("大象城" in term.zh for term in link.terms)
    assert all(term.zh and term.en for term in link.terms)


@pytest.mark.parametrize(
    ("what", "other"),
    [
        ("another kind of thing", {"text": "路灯全不亮，黑漆漆的", "category": "路灯"}),
        ("the same kind a street on", {"text": "一排摊子卖水果", "lon": LON + 0.005}),
        ("the same kind the day after", {"at_s": T + 86_400}),
        ("a form letter for another place", {"lon": LON + 0.03}),
    ],
)
def test_what_is_easily_taken_for_the_same_stays_apart(what: str, other: dict[str, object]) -> None:
    """A false merge hides a citizen."""
    made = together(STALLS, replace(STALLS, id="b", reporter="u2", **{"at_s": T + 900, **other}))  # type: ignore[arg-type]
    assert made["a"] != made["b"], what


def test_without_any_evidence_of_place_nothing_is_attached() -> None:
    """Two who say the same and say not where are shown to a person, not joined."""
    one = Report("a", T, "路灯不亮，请维修", "", None, None, 0, "路灯", "hotline", "u1")
    made = correlate([one, replace(one, id="b", at_s=T + 600, reporter="u2")])
    assert len(made.correlator.journal.situations()) == 2


def test_a_name_typed_by_its_sound_is_still_the_name() -> None:
    """大像城 is 大象城."""
    call = Report("b", T + 300, "大像城有人摆摊卖水果占道", "", None, None, 0, "占道经营", "hotline", "u2")
    other = Report("a", T, "大象城摆摊卖水果的占道了", "", None, None, 0, "占道经营", "wechat", "u1")
    assert len(set(together(other, call).values())) == 1


def test_one_senders_repetition_adds_no_confidence() -> None:
    """Confidence grows with independent sources."""
    again = replace(STALLS, id="b", at_s=T + 300)
    other = replace(STALLS, id="c", at_s=T + 600, reporter="u9", source="hotline")
    alone = correlate([STALLS, again]).correlator
    both = correlate([STALLS, other]).correlator
    (one,), (two,) = alone.situations.values(), both.situations.values()
    assert one.confidence < two.confidence


def test_the_work_for_a_report_does_not_grow_with_the_open_situations() -> None:
    """In a crowd of situations the number of comparisons stays under its bound."""
    correlator = Correlator()
    for number in range(600):
        place = replace(STALLS, id=str(number), at_s=T + number, reporter=str(number), lon=LON + (number % 40) * 0.0011,
                        lat=LAT + (number // 40) * 0.0011)  # fmt: skip
        placed = correlator.add(place)
        assert placed.compared <= CANDIDATES_MAX * REPRESENTATIVES_MAX
    with pytest.raises(ValueError, match="placed before"):
        correlator.add(place)


acts = st.lists(st.tuples(st.sampled_from("msu"), st.integers(0, 9), st.integers(0, 9)), max_size=25)


@given(acts)
@settings(deadline=None)
def test_undoing_everything_gives_back_the_beginning(drawn: list[tuple[str, int, int]]) -> None:
    """Merges and splits in any order: no report is ever lost or doubled, and all of it can be taken back."""
    journal = Journal()
    for number in range(6):
        journal.play(Opened(f"S{number}", f"r{number}"))
    journal.play(Attached("r6", "S0", 1.0))
    first = journal.situations()
    for number, (act, x, y) in enumerate(drawn):
        names = list(journal.situations())
        a, b = names[x % len(names)], names[y % len(names)]
        try:
            if act == "m":
                journal.play(Merged(a, b, "person/duty"))
            elif act == "s":
                journal.play(SplitOff(a, f"N{number}", journal.situations()[a][:1], "person/duty"))
            elif journal.undoable():
                journal.play(Undone(journal.undoable()[0], "person/duty"))
        except Refusal as refusal:
            assert refusal.code == "situation_change_refused"
        held = [report for members in journal.situations().values() for report in members]
        assert sorted(held) == [f"r{n}" for n in range(7)]
    while journal.undoable():
        journal.play(Undone(journal.undoable()[0], "person/duty"))
    assert {k: set(v) for k, v in journal.situations().items()} == {k: set(v) for k, v in first.items()}
    again = Journal()
    for fact in journal.facts:
        again.play(fact)
    assert again.situations() == journal.situations()


def test_agreement_counts_pairs_and_b_cubed() -> None:
    """Hand-counted: one right pair, one wrong, two missed."""
    got = agreement({"a": "1", "b": "1", "c": "2", "d": "2"}, {"a": "x", "b": "x", "c": "x", "d": "y"})
    assert (got.pairs_right, got.pairs_wrong, got.pairs_missed) == (1, 1, 2)
    assert got.b3_precision == pytest.approx(0.75)
    assert got.b3_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert got.false_merges == 0.5


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_the_command_reads_a_spreadsheet_and_refuses_rows_one_by_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str
) -> None:
    """Chinese column names, GCJ-02, three kinds of bad row; the rest goes on; the truth is only measured against."""
    file = tmp_path / "reports.csv"
    file.write_bytes(
        (
            "编号,时间,经度,纬度,坐标系,内容,类别,来源,事件编号\n"
            "1,2026-06-01 08:30,120.6246,27.9872,GCJ02,大象城门口摆摊卖水果占道,占道经营,app,x\n"
            "2,2026/6/1 8:40,,,,大象城好多小贩占道摆摊,占道经营,hotline,x\n"
            "3,不知道,120,27,WGS84,路灯不亮,路灯,app,y\n"
            "4,2026-06-01 08:50,320,27,WGS84,路灯不亮,路灯,app,y\n"
            "2,2026-06-01 08:50,,,,又一条,路灯,app,y\n"
        ).encode(encoding)
    )
    assert main(["correlate", str(file), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [situation["reports"] for situation in answer["situations"]] == [["1", "2"]]
    assert [(row["line"], row["field"]) for row in answer["refused"]] == [(4, "time"), (5, "lon"), (6, "id")]
    assert answer["truth"]["precision"] == answer["truth"]["recall"] == 1.0


def test_an_empty_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to read is said, in both languages."""
    file = tmp_path / "empty.csv"
    file.write_bytes(b"")
    assert main(["correlate", str(file)]) == 2
    assert main(["correlate", str(tmp_path / "none.csv")]) == 2
    assert "input_unreadable" not in capsys.readouterr().out
