"""JT/T 808: a published frame, all three editions, escapes, batches and damage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidehub.adapters.jtt808 import (
    Jtt808Decoder,
    SecretAdmission,
    bodies,
    encode_authentication,
    encode_batch,
    encode_frame,
    encode_heartbeat,
    encode_location,
    encode_platform_reply,
    encode_register,
    encode_register_reply,
)
from tidehub.adapters.jtt808.encode import location_body
from tidehub.adapters.jtt808.frame import FrameCutter, Message, escape, parse_frame, unescape
from tidehub.kernel.datums import Datum, from_wgs84
from tidehub.methods.tracking import Flag, Reason

AT = datetime(2026, 6, 1, 4, 0, 40, tzinfo=UTC)
PHONE = "013800138000"

# Published with the JT808 library of SmallChi (MIT): both escapes, extra items for mileage and fuel.
PUBLISHED = bytes.fromhex(
    "7E0200002612345678901200 7D02 00000001 00000002 00BA7F0E 07E4F11C 0028 003C 0000 181015101010"
    "0104 00000064 0202 007D01 13 7E"
)


def decode(data: bytes, **options: Datum):
    return Jtt808Decoder(**options).feed(data, AT)


def test_published_location_frame() -> None:
    """Terminal 123456789012, serial 126, 12.222222 N 132.444444 E, 6 km/h, 2018-10-15 10:10:10 in China."""
    (incoming,) = decode(PUBLISHED)
    assert incoming.message is not None
    assert (incoming.message.phone, incoming.message.serial) == ("123456789012", 126)
    (fix,) = incoming.fixes
    assert (fix.lon, fix.lat) == pytest.approx((132.444444, 12.222222))
    assert fix.sog_mps == pytest.approx(6.0 / 3.6)
    assert fix.device_at == datetime(2018, 10, 15, 2, 10, 10, tzinfo=UTC)
    assert Flag.ALARM in fix.flags  # bit 0: the emergency button
    assert incoming.problems == []


def test_the_escapes_undo_each_other() -> None:
    """7e and 7d never stand inside a frame, and come back."""
    assert escape(b"\x30\x7e\x08\x7d\x55") == bytes.fromhex("307d02087d0155")
    assert unescape(bytes.fromhex("307d02087d0155")) == b"\x30\x7e\x08\x7d\x55"
    assert unescape(b"\x7d\x03") is None


@given(st.binary(max_size=300))
def test_escape_round_trip(data: bytes) -> None:
    """For any bytes: no delimiter inside, and the same bytes back."""
    hidden = escape(data)
    assert b"\x7e" not in hidden
    assert unescape(hidden) == data


@pytest.mark.parametrize("edition_2019", [False, True])
def test_location_in_both_headers(edition_2019: bool) -> None:
    """2019 has a version byte and ten bytes of number; the claim stays the same through an upgrade."""
    body = location_body(121.5, 28.6, AT, speed_mps=10.0, course_deg=90)
    (incoming,) = decode(encode_location(PHONE, 7, body, edition_2019=edition_2019))
    (fix,) = incoming.fixes
    assert fix.device_claim == f"jtt808:{PHONE}"
    assert (fix.lon, fix.lat, fix.cog_deg, fix.device_at) == (121.5, 28.6, 90.0, AT)
    assert fix.sog_mps == pytest.approx(10.0)


@pytest.mark.parametrize("edition", [2011, 2013, 2019])
def test_registration_of_each_edition(edition: int) -> None:
    """2011 and 2013 differ in the length of the model only; the colour byte tells them apart."""
    data = encode_register(PHONE, 1, plate="浙J12345", terminal_id="T000001", model="SIM", edition=edition)
    (incoming,) = decode(data)
    assert incoming.message is not None
    told = bodies.read_registration(incoming.message)
    assert (told.edition, told.plate, told.plate_colour) == (edition, "浙J12345", 1)
    assert (told.province, told.city, told.terminal_id, told.model) == (33, 1002, "T000001", "SIM")
    (claim,) = incoming.identities
    assert (claim.plate, claim.device_claim) == ("浙J12345", f"jtt808:{PHONE}")


@pytest.mark.parametrize("edition_2019", [False, True])
def test_authentication_of_each_edition(edition_2019: bool) -> None:
    """Since 2019 the code has a length, and IMEI and version follow."""
    data = encode_authentication(PHONE, 2, "abc123", imei="860000000000001", software="V1.2", edition_2019=edition_2019)
    (incoming,) = decode(data)
    assert incoming.message is not None
    told = bodies.read_authentication(incoming.message)
    assert told.code == "abc123"
    assert told.imei == ("860000000000001" if edition_2019 else None)
    assert told.software == ("V1.2" if edition_2019 else None)


def test_batch_of_blind_spots_is_flagged_backfilled() -> None:
    """0x0704 type 1 holds positions stored out of coverage: each a fix, none lost, all flagged."""
    items = [location_body(121.5 + n / 1000, 28.6, AT - timedelta(minutes=n)) for n in range(5)]
    (incoming,) = decode(encode_batch(PHONE, 3, items))
    assert len(incoming.fixes) == 5
    assert all(Flag.BACKFILLED in fix.flags for fix in incoming.fixes)
    (live,) = decode(encode_batch(PHONE, 3, items, backfilled=False))
    assert not any(Flag.BACKFILLED in fix.flags for fix in live.fixes)


def test_long_batch_comes_in_parts_and_each_part_is_answered() -> None:
    """More than 1023 bytes are split; parts say they are not whole, the last brings all fixes."""
    items = [location_body(121.5 + n / 1000, 28.6, AT - timedelta(minutes=n)) for n in range(100)]
    incoming = decode(encode_batch(PHONE, 65_535, items))  # the serial runs over
    assert [one.whole for one in incoming] == [False, False, False, True]
    assert len(incoming[-1].fixes) == 100


def test_missing_parts_are_reported() -> None:
    """A batch whose middle never came is a problem that says which parts are there."""
    items = [location_body(121.5, 28.6, AT - timedelta(minutes=n)) for n in range(100)]
    frames = [b"\x7e" + piece + b"\x7e" for piece in encode_batch(PHONE, 1, items).split(b"\x7e") if piece]
    decoder = Jtt808Decoder()
    decoder.feed(frames[0] + frames[2], AT)
    (incoming,) = decoder.flush(AT)
    assert incoming.problems[0].reason is Reason.PARTS_MISSING
    assert "1,3 of 4" in incoming.problems[0].detail


def test_batch_with_a_wrong_count_keeps_what_is_whole() -> None:
    """A damaged tail costs only itself."""
    good = location_body(121.5, 28.6, AT)
    body = b"\x00\x03\x00" + len(good).to_bytes(2, "big") + good + b"\x00\x1c\x00"
    (incoming,) = decode(encode_frame(bodies.LOCATION_BATCH, PHONE, 1, body))
    assert len(incoming.fixes) == 1
    assert [problem.reason for problem in incoming.problems] == [Reason.LENGTH_WRONG]


def test_southern_and_western_positions() -> None:
    """Status bits 2 and 3 are south and west."""
    (incoming,) = decode(encode_location(PHONE, 1, location_body(-70.5, -33.4, AT)))
    assert (incoming.fixes[0].lon, incoming.fixes[0].lat) == (-70.5, -33.4)


def test_a_terminal_without_a_fix_is_a_problem() -> None:
    """Not located and zero coordinates are no place; not located with old ones is flagged."""
    (nothing,) = decode(encode_location(PHONE, 1, location_body(0.0, 0.0, AT, located=False)))
    assert [problem.reason for problem in nothing.problems] == [Reason.POSITION_MISSING]
    (old,) = decode(encode_location(PHONE, 1, location_body(121.5, 28.6, AT, located=False)))
    assert old.fixes[0].flags == (Flag.NOT_LOCATED,)


def test_handhelds_with_a_chinese_map_are_converted_at_the_edge() -> None:
    """A terminal that sends GCJ-02 is 500 m off unless its datum is known."""
    lon, lat = from_wgs84(121.5, 28.6, Datum.GCJ02)
    (incoming,) = decode(encode_location(PHONE, 1, location_body(lon, lat, AT)), datum=Datum.GCJ02)
    assert (incoming.fixes[0].lon, incoming.fixes[0].lat) == pytest.approx((121.5, 28.6), abs=2e-6)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (PUBLISHED[:-2] + b"\x14\x7e", Reason.CHECKSUM_WRONG),
        (b"\x7e\x02\x00\x7e", Reason.TRUNCATED),
        (b"\x7e\x7d\x03\x00\x7e", Reason.MALFORMED),
        (b"abc\x7e", Reason.GARBAGE),
        (encode_frame(0x0900, PHONE, 1, b"x"), Reason.UNSUPPORTED),
        (encode_frame(bodies.LOCATION, PHONE, 1, b"x" * 20), Reason.TRUNCATED),
    ],
)
def test_damage_is_a_problem_with_its_reason(data: bytes, reason: Reason) -> None:
    """A wrong check byte, a bad escape, a short frame: kept in hexadecimal."""
    incoming = decode(data)
    assert [problem.reason for one in incoming for problem in one.problems] == [reason]
    assert incoming[0].problems[0].raw.startswith("hex:")


def test_one_broken_frame_costs_one_frame() -> None:
    """After damage the next delimiter begins anew."""
    good = encode_location(PHONE, 1, location_body(121.5, 28.6, AT))
    broken = good[:20] + b"\x00" + good[21:]
    incoming = decode(good + broken + good)
    assert sum(len(one.fixes) for one in incoming) == 2
    assert sum(len(one.problems) for one in incoming) == 1


@given(st.integers(1, 64))
def test_bytes_may_come_in_any_pieces(size: int) -> None:
    """TCP cuts where it likes; the result is the same."""
    data = PUBLISHED + encode_heartbeat(PHONE, 1) + encode_location(PHONE, 2, location_body(121.5, 28.6, AT))
    decoder = Jtt808Decoder()
    incoming = [one for at in range(0, len(data), size) for one in decoder.feed(data[at : at + size], AT)]
    assert [len(one.fixes) for one in incoming] == [1, 0, 1]
    assert decoder.flush(AT) == []


@given(
    kind=st.integers(0, 0xFFFF),
    phone=st.from_regex(r"[1-9][0-9]{0,11}", fullmatch=True),
    serial=st.integers(0, 0xFFFF),
    body=st.binary(max_size=1023),
    edition_2019=st.booleans(),
)
def test_frame_round_trip(kind: int, phone: str, serial: int, body: bytes, edition_2019: bool) -> None:
    """Whatever is written is read back the same."""
    frame = encode_frame(kind, phone, serial, body, edition_2019=edition_2019)
    (cut,) = FrameCutter().feed(frame)
    message = parse_frame(cut.content)
    assert isinstance(message, Message)
    assert (message.kind, message.phone, message.serial, message.body) == (
        kind,
        phone.zfill(12),
        serial,
        body,
    )


@given(
    lon=st.floats(-180, 180, allow_nan=False),
    lat=st.floats(-90, 90, allow_nan=False),
    speed=st.floats(0, 60, allow_nan=False),
    course=st.integers(0, 359),
)
def test_location_round_trip(lon: float, lat: float, speed: float, course: int) -> None:
    """Microdegrees and tenths of km/h."""
    body = location_body(lon, lat, AT, speed_mps=speed, course_deg=course)
    told = bodies.read_location(body)
    assert (told.lon, told.lat) == pytest.approx((lon, lat), abs=1e-6)
    assert told.speed_mps == pytest.approx(speed, abs=0.015)
    assert (told.course_deg, told.at) == (course, AT)


@given(st.binary(max_size=600))
def test_garbage_never_raises_and_is_never_lost(data: bytes) -> None:
    """Any bytes give problems, and at the end nothing is left over unsaid (delimiters alone say nothing)."""
    decoder = Jtt808Decoder()
    incoming = decoder.feed(data, AT) + decoder.flush(AT)
    assert bool(incoming) == bool(data.replace(b"\x7e", b""))


@given(st.sampled_from([0x0100, 0x0102, 0x0200, 0x0704, 0x0002]), st.binary(max_size=200), st.booleans())
def test_checked_nonsense_never_raises(kind: int, body: bytes, edition_2019: bool) -> None:
    """A right check byte over a senseless body is a problem at most."""
    incoming = decode(encode_frame(kind, PHONE, 1, body, edition_2019=edition_2019))
    assert len(incoming) == 1


def test_replies_are_read_by_a_terminal() -> None:
    """0x8001 and 0x8100 carry serial, kind, result and code."""
    (cut,) = FrameCutter().feed(encode_platform_reply(PHONE, 1, 77, 0x0200, 0))
    message = parse_frame(cut.content)
    assert isinstance(message, Message)
    assert bodies.read_platform_reply(message.body) == (77, 0x0200, 0)
    (cut,) = FrameCutter().feed(encode_register_reply(PHONE, 2, 78, 0, "code"))
    message = parse_frame(cut.content)
    assert isinstance(message, Message)
    assert bodies.read_register_reply(message.body) == (78, 0, "code")


def test_a_secret_gives_each_terminal_its_own_code() -> None:
    """Codes differ by number and by secret; a short secret is our mistake."""

    async def known(_phone: str) -> bool:
        return True

    one, other = SecretAdmission(b"0123456789abcdef", known), SecretAdmission(b"fedcba9876543210", known)
    assert one.code_of(PHONE) == one.code_of(PHONE)
    assert len({one.code_of(PHONE), one.code_of("1"), other.code_of(PHONE)}) == 3
    with pytest.raises(AssertionError):
        SecretAdmission(b"short", known)
