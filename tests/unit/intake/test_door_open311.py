"""GeoReport v2 over HTTP, read back by plain XML and JSON parsers as a client of the standard would."""

from __future__ import annotations

import csv
import dataclasses
import io
from typing import Any
from xml.etree import ElementTree

import pytest

from tidehub.adapters.open311 import Open311Settings

V2 = "/open311/v2"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
LAMP = {"service_code": "street_lamp", "lat": "28.68", "long": "121.45", "description": "灯不亮\n已三天"}
PICKUP = {
    "service_code": "marine_pickup",
    "address_string": "礁山码头",
    "email": "li@example.org",
    "attribute[boat_name]": "浙椒渔 8801",
    "attribute[lines.kind]": "bilge_oil",
    "attribute[lines.amount]": "40.5",
    "attribute[lines.unit]": "l",
    "attribute[lines.basis]": "declared",
    "attribute[lines.2.kind]": "plastic",
    "attribute[lines.2.amount]": "12",
    "attribute[lines.2.unit]": "kg",
    "attribute[lines.2.basis]": "estimated",
}


def xml(answer: Any) -> ElementTree.Element:
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.text.startswith('<?xml version="1.0" encoding="utf-8"?>')
    return ElementTree.fromstring(answer.text)


async def send(door: Any, data: dict[str, Any], format_: str = "json", **more: Any) -> Any:
    key = more.pop("key", None) or await door.device("city-app")
    return await door.client().post(f"{V2}/requests.{format_}", data={"api_key": key, **data}, **more)


async def created(door: Any, data: dict[str, Any]) -> str:
    answer = await send(door, data)
    assert answer.status_code == 200, answer.text
    return str(answer.json()[0]["service_request_id"])


