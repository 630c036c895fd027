"""Reading the ledger: balances as of an instant, accounts line by line, claims, batches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.ledger.model import Claim, PayoutLine
from tidehub.capabilities.ledger.payouts import payout_file
from tidehub.capabilities.ledger.tables import CLAIM, CLAIM_COLUMNS, PAYOUT, claim_of, payout_lines
from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.access import Scope, Subject, rule
from tidehub.kernel.instants import from_us, to_us

VIEW = rule("cashier", "checker", "shift_leader", "auditor", "administrator", relations=["self", "reporter"])
"""Who may see a claim: posts of the region, the payee, who reported. ``scope(VIEW, actor)`` filters lists."""
BOOKS = rule("cashier", "auditor", "administrator")
"""Who may see balances, accounts and batches."""
LIMIT_MAX = 200

_BALANCES_NOW = sql(
    "SELECT account, party, amount_fen FROM ledger_balance WHERE amount_fen <> 0 ORDER BY account, party"
)
_BALANCES_AT = sql(
    "SELECT account, party, SUM(amount_fen) AS amount_fen FROM ledger_posting WHERE posted_us <= :at_us"
    " GROUP BY account, party HAVING SUM(amount_fen) <> 0 ORDER BY account, party"
)
_TRIAL = sql(
    "SELECT COALESCE(SUM(CASE WHEN amount_fen > 0 THEN amount_fen ELSE 0 END), 0) AS debit_fen,"
    " COALESCE(SUM(CASE WHEN amount_fen < 0 THEN -amount_fen ELSE 0 END), 0) AS credit_fen"
    " FROM ledger_posting WHERE posted_us <= :at_us"
)
_UNBALANCED = sql(
    "SELECT entry_id, SUM(amount_fen) AS amount_fen FROM ledger_posting GROUP BY entry_id"
    " HAVING SUM(amount_fen) <> 0 LIMIT 20"
)
_LINES = sql(
    "SELECT p.entry_id, p.line, p.amount_fen, p.posted_us, e.memo, e.case_id, e.claim_key"
    " FROM ledger_posting p JOIN ledger_entry e ON e.entry_id = p.entry_id WHERE p.account = :account"
    " AND p.party = :party"
    " AND (p.posted_us > :us OR (p.posted_us = :us AND (p.entry_id > :entry_id"
    " OR (p.entry_id = :entry_id AND p.line > :line))))"
    " ORDER BY p.posted_us, p.entry_id, p.line LIMIT :limit"
)
_OF_CASE = sql(f"SELECT {CLAIM_COLUMNS} FROM ledger_claim WHERE case_id = :case_id ORDER BY computed_us, claim_id")
_ENTRIES = sql(
    "SELECT e.entry_id, e.claim_id, e.claim_key, e.memo, e.rule, e.region_code, e.posted_us, e.posted_by,"
    " e.reversal_id, p.account, p.party, p.amount_fen FROM ledger_entry e"
    " JOIN ledger_posting p ON p.entry_id = e.entry_id WHERE e.case_id = :case_id"
    " ORDER BY e.posted_us, e.entry_id, p.line"
)
_OF_DOCUMENT = sql(
    f"SELECT {CLAIM_COLUMNS} FROM ledger_claim WHERE document_id = :document_id"
    " AND state <> 'rejected' AND state <> 'reversed' ORDER BY computed_us"
)
_LISTED = (
    "claim_id, case_id, state, claim_key, payee, vessel_id, region_code, tariff, tariff_version, gross_fen,"
    " cut_fen, fund_fen, payable_fen, computed_us, payout_id, reason"
)
_PAYOUTS = sql(
    "SELECT payout_id, count, total_fen, file_sha256, region_code, made_us, made_by, paid_fen, paid_count,"
    " failed_count FROM ledger_payout WHERE made_us < :us OR (made_us = :us AND payout_id < :id)"
    " ORDER BY made_us DESC, payout_id DESC LIMIT :limit"
)
_END_OF_TIME_US = 2**62


class Balance(msgspec.Struct, frozen=True):
    """What stands on an account or sub-account; debit positive."""

    account: str
    party: str
    amount_fen: int


class TrialBalance(msgspec.Struct, frozen=True):
    """Debits and credits of all postings; ``difference_fen`` is always 0, or the books are broken."""

    debit_fen: int
    credit_fen: int
    difference_fen: int
    unbalanced_entries: tuple[str, ...]


class AccountLine(msgspec.Struct, frozen=True):
    """One posting on an account."""

    entry_id: str
    amount_fen: int
    posted_at: datetime
    memo: str
    case_id: str
    claim_key: str | None


class EntryTold(msgspec.Struct, frozen=True):
    """An entry with its postings; debit positive."""

    entry_id: str
    claim_id: str
    claim_key: str | None
    memo: str
    rule: str
    posted_at: datetime
    posted_by: str
    reversal_id: str | None
    postings: tuple[Balance, ...]


class ClaimRow(msgspec.Struct, frozen=True):
    """A claim in a list; the working is read with the claim itself."""

    claim_id: str
    case_id: str
    state: str
    claim_key: str
    payee: str
    vessel_id: str
    region_code: str
    tariff: str
    tariff_version: int
    gross_fen: int
    cut_fen: int
    fund_fen: int
    payable_fen: int
    computed_at: datetime
    payout_id: str | None
    reason: str | None


class ClaimPage(msgspec.Struct, frozen=True):
    """One page of claims, newest first, and where the next begins."""

    rows: tuple[ClaimRow, ...]
    after: str | None


class PayoutRow(msgspec.Struct, frozen=True):
    """A batch; ``open_fen`` still waits for the bank's answer or has failed."""

    payout_id: str
    count: int
    total_fen: int
    file_sha256: str
    region_code: str
    made_at: datetime
    made_by: str
    paid_fen: int
    paid_count: int
    failed_count: int


