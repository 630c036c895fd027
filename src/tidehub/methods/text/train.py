"""Learning categories from a town's own labelled messages.

Three linear learners see the same characters: a support vector machine, logistic regression, and complement naive
Bayes. Their out-of-fold scores are put together by a calibrated sum whose coefficients minimise the log-loss, so that
a probability of 0.8 is right eight times in ten; as all three are linear, the sum is one matrix again. Nothing of the
training text is kept but the weights of its pieces, and pieces that only one message has are dropped.

Source: Wang & Manning (2012) on naive Bayes and margins; Rennie et al. (2003) on the complement; stacking after
Wolpert (1992).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tidehub.kernel.errors import refusal_kind
from tidehub.methods.text.classifier import Classifier, pieces, topic_pieces
from tidehub.methods.text.masking import mask_personal
from tidehub.methods.text.topics import day_zero_topics

TRAINING_TOO_SMALL = refusal_kind(
    "training_too_small",
    zh="训练数据不足：{problem_zh}",
    en="Too little to learn from: {problem_en}",
    do_zh="至少需要两个类别、每类 {least} 条以上的已分类报件。",
    do_en="At least two categories with {least} labelled messages each are needed.",
)
EXAMPLES_MIN = 5
FOLDS = 5
PIECES_MAX = 120_000
TOPIC_WEIGHT = 0.25
SVM_C = 0.7
LOGISTIC_C = 20.0
BAYES_ALPHA = 0.25


@dataclass(frozen=True)
class Example:
    """One labelled message."""

    text: str
    subject: str
    category: str


def train(examples: Sequence[Example], *, seed: int = 1) -> Classifier:
    """Learn a model.

    Parameters
    ----------
    examples
        Labelled messages, at least ``EXAMPLES_MIN`` of a category; smaller categories are left out and named in
        ``meta["dropped"]``. Numbers of persons are masked before anything is learnt.
    seed
        Of the folds; the same examples and seed give the same model.

    Raises
    ------
    Refusal
        ``training_too_small``.
    """
    from scipy.sparse import csr_matrix

    counted = Counter(one.category for one in examples)
    dropped = sorted(category for category, n in counted.items() if n < EXAMPLES_MIN)
    kept = [one for one in examples if counted[one.category] >= EXAMPLES_MIN]
    categories = sorted({one.category for one in kept})
    if len(categories) < 2:
        raise TRAINING_TOO_SMALL(
            "category",
            problem_zh=f"只有 {len(categories)} 个类别够用",
            problem_en=f"{len(categories)} categories suffice",
            least=EXAMPLES_MIN,
        )
    vocabulary, idf, x = _matrix(kept)
    y = np.asarray([categories.index(one.category) for one in kept])
    x = csr_matrix(x)
    folds = _folds(y, seed)
    scores = np.zeros((len(kept), len(categories), 3))
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(outside) and len(set(y[inside])) == len(categories):
            for at, (weights, bias) in enumerate(_learners(x[inside], y[inside], len(categories))):
                scores[outside, :, at] = x[outside] @ weights.T + bias
    mix, shift, reading = _stack(scores, y)
    learnt = _learners(x, y, len(categories))
    weights = sum(c * w for c, (w, _) in zip(mix, learnt, strict=True))
    bias = shift + sum(c * b for c, (_, b) in zip(mix, learnt, strict=True))
    meta = {
        "rows": len(kept), "dropped": {category: counted[category] for category in dropped},
        "counts": {category: counted[category] for category in categories}, "folds": FOLDS, "seed": seed,
        "mix": [round(float(c), 4) for c in mix], **reading,
    }  # fmt: skip
    return Classifier(
        tuple(categories), vocabulary, idf.astype(np.float32), np.asarray(weights, np.float32),
        np.asarray(bias, np.float32), meta,
    )  # fmt: skip


def _matrix(examples: Sequence[Example]) -> tuple[dict[str, int], NDArray[np.float64], Any]:
    from scipy.sparse import csr_matrix

    topics = day_zero_topics()
    masked = [(mask_personal(one.subject), mask_personal(one.text)) for one in examples]
    counted = [pieces(subject, text, topics) for subject, text in masked]
    said = [topic_pieces(subject, text, topics) for subject, text in masked]
    df = Counter(piece for one in counted for piece in one)
    least = 2 if len(examples) >= 100 else 1
    common = sorted((p for p, n in df.items() if n >= least), key=lambda p: (-df[p], p))[:PIECES_MAX]
    named = sorted({piece for one in said for piece in one})
    vocabulary = {piece: at for at, piece in enumerate([*common, *named])}
    n = len(examples)
    idf = np.asarray([math.log((1 + n) / (1 + df[p])) + 1.0 for p in common] + [TOPIC_WEIGHT * 4] * len(named))
    rows, columns, values = [], [], []
    for row, (one, topic) in enumerate(zip(counted, said, strict=True)):
        own = {vocabulary[p]: (1 + math.log(c)) * idf[vocabulary[p]] for p, c in one.items() if p in vocabulary}
        length = math.sqrt(sum(v * v for v in own.values())) or 1.0
        both = {c: v / length for c, v in own.items()}
        both |= {vocabulary[p]: share * idf[vocabulary[p]] for p, share in topic.items()}
        rows += [row] * len(both)
        columns += list(both)
        values += list(both.values())
    return vocabulary, idf, csr_matrix((values, (rows, columns)), shape=(n, len(vocabulary)))


def _folds(y: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Stratified folds: each category is dealt out evenly."""
    rng = np.random.default_rng(seed)
    folds = np.zeros(len(y), np.int64)
    for k in range(int(y.max()) + 1):
        members = rng.permutation(np.flatnonzero(y == k))
        folds[members] = (np.arange(len(members)) + k) % FOLDS
    return folds


