"""Signal K deltas as the specification writes them, and routes handed to the boat's plotter."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidehub.adapters.signalk import (
    SignalKDecoder,
    claim_of_context,
    clear_course,
    encode_delta,
    encode_hello,
    push_route,
    route_uuid,
    subscribe_message,
)
from tidehub.methods.tracking import Flag, Reason

AT = datetime(2026, 6, 1, 4, 0, 40, tzinfo=UTC)
CONTEXT = "vessels.urn:mrn:imo:mmsi:412345678"

# The form of the specification 1.7, data model "delta".
DELTA = """{
  "context": "vessels.urn:mrn:imo:mmsi:234567890",
  "updates": [{
    "source": {"label": "N2000-01", "type": "NMEA2000", "src": "017", "pgn": 129025},
    "timestamp": "2010-01-07T07:18:44Z",
    "values": [
      {"path": "navigation.position", "value": {"latitude": -41.2936935424, "longitude": 173.2470855712}},
      {"path": "navigation.speedOverGround", "value": 3.85},
      {"path": "navigation.courseOverGroundTrue", "value": 1.7453292519943295}
    ]}]}"""


def delta(*values: tuple[str, object], context: str = CONTEXT, timestamp: str | None = None) -> bytes:
    update: dict[str, object] = {"values": [{"path": path, "value": value} for path, value in values]}
    if timestamp is not None:
        update["timestamp"] = timestamp
    return msgspec.json.encode({"context": context, "updates": [update]})


def test_delta_of_the_specification() -> None:
    """SI units and radians on the wire, degrees inside; the MMSI of the context is the claim."""
    told = SignalKDecoder().feed(DELTA, AT)
    assert told.problems == []
    (fix,) = told.fixes
    assert fix.device_claim == "mmsi:234567890"
    assert (fix.lon, fix.lat) == (173.2470855712, -41.2936935424)
    assert fix.sog_mps == 3.85
    assert fix.cog_deg == pytest.approx(100.0)
    assert fix.device_at == datetime(2010, 1, 7, 7, 18, 44, tzinfo=UTC)


def test_values_of_one_vessel_are_merged_and_age() -> None:
    """A delta carries only what changed: speed and depth are held for thirty seconds, not for ever."""
    decoder = SignalKDecoder()
    decoder.feed(delta(("navigation.speedOverGround", 2.0), ("environment.depth.belowSurface", 4.2)), AT)
    place = ("navigation.position", {"latitude": 28.6, "longitude": 121.5})
    (fix,) = decoder.feed(delta(place), AT + timedelta(seconds=29)).fixes
    assert (fix.sog_mps, fix.depth_m) == (2.0, 4.2)
    (later,) = decoder.feed(delta(place), AT + timedelta(seconds=31)).fixes
    assert (later.sog_mps, later.depth_m) == (None, None)
    other = decoder.feed(delta(place, context="vessels.urn:mrn:imo:mmsi:412000002"), AT).fixes[0]
    assert other.sog_mps is None


def test_null_takes_a_value_back() -> None:
    """A source that says null does not know any more."""
    decoder = SignalKDecoder()
    decoder.feed(delta(("navigation.speedOverGround", 2.0)), AT)
    decoder.feed(delta(("navigation.speedOverGround", None)), AT)
    place = ("navigation.position", {"latitude": 28.6, "longitude": 121.5})
    assert decoder.feed(delta(place), AT).fixes[0].sog_mps is None


def test_self_is_whom_the_hello_names() -> None:
    """vessels.self means nothing before the server said who that is."""
    decoder = SignalKDecoder()
    place = ("navigation.position", {"latitude": 28.6, "longitude": 121.5})
    early = decoder.feed(delta(place, context="vessels.self"), AT)
    assert [problem.reason for problem in early.problems] == [Reason.DEVICE_MISSING]
    assert not any(decoder.feed(encode_hello("vessels.urn:mrn:imo:mmsi:412345678", AT), AT))
    assert decoder.feed(delta(place, context="vessels.self"), AT).fixes[0].device_claim == "mmsi:412345678"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.POSITION_MISSING),
        ({}, Reason.POSITION_MISSING),
        ({"latitude": "28", "longitude": 121.5}, Reason.FIELD_INVALID),
        ({"latitude": 91.0, "longitude": 181.0}, Reason.POSITION_IMPOSSIBLE),
        ([121.5, 28.6], Reason.FIELD_INVALID),
    ],
)
def test_a_position_that_is_none_is_a_problem(value: object, reason: Reason) -> None:
    """Null, text, impossible degrees: each a problem with the vessel's claim."""
    told = SignalKDecoder().feed(delta(("navigation.position", value)), AT)
    assert told.fixes == []
    assert [(p.reason, p.device_claim) for p in told.problems] == [(reason, "mmsi:412345678")]


