"""Webhooks (HTTP 1.1 Web Hooks for Event Delivery 1.0): asking leave, delivering, being asked for leave.

A receiver is asked before anything is sent to it, so that nobody can point our events at a third party. Its
answers are obeyed: 410 stops for ever, 429 waits as long as it says, a redirect is never followed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit

import httpx
import msgspec

from tidehub.adapters.cloudevents.encode import encode_binary, encode_structured
from tidehub.adapters.cloudevents.model import CloudEvent
from tidehub.kernel.errors import Unavailable, refusal_kind

TIMEOUT_S = 20.0
RETRY_S_MAX = 24 * 3600

WEBHOOK_NOT_ALLOWED = refusal_kind(
    "webhook_not_allowed",
    zh="接收方 {url} 不同意接收事件：{problem}",
    en="The receiver {url} does not agree to get events: {problem}",
    do_zh="请让接收方以 WebHook-Allowed-Origin: {origin} 应答 OPTIONS。",
    do_en="Have the receiver answer OPTIONS with WebHook-Allowed-Origin: {origin}.",
    category="forbidden",
)
WEBHOOK_REFUSED = refusal_kind(
    "webhook_refused",
    zh="接收方 {url} 以 {status} 拒收事件",
    en="The receiver {url} refuses the event with {status}",
    do_zh="请与接收方核对地址、令牌和格式后重新投递。",
    do_en="Check address, token and format with the receiver, then deliver again.",
)
WEBHOOK_URL = refusal_kind(
    "webhook_url",
    zh="投递地址“{url}”不可用",
    en="The address '{url}' cannot be delivered to",
    do_zh="请使用不含用户名和片段的 https 地址。",
    do_en="Use an https address without a user name or fragment.",
)


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Where events are delivered.

    Parameters
    ----------
    url, token
        Address, and the bearer token that the receiver has given.
    mode
        How the receiver wants them.
    origin
        Our DNS name, by which we ask leave.
    """

    url: str
    token: str = ""
    mode: Literal["binary", "structured"] = "structured"
    origin: str = ""


class Leave(msgspec.Struct, frozen=True):
    """The receiver agrees; ``rate_per_minute`` at most, or without a limit."""

    rate_per_minute: int | None


def check_url(url: str, *, plain_http: bool = False) -> None:
    """Refuse what cannot be delivered to; ``plain_http`` is for a receiver on the same machine."""
    try:
        parts = urlsplit(url)
        fits = (
            parts.scheme in (("https", "http") if plain_http else ("https",))
            and bool(parts.hostname)
            and parts.username is None
            and not parts.fragment
            and not re.search(r"[\s\x00-\x1f]", url)
        )
    except ValueError:
        fits = False
    if not fits:
        raise WEBHOOK_URL("url", url=url[:200])


async def ask_leave(client: httpx.AsyncClient, hook: Webhook, rate_per_minute: int | None = None) -> Leave:
    """Ask a receiver whether it wants our events (Abuse protection, section 4).

    Raises
    ------
    Refusal
        ``webhook_not_allowed``.
    Unavailable
        It does not answer.
    """
    headers = {"webhook-request-origin": hook.origin}
    if rate_per_minute is not None:
        headers["webhook-request-rate"] = str(rate_per_minute)
    response = await _send(client, "OPTIONS", hook, headers, b"")
    problem = ""
    allowed = response.headers.get("webhook-allowed-origin", "").strip().lower()
    if response.status_code not in (200, 204):
        problem = f"{response.status_code}"
    elif allowed not in ("*", hook.origin.lower()):
        problem = f"WebHook-Allowed-Origin: {allowed[:80]}"
    if problem:
        raise WEBHOOK_NOT_ALLOWED("url", url=hook.url[:200], problem=problem, origin=hook.origin)
    rate = response.headers.get("webhook-allowed-rate", "").strip()
    return Leave(int(rate) if re.fullmatch(r"[1-9]\d{0,8}", rate) else None)


async def deliver(
    client: httpx.AsyncClient, hook: Webhook, event: CloudEvent, now: datetime
) -> Literal["taken", "gone"]:
    """Deliver one event.

    Returns
    -------
    ``taken``, or ``gone`` when the receiver wants nothing any more (410): the subscription ends.

    Raises
    ------
    Unavailable
        It is down or busy; ``retry_after_s`` is what it asked for, and the sender obeys.
    Refusal
        ``webhook_refused``: it will not take this event however often it is sent (3xx, other 4xx).
    """
    headers, body = (encode_binary if hook.mode == "binary" else encode_structured)(event)
    if hook.origin:
        headers["webhook-request-origin"] = hook.origin
    response = await _send(client, "POST", hook, headers, body)
    status = response.status_code
    if 200 <= status < 300:
        return "taken"
    if status == 410:
        return "gone"
    if status in (408, 425, 429) or status >= 500:
        raise Unavailable(f"webhook {hook.url[:200]}", retry_after_s(response.headers, now))
    raise WEBHOOK_REFUSED("url", url=hook.url[:200], status=status)


async def _send(
    client: httpx.AsyncClient, method: str, hook: Webhook, headers: dict[str, str], body: bytes
) -> httpx.Response:
    if hook.token:
        headers["authorization"] = f"Bearer {hook.token}"
    try:
        return await client.request(
            method, hook.url, headers=headers, content=body, timeout=TIMEOUT_S, follow_redirects=False
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(f"webhook {hook.url[:200]}: {type(error).__name__}") from None


def retry_after_s(headers: Mapping[str, str], now: datetime) -> int | None:
    """Read ``Retry-After``: seconds or an HTTP date (RFC 9110, 10.2.3), at most a day."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", text, re.ASCII):
        return min(int(text), RETRY_S_MAX)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0, min(int((at - now).total_seconds()), RETRY_S_MAX))


def answer_leave(
    headers: Mapping[str, str], *, rate_per_minute_max: int, allowed: tuple[str, ...] = ("*",)
) -> dict[str, str] | None:
    """Answer a sender that asks for leave; ``None`` where it asks for none, or its origin is not allowed.

    Parameters
    ----------
    headers
        Of its ``OPTIONS`` request.
    rate_per_minute_max
        What we take at most.
    allowed
        Origins; ``*`` is every one: what counts is the token that each event must come with.
    """
    origin = headers.get("webhook-request-origin", "").strip()
    if not re.fullmatch(r"[A-Za-z0-9.\-_:\[\]*/]{1,255}", origin):
        return None
    if "*" not in allowed and origin.lower() not in {one.lower() for one in allowed}:
        return None
    asked = headers.get("webhook-request-rate", "").strip()
    rate = min(int(asked), rate_per_minute_max) if re.fullmatch(r"[1-9]\d{0,8}", asked) else rate_per_minute_max
    return {"webhook-allowed-origin": origin, "webhook-allowed-rate": str(rate), "allow": "POST, OPTIONS"}
