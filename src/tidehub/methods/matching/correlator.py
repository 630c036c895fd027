"""Placing reports one by one: the best link over the threshold, or a situation of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tidehub.methods.matching.index import Index
from tidehub.methods.matching.journal import Attached, Journal, Merged, Opened
from tidehub.methods.matching.model import Band, Link, Report
from tidehub.methods.matching.prepare import Prepared, Preparer
from tidehub.methods.matching.score import Card, Weights, compare, default_weights

REPRESENTATIVES_MAX = 6
SUGGESTED_MAX = 3
MEAN_SLACK = 0.5
"""By how much a report may lie below the threshold on average over a situation that its best link attaches it to."""


@dataclass
class Situation:
    """An open situation: what is known of it now."""

    id: str
    reports: list[Prepared] = field(default_factory=list)

    def representatives(self) -> list[Prepared]:
        """Those a newcomer is compared with: the first two and the last ones, so that the cost stays the same."""
        if len(self.reports) <= REPRESENTATIVES_MAX:
            return self.reports
        return [*self.reports[:2], *self.reports[2 - REPRESENTATIVES_MAX :]]

    @property
    def confidence(self) -> float:
        """How surely there is something: grows with independent sources, not with one sender's repetition.

        1 − 0.55^s for s sources, where senders that are unknown count once for each door.
        """
        sources = {(one.report.source, one.report.reporter or one.report.id) for one in self.reports}
        return 1.0 - 0.55 ** len(sources)


@dataclass(frozen=True)
class Placement:
    """Where one report went, and why."""

    report: str
    situation: str
    band: Band
    """``attach``: joined by itself. ``suggest``: opened its own, and a person is asked. ``separate``: its own."""
    link: Link | None
    suggested: tuple[tuple[str, Link], ...]
    compared: int
    """With how many reports it was compared: bounded, whatever the number of open situations."""


class Correlator:
    """Takes reports in order of arrival and places each once.

    Parameters
    ----------
    preparer
        Features and what has been learnt about words and names.
    weights
        Score card and thresholds.

    Notes
    -----
    A report costs at most ``CANDIDATES_MAX × REPRESENTATIVES_MAX`` comparisons. State is derived: the facts are in
    ``journal``, and playing them again gives the same situations.
    """

    def __init__(self, preparer: Preparer | None = None, weights: Weights | None = None) -> None:
        self.preparer = preparer or Preparer()
        self.weights = weights or default_weights()
        self.journal = Journal()
        self.prepared: dict[str, Prepared] = {}
        self.situations: dict[str, Situation] = {}
        self.index = Index()

    def add(self, report: Report, *, learn: bool = True) -> Placement:
        """Place one report.

        Raises
        ------
        ValueError
            The id was placed before; the same report is never placed twice.
        """
        if report.id in self.prepared:
            raise ValueError(f"the report {report.id} was placed before")
        prepared = self.preparer.prepare(report, learn=learn)
        self.prepared[report.id] = prepared
        codes = self._codes(prepared)
        scored, compared = [], 0
        for name in self.index.candidates(prepared, codes):
            situation = self.situations.get(name)
            if situation is None:
                continue
            judged = self._judge(prepared, situation)
            compared += min(len(situation.reports), REPRESENTATIVES_MAX)
            if judged is not None and judged[0] != "separate":
                scored.append((judged[1].score, judged[0], judged[1], name))
        scored.sort(key=lambda row: (-row[0], row[3]))
        attach = next((row for row in scored if row[1] == "attach"), None)
        if attach is not None:
            target, link = attach[3], self.link(attach[2])
            self.journal.play(Attached(report.id, target, link.score))
        else:
            target, link = f"S{len(self.journal.facts) + 1}", None
            self.journal.play(Opened(target, report.id))
            self.situations[target] = Situation(target)
        self.situations[target].reports.append(prepared)
        self.index.add(target, prepared, codes)
        others = tuple((row[3], self.link(row[2])) for row in scored if row[3] != target)[:SUGGESTED_MAX]
        band: Band = "attach" if link else "suggest" if others else "separate"
        return Placement(report.id, target, band, link, others, compared)

    def merge(self, into: str, other: str, *, by: str) -> Merged:
        """Make one situation of two; a person's act, or a proposal that was accepted. Undo by the journal."""
        fact = Merged(into, other, by)
        self.journal.play(fact)
        self.rebuild()
        return fact

    def rebuild(self) -> None:
        """Bring situations and index in line with the journal after people have changed it."""
        self.situations = {}
        self.index = Index()
        for name, members in self.journal.situations().items():
            situation = Situation(name, [self.prepared[member] for member in members])
            situation.reports.sort(key=lambda one: one.report.at_s)
            self.situations[name] = situation
            for one in situation.reports:
                self.index.add(name, one, self._codes(one))

    def link(self, card: Card) -> Link:
        """Make a link for people of a compared pair."""
        return Link(
            card.a.report.id, card.b.report.id, round(card.score, 4), round(card.probability, 4), card.band,
            card.terms(self.weights),
        )  # fmt: skip

    def proposals(self) -> list[tuple[str, str, Card]]:
        """Pairs of situations that belong together by the mean over their reports, surest first."""
        found, seen = [], set()
        for situation in self.situations.values():
            for one in situation.representatives():
                for name in self.index.candidates(one, self._codes(one)):
                    pair = tuple(sorted((situation.id, name), key=_number))
                    if name == situation.id or name not in self.situations or pair in seen:
                        continue
                    seen.add(pair)
                    card = self._between(self.situations[pair[0]], self.situations[pair[1]])
                    if card is not None:
                        found.append((pair[0], pair[1], card))
        return sorted(found, key=lambda row: -row[2].score)

    def _codes(self, prepared: Prepared) -> list[str]:
        return sorted(prepared.topics, key=lambda code: -prepared.topics[code])[:2]

    def _judge(self, prepared: Prepared, situation: Situation) -> tuple[Band, Card] | None:
        cards = [compare(prepared, one, self.preparer, self.weights) for one in situation.representatives()]
        known = [card for card in cards if card is not None]
        if not known:
            return None
        best = max(known, key=lambda card: (card.band == "attach", card.score))
        mean = sum(max(card.score, -6.0) if card else -4.0 for card in cards) / len(cards)
        if best.band == "attach" and mean < self.weights.attach - MEAN_SLACK:
            return "suggest", best
        return best.band, best

    def _between(self, a: Situation, b: Situation) -> Card | None:
        cards = [
            compare(x, y, self.preparer, self.weights) for x in a.representatives()[:6] for y in b.representatives()[:6]
        ]
        known = [card for card in cards if card is not None]
        if not known:
            return None
        mean = sum(max(card.score, -8.0) if card else -5.0 for card in cards) / len(cards)
        best = max(known, key=lambda card: (card.band == "attach", card.score))
        return best if best.band == "attach" and mean >= self.weights.attach - 1.0 else None


