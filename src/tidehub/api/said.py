"""What a report says, as lines that people read: label and value."""

from __future__ import annotations

from typing import Any

import msgspec

from tidehub.capabilities import intake
from tidehub.kernel.instants import from_us


class Said(msgspec.Struct, frozen=True):
    """What the reporter has said in one field of the form, masked where it is personal."""

    label: intake.Text
    value: intake.Text


def said_of(row: intake.ReportRow, catalogue: intake.Catalogue) -> list[Said]:
    """Write the answers of a report as people read them: label and value, a line for each line of a group."""
    offer = catalogue.find(row.service_code, from_us(row.received_us))
    if offer is None:
        return []
    answers = intake.shown_report(row, offer)["answers"]
    return [one for field_ in offer.form.fields for one in _said_in(field_, answers.get(field_.name))]


def _said_in(asked: intake.Field, value: Any) -> list[Said]:
    if value is None or value == "":
        return []
    if asked.kind != "lines":
        return [Said(asked.label, _value_text(asked, value))]
    lines = []
    for line in value:
        told = [_value_text(inner, line[inner.name]) for inner in asked.fields if line.get(inner.name) is not None]
        lines.append(
            Said(asked.label, intake.Text(*(" ".join(getattr(one, to) for one in told) for to in ("zh", "en"))))
        )
    return lines


def _value_text(asked: intake.Field, value: Any) -> intake.Text:
    if asked.kind in ("choice", "choices"):
        codes = [value] if isinstance(value, str) else value
        chosen = [next((one.label for one in asked.choices if one.code == code), None) for code in codes]
        named = [one or intake.Text(code, code) for one, code in zip(chosen, codes, strict=True)]
        return intake.Text("、".join(one.zh for one in named), ", ".join(one.en for one in named))
    if asked.kind == "boolean":
        return intake.Text("是", "yes") if value else intake.Text("否", "no")
    text = f"{value} {asked.unit}" if asked.unit else str(value)
    return intake.Text(text, text)
