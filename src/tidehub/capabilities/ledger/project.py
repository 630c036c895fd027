"""What each fact changes in the tables of the ledger, as data. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tidehub.capabilities.ledger import facts as f
from tidehub.capabilities.ledger.model import Posting
from tidehub.capabilities.ledger.schema import claim as claim_table
from tidehub.hub.log import Recorded
from tidehub.hub.statement import Write, sql
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.instants import to_us

_NAMES = [column.name for column in claim_table.columns]
_ENTRY = sql(
    "INSERT INTO ledger_entry (entry_id, case_id, claim_id, claim_key, memo, rule, region_code, posted_us,"
    " posted_by) VALUES (:entry_id, :case_id, :claim_id, :claim_key, :memo, :rule, :region_code, :at_us, :by)"
)
_REVERSED = sql("UPDATE ledger_entry SET reversal_id = :reversal_id WHERE entry_id = :entry_id")
_POSTING = sql(
    "INSERT INTO ledger_posting (entry_id, line, account, party, amount_fen, posted_us)"
    " VALUES (:entry_id, :line, :account, :party, :amount_fen, :at_us)"
)
_BALANCE = sql(
    "INSERT INTO ledger_balance (account, party, amount_fen, lines) VALUES (:account, :party, :amount_fen, 1)"
    " ON CONFLICT (account, party) DO UPDATE SET"
    " amount_fen = ledger_balance.amount_fen + excluded.amount_fen, lines = ledger_balance.lines + 1"
)
_KEY = sql("INSERT INTO ledger_key (name, holder) VALUES (:name, :holder)")
_FREE_KEY = sql("DELETE FROM ledger_key WHERE name = :name AND holder = :holder")
_FREE_KEYS = sql("DELETE FROM ledger_key WHERE holder = :holder")
_CLAIM = sql(f"INSERT INTO ledger_claim ({', '.join(_NAMES)}) VALUES ({', '.join(':' + name for name in _NAMES)})")
_TAKE = sql(
    "INSERT INTO ledger_cap_take (claim_id, cap_id, tariff, holder, period, taken_fen, stands)"
    " VALUES (:claim_id, :cap_id, :tariff, :holder, :period, :taken_fen, 1)"
)
_FREE_CAPS = sql("UPDATE ledger_cap_take SET stands = 0 WHERE claim_id = :claim_id")
_CHECKED = sql("UPDATE ledger_claim SET state = 'checked', checked_by = :by WHERE claim_id = :claim_id")
_APPROVED = sql("UPDATE ledger_claim SET state = 'approved', approved_by = :by WHERE claim_id = :claim_id")
_HELD = sql(
    "UPDATE ledger_claim SET state = 'held', before_hold = :before, reason = :reason WHERE claim_id = :claim_id"
)
_RELEASED = sql("UPDATE ledger_claim SET state = :state, before_hold = '', reason = NULL WHERE claim_id = :claim_id")
_ENDED = sql("UPDATE ledger_claim SET state = :state, reason = :reason WHERE claim_id = :claim_id")
_PAID = sql("UPDATE ledger_claim SET state = 'paid', paid_us = :at_us WHERE claim_id = :claim_id")
_IN_PAYOUT = sql("UPDATE ledger_claim SET payout_id = :payout_id WHERE claim_id = :claim_id")
_PAYOUT = sql(
    "INSERT INTO ledger_payout (payout_id, lines, count, total_fen, file_sha256, region_code, made_us,"
    " made_by, paid_fen, paid_count, failed_count) VALUES (:payout_id, :lines, :count, :total_fen,"
    " :file_sha256, :region_code, :at_us, :by, 0, 0, 0)"
)
_RECONCILED = sql(
    "UPDATE ledger_payout SET paid_fen = paid_fen + :paid_fen, paid_count = paid_count + :paid_count,"
    " failed_count = failed_count + :failed_count WHERE payout_id = :payout_id"
)


def project(recorded: Recorded) -> Iterable[Write]:
    """The changes that a fact makes to the tables of the ledger."""
    writes = _WRITES.get(recorded.kind)
    return writes(recorded, recorded.fact) if writes is not None else ()


def _posted(recorded: Recorded, fact: f.EntryPosted) -> Sequence[Write]:
    writes = _book(recorded, fact.entry_id, fact, fact.postings, fact.memo, fact.rule, fact.claim_id)
    if fact.claim_key is not None and not fact.claim_id:
        writes.append(Write(_KEY, {"name": fact.claim_key, "holder": fact.entry_id}))
    return writes


def _reversed(recorded: Recorded, fact: f.EntryReversed) -> Sequence[Write]:
    writes = _book(recorded, fact.reversal_id, fact, fact.postings, fact.reason, "reversal", "")
    writes.append(Write(_REVERSED, {"entry_id": fact.entry_id, "reversal_id": fact.reversal_id}))
    if fact.claim_key is not None:
        writes.append(Write(_FREE_KEY, {"name": fact.claim_key, "holder": fact.entry_id}))
    return writes


def _book(
    recorded: Recorded,
    entry_id: str,
    fact: f.EntryPosted | f.EntryReversed,
    postings: Sequence[Posting],
    memo: str,
    rule: str,
    claim_id: str,
) -> list[Write]:
    at_us = to_us(recorded.at)
    row = {
        "entry_id": entry_id,
        "case_id": fact.case_id,
        "claim_id": claim_id,
        "claim_key": fact.claim_key,
        "memo": memo,
        "rule": rule,
        "region_code": fact.region_code,
        "at_us": at_us,
        "by": recorded.by,
    }
    writes = [Write(_ENTRY, row)]
    for place, line in enumerate(postings):
        moved = {"account": line.account, "party": line.party, "amount_fen": line.amount_fen}
        writes.append(Write(_POSTING, moved | {"entry_id": entry_id, "line": place, "at_us": at_us}))
    writes += [
        Write(_BALANCE, {"account": line.account, "party": line.party, "amount_fen": line.amount_fen})
        for line in sorted(postings, key=lambda line: (line.account, line.party))
    ]
    return writes


def _computed(recorded: Recorded, fact: f.ClaimComputed) -> Sequence[Write]:
    row: dict[str, Any] = dict.fromkeys(_NAMES)
    for name in (
        "claim_id", "case_id", "version", "family", "claim_key", "payee", "vessel_id", "unit_id", "reporter",
        "region_code", "document_id", "tariff", "tariff_version", "gross_fen", "cut_fen", "fund_fen",
        "payable_fen",
    ):  # fmt: skip
        row[name] = getattr(fact, name)
    row |= {
        "state": "computed",
        "before_hold": "",
        "evidence": canonical_json(fact.evidence).decode(),
        "working": canonical_json(fact.working).decode(),
        "happened_us": to_us(fact.happened_at),
        "computed_us": to_us(recorded.at),
        "computed_by": recorded.by,
    }
    writes = [Write(_CLAIM, row)]
    keys = dict.fromkeys((fact.claim_key, *fact.evidence))
    writes += [Write(_KEY, {"name": f"{fact.family}/{key}", "holder": fact.claim_id}) for key in keys]
    for take in fact.working.takes:
        taken = {"cap_id": take.cap_id, "holder": take.holder, "period": take.period}
        taken |= {"claim_id": fact.claim_id, "tariff": fact.tariff, "taken_fen": take.taken_fen}  # type: ignore[dict-item]
        writes.append(Write(_TAKE, taken))
    return writes


def _checked(recorded: Recorded, fact: f.ClaimChecked) -> Sequence[Write]:
    return [Write(_CHECKED, {"claim_id": fact.claim_id, "by": recorded.by})]


def _approved(recorded: Recorded, fact: f.ClaimApproved) -> Sequence[Write]:
    return [Write(_APPROVED, {"claim_id": fact.claim_id, "by": recorded.by})]


def _held(_recorded: Recorded, fact: f.ClaimHeld) -> Sequence[Write]:
    return [Write(_HELD, {"claim_id": fact.claim_id, "before": fact.state, "reason": fact.reason})]


def _released(_recorded: Recorded, fact: f.ClaimReleased) -> Sequence[Write]:
    return [Write(_RELEASED, {"claim_id": fact.claim_id, "state": fact.state})]


def _rejected(_recorded: Recorded, fact: f.ClaimRejected) -> Sequence[Write]:
    return _ended(fact.claim_id, "rejected", fact.reason)


def _taken_back(_recorded: Recorded, fact: f.ClaimReversed) -> Sequence[Write]:
    return _ended(fact.claim_id, "reversed", fact.reason)


def _ended(claim_id: str, state: str, reason: str) -> Sequence[Write]:
    return [
        Write(_ENDED, {"claim_id": claim_id, "state": state, "reason": reason}),
        Write(_FREE_KEYS, {"holder": claim_id}),
        Write(_FREE_CAPS, {"claim_id": claim_id}),
    ]


def _paid(recorded: Recorded, fact: f.ClaimPaid) -> Sequence[Write]:
    return [Write(_PAID, {"claim_id": fact.claim_id, "at_us": to_us(recorded.at)})]


def _payout(recorded: Recorded, fact: f.PayoutMade) -> Sequence[Write]:
    row = {
        "payout_id": fact.payout_id,
        "lines": canonical_json(fact.lines).decode(),
        "count": fact.count,
        "total_fen": fact.total_fen,
        "file_sha256": fact.file_sha256,
        "region_code": fact.region_code,
        "at_us": to_us(recorded.at),
        "by": recorded.by,
    }
    into = {"payout_id": fact.payout_id}
    return [
        Write(_PAYOUT, row),
        *(Write(_IN_PAYOUT, into | {"claim_id": line.claim_id}) for line in fact.lines),
    ]


def _reconciled(_recorded: Recorded, fact: f.PayoutReconciled) -> Sequence[Write]:
    row = {
        "payout_id": fact.payout_id,
        "paid_fen": fact.paid_fen,
        "paid_count": fact.paid_count,
        "failed_count": len(fact.failed),
    }
    return [
        Write(_RECONCILED, row),
        *(Write(_IN_PAYOUT, {"payout_id": None, "claim_id": claim_id}) for claim_id, _why in fact.failed),
    ]


_WRITES: dict[str, Callable[[Recorded, Any], Sequence[Write]]] = {
    "EntryPosted": _posted,
    "EntryReversed": _reversed,
    "ClaimComputed": _computed,
    "ClaimChecked": _checked,
    "ClaimApproved": _approved,
    "ClaimHeld": _held,
    "ClaimReleased": _released,
    "ClaimRejected": _rejected,
    "ClaimReversed": _taken_back,
    "ClaimPaid": _paid,
    "PayoutMade": _payout,
    "PayoutReconciled": _reconciled,
}
