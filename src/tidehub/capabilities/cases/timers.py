"""The timers that facts of clocks set, and what their firing asks for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tidehub.capabilities.cases import facts as f
from tidehub.capabilities.cases.clockwork import HOLD
from tidehub.capabilities.cases.commands import NoteClockSignal, ResumeClock
from tidehub.hub.log import Recorded
from tidehub.hub.registry import CancelTimer, DueTimer, SetTimer
from tidehub.kernel.codec import canonical_json, decode
from tidehub.kernel.facts import Command

CLOCK_TIMER = "case_clock_signal"
HOLD_TIMER = "case_hold_over"


def timers(recorded: Recorded) -> Iterable[SetTimer | CancelTimer]:
    """The timers that a clock fact sets or takes back.

    One a clock for its next signal, one a hold for its end.
    """
    fact = recorded.fact
    if isinstance(fact, f.ClockPaused):
        wishes: list[SetTimer | CancelTimer] = [CancelTimer(_clock_key(fact))]
        if fact.until is not None and fact.reason.startswith(HOLD):
            hold = {"case_id": fact.case_id, "approval_id": fact.reason.removeprefix(HOLD)}
            key, stream = _hold_key(fact), recorded.stream
            wishes.append(SetTimer(key, HOLD_TIMER, stream, fact.until, canonical_json(hold).decode()))
        return wishes
    if isinstance(fact, f.ClockStopped):
        return [CancelTimer(_clock_key(fact))]
    if isinstance(
        fact,
        f.ClockStarted | f.ClockResumed | f.ClockExtended | f.ClockReckoned
        | f.ClockWarned | f.ClockBreached | f.ClockEscalated,
    ):  # fmt: skip
        wishes = []
        if isinstance(fact, f.ClockResumed) and fact.reason.startswith(HOLD):
            wishes.append(CancelTimer(_hold_key(fact)))
        if fact.next_signal_at is not None:
            payload: dict[str, Any] = {"case_id": fact.case_id, "clock": fact.clock, "run": fact.run}
            text, key = canonical_json(payload).decode(), _clock_key(fact)
            wishes.append(SetTimer(key, CLOCK_TIMER, recorded.stream, fact.next_signal_at, text))
        elif isinstance(fact, f.ClockExtended | f.ClockReckoned):
            wishes.append(CancelTimer(_clock_key(fact)))
        return wishes
    return ()


def _clock_key(fact: Any) -> str:
    return f"case/{fact.case_id}/clock/{fact.clock}"


def _hold_key(fact: f.ClockPaused | f.ClockResumed) -> str:
    return f"case/{fact.case_id}/{fact.clock}/{fact.reason}"


def fire_clock(due: DueTimer) -> Sequence[Command]:
    """A signal of a clock is due."""
    payload = decode(due.payload, dict)
    return [NoteClockSignal(case_id=payload["case_id"], clock=payload["clock"], run=payload["run"])]


def fire_hold(due: DueTimer) -> Sequence[Command]:
    """A hold is over."""
    payload = decode(due.payload, dict)
    return [ResumeClock(case_id=payload["case_id"], approval_id=payload["approval_id"])]