def _learners(x: Any, y: NDArray[np.int64], k: int) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Fit the three linear learners: weights ``(k, m)`` and bias ``(k,)`` of each."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import ComplementNB
    from sklearn.svm import LinearSVC

    svm = LinearSVC(C=SVM_C, random_state=0).fit(x, y)
    logistic = LogisticRegression(C=LOGISTIC_C, max_iter=300, tol=1e-3).fit(x, y)
    bayes = ComplementNB(alpha=BAYES_ALPHA, norm=False).fit(x, y)
    made = []
    for one in (svm, logistic):
        weights, bias = one.coef_, one.intercept_
        if weights.shape[0] == 1:  # two categories: the learner keeps one row
            weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
        made.append((weights, bias))
    made.append((bayes.feature_log_prob_, np.zeros(k)))
    return made


def _stack(
    scores: NDArray[np.float64], y: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[str, Any]]:
    """Coefficients of the learners and a shift of each category, by least log-loss on out-of-fold scores."""
    from scipy.optimize import minimize

    n, k, m = scores.shape
    centred = scores - scores.mean(axis=1, keepdims=True)
    truth = np.eye(k)[y]

    def loss(p: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = centred @ p[:m] + p[m:]
        z -= z.max(axis=1, keepdims=True)
        chance = np.exp(z)
        chance /= chance.sum(axis=1, keepdims=True)
        value = -np.log(np.maximum(chance[np.arange(n), y], 1e-12)).mean() + 0.01 * float(p[m:] @ p[m:])
        error = (chance - truth) / n
        return value, np.concatenate([np.einsum("nk,nkm->m", error, centred), error.sum(axis=0) + 0.02 * p[m:]])

    start = np.concatenate([[1.5, 0.4, 0.3], np.zeros(k)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, 50)] * m + [(-3, 3)] * k).x
    z = centred @ found[:m] + found[m:]
    chance = np.exp(z - z.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    return found[:m], found[m:], readings(chance, y)


def readings(chance: NDArray[np.float64], y: NDArray[np.int64]) -> dict[str, Any]:
    """Say how good probabilities are: top 1, top 3, calibration error, and what may be routed by itself.

    Parameters
    ----------
    chance
        ``(n, k)``; rows add up to one.
    y
        True columns, ``(n,)``.
    """
    order = np.argsort(-chance, axis=1, kind="stable")
    top, sure = order[:, 0] == y, chance.max(axis=1)
    bins = np.minimum((sure * 10).astype(int), 9)
    ece = sum(abs(top[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist()))
    routed = {
        str(least): {"share": round(float((sure >= least).mean()), 4),
                     "right": round(float(top[sure >= least].mean()), 4) if (sure >= least).any() else None}
        for least in (0.5, 0.6, 0.7, 0.8, 0.9)
    }  # fmt: skip
    return {
        "top1": round(float(top.mean()), 4),
        "top3": round(float((order[:, :3] == y[:, None]).any(axis=1).mean()), 4),
        "log_loss": round(float(-np.log(np.maximum(chance[np.arange(len(y)), y], 1e-12)).mean()), 4),
        "calibration_error": round(float(ece), 4),
        "routed": routed,
    }
