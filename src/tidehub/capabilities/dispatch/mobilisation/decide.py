"""What is decided about a team case. Pure. No unit stands in two slots, nobody is lent without a yes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from tidehub.capabilities.dispatch.mobilisation.commands import (
    EndMobilisation,
    FillSlot,
    GiveConsent,
    LapseConsent,
    NoteAssembly,
    RefuseConsent,
    RetrySlot,
    StartMobilisation,
)
from tidehub.capabilities.dispatch.mobilisation.facts import (
    ConsentAsked,
    ConsentGiven,
    ConsentLapsed,
    ConsentRefused,
    ConsentWithdrawn,
    MobilisationEnded,
    MobilisationStarted,
    SlotFilled,
    SlotReopened,
    SlotRetried,
    SlotUnfilled,
    TeamsAssembled,
)
from tidehub.capabilities.dispatch.mobilisation.model import Candidate, Loan, SlotPlan
from tidehub.capabilities.dispatch.mobilisation.refusals import (
    CONSENT_NEEDS_REASON,
    CONSENT_OVER,
    MOBILISATION_OVER,
    NO_SLOTS,
    SLOT_TAKEN,
    UNIT_IN_OTHER_SLOT,
)
from tidehub.capabilities.dispatch.mobilisation.state import ConsentRow, Mobilisation, SlotRow
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.facts import Fact
from tidehub.kernel.ids import derived_id


def slot_job_id(mobilisation_id: str, slot_id: str) -> str:
    """Id of the job that a slot's unit is given; the same for whoever has the slot."""
    return derived_id("j", mobilisation_id, slot_id)


def start_mobilisation(known: Mobilisation | None, command: StartMobilisation, now: datetime) -> Sequence[Fact]:
    """Call the teams: one's own are sent, the commanders of others are asked, all at the same time.

    Raises
    ------
    Refusal
        ``no_slots`` where no team is wanted, or two have the same name.
    """
    if known is not None:
        return ()
    names = [slot.slot_id for slot in command.slots]
    if not names or len(set(names)) != len(names):
        raise NO_SLOTS("slots")
    started = MobilisationStarted(
        case_id=command.case_id,
        mobilisation_id=command.mobilisation_id,
        service=command.service,
        region_code=command.region_code,
        position=command.position,
        slots=command.slots,
        plan=command.plan,
        arrive_within_s=command.arrive_within_s,
        consent_s=command.consent_s,
        ask_at_once=command.ask_at_once,
        payer=command.payer,
        legal_basis=command.legal_basis,
        reason=command.reason,
        place_id=command.place_id,
        staging_place_id=command.staging_place_id,
        staging_position=command.staging_position,
        lead_unit_id=command.lead_unit_id,
        last_arrival_s=command.last_arrival_s,
        zh=command.zh,
        en=command.en,
    )
    plans = {plan.slot_id: plan for plan in command.plan}
    facts: list[Fact] = [started]
    first = {name: plans[name].candidates[0].unit_id for name in names if name in plans and plans[name].candidates}
    taken: set[str] = set()
    for name in names:
        others = {unit_id for other, unit_id in first.items() if other != name} | taken
        filled = _fill(started, plans.get(name, SlotPlan(name)), others, command.retry_interval_s, now)
        taken |= {one.unit_id for one in filled if isinstance(one, SlotFilled | ConsentAsked)}
        facts += filled
    return facts


def fill_slot(known: Mobilisation | None, command: FillSlot, now: datetime) -> Sequence[Fact]:
    """Give a slot to the next: a substitute of one's own at once, another's after asking."""
    found = _known(known, command.mobilisation_id)
    slot = _slot(found, command.plan.slot_id)
    if found.state == "ended" or found.asked(slot.slot_id):
        return ()
    if slot.state == "filled" and slot.unit_id != command.lost_unit_id:
        return ()
    reopened = SlotReopened(
        case_id=found.case_id,
        mobilisation_id=found.mobilisation_id,
        slot_id=slot.slot_id,
        lost_unit_id=command.lost_unit_id,
        reason=command.reason,
        plan=command.plan,
    )
    barred = set(found.barred(slot.slot_id))
    if command.lost_unit_id is not None:
        barred.add(command.lost_unit_id)
    return (reopened, *_fill(found.started, command.plan, barred, command.retry_interval_s, now))


