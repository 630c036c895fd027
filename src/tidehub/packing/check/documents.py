"""Documents: each example is what its template says, is drawn, and reads as the snapshot beside it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from tidehub.capabilities.documents import Field, Template, check_payload
from tidehub.kernel.errors import Refusal
from tidehub.packing.check.finding import Finding, House, refused
from tidehub.packing.model import Pack

ACCEPT_ZH = "核对后运行 tidehub check-pack PACK --accept 写入快照"
ACCEPT_EN = "look at it, then write the snapshot with tidehub check-pack PACK --accept"


def check(pack: Pack, house: House) -> Iterator[Finding]:
    """Template by template; drawing is left out where the house brings no renderer."""
    for template in pack.templates:
        where = f"documents/{template.kind}.yaml"
        yield from _sources(template, where)
        try:
            check_payload(template.fields, template.example, "example")
        except Refusal as refusal:
            yield refused("documents", where, refusal)
            continue
        yield from _unfilled(template, where)
        if house.draw is not None:
            yield from _drawn(pack, template, house)
    known = {snapshot_of(pack.folder, template).name for template in pack.templates}
    for path in sorted((pack.folder / "documents" / "expected").glob("*.txt")):
        if path.name not in known:
            yield Finding(
                "documents",
                f"documents/expected/{path.name}",
                "没有对应的文书模板",
                "there is no template for this snapshot",
                "删去",
                "take it out",
                "warning",
            )


def snapshot_of(folder: Path, template: Template) -> Path:
    """Where the expected text of a template's example lies; earlier versions carry theirs in the name."""
    latest = (folder / "documents" / f"{template.kind}.yaml").is_file()
    newer = folder / "documents" / "earlier" / f"{template.kind}-{template.version}.yaml"
    name = f"{template.kind}-{template.version}" if newer.is_file() or not latest else template.kind
    return folder / "documents" / "expected" / f"{name}.txt"


def _drawn(pack: Pack, template: Template, house: House) -> Iterator[Finding]:
    assert house.draw is not None, "asked to draw without a renderer"
    path = snapshot_of(pack.folder, template)
    where = str(path.relative_to(pack.folder))
    try:
        text = house.draw(template)
    except Refusal as refusal:
        yield refused("documents", f"documents/{template.kind}.typ", refusal)
        return
    if not path.is_file():
        yield Finding("documents", where, "没有快照", "there is no snapshot", ACCEPT_ZH, ACCEPT_EN)
        return
    expected = path.read_text("utf-8")
    if _words(text) != _words(expected):
        changed = [
            line
            for line in unified_diff(expected.splitlines(), text.splitlines(), lineterm="", n=0)
            if line[:1] in "+-" and line[:3] not in ("+++", "---")
        ]
        shown = " | ".join(changed[:4])
        yield Finding(
            "documents",
            where,
            f"生成的文字与快照不同：{shown}",
            f"what is drawn reads otherwise than the snapshot: {shown}",
            ACCEPT_ZH,
            ACCEPT_EN,
        )


def _words(text: str) -> str:
    """The text without its breaks: where a line is broken depends on the font, what it says does not."""
    return "".join(text.split())


def _sources(template: Template, where: str) -> Iterator[Finding]:
    unconfirmed = [path for field, path in _every(template.fields) if field.tbc]
    if unconfirmed or template.retention.tbc:
        listed = [*unconfirmed, *(["retention"] if template.retention.tbc else [])]
        yield Finding(
            "documents",
            where,
            f"待核实：{'、'.join(listed)}",
            f"to be confirmed: {', '.join(listed)}",
            "取得正式文本后核对，去掉 tbc",
            "compare with the official text, then take tbc away",
            "info",
        )
    for field, path in _every(template.fields):
        if field.required and not field.source.strip():
            yield Finding(
                "documents",
                f"{where}: {path}",
                "必填字段没有出处",
                "a required field does not say which form or article asks for it",
                "写上 source",
                "write source",
            )
        if not field.zh.strip() or not field.en.strip():
            yield Finding(
                "documents",
                f"{where}: {path}",
                "字段缺少中文或英文名称",
                "the field lacks its name in one language",
                "补上 zh 和 en",
                "write both zh and en",
            )


def _every(fields: tuple[Field, ...], path: str = "fields") -> Iterator[tuple[Field, str]]:
    for field in fields:
        here = f"{path}.{field.name}"
        yield field, here
        yield from _every(field.fields, here)


def _unfilled(template: Template, where: str) -> Iterator[Finding]:
    """A field that the example leaves out is a field whose place on the paper nobody has seen."""
    missing = [field.name for field in template.fields if field.name not in template.example]
    if missing:
        yield Finding(
            "documents",
            f"{where}: example",
            f"示例没有填写：{'、'.join(missing)}",
            f"the example leaves out: {', '.join(missing)}",
            "示例填满所有字段，快照才看得到版面",
            "fill in every field, so that the snapshot shows the whole layout",
            "info",
        )
