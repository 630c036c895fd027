"""The short way in answers exactly as the ordinary way does."""

from __future__ import annotations

from typing import Any

import pytest

from tidehub.api.hot import HotRoutes

from .conftest import Door
from .test_cases_over_http import OPEN, desk

pytestmark = pytest.mark.anyio
__all__ = ["desk"]

ASSIGN = {"move": "ASSIGN", "assignee": "person/crew"}
ASKED: tuple[tuple[str, dict[str, Any], Any, str], ...] = (
    ("/api/v1/cases", {}, OPEN, "duty"),
    ("/api/v1/cases", {}, OPEN, "duty"),
    ("/api/v1/cases", {}, OPEN | {"colour": "blue"}, "duty"),
    ("/api/v1/cases", {}, OPEN | {"case_id": 7}, "duty"),
    ("/api/v1/cases", {}, OPEN | {"case_id": "C2"}, "crew"),
    ("/api/v1/cases", {"content-type": "text/plain"}, OPEN, "duty"),
    ("/api/v1/cases", {"authorization": "Bearer th_wrong"}, OPEN, "duty"),
    ("/api/v1/cases", {"authorization": "Basic eA=="}, OPEN, "duty"),
    ("/api/v1/cases", {}, OPEN | {"title": "x" * 30_000}, "duty"),
    ("/api/v1/cases/C1/moves", {"if-match": '"v99"'}, ASSIGN, "duty"),
    ("/api/v1/cases/C1/moves", {"if-match": "what"}, ASSIGN, "duty"),
    ("/api/v1/cases/C1/moves", {}, ASSIGN, "crew"),
    ("/api/v1/cases/C1/moves", {"accept-language": "en"}, {"move": "NONE"}, "duty"),
    ("/api/v1/cases/C1/moves/ASSIGN", {}, {"assignee": "person/crew"}, "duty"),
    ("/api/v1/cases/none/moves", {}, ASSIGN, "duty"),
    ("/api/v1/cases//moves", {}, ASSIGN, "duty"),
    ("/api/v1/cases/C1/moves/", {}, {"move": "RESOLVE", "note": "好"}, "crew"),
    ("/api/v1/cases/C1/nothing", {}, ASSIGN, "duty"),
)


async def told(door: Door) -> list[tuple[int, bytes, dict[str, str]]]:
    """Ask everything with tokens; what was answered."""
    people = {"duty": ("duty_officer",), "crew": ("crew",)}
    tokens = {}
    for name, roles in people.items():
        await door.signed_in(name, *roles, regions=("331002",))
        made = await door.platform.access.make_token(f"person/{name}", label="test", by="person/test")
        tokens[name] = made[1]
    answers = []
    for path, headers, body, who in ASKED:
        sent = {"authorization": f"Bearer {tokens[who]}", **headers}
        answer = await door.client().post(path, json=body, headers=sent)
        answers.append((answer.status_code, answer.content, dict(answer.headers)))
    return answers


async def test_both_ways_answer_the_same(desk: Door, make_door: Any) -> None:
    """Whatever is asked, however wrong: same status, same body, same headers on both ways."""
    short = await told(desk)
    ordinary = await make_door(*desk.platform.registry.capabilities[1:], **desk.services.more)
    ordinary.app.hot = HotRoutes(())
    long = await told(ordinary)
    for (path, headers, _body, _who), one, other in zip(ASKED, short, long, strict=True):
        assert one[:2] == other[:2], (path, headers)
        assert _comparable(one[2]) == _comparable(other[2]), (path, headers)
    assert {status for status, _, _ in short} >= {200, 201, 401, 403, 404, 412, 413, 415, 422}


def _comparable(headers: dict[str, str]) -> dict[str, str]:
    # A body that is not read to its end closes the connection, whichever way it came.
    return {name: value for name, value in headers.items() if name != "connection"}


async def test_what_breaks_inside_is_told_by_a_number_only(desk: Door, monkeypatch: Any) -> None:
    """A fault of ours on the short way is an incident with a number, not a trace."""
    await desk.signed_in("duty", "duty_officer")
    made = await desk.platform.access.make_token("person/duty", label="test", by="person/test")

    async def broken(*_commands: Any, **_more: Any) -> Any:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(desk.platform, "handle", broken)
    answer = await desk.client().post("/api/v1/cases", json=OPEN, headers={"authorization": f"Bearer {made[1]}"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert b"secret" not in answer.content
