"""Pages: the pack's README has a row for each step, and every link leads to a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tidehub.packing.check.finding import Finding, House
from tidehub.packing.model import Pack

_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_ROW = re.compile(r"^\|(?!\s*:?-)(.+)\|\s*$")


def check(pack: Pack, _house: House) -> Iterator[Finding]:
    """The README's table, and the links of every page."""
    readme = pack.folder / "README.md"
    if not readme.is_file():
        yield Finding(
            "docs",
            "README.md",
            "没有 README.md",
            "there is no README.md",
            "写一页：谁、做什么、按什么次序，每步一行并链接到文件",
            "write a page: who, what, in which order; a row for each step, linking the file that does it",
        )
        return
    yield from _table(readme)
    for page in sorted(pack.folder.rglob("*.md")):
        yield from _links(page, pack.folder)


def _table(readme: Path) -> Iterator[Finding]:
    rows = [
        (number, found[1])
        for number, line in enumerate(readme.read_text("utf-8").splitlines(), start=1)
        if (found := _ROW.match(line))
    ]
    steps = rows[1:]
    if not steps:
        yield Finding(
            "docs",
            "README.md",
            "没有步骤表",
            "there is no table of steps",
            "每步一行，并链接到办理它的文件",
            "write a row for each step, linking the file that does it",
        )
    elif not any(_LINK.search(row) for _, row in steps):
        yield Finding(
            "docs",
            "README.md",
            "步骤表没有链接任何文件",
            "no row of the table of steps links a file",
            "每步链接到办理它的文件",
            "link the file that does each step",
        )


def _links(page: Path, folder: Path) -> Iterator[Finding]:
    where = page.relative_to(folder)
    for number, line in enumerate(page.read_text("utf-8").splitlines(), start=1):
        for target in _LINK.findall(line):
            if re.match(r"[a-z]+:|#", target):
                continue
            if not (page.parent / target.partition("#")[0]).exists():
                yield Finding(
                    "docs",
                    f"{where}:{number}",
                    f"链接 {target} 没有文件",
                    f"the link {target} leads to no file",
                    "改正链接",
                    "correct the link",
                )
