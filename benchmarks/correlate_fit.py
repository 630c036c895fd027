"""Fits the score card on made corpora: ``python -m benchmarks.correlate_fit 1 2 3 …`` prints weights.json.

Logistic regression over pairs that share a candidate key, every weight held at zero or above (each feature has its
sign by its meaning), a false pair weighing five times, pulled towards the weights set by hand. Seeds that are fitted
on are never reported on.
"""

from __future__ import annotations

import json
import sys

import numpy as np
from benchmarks.correlate import reports_of
from benchmarks.correlate_corpus import make_corpus
from scipy.optimize import minimize

from tidehub.methods.matching import Preparer, default_weights
from tidehub.methods.matching.score import FEATURES, NEGATIVE, compare

WRONG_WEIGHS = 5.0
PULL = 0.001


def pairs(seed: int) -> tuple[list[list[float]], list[bool]]:
    """Features and truth of all pairs of one corpus that lie within a window and are not plainly apart."""
    rows = make_corpus(seed)
    preparer, weights = Preparer(), default_weights()
    reports = reports_of(rows)
    preparer.count(reports)
    prepared = [preparer.prepare(one, learn=False) for one in reports]
    truth = [row["incident"] for row in rows]
    found, labels = [], []
    for i in range(len(prepared)):
        for j in range(i):
            if abs(prepared[i].report.at_s - prepared[j].report.at_s) > 5_184_000:
                continue
            card = compare(prepared[i], prepared[j], preparer, weights)
            if card is None or (card.features.get("place_far", 0) > 1.5 and "names" not in card.features):
                continue
            if not {"place", "names", "reporter", "copy"} & set(card.features) and card.features["words"] < 0.3:
                continue
            found.append([(-1 if f in NEGATIVE else 1) * card.features.get(f, 0.0) for f in FEATURES])
            labels.append(truth[i] == truth[j])
    return found, labels


def fit(seeds: list[int]) -> dict[str, float]:
    """Weights by name, and the base."""
    x: list[list[float]] = []
    y: list[bool] = []
    for seed in seeds:
        more, labels = pairs(seed)
        x += more
        y += labels
    values, truth = np.asarray(x), np.asarray(y, float)
    start = np.asarray([default_weights().base, *(default_weights().weights[f] for f in FEATURES)])
    cost = np.where(truth > 0, 1.0, WRONG_WEIGHS)

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = w[0] + values @ w[1:]
        chance = 1 / (1 + np.exp(-np.clip(z, -40, 40)))
        error = cost * (chance - truth)
        pull = w - start
        value = np.mean(cost * (np.logaddexp(0, z) - truth * z)) + PULL * np.sum(pull[1:] ** 2) / 2
        gradient = np.concatenate([[error.mean()], values.T @ error / len(truth) + PULL * pull[1:]])
        return float(value), gradient

    bounds = [(-20.0, 0.0)] + [(0.2, 9.0)] * len(FEATURES)
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    print(f"{len(truth)} pairs, {int(truth.sum())} true", file=sys.stderr)
    return {
        "base": round(float(found[0]), 3),
        **{f: round(float(v), 3) for f, v in zip(FEATURES, found[1:], strict=True)},
    }


if __name__ == "__main__":
    print(json.dumps(fit([int(word) for word in sys.argv[1:]]), indent=2))
