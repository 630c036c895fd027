"""Lifecycles: no dead end, everyone has a post, every clock stops, and every name it uses exists."""

from __future__ import annotations

from collections.abc import Iterator

from tidehub.capabilities.cases import Lifecycle, check_lifecycle, facts_awaited, message_keys
from tidehub.packing.check.finding import Finding, House
from tidehub.packing.model import Pack


def check(pack: Pack, house: House) -> Iterator[Finding]:
    """Everything that can be said of lifecycles without playing them."""
    for lifecycle in pack.lifecycles:
        name = lifecycle.lifecycle
        for one in check_lifecycle(lifecycle):
            yield Finding(
                "lifecycle",
                f"lifecycle {name}: {one.where}",
                one.zh,
                one.en,
                one.fix_zh,
                one.fix_en,
                one.severity,
            )
        yield from _messages(pack, lifecycle)
        for kind in sorted(facts_awaited(lifecycle) - set(house.facts)):
            yield Finding(
                "lifecycle",
                f"lifecycle {name}: on_fact",
                f"没有任何能力记录 {kind}",
                f"nobody records {kind}",
                "改为 docs/reference/facts.md 中的名称",
                "use a name of docs/reference/facts.md",
            )


def _messages(pack: Pack, lifecycle: Lifecycle) -> Iterator[Finding]:
    for key in sorted(message_keys(lifecycle) - set(pack.messages)):
        yield Finding(
            "lifecycle",
            f"lifecycle {lifecycle.lifecycle}: clocks",
            f"时限信号要发送“{key}”，但没有这条消息",
            f"a clock's signal sends '{key}', but there is no such message",
            f"在 messages/zh-CN.yaml 与 en.yaml 中写上 {key}",
            f"write {key} into messages/zh-CN.yaml and en.yaml",
        )
