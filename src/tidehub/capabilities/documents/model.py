"""What a kind of document is (a template, as data of a pack) and what the platform knows of one document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from tidehub.kernel.codec import sha256_hex
from tidehub.kernel.errors import refusal_kind

FieldType = Literal["text", "integer", "boolean", "instant", "date", "sha256", "object", "list"]
DocumentStatus = Literal["valid", "replaced", "withdrawn"]

_NUMBER_PARTS = re.compile(r"\{(region|year|serial(?::0\d+d)?)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")

TEMPLATE_WRONG = refusal_kind(
    "document_template_wrong",
    zh="文书模板 {where} 的 {name} 不正确：{problem}",
    en="{name} of the document template {where} is wrong: {problem}",
    do_zh="请按 documents/README.md 的格式改正模板。",
    do_en="Correct the template as documents/README.md describes it.",
)
TEMPLATE_UNKNOWN = refusal_kind(
    "document_template_unknown",
    zh="没有“{kind}”第 {version} 版文书模板",
    en="No document template '{kind}' version {version}",
    do_zh="请核对文书种类，或安装提供它的场景包。",
    do_en="Check the kind of document, or install the pack that brings it.",
    category="missing",
)


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    zh: str
    en: str


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field of a document's payload.

    Parameters
    ----------
    name
        Key in the payload. Quantities are integers with the unit in the name (``mass_g``, ``amount_fen``).
    type
        ``object`` and ``list`` (of objects) carry ``fields`` of their own.
    source
        The form, article or row that asks for it.
    tbc
        The official text is still to be consulted; printed nowhere, listed by the pack check.
    public
        Shown to whoever verifies the document, to compare with the paper.
    personal
        How it is masked where it is read without a purpose; never public.
    """

    name: str
    type: FieldType
    zh: str
    en: str
    required: bool = False
    source: str = ""
    tbc: bool = False
    public: bool = False
    personal: Literal["", "name", "phone", "id_number", "plate", "mail", "address"] = ""
    fields: tuple[Field, ...] = ()
    one_of: tuple[str, ...] = ()


