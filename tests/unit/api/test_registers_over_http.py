"""Registers, people, files and the stream of facts, over HTTP."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tidehub.kernel.access import Subject

pytestmark = pytest.mark.anyio
BOAT = {"name": "椒运一号", "kind": "shuttle_boat", "region_code": "331002", "contact_phone": "13812348000"}
ENTRIES = "/api/v1/registers/units/entries"
JPEG = b"\xff\xd8\xff\xe0 a photograph"
NO_FILE = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n'


async def test_an_entry_is_put_read_and_guarded_by_its_etag(door: Any) -> None:
    """A change names the version one has seen; 304 says that nothing is new, 412 that one came late."""
    admin = await door.signed_in("admin", "administrator")
    made = await admin.put(f"{ENTRIES}/u1", json={"body": BOAT})
    assert (made.status_code, made.headers["etag"]) == (200, '"v1"')
    read = await admin.get(f"{ENTRIES}/u1", headers={"if-none-match": '"v1"'})
    assert read.status_code == 304
    changed = await admin.put(f"{ENTRIES}/u1", json={"body": BOAT | {"name": "二"}}, headers={"if-match": '"v1"'})
    assert changed.json()["body"]["name"] == "二"
    late = await admin.put(f"{ENTRIES}/u1", json={"body": BOAT}, headers={"if-match": '"v1"'})
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    history = await admin.get("/api/v1/registers/units/history/u1")
    assert [item["body"]["name"] for item in history.json()["items"]] == ["二"]
    assert (await admin.delete(f"{ENTRIES}/u1")).status_code == 204
    assert (await admin.get(f"{ENTRIES}/u1")).status_code == 404


async def test_lists_are_paged_by_cursor(door: Any) -> None:
    """Pages follow one another without a gap or a double, and a forged cursor is refused."""
    admin = await door.signed_in("admin", "administrator")
    for number in range(7):
        await admin.put(f"{ENTRIES}/u{number}", json={"body": BOAT})
    await admin.put(f"{ENTRIES}/t1", json={"body": BOAT | {"kind": "truck"}})
    seen, cursor = [], ""
    while True:
        page = (await admin.get(f"/api/v1/registers/units?kind=shuttle_boat&limit=3&cursor={cursor}")).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == [f"u{number}" for number in range(7)]
    for query, code in (
        ("cursor=abc", "cursor_invalid"),
        ("limit=0", "malformed"),
        ("colour=red", "malformed"),
    ):
        assert (await admin.get(f"/api/v1/registers/units?{query}")).json()["code"] == code


async def test_people_are_masked_until_a_purpose_is_given(door: Any) -> None:
    """Names and telephones are masked in lists; a purpose shows them and is kept for the person to see."""
    duty = await door.signed_in("duty", "duty_officer")
    wang = await door.signed_in("wang", "citizen")
    listed = (await duty.get("/api/v1/registers/people")).json()["items"]
    assert {item["body"]["phone"] for item in listed} == {"138****8000"}
    assert (await wang.get("/api/v1/registers/people")).status_code == 403
    unmask = "/api/v1/people/wang/unmask"
    assert (await duty.post(unmask, json={"fields": ["phone"], "purpose": ""})).json()["code"] == "purpose_missing"
    shown = await duty.post(unmask, json={"fields": ["phone"], "purpose": "联系报件人", "case_id": "C1"})
    assert shown.json() == {"phone": "13812348000"}
    (row,) = (await wang.get("/api/v1/people/wang/reads")).json()["items"]
    assert (row["who"], row["purpose"], row["case_id"]) == ("person/duty", "联系报件人", "C1")
    assert (await duty.get("/api/v1/people/wang/reads")).status_code == 403


async def test_a_citizen_sees_no_unit_telephone(door: Any) -> None:
    """The telephone of a unit is masked for those who are no staff."""
    admin = await door.signed_in("admin", "administrator")
    citizen = await door.signed_in("wang", "citizen")
    await admin.put(f"{ENTRIES}/u1", json={"body": BOAT})
    assert (await citizen.get(f"{ENTRIES}/u1")).json()["body"]["contact_phone"] == "138****8000"
    assert (await citizen.put(f"{ENTRIES}/u1", json={"body": BOAT})).status_code == 403


async def test_posts_and_accounts_are_given_by_administrators(door: Any) -> None:
    """A grant counts at once, nobody grants to himself, and the first password must be changed."""
    admin = await door.signed_in("admin", "administrator")
    await door.signed_in("li", "citizen")
    grants = "/api/v1/people/li/grants"
    assert (await admin.put(f"{grants}/g2", json={"roles": ["checker"], "regions": ["331002"]})).status_code == 204
    assert [grant["grant_id"] for grant in (await admin.get(grants)).json()] == ["g", "g2"]
    own = await admin.put("/api/v1/people/admin/grants/x", json={"roles": ["cashier"], "regions": ["33"]})
    assert own.json()["code"] == "grant_to_oneself"
    assert (await admin.delete(f"{grants}/g2")).status_code == 204
    made = (await admin.put("/api/v1/people/li/account", json={"login": "li2"})).json()
    li = door.client()
    signed_in = await li.post("/api/v1/session", json=made)
    assert signed_in.json()["must_change"] is True
    assert (await admin.put("/api/v1/people/nobody/account", json={"login": "x1"})).status_code == 404


async def test_a_file_of_rows_is_taken_in(door: Any) -> None:
    """Good rows are recorded, known ones are counted, wrong ones answered with their problem."""
    admin = await door.signed_in("admin", "administrator")
    text = "id,name,kind,lon,lat\nb1,泊位一,berth,121.43,28.67\nb2,,berth,121,28\n"
    path, headers = "/api/v1/registers/places/import?datum=CGCS2000", {"content-type": "text/csv"}
    first = (await admin.post(path, content=text.encode(), headers=headers)).json()
    assert (first["recorded"], first["unchanged"], first["refused"][0]["row"]) == (1, 0, 2)
    assert first["refused"][0]["problem"]["code"] == "entry_invalid"
    again = (await admin.post(path, content=text.encode(), headers=headers)).json()
    assert (again["recorded"], again["unchanged"]) == (0, 1)
    exported = await admin.get("/api/v1/registers/places/export?format=geojson")
    assert exported.json()["features"][0]["geometry"]["coordinates"] == [121.43, 28.67]
    assert (await admin.get("/api/v1/registers/places/export")).text.startswith("id,valid_from")


async def test_a_point_finds_its_area(door: Any) -> None:
    """Whose area a point is, with its path; without a datum nobody guesses."""
    admin = await door.signed_in("admin", "administrator")
    ring = [[121, 28], [122, 28], [122, 29], [121, 29], [121, 28]]
    body = {"name": "椒江区", "level": "county", "polygons": [[ring]]}
    await admin.put("/api/v1/registers/jurisdictions/entries/331002", json={"body": body})
    found = await door.client().get("/api/v1/region?lon=121.4&lat=28.6&datum=WGS84")
    assert found.json() == {"code": "331002", "path": ["33", "3310", "331002"], "unit_id": None}
    assert (await door.client().get("/api/v1/region?lon=121.4&lat=28.6")).json()["code"] == "datum_missing"
    listed = (await admin.get("/api/v1/registers/jurisdictions")).json()["items"]
    assert "polygons" not in listed[0]["body"]


async def test_files_come_back_by_their_hash(door: Any) -> None:
    """Multipart and raw give the same file; only who stored it, or may see its matter, gets it."""
    wang, li = await door.signed_in("wang", "citizen"), await door.signed_in("li", "citizen")
    raw = await wang.post("/api/v1/files", content=JPEG, headers={"content-type": "image/jpeg"})
    form = await wang.post("/api/v1/files", files={"file": ("a.jpg", JPEG, "image/jpeg")})
    assert raw.status_code == form.status_code == 201, form.text
    assert raw.json() == form.json()
    path = f"/api/v1/files/{raw.json()['sha256']}"
    got = await wang.get(path)
    assert (got.content, got.headers["content-type"]) == (JPEG, "image/jpeg")
    assert (await wang.get(path, headers={"if-none-match": got.headers["etag"]})).status_code == 304
    assert (await li.get(path)).status_code == 404
    assert (await door.client().get(path)).status_code == 401

    async def subjects(_sha256: str) -> list[Subject]:
        return [Subject("331002", (("assignee", "person/li"),))]

    door.services.more["file_subjects"] = subjects
    assert (await li.get(path)).status_code == 200


async def test_a_page_among_the_files_does_not_run(door: Any) -> None:
    """What a browser might run is only downloaded."""
    wang = await door.signed_in("wang", "citizen")
    made = await wang.post("/api/v1/files", files={"file": ("a.html", b"<script>1</script>", "text/html")})
    got = await wang.get(f"/api/v1/files/{made.json()['sha256']}")
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"x" * 60_000, "video/x-raw", "body_too_large"),
        (b"x" * 45_000, "video/x-raw", "file_too_large"),
        (b"", "video/x-raw", "file_empty"),
        (b"no picture", "image/png", "file_not_what_it_says"),
        (b"x", "nonsense", "unsupported_media"),
        (b"x", "multipart/form-data", "malformed"),
        (b"--b\r\n\r\nx", "multipart/form-data; boundary=b", "malformed"),
        (NO_FILE, "multipart/form-data; boundary=b", "malformed"),
    ],
)
async def test_a_bad_upload_is_refused(door: Any, content: bytes, kind: str, code: str) -> None:
    """Too large, no type, a broken frame, no file in it."""
    wang = await door.signed_in("wang", "citizen")
    answer = await wang.post("/api/v1/files", content=content, headers={"content-type": kind})
    assert answer.json()["code"] == code


class Listener:
    """A browser that follows the stream, spoken to by ASGI."""

    def __init__(self, door: Any, client: Any, query: str = "", **headers: str) -> None:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        told = {
            "host": "tide.example",
            "cookie": cookie,
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/api/v1/stream",
            "raw_path": b"/api/v1/stream",
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in told.items()],
            "server": ("x", 80),
            "client": ("y", 1),
        }
        self.status = 0
        self.text = ""
        self.gone = asyncio.Event()
        self.begun = False
        self.task = asyncio.ensure_future(door.app(scope, self.receive, self.send))

    async def receive(self) -> dict[str, Any]:
        if not self.begun:
            self.begun = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.text += message.get("body", b"").decode()

    async def until(self, word: str) -> str:
        for _ in range(200):
            if word in self.text:
                return self.text
            await asyncio.sleep(0.01)
        raise AssertionError(f"{word!r} never came: {self.text!r}")

    async def close(self) -> None:
        self.gone.set()
        await asyncio.wait_for(self.task, 2)


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in text.split("\n") if line.startswith("data: ")]


async def test_facts_are_followed_as_they_happen(door: Any) -> None:
    """An event for each fact with its place as id, a heartbeat in between, and an end when one leaves."""
    admin = await door.signed_in("admin", "administrator")
    listener = Listener(door, admin)
    await listener.until(": still here")
    await admin.put(f"{ENTRIES}/u1", json={"body": BOAT})
    await listener.until("EntryRecorded")
    (event,) = events(listener.text)
    assert (event["stream"], event["kind"]) == ("register/units/u1", "EntryRecorded")
    assert event["body"]["body"]["contact_phone"] == "138****8000"
    assert f"id: {event['seq']}\n" in listener.text
    await listener.close()
    assert listener.status == 200
    assert door.services.more["open_streams"] == 0


async def test_a_reader_resumes_where_it_was(door: Any) -> None:
    """Last-Event-ID goes on with the very next fact; no personal name is in any of them."""
    admin = await door.signed_in("admin", "administrator")
    whole = Listener(door, admin, "after=0")
    await whole.until("still here")
    seqs = [event["seq"] for event in events(whole.text)]
    rest = Listener(door, admin, last_event_id=str(seqs[0]))
    await rest.until("still here")
    assert [event["seq"] for event in events(rest.text)] == seqs[1:]
    assert "admin name" not in whole.text
    await whole.close()
    await rest.close()


async def test_a_reader_sees_what_he_may(door: Any) -> None:
    """Chains whose matter lies elsewhere are passed over, and so are those nobody can place."""
    admin = await door.signed_in("admin", "administrator")
    duty = await door.signed_in("duty", "duty_officer", regions=("331002",))

    async def subject(id_: str) -> Subject:
        return Subject("331002" if "u1" in id_ else "331003")

    door.services.subjects["register"] = subject
    listener = Listener(door, duty)
    await listener.until("still here")
    for unit in ("u2", "u1"):
        await admin.put(f"{ENTRIES}/{unit}", json={"body": BOAT})
    await listener.until("register/units/u1")
    assert [event["stream"] for event in events(listener.text)] == ["register/units/u1"]
    await listener.close()


@pytest.mark.parametrize(("query", "headers"), [("after=x", {}), ("", {"last_event_id": "x"}), ("colour=1", {})])
async def test_a_bad_cursor_is_refused(door: Any, query: str, headers: dict[str, str]) -> None:
    """The stream refuses in the shape every refusal has."""
    admin = await door.signed_in("admin", "administrator")
    listener = Listener(door, admin, query, **headers)
    await listener.task
    assert (listener.status, json.loads(listener.text)["code"]) == (400, "malformed")
