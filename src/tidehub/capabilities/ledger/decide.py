"""Decisions about entries: balanced, once, reversed exactly. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tidehub.capabilities.ledger.commands import PostEntry, ReverseEntry
from tidehub.capabilities.ledger.facts import EntryPosted, EntryReversed
from tidehub.capabilities.ledger.model import AccountPlan, Posting
from tidehub.capabilities.ledger.refusals import (
    ACCOUNT_UNKNOWN,
    CLAIMED_ALREADY,
    ENTRY_OF_CLAIM,
    ENTRY_REVERSED_ALREADY,
    ENTRY_TAKEN,
    ENTRY_TOO_SMALL,
    NOT_BALANCED,
    PARTY_MISSING,
)
from tidehub.capabilities.ledger.state import Entry, Postable
from tidehub.kernel.facts import Fact
from tidehub.kernel.ids import derived_id


def check_postings(plan: AccountPlan, postings: Sequence[Posting]) -> None:
    """Refuse an entry that does not balance or names an account or party that it may not."""
    if sum(1 for posting in postings if posting.amount_fen) < 2:
        raise ENTRY_TOO_SMALL("postings")
    for place, posting in enumerate(postings):
        account = plan.account(posting.account)
        if account is None:
            raise ACCOUNT_UNKNOWN(f"postings[{place}].account", account=posting.account)
        if account.parties and not posting.party:
            raise PARTY_MISSING(f"postings[{place}].party", account=posting.account)
    difference = sum(posting.amount_fen for posting in postings)
    if difference:
        raise NOT_BALANCED("postings", difference_fen=difference)


def opposite(postings: Sequence[Posting]) -> tuple[Posting, ...]:
    """The exact reversal: every line with its sign turned, in the same order."""
    return tuple(Posting(line.account, -line.amount_fen, line.party) for line in postings)


def reversal_of(entry: Entry, reason: str) -> EntryReversed:
    """The fact that undoes an entry."""
    return EntryReversed(
        entry_id=entry.entry_id,
        reversal_id=derived_id("e", entry.entry_id, "reversal"),
        case_id=entry.case_id,
        postings=opposite(entry.postings),
        reason=reason,
        claim_key=entry.claim_key,
        region_code=entry.region_code,
    )


class DecideEntries:
    """Decisions with the account plan."""

    def __init__(self, plan: AccountPlan) -> None:
        self._plan = plan

    def post(self, state: Postable, command: PostEntry, _now: datetime) -> list[Fact]:
        """Post an entry; the same again has no effect, another one under its id is refused."""
        if state.known is not None:
            known = state.known
            same = (known.postings, known.claim_key, known.case_id, known.memo) == (
                command.postings,
                command.claim_key,
                command.case_id,
                command.memo,
            )
            if same:
                return []
            raise ENTRY_TAKEN("entry_id", entry_id=command.entry_id)
        if state.key_taken_by is not None:
            raise CLAIMED_ALREADY("claim_key", key=command.claim_key, claim_id=state.key_taken_by)
        check_postings(self._plan, command.postings)
        return [
            EntryPosted(
                entry_id=command.entry_id,
                case_id=command.case_id,
                postings=command.postings,
                memo=command.memo,
                rule=command.rule_id,
                claim_key=command.claim_key,
                region_code=command.region_code,
            )
        ]


def reverse(entry: Entry, command: ReverseEntry, _now: datetime) -> list[Fact]:
    """Undo an entry, once."""
    if entry.claim_id:
        raise ENTRY_OF_CLAIM("entry_id", entry_id=entry.entry_id, claim_id=entry.claim_id)
    if entry.reversal_id is not None:
        raise ENTRY_REVERSED_ALREADY("entry_id", entry_id=entry.entry_id)
    return [reversal_of(entry, command.reason)]
