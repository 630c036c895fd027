"""Pages for citizens that need no script: services, filing with photos, following, judging, signing in.

They are served beside the full pages, for old telephones, strict browsers and screen readers; the same commands
are carried out, the same refusals told, each at its field.
"""

from __future__ import annotations

import secrets
from html import escape
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from tidehub.api.catalogue import catalogue_of
from tidehub.api.errors import STATUS
from tidehub.api.exchange import AnyRequest
from tidehub.api.following import follow, status_text, title_of
from tidehub.api.forms import SentForm, read_form
from tidehub.api.intake_doors import doors_of, take_report
from tidehub.api.plain.filing import PHOTOS_MAX, draw_filing, filed_command, keep_photos, wrong_inputs
from tidehub.api.plain.form import read_answers
from tidehub.api.plain.page import framed, go, language_of, note, page, pick
from tidehub.api.plain.standing import draw_following
from tidehub.api.plain.words import Language, say
from tidehub.api.reports import reports_near
from tidehub.api.services import actor_in, services_of
from tidehub.api.session import signed_in_cookie, signed_out_cookie
from tidehub.capabilities import intake
from tidehub.kernel.access import ANONYMOUS, Actor, Scope, rule
from tidehub.kernel.errors import NOT_FOUND, Refusal
from tidehub.kernel.instants import from_us

_EVERYONE = rule(everyone=True)
_FAMILY = "plain"
_HTML = {"text/html; charset=utf-8": {"schema": {"type": "string"}}}
_PAGE = {"description": "A page / 页面", "content": _HTML}
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_AGAIN_S = 30
_MINE_MAX = 50


def _opt(body: str | None = None, *, while_must_change: bool = False) -> dict[str, Any]:
    told: dict[str, Any] = {"default": {"description": "Refused / 被拒绝", "content": {**_HTML, **_PROBLEM}}}
    told["303" if body else "200"] = {"description": "Go on / 转到下一页"} if body else _PAGE
    opt: dict[str, Any] = {"rule": _EVERYONE, "family": _FAMILY, "describe": {"responses": told}}
    if body:
        opt["body"] = body
    return opt | ({"while_must_change": True} if while_must_change else {})


@get("/plain", opt=_opt())
async def plain_services(request: AnyRequest) -> Response[bytes]:
    """Show the services on offer."""
    services, language = services_of(request), language_of(request)
    offers = catalogue_of(services).listed(services.clock.now())
    cards = "".join(
        f'<a class="card" href="/plain/ask/{escape(one.service.code)}"><b>{pick(one.service.name, language)}</b>'
        f"<br>{pick(one.service.description, language)}</a>"
        for one in offers
    )
    title = say("services", language)
    return page(request, title, f"<h1>{title}</h1>{cards or note(say('empty', language))}")


@get("/plain/ask/{service_code:str}", opt=_opt())
async def plain_form(request: AnyRequest, service_code: FromPath[str]) -> Response[bytes]:
    """Show the form of a service."""
    services = services_of(request)
    try:
        offer = catalogue_of(services).offer(service_code, services.clock.now())
    except Refusal as refusal:
        return _refused(request, refusal)
    return _form_page(request, offer, {"our-key": [secrets.token_hex(16)]}, {})


@post("/plain/ask/{service_code:str}", opt=_opt("multipart/form-data"), request_max_body_size=None)
async def plain_file(request: AnyRequest, service_code: FromPath[str]) -> Response[bytes]:
    """Take a report in; what is wrong is told at its field, and what was typed or photographed is kept."""
    services, actor, language = services_of(request), actor_in(request), language_of(request)
    form = SentForm()
    try:
        offer = catalogue_of(services).offer(service_code, services.clock.now())
        await read_form(request, form, services.settings.file_bytes_max * PHOTOS_MAX)
        form.fields["our-media"] = await keep_photos(services, form, actor.id)
        sent = read_answers(offer.form, form.fields, language)
        joins = form.fields.get("our-same_as", [""])[0]
        wrong = {} if joins not in ("", "none") else sent.wrong | wrong_inputs(services, offer, form, actor, language)
        if wrong or "our-more_lines" in form.fields:
            return _form_page(request, offer, form.fields, wrong)
        command = filed_command(services, offer, form, sent.answers, actor)
        if not joins and command.position is not None:
            near = await reports_near(services, offer, command.position)
            if near:
                return _form_page(request, offer, form.fields, {}, near)
        taken = await take_report(services, command, actor)
    except Refusal as refusal:
        return _refused(request, refusal)
    finally:
        form.close()
    return go(f"/plain/follow/{taken.tracking_token}")


