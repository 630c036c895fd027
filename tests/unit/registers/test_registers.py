"""Registers keep their history, refuse what is wrong, and are the same in memory as on disk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tidehub.kernel.access import Actor, platform_actor
from tidehub.kernel.errors import Refusal
from tidehub.registers import BODIES, RecordEntry, Registers, RetireEntry, ShiftPattern, shifts_between

pytestmark = pytest.mark.anyio
BY = platform_actor("flow/test")
KEEPER = Actor(id="person/keeper", roles=frozenset({"administrator"}), regions=("331002",))
SWAPPED = {"name": "p", "kind": "berth", "position": {"lon": 28.6, "lat": 121.4}}
BOAT = {"name": "椒运一号", "kind": "shuttle_boat", "skills": ["oil"], "region_code": "331002"}


async def put(platform: Any, register: str, id_: str, body: dict[str, Any], by: Actor = BY, **more: Any) -> Any:
    return await platform.handle(RecordEntry(register=register, id=id_, body=body, **more), by=by)


async def code_of(work: Any) -> tuple[str, str | None]:
    with pytest.raises(Refusal) as caught:
        await work
    return caught.value.code, caught.value.field


async def test_what_is_recorded_can_be_read(platform: Any) -> None:
    """An entry is in the snapshot as soon as it is committed, with the type of its register."""
    await put(platform, "units", "u1", BOAT)
    unit = platform.registers.units.get("u1")
    assert unit.name == "椒运一号"
    assert unit.skills == ("oil",)
    assert list(platform.registers.units.all(kind="shuttle_boat")) == ["u1"]
    assert platform.registers.units.all(kind="truck") == {}
    assert list(platform.registers.units.all(skills="oil")) == ["u1"]


async def test_the_same_again_changes_nothing(platform: Any) -> None:
    """A repeated import writes no fact."""
    await put(platform, "units", "u1", BOAT)
    platform.clock.move(hours=1)
    assert await put(platform, "units", "u1", BOAT) == []


async def test_history_is_kept(platform: Any) -> None:
    """An old instant sees the old entry, a new one the new; before the first there is none."""
    begin = platform.clock.now()
    await put(platform, "units", "u1", BOAT)
    platform.clock.move(days=1)
    await put(platform, "units", "u1", BOAT | {"name": "椒运二号"})
    units = platform.registers.units
    assert units.get("u1").name == "椒运二号"
    assert units.get("u1", begin).name == "椒运一号"
    assert units.get("u1", begin - timedelta(seconds=1)) is None
    assert [entry.body.name for entry in units.history("u1")] == ["椒运一号", "椒运二号"]


async def test_a_retired_thing_is_gone_from_then_on(platform: Any) -> None:
    """What held before a thing was retired stays readable."""
    begin = platform.clock.now()
    await put(platform, "units", "u1", BOAT)
    platform.clock.move(days=1)
    await platform.handle(RetireEntry(register="units", id="u1"), by=BY)
    assert platform.registers.units.get("u1") is None
    assert platform.registers.units.get("u1", begin) is not None
    assert await platform.handle(RetireEntry(register="units", id="u1"), by=BY) == []


async def test_a_restart_sees_what_was_seen(platform: Any) -> None:
    """Loading from the table gives the same snapshot as following the commits."""
    await put(platform, "units", "u1", BOAT)
    platform.clock.move(days=1)
    await put(platform, "units", "u1", BOAT | {"name": "椒运二号"})
    await put(platform, "craft", "c1", {"name": "c", "kind": "boat", "mmsi": "412345678", "draught_m": 1.2})
    await put(platform, "units", "u2", BOAT)
    await platform.handle(RetireEntry(register="units", id="u2"), by=BY)
    again = Registers(platform.clock)
    await again.load(platform.store)
    for name in BODIES:
        followed, loaded = platform.registers.register(name), again.register(name)
        assert {id_: followed.history(id_) for id_ in followed.all()} == {
            id_: loaded.history(id_) for id_ in loaded.all()
        }


@pytest.mark.parametrize(
    ("register", "id_", "body", "code", "field"),
    [
        ("boats", "u1", {}, "register_unknown", "register"),
        ("units", "u1", BOAT | {"colour": "red"}, "entry_invalid", "body.colour"),
        ("units", "u1", {"kind": "boat"}, "entry_invalid", "body.name"),
        ("units", "u1", BOAT | {"skills": "oil"}, "entry_invalid", "body.skills"),
        ("units", "U 1", BOAT, "entry_id_invalid", "id"),
        ("craft", "c", {"name": "c", "kind": "boat", "mmsi": "41234"}, "entry_invalid", "body.mmsi"),
        ("places", "p", SWAPPED, "position_out_of_range", "body.position"),
        ("calendars", "c", {"name": "c", "holidays": {"2026-02-30": "x"}}, "entry_invalid", "body.holidays"),
        ("calendars", "c", {"name": "c", "zone": "Mars/Olympus"}, "entry_invalid", "body.zone"),
        ("people", "f1", {"name": "张*"}, "masked_text", "body.name"),
        ("people", "anonymous", {"name": "张三"}, "entry_id_invalid", "id"),
        ("jurisdictions", "33-x", {"name": "x", "level": "county"}, "entry_id_invalid", "id"),
        ("devices", "d", {"kind": "ais", "claims": ["412345678"]}, "entry_invalid", "body.claims[0]"),
    ],
)
async def test_what_is_wrong_is_refused_by_its_field(
    platform: Any, register: str, id_: str, body: dict[str, Any], code: str, field: str
) -> None:
    """Every refusal names what was wrong."""
    assert await code_of(put(platform, register, id_, body)) == (code, field)


@pytest.mark.parametrize(
    ("ring", "code"),
    [
        ([[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]], "polygon_invalid"),
        ([[0, 0], [1, 0], [1, 1], [0, 1]], "polygon_invalid"),
        ([[0, 0], [0, 0]], "polygon_invalid"),
        ([[0, 0], [1, 0], [1, 95], [0, 0]], "position_out_of_range"),
    ],
)
async def test_a_bad_polygon_is_refused(platform: Any, ring: list[list[float]], code: str) -> None:
    """A polygon that crosses itself, is open, or leaves the earth is no area."""
    body = {"name": "x", "level": "county", "polygons": [[ring]]}
    assert (await code_of(put(platform, "jurisdictions", "331002", body)))[0] == code


async def test_the_second_editor_is_told(platform: Any) -> None:
    """A change made on an old version is refused, nothing is overwritten."""
    await put(platform, "units", "u1", BOAT, expects=0)
    await put(platform, "units", "u1", BOAT | {"name": "二"}, expects=1)
    assert (await code_of(put(platform, "units", "u1", BOAT | {"name": "三"}, expects=1)))[0] == "changed_meanwhile"
    assert platform.registers.units.get("u1").name == "二"


async def test_a_keeper_stays_in_his_region(platform: Any) -> None:
    """A keeper changes what lies in his region, and moves nothing in or out of it."""
    await put(platform, "units", "u1", BOAT, by=KEEPER)
    assert (await code_of(put(platform, "units", "u1", BOAT | {"region_code": "331003"}, by=KEEPER)))[0] == "forbidden"
    assert (await code_of(put(platform, "units", "u2", {"name": "x", "kind": "y"}, by=KEEPER)))[0] == "forbidden"


async def test_a_validity_that_ends_first_is_refused(platform: Any) -> None:
    """An entry cannot end before it begins."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    work = put(platform, "units", "u1", BOAT, valid_from=at, valid_to=at)
    assert await code_of(work) == ("validity_invalid", "valid_to")


