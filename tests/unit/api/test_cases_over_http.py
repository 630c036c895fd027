"""Cases over HTTP: opened, seen by those who may, moved by those who may, and told as they went."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from tidehub.api.stream import may_see
from tidehub.capabilities import cases
from tidehub.kernel.access import Actor
from tidehub.methods.clocks import read_calendar, read_holidays

pytestmark = pytest.mark.anyio
LIFECYCLE = Path(__file__).parents[2] / "data" / "lifecycles" / "digit.yaml"
DAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = {"name": "office", "week": {day: ["08:00-18:00"] for day in DAYS}, "source": "示例"}
OPEN = {
    "case_id": "C1",
    "lifecycle": "complaint",
    "category": "waste",
    "title": "污油",
    "region_code": "331002001",
}


@pytest.fixture
async def desk(make_door: Any) -> Any:
    lifecycle = cases.read_lifecycle(yaml.safe_load(LIFECYCLE.read_text("utf-8")), "digit")
    raw = json.loads(files("tidehub.methods.clocks").joinpath("data/cn_holidays.json").read_text("utf-8"))
    holidays = read_holidays(raw, "cn_holidays.json")
    office = read_calendar(OFFICE, "office", holidays)
    calendars, lifecycles = cases.CalendarTable({"office": office}, {}), cases.Lifecycles([lifecycle])
    loader = cases.Loader(lifecycles, calendars)
    return await make_door(cases.capability(lifecycles, calendars), cases=loader)


async def test_a_case_goes_its_way(desk: Any) -> None:
    """Opened, listed, assigned by its ETag, resolved by the assignee, with a timeline of hashes."""
    duty = await desk.signed_in("duty", "duty_officer", regions=("331002",))
    crew = await desk.signed_in("crew", "crew", regions=())
    made = await duty.post("/api/v1/cases", json=OPEN)
    assert made.status_code == 201, made.text
    assert made.json()["facts"][0]["kind"] == "CaseOpened"
    listed = (await duty.get("/api/v1/cases?open_only=true&region=331002&limit=10")).json()["items"]
    assert [row["case_id"] for row in listed] == ["C1"]
    assert (await duty.get("/api/v1/cases?box=120,27,122,29")).json()["items"] == []
    assert (await duty.get("/api/v1/cases?box=120,27")).json()["code"] == "malformed"
    assert (await duty.get("/api/v1/cases-count")).json() == {"exact": True, "value": 1}
    file = await duty.get("/api/v1/cases/C1")
    assert {move["move"] for move in file.json()["moves"]} >= {"ASSIGN", "REJECT"}
    seen = {"if-match": file.headers["etag"]}
    move = {"move": "ASSIGN", "assignee": "person/crew"}
    assert (await crew.post("/api/v1/cases/C1/moves", json=move)).status_code == 403
    assert (await duty.post("/api/v1/cases/C1/moves", json=move, headers=seen)).status_code == 200
    assert (await duty.post("/api/v1/cases/C1/moves", json=move, headers=seen)).status_code == 412
    assert [item["case_id"] for item in (await crew.get("/api/v1/inbox")).json()["items"]] == ["C1"]
    done = await crew.post("/api/v1/cases/C1/moves", json={"move": "RESOLVE", "note": "已清理"})
    assert "CaseMoved" in [fact["kind"] for fact in done.json()["facts"]]
    timeline = (await duty.get("/api/v1/cases/C1/timeline")).json()["items"]
    assert timeline[0]["kind"] == "CaseOpened"
    assert all(len(entry["hash"]) == 64 for entry in timeline)


async def test_a_case_is_hidden_from_others(desk: Any) -> None:
    """Another district's officer has it neither in his list nor by its address."""
    duty = await desk.signed_in("duty", "duty_officer", regions=("331002",))
    other = await desk.signed_in("other", "duty_officer", regions=("330304",))
    await duty.post("/api/v1/cases", json=OPEN)
    assert (await other.get("/api/v1/cases")).json()["items"] == []
    assert (await other.get("/api/v1/cases/C1")).status_code == 403
    assert (await other.get("/api/v1/cases/C1/timeline")).status_code == 403
    assert (await desk.client().get("/api/v1/cases")).status_code == 401


async def test_many_cases_move_at_once(desk: Any) -> None:
    """Each has its answer; the one that cannot move says why and holds up no other."""
    duty = await desk.signed_in("duty", "duty_officer", regions=("331002",))
    for number in range(3):
        await duty.post("/api/v1/cases", json=OPEN | {"case_id": f"C{number}"})
    body = {"case_ids": ["C0", "C1", "none", "C2"], "move": "REJECT", "note": "重复"}
    answer = (await duty.post("/api/v1/cases-moves", json=body)).json()
    assert answer["done"] == ["C0", "C1", "C2"]
    assert [(one["case_id"], one["code"]) for one in answer["refused"]] == [("none", "not_found")]


async def test_cases_are_described(desk: Any) -> None:
    """A case's commands stand in the OpenAPI document, without the fields that only a fact proves."""
    document = (await desk.client().get("/api/v1/openapi.json")).json()
    body = document["components"]["schemas"]["MoveCaseBody"]["properties"]
    assert "move" in body
    assert "evidence" not in body
    assert "/api/v1/cases/{case_id}/moves" in document["paths"]


async def test_a_reader_of_facts_sees_the_cases_of_his_region(desk: Any) -> None:
    """The stream asks the case where it lies."""
    duty = await desk.signed_in("duty", "duty_officer", regions=("331002",))
    await duty.post("/api/v1/cases", json=OPEN)
    here = Actor("person/duty", frozenset({"duty_officer"}), ("331002",))
    there = Actor("person/other", frozenset({"duty_officer"}), ("330304",))
    assert await may_see("case/C1", here, desk.services)
    assert not await may_see("case/C1", there, desk.services)
    assert not await may_see("case/none", here, desk.services)


@pytest.mark.parametrize("field", ["happened_at", "evidence", "on_behalf_of"])
async def test_only_the_platform_says_when_it_happened(desk: Any, field: str) -> None:
    """What only a fact can prove is no field of the interface."""
    duty = await desk.signed_in("duty", "duty_officer", regions=("331002",))
    answer = await duty.post("/api/v1/cases/C1/moves", json={"move": "ASSIGN", field: "x"})
    assert (answer.status_code, answer.json()["field"]) == (400, field)
