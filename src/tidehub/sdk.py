"""The public face for writers of packs. Semantic versioning applies to exactly the names in ``__all__``.

A pack imports from here and from nowhere else in ``tidehub``; the import contracts enforce it.
"""

from tidehub.capabilities.cases import CaseBrief, OpenCase, find_case
from tidehub.capabilities.documents import DocumentIssued, DocumentWithdrawn, IssueDocument, documents_of_case
from tidehub.capabilities.field import CrewJob, JobSheet, LoadLanded, crew_jobs_of_case, job_sheet
from tidehub.capabilities.intake import quantity_of
from tidehub.capabilities.ledger import (
    ClaimApproved,
    ClaimComputed,
    ComputeClaim,
    ReverseClaim,
    claim_by_id,
    claims_of_case,
    claims_of_document,
)
from tidehub.hub.log import Reader, Recorded
from tidehub.hub.registry import CancelTimer, Capability, DueTimer, Handler, SetTimer
from tidehub.hub.schema import Key, metadata
from tidehub.hub.statement import Statement, Write, sql
from tidehub.kernel.access import PLATFORM_ONLY, Actor, Rule, Scope, Subject, rule
from tidehub.kernel.codec import canonical_json, sha256_hex
from tidehub.kernel.errors import NOT_FOUND, Refusal, RefusalKind, Unavailable, refusal_kind
from tidehub.kernel.facts import Command, Fact
from tidehub.kernel.geometry import Position
from tidehub.kernel.ids import derived_id
from tidehub.kernel.instants import format_instant, from_us, to_us
from tidehub.kernel.money import Fen, format_yuan, round_half_up
from tidehub.kernel.quantities import Quantity, mass_g
from tidehub.methods.subsidy import ClaimLine, Tariff, compute_subsidy
from tidehub.packing.model import Flow, PackCode

__all__ = [
    "NOT_FOUND",
    "PLATFORM_ONLY",
    "Actor",
    "CancelTimer",
    "Capability",
    "CaseBrief",
    "ClaimApproved",
    "ClaimComputed",
    "ClaimLine",
    "Command",
    "ComputeClaim",
    "CrewJob",
    "DocumentIssued",
    "DocumentWithdrawn",
    "DueTimer",
    "Fact",
    "Fen",
    "Flow",
    "Handler",
    "IssueDocument",
    "JobSheet",
    "Key",
    "LoadLanded",
    "OpenCase",
    "PackCode",
    "Position",
    "Quantity",
    "Reader",
    "Recorded",
    "Refusal",
    "RefusalKind",
    "ReverseClaim",
    "Rule",
    "Scope",
    "SetTimer",
    "Statement",
    "Subject",
    "Tariff",
    "Unavailable",
    "Write",
    "canonical_json",
    "claim_by_id",
    "claims_of_case",
    "claims_of_document",
    "compute_subsidy",
    "crew_jobs_of_case",
    "derived_id",
    "documents_of_case",
    "find_case",
    "format_instant",
    "format_yuan",
    "from_us",
    "job_sheet",
    "mass_g",
    "metadata",
    "quantity_of",
    "refusal_kind",
    "round_half_up",
    "rule",
    "sha256_hex",
    "sql",
    "to_us",
]
