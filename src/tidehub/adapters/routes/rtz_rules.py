"""What an RTZ file may contain, for each version: a table, and the checker that walks it.

Source: the XML schemas of RTZ 1.0, 1.1 and 1.2 (IEC 61174:2015 annex S and later, cirm.org/RTZ). Two
misspellings belong to version 1.0 and are kept: ``sheduleElement`` and ``absFuelSace``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

from tidehub.adapters.routes.model import ProblemCode, RouteProblem
from tidehub.adapters.routes.xml import Element, split_name
from tidehub.kernel.errors import Refusal
from tidehub.kernel.instants import parse_instant

Version = Literal["1.0", "1.1", "1.2"]
VERSIONS: tuple[Version, ...] = ("1.0", "1.1", "1.2")
NAMESPACES: dict[Version, str] = {v: f"http://www.cirm.org/RTZ/{v.replace('.', '/')}" for v in VERSIONS}
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


class Child(NamedTuple):
    """A child element: its name, the rule it follows, how often it occurs."""

    name: str
    rule: str
    least: int
    most: int | None


class Rule(NamedTuple):
    """An element: its children in their order, its attributes with their types, those that must be there."""

    children: tuple[Child, ...]
    attributes: dict[str, str]
    required: tuple[str, ...] = ()


_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_DURATION = re.compile(r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_LIMITS: dict[str, tuple[float, float, bool]] = {  # least, most, whether the most itself is allowed
    "latitude": (-90.0, 90.0, True),
    "longitude": (-180.0, 180.0, False),
    "not_negative": (0.0, float("inf"), True),
    "xtd": (0.0, 10.0, False),
    "radius_1.0": (0.0, 10.0, False),
    "radius": (0.0, 5.0, True),
    "course": (0.0, 360.0, False),
    "decimal": (float("-inf"), float("inf"), True),
}

_LEG = dict.fromkeys(
    ("safetyContour", "safetyDepth", "draughtForward", "draughtAft", "staticUKC", "dynamicUKC", "masthead"),
    "not_negative",
) | {
    "starboardXTD": "xtd",
    "portsideXTD": "xtd",
    "geometryType": "geometry",
    "speedMin": "not_negative",
    "speedMax": "not_negative",
    "legReport": "string",
    "legInfo": "string",
    "legNote1": "string",
    "legNote2": "string",
}
_INFO = {
    "routeName": "string",
    "routeAuthor": "string",
    "routeStatus": "string",
    "validityPeriodStart": "date_time",
    "validityPeriodStop": "date_time",
    "vesselName": "string",
    "vesselMMSI": "natural",
    "vesselIMO": "natural",
    "vesselVoyage": "string",
    "vesselDisplacement": "natural",
    "vesselCargo": "natural",
    "vesselGM": "not_negative",
    "optimizationMethod": "string",
    "vesselMaxRoll": "natural",
    "vesselMaxWave": "not_negative",
    "vesselMaxWind": "not_negative",
    "vesselSpeedMax": "not_negative",
    "vesselServiceMin": "not_negative",
    "vesselServiceMax": "not_negative",
    "routeChangesHistory": "string",
}
_ENTRY = {
    "waypointId": "natural",
    "etd": "date_time",
    "eta": "date_time",
    "speed": "not_negative",
    "speedWindow": "not_negative",
    "windSpeed": "not_negative",
    "windDirection": "course",
    "currentSpeed": "not_negative",
    "currentDirection": "course",
    "windLoss": "not_negative",
    "waveLoss": "not_negative",
    "totalLoss": "not_negative",
    "rpm": "natural",
    "pitch": "whole",
    "fuel": "decimal",
    "relFuelSave": "decimal",
    "Note": "string",
}
_SPANS = ("etdWindowBefore", "etdWindowAfter", "etaWindowBefore", "etaWindowAfter", "stay")


def entry_name(version: Version) -> str:
    """Name of the element of a schedule; version 1.0 misspells it."""
    return "sheduleElement" if version == "1.0" else "scheduleElement"


def rules(version: Version) -> dict[str, Rule]:
    """Give the table of a version, by rule name; ``route`` is the root."""
    first = version == "1.0"
    more = Child("extensions", "extensions", 0, 1)
    leg = Child("leg", "leg", 0, 1)
    radius = {"radius": "radius_1.0" if first else "radius"}
    entry = _ENTRY | dict.fromkeys(_SPANS, "time" if first else "duration")
    entry |= {"absFuelSace" if first else "absFuelSave": "decimal"}
    timetable = Child(entry_name(version), "entry", 0, None)
    wind = {"vesselMaxWind": "decimal", "routeChangesHistory": "not_negative"} if first else {}
    return {
        "route": Rule(
            (
                Child("routeInfo", "info", 1, 1),
                Child("waypoints", "waypoints", 1, 1),
                Child("schedules", "schedules", 0, 1),
                more,
            ),
            {"version": "string"},
            ("version",),
        ),
        "info": Rule((more,), _INFO | wind, ("routeName",)),
        "waypoints": Rule(
            (Child("defaultWaypoint", "default", 0, 1), Child("waypoint", "waypoint", 2, None), more), {}
        ),
        "default": Rule((leg, more), radius),
        "waypoint": Rule(
            (Child("position", "position", 1, 1), leg, more),
            {"id": "natural", "revision": "natural", "name": "string"} | radius,
            ("id",),
        ),
        "position": Rule((), {"lat": "latitude", "lon": "longitude"}, ("lat", "lon")),
        "leg": Rule((more,) if version == "1.2" else (), _LEG),
        "schedules": Rule((Child("schedule", "schedule", 0, None), more), {}),
        "schedule": Rule(
            (Child("manual", "manual", 0, 1), Child("calculated", "calculated", 0, 1), more),
            {"id": "natural", "name": "string"},
            ("id",),
        ),
        "manual": Rule((timetable._replace(least=1), more), {}),
        "calculated": Rule((timetable, more), {}),
        "entry": Rule((more,), entry, ("waypointId",)),
        "extensions": Rule(() if first else (Child("extension", "extension", 0, None),), {}),
        "extension": Rule(
            (), {"manufacturer": "filled", "name": "filled", "version": "filled"}, ("manufacturer", "name")
        ),
    }


class Checker:
    """Walks a document along the table of one version and collects what is wrong."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self._namespace = NAMESPACES[version]
        self._rules = rules(version)
        self.problems: list[RouteProblem] = []

    def add(self, code: ProblemCode, where: str, zh: str, en: str) -> None:
        """Note a problem."""
        self.problems.append(RouteProblem(code, where, zh, en))

    def check(self, element: Element, rule_name: str, where: str) -> None:
        """Check an element, its attributes and everything below it."""
        rule = self._rules[rule_name]
        self._attributes(element, rule, rule_name, where)
        if rule_name == "extension" or (rule_name == "extensions" and self._version == "1.0"):
            return  # what others put there is theirs
        order = {child.name: place for place, child in enumerate(rule.children)}
        counts: dict[str, int] = {}
        reached = 0
        for child in element:
            namespace, name = split_name(child.tag) if isinstance(child.tag, str) else ("", "")
            if namespace != self._namespace or name not in order:
                here = f"{where}/{name}"
                self.add("unknown_element", here, f"不认识的元素“{name}”", f"Unknown element '{name}'")
                continue
            counts[name] = counts.get(name, 0) + 1
            kind = rule.children[order[name]]
            here = f"{where}/{name}" + (f"[{counts[name]}]" if kind.most is None else "")
            if order[name] < reached:
                self.add("wrong_order", here, f"元素“{name}”的位置不对，应更靠前", f"'{name}' must come earlier")
            reached = max(reached, order[name])
            self.check(child, kind.rule, here)
        for kind in rule.children:
            self._count(kind, counts.get(kind.name, 0), where)

    def _count(self, kind: Child, found: int, where: str) -> None:
        if found < kind.least:
            self.add(
                "missing_element",
                f"{where}/{kind.name}",
                f"缺少必需的元素“{kind.name}”（至少 {kind.least} 个，现有 {found} 个）",
                f"The element '{kind.name}' is missing (at least {kind.least}, found {found})",
            )
        if kind.most is not None and found > kind.most:
            self.add(
                "too_many",
                f"{where}/{kind.name}",
                f"元素“{kind.name}”最多 {kind.most} 个，现有 {found} 个",
                f"At most {kind.most} of '{kind.name}', found {found}",
            )

    def _attributes(self, element: Element, rule: Rule, rule_name: str, where: str) -> None:
        for key, value in element.attrib.items():
            namespace, name = split_name(key)
            if namespace == _XSI or (rule_name == "extension" and name not in rule.attributes):
                continue
            here = f"{where}@{name}"
            if namespace or name not in rule.attributes:
                self.add("unknown_attribute", here, f"不认识的属性“{name}”", f"Unknown attribute '{name}'")
            else:
                self._value(rule.attributes[name], value, here)
        for name in rule.required:
            if name not in element.attrib:
                self.add(
                    "missing_attribute",
                    f"{where}@{name}",
                    f"缺少必需的属性“{name}”",
                    f"The attribute '{name}' is missing",
                )

    def _value(self, kind: str, value: str, where: str) -> None:
        value = value.strip()
        limits = _LIMITS.get(kind)
        if limits is not None:
            if not _DECIMAL.fullmatch(value):
                self.add("bad_value", where, f"“{value[:40]}”不是小数", f"'{value[:40]}' is no decimal")
                return
            least, most, closed = limits
            number = float(value)
            if number < least or number > most or (number == most and not closed):
                bound = f"{least:g}..{most:g}"
                self.add("out_of_range", where, f"{value[:40]} 超出范围 {bound}", f"{value[:40]} is not in {bound}")
            return
        if not _READERS[kind](value):
            zh, en = _NAMES[kind]
            self.add("bad_value", where, f"“{value[:40]}”不是{zh}", f"'{value[:40]}' is no {en}")


