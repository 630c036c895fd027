"""A report as its reporter follows it, as plain HTML, with the form in which they judge how it was done."""

from __future__ import annotations

from datetime import MAXYEAR, datetime
from html import escape

from tidehub.api.following import Following
from tidehub.api.plain.page import local, note, pick
from tidehub.api.plain.words import Language, say
from tidehub.kernel.money import format_yuan


def draw_following(told: Following, token: str, language: Language, *, wrong: str = "", comment: str = "") -> str:
    """Draw the whole page; ``wrong`` is what keeps a judgement from being taken."""
    parts = [
        f"<h1>{pick(told.status_text, language) or say('received', language)}</h1>",
        f'<p class="soft">{pick(told.title, language)} · {local(told.received_at)} · {escape(told.address)}</p>',
        _coming(told, language),
        _rating(told, token, language, wrong, comment) if told.can_rate else "",
        _steps(told, language),
        _papers(told, language),
        _said(told, language),
        f'<p class="soft">{say("number", language)} {escape(told.report_id)}<br>{say("keep_link", language)}</p>',
    ]
    if told.can_cancel or (told.status == "open" and not told.case_id):
        parts.append(
            f'<form method="post" action="/plain/follow/{escape(token)}">'
            f'<button class="second" name="do" value="withdraw">{say("withdraw", language)}</button></form>'
        )
    return "".join(parts)


def _coming(told: Following, language: Language) -> str:
    lines = []
    if told.unit_name and told.eta_from and told.eta_to:
        lines.append(f'<p class="big">{say("coming", language, unit=escape(told.unit_name))}</p>')
        lines.append(f"<p class='big'>{say('eta', language, a=_clock(told.eta_from), b=_clock(told.eta_to))}</p>")
        if told.remaining_m is not None:
            lines.append(f"<p>{say('left', language, f'{told.remaining_m / 1000:.1f}')}</p>")
        lines.append(f'<p class="soft">{pick(told.eta_why, language)}</p>')
    elif told.unit_name:
        lines.append(f"<p><b>{escape(told.unit_name)}</b></p>")
    elif told.asking:
        lines.append(f"<p>{say('asking', language, escape(told.asking))}</p>")
    if told.honest:
        lines.append(f"<p>{pick(told.honest, language)}</p>")
    if told.next_step:
        lines.append(f"<p>{say('next', language, pick(told.next_step, language))}</p>")
    for clock in told.clocks:
        if clock.status == "running" and clock.due_at:
            name = escape(clock.zh if language == "zh" else clock.en)
            lines.append(f"<p>{say('due', language, clock=name, at=local(clock.due_at))}</p>")
    if told.voices > 1:
        lines.append(f"<p>{say('voices', language, told.voices)}</p>")
    return f'<section class="card" aria-live="polite">{"".join(lines)}</section>' if lines else ""


def _rating(told: Following, token: str, language: Language, wrong: str, comment: str) -> str:
    late = say("late_help", language)
    if told.can_reopen and told.reopen_until:
        late = "" if told.reopen_until.year == MAXYEAR else say("not_fixed_help", language, local(told.reopen_until))
    stars = "".join(
        f'<label class="choice"><input type="radio" name="score" value="{n}"{" checked" if n == 5 else ""}>{n}</label>'
        for n in range(1, 6)
    )
    is_wrong = ' aria-invalid="true" aria-describedby="comment-wrong"' if wrong else ""
    told_wrong = f'<p class="wrongly" id="comment-wrong">{escape(wrong)}</p>' if wrong else ""
    return (
        f'<form class="card" method="post" action="/plain/follow/{escape(token)}">'
        f"<fieldset style='margin:0'><legend><h2>{say('rate', language)}</h2></legend>"
        f'<label class="choice"><input type="radio" name="fixed" value="yes"{"" if wrong else " checked"}>'
        f"{say('fixed', language)}</label>"
        f'<label class="choice"><input type="radio" name="fixed" value="no"{" checked" if wrong else ""}>'
        f'{say("not_fixed", language)}</label><p class="soft">{late}</p></fieldset>'
        f"<fieldset><legend>{say('score', language)}</legend><div class='row'>{stars}</div></fieldset>"
        f'<div class="field {"wrong" if wrong else ""}"><label for="comment">{say("comment", language)}</label>'
        f'<textarea id="comment" name="comment" rows="3" maxlength="1000"{is_wrong}>{escape(comment)}</textarea>'
        f'{told_wrong}</div><button class="go" name="do" value="rate">{say("send", language)}</button></form>'
    )


def _steps(told: Following, language: Language) -> str:
    if not told.steps:
        return ""
    reached = max((place for place, step in enumerate(told.steps) if step.at is not None), default=-1)
    rows = "".join(
        f'<li class="{"now" if place == reached else "done" if step.at else ""}"'
        f"{' aria-current=step' if place == reached else ''}>{pick(step.text, language)}"
        f' <span class="soft">{local(step.at) if step.at else ""}</span></li>'
        for place, step in enumerate(told.steps)
    )
    return f'<section class="card"><h2>{say("status", language)}</h2><ol>{rows}</ol></section>'


def _papers(told: Following, language: Language) -> str:
    rows = [
        f"<p>{pick(one.title, language)} {escape(one.number)}<br>"
        f'<a class="link" href="/v/{escape(one.verify_code)}">{say("verify", language)} {escape(one.number)}</a></p>'
        for one in told.documents
    ]
    if told.subsidy_fen is not None:
        rows.append(note(say("subsidy", language, format_yuan(told.subsidy_fen)), "good"))
    return f'<section class="card"><h2>{say("papers", language)}</h2>{"".join(rows)}</section>' if rows else ""


def _said(told: Following, language: Language) -> str:
    rows = [(pick(one.label, language), pick(one.value, language)) for one in told.said]
    if told.description:
        rows.append((say("detail", language), escape(told.description)))
    if told.media:
        rows.append((say("photos", language), str(len(told.media))))
    listed = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in rows)
    return f'<section class="card"><h2>{say("said", language)}</h2><dl>{listed}</dl></section>' if rows else ""


def _clock(at: datetime) -> str:
    return local(at, "%H:%M")
