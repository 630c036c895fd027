"""``indicators.yaml``: every fact and every path of attributes exists on the fact it is taken from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tidehub.capabilities.evaluation import Indicator
from tidehub.packing.check.finding import Finding, House
from tidehub.packing.check.shapes import is_quantity, is_whole, member_shapes, shapes_at
from tidehub.packing.model import Pack


def check(pack: Pack, house: House) -> Iterator[Finding]:
    """Indicator by indicator."""
    for indicator in pack.indicators.indicators:
        where = f"indicators.yaml: {indicator.id}"
        matches = [("on", indicator.on)] + ([("since", indicator.since)] if indicator.since else [])
        known = True
        for name, match in matches:
            fact = house.facts.get(match.fact)
            if fact is None:
                known = False
                yield Finding(
                    "indicators",
                    f"{where}.{name}.fact",
                    f"没有任何能力记录 {match.fact}",
                    f"nobody records {match.fact}",
                    "改为 docs/reference/facts.md 中的名称",
                    "use a name of docs/reference/facts.md",
                )
                continue
            if match.at is not None and not _instants(shapes_at(fact, match.at)):
                yield _no_path(f"{where}.{name}.at", match.fact, match.at, "时刻", "instant")
            if name == "since" and not shapes_at(fact, "case_id"):
                yield _no_path(f"{where}.since", match.fact, "case_id", "属性", "attribute")
            yield from _values(pack, where, name, match.where)
        if known:
            yield from _paths(indicator, house, where)
        if indicator.target is not None and not (indicator.target_source or indicator.source):
            yield Finding(
                "indicators",
                f"{where}.source",
                "目标值没有出处",
                "the target does not say where it comes from",
                "在 source 写明文件或承诺",
                "name the document or the promise in source",
                "warning",
            )


def _paths(indicator: Indicator, house: House, where: str) -> Iterator[Finding]:
    fact = house.facts[indicator.on.fact]
    roots: list[Any] = [fact]
    if indicator.each is not None:
        members = member_shapes(shapes_at(fact, indicator.each))
        if not members:
            yield _no_path(f"{where}.each", indicator.on.fact, indicator.each, "列表", "list")
        roots = [*members, fact]
    if indicator.measure == "duration" and not shapes_at(fact, "case_id"):
        yield _no_path(f"{where}.on", indicator.on.fact, "case_id", "属性", "attribute")

    def look(path: str) -> list[Any]:
        return [shape for root in roots for shape in ([Any] if root is Any else shapes_at(root, path))]

    named = [("kind", indicator.kind), *(("key", path) for path in indicator.key)]
    named += [("on.where", path) for path in indicator.on.where]
    for name, path in named:
        if path is not None and not look(path):
            yield _no_path(f"{where}.{name}", indicator.on.fact, path, "属性", "attribute")
    if indicator.value is not None:
        found = look(indicator.value)
        fits = is_quantity(found) if indicator.value_as == "mass_g" else is_whole(found)
        if not fits:
            yield _no_path(f"{where}.value", indicator.on.fact, indicator.value, "整数或量", "integer or quantity")


def _instants(shapes: list[Any]) -> bool:
    return any(shape is Any or shape is datetime for shape in shapes)


def _values(pack: Pack, where: str, name: str, matched: dict[str, tuple[str, ...]]) -> Iterator[Finding]:
    lifecycles = {lifecycle.lifecycle for lifecycle in pack.lifecycles}
    for value in matched.get("lifecycle", ()):
        if value not in lifecycles:
            yield Finding(
                "indicators",
                f"{where}.{name}.where.lifecycle",
                f"没有流程“{value}”，永远数不到",
                f"there is no lifecycle '{value}', so nothing is ever counted",
                "改正名称",
                "correct the name",
            )


def _no_path(where: str, kind: str, path: str, zh: str, en: str) -> Finding:
    return Finding(
        "indicators",
        where,
        f"{kind} 没有名为 {path} 的{zh}",
        f"{kind} has no {en} called {path}",
        "按 docs/reference/facts.md 改正",
        "correct it as docs/reference/facts.md says",
    )
