"""``demo/world.yaml``: a dry run of filling the registers, and whether its entries know each other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec

from tidehub.kernel.access import Role
from tidehub.kernel.codec import split_problem
from tidehub.kernel.errors import Refusal
from tidehub.packing.check.finding import Finding, House, refused
from tidehub.packing.model import Pack
from tidehub.registers import RecordEntry
from tidehub.registers.decide import record_entry
from tidehub.registers.first_start import Account
from tidehub.registers.tables import Versions

FILE = "demo/world.yaml"
_KEYS = frozenset({"region", "registers", "accounts"})
_NOW = datetime(2026, 6, 1, tzinfo=UTC)
_POINTS: Mapping[str, Mapping[str, str]] = {
    "units": {"craft_id": "craft", "parent_id": "units", "home_place_id": "places", "crew": "people"},
    "devices": {"craft_id": "craft", "unit_id": "units", "place_id": "places"},
    "places": {"parent_id": "places", "unit_id": "units"},
    "craft": {"owner_id": "people"},
}
"""Register to the fields of its entries that name an entry of another."""


def check(pack: Pack, _house: House) -> Iterator[Finding]:
    """Entries as the registers would take them, references between them, accounts."""
    world = pack.world
    for key in sorted(set(world) - _KEYS):
        yield _finding(key, f"不认识“{key}”", f"'{key}' is unknown", "删去", "take it out")
    registers = world.get("registers", {})
    accounts = list(_accounts(world.get("accounts", [])))
    yield from (one for one in accounts if isinstance(one, Finding))
    known = [one for one in accounts if isinstance(one, Account)]
    entries = _entries(pack, registers, known)
    for register, rows in registers.items():
        for id_, body in rows.items():
            yield from _entry(register, str(id_), body, entries)
    yield from _people(known, entries)
    yield from _categories(pack, registers.get("categories", {}), entries)
    logins = [account.login for account in known]
    for login in sorted({login for login in logins if logins.count(login) > 1}):
        yield _finding(f"accounts {login}", "账号出现两次", "the login stands twice", "改名", "give it another name")


def _entries(pack: Pack, registers: Mapping[str, Any], accounts: list[Account]) -> dict[str, set[str]]:
    entries = {register: {str(id_) for id_ in rows} for register, rows in registers.items()}
    entries.setdefault("people", set()).update(account.person_id for account in accounts)
    berths = pack.folder / "data" / "berths.json"
    if berths.is_file():
        entries.setdefault("places", set()).update(berth["id"] for berth in json.loads(berths.read_text("utf-8")))
    return entries


def _entry(register: str, id_: str, body: Any, entries: Mapping[str, set[str]]) -> Iterator[Finding]:
    where = f"registers.{register}.{id_}"
    if not isinstance(body, dict):
        yield _finding(where, "应为键值", "it must be a mapping", "按登记册说明填写", "write it as the register says")
        return
    try:
        record_entry(Versions(0, ()), RecordEntry(register=register, id=id_, body=body), _NOW)
    except Refusal as refusal:
        yield refused("world", f"{FILE}: {where}", refusal)
        return
    for field, other in _POINTS.get(register, {}).items():
        named = body.get(field) or ()
        for name in (named,) if isinstance(named, str) else named:
            if name not in entries.get(other, set()):
                yield _finding(
                    f"{where}.{field}",
                    f"{other} 中没有“{name}”",
                    f"there is no '{name}' among the {other}",
                    "补上它，或改正编号",
                    "add it, or correct the id",
                )


def _accounts(raw: Any) -> Iterator[Account | Finding]:
    if not isinstance(raw, list):
        yield _finding("accounts", "应为列表", "it must be a list", "每个账号一行", "write one row for each account")
        return
    for place, row in enumerate(raw):
        try:
            yield msgspec.convert(row, Account, strict=True)
        except msgspec.ValidationError as error:
            problem, field = split_problem(str(error))
            where = f"accounts[{place}].{field}" if field else f"accounts[{place}]"
            yield _finding(where, problem, problem, "改正该字段", "correct this field")


def _people(accounts: list[Account], entries: Mapping[str, set[str]]) -> Iterator[Finding]:
    roles = set(get_args(Role)) - {"system"}
    for account in accounts:
        where = f"accounts {account.login}"
        for role in account.roles:
            if role not in roles:
                yield _finding(
                    f"{where}.roles",
                    f"没有岗位“{role}”",
                    f"there is no post '{role}'",
                    f"可用：{'、'.join(sorted(roles))}",
                    f"the posts are: {', '.join(sorted(roles))}",
                )
        for unit in account.units:
            if unit not in entries.get("units", set()):
                yield _finding(
                    f"{where}.units",
                    f"没有队伍“{unit}”",
                    f"there is no unit '{unit}'",
                    "补上它，或改正编号",
                    "add it, or correct the id",
                )


def _categories(pack: Pack, categories: Mapping[str, Any], entries: Mapping[str, set[str]]) -> Iterator[Finding]:
    lifecycles = {lifecycle.lifecycle for lifecycle in pack.lifecycles}
    for code, body in categories.items():
        if not isinstance(body, dict):
            continue
        if body.get("lifecycle") and body["lifecycle"] not in lifecycles:
            yield _finding(
                f"registers.categories.{code}.lifecycle",
                f"没有流程“{body['lifecycle']}”",
                f"there is no lifecycle '{body['lifecycle']}'",
                "改正名称",
                "correct the name",
            )
        for unit in (body.get("responsible") or {}).values():
            if unit not in entries.get("units", set()):
                yield _finding(
                    f"registers.categories.{code}.responsible",
                    f"没有责任单位“{unit}”",
                    f"there is no unit '{unit}' to be responsible",
                    "补上它，或改正编号",
                    "add it, or correct the id",
                )


def _finding(where: str, zh: str, en: str, fix_zh: str, fix_en: str) -> Finding:
    return Finding("world", f"{FILE}: {where}", zh, en, fix_zh, fix_en)
