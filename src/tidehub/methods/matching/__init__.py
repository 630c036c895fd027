"""Correlation: alerts, reports and calls about one thing become one situation, and it says why.

A new report is compared with the few open situations that share a place, a name, rare words or a sender with it
(:mod:`~tidehub.methods.matching.index`), by a score card of additive terms in log-odds
(:mod:`~tidehub.methods.matching.score`), and falls into one of three bands: *attach*, *suggest*, *separate*
(:class:`~tidehub.methods.matching.correlator.Correlator`). What people then do with it – merge, split, undo – is a
list of facts that can be played again (:mod:`~tidehub.methods.matching.journal`).

A false merge hides a citizen, so attaching is much stricter than suggesting.
"""

from tidehub.methods.matching.correlator import Correlator, Placement, Situation, correlate
from tidehub.methods.matching.journal import (
    Attached,
    Journal,
    Merged,
    Opened,
    SplitOff,
    Undone,
)
from tidehub.methods.matching.measure import Agreement, agreement, pair_agreement
from tidehub.methods.matching.model import Band, Link, Report, Term
from tidehub.methods.matching.prepare import Prepared, Preparer
from tidehub.methods.matching.score import Card, Weights, default_weights, read_weights

__all__ = [
    "Agreement",
    "Attached",
    "Band",
    "Card",
    "Correlator",
    "Journal",
    "Link",
    "Merged",
    "Opened",
    "Placement",
    "Prepared",
    "Preparer",
    "Report",
    "Situation",
    "SplitOff",
    "Term",
    "Undone",
    "Weights",
    "agreement",
    "correlate",
    "default_weights",
    "pair_agreement",
    "read_weights",
]