def test_a_wrong_timestamp_does_not_cost_the_position() -> None:
    """The place is still good; its time is ours."""
    place = ("navigation.position", {"latitude": 28.6, "longitude": 121.5})
    told = SignalKDecoder().feed(delta(place, timestamp="yesterday"), AT)
    assert told.fixes[0].device_at is None
    assert [problem.reason for problem in told.problems] == [Reason.TIME_INVALID]


def test_anchored_and_static_values() -> None:
    """State flags the fixes that follow; name, call sign and draught are claims."""
    decoder = SignalKDecoder()
    told = decoder.feed(
        delta(
            ("navigation.state", "anchored"),
            ("", {"name": "ZHEJIAOYU 7"}),
            ("communication.callsignVhf", "BABC"),
            ("design.draft", {"maximum": 1.8}),
            ("design.length", {"overall": 24.0}),
            ("navigation.position", {"latitude": 28.6, "longitude": 121.5}),
        ),
        AT,
    )
    assert told.fixes[0].flags == (Flag.AT_ANCHOR,)
    (claim,) = told.identities
    assert (claim.name, claim.call_sign, claim.draught_m, claim.length_m) == (
        "ZHEJIAOYU 7",
        "BABC",
        1.8,
        24.0,
    )


def test_course_news_is_read_as_what_the_boat_thinks() -> None:
    """Calculated values and notifications of the active leg, and their taking back."""
    decoder = SignalKDecoder()
    told = decoder.feed(
        delta(
            ("navigation.course.calcValues.distance", 1200.0),
            ("navigation.course.calcValues.timeToGo", 300),
            ("navigation.course.calcValues.crossTrackError", -12.5),
            ("navigation.course.calcValues.estimatedTimeOfArrival", "2026-06-01T04:05:40Z"),
            ("notifications.navigation.course.arrivalCircleEntered", {"state": "alert", "message": "near"}),
            ("notifications.navigation.course.perpendicularPassed", {"state": "normal", "message": ""}),
        ),
        AT,
    )
    (progress,) = told.progress
    assert (progress.distance_m, progress.time_to_go_s, progress.cross_track_m) == (1200.0, 300.0, -12.5)
    assert progress.eta_at == AT + timedelta(minutes=5)
    assert [(notice.kind, notice.active) for notice in told.notices] == [
        ("arrival_circle_entered", True),
        ("perpendicular_passed", False),
    ]


def test_contexts_without_a_number_keep_their_name() -> None:
    """A UUID is a claim too; buoys are flagged as aids."""
    assert claim_of_context("vessels.urn:mrn:signalk:uuid:c0d7").startswith("signalk:urn:mrn:signalk:uuid")
    place = ("navigation.position", {"latitude": 28.6, "longitude": 121.5})
    (fix,) = SignalKDecoder().feed(delta(place, context="atons.urn:mrn:imo:mmsi:994121234"), AT).fixes
    assert fix.flags == (Flag.AID_TO_NAVIGATION,) and fix.device_claim == "mmsi:994121234"


