"""Decisions about claims: computed, checked, approved, paid, each by another hand. Pure.

Every step moves the money in the books: a computed claim is set aside (expense to *pending* and the fund),
an approved one is owed (*pending* to *payable*), a paid one leaves (*payable* to the bank). What is rejected
or taken back is reversed entry by entry.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from tidehub.capabilities.ledger.commands import (
    ApproveClaim,
    CheckClaim,
    ClaimCommand,
    ComputeClaim,
    HoldClaim,
    PayClaim,
    RejectClaim,
    ReleaseClaim,
    ReverseClaim,
)
from tidehub.capabilities.ledger.decide import check_postings, reversal_of
from tidehub.capabilities.ledger.facts import (
    ClaimApproved,
    ClaimChecked,
    ClaimComputed,
    ClaimHeld,
    ClaimPaid,
    ClaimRejected,
    ClaimReleased,
    ClaimReversed,
    EntryPosted,
)
from tidehub.capabilities.ledger.model import AccountPlan, Claim, Posting, Tariffs
from tidehub.capabilities.ledger.refusals import (
    CLAIM_EMPTY,
    CLAIM_STATE,
    CLAIM_TAKEN,
    CLAIMED_ALREADY,
    OWN_WORK,
    SAME_PERSON,
)
from tidehub.capabilities.ledger.state import ClaimBooks, Computing
from tidehub.kernel.access import Actor
from tidehub.kernel.facts import Fact
from tidehub.kernel.ids import derived_id
from tidehub.methods.subsidy import compute_subsidy


class DecideClaims:
    """Decisions with the account plan and the tariffs."""

    def __init__(self, plan: AccountPlan, tariffs: Tariffs) -> None:
        self._plan = plan
        self._tariffs = tariffs

    def compute(self, state: Computing, command: ComputeClaim, _now: datetime) -> list[Fact]:
        """Compute a claim under the tariff of its day and set the money aside."""
        on = local_day(self._tariffs, command)
        tariff = self._tariffs.on(command.tariff, on)
        if state.known is not None:
            known = state.known
            if known.claim_key == command.claim_key and known.evidence == command.evidence:
                return []
            raise CLAIM_TAKEN("claim_id", claim_id=command.claim_id)
        if not command.lines or not command.evidence:
            raise CLAIM_EMPTY("lines" if not command.lines else "evidence")
        for key in (command.claim_key, *command.evidence):
            if key in state.keys_taken:
                raise CLAIMED_ALREADY("evidence", key=key, claim_id=state.keys_taken[key])
        working = compute_subsidy(
            command.lines,
            tariff,
            on,
            state.used,
            vessel=command.vessel_id,
            payee=command.payee,
            vessel_class=command.vessel_class,
        )
        computed = ClaimComputed(
            claim_id=command.claim_id,
            case_id=command.case_id,
            version=state.versions + 1,
            family=tariff.family,
            claim_key=command.claim_key,
            evidence=command.evidence,
            payee=command.payee,
            vessel_id=command.vessel_id,
            unit_id=command.unit_id,
            reporter=command.reporter,
            region_code=command.region_code,
            document_id=command.document_id,
            tariff=tariff.tariff,
            tariff_version=tariff.version,
            on=on,
            working=working,
            gross_fen=working.gross_fen,
            cut_fen=working.cut_fen,
            fund_fen=working.fund_fen,
            payable_fen=working.payable_fen,
            happened_at=command.happened_at,
        )
        if not working.allowed_fen:
            return [computed]
        roles = self._plan.roles
        lines = [
            Posting(roles.expense, working.allowed_fen),
            Posting(roles.pending, -working.payable_fen, command.payee),
            Posting(roles.fund, -working.fund_fen),
        ]
        entry = EntryPosted(
            entry_id=derived_id("e", command.claim_id, "set_aside"),
            case_id=command.case_id,
            postings=tuple(line for line in lines if line.amount_fen),
            memo=f"补贴计提 subsidy set aside {command.claim_key}",
            rule=f"{tariff.tariff}/{tariff.version}",
            claim_key=f"{tariff.family}/{command.claim_key}",
            claim_id=command.claim_id,
            region_code=command.region_code,
        )
        check_postings(self._plan, entry.postings)
        return [computed, entry]

    def approve(self, books: ClaimBooks, command: ApproveClaim, _now: datetime) -> list[Fact]:
        """Approve a checked claim: now it is owed."""
        claim = books.claim
        if claim.state == "approved":
            return []
        _demand_state(claim, "checked", "批准", "approved")
        facts: list[Fact] = [ClaimApproved(**_named(claim), payable_fen=claim.payable_fen, note=command.note)]
        roles = self._plan.roles
        return facts + self._moved(
            claim, "approve", roles.pending, roles.payable, "补贴批准 subsidy approved", to_party=True
        )

    def pay(self, books: ClaimBooks, command: PayClaim, _now: datetime) -> list[Fact]:
        """Note that an approved claim was paid by hand."""
        claim = books.claim
        if claim.state == "paid":
            return []
        _demand_state(claim, "approved", "支付", "paid")
        if claim.payout_id is not None:
            raise CLAIM_STATE(
                "claim_id", claim_id=claim.claim_id, state=f"approved ({claim.payout_id})", act="支付 paid"
            )
        return self.paid(claim, command.reference, "")

    def paid(self, claim: Claim, reference: str, payout_id: str) -> list[Fact]:
        """The facts of a payment."""
        facts: list[Fact] = [
            ClaimPaid(
                **_named(claim),
                payee=claim.payee,
                amount_fen=claim.payable_fen,
                reference=reference,
                payout_id=payout_id,
            )
        ]
        roles = self._plan.roles
        return facts + self._moved(
            claim, f"pay/{payout_id}", roles.payable, roles.bank, "补贴支付 subsidy paid", to_party=False
        )

    def take_back(self, books: ClaimBooks, command: ReverseClaim, _now: datetime) -> list[Fact]:
        """Take a claim back.

        Money that has left stays left: of a paid claim the payment is not reversed, so the payee's account
        shows what they owe, until it comes back by an entry of its own.
        """
        claim = books.claim
        if claim.state == "reversed":
            return []
        if claim.state == "rejected" or (claim.payout_id is not None and claim.state != "paid"):
            raise CLAIM_STATE(
                "claim_id", claim_id=claim.claim_id, state=claim.payout_id or claim.state, act="撤销 reversed"
            )
        bank = self._plan.roles.bank
        to_undo = [entry for entry in reversed(books.entries) if all(line.account != bank for line in entry.postings)]
        return [
            ClaimReversed(**_named(claim), reason=command.reason, was_paid=claim.state == "paid"),
            *(reversal_of(entry, command.reason) for entry in to_undo),
        ]

    def _moved(self, claim: Claim, step: str, out_of: str, into: str, memo: str, *, to_party: bool) -> list[Fact]:
        if not claim.payable_fen:
            return []
        postings = (
            Posting(out_of, claim.payable_fen, claim.payee),
            Posting(into, -claim.payable_fen, claim.payee if to_party else ""),
        )
        check_postings(self._plan, postings)
        return [
            EntryPosted(
                entry_id=derived_id("e", claim.claim_id, step),
                case_id=claim.case_id,
                postings=postings,
                memo=f"{memo} {claim.claim_key}",
                rule=f"{claim.tariff}/{claim.tariff_version}",
                claim_id=claim.claim_id,
                region_code=claim.region_code,
            )
        ]


def local_day(tariffs: Tariffs, command: ComputeClaim) -> date:
    """The local day of the handover, in the tariff's own zone."""
    return command.happened_at.astimezone(ZoneInfo(tariffs.zone(command.tariff))).date()


