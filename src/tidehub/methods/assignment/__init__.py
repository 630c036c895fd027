"""Who goes: ranking the units for one job, and the best assignment of several. Pure; no clock, no I/O."""

from tidehub.methods.assignment.assign import Assignment, Pair, assign
from tidehub.methods.assignment.explain import Explanation, explain
from tidehub.methods.assignment.model import (
    Change,
    Compartment,
    Engagement,
    Mode,
    Need,
    Parts,
    Ranked,
    Ranking,
    RankingPolicy,
    Reason,
    Rejected,
    Shift,
    Shortfall,
    ShortfallReason,
    UnitState,
    WaitingJob,
    Weights,
)
from tidehub.methods.assignment.rank import rank_units
from tidehub.methods.assignment.reasons import REASON_CODES
from tidehub.methods.assignment.shortfall import explain_shortfall
from tidehub.methods.assignment.travel import Destination, Leg, Start, Travel
from tidehub.methods.assignment.what_if import (
    Effect,
    Supposition,
    WhatIf,
    overruled,
    overruled_job,
    what_if,
)

__all__ = [
    "REASON_CODES",
    "Assignment",
    "Change",
    "Compartment",
    "Destination",
    "Effect",
    "Engagement",
    "Explanation",
    "Leg",
    "Mode",
    "Need",
    "Pair",
    "Parts",
    "Ranked",
    "Ranking",
    "RankingPolicy",
    "Reason",
    "Rejected",
    "Shift",
    "Shortfall",
    "ShortfallReason",
    "Start",
    "Supposition",
    "Travel",
    "UnitState",
    "WaitingJob",
    "Weights",
    "WhatIf",
    "assign",
    "explain",
    "explain_shortfall",
    "overruled",
    "overruled_job",
    "rank_units",
    "what_if",
]
