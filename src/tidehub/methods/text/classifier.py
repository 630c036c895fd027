"""A category suggested with its odds, by a linear model over characters. It suggests; a person decides.

The model is one matrix: each category adds up the weights of the character pieces that a message has, so what
spoke for a suggestion can be shown piece by piece. The file is NPZ without pickle: nothing in it can run.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tidehub.kernel.errors import refusal_kind
from tidehub.methods.text.grams import fold, grams, plain
from tidehub.methods.text.topics import Topics, day_zero_topics

MODEL_UNREADABLE = refusal_kind(
    "text_model_unreadable",
    zh="读不出分类模型：{problem}",
    en="The classification model cannot be read: {problem}",
    do_zh="请用 tidehub classify train 重新训练。",
    do_en="Train it again with tidehub classify train.",
)
FORMAT = "tidehub-text-1"
GRAMS = (1, 3)
SUBJECT_TIMES = 2
TEXT_MAX = 4000


@dataclass(frozen=True)
class Suggestion:
    """One category with its probability and the pieces of text that speak for it most."""

    category: str
    probability: float
    because: tuple[str, ...] = ()


def pieces(subject: str, text: str, topics: Topics) -> dict[str, float]:
    """Count what the model sees: character 1- to 3-grams, the subject twice, and day-zero topics (``#code``).

    A text is cut at 4,000 characters: what matters stands at the beginning, and a flood costs nothing.
    """
    counted: dict[str, float] = {}
    for part, times in ((subject, SUBJECT_TIMES), (text, 1)):
        for gram, count in grams(plain(part[:TEXT_MAX]), *GRAMS).items():
            counted[gram] = counted.get(gram, 0.0) + times * count
    return counted


def topic_pieces(subject: str, text: str, topics: Topics) -> dict[str, float]:
    """Give the day-zero topics of a message as pieces, by their share."""
    return {f"#{code}": share for code, share in topics.about(f"{subject} {text[:TEXT_MAX]}").items()}


@dataclass(frozen=True)
class Classifier:
    """A learnt model; made by :func:`tidehub.methods.text.train.train`.

    Parameters
    ----------
    categories
        Names as they stood in the training file, ``(k,)``.
    vocabulary
        Piece to column.
    idf
        Weight of each column, ``(m,)``; topics have weight ``meta["topic_weight"]``.
    weights, bias
        Calibrated log-odds, ``(k, m)`` and ``(k,)``: the softmax of ``weights @ x + bias`` is the probability.
    meta
        How it was learnt: rows, folds, out-of-fold accuracy, calibration error.
    """

    categories: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    meta: dict[str, Any]

    def suggest(self, text: str, subject: str = "", *, top: int = 3) -> tuple[Suggestion, ...]:
        """Give the likeliest categories, surest first, with reasons.

        Returns
        -------
        tuple of Suggestion
            At most ``top``; ties in the order of :attr:`categories`. An empty text gets the categories' shares
            in training, which is all there is to say.
        """
        columns, values = self.vector(text, subject)
        chances = self.chances(columns, values)
        order = np.argsort(-chances, kind="stable")[:top]
        return tuple(
            Suggestion(self.categories[k], round(float(chances[k]), 4), self._because(int(k), columns, values))
            for k in order
        )

    def vector(self, text: str, subject: str = "") -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Columns and values of a message, sparse, length 1 over the characters."""
        topics = day_zero_topics()
        counted = pieces(subject, text, topics)
        columns, values = [], []
        for piece, count in counted.items():
            column = self.vocabulary.get(piece)
            if column is not None:
                columns.append(column)
                values.append((1.0 + math.log(count)) * float(self.idf[column]))
        length = math.sqrt(sum(value * value for value in values)) or 1.0
        values = [value / length for value in values]
        for piece, share in topic_pieces(subject, text, topics).items():
            column = self.vocabulary.get(piece)
            if column is not None:
                columns.append(column)
                values.append(share * float(self.idf[column]))
        return np.asarray(columns, np.int64), np.asarray(values, np.float32)

    def chances(self, columns: NDArray[np.int64], values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities of all categories, ``(k,)``."""
        logits = self.bias.astype(np.float64)
        if len(columns):
            logits = logits + self.weights[:, columns].astype(np.float64) @ values
        shifted = np.exp(logits - logits.max())
        chances: NDArray[np.float64] = shifted / shifted.sum()
        return chances

    def _because(self, k: int, columns: NDArray[np.int64], values: NDArray[np.float32]) -> tuple[str, ...]:
        if not len(columns):
            return ()
        others = self.weights[:, columns].mean(axis=0)
        speaks = (self.weights[k, columns] - others) * values
        names = self._names
        said: list[str] = []
        for place in np.argsort(-speaks):
            piece = names[int(columns[place])]
            if speaks[place] <= 0 or len(said) == 3:
                break
            if len(piece) >= 2 and not piece.startswith("#") and not any(piece in one or one in piece for one in said):
                said.append(piece)
        return tuple(said)

    @property
    def _names(self) -> Sequence[str]:
        return _inverse(self)

    def save(self) -> bytes:
        """The model as the bytes of an NPZ file without pickle."""
        names = sorted(self.vocabulary, key=lambda piece: self.vocabulary[piece])
        head = json.dumps(
            {"format": FORMAT, "categories": self.categories, "vocabulary": names, "meta": self.meta},
            ensure_ascii=False,
        )
        out = io.BytesIO()
        np.savez_compressed(
            out, head=np.frombuffer(head.encode(), np.uint8), idf=self.idf, weights=self.weights.astype(np.float16),
            bias=self.bias,
        )  # fmt: skip
        return out.getvalue()

    @staticmethod
    def load(raw: bytes) -> Classifier:
        """Read a model.

        Raises
        ------
        Refusal
            ``text_model_unreadable``: no such file, cut short, of another format, or one that wants to unpickle.
        """
        try:
            with np.load(io.BytesIO(raw), allow_pickle=False) as found:
                head = json.loads(bytes(found["head"]).decode())
                if head["format"] != FORMAT:
                    raise MODEL_UNREADABLE(None, problem=f"format {str(head['format'])[:40]}")
                made = Classifier(
                    tuple(head["categories"]), {piece: at for at, piece in enumerate(head["vocabulary"])},
                    found["idf"].astype(np.float32), found["weights"].astype(np.float32),
                    found["bias"].astype(np.float32), dict(head["meta"]),
                )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise MODEL_UNREADABLE(None, problem=str(error)[:120] or "empty") from None
        k, m = len(made.categories), len(made.vocabulary)
        if made.weights.shape != (k, m) or made.bias.shape != (k,) or made.idf.shape != (m,) or not k:
            raise MODEL_UNREADABLE(None, problem="the shapes do not fit")
        return made


_INVERSE: dict[int, tuple[Classifier, list[str]]] = {}


def _inverse(model: Classifier) -> list[str]:
    kept = _INVERSE.get(id(model))
    if kept is None or kept[0] is not model:
        _INVERSE.clear()
        kept = (model, sorted(model.vocabulary, key=lambda piece: model.vocabulary[piece]))
        _INVERSE[id(model)] = kept
    return kept[1]


def normal_label(label: str) -> str:
    """Fold a label for comparing."""
    return fold(label)