def _number(name: str) -> tuple[int, str]:
    return (int(name[1:]), "") if name[1:].isdigit() else (1 << 60, name)


@dataclass
class Correlated:
    """What a whole file came to."""

    correlator: Correlator
    placements: list[Placement]
    merged: list[tuple[str, str, Link]]


def correlate(
    reports: Sequence[Report], *, preparer: Preparer | None = None, weights: Weights | None = None
) -> Correlated:
    """Correlate reports that all lie on the table.

    The rarity of words and names is counted over all of them first; then each is placed in the order of time, by
    the very way a live one goes; then situations whose reports agree on average are merged, which is a fact like
    any other and can be undone.

    Parameters
    ----------
    reports
        In any order, ids unique.
    """
    preparer = preparer or Preparer()
    preparer.count(reports)
    correlator = Correlator(preparer, weights)
    ordered = sorted(reports, key=lambda one: (one.at_s, one.id))
    placements = [correlator.add(one, learn=False) for one in ordered]
    merged: list[tuple[str, str, Link]] = []
    for _ in range(3):
        gone: set[str] = set()
        for into, other, card in correlator.proposals():
            if into not in gone and other not in gone:
                correlator.journal.play(Merged(into, other, "correlation"))
                merged.append((into, other, correlator.link(card)))
                gone |= {into, other}
        if not gone:
            break
        correlator.rebuild()
    return Correlated(correlator, placements, merged)
