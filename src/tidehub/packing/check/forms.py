"""Services and their forms: units and limits stand, both languages are there, what they open exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tidehub.capabilities.intake import Catalogue, Field, Form, PackCatalogue
from tidehub.kernel.errors import Refusal
from tidehub.packing.check.finding import Finding, House, refused
from tidehub.packing.model import Pack

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_UNITLESS = frozenset({"count", "number", "persons", "pieces"})


def check(pack: Pack, _house: House) -> Iterator[Finding]:
    """Everything about what can be reported and what is asked."""
    if pack.catalogue is None:
        return
    try:
        Catalogue((pack.catalogue,))
    except Refusal as refusal:
        yield refused("forms", "categories.yaml", refusal)
    yield from _services(pack, pack.catalogue)
    yield from _states(pack, pack.catalogue)
    used = {service.form for service in pack.catalogue.services}
    for form in pack.catalogue.forms:
        where = f"forms/{form.name}.yaml"
        if form.name not in used:
            yield Finding(
                "forms",
                where,
                "没有服务使用此表单",
                "no service asks this form",
                "在 categories.yaml 的服务中写上它，或删去",
                "name it in a service of categories.yaml, or take it out",
                "warning",
            )
        yield from _form(form, where)


def _services(pack: Pack, catalogue: PackCatalogue) -> Iterator[Finding]:
    lifecycles = {lifecycle.lifecycle for lifecycle in pack.lifecycles}
    for service in catalogue.services:
        if service.lifecycle and service.lifecycle not in lifecycles:
            yield Finding(
                "forms",
                f"categories.yaml: services.{service.code}.lifecycle",
                f"没有流程“{service.lifecycle}”",
                f"there is no lifecycle '{service.lifecycle}'",
                f"改为：{'、'.join(sorted(lifecycles)) or '先写 lifecycle.yaml'}",
                f"use one of: {', '.join(sorted(lifecycles)) or 'none yet, write lifecycle.yaml first'}",
            )


def _states(pack: Pack, catalogue: PackCatalogue) -> Iterator[Finding]:
    """The public reads a text for each state; one of a state that is not there is never read."""
    known = {(one.lifecycle, state) for one in pack.lifecycles for state in one.states}
    told = {(one.lifecycle, one.state) for one in catalogue.states}
    opened = {service.lifecycle for service in catalogue.services}
    for lifecycle, state in sorted(told - known):
        yield Finding(
            "forms",
            f"categories.yaml: states {lifecycle}.{state}",
            "没有这个流程状态",
            "there is no such state of a lifecycle",
            "改正名称或删去",
            "correct the name or take it out",
        )
    for lifecycle, state in sorted(known - told):
        if lifecycle in opened:
            yield Finding(
                "forms",
                f"categories.yaml: states {lifecycle}.{state}",
                "上报人看不到此状态的说明",
                "the reporter reads nothing about this state",
                "在 states 中写上公开说明",
                "write what the public reads under states",
                "warning",
            )


def _form(form: Form, where: str) -> Iterator[Finding]:
    yield from _fields(form.fields, where, "fields")


def _fields(fields: tuple[Field, ...], where: str, path: str) -> Iterator[Finding]:
    unit_beside = any(field.name == "unit" and field.choices for field in fields)
    for place, field in enumerate(fields):
        here = f"{where}: {path}[{place}] {field.name}"
        labels = [field.label, *(choice.label for choice in field.choices)]
        for label in labels:
            if _CHINESE.search(label.en) or not (_CHINESE.search(label.zh) or label.zh.isupper()):
                yield Finding(
                    "forms",
                    here,
                    f"“{label.zh} / {label.en}”的中英文疑似写反或未译",
                    f"'{label.zh} / {label.en}' looks swapped or not translated",
                    "zh 写中文，en 写英文",
                    "Chinese in zh, English in en",
                )
        if field.kind in ("integer", "decimal"):
            yield from _number(field, here, unit_beside)
        if field.kind in ("text", "long_text") and field.max_length is None:
            yield Finding(
                "forms",
                here,
                "文本没有长度上限",
                "the text has no limit of length",
                "写上 max_length",
                "write max_length",
                "warning",
            )
        yield from _fields(field.fields, where, f"{path}[{place}].fields")


def _number(field: Field, here: str, unit_beside: bool) -> Iterator[Finding]:
    if field.minimum is None or field.maximum is None:
        yield Finding(
            "forms",
            here,
            "数字没有上下限",
            "the number has no limits",
            "写上 minimum 和 maximum",
            "write minimum and maximum",
        )
    counts = any(word in field.name.split("_") for word in _UNITLESS)
    if field.unit is None and not unit_beside and not counts:
        yield Finding(
            "forms",
            here,
            "数字没有单位",
            "the number has no unit",
            "写上 unit，或旁边放一个名为 unit 的选择字段；件数用 …_count 命名",
            "write unit, or put a choice called unit beside it; call a mere number ..._count",
        )
