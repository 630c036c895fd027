"""``quality.yaml``: what the pack says of its own quality, held against what the machine has found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from tidehub.kernel.errors import Refusal
from tidehub.packing.check.finding import Finding, refused
from tidehub.packing.model import Pack
from tidehub.packing.read import read_yaml

FILE = "quality.yaml"
MACHINE = (
    "manifest", "lifecycle", "forms", "dispatch", "documents", "messages", "notices", "indicators", "tariffs",
    "accounts", "harbour", "world", "code", "story", "docs",
)  # fmt: skip
"""Rules that a check of the same name judges: one that says ``done`` while its check has errors lies."""
BY_PEOPLE = {
    "law_read": ("规章原文已查阅", "The official texts behind every number were read"),
    "words_read": ("用语经从业者审读", "People of the trade have read the words"),
    "field_tried": ("在现场试用过", "It was tried in the field"),
    "offline": ("断网可用", "The work in the field goes on without a network"),
    "accessible": ("无障碍", "Everyone can use its pages"),
    "personal_data": (
        "个人信息最少且遮蔽",
        "It asks for no more personal data than it needs, and masks them",
    ),
    "refusals_tested": ("每种拒绝都有测试", "Every refusal has a test"),
}
"""Rules that only people can judge, with what ``done`` means."""
Status = Literal["done", "exempt", "todo"]


def check(pack: Pack, found: Sequence[Finding], left_out: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """Hold the claims against the findings; ``left_out`` names checks that were not made this time."""
    path = pack.folder / FILE
    if not path.is_file():
        yield _finding(
            "-",
            "没有 quality.yaml",
            "there is no quality.yaml",
            "每条规则写 done、exempt 或 todo",
            "say done, exempt or todo for each rule",
        )
        return
    try:
        raw = read_yaml(path)
    except Refusal as refusal:
        yield refused("quality", FILE, refusal)
        return
    claims = raw.get("rules", {})
    if not isinstance(claims, dict):
        yield _finding("rules", "应为键值", "it must be a mapping", "规则: 状态", "write RULE: STATUS")
        return
    for rule in sorted(set(claims) - set(MACHINE) - set(BY_PEOPLE)):
        yield _finding(rule, "没有这条规则", "there is no such rule", "删去或改名", "take it out or rename it")
    for rule in (*MACHINE, *BY_PEOPLE):
        if rule not in claims:
            yield _finding(
                rule,
                "没有表态",
                "nothing is said of it",
                "写 done、exempt 或 todo",
                "say done, exempt or todo",
            )
            continue
        yield from _claim(rule, claims[rule], found, left_out)


def status_of(claim: Any) -> tuple[Status, str] | None:
    """Read ``done``, ``{exempt: why}`` or ``{todo: what}``; ``None`` for anything else."""
    if claim == "done":
        return "done", ""
    if isinstance(claim, dict) and len(claim) == 1:
        status, why = next(iter(claim.items()))
        if status in ("exempt", "todo") and isinstance(why, str) and why.strip():
            return status, why.strip()
    return None


def _claim(rule: str, claim: Any, found: Sequence[Finding], left_out: frozenset[str]) -> Iterator[Finding]:
    read = status_of(claim)
    if read is None:
        yield _finding(
            rule,
            f"看不懂“{claim}”",
            f"'{claim}' cannot be read",
            "写 done、{exempt: 理由} 或 {todo: 尚缺什么}",
            "write done, {exempt: why} or {todo: what is missing}",
        )
        return
    status, why = read
    errors = sum(one.level == "error" and one.check == rule for one in found)
    if status == "done" and errors and rule not in left_out:
        yield _finding(
            rule,
            f"自称 done，检查却有 {errors} 处错误",
            f"it says done, but the check has found {errors} errors",
            "改正错误，或如实写 todo",
            "mend the errors, or say todo",
        )
    if status == "todo":
        label = BY_PEOPLE.get(rule, (rule, rule))
        yield Finding(
            "quality",
            f"{FILE}: {rule}",
            f"待办：{label[0]}：{why}",
            f"to do: {label[1]}: {why}",
            level="info",
        )


def _finding(where: str, zh: str, en: str, fix_zh: str, fix_en: str) -> Finding:
    return Finding("quality", f"{FILE}: {where}", zh, en, fix_zh, fix_en)
