"""What a message is about on day zero, from words alone, and how long and how wide such a matter is.

``data/topics.json`` holds the words and windows; a deployer hands over a list of their own in the same form.
A learnt :class:`~tidehub.methods.text.classifier.Classifier` is better as soon as a town has some hundreds of
labelled messages; until then, and for windows, this is what there is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from tidehub.methods.text.grams import fold


@dataclass(frozen=True)
class Topic:
    """One kind of matter.

    Parameters
    ----------
    code, zh, en
        Its name for machines and people.
    family
        Topics of one family are often taken for each other.
    half_life_s
        Time after which nearness in time says nothing either way, in seconds.
    window_s
        Two messages further apart are never joined, in seconds.
    extent_m
        How far apart people stand who mean the same thing, in metres.
    words
        What people call it.
    """

    code: str
    zh: str
    en: str
    family: str
    half_life_s: float
    window_s: float
    extent_m: float
    words: tuple[str, ...]


@dataclass
class Topics:
    """All topics, and how alike two of them are (0 different, 1 the same)."""

    topics: tuple[Topic, ...]
    other: Topic
    related: Mapping[tuple[str, str], float]
    by_code: dict[str, Topic] = field(init=False)

    def __post_init__(self) -> None:
        """Index by code."""
        self.by_code = {topic.code: topic for topic in (*self.topics, self.other)}

    def about(self, text: str) -> dict[str, float]:
        """Weigh the topics of a text: code to share, adding up to one; empty when no word is known.

        A long word says more than a short one; a word once is enough.
        """
        folded = fold(text)
        points = {
            topic.code: sum(math.sqrt(len(word)) for word in topic.words if fold(word) in folded)
            for topic in self.topics
        }
        total = sum(value * value for value in points.values())
        return {code: value * value / total for code, value in points.items() if value} if total else {}

    def alike(self, a: str, b: str) -> float:
        """How alike two codes are."""
        if a == b:
            return 1.0
        return self.related.get((a, b), self.related.get((b, a), 0.0))

    def named(self, category: str) -> dict[str, float]:
        """Which topics a category means that somebody's system wrote (“占道经营”, “vendor”, “市容-摊贩”)."""
        word = fold(category)
        if not word:
            return {}
        for topic in self.topics:
            if word in (topic.code, fold(topic.zh), fold(topic.en)):
                return {topic.code: 1.0}
        return self.about(category)


def read_topics(data: Mapping[str, Any]) -> Topics:
    """Make topics of plain data in the form of ``data/topics.json``."""

    def one(row: Mapping[str, Any]) -> Topic:
        return Topic(
            row["code"], row["zh"], row["en"], row["family"], float(row["half_life_s"]), float(row["window_s"]),
            float(row["extent_m"]), tuple(row["words"]),
        )  # fmt: skip

    related = {(a, b): float(value) for a, b, value in data["related"]}
    return Topics(tuple(one(row) for row in data["topics"]), one(data["other"]), related)


@cache
def day_zero_topics() -> Topics:
    """Give the topics that come with the platform."""
    raw = resources.files("tidehub.methods.text").joinpath("data/topics.json").read_text(encoding="utf-8")
    return read_topics(json.loads(raw))
