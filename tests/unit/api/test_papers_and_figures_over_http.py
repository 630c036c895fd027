"""Papers, positions, figures, money and operating over HTTP."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tidehub.capabilities import documents, field
from tidehub.hub.files import Files
from tidehub.kernel.access import ANONYMOUS
from tidehub.worker.follower import Follower

from .harbour import BERTH, PLATFORM, Harbour, open_harbour

pytestmark = pytest.mark.anyio
REGION = ("331002",)
PAYLOAD = {"vessel": "<b>浙椒渔1号</b>", "giver": "陈阿海"}


@pytest.fixture
async def harbour(make_door: Any) -> Any:
    opened = await open_harbour(make_door)
    yield opened
    await opened.door.services.more["desk"].stop()


async def issued(harbour: Harbour, id_: str = "d1") -> Any:
    """A receipt for the fisher."""
    await harbour.say(
        documents.IssueDocument(
            document_id=id_,
            kind="receipt",
            region_code="331002",
            payload=PAYLOAD,
            reporter="person/fisher",
        )
    )
    return await documents.document_by_id(harbour.platform, id_)


async def test_a_paper_is_verified_by_everyone(harbour: Harbour) -> None:
    """JSON and a page without script: valid, what to compare, hashes; what is personal stands nowhere."""
    document = await issued(harbour)
    client = harbour.door.client()
    told = (await client.get(f"/api/v1/verify/{document.verify_code}")).json()
    assert (told["status"], told["number"]) == ("valid", document.number)
    assert [line["path"] for line in told["shown"]] == ["vessel"]
    page = await client.get(f"/v/{document.verify_code.lower()}")
    assert page.status_code == 200
    assert "有效" in page.text
    assert document.number in page.text
    assert document.payload_sha256 in page.text
    assert "&lt;b&gt;浙椒渔1号" in page.text, "what a paper says is text, never markup"
    assert "陈阿海" not in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_a_code_that_nobody_gave_is_unknown(harbour: Harbour) -> None:
    """404 in both forms; the page says so and does not echo markup."""
    client = harbour.door.client()
    assert (await client.get("/api/v1/verify/NOPE")).status_code == 404
    page = await client.get("/v/%3Cscript%3E")
    assert page.status_code == 404
    assert "查无此单证" in page.text
    assert "<script" not in page.text


async def test_a_paper_is_corrected_and_withdrawn(harbour: Harbour) -> None:
    """The old page names the new paper; a withdrawn one says so."""
    document = await issued(harbour)
    duty = await harbour.door.signed_in("duty", "duty_officer", regions=REGION)
    new = {"new_document_id": "d2", "payload": PAYLOAD | {"vessel": "浙椒渔2号"}, "reason": "船名有误"}
    answer = await duty.post("/api/v1/documents/d1/replace", json=new)
    assert answer.status_code == 200, answer.text
    page = (await duty.get(f"/v/{document.verify_code}")).text
    assert "已被新版取代" in page
    successor = await documents.document_by_id(harbour.platform, "d2")
    assert successor is not None
    assert f'href="/v/{successor.verify_code}"' in page
    answer = await duty.post("/api/v1/documents/d2/withdraw", json={"reason": "重复"})
    assert answer.status_code == 200, answer.text
    assert "已作废" in (await duty.get(f"/v/{successor.verify_code}")).text
    account = (await duty.get("/api/v1/documents/numbers?kind=receipt&region=331002&year=2026")).json()
    assert (account["issued"], account["missing"]) == (2, 0)


async def test_a_paper_is_read_by_its_reporter_alone(harbour: Harbour) -> None:
    """Names are masked; a stranger is refused; the file is there once it is drawn."""
    await issued(harbour)
    fisher = await harbour.door.signed_in("fisher", "citizen", regions=REGION)
    other = await harbour.door.signed_in("other", "citizen", regions=REGION)
    told = (await fisher.get("/api/v1/documents/d1")).json()
    assert told["payload"]["giver"] != "陈阿海"
    assert (await other.get("/api/v1/documents/d1")).status_code == 403
    assert (await other.get("/api/v1/documents")).json()["items"] == []
    assert [one["document_id"] for one in (await fisher.get("/api/v1/documents")).json()["items"]] == ["d1"]
    early = await fisher.get("/api/v1/documents/d1/pdf")
    assert (early.status_code, early.json()["code"]) == (404, "document_not_drawn")
    files = harbour.door.services.files
    assert isinstance(files, Files)
    kept = await files.put(b"%PDF-1.7 drawn", by=PLATFORM.id, media_type="application/pdf")
    await harbour.say(documents.RecordRendering(document_id="d1", pdf_sha256=kept.sha256, size_bytes=kept.size_bytes))
    pdf = await fisher.get("/api/v1/documents/d1/pdf")
    assert pdf.content == b"%PDF-1.7 drawn"
    assert pdf.headers["content-type"] == "application/pdf"
    head = (await harbour.door.client().get("/api/v1/documents/log")).json()
    assert head["size"] == 1


async def test_a_telephone_speaks_the_osmand_protocol(harbour: Harbour) -> None:
    """A device of the register is heard by query or JSON; another is turned away; nonsense is refused."""
    client = harbour.door.client()
    at = int(harbour.platform.clock.now().timestamp())
    good = f"/osmand?id=k1&lat={BERTH.lat}&lon={BERTH.lon}&timestamp={at}&speed=5"
    answer = await client.get(good)
    assert (answer.status_code, answer.text) == (200, ""), answer.text
    stranger = await client.get(good.replace("id=k1", "id=k9"))
    assert (stranger.status_code, stranger.json()["code"]) == (403, "device_not_registered")
    assert (await client.get("/osmand?id=k1")).status_code == 400
    duty = await harbour.door.signed_in("duty", "duty_officer", regions=REGION)
    (seen,) = (await duty.get("/api/v1/positions?box=121,28,122,29")).json()["items"]
    assert (seen["id"], seen["last"]["source"]) == ("k1", "osmand")
    assert (await duty.get("/api/v1/positions?box=1,2,3,4")).json()["items"] == []
    assert (await duty.get("/api/v1/positions?box=1,2,3")).status_code == 400
    track = (await duty.get("/api/v1/units/k1/track")).json()
    assert [len(leg["points"]) for leg in track["legs"]] == [1]
    long = "/api/v1/units/k1/track?since=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z"
    assert (await duty.get(long)).json()["code"] == "span_too_long"


async def test_nobody_speaks_for_another_boat(harbour: Harbour) -> None:
    """A crew sends for its own devices only; several positions go together; the datum is never guessed."""
    other = await harbour.door.signed_in("other", "crew", regions=REGION, units=("k9",))
    crew = await harbour.door.signed_in("crew", "crew", regions=REGION, units=("k1",))
    here = {"lon": BERTH.lon, "lat": BERTH.lat, "datum": "WGS84", "claim": "osmand:k1"}
    assert (await other.post("/api/v1/positions", json=here)).json()["code"] == "device_not_registered"
    assert (await crew.post("/api/v1/positions", json=[here, here | {"sequence": 2}])).json() == {"taken": 2}
    bare = {"lon": 1.0, "lat": 2.0, "datum": ""}
    assert (await crew.post("/api/v1/positions", json=[here, bare])).json()["field"].startswith("[1]")
    assert (await harbour.door.client().post("/api/v1/positions", json=here)).status_code == 401


async def test_screens_see_craft_of_their_regions_move(harbour: Harbour) -> None:
    """The stream begins with the whole picture and goes on with what moves; elsewhere nothing is seen."""
    crew = await harbour.door.signed_in("crew", "crew", regions=REGION, units=("k1",))
    await crew.post("/api/v1/positions", json={"lon": BERTH.lon, "lat": BERTH.lat, "datum": "WGS84"})
    here = await watched(harbour, "duty", REGION)
    assert [one["id"] for one in here["moved"]] == ["k1"]
    assert (await watched(harbour, "away", ("3303",)))["moved"] == []


async def watched(harbour: Harbour, login: str, regions: tuple[str, ...]) -> Any:
    """The first frame of somebody's stream."""
    client = await harbour.door.signed_in(login, "duty_officer", regions=regions)
    sent: list[bytes] = []
    done = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await done.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message.get("body", b""))
        if b"event: positions" in sent[-1]:
            done.set()

    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    scope = {
        "type": "http", "method": "GET", "path": "/api/v1/positions/stream", "raw_path": b"/api/v1/positions/stream",
        "query_string": b"", "headers": [(b"cookie", cookie.encode()), (b"host", b"tide.example")],
        "scheme": "http", "server": ("tide.example", 80), "client": ("127.0.0.1", 1), "http_version": "1.1",
    }  # fmt: skip
    await asyncio.wait_for(harbour.door.app(scope, receive, send), 10)
    frame = next(body for body in sent if b"event: positions" in body)
    return json.loads(frame.split(b"data: ")[1])


