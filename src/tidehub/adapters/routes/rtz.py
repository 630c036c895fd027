"""RTZ route files (IEC 61174, versions 1.0, 1.1 and 1.2): read, check, write.

RTZ counts distances in nautical miles and speeds in knots; inside we have metres and m/s. Its datum is WGS
84.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree  # builds and serialises only; parsing is defused
from datetime import datetime
from typing import Literal, cast

import msgspec

from tidehub.adapters.routes.model import (
    KNOT_MPS,
    NM_M,
    LegPlan,
    RouteFile,
    RouteProblem,
    Schedule,
    ScheduleEntry,
    Waypoint,
)
from tidehub.adapters.routes.rtz_rules import NAMESPACES, VERSIONS, Checker, Version, entry_name
from tidehub.adapters.routes.xml import (
    Element,
    XmlRejected,
    clean,
    parse,
    refuse,
    serialise,
    split_name,
    text,
)
from tidehub.kernel.geometry import Position
from tidehub.kernel.instants import format_instant, parse_instant

BYTES_MAX = 400_000  # IEC 61174 annex S: a route file is at most 400 kB


def check_rtz(raw: bytes) -> list[RouteProblem]:
    """Say everything that is wrong with a file, in the order of the document; nothing when it is valid.

    Beyond the schema of its version: waypoint and schedule ids are unique, and a schedule names known
    waypoints.
    """
    return _checked(raw)[2]


def read_rtz(raw: bytes) -> RouteFile:
    """Read a valid file.

    Raises
    ------
    Refusal
        ``route_file_invalid`` with all problems in ``params["problems"]``.
    """
    root, version, problems = _checked(raw)
    if problems or root is None or version is None:
        refuse(problems)
    return _Reader(root, version).route()


def _checked(raw: bytes) -> tuple[Element | None, Version | None, list[RouteProblem]]:
    try:
        root = parse(raw, BYTES_MAX)
    except XmlRejected as rejected:
        return None, None, [rejected.problem]
    namespace, name = split_name(root.tag)
    version = next((v for v in VERSIONS if NAMESPACES[v] == namespace), None)
    if name != "route" or not namespace.startswith("http://www.cirm.org/RTZ/"):
        problem = RouteProblem(
            "not_this_format", name, "根元素不是 RTZ 的 route", "The root element is not the route of RTZ"
        )
        return root, None, [problem]
    if version is None:
        problem = RouteProblem("version_unknown", "route", f"不认识的版本 {namespace}", f"Unknown version {namespace}")
        return root, None, [problem]
    checker = Checker(version)
    checker.check(root, "route", "route")
    stated = root.get("version")
    if stated is not None and stated != version:
        checker.add(
            "version_mismatch",
            "route@version",
            f"版本写的是 {stated[:20]}，命名空间是 {version}",
            f"The version says {stated[:20]}, the namespace says {version}",
        )
    _check_ids(root, version, checker)
    return root, version, checker.problems


def _check_ids(root: Element, version: Version, checker: Checker) -> None:
    prefix = f"{{{NAMESPACES[version]}}}"
    known: set[int] = set()
    for number, waypoint in enumerate(root.iterfind(f"{prefix}waypoints/{prefix}waypoint"), 1):
        own = _natural(waypoint.get("id"))
        if own is not None and own in known:
            here = f"route/waypoints/waypoint[{number}]@id"
            zh, en = f"航路点编号 {own} 重复", f"Waypoint id {own} occurs twice"
            checker.add("duplicate_waypoint_id", here, zh, en)
        elif own is not None:
            known.add(own)
    schedules: set[int] = set()
    for number, schedule in enumerate(root.iterfind(f"{prefix}schedules/{prefix}schedule"), 1):
        here = f"route/schedules/schedule[{number}]"
        own = _natural(schedule.get("id"))
        if own is not None and own in schedules:
            zh, en = f"时刻表编号 {own} 重复", f"Schedule {own} occurs twice"
            checker.add("duplicate_schedule_id", f"{here}@id", zh, en)
        elif own is not None:
            schedules.add(own)
        for part in ("manual", "calculated"):
            entries = schedule.iterfind(f"{prefix}{part}/{prefix}{entry_name(version)}")
            for place, entry in enumerate(entries, 1):
                wanted = _natural(entry.get("waypointId"))
                if wanted is not None and wanted not in known:
                    checker.add(
                        "unknown_waypoint",
                        f"{here}/{part}/{entry_name(version)}[{place}]@waypointId",
                        f"时刻表引用了不存在的航路点 {wanted}",
                        f"The schedule names waypoint {wanted}, which does not exist",
                    )


def _natural(value: str | None) -> int | None:
    return int(value) if value is not None and value.strip().isdecimal() else None


class _Reader:
    """Takes values out of a document that was found valid."""

    def __init__(self, root: Element, version: Version) -> None:
        self._root = root
        self._version = version
        self._prefix = f"{{{NAMESPACES[version]}}}"

    def route(self) -> RouteFile:
        """Everything the document says."""
        info = self._child(self._root, "routeInfo")
        waypoints = self._child(self._root, "waypoints")
        schedules = self._child(self._root, "schedules")
        assert info is not None and waypoints is not None
        default = self._child(waypoints, "defaultWaypoint")
        return RouteFile(
            name=info.get("routeName", ""),
            waypoints=tuple(self._waypoint(one, default) for one in waypoints.iterfind(self._prefix + "waypoint")),
            schedules=tuple(map(self._schedule, schedules.iterfind(self._prefix + "schedule")))
            if schedules is not None
            else (),
            author=info.get("routeAuthor"),
            vessel_name=info.get("vesselName"),
            vessel_mmsi=_natural(info.get("vesselMMSI")),
        )

    def _child(self, element: Element | None, name: str) -> Element | None:
        return element.find(self._prefix + name) if element is not None else None

    def _waypoint(self, element: Element, default: Element | None) -> Waypoint:
        position = self._child(element, "position")
        assert position is not None
        radius = element.get("radius", default.get("radius") if default is not None else None)
        return Waypoint(
            id=int(element.attrib["id"]),
            position=Position(float(position.attrib["lon"]), float(position.attrib["lat"])),
            name=element.get("name"),
            turn_radius_m=None if radius is None else float(radius) * NM_M,
            leg=self._leg(self._child(element, "leg"), self._child(default, "leg")),
        )

    def _leg(self, own: Element | None, default: Element | None) -> LegPlan | None:
        if own is None and default is None:
            return None
        merged = {
            **(default.attrib if default is not None else {}),
            **(own.attrib if own is not None else {}),
        }

        def number(name: str, unit: float) -> float | None:
            return float(merged[name]) * unit if name in merged else None

        return LegPlan(
            geometry=cast("Literal['Loxodrome', 'Orthodrome'] | None", merged.get("geometryType")),
            starboard_xtd_m=number("starboardXTD", NM_M),
            port_xtd_m=number("portsideXTD", NM_M),
            safety_contour_m=number("safetyContour", 1.0),
            speed_mps_min=number("speedMin", KNOT_MPS),
            speed_mps_max=number("speedMax", KNOT_MPS),
            draught_forward_m=number("draughtForward", 1.0),
            draught_aft_m=number("draughtAft", 1.0),
            static_ukc_m=number("staticUKC", 1.0),
            note=merged.get("legInfo"),
        )

    def _schedule(self, element: Element) -> Schedule:
        return Schedule(
            id=int(element.attrib["id"]),
            name=element.get("name"),
            manual=self._entries(self._child(element, "manual")),
            calculated=self._entries(self._child(element, "calculated")),
        )

    def _entries(self, element: Element | None) -> tuple[ScheduleEntry, ...]:
        if element is None:
            return ()
        return tuple(
            ScheduleEntry(
                waypoint_id=int(entry.attrib["waypointId"]),
                eta=_instant(entry.get("eta")),
                etd=_instant(entry.get("etd")),
                speed_mps=float(entry.attrib["speed"]) * KNOT_MPS if "speed" in entry.attrib else None,
            )
            for entry in element.iterfind(self._prefix + entry_name(self._version))
        )


def _instant(value: str | None) -> datetime | None:
    """RTZ times are UTC; one without a zone is meant so."""
    if value is None:
        return None
    value = value.strip()
    return parse_instant(value if value[-1] == "Z" or value[-6] in "+-" else value + "Z")


def write_rtz(route: RouteFile, version: Version = "1.2") -> bytes:
    """Write a route; what a version does not know is left out, and the result is always valid.

    Raises
    ------
    Refusal
        ``route_file_invalid`` when the route itself cannot be written (fewer than two waypoints, an id twice
        ...).
    """
    root = ElementTree.Element("route", {"version": version})
    info = {"routeName": clean(route.name)}
    if route.author:
        info["routeAuthor"] = clean(route.author)
    if route.vessel_name:
        info["vesselName"] = clean(route.vessel_name)
    if route.vessel_mmsi is not None:
        info["vesselMMSI"] = str(route.vessel_mmsi)
    ElementTree.SubElement(root, "routeInfo", info)
    waypoints = ElementTree.SubElement(root, "waypoints")
    for waypoint in route.waypoints:
        _write_waypoint(waypoints, waypoint, version)
    if route.schedules:
        schedules = ElementTree.SubElement(root, "schedules")
        for schedule in route.schedules:
            _write_schedule(schedules, schedule, version)
    raw = serialise(root, NAMESPACES[version])
    problems = check_rtz(raw)
    if problems:
        refuse(problems)
    return raw


def _write_waypoint(parent: Element, waypoint: Waypoint, version: Version) -> None:
    about = {"id": str(waypoint.id), "revision": "0"}
    if waypoint.name:
        about["name"] = clean(waypoint.name)
    if waypoint.turn_radius_m is not None:
        about["radius"] = text(waypoint.turn_radius_m / NM_M)
    element = ElementTree.SubElement(parent, "waypoint", about)
    place = {"lat": text(waypoint.position.lat, 9), "lon": text(waypoint.position.lon, 9)}
    ElementTree.SubElement(element, "position", place)
    if waypoint.leg is not None:
        ElementTree.SubElement(element, "leg", _leg_attributes(waypoint.leg))


_LEG_NUMBERS = (
    ("starboardXTD", "starboard_xtd_m", NM_M),
    ("portsideXTD", "port_xtd_m", NM_M),
    ("safetyContour", "safety_contour_m", 1.0),
    ("speedMin", "speed_mps_min", KNOT_MPS),
    ("speedMax", "speed_mps_max", KNOT_MPS),
    ("draughtForward", "draught_forward_m", 1.0),
    ("draughtAft", "draught_aft_m", 1.0),
    ("staticUKC", "static_ukc_m", 1.0),
)


def _leg_attributes(leg: LegPlan) -> dict[str, str]:
    plan = msgspec.structs.asdict(leg)
    attributes = {name: text(plan[own] / unit) for name, own, unit in _LEG_NUMBERS if plan[own] is not None}
    if leg.geometry:
        attributes["geometryType"] = leg.geometry
    if leg.note:
        attributes["legInfo"] = clean(leg.note)
    return attributes


def _write_schedule(parent: Element, schedule: Schedule, version: Version) -> None:
    about = {"id": str(schedule.id)}
    if schedule.name:
        about["name"] = clean(schedule.name)
    element = ElementTree.SubElement(parent, "schedule", about)
    for part, entries in (("manual", schedule.manual), ("calculated", schedule.calculated)):
        if not entries:
            continue
        timetable = ElementTree.SubElement(element, part)
        for entry in entries:
            attributes = {"waypointId": str(entry.waypoint_id)}
            if entry.etd is not None:
                attributes["etd"] = format_instant(entry.etd)
            if entry.eta is not None:
                attributes["eta"] = format_instant(entry.eta)
            if entry.speed_mps is not None:
                attributes["speed"] = text(entry.speed_mps / KNOT_MPS)
            ElementTree.SubElement(timetable, entry_name(version), attributes)
