"""The door: who comes in, what is said to whom does not, and in which words."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import get

from tidehub.api.app import build_api
from tidehub.api.errors import prefers_english
from tidehub.kernel.access import rule
from tidehub.kernel.errors import Unavailable

pytestmark = pytest.mark.anyio
PASSWORD = "tide-0600-berth"


async def test_one_signs_in_and_out(door: Any) -> None:
    """A cookie that no script reads carries the session; after signing out it opens nothing."""
    client = await door.signed_in("wang", "duty_officer", regions=("331002",))
    answer = await client.get("/api/v1/session")
    assert answer.json() == {
        "id": "person/wang", "language": "zh", "must_change": False, "name": "wang name",
        "regions": ["331002"], "roles": ["duty_officer"], "units": [],
    }  # fmt: skip
    again = await door.client().post("/api/v1/session", json={"login": "wang", "password": PASSWORD})
    cookie = again.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert (await client.delete("/api/v1/session")).status_code == 204
    assert (await client.get("/api/v1/session")).status_code == 401


async def test_a_refusal_is_a_problem_in_both_languages(door: Any) -> None:
    """RFC 9457 with code, field and advice; the language asked for first stands first."""
    answer = await door.client().get("/api/v1/session")
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (problem["status"], problem["code"], problem["title"]) == (401, "not_signed_in", "请先登录")
    assert problem["title_en"] == "Sign in first"
    english = await door.client(**{"accept-language": "en;q=0.9, zh;q=0.5"}).get("/api/v1/session")
    assert (english.json()["title"], english.json()["title_zh"]) == ("Sign in first", "请先登录")


@pytest.mark.parametrize(
    ("told", "english"),
    [("", False), ("zh-CN,zh;q=0.9,en;q=0.8", False), ("en-GB,en;q=0.9", True), ("en;q=x, zh;q=0.1", False)],
)
def test_the_preferred_language_is_read(told: str, english: bool) -> None:
    """Chinese is usual; English comes first only where it is preferred."""
    assert prefers_english(told) is english


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (b'{"login": "a"', 400, "malformed", None),
        (b'{"login": "a"}', 400, "malformed", "password"),
        (b'{"login": 1, "password": "x"}', 400, "malformed", "login"),
        (b'{"login": "a", "password": "x", "admin": true}', 400, "malformed", "admin"),
        (b'{"login": "\xff", "password": "x"}', 400, "malformed", None),
        (b'{"login": "a", "password": "' + b"x" * 30_000 + b'"}', 413, "body_too_large", None),
        (b'{"login": "a", "password": "not the right one"}', 401, "sign_in_failed", "password"),
    ],
)
async def test_bad_bodies_get_clear_errors(door: Any, body: bytes, status: int, code: str, field: str | None) -> None:
    """Broken JSON, a missing, wrong or unknown field, broken UTF-8, too much: each is named."""
    answer = await door.client(**{"content-type": "application/json"}).post("/api/v1/session", content=body)
    assert answer.status_code == status, answer.text
    assert (answer.json()["code"], answer.json().get("field")) == (code, field)


async def test_another_type_is_unsupported(door: Any) -> None:
    """A body that is not JSON is refused for its type, not for its content."""
    answer = await door.client(**{"content-type": "text/xml"}).post("/api/v1/session", content=b"<a/>")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media")


async def test_unknown_places_and_methods_have_the_same_shape(door: Any) -> None:
    """404 and 405 of the framework are problems as well."""
    missing = await door.client().get("/api/v1/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    method = await door.client().patch("/api/v1/session")
    assert (method.status_code, method.json()["code"]) == (405, "method_not_allowed")


async def test_what_breaks_is_told_without_its_inside(door: Any, caplog: Any) -> None:
    """An unforeseen error is 500 with a number that is in the log; a closed port is 503 with Retry-After."""

    @get("/breaks", opt={"rule": rule(everyone=True)})
    async def breaks() -> None:
        raise ZeroDivisionError("secret detail")

    @get("/closed", opt={"rule": rule(everyone=True)})
    async def closed() -> None:
        raise Unavailable("sms gateway", 7)

    door.app = build_api(door.services, [breaks, closed])
    answer = await door.client().get("/breaks")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "ZeroDivisionError" in caplog.text
    incident = answer.json()["title_en"].rpartition(" ")[2]
    assert incident in caplog.text
    answer = await door.client().get("/closed")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")


async def test_a_route_without_a_rule_stops_the_start(door: Any) -> None:
    """The application refuses to start with a door that nobody guards."""

    @get("/open")
    async def forgotten() -> None: ...

    with pytest.raises(AssertionError, match="/open"):
        build_api(door.services, [forgotten])


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
    ],
)
async def test_a_foreign_page_cannot_use_our_cookie(door: Any, headers: dict[str, str]) -> None:
    """A change that another site's page sends is refused, whatever it adds."""
    client = await door.signed_in("wang", "administrator")
    answer = await client.post("/api/v1/session/password", json={"old": "x", "new": "y"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_page")


async def test_json_with_our_cookie_needs_our_header(door: Any) -> None:
    """A simple request that a form can imitate does not pass without the header no form can send."""
    client = await door.signed_in("wang", "administrator")
    del client.headers["x-tidehub"]
    answer = await client.post("/api/v1/session/password", json={"old": "x", "new": "y"})
    assert answer.json()["code"] == "foreign_page"


async def test_a_first_password_must_be_changed(door: Any) -> None:
    """With a password that somebody else knows one can do nothing but choose another."""
    client = await door.signed_in("wang", "administrator")
    await door.platform.access.set_password("wang", "wang", PASSWORD, must_change=True)
    made = await client.post("/api/v1/session", json={"login": "wang", "password": PASSWORD})
    assert made.json()["must_change"] is True
    assert (await client.get("/api/v1/registers")).json()["code"] == "password_must_change"
    changed = await client.post("/api/v1/session/password", json={"old": PASSWORD, "new": "mine-alone-2026"})
    assert changed.status_code == 204
    await client.post("/api/v1/session", json={"login": "wang", "password": "mine-alone-2026"})
    assert (await client.get("/api/v1/registers")).status_code == 200


async def test_a_token_stays_in_its_family(door: Any) -> None:
    """A token for one family of routes opens no other; a wrong one is told so."""
    admin = await door.signed_in("admin", "administrator")
    body = {"holder": "device/d1", "roles": ["device"], "scopes": ["registers"]}
    made = (await admin.post("/api/v1/tokens", json=body)).json()
    device = door.client(authorization=f"Bearer {made['token']}")
    assert (await device.get("/api/v1/registers")).status_code == 200
    assert (await device.get("/api/v1/session")).status_code == 403
    assert [row["token_id"] for row in (await admin.get("/api/v1/tokens")).json()] == [made["token_id"]]
    assert (await admin.delete(f"/api/v1/tokens/{made['token_id']}")).status_code == 204
    assert (await device.get("/api/v1/registers")).json()["code"] == "token_invalid"
    assert (await door.client(authorization="Basic eDp5").get("/api/v1/registers")).status_code == 401


async def test_every_answer_is_guarded_by_headers(door: Any) -> None:
    """Pages and errors alike say what a browser may do with them."""
    for path in ("/healthz", "/nowhere"):
        answer = await door.client().get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert (await door.client().get("/readyz")).json() == {"status": "ready"}


async def test_pages_are_served_where_they_are(door: Any, tmp_path: Any) -> None:
    """The web pages come from the static folder; the interface stays where it is."""
    import msgspec

    (tmp_path / "index.html").write_text("<h1>潮汇</h1>")
    door.services.settings = msgspec.structs.replace(door.services.settings, static=tmp_path)
    door.app = build_api(door.services)
    assert "潮汇" in (await door.client().get("/")).text
    assert (await door.client().get("/healthz")).json() == {"status": "ok"}
    assert (await door.client().get("/../conftest.py")).status_code == 404
