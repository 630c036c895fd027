"""How well and how fast reports are joined: pairs right and wrong on made corpora of unused seeds, beside the linkers
that the developers' handbook measured (title or text by TF-IDF cosine; distance and time alone), and the cost of the
ten-thousandth open situation beside the tenth.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from benchmarks.common import figure, goal, percentile, report
from benchmarks.correlate_corpus import LAT, LON, START, M, make_corpus

from tidehub.kernel.datums import parse_datum, to_wgs84
from tidehub.methods.matching import Correlator, Report, agreement, correlate

UNUSED_SEEDS = range(301, 309)
OPEN_SITUATIONS = 10_000


def reports_of(rows: Sequence[dict[str, Any]]) -> list[Report]:
    """Reports of a made corpus, positions in WGS 84; the incident stays behind."""
    made = []
    for row in rows:
        lon = lat = None
        if row["lat"] != "":
            datum = parse_datum(row["datum"])
            assert datum is not None
            lon, lat = to_wgs84(float(row["lon"]), float(row["lat"]), datum)
        made.append(
            Report(row["id"], row["time"].timestamp(), row["text"], "", lon, lat, 0.0, row["category"], row["source"],
                   row["reporter"])
        )  # fmt: skip
    return made


POOL = [one for seed in range(1, 9) for one in reports_of(make_corpus(seed)) if one.lon is not None]


def ours(reports: Sequence[Report]) -> dict[str, str]:
    """Report to situation, by Tidehub."""
    found = correlate(reports).correlator.journal.situations()
    return {member: name for name, members in found.items() for member in members}


def linked(reports: Sequence[Report], joined: Callable[[int, int], bool]) -> dict[str, str]:
    """Report to component, by a rule over pairs (single link)."""
    parent = list(range(len(reports)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i in range(len(reports)):
        for j in range(i):
            if joined(i, j):
                parent[root(i)] = root(j)
    return {one.id: str(root(i)) for i, one in enumerate(reports)}


def by_text(reports: Sequence[Report], cosine_min: float) -> dict[str, str]:
    """The handbook's linker: character 2- and 3-grams, TF-IDF, cosine over a threshold, within 60 days."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    matrix = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True).fit_transform(
        one.text for one in reports
    )
    near = (matrix @ matrix.T).toarray()
    return linked(reports, lambda i, j: bool(near[i, j] >= cosine_min))


def by_place_and_time(reports: Sequence[Report], radius_m: float, window_s: float) -> dict[str, str]:
    """Distance and time alone."""

    def joined(i: int, j: int) -> bool:
        a, b = reports[i], reports[j]
        if a.lon is None or b.lon is None or a.lat is None or b.lat is None:
            return False
        apart_m = math.hypot((a.lon - b.lon) * M * math.cos(math.radians(LAT)), (a.lat - b.lat) * M)
        return apart_m <= radius_m and abs(a.at_s - b.at_s) <= window_s

    return linked(reports, joined)


def cost_of_the_next(count: int) -> tuple[float, float, float]:
    """Processor time of a report among ten and among ``count`` open situations, and that of one in a crowd, seconds.

    Ten stand as close together as ``count`` do in a county 30 km across, so that the number alone differs. The crowd:
    a quarter of the number, all of one kind, within one square kilometre.
    """
    wide_m = 15_000.0
    few = [cost for seed in range(60) for cost in _next_costs(10, wide_m * math.sqrt(10 / count), "", seed)[-2:]]
    many = _next_costs(count, wide_m, "", 77)
    crowd = _next_costs(count // 4, 500.0, "占道经营", 78)
    return percentile(few, 50), percentile(many[-400:], 50), percentile(crowd[-400:], 50)


def _next_costs(count: int, half_m: float, category: str, seed: int) -> list[float]:
    rng = random.Random(seed)
    correlator, costs, number = Correlator(), [], 0
    while len(correlator.situations) < count or number < 12:
        number += 1
        one = replace(
            rng.choice(POOL), id=str(number), at_s=START.timestamp() + number * 4.0, reporter=f"u{number}",
            lon=LON + rng.uniform(-half_m, half_m) / (M * math.cos(math.radians(LAT))),
            lat=LAT + rng.uniform(-half_m, half_m) / M,
        )  # fmt: skip
        one = replace(one, category=category or one.category)
        started = time.process_time()
        correlator.add(one)
        costs.append(time.process_time() - started)
    return costs


def run() -> dict[str, Any]:
    """Measure on seeds that nothing was fitted on."""
    totals: dict[str, list[int]] = {}
    false_merges, took_s, rows_n = [], 0.0, 0
    for seed in UNUSED_SEEDS:
        rows = make_corpus(seed)
        reports, truth = reports_of(rows), {row["id"]: row["incident"] for row in rows}
        rows_n += len(rows)
        started = time.process_time()
        made = {"tidehub": ours(reports)}
        took_s += time.process_time() - started
        made["text, cosine 0.20"] = by_text(reports, 0.20)
        made["text, cosine 0.40"] = by_text(reports, 0.40)
        made["50 m, 30 days"] = by_place_and_time(reports, 50, 30 * 86400)
        made["100 m, 3 hours"] = by_place_and_time(reports, 100, 3 * 3600)
        for name, partition in made.items():
            got = agreement(partition, truth)
            total = totals.setdefault(name, [0, 0, 0])
            for at, value in enumerate((got.pairs_right, got.pairs_wrong, got.pairs_missed)):
                total[at] += value
            if name == "tidehub":
                false_merges.append(got.false_merges)
    tenth_s, last_s, crowd_s = cost_of_the_next(OPEN_SITUATIONS)
    figures = [figure("reports", rows_n, "reports"), figure("a report, in a file", took_s / rows_n * 1000, "ms cpu")]
    for name, (right, wrong, missed) in totals.items():
        figures.append(figure(f"{name}: precision", right / max(1, right + wrong), ""))
        figures.append(figure(f"{name}: recall", right / max(1, right + missed), ""))
    figures += [
        figure("situations that mix incidents", sum(false_merges) / len(false_merges), "share"),
        figure("a report among 10 open situations", tenth_s * 1000, "ms cpu"),
        figure("a report among 10,000 open situations", last_s * 1000, "ms cpu"),
        figure("a report among 2,500 of one kind in a square kilometre", crowd_s * 1000, "ms cpu"),
    ]
    right, wrong, missed = totals["tidehub"]
    precision, recall = right / (right + wrong), right / (right + missed)
    goals = [
        goal("precision of pairs", precision, ">= 0.98", precision >= 0.98),
        goal("recall of pairs", recall, ">= 0.86", recall >= 0.86),
        goal("ten-thousandth / tenth open situation", last_s / tenth_s, "<= 1.5", last_s / tenth_s <= 1.5),
    ]
    return report("correlate", figures, goals)
