"""How well situations agree with what people say belongs together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """Pairs of reports put together rightly, wrongly, not at all; and B-cubed.

    ``false_merges`` is the share of situations of two or more that mix incidents: each may hide a citizen.
    """

    pairs_right: int
    pairs_wrong: int
    pairs_missed: int
    b3_precision: float
    b3_recall: float
    false_merges: float

    @property
    def precision(self) -> float:
        """Of the pairs put together, the share that belongs together."""
        made = self.pairs_right + self.pairs_wrong
        return self.pairs_right / made if made else 1.0

    @property
    def recall(self) -> float:
        """Of the pairs that belong together, the share put together."""
        true = self.pairs_right + self.pairs_missed
        return self.pairs_right / true if true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def agreement(made: Mapping[str, str], true: Mapping[str, str]) -> Agreement:
    """Compare two partitions of the reports that stand in both.

    Parameters
    ----------
    made, true
        Report to situation, report to incident.

    Notes
    -----
    B-cubed: Bagga & Baldwin (1998). Cost: linear in the reports.
    """
    both = [report for report in made if report in true]
    joint = Counter((made[report], true[report]) for report in both)
    rows, columns = Counter(made[report] for report in both), Counter(true[report] for report in both)
    right = sum(n * (n - 1) // 2 for n in joint.values())
    put = sum(n * (n - 1) // 2 for n in rows.values())
    belong = sum(n * (n - 1) // 2 for n in columns.values())
    total = len(both) or 1
    mixed = _mixed(joint)
    several = sum(1 for n in rows.values() if n > 1)
    return Agreement(
        right, put - right, belong - right,
        sum(n * n / rows[row] for (row, _), n in joint.items()) / total,
        sum(n * n / columns[column] for (_, column), n in joint.items()) / total,
        len(mixed) / several if several else 0.0,
    )  # fmt: skip


def _mixed(joint: Counter[tuple[str, str]]) -> set[str]:
    seen: Counter[str] = Counter(row for row, _ in joint)
    return {row for row, n in seen.items() if n > 1}


def pair_agreement(made: set[frozenset[str]], true: set[frozenset[str]]) -> tuple[float, float]:
    """Precision and recall of a set of pairs."""
    right = len(made & true)
    return (right / len(made) if made else 1.0), (right / len(true) if true else 1.0)
