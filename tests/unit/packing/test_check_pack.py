"""Each check finds its fault, names the file and says what to do; a sound pack has none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tidehub import __version__
from tidehub.cli.check_pack import house_of, lines_of
from tidehub.kernel.facts import Fact
from tidehub.packing import Pack, read_pack
from tidehub.packing.check import CHECKS, Finding, House, StoryProblem, check_pack, quality
from tidehub.packing.check.messages import FILLED_BY, fillable
from tidehub.packing.check.shapes import shapes_at
from tidehub.packing.make import make_pack

NAME = "water_meters"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound pack to spoil."""
    return make_pack(NAME, tmp_path, __version__)


def check(folder: Path, *, told: bool = False) -> list[Finding]:
    """Check it without drawing or playing; notes are left out unless they are asked for."""
    return [one for one in check_pack(folder, house_of, fast=True) if told or one.level != "info"]


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    """Change a file of the pack in one place."""
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text, f"{old} is not in {name}"
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_sound_pack_has_no_findings(folder: Path) -> None:
    """Nothing is found where nothing is wrong."""
    assert check(folder) == []


SPOILT = [
    ("manifest.toml", f'id = "{NAME}"', 'id = "other"', "manifest", "not the name of the folder"),
    ("manifest.toml", "0.1.0", "one", "manifest", "not MAJOR.MINOR.PATCH"),
    ("manifest.toml", ">=0.1", ">=0.9", "manifest", "the platform is"),
    ("manifest.toml", ">=0.1,<0.2", "any", "manifest", "cannot be read"),
    ("manifest.toml", "331002", "33", "manifest", "county's code"),
    ("manifest.toml", "村里帮办", "", "manifest", "title"),
    (
        "manifest.toml",
        "[title]",
        '[[data]]\nfile = "data/x.csv"\nsource = ""\nlicence = ""\n[title]',
        "manifest",
        "there is no data file",
    ),
    ("lifecycle.yaml", "from: handling, to: checking", "from: handling, to: nowhere", "lifecycle", "no state"),
    ("lifecycle.yaml", "not_who: [take, finish]", "not_who: []", "lifecycle", "may also close"),
    ("lifecycle.yaml", 'stops: ["state:handling", ', 'stops: ["fact:Nothing", ', "lifecycle", "nobody records"),
    ("lifecycle.yaml", "message: water_meters_answer_late", "message: gone", "lifecycle", "no such message"),
    ("categories.yaml", "lifecycle: water_meters\n", "lifecycle: other\n", "forms", "no lifecycle 'other'"),
    ("categories.yaml", "form: help", "form: other", "forms", "form"),
    ("categories.yaml", "state: dropped", "state: gone", "forms", "no such state"),
    ("forms/help.yaml", "zh: 代办, en: Errand", "zh: Errand, en: 代办", "forms", "swapped"),
    ("forms/help.yaml", "maximum: 50, ", "", "forms", "no limits"),
    ("forms/help.yaml", "persons_count", "weight", "forms", "no unit"),
    ("forms/help.yaml", ", max_length: 500", "", "forms", "no limit of length"),
    ("messages/en.yaml", "{case_id}", "{number}", "reading", "number"),
    ("notices.yaml", "template: water_meters_closed", "template: gone", "messages", "no message 'gone'"),
    ("notices.yaml", "when: CaseOpened", "when: CaseOpend", "notices", "nobody records"),
    ("notices.yaml", "to: reporter", "to: everybody", "notices", "nobody knows who"),
    ("notices.yaml", "to: reporter", "to: unit", "notices", "has no unit_id"),
    ("notices.yaml", "outcome: [done]", "ending: [done]", "notices", "no attribute ending"),
    ("notices.yaml", "template: water_meters_accepted", 'template: ""', "notices", "no message is named"),
    ("indicators.yaml", "fact: CaseClosed", "fact: CaseShut", "indicators", "nobody records"),
    ("indicators.yaml", "kind: outcome", "kind: colour", "indicators", "called colour"),
    ("indicators.yaml", "at: happened_at", "at: title", "indicators", "no instant called title"),
    ("indicators.yaml", "lifecycle: [water_meters]", "lifecycle: [other]", "indicators", "nothing is ever"),
    ("demo/world.yaml", "kind: office, region", "kind: office, colour: red, region", "world", "colour"),
    ("demo/world.yaml", "roles: [checker]", "roles: [chekcer]", "world", "no post 'chekcer'"),
    ("demo/world.yaml", "units: [village-hall]", "units: [hall]", "world", "no unit 'hall'"),
    ("demo/world.yaml", '"3310": village-hall', '"3310": hall', "world", "no unit 'hall' to be responsible"),
    ("demo/world.yaml", "login: head", "login: officer", "world", "stands twice"),
    ("README.md", "(notices.yaml)", "(notes.yaml)", "docs", "leads to no file"),
    ("quality.yaml", "story: done", "story: perhaps", "quality", "cannot be read"),
    ("quality.yaml", "  docs: done\n", "", "quality", "nothing is said"),
    ("quality.yaml", "rules:", "rules:\n  beauty: done", "quality", "no such rule"),
]