async def test_figures_are_read_within_the_regions(harbour: Harbour) -> None:
    """An indicator counts what happened where one is responsible, down to its rows."""
    duty = await harbour.door.signed_in("duty", "duty_officer", regions=("3310",))
    away = await harbour.door.signed_in("away", "duty_officer", regions=("3303",))
    opening = {"case_id": "c-1", "lifecycle": "pickup", "category": "marine", "title": "x", "region_code": "331002",
               "position": {"lon": BERTH.lon, "lat": BERTH.lat}}  # fmt: skip
    answer = await duty.post("/api/v1/cases", json=opening)
    assert answer.status_code == 201, answer.text
    await Follower(harbour.platform).catch_up()
    (defined,) = (await duty.get("/api/v1/indicators")).json()["items"]
    assert (defined["id"], defined["kind"], defined["definition"]["on"]["fact"]) == ("cases", "indicator", "CaseOpened")
    reading = (await duty.get("/api/v1/indicators/cases?group_by=day")).json()
    assert [(one["group"], one["count"]) for one in reading["values"]] == [("2026-06-01", 1)]
    assert (await away.get("/api/v1/indicators/cases")).json()["values"] in ([], [{"group": "", "count": 0}])
    rows = (await duty.get("/api/v1/indicators/cases/rows")).json()["items"]
    assert [row["case_id"] for row in rows] == ["c-1"]
    assert (await away.get("/api/v1/indicators/cases/rows")).json()["items"] == []
    assert (await duty.get("/api/v1/indicators/none")).status_code == 404
    assert (await duty.get("/api/v1/indicators/none/rows")).status_code == 404
    assert (await duty.get("/api/v1/indicators/cases?group_by=moon")).status_code == 400