def test_the_least_recent_vessel_is_forgotten_first() -> None:
    """Memory is bounded however many vessels a server hears."""
    decoder = SignalKDecoder(vessels_max=2)
    for number in (1, 2, 3):
        context = f"vessels.urn:mrn:imo:mmsi:41200000{number}"
        decoder.feed(delta(("navigation.speedOverGround", float(number)), context=context), AT)
    place = ("navigation.position", {"latitude": 28.6, "longitude": 121.5})
    first = decoder.feed(delta(place, context="vessels.urn:mrn:imo:mmsi:412000001"), AT).fixes[0]
    third = decoder.feed(delta(place, context="vessels.urn:mrn:imo:mmsi:412000003"), AT).fixes[0]
    assert (first.sog_mps, third.sog_mps) == (None, 3.0)


@given(
    lon=st.floats(-180, 180, allow_nan=False),
    lat=st.floats(-90, 90, allow_nan=False),
    sog=st.floats(0, 40, allow_nan=False),
    cog=st.floats(0, 359.999, allow_nan=False),
)
def test_encoded_deltas_come_back(lon: float, lat: float, sog: float, cog: float) -> None:
    """A simulated boat is read back exactly, but for the turn through radians."""
    message = encode_delta(CONTEXT, AT, lon=lon, lat=lat, sog_mps=sog, cog_deg=cog, depth_m=3.0)
    (fix,) = SignalKDecoder().feed(message, AT).fixes
    # The position stands first in the delta, the values after it belong to it all the same.
    assert (fix.lon, fix.lat, fix.sog_mps, fix.depth_m, fix.device_at) == (lon, lat, sog, 3.0, AT)
    assert fix.cog_deg is not None and math.cos(math.radians(fix.cog_deg - cog)) == pytest.approx(1.0)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_garbage_never_raises_and_is_never_lost(message: bytes | str) -> None:
    """What is no message is a problem."""
    assert len(SignalKDecoder().feed(message, AT).problems) == 1


_json = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "",
                    "name",
                    "design.aisShipType",
                    "design.draft",
                    "design.length",
                    "navigation.course.calcValues.distance",
                    "navigation.position",
                    "navigation.speedOverGround",
                    "navigation.state",
                    "notifications.navigation.course.perpendicularPassed",
                ]
            ),
            _json,
        ),
        max_size=5,
    )
)
def test_senseless_values_never_raise(values: list[tuple[str, object]]) -> None:
    """Any JSON under any path: every position is a fix or a problem."""
    told = SignalKDecoder().feed(delta(*values), AT)
    positions = sum(path == "navigation.position" for path, _ in values)
    assert (
        len(told.fixes) + sum(p.detail.startswith(("position", "navigation.pos", "lon")) for p in told.problems)
        == positions
    )


def test_a_route_is_filed_then_made_active() -> None:
    """Three calls in order; the same job gives the same route id, which the server accepts as version 4."""
    route_id = route_uuid("job-1")
    assert route_id == route_uuid("job-1") != route_uuid("job-2")
    calls = push_route(route_id, "J1", [(121.5, 28.6), (121.52, 28.61)], arrival_radius_m=100.0)
    assert [(call.method, call.path.rpartition("/")[2]) for call in calls] == [
        ("PUT", route_id),
        ("PUT", "activeRoute"),
        ("PUT", "arrivalCircle"),
    ]
    filed = msgspec.json.decode(calls[0].body)
    assert filed["feature"]["geometry"]["coordinates"] == [[121.5, 28.6], [121.52, 28.61]]
    assert msgspec.json.decode(calls[1].body)["href"] == f"/resources/routes/{route_id}"
    assert clear_course()[0].method == "DELETE"
    with pytest.raises(ValueError, match="two waypoints"):
        push_route(route_id, "J1", [(121.5, 28.6)], arrival_radius_m=100.0)
    with pytest.raises(ValueError, match="UUID"):
        push_route("x", "J1", [(121.5, 28.6), (121.6, 28.6)], arrival_radius_m=100.0)


def test_subscription_names_its_paths() -> None:
    """A stream opened with subscribe=none sends nothing until asked."""
    told = msgspec.json.decode(subscribe_message("vessels.self", ["navigation.position"]))
    assert told["context"] == "vessels.self"
    assert told["subscribe"][0]["path"] == "navigation.position"
