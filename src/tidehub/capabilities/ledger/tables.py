"""Reading what decisions need, under locks where sums or uniqueness depend on it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from tidehub.capabilities.ledger.claims import local_day
from tidehub.capabilities.ledger.commands import (
    ClaimCommand,
    ComputeClaim,
    MakePayout,
    PostEntry,
    ReconcilePayout,
    ReverseEntry,
)
from tidehub.capabilities.ledger.model import Claim, PayoutLine, Posting, Tariffs
from tidehub.capabilities.ledger.schema import claim as claim_table
from tidehub.capabilities.ledger.state import Batching, ClaimBooks, Computing, Entry, Payout, Postable
from tidehub.hub.log import Reader
from tidehub.hub.statement import Write, sql
from tidehub.hub.transaction import Transaction
from tidehub.kernel.codec import decode
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.instants import from_us
from tidehub.methods.subsidy import Working, cap_keys

CLAIM_COLUMNS = ", ".join(column.name for column in claim_table.columns)
_ENTRY_COLUMNS = "entry_id, case_id, claim_id, claim_key, memo, rule, region_code, reversal_id"
_BUCKETS = 1024

_LOCK = sql("INSERT INTO ledger_lock (name) VALUES (:name) ON CONFLICT (name) DO UPDATE SET name = excluded.name")
_ENTRY = sql(f"SELECT {_ENTRY_COLUMNS} FROM ledger_entry WHERE entry_id = :entry_id FOR UPDATE", short=True)
_OF_CLAIM = sql(
    f"SELECT {_ENTRY_COLUMNS} FROM ledger_entry WHERE claim_id = :claim_id AND reversal_id IS NULL"
    " ORDER BY posted_us, entry_id",
    short=True,
)
_POSTINGS = sql(
    "SELECT entry_id, account, party, amount_fen FROM ledger_posting WHERE entry_id = ANY(:entry_ids)"
    " ORDER BY entry_id, line"
)
_KEYS = sql("SELECT name, holder FROM ledger_key WHERE name = ANY(:names)")
CLAIM = sql(f"SELECT {CLAIM_COLUMNS} FROM ledger_claim WHERE claim_id = :claim_id", short=True)
_CLAIM_LOCKED = sql(
    f"SELECT {CLAIM_COLUMNS} FROM ledger_claim WHERE claim_id = :claim_id FOR UPDATE",
    short=True,
)
_CLAIMS_LOCKED = sql(
    f"SELECT {CLAIM_COLUMNS} FROM ledger_claim WHERE claim_id = ANY(:claim_ids) ORDER BY claim_id FOR UPDATE"
)
_VERSIONS = sql("SELECT COUNT(*) AS n FROM ledger_claim WHERE family = :family AND claim_key = :claim_key", short=True)
_USED = sql(
    "SELECT cap_id, holder, period, SUM(taken_fen) AS used FROM ledger_cap_take WHERE stands = 1"
    " AND tariff = :tariff AND cap_id = ANY(:cap_ids) AND holder = ANY(:holders) AND period = ANY(:periods)"
    " GROUP BY cap_id, holder, period"
)
PAYOUT = sql(
    "SELECT payout_id, lines, count, total_fen, file_sha256, region_code, made_us, made_by, paid_fen,"
    " paid_count, failed_count FROM ledger_payout WHERE payout_id = :payout_id",
    short=True,
)


def claim_of(row: Any) -> Claim:
    """One row as a claim."""
    working = decode(row["working"], Working)
    named = {
        name: row[name]
        for name in Claim.__struct_fields__
        if name not in ("evidence", "working", "takes", "happened_at")
    }
    return Claim(
        **named,
        evidence=tuple(decode(row["evidence"], list)),
        working=working,
        takes=working.takes,
        happened_at=from_us(row["happened_us"]),
    )


def payout_lines(row: Any) -> tuple[PayoutLine, ...]:
    """The lines of a batch's row."""
    return decode(row["lines"], tuple[PayoutLine, ...])