async def test_the_books_balance(harbour: Harbour) -> None:
    """An entry stands in its case and in the balances; it is undone by its opposite; others see nothing."""
    cashier = await harbour.door.signed_in("cashier", "cashier", regions=REGION)
    duty = await harbour.door.signed_in("duty", "duty_officer", regions=REGION)
    entry = {
        "entry_id": "e-1",
        "postings": [{"account": "5301", "amount_fen": 4800}, {"account": "1011", "amount_fen": -4800}],
        "memo": "测试",
        "region_code": "331002",
    }
    answer = await cashier.post("/api/v1/ledger/entries", json=entry)
    assert answer.status_code == 200, answer.text
    trial = (await cashier.get("/api/v1/ledger/trial-balance")).json()
    assert (trial["debit_fen"], trial["difference_fen"]) == (4800, 0)
    balances = (await cashier.get("/api/v1/ledger/balances")).json()["items"]
    assert {one["account"]: one["amount_fen"] for one in balances} == {"5301": 4800, "1011": -4800}
    lines = (await cashier.get("/api/v1/ledger/accounts/5301/lines")).json()["items"]
    assert [one["amount_fen"] for one in lines] == [4800]
    answer = await cashier.post("/api/v1/ledger/entries/e-1/reverse", json={"reason": "误记"})
    assert answer.status_code == 200, answer.text
    assert (await cashier.get("/api/v1/ledger/balances")).json()["items"] == []
    assert (await duty.get("/api/v1/ledger/balances")).status_code == 403
    assert (await cashier.get("/api/v1/claims")).json()["items"] == []
    assert (await cashier.get("/api/v1/claims/none")).status_code == 404
    assert (await cashier.post("/api/v1/claims/none/pay", json={"reference": "x"})).status_code == 404
    assert (await cashier.get("/api/v1/payouts")).json()["items"] == []
    assert (await cashier.get("/api/v1/payouts/none/file")).status_code == 404
    assert (await cashier.get("/api/v1/cases/none/money")).json() == {"claims": [], "entries": []}


