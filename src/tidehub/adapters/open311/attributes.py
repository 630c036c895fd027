"""A form as a GeoReport service definition.

Open311 knows flat attributes and texts only. A group of lines becomes one attribute for each of its fields
(``lines.kind``, ``lines.amount``), which are the first line; further lines are sent as ``lines.2.kind``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tidehub.capabilities.intake import Field, Form, Text

_DATATYPES = {
    "text": "string",
    "long_text": "text",
    "integer": "number",
    "decimal": "number",
    "boolean": "singlevaluelist",
    "date": "string",
    "instant": "datetime",
    "choice": "singlevaluelist",
    "choices": "multivaluelist",
}
_YES_NO = (("true", Text("是", "Yes")), ("false", Text("否", "No")))


def _say(text: Text, language: str) -> str:
    return text.en if language == "en" else text.zh


def flat_fields(form: Form) -> Iterator[tuple[str, Field, bool]]:
    """Every attribute of a form: its code, its field and whether it is required."""
    for field in form.fields:
        if field.kind == "lines":
            for inner in field.fields:
                yield f"{field.name}.{inner.name}", inner, field.required and inner.required
        else:
            yield field.name, field, field.required


def definition(service_code: str, form: Form, language: str) -> dict[str, Any]:
    """Write a form as a ``service_definition``."""
    attributes = []
    for order, (code, field, required) in enumerate(flat_fields(form), 1):
        attribute: dict[str, Any] = {
            "variable": True,
            "code": code,
            "datatype": _DATATYPES[field.kind],
            "required": required,
            "datatype_description": _hint(field, language),
            "order": order,
            "description": _describe(field, language),
        }
        if attribute["datatype"].endswith("list"):
            offered = (
                _YES_NO if field.kind == "boolean" else tuple((choice.code, choice.label) for choice in field.choices)
            )
            attribute["values"] = [{"key": key, "name": _say(label, language)} for key, label in offered]
        attributes.append(attribute)
    return {"service_code": service_code, "attributes": attributes}


def _describe(field: Field, language: str) -> str:
    label = _say(field.label, language)
    return f"{label}. {_say(field.help, language)}" if field.help else label


def _hint(field: Field, language: str) -> str | None:
    parts = []
    if field.unit:
        parts.append(field.unit)
    if field.minimum is not None or field.maximum is not None:
        low = "" if field.minimum is None else field.minimum
        high = "" if field.maximum is None else field.maximum
        parts.append(f"{low}..{high}")
    if field.kind == "date":
        parts.append("YYYY-MM-DD")
    if field.max_length:
        parts.append(f"≤ {field.max_length} " + ("characters" if language == "en" else "字"))
    return ", ".join(parts) or None
