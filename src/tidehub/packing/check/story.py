"""The story: a table that a clerk can read, played twice with the same end and sound data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tidehub.packing.check.finding import Finding, House
from tidehub.packing.model import Pack


def stories_of(folder: Path) -> list[Path]:
    """Stories of a pack: ``tests/story.txt`` and any ``tests/story_*.txt``."""
    return sorted((folder / "tests").glob("story*.txt"))


def check(pack: Pack, house: House) -> Iterator[Finding]:
    """There is a story, and it passes."""
    if not stories_of(pack.folder):
        yield Finding(
            "story",
            "tests/story.txt",
            "没有故事",
            "there is no story",
            "按 时间 | 谁 | 做什么 | 期望 写一天的经过",
            "write a day as a table: when | who | does | expect",
        )
        return
    for problem in house.play(pack) if house.play is not None else ():
        yield Finding(
            "story",
            problem.where,
            problem.zh,
            problem.en,
            "改正故事或场景包，再运行 tidehub story PACK",
            "mend the story or the pack, then run tidehub story PACK",
        )
