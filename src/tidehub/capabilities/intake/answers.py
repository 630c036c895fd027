"""Checking answers against a form: each field becomes one small function, made once when a pack is mounted.

An answer is taken as it is or refused by its path (``answers.lines[0].amount``); nothing is guessed. Numbers
stay numbers as JSON knows them, and a whole ``decimal`` becomes an integer, so that ``12`` and ``12.0`` are
the same answer. A field refuses by its place within itself; whoever holds it puts the path before that, so a
right answer never pays for a path.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from tidehub.capabilities.intake.model import Choice, Field, Form, Narrowing
from tidehub.capabilities.intake.refusals import (
    ANSWER_MISSING,
    ANSWER_NOT_OFFERED,
    ANSWER_OUT_OF_RANGE,
    ANSWER_TOO_LONG,
    ANSWER_UNKNOWN,
    ANSWER_WRONG,
    LINES_COUNT,
)
from tidehub.kernel.errors import Refusal
from tidehub.kernel.instants import format_instant, parse_instant

Check = Callable[[Any], Any]
CheckGroup = Callable[[dict[str, Any], str], dict[str, Any]]

_LINE_BREAK = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]")
_TEXT_MAX = {"text": 200, "long_text": 4000}
_SAFE_INTEGER = 2**53 - 1  # larger ones are not exact in every reader (RFC 8259, section 6)


def check_form(form: Form) -> CheckGroup:
    """Make the function that checks a whole form; it answers with the checked answers or a Refusal."""
    return _group(form.fields)


def _wrong(field: Field, zh: str, en: str, path: str | None = None) -> Refusal:
    return ANSWER_WRONG(path, label_zh=field.label.zh, label_en=field.label.en, wanted_zh=zh, wanted_en=en)


def _under(path: str, refusal: Refusal) -> Refusal:
    """Put a path before the place that a refusal names."""
    inner = refusal.field or ""
    joint = "" if not inner or inner.startswith("[") else "."
    return Refusal(refusal.kind, f"{path}{joint}{inner}", refusal.params)


def _group(fields: tuple[Field, ...]) -> CheckGroup:
    checks = [(field, field.name, _CHECKS[field.kind](field), field.required) for field in fields]
    known = frozenset(field.name for field in fields)
    narrowing = [field for field in fields if any(choice.narrows for choice in field.choices)]
    by_name = {field.name: field for field in fields}

    def check(answers: dict[str, Any], path: str) -> dict[str, Any]:
        checked: dict[str, Any] = {}
        for field, name, check_one, required in checks:
            value = answers.get(name)
            if value is None or value == "" or value == []:
                if required:
                    raise ANSWER_MISSING(f"{path}.{name}", label_zh=field.label.zh, label_en=field.label.en)
                continue
            try:
                checked[name] = check_one(value)
            except Refusal as refusal:
                raise _under(f"{path}.{name}", refusal) from None
        if len(answers) > len(checked):
            for name in answers:
                if name not in known:
                    raise ANSWER_UNKNOWN(f"{path}.{name}"[:300], name=name[:80])
        for field in narrowing:
            chosen = checked.get(field.name)
            if chosen is not None:
                _narrow(field, chosen, checked, by_name, path)
        return checked

    return check


def _narrow(
    field: Field, chosen: str | list[str], checked: dict[str, Any], by_name: dict[str, Field], path: str
) -> None:
    codes = [chosen] if isinstance(chosen, str) else chosen
    for choice in field.choices:
        if choice.code not in codes:
            continue
        for name, narrowing in choice.narrows.items():
            value = checked.get(name)
            if value is None:
                continue
            try:
                _within_narrowing(by_name[name], narrowing, value)
            except Refusal as refusal:
                raise _under(f"{path}.{name}", refusal) from None


def _within_narrowing(field: Field, narrowing: Narrowing, value: Any) -> None:
    if isinstance(value, int | float):
        _within(field, value, narrowing.minimum, narrowing.maximum)
        return
    for code in [value] if isinstance(value, str) else value:
        if narrowing.only and code not in narrowing.only:
            raise _not_offered(field, code, narrowing.only)


def _not_offered(field: Field, given: object, offered: tuple[str, ...], path: str | None = None) -> Refusal:
    return ANSWER_NOT_OFFERED(
        path,
        label_zh=field.label.zh,
        label_en=field.label.en,
        given=str(given)[:80],
        offered=", ".join(offered),
    )


def _text(field: Field) -> Check:
    length_max = field.max_length or _TEXT_MAX[field.kind]
    pattern = re.compile(field.pattern) if field.pattern else None
    one_line = field.kind == "text"

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise _wrong(field, "文字", "a text")
        text = value.strip()
        if not text and field.required:
            raise ANSWER_MISSING(None, label_zh=field.label.zh, label_en=field.label.en)
        if len(text) > length_max:
            raise ANSWER_TOO_LONG(None, label_zh=field.label.zh, label_en=field.label.en, max=length_max)
        if one_line and _LINE_BREAK.search(text):
            raise _wrong(field, "一行文字", "one line of text")
        if pattern is not None and not pattern.fullmatch(text):
            raise _wrong(field, f"符合“{field.pattern}”的文字", f"a text of the form '{field.pattern}'")
        return text

    return check


def _within(field: Field, value: int | float, minimum: int | float | None, maximum: int | float | None) -> None:
    if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
        raise ANSWER_OUT_OF_RANGE(
            None,
            label_zh=field.label.zh,
            label_en=field.label.en,
            minimum="-∞" if minimum is None else minimum,
            maximum="∞" if maximum is None else maximum,
            unit=field.unit or "",
        )


def _integer(field: Field) -> Check:
    def check(value: Any) -> int:
        if type(value) is float and value.is_integer() and abs(value) <= _SAFE_INTEGER:
            value = int(value)
        if type(value) is not int or abs(value) > _SAFE_INTEGER:
            raise _wrong(field, "整数", "a whole number")
        _within(field, value, field.minimum, field.maximum)
        return value

    return check


def _decimal(field: Field) -> Check:
    digits, minimum, maximum = field.digits, field.minimum, field.maximum

    def check(value: Any) -> Any:
        if type(value) is float:
            if not abs(value) <= _SAFE_INTEGER:  # NaN is not either
                raise _wrong(field, "数字", "a number")
            if value.is_integer():
                value = int(value)
            elif -int(Decimal(repr(value)).as_tuple().exponent) > digits:
                raise _wrong(field, f"最多 {digits} 位小数的数字", f"a number with at most {digits} decimals")
        elif type(value) is not int or abs(value) > _SAFE_INTEGER:
            raise _wrong(field, "数字", "a number")
        if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
            _within(field, value, minimum, maximum)
        return value

    return check


def _boolean(field: Field) -> Check:
    def check(value: Any) -> bool:
        if not isinstance(value, bool):
            raise _wrong(field, "是或否", "true or false")
        return value

    return check


def _date(field: Field) -> Check:
    def check(value: Any) -> str:
        try:
            if isinstance(value, str) and len(value) == 10:
                return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
        raise _wrong(field, "日期（如 2026-06-01）", "a date like 2026-06-01")

    return check


def _instant(field: Field) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise _wrong(field, "带时区的时间", "an instant with a zone")
        return format_instant(parse_instant(value))

    return check


def _codes(choices: tuple[Choice, ...]) -> tuple[str, ...]:
    return tuple(choice.code for choice in choices)


def _choice(field: Field) -> Check:
    offered = _codes(field.choices)
    known = frozenset(offered)

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            raise _not_offered(field, value, offered)
        return value

    return check


def _choices(field: Field) -> Check:
    offered = _codes(field.choices)

    def check(value: Any) -> list[str]:
        if not isinstance(value, list):
            raise _wrong(field, "选项的列表", "a list of choices")
        for place, code in enumerate(value):
            if code not in offered:
                raise _not_offered(field, code, offered, f"[{place}]")
        return [code for code in offered if code in value]

    return check


def _lines(field: Field) -> Check:
    check_line = _group(field.fields)
    lines_min, lines_max = field.lines_min, field.lines_max

    def check(value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            raise _wrong(field, "多行内容的列表", "a list of lines")
        if not lines_min <= len(value) <= lines_max:
            raise LINES_COUNT(None, label_zh=field.label.zh, label_en=field.label.en, min=lines_min, max=lines_max)
        checked = []
        for place, line in enumerate(value):
            if not isinstance(line, dict):
                raise _wrong(field, "一行内容（对象）", "a line (an object)", f"[{place}]")
            checked.append(check_line(line, f"[{place}]"))
        return checked

    return check


_CHECKS: dict[str, Callable[[Field], Check]] = {
    "text": _text,
    "long_text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "instant": _instant,
    "choice": _choice,
    "choices": _choices,
    "lines": _lines,
}
