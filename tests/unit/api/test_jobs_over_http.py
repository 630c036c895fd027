"""From the report to the receipt over HTTP: what the citizen, the crew and the duty officer see and do."""

from __future__ import annotations

from typing import Any

import pytest

from tidehub.capabilities import intake
from tidehub.kernel.access import Actor

from .harbour import BERTH, Harbour, open_harbour

pytestmark = pytest.mark.anyio
FISHER = Actor("person/fisher", frozenset({"citizen"}), ("331002",))
REGION = ("331002",)
ANSWERS = {"lines": [{"kind": "oily_water", "amount": 200, "unit": "l"}]}


@pytest.fixture
async def harbour(make_door: Any) -> Any:
    opened = await open_harbour(make_door)
    yield opened
    await opened.door.services.more["desk"].stop()


async def heard(harbour: Harbour, metres: float = 1000.0) -> None:
    """The boat is heard so far east of the berth, now."""
    crew = await harbour.door.signed_in("crew", "crew", regions=REGION, units=("k1",))
    here = {"lon": BERTH.lon + metres / 97_600, "lat": BERTH.lat, "datum": "WGS84"}
    answer = await crew.post("/api/v1/positions", json=here)
    assert answer.json() == {"taken": 1}, answer.text


async def reported(harbour: Harbour) -> str:
    """The fisher asks for a boat; what follows is played."""
    command = intake.ReceiveReport(
        service_code="pickup",
        channel="api",
        source="api:person/fisher",
        source_key="first-report",
        position=BERTH,
        answers=ANSWERS,
        reporter=FISHER.id,
        contact=intake.Contact(name="陈阿海", phone="13812348000"),
    )
    await harbour.say(command, by=FISHER)
    await harbour.run()
    return command.report_id


async def test_the_catalogue_is_open_to_everyone(harbour: Harbour) -> None:
    """Services with their whole form, and the lifecycle as a diagram, without signing in."""
    client = harbour.door.client()
    (service,) = (await client.get("/api/v1/services")).json()["items"]
    assert service["name"] == {"zh": "上门收集", "en": "Pickup"}
    assert [field["name"] for field in service["form"]["fields"]] == ["vessel_name", "lines"]
    diagram = (await client.get("/api/v1/lifecycles/pickup")).json()
    assert diagram["states"][0] | {"start": True} == diagram["states"][0]
    assert {"from_state": "waiting", "to_state": "assigned"}.items() <= next(
        edge for edge in diagram["moves"] if edge["move"] == "assign" and edge["from_state"] == "waiting"
    ).items()
    assert (await client.get("/api/v1/lifecycles/none")).status_code == 404


async def test_the_map_shows_what_boats_reach(harbour: Harbour) -> None:
    """The land may be kept; places without water access are not on the list; who is not signed in has none."""
    client = harbour.door.client()
    land = await client.get("/api/v1/map/land")
    assert land.headers["content-type"].startswith("application/geo+json")
    again = await client.get("/api/v1/map/land", headers={"if-none-match": land.headers["etag"]})
    assert again.status_code == 304
    assert (await client.get("/api/v1/map/places")).status_code == 401
    fisher = await harbour.door.signed_in("fisher", "citizen", regions=REGION)
    items = (await fisher.get("/api/v1/map/places")).json()["items"]
    assert [(one["id"], one["name_en"], one["kind"]) for one in items] == [("b1", "Berth 1", "berth")]