class Loader:
    """Reads what decisions need."""

    def __init__(self, tariffs: Tariffs) -> None:
        self._tariffs = tariffs

    async def posting(self, tx: Transaction, command: PostEntry) -> Postable:
        """The entry of this id, and who bears the key, under the key's lock."""
        holders = {}
        if command.claim_key is not None:
            _take_locks(tx, _key_locks([command.claim_key]))
            holders = await _holders(tx, [command.claim_key])
        known = await _entry(tx, command.entry_id)
        return Postable(known, holders.get(command.claim_key or ""))

    async def entry(self, tx: Transaction, command: ReverseEntry) -> Entry:
        """The entry to be reversed, in the case it is said to be in."""
        known = await _entry(tx, command.entry_id)
        if known is None or known.case_id != command.case_id:
            raise NOT_FOUND("entry_id", what="entry", id=command.entry_id)
        return known

    async def computing(self, tx: Transaction, command: ComputeClaim) -> Computing:
        """Keys and caps under their locks, so that neither can be used twice side by side."""
        on = local_day(self._tariffs, command)
        tariff = self._tariffs.on(command.tariff, on)
        caps = cap_keys(tariff, on, vessel=command.vessel_id, payee=command.payee)
        names = {f"{tariff.family}/{key}": key for key in (command.claim_key, *command.evidence)}
        holders = sorted({holder for _cap, holder, _period in caps})
        _take_locks(tx, [*(f"cap/{holder}" for holder in holders), *_key_locks(names)])
        row = await tx.fetch_one(CLAIM, claim_id=command.claim_id)
        taken = await _holders(tx, list(names))
        used = await _used(tx, tariff.tariff, caps)
        versions = await tx.fetch_one(_VERSIONS, family=tariff.family, claim_key=command.claim_key)
        assert versions is not None
        return Computing(
            claim_of(row) if row else None,
            {names[name]: holder for name, holder in taken.items()},
            used,
            versions["n"],
        )

    async def claim(self, tx: Transaction, command: ClaimCommand) -> Claim:
        """One claim, locked, in the case it is said to be in."""
        row = await tx.fetch_one(_CLAIM_LOCKED, claim_id=command.claim_id)
        if row is None or row["case_id"] != command.case_id:
            raise NOT_FOUND("claim_id", what="claim", id=command.claim_id)
        return claim_of(row)

    async def books(self, tx: Transaction, command: ClaimCommand) -> ClaimBooks:
        """One claim with its entries that stand."""
        claim = await self.claim(tx, command)
        return ClaimBooks(claim, await _entries_of(tx, claim.claim_id))

    async def batching(self, tx: Transaction, command: MakePayout) -> Batching:
        """The claims, locked in the order of their ids, and the batch if it exists."""
        rows = await tx.fetch(_CLAIMS_LOCKED, claim_ids=sorted(set(command.claim_ids)))
        known = await tx.fetch_one(PAYOUT, payout_id=command.payout_id)
        payout = Payout(command.payout_id, payout_lines(known), known["region_code"], {}) if known else None
        return Batching(payout, tuple(claim_of(row) for row in rows))

    async def payout(self, tx: Transaction, command: ReconcilePayout) -> Payout:
        """The batch and its claims that still wait for the bank."""
        row = await tx.fetch_one(PAYOUT, payout_id=command.payout_id)
        if row is None:
            raise NOT_FOUND("payout_id", what="payout", id=command.payout_id)
        lines = payout_lines(row)
        claims = await tx.fetch(_CLAIMS_LOCKED, claim_ids=sorted(line.claim_id for line in lines))
        waiting = {
            one["claim_id"]: ClaimBooks(claim_of(one), ())
            for one in claims
            if one["payout_id"] == command.payout_id and one["state"] == "approved"
        }
        return Payout(command.payout_id, lines, row["region_code"], waiting)


def _take_locks(tx: Transaction, names: Iterable[str]) -> None:
    for name in sorted(set(names)):
        tx.write(Write(_LOCK, {"name": name}))


def _key_locks(keys: Iterable[str]) -> list[str]:
    return [f"key/{zlib.crc32(key.encode()) % _BUCKETS:04d}" for key in keys]


async def _holders(tx: Transaction, names: Sequence[str]) -> dict[str, str]:
    return {row["name"]: row["holder"] for row in await tx.fetch(_KEYS, names=names)}


async def _used(tx: Transaction, tariff: str, caps: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], int]:
    if not caps:
        return {}
    cap_ids, holders, periods = (sorted(set(part)) for part in zip(*caps, strict=True))
    rows = await tx.fetch(_USED, tariff=tariff, cap_ids=cap_ids, holders=holders, periods=periods)
    return {(row["cap_id"], row["holder"], row["period"]): int(row["used"]) for row in rows}


async def _entry(reader: Reader, entry_id: str) -> Entry | None:
    row = await reader.fetch_one(_ENTRY, entry_id=entry_id)
    return None if row is None else (await _with_postings(reader, [row]))[0]


async def _entries_of(reader: Reader, claim_id: str) -> tuple[Entry, ...]:
    return await _with_postings(reader, await reader.fetch(_OF_CLAIM, claim_id=claim_id))


async def _with_postings(reader: Reader, rows: Sequence[Any]) -> tuple[Entry, ...]:
    if not rows:
        return ()
    postings: dict[str, list[Posting]] = {}
    for line in await reader.fetch(_POSTINGS, entry_ids=[row["entry_id"] for row in rows]):
        postings.setdefault(line["entry_id"], []).append(Posting(line["account"], line["amount_fen"], line["party"]))
    return tuple(
        Entry(
            entry_id=row["entry_id"],
            case_id=row["case_id"],
            claim_id=row["claim_id"],
            claim_key=row["claim_key"],
            postings=tuple(postings.get(row["entry_id"], ())),
            memo=row["memo"],
            rule=row["rule"],
            region_code=row["region_code"],
            reversal_id=row["reversal_id"],
        )
        for row in rows
    )


__all__ = ["CLAIM", "CLAIM_COLUMNS", "PAYOUT", "Loader", "claim_of", "payout_lines"]
