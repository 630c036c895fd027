"""What an operator sees of the beat and may do about it: waiting, parked, try again, discard.

A follow-up or timer that cannot be done is parked with its problem, never dropped. Trying again and
discarding are commands like any other, so that it is on record who decided it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal

import msgspec

from tidehub.hub.log import Reader, Recorded
from tidehub.hub.registry import Capability, Handler
from tidehub.hub.statement import Write, sql
from tidehub.kernel.access import Rule, rule
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.facts import Command, Fact
from tidehub.kernel.instants import from_us, to_us

Matter = Literal["follow_up", "timer"]
_OPERATORS = rule("administrator", "duty_officer")


class RetryParked(Command, frozen=True, kw_only=True):
    """Try something parked again, from its first attempt."""

    rule: ClassVar[Rule] = _OPERATORS
    matter: Matter
    key: str

    @property
    def stream(self) -> str:
        """One chain per parked thing."""
        return f"operating/{self.matter}/{self.key}"


class DiscardParked(Command, frozen=True, kw_only=True):
    """Give something parked up, and say why."""

    rule: ClassVar[Rule] = _OPERATORS
    matter: Matter
    key: str
    reason: str

    @property
    def stream(self) -> str:
        """One chain per parked thing."""
        return f"operating/{self.matter}/{self.key}"


class ParkedRetried(Fact, frozen=True, kw_only=True):
    """Something parked was taken up again."""

    matter: Matter
    key: str
    about: str
    problem: str

    @property
    def stream(self) -> str:
        """One chain per parked thing."""
        return f"operating/{self.matter}/{self.key}"


class ParkedDiscarded(Fact, frozen=True, kw_only=True):
    """Something parked was given up; what it was stays readable here."""

    matter: Matter
    key: str
    about: str
    problem: str
    reason: str

    @property
    def stream(self) -> str:
        """One chain per parked thing."""
        return f"operating/{self.matter}/{self.key}"


class Parked(msgspec.Struct, frozen=True):
    """A follow-up or timer that waits for an operator.

    Parameters
    ----------
    matter, key
        Which it is; what :class:`RetryParked` and :class:`DiscardParked` name it by.
    about
        The flow and the fact that it follows, or the timer's kind and chain.
    """

    matter: Matter
    key: str
    about: str
    attempts: int
    problem: str


class Waiting(msgspec.Struct, frozen=True):
    """A follow-up or timer that is open.

    Parameters
    ----------
    due_at
        When it was, or is, due; a troubled one is tried again at ``try_at``.
    problem
        What went wrong with it last, or ``""``.
    """

    matter: Matter
    key: str
    about: str
    due_at: datetime
    try_at: datetime
    attempts: int
    problem: str


class Backlog(msgspec.Struct, frozen=True):
    """How much waits: follow-ups, timers, what is parked, and the age of the oldest that is due."""

    follow_ups_due: int
    follow_ups_open: int
    follow_ups_troubled: int
    timers_due: int
    timers_open: int
    parked: int
    oldest_due_s: float


_FOLLOW_UP = sql("SELECT flow, stream, version, problem FROM follow_up WHERE id = :key AND state = 'parked' FOR UPDATE")
_TIMER = sql("SELECT kind, stream, problem FROM timer WHERE key = :key AND state = 'parked' FOR UPDATE")
_RETRY_FOLLOW_UP = sql(
    "UPDATE follow_up SET state = 'open', attempts = 0, due_us = :at_us WHERE id = :key AND state = 'parked'"
)
_RETRY_TIMER = sql(
    "UPDATE timer SET state = 'open', attempts = 0, try_us = :at_us WHERE key = :key AND state = 'parked'"
)
_DISCARD_FOLLOW_UP = sql("DELETE FROM follow_up WHERE id = :key AND state = 'parked'")
_DISCARD_TIMER = sql("DELETE FROM timer WHERE key = :key AND state = 'parked'")
_PARKED_FOLLOW_UPS = sql(
    "SELECT id, flow, stream, version, attempts, problem FROM follow_up"
    " WHERE state = 'parked' AND id > :after ORDER BY id LIMIT :limit"
)
_PARKED_TIMERS = sql(
    "SELECT key, kind, stream, attempts, problem FROM timer"
    " WHERE state = 'parked' AND key > :after ORDER BY key LIMIT :limit"
)
_COUNT_FOLLOW_UPS = sql(
    "SELECT COUNT(CASE WHEN state = 'open' AND due_us <= :now_us THEN 1 END) AS due,"
    " COUNT(CASE WHEN state = 'open' THEN 1 END) AS open,"
    " COUNT(CASE WHEN state = 'open' AND attempts > 0 THEN 1 END) AS troubled,"
    " COUNT(CASE WHEN state = 'parked' THEN 1 END) AS parked,"
    " MIN(CASE WHEN state = 'open' THEN due_us END) AS oldest_us FROM follow_up"
)
_COUNT_TIMERS = sql(
    "SELECT COUNT(CASE WHEN state = 'open' AND try_us <= :now_us THEN 1 END) AS due,"
    " COUNT(CASE WHEN state = 'open' THEN 1 END) AS open,"
    " COUNT(CASE WHEN state = 'parked' THEN 1 END) AS parked,"
    " MIN(CASE WHEN state = 'open' THEN due_us END) AS oldest_us FROM timer"
)


_OPEN_FOLLOW_UPS = sql(
    "SELECT id, flow, stream, version, due_us, attempts, problem FROM follow_up"
    " WHERE state = 'open' ORDER BY attempts DESC, due_us, id LIMIT :limit"
)
_OPEN_TIMERS = sql(
    "SELECT key, kind, stream, due_us, try_us, attempts, problem FROM timer"
    " WHERE state = 'open' ORDER BY try_us, key LIMIT :limit"
)


async def open_follow_ups(reader: Reader, *, limit: int = 100) -> list[Waiting]:
    """Follow-ups that are on their way, those in trouble first."""
    return [
        Waiting(
            "follow_up",
            str(row["id"]),
            _about_follow_up(row),
            from_us(row["due_us"]),
            from_us(row["due_us"]),
            row["attempts"],
            row["problem"] or "",
        )
        for row in await reader.fetch(_OPEN_FOLLOW_UPS, limit=limit)
    ]


async def open_timers(reader: Reader, *, limit: int = 100) -> list[Waiting]:
    """Timers that run, the next first."""
    return [
        Waiting(
            "timer",
            row["key"],
            _about_timer(row),
            from_us(row["due_us"]),
            from_us(row["try_us"]),
            row["attempts"],
            row["problem"] or "",
        )
        for row in await reader.fetch(_OPEN_TIMERS, limit=limit)
    ]


async def backlog(reader: Reader, now: datetime) -> Backlog:
    """Count what waits. Reads both tables whole; for a page of the operator, not for every second."""
    now_us = to_us(now)
    follow_ups = await reader.fetch_one(_COUNT_FOLLOW_UPS, now_us=now_us)
    timers = await reader.fetch_one(_COUNT_TIMERS, now_us=now_us)
    assert follow_ups is not None, "a count has a row"
    assert timers is not None, "a count has a row"
    oldest = [row["oldest_us"] for row in (follow_ups, timers) if row["oldest_us"] is not None]
    return Backlog(
        follow_ups_due=follow_ups["due"],
        follow_ups_open=follow_ups["open"],
        follow_ups_troubled=follow_ups["troubled"],
        timers_due=timers["due"],
        timers_open=timers["open"],
        parked=follow_ups["parked"] + timers["parked"],
        oldest_due_s=max(0, now_us - min(oldest, default=now_us)) / 1e6,
    )


async def parked_follow_ups(reader: Reader, *, after: int = 0, limit: int = 50) -> list[Parked]:
    """Follow-ups that wait for an operator, oldest first; ``after`` is the last key of the page before."""
    rows = await reader.fetch(_PARKED_FOLLOW_UPS, after=after, limit=limit)
    return [
        Parked("follow_up", str(row["id"]), _about_follow_up(row), row["attempts"], row["problem"] or "")
        for row in rows
    ]


async def parked_timers(reader: Reader, *, after: str = "", limit: int = 50) -> list[Parked]:
    """Timers that wait for an operator, by key; ``after`` is the last key of the page before."""
    rows = await reader.fetch(_PARKED_TIMERS, after=after, limit=limit)
    return [Parked("timer", row["key"], _about_timer(row), row["attempts"], row["problem"] or "") for row in rows]


def _about_follow_up(row: Any) -> str:
    return f"{row['flow']} {row['stream']}@{row['version']}"


def _about_timer(row: Any) -> str:
    return f"{row['kind']} {row['stream']}"


def _key(matter: Matter, key: str) -> int | str:
    return int(key) if matter == "follow_up" and key.isdigit() else key


async def _load(reader: Reader, command: RetryParked | DiscardParked) -> tuple[str, str]:
    if command.matter == "follow_up":
        row = await reader.fetch_one(_FOLLOW_UP, key=int(command.key)) if command.key.isdigit() else None
        about = _about_follow_up
    else:
        row = await reader.fetch_one(_TIMER, key=command.key)
        about = _about_timer
    if row is None:
        raise NOT_FOUND("key", what=command.matter, id=command.key[:80])
    return about(row), row["problem"] or ""


def _retry(state: tuple[str, str], command: RetryParked, _now: datetime) -> Sequence[Fact]:
    about, problem = state
    return [ParkedRetried(matter=command.matter, key=command.key, about=about, problem=problem)]


def _discard(state: tuple[str, str], command: DiscardParked, _now: datetime) -> Sequence[Fact]:
    about, problem = state
    return [
        ParkedDiscarded(matter=command.matter, key=command.key, about=about, problem=problem, reason=command.reason)
    ]


def _project(recorded: Recorded) -> Iterable[Write]:
    fact = recorded.fact
    if isinstance(fact, ParkedRetried):
        statement = _RETRY_FOLLOW_UP if fact.matter == "follow_up" else _RETRY_TIMER
        yield Write(statement, {"key": _key(fact.matter, fact.key), "at_us": to_us(recorded.at)})
    elif isinstance(fact, ParkedDiscarded):
        statement = _DISCARD_FOLLOW_UP if fact.matter == "follow_up" else _DISCARD_TIMER
        yield Write(statement, {"key": _key(fact.matter, fact.key)})


def capability() -> Capability:
    """Give the operator's commands; ``app.py`` mounts it with the others."""
    return Capability(
        name="operating",
        handlers=(
            Handler(RetryParked, _load, _retry),
            Handler(DiscardParked, _load, _discard),
        ),
        facts=(ParkedRetried, ParkedDiscarded),
        project=_project,
    )
