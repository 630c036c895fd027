"""Evaluation (评价): indicators as definitions over facts; every figure can be recomputed."""

from tidehub.capabilities.evaluation.board import Figure, Proof, prove_board, read_board
from tidehub.capabilities.evaluation.model import Definitions, Indicator, Ratio, read_definitions
from tidehub.capabilities.evaluation.queries import (
    Counted,
    Reading,
    Row,
    Value,
    Window,
    read_counted,
    read_indicator,
    read_rows,
)
from tidehub.capabilities.evaluation.tables import case_table, mark_table, observation_table, projector, reads
from tidehub.hub.registry import Capability

__all__ = [
    "Counted",
    "Definitions",
    "Figure",
    "Indicator",
    "Proof",
    "Ratio",
    "Reading",
    "Row",
    "Value",
    "Window",
    "capability",
    "prove_board",
    "read_board",
    "read_counted",
    "read_definitions",
    "read_indicator",
    "read_rows",
]


def capability(definitions: Definitions) -> Capability:
    """Make the face that the hub sees, for the indicators that the packs define."""
    return Capability(
        name="evaluation",
        project=projector(definitions),
        tables=(case_table, mark_table, observation_table),
        reads=reads(definitions),
        deferred=True,
    )
