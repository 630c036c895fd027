"""Layers of the map: ours without internet, others by configuration, each with its datum."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tidehub.composing.maps import MapSources, read_maps
from tidehub.kernel.errors import Refusal

from .harbour import open_harbour

pytestmark = pytest.mark.anyio


def written(folder: Path, text: str) -> Path:
    (folder / "maps").mkdir()
    (folder / "maps/county.pmtiles").write_bytes(b"PMTiles" + bytes(range(200)))
    (folder / "maps.yaml").write_text(text, "utf-8")
    return folder


GOOD = """
tianditu_key: 0123456789abcdef0123456789abcdef
review_number: 浙S(2026)1号
layers:
  - {id: county, kind: pmtiles, url: county.pmtiles, datum: CGCS2000, zh: 底图, en: County}
  - {id: photo, kind: raster, url: "https://tiles.example/{z}/{x}/{y}.png", datum: WGS84, zh: 影像, en: Imagery}
"""


async def test_every_layer_names_its_datum(make_door: Any, tmp_path: Path) -> None:
    """The list holds ours and the installation's, each with its datum; a PMTiles file is read by ranges only."""
    harbour = await open_harbour(make_door)
    areas = b'{"type":"FeatureCollection","features":[]}'
    harbour.door.services.more["maps"] = read_maps(written(tmp_path, GOOD), {"areas": areas})
    client = harbour.door.client()
    told = (await client.get("/api/v1/map")).json()
    datums = {one["id"]: one["datum"] for one in told["items"]}
    assert datums == {
        "land": "WGS84", "regions": "CGCS2000", "fairways": "WGS84", "areas": "WGS84", "county": "CGCS2000",
        "photo": "WGS84", "tianditu-vec": "CGCS2000", "tianditu-cva": "CGCS2000",
    }  # fmt: skip
    assert told["review_number"] == "浙S(2026)1号"
    path = next(one["url"] for one in told["items"] if one["id"] == "county")
    part = await client.get(path, headers={"range": "bytes=0-6"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"PMTiles", "bytes 0-6/207")
    assert (await client.get(path, headers={"range": "bytes=200-"})).content == bytes(range(193, 200))
    for wrong in ({}, {"range": "bytes=900-"}, {"range": "bytes=-5"}):
        assert (await client.get(path, headers=wrong)).status_code == 416
    assert (await client.get("/api/v1/map/tiles/other.pmtiles", headers={"range": "bytes=0-6"})).status_code == 404
    assert (await client.get("/api/v1/map/areas")).content == areas
    await harbour.door.services.more["desk"].stop()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("layers: [{id: a, kind: raster, url: 'https://x/{z}/{x}/{y}', datum: GCJ02, zh: a, en: a}]", "GCJ02"),
        ("layers: [{id: a, kind: raster, url: 'https://x/tiles', datum: WGS84, zh: a, en: a}]", "{z}"),
        ("layers: [{id: a, kind: raster, url: 'http://x/{z}/{x}/{y}', datum: WGS84, zh: a, en: a}]", "https"),
        ("layers: [{id: a, kind: pmtiles, url: ../../etc/passwd, datum: WGS84, zh: a, en: a}]", "no file"),
        ("layers: [{id: a, kind: pmtiles, url: gone.pmtiles, datum: WGS84, zh: a, en: a}]", "no file"),
        ("tianditu_key: secret!", "tianditu_key"),
        ("colour: red", "colour"),
        ("layers: [", "yaml"),
    ],
)
def test_a_map_that_would_lie_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """A datum that cannot be laid over ours, an address without its place, a file elsewhere: told before the start."""
    with pytest.raises(Refusal) as refused:
        read_maps(written(tmp_path, text), {})
    assert said in f"{refused.value} {refused.value.field} maps.yaml"


def test_without_a_file_there_are_the_packs_layers(tmp_path: Path) -> None:
    """Nothing has to be configured."""
    assert read_maps(tmp_path, {}) == MapSources()