async def balances(reader: Reader, at: datetime | None = None) -> list[Balance]:
    """Every account that is not zero, now (kept up to date) or at an instant (summed from the postings)."""
    if at is None:
        rows = await reader.fetch(_BALANCES_NOW)
    else:
        rows = await reader.fetch(_BALANCES_AT, at_us=to_us(at))
    return [Balance(row["account"], row["party"], int(row["amount_fen"])) for row in rows]


async def trial_balance(reader: Reader, at: datetime | None = None) -> TrialBalance:
    """Sum up all postings until an instant, and name entries that do not balance."""
    row = await reader.fetch_one(_TRIAL, at_us=_END_OF_TIME_US if at is None else to_us(at))
    assert row is not None
    broken = await reader.fetch(_UNBALANCED)
    debit, credit = int(row["debit_fen"]), int(row["credit_fen"])
    return TrialBalance(debit, credit, debit - credit, tuple(one["entry_id"] for one in broken))


async def account_lines(
    reader: Reader, account: str, party: str = "", *, limit: int = 100, after: str | None = None
) -> tuple[list[AccountLine], str | None]:
    """Postings of an account in their order, and where the next page begins."""
    us, entry_id, line = (after or "-1~~-1").split("~")
    limit = max(1, min(limit, LIMIT_MAX))
    rows = await reader.fetch(
        _LINES, account=account, party=party, us=int(us), entry_id=entry_id, line=int(line), limit=limit + 1
    )
    lines = [
        AccountLine(
            row["entry_id"],
            row["amount_fen"],
            from_us(row["posted_us"]),
            row["memo"],
            row["case_id"],
            row["claim_key"],
        )
        for row in rows[:limit]
    ]
    last = rows[limit - 1] if len(rows) > limit else None
    return lines, f"{last['posted_us']}~{last['entry_id']}~{last['line']}" if last else None


async def claim_by_id(reader: Reader, claim_id: str) -> Claim | None:
    """One claim with its working; the caller checks ``VIEW`` over :func:`claim_subject`."""
    row = await reader.fetch_one(CLAIM, claim_id=claim_id)
    return None if row is None else claim_of(row)


async def claims_of_case(reader: Reader, case_id: str) -> list[Claim]:
    """All claims of a case in every version, oldest first."""
    return [claim_of(row) for row in await reader.fetch(_OF_CASE, case_id=case_id)]


