"""What may be asked of the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from tidehub.capabilities.ledger.model import BankLine, Posting
from tidehub.kernel.access import PLATFORM_ONLY, Rule, rule
from tidehub.kernel.facts import Command
from tidehub.methods.subsidy import ClaimLine


def chain_of(case_id: str, entry_id: str) -> str:
    """An entry stands in the chain of its case; one without a case in its own."""
    return f"case/{case_id}" if case_id else f"entry/{entry_id}"


class PostEntry(Command, frozen=True, kw_only=True):
    """Post an entry whose postings sum to zero.

    Parameters
    ----------
    entry_id
        Given by the asker; the same entry again has no second effect.
    rule_id
        The rule of money that it follows, e.g. ``subsidy_fisher/1``.
    claim_key
        What it is paid for; no second entry bears the same key unless the first was reversed.
    """

    rule: ClassVar[Rule] = rule("cashier")

    entry_id: str
    case_id: str = ""
    postings: tuple[Posting, ...]
    memo: str
    rule_id: str = ""
    claim_key: str | None = None
    region_code: str = ""

    @property
    def stream(self) -> str:
        """The case's chain, or the entry's own."""
        return chain_of(self.case_id, self.entry_id)


class ReverseEntry(Command, frozen=True, kw_only=True):
    """Undo an entry by its exact opposite, once. Entries of a claim go back with the claim only."""

    rule: ClassVar[Rule] = rule("cashier")

    entry_id: str
    case_id: str = ""
    reason: str

    @property
    def stream(self) -> str:
        """The case's chain, or the entry's own."""
        return chain_of(self.case_id, self.entry_id)


class ClaimCommand(Command, frozen=True, kw_only=True):
    """What all commands of one claim have in common."""

    rule: ClassVar[Rule] = PLATFORM_ONLY

    claim_id: str
    case_id: str

    @property
    def stream(self) -> str:
        """The case's chain."""
        return f"case/{self.case_id}"


class ComputeClaim(ClaimCommand, frozen=True, kw_only=True):
    """Compute what a claimant is due, line by line, and set it aside.

    Parameters
    ----------
    tariff
        Name; the day of ``happened_at`` in the tariff's zone picks the version.
    claim_key
        The receipt or visit that is claimed for.
    evidence
        Weighings, containers ...: each supports one claim of the tariff's family.
    payee
        Who is paid, e.g. ``person/...``; ``vessel_id`` is what caps count by.
    unit_id
        The crew that did the work; nobody of it may check or approve.
    """

    rule: ClassVar[Rule] = rule("cashier")

    tariff: str
    claim_key: str
    evidence: tuple[str, ...]
    lines: tuple[ClaimLine, ...]
    payee: str
    vessel_id: str
    vessel_class: str = ""
    happened_at: datetime
    document_id: str = ""
    unit_id: str | None = None
    reporter: str | None = None
    region_code: str = ""


class CheckClaim(ClaimCommand, frozen=True, kw_only=True):
    """Confirm that evidence and working agree. Not by who computed it, nor by the crew."""

    rule: ClassVar[Rule] = rule("checker")

    note: str = ""


class ApproveClaim(ClaimCommand, frozen=True, kw_only=True):
    """Approve a checked claim for payment. Not by who computed or checked it, nor by the crew."""

    rule: ClassVar[Rule] = rule("shift_leader", "cashier")

    note: str = ""


class HoldClaim(ClaimCommand, frozen=True, kw_only=True):
    """Stop a claim where it is, with the reason that the claimant reads."""

    rule: ClassVar[Rule] = rule("checker", "shift_leader", "auditor")

    reason: str


class ReleaseClaim(ClaimCommand, frozen=True, kw_only=True):
    """Let a held claim go on from where it stood."""

    rule: ClassVar[Rule] = rule("shift_leader", "auditor")

    note: str


class RejectClaim(ClaimCommand, frozen=True, kw_only=True):
    """Refuse a claim, with the reason that the claimant reads. Its evidence may be claimed for again."""

    rule: ClassVar[Rule] = rule("checker", "shift_leader")

    reason: str


class ReverseClaim(ClaimCommand, frozen=True, kw_only=True):
    """Take a claim back, paid or not: its document was corrected or withdrawn. Its entries go too."""

    rule: ClassVar[Rule] = rule("shift_leader")

    reason: str


class PayClaim(ClaimCommand, frozen=True, kw_only=True):
    """Note that one approved claim was paid by hand; batches go through ``MakePayout``."""

    rule: ClassVar[Rule] = rule("cashier")

    reference: str


class MakePayout(Command, frozen=True, kw_only=True):
    """Gather approved claims into a batch for the bank; its file follows from the batch alone."""

    rule: ClassVar[Rule] = rule("cashier")

    payout_id: str
    claim_ids: tuple[str, ...]

    @property
    def stream(self) -> str:
        """The batch's own chain."""
        return f"payout/{self.payout_id}"


class ReconcilePayout(Command, frozen=True, kw_only=True):
    """Compare a batch with what the bank says; what failed waits for the next batch."""

    rule: ClassVar[Rule] = rule("cashier")

    payout_id: str
    lines: tuple[BankLine, ...]

    @property
    def stream(self) -> str:
        """The batch's own chain."""
        return f"payout/{self.payout_id}"


__all__ = [
    "ApproveClaim",
    "CheckClaim",
    "ClaimCommand",
    "ComputeClaim",
    "HoldClaim",
    "MakePayout",
    "PayClaim",
    "PostEntry",
    "ReconcilePayout",
    "RejectClaim",
    "ReleaseClaim",
    "ReverseClaim",
    "ReverseEntry",
    "chain_of",
]
