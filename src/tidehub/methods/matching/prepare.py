"""What is computed once for each report, so that comparing two is cheap."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tidehub.methods.matching.model import Report
from tidehub.methods.text.grams import bare, fold, grams, plain
from tidehub.methods.text.places import Gazetteer, PlaceName, PlacesInText, find_places
from tidehub.methods.text.topics import Topics, day_zero_topics

# Standard error of a position by its door, metres: what a phone, a surveyed camera, a geocoded call can do.
ACCURACY_M = (
    (re.compile("camera|video|视频|摄像|监控|ai|预警|iot|物联"), 25.0),
    (re.compile("hotline|12345|热线|电话|call|phone|110|来电"), 90.0),
    (re.compile("patrol|grid|巡查|网格|城管|采集"), 25.0),
)
ACCURACY_OTHER_M = 45.0
_COLOURS = re.compile(
    r"([白黑红蓝银灰黄绿橙紫])色?(?:的)?(?:小)?(轿车|面包车|货车|卡车|suv|越野车|电动车|电瓶车|三轮车|公交车|摩托车|出租车|泥头车|渣土车)"
)
_AGAIN = re.compile("又(?:有|来|在|开始|撞|着|出)|再次|第二次|另一起|另外一|又一")
_COUNTED = re.compile(r"(\d{1,4}|[两二三四五六七八九十几]{1,2})(?:个|名|辆|家|棵|条|处|盏|只|户|摊)")
WORDS_MAX = 400
RARE_SIZE = 4


@dataclass(frozen=True)
class Prepared:
    """A report with its features."""

    report: Report
    places: PlacesInText
    topics: dict[str, float]
    """Share of each topic, by its category and its text."""
    self_alike: float
    """How alike its topics are to themselves: what a comparison is measured by."""
    category_word: str
    vector: dict[str, float]
    """TF-IDF over characters, length 1."""
    copy_key: str
    rare: tuple[str, ...]
    """The rarest four-character pieces: for finding those who write of the same unnamed thing."""
    vehicles: frozenset[tuple[str, str]]
    again: bool
    accuracy_m: float
    x_m: float | None
    y_m: float | None
    """Position on a local plane (equirectangular, true in scale at its own latitude), metres."""
    from_words: bool = False
    """Whether the position was taken from names."""


@dataclass
class NamePlace:
    """Where a name has been seen so far: running mean and spread, metres on the local plane."""

    n: int = 0
    x_m: float = 0.0
    y_m: float = 0.0
    spread2: float = 0.0

    def add(self, x_m: float, y_m: float) -> None:
        """Take one more sighting in (Welford)."""
        self.n += 1
        dx, dy = x_m - self.x_m, y_m - self.y_m
        self.x_m += dx / self.n
        self.y_m += dy / self.n
        self.spread2 += dx * (x_m - self.x_m) + dy * (y_m - self.y_m)

    @property
    def spread_m(self) -> float:
        """Standard deviation of the sightings; 0 for one."""
        return math.sqrt(self.spread2 / max(1, self.n - 1))

    @property
    def error_m(self) -> float:
        """Standard error of a report that only names this place."""
        return max(80.0, self.spread_m * 1.2, 200.0 / self.n)


M_PER_DEGREE = 111_195.0
NAME_IDF_MIN = 2.5
NAME_SPREAD_M = 1200.0
ROAD_SEEN_MIN = 4
PLACED_WITHIN_M = 350.0  # a name that is spread wider (a long road) places nothing


@dataclass
class Preparer:
    """Makes features, and learns as it goes which words and names are rare and where names lie.

    Parameters
    ----------
    topics
        What matters are about; the day-zero list by default.
    gazetteer
        The deployer's places.
    """

    topics: Topics = field(default_factory=day_zero_topics)
    gazetteer: Gazetteer | None = None
    documents: int = 0
    df: dict[str, int] = field(default_factory=dict)
    name_df: dict[str, int] = field(default_factory=dict)
    name_places: dict[str, NamePlace] = field(default_factory=dict)

    def count(self, reports: Iterable[Report]) -> None:
        """Count words and names of reports beforehand, when all of them lie on the table (a file)."""
        for report in reports:
            places = find_places(f"{report.subject} {report.text}", self.gazetteer)
            self._learn(report, places, self._grams(report))

    def prepare(self, report: Report, *, learn: bool = True) -> Prepared:
        """Compute the features; ``learn`` counts its words first."""
        places = find_places(f"{report.subject} {report.text}", self.gazetteer)
        counts = self._grams(report)
        if learn:
            self._learn(report, places, counts)
        x_m, y_m, accuracy_m = self._placed(report, places)
        whole = plain(f"{report.subject} {report.text}")
        rare, topics = self._rare(whole), self._topics(report)
        folded = fold(f"{report.subject} {report.text}")
        return Prepared(
            report=report,
            places=places,
            topics=topics,
            self_alike=sum(self.topics.alike(c, d) * p * q for c, p in topics.items() for d, q in topics.items()),
            category_word=fold(report.category),
            vector=self._vector(counts),
            copy_key=bare(report.text or report.subject),
            rare=rare,
            vehicles=frozenset(_COLOURS.findall(folded)),
            again=bool(_AGAIN.search(folded)),
            accuracy_m=accuracy_m,
            x_m=x_m,
            y_m=y_m,
            from_words=report.lon is None and x_m is not None,
        )

    def phrase_idf(self, phrase: str) -> float:
        """How rare a four-character phrase is, by the rarer of its three-character ends, in nats."""
        return max(self.idf(phrase[:3]), self.idf(phrase[1:]))

    def _rare(self, whole: str) -> tuple[str, ...]:
        """Pick the rarest phrases that were met before, and the rarest that were not (someone may yet repeat them)."""
        found = [g for g in grams(whole[:WORDS_MAX], RARE_SIZE, RARE_SIZE) if not g.isdigit()]
        found.sort(key=self.phrase_idf, reverse=True)
        met = [g for g in found if min(self.df.get(g[:3], 0), self.df.get(g[1:], 0)) >= 2]
        return tuple(dict.fromkeys([*met[:6], *found[:4]]))

    def idf(self, gram: str) -> float:
        """How rare a piece of text is, in nats; smoothed so that a handful of reports is no evidence of rarity."""
        return math.log((self.documents + 30.0) / (self.df.get(gram, 0) + 1.0))

    def name_idf(self, key: str) -> float:
        """How rare a name is, in nats; less for one that is met all over the town, which is hardly a name."""
        rare = max(NAME_IDF_MIN, math.log((self.documents + 60.0) / (self.name_df.get(key, 0) + 1.0)))
        seen = self.name_places.get(key)
        return rare if seen is None or seen.n < 3 else rare / (1.0 + (seen.spread_m / NAME_SPREAD_M) ** 2)

    def _learn(self, report: Report, places: PlacesInText, counts: dict[str, int]) -> None:
        self.documents += 1
        for gram in counts:
            self.df[gram] = self.df.get(gram, 0) + 1
        for name in places.names:
            self.name_df[name.key] = self.name_df.get(name.key, 0) + 1
            if report.lon is not None and report.lat is not None:
                self.name_places.setdefault(name.key, NamePlace()).add(*plane(report.lon, report.lat))

    def _grams(self, report: Report) -> dict[str, int]:
        text = plain(f"{report.subject} {report.text}")[:WORDS_MAX]
        return grams(text)

    def _vector(self, counts: dict[str, int]) -> dict[str, float]:
        vector = {gram: (1.0 + math.log(count)) * self.idf(gram) for gram, count in counts.items()}
        length = math.sqrt(sum(value * value for value in vector.values()))
        return {gram: value / length for gram, value in vector.items()} if length else {}

    def _topics(self, report: Report) -> dict[str, float]:
        said = self.topics.named(report.category)
        read = self.topics.about(f"{report.subject} {report.text}")
        if not said:
            return read
        if not read:
            return said
        codes = dict.fromkeys((*said, *read))
        return {code: 0.55 * said.get(code, 0.0) + 0.45 * read.get(code, 0.0) for code in codes}

    def _placed(self, report: Report, places: PlacesInText) -> tuple[float | None, float | None, float]:
        if report.lon is not None and report.lat is not None:
            x_m, y_m = plane(report.lon, report.lat)
            return x_m, y_m, report.accuracy_m or accuracy_of(report.source)
        best: tuple[float, float, float] | None = None
        for name in places.names:
            known = self._known(name)
            if known is not None and (best is None or known[2] < best[2]):
                best = known
        return best if best is not None else (None, None, 0.0)

    def _known(self, name: PlaceName) -> tuple[float, float, float] | None:
        if self.gazetteer is not None and name.text in self.gazetteer.positions:
            x_m, y_m = plane(*self.gazetteer.positions[name.text])
            return x_m, y_m, 120.0 if name.kind != "road" else 250.0
        seen = self.name_places.get(name.key)
        if seen is None or seen.error_m > PLACED_WITHIN_M or (name.kind == "road" and seen.n < ROAD_SEEN_MIN):
            return None
        return seen.x_m, seen.y_m, seen.error_m


def plane(lon: float, lat: float) -> tuple[float, float]:
    """Put a position on a plane in metres; distances between near points are right to 0.1 % within a county."""
    return lon * M_PER_DEGREE * math.cos(math.radians(round(lat))), lat * M_PER_DEGREE


def accuracy_of(source: str) -> float:
    """Standard error of a position that came through this door, in metres."""
    word = fold(source)
    for pattern, accuracy_m in ACCURACY_M:
        if pattern.search(word):
            return accuracy_m
    return ACCURACY_OTHER_M