def check(claim: Claim, command: CheckClaim, _now: datetime) -> list[Fact]:
    """Confirm a computed claim."""
    if claim.state == "checked":
        return []
    _demand_state(claim, "computed", "核查", "checked")
    return [ClaimChecked(**_named(claim), note=command.note)]


def hold(claim: Claim, command: HoldClaim, _now: datetime) -> list[Fact]:
    """Stop a claim that is not paid, nor on its way to the bank."""
    if claim.state == "held":
        return []
    if claim.state not in ("computed", "checked", "approved") or claim.payout_id is not None:
        raise CLAIM_STATE("claim_id", claim_id=claim.claim_id, state=claim.state, act="暂扣 held")
    return [ClaimHeld(**_named(claim), state=claim.state, reason=command.reason)]


def release(claim: Claim, command: ReleaseClaim, _now: datetime) -> list[Fact]:
    """Let a held claim go on."""
    _demand_state(claim, "held", "恢复", "released")
    return [ClaimReleased(**_named(claim), state=claim.before_hold, note=command.note)]


def reject(books: ClaimBooks, command: RejectClaim, _now: datetime) -> list[Fact]:
    """Refuse a claim that is not paid; what was set aside goes back."""
    claim = books.claim
    if claim.state == "rejected":
        return []
    if claim.state not in ("computed", "checked", "held") or claim.payout_id is not None:
        raise CLAIM_STATE("claim_id", claim_id=claim.claim_id, state=claim.state, act="驳回 rejected")
    return [
        ClaimRejected(**_named(claim), reason=command.reason),
        *(reversal_of(entry, command.reason) for entry in reversed(books.entries)),
    ]


def admit_checking(claim: Claim, _command: CheckClaim, actor: Actor) -> None:
    """Not by who computed it, nor by anyone with a part in it."""
    _no_part(claim, actor)
    _not_again(actor, (claim.computed_by, "计算", "computed"))


def admit_approving(books: ClaimBooks, _command: ApproveClaim, actor: Actor) -> None:
    """Not by who computed or checked it, nor by anyone with a part in it."""
    _no_part(books.claim, actor)
    _not_again(actor, (books.claim.computed_by, "计算", "computed"), (books.claim.checked_by, "核查", "checked"))


def admit_apart(state: Claim | ClaimBooks, _command: ClaimCommand, actor: Actor) -> None:
    """Not by anyone with a part in it."""
    _no_part(state.claim if isinstance(state, ClaimBooks) else state, actor)


def _no_part(claim: Claim, actor: Actor) -> None:
    selves = actor.selves()
    if selves & {claim.payee, claim.vessel_id, claim.unit_id, claim.reporter}:
        raise OWN_WORK(None)


def _not_again(actor: Actor, *hands: tuple[str | None, str, str]) -> None:
    for who, zh, en in hands:
        if who is not None and who == actor.id:
            raise SAME_PERSON(None, did=f"{zh} {en}")


def _named(claim: Claim) -> dict[str, str]:
    return {"claim_id": claim.claim_id, "case_id": claim.case_id}


def _demand_state(claim: Claim, state: str, act_zh: str, act_en: str) -> None:
    if claim.state != state:
        raise CLAIM_STATE("claim_id", claim_id=claim.claim_id, state=claim.state, act=f"{act_zh} {act_en}")