def give_consent(known: Mobilisation | None, command: GiveConsent, now: datetime) -> Sequence[Fact]:
    """Lend the unit; the others who were asked for the slot are thanked.

    Raises
    ------
    Refusal
        ``not_found``, ``mobilisation_over``, ``slot_taken`` (conflict) where another was quicker,
        ``unit_in_other_slot``, ``consent_over`` after a no.
    """
    found = _known(known, command.mobilisation_id)
    slot, consent = _asked(found, command.slot_id, command.unit_id)
    if consent.state == "given":
        return ()
    if found.state == "ended":
        raise MOBILISATION_OVER("mobilisation_id")
    if slot.state == "filled" or consent.state == "withdrawn":
        raise SLOT_TAKEN("slot_id", slot_id=slot.slot_id, unit_id=slot.unit_id or "-")
    if consent.state == "refused":
        raise CONSENT_OVER("unit_id", unit_id=command.unit_id, state=consent.state)
    if any(one.unit_id == command.unit_id for one in found.slots if one.slot_id != slot.slot_id):
        raise UNIT_IN_OTHER_SLOT("unit_id", unit_id=command.unit_id)
    ours = {"case_id": found.case_id, "mobilisation_id": found.mobilisation_id, "slot_id": slot.slot_id}
    facts: list[Fact] = [
        ConsentGiven(**ours, unit_id=consent.unit_id, owner=consent.owner, note=command.note),
        SlotFilled(
            **ours,
            unit_id=consent.unit_id,
            job_id=slot.job_id,
            owner=consent.owner,
            lent=True,
            eta_s=consent.eta_s,
        ),
    ]
    facts += [
        _withdrawn(found, other, "another was quicker")
        for other in found.consents
        if other.state == "asked"
        and (other.slot_id, other.unit_id) != (slot.slot_id, consent.unit_id)
        and (other.slot_id == slot.slot_id or other.unit_id == consent.unit_id)
    ]
    return facts


def refuse_consent(known: Mobilisation | None, command: RefuseConsent, now: datetime) -> Sequence[Fact]:
    """Do not lend the unit; a flow looks for a substitute.

    Raises
    ------
    Refusal
        ``not_found``, ``consent_needs_reason``, ``consent_over`` where it was lent already.
    """
    found = _known(known, command.mobilisation_id)
    slot, consent = _asked(found, command.slot_id, command.unit_id)
    if consent.state == "refused":
        return ()
    if not command.reason.strip():
        raise CONSENT_NEEDS_REASON("reason")
    if consent.state not in ("asked", "lapsed"):
        raise CONSENT_OVER("unit_id", unit_id=command.unit_id, state=consent.state)
    return (
        ConsentRefused(
            case_id=found.case_id,
            mobilisation_id=found.mobilisation_id,
            slot_id=slot.slot_id,
            unit_id=consent.unit_id,
            owner=consent.owner,
            reason=command.reason,
        ),
    )


def lapse_consent(known: Mobilisation | None, command: LapseConsent, now: datetime) -> Sequence[Fact]:
    """The deadline has passed; an answer that came meanwhile leaves nothing to do."""
    consent = known.consent(command.slot_id, command.unit_id) if known is not None else None
    if known is None or consent is None or consent.state != "asked" or now < consent.deadline_at:
        return ()
    return (
        ConsentLapsed(
            case_id=known.case_id,
            mobilisation_id=known.mobilisation_id,
            slot_id=consent.slot_id,
            unit_id=consent.unit_id,
            owner=consent.owner,
        ),
    )


def retry_slot(known: Mobilisation | None, command: RetrySlot, now: datetime) -> Sequence[Fact]:
    """Look again, where the slot is still without a unit."""
    found = _known(known, command.mobilisation_id)
    slot = _slot(found, command.slot_id)
    if found.state == "ended" or slot.state != "unfilled":
        return ()
    return (SlotRetried(case_id=found.case_id, mobilisation_id=found.mobilisation_id, slot_id=slot.slot_id),)


