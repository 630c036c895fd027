"""Geometry carries its datum: conversions come back within a metre, nothing is guessed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidehub.kernel.datums import Datum, from_wgs84, parse_datum, to_wgs84
from tidehub.kernel.errors import Refusal
from tidehub.kernel.geometry import Position, great_circle_m, position

in_china = st.tuples(st.floats(74.0, 135.0), st.floats(4.0, 53.0))
anywhere = st.tuples(st.floats(-180.0, 180.0), st.floats(-90.0, 90.0))


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two pairs of degrees."""
    return great_circle_m(Position(*a), Position(*b))


@given(in_china, st.sampled_from(list(Datum)))
def test_there_and_back_is_the_same_place(place: tuple[float, float], datum: Datum) -> None:
    """To any datum and back again is the same place within a centimetre; the goal is a metre."""
    assert metres(to_wgs84(*from_wgs84(*place, datum), datum), place) < 0.01


@given(anywhere, st.sampled_from([Datum.WGS84, Datum.CGCS2000]))
def test_cgcs2000_is_not_shifted(place: tuple[float, float], datum: Datum) -> None:
    """At the accuracy of the platform it is WGS 84."""
    assert to_wgs84(*place, datum) == place


@given(in_china)
def test_a_forgotten_datum_would_be_hundreds_of_metres(place: tuple[float, float]) -> None:
    """Why every coordinate names its datum."""
    off_m = metres(from_wgs84(*place, Datum.GCJ02), place)
    assert 20 < off_m < 1500


@given(st.tuples(st.floats(-170.0, 60.0), st.floats(-80.0, 80.0)))
def test_outside_the_shifted_box_nothing_moves(place: tuple[float, float]) -> None:
    """GCJ-02 is WGS 84 outside China's box."""
    assert from_wgs84(*place, Datum.GCJ02) == place
    assert to_wgs84(*place, Datum.GCJ02) == place


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("WGS84", Datum.WGS84),
        ("EPSG:4326", Datum.WGS84),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", Datum.WGS84),
        ("http://www.opengis.net/def/crs/EPSG/0/4490", Datum.CGCS2000),
        ("epsg 4490", Datum.CGCS2000),
        ("GCJ-02", Datum.GCJ02),
        ("bd09ll", Datum.BD09),
        ("bd09mc", None),  # metres, not degrees
        ("EPSG:3857", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_a_datum_is_known_by_its_names(text: str, datum: Datum | None) -> None:
    """What nobody knows is not guessed."""
    assert parse_datum(text) is datum


@pytest.mark.parametrize(
    ("lon", "lat", "datum", "code", "field"),
    [
        (121.9, 28.1, None, "datum_missing", "where.datum"),
        (121.9, 28.1, "", "datum_missing", "where.datum"),
        (121.9, 28.1, "mars", "datum_unknown", "where.datum"),
        (28.1, 121.9, "WGS84", "position_out_of_range", "where"),  # swapped
        (math.nan, 28.1, "WGS84", "position_out_of_range", "where"),
        (121.9, math.inf, "WGS84", "position_out_of_range", "where"),
    ],
)
def test_coordinates_are_checked_at_the_edge(lon: float, lat: float, datum: str | None, code: str, field: str) -> None:
    """A position without a datum, with an unknown one, or out of range is refused by its field."""
    with pytest.raises(Refusal) as refused:
        position(lon, lat, datum, "where")
    assert (refused.value.code, refused.value.field) == (code, field)


@given(anywhere, anywhere)
def test_distance_is_a_distance(a: tuple[float, float], b: tuple[float, float]) -> None:
    """The same both ways, nought to itself, never more than half way round."""
    assert metres(a, b) == pytest.approx(metres(b, a), abs=1e-6)
    assert metres(a, a) == 0
    assert metres(a, b) <= math.pi * 6_371_008.8 + 1


def test_a_minute_of_latitude_is_a_sea_mile() -> None:
    """On the sphere of mean radius, 1,853 m; the international mile is 1,852 m."""
    assert metres((121.9, 28.0), (121.9, 28.0 + 1 / 60)) == pytest.approx(1853.25, abs=0.05)