class Numbering(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How numbers look: ``JJD-{region}-{year}-{serial:06d}``; serials count by kind, region and year."""

    format: str
    zone: str = "Asia/Shanghai"
    """Local time whose year counts."""
    region_digits: int = 6

    def region(self, region_code: str) -> str:
        """The region whose serials count."""
        return region_code[: self.region_digits]

    def number(self, region_code: str, year: int, serial: int) -> str:
        """Write one number."""
        return self.format.format(region=self.region(region_code), year=year, serial=serial)

    def year_of(self, at: datetime) -> int:
        """The year that an instant lies in, by local time."""
        return at.astimezone(ZoneInfo(self.zone)).year


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long it is kept, and who says so."""

    years: int
    source: str
    tbc: bool = False


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of document in one version: fields, numbering, layout.

    Parameters
    ----------
    layout
        The Typst source; ``layout_sha256`` goes into every document, so that it is known what drew it.
    languages
        Both stand on one paper, side by side.
    subject
        What one valid document exists for (``job``, ``claim`` ...), in words; the key is given on issuing.
    example
        A payload with every field filled, from which the snapshot is drawn.
    """

    kind: str
    version: int
    title: Words
    numbering: Numbering
    languages: tuple[Literal["zh", "en"], ...]
    retention: Retention
    source: str
    fields: tuple[Field, ...]
    example: dict[str, Any]
    layout: str
    paper: Literal["a4", "a5"] = "a4"
    subject: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def layout_sha256(self) -> str:
        """Hash of the layout's exact text."""
        return sha256_hex(self.layout.encode())


class Templates:
    """Every version that is mounted, so that an old document is drawn as it was.

    Parameters
    ----------
    templates
        In any order; of each kind the highest version issues.
    """

    def __init__(self, templates: Iterable[Template]) -> None:
        self._by_version: dict[tuple[str, int], Template] = {}
        self._current: dict[str, Template] = {}
        for template in templates:
            key = (template.kind, template.version)
            assert key not in self._by_version, f"two templates are called {key}"
            self._by_version[key] = template
            known = self._current.get(template.kind)
            if known is None or known.version < template.version:
                self._current[template.kind] = template

    def current(self, kind: str) -> Template:
        """The version that issues today; refuses ``document_template_unknown``."""
        template = self._current.get(kind)
        if template is None:
            raise TEMPLATE_UNKNOWN("kind", kind=kind, version="*")
        return template

    def version(self, kind: str, version: int) -> Template:
        """The version that a document was issued with."""
        template = self._by_version.get((kind, version))
        if template is None:
            raise TEMPLATE_UNKNOWN("template_version", kind=kind, version=version)
        return template

    def kinds(self) -> tuple[str, ...]:
        """Every kind that can be issued, sorted."""
        return tuple(sorted(self._current))


class Reserved(msgspec.Struct, frozen=True):
    """One number that belongs to a device; ``open`` until a paper bears it or it is given back."""

    number: str
    range_id: str
    device_id: str
    unit_id: str
    kind: str
    region_code: str
    year: int
    serial: int
    verify_code: str
    state: Literal["open", "used", "void"]
    used_sha256: str | None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One issued document as the tables keep it."""

    document_id: str
    case_id: str
    kind: str
    number: str
    version: int
    status: DocumentStatus
    template_version: int
    region_code: str
    subject_key: str
    payload: dict[str, Any]
    payload_sha256: str
    verify_code: str
    issued_at: datetime
    signed_at: datetime | None
    reporter: str | None
    unit_id: str | None
    first_id: str
    replaced_by: str | None
    pdf_sha256: str | None
    pdf_bytes: int | None
    fact_id: str
    fact_hash: str


def read_template(raw: Mapping[str, Any], layout: str, where: str) -> Template:
    """Turn a ``<kind>.yaml`` with its ``<kind>.typ`` into a template.

    Parameters
    ----------
    raw
        The mapping as read.
    layout
        Text of the ``.typ`` beside it.
    where
        File name, for the refusal.

    Raises
    ------
    Refusal
        ``document_template_wrong``, naming the field.
    """
    try:
        template = msgspec.convert({**raw, "layout": layout}, Template, strict=True)
    except msgspec.ValidationError as error:
        message = str(error)
        problem, _, path = message.partition(" - at `$.")
        raise TEMPLATE_WRONG(
            path.rstrip("`") or None, where=where, name=path.rstrip("`") or "-", problem=problem
        ) from None
    if not _NAME.fullmatch(template.kind):
        raise TEMPLATE_WRONG("kind", where=where, name="kind", problem="lower_snake")
    rest = _NUMBER_PARTS.sub("", template.numbering.format)
    if "{" in rest or "}" in rest or "{serial" not in template.numbering.format:
        raise TEMPLATE_WRONG(
            "numbering.format", where=where, name="numbering.format", problem="{region} {year} {serial:06d}"
        )
    if "{year}" not in template.numbering.format or "{region}" not in template.numbering.format:
        raise TEMPLATE_WRONG(
            "numbering.format",
            where=where,
            name="numbering.format",
            problem="{region}, {year}: serials restart with both",
        )
    _check_fields(template.fields, where, "fields")
    return template


def _check_fields(fields: tuple[Field, ...], where: str, path: str) -> None:
    seen = set()
    for field in fields:
        at = f"{path}.{field.name}"
        if not _NAME.fullmatch(field.name) or field.name in seen:
            raise TEMPLATE_WRONG(at, where=where, name=at, problem="lower_snake, once")
        seen.add(field.name)
        if (field.type in ("object", "list")) != bool(field.fields):
            raise TEMPLATE_WRONG(at, where=where, name=at, problem="fields: object, list")
        if field.required and not field.source:
            raise TEMPLATE_WRONG(at, where=where, name=at, problem="source")
        if field.public and field.personal:
            raise TEMPLATE_WRONG(at, where=where, name=at, problem="public, personal")
        _check_fields(field.fields, where, at)
