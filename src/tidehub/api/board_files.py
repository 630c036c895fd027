"""The board as files: CSV that a spreadsheet opens rightly and cannot be made to run, and the sheet to print."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tidehub.adapters.pdf import BoardLine, BoardSheet
from tidehub.capabilities.evaluation import Figure

Language = Literal["zh", "en"]
BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_TOWN = ZoneInfo("Asia/Shanghai")
DAYS_MAX = 62

_WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "id": "编码", "indicator": "指标", "pack": "场景", "since": "起", "until": "止", "aggregate": "口径",
        "value": "本期", "unit": "单位", "count": "样本数", "before": "上期", "change": "环比", "target": "目标",
        "target_from": "目标生效", "met": "达标", "source": "出处", "yes": "是", "no": "否", "trend": "趋势",
        "case_id": "案件编号", "title": "标题", "state": "环节", "region": "地区代码", "unit_id": "队伍",
        "times": "计数", "total": "计入值", "last": "最近时间", "board": "运行驾驶舱", "all": "全部辖区",
        "made": "生成时间", "note": "每个数字都可由事实记录重新计算；点击屏幕上的数字可列出其所计的案件。",
    },
    "en": {
        "id": "id", "indicator": "indicator", "pack": "scene", "since": "from", "until": "to", "aggregate": "figure",
        "value": "this period", "unit": "unit", "count": "observations", "before": "last period", "change": "change",
        "target": "target", "target_from": "target since", "met": "met", "source": "source", "yes": "yes", "no": "no",
        "trend": "trend", "case_id": "case", "title": "title", "state": "state", "region": "region code",
        "unit_id": "unit", "times": "count", "total": "adds", "last": "last at", "board": "Board", "all": "all regions",
        "made": "made at", "note": "Every figure can be recomputed from the facts; on screen it lists what it counts.",
    },
}  # fmt: skip
_UNITS: dict[str, tuple[str, str]] = {
    "s": ("秒", "s"),
    "g": ("克", "g"),
    "ml": ("毫升", "ml"),
    "fen": ("分", "fen"),
    "case": ("件", "cases"),
    "clock": ("次", "clocks"),
    "offer": ("次", "offers"),
    "permille": ("‰", "per mille"),
}


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection); numbers stay numbers."""
    if isinstance(value, str) and value.lstrip().startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
    return BOM + out.getvalue()


def unit_name(unit: str, language: Language) -> str:
    """Name of a unit in a language; one that is not known stays as the pack wrote it."""
    zh, en = _UNITS.get(unit, (unit, unit))
    return zh if language == "zh" else en


def _unit_of(figure: Figure, aggregate: str) -> str:
    if aggregate == "share":
        return "permille"
    return figure.unit


def board_csv(
    figures: Sequence[Figure], packs: Mapping[str, str], since: datetime, until: datetime, language: Language
) -> str:
    """Write the board: for each indicator a line over the whole span, then one for each day of its trend."""
    w = _WORDS[language]
    names = (
        "id", "indicator", "pack", "aggregate", "since", "until", "value", "unit", "count", "before", "target",
        "target_from", "met", "source",
    )  # fmt: skip

    def rows() -> Iterable[Sequence[Any]]:
        for one in figures:
            title = one.title_zh if language == "zh" else one.title_en
            face = (one.id, title, packs.get(one.id, ""), one.aggregate)
            unit = unit_name(_unit_of(one, one.aggregate), language)
            met = "" if one.met is None else w["yes" if one.met else "no"]
            rest = (one.before, one.target, one.target_from, met, one.target_source)
            yield (*face, _at(since), _at(until), one.value, unit, one.count, *rest)
            for day in one.days:
                ends = date.fromisoformat(day.day) + timedelta(days=1)
                span = (f"{day.day} 00:00", f"{ends} 00:00")
                yield (*face, *span, day.value, unit, day.count, "", "", "", "", "")

    return _csv([w[name] for name in names], rows())


def cases_csv(rows: Iterable[Any], language: Language) -> str:
    """Write the cases behind a figure, as the drill-down lists them."""
    w = _WORDS[language]
    names = ("case_id", "title", "state", "region", "unit_id", "times", "total", "last")
    return _csv(
        [w[name] for name in names],
        (
            (
                row.case_id, row.title, row.state, row.region_code, row.unit_id,
                row.count, row.total, _at(row.last_at),
            )
            for row in rows
        ),
    )  # fmt: skip


def board_sheet(
    figures: Sequence[Figure],
    packs: Mapping[str, str],
    since: datetime,
    until: datetime,
    place: str,
    now: datetime,
    language: Language,
) -> BoardSheet:
    """Write the board out as the sheet that is printed."""
    w = _WORDS[language]
    return BoardSheet(
        language=language,
        words=w,
        title=w["board"],
        span=f"{_at(since)} – {_at(until)}",
        place=place or w["all"],
        made=f"{w['made']} {_at(now)}",
        lines=tuple(_line(one, packs.get(one.id, ""), since, until, language) for one in figures),
    )


def _line(one: Figure, pack: str, since: datetime, until: datetime, language: Language) -> BoardLine:
    unit = _unit_of(one, one.aggregate)
    known = {day.day: day.value for day in one.days}
    return BoardLine(
        title=one.title_zh if language == "zh" else one.title_en,
        pack=pack,
        value=shown(one.value, unit, language),
        before=shown(one.before, unit, language),
        change=change(one.value, one.before),
        target=shown(one.target, unit, language) if one.target is not None else "—",
        tone="" if one.met is None else "good" if one.met else "bad",
        count=str(one.count),
        source=one.target_source,
        days=tuple(known.get(day) for day in days_between(since, until)),
    )


def days_between(since: datetime, until: datetime) -> list[str]:
    """Calendar days in China that a span touches, at most the last 62."""
    first, last = since.astimezone(_TOWN).date(), (until - timedelta(microseconds=1)).astimezone(_TOWN).date()
    first = max(first, last - timedelta(days=DAYS_MAX - 1))
    return [(first + timedelta(days=place)).isoformat() for place in range((last - first).days + 1)]


def change(value: int | None, before: int | None) -> str:
    """How a figure moved against the span before, in per cent of it; a dash where that says nothing."""
    if value is None or before is None or before == 0:
        return "—"
    permille = round((value - before) * 1000 / abs(before))
    return f"{permille / 10:+.1f} %"


def shown(value: int | None, unit: str, language: Language) -> str:
    """A value as people read it: minutes, kilograms, yuan; integers inside."""
    if value is None:
        return "—"
    zh = language == "zh"
    if unit == "s":
        hours, minutes = divmod(round(abs(value) / 60), 60)
        text = f"{hours} 小时 {minutes} 分" if zh and hours else f"{minutes} 分钟" if zh else f"{hours} h {minutes} min"
        return text if zh or hours else f"{minutes} min"
    if unit in ("g", "ml"):
        name = ("千克" if zh else "kg") if unit == "g" else ("升" if zh else "L")
        return f"{value / 1000:,.3f}".rstrip("0").rstrip(".") + f" {name}"
    if unit == "fen":
        return f"{value / 100:,.2f} {'元' if zh else 'yuan'}"
    if unit == "permille":
        return f"{value / 10:.1f} %"
    return f"{value:,} {unit_name(unit, language)}"


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(_TOWN):%Y-%m-%d %H:%M}"
