"""Several teams for one case: slots, consent of those who lend, substitutes, one clock for all."""

from __future__ import annotations

from typing import Any

from tidehub.capabilities.dispatch.mobilisation import decide
from tidehub.capabilities.dispatch.mobilisation.commands import (
    CALLER,
    COMMANDER,
    EndMobilisation,
    FillSlot,
    GiveConsent,
    LapseConsent,
    NoteAssembly,
    RefuseConsent,
    RetrySlot,
    StartMobilisation,
)
from tidehub.capabilities.dispatch.mobilisation.decide import slot_job_id
from tidehub.capabilities.dispatch.mobilisation.facts import (
    FACTS,
    ConsentAsked,
    ConsentLapsed,
    ConsentRefused,
    MobilisationEnded,
    MobilisationStarted,
    SlotFilled,
    SlotRetried,
    TeamsAssembled,
)
from tidehub.capabilities.dispatch.mobilisation.model import Candidate, SlotPlan, TeamPolicy, TeamSlot
from tidehub.capabilities.dispatch.mobilisation.project import ON_TIMER, project, timers
from tidehub.capabilities.dispatch.mobilisation.queries import (
    ConsentAwaited,
    MobilisationTold,
    calling_mobilisations,
    consents_awaited,
    mobilisations_of_case,
    slot_of_job,
    told,
)
from tidehub.capabilities.dispatch.mobilisation.state import Mobilisation, SlotRow
from tidehub.capabilities.dispatch.mobilisation.tables import TABLES, load_mobilisation, read_mobilisation
from tidehub.hub.registry import Handler
from tidehub.kernel.access import Subject

__all__ = [
    "CALLER",
    "COMMANDER",
    "FACTS",
    "HANDLERS",
    "ON_TIMER",
    "TABLES",
    "Candidate",
    "ConsentAsked",
    "ConsentAwaited",
    "ConsentLapsed",
    "ConsentRefused",
    "EndMobilisation",
    "FillSlot",
    "GiveConsent",
    "LapseConsent",
    "Mobilisation",
    "MobilisationEnded",
    "MobilisationStarted",
    "MobilisationTold",
    "NoteAssembly",
    "RefuseConsent",
    "RetrySlot",
    "SlotFilled",
    "SlotPlan",
    "SlotRetried",
    "SlotRow",
    "StartMobilisation",
    "TeamPolicy",
    "TeamSlot",
    "TeamsAssembled",
    "calling_mobilisations",
    "consents_awaited",
    "mobilisations_of_case",
    "project",
    "read_mobilisation",
    "slot_job_id",
    "slot_of_job",
    "timers",
    "told",
]


def _where(found: Mobilisation | None, command: Any) -> Subject:
    return Subject(found.started.region_code if found is not None else getattr(command, "region_code", ""))


def _lender(found: Mobilisation | None, command: Any) -> Subject:
    """Whose unit it is answers for it: by his region, or for the office it belongs to."""
    asked = found.consent(command.slot_id, command.unit_id) if found is not None else None
    return Subject() if asked is None else Subject(asked.region_code, (("responsible_unit", asked.owner),))


HANDLERS = (
    Handler(StartMobilisation, load_mobilisation, decide.start_mobilisation, _where),
    Handler(FillSlot, load_mobilisation, decide.fill_slot, _where),
    Handler(GiveConsent, load_mobilisation, decide.give_consent, _lender),
    Handler(RefuseConsent, load_mobilisation, decide.refuse_consent, _lender),
    Handler(LapseConsent, load_mobilisation, decide.lapse_consent, _where),
    Handler(RetrySlot, load_mobilisation, decide.retry_slot, _where),
    Handler(NoteAssembly, load_mobilisation, decide.note_assembly, _where),
    Handler(EndMobilisation, load_mobilisation, decide.end_mobilisation, _where),
)