def _is_instant(value: str) -> bool:
    if not _DATE_TIME.fullmatch(value):
        return False
    try:
        parse_instant(value if value[-1] == "Z" or value[-6] in "+-" else value + "Z")
    except Refusal:
        return False
    return True


_READERS: dict[str, Callable[[str], object]] = {
    "string": lambda value: True,
    "filled": lambda value: re.search("[0-9a-zA-Z]", value),
    "natural": lambda value: re.fullmatch(r"\+?\d{1,18}", value),
    "whole": lambda value: re.fullmatch(r"[+-]?\d{1,18}", value),
    "geometry": lambda value: value in ("Loxodrome", "Orthodrome"),
    "date_time": _is_instant,
    "time": _TIME.fullmatch,
    "duration": _DURATION.fullmatch,
}
_NAMES = {
    "filled": ("非空文字", "text with a letter or digit"),
    "natural": ("非负整数", "whole number from 0"),
    "whole": ("整数", "whole number"),
    "geometry": (" Loxodrome 或 Orthodrome", "Loxodrome or Orthodrome"),
    "date_time": ("日期时间", "date and time"),
    "time": ("时间（hh:mm:ss）", "time of the form hh:mm:ss"),
    "duration": ("时长（如 PT30M）", "duration such as PT30M"),
}
