"""A receiver is asked first, its answers are obeyed, and nothing is followed elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tidehub.adapters.cloudevents import (
    CloudEvent,
    Webhook,
    answer_leave,
    ask_leave,
    check_url,
    deliver,
    event_command,
    retry_after_s,
    type_of,
)
from tidehub.kernel.errors import Refusal, Unavailable

NOW = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)
HOOK = Webhook(url="https://receiver.example/in", token="secret", origin="tide.example")
EVENT = CloudEvent(id="1", source="/a", type="t", datacontenttype="application/json", data=b"{}")


def receiver(status: int, **headers: str) -> tuple[httpx.AsyncClient, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.Response(status, headers=named)

    return httpx.AsyncClient(transport=httpx.MockTransport(answer)), seen


async def test_a_taken_event_was_sent_with_its_token_in_structured_mode() -> None:
    """The bearer token goes into the header, never into the address."""
    client, seen = receiver(202)
    assert await deliver(client, HOOK, EVENT, NOW) == "taken"
    assert seen[0].headers["authorization"] == "Bearer secret"
    assert seen[0].headers["content-type"].startswith("application/cloudevents+json")


async def test_gone_ends_the_subscription() -> None:
    """410: never again."""
    client, _ = receiver(410)
    assert await deliver(client, HOOK, EVENT, NOW) == "gone"


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_receiver_is_tried_again_when_it_says(status: int) -> None:
    """Retry-After is obeyed."""
    client, _ = receiver(status, retry_after="120")
    with pytest.raises(Unavailable) as caught:
        await deliver(client, HOOK, EVENT, NOW)
    assert caught.value.retry_after_s == 120


@pytest.mark.parametrize("status", [301, 307, 400, 401, 415])
async def test_a_redirect_or_refusal_is_the_operators_business(status: int) -> None:
    """A redirect is never followed, and what will never be taken is not sent for ever."""
    client, seen = receiver(status, location="https://elsewhere.example/")
    with pytest.raises(Refusal, match="webhook_refused"):
        await deliver(client, HOOK, EVENT, NOW)
    assert len(seen) == 1


async def test_silence_is_unavailable() -> None:
    """The network being down is nobody's fault."""

    def broken(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down")

    client = httpx.AsyncClient(transport=httpx.MockTransport(broken))
    with pytest.raises(Unavailable):
        await deliver(client, HOOK, EVENT, NOW)


async def test_leave_is_asked_with_our_origin() -> None:
    """Abuse protection: OPTIONS with WebHook-Request-Origin."""
    client, seen = receiver(200, webhook_allowed_origin="tide.example", webhook_allowed_rate="100")
    assert (await ask_leave(client, HOOK, 600)).rate_per_minute == 100
    assert (seen[0].method, seen[0].headers["webhook-request-origin"]) == ("OPTIONS", "tide.example")
    assert seen[0].headers["webhook-request-rate"] == "600"
    client, _ = receiver(200, webhook_allowed_origin="*")
    assert (await ask_leave(client, HOOK)).rate_per_minute is None


@pytest.mark.parametrize(
    ("status", "headers"),
    [(200, {}), (200, {"webhook_allowed_origin": "other.example"}), (405, {"webhook_allowed_origin": "*"})],
)
async def test_without_leave_nothing_is_sent(status: int, headers: dict[str, str]) -> None:
    """No header, another origin or an error all mean no."""
    client, _ = receiver(status, **headers)
    with pytest.raises(Refusal, match="webhook_not_allowed"):
        await ask_leave(client, HOOK)


def test_we_answer_who_asks_for_leave() -> None:
    """The origin comes back with a rate; who asks for nothing gets nothing."""
    asked: dict[str, Any] = {"webhook-request-origin": "sender.example", "webhook-request-rate": "50"}
    answer = answer_leave(asked, rate_per_minute_max=6000)
    assert answer is not None
    assert (answer["webhook-allowed-origin"], answer["webhook-allowed-rate"]) == ("sender.example", "50")
    assert answer_leave({}, rate_per_minute_max=1) is None
    assert answer_leave({"webhook-request-origin": "a\r\nb: c"}, rate_per_minute_max=1) is None
    assert answer_leave(asked, rate_per_minute_max=1, allowed=("other.example",)) is None


def test_retry_after_is_read_in_both_forms() -> None:
    """Seconds or an HTTP date, at most a day, and rubbish is none."""
    assert retry_after_s({"retry-after": "Mon, 01 Jun 2026 00:01:00 GMT"}, NOW) == 60
    assert retry_after_s({"retry-after": "999999999"}, NOW) == 86_400
    assert retry_after_s({"retry-after": "soon"}, NOW) is None
    assert retry_after_s({}, NOW) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/",
        "https://",
        "https://u:p@a.example/",
        "https://a.example/#x",
        "ftp://a",
        "https://[",
        "https://a.example/ x",
    ],
)
def test_an_address_that_is_not_safe_is_refused(url: str) -> None:
    """HTTPS only, without a user name or fragment."""
    with pytest.raises(Refusal, match="webhook_url"):
        check_url(url)


def test_data_are_kept_as_text_or_base64() -> None:
    """JSON and texts can be read in the table; everything else is base64."""
    assert event_command(EVENT, "device/d").data == "{}"
    picture = CloudEvent(id="1", source="/a", type="t", datacontenttype="image/png", data=b"\x89PNG")
    kept = event_command(picture, "device/d")
    assert (kept.data, kept.data_base64) == ("iVBORw==", True)
    null = CloudEvent(id="1", source="/a", type="t", datacontenttype="text/plain", data=b"a\x00")
    assert event_command(null, "device/d").data_base64


def test_a_fact_has_the_type_of_its_name() -> None:
    """Reverse domain name, the words of the fact, its shape."""
    assert type_of("ReportReceived", 1) == "cn.tidehub.report.received.v1"
    assert type_of("CaseJoinUndone", 2) == "cn.tidehub.case.join.undone.v2"
