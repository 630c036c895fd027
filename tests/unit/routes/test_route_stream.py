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
        (b'{"type": "Point", "coordinates": [1, 2]}', "coast_empty"),
        (b'{"type": "LineString", "coordinates": [[1, 2], [3, 4]]}', "area_malformed"),
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


def _length(land: object, *pairs: tuple[list[float], list[float]]) -> list[float | None]:
    lines = [json.dumps({"from": a, "to": b}) for a, b in pairs]
    return [json.loads(line)["length_m"] for line in route_stream(json.dumps(land).encode(), lines)]


def test_the_same_land_in_every_shape_of_geojson_gives_the_same_way() -> None:
    """Collections, bare geometries, heights, features without a place, a ring that runs back on itself."""
    ring = [[121.04, 28.04], [121.05, 28.04], [121.05, 28.05], [121.04, 28.05], [121.04, 28.04]]
    polygon = {"type": "Polygon", "coordinates": [ring]}
    spike = [*ring[:2], [121.052, 28.04], *ring[1:]]

    def features(*geometries: object) -> dict[str, object]:
        made = [{"type": "Feature", "properties": None, "geometry": geometry} for geometry in geometries]
        return {"type": "FeatureCollection", "features": made}

    lands = (
        polygon,
        features(polygon),
        features(None, {"type": "Point", "coordinates": [121.0, 28.0]}, polygon),
        {"type": "GeometryCollection", "geometries": [polygon]},
        features({"type": "GeometryCollection", "geometries": [polygon, {"type": "MultiPolygon", "coordinates": []}]}),
        features({"type": "Polygon", "coordinates": [[[*point, 3.5] for point in ring]]}),
        features({"type": "Polygon", "coordinates": [spike]}),
        features(polygon) | {"bbox": [121.0, 28.0, 121.1, 28.1]},
    )
    pair = ([121.03, 28.045], [121.06, 28.046])
    lengths = [_length(land, pair)[0] for land in lands]
    assert lengths[0] is not None and lengths == pytest.approx([lengths[0]] * len(lands), rel=1e-5)


def test_a_coast_that_touches_itself_is_taken_and_a_lake_is_water_of_its_own() -> None:
    """Two triangles tip to tip in one ring let nothing through; from the lake there is no way to the sea."""
    tips = [[121.04, 28.04], [121.05, 28.05], [121.06, 28.04], [121.06, 28.06], [121.05, 28.05], [121.04, 28.06]]
    land = {"type": "Polygon", "coordinates": [[*tips, tips[0]]]}
    (around,) = _length(land, ([121.05, 28.041], [121.05, 28.059]))
    assert around is not None and around > 3_500.0
    outer = [[121.0, 28.0], [121.1, 28.0], [121.1, 28.1], [121.0, 28.1], [121.0, 28.0]]
    lake = [[121.04, 28.04], [121.06, 28.04], [121.06, 28.06], [121.04, 28.06], [121.04, 28.04]]
    within, out = _length(
        {"type": "Polygon", "coordinates": [outer, lake]},
        ([121.041, 28.041], [121.059, 28.059]),
        ([121.05, 28.05], [121.2, 28.05]),
    )
    assert within is not None and out is None


def test_land_across_the_antimeridian_is_one_land_however_it_is_written() -> None:
    """Cut at 180 degrees, counted on beyond it, or jumping from east to west: the same way round."""

    def square(west: float, east: float) -> list[list[list[float]]]:
        return [[[west, 10.0], [east, 10.0], [east, 10.02], [west, 10.02], [west, 10.0]]]

    ways = [
        _length({"type": "MultiPolygon", "coordinates": parts}, ([179.95, 10.01], [-179.95, 10.01]))[0]
        for parts in (
            [square(179.98, 180.0), square(-180.0, -179.98)],
            [square(179.98, 180.02)],
            [square(179.98, -179.98)],
        )
    ]
    assert ways[0] is not None and ways[0] > 10_960.0 and ways == pytest.approx([ways[0]] * 3, rel=1e-9)
    box = {"type": "Polygon", "coordinates": square(179.98, 180.02), "bbox": [179.9, 9.9, -179.9, 10.1]}
    assert _length(box, ([179.95, 10.01], [-179.95, 10.01])) == pytest.approx(ways[:1], rel=1e-6)


def test_a_box_drawn_tight_around_the_islands_does_not_close_the_sea() -> None:
    """A box that merely tells the extent leaves room round the outermost island; places beyond it are at sea."""
    ring = [[121.05, 28.0], [121.06, 28.05], [121.05, 28.1], [121.04, 28.05], [121.05, 28.0]]
    land = {"type": "Polygon", "coordinates": [ring], "bbox": [121.04, 28.0, 121.06, 28.1]}
    (length,) = _length(land, ([121.03, 28.09], [121.3, 28.09]))
    assert length is not None and 26_000 < length < 27_500
