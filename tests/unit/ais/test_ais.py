"""AIS sentences as recorded from real stations (samples published with gpsd and pyais), and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidehub.adapters.ais import (
    AisDecoder,
    encode_aid,
    encode_long_range,
    encode_position_a,
    encode_position_b,
    encode_static_a,
    encode_static_b,
)
from tidehub.methods.tracking import Decoded, Flag, Reason

AT = datetime(2026, 6, 1, 4, 0, 40, tzinfo=UTC)
KNOT = 1852 / 3600

TYPE_1 = "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A"
TYPE_3 = "!AIVDM,1,1,,A,35NSH95001G?wopE`beasVk@0E5:,0*6F"
TYPE_5 = (
    "!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C",
    "!AIVDM,2,2,1,A,88888888880,2*25",
)
TYPE_18 = "!AIVDM,1,1,,A,B5NJ;PP005l4ot5Isbl03wsUkP06,0*76"
TYPE_19 = "!AIVDM,1,1,,B,C5N3SRgPEnJGEBT>NhWAwwo862PaLELTBJ:V00000000S0D:R220,0*0B"
TYPE_21 = (
    "!AIVDM,2,1,5,B,E1mg=5J1T4W0h97aRh6ba84<h2d;W:Te=eLvH50```q,0*46",
    "!AIVDM,2,2,5,B,:D44QDlp0C1DU00,2*36",
)
TYPE_24 = (
    "!AIVDM,1,1,,A,H42O55i18tMET00000000000000,2*6D",
    "!AIVDM,1,1,,A,H42O55lt0000000D3nink000?050,0*40",
)
TYPE_27 = "!AIVDM,1,1,,B,KC5E2b@U19PFdLbMuc5=ROv62<7m,0*16"


def feed(*lines: str, at: datetime = AT) -> Decoded:
    decoder = AisDecoder()
    out = Decoded([], [], [])
    for line in lines:
        told = decoder.feed(line, at)
        out.fixes.extend(told.fixes)
        out.problems.extend(told.problems)
        out.identities.extend(told.identities)
    return out


def test_class_a_position_as_recorded() -> None:
    """Type 1 of MMSI 371798000: 12.3 kn, course 224.0, heading 215, second 33."""
    (fix,) = feed(TYPE_1).fixes
    assert fix.device_claim == "mmsi:371798000"
    assert (fix.lon, fix.lat) == pytest.approx((-123.395383, 48.381633), abs=1e-6)
    assert fix.sog_mps == pytest.approx(12.3 * KNOT)
    assert (fix.cog_deg, fix.heading_deg) == (224.0, 215.0)
    assert fix.device_at == datetime(2026, 6, 1, 4, 0, 33, tzinfo=UTC)
    assert fix.raw == TYPE_1


def test_moored_vessel_says_so() -> None:
    """Type 3 with navigation status 5 carries the flag of a moored vessel."""
    (fix,) = feed(TYPE_3).fixes
    assert fix.device_claim == "mmsi:367581220"
    assert fix.flags == (Flag.MOORED,)


def test_two_sentences_make_one_static_message() -> None:
    """Type 5 of EVER DIADEM comes in two parts; alone the first gives nothing yet."""
    assert feed(TYPE_5[0]) == Decoded([], [], [])
    (told,) = feed(*TYPE_5).identities
    assert (told.name, told.call_sign, told.imo_number) == ("EVER DIADEM", "3FOF8", 9134270)
    assert (told.length_m, told.beam_m, told.draught_m) == (295.0, 32.0, 12.2)
    assert (told.destination, told.eta_text, told.ship_type) == ("NEW YORK", "05-15 14:00", 70)


def test_parts_in_the_wrong_order_make_the_same_message() -> None:
    """Receivers and UDP swap parts."""
    assert feed(*TYPE_5).identities[0].name == feed(*reversed(TYPE_5)).identities[0].name


def test_a_missing_part_is_reported_after_its_time() -> None:
    """A first part whose second never comes is a problem, not a silence."""
    decoder = AisDecoder(assembly_s_max=30.0)
    decoder.feed(TYPE_5[0], AT)
    told = decoder.feed(TYPE_1, AT + timedelta(seconds=31))
    assert [problem.reason for problem in told.problems] == [Reason.PARTS_MISSING]
    assert len(told.fixes) == 1
    decoder.feed(TYPE_5[0], AT)
    assert [problem.reason for problem in decoder.flush(AT).problems] == [Reason.PARTS_MISSING]


def test_class_b_position_as_recorded() -> None:
    """Type 18 of MMSI 367430530: heading 511 is not available, so there is none."""
    (fix,) = feed(TYPE_18).fixes
    assert fix.device_claim == "mmsi:367430530"
    assert (fix.lon, fix.lat) == pytest.approx((-122.26732, 37.785035), abs=1e-6)
    assert fix.sog_mps == 0.0 and fix.heading_deg is None
    assert fix.device_at == datetime(2026, 6, 1, 3, 59, 55, tzinfo=UTC)


def test_extended_class_b_gives_place_and_name() -> None:
    """Type 19 of CAPT.J.RIMES: 8.7 kn, course 335.9, 26 by 8 m."""
    told = feed(TYPE_19)
    assert told.fixes[0].sog_mps == pytest.approx(8.7 * KNOT)
    assert told.fixes[0].cog_deg == 335.9
    assert (told.identities[0].name, told.identities[0].length_m) == ("CAPT.J.RIMES", 26.0)


def test_buoy_is_an_aid_and_its_long_name_is_joined() -> None:
    """Type 21 keeps the name and its extension, and is flagged so that nobody dispatches a buoy."""
    told = feed(*TYPE_21)
    assert told.fixes[0].flags == (Flag.AID_TO_NAVIGATION,)
    assert told.fixes[0].sog_mps is None
    assert told.identities[0].name == "CHINA ROSE MURPHY EXPRESS ALERT"


def test_class_b_static_comes_in_two_messages() -> None:
    """Type 24 part A has the name, part B call sign and size; each says only its own."""
    part_a, part_b = feed(*TYPE_24).identities
    assert (part_a.name, part_a.call_sign) == ("PROGUY", None)
    assert (part_b.name, part_b.call_sign, part_b.length_m, part_b.beam_m) == (None, "TC6163", 15.0, 5.0)


def test_satellite_position_is_coarse() -> None:
    """Type 27: tenths of a minute, no second, so the time is ours and the accuracy is honest."""
    (fix,) = feed(TYPE_27).fixes
    assert (fix.lon, fix.lat) == pytest.approx((137.023333, 4.84), abs=1e-6)
    assert fix.sog_mps == pytest.approx(57 * KNOT)
    assert fix.device_at is None and fix.accuracy_m == 131.0 and fix.flags == (Flag.COARSE,)


def test_not_available_values_become_none_never_numbers() -> None:
    """102.3 kn, 360.0 and 511 mean that the station does not know."""
    (line,) = encode_position_a(412345678, 121.5, 28.6, None)
    (fix,) = feed(line).fixes
    assert (fix.sog_mps, fix.cog_deg, fix.heading_deg, fix.device_at) == (None, None, None, None)


def test_a_station_without_a_position_is_a_problem_with_its_number() -> None:
    """Longitude 181 and latitude 91 are no place; the claim is kept so that somebody can ring the boat."""
    (line,) = encode_position_b(412345678, 181.0, 91.0, AT)
    told = feed(line)
    assert told.fixes == []
    assert [(p.reason, p.device_claim) for p in told.problems] == [(Reason.POSITION_MISSING, "mmsi:412345678")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (TYPE_1[:-2] + "4B", Reason.CHECKSUM_WRONG),
        (TYPE_1[:-3], Reason.CHECKSUM_MISSING),
        ("!AIVDM,1,1,,A,15RTgt0P,0*6A", None),
        ("$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A", Reason.UNSUPPORTED),
        ("hello", None),
        ("x" * 600, Reason.LINE_TOO_LONG),
    ],
)
def test_what_cannot_be_used_is_a_problem_with_its_reason(line: str, reason: Reason | None) -> None:
    """Nothing is dropped: each line gives one problem that keeps it."""
    told = feed(line)
    assert told.fixes == [] and len(told.problems) == 1
    assert told.problems[0].raw
    if reason is not None:
        assert told.problems[0].reason is reason


def test_tag_block_time_is_the_reference_for_the_second() -> None:
    """A feed that stores and forwards says when it heard the message: the second is completed from that."""
    heard = datetime(2026, 5, 31, 10, 0, 50, tzinfo=UTC)
    body = f"c:{int(heard.timestamp())}"
    check = 0
    for char in body:
        check ^= ord(char)
    (fix,) = feed(f"\\{body}*{check:02X}\\{TYPE_1}").fixes
    assert fix.device_at == datetime(2026, 5, 31, 10, 0, 33, tzinfo=UTC)


@given(
    mmsi=st.integers(201_000_000, 775_999_999),
    lon=st.floats(-180, 180, allow_nan=False),
    lat=st.floats(-90, 90, allow_nan=False),
    sog=st.floats(0, 52, allow_nan=False),
    cog=st.floats(0, 359.9, allow_nan=False),
    class_a=st.booleans(),
)
def test_encoded_positions_come_back(mmsi: int, lon: float, lat: float, sog: float, cog: float, class_a: bool) -> None:
    """What a simulated boat sends is read back within the grid of the message."""
    encode = encode_position_a if class_a else encode_position_b
    (line,) = encode(mmsi, lon, lat, AT, sog_mps=sog, cog_deg=cog, heading_deg=cog)
    told = feed(line)
    assert told.problems == []
    (fix,) = told.fixes
    assert fix.device_claim == f"mmsi:{mmsi}"
    assert (fix.lon, fix.lat) == pytest.approx((lon, lat), abs=2e-6)
    assert fix.sog_mps == pytest.approx(sog, abs=0.06 * KNOT)
    assert fix.cog_deg is not None
    assert (fix.cog_deg - cog + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.06)
    assert fix.device_at == AT


def test_encoded_static_messages_come_back() -> None:
    """Names, sizes and aids survive the way through six-bit text."""
    long_name = encode_static_a(412345678, "zhe jiao yu 07", call_sign="BABC", dimensions_m=(20, 8, 3, 3))
    assert len(long_name) == 2
    (told,) = feed(*long_name).identities
    assert (told.name, told.call_sign, told.length_m) == ("ZHE JIAO YU 07", "BABC", 28.0)
    names = [one.name for one in feed(*encode_static_b(412345678, "BOAT", call_sign="B1")).identities]
    assert names == ["BOAT", None]
    aid = feed(*encode_aid(994121234, "BUOY 7", 121.5, 28.6, AT, virtual=True, off_position=True))
    assert aid.fixes[0].flags == (Flag.AID_TO_NAVIGATION, Flag.VIRTUAL_AID, Flag.OFF_POSITION)
    (far,) = feed(*encode_long_range(412345678, 121.5, 28.6, sog_mps=5.0, cog_deg=90.0)).fixes
    assert (far.lon, far.lat) == pytest.approx((121.5, 28.6), abs=0.002)


@given(st.binary(max_size=200))
def test_garbage_never_raises_and_is_never_lost(data: bytes) -> None:
    """Whatever comes from the air gives a problem, never an error."""
    told = AisDecoder().feed(data, AT)
    assert len(told.fixes) + len(told.problems) + len(told.identities) >= 1


@given(st.lists(st.sampled_from([TYPE_1, TYPE_18, *TYPE_5, *TYPE_21, TYPE_27]), max_size=30), st.data())
def test_count_in_equals_count_out(lines: list[str], data: st.DataObject) -> None:
    """Every sentence of a stream with damage is in a fix, an identity, or a problem once it is flushed."""
    decoder = AisDecoder()
    seen: set[str] = set()
    raws: list[str] = []
    for line in lines:
        if data.draw(st.booleans()):
            place = data.draw(st.integers(0, len(line) - 1))
            line = line[:place] + "?" + line[place + 1 :]
        seen.add(line)
        told = decoder.feed(line, AT)
        raws += [one.raw for one in (*told.fixes, *told.identities, *told.problems)]
    raws += [problem.raw for problem in decoder.flush(AT).problems]
    kept = "\n".join(raws)
    assert all(line in kept for line in seen)
