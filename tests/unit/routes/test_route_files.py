"""Route files: what is written is read back, and what is wrong is said with its place."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidehub.adapters.routes import (
    LegPlan,
    RouteFile,
    Schedule,
    ScheduleEntry,
    Waypoint,
    check_rtz,
    from_route,
    read_geojson,
    read_gpx,
    read_rtz,
    write_geojson,
    write_gpx,
    write_rtz,
)
from tidehub.kernel.errors import Refusal
from tidehub.kernel.geometry import Position
from tidehub.methods.routing import Route, WaterMap, plan_route

AT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
ROUTE = RouteFile(
    '海门 → 大陈 <1> & "2"',
    (
        Waypoint(7, Position(121.45, 28.684), "海门"),
        Waypoint(3, Position(121.7, 28.6), turn_radius_m=185.2, leg=LegPlan("Loxodrome", 92.6, 92.6, 5.0)),
        Waypoint(9, Position(121.884538, 28.436998), "大陈", leg=LegPlan(speed_mps_max=5.0, static_ukc_m=0.5)),
    ),
    (Schedule(1, "day", (ScheduleEntry(7, etd=AT),), (ScheduleEntry(9, eta=AT, speed_mps=5.0),)),),
    vessel_mmsi=412345678,
)


def rtz(version: str = "1.1", waypoints: str | None = None, more: str = "", info: str = 'routeName="A"') -> bytes:
    waypoints = waypoints or (
        '<waypoint id="1"><position lat="28" lon="121"/></waypoint>'
        '<waypoint id="2"><position lat="28.1" lon="121.1"/><leg geometryType="Loxodrome"/></waypoint>'
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>'
        f'<route xmlns="http://www.cirm.org/RTZ/{version.replace(".", "/")}" version="{version}">'
        f"<routeInfo {info}/><waypoints>{waypoints}</waypoints>{more}</route>"
    ).encode()


def _close(a: RouteFile, b: RouteFile) -> None:
    def rounded(value: object) -> object:
        if isinstance(value, float):
            return round(value, 3)
        if isinstance(value, dict):
            return {key: rounded(one) for key, one in value.items()}
        return [rounded(one) for one in value] if isinstance(value, list | tuple) else value

    assert rounded(msgspec.to_builtins(a)) == rounded(msgspec.to_builtins(b))


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_a_written_rtz_is_valid_and_reads_back(version):
    """Every version: written, without a problem, and the same when read."""
    raw = write_rtz(ROUTE, version)
    assert check_rtz(raw) == []
    _close(read_rtz(raw), ROUTE)
    assert (b"sheduleElement" in raw) == (version == "1.0")


def test_a_planned_route_becomes_a_file_with_limits_and_times():
    """Waypoints are numbered, cross-track limits are the clearance, and the timetable rises."""
    island = [[(121.08, 28.05), (121.12, 28.05), (121.12, 28.15), (121.08, 28.15), (121.08, 28.05)]]
    water = WaterMap.build([island], bounds=(121.0, 28.0, 121.2, 28.2), clearance_m=100.0)
    route = plan_route(water, Position(121.02, 28.1), Position(121.18, 28.1))
    assert isinstance(route, Route)
    file = from_route(route, "r", leave_at=AT, speed_mps=5.0, draught_m=1.5)
    assert [w.id for w in file.waypoints] == list(range(1, len(file.waypoints) + 1))
    assert all(w.leg is not None and w.leg.port_xtd_m >= 100.0 for w in file.waypoints[1:])
    times = [entry.eta for entry in file.schedules[0].calculated[1:]]
    assert times == sorted(times)
    assert (times[-1] - AT).total_seconds() == pytest.approx(route.length_m / 5.0, abs=0.01)
    for version in ("1.0", "1.1", "1.2"):
        assert check_rtz(write_rtz(file, version)) == []


SCHEDULE = (
    '<schedules><schedule id="1"><manual><scheduleElement waypointId="{id}" {more}/></manual></schedule></schedules>'
)
WP = '<waypoint id="{id}"><position lat="{lat}" lon="{lon}"/>{leg}</waypoint>'


def two(first: str) -> str:
    return first + WP.format(id=99, lat=28, lon=121, leg="")


@pytest.mark.parametrize(
    ("raw", "code", "where"),
    [
        (b"", "xml_broken", ""),
        (b"<route", "xml_broken", ""),
        (b"\xff\xfe\x00", "xml_broken", ""),
        (b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><route>&x;</route>', "dtd_forbidden", ""),
        (b'<!DOCTYPE lolz [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><route>&c;</route>', "dtd_forbidden", ""),
        (b"<gpx/>", "not_this_format", "gpx"),
        (b'<route xmlns="http://www.cirm.org/RTZ/2/0" version="2.0"/>', "version_unknown", "route"),
        (rtz().replace(b'version="1.1"', b'version="1.0"'), "version_mismatch", "route@version"),
        (rtz().replace(b' version="1.1"', b""), "missing_attribute", "route@version"),
        (rtz(info=""), "missing_attribute", "route/routeInfo@routeName"),
        (rtz(info='routeName="A" vesselMMSI="-3"'), "bad_value", "route/routeInfo@vesselMMSI"),
        (rtz(info='routeName="A" colour="red"'), "unknown_attribute", "route/routeInfo@colour"),
        (rtz().replace(b'<routeInfo routeName="A"/>', b""), "missing_element", "route/routeInfo"),
        (rtz(waypoints=WP.format(id=1, lat=8, lon=1, leg="")), "missing_element", "route/waypoints/waypoint"),
        (rtz(waypoints=two("<waypoint id='1'/>")), "missing_element", "route/waypoints/waypoint[1]/position"),
        (rtz(waypoints=two("<waypoint><position lat='1' lon='2'/></waypoint>")), "missing_attribute",
         "route/waypoints/waypoint[1]@id"),
        (rtz(waypoints=two(WP.format(id=99, lat=28, lon=121, leg=""))), "duplicate_waypoint_id",
         "route/waypoints/waypoint[2]@id"),
        (rtz(waypoints=two(WP.format(id=1, lat=91, lon=121, leg=""))), "out_of_range",
         "route/waypoints/waypoint[1]/position@lat"),
        (rtz(waypoints=two(WP.format(id=1, lat=28, lon=180, leg=""))), "out_of_range",
         "route/waypoints/waypoint[1]/position@lon"),
        (rtz(waypoints=two(WP.format(id=1, lat="NaN", lon=1, leg=""))), "bad_value",
         "route/waypoints/waypoint[1]/position@lat"),
        (rtz(waypoints=two("<waypoint id='1'><leg/><position lat='1' lon='2'/></waypoint>")), "wrong_order",
         "route/waypoints/waypoint[1]/position"),
        (rtz(waypoints=two(WP.format(id=1, lat=1, lon=2, leg="<leg geometryType='Straight'/>"))), "bad_value",
         "route/waypoints/waypoint[1]/leg@geometryType"),
        (rtz(waypoints=two(WP.format(id=1, lat=1, lon=2, leg="<leg portsideXTD='10'/>"))), "out_of_range",
         "route/waypoints/waypoint[1]/leg@portsideXTD"),
        (rtz(waypoints=two(WP.format(id=1, lat=1, lon=2, leg="<leg/><leg/>"))), "too_many",
         "route/waypoints/waypoint[1]/leg"),
        (rtz(waypoints=two(WP.format(id=1, lat=1, lon=2, leg="<buoy/>"))), "unknown_element",
         "route/waypoints/waypoint[1]/buoy"),
        (rtz(more=SCHEDULE.format(id=42, more="")), "unknown_waypoint",
         "route/schedules/schedule[1]/manual/scheduleElement[1]@waypointId"),
        (rtz(more=SCHEDULE.format(id=1, more='eta="tomorrow"')), "bad_value",
         "route/schedules/schedule[1]/manual/scheduleElement[1]@eta"),
        (rtz("1.0", more=SCHEDULE.format(id=1, more="")), "unknown_element",
         "route/schedules/schedule[1]/manual/scheduleElement"),
        (rtz(more=SCHEDULE.format(id=1, more='stay="00:30:00"')), "bad_value",
         "route/schedules/schedule[1]/manual/scheduleElement[1]@stay"),
        (rtz(more="<extensions><extension name='x'/></extensions>"), "missing_attribute",
         "route/extensions/extension[1]@manufacturer"),
        (b"<route>" + b" " * 400_001, "too_large", ""),
    ],
)  # fmt: skip
def test_an_invalid_rtz_says_why_and_where(raw, code, where):
    """Each way to be invalid has its reason and its place, and reading is refused."""
    problems = check_rtz(raw)
    assert (code, where) in [(problem.code, problem.where) for problem in problems]
    with pytest.raises(Refusal, match="route_file_invalid"):
        read_rtz(raw)


def test_versions_differ_where_the_schemas_differ():
    """A radius of 7 miles and a leg with extensions: allowed in one version, refused in another."""
    wide = two("<waypoint id='1' radius='7'><position lat='1' lon='2'/></waypoint>")
    assert check_rtz(rtz("1.0", waypoints=wide)) == []
    assert [p.code for p in check_rtz(rtz("1.1", waypoints=wide))] == ["out_of_range"]
    legs = two(WP.format(id=1, lat=1, lon=2, leg="<leg><extensions/></leg>"))
    assert check_rtz(rtz("1.2", waypoints=legs)) == []
    assert [p.code for p in check_rtz(rtz("1.1", waypoints=legs))] == ["unknown_element"]


def test_defaults_of_an_rtz_hold_where_a_waypoint_is_silent():
    """defaultWaypoint fills in radius and leg attributes that a waypoint leaves out."""
    default = "<defaultWaypoint radius='0.5'><leg starboardXTD='0.1' speedMax='10'/></defaultWaypoint>"
    route = read_rtz(rtz(waypoints=default + two(WP.format(id=1, lat=1, lon=2, leg="<leg speedMax='8'/>"))))
    leg = route.waypoints[0].leg
    assert leg is not None and route.waypoints[0].turn_radius_m == pytest.approx(926.0)
    assert leg.starboard_xtd_m == pytest.approx(185.2) and leg.speed_mps_max == pytest.approx(8 * 1852 / 3600)


def test_a_route_that_cannot_be_written_is_refused():
    """A file with a single waypoint or an id twice is never written."""
    for waypoints in ((ROUTE.waypoints[0],), (ROUTE.waypoints[0], ROUTE.waypoints[0])):
        with pytest.raises(Refusal, match="route_file_invalid"):
            write_rtz(msgspec.structs.replace(ROUTE, waypoints=waypoints, schedules=()))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 400), st.integers(0, 30))
def test_a_damaged_file_never_crashes_the_reader(noise, at, cut):
    """Noise anywhere in a file gives problems or a route, never another exception."""
    raw = write_rtz(ROUTE)
    damaged = raw[:at] + noise + raw[at + cut :]
    problems = check_rtz(damaged)
    if not problems:
        read_rtz(damaged)
    for reader in (read_gpx, read_geojson):
        with pytest.raises(Refusal):
            reader(damaged)


def test_gpx_and_geojson_read_back():
    """Names and places survive GPX 1.1 and GeoJSON."""
    for back in (read_gpx(write_gpx(ROUTE))[0], read_geojson(write_geojson(ROUTE))):
        assert back.name == ROUTE.name
        assert [w.position for w in back.waypoints] == [w.position for w in ROUTE.waypoints]
        assert back.waypoints[0].name == "海门"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<rte><rtept lat='1' lon='2'/></rte>", "missing_element"),
        ("", "missing_element"),
        ("<rte><rtept lat='1'/><rtept lat='1' lon='2'/></rte>", "missing_attribute"),
        ("<rte><rtept lat='91' lon='1'/><rtept lat='1' lon='2'/></rte>", "out_of_range"),
        ("<rte><rtept lat='inf' lon='1'/><rtept lat='1' lon='2'/></rte>", "bad_value"),
    ],
)
def test_an_invalid_gpx_says_why(body, code):
    """GPX problems are named like those of RTZ."""
    raw = f"<gpx xmlns='http://www.topografix.com/GPX/1/1' version='1.1' creator='x'>{body}</gpx>".encode()
    with pytest.raises(Refusal) as caught:
        read_gpx(raw)
    assert caught.value.params["problems"][0].code == code


@pytest.mark.parametrize(
    "document",
    [
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "LineString", "coordinates": [[1, 2]]},
        {"type": "LineString", "coordinates": [[1, 2], [200, 2]]},
        {"type": "LineString", "coordinates": [[1, 2], ["x", 2]]},
        {"type": "LineString", "coordinates": [[1, 2], [2, 2]], "crs": {"properties": {"name": "EPSG:3857"}}},
    ],
)
def test_an_invalid_geojson_route_is_refused(document):
    """Wrong geometry, too few points, out of range, another datum."""
    with pytest.raises(Refusal):
        read_geojson(json.dumps(document).encode())
