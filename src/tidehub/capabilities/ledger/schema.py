"""The tables of the ledger and their indexes. Amounts are integer fen, debit positive."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text

from tidehub.hub.schema import metadata

_STANDS = text("stands = 1")

entry = Table(
    "ledger_entry",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("claim_id", Text, nullable=False),
    Column("claim_key", Text),
    Column("memo", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("posted_us", BigInteger, nullable=False),
    Column("posted_by", Text, nullable=False),
    Column("reversal_id", Text),
    Index("ix_ledger_entry_case", "case_id", "posted_us"),
    Index("ix_ledger_entry_claim", "claim_id"),
    Index("ix_ledger_entry_posted", "posted_us", "entry_id"),
)

posting = Table(
    "ledger_posting",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("posted_us", BigInteger, nullable=False),
    Index("ix_ledger_posting_account", "account", "party", "posted_us", "entry_id", "line"),
    Index("ix_ledger_posting_posted", "posted_us"),
)

balance = Table(
    "ledger_balance",
    metadata,
    Column("account", Text, primary_key=True),
    Column("party", Text, primary_key=True),
    Column("amount_fen", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
)

key = Table(
    "ledger_key",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Index("ix_ledger_key_holder", "holder"),
)

claim = Table(
    "ledger_claim",
    metadata,
    Column("claim_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("before_hold", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("family", Text, nullable=False),
    Column("claim_key", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("payee", Text, nullable=False),
    Column("vessel_id", Text, nullable=False),
    Column("unit_id", Text),
    Column("reporter", Text),
    Column("region_code", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("tariff", Text, nullable=False),
    Column("tariff_version", Integer, nullable=False),
    Column("working", Text, nullable=False),
    Column("gross_fen", BigInteger, nullable=False),
    Column("cut_fen", BigInteger, nullable=False),
    Column("fund_fen", BigInteger, nullable=False),
    Column("payable_fen", BigInteger, nullable=False),
    Column("happened_us", BigInteger, nullable=False),
    Column("computed_us", BigInteger, nullable=False),
    Column("computed_by", Text, nullable=False),
    Column("checked_by", Text),
    Column("approved_by", Text),
    Column("paid_us", BigInteger),
    Column("reason", Text),
    Column("payout_id", Text),
    Index("ix_ledger_claim_case", "case_id", "computed_us"),
    Index("ix_ledger_claim_key", "family", "claim_key"),
    Index("ix_ledger_claim_document", "document_id"),
    Index("ix_ledger_claim_computed", "computed_us", "claim_id"),
    Index("ix_ledger_claim_state", "state", "computed_us", "claim_id"),
    Index("ix_ledger_claim_payee", "payee", "computed_us", "claim_id"),
    Index("ix_ledger_claim_region", "region_code", "computed_us", "claim_id"),
    Index("ix_ledger_claim_payout", "payout_id"),
)

cap_take = Table(
    "ledger_cap_take",
    metadata,
    Column("claim_id", Text, primary_key=True),
    Column("cap_id", Text, primary_key=True),
    Column("tariff", Text, nullable=False),
    Column("holder", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("taken_fen", BigInteger, nullable=False),
    Column("stands", Integer, nullable=False),
    Index(
        "ix_ledger_cap_take_cap",
        "tariff",
        "cap_id",
        "holder",
        "period",
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    ),
)

payout = Table(
    "ledger_payout",
    metadata,
    Column("payout_id", Text, primary_key=True),
    Column("lines", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Column("file_sha256", Text, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("paid_fen", BigInteger, nullable=False),
    Column("paid_count", Integer, nullable=False),
    Column("failed_count", Integer, nullable=False),
    Index("ix_ledger_payout_made", "made_us", "payout_id"),
)

# Bookkeeping, not derived from facts: where there are many writers, whoever counts takes a row first.
lock = Table("ledger_lock", metadata, Column("name", Text, primary_key=True))

TABLES = (entry, posting, balance, key, claim, cap_take, payout)
