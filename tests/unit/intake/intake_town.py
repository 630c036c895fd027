"""A small catalogue: the one that intake's README shows, so that the README stays true."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tidehub.capabilities import intake
from tidehub.capabilities.intake import Catalogue, ReceiveReport, read_catalogue
from tidehub.hub.handle import Job
from tidehub.kernel.access import ANONYMOUS, Actor, platform_actor
from tidehub.kernel.geometry import Position

README = Path(intake.__file__).parent / "README.md"
BERTH = Position(121.45, 28.68)
FISHER = Actor("person/fisher", frozenset({"citizen"}))
DUTY = Actor("person/duty", frozenset({"duty_officer"}), ("3310",))
FLOW = platform_actor("flow/test")
STREET_LAMP = {
    "code": "street_lamp",
    "name": {"zh": "路灯不亮", "en": "Street lamp is out"},
    "description": {"zh": "路灯损坏", "en": "A broken street lamp"},
    "category": "city/lamp",
    "duplicates": {"radius_m": 100, "within_s": 86400},
}


@cache
def readme_catalogue() -> Catalogue:
    """The README's example with a second service that asks nothing and takes anonymous reports."""
    blocks = re.findall(r"```yaml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    raw = yaml.safe_load(blocks[0].replace("{zh: ..., en: ...}", "{zh: 说明, en: Description}"))
    raw["categories"].append({"code": "city/lamp", "name": {"zh": "路灯", "en": "Lamp"}})
    raw["services"].append(STREET_LAMP)
    raw["states"] = [
        {
            "lifecycle": "simple",
            "state": "handling",
            "status": "in_progress",
            "text": {"zh": "正在处理", "en": "Being handled"},
        }
    ]
    return Catalogue([read_catalogue(raw, {"pickup": yaml.safe_load(blocks[1])})])


def region_of(position: Position) -> str | None:
    """A county that is a box."""
    return "331002001" if 121.0 < position.lon < 122.0 and 28.0 < position.lat < 29.0 else None


def pickup(**changed: Any) -> ReceiveReport:
    """A report of a pickup, right in every part."""
    known: dict[str, Any] = {
        "service_code": "marine_pickup",
        "channel": "app",
        "source": "api:person/fisher",
        "source_key": "key-0001",
        "description": "舱底油水",
        "position": BERTH,
        "answers": {
            "boat_name": "浙椒渔 8801",
            "lines": [{"kind": "bilge_oil", "amount": 40, "unit": "l", "basis": "declared"}],
        },
        "reporter": "person/fisher",
    }
    return ReceiveReport(**{**known, **changed})


def lamp(key: str = "lamp-1", **changed: Any) -> ReceiveReport:
    """An anonymous report of a broken lamp."""
    known: dict[str, Any] = {
        "service_code": "street_lamp",
        "channel": "web",
        "source": "api:anonymous",
        "source_key": key,
        "description": "灯不亮",
        "position": BERTH,
    }
    return ReceiveReport(**{**known, **changed})


async def send(store: Any, command: Any, by: Actor = ANONYMOUS) -> list[Any]:
    """Carry one command out."""
    return await store.submit(Job((command,), by))  # type: ignore[no-any-return]
