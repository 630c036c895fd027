"""Batches for the bank, their file, and the bank's answer. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from tidehub.capabilities.ledger.claims import DecideClaims
from tidehub.capabilities.ledger.commands import MakePayout, ReconcilePayout
from tidehub.capabilities.ledger.facts import PayoutMade, PayoutReconciled
from tidehub.capabilities.ledger.model import Claim, PayoutLine
from tidehub.capabilities.ledger.refusals import (
    CLAIM_STATE,
    PAYOUT_EMPTY,
    PAYOUT_LINE_UNKNOWN,
    PAYOUT_LINE_WRONG,
    PAYOUT_TAKEN,
)
from tidehub.capabilities.ledger.state import Batching, Payout
from tidehub.kernel.codec import sha256_hex
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.facts import Fact

_COLUMNS = ("record", "payout_id", "claim_id", "case_id", "payee", "amount_fen", "amount_yuan")


def payout_file(payout_id: str, lines: Sequence[PayoutLine]) -> bytes:
    """The batch as CSV (RFC 4180, UTF-8): a line for each payment, then one of control totals.

    ``amount_yuan`` is a plain decimal with two digits; the ``TOTAL`` line has the count under ``claim_id``.
    Texts that a spreadsheet would take for a formula are set off by an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for line in lines:
        writer.writerow(
            (
                "PAY",
                _plain(payout_id),
                _plain(line.claim_id),
                _plain(line.case_id),
                _plain(line.payee),
                line.amount_fen,
                _yuan(line.amount_fen),
            )
        )
    total = sum(line.amount_fen for line in lines)
    writer.writerow(("TOTAL", _plain(payout_id), len(lines), "", "", total, _yuan(total)))
    return out.getvalue().encode()


def shared_region(claims: Sequence[Claim]) -> str:
    """The region in which all of some claims lie: the longest beginning that their codes share."""
    shared = claims[0].region_code if claims else ""
    for claim in claims:
        while not claim.region_code.startswith(shared):
            shared = shared[:-1]
    return shared


def make(state: Batching, command: MakePayout, _now: datetime) -> list[Fact]:
    """Gather approved claims that are in no other batch; claims of zero fen are not for the bank."""
    if state.known is not None:
        if {line.claim_id for line in state.known.lines} == set(command.claim_ids):
            return []
        raise PAYOUT_TAKEN("payout_id", payout_id=command.payout_id)
    found = {claim.claim_id: claim for claim in state.claims}
    for place, claim_id in enumerate(command.claim_ids):
        claim = found.get(claim_id)
        if claim is None:
            raise NOT_FOUND(f"claim_ids[{place}]", what="claim", id=claim_id)
        if claim.state != "approved" or claim.payout_id is not None or not claim.payable_fen:
            raise CLAIM_STATE(
                f"claim_ids[{place}]",
                claim_id=claim_id,
                state=claim.payout_id or claim.state,
                act="支付 paid",
            )
    if not found:
        raise PAYOUT_EMPTY("claim_ids")
    lines = tuple(
        PayoutLine(claim.claim_id, claim.case_id, claim.payee, claim.payable_fen)
        for claim in sorted(found.values(), key=lambda claim: claim.claim_id)
    )
    return [
        PayoutMade(
            payout_id=command.payout_id,
            lines=lines,
            count=len(lines),
            total_fen=sum(line.amount_fen for line in lines),
            file_sha256=sha256_hex(payout_file(command.payout_id, lines)),
            region_code=shared_region(state.claims),
        )
    ]


class DecidePayouts:
    """Decisions that post payments."""

    def __init__(self, claims: DecideClaims) -> None:
        self._claims = claims

    def reconcile(self, state: Payout, command: ReconcilePayout, _now: datetime) -> list[Fact]:
        """Compare with the bank, to the fen; anything that does not match is refused whole."""
        asked = {line.claim_id: line for line in state.lines}
        facts: list[Fact] = []
        failed: list[tuple[str, str]] = []
        paid_fen = paid_count = 0
        seen: set[str] = set()
        for place, line in enumerate(command.lines):
            at = f"lines[{place}]"
            if line.claim_id not in asked or line.claim_id in seen:
                raise PAYOUT_LINE_UNKNOWN(f"{at}.claim_id", claim_id=line.claim_id)
            seen.add(line.claim_id)
            books = state.claims.get(line.claim_id)
            if books is None:  # answered before: the same answer again has no effect
                continue
            if line.amount_fen != asked[line.claim_id].amount_fen:
                raise PAYOUT_LINE_WRONG(
                    f"{at}.amount_fen",
                    claim_id=line.claim_id,
                    asked_fen=asked[line.claim_id].amount_fen,
                    said_fen=line.amount_fen,
                )
            if line.paid:
                facts += self._claims.paid(books.claim, line.reference, state.payout_id)
                paid_fen, paid_count = paid_fen + line.amount_fen, paid_count + 1
            else:
                failed.append((line.claim_id, line.problem))
        if not facts and not failed:
            return []
        return [
            PayoutReconciled(payout_id=state.payout_id, paid_fen=paid_fen, paid_count=paid_count, failed=tuple(failed)),
            *facts,
        ]


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _yuan(amount_fen: int) -> str:
    yuan, fen = divmod(amount_fen, 100)
    return f"{yuan}.{fen:02d}"
