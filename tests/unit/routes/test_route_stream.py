"""The line-by-line router: one answer a question, whatever the question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tidehub.adapters.routes import read_areas, route_stream
from tidehub.kernel.errors import Refusal

LAND = Path(__file__).parents[3] / "packs" / "blue_circle" / "data" / "taizhou_land.geojson"


def _square(*points: list[float], **more: object) -> bytes:
    feature = {"type": "Feature", "properties": {"id": 4, "kind": "island"},
               "geometry": {"type": "Polygon", "coordinates": [list(points)]}}  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": [feature], **more}).encode()


def test_each_line_has_its_answer():
    """Ways, no ways and nonsense are answered in order, one line each."""
    lines = [
        '{"from": [121.6, 28.69], "to": [122.0, 28.3], "id": 5}',
        '{"from": [121.3, 28.5], "to": [122.0, 28.3]}',
        '{"from": [100, 28.5], "to": [122.0, 28.3]}',
        "not json",
        '{"from": [121.6, 28.69]}',
        '{"from": [121.6, "x"], "to": [122.0, 28.3]}',
        '{"from": [28.69, 121.6], "to": [122.0, 28.3]}',
        "",
        '{"from": [121.6, 28.69], "to": [121.6, 28.69]}',
    ]
    answers = [json.loads(line) for line in route_stream(LAND.read_bytes(), lines)]
    assert len(answers) == 8
    first = answers[0]
    assert first["reachable"] and first["id"] == 5 and first["length_m"] == first["lower_bound_m"] > 40_000
    assert first["path"][0] == [121.6, 28.69] and first["path"][-1] == [122.0, 28.3]
    assert [a.get("reason") for a in answers[1:3]] == ["start_on_land", "start_outside_chart"]
    assert not answers[1]["reachable"]
    assert [a["line"] for a in answers[3:7]] == [4, 5, 6, 7] and all(a["error"] for a in answers[3:7])
    assert answers[7]["length_m"] == 0.0


def test_a_land_file_that_cannot_be_used_is_refused_before_the_first_answer():
    """Crossing coasts, wrong geometry and broken JSON are refused at once, naming the feature."""
    bow = _square([121, 28], [121.1, 28.1], [121.1, 28], [121, 28.1], [121, 28])
    with pytest.raises(Refusal) as caught:
        route_stream(bow, [])
    assert caught.value.code == "coast_crosses_itself" and caught.value.field == "land[0] island 4"
    assert list(route_stream(bow, [], repair=True)) == []
    for raw, code in (
        (b"{", "malformed"),
        (b"[]", "malformed"),
        (b'{"type": "FeatureCollection", "features": []}', "coast_empty"),
        (b'{"type": "Point", "coordinates": [1, 2]}', "area_malformed"),
        (_square([121, 28], [121.1, 28], [121.1, None]), "area_malformed"),
        (
            _square([121, 28], [121.1, 28], [121.1, 28.1], crs={"properties": {"name": "EPSG:3857"}}),
            "datum_unknown",
        ),
        (_square([121, 28], [121.1, 28], [121.1, 28.1], bbox=[1, 2, 3]), "malformed"),
        (_square([121, 28], [121.1, 28], [121.1, 28.1], bbox=[3, 2, 1, 4]), "area_malformed"),
    ):
        with pytest.raises(Refusal) as caught:
            route_stream(raw, [])
        assert caught.value.code == code


def test_areas_keep_their_properties_and_bounds():
    """Chart layers are read with what they say about themselves."""
    file = read_areas(LAND.read_bytes(), "land")
    assert len(file.areas) == len(file.properties) == 183 and file.bounds == (121.2, 28.2, 122.2, 28.9)
