"""Reports come in by the platform's own interface, one by one and by the hundred, and none twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

LAMP: dict[str, Any] = {
    "service_code": "street_lamp",
    "key": "lamp-0001",
    "description": "灯不亮",
    "position": {"lon": 121.45, "lat": 28.68, "datum": "WGS84"},
}
PATH = "/api/v1/reports"


async def test_a_report_is_created_once_and_followed_by_its_token(door: Any) -> None:
    """201 the first time, 200 the second, and a token that opens it without signing in."""
    client = door.client()
    first = await client.post(PATH, json=LAMP)
    assert first.status_code == 201, first.text
    again = await client.post(PATH, json=LAMP)
    assert (again.status_code, again.json()["status"]) == (200, "repeated")
    assert again.json()["report_id"] == first.json()["report_id"]
    token = first.json()["tracking_token"]
    followed = await client.get(f"/api/v1/tracking/{token}")
    assert followed.json()["description"] == "灯不亮"
    assert followed.json()["service_name"]["en"] == "Street lamp is out"
    update = {"description": "还是不亮"}
    assert (await client.post(f"/api/v1/tracking/{token}/updates", json=update)).status_code == 200
    followed = await client.get(f"/api/v1/tracking/{token}")
    assert [one["description"] for one in followed.json()["updates"]] == ["还是不亮"]
    assert (await client.get(f"/api/v1/tracking/{token[:-1]}")).status_code == 404
    rating = await client.post(f"/api/v1/tracking/{token}/rating", json={"score": 5, "fixed": True})
    assert (rating.status_code, rating.json()["code"]) == (409, "report_open")
    assert (await client.post(f"/api/v1/tracking/{token}/withdrawal", json={})).status_code == 200


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"service_code": 3}, 400, "malformed", "service_code"),
        ({"colour": "red"}, 400, "malformed", "colour"),
        ({"service_code": "none"}, 422, "service_unknown", "service_code"),
        ({"position": {"lon": 121, "lat": 28}}, 400, "malformed", "position.datum"),
        ({"position": {"lon": 121, "lat": 28, "datum": "x"}}, 422, "datum_unknown", "position.datum"),
        ({"position": {"lon": 28, "lat": 121, "datum": "WGS84"}}, 422, "position_out_of_range", "position"),
        ({"happened_at": "2026-06-01T00:00:00"}, 400, "malformed", "happened_at"),
        ({"happened_at": "2027-06-01T00:00:00Z"}, 422, "instant_in_future", "happened_at"),
        ({"key": "short"}, 422, "idempotency_key_invalid", "key"),
        ({"description": "x" * 4001}, 400, "malformed", "description"),
        ({"description": "a\u0000b"}, 422, "text_unfit", None),
        ({"media": ["a" * 64]}, 422, "media_missing", "media"),
        ({"contact": {"phone": "138****8000"}}, 422, "contact_masked", "contact"),
        ({"on_behalf_of": "person/x"}, 401, "not_signed_in", None),
    ],
)
async def test_wrong_input_is_told_by_field_in_both_languages(
    door: Any, changed: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    """A problem names the field and says what to do."""
    answer = await door.client().post(PATH, json={**LAMP, **changed})
    told = answer.json()
    assert (answer.status_code, told["code"], told.get("field")) == (status, code, field)
    assert told["title"] and told["title_en"] and told["detail"] and told["detail_en"]


async def test_another_body_under_the_same_key_is_a_conflict(door: Any) -> None:
    """The header and the body's key are the same thing, and may not contradict."""
    client = door.client(**{"idempotency-key": "lamp-0001"})
    assert (await client.post(PATH, json={**LAMP, "key": None})).status_code == 201
    conflict = await client.post(PATH, json={**LAMP, "description": "别的"})
    assert (conflict.status_code, conflict.json()["code"]) == (409, "key_reused")
    differ = await client.post(PATH, json={**LAMP, "key": "lamp-0002"})
    assert (differ.status_code, differ.json()["code"]) == (422, "keys_differ")


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"\xff", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b"null", "application/json", 400),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b" " * 1_048_577, "application/json", 413),
    ],
)
async def test_garbage_is_a_problem_and_never_breaks(door: Any, body: bytes, content_type: str, status: int) -> None:
    """Broken UTF-8, broken JSON, another type, ten times too much."""
    answer = await door.client().post(PATH, content=body, headers={"content-type": content_type})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_a_body_that_only_grows_too_large_is_stopped(door: Any) -> None:
    """Without a length said, it is counted as it comes."""

    async def chunks() -> Any:
        for _ in range(40):
            yield b" " * 65_536

    answer = await door.client().post(PATH, content=chunks(), headers={"content-type": "application/json"})
    assert answer.status_code == 413


async def test_coordinates_are_converted_at_the_edge_and_kept_as_given(door: Any) -> None:
    """GCJ-02 taken for WGS 84 would put the lamp half a kilometre away."""
    position = {"lon": 121.45, "lat": 28.68, "datum": "GCJ02"}
    answer = await door.client().post(PATH, json={**LAMP, "position": position})
    (entry,) = await door.hub.stream(f"report/{answer.json()['report_id']}")
    assert entry.fact.position_given.datum == "GCJ02"
    assert 0.003 < abs(entry.fact.position.lon - 121.45) < 0.01