async def test_a_report_is_followed_to_its_end(harbour: Harbour) -> None:
    """Offered, accepted with its route, under way with an ETA, weighed, completed; each step with its instant."""
    await heard(harbour)
    fisher = await harbour.door.signed_in("fisher", "citizen", regions=REGION)
    crew = await harbour.door.signed_in("crew", "crew", regions=REGION, units=("k1",))
    report_id = await reported(harbour)
    (row,) = (await fisher.get("/api/v1/reports?mine=true")).json()["items"]
    assert (row["report_id"], row["title"]["en"], row["status"]) == (report_id, "Pickup", "open")
    path = f"/api/v1/reports/{report_id}/following"
    first = (await fisher.get(path)).json()
    assert first["unit"] is None, "whom it was offered to is nobody's business yet"
    assert first["can_cancel"]
    assert [step["state"] for step in first["steps"]] == [
        "accepted", "assigned", "under_way", "arrived", "handed_over", "closed",
    ]  # fmt: skip
    assert first["clocks"][0]["status"] == "running"
    (job,) = (await crew.get("/api/v1/jobs/mine")).json()["items"]
    of_job = f"/api/v1/jobs/{job['job_id']}"
    assert (await crew.post(f"{of_job}/accept", json={})).status_code == 200
    await harbour.run()
    assert (await crew.post(f"{of_job}/set-out", json={})).status_code == 200
    await harbour.run()
    second = (await fisher.get(path)).json()
    assert (second["unit"], second["unit_name"], second["state"]) == ("k1", "接驳船1号", "under_way")
    assert second["status_text"]["en"] == "The boat comes"
    assert second["unit_position"]["stale"] is False
    assert second["remaining_m"] == pytest.approx(1000, rel=0.02)
    assert len(second["route"]) == 2
    assert second["eta_at"] > first["received_at"]
    for kind, media in (("geojson", "application/geo+json"), ("gpx", "application/gpx+xml"), ("rtz", "xml")):
        got = await crew.get(f"{of_job}/route.{kind}")
        assert media in got.headers["content-type"], got.text
    weighed = {
        "line_id": job["lines"][0]["line_id"],
        "kind": job["lines"][0]["kind"],
        "quantity": {"amount": 180_000, "unit": "ml", "basis": "metered"},
    }
    answer = await crew.post(f"{of_job}/collections", json=weighed)
    assert answer.status_code == 200, answer.text
    answer = await crew.post(f"{of_job}/complete", json={})
    assert answer.status_code == 200, answer.text
    await harbour.run()
    third = (await fisher.get(path)).json()
    assert third["state"] == "handed_over"
    assert third["eta_at"] is None
    assert [step["state"] for step in third["steps"] if step["at"]][-1] == "handed_over"
    assert not third["can_cancel"]
    sheet = (await crew.get(of_job)).json()
    assert sheet["measures"][0]["quantity"]["amount"] == 180_000


async def test_nobody_comes_and_the_reporter_is_told_why(harbour: Harbour) -> None:
    """No boat was ever heard: the case waits, and the picture says honestly why."""
    fisher = await harbour.door.signed_in("fisher", "citizen", regions=REGION)
    report_id = await reported(harbour)
    told = (await fisher.get(f"/api/v1/reports/{report_id}/following")).json()
    assert told["state"] == "waiting"
    assert [step["state"] for step in told["steps"]][:3] == ["accepted", "waiting", "assigned"]
    assert told["honest"]["zh"]
    assert told["honest"]["en"]


async def test_the_reporter_cancels_by_the_name_of_the_move(harbour: Harbour) -> None:
    """The address names the move; steps ahead are gone; a stranger sees nothing of it."""
    fisher = await harbour.door.signed_in("fisher", "citizen", regions=REGION)
    other = await harbour.door.signed_in("other", "citizen", regions=REGION)
    report_id = await reported(harbour)
    path = f"/api/v1/reports/{report_id}/following"
    case_id = (await fisher.get(path)).json()["case_id"]
    assert (await other.get(path)).status_code == 403
    answer = await fisher.post(f"/api/v1/cases/{case_id}/moves/cancel", json={"note": "不需要了"})
    assert answer.status_code == 200, answer.text
    told = (await fisher.get(path)).json()
    assert [step["state"] for step in told["steps"]] == ["accepted", "cancelled"]
    assert (await other.get("/api/v1/reports")).json()["items"] == []


async def test_a_report_is_masked_and_rated_by_its_reporter(harbour: Harbour) -> None:
    """Contacts are masked; an open report cannot be rated yet; nearby reports are suggested."""
    duty = await harbour.door.signed_in("duty", "duty_officer", regions=("3310",))
    fisher = await harbour.door.signed_in("fisher", "citizen", regions=REGION)
    report_id = await reported(harbour)
    told = (await duty.get(f"/api/v1/reports/{report_id}")).json()
    assert told["contact"]["phone"] != "13812348000"
    assert "*" in told["contact"]["phone"]
    rating = {"score": 5, "fixed": True}
    assert (await fisher.post(f"/api/v1/reports/{report_id}/rating", json=rating)).status_code == 409
    near = f"/api/v1/reports/near?service_code=pickup&lon={BERTH.lon}&lat={BERTH.lat}&datum=WGS84"
    items = (await harbour.door.client().get(near)).json()["items"]
    assert [(one["report"]["report_id"], one["distance_m"]) for one in items] == [(report_id, 0)]
    assert "contact" not in items[0]["report"]


