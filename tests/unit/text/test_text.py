"""A message's places, haste and category are suggested with reasons; a person decides."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from tidehub.cli.main import main
from tidehub.kernel.errors import Refusal
from tidehub.methods.text import (
    Classifier,
    Gazetteer,
    day_zero_topics,
    find_places,
    mask_personal,
    sounds_alike,
    urgency,
)
from tidehub.methods.text.train import Example, readings, train

WORDS = {
    "噪声": ["广场舞音响太吵", "半夜唱歌睡不着", "酒吧低音炮扰民", "喇叭声吵得头疼", "邻居半夜放音乐"],
    "路灯": ["路灯不亮了", "整条路黑漆漆", "灯杆坏了没有照明", "路灯一闪一闪", "晚上没有灯看不见"],
    "垃圾": ["垃圾堆成山", "垃圾桶满了没人清运", "建筑垃圾乱倒", "大件垃圾扔路边", "垃圾发臭苍蝇多"],
}
EXAMPLES = [
    Example(f"{place}{text}", "", category)
    for category, texts in WORDS.items()
    for text in texts
    for place in ("上汇路", "大象城", "潘桥新村", "站前广场")
]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("我家在上汇路128号，大象城东门口有人摆摊", ["上汇路", "大象城"]),
        ("车停在马路边上，小区门口堵了", []),
        ("市民来电反映：潘桥新村3栋2单元漏水", ["潘桥新村"]),
        ("人民公园路和学院路交叉口红绿灯坏了", ["人民公园路", "学院路"]),
        ("没法走路，一路上都是坑", []),
        ("位于丽发新城小区附近的搅拌站", ["丽发新城"]),
    ],
)
def test_names_are_found_by_their_endings(text: str, names: list[str]) -> None:
    """What merely ends like a place is none."""
    assert [name.text for name in find_places(text).names] == names


def test_numbers_and_plates_are_told_apart() -> None:
    """House, building, unit, room, gate and plate each have their own place; 12号线 is no house."""
    found = find_places("上汇路128号3栋2单元501室西门，浙C·A1234停在12号线旁")
    assert found.houses == {"128"}
    assert (found.buildings, found.units, found.rooms, found.gates) == ({"3"}, {"2"}, {"501"}, {"西"})
    assert found.plates == {"浙ca1234"}
    assert found.address.startswith("上汇路128号3栋")


def test_the_deployers_own_places_win() -> None:
    """A name without any ending is found when the list has it."""
    gazetteer = Gazetteer([("印象汇", 120.6, 28.0)])
    (name,) = find_places("印象汇那边着火了", gazetteer).names
    assert name.known and name.text == "印象汇"


def test_homophones_are_neighbours() -> None:
    """汇 and 会 are typed for each other, 汇 and 路 are not."""
    assert sounds_alike("汇", "会") and sounds_alike("桥", "乔")
    assert not sounds_alike("汇", "路")


def test_haste_shows_its_words_and_hears_a_denial() -> None:
    """“没有人受伤” is no injury."""
    assert urgency("有人晕倒了，快来").level == "life"
    assert urgency("两车相撞，没有人受伤").level == "none"
    assert urgency("天然气泄漏，赶紧").words == ("泄漏", "赶紧") or urgency("天然气泄漏，赶紧").level == "danger"


def test_persons_numbers_are_masked_before_training() -> None:
    """Telephone, identity card and plate do not reach a model."""
    masked = mask_personal("我电话13812345678，身份证330302199001011234，车牌浙C12345")
    assert not any(character.isdigit() for character in masked)


def test_day_zero_knows_the_usual_matters() -> None:
    """Without any training a list of words says what a message is about."""
    topics = day_zero_topics()
    for text, code in (("一排流动摊贩占道", "vendor"), ("路灯不亮", "light"), ("两车追尾", "accident")):
        about = topics.about(text)
        assert max(about, key=lambda c: about[c]) == code
    assert topics.about("你好") == {}


def test_a_model_learns_keeps_and_explains(tmp_path: Path) -> None:
    """Saved and read again it says the same, with probabilities that add up and pieces that were in the text."""
    model = train(EXAMPLES)
    again = Classifier.load(model.save())
    text = "楼下广场舞音响吵得睡不着"
    (first, *rest) = again.suggest(text)
    assert first.category == "噪声"
    assert first.because and all(piece in text for piece in first.because)
    assert sum(one.probability for one in (first, *rest)) == pytest.approx(1, abs=1e-3)
    assert np.allclose(again.chances(*again.vector(text)), model.chances(*model.vector(text)), atol=0.01)
    assert model.save() == train(EXAMPLES).save()
    assert sum(one.probability for one in again.suggest("")) == pytest.approx(1, abs=1e-3)


class Bomb:
    """Would run on unpickling."""

    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("boom",))


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04 cut", pickle.dumps(Bomb()), train(EXAMPLES).save()[:-200]])
def test_a_broken_or_dangerous_model_is_refused(raw: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """No pickle is ever opened."""
    with pytest.raises(Refusal) as caught:
        Classifier.load(raw)
    assert caught.value.code == "text_model_unreadable"
    assert "boom" not in capsys.readouterr().out


def test_too_little_to_learn_from_is_refused() -> None:
    """One category is no choice."""
    with pytest.raises(Refusal) as caught:
        train([Example("路灯", "", "路灯")] * 9 + [Example("垃圾", "", "垃圾")])
    assert caught.value.code == "training_too_small"


def test_readings_are_counted_by_hand() -> None:
    """Two of three right at the first place, all within three."""
    chance = np.asarray([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]])
    got = readings(chance, np.asarray([0, 1, 2]))
    assert (got["top1"], got["top3"]) == (0.6667, 1.0)
    assert got["routed"]["0.7"] == {"share": 0.6667, "right": 1.0}


def test_the_command_trains_tests_and_suggests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Over files, with Chinese columns; a category never seen counts as wrong; without labels it refuses."""
    lines = ["主题,内容,一级标签", *(f"{e.text[:6]},{e.text},{e.category}" for e in EXAMPLES)]
    file, model = tmp_path / "train.csv", tmp_path / "model.npz"
    file.write_bytes("\n".join(lines).encode("gb18030"))
    assert main(["classify", "train", str(file), "--out", str(model), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == len(EXAMPLES)
    test = tmp_path / "test.csv"
    test.write_text("text,category\n路灯又不亮了,路灯\n垃圾没人清,垃圾\n没见过,怪事\n", encoding="utf-8")
    assert main(["classify", "test", str(test), "--model", str(model), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["top1"] == pytest.approx(0.6667)
    assert answer["unknown_categories"] == ["怪事"]
    assert main(["classify", "suggest", "--text", "上汇路着火了", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["suggested"]
    assert (one["basis"], one["urgency"]["level"], one["address"]) == ("words", "danger", "上汇路")
    test.write_text("text\n路灯\n", encoding="utf-8")
    assert main(["classify", "test", str(test), "--model", str(model)]) == 2
    assert main(["classify", "suggest"]) == 2
