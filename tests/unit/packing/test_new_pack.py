"""A new pack passes its check at once, and its name and place are looked at first."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from tidehub import __version__
from tidehub.cli import check_pack, new_pack
from tidehub.kernel.errors import Refusal
from tidehub.packing.check import version_fits
from tidehub.packing.make import fitting, make_pack


def run_check(pack: Path, capsys: Any, **options: bool) -> tuple[int, dict[str, Any]]:
    """Run the command; its exit status and what it printed."""
    usual = {"json": True, "fast": False, "accept": False}
    status = check_pack.carry_out(argparse.Namespace(pack=str(pack), **{**usual, **options}))
    return status, json.loads(capsys.readouterr().out)


def test_a_new_pack_passes_its_check_with_its_story(tmp_path: Path, capsys: Any) -> None:
    """Made, and at once: no errors, no warnings; the story is played twice and its data are sound."""
    assert new_pack.carry_out(argparse.Namespace(name="water_meters", folder=tmp_path)) == 0
    capsys.readouterr()
    status, told = run_check(tmp_path / "water_meters", capsys)
    assert (status, told["errors"], told["warnings"]) == (0, 0, 0), told["findings"]


def test_a_new_pack_with_a_wrong_story_fails(tmp_path: Path, capsys: Any) -> None:
    """The story is really played: what does not come is told with its line."""
    pack = make_pack("water_meters", tmp_path, __version__)
    story = pack / "tests" / "story.txt"
    story.write_text(story.read_text("utf-8").replace("case checking", "case closed"), "utf-8")
    status, told = run_check(pack, capsys)
    assert status == 1
    assert [one["check"] for one in told["findings"] if one["level"] == "error"] == ["story", "quality"]
    assert "the case stands in checking" in told["findings"][0]["en"]


def test_nothing_of_the_skeleton_is_left_unnamed(tmp_path: Path) -> None:
    """Every mark is filled in, and no file keeps the ending of a template."""
    pack = make_pack("water_meters", tmp_path, __version__)
    for path in pack.rglob("*"):
        assert path.suffix != ".in"
        assert path.is_dir() or "@" not in path.read_text("utf-8"), path


@pytest.mark.parametrize("name", ["", "x", "Water", "1water", "water-meters", "../water", "水表", "w" * 41])
def test_a_name_that_is_no_module_is_refused(name: str, tmp_path: Path) -> None:
    """The name becomes a folder and a module, so it must be able to."""
    with pytest.raises(Refusal, match="pack_name_invalid"):
        make_pack(name, tmp_path, __version__)
    assert not list(tmp_path.iterdir())


def test_an_existing_pack_is_not_written_over(tmp_path: Path) -> None:
    """A folder with anything in it is refused and stays as it was; an empty one is taken."""
    (tmp_path / "water_meters").mkdir()
    make_pack("water_meters", tmp_path, __version__)
    readme = tmp_path / "water_meters" / "README.md"
    readme.write_text("mine", "utf-8")
    with pytest.raises(Refusal, match="pack_folder_taken"):
        make_pack("water_meters", tmp_path, __version__)
    assert readme.read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("wanted", "version", "fits"),
    [
        (">=0.1,<0.2", "0.1.0", True),
        (">=0.1,<0.2", "0.1.9", True),
        (">=0.1,<0.2", "0.2.0", False),
        (">=0.1,<0.2", "0.0.9", False),
        ("==1.2.3", "1.2.3", True),
        (">1", "1.0.0", False),
        ("<=1", "1.0.0", True),
        (">=0.9", "0.10.0", True),
        ("", "0.1.0", None),
        ("about 0.1", "0.1.0", None),
    ],
)
def test_a_range_of_versions_is_read(wanted: str, version: str, fits: bool | None) -> None:
    """Clauses are joined by commas, numbers count as numbers; what cannot be read is said to be so."""
    assert version_fits(wanted, version) is fits


def test_a_new_pack_is_meant_for_today_s_platform() -> None:
    """Its range holds the version that made it and not the next one that may break it."""
    assert fitting("0.1.0") == ">=0.1,<0.2"
    assert version_fits(fitting(__version__), __version__)
