"""The clock ledger: lines of what happened to a clock, and what follows from them.

Lines stand in the order in which they were recorded. ``at`` is when it happened, by evidence, which may lie
before the line above (a boat's arrival told late); nothing counts twice and nothing below zero. A clock may
stand still for several reasons at once (a hold, a state, a pending question); it counts when none is left.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from tidehub.methods.clocks.arithmetic import Counted, Moment, add_counted, elapsed, open_intervals
from tidehub.methods.clocks.model import Basis, WorkCalendar

Kind = Literal["started", "paused", "resumed", "extended", "reckoned", "passed", "stopped"]
Light = Literal["green", "yellow", "red", "none"]
YELLOW_AT_PERCENT = 80  # stage lights as implemented by Unicom's urban management: 0-80 green, 80-100 yellow, then red


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a clock's ledger.

    Parameters
    ----------
    kind, at
        What happened, and when out there.
    us
        ``started``, ``reckoned``: the limit in counted microseconds (``None`` for a stopwatch);
        ``extended``: the extra.
    reason
        ``paused``, ``resumed``: which of the reasons for standing still.
    why, owner
        ``passed`` is the line in which a clock goes on under another owner. For people: the reason in words
        or a key, and whose time it is from here on.
    """

    kind: Kind
    at: datetime
    us: int | None = None
    reason: str = ""
    why: str = ""
    owner: str = ""


class Standing(msgspec.Struct, frozen=True):
    """How a clock stands after its lines.

    Parameters
    ----------
    intervals
        Times in which it ran, closed ones; the running one begins at ``running_since``.
    pauses
        Reasons for which it stands still.
    turned_at
        The last instant at which a reason came or went; a later line cannot reach behind it, save a stop.
    """

    limit_us: int | None = None
    extended_us: int = 0
    intervals: tuple[tuple[datetime, datetime], ...] = ()
    running_since: datetime | None = None
    pauses: tuple[str, ...] = ()
    stopped_at: datetime | None = None
    started_at: datetime | None = None
    turned_at: datetime | None = None

    @property
    def total_us(self) -> int | None:
        """Limit with its extensions; ``None`` for a stopwatch."""
        return None if self.limit_us is None else self.limit_us + self.extended_us


class Row(msgspec.Struct, frozen=True):
    """One line of an explanation: from, to, how much of it counted, why, and whose time it was."""

    start: datetime
    end: datetime
    counted_us: int
    why: str
    owner: str = ""

    @property
    def counted_s(self) -> int:
        """Counted seconds, rounded down."""
        return self.counted_us // 1_000_000


def advance(standing: Standing, line: Line) -> Standing:
    """The standing after one more line. A line that cannot apply (a second start) changes nothing."""
    if line.kind == "started":
        if standing.started_at is not None:
            return standing
        return Standing(limit_us=line.us, running_since=line.at, started_at=line.at)
    if standing.started_at is None or standing.stopped_at is not None:
        return standing
    if line.kind == "passed":
        return standing
    if line.kind == "extended":
        return _with(standing, extended_us=standing.extended_us + max(0, line.us or 0))
    if line.kind == "reckoned":
        return _with(standing, limit_us=line.us)
    if line.kind in ("paused", "resumed"):
        return _turned(standing, line)
    at = max(line.at, standing.started_at)
    halted = _halt(standing, at)
    return _with(
        halted,
        stopped_at=at,
        pauses=(),
        intervals=tuple((begin, min(end, at)) for begin, end in halted.intervals if begin < at),
    )


def _turned(standing: Standing, line: Line) -> Standing:
    assert standing.started_at is not None
    if (line.reason in standing.pauses) == (line.kind == "paused"):
        return standing
    at = max(line.at, standing.turned_at or standing.started_at)
    if line.kind == "paused":
        pauses = (*standing.pauses, line.reason)
        return _with(_halt(standing, at), pauses=pauses, turned_at=at)
    pauses = tuple(reason for reason in standing.pauses if reason != line.reason)
    return _with(standing, pauses=pauses, turned_at=at, running_since=None if pauses else at)


def _with(standing: Standing, **changes: object) -> Standing:
    return msgspec.structs.replace(standing, **changes)


def _halt(standing: Standing, at: datetime) -> Standing:
    begin = standing.running_since
    if begin is None:
        return standing
    interval = (begin, max(begin, at))
    return _with(standing, running_since=None, intervals=(*standing.intervals, interval))


def standing_of(lines: Iterable[Line]) -> Standing:
    """How a clock stands after all its lines."""
    standing = Standing()
    for line in lines:
        standing = advance(standing, line)
    return standing


def counted(standing: Standing, until: datetime, basis: Basis, calendar: WorkCalendar) -> Counted:
    """Time that has counted up to an instant."""
    us, provisional = 0, False
    pieces = list(standing.intervals)
    if standing.running_since is not None:
        pieces.append((standing.running_since, max(until, standing.running_since)))
    for begin, end in pieces:
        piece = elapsed(begin, min(end, until), basis, calendar)
        us, provisional = us + piece.us, provisional or piece.provisional
    return Counted(us, provisional)


