"""What the tags of a way mean for driving: class, speed, direction, who may pass, how high and how heavy.

Sources: OpenStreetMap wiki, pages Key:highway, Key:access, Key:oneway, Key:maxspeed, Key:maxheight,
Key:maxweight. The speeds where no limit is signed are usual driving speeds, chosen by us.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

CLASS_KPH: dict[str, float] = {
    "motorway": 100.0,
    "motorway_link": 50.0,
    "trunk": 70.0,
    "trunk_link": 45.0,
    "primary": 55.0,
    "primary_link": 35.0,
    "secondary": 45.0,
    "secondary_link": 30.0,
    "tertiary": 40.0,
    "tertiary_link": 25.0,
    "unclassified": 30.0,
    "residential": 25.0,
    "living_street": 12.0,
    "service": 15.0,
    "road": 25.0,
    "track": 12.0,
}
"""Kilometres an hour where no limit is signed; what is not here is no road for vehicles."""
CLASSES = tuple(CLASS_KPH)
CAR, EMERGENCY = 1, 2

_DENIED = frozenset({"no", "private", "agricultural", "forestry", "delivery", "military", "customers", "permit"})
_ACCESS_KEYS = ("access", "vehicle", "motor_vehicle", "motorcar")
_BLOCKING_BARRIERS = frozenset(
    {"bollard", "block", "jersey_barrier", "debris", "log", "cycle_barrier", "fence", "wall", "chain", "kerb"}
)
_MPH_KPH, _FOOT_M, _SHORT_TON_T = 1.609344, 0.3048, 0.90718474
_NUMBER = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(.*)$")
_FEET = re.compile(r"^\s*(\d+)\s*'\s*(?:(\d+)\s*\")?\s*$")


class Driving(NamedTuple):
    """What a way is for vehicles; heights in metres and weights in tonnes, infinite without a limit."""

    klass: int
    forward_kph: float
    backward_kph: float
    forward: bool
    backward: bool
    access: int
    height_m: float
    weight_t: float


def driving(tags: Mapping[str, str]) -> Driving | None:
    """Read a way; ``None`` where no vehicle may ever drive."""
    name = tags.get("highway", "")
    if name not in CLASS_KPH or tags.get("area") == "yes":
        return None
    access = _access(tags)
    forward, backward = _directions(tags, name)
    if not access or not (forward or backward):
        return None
    usual = CLASS_KPH[name]
    both = _kph(tags.get("maxspeed")) or usual
    return Driving(
        CLASSES.index(name),
        _kph(tags.get("maxspeed:forward")) or both,
        _kph(tags.get("maxspeed:backward")) or both,
        forward,
        backward,
        access,
        min(_metres(tags.get("maxheight")), _metres(tags.get("maxheight:physical"))),
        _tonnes(tags.get("maxweight")),
    )


def blocks(tags: Mapping[str, str]) -> int:
    """Who cannot pass a node: bits of :data:`CAR` and :data:`EMERGENCY`."""
    barrier = tags.get("barrier")
    told = _last_told(tags)
    if barrier is None and told is None:
        return 0
    if told is not None:
        shut = CAR if told in _DENIED else 0
        return shut | (EMERGENCY if told == "no" and tags.get("emergency") not in ("yes", "designated") else 0)
    if barrier in _BLOCKING_BARRIERS:
        return CAR | (0 if tags.get("emergency") in ("yes", "designated") else EMERGENCY)
    return 0


def _last_told(tags: Mapping[str, str]) -> str | None:
    told = None
    for key in _ACCESS_KEYS:
        told = tags.get(key, told)
    return told


def _access(tags: Mapping[str, str]) -> int:
    told = _last_told(tags)
    emergency = tags.get("emergency")
    bits = 0 if told in _DENIED else CAR
    if emergency in ("yes", "designated") or (told != "no" and emergency != "no"):
        bits |= EMERGENCY
    return bits


def _directions(tags: Mapping[str, str], name: str) -> tuple[bool, bool]:
    told = tags.get("oneway:motor_vehicle", tags.get("oneway"))
    if told in ("yes", "true", "1"):
        return True, False
    if told in ("-1", "reverse"):
        return False, True
    if told in ("reversible", "alternating"):
        return False, False
    if told is None and (name in ("motorway", "motorway_link") or tags.get("junction") in ("roundabout", "circular")):
        return True, False
    return True, True


def _kph(value: str | None) -> float | None:
    """Kilometres an hour; what is no number (``CN:urban``, ``signals``) is as if not signed."""
    if value is None:
        return None
    if value.strip().lower() == "walk":
        return 6.0
    found = _NUMBER.match(value.split(";")[0])
    if found is None:
        return None
    number, unit = float(found[1]), found[2].strip().lower()
    kph = number * _MPH_KPH if unit == "mph" else number if unit in ("", "km/h", "kph", "kmh") else 0.0
    return min(kph, 140.0) if kph >= 1.0 else None


def _metres(value: str | None) -> float:
    if value is None:
        return math.inf
    feet = _FEET.match(value)
    if feet is not None:
        return int(feet[1]) * _FOOT_M + int(feet[2] or 0) * _FOOT_M / 12.0
    found = _NUMBER.match(value)
    if found is None:
        return math.inf  # "default", "none", "below_default": no signed limit
    unit = found[2].strip().lower()
    return float(found[1]) * {"ft": _FOOT_M, "cm": 0.01}.get(unit, 1.0)


def _tonnes(value: str | None) -> float:
    found = _NUMBER.match(value) if value is not None else None
    if found is None:
        return math.inf
    return float(found[1]) * {"kg": 0.001, "st": _SHORT_TON_T, "lbs": 0.00045359237}.get(found[2].strip().lower(), 1.0)
