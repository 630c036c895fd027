"""The score card: how likely two reports mean one thing, as a sum of terms that a person can read.

Each feature is a bounded number, each weight is data (``data/weights.json``), the sum is log-odds. Place counts by
the error of *both* positions and the extent of the matter, time by the half-life of the matter, names by how rare
they are, words by TF-IDF over characters. Without any evidence of place – positions, a shared name, a shared rare
phrase, the same sender – nothing is attached, only suggested.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from tidehub.methods.matching.model import Band, Term
from tidehub.methods.matching.prepare import Prepared, Preparer
from tidehub.methods.text.places import same_name
from tidehub.methods.text.topics import Topic

FEATURES = (
    "place", "place_far", "names", "names_other", "time", "category", "category_other", "words", "phrase", "copy",
    "details", "details_other", "reporter", "again",
)  # fmt: skip
NAMES_MAX = 6.0
FAR = 3.0
PHRASE_COMMON, PHRASE_RARE = 2.6, 5.2
PHRASE_PLACES = 0.4
COPY_LONG = 18


@dataclass(frozen=True)
class Weights:
    """Points of one unit of each feature, and the two thresholds, in log-odds."""

    base: float
    weights: Mapping[str, float]
    attach: float
    suggest: float


def read_weights(data: Mapping[str, Any]) -> Weights:
    """Make weights of plain data in the form of ``data/weights.json``."""
    return Weights(
        float(data["base"]), {name: float(data["weights"][name]) for name in FEATURES}, float(data["attach"]),
        float(data["suggest"]),
    )  # fmt: skip


@cache
def default_weights() -> Weights:
    """Give the weights that come with the platform."""
    raw = resources.files("tidehub.methods.matching").joinpath("data/weights.json").read_text(encoding="utf-8")
    return read_weights(json.loads(raw))


@dataclass(frozen=True)
class Card:
    """A compared pair: its features, its score, its band."""

    a: Prepared
    b: Prepared
    features: dict[str, float]
    score: float
    band: Band
    topic: Topic
    shared: tuple[str, ...]
    distance_m: float | None
    gap_s: float

    @property
    def probability(self) -> float:
        """The score as a probability."""
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, self.score))))

    def terms(self, weights: Weights) -> tuple[Term, ...]:
        """Every term with its points, in both languages; the points add up to the score."""
        lines = [Term("base", weights.base, "起始分", "before anything is known")]
        for name in FEATURES:
            points = weights.weights[name] * self.features.get(name, 0.0)
            if points:
                sign = -1 if name in NEGATIVE else 1
                zh, en = self._say(name)
                lines.append(Term(name, round(sign * points, 4), zh, en))
        return tuple(lines)

    def _say(self, name: str) -> tuple[str, str]:
        if name in ("place", "place_far"):
            how_zh, how_en = ("（按地名估计）", " (by name)") if self.a.from_words or self.b.from_words else ("", "")
            return f"相距 {self.distance_m:.0f} 米{how_zh}", f"{self.distance_m:.0f} m apart{how_en}"
        if name == "time":
            return f"相隔 {_span(self.gap_s, 'zh')}", f"{_span(self.gap_s, 'en')} apart"
        if name == "category":
            return f"同类：{self.topic.zh}", f"same kind: {self.topic.en}"
        if name == "names":
            return "都提到 " + "、".join(self.shared), "both name " + ", ".join(self.shared)
        return _SAID[name]


NEGATIVE = frozenset({"place_far", "names_other", "category_other", "details_other", "again"})
_SAID = {
    "names_other": ("所说地名不同", "they name different places"),
    "category_other": ("事项类别不同", "different kinds of matter"),
    "words": ("用词相近", "similar words"),
    "phrase": ("有同样的少见说法", "the same rare phrase"),
    "copy": ("文字相同", "the same text"),
    "details": ("门牌、楼栋或车辆等细节一致", "the same details (number, building, vehicle)"),
    "details_other": ("门牌、楼栋或车辆等细节不一致", "different details (number, building, vehicle)"),
    "reporter": ("同一来件人", "the same sender"),
    "again": ("自称是又一次发生", "says that it happened again"),
}


def compare(a: Prepared, b: Prepared, preparer: Preparer, weights: Weights) -> Card | None:
    """Compare two reports; ``None`` where the window of their matter, or their positions, keep them apart.

    Symmetric in ``a`` and ``b``. Cost: the length of the shorter text.
    """
    gap_s = abs(a.report.at_s - b.report.at_s)
    topic, alike = _matter(a, b, preparer)
    if gap_s > topic.window_s:
        return None
    found: dict[str, float] = {"time": _time(gap_s, topic)}
    distance_m = _place(a, b, topic, found)
    if found.get("place_far", 0.0) >= FAR and not (a.from_words or b.from_words):
        return None  # two measured positions exclude each other; nothing else needs to be looked at
    shared = _names(a, b, preparer, found, distance_m)
    if shared and (a.from_words or b.from_words):  # the place was taken from these very names: it says nothing new
        found.pop("place", None)
        found.pop("place_far", None)
    _category(a, b, alike, found)
    found["words"] = min(1.0, _cosine(a.vector, b.vector) / 0.5)
    shared_rare = set(a.rare) & set(b.rare)
    if shared_rare and not shared and a.report.lon is None and b.report.lon is None and not (_spots(a) and _spots(b)):
        rarest = max(preparer.phrase_idf(phrase) for phrase in shared_rare)
        found["phrase"] = max(0.0, min(1.0, (rarest - PHRASE_COMMON) / (PHRASE_RARE - PHRASE_COMMON)))
    if a.copy_key and a.copy_key == b.copy_key:
        found["copy"] = min(1.0, len(a.copy_key) / COPY_LONG)
    _details(a, b, found)
    if a.report.reporter and a.report.reporter == b.report.reporter:
        found["reporter"] = 1.0 if alike > 0.3 else 0.3
    if gap_s > 900 and (a if a.report.at_s > b.report.at_s else b).again:
        found["again"] = 1.0
    score = weights.base + sum(
        (-1 if name in NEGATIVE else 1) * weights.weights[name] * value for name, value in found.items()
    )
    band: Band = "attach" if score >= weights.attach else "suggest" if score >= weights.suggest else "separate"
    if band == "attach" and not _placed(found):
        band = "suggest"
    return Card(a, b, found, score, band, topic, shared, distance_m, gap_s)


def _matter(a: Prepared, b: Prepared, preparer: Preparer) -> tuple[Topic, float]:
    """The matter both are about, with how alike the two are (0 to 1); -1 where one says nothing of it."""
    topics = preparer.topics
    if not a.topics or not b.topics:
        known = a.topics or b.topics
        code = max(known, key=lambda c: known[c]) if known else topics.other.code
        same_word = bool(a.category_word) and a.category_word == b.category_word
        return topics.by_code[code], 1.0 if same_word else -1.0
    best_code, best, alike = "", -1.0, 0.0
    for code, share in a.topics.items():
        for other, portion in b.topics.items():
            likeness = topics.alike(code, other)
            if likeness:
                alike += likeness * share * portion
                weight = likeness * min(share, portion)
                if weight > best:
                    best, best_code = weight, code if share >= portion else other
    if not best_code:
        best_code = max(a.topics, key=lambda c: a.topics[c])
        other = max(b.topics, key=lambda c: b.topics[c])
        best_code = min(best_code, other, key=lambda c: topics.by_code[c].window_s)
    norm = math.sqrt(a.self_alike * b.self_alike)
    alike = min(1.0, alike / norm) if norm else 0.0
    if a.category_word and a.category_word == b.category_word:
        alike = max(alike, 0.55)
    return topics.by_code[best_code], alike


def _time(gap_s: float, topic: Topic) -> float:
    return max(-3.0, 1.0 - math.log2(1.0 + gap_s / topic.half_life_s))


def _place(a: Prepared, b: Prepared, topic: Topic, found: dict[str, float]) -> float | None:
    if a.x_m is None or b.x_m is None or a.y_m is None or b.y_m is None:
        return None
    distance_m = math.hypot(a.x_m - b.x_m, a.y_m - b.y_m)
    z = distance_m / math.sqrt(a.accuracy_m**2 + b.accuracy_m**2 + topic.extent_m**2)
    value = 1.0 - z * z / 2.5
    if value >= 0:
        found["place"] = value * (0.5 if a.from_words or b.from_words else 1.0)
    else:
        found["place_far"] = min(3.0, -value) * (0.6 if a.from_words or b.from_words else 1.0)
    return distance_m


def _names(
    a: Prepared, b: Prepared, preparer: Preparer, found: dict[str, float], distance_m: float | None
) -> tuple[str, ...]:
    shared: list[str] = []
    points, only_road = 0.0, True
    for name in a.places.names:
        for other in b.places.names:
            sure = same_name(name, other)
            if sure:
                only_road = only_road and name.kind == "road"
                points += sure * max(0.0, preparer.name_idf(name.key)) * (0.6 if name.kind == "road" else 1.0)
                shared.append(name.text if len(name.text) <= len(other.text) else other.text)
                break
    if shared:
        found["names"] = min(NAMES_MAX, points)
        if only_road and _spots(a) and _spots(b):  # the same road, but other houses along it
            found["names_other"] = 0.9
    elif a.places.names and b.places.names:
        kinds = {name.kind for name in a.places.names} & {name.kind for name in b.places.names}
        far = 1.0 if kinds or (_spots(a) and _spots(b)) else 0.4
        found["names_other"] = far * (0.4 if distance_m is not None and not (a.from_words or b.from_words) else 1.0)
    if a.places.divisions and b.places.divisions and not a.places.divisions & b.places.divisions:
        found["names_other"] = found.get("names_other", 0.0) + 0.7
    return tuple(dict.fromkeys(shared))


def _spots(a: Prepared) -> bool:
    return any(name.kind in ("estate", "site") for name in a.places.names)


def _category(a: Prepared, b: Prepared, alike: float, found: dict[str, float]) -> None:
    if alike < 0:
        return
    if alike >= 0.45:
        found["category"] = alike
    else:
        found["category_other"] = 1.0 - alike / 0.45


def _details(a: Prepared, b: Prepared, found: dict[str, float]) -> None:
    same = other = 0.0
    p, q = a.places, b.places
    for x, y, weight in (
        (p.houses, q.houses, 1.0), (p.buildings, q.buildings, 1.0), (p.units, q.units, 0.4), (p.rooms, q.rooms, 1.0),
        (p.gates, q.gates, 0.8), (p.plates, q.plates, 2.0), (a.vehicles, b.vehicles, 0.9),
    ):  # fmt: skip
        if x and y:
            if x & y:
                same += weight
            elif x is p.houses and _near_numbers(p.houses, q.houses):
                same += 0.0
            else:
                other += weight
    if same:
        found["details"] = min(2.0, same)
    if other:
        found["details_other"] = min(2.0, other)


def _near_numbers(a: frozenset[str], b: frozenset[str]) -> bool:
    """House numbers a few doors apart may well mean one stall between them."""
    return any(abs(int(x) - int(y)) <= 6 for x in a for y in b)


def _cosine(a: dict[str, float], b: dict[str, float]) -> float:
    if len(a) > len(b):
        a, b = b, a
    return sum(value * b[gram] for gram, value in a.items() if gram in b)


def _placed(found: Mapping[str, float]) -> bool:
    """Whether anything says that the place is one."""
    if found.get("place", 0.0) > 0 or found.get("names", 0.0) >= 1.5 or "reporter" in found:
        return True
    if "place_far" in found:
        return False
    return found.get("phrase", 0.0) >= PHRASE_PLACES


def _span(gap_s: float, language: str) -> str:
    minutes = gap_s / 60
    if minutes < 90:
        return f"{minutes:.0f} 分钟" if language == "zh" else f"{minutes:.0f} min"
    if minutes < 48 * 60:
        return f"{minutes / 60:.1f} 小时" if language == "zh" else f"{minutes / 60:.1f} h"
    return f"{minutes / 1440:.1f} 天" if language == "zh" else f"{minutes / 1440:.1f} d"