async def test_a_device_is_found_by_its_claims(platform: Any) -> None:
    """Any of its names finds a device; a retired one is found no more."""
    body = {"kind": "ais", "claims": ["mmsi:412345678", "imei:861234567890123"], "unit_id": "u1"}
    await put(platform, "devices", "d1", body)
    assert platform.registers.device_of("imei:861234567890123")[0] == "d1"
    assert platform.registers.device_of("mmsi:1") is None
    await platform.handle(RetireEntry(register="devices", id="d1"), by=BY)
    assert platform.registers.device_of("mmsi:412345678") is None


def test_the_longest_prefix_is_responsible() -> None:
    """A district's own unit comes before the city's."""
    category = BODIES["categories"](name="x", responsible={"3310": "city", "331002": "district"})  # type: ignore[call-arg]
    assert category.responsible_unit("331002001") == "district"  # type: ignore[attr-defined]
    assert category.responsible_unit("331003") == "city"  # type: ignore[attr-defined]
    assert category.responsible_unit("3301") is None  # type: ignore[attr-defined]


def test_night_duty_ends_next_day() -> None:
    """A shift from 22:00 to 06:00 that begins on a Monday covers Tuesday's early morning, in local time."""
    night = (ShiftPattern(days=(1,), starts="22:00", ends="06:00"),)
    begin = datetime(2026, 6, 1, 20, 0, tzinfo=UTC)  # Tuesday 04:00 in China
    shifts = shifts_between(night, begin, begin + timedelta(hours=1))
    assert [(shift.starts_at, shift.ends_at) for shift in shifts] == [
        (datetime(2026, 6, 1, 14, 0, tzinfo=UTC), datetime(2026, 6, 1, 22, 0, tzinfo=UTC))
    ]


def test_every_body_goes_to_json_and_back() -> None:
    """What a register holds survives the log."""
    for name, body in BODIES.items():
        assert body.register == name
        assert body.__doc__
        required = {
            "name": "x",
            "kind": "y",
            "level": "town",
            "position": {"lon": 1.0, "lat": 2.0},
            "claims": [],
        }
        fields = {field.name for field in msgspec.structs.fields(body) if field.required}
        made = msgspec.convert({key: required[key] for key in fields}, body)
        assert msgspec.convert(msgspec.to_builtins(made), body) == made
