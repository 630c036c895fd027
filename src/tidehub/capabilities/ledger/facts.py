"""What has happened in the ledger."""

from __future__ import annotations

from datetime import date, datetime

from tidehub.capabilities.ledger.commands import chain_of
from tidehub.capabilities.ledger.model import PayoutLine, Posting
from tidehub.kernel.facts import Fact
from tidehub.methods.subsidy import Working


class EntryPosted(Fact, frozen=True, kw_only=True):
    """An entry stands in the books; its postings sum to zero.

    ``claim_id`` names the claim it belongs to; such an entry is reversed with its claim only.
    """

    entry_id: str
    case_id: str = ""
    postings: tuple[Posting, ...]
    memo: str
    rule: str = ""
    claim_key: str | None = None
    claim_id: str = ""
    region_code: str = ""

    @property
    def stream(self) -> str:
        """The case's chain, or the entry's own."""
        return chain_of(self.case_id, self.entry_id)


class EntryReversed(Fact, frozen=True, kw_only=True):
    """The exact opposite of an entry was posted as ``reversal_id``; the key it bore is free again."""

    entry_id: str
    reversal_id: str
    case_id: str = ""
    postings: tuple[Posting, ...]
    reason: str
    claim_key: str | None = None
    region_code: str = ""

    @property
    def stream(self) -> str:
        """The case's chain, or the entry's own."""
        return chain_of(self.case_id, self.entry_id)


class ClaimFact(Fact, frozen=True, kw_only=True):
    """What all facts of one claim have in common."""

    claim_id: str
    case_id: str

    @property
    def stream(self) -> str:
        """The case's chain."""
        return f"case/{self.case_id}"


class ClaimComputed(ClaimFact, frozen=True, kw_only=True):
    """A claim was computed; the claimant may read the working.

    Parameters
    ----------
    version
        From 1 for each ``claim_key``; a corrected receipt gives the next.
    gross_fen, cut_fen, fund_fen, payable_fen
        ``gross = cut + fund + payable``.
    """

    version: int
    family: str
    claim_key: str
    evidence: tuple[str, ...]
    payee: str
    vessel_id: str
    unit_id: str | None = None
    reporter: str | None = None
    region_code: str = ""
    document_id: str = ""
    tariff: str
    tariff_version: int
    on: date
    working: Working
    gross_fen: int
    cut_fen: int
    fund_fen: int
    payable_fen: int
    happened_at: datetime


class ClaimChecked(ClaimFact, frozen=True, kw_only=True):
    """Somebody other than who computed it agrees with evidence and working."""

    note: str = ""


class ClaimApproved(ClaimFact, frozen=True, kw_only=True):
    """A third person approved it for payment."""

    payable_fen: int
    note: str = ""


class ClaimHeld(ClaimFact, frozen=True, kw_only=True):
    """The claim is stopped; ``state`` is where it stood."""

    state: str
    reason: str


class ClaimReleased(ClaimFact, frozen=True, kw_only=True):
    """A held claim goes on from ``state``."""

    state: str
    note: str


class ClaimRejected(ClaimFact, frozen=True, kw_only=True):
    """The claim is refused; what was set aside is reversed."""

    reason: str


class ClaimReversed(ClaimFact, frozen=True, kw_only=True):
    """The claim was taken back; a new version may follow. ``was_paid``: the payee owes what they got."""

    reason: str
    was_paid: bool


class ClaimPaid(ClaimFact, frozen=True, kw_only=True):
    """The claimant has been paid."""

    payee: str
    amount_fen: int
    reference: str
    payout_id: str = ""


class PayoutMade(Fact, frozen=True, kw_only=True):
    """A batch for the bank, with its control totals; ``file_sha256`` is the hash of its file."""

    payout_id: str
    lines: tuple[PayoutLine, ...]
    count: int
    total_fen: int
    file_sha256: str
    region_code: str = ""

    @property
    def stream(self) -> str:
        """The batch's own chain."""
        return f"payout/{self.payout_id}"


class PayoutReconciled(Fact, frozen=True, kw_only=True):
    """The bank's answer for a batch, compared.

    Parameters
    ----------
    paid_fen, paid_count
        What the bank paid and the batch had asked.
    failed
        Claims that the bank did not pay, with its reasons; they wait for the next batch.
    """

    payout_id: str
    paid_fen: int
    paid_count: int
    failed: tuple[tuple[str, str], ...]

    @property
    def stream(self) -> str:
        """The batch's own chain."""
        return f"payout/{self.payout_id}"


FACTS = (
    ClaimApproved,
    ClaimChecked,
    ClaimComputed,
    ClaimHeld,
    ClaimPaid,
    ClaimRejected,
    ClaimReleased,
    ClaimReversed,
    EntryPosted,
    EntryReversed,
    PayoutMade,
    PayoutReconciled,
)
