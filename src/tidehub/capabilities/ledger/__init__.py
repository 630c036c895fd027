"""The ledger (账务): double entry in integer fen, claims under dated tariffs, batches. See ``README.md``."""

from __future__ import annotations

from tidehub.capabilities.ledger import claims, decide, payouts, tables
from tidehub.capabilities.ledger.commands import (
    ApproveClaim,
    CheckClaim,
    ComputeClaim,
    HoldClaim,
    MakePayout,
    PayClaim,
    PostEntry,
    ReconcilePayout,
    RejectClaim,
    ReleaseClaim,
    ReverseClaim,
    ReverseEntry,
)
from tidehub.capabilities.ledger.facts import (
    FACTS,
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
from tidehub.capabilities.ledger.model import (
    Account,
    AccountPlan,
    BankLine,
    Claim,
    PayoutLine,
    Posting,
    Roles,
    Tariffs,
    read_plan,
    read_tariff,
)
from tidehub.capabilities.ledger.payouts import payout_file
from tidehub.capabilities.ledger.project import project
from tidehub.capabilities.ledger.queries import (
    BOOKS,
    VIEW,
    AccountLine,
    Balance,
    ClaimPage,
    ClaimRow,
    EntryTold,
    PayoutRow,
    TrialBalance,
    account_lines,
    balances,
    claim_by_id,
    claim_subject,
    claims_of_case,
    claims_of_document,
    entries_of_case,
    list_claims,
    list_payouts,
    payout_by_id,
    payout_csv,
    payout_cursor,
    trial_balance,
)
from tidehub.capabilities.ledger.schema import TABLES
from tidehub.capabilities.ledger.state import Batching, ClaimBooks, Entry, Payout
from tidehub.hub.registry import Capability, Handler
from tidehub.kernel.access import Subject
from tidehub.methods.subsidy import ClaimLine, Tariff, Working

__all__ = [
    "BOOKS",
    "FACTS",
    "TABLES",
    "VIEW",
    "Account",
    "AccountLine",
    "AccountPlan",
    "ApproveClaim",
    "Balance",
    "BankLine",
    "CheckClaim",
    "Claim",
    "ClaimApproved",
    "ClaimChecked",
    "ClaimComputed",
    "ClaimHeld",
    "ClaimLine",
    "ClaimPage",
    "ClaimPaid",
    "ClaimRejected",
    "ClaimReleased",
    "ClaimReversed",
    "ClaimRow",
    "ComputeClaim",
    "EntryPosted",
    "EntryReversed",
    "EntryTold",
    "HoldClaim",
    "MakePayout",
    "PayClaim",
    "PayoutLine",
    "PayoutMade",
    "PayoutReconciled",
    "PayoutRow",
    "PostEntry",
    "Posting",
    "ReconcilePayout",
    "RejectClaim",
    "ReleaseClaim",
    "ReverseClaim",
    "ReverseEntry",
    "Roles",
    "Tariff",
    "Tariffs",
    "TrialBalance",
    "Working",
    "account_lines",
    "balances",
    "capability",
    "claim_by_id",
    "claim_subject",
    "claims_of_case",
    "claims_of_document",
    "entries_of_case",
    "list_claims",
    "list_payouts",
    "payout_by_id",
    "payout_csv",
    "payout_cursor",
    "payout_file",
    "read_plan",
    "read_tariff",
    "trial_balance",
]


def _of_region(_state: object, command: PostEntry | ComputeClaim) -> Subject:
    return Subject(command.region_code)


def _of_entry(entry: Entry, _command: object) -> Subject:
    return Subject(entry.region_code)


def _of_claim(claim: Claim, _command: object) -> Subject:
    return claim_subject(claim)


def _of_books(books: ClaimBooks, _command: object) -> Subject:
    return claim_subject(books.claim)


def _of_payout(payout: Payout, _command: object) -> Subject:
    return Subject(payout.region_code)


def _of_batching(state: Batching, _command: MakePayout) -> Subject:
    return Subject(payouts.shared_region(state.claims))


def capability(plan: AccountPlan, tariffs: Tariffs) -> Capability:
    """The face to the hub.

    Parameters
    ----------
    plan
        The accounts.
    tariffs
        Every tariff in every version, past ones included.
    """
    load = tables.Loader(tariffs)
    entries = decide.DecideEntries(plan)
    claiming = claims.DecideClaims(plan, tariffs)
    paying = payouts.DecidePayouts(claiming)
    return Capability(
        name="ledger",
        handlers=(
            Handler(PostEntry, load.posting, entries.post, _of_region),
            Handler(ReverseEntry, load.entry, decide.reverse, _of_entry),
            Handler(ComputeClaim, load.computing, claiming.compute, _of_region),
            Handler(CheckClaim, load.claim, claims.check, _of_claim, admit=claims.admit_checking),
            Handler(ApproveClaim, load.books, claiming.approve, _of_books, admit=claims.admit_approving),
            Handler(HoldClaim, load.claim, claims.hold, _of_claim),
            Handler(ReleaseClaim, load.claim, claims.release, _of_claim, admit=claims.admit_apart),
            Handler(RejectClaim, load.books, claims.reject, _of_books),
            Handler(ReverseClaim, load.books, claiming.take_back, _of_books, admit=claims.admit_apart),
            Handler(PayClaim, load.books, claiming.pay, _of_books, admit=claims.admit_apart),
            Handler(MakePayout, load.batching, payouts.make, _of_batching),
            Handler(ReconcilePayout, load.payout, paying.reconcile, _of_payout),
        ),
        facts=FACTS,
        project=project,
        tables=TABLES,
    )
