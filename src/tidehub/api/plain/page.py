"""The frame of a plain page, and the small pieces it is made of. Everything that people have written is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from litestar import Response

from tidehub.api.errors import prefers_english
from tidehub.api.exchange import AnyRequest
from tidehub.api.plain.words import STYLE, Language, say
from tidehub.api.services import actor_in
from tidehub.capabilities.intake import Text
from tidehub.kernel.access import ANONYMOUS

_TOWN = ZoneInfo("Asia/Shanghai")
_COOKIE = "tidehub_language"
# These pages load nothing and run nothing.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)


def language_of(request: AnyRequest) -> Language:
    """Chinese, unless the address, an earlier choice or the browser asks for English."""
    asked = parse_qs(request.url.query or "").get("lang", [""])[0] or request.cookies.get(_COOKIE, "")
    if asked in ("zh", "en"):
        return "en" if asked == "en" else "zh"
    return "en" if prefers_english(request.headers.get("accept-language", "")) else "zh"


def pick(text: Text | None, language: Language) -> str:
    """Give a text of a pack in a language, escaped."""
    return "" if text is None else escape(text.zh if language == "zh" else text.en)


def local(at: datetime, form: str = "%m-%d %H:%M") -> str:
    """Write an instant as the town's clock shows it."""
    return at.astimezone(_TOWN).strftime(form)


def page(
    request: AnyRequest, title: str, body: str, *, status: int = 200, again_s: int = 0, cookies: bool = True
) -> Response[bytes]:
    """Write the page.

    Parameters
    ----------
    title, body
        Its name, escaped here, and its content as HTML.
    again_s
        After how many seconds the browser reads it again; 0 never.
    """
    language = language_of(request)
    other = "en" if language == "zh" else "zh"
    signed_in = actor_in(request).id != ANONYMOUS.id
    links = [
        f'<a href="/plain">{say("brand", language)}</a>',
        f'<a href="/plain/mine">{say("mine", language)}</a>' if signed_in else "",
        '<a href="?lang=en" lang="en">English</a>' if other == "en" else '<a href="?lang=zh" lang="zh-CN">中文</a>',
        "" if signed_in else f'<a href="/plain/sign-in">{say("sign_in", language)}</a>',
    ]
    out = f'<form method="post" action="/plain/sign-out"><button>{say("sign_out", language)}</button></form>'
    html = (
        f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        + (f'<meta http-equiv="refresh" content="{again_s}">' if again_s else "")
        + f"<title>{escape(title)} - {say('brand', language)}</title><style>{STYLE}</style></head><body>"
        f"<header><div>{''.join(links)}{out if signed_in else ''}</div></header><main>{body}</main>"
        f"<footer><p>{say('call', language)}</p>"
        f'<p><a class="link" href="/">{say("full_page", language)}</a></p></footer>'
        "</body></html>"
    )
    response = Response(
        html.encode(),
        status_code=status,
        media_type="text/html; charset=utf-8",
        headers={"cache-control": "no-store", "content-security-policy": _POLICY, "vary": "accept-language, cookie"},
    )
    if cookies and "lang=" in (request.url.query or ""):
        response.set_cookie(_COOKIE, language, max_age=31_536_000, path="/plain", samesite="lax")
    return response


def go(address: str) -> Response[bytes]:
    """Send the browser on to another page, after a form was taken (RFC 9110, 15.4.4)."""
    return Response(b"", status_code=303, headers={"location": address, "cache-control": "no-store"})


def note(text: str, kind: str = "") -> str:
    """A message that stands out; ``text`` is HTML."""
    role = ' role="alert"' if kind == "bad" else ' role="status"' if kind else ""
    return f'<div class="note {kind}"{role}>{text}</div>'


def hidden(values: Mapping[str, str]) -> str:
    """Values that a form carries along."""
    return "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in values.items())


def framed(inner: str, name: str, label: str, *, wrong: str = "", help_: str = "", group: bool = False) -> str:
    """Put a label, a help and what is wrong around an input; those are HTML already."""
    said = (f'<p class="soft" id="{name}-help">{help_}</p>' if help_ else "") + (
        f'<p class="wrongly" id="{name}-wrong">{wrong}</p>' if wrong else ""
    )
    if group:
        return f'<fieldset class="{"wrong" if wrong else ""}"><legend>{label}</legend>{said}{inner}</fieldset>'
    return f'<div class="field {"wrong" if wrong else ""}"><label for="{name}">{label}</label>{inner}{said}</div>'


def described(name: str, *, wrong: str, help_: str) -> str:
    """Attributes that tie an input to its help and to what is wrong with it."""
    ids = [f"{name}-help"] * bool(help_) + [f"{name}-wrong"] * bool(wrong)
    return (f' aria-describedby="{" ".join(ids)}"' if ids else "") + (' aria-invalid="true"' if wrong else "")
