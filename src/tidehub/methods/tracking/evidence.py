"""Which judged points count as evidence that a craft was really there."""

from __future__ import annotations

from collections.abc import Iterable

from tidehub.methods.tracking.advance import TrackPoint
from tidehub.methods.tracking.reasons import Flag

_DOUBTFUL = frozenset(
    {
        Flag.JUMP_SPEED,
        Flag.JUMP_REPORTED,
        Flag.SPLIT_SPEED,
        Flag.NULL_ISLAND,
        Flag.DEAD_RECKONED,
        Flag.MANUAL_POSITION,
        Flag.NOT_LOCATED,
        Flag.LAST_KNOWN,
    }
)


def is_evidence(point: TrackPoint) -> bool:
    """Whether a point may prove an arrival or a contact.

    It must be a measured place of the leading segment, in order, and free of jump marks. Late delivery
    (``stale``, ``backfilled``) does not matter: terminals queue while there is no network.
    """
    return point.leads and point.moves_track and _DOUBTFUL.isdisjoint(point.flags)


def evidence(points: Iterable[TrackPoint]) -> list[TrackPoint]:
    """Filter the points that count, oldest first."""
    return sorted((point for point in points if is_evidence(point)), key=lambda point: point.at)
