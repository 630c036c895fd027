"""From raw fixes to tracks one can rely on: flags, segments, freshness, arrival, contact (marine tracking
rules).

Nothing is silently dropped: what is doubtful is flagged, what is impossible is rejected with a count, and the
raw fixes can be judged again at any time with the same result.
"""

from tidehub.methods.tracking.advance import Segment, TrackPoint, TrackState, Verdict, advance, judge
from tidehub.methods.tracking.arrival import (
    ArrivalKind,
    ArrivalNews,
    ArrivalState,
    ArrivalWatch,
    watch_arrival,
)
from tidehub.methods.tracking.contact import Contact, ContactRule, prove_contact, prove_presence
from tidehub.methods.tracking.evidence import evidence, is_evidence
from tidehub.methods.tracking.freshness import (
    PATH_TIMEOUTS,
    Freshness,
    FreshnessState,
    Timeouts,
    freshness,
    next_change_at,
)
from tidehub.methods.tracking.model import Decoded, Fix, IdentityClaim, Problem, keep_raw, nothing
from tidehub.methods.tracking.reasons import FLAG_TEXTS, REASON_TEXTS, Flag, Reason
from tidehub.methods.tracking.settings import BOAT, FISHING_BOAT, ON_FOOT, TRUCK, Settings

__all__ = [
    "BOAT",
    "FISHING_BOAT",
    "FLAG_TEXTS",
    "ON_FOOT",
    "PATH_TIMEOUTS",
    "REASON_TEXTS",
    "TRUCK",
    "ArrivalKind",
    "ArrivalNews",
    "ArrivalState",
    "ArrivalWatch",
    "Contact",
    "ContactRule",
    "Decoded",
    "Fix",
    "Flag",
    "Freshness",
    "FreshnessState",
    "IdentityClaim",
    "Problem",
    "Reason",
    "Segment",
    "Settings",
    "Timeouts",
    "TrackPoint",
    "TrackState",
    "Verdict",
    "advance",
    "evidence",
    "freshness",
    "is_evidence",
    "judge",
    "keep_raw",
    "next_change_at",
    "nothing",
    "prove_contact",
    "prove_presence",
    "watch_arrival",
]
