"""From what happens to a case to what happens to its clocks. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.cases.facts import (
    ClockBreached,
    ClockEscalated,
    ClockExtended,
    ClockPassed,
    ClockPaused,
    ClockReckoned,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    ClockWarned,
)
from tidehub.capabilities.cases.model import Clock, Limit, Signal
from tidehub.capabilities.cases.state import CaseState, ClockRun
from tidehub.kernel.facts import Fact
from tidehub.methods.clocks import (
    Duration,
    Line,
    WorkCalendar,
    counted,
    due_at,
    limit_us,
    nominal_us,
    reaches,
)

IN_STATE = "state"
JOINED = "joined"
HOLD = "hold/"
ASKED = "asked/"


def line_of(fact: Fact) -> Line | None:
    """The ledger line that a clock fact adds, or ``None`` for a signal, which moves nothing."""
    match fact:
        case ClockStarted():
            return Line("started", fact.at, us=fact.limit_us, why=fact.why, owner=fact.owner)
        case ClockPaused():
            return Line("paused", fact.at, reason=fact.reason, why=fact.why, owner=fact.owner)
        case ClockResumed():
            return Line("resumed", fact.at, reason=fact.reason, why=fact.why, owner=fact.owner)
        case ClockExtended():
            return Line("extended", fact.at, us=fact.extra_us, why=fact.why)
        case ClockReckoned():
            return Line("reckoned", fact.at, us=fact.limit_us, why=fact.why)
        case ClockPassed():
            return Line("passed", fact.at, why=fact.why, owner=fact.owner)
        case ClockStopped():
            return Line("stopped", fact.at, why=fact.why, owner=fact.owner)
    return None


class ClockWork:
    """The clocks of one case during one decision: each step gives its facts and takes effect at once.

    Parameters
    ----------
    case
        The case; the caller replaces ``case`` as it changes, so that limits and owners are judged by what
        holds.
    now
        When it is recorded.
    """

    def __init__(self, case: CaseState, now: datetime) -> None:
        self.case = case
        self.now = now
        self._latest: dict[str, ClockRun] = {}
        for run in case.clocks:
            known = self._latest.get(run.clock)
            if known is None or run.run > known.run:
                self._latest[run.clock] = run

    # -- what a case knows of its clocks ------------------------------------------------------------

    def going(self) -> list[ClockRun]:
        """Runs that have not stopped, in the order of the lifecycle."""
        return [
            run
            for name in self.case.lifecycle.clocks
            if (run := self._latest.get(name)) is not None and not run.stopped
        ]

    def latest(self, clock: str) -> ClockRun | None:
        """The last run of a clock."""
        return self._latest.get(clock)

    def earliest_due(self) -> datetime | None:
        """When the first of the running clocks is due."""
        return min((run.due_at for run in self.going() if run.due_at is not None), default=None)

    # -- what happens to them ------------------------------------------------------------

    def react(self, triggers: frozenset[str], at: datetime, *, why: str, evidence: str = "") -> list[Fact]:
        """Stop and start what the triggers (``state:X``, ``move:X``, ``fact:X``, ``opened`` ...) stop and
        start."""
        facts: list[Fact] = []
        for name, clock in self.case.lifecycle.clocks.items():
            run = self._latest.get(name)
            if run is not None and not run.stopped and triggers.intersection(clock.stops):
                facts.append(self._stop(run, at, why, evidence))
                run = self._latest[name]
            if triggers.intersection(clock.starts) and (run is None or (run.stopped and clock.repeats)):
                facts.append(self._start(name, clock, at, why))
        return facts

    def enter(self, state: str, at: datetime, *, why: str) -> list[Fact]:
        """Let the clocks stand still or go on as the state wants; in a final one they all stop."""
        facts: list[Fact] = []
        final = self.case.lifecycle.states[state].final
        for run in self.going():
            clock = self.case.lifecycle.clocks[run.clock]
            pauses = run.standing.pauses
            if final:
                facts.append(self._stop(run, at, why, ""))
            elif state in clock.pauses_in and IN_STATE not in pauses:
                facts.append(self._pause(run, at, IN_STATE, why, None))
            elif state not in clock.pauses_in and IN_STATE in pauses:
                facts.append(self._resume(run, at, IN_STATE, why))
        return facts

    def pass_on(self, at: datetime, *, why: str) -> list[Fact]:
        """Say whose time it is from now on, where that has changed."""
        facts: list[Fact] = []
        for run in self.going():
            owner = self._owner(self.case.lifecycle.clocks[run.clock])
            if owner and owner != run.owner:
                fact = ClockPassed(case_id=self.case.case_id, clock=run.clock, run=run.run, at=at, owner=owner, why=why)
                self._take(msgspec.structs.replace(run, owner=owner), fact)
                facts.append(fact)
        return facts

    def pause(
        self, clocks: Iterable[str], at: datetime, reason: str, *, why: str, until: datetime | None = None
    ) -> list[Fact]:
        """Let clocks stand still for a reason."""
        return [
            self._pause(run, at, reason, why, until)
            for run in self.going()
            if run.clock in set(clocks) and reason not in run.standing.pauses
        ]

    def resume(self, at: datetime, reason: str, *, why: str) -> list[Fact]:
        """Take a reason for standing still from every clock that has it; ``hold/`` takes every hold."""
        facts: list[Fact] = []
        for run in self.going():
            facts += [
                self._resume(self._latest[run.clock], at, pause, why)
                for pause in run.standing.pauses
                if pause == reason or (reason.endswith("/") and pause.startswith(reason))
            ]
        return facts

    def extend(self, clock: str, at: datetime, amount: Duration, *, why: str) -> list[Fact]:
        """Give a clock more time; a work day is worth the open time of an ordinary one."""
        run = self._latest.get(clock)
        if run is None or run.stopped or run.standing.limit_us is None:
            return []
        calendar = self._calendar(run)
        extra_us = nominal_us(amount, calendar)
        so_far = counted(run.standing, self.now, run.basis, calendar)
        longer = msgspec.structs.replace(
            run, lines=(*run.lines, Line("extended", at, us=extra_us)), signalled_us=so_far.us
        )
        due, signal, provisional = self._ahead(longer)
        fact = ClockExtended(
            case_id=self.case.case_id,
            clock=clock,
            run=run.run,
            at=at,
            counted_us=so_far.us,
            amount=amount,
            extra_us=extra_us,
            why=why,
            due_at=due,
            next_signal_at=signal,
            provisional=provisional,
        )
        self._take(msgspec.structs.replace(run, due_at=due, signalled_us=so_far.us), fact)
        return [fact]

    def signal(self, clock: str, number: int) -> list[tuple[Fact, Signal]]:
        """Give the signals of a running clock whose time has come, with what each asks for."""
        run = self._latest.get(clock)
        if run is None or run.run != number or run.standing.running_since is None:
            return []
        calendar = self._calendar(run)
        so_far = counted(run.standing, self.now, run.basis, calendar).us
        given: list[tuple[Fact, Signal]] = []
        for threshold, percent, signal in self._signals(run):
            if not run.signalled_us < threshold <= so_far:
                continue
            run = msgspec.structs.replace(run, signalled_us=threshold)
            kind = ClockWarned if percent < 100 else ClockBreached if percent == 100 else ClockEscalated
            given.append(
                (
                    kind(
                        case_id=self.case.case_id,
                        clock=clock,
                        run=number,
                        percent=percent,
                        threshold_us=threshold,
                        message=signal.message,
                        level=signal.level,
                        owner=run.owner,
                        due_at=run.due_at,
                        next_signal_at=self._ahead(run)[1],
                    ),
                    signal,
                )
            )
        self._latest[clock] = run
        return given

    def reckon(self, *, why: str) -> list[Fact]:
        """Reckon limits and dues anew by today's calendars; says something only where a due changes."""
        facts: list[Fact] = []
        for run in self.going():
            if run.limit is None:
                continue
            start = run.standing.started_at
            assert start is not None
            us = limit_us(start, run.limit, self._calendar(run))
            anew = msgspec.structs.replace(run, lines=(*run.lines, Line("reckoned", self.now, us=us.us)))
            due, signal, provisional = self._ahead(anew)
            if due == run.due_at and us.us == run.standing.limit_us:
                continue
            fact = ClockReckoned(
                case_id=self.case.case_id,
                clock=run.clock,
                run=run.run,
                at=self.now,
                why=why,
                before_us=run.standing.limit_us or 0,
                limit_us=us.us,
                due_at=due,
                next_signal_at=signal,
                provisional=provisional or us.provisional,
            )
            self._take(msgspec.structs.replace(run, due_at=due), fact)
            facts.append(fact)
        return facts

    # -- one clock ------------------------------------------------------------

    def _start(self, name: str, clock: Clock, at: datetime, why: str) -> Fact:
        before = self._latest.get(name)
        calendar = self.case.calendars.of(clock.calendar or self.case.lifecycle.calendar, self.case.responsible_unit)
        limit, source = limit_of(self.case, clock, at)
        us = limit_us(at, limit, calendar) if limit is not None else None
        run = ClockRun(
            clock=name,
            run=(before.run if before else 0) + 1,
            basis=limit.basis if limit is not None else "natural",
            calendar=calendar.name,
            lines=(),
            limit=limit,
            owner=self._owner(clock),
        )
        line = Line("started", at, us=us.us if us else None)
        due, signal, provisional = self._ahead(msgspec.structs.replace(run, lines=(line,)), calendar)
        fact = ClockStarted(
            case_id=self.case.case_id,
            clock=name,
            run=run.run,
            at=at,
            basis=run.basis,
            calendar=calendar.name,
            limit=limit,
            limit_us=us.us if us else None,
            owner=run.owner,
            source=source,
            why=why,
            due_at=due,
            next_signal_at=signal,
            provisional=provisional or bool(us and us.provisional),
        )
        self._take(msgspec.structs.replace(run, due_at=due), fact)
        return fact

    def _pause(self, run: ClockRun, at: datetime, reason: str, why: str, until: datetime | None) -> Fact:
        calendar = self._calendar(run)
        fact = ClockPaused(
            case_id=self.case.case_id,
            clock=run.clock,
            run=run.run,
            at=at,
            reason=reason,
            why=why,
            until=until,
            counted_us=counted(run.standing, at, run.basis, calendar).us,
        )
        self._take(msgspec.structs.replace(run, due_at=None), fact)
        return fact

    def _resume(self, run: ClockRun, at: datetime, reason: str, why: str) -> Fact:
        ahead = msgspec.structs.replace(run, lines=(*run.lines, Line("resumed", at, reason=reason)))
        due, signal, provisional = self._ahead(ahead)
        fact = ClockResumed(
            case_id=self.case.case_id,
            clock=run.clock,
            run=run.run,
            at=at,
            reason=reason,
            runs=ahead.standing.running_since is not None,
            why=why,
            due_at=due,
            next_signal_at=signal,
            provisional=provisional,
        )
        self._take(msgspec.structs.replace(run, due_at=due), fact)
        return fact

    def _stop(self, run: ClockRun, at: datetime, why: str, evidence: str) -> Fact:
        calendar = self._calendar(run)
        started = run.standing.started_at
        at = max(at, started) if started is not None else at
        so_far = counted(run.standing, at, run.basis, calendar).us
        total = run.standing.total_us
        fact = ClockStopped(
            case_id=self.case.case_id,
            clock=run.clock,
            run=run.run,
            at=at,
            counted_us=so_far,
            over_us=max(0, so_far - total) if total is not None else 0,
            why=why,
            evidence=evidence,
            owner=run.owner,
        )
        self._take(msgspec.structs.replace(run, due_at=None), fact)
        return fact

    def _take(self, run: ClockRun, fact: Fact) -> None:
        line = line_of(fact)
        assert line is not None
        self._latest[run.clock] = msgspec.structs.replace(run, lines=(*run.lines, line))

    def _calendar(self, run: ClockRun) -> WorkCalendar:
        return self.case.calendars.of(run.calendar, None)

    def _owner(self, clock: Clock) -> str:
        if clock.owner in ("responsible_unit", "assignee", "reporter"):
            who = getattr(self.case, clock.owner)
            return who or clock.owner
        return clock.owner

    def _signals(self, run: ClockRun) -> list[tuple[int, int, Signal]]:
        total = run.standing.total_us
        if total is None:
            return []
        calendar = self._calendar(run)
        clock = self.case.lifecycle.clocks[run.clock]
        signals = [_placed(signal, total, calendar) for signal in clock.signals]
        if not any(percent == 100 for _, percent, _ in signals):
            signals.append((total, 100, Signal(at_percent=100)))
        return sorted(signals, key=lambda signal: signal[:2])

    def _ahead(
        self, run: ClockRun, calendar: WorkCalendar | None = None
    ) -> tuple[datetime | None, datetime | None, bool]:
        """When a run is due, when its next signal is, and whether either needed an unpublished year."""
        calendar = calendar or self._calendar(run)
        standing = run.standing
        due = due_at(standing, run.basis, calendar)
        if due is None:
            return None, None, False
        following = next((us for us, _, _ in self._signals(run) if us > run.signalled_us), None)
        signal = reaches(standing, following, run.basis, calendar) if following is not None else None
        return due.at, signal.at if signal else None, due.provisional


def _placed(signal: Signal, total_us: int, calendar: WorkCalendar) -> tuple[int, int, Signal]:
    if signal.at is None:
        percent = signal.at_percent if signal.at_percent is not None else 100
        return total_us * percent // 100, percent, signal
    us = nominal_us(signal.at, calendar)
    percent = us * 100 // total_us if total_us else 100
    return us, 101 if percent == 100 and us > total_us else percent, signal


def limit_of(case: CaseState, clock: Clock, at: datetime) -> tuple[Duration | None, str]:
    """The limit that holds for this case on that day, with its source; ``None`` makes a stopwatch."""
    on = at.date().isoformat()
    for limit in clock.limits:
        if (limit.valid_from and on < limit.valid_from) or (limit.valid_to and on >= limit.valid_to):
            continue
        if not case.holds(limit.when):
            continue
        duration = _duration(case, limit)
        if duration is not None:
            return duration, limit.source
    return None, ""


def _duration(case: CaseState, limit: Limit) -> Duration | None:
    if not limit.from_value:
        return Duration(limit.amount, limit.unit) if limit.amount is not None else None
    given: Any = case.values.get(limit.from_value)
    try:
        return msgspec.convert(given, Duration)
    except msgspec.ValidationError:
        return None
