from __future__ import annotations

import json
from pathlib import Path

import pytest

from tidehub.methods.routing import WaterMap

DATA = Path(__file__).parents[3] / "packs" / "blue_circle" / "data"


@pytest.fixture(scope="session")
def bay_land() -> dict:
    return json.loads((DATA / "taizhou_land.geojson").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def bay(bay_land: dict) -> WaterMap:
    rings = [feature["geometry"]["coordinates"] for feature in bay_land["features"]]
    return WaterMap.build(rings, bounds=tuple(bay_land["bbox"]))
