"""Documents on paper: the same bytes, Chinese that can be read back, fonts inside, nothing left blank."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pypdf import PdfReader

from tidehub.adapters.pdf import Fonts, PdfRenderer, find_fonts, read_template_folder, specimen
from tidehub.adapters.pdf.build_font import build_face
from tidehub.capabilities.documents import Template, check_payload
from tidehub.kernel.codec import canonical_json, sha256_hex
from tidehub.kernel.errors import Refusal, Unavailable

PACK = Path(__file__).parents[3] / "packs" / "blue_circle" / "documents"
KINDS = [path.stem for path in sorted(PACK.glob("*.yaml"))]


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Fonts:
    """The package's own fonts, in a copy, since a build of the pages may empty their folder meanwhile."""
    copy = tmp_path_factory.mktemp("fonts")
    try:
        shutil.copytree(find_fonts(system=[]).folder, copy, dirs_exist_ok=True)
        return find_fonts(copy, system=[])
    except Unavailable as error:
        pytest.skip(f"the package's fonts are not built: {error.what}")


@pytest.fixture(scope="module")
def renderer(fonts: Fonts) -> PdfRenderer:
    return PdfRenderer(fonts, "https://tidehub.example")


@pytest.fixture(scope="module")
def templates() -> dict[str, Template]:
    return {template.kind: template for template in read_template_folder(PACK)}


def font_names(reader: PdfReader) -> set[str]:
    """Names of all fonts of all pages, and that each is embedded."""
    names = set()
    for page in reader.pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            assert "/FontFile2" in descendant["/FontDescriptor"].get_object(), "a font is not embedded"
            names.add(str(font.get_object()["/BaseFont"]).partition("+")[2])
    return names


def text_of(content: bytes) -> str:
    """The text, line by line, without the spaces that only set Chinese apart from Latin."""
    lines = [line.strip() for page in PdfReader(io.BytesIO(content)).pages for line in page.extract_text().splitlines()]
    return "\n".join(line for line in lines if line) + "\n"


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_prints_what_is_expected(kind: str, renderer: PdfRenderer, templates: dict[str, Template]) -> None:
    """Every template draws its example to the text that lies beside it, on one page."""
    sheet = specimen(templates[kind])
    check_payload(templates[kind].fields, templates[kind].example)
    content = renderer.render(sheet)
    expected = PACK / "expected" / f"{kind}.txt"
    assert text_of(content) == expected.read_text("utf-8")
    assert len(PdfReader(io.BytesIO(content)).pages) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_document_gives_the_same_bytes(
    kind: str, renderer: PdfRenderer, fonts: Fonts, templates: dict[str, Template]
) -> None:
    """Drawn twice, by two renderers, in any order."""
    sheet = specimen(templates[kind])
    assert renderer.render(sheet) == PdfRenderer(fonts, "https://tidehub.example").render(sheet)


@pytest.mark.parametrize("kind", KINDS)
def test_fonts_are_embedded_and_are_ours(kind: str, renderer: PdfRenderer, templates: dict[str, Template]) -> None:
    """Without a Chinese font Typst draws a blank page and says nothing: so the names are looked at."""
    names = font_names(PdfReader(io.BytesIO(renderer.render(specimen(templates[kind])))))
    assert names == {"NotoSansSC-Regular", "NotoSansSC-Bold"}


def test_the_payload_is_attached_to_the_byte(renderer: PdfRenderer, templates: dict[str, Template]) -> None:
    """The attachment's SHA-256 is the one that is printed and verified; the file says it is PDF/A-3b."""
    sheet = specimen(templates["handover_receipt"])
    content = renderer.render(sheet)
    [attached] = PdfReader(io.BytesIO(content)).attachments["payload.json"]
    assert attached == canonical_json(sheet.payload)
    assert sha256_hex(attached) == sheet.payload_sha256
    assert sheet.payload_sha256 in text_of(content)
    assert b"<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in content


def test_characters_that_no_font_has_are_named(renderer: PdfRenderer, templates: dict[str, Template]) -> None:
    """A rare character is refused with its code point, instead of a gap on paper."""
    sheet = specimen(templates["subsidy_voucher"])
    strange = msgspec.structs.replace(sheet, payload=sheet.payload | {"payee": "林𬭎\U000f0000"})
    with pytest.raises(Refusal, match="glyphs_missing") as refusal:
        renderer.render(strange)
    assert "𬭎 (U+2CB4E)" in refusal.value.text("zh")
    assert "U+F0000" in refusal.value.text("en")


