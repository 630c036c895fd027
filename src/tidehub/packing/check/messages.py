"""Messages: every one that is asked for is there, and what asks for it can fill it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tidehub.capabilities.cases import message_keys
from tidehub.kernel.facts import Fact
from tidehub.packing.check.finding import Finding, House
from tidehub.packing.check.shapes import shapes_at
from tidehub.packing.model import Pack

FILLED_BY: Mapping[str, tuple[str, ...]] = {
    "case_id": ("case_id",),
    "title": ("case_id",),
    "unit": ("unit_id",),
    "place": ("place_id",),
    "number": ("number",),
    "reason": ("reason",),
    "reference": ("reference",),
    "note": ("note",),
    "expires_at": ("expires_at",),
    "due_at": ("due_at",),
    "eta_at": ("eta_at",),
    "eta_minutes": ("eta_at",),
    "honest": ("honest_zh", "honest_en"),
    "amount_yuan": ("payable_fen", "amount_fen"),
    "verify_path": ("verify_code",),
}
"""Placeholder to the attributes of a fact, one of which it is filled from (``flows/tell_people.py``)."""
CLOCK_SIGNALS = ("ClockWarned", "ClockBreached", "ClockEscalated")


def fillable(fact: type[Fact]) -> frozenset[str]:
    """Placeholders that a message after such a fact can have."""
    return frozenset(
        placeholder
        for placeholder, attributes in FILLED_BY.items()
        if any(shapes_at(fact, attribute) for attribute in attributes)
    )


def check(pack: Pack, house: House) -> Iterator[Finding]:
    """Keys that are asked for, placeholders that nothing fills, messages that nobody sends."""
    asked = {(notice.template, notice.when) for notice in pack.notices if notice.template}
    by_clocks = {key for lifecycle in pack.lifecycles for key in message_keys(lifecycle)}
    told_by = {notice.when for notice in pack.notices if not notice.template}
    asked |= {(key, kind) for key in by_clocks for kind in CLOCK_SIGNALS if kind in told_by}
    for key, kind in sorted(asked):
        message, fact = pack.messages.get(key), house.facts.get(kind)
        if message is None:
            if key not in by_clocks:  # of a clock's, the lifecycle's check speaks
                yield _missing(key, kind)
        elif fact is not None:
            for name in sorted(message.placeholders - fillable(fact)):
                yield Finding(
                    "messages",
                    f"messages: {key}",
                    f"{kind} 之后发送时，没有内容可填 {{{name}}}",
                    f"sent after {kind}, nothing fills {{{name}}}",
                    f"可用：{'、'.join(sorted(fillable(fact)))}",
                    f"what can be used: {', '.join(sorted(fillable(fact)))}",
                )
    for key in sorted(set(pack.messages) - {key for key, _ in asked} - by_clocks):
        yield Finding(
            "messages",
            f"messages: {key}",
            "没有任何规则发送此消息",
            "nothing sends this message",
            "在 notices.yaml 中写上它，或删去",
            "name it in notices.yaml, or take it out",
            "warning",
        )
    if by_clocks and not told_by & set(CLOCK_SIGNALS):
        yield Finding(
            "messages",
            "notices.yaml",
            "时限信号写了消息，但没有人会收到",
            "clocks name messages, but nobody is told them",
            'notices 加一行 when: ClockWarned, template: ""',
            'add a row to notices with when: ClockWarned, template: ""',
        )


def _missing(key: str, kind: str) -> Finding:
    return Finding(
        "messages",
        f"notices.yaml: {kind}",
        f"没有消息“{key}”",
        f"there is no message '{key}'",
        f"在 messages/zh-CN.yaml 与 en.yaml 中写上 {key}",
        f"write {key} into messages/zh-CN.yaml and en.yaml",
    )