async def test_the_operator_sees_what_waits(harbour: Harbour) -> None:
    """The backlog, nothing parked, and the counters of the doors; a citizen sees none of it."""
    admin = await harbour.door.signed_in("admin", "administrator")
    citizen = await harbour.door.signed_in("citizen", "citizen", regions=REGION)
    told = (await admin.get("/api/v1/operations/health")).json()
    assert told["backlog"]["parked"] == 0
    assert told["telemetry"]["failing"] == ""
    for matter in ("follow_up", "timer"):
        assert (await admin.get(f"/api/v1/operations/parked?matter={matter}")).json()["items"] == []
        gone = await admin.post("/api/v1/operations/retry", json={"matter": matter, "key": "1"})
        assert gone.status_code == 404
    assert (await citizen.get("/api/v1/operations/backlog")).status_code == 403


async def test_everybody_reads_his_own_messages(harbour: Harbour) -> None:
    """Sent once under its key; read by whom it is for, his unit's too; wishes are kept; others see nothing."""
    duty = await harbour.door.signed_in("duty", "duty_officer", regions=REGION)
    crew = await harbour.door.signed_in("crew", "crew", regions=REGION, units=("k1",))
    other = await harbour.door.signed_in("other", "citizen", regions=REGION)
    told = {
        "to": "unit/k1",
        "template": "hello",
        "params": {"name": "海鸟"},
        "dedupe_key": "k-1",
        "region_code": "331002",
    }
    for _ in range(2):
        answer = await duty.post("/api/v1/messages", json=told)
        assert answer.status_code == 200, answer.text
    inbox = (await crew.get("/api/v1/messages/mine")).json()
    (message,) = inbox["items"]
    assert (message["texts"]["en"]["body"], inbox["unread"]) == ("Hello 海鸟", 1)
    read = f"/api/v1/messages/{message['message_id']}/read"
    assert (await other.post(read, json={})).status_code == 403
    answer = await crew.post(read, json={})
    assert answer.status_code == 200, answer.text
    assert (await crew.get("/api/v1/messages/mine")).json()["unread"] == 0
    assert (await other.get("/api/v1/messages/mine")).json()["items"] == []
    assert (await other.get("/api/v1/messages")).status_code == 403
    assert len((await duty.get("/api/v1/messages")).json()["items"]) == 1
    assert (await duty.get("/api/v1/messages/counts")).json() == {"queued": 1}
    wishes = {"channels": ["inbox"], "language": "en"}
    answer = await crew.post("/api/v1/messages/wishes", json=wishes)
    assert answer.status_code == 200, answer.text
    kept = (await crew.get("/api/v1/messages/wishes")).json()
    assert (kept["channels"], kept["language"], kept["browsers"]) == (["inbox"], "en", 0)


async def test_a_load_is_brought_ashore_once(harbour: Harbour) -> None:
    """The quay weighs; the same landing again adds nothing."""
    quay = await harbour.door.signed_in("quay", "quay_operator", regions=REGION)
    landing = {
        "landing_id": "l-1",
        "unit_id": "k1",
        "place_id": "b1",
        "lines": [{"group": "oily", "kind": "oily_water", "quantity": {"amount": 5, "unit": "ml", "basis": "metered"}}],
    }
    first = await quay.post("/api/v1/landings", json=landing)
    again = await quay.post("/api/v1/landings", json=landing)
    assert (first.status_code, again.status_code) == (200, 200), first.text
    assert [fact["kind"] for fact in first.json()["facts"]] == ["LoadLanded"]
    assert again.json()["facts"] == []
    assert await field.on_board(harbour.platform, ["k1"]) == []


async def test_every_new_family_is_described(harbour: Harbour) -> None:
    """The OpenAPI document holds each address, and no name twice."""
    document = (await harbour.door.client().get("/api/v1/openapi.json")).json()
    names = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})
    for path in (
        "/api/v1/services",
        "/api/v1/map/places",
        "/api/v1/reports/{report_id}/following",
        "/api/v1/jobs/{job_id}/accept",
        "/api/v1/positions/stream",
        "/v/{code}",
        "/api/v1/payouts/{payout_id}/file",
        "/api/v1/indicators/{indicator_id}/rows",
        "/api/v1/operations/parked",
    ):
        assert path in document["paths"]
    assert ANONYMOUS.roles == frozenset()