@pytest.mark.parametrize("name", ["欧阳赟喆", "堃", "郏", "Ø", "№", "李→王"])
def test_names_beyond_the_common_characters_print(
    name: str, renderer: PdfRenderer, templates: dict[str, Template]
) -> None:
    """The merged font has them all."""
    sheet = specimen(templates["subsidy_voucher"])
    content = renderer.render(msgspec.structs.replace(sheet, payload=sheet.payload | {"payee": name}))
    assert name in text_of(content)


def test_every_character_of_every_layout_can_be_printed(fonts: Fonts, templates: dict[str, Template]) -> None:
    """Labels too, of all templates and of the house style."""
    house = Path(sys.modules[PdfRenderer.__module__].__file__ or "").with_name("house.typ").read_text("utf-8")
    fonts.demand([house, *(template.layout for template in templates.values())])


def test_text_in_a_payload_is_never_taken_for_layout(renderer: PdfRenderer, templates: dict[str, Template]) -> None:
    """What looks like Typst code is printed letter by letter."""
    trick = '#read("/etc/passwd") *x* $y$ \\ "'
    sheet = specimen(templates["handover_receipt"])
    content = renderer.render(msgspec.structs.replace(sheet, payload=sheet.payload | {"remarks": trick}))
    assert '#read("/etc/passwd") *x* $y$' in text_of(content)


def test_a_layout_reads_no_files(renderer: PdfRenderer, templates: dict[str, Template]) -> None:
    """A pack's layout sees its sheet and the house style, nothing of the machine."""
    layout = '#read("/etc/hostname")'
    broken = msgspec.structs.replace(templates["job_sheet"], layout=layout)
    with pytest.raises(Refusal, match="document_layout_wrong"):
        renderer.render(specimen(broken))


def test_a_correction_names_the_document_it_replaces(renderer: PdfRenderer, templates: dict[str, Template]) -> None:
    """Version 2 says so on its face."""
    sheet = msgspec.structs.replace(
        specimen(templates["handover_receipt"]), version=2, replaces="JJD-331002-2026-000009", specimen=False
    )
    text = text_of(renderer.render(sheet))
    assert "JJD-331002-2026-000009" in text
    assert "第 2 版 Version 2" in text
    assert "SPECIMEN" not in text


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (100, "壹元整"),
        (9401, "玖拾肆元零壹分"),
        (107000, "壹仟零柒拾元整"),
        (1000000, "壹万元整"),
        (1002003456, "壹仟零贰万零叁拾肆元伍角陆分"),
        (10000000000, "壹亿元整"),
        (10000000100, "壹亿零壹元整"),
    ],
)
def test_amounts_stand_in_words_as_on_chinese_vouchers(
    fen: int, words: str, renderer: PdfRenderer, templates: dict[str, Template]
) -> None:
    """支付结算办法 附件一: 零 where figures are skipped, 整 where no fen follows."""
    layout = '#import "house.typ": *\n#show: form\n#capitals(p.payable_fen)'
    sheet = specimen(msgspec.structs.replace(templates["subsidy_voucher"], layout=layout))
    content = renderer.render(msgspec.structs.replace(sheet, payload=sheet.payload | {"payable_fen": fen}))
    assert words in text_of(content).splitlines()


def test_without_any_font_the_reason_is_said(tmp_path: Path) -> None:
    """Neither ours nor the system's: it is the outside that is missing, not a mistake of the document."""
    with pytest.raises(Unavailable, match="make build"):
        find_fonts(tmp_path, [tmp_path])


def test_a_font_of_the_system_serves_when_ours_is_missing(tmp_path: Path, fonts: Fonts) -> None:
    """The first known Chinese font below the system's folders is taken."""
    folder = tmp_path / "truetype" / "noto"
    folder.mkdir(parents=True)
    (folder / "NotoSansSC-Regular.ttf").symlink_to(fonts.folder / "NotoSansSC-Regular.ttf")
    assert find_fonts(tmp_path / "none", [tmp_path]).family == fonts.family


def test_the_font_is_built_only_from_the_package(tmp_path: Path) -> None:
    """Without the web package the build says what to do, and a wrong call shows how it is called."""
    with pytest.raises(FileNotFoundError, match="npm ci"):
        build_face(tmp_path, 400, "Regular", tmp_path / "out.ttf")
    call = [sys.executable, "-m", "tidehub.adapters.pdf.build_font"]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "NotoSansSC-Regular.ttf" in done.stderr