async def test_discovery_names_two_endpoints_in_two_formats(door: Any) -> None:
    """Readers that collapse single children need two of each."""
    root = xml(await door.client().get(f"{V2}/discovery.xml"))
    assert root.tag == "discovery"
    assert [one.findtext("type") for one in root.findall("endpoints/endpoint")] == ["production", "test"]
    assert [one.text for one in root.findall("endpoints/endpoint[1]/formats/format")] == [
        "text/xml",
        "application/json",
    ]
    told = (await door.client().get(f"{V2}/discovery.json")).json()
    assert told["endpoints"][0]["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert told["endpoints"][0]["url"] == "http://tide.example/open311/v2"
    assert told["changeset"].endswith("+08:00")


async def test_services_are_listed_in_both_formats_and_languages(door: Any) -> None:
    """metadata says whether there is a form; booleans are booleans in JSON."""
    told = (await door.client().get(f"{V2}/services.json")).json()
    by_code = {one["service_code"]: one for one in told}
    assert by_code["marine_pickup"]["metadata"] is True
    assert by_code["street_lamp"]["metadata"] is False
    assert by_code["marine_pickup"]["keywords"] == "渔省心"
    english = door.client(**{"accept-language": "en"})
    root = xml(await english.get(f"{V2}/services.xml"))
    names = {one.findtext("service_code"): one.findtext("service_name") for one in root.findall("service")}
    assert names["street_lamp"] == "Street lamp is out"
    assert root.findtext("service/metadata") in ("true", "false")


async def test_a_definition_has_flat_attributes_with_unique_orders(door: Any) -> None:
    """Lines become the attributes of their first line."""
    told = (await door.client().get(f"{V2}/services/marine_pickup.json")).json()
    attributes = {one["code"]: one for one in told["attributes"]}
    assert list(attributes) == [
        "boat_name", "draught_m", "lines.kind", "lines.amount", "lines.unit", "lines.basis",
    ]  # fmt: skip
    assert [one["order"] for one in told["attributes"]] == [1, 2, 3, 4, 5, 6]
    assert attributes["lines.kind"]["datatype"] == "singlevaluelist"
    assert attributes["lines.kind"]["values"][0] == {"key": "bilge_oil", "name": "含油污水"}
    assert attributes["draught_m"]["required"] is False
    root = xml(await door.client().get(f"{V2}/services/marine_pickup.xml"))
    assert root.tag == "service_definition"
    assert root.findtext("attributes/attribute[3]/values/value[1]/key") == "bilge_oil"
    missing = await door.client().get(f"{V2}/services/none.xml")
    assert missing.status_code == 404
    assert xml(missing).findtext("error/code") == "404"


async def test_a_request_is_created_and_read_back(door: Any) -> None:
    """Id at once, then the record with every key, the same in XML and JSON."""
    request_id = await created(door, LAMP)
    for address in (f"requests/{request_id}", "requests"):
        (record,) = (await door.client().get(f"{V2}/{address}.json")).json()
        assert record["service_request_id"] == request_id
        assert record["status"] == "open"
        assert record["description"] == "灯不亮\n已三天"
        assert (record["lat"], record["long"]) == (28.68, 121.45)
        assert record["requested_datetime"] == "2026-06-01T08:00:00+08:00"
        assert {"address", "address_id", "zipcode", "media_url", "agency_responsible"} <= set(record)
        assert record["zipcode"] is None
        root = xml(await door.client().get(f"{V2}/{address}.xml"))
        assert root.tag == "service_requests"
        assert [one.tag for one in root[0]] == list(record)
        assert root.findtext("request/service_code") == "street_lamp"
        assert root.findtext("request/zipcode") == ""


async def test_attributes_become_checked_answers(door: Any) -> None:
    """Texts of the form become numbers and lines, and what is personal is not published."""
    request_id = await created(door, PICKUP)
    (entry,) = await door.hub.stream(f"report/{request_id}")
    assert entry.fact.answers["lines"][0] == {
        "kind": "bilge_oil", "amount": 40.5, "unit": "l", "basis": "declared",
    }  # fmt: skip
    assert entry.fact.answers["lines"][1]["amount"] == 12
    assert entry.fact.contact.email == "li@example.org"
    text = (await door.client().get(f"{V2}/requests/{request_id}.json?extensions=true")).text
    assert "li@example.org" not in text
    assert "浙椒渔 8801" in text


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        ({"service_code": ""}, 400, "service_code was not provided"),
        ({"service_code": "none"}, 404, "service_code"),
        ({"lat": "", "long": ""}, 400, "lat, long"),
        ({"long": ""}, 400, "lat and long are sent together"),
        ({"lat": "north"}, 400, "lat must be"),
        ({"lat": "91"}, 400, "lat must be"),
        ({"description": "x" * 4001}, 400, "description"),
        ({"media_url": "javascript:alert(1)"}, 400, "media_url"),
        ({"description": "a\x00"}, 400, "null character"),
        ({**PICKUP, "attribute[boat_name]": ""}, 400, "attribute[boat_name]"),
        ({**PICKUP, "attribute[lines.2.amount]": "much"}, 400, "attribute[lines.2.amount]"),
        ({**PICKUP, "attribute[lines.unit]": "kg"}, 400, "attribute[lines.unit]"),
        ({**PICKUP, "attribute[colour]": "red"}, 400, "attribute[colour]"),
    ],
)
@pytest.mark.parametrize("format_", ["xml", "json"])
async def test_a_wrong_request_is_told_by_its_parameter(
    door: Any, data: dict[str, str], status: int, said: str, format_: str
) -> None:
    """Errors come in the format that was asked for, with the attribute's name."""
    answer = await send(door, {**LAMP, **data}, format_)
    assert answer.status_code == status, answer.text
    if format_ == "json":
        assert answer.json()[0]["code"] == str(status)
        assert said in answer.json()[0]["description"]
    else:
        assert said in (xml(answer).findtext("error/description") or "")


async def test_several_problems_are_told_at_once(door: Any) -> None:
    """So that a form is corrected in one go."""
    answer = await send(door, {"lat": "1"})
    assert len(answer.json()) == 2


async def test_a_key_is_needed_to_send_and_not_to_read(door: Any) -> None:
    """403 for a missing or wrong key, whatever else is wrong."""
    for data in (LAMP, {**LAMP, "api_key": "wrong"}):
        answer = await door.client().post(f"{V2}/requests.xml", data=data)
        assert answer.status_code == 403
        assert xml(answer).tag == "errors"
    key = await door.device()
    by_header = await door.client(key).post(f"{V2}/requests.json", data=LAMP)
    assert by_header.status_code == 200
    by_query = await door.client().post(f"{V2}/requests.json", params={"api_key": key}, data=LAMP)
    assert by_query.status_code == 200