def note_assembly(known: Mobilisation | None, command: NoteAssembly, now: datetime) -> Sequence[Fact]:
    """When the last team is there, say so once, with the one clock that runs for all of them."""
    if known is None or known.state != "calling":
        return ()
    arrived = [(slot.arrived_at, slot.unit_id) for slot in known.slots]
    if any(at is None or unit_id is None for at, unit_id in arrived):
        return ()
    order = sorted((at, unit_id) for at, unit_id in arrived if at is not None and unit_id is not None)
    first_s, last_s = (max(0, int((at - known.started_at).total_seconds())) for at in (order[0][0], order[-1][0]))
    return (
        TeamsAssembled(
            case_id=known.case_id,
            mobilisation_id=known.mobilisation_id,
            first_s=first_s,
            last_s=last_s,
            in_time=last_s <= known.started.arrive_within_s,
            last_unit_id=order[-1][1],
        ),
    )


def end_mobilisation(known: Mobilisation | None, command: EndMobilisation, now: datetime) -> Sequence[Fact]:
    """Send everybody home: open questions are taken back, loans end."""
    found = _known(known, command.mobilisation_id)
    if found.state == "ended":
        return ()
    asked = [one for one in found.consents if one.state == "asked"]
    loans = tuple(
        Loan(
            unit_id=slot.unit_id,
            slot_id=slot.slot_id,
            owner=slot.owner,
            lent_s=int(((slot.done_at or now) - slot.filled_at).total_seconds()),
            payer=found.started.payer,
            legal_basis=found.started.legal_basis,
        )
        for slot in found.slots
        if slot.lent and slot.unit_id is not None and slot.filled_at is not None
    )
    ended = MobilisationEnded(
        case_id=found.case_id, mobilisation_id=found.mobilisation_id, reason=command.reason, loans=loans
    )
    return (*(_withdrawn(found, one, command.reason) for one in asked), ended)


def _fill(
    started: MobilisationStarted, plan: SlotPlan, barred: Collection[str], retry_interval_s: int, now: datetime
) -> list[Fact]:
    """Send the first that may be sent, or ask those who lend, side by side; or say that nobody is there."""
    usable = [one for one in plan.candidates if one.unit_id not in barred]
    ours = {"case_id": started.case_id, "mobilisation_id": started.mobilisation_id, "slot_id": plan.slot_id}
    if not usable:
        next_try_at = now + timedelta(seconds=retry_interval_s)
        return [SlotUnfilled(**ours, reasons=plan.reasons, next_try_at=next_try_at)]
    if not usable[0].lent:
        return [_filled(started, plan.slot_id, usable[0])]
    own = next((place for place, one in enumerate(usable) if not one.lent), len(usable))
    return [
        ConsentAsked(
            **ours,
            unit_id=one.unit_id,
            owner=one.owner,
            region_code=one.region_code,
            eta_s=one.ranked.eta_s,
            deadline_at=now + timedelta(seconds=started.consent_s),
        )
        for one in usable[: min(own, started.ask_at_once)]
    ]


def _filled(started: MobilisationStarted, slot_id: str, candidate: Candidate) -> SlotFilled:
    return SlotFilled(
        case_id=started.case_id,
        mobilisation_id=started.mobilisation_id,
        slot_id=slot_id,
        unit_id=candidate.unit_id,
        job_id=slot_job_id(started.mobilisation_id, slot_id),
        owner=candidate.owner,
        lent=candidate.lent,
        eta_s=candidate.ranked.eta_s,
    )


def _withdrawn(found: Mobilisation, consent: ConsentRow, reason: str) -> ConsentWithdrawn:
    return ConsentWithdrawn(
        case_id=found.case_id,
        mobilisation_id=found.mobilisation_id,
        slot_id=consent.slot_id,
        unit_id=consent.unit_id,
        owner=consent.owner,
        reason=reason,
    )


def _known(known: Mobilisation | None, mobilisation_id: str) -> Mobilisation:
    if known is None:
        raise NOT_FOUND("mobilisation_id", what="mobilisation", id=mobilisation_id)
    return known


def _slot(found: Mobilisation, slot_id: str) -> SlotRow:
    slot = found.slot(slot_id)
    if slot is None:
        raise NOT_FOUND("slot_id", what="slot", id=slot_id)
    return slot


def _asked(found: Mobilisation, slot_id: str, unit_id: str) -> tuple[SlotRow, ConsentRow]:
    slot, consent = _slot(found, slot_id), found.consent(slot_id, unit_id)
    if consent is None:
        raise NOT_FOUND("unit_id", what="consent", id=unit_id)
    return slot, consent