async def entries_of_case(reader: Reader, case_id: str, scope: Scope) -> list[EntryTold]:
    """Entries of a case that a scope may see, in the order of their posting."""
    told: dict[str, EntryTold] = {}
    for row in await reader.fetch(_ENTRIES, case_id=case_id):
        if not any(row["region_code"].startswith(prefix) for prefix in scope.region_prefixes):
            continue
        known = told.get(row["entry_id"])
        posting = Balance(row["account"], row["party"], int(row["amount_fen"]))
        told[row["entry_id"]] = EntryTold(
            row["entry_id"],
            row["claim_id"],
            row["claim_key"],
            row["memo"],
            row["rule"],
            from_us(row["posted_us"]),
            row["posted_by"],
            row["reversal_id"],
            (*(known.postings if known else ()), posting),
        )
    return list(told.values())


async def claims_of_document(reader: Reader, document_id: str) -> list[Claim]:
    """Claims that stand on a document: what a correction must take back."""
    return [claim_of(row) for row in await reader.fetch(_OF_DOCUMENT, document_id=document_id)]


def claim_subject(claim: Claim) -> Subject:
    """Where the claim lies and who stands how to it."""
    related = [("self", claim.payee)]
    if claim.reporter:
        related.append(("reporter", claim.reporter))
    return Subject(claim.region_code, tuple(related))


async def list_claims(
    reader: Reader, scope: Scope, *, state: str | None = None, limit: int = 50, after: str | None = None
) -> ClaimPage:
    """Claims that a scope may see, newest first."""
    limit = max(1, min(limit, LIMIT_MAX))
    where: list[str] = []
    params: dict[str, Any] = {}
    if not scope.everywhere:
        opened = []
        for place, prefix in enumerate(scope.region_prefixes):
            opened.append(f"(region_code >= :from_{place} AND region_code < :to_{place})")
            params |= {f"from_{place}": prefix, f"to_{place}": prefix + "~"}
        for relation, column in (("self", "payee"), ("reporter", "reporter")):
            if relation in scope.relations and scope.selves:
                opened.append(f"{column} = ANY(:selves)")
                params["selves"] = list(scope.selves)
        where.append(f"({' OR '.join(opened)})" if opened else "1 = 0")
    if state is not None:
        where.append("state = :state")
        params["state"] = state
    if after is not None:
        us, _, claim_id = after.partition("~")
        where.append("(computed_us < :us OR (computed_us = :us AND claim_id < :id))")
        params |= {"us": int(us) if us.isdecimal() else 0, "id": claim_id}
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    statement = sql(
        f"SELECT {_LISTED} FROM ledger_claim{condition} ORDER BY computed_us DESC, claim_id DESC LIMIT :limit"
    )
    rows = await reader.fetch(statement, **params, limit=limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return ClaimPage(
        tuple(_claim_row(row) for row in rows[:limit]),
        f"{last['computed_us']}~{last['claim_id']}" if last else None,
    )


def _claim_row(row: Any) -> ClaimRow:
    named = {name: row[name] for name in ClaimRow.__struct_fields__ if name != "computed_at"}
    return ClaimRow(**named, computed_at=from_us(row["computed_us"]))


async def payout_by_id(reader: Reader, payout_id: str) -> tuple[PayoutRow, tuple[PayoutLine, ...]] | None:
    """A batch and its lines."""
    row = await reader.fetch_one(PAYOUT, payout_id=payout_id)
    return None if row is None else (_payout_row(row), payout_lines(row))


async def payout_csv(reader: Reader, payout_id: str) -> bytes | None:
    """The batch's file; its SHA-256 is the one in the batch."""
    row = await reader.fetch_one(PAYOUT, payout_id=payout_id)
    return None if row is None else payout_file(payout_id, payout_lines(row))


async def list_payouts(reader: Reader, *, limit: int = 50, after: str | None = None) -> list[PayoutRow]:
    """Batches, newest first; ``after`` is ``<made_us>~<payout_id>`` of the last one seen."""
    us, _, payout_id = (after or f"{_END_OF_TIME_US}~").partition("~")
    rows = await reader.fetch(_PAYOUTS, us=int(us), id=payout_id, limit=max(1, min(limit, LIMIT_MAX)))
    return [_payout_row(row) for row in rows]


def payout_cursor(row: PayoutRow) -> str:
    """Where the page after this batch begins."""
    return f"{to_us(row.made_at)}~{row.payout_id}"


def _payout_row(row: Any) -> PayoutRow:
    named = {name: row[name] for name in PayoutRow.__struct_fields__ if name != "made_at"}
    return PayoutRow(**named, made_at=from_us(row["made_us"]))
