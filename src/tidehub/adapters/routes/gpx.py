"""GPX 1.1 routes (``rte``/``rtept``), as every plotter and phone reads them. The datum is WGS 84 by
definition.

Source: GPX 1.1 schema, topografix.com/GPX/1/1.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree  # builds and serialises only; parsing is defused

from tidehub.adapters.routes.model import RouteFile, RouteProblem, Waypoint
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

NAMESPACE = "http://www.topografix.com/GPX/1/1"
BYTES_MAX = 20_000_000
_P = f"{{{NAMESPACE}}}"


def read_gpx(raw: bytes) -> list[RouteFile]:
    """Read every route of a file; tracks and single points are passed over.

    Raises
    ------
    Refusal
        ``route_file_invalid`` with all problems, also for a file without a route.
    """
    try:
        root = parse(raw, BYTES_MAX)
    except XmlRejected as rejected:
        refuse([rejected.problem])
    problems = _check(root)
    if problems:
        refuse(problems)
    return [
        RouteFile(
            name=(route.findtext(_P + "name") or "").strip(),
            waypoints=tuple(
                Waypoint(
                    number,
                    Position(float(point.attrib["lon"]), float(point.attrib["lat"])),
                    (point.findtext(_P + "name") or "").strip() or None,
                )
                for number, point in enumerate(route.iterfind(_P + "rtept"), 1)
            ),
        )
        for route in root.iterfind(_P + "rte")
    ]


def _check(root: Element) -> list[RouteProblem]:
    namespace, name = split_name(root.tag)
    if name != "gpx":
        return [RouteProblem("not_this_format", name, "根元素不是 gpx", "The root element is not gpx")]
    if namespace != NAMESPACE or root.get("version") != "1.1":
        return [RouteProblem("version_unknown", "gpx@version", "只支持 GPX 1.1", "Only GPX 1.1 is supported")]
    problems = []
    routes = list(root.iterfind(_P + "rte"))
    if not routes:
        problems.append(RouteProblem("missing_element", "gpx/rte", "文件中没有航线", "The file has no route"))
    for number, route in enumerate(routes, 1):
        points = list(route.iterfind(_P + "rtept"))
        if len(points) < 2:
            where = f"gpx/rte[{number}]/rtept"
            zh, en = "航路点少于两个", "Fewer than two route points"
            problems.append(RouteProblem("missing_element", where, zh, en))
        for place, point in enumerate(points, 1):
            where = f"gpx/rte[{number}]/rtept[{place}]"
            problems += _check_degree(point, "lat", 90.0, where) + _check_degree(point, "lon", 180.0, where)
    return problems


def _check_degree(point: Element, name: str, limit: float, where: str) -> list[RouteProblem]:
    value = point.get(name)
    where = f"{where}@{name}"
    if value is None:
        zh, en = f"缺少属性“{name}”", f"The attribute '{name}' is missing"
        return [RouteProblem("missing_attribute", where, zh, en)]
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        return [RouteProblem("bad_value", where, f"“{value[:40]}”不是数", f"'{value[:40]}' is no number")]
    if not -limit <= number <= limit:
        zh, en = f"{value[:40]} 超出 ±{limit:g}", f"{value[:40]} is beyond ±{limit:g}"
        return [RouteProblem("out_of_range", where, zh, en)]
    return []


def write_gpx(route: RouteFile) -> bytes:
    """Write one route."""
    root = ElementTree.Element("gpx", {"version": "1.1", "creator": "Tidehub"})
    element = ElementTree.SubElement(root, "rte")
    ElementTree.SubElement(element, "name").text = clean(route.name)
    for waypoint in route.waypoints:
        place = {"lat": text(waypoint.position.lat, 9), "lon": text(waypoint.position.lon, 9)}
        point = ElementTree.SubElement(element, "rtept", place)
        ElementTree.SubElement(point, "name").text = clean(waypoint.name or f"WP{waypoint.id:03d}")
    return serialise(root, NAMESPACE)