def remaining_us(standing: Standing, until: datetime, basis: Basis, calendar: WorkCalendar) -> int | None:
    """Counted time that is left; negative once it is over; ``None`` for a stopwatch."""
    total = standing.total_us
    return None if total is None else total - counted(standing, until, basis, calendar).us


def reaches(standing: Standing, us: int, basis: Basis, calendar: WorkCalendar) -> Moment | None:
    """When the running clock will have counted ``us``; ``None`` while it stands still or has stopped.

    An amount that it has counted already is reached at once, when it last went on.
    """
    if standing.running_since is None:
        return None
    before = counted(standing, standing.running_since, basis, calendar)
    moment = add_counted(standing.running_since, us - before.us, basis, calendar)
    return Moment(moment.at, moment.provisional or before.provisional)


def due_at(standing: Standing, basis: Basis, calendar: WorkCalendar) -> Moment | None:
    """When the limit will be over; ``None`` for a stopwatch and while the clock stands still."""
    total = standing.total_us
    return None if total is None else reaches(standing, total, basis, calendar)


def light(counted_us: int, total_us: int | None) -> Light:
    """Stage light: green below 80 % of the limit, yellow to 100 %, then red."""
    if total_us is None:
        return "none"
    if counted_us > total_us:
        return "red"
    return "yellow" if counted_us * 100 >= total_us * YELLOW_AT_PERCENT else "green"


def explain(lines: Sequence[Line], until: datetime, basis: Basis, calendar: WorkCalendar) -> list[Row]:
    """Tell line by line where a clock's time went, up to ``until``.

    Rows join without gap from the start to the stop (or ``until``). Each has one reason: ``counts`` (natural
    time), ``office_hours``, ``off_hours``, ``weekend``, ``holiday``, or ``paused:`` with the reasons for
    standing still. The counted times add up to :func:`counted`; a test holds the two ways of reckoning
    together.
    """
    pieces = _pieces(lines, until)
    rows: list[Row] = []
    for begin, end, why, owner in pieces:
        if why:
            rows.append(Row(begin, end, 0, f"paused:{why}", owner))
        elif basis == "natural":
            rows.append(Row(begin, end, elapsed(begin, end, basis, calendar).us, "counts", owner))
        else:
            for start, stop, state in open_intervals(begin, end, calendar):
                us = (stop - start) // _MICROSECOND if state == "office_hours" else 0
                rows.append(Row(start, stop, us, state, owner))
    return _joined(rows)


def _pieces(lines: Sequence[Line], until: datetime) -> list[tuple[datetime, datetime, str, str]]:
    """Cut the life of a clock where a reason comes or goes, or its owner changes."""
    start = next((line for line in lines if line.kind == "started"), None)
    if start is None:
        return []
    stop = next((line for line in lines if line.kind == "stopped"), None)
    end = max(start.at, min(stop.at, until)) if stop is not None else max(start.at, until)
    following = lines[lines.index(start) + 1 :]
    if stop is not None:
        following = following[: following.index(stop)]
    reasons, owners = _reasons(start, following), _owners(start, following)
    cuts = sorted({at for at, _ in (*reasons, *owners) if at < end} | {end})
    pieces = []
    for begin, finish in itertools.pairwise(cuts):
        why = [text for at, text in reasons if at <= begin][-1]
        owner = [text for at, text in owners if at <= begin][-1]
        pieces.append((begin, finish, why, owner))
    return pieces


def _reasons(start: Line, lines: Sequence[Line]) -> list[tuple[datetime, str]]:
    """From when on a clock stood still for which reasons; instants never go back."""
    at, reasons = start.at, list[str]()
    turns = [(at, "")]
    for line in lines:
        if line.kind == "paused" and line.reason not in reasons:
            reasons.append(line.reason)
        elif line.kind == "resumed" and line.reason in reasons:
            reasons.remove(line.reason)
        else:
            continue
        at = max(at, line.at)
        turns.append((at, "+".join(reasons)))
    return turns


def _owners(start: Line, lines: Sequence[Line]) -> list[tuple[datetime, str]]:
    """From when on a clock was whose time; instants never go back."""
    at = start.at
    turns = [(at, start.owner)]
    for line in lines:
        if line.owner and line.owner != turns[-1][1]:
            at = max(at, line.at)
            turns.append((at, line.owner))
    return turns


def _joined(rows: list[Row]) -> list[Row]:
    joined: list[Row] = []
    for row in rows:
        before = joined[-1] if joined else None
        if before is not None and (before.why, before.owner, before.end) == (row.why, row.owner, row.start):
            joined[-1] = Row(before.start, row.end, before.counted_us + row.counted_us, row.why, row.owner)
        else:
            joined.append(row)
    return joined


_MICROSECOND = datetime.resolution
