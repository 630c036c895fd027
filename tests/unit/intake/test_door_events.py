"""CloudEvents and CAP alerts come in once, by senders that are known."""

from __future__ import annotations

import json
from typing import Any

import pytest

STRUCTURED = {"content-type": "application/cloudevents+json"}
BATCH = {"content-type": "application/cloudevents-batch+json"}
ALARM: dict[str, Any] = {
    "specversion": "1.0",
    "id": "a1",
    "source": "/sensor/1",
    "type": "cn.example.alarm",
    "data": {"level": 3},
}
REPORT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "r1",
    "source": "https://town.example/app",
    "type": "cn.tidehub.report.received.v1",
    "time": "2026-05-31T23:00:00Z",
    "datacontenttype": "application/json",
    "data": {"service_code": "street_lamp", "address": "码头路 8 号"},
}


async def post(client: Any, body: Any, headers: dict[str, str]) -> Any:
    return await client.post("/events", content=json.dumps(body).encode(), headers=headers)


async def test_an_event_is_kept_once_and_can_be_read(door: Any) -> None:
    """201, then 200, then 409 for another body under the same source and id."""
    client = door.client(await door.device())
    first = await post(client, ALARM, STRUCTURED)
    assert (first.status_code, first.json()["status"]) == (201, "received"), first.text
    assert (await post(client, ALARM, STRUCTURED)).status_code == 200
    conflict = await post(client, {**ALARM, "data": {"level": 4}}, STRUCTURED)
    assert (conflict.status_code, conflict.json()["code"]) == (409, "key_reused")
    duty = door.client(await door.token("duty", "duty_officer"))
    listed = (await duty.get("/api/v1/events", params={"type": "cn.example.alarm"})).json()
    assert [one["data"] for one in listed["items"]] == [{"level": 3}]
    one = await duty.get(f"/api/v1/events/{first.json()['event_id']}")
    assert one.json()["source"] == "cloudevents:/sensor/1"


async def test_binary_mode_with_a_token_in_the_address(door: Any) -> None:
    """A sender that can set nothing but its address puts the token there (RFC 6750, 2.3)."""
    token = await door.device()
    headers = {f"ce-{name}": ALARM[name] for name in ("specversion", "id", "source", "type")}
    headers |= {"content-type": "application/json"}
    answer = await door.client().post(
        "/events", params={"access_token": token}, content=b'{"level":3}', headers=headers
    )
    assert answer.status_code == 201, answer.text
    assert (await post(door.client(), ALARM, STRUCTURED)).status_code == 401
    assert (await post(door.client("tdh_x"), ALARM, STRUCTURED)).status_code == 401


async def test_our_report_type_becomes_a_report(door: Any) -> None:
    """Source and id are its key, and the event's time is when it happened."""
    client = door.client(await door.device())
    first = await post(client, REPORT, STRUCTURED)
    assert first.status_code == 201, first.text
    (entry,) = await door.hub.stream(f"report/{first.json()['report_id']}")
    assert (entry.fact.channel, entry.fact.source) == ("cloudevents", "cloudevents:https://town.example/app")
    assert entry.fact.happened_at.isoformat() == "2026-05-31T23:00:00+00:00"
    again = await post(client, REPORT, STRUCTURED)
    assert (again.status_code, again.json()["report_id"]) == (200, first.json()["report_id"])
    wrong = await post(client, {**REPORT, "id": "r2", "data": {"service_code": 1}}, STRUCTURED)
    assert (wrong.status_code, wrong.json()["field"]) == (400, "data.service_code")


async def test_a_batch_is_taken_whole_or_told_where_it_is_wrong(door: Any) -> None:
    """The sender sends it again, and what was taken is not taken twice."""
    client = door.client(await door.device())
    good = [{**ALARM, "id": f"b{number}"} for number in range(50)]
    answer = await post(client, good, BATCH)
    assert (answer.status_code, len(answer.json())) == (200, 50)
    bad = [*good[:2], {**REPORT, "data": {"service_code": "none"}}, {**ALARM, "id": "new"}]
    refused = await post(client, bad, BATCH)
    assert (refused.status_code, refused.json()["field"]) == (422, "[2].service_code")
    assert [one["status"] for one in refused.json()["results"]] == [
        "repeated", "repeated", "refused", "received",
    ]  # fmt: skip
    malformed = await post(client, [ALARM, {**ALARM, "id": ""}], BATCH)
    assert (malformed.status_code, malformed.json()["field"]) == (400, "[1].id")
    assert (await post(client, [], BATCH)).json() == []


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {"content-type": "application/json"}, 400),
        (b"{", STRUCTURED, 400),
        (b"", {"content-type": "application/cloudevents+avro"}, 415),
        (b" " * 1_048_577, STRUCTURED, 413),
        (b'{"specversion":"0.3","id":"1","source":"/","type":"t"}', STRUCTURED, 400),
    ],
)
async def test_what_is_no_event_is_a_problem(door: Any, body: bytes, headers: dict[str, str], status: int) -> None:
    """In both languages, with a status that says what kind."""
    answer = await door.client(await door.device()).post("/events", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.json()["title"] and answer.json()["title_en"]


async def test_who_asks_for_leave_gets_it(door: Any) -> None:
    """The handshake is open: what counts is the token of each event."""
    headers = {"webhook-request-origin": "sender.example", "webhook-request-rate": "120"}
    answer = await door.client().request("OPTIONS", "/events", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["webhook-allowed-origin"] == "sender.example"
    assert answer.headers["webhook-allowed-rate"] == "120"
    assert "webhook-allowed-origin" not in (await door.client().request("OPTIONS", "/events")).headers
    assert (await door.client(await door.device()).get("/events")).status_code == 405


CAP = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{id}</identifier>
<sender>met@tide.example</sender><sent>2026-06-01T07:00:00+08:00</sent><status>Actual</status>
<msgType>{type}</msgType><scope>Public</scope>{references}
<info><language>zh-CN</language><category>Met</category><event>大风</event><urgency>Expected</urgency>
<severity>Severe</severity><certainty>Likely</certainty><expires>2026-06-01T20:00:00+08:00</expires>
<headline>大风橙色预警</headline>
<area><areaDesc>椒江区</areaDesc><circle>28.68,121.45 20</circle></area></info></alert>"""


async def test_an_alert_is_kept_fed_and_cancelled(door: Any) -> None:
    """It stands in the feed until it is cancelled; a second send is the same alert."""
    client = door.client(await door.device())
    xml = {"content-type": "application/cap+xml"}
    body = CAP.format(id="w1", type="Alert", references="").encode()
    first = await client.post("/cap/alerts", content=body, headers=xml)
    assert first.status_code == 201, first.text
    assert (await client.post("/cap/alerts", content=body, headers=xml)).status_code == 200
    feed = (await door.client().get("/cap/feed.atom")).text
    assert "大风橙色预警" in feed
    one = await door.client().get(f"/cap/alerts/{first.json()['event_id']}.xml")
    assert one.content == body
    references = "<references>met@tide.example,w1,2026-06-01T07:00:00+08:00</references>"
    cancel = CAP.format(id="w2", type="Cancel", references=references).encode()
    assert (await client.post("/cap/alerts", content=cancel, headers=xml)).status_code == 201
    assert "大风橙色预警" not in (await door.client().get("/cap/feed.atom")).text
    wrong = await client.post("/cap/alerts", content=body.replace(b"Severe", b"Bad"), headers=xml)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "info[1].severity")
    assert (await door.client().post("/cap/alerts", content=body, headers=xml)).status_code == 401
