"""Names in a lifecycle that nobody has declared: the first thing the check looks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, get_args

import msgspec

from tidehub.capabilities.cases.model import ANY_STATE, SAME_STATE, Condition, Lifecycle, Who
from tidehub.capabilities.cases.state import CONDITION_FIELDS
from tidehub.kernel.access import Relation, Role

ROLES = frozenset(get_args(Role))
RELATIONS = frozenset(get_args(Relation)) - {"self"}


class Finding(msgspec.Struct, frozen=True):
    """Something wrong with a lifecycle.

    Parameters
    ----------
    code
        Stable name of the kind of finding.
    where
        Path in the file, e.g. ``moves.close``.
    zh, en
        What is wrong.
    fix_zh, fix_en
        How to mend it.
    severity
        ``error`` keeps a pack from being mounted, ``warning`` costs it a grade.
    """

    code: str
    where: str
    zh: str
    en: str
    fix_zh: str
    fix_en: str
    severity: Literal["error", "warning"] = "error"


def unknown_names(lifecycle: Lifecycle) -> Iterator[Finding]:
    """Names that a lifecycle uses and nobody defines: states, moves, clocks, fields, triggers."""
    states, moves = lifecycle.states, lifecycle.moves
    for name, move in moves.items():
        where = f"moves.{name}"
        yield from _unknown(where + ".from", set(move.from_states) - {ANY_STATE}, states, "状态", "state")
        yield from _unknown(where + ".to", {move.to} - {SAME_STATE}, states, "状态", "state")
        yield from _unknown(where + ".not_who", move.not_who, moves, "环节", "move")
        yield from _unknown(where + ".needs_approvals", move.needs_approvals, lifecycle.approvals, "审批", "approval")
        yield from _unknown_who(where + ".who", move.who)
        yield from _unknown_fields(where + ".when", move.when)
    for name, clock in lifecycle.clocks.items():
        where = f"clocks.{name}"
        yield from _unknown(where + ".pauses_in", clock.pauses_in, states, "状态", "state")
        for trigger in (*clock.starts, *clock.stops):
            yield from _unknown_trigger(where, trigger, lifecycle)
        for place, signal in enumerate(clock.signals):
            yield from _unknown(f"{where}.signals[{place}].move", {signal.move} - {""}, moves, "环节", "move")
        for place, limit in enumerate(clock.limits):
            yield from _unknown_fields(f"{where}.limits[{place}].when", limit.when)
        if clock.owner:
            yield from _unknown(where + ".owner", {clock.owner}, ROLES | RELATIONS, "岗位或关系", "post or relation")
    for name, approval in lifecycle.approvals.items():
        where = f"approvals.{name}"
        yield from _unknown(where + ".states", set(approval.states) - {ANY_STATE}, states, "状态", "state")
        yield from _unknown(where + ".clock", {approval.clock} - {""}, lifecycle.clocks, "时限", "clock")
        follow = {approval.on_granted, approval.on_refused, approval.on_resumed} - {""}
        yield from _unknown(where + ".on_granted", follow, moves, "环节", "move")
        yield from _unknown_who(where + ".asks", approval.asks)
        yield from _unknown_who(where + ".decides", approval.decides)


def _unknown(where: str, used: Iterable[str], known: Iterable[str], zh: str, en: str) -> Iterator[Finding]:
    known = list(known)
    for name in sorted(set(used) - set(known)):
        yield Finding(
            "unknown_name",
            where,
            f"没有名为“{name}”的{zh}",
            f"there is no {en} called '{name}'",
            f"改为已有的名称：{'、'.join(known)}",
            f"use one that exists: {', '.join(known)}",
        )


def _unknown_who(where: str, who: Who) -> Iterator[Finding]:
    yield from _unknown(where + ".roles", who.roles, sorted(ROLES), "岗位", "post")
    yield from _unknown(where + ".relations", who.relations, sorted(RELATIONS), "关系", "relation")


def _unknown_fields(where: str, condition: Condition) -> Iterator[Finding]:
    used = {field for field in condition if not field.startswith("values.")}
    yield from _unknown(where, used, sorted(CONDITION_FIELDS), "字段", "field")


def _unknown_trigger(where: str, trigger: str, lifecycle: Lifecycle) -> Iterator[Finding]:
    kind, _, name = trigger.partition(":")
    known: dict[str, Iterable[str]] = {
        "state": lifecycle.states,
        "move": lifecycle.moves,
        "asked": lifecycle.approvals,
        "decided": lifecycle.approvals,
    }
    if kind in known:
        yield from _unknown(f"{where}.{trigger}", {name}, known[kind], "状态、环节或审批", kind)
    elif trigger != "opened" and not (kind == "fact" and name):
        yield from _unknown(
            f"{where}.{trigger}", {trigger}, ("opened", "state:", "move:", "fact:", "asked:", "decided:"),
            "触发", "trigger",
        )  # fmt: skip
