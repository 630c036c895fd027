"""Files in and out: each row for itself, coordinates converted, nothing run by a spreadsheet."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tidehub.kernel.datums import Datum, from_wgs84
from tidehub.kernel.errors import Refusal
from tidehub.registers import BODIES, Entry
from tidehub.registers.importing import ReadRow, read_file, write_csv, write_geojson


def read(register: str, text: str, **more: Any) -> list[ReadRow]:
    return list(read_file(register, text.encode(), geojson=text.lstrip().startswith("{"), **more))


def test_a_wrong_row_stops_no_other() -> None:
    """Of three rows the wrong one is refused with its field, the others are read."""
    rows = read("units", "id,name,kind,skills\nu1,一号,boat,oil;tow\nu2,,boat,\nu3,三号,boat,\n")
    assert [row.refusal and row.refusal.code for row in rows] == [None, "entry_invalid", None]
    assert rows[0].command is not None
    assert rows[0].command.body["skills"] == ["oil", "tow"]
    assert rows[1].row == 2


def test_coordinates_are_converted_at_the_edge() -> None:
    """A berth in GCJ-02 lands on its WGS 84 place; one without a datum is refused."""
    lon, lat = from_wgs84(121.43, 28.67, Datum.GCJ02)
    rows = read("places", f"id,name,kind,lon,lat,datum\nb1,泊位,berth,{lon},{lat},GCJ02\nb2,泊位,berth,121,28,\n")
    assert rows[0].command is not None
    assert rows[0].command.body["position"]["lon"] == pytest.approx(121.43, abs=1e-7)
    assert rows[1].refusal is not None
    assert rows[1].refusal.code == "datum_missing"


def test_geojson_areas_are_read() -> None:
    """An area's polygon and code come from a feature; one that crosses itself is refused by itself."""
    good = [[[0, 0], [1, 0], [1, 1], [0, 0]]]
    bad = [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]
    features = [
        {"type": "Feature", "id": code, "geometry": {"type": "Polygon", "coordinates": rings},
         "properties": {"name": code, "level": "county", "valid_from": "2021-04-09"}}
        for code, rings in (("330113", good), ("330114", bad))
    ]  # fmt: skip
    rows = read("jurisdictions", json.dumps({"type": "FeatureCollection", "features": features}))
    assert rows[0].command is not None
    assert rows[0].command.valid_from == datetime(2021, 4, 8, 16, tzinfo=UTC)
    assert rows[1].refusal is not None
    assert rows[1].refusal.code == "polygon_invalid"


@pytest.mark.parametrize(
    ("raw", "geojson"),
    [(b"\xff\xfe", False), (b"name\nx\n", False), (b"{", True), (b'{"type":"Feature"}', True)],
)
def test_an_unreadable_file_is_refused_whole(raw: bytes, geojson: bool) -> None:
    """Broken UTF-8, no id column, broken JSON and no collection are said at once."""
    with pytest.raises(Refusal) as caught:
        list(read_file("units", raw, geojson=geojson))
    assert caught.value.code == "file_unreadable"


@pytest.mark.parametrize("form", ["csv", "geojson"])
def test_what_is_written_is_read_back(form: str) -> None:
    """An export is an import again, and a name that a spreadsheet would run is quoted in it."""
    body = {
        "name": "=cmd()",
        "kind": "berth",
        "position": {"lon": 121.43, "lat": 28.67},
        "access": ["boat"],
        "charted_depth_m": -0.5,
        "capacities": [{"compartment_id": "a", "group": "oil", "capacity": 5, "unit": "ml"}],
    }
    import msgspec

    entry = Entry("places", "b1", datetime(2026, 1, 1, tzinfo=UTC), None, msgspec.convert(body, BODIES["places"]))
    text = write_csv("places", [entry]) if form == "csv" else json.dumps(write_geojson([entry]))
    if form == "csv":
        assert "'=cmd()" in text
    (row,) = read("places", text)
    assert row.refusal is None
    assert row.command is not None
    assert msgspec.convert(row.command.body, BODIES["places"]) == entry.body
