"""Services that are called out: their lifecycles exist, and what a form can ask is what a job can carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tidehub.capabilities.dispatch import ServicePolicy
from tidehub.capabilities.field import JobDemands, read_job_demands
from tidehub.capabilities.intake import Field
from tidehub.kernel.errors import Refusal
from tidehub.packing.check.finding import Finding, House, refused
from tidehub.packing.model import Pack

_VOLUMES = frozenset({"l", "m3", "ml"})


def check(pack: Pack, _house: House) -> Iterator[Finding]:
    """Everything about who is called out and what is asked of the work."""
    for name, service in sorted((pack.policies.services if pack.policies else {}).items()):
        where = f"dispatch.yaml: services.{name}"
        yield from _lifecycles(pack, service, where)
        try:
            demands = read_job_demands(service.demands, f"services.{name}.demands")
        except Refusal as refusal:
            yield refused("dispatch", "dispatch.yaml", refusal)
            continue
        yield from _demands(service, demands, where)
        yield from _kinds(pack, service, where)
        yield from _units(pack, service, where)


def _lifecycles(pack: Pack, service: ServicePolicy, where: str) -> Iterator[Finding]:
    known = {lifecycle.lifecycle: lifecycle for lifecycle in pack.lifecycles}
    if not service.lifecycles:
        yield Finding(
            "dispatch",
            f"{where}.lifecycles",
            "没有写明哪些流程会派单",
            "it does not say which lifecycles call it out",
            "写上流程名称",
            "name the lifecycles",
        )
    for name in service.lifecycles:
        lifecycle = known.get(name)
        if lifecycle is None:
            yield Finding(
                "dispatch",
                f"{where}.lifecycles",
                f"没有流程“{name}”",
                f"there is no lifecycle '{name}'",
                f"改为：{'、'.join(known)}",
                f"use one of: {', '.join(known)}",
            )
        elif service.on_state and service.on_state not in lifecycle.states:
            yield Finding(
                "dispatch",
                f"{where}.on_state",
                f"流程“{name}”没有状态“{service.on_state}”",
                f"the lifecycle '{name}' has no state '{service.on_state}'",
                f"改为：{'、'.join(lifecycle.states)}",
                f"use one of: {', '.join(lifecycle.states)}",
            )


def _demands(service: ServicePolicy, demands: JobDemands, where: str) -> Iterator[Finding]:
    if not demands.kinds:
        return
    for kind, rule in service.needs.kinds.items():
        asked = demands.kinds.get(kind)
        if asked is None:
            yield Finding(
                "dispatch",
                f"{where}.demands.kinds",
                f"可以申报“{kind}”，现场却不能记录",
                f"'{kind}' can be declared but not recorded in the field",
                f"在 demands.kinds 中写上 {kind}",
                f"add {kind} to demands.kinds",
            )
        elif asked.group and asked.group != rule.group:
            yield Finding(
                "dispatch",
                f"{where}.demands.kinds.{kind}.group",
                f"“{kind}”在 needs 属“{rule.group}”，在 demands 属“{asked.group}”",
                f"'{kind}' is of group '{rule.group}' in needs and '{asked.group}' in demands",
                "写成同一组",
                "write the same group",
            )


def _kinds(pack: Pack, service: ServicePolicy, where: str) -> Iterator[Finding]:
    if not service.needs.lines_from or pack.catalogue is None:
        return
    forms = {form.name: form for form in pack.catalogue.forms}
    for offered in pack.catalogue.services:
        form = forms.get(offered.form or "")
        if offered.lifecycle not in service.lifecycles or form is None:
            continue
        lines = next((field for field in form.fields if field.name == service.needs.lines_from), None)
        if lines is None or lines.kind != "lines":
            yield Finding(
                "dispatch",
                f"{where}.needs.lines_from",
                f"表单 {form.name} 没有名为“{service.needs.lines_from}”的明细",
                f"the form {form.name} has no lines called '{service.needs.lines_from}'",
                "改为表单中 kind: lines 的字段名",
                "name the field of the form that is of kind: lines",
            )
            continue
        yield from _choices(lines, service, f"{where}.needs.kinds", form.name)


def _choices(lines: Field, service: ServicePolicy, where: str, form: str) -> Iterator[Finding]:
    kind = next((field for field in lines.fields if field.name == "kind"), None)
    for choice in kind.choices if kind else ():
        rule = service.needs.kinds.get(choice.code)
        if rule is None:
            yield Finding(
                "dispatch",
                where,
                f"表单 {form} 可选“{choice.code}”，派单不知道它装在哪里",
                f"the form {form} offers '{choice.code}', but dispatch does not know where it is loaded",
                f"在 needs.kinds 中写上 {choice.code} 的 group",
                f"add {choice.code} with its group to needs.kinds",
            )
        elif rule.density_kg_m3 is None and _by_volume(choice.narrows):
            yield Finding(
                "dispatch",
                f"{where}.{choice.code}",
                f"“{choice.code}”可按体积申报，却没有密度",
                f"'{choice.code}' can be declared by volume but has no density",
                "写上 density_kg_m3",
                "write density_kg_m3",
            )


def _by_volume(narrows: dict[str, Any]) -> bool:
    return bool(_VOLUMES & set(narrows["unit"].only)) if "unit" in narrows else False


def _units(pack: Pack, service: ServicePolicy, where: str) -> Iterator[Finding]:
    """The demo needs somebody who can come."""
    registers = pack.world.get("registers", {})
    units = registers.get("units", {}) if isinstance(registers, dict) else {}
    kinds = {unit.get("kind") for unit in units.values() if isinstance(unit, dict)}
    if units and service.units.kinds and not kinds & set(service.units.kinds):
        yield Finding(
            "dispatch",
            f"{where}.units.kinds",
            "示范数据中没有这类队伍",
            "no unit of the demo world is of these kinds",
            "在 demo/world.yaml 中加上一支，或改正种类",
            "add one to demo/world.yaml, or correct the kinds",
            "warning",
        )
