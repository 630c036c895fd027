"""What was opened, attached, merged, split and undone: facts, in order, that give the situations when played.

Nothing is taken away: undoing is a fact of its own, and what it undoes stays readable.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tidehub.kernel.errors import refusal_kind

SITUATION_CHANGE_REFUSED = refusal_kind(
    "situation_change_refused",
    zh="不能这样归并或拆分：{problem_zh}",
    en="The situations cannot be changed like this: {problem_en}",
    do_zh="请刷新后按现状重新操作。",
    do_en="Look at the present state and choose again.",
    category="conflict",
)


@dataclass(frozen=True)
class Opened:
    """A report began a situation."""

    situation: str
    report: str


@dataclass(frozen=True)
class Attached:
    """A report was joined to a situation, with the log-odds of its best link."""

    report: str
    situation: str
    score: float


@dataclass(frozen=True)
class Merged:
    """All reports of ``other`` moved to ``into``."""

    into: str
    other: str
    by: str


@dataclass(frozen=True)
class SplitOff:
    """Some reports left a situation for a new one."""

    situation: str
    new: str
    reports: tuple[str, ...]
    by: str


@dataclass(frozen=True)
class Undone:
    """The merge or split at this place of the journal counts no longer."""

    number: int
    by: str


JournalFact = Opened | Attached | Merged | SplitOff | Undone


@dataclass
class Journal:
    """The facts and the state they give.

    Examples
    --------
    >>> journal = Journal()
    >>> for number in "ab":
    ...     journal.play(Opened(f"S{number}", number))
    >>> journal.play(Merged("Sa", "Sb", by="person/duty"))
    >>> journal.situations()
    {'Sa': ('a', 'b')}
    >>> journal.play(Undone(2, by="person/duty"))
    >>> journal.situations()
    {'Sa': ('a',), 'Sb': ('b',)}
    """

    facts: list[JournalFact] = field(default_factory=list)
    _members: dict[str, dict[str, None]] = field(default_factory=dict)
    _of: dict[str, str] = field(default_factory=dict)

    def play(self, fact: JournalFact) -> None:
        """Take one fact in.

        Raises
        ------
        Refusal
            ``situation_change_refused``: it does not fit the state; nothing has changed.
        """
        if isinstance(fact, Undone):
            self._undo(fact)
        else:
            self._apply(fact)
            self.facts.append(fact)

    def situations(self) -> dict[str, tuple[str, ...]]:
        """Reports by situation, in the order they came; empty situations are left out."""
        return {name: tuple(members) for name, members in self._members.items() if members}

    def situation_of(self, report: str) -> str:
        """Where a report is now."""
        return self._of[report]

    def undoable(self) -> list[int]:
        """Places of the merges and splits that still count, newest first."""
        undone = {fact.number for fact in self.facts if isinstance(fact, Undone)}
        return [
            number
            for number in range(len(self.facts) - 1, -1, -1)
            if isinstance(self.facts[number], (Merged, SplitOff)) and number not in undone
        ]

    def _apply(self, fact: JournalFact) -> None:
        match fact:
            case Opened(situation, report):
                if report in self._of or self._members.get(situation):
                    raise _refused("报件已归入或编号已用", "the report or the name is taken")
                self._members[situation] = {report: None}
                self._of[report] = situation
            case Attached(report, situation, _):
                if report in self._of or not self._members.get(situation):
                    raise _refused("报件已归入或事态不存在", "the report is placed, or there is no such situation")
                self._members[situation][report] = None
                self._of[report] = situation
            case Merged(into, other, _):
                if into == other or not self._members.get(into) or not self._members.get(other):
                    raise _refused("两个事态须都存在且不同", "both situations must be there, and be two")
                self._move(tuple(self._members[other]), into)
            case SplitOff(situation, new, reports, _):
                members = self._members.get(situation, {})
                if not reports or not set(reports) < set(members) or self._members.get(new):
                    raise _refused("只能拆出其中一部分", "only a part of what is there can be split off")
                self._members.setdefault(new, {})
                self._move(reports, new)

    def _undo(self, fact: Undone) -> None:
        if fact.number not in self.undoable():
            raise _refused("该操作不存在或已撤销", "there is no such act, or it was undone")
        target = self.facts[fact.number]
        later: set[str] = set()
        for number in self.undoable():
            if number > fact.number:
                later |= _touched(self.facts[number])
        if later & _touched(target):
            raise _refused("之后又有归并或拆分，请先撤销后面的", "a later act rests on it; undo that one first")
        if isinstance(target, SplitOff):
            self._move(tuple(self._members[target.new]), target.situation)
        else:
            assert isinstance(target, Merged)
            self._move(self._before(fact.number, target.other), target.other)
        self.facts.append(fact)

    def _before(self, number: int, situation: str) -> tuple[str, ...]:
        """Reports of a situation just before a fact of the journal."""
        earlier = Journal()
        for fact in self.facts[:number]:
            earlier.play(fact)
        return tuple(earlier._members[situation])

    def _move(self, reports: tuple[str, ...], to: str) -> None:
        for report in reports:
            self._members[self._of[report]].pop(report)
            self._members[to][report] = None
            self._of[report] = to


def _touched(fact: JournalFact) -> set[str]:
    match fact:
        case Merged(into, other, _):
            return {into, other}
        case SplitOff(situation, new, _, _):
            return {situation, new}
    return set()


def _refused(zh: str, en: str) -> Exception:
    return SITUATION_CHANGE_REFUSED(None, problem_zh=zh, problem_en=en)