async def test_who_wants_no_name_leaves_none(door: Any) -> None:
    """Neither the report nor the log says who it was."""
    token = await door.token("zhao", "citizen")
    client = door.client(token)
    named = await client.post(PATH, json={**LAMP, "key": "named-0001"})
    hidden = await client.post(PATH, json={**LAMP, "key": "hidden-0001", "anonymous": True})
    (entry,) = await door.hub.stream(f"report/{named.json()['report_id']}")
    assert (entry.by, entry.fact.reporter) == ("person/zhao", "person/zhao")
    (entry,) = await door.hub.stream(f"report/{hidden.json()['report_id']}")
    assert "zhao" not in entry.by + entry.body.decode()


async def test_staff_write_it_down_for_somebody_else(door: Any) -> None:
    """The hotline's report is the caller's; who took it stands beside."""
    duty = door.client(await door.token("duty", "duty_officer"))
    body = {**LAMP, "on_behalf_of": "person/caller", "channel": "phone"}
    answer = await duty.post(PATH, json=body)
    (entry,) = await door.hub.stream(f"report/{answer.json()['report_id']}")
    assert (entry.fact.reporter, entry.fact.taken_by) == ("person/caller", "person/duty")
    ann = door.client(await door.token("ann", "citizen"))
    assert (await ann.post(PATH, json={**body, "key": "other-0001"})).status_code == 403


async def test_a_contact_is_seen_for_a_purpose_that_is_noted_first(door: Any) -> None:
    """Who has seen it, and what for, is on disk before it is shown."""
    contact = {"name": "张三", "phone": "13812348000"}
    answer = await door.client().post(PATH, json={**LAMP, "contact": contact})
    report_id = answer.json()["report_id"]
    duty = door.client(await door.token("duty", "duty_officer"))
    shown = await duty.post(f"{PATH}/{report_id}/contact", json={"purpose": "回访"})
    assert shown.json()["contact"]["phone"] == "13812348000"
    reads = await door.hub.stream(f"personal/report/{report_id}")
    assert [(entry.fact.who, entry.fact.purpose) for entry in reads] == [("person/duty", "回访")]
    assert (await door.client().post(f"{PATH}/{report_id}/contact", json={"purpose": "x"})).status_code == 401


async def test_a_batch_takes_what_is_right_and_tells_what_is_wrong(door: Any) -> None:
    """Each by itself, in its place, and the same batch again adds nothing."""
    batch: list[Any] = [{**LAMP, "key": f"batch-{number:04}"} for number in range(100)]
    batch[3] = {**batch[3], "service_code": "none"}
    batch[4] = {"nonsense": True}
    batch[5] = {**LAMP, "key": None}
    client = door.client()
    answer = await client.post(f"{PATH}/batch", json=batch)
    told = answer.json()
    assert (answer.status_code, told["received"], told["refused"]) == (200, 97, 3)
    assert [told["items"][place]["problem"]["field"] for place in (3, 4, 5)] == [
        "[3].service_code",
        "[4].nonsense",
        "[5].key",
    ]
    again = (await client.post(f"{PATH}/batch", json=batch)).json()
    assert (again["received"], again["repeated"], again["refused"]) == (0, 97, 3)
    assert (await client.post(f"{PATH}/batch", json=[LAMP] * 1001)).status_code == 413
    assert (await client.post(f"{PATH}/batch", content=b"{}")).status_code == 400


async def test_a_csv_file_is_taken_in_row_by_row(door: Any) -> None:
    """The same file again repeats; a wrong row is told by its line."""
    file = "编号,服务,描述,经度,纬度,坐标系\n1,street_lamp,灯不亮,121.45,28.68,WGS84\n2,none,,,,\n".encode("gb18030")
    duty = door.client(await door.token("duty", "duty_officer"))
    answer = await duty.post(f"{PATH}/import", content=file, headers={"content-type": "text/csv"})
    told = answer.json()
    assert (told["received"], told["refused"]) == (1, 1), told
    assert (told["rows"][1]["line"], told["rows"][1]["problem"]["code"]) == (3, "service_unknown")
    again = await duty.post(f"{PATH}/import", content=file, headers={"content-type": "text/csv"})
    assert again.json()["repeated"] == 1
    ann = door.client(await door.token("ann", "citizen"))
    assert (await ann.post(f"{PATH}/import", content=file)).status_code == 403


async def test_the_list_shares_its_address_with_handing_in(door: Any) -> None:
    """GET lists what one may see; nobody known sees nothing; other methods are told so."""
    await door.client().post(PATH, json=LAMP)
    duty = door.client(await door.token("duty", "duty_officer"))
    assert (await door.client().get(PATH)).status_code == 401
    assert (await duty.delete(PATH)).status_code == 405
    described = (await door.client().get("/api/v1/openapi.json")).json()["paths"]["/api/v1/reports"]
    assert set(described) == {"get", "post"}
    assert "requestBody" not in described["get"]
    assert json.dumps(described["post"]["requestBody"]).count("NewReport") == 1