@get("/plain/follow/{token:str}", opt=_opt())
async def plain_follow(request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
    """Show how a report goes on, to who holds its token."""
    return await _follow_page(request, token)


@post("/plain/follow/{token:str}", opt=_opt("application/x-www-form-urlencoded"))
async def plain_judge(request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
    """Judge how it was done, or take the report back; a matter not put right goes back to the unit."""
    services, form = services_of(request), SentForm()
    comment = ""
    try:
        report_id = intake.report_of_token(token, doors_of(services).secret)
        await read_form(request, form, services.settings.body_bytes_max)
        told = {name: values[0] for name, values in form.fields.items()}
        comment = told.get("comment", "")[:1000]
        command: intake.WithdrawReport | intake.RateReport
        if told.get("do") == "withdraw":
            command = intake.WithdrawReport(report_id=report_id)
        else:
            fixed = told.get("fixed") != "no"
            score = int(told["score"]) if told.get("score", "") in tuple("12345") else 5 if fixed else 1
            command = intake.RateReport(report_id=report_id, score=score, fixed=fixed, comment=comment)
        await services.hub.handle(command, by=_reporter(report_id))
    except Refusal as refusal:
        if refusal.field == "comment":
            return await _follow_page(request, token, refusal, comment)
        return _refused(request, refusal)
    finally:
        form.close()
    return go(f"/plain/follow/{token}")


@get("/plain/mine", opt=_opt())
async def plain_mine(request: AnyRequest) -> Response[bytes]:
    """Show one's own reports; who is not signed in is asked to."""
    services, actor, language = services_of(request), actor_in(request), language_of(request)
    if actor.id == ANONYMOUS.id:
        return go("/plain/sign-in")
    own = intake.ReportFilter(reporter=actor.id)
    rows = await intake.list_reports(services.hub, own, Scope(("",)), limit=_MINE_MAX)
    catalogue, secret = catalogue_of(services), doors_of(services).secret
    cards = "".join(
        f'<a class="card" href="/plain/follow/{intake.tracking_token(row.report_id, secret)}">'
        f"<b>{pick(title_of(row, catalogue), language)}</b><br>"
        f"{pick(status_text(row, catalogue), language)} · {from_us(row.received_us):%Y-%m-%d}</a>"
        for row in rows
    )
    title = say("mine", language)
    return page(request, title, f"<h1>{title}</h1>{cards or note(say('none_yet', language))}")


@get("/plain/sign-in", opt=_opt())
async def plain_sign_in(request: AnyRequest) -> Response[bytes]:
    """Show the form to sign in with."""
    return _sign_in_page(request)


@post("/plain/sign-in", opt=_opt("application/x-www-form-urlencoded"))
async def plain_signed_in(request: AnyRequest) -> Response[bytes]:
    """Sign in by a form."""
    services, form = services_of(request), SentForm()
    await read_form(request, form, services.settings.body_bytes_max)
    login = form.fields.get("login", [""])[0]
    try:
        found = await services.access.sign_in(
            login, form.fields.get("password", [""])[0], request.headers.get("user-agent", "")
        )
    except Refusal as refusal:
        return _sign_in_page(request, refusal, login)
    response = go("/plain")
    response.set_cookie(signed_in_cookie(services, found.token))
    return response


@post("/plain/sign-out", opt=_opt("application/x-www-form-urlencoded", while_must_change=True))
async def plain_sign_out(request: AnyRequest) -> Response[bytes]:
    """Sign out by a form."""
    services = services_of(request)
    response = go("/plain")
    response.set_cookie(await signed_out_cookie(request, services))
    return response


def _reporter(report_id: str) -> Actor:
    """Who holds a report's token speaks for its reporter."""
    return Actor(f"report/{report_id}")


async def _follow_page(
    request: AnyRequest, token: str, refusal: Refusal | None = None, comment: str = ""
) -> Response[bytes]:
    services, language = services_of(request), language_of(request)
    try:
        report_id = intake.report_of_token(token, doors_of(services).secret)
        row = await intake.find_report(services.hub, report_id)
        if row is None:
            raise NOT_FOUND("token", what="报件 report", id=report_id[:80])
    except Refusal as missing:
        return _refused(request, missing)
    told = await follow(services, row, _reporter(report_id))
    wrong = "" if refusal is None else refusal.text(language)
    body = draw_following(told, token, language, wrong=wrong, comment=comment)
    title = pick(told.status_text, language) or say("received", language)
    return page(request, title, body, status=422 if wrong else 200, again_s=_AGAIN_S if told.status == "open" else 0)


def _form_page(request: AnyRequest, offer: Any, texts: Any, wrong: dict[str, str], near: Any = ()) -> Response[bytes]:
    services, language = services_of(request), language_of(request)
    is_known = actor_in(request).id != ANONYMOUS.id
    body = draw_filing(services, offer, texts, wrong, near, language, is_known=is_known)
    return page(request, pick(offer.service.name, language), body, status=422 if wrong else 200)


def _sign_in_page(request: AnyRequest, refusal: Refusal | None = None, login: str = "") -> Response[bytes]:
    language = language_of(request)
    title = say("sign_in", language)
    told = note(_told(refusal, language), "bad") if refusal is not None else ""
    name = f'<input type="text" id="login" name="login" autocomplete="username" required value="{escape(login)}">'
    hidden_input = '<input type="password" id="password" name="password" autocomplete="current-password" required>'
    body = (
        f'<h1>{title}</h1>{told}<form class="card" method="post" action="/plain/sign-in">'
        f"{framed(name, 'login', say('login', language))}{framed(hidden_input, 'password', say('password', language))}"
        f'<button class="go">{title}</button></form>'
    )
    return page(request, title, body, status=200 if refusal is None else STATUS[refusal.kind.category])


def _refused(request: AnyRequest, refusal: Refusal) -> Response[bytes]:
    language = language_of(request)
    body = f"<h1>{escape(refusal.text(language))}</h1>{note(escape(refusal.advice(language)), 'bad')}"
    return page(request, refusal.text(language), body, status=STATUS[refusal.kind.category])


def _told(refusal: Refusal, language: Language) -> str:
    return f"<strong>{escape(refusal.text(language))}</strong><br>{escape(refusal.advice(language))}"


ROUTES: list[Any] = [
    plain_services,
    plain_form,
    plain_file,
    plain_follow,
    plain_judge,
    plain_mine,
    plain_sign_in,
    plain_signed_in,
    plain_sign_out,
]
