"""Fonts that documents are printed with: our own, built into the package, or a Chinese font of the system.

Typst does not fail for want of a glyph, it leaves a gap. So what a font can print is asked first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont

from tidehub.kernel.errors import Unavailable, refusal_kind

GLYPHS_MISSING = refusal_kind(
    "glyphs_missing",
    zh="字体 {font} 缺少这些字，无法打印：{characters}",
    en="The font {font} cannot print these characters: {characters}",
    do_zh="请改用规范汉字，或由管理员安装含有该字的字体后重试。",
    do_en="Write it with other characters, or have a font installed that has them, then try again.",
)

OWN_FOLDER = Path(__file__).resolve().parents[2] / "fonts"
SYSTEM_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
_SYSTEM_PATTERNS = (
    "NotoSansCJK-Regular.*",
    "NotoSansSC-Regular.*",
    "NotoSansCJKsc-Regular.*",
    "SourceHanSansSC-Regular.*",
    "SourceHanSansCN-Regular.*",
    "wqy-microhei.*",
    "wqy-zenhei.*",
    "msyh.ttc",
    "PingFang.ttc",
    "simhei.ttf",
)
_TYPES = (".ttf", ".otf", ".ttc")
_INVISIBLE = frozenset("\n\r\t\u200b\ufeff")


@dataclass(frozen=True)
class Fonts:
    """A family, the folder it lies in, and the characters it has."""

    family: str
    folder: Path
    characters: frozenset[int]

    def demand(self, texts: Iterable[str]) -> None:
        """Refuse ``glyphs_missing`` when some character cannot be printed, naming each once."""
        missing = sorted(
            {letter for text in texts for letter in text if ord(letter) not in self.characters} - _INVISIBLE
        )
        if missing:
            named = " ".join(f"{letter} (U+{ord(letter):04X})" for letter in missing[:20])
            raise GLYPHS_MISSING("payload", font=self.family, characters=named)


def find_fonts(own: Path = OWN_FOLDER, system: Iterable[Path] = SYSTEM_FOLDERS) -> Fonts:
    """Find the fonts to print with: those of the package first, then a Chinese font of the system.

    Raises
    ------
    Unavailable
        When there is neither; ``make build`` builds the package's own.
    """
    built = own / "NotoSansSC-Regular.ttf"
    if built.is_file():
        return read_font(built)
    for folder in system:
        for pattern in _SYSTEM_PATTERNS:
            for path in sorted(folder.rglob(pattern)) if folder.is_dir() else ():
                if path.suffix.lower() in _TYPES:
                    return read_font(path)
    raise Unavailable("a Chinese font to print documents with (make build makes one)")


def read_font(path: Path) -> Fonts:
    """Read a font's family and characters; of a collection, the face for simplified Chinese if it says so."""
    number = _simplified_face(path) if path.suffix.lower() == ".ttc" else -1
    with TTFont(path, fontNumber=number, lazy=True) as font:
        family = font["name"].getDebugName(16) or font["name"].getDebugName(1)
        return Fonts(str(family), path.parent, frozenset(font.getBestCmap()))


def _simplified_face(path: Path) -> int:
    from fontTools.ttLib import TTCollection

    with TTCollection(path, lazy=True) as collection:
        families = [str(font["name"].getDebugName(1)) for font in collection.fonts]
    return next((place for place, family in enumerate(families) if family.endswith("SC")), 0)
