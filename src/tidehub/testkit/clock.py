"""A clock that is moved by hand: time in a test is moved, never waited for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)


class FixedClock:
    """Stands still until it is told to move.

    Parameters
    ----------
    at
        Where it starts; aware. Monday, 1 June 2026, 08:00 in Taizhou when nothing is said.
    """

    def __init__(self, at: datetime = START) -> None:
        self.set(at)

    def now(self) -> datetime:
        """Return the instant it stands at, in UTC."""
        return self._at

    def set(self, at: datetime) -> None:
        """Put it to an instant; backwards too, as the clock of a machine may be."""
        assert at.tzinfo is not None, "an instant without a zone"
        self._at = at.astimezone(UTC)

    def advance(self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0, days: float = 0.0) -> datetime:
        """Move it forward; the new instant."""
        self._at += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self._at
