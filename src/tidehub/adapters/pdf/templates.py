"""Reading a folder of document templates: ``<kind>.yaml`` with ``<kind>.typ`` beside it.

Earlier versions, which old documents are still drawn with, are ``earlier/<kind>-<version>.yaml``, ``.typ``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tidehub.capabilities.documents import Sheet, Template, payload_hash, read_template
from tidehub.kernel.instants import parse_instant


class _TextDates(yaml.SafeLoader):
    """A safe loader that leaves dates as texts, as JSON would have them."""


_TextDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_template_folder(folder: Path) -> tuple[Template, ...]:
    """Read every template of a pack, earlier versions included.

    Raises
    ------
    Refusal
        ``document_template_wrong``, naming file and field.
    """
    paths = [*sorted(folder.glob("*.yaml")), *sorted((folder / "earlier").glob("*.yaml"))]
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> Template:
    text = path.read_text("utf-8")
    raw: dict[str, Any] = yaml.load(text, Loader=_TextDates)  # noqa: S506 - a SafeLoader
    return read_template(raw, path.with_suffix(".typ").read_text("utf-8"), path.name)


def specimen(template: Template) -> Sheet:
    """A template's example as a sheet, marked as a specimen: for the pack check, docs and snapshots."""
    return Sheet(
        template=template,
        number=template.numbering.number("331002", 2026, 1),
        version=1,
        payload=template.example,
        payload_sha256=payload_hash(template.example),
        verify_code="0123456789ABCDEF",
        dated_at=parse_instant("2026-06-01T06:30:00+08:00"),
        specimen=True,
    )
