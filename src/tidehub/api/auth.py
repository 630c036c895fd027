"""Who asks. Sessions and tokens today; single sign-on fits in here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from tidehub.api.services import ApiSettings, Services
from tidehub.kernel.access import ANONYMOUS, Actor
from tidehub.kernel.errors import refusal_kind
from tidehub.registers.holders import TOKEN_INVALID, Holder

OWN_HEADER = "x-tidehub"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

FOREIGN_PAGE = refusal_kind(
    "foreign_page",
    zh="请求来自其他网站，已拒绝",
    en="The request came from another site's page and was refused",
    do_zh="请从本平台页面操作；程序请使用访问令牌，或带上请求头 X-Tidehub: 1。",
    do_en="Use this platform's own pages; programs use an access token, or send the header X-Tidehub: 1.",
    category="forbidden",
)
PASSWORD_MUST_CHANGE = refusal_kind(
    "password_must_change",
    zh="请先修改初始密码",
    en="Choose a password of your own first",
    do_zh="请调用 POST /api/v1/session/password 修改密码。",
    do_en="Change it by POST /api/v1/session/password.",
    category="forbidden",
)

NOBODY = Holder(ANONYMOUS, frozenset(), by_token=False, must_change=False, good_until_us=0)


def cookie_name(settings: ApiSettings) -> str:
    """Name of the session's cookie; ``__Host-`` binds it to this host and to HTTPS (RFC 6265bis, 4.1.3.2)."""
    return "__Host-tidehub" if settings.secure_cookies else "tidehub"


def session_of(headers: Mapping[str, str], settings: ApiSettings) -> str | None:
    """Return the session's secret from the cookies, if there is one."""
    raw = headers.get("cookie")
    if not raw:
        return None
    try:
        found = SimpleCookie(raw).get(cookie_name(settings))
    except CookieError:
        return None
    return None if found is None else found.value


async def holder_of(headers: Mapping[str, str], services: Services) -> Holder:
    """Find out whom the headers stand for, and what the session or token is limited to.

    Raises
    ------
    Refusal
        ``token_invalid`` for a bearer token that does not count; a session that is over is nobody's.
    """
    authorization = headers.get("authorization", "")
    if authorization:
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise TOKEN_INVALID(None)
        return await services.access.holders.of_token(secret.strip())
    session = session_of(headers, services.settings)
    if session is None:
        return NOBODY
    return await services.access.holders.of_session(session) or NOBODY


async def actor_of(headers: Mapping[str, str], services: Services) -> Actor:
    """Find out who asks; nobody known is :data:`~tidehub.kernel.access.ANONYMOUS`."""
    return (await holder_of(headers, services)).actor


def refuse_foreign_page(method: str, headers: Mapping[str, str]) -> None:
    """Refuse a change that another site's page makes a browser send along with our cookie.

    What the browser says of the page (``Sec-Fetch-Site``, ``Origin``) must be this site; a request that is no
    form must carry a header of ours, which no foreign page can add without asking first (OWASP, Cross-Site
    Request Forgery Prevention). Bearer tokens need none of it.
    """
    if method in _SAFE or headers.get("authorization"):
        return
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise FOREIGN_PAGE(None)
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        raise FOREIGN_PAGE(None)
    shown = site is not None or origin is not None
    is_form = headers.get("content-type", "").partition(";")[0].strip().lower() in _FORMS
    if "cookie" in headers and OWN_HEADER not in headers and not (is_form and shown):
        raise FOREIGN_PAGE(None)
