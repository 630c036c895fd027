"""A pack's form as plain HTML: what was typed is kept, and what is wrong is told at its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import msgspec

from tidehub.api.plain.page import described, framed, pick
from tidehub.api.plain.words import Language, say
from tidehub.capabilities.intake import Choice, Field, Form, answers_of_texts
from tidehub.capabilities.intake.answers import check_form
from tidehub.kernel.errors import Refusal

Texts = Mapping[str, Sequence[str]]
Wrong = Mapping[str, str]
"""What is wrong, by the name of its input, as text."""
LINES_SHOWN = 2


class Sent(msgspec.Struct, frozen=True):
    """What was sent of a form: the answers that are right so far, and what is wrong with the others."""

    answers: dict[str, Any]
    wrong: dict[str, str]


def read_answers(form: Form, texts: Texts, language: Language) -> Sent:
    """Check every field by itself, so that all that is wrong is told at once.

    Whoever takes the report checks it whole again; this only explains.
    """
    answers = answers_of_texts(form, _with_lines(form, texts))
    wrong: dict[str, str] = {}
    for field in form.fields:
        given = answers.get(field.name)
        if field.kind == "lines" and isinstance(given, list):
            for number, line in enumerate(given, 1):
                for name, text in _wrong_in(field.fields, line, language).items():
                    wrong[line_name(field.name, number, name)] = text
        else:
            wrong |= _wrong_in((field,), {} if given is None else {field.name: given}, language)
    return Sent(answers, wrong)


def _wrong_in(fields: tuple[Field, ...], answers: dict[str, Any], language: Language) -> dict[str, str]:
    wrong = {}
    for field in fields:
        alone = msgspec.structs.replace(
            field, choices=tuple(msgspec.structs.replace(choice, narrows={}) for choice in field.choices)
        )
        given = {field.name: answers[field.name]} if field.name in answers else {}
        try:
            check_form(Form(name="one", fields=(alone,)))(given, "answers")
        except Refusal as refusal:
            wrong[field.name] = (
                f"{refusal.text(language)}{'。' if language == 'zh' else '. '}{refusal.advice(language)}"
            )
    if not wrong:  # each is right by itself: do they fit each other
        try:
            check_form(Form(name="all", fields=fields))(answers, "answers")
        except Refusal as refusal:
            name = (refusal.field or "").partition("answers.")[2].partition(".")[0].partition("[")[0]
            wrong[name] = f"{refusal.text(language)}{'。' if language == 'zh' else '. '}{refusal.advice(language)}"
    return wrong


def _with_lines(form: Form, texts: Texts) -> Texts:
    """Leave out the page's own inputs, and lines of which only choices were made: those always say something."""
    kept = {name: values for name, values in texts.items() if not name.startswith("our-")}
    for group in form.fields:
        if group.kind != "lines":
            continue
        written = [one.name for one in group.fields if one.kind not in ("choice", "choices", "boolean")]
        for number in range(2, group.lines_max + 1):
            if written and not any("".join(texts.get(line_name(group.name, number, n), ())).strip() for n in written):
                for one in group.fields:
                    kept.pop(line_name(group.name, number, one.name), None)
    return kept


def line_name(group: str, number: int, name: str) -> str:
    """Name of an input in a line of a group, as ``answers_of_texts`` reads it."""
    return f"{group}.{name}" if number == 1 else f"{group}.{number}.{name}"


def draw_form(form: Form, texts: Texts, wrong: Wrong, language: Language) -> str:
    """Draw the whole form with what was typed."""
    return "".join(
        _draw_lines(field, texts, wrong, language)
        if field.kind == "lines"
        else _draw(field, field.name, texts.get(field.name, ()), wrong.get(field.name, ""), language)
        for field in form.fields
    )


def _draw_lines(group: Field, texts: Texts, wrong: Wrong, language: Language) -> str:
    used = [
        n for n in range(1, group.lines_max + 1) if any(line_name(group.name, n, f.name) in texts for f in group.fields)
    ]
    count = min(group.lines_max, max(LINES_SHOWN, len(used) + ("our-more_lines" in texts)))
    parts = []
    for number in range(1, count + 1):
        inner = "".join(
            _draw(
                msgspec.structs.replace(field, required=field.required and number == 1),
                (name := line_name(group.name, number, field.name)),
                texts.get(name, ()),
                wrong.get(name, ""),
                language,
            )
            for field in group.fields
            if field.required
        )
        label = f"{pick(group.label, language)} · {say('line', language, number)}"
        optional = "" if number == 1 else f' <span class="soft">({say("optional", language)})</span>'
        parts.append(f"<fieldset><legend>{label}{optional}</legend>{inner}</fieldset>")
    more = f'<p><button class="second" name="our-more_lines" value="1">{say("more_lines", language)}</button></p>'
    missing = f'<p class="wrongly">{escape(wrong[group.name])}</p>' if group.name in wrong else ""
    return "".join(parts) + missing + (more if count < group.lines_max else "")


def _draw(field: Field, name: str, given: Sequence[str], wrong: str, language: Language) -> str:
    label = pick(field.label, language)
    if not field.required:
        label += f' <span class="soft">({say("optional", language)})</span>'
    if field.personal:
        label += f' <span class="soft">({say("not_public", language)})</span>'
    if field.unit:
        label += f' <span class="soft">{escape(field.unit)}</span>'
    help_ = pick(field.help, language)
    value = given[0] if given else ""
    tied = described(name, wrong=wrong, help_=help_)
    inner = _input(field, name, value, given, tied, language)
    return framed(inner, name, label, wrong=escape(wrong), help_=help_, group=field.kind == "choices")


def _input(field: Field, name: str, value: str, given: Sequence[str], tied: str, language: Language) -> str:
    start = f' id="{name}" name="{name}"{tied}'
    needed = " required" if field.required else ""
    if field.kind == "choice":
        return f"<select{start}{needed}>{_options(field.choices, value, language)}</select>"
    if field.kind == "choices":
        return "".join(
            f'<label class="choice"><input type="checkbox" name="{name}" value="{escape(one.code)}"'
            f"{' checked' if one.code in given else ''}>{pick(one.label, language)}</label>"
            for one in field.choices
        )
    if field.kind == "boolean":
        is_on = " checked" if value == "true" else ""
        return f'<span class="choice"><input type="checkbox"{start} value="true"{is_on}></span>'
    longest = f' maxlength="{field.max_length}"' if field.max_length else ""
    if field.kind == "long_text":
        return f'<textarea rows="4"{start}{needed}{longest}>{escape(value)}</textarea>'
    kind = "date" if field.kind == "date" else "text"
    number = ' inputmode="decimal"' if field.kind in ("integer", "decimal") else ""
    return f'<input type="{kind}"{start}{needed}{longest}{number} value="{escape(value)}">'


def _options(choices: Sequence[Choice], value: str, language: Language) -> str:
    return f'<option value="">{say("choose", language)}</option>' + "".join(
        f'<option value="{escape(one.code)}"{" selected" if one.code == value else ""}>'
        f"{pick(one.label, language)}</option>"
        for one in choices
    )
