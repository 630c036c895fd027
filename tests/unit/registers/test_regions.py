"""Who is responsible for a point, now and then."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tidehub.kernel.geometry import Position
from tidehub.registers import Entry, Jurisdiction, Registers

OLD, NEW = datetime(2010, 1, 1, tzinfo=UTC), datetime(2021, 4, 9, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


class Still:
    def now(self) -> datetime:
        return NOW


def square(west: float, south: float, side: float) -> tuple[Any, ...]:
    ring = (
        (west, south),
        (west + side, south),
        (west + side, south + side),
        (west, south + side),
        (west, south),
    )
    return ((ring,),)


def area(registers: Registers, code: str, polygons: Any, level: str, *, since: datetime = OLD, **more: Any) -> None:
    body = Jurisdiction(name=code, level=level, polygons=polygons, **more)  # type: ignore[arg-type]
    registers.jurisdictions.record(Entry("jurisdictions", code, since, None, body))


@pytest.fixture
def county() -> Registers:
    registers = Registers(Still())
    area(registers, "33", square(118, 27, 5), "province")
    area(registers, "3310", square(120, 28, 2), "city")
    area(registers, "331002", square(121, 28, 1), "county")
    area(registers, "331002001", square(121, 28, 0.5), "town")
    area(registers, "331002002", square(121.5, 28, 0.5), "town")
    return registers


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (121.2, 28.2, "331002001"),
        (121.7, 28.2, "331002002"),
        (121.5, 28.2, "331002001"),  # on the border of two towns
        (121.2, 28.7, "331002"),
        (120.5, 28.5, "3310"),
        (118.5, 27.5, "33"),
        (100.0, 10.0, ""),
        (121.5, 28.5, "331002001"),  # a corner where two towns and the county's inside meet
    ],
)
def test_the_smallest_area_answers(county: Registers, lon: float, lat: float, code: str) -> None:
    """The deepest area that holds the point; a border belongs to the lower code; outside is nobody's."""
    assert county.region_of(Position(lon, lat)) == code


def test_the_path_leads_from_the_province(county: Registers) -> None:
    """The way down follows named parents, else the shorter code."""
    assert county.region_path("331002001") == ("33", "3310", "331002", "331002001")
    area(county, "330900", (), "county", parent_code="3310")
    assert county.region_path("330900") == ("33", "3310", "330900")


def test_a_circle_of_parents_ends() -> None:
    """Two areas that name each other as parent do not hang the platform."""
    registers = Registers(Still())
    area(registers, "331001", (), "county", parent_code="331002")
    area(registers, "331002", (), "county", parent_code="331001")
    assert registers.region_path("331001") == ("331002", "331001")


def test_areas_change_with_time() -> None:
    """临平区 exists since 2021: before, the point lay in 余杭区, whose records are its business."""
    registers = Registers(Still())
    area(registers, "330110", square(120, 30, 1), "county")
    registers.jurisdictions.retire("330110", NEW)
    old = registers.jurisdictions.history("330110")[-1]
    registers.jurisdictions.record(
        msgspec.structs.replace(old, body=msgspec.structs.replace(old.body, became=("330113", "330119")))
    )
    area(registers, "330113", square(120.5, 30, 0.5), "county", since=NEW)
    area(registers, "330119", square(120, 30, 0.5), "county", since=NEW)
    at = Position(120.7, 30.2)
    assert registers.region_of(at, datetime(2020, 1, 1, tzinfo=UTC)) == "330110"
    assert registers.region_of(at) == "330113"
    assert registers.region_today("330110") == ("330113", "330119")
    assert registers.formerly("330113") == ("330110",)


def test_a_hole_is_outside(county: Registers) -> None:
    """A point in the hole of an area belongs to what surrounds it."""
    outer, hole = square(118.2, 27.2, 0.6)[0][0], square(118.3, 27.3, 0.2)[0][0]
    area(county, "331099", ((outer, hole),), "county")
    assert county.region_of(Position(118.25, 27.25)) == "331099"
    assert county.region_of(Position(118.4, 27.4)) == "33"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(1, 4), st.sampled_from(["county", "town"])),
        min_size=1,
        max_size=12,
    ),
    st.lists(st.tuples(st.integers(-1, 34), st.integers(-1, 34)), min_size=1, max_size=20),
)
def test_the_index_says_what_a_plain_search_says(areas: Any, points: Any) -> None:
    """The cells of the index never change the answer: it equals a search through all areas."""
    registers = Registers(Still())
    plain = []
    for number, (x, y, side, level) in enumerate(areas):
        code = f"3310{number:02d}" if level == "county" else f"331002{number:03d}"
        polygons = square(x / 4, y / 4, side / 4)
        area(registers, code, polygons, level)
        plain.append((code, level, shapely.Polygon(polygons[0][0])))
    for x, y in points:
        lon, lat = x / 8, y / 8
        point = shapely.Point(lon, lat)
        for level in ("town", "county"):
            inside = [(shape.area, code) for code, of, shape in plain if of == level and shape.contains(point)]
            touched = [code for code, of, shape in plain if of == level and shape.intersects(point)]
            if inside or touched:
                expected = min(inside)[1] if inside else min(touched)
                break
        else:
            expected = ""
        assert registers.region_of(Position(lon, lat)) == expected


def test_ten_thousand_areas_need_few_looks() -> None:
    """With 10,000 areas most points are answered by one look at a cell, without touching a polygon."""
    registers = Registers(Still())
    for number in range(10_000):
        area(
            registers,
            f"331002{number:06d}",
            square(120 + number % 100 / 100, 28 + number // 100 / 100, 0.01),
            "village",
        )
    chance = np.random.default_rng(7)
    points = [Position(120 + float(x), 28 + float(y)) for x, y in chance.random((500, 2))]
    for at in points:
        found = registers.region_of(at)
        assert found == f"331002{int((at.lat - 28) * 100 + 1e-9) * 100 + int((at.lon - 120) * 100 + 1e-9):06d}"
