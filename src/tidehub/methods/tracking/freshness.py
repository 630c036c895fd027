"""Three clocks of a position: freshness (新鲜度), retention (保留), and when to sound the alarm of
silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

Value = TypeVar("Value")


class FreshnessState(StrEnum):
    """How much a last value may be relied upon."""

    FRESH = "fresh"
    STALE = "stale"
    TIMED_OUT = "timed_out"


class Timeouts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits for one kind of value, in seconds.

    An anchored AIS station reports every 3 min (class A and B, ITU-R M.1371-5 tables 1 and 2) and a moving
    one every 2-30 s, hence two sets. ``keep`` is how long it stays on the map at all.
    """

    fresh_s: float = 120.0
    timed_out_s: float = 600.0
    keep_s: float = 3_600.0
    anchored_fresh_s: float = 540.0  # three missed reports
    anchored_timed_out_s: float = 1_800.0
    anchored_keep_s: float = 604_800.0  # a moored boat must not flicker out


PATH_TIMEOUTS: dict[str, Timeouts] = {
    "position": Timeouts(),
    "speed": Timeouts(fresh_s=60.0, timed_out_s=300.0),
    "heading": Timeouts(fresh_s=60.0, timed_out_s=300.0),
    "depth": Timeouts(fresh_s=30.0, timed_out_s=120.0),
}
"""Every value ages by itself: a fresh position does not make an old depth true."""


@dataclass(frozen=True)
class Freshness(Generic[Value]):
    """The last value with its age; never a bare value without one.

    ``value``, ``at`` and ``age_s`` are ``None`` when nothing ever arrived. ``keep`` says whether it is still
    shown at all.
    """

    state: FreshnessState
    value: Value | None
    at: datetime | None
    age_s: float | None
    keep: bool


def freshness(
    value: Value | None, at: datetime | None, now: datetime, timeouts: Timeouts, *, anchored: bool = False
) -> Freshness[Value]:
    """Say how fresh a last value is at ``now``.

    A value from the future (a clock ahead, within what the track rules allow) counts as age 0.
    """
    if at is None or value is None:
        return Freshness(FreshnessState.TIMED_OUT, None, None, None, keep=False)
    age_s = max(0.0, (now - at).total_seconds())
    fresh_s = timeouts.anchored_fresh_s if anchored else timeouts.fresh_s
    timed_out_s = timeouts.anchored_timed_out_s if anchored else timeouts.timed_out_s
    if age_s <= fresh_s:
        state = FreshnessState.FRESH
    elif age_s <= timed_out_s:
        state = FreshnessState.STALE
    else:
        state = FreshnessState.TIMED_OUT
    keep_s = timeouts.anchored_keep_s if anchored else timeouts.keep_s
    return Freshness(state, value, at, age_s, keep=age_s <= keep_s)


def next_change_at(at: datetime, now: datetime, timeouts: Timeouts, *, anchored: bool = False) -> datetime | None:
    """When the state will change if nothing more arrives, or ``None`` when it has timed out already.

    Put a timer there: an alarm must fire exactly when nothing arrives. At the returned instant the state is
    the new one.
    """
    fresh_s = timeouts.anchored_fresh_s if anchored else timeouts.fresh_s
    timed_out_s = timeouts.anchored_timed_out_s if anchored else timeouts.timed_out_s
    for limit_s in (fresh_s, timed_out_s):
        change_at = at + timedelta(seconds=limit_s, microseconds=1)
        if change_at > now:
            return change_at
    return None
