"""When somebody can be expected, as a range that is honest: from where they are, and how true such words were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from tidehub.capabilities.intake import Text

JOBS_MIN = 10
"""Arrivals of a unit from which on its own record counts."""
ASSUMED = (0.9, 1.3)
"""Share of the way's time that is taken to be needed at least and at most, while there is no record."""
_BOUNDS = (0.5, 3.0)
_LEEWAY_S = 60

Source = Literal["position", "old_position", "promise"]


class Window(msgspec.Struct, frozen=True):
    """Between when and when; and why not more exactly."""

    from_at: datetime
    to_at: datetime
    why: Text


def arrival_window(eta_at: datetime, now: datetime, shares: Sequence[float], source: Source, age_s: int = 0) -> Window:
    """Turn an expected instant into a range.

    Parameters
    ----------
    eta_at
        When the way alone would have them arrive.
    shares
        Of the unit's last jobs: the time it took, divided by the time it was said to take.
    source
        Whether the instant comes from a fresh position, from one that is ``age_s`` seconds old, or from what was
        promised when the job was taken.

    Notes
    -----
    The range is the middle eight tenths of the unit's own record from ten arrivals on, else an assumption of
    the platform's own (``ASSUMED``), which the reason says. An instant that has passed begins now.
    """
    left_s = max(0.0, (eta_at - now).total_seconds())
    low, high = ASSUMED
    if len(shares) >= JOBS_MIN:
        ordered = sorted(min(_BOUNDS[1], max(_BOUNDS[0], share)) for share in shares)
        low, high = ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10]
    return Window(
        now + timedelta(seconds=round(left_s * low)),
        now + timedelta(seconds=round(left_s * max(low, high)) + _LEEWAY_S),
        _why(eta_at <= now, source, age_s // 60, len(shares)),
    )


def _why(is_over: bool, source: Source, age_min: int, jobs: int) -> Text:
    zh, en = {
        "position": ("按实时位置和剩余路程推算", "Reckoned from their position and the way that is left"),
        "old_position": (
            f"位置已 {age_min} 分钟未更新，按接单时的路程推算",
            f"Their position is {age_min} min old; reckoned from the way when they took the job",
        ),
        "promise": (
            "暂无实时位置，按接单时的路程推算",
            "No position yet; reckoned from the way when they took the job",
        ),
    }[source]
    if is_over:
        zh, en = f"比原定时间晚；{zh}", f"Later than was said; {en[0].lower()}{en[1:]}"
    if jobs >= JOBS_MIN:
        return Text(
            f"{zh}；他们近 {jobs} 次中八成在这个范围内到达",
            f"{en}; eight in ten of their last {jobs} came within this range",
        )
    return Text(f"{zh}；到达记录还少，前后留了余地", f"{en}; their record is short, so the range is wide")
