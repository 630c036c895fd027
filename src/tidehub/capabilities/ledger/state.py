"""What decisions of the ledger are made on."""

from __future__ import annotations

import msgspec

from tidehub.capabilities.ledger.model import Claim, PayoutLine, Posting


class Entry(msgspec.Struct, frozen=True):
    """One entry of the books."""

    entry_id: str
    case_id: str
    claim_id: str
    claim_key: str | None
    postings: tuple[Posting, ...]
    memo: str
    rule: str
    region_code: str
    reversal_id: str | None


class Postable(msgspec.Struct, frozen=True):
    """Before an entry is posted: itself, if it is there, and who bears its key."""

    known: Entry | None
    key_taken_by: str | None


class Computing(msgspec.Struct, frozen=True):
    """Before a claim is computed.

    Parameters
    ----------
    known
        The claim of this very id, if it exists.
    keys_taken
        Which of its keys support a claim that stands, and which claim; read under the keys' locks.
    used
        ``(cap, holder, period) -> fen`` taken by claims that stand, under the caps' locks.
    versions
        How many claims there were for the same key.
    """

    known: Claim | None
    keys_taken: dict[str, str]
    used: dict[tuple[str, str, str], int]
    versions: int


class ClaimBooks(msgspec.Struct, frozen=True):
    """A claim and its entries that stand."""

    claim: Claim
    entries: tuple[Entry, ...]


class Payout(msgspec.Struct, frozen=True):
    """A batch: its lines, and the claims among them that wait for the bank's answer."""

    payout_id: str
    lines: tuple[PayoutLine, ...]
    region_code: str
    claims: dict[str, ClaimBooks]


class Batching(msgspec.Struct, frozen=True):
    """Before a batch is made: itself, if it exists, and the claims that are asked for."""

    known: Payout | None
    claims: tuple[Claim, ...]