@pytest.mark.parametrize(("name", "old", "new", "by", "says"), SPOILT, ids=lambda value: str(value)[:28])
def test_a_fault_is_found(folder: Path, name: str, old: str, new: str, by: str, says: str) -> None:
    """What is spoilt is told by the check of that concern, with a way to mend it in both languages."""
    spoil(folder, name, old, new)
    found = [one for one in check(folder) if one.check == by and says in one.en]
    assert found, check(folder)
    assert all(one.fix_zh and one.fix_en for one in found)
    assert all(re.search(r"[\u4e00-\u9fff]", one.fix_zh) for one in found)


def test_every_broken_file_is_told_at_once(folder: Path) -> None:
    """Two files that cannot be read are two findings, and nothing else is guessed about the pack."""
    spoil(folder, "lifecycle.yaml", "version: 1", "version: one")
    spoil(folder, "indicators.yaml", "measure: count", "measure: much")
    assert {"lifecycle", "indicators"} == {one.check for one in check(folder)}


def test_a_pack_that_claims_too_much_lies(folder: Path) -> None:
    """A rule that says done while its check has errors is an error of its own; todo is not."""
    spoil(folder, "README.md", "(notices.yaml)", "(notes.yaml)")
    assert [one.check for one in check(folder)] == ["docs", "quality"]
    spoil(folder, "quality.yaml", "docs: done", "docs: {todo: mend a link}")
    assert [one.check for one in check(folder)] == ["docs"]


def test_code_may_only_speak_with_the_public_face(folder: Path) -> None:
    """Imports of the platform's inside, of unknown names and of impure modules in decisions are told by line."""
    (folder / "decide.py").write_text(
        "import time\nfrom tidehub.hub.hub import Hub\nfrom tidehub.sdk import Fact, Secret\n", "utf-8"
    )
    (folder / "broken.py").write_text("def (", "utf-8")
    found = {one.where: one.en for one in check(folder) if one.check == "code"}
    assert set(found) == {"decide.py:1", "decide.py:2", "decide.py:3", "broken.py:1"}
    assert "Secret is not a public name" in found["decide.py:3"]


def test_a_test_of_a_pack_may_use_the_testkit(folder: Path) -> None:
    """Tests play stories and read packs; the pack's own code does not."""
    line = "from tidehub.testkit.story import tell\n"
    (folder / "tests" / "test_more.py").write_text(line, "utf-8")
    assert check(folder) == []
    (folder / "more.py").write_text(line, "utf-8")
    assert [one.where for one in check(folder) if one.check == "code"] == ["more.py:1"]


def test_what_is_played_is_what_the_house_plays(folder: Path) -> None:
    """Problems that the player meets are findings of the story."""

    def house(pack: Pack) -> House:
        return house_of(pack)._replace(play=lambda _pack: [StoryProblem("tests/story.txt", "错", "wrong")])

    found = check_pack(folder, house)
    assert ("story", "wrong") in {(one.check, one.en) for one in found}
    assert "quality" in {one.check for one in found if one.level == "error"}


def test_every_check_can_be_claimed() -> None:
    """Each check has its rule in quality.yaml, and each machine rule its check."""
    assert set(quality.MACHINE) == set(CHECKS)


def test_a_finding_is_two_lines() -> None:
    """Chinese and English, each with the file and how to mend it."""
    lines = list(lines_of(Finding("docs", "README.md", "没有", "there is none", "写", "write it")))
    assert lines == ["[docs] README.md: 没有 — 写", "[docs] README.md: there is none — write it"]


# -- what facts carry ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, type[Fact]]:
    """Every fact of the platform by name."""
    pack = make_pack(NAME, tmp_path_factory.mktemp("facts"), __version__)
    return dict(house_of(read_pack(pack)).facts)


@pytest.mark.parametrize(
    ("kind", "path", "leads"),
    [
        ("CaseOpened", "lifecycle", True),
        ("CaseOpened", "position.lon", True),
        ("CaseOpened", "values.anything", True),
        ("CaseOpened", "position.colour", False),
        ("CollectionWeighed", "quantity.amount", True),
        ("CollectionWeighed", "quantity.mass", False),
        ("UnitArrived", "evidence.entered_at", True),
        ("UnitArrived", "colour", False),
    ],
)
def test_a_path_leads_into_a_fact_or_it_does_not(
    facts: dict[str, type[Fact]], kind: str, path: str, leads: bool
) -> None:
    """Paths go through structs and optional parts; a mapping is open, everything else is closed."""
    assert bool(shapes_at(facts[kind], path)) is leads


def test_placeholders_are_those_that_the_flow_fills() -> None:
    """The table of placeholders and the flow that fills them speak of the same words."""
    import inspect

    from tidehub.flows import tell_people

    text = inspect.getsource(tell_people)
    for placeholder, attributes in FILLED_BY.items():
        assert f'"{placeholder}"' in text, placeholder
        assert all(f'"{attribute}"' in text for attribute in attributes), placeholder


def test_what_an_offer_can_say(facts: dict[str, type[Fact]]) -> None:
    """After an offer the unit can be told where, until when and how far; there is no number yet."""
    can = fillable(facts["JobOffered"])
    assert {"title", "place", "expires_at", "eta_minutes", "unit"} <= can
    assert "number" not in can
