"""Words that ask for haste. They move a message up for a person's eye; they never move it down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tidehub.methods.text.grams import fold

Level = Literal["life", "danger", "haste", "none"]

_LIFE = (
    "有人受伤|受伤|流血|昏迷|昏倒|晕倒|溺水|落水|被困|困在|跳楼|轻生|触电|死亡|死人|救命|窒息|中毒|持刀|砍人|叫不醒|没有呼吸|"
    "120|急救|生命危险"
)
_DANGER = (
    "着火|起火|火灾|爆炸|燃气泄漏|煤气泄漏|天然气泄漏|煤气味|漏气|泄漏|漏电|电线掉|坍塌|塌陷|塌方|倒塌|坠落|高空抛物|"
    "裸露的电线|井盖没了|没有井盖|井盖丢失|井盖缺失|浓烟|随时会倒|要倒了|危险|安全隐患|咬人"
)
_HASTE = "紧急|十万火急|急急急|马上|立刻|立即|赶紧|赶快|快来|速来|尽快|越来越多|快点|火速|等不了|来不及"
_LEVELS: tuple[tuple[Level, str], ...] = (("life", _LIFE), ("danger", _DANGER), ("haste", _HASTE))
_WORDS = tuple((level, re.compile(words)) for level, words in _LEVELS)
_DENIED = re.compile("(?:没有|没|无|未|不是|并无|不存在)(?:人)?$")
_POINTS = {"life": 1.0, "danger": 0.7, "haste": 0.3, "none": 0.0}


@dataclass(frozen=True)
class Urgency:
    """How urgent a message sounds, and the words that say so."""

    level: Level
    score: float
    words: tuple[str, ...]


def urgency(text: str) -> Urgency:
    """Find the words of haste in a message.

    A denied word (“没有人受伤”) does not count. The strongest level decides; every word found is shown.
    """
    folded = fold(text)
    strongest: Level = "none"
    said: list[str] = []
    for level, pattern in _WORDS:
        for found in pattern.finditer(folded):
            if _DENIED.search(folded[max(0, found.start() - 4) : found.start()]):
                continue
            said.append(found.group())
            if _POINTS[level] > _POINTS[strongest]:
                strongest = level
    return Urgency(strongest, _POINTS[strongest], tuple(dict.fromkeys(said)))
