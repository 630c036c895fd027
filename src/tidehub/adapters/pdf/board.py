"""The board on paper: what the screen shows, as PDF/A by the house's fonts, for a meeting or a file."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import msgspec
import typst

from tidehub.adapters.pdf.fonts import Fonts
from tidehub.adapters.pdf.render import LAYOUT_WRONG
from tidehub.kernel.codec import canonical_json

LAYOUT = Path(__file__).with_name("board.typ")


class BoardLine(msgspec.Struct, frozen=True):
    """One indicator as its line is printed; every text is written out already.

    Parameters
    ----------
    tone
        ``good``, ``bad`` or ``""``: whether the target is met.
    days
        The trend: a value per day, ``None`` for a day without one.
    """

    title: str
    pack: str
    value: str
    before: str
    change: str
    target: str
    tone: str
    count: str
    source: str
    days: tuple[int | None, ...]


class BoardSheet(msgspec.Struct, frozen=True):
    """A board to be printed, in one language; ``words`` are the labels of the layout."""

    language: str
    words: dict[str, str]
    title: str
    span: str
    place: str
    made: str
    lines: tuple[BoardLine, ...]


class BoardPrinter:
    """Draws boards.

    Parameters
    ----------
    fonts
        What to print with; system fonts are left alone otherwise.
    """

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._layout = LAYOUT.read_bytes()
        self._empty = tempfile.TemporaryDirectory(prefix="tidehub-board-")  # a layout can read no files
        self._compiler = typst.Compiler(root=self._empty.name, font_paths=[str(fonts.folder)], ignore_system_fonts=True)
        self._turn = threading.Lock()

    def draw(self, sheet: BoardSheet, at: datetime) -> bytes:
        """Draw one; the same sheet at the same instant gives the same bytes.

        Raises
        ------
        Refusal
            ``glyphs_missing`` naming the characters; ``document_layout_wrong`` with the compiler's words.
        """
        self._fonts.demand(_texts(sheet))
        inputs = {"sheet": canonical_json(sheet).decode(), "family": self._fonts.family}
        try:
            with self._turn:
                content: Any = self._compiler.compile(
                    input=cast(Any, {"main.typ": self._layout}),
                    format="pdf",
                    sys_inputs=inputs,
                    timestamp=int(at.timestamp()),
                    pdf_standards=["a-3b"],
                )
        except typst.TypstError as error:
            raise LAYOUT_WRONG(None, kind="board", problem=str(error)[:500]) from None
        assert isinstance(content, bytes)
        return content


def _texts(sheet: BoardSheet) -> Iterator[str]:
    yield from (sheet.title, sheet.span, sheet.place, sheet.made, *sheet.words.values())
    for line in sheet.lines:
        yield from (line.title, line.pack, line.value, line.before, line.change, line.target, line.source)