async def test_a_repeated_send_under_one_key_is_one_request(door: Any) -> None:
    """The standard has no key of its own; Idempotency-Key gives one."""
    key = await door.device()
    headers = {"idempotency-key": "phone-0001"}
    first = await send(door, LAMP, key=key, headers=headers)
    again = await send(door, LAMP, key=key, headers=headers)
    assert first.json() == again.json()
    assert await created(door, LAMP) != first.json()[0]["service_request_id"]


async def test_pictures_are_uploaded_and_published_without_their_metadata(door: Any) -> None:
    """multipart with media; media_url opens for everyone while the request is public."""
    key = await door.device()
    answer = await door.client().post(
        f"{V2}/requests.json",
        data={"api_key": key, **LAMP},
        files=[("media", ("a.jpg", JPEG, "image/jpeg"))],
    )
    assert answer.status_code == 200, answer.text
    (record,) = (await door.client().get(f"{V2}/requests/{answer.json()[0]['service_request_id']}.json")).json()
    picture = await door.client().get(record["media_url"])
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    refused = await door.client().post(
        f"{V2}/requests.json",
        data={"api_key": "wrong", **LAMP},
        files=[("media", ("a.jpg", JPEG, "image/jpeg"))],
    )
    assert refused.status_code == 403
    script = await door.client().post(
        f"{V2}/requests.json",
        data={"api_key": key, **LAMP},
        files=[("media", ("a.html", b"<script>", "text/html"))],
    )
    assert script.status_code == 400


async def test_filters_narrow_and_the_id_overrides_all(door: Any) -> None:
    """Unknown codes match nothing rather than everything."""
    first = await created(door, LAMP)
    door.clock.advance(days=1)
    second = await created(door, PICKUP)
    client = door.client()

    async def ids(**params: str) -> list[str]:
        answer = await client.get(f"{V2}/requests.json", params=params)
        assert answer.status_code == 200, answer.text
        return [one["service_request_id"] for one in answer.json()]

    assert await ids() == [second, first]
    assert await ids(service_code="street_lamp,other") == [first]
    assert await ids(service_code="other") == []
    assert await ids(status="closed") == []
    assert await ids(status="open,closed", page_size="1", page="2") == [first]
    assert await ids(start_date="2026-06-02T00:00:00+08:00") == [second]
    assert await ids(end_date="2026-06-01T00:00:00Z") == [first]
    assert await ids(start_date="2026-06-02T00:00:00 08:00") == [second]  # a plus lost in the query
    assert await ids(service_request_id=f"{first},none", service_code="other", status="x") == [first]
    assert await ids(lat_ne="29", long_ne="122", lat_sw="28", long_sw="121") == [first]
    assert await ids(service_code="") == [second, first]
    door.clock.advance(days=91)
    assert await ids() == []


