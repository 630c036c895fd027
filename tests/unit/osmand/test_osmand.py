"""OsmAnd protocol: the old query and the new JSON of telephones."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidehub.adapters.osmand import decode_json, decode_query
from tidehub.kernel.datums import Datum, from_wgs84
from tidehub.methods.tracking import Flag, Reason

AT = datetime(2026, 6, 1, 4, 0, 40, tzinfo=UTC)

# As the Traccar client (version 9 and later) posts it.
JSON = """{"location": {"timestamp": "2026-06-01T04:00:35.000Z",
  "coords": {"latitude": 28.67, "longitude": 121.45, "accuracy": 6.5, "speed": 1.5, "heading": 270.5,
             "altitude": 10.2},
  "is_moving": true, "event": "motionchange", "battery": {"level": 0.8, "is_charging": false},
  "activity": {"type": "in_vehicle"}, "extras": {}}, "device_id": "12345678"}"""


def test_query_of_the_protocol() -> None:
    """Speed is in knots, accuracy follows from the dilution, the time is seconds since 1970."""
    told = decode_query("id=123456&lat=28.67&lon=121.45&timestamp=1780286435&speed=5.2&bearing=90&hdop=1.2&batt=80", AT)
    (fix,) = told.fixes
    assert fix.device_claim == "osmand:123456"
    assert (fix.lon, fix.lat, fix.cog_deg) == (121.45, 28.67, 90.0)
    assert fix.sog_mps == pytest.approx(5.2 * 1852 / 3600)
    assert fix.accuracy_m == pytest.approx(6.0)
    assert fix.device_at == datetime(2026, 6, 1, 4, 0, 35, tzinfo=UTC)


@pytest.mark.parametrize(
    "timestamp",
    [
        "1780286435",
        "1780286435000",
        "2026-06-01T04:00:35Z",
        "2026-06-01T12:00:35%2B08:00",
        "2026-06-01 04:00:35",
    ],
)
def test_every_spelling_of_the_time(timestamp: str) -> None:
    """Seconds, milliseconds, RFC 3339 with any zone, and the protocol's own plain UTC."""
    (fix,) = decode_query(f"id=1&lat=28&lon=121&timestamp={timestamp}", AT).fixes
    assert fix.device_at == datetime(2026, 6, 1, 4, 0, 35, tzinfo=UTC)


def test_an_imei_is_named_as_one() -> None:
    """Fifteen digits are an IMEI, whichever app sends them; deviceid and location are other spellings."""
    (fix,) = decode_query("deviceid=860000000000001&location=28.67,121.45", AT).fixes
    assert fix.device_claim == "imei:860000000000001"
    assert (fix.lon, fix.lat) == (121.45, 28.67)


def test_json_of_the_client() -> None:
    """Speed is m/s here; the heading has a fraction."""
    (fix,) = decode_json(JSON, AT).fixes
    assert (fix.device_claim, fix.sog_mps, fix.cog_deg, fix.accuracy_m) == (
        "osmand:12345678",
        1.5,
        270.5,
        6.5,
    )
    assert fix.device_at == datetime(2026, 6, 1, 4, 0, 35, tzinfo=UTC)


def test_stored_locations_come_as_a_list() -> None:
    """Positions kept while there was no network: each a fix, a bad one a problem."""
    good = msgspec.json.decode(JSON)["location"]
    body = msgspec.json.encode({"device_id": "7", "location": [good, {"coords": {}}, good]})
    told = decode_json(body, AT)
    assert len(told.fixes) == 2
    assert [problem.reason for problem in told.problems] == [Reason.POSITION_MISSING]


def test_minus_one_is_not_available() -> None:
    """Telephones say -1 for a speed or a heading that they do not have."""
    told = msgspec.json.decode(JSON)
    told["location"]["coords"] |= {"speed": -1, "heading": -1, "accuracy": -1}
    (fix,) = decode_json(msgspec.json.encode(told), AT).fixes
    assert (fix.sog_mps, fix.cog_deg, fix.accuracy_m) == (None, None, None)


def test_a_named_datum_is_converted_an_unknown_one_refused() -> None:
    """A telephone with a Chinese map may send GCJ-02, when it says so."""
    lon, lat = from_wgs84(121.45, 28.67, Datum.GCJ02)
    (fix,) = decode_query(f"id=1&lat={lat}&lon={lon}&datum=gcj02", AT).fixes
    assert (fix.lon, fix.lat) == pytest.approx((121.45, 28.67), abs=1e-8)
    told = decode_query("id=1&lat=28&lon=121&datum=mars", AT)
    assert [problem.reason for problem in told.problems] == [Reason.DATUM_UNKNOWN]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("lat=28&lon=121", Reason.DEVICE_MISSING),
        ("id=%00&lat=28&lon=121", Reason.FIELD_INVALID),
        ("id=1&lat=28", Reason.POSITION_MISSING),
        ("id=1&lat=x&lon=121", Reason.FIELD_INVALID),
        ("id=1&lat=121&lon=28.6", Reason.POSITION_IMPOSSIBLE),
        ("id=1&" + "a=1&" * 100, Reason.MALFORMED),
        ("x" * 9000, Reason.LINE_TOO_LONG),
    ],
)
def test_what_cannot_be_used_is_a_problem(query: str, reason: Reason) -> None:
    """Swapped degrees, a missing id, a flood of fields."""
    told = decode_query(query, AT)
    assert told.fixes == [] and [problem.reason for problem in told.problems] == [reason]


def test_a_bad_time_does_not_cost_the_position() -> None:
    """The place is good, its time is ours, and the problem says so."""
    told = decode_query("id=1&lat=28&lon=121&timestamp=soon", AT)
    assert told.fixes[0].device_at is None
    assert [problem.reason for problem in told.problems] == [Reason.TIME_INVALID]


def test_flags_of_the_telephone() -> None:
    """valid=false is an old place; alarm is an SOS."""
    (fix,) = decode_query("id=1&lat=28&lon=121&valid=false&alarm=sos", AT).fixes
    assert fix.flags == (Flag.NOT_LOCATED, Flag.ALARM)


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_garbage_never_raises_and_is_never_lost(data: str | bytes) -> None:
    """Any query and any body gives a fix or a problem."""
    for told in (decode_query(data, AT), decode_json(data, AT)):
        assert len(told.fixes) + len(told.problems) >= 1


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["coords", "latitude", "longitude", "timestamp", "speed", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(_json, _json)
def test_senseless_json_never_raises(device: object, location: object) -> None:
    """Any JSON in the place of a location."""
    body = msgspec.json.encode({"device_id": device, "location": location})
    told = decode_json(body, AT)
    assert len(told.fixes) + len(told.problems) >= 1


@given(
    lon=st.floats(-180, 180, allow_nan=False).map(lambda value: round(value, 7)),
    lat=st.floats(-90, 90, allow_nan=False).map(lambda value: round(value, 7)),
)
def test_positions_are_taken_as_sent(lon: float, lat: float) -> None:
    """No digit is lost on the way."""
    (fix,) = decode_query(f"id=1&lat={lat:.7f}&lon={lon:.7f}", AT).fixes
    assert (fix.lon, fix.lat) == (lon, lat)
