"""The hall's screen: what it begins with, what facts make of it, and a past hour played again."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tidehub.api import stream
from tidehub.api.stream import event_of
from tidehub.capabilities import cases, dispatch
from tidehub.capabilities.dispatch import HoldUnit
from tidehub.hub.log import read_after

from .harbour import BERTH, Harbour, open_harbour
from .test_jobs_over_http import REGION, heard, reported

pytestmark = pytest.mark.anyio
WEB = Path(__file__).parents[3] / "web"


@pytest.fixture
async def harbour(make_door: Any) -> Any:
    opened = await open_harbour(make_door)
    yield opened
    await opened.door.services.more["desk"].stop()


async def a_day(harbour: Harbour, look: Any) -> None:
    """Everything that moves a screen: a case declined, accepted, breached, reassigned, joined, closed, reopened."""
    crew = await harbour.door.signed_in("crew1", "crew", regions=REGION, units=("k1",))
    duty = await harbour.door.signed_in("duty", "duty_officer", regions=REGION)
    await look()
    await heard(harbour)
    await reported(harbour)
    await look()
    (job,) = (await crew.get("/api/v1/jobs/mine")).json()["items"]
    of_job, of_case = f"/api/v1/jobs/{job['job_id']}", f"/api/v1/cases/{job['case_id']}"

    async def ask(client: Any, path: str, **body: Any) -> None:
        answer = await client.post(path, json=body)
        assert answer.status_code < 300, (path, answer.text)
        await harbour.run()
        await look()

    await ask(crew, f"{of_job}/accept")
    await ask(duty, f"{of_case}/priority", priority=3, reason="涨潮前")
    await ask(duty, f"{of_case}/notes", text="已电话核实")
    await ask(crew, f"{of_job}/set-out")
    harbour.platform.moved_clock.move(minutes=25)
    await heard(harbour, 100)
    await ask(crew, f"{of_job}/abort", reason="泵坏了 the pump broke")
    await harbour.say(HoldUnit(unit_id="k1", reason="检修"))
    await look()
    opening = {"case_id": "c-2", "lifecycle": "pickup", "category": "marine", "title": "同一件",
               "region_code": "331002", "position": {"lon": BERTH.lon, "lat": BERTH.lat}}  # fmt: skip
    await ask(duty, "/api/v1/cases", **opening)
    await ask(duty, "/api/v1/cases/c-2/join", original_id=job["case_id"], reason="重复")
    await ask(duty, "/api/v1/cases", **(opening | {"case_id": "c-3"}))
    await ask(duty, "/api/v1/cases/c-3/moves", move="cancel", note="船主来电取消")
    assert (await duty.get("/api/v1/cases/c-3")).json()["case"]["is_open"] is False


async def test_a_past_instant_is_what_the_screen_was_then(harbour: Harbour, tmp_path: Path) -> None:
    """The screen folded from the chains at any past instant equals the one that was shown at that instant; and the
    pages' own table, laid over the first screen, ends at the same."""
    duty = await harbour.door.signed_in("watcher", "duty_officer", regions=REGION)
    clock, shown = harbour.platform.moved_clock, []

    async def look() -> None:
        shown.append((clock.now(), (await duty.get("/api/v1/hall")).json()))
        clock.move(seconds=30)

    await a_day(harbour, look)
    assert len({json.dumps(screen["cases"] + screen["jobs"]) for _, screen in shown}) >= 7, "the day moved too little"
    for at, screen in shown:
        span = f"since={at:%Y-%m-%dT%H:%M:%SZ}&until={clock.now():%Y-%m-%dT%H:%M:%SZ}"
        answer = await duty.get(f"/api/v1/hall/replay?{span}")
        assert answer.status_code == 200, answer.text
        replay = answer.json()
        assert seen(replay["screen"]) == seen(screen), at
        assert all(fact["seq"] > screen["seq"] for fact in replay["facts"])
    craft = replay["craft"][0]
    assert (craft["id"], len(craft["stands"])) == ("k1", 1), "of what lies before the span only the last counts"
    played_on_the_pages(tmp_path, shown, await all_facts(harbour))


def seen(screen: dict[str, Any]) -> dict[str, Any]:
    """What a hall shows of a screen: open cases, their jobs, alerts; whatever the order."""
    rows = {case["case_id"]: case for case in screen["cases"]}
    jobs = {job["job_id"]: job for job in screen["jobs"] if job["case_id"] in rows}
    return {"cases": rows, "jobs": jobs, "alerts": screen["alerts"]}


async def all_facts(harbour: Harbour) -> list[dict[str, Any]]:
    """Every fact as the stream tells it."""
    facts = await read_after(harbour.platform, 0, 1000, harbour.platform.registry.read_fact)
    return [json.loads(event_of(fact).split(b"data: ", 1)[1]) for fact in facts]


