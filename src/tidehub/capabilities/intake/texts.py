"""Answers that come as texts only, from forms and tables (Open311, CSV).

A group of lines is flat there: ``lines.kind`` is the first line, further ones are ``lines.2.kind``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tidehub.capabilities.intake.model import Field, Form

_LINE = re.compile(r"([a-z][a-z0-9_]*)(?:\.([1-9]\d{0,2}))?\.([a-z][a-z0-9_]*)")
_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,10})?|\.\d{1,10})", re.ASCII)
_BOOLEANS = {
    "true": True, "1": True, "yes": True, "是": True, "false": False, "0": False, "no": False, "否": False,
}  # fmt: skip


def answers_of_texts(form: Form, texts: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Turn texts by field name into answers; an empty text is an absent one.

    What cannot be read as its field's kind stays as it is, and checking the form refuses it by name.
    """
    by_name = {field.name: field for field in form.fields}
    answers: dict[str, Any] = {}
    lines: dict[str, dict[int, dict[str, Any]]] = {}
    for code, values in texts.items():
        given = [value for value in values if value.strip()]
        if not given:
            continue
        field = by_name.get(code)
        found = _LINE.fullmatch(code)
        group = by_name.get(found.group(1)) if found else None
        if field is not None and field.kind != "lines":
            answers[code] = _value(field, given)
        elif found and group is not None and group.kind == "lines":
            number, name = int(found.group(2) or "1"), found.group(3)
            inner = next((one for one in group.fields if one.name == name), None)
            line = lines.setdefault(group.name, {}).setdefault(number, {})
            line[name] = given[0] if inner is None else _value(inner, given)
        else:
            answers[code] = given[0]
    for name, numbered in lines.items():
        answers[name] = [numbered[number] for number in sorted(numbered)]
    return answers


def _value(field: Field, given: list[str]) -> Any:
    text = given[0].strip()
    if field.kind == "choices":
        return given
    if len(given) > 1:
        return given  # several values for one: refused by name
    if field.kind in ("integer", "decimal"):
        return _number(text)
    if field.kind == "boolean":
        return _BOOLEANS.get(text.lower(), text)
    return given[0]


def _number(text: str) -> Any:
    if not _NUMBER.fullmatch(text):
        return text
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)