async def test_the_desk_sees_why_whom(harbour: Harbour) -> None:
    """History in words, candidates without asking, a job taken back; another region's officer sees none."""
    await heard(harbour)
    duty = await harbour.door.signed_in("duty", "duty_officer", regions=("3310",))
    away = await harbour.door.signed_in("away", "duty_officer", regions=("3303",))
    await reported(harbour)
    (listed,) = (await duty.get("/api/v1/jobs?state=offered")).json()["items"]
    of_job = f"/api/v1/jobs/{listed['job']['job_id']}"
    history = (await duty.get(f"{of_job}/history")).json()
    assert history["offers"][0]["unit_id"] == "k1"
    assert "接驳船1号" in history["offers"][0]["explanation"]["zh"][0]
    candidates = (await duty.get(f"{of_job}/candidates")).json()
    assert {one["unit_id"] for one in candidates["ranked"] + candidates["rejected"]} == {"k1"}
    assert (await away.get("/api/v1/jobs")).json()["items"] == []
    assert (await away.get(f"{of_job}/history")).status_code == 403
    assert (await away.get(of_job)).status_code == 403
    answer = await duty.post(f"{of_job}/withdraw", json={"reason": "台风"})
    assert answer.status_code == 200, answer.text
    assert (await duty.get("/api/v1/jobs?state=offered")).json()["items"] == []


async def test_the_desk_overrules_and_is_told_the_cost(harbour: Harbour) -> None:
    """What if answers without a trace; stages stand with their actors; reasons come as a list with counts."""
    await heard(harbour)
    duty = await harbour.door.signed_in("duty", "duty_officer", regions=REGION)
    crew = await harbour.door.signed_in("crew", "crew", regions=REGION, units=("k1",))
    await reported(harbour)
    (job,) = (await crew.get("/api/v1/jobs/mine")).json()["items"]
    of_job = f"/api/v1/jobs/{job['job_id']}"
    assert (await crew.post(f"{of_job}/received", json={})).status_code == 200
    told = await duty.post(
        "/api/v1/dispatch/what-if", json={"suppose": [{"kind": "forbid", "unit_id": "k1", "job_id": job["job_id"]}]}
    )
    assert told.status_code == 200, told.text
    assert told.json()["lost"] == [job["job_id"]]
    stages = (await duty.get(f"{of_job}/timeline")).json()
    assert [one["stage"] for one in stages["items"]] == ["approved", "sent", "received"]
    assert stages["stage"] == "received"
    assert (await crew.get(f"{of_job}/timeline")).status_code == 403
    held = await duty.post("/api/v1/units/k1/hold", json={"reason": "weather"})
    assert held.status_code == 200, held.text
    reasons = (await duty.get("/api/v1/dispatch/override-reasons")).json()
    assert reasons["items"][0] | {"code": "weather", "count": 1} == reasons["items"][0]
    assert reasons["total"] == 1
    assert (await duty.post("/api/v1/dispatch/what-if", json={"suppose": []})).json()["code"] == "nothing_supposed"


async def test_units_stand_on_the_board(harbour: Harbour) -> None:
    """State, room and last position; held in reserve and let out again; the crew see their own."""
    await heard(harbour)
    duty = await harbour.door.signed_in("duty", "duty_officer", regions=("3310",))
    crew = await harbour.door.signed_in("crew", "crew", regions=REGION, units=("k1",))
    (unit,) = (await duty.get("/api/v1/units")).json()["items"]
    assert (unit["state"], unit["position"]["state"]) == ("free", "fresh")
    assert unit["room"][0]["capacity"] == 2_000_000
    await reported(harbour)
    (asked,) = (await crew.get("/api/v1/units")).json()["items"]
    assert asked["state"] == "asked"
    answer = await duty.post("/api/v1/units/k1/hold", json={"reason": "值守", "until": "2026-06-01T07:00:00"})
    assert (answer.status_code, answer.json()["field"]) == (400, "until"), "an instant has a zone"
    answer = await duty.post("/api/v1/units/k1/hold", json={"reason": "值守"})
    assert answer.status_code == 200, answer.text
    assert (await duty.get("/api/v1/units/k1")).json()["held_reason"] == "值守"
    assert (await duty.post("/api/v1/units/k1/release", json={})).status_code == 200
    away = await harbour.door.signed_in("away", "duty_officer", regions=("3303",))
    assert (await away.get("/api/v1/units/k1")).status_code == 404
