"""Which open situations a report could belong to, found in a time that does not grow with their number.

Four keys lead to candidates: the cell of the ground (and its eight neighbours), names, rare phrases, the sender.
A key keeps only the situations touched last, so that no crowd of old ones under one key is ever walked through.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import nlargest

from tidehub.methods.matching.prepare import Prepared

CELL_M = 250.0
KEPT_PER_KEY = 12
CANDIDATES_MAX = 12
VOTES = {"reporter": 5, "plate": 5, "copy": 4, "name": 3, "rare": 2, "cell": 2, "part": 1}


@dataclass
class Index:
    """Key to the situations touched last under it, newest last."""

    keys: dict[tuple[str, ...], OrderedDict[str, None]] = field(default_factory=dict)

    def add(self, situation: str, prepared: Prepared, codes: Iterator[str] | list[str]) -> None:
        """Let a situation be found by one of its reports."""
        for key in self._own(prepared, list(codes)):
            kept = self.keys.setdefault(key, OrderedDict())
            kept[situation] = None
            kept.move_to_end(situation)
            if len(kept) > KEPT_PER_KEY:
                kept.popitem(last=False)

    def candidates(self, prepared: Prepared, codes: list[str]) -> list[str]:
        """Situations that share a key, those with most shared keys first; at most ``CANDIDATES_MAX``."""
        votes: dict[str, int] = {}
        for key in self._asked(prepared, codes):
            for situation in self.keys.get(key, ()):
                votes[situation] = votes.get(situation, 0) + VOTES[key[0]]
        return nlargest(CANDIDATES_MAX, votes, key=votes.__getitem__)

    def forget(self, situation: str) -> None:
        """Take a situation out everywhere (it was merged or closed). Rare, so it may walk all keys."""
        for kept in self.keys.values():
            kept.pop(situation, None)

    def _own(self, prepared: Prepared, codes: list[str]) -> Iterator[tuple[str, ...]]:
        if prepared.x_m is not None and prepared.y_m is not None:
            cell = (str(int(prepared.x_m // CELL_M)), str(int(prepared.y_m // CELL_M)))
            for code in codes or [""]:
                yield ("cell", *cell, code)
            yield ("cell", *cell, "*")
        yield from self._by_words(prepared, codes)

    def _asked(self, prepared: Prepared, codes: list[str]) -> Iterator[tuple[str, ...]]:
        if prepared.x_m is not None and prepared.y_m is not None:
            column, row = int(prepared.x_m // CELL_M), int(prepared.y_m // CELL_M)
            for dx in (-1, 0, 1):
                for dy in (-1, 0, 1):
                    for code in [*codes, "*"]:
                        yield ("cell", str(column + dx), str(row + dy), code)
        yield from self._by_words(prepared, codes)

    def _by_words(self, prepared: Prepared, codes: list[str]) -> Iterator[tuple[str, ...]]:
        for name in prepared.places.names:
            yield ("name", name.key, "*")
            for code in codes:
                yield ("name", name.key, code)
            if len(name.key) >= 3:  # one character typed by its sound still finds the other
                yield ("part", name.key[1:])
                yield ("part", name.key[0] + "?" + name.key[2:])
        for phrase in prepared.rare:
            yield ("rare", phrase)
        if prepared.report.reporter:
            yield ("reporter", prepared.report.reporter)
        for plate in prepared.places.plates:
            yield ("plate", plate)
        if len(prepared.copy_key) >= 12:
            yield ("copy", prepared.copy_key)
