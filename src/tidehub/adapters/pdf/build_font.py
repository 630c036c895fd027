"""Build the fonts of documents from the web package ``@fontsource/noto-sans-sc`` (OFL-1.1).

The package carries one large file of 7,946 characters, which lacks a sixth of GB 2312, and about a hundred
small ones for the rest. They are merged, so that names of people and boats print: about 13,600 characters.
Run once, by ``make``::

    python -m tidehub.adapters.pdf.build_font web/node_modules/@fontsource/noto-sans-sc NotoSansSC-Regular.ttf

The bold face is written beside it as ``NotoSansSC-Bold.ttf``, and the licence as ``OFL.txt``.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path
from typing import Any

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

FAMILY = "Noto Sans SC"
FACES = {"Regular": 400, "Bold": 700}
# What shapes Latin and positions marks is not needed on a form; hints neither, at the resolution of paper.
_DROPPED = ("GSUB", "GPOS", "GDEF", "STAT", "BASE", "prep", "fpgm", "cvt ", "gasp", "hdmx", "vhea", "vmtx")
_TIME = 3_786_912_000  # 2024-01-01 in seconds since 1904: the same input gives the same bytes


def build_face(package: Path, weight: int, style: str, out: Path) -> int:
    """Merge all files of one weight into one TrueType font; the number of characters it has."""
    files = package / "files"
    base = files / f"noto-sans-sc-chinese-simplified-{weight}-normal.woff2"
    if not base.is_file():
        raise FileNotFoundError(f"{base}: run `npm ci` in web/ first")
    font = TTFont(base, recalcTimestamp=False)
    cmap = dict(font.getBestCmap())
    for path in sorted(files.glob(f"noto-sans-sc-*-{weight}-normal.woff2")):
        if path != base:
            _take_missing(font, cmap, TTFont(path))
    for table in _DROPPED:
        if table in font:
            del font[table]
    _set_cmap(font, cmap)
    _set_names(font, style, weight)
    font["head"].created = font["head"].modified = _TIME
    font["post"].formatType = 3.0
    font.flavor = None
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_suffix(".part")
    font.save(draft, reorderTables=True)
    draft.replace(out)
    return len(cmap)


def _take_missing(font: Any, cmap: dict[int, str], other: Any) -> None:
    if other["head"].unitsPerEm != font["head"].unitsPerEm:
        raise ValueError("the files of the package do not share one em")
    glyphs = other.getGlyphSet()
    order = font.getGlyphOrder()
    for code, name in sorted(other.getBestCmap().items()):
        if code in cmap:
            continue
        own = f"u{code:05X}"
        font["glyf"].glyphs[own] = _outline(other, glyphs, name)
        font["hmtx"].metrics[own] = other["hmtx"].metrics[name]
        order.append(own)
        cmap[code] = own
    font.setGlyphOrder(order)
    font["glyf"].glyphOrder = order


def _outline(font: Any, glyphs: Any, name: str) -> Any:
    """A glyph that stands alone: as its bytes are where it does already, redrawn where it is put together."""
    raw = font["glyf"].glyphs[name]
    data = getattr(raw, "data", None)  # bytes not taken apart yet; they begin with the number of contours
    contours = raw.numberOfContours if data is None else int.from_bytes(data[:2], "big", signed=True)
    if contours >= 0:
        return raw
    recorded = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(recorded)
    pen = TTGlyphPen(None)
    recorded.replay(pen)
    return pen.glyph()


def _set_cmap(font: Any, cmap: dict[int, str]) -> None:
    tables = []
    for format_, platform, encoding, codes in (
        (4, 3, 1, {code: name for code, name in cmap.items() if code <= 0xFFFF}),
        (12, 3, 10, cmap),
    ):
        table = CmapSubtable.newSubtable(format_)
        table.platformID, table.platEncID, table.language, table.cmap = platform, encoding, 0, codes
        tables.append(table)
    font["cmap"].tables = tables


def _set_names(font: Any, style: str, weight: int) -> None:
    """Name the face as what it is: the package's files all call themselves "Thin"."""
    names = {1: FAMILY, 2: style, 3: f"{FAMILY} {style}", 4: f"{FAMILY} {style}", 6: f"NotoSansSC-{style}"}
    kept = [record for record in font["name"].names if record.nameID in (0, 5, 7, 13, 14)]
    font["name"].names = kept
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    bold = weight >= 700
    font["OS/2"].fsSelection = (font["OS/2"].fsSelection & ~0b1100001) | (0b100000 if bold else 0b1000000)
    font["head"].macStyle = 1 if bold else 0


def main(arguments: list[str]) -> int:
    """Build both faces."""
    if len(arguments) != 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    package, regular = Path(arguments[0]), Path(arguments[1])
    kept = _kept(package)
    for style, weight in FACES.items():
        name = f"NotoSansSC-{style}.ttf"
        if not (kept / name).is_file():
            count = build_face(package, weight, style, kept / name)
            sys.stderr.write(f"{name}: {count} characters, {(kept / name).stat().st_size / 1e6:.1f} MB\n")
        regular.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(kept / name, regular.with_name(name))
    shutil.copyfile(package / "LICENSE", regular.with_name("OFL.txt"))
    return 0


def _kept(package: Path) -> Path:
    """Where faces once built are kept beside the package, since the build of the pages empties their folder."""
    made_of = (package / "package.json").read_bytes() + Path(__file__).read_bytes()
    return package.parents[1] / ".cache" / "tidehub-fonts" / hashlib.sha256(made_of).hexdigest()[:16]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
