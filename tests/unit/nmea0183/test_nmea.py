"""NMEA 0183: published example sentences, what is held for the next fix, and routes for the plotter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidehub.adapters.nmea0183.decode import NmeaDecoder
from tidehub.adapters.nmea0183.encode import (
    encode_apb,
    encode_gga,
    encode_rmb,
    encode_rmc,
    encode_rte,
    encode_wpl,
    encode_xte,
)
from tidehub.adapters.nmea0183.feed import FeedDecoder
from tidehub.adapters.nmea0183.sentence import Sentence, build_sentence, checksum, parse_sentence
from tidehub.methods.tracking import Flag, Reason

AT = datetime(2026, 6, 1, 4, 0, 40, tzinfo=UTC)
KNOT = 1852 / 3600
RMC = "$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A"
GGA = "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47"


def test_published_rmc() -> None:
    """The textbook sentence: 48 07.038 N, 11 31.000 E, 22.4 kn, course 84.4, 1994-03-23 12:35:19."""
    (fix,) = NmeaDecoder("nmea0183:x").feed(RMC, AT).fixes
    assert (fix.lon, fix.lat) == pytest.approx((11 + 31 / 60, 48 + 7.038 / 60))
    assert fix.sog_mps == pytest.approx(22.4 * KNOT) and fix.cog_deg == 84.4
    assert fix.device_at == datetime(1994, 3, 23, 12, 35, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "lon", "lat"),
    [
        (
            "$GPRMC,225446,A,4916.45,N,12311.12,W,000.5,054.7,191194,020.3,E*68",
            -123 - 11.12 / 60,
            49 + 16.45 / 60,
        ),
        (
            "$GPRMC,081836,A,3751.65,S,14507.36,E,000.0,360.0,130998,011.3,E*62",
            145 + 7.36 / 60,
            -37 - 51.65 / 60,
        ),
        (
            "$GNRMC,001031.00,A,4404.13993,N,12118.86023,W,0.146,,100117,,,A*7B",
            -121 - 18.86023 / 60,
            44 + 4.13993 / 60,
        ),
    ],
)
def test_every_hemisphere_and_talker(line: str, lon: float, lat: float) -> None:
    """West and south are negative; GN speaks for several systems of satellites."""
    (fix,) = NmeaDecoder("x").feed(line, AT).fixes
    assert (fix.lon, fix.lat) == pytest.approx((lon, lat))


def test_gga_alone_gives_fixes_and_beside_rmc_only_its_accuracy() -> None:
    """One epoch is one fix: RMC when there is one, with the dilution of GGA as accuracy."""
    decoder = NmeaDecoder("x")
    (alone,) = decoder.feed(GGA, AT).fixes
    assert alone.accuracy_m == pytest.approx(4.5)
    decoder.feed(RMC, AT)
    assert decoder.feed(GGA, AT).fixes == []
    (fix,) = decoder.feed(RMC, AT).fixes
    assert fix.accuracy_m == pytest.approx(4.5)


def test_speed_heading_and_depth_go_into_the_next_fix_and_age() -> None:
    """VTG, HDT and DBT are held for ten seconds, no longer: an old depth is no depth."""
    decoder = NmeaDecoder("x")
    for line in (
        "$GPVTG,054.7,T,034.4,M,005.5,N,010.2,K*48",
        build_sentence("HEHDT", "123.4", "T"),
        build_sentence("SDDBT", "36.4", "f", "11.1", "M", "6.0", "F"),
    ):
        decoder.feed(line, AT)
    (fix,) = decoder.feed(GGA, AT).fixes
    assert fix.sog_mps == pytest.approx(5.5 * KNOT)
    assert (fix.cog_deg, fix.heading_deg, fix.depth_m) == (54.7, 123.4, 11.1)
    (later,) = decoder.feed(GGA, AT + timedelta(seconds=11)).fixes
    assert (later.heading_deg, later.depth_m, later.sog_mps) == (None, None, None)


def test_depth_below_the_transducer_is_led_to_the_waterline() -> None:
    """DPT with a positive offset is depth below the surface."""
    decoder = NmeaDecoder("x")
    decoder.feed(build_sentence("SDDPT", "3.2", "0.5"), AT)
    (fix,) = decoder.feed(GGA, AT).fixes
    assert fix.depth_m == pytest.approx(3.7)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (RMC[:-2] + "6B", Reason.CHECKSUM_WRONG),
        (RMC[:-3], Reason.CHECKSUM_MISSING),
        (RMC[:-1], Reason.TRUNCATED),
        (build_sentence("GPRMC", "123519", "V", "", "", "", "", "", "", "230394"), Reason.POSITION_MISSING),
        (build_sentence("GPGGA", "123519", "", "", "", "", "0"), Reason.POSITION_MISSING),
        (
            build_sentence("GPRMC", "123519", "A", "4867.0", "N", "01131.0", "E", "", "", "230394"),
            Reason.FIELD_INVALID,
        ),
        (
            build_sentence("GPRMC", "123519", "A", "9107.0", "N", "01131.0", "E", "", "", "230394"),
            Reason.POSITION_IMPOSSIBLE,
        ),
        (
            build_sentence("GPRMC", "123519", "A", "4807.0", "N", "01131.0", "E", "", "", "310294"),
            Reason.FIELD_INVALID,
        ),
        (build_sentence("GPRMC", "123519", "A"), Reason.TRUNCATED),
        (build_sentence("GPXYZ", "1"), Reason.UNSUPPORTED),
        ("$" + "G" * 200, Reason.LINE_TOO_LONG),
    ],
)
def test_what_cannot_be_used_is_a_problem_with_its_reason(line: str, reason: Reason) -> None:
    """A bad checksum, an impossible minute, a day that does not exist: each says what it is."""
    told = NmeaDecoder("nmea0183:x").feed(line, AT)
    assert told.fixes == []
    assert [(p.reason, p.device_claim) for p in told.problems] == [(reason, "nmea0183:x")]


def test_what_every_receiver_chatters_is_counted_not_reported() -> None:
    """Satellite lists and proprietary sentences come every second; they are counted by name."""
    decoder = NmeaDecoder("x")
    decoder.feed(build_sentence("GPGSV", "1", "1", "00"), AT)
    decoder.feed(build_sentence("PGRME", "15.0", "M"), AT)
    assert decoder.passed_over == {"GSV": 1, "PGRM": 1}


def test_dead_reckoning_is_flagged() -> None:
    """Mode E is an estimate, and proves no arrival."""
    line = build_sentence("GPRMC", "123519", "A", "4807.0", "N", "01131.0", "E", "1.0", "2.0", "230394", "", "", "E")
    assert NmeaDecoder("x").feed(line, AT).fixes[0].flags == (Flag.DEAD_RECKONED,)


@given(
    lon=st.floats(-180, 180, allow_nan=False),
    lat=st.floats(-90, 90, allow_nan=False),
    sog=st.one_of(st.none(), st.floats(0, 60, allow_nan=False)),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2070, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_encoded_rmc_comes_back(lon: float, lat: float, sog: float | None, at: datetime) -> None:
    """A simulated receiver is read back within a ten-thousandth of a minute and a hundredth of a second."""
    line = encode_rmc(at, lon, lat, sog_mps=sog, cog_deg=12.3)
    assert len(line) <= 82
    (fix,) = NmeaDecoder("x").feed(line, at).fixes
    assert (fix.lon, fix.lat) == pytest.approx((lon, lat), abs=1e-6)
    assert (fix.sog_mps is None) == (sog is None)
    assert fix.device_at is not None and abs((fix.device_at - at).total_seconds()) <= 0.01


def test_encoded_gga_comes_back() -> None:
    """GGA has no date: the day nearest to our clock completes it, also over midnight."""
    midnight = datetime(2026, 6, 1, 23, 59, 59, tzinfo=UTC)
    (fix,) = NmeaDecoder("x").feed(encode_gga(midnight, 121.5, 28.6), midnight + timedelta(seconds=3)).fixes
    assert fix.device_at == midnight


def test_a_route_for_the_plotter_is_made_of_whole_sentences() -> None:
    """RTE, WPL, APB, XTE and RMB fit into 82 characters, carry their checksum, and name the same
    waypoints."""
    names = [f"WP-{number:02d}" for number in range(20)]
    lines = [
        *encode_rte("R7", names),
        encode_wpl("WP-01", 121.5, 28.6),
        encode_xte(-120.0),
        encode_rmb(35.0, "A", "泊位7", 121.5, 28.6, range_m=900.0, bearing_deg=271.0, closing_mps=2.0),
        encode_apb(35.0, "B7", leg_bearing_deg=270, bearing_deg=271, heading_to_steer_deg=275, in_circle=True),
    ]
    sentences = [parse_sentence(line) for line in lines]
    assert all(isinstance(one, Sentence) for one in sentences)
    assert all(len(line) <= 80 for line in lines)
    told = [name for one in sentences if one.formatter == "RTE" for name in one.fields[4:]]  # type: ignore[union-attr]
    assert told == names


def test_steering_is_towards_the_track() -> None:
    """Right of the track, steer left; left of it, steer right."""
    assert ",L,N" in encode_xte(50.0)
    assert ",R,N" in encode_xte(-50.0)


def test_checksum_of_the_standard_example() -> None:
    """XOR of all between $ and *."""
    assert checksum(RMC[1:-3]) == 0x6A


def test_a_mixed_wire_is_told_apart() -> None:
    """One multiplexer sends AIS of others and the boat's own position; garbage is kept as a problem."""
    feed = FeedDecoder("nmea0183:10.0.0.7")
    other = feed.feed("!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A", AT).fixes[0]
    own = feed.feed(RMC.encode() + b"\r\n", AT).fixes[0]
    assert (other.device_claim, own.device_claim) == ("mmsi:371798000", "nmea0183:10.0.0.7")
    assert feed.feed(b"\xff\xfe", AT).problems[0].reason is Reason.GARBAGE
    tagged = feed.feed("\\s:r1*00\\" + RMC, AT)
    assert len(tagged.fixes) == 1


@given(st.binary(max_size=200))
def test_garbage_never_raises(data: bytes) -> None:
    """Any bytes on the wire give lists, never an error, and something unless they are counted."""
    decoder = FeedDecoder("x")
    told = decoder.feed(data, AT)
    counted = sum(decoder.nmea.passed_over.values())
    assert len(told.fixes) + len(told.problems) + counted >= (1 if data.strip() else 0)


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ,.-$*", max_size=80))
def test_checked_nonsense_never_raises(body: str) -> None:
    """A right checksum over nonsense is still only a problem."""
    for formatter in ("RMC", "GGA", "VTG", "HDT", "DBT", "DPT"):
        line = build_sentence(f"GP{formatter}", body.replace("*", ""))
        told = NmeaDecoder("x").feed(line, AT)
        assert len(told.fixes) + len(told.problems) <= 1