@pytest.mark.parametrize(
    "params",
    [
        {"start_date": "2026-06-01"},
        {"start_date": "2026-06-01T00:00:00"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
        {"start_date": "2026-06-02T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
        {"start_date": "9999-12-31T23:59:59Z"},
        {"end_date": "0001-01-01T00:00:00Z"},
        {"status": "maybe"},
        {"page_size": "1001"},
        {"page": "0"},
        {"page": "x"},
        {"lat_ne": "1"},
        {"extensions": "perhaps"},
    ],
)
async def test_a_query_that_cannot_be_meant_is_an_error(door: Any, params: dict[str, str]) -> None:
    """400, in the protocol's form."""
    answer = await door.client().get(f"{V2}/requests.xml", params=params)
    assert answer.status_code == 400
    assert xml(answer).findtext("error/code") == "400"


async def test_what_is_not_public_is_not_there(door: Any) -> None:
    """A report that is kept from the public has no address here."""
    answer = await door.client().post(
        "/api/v1/reports",
        json={
            "service_code": "street_lamp",
            "key": "private-0001",
            "public": False,
            "position": {"lon": 121.45, "lat": 28.68, "datum": "WGS84"},
        },
    )
    report_id = answer.json()["report_id"]
    assert (await door.client().get(f"{V2}/requests/{report_id}.xml")).status_code == 404
    assert (await door.client().get(f"{V2}/requests.json")).json() == []
    token = answer.json()["tracking_token"]
    (told,) = (await door.client().get(f"{V2}/tokens/{token}.json")).json()
    assert told == {"service_request_id": report_id, "token": token}
    assert (await door.client().get(f"{V2}/tokens/none.xml")).status_code == 404
    assert (await door.client().get(f"{V2}/requests/{report_id}")).status_code == 404


async def test_updates_go_in_both_directions(door: Any) -> None:
    """mySociety's extension: posted once, listed by time."""
    request_id = await created(door, LAMP)
    key = await door.device()
    update = {
        "api_key": key,
        "service_request_id": request_id,
        "update_id": "42",
        "status": "IN_PROGRESS",
        "updated_datetime": "2026-06-01T07:59:00+08:00",
        "description": "已派人",
    }
    answer = await door.client().post(f"{V2}/servicerequestupdates.xml", data=update)
    assert answer.status_code == 200, answer.text
    update_id = xml(answer).findtext("request_update/update_id")
    again = await door.client().post(f"{V2}/servicerequestupdates.json", data=update)
    assert again.json() == [{"update_id": update_id}]
    (told,) = (await door.client().get(f"{V2}/servicerequestupdates.json")).json()
    assert (told["update_id"], told["status"], told["description"]) == (update_id, "in_progress", "已派人")
    assert told["service_request_id"] == request_id
    span = {"start_date": "2026-06-02T00:00:00Z"}
    assert (await door.client().get(f"{V2}/servicerequestupdates.json", params=span)).json() == []
    without = await door.client().post(f"{V2}/servicerequestupdates.json", data={"api_key": key})
    assert (without.status_code, len(without.json())) == (400, 5)
    unknown = {**update, "service_request_id": "none"}
    assert (await door.client().post(f"{V2}/servicerequestupdates.json", data=unknown)).status_code == 404
    assert (await door.client().post(f"{V2}/servicerequestupdates.json", data={})).status_code == 403
    extended = (await door.client().get(f"{V2}/requests/{request_id}.json?extensions=true")).json()[0]
    assert [note["description"] for note in extended["notes"]] == ["已派人"]


async def test_bulk_outputs(door: Any) -> None:
    """CSV with the columns of the bulk format, and a feed; no cell starts a formula."""
    await created(door, {**LAMP, "description": "=1+1"})
    answer = await door.client().get(f"{V2}/requests.csv")
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["source"], row["description"], row["lat"]) == ("open311", "'=1+1", "28.68")
    feed = ElementTree.fromstring((await door.client().get(f"{V2}/requests.rss")).text)
    assert feed.findtext("channel/item/title") == "路灯不亮"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"a=%FF", "application/x-www-form-urlencoded"),
        (b"&".join(b"a=1" for _ in range(600)), "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=b"),
        (b"--b\r\nnonsense", "multipart/form-data; boundary=b"),
        (b"a=" + b"x" * 1_100_000, "application/x-www-form-urlencoded"),
    ],
)
async def test_garbage_is_an_error_and_never_breaks(door: Any, content: bytes, content_type: str) -> None:
    """Whatever is posted, the answer is errors in the protocol's form."""
    answer = await door.client().post(f"{V2}/requests.xml", content=content, headers={"content-type": content_type})
    assert 400 <= answer.status_code < 500
    assert xml(answer).tag == "errors"


async def test_a_jurisdiction_that_is_not_served_is_not_found(door: Any) -> None:
    """With one it may be left out, with several it must be said."""
    doors = door.services.more["intake"]
    served = Open311Settings(jurisdictions=("jiaojiang.example", "linhai.example"))
    door.services.more["intake"] = dataclasses.replace(doors, open311=served)
    assert (await door.client().get(f"{V2}/services.xml")).status_code == 400
    for name, status in (("linhai.example", 200), ("elsewhere.example", 404)):
        answer = await door.client().get(f"{V2}/services.xml", params={"jurisdiction_id": name})
        assert answer.status_code == status


async def test_expected_time_is_written_with_its_zone(door: Any) -> None:
    """W3C date and time, to the second, in the town's zone."""
    door.clock.advance(0.123456)
    request_id = await created(door, LAMP)
    (record,) = (await door.client().get(f"{V2}/requests/{request_id}.json")).json()
    assert record["requested_datetime"] == "2026-06-01T08:00:00+08:00"
    span = {"end_date": record["requested_datetime"]}
    assert len((await door.client().get(f"{V2}/requests.json", params=span)).json()) == 1