def played_on_the_pages(folder: Path, shown: list[Any], facts: list[dict[str, Any]]) -> None:
    """Snapshot + facts = fresh snapshot, by the pages' own table (web/src/live/screen.ts)."""
    if shutil.which("node") is None or not (WEB / "node_modules/vitest").is_dir():
        if os.environ.get("TIDEHUB_REQUIRE_SERVERS") == "1":
            pytest.fail("the pages' packages must be installed here (make build)")
        return
    day = folder / "day.json"
    day.write_text(json.dumps({"screens": [screen for _, screen in shown], "facts": facts}), "utf-8")
    command = ["node", "node_modules/vitest/vitest.mjs", "run", "--reporter=dot", "src/live/day.test.ts"]
    done = subprocess.run(
        command, cwd=WEB, env=os.environ | {"TIDEHUB_DAY": str(day)}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "1 passed" in done.stdout, done.stdout[-1000:]


async def test_a_hall_sees_its_region_only(harbour: Harbour) -> None:
    """Cases, jobs, alerts and craft of another region are neither on the screen nor in its past."""
    await heard(harbour)
    await reported(harbour)
    away = await harbour.door.signed_in("away", "duty_officer", regions=("3303",))
    screen = (await away.get("/api/v1/hall")).json()
    assert (screen["cases"], screen["jobs"], screen["alerts"]) == ([], [], [])
    harbour.platform.moved_clock.move(minutes=1)
    replay = (await away.get("/api/v1/hall/replay?since=2026-06-01T06:00:00Z&until=2026-06-01T06:01:00Z")).json()
    assert (replay["facts"], replay["craft"], replay["screen"]["cases"]) == ([], [], [])
    other = await harbour.door.signed_in("other", "citizen", regions=REGION)
    assert (await other.get("/api/v1/hall")).json()["cases"] == []


@pytest.mark.parametrize(
    ("span", "code"),
    [
        ("since=2026-06-01T06:00:00Z&until=2026-06-02T06:00:00Z", "replay_not_yet"),  # not passed
        ("since=2026-06-01T05:00:00Z&until=2026-06-01T04:00:00Z", "replay_not_yet"),  # backwards
        ("since=2026-05-31T05:00:00Z&until=2026-06-01T04:00:00Z", "span_too_long"),
        ("since=2026-06-01T05:00:00&until=2026-06-01T05:10:00Z", "malformed"),  # no zone
    ],
)
async def test_a_span_that_cannot_be_played_is_refused(harbour: Harbour, span: str, code: str) -> None:
    """The refusal names what is wrong with the span."""
    duty = await harbour.door.signed_in("duty", "duty_officer", regions=REGION)
    answer = await duty.get(f"/api/v1/hall/replay?{span}")
    assert (answer.status_code // 100, answer.json()["code"]) == (4, code), answer.text


def test_the_tables_know_every_fact_that_moves_a_case_or_a_job() -> None:
    """A new fact of cases or dispatch is either on the screen or named here as one that the screen does not show."""
    unseen = {
        "ValuesRecorded", "CaseNoted", "ReportLinked", "ClockStarted", "ClockPaused", "ClockResumed", "ClockExtended",
        "ClockReckoned", "ClockPassed", "ClockStopped", "ClockWarned", "ClockEscalated", "ApprovalAsked",
        "ApprovalDecided", "DuplicateTaken", "DuplicateReleased", "CaseSplit", "UnitHeld", "UnitReleased",
        "UnitForbidden", "UnitAllowed",
        # mobilisations have lists of their own; the screen follows the jobs that they make
        "MobilisationStarted", "ConsentAsked", "ConsentGiven", "ConsentRefused", "ConsentLapsed", "ConsentWithdrawn",
        "SlotFilled", "SlotUnfilled", "SlotReopened", "SlotRetried", "TeamsAssembled", "MobilisationEnded",
    }  # fmt: skip
    known = {"CaseOpened", *cases.SCREEN_CHANGES, *dispatch.SCREEN_CHANGES}
    facts = {fact.__name__ for fact in (*cases.FACTS, *dispatch.capability().facts)}
    assert facts - known == unseen, (facts - known) ^ unseen


async def test_many_halls_read_the_log_once(harbour: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    """Halls that wait at the same place share one reading, one look-up of where a matter lies and one encoding."""
    duty = await harbour.door.signed_in("duty", "duty_officer", regions=REGION)
    readings: list[int] = []
    read = stream.read_after

    async def counted(hub: Any, after: int, limit: int, read_fact: Any) -> Any:
        readings.append(after)
        return await read(hub, after, limit, read_fact)

    monkeypatch.setattr(stream, "read_after", counted)
    cookie = "; ".join(f"{name}={value}" for name, value in duty.cookies.items())
    heard_by: list[list[bytes]] = [[] for _ in range(20)]
    done = asyncio.Event()

    async def follow(mine: list[bytes]) -> None:
        async def receive() -> dict[str, Any]:
            await done.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if b"event: CaseOpened" in message.get("body", b""):
                mine.append(message["body"])

        scope = {
            "type": "http", "method": "GET", "path": "/api/v1/stream", "raw_path": b"/api/v1/stream",
            "query_string": b"", "headers": [(b"cookie", cookie.encode()), (b"host", b"tide.example")],
            "scheme": "http", "server": ("tide.example", 80), "client": ("127.0.0.1", 1), "http_version": "1.1",
        }  # fmt: skip
        await harbour.door.app(scope, receive, send)

    halls = [asyncio.create_task(follow(mine)) for mine in heard_by]
    await asyncio.sleep(0.3)
    readings.clear()
    harbour.platform.listen(harbour.door.services.bell.committed)
    await reported(harbour)
    async with asyncio.timeout(10):
        while not all(heard_by):
            await asyncio.sleep(0.02)
    done.set()
    await asyncio.gather(*halls)
    assert len({mine[0] for mine in heard_by}) == 1
    assert len(readings) < 20, f"each hall read the log by itself: {len(readings)} readings"
