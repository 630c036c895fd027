"""Filling an empty installation with what the packs show: registers and accounts of ``demo/world.yaml``."""

from __future__ import annotations

import json
from typing import Any, Protocol

import msgspec

from tidehub.hub.hub import Hub
from tidehub.kernel.access import platform_actor
from tidehub.kernel.errors import refusal_kind
from tidehub.packing import Mounted, Pack
from tidehub.registers import Access, RecordEntry, Registers
from tidehub.registers.first_start import Account, MadeAccount, first_start
from tidehub.settings import Settings

SEED_ACTOR = platform_actor("flow/seed")
_ORDER = ("jurisdictions", "categories", "people", "places", "craft", "units", "devices", "calendars")

WORLD_INVALID = refusal_kind(
    "world_invalid",
    zh="示范数据 {where} 有误：{problem}",
    en="The demo world {where} is wrong: {problem}",
    do_zh="请改正场景包的 demo/world.yaml。",
    do_en="Correct demo/world.yaml of the pack.",
)


class Seeded(Protocol):
    """What is filled."""

    settings: Settings
    mounted: Mounted
    hub: Hub
    registers: Registers
    access: Access


async def seed(platform: Seeded) -> list[MadeAccount]:
    """Fill registers and accounts, unless there is any account already; the accounts that were made.

    Raises
    ------
    Refusal
        ``world_invalid``, or that of the register, naming the field.
    """
    if not await platform.access.is_empty():
        return []
    accounts: list[Account] = []
    for pack in platform.mounted.packs:
        await _fill(platform.hub, pack)
        accounts += accounts_of(pack)
    return await first_start(platform.hub, platform.access, accounts)


def accounts_of(pack: Pack) -> list[Account]:
    """Accounts of a pack's world."""
    try:
        return msgspec.convert(pack.world.get("accounts", []), list[Account], strict=True)
    except msgspec.ValidationError as error:
        raise WORLD_INVALID("accounts", where=pack.manifest.id, problem=str(error)) from None


async def _fill(hub: Hub, pack: Pack) -> None:
    registers: dict[str, dict[str, Any]] = dict(pack.world.get("registers", {}))
    places = registers.setdefault("places", {})
    berths = pack.folder / "data" / "berths.json"
    if berths.is_file():
        region = pack.manifest.region
        for berth in json.loads(berths.read_text("utf-8")):
            places.setdefault(berth["id"], place_of(berth, region))
    unknown = set(registers) - set(_ORDER)
    if unknown:
        raise WORLD_INVALID("registers", where=pack.manifest.id, problem=f"no register {', '.join(sorted(unknown))}")
    for register in _ORDER:
        for id_, body in registers.get(register, {}).items():
            await hub.handle(RecordEntry(register=register, id=str(id_), body=body), by=SEED_ACTOR)


def place_of(berth: dict[str, Any], region_code: str) -> dict[str, Any]:
    """Turn a row of ``berths.json`` into a place of the register."""
    return {
        "name": berth["name_zh"],
        "name_en": berth["name_en"],
        "kind": berth["kind"],
        "position": {"lon": berth["lon"], "lat": berth["lat"]},
        "region_code": berth.get("region_code", region_code),
        "charted_depth_m": berth["charted_depth_m"],
        "dries": berth["charted_depth_m"] < 0,
        "depth_datum": "theoretical",
        "access": ["boat"] if berth["kind"] == "anchorage" else ["boat", "truck"],
        "notes": f"{berth.get('note', '')} ({berth.get('depth_source', '')})",
    }
