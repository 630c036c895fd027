"""Documents as PDF/A-3b, drawn by Typst with one compiler that is kept, the payload attached as JSON.

The same sheet gives the same bytes: the only time in the file is the document's own, and nothing else varies.
"""

from __future__ import annotations

import io
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import segno
import typst

from tidehub.adapters.pdf.fonts import Fonts
from tidehub.capabilities.documents import Field, Sheet
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.errors import refusal_kind
from tidehub.kernel.instants import parse_instant

LAYOUT_WRONG = refusal_kind(
    "document_layout_wrong",
    zh="文书“{kind}”的版式无法生成：{problem}",
    en="The layout of '{kind}' cannot be drawn: {problem}",
    do_zh="请改正该文书的 .typ 文件。",
    do_en="Correct the .typ file of this kind.",
)
HOUSE = Path(__file__).with_name("house.typ")
HASH_DIGITS = 16
"""Digits of the payload's hash that go into the QR; the page says whether they are the right ones."""


class PdfRenderer:
    """Draws documents; see :class:`tidehub.capabilities.documents.Renderer`.

    Parameters
    ----------
    fonts
        What to print with; system fonts are left alone otherwise.
    public_address
        Where the public reaches the platform, e.g. ``https://tidehub.example``; QR codes lead to its ``/v/``.
    """

    media_type = "application/pdf"

    def __init__(self, fonts: Fonts, public_address: str) -> None:
        self._fonts = fonts
        self._address = public_address.rstrip("/")
        self._house = HOUSE.read_bytes()
        self._empty = tempfile.TemporaryDirectory(prefix="tidehub-typst-")  # a layout can read no files
        self._compiler = typst.Compiler(root=self._empty.name, font_paths=[str(fonts.folder)], ignore_system_fonts=True)
        self._turn = threading.Lock()

    def verify_address(self, sheet: Sheet) -> str:
        """Where a document is verified; what its QR says."""
        return f"{self._address}/v/{sheet.verify_code}?h={sheet.payload_sha256[:HASH_DIGITS]}"

    def render(self, sheet: Sheet) -> bytes:
        """Draw one.

        Raises
        ------
        Refusal
            ``glyphs_missing`` naming the characters; ``document_layout_wrong`` with the compiler's words.
        """
        content: bytes = self._compile(sheet, "pdf", pdf_standards=["a-3b"])
        return content

    def picture(self, sheet: Sheet, *, dots_per_inch: int = 110) -> list[bytes]:
        """Draw one as PNG pages, to be looked at on a screen."""
        pages = self._compile(sheet, "png", ppi=float(dots_per_inch))
        return pages if isinstance(pages, list) else [pages]

    def _compile(self, sheet: Sheet, format_: Literal["pdf", "png"], **options: Any) -> Any:
        self._fonts.demand(_texts(sheet.payload))
        zone = ZoneInfo(sheet.template.numbering.zone)
        dated = sheet.dated_at.astimezone(zone)
        shown = {
            "kind": sheet.template.kind,
            "title": {"zh": sheet.template.title.zh, "en": sheet.template.title.en},
            "paper": sheet.template.paper,
            "number": sheet.number,
            "version": sheet.version,
            "replaces": sheet.replaces,
            "specimen": sheet.specimen,
            "payload": _for_print(sheet.payload, sheet.template.fields, zone),
            "payload_sha256": sheet.payload_sha256,
            "code": "-".join(sheet.verify_code[place : place + 4] for place in range(0, len(sheet.verify_code), 4)),
            "address": self.verify_address(sheet),
            "dated": _local(dated),
            "dated_parts": [dated.year, dated.month, dated.day, dated.hour, dated.minute, dated.second],
            "family": self._fonts.family,
            "retention": sheet.template.retention.years,
        }
        inputs = {
            "sheet": canonical_json(shown).decode(),
            "payload": canonical_json(sheet.payload).decode(),
            "qr": _qr(self.verify_address(sheet)),
        }
        files = {"main.typ": sheet.template.layout.encode(), "house.typ": self._house}
        try:
            with self._turn:
                return self._compiler.compile(
                    input=files,
                    format=format_,
                    sys_inputs=inputs,
                    timestamp=int(sheet.dated_at.timestamp()),
                    **options,
                )
        except typst.TypstError as error:
            raise LAYOUT_WRONG(None, kind=sheet.template.kind, problem=str(error)[:500]) from None


def _qr(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return out.getvalue().decode()


def _for_print(payload: Mapping[str, Any], fields: Sequence[Field], zone: ZoneInfo) -> dict[str, Any]:
    """The payload with its instants in local time; everything else as it is."""
    out = dict(payload)
    for field in fields:
        value = payload.get(field.name)
        if value is None:
            continue
        if field.type == "object":
            out[field.name] = _for_print(value, field.fields, zone)
        elif field.type == "list":
            out[field.name] = [_for_print(item, field.fields, zone) for item in value]
        elif field.type == "instant":
            out[field.name] = _local(parse_instant(value).astimezone(zone))
        elif field.type == "date":
            out[field.name] = date.fromisoformat(value).isoformat()
    return out


def _local(at: datetime) -> str:
    offset = at.strftime("%z")
    return f"{at:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:5]})" if offset != "+0800" else f"{at:%Y-%m-%d %H:%M}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
