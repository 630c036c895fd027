"""The read side of team cases: how they stand, what commanders are asked, which slot a job is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.dispatch.mobilisation.state import ConsentRow, Mobilisation, SlotRow
from tidehub.capabilities.dispatch.mobilisation.tables import read_mobilisation
from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.instants import from_us

_OF_CASE = sql(
    "SELECT mobilisation_id FROM dispatch_mobilisation WHERE case_id = :case_id ORDER BY started_us, mobilisation_id",
    short=True,
)
_CALLING = sql(
    "SELECT m.mobilisation_id FROM dispatch_mobilisation m WHERE m.state = 'calling' AND EXISTS"
    " (SELECT 1 FROM dispatch_slot s WHERE s.mobilisation_id = m.mobilisation_id AND s.state <> 'filled')"
    " ORDER BY m.started_us, m.mobilisation_id LIMIT :limit"
)
_SLOT_OF_JOB = sql("SELECT mobilisation_id, slot_id FROM dispatch_slot WHERE job_id = :job_id", short=True)
_ASKED = sql(
    "SELECT mobilisation_id, case_id, slot_id, unit_id, owner, region_code, eta_s, asked_us, deadline_us"
    " FROM dispatch_consent WHERE state = 'asked' ORDER BY deadline_us, mobilisation_id, slot_id, unit_id LIMIT 200"
)


class SlotTold(msgspec.Struct, frozen=True):
    """A slot as the hall shows it; every ``_s`` is seconds on the one clock that began with the call."""

    slot_id: str
    title: Mapping[str, str]
    state: str
    job_id: str
    unit_id: str | None
    owner: str
    lent: bool
    eta_s: int | None
    filled_s: int | None
    accepted_s: int | None
    set_out_s: int | None
    arrived_s: int | None
    done_s: int | None
    consents: tuple[ConsentRow, ...]


class MobilisationTold(msgspec.Struct, frozen=True):
    """A team case as the hall shows it.

    Parameters
    ----------
    clock_s
        How long the one clock has run: until the last team was there, or until now.
    overdue
        Whether the promise for the last team is broken.
    zh, en
        The plan in words, as it was when the teams were called.
    """

    mobilisation_id: str
    case_id: str
    state: str
    service: str
    started_at: datetime
    assembled_at: datetime | None
    ended_at: datetime | None
    clock_s: int
    arrive_within_s: int
    overdue: bool
    staging_place_id: str | None
    lead_unit_id: str | None
    payer: str
    legal_basis: str
    slots: tuple[SlotTold, ...]
    zh: tuple[str, ...]
    en: tuple[str, ...]


class ConsentAwaited(msgspec.Struct, frozen=True):
    """What a commander is asked: to lend this unit, until when it can be answered, and how soon it would be there."""

    mobilisation_id: str
    case_id: str
    slot_id: str
    unit_id: str
    owner: str
    region_code: str
    eta_s: int
    asked_at: datetime
    deadline_at: datetime


def told(found: Mobilisation, now: datetime) -> MobilisationTold:
    """Put a team case as the hall shows it."""
    end = found.assembled_at or found.ended_at or now
    clock_s = int((end - found.started_at).total_seconds())
    titles: dict[str, Mapping[Any, str]] = {slot.slot_id: slot.title for slot in found.started.slots}
    return MobilisationTold(
        mobilisation_id=found.mobilisation_id,
        case_id=found.case_id,
        state=found.state,
        service=found.started.service,
        started_at=found.started_at,
        assembled_at=found.assembled_at,
        ended_at=found.ended_at,
        clock_s=clock_s,
        arrive_within_s=found.started.arrive_within_s,
        overdue=clock_s > found.started.arrive_within_s,
        staging_place_id=found.started.staging_place_id,
        lead_unit_id=found.started.lead_unit_id,
        payer=found.started.payer,
        legal_basis=found.started.legal_basis,
        slots=tuple(_slot(found, one, titles[one.slot_id]) for one in found.slots),
        zh=found.started.zh,
        en=found.started.en,
    )


def _slot(found: Mobilisation, one: SlotRow, title: Mapping[Any, str]) -> SlotTold:
    def clock(at: datetime | None) -> int | None:
        return None if at is None else max(0, int((at - found.started_at).total_seconds()))

    return SlotTold(
        slot_id=one.slot_id,
        title={str(language): words for language, words in title.items()},
        state=one.state,
        job_id=one.job_id,
        unit_id=one.unit_id,
        owner=one.owner,
        lent=one.lent,
        eta_s=one.eta_s,
        filled_s=clock(one.filled_at),
        accepted_s=clock(one.accepted_at),
        set_out_s=clock(one.set_out_at),
        arrived_s=clock(one.arrived_at),
        done_s=clock(one.done_at),
        consents=tuple(consent for consent in found.consents if consent.slot_id == one.slot_id),
    )


async def mobilisations_of_case(reader: Reader, case_id: str) -> list[Mobilisation]:
    """Every team case of a case, in order."""
    return await _each(reader, await reader.fetch(_OF_CASE, case_id=case_id))


async def calling_mobilisations(reader: Reader, limit: int = 50) -> list[Mobilisation]:
    """Team cases that still look for a team, the oldest first."""
    return await _each(reader, await reader.fetch(_CALLING, limit=limit))


async def slot_of_job(reader: Reader, job_id: str) -> tuple[Mobilisation, SlotRow] | None:
    """The team case and slot that a job is, or ``None`` for an ordinary one."""
    row = await reader.fetch_one(_SLOT_OF_JOB, job_id=job_id)
    if row is None:
        return None
    found = await read_mobilisation(reader, row["mobilisation_id"])
    slot = None if found is None else found.slot(row["slot_id"])
    return None if found is None or slot is None else (found, slot)


async def consents_awaited(reader: Reader) -> list[ConsentAwaited]:
    """What commanders are asked now, the nearest deadline first."""
    return [
        ConsentAwaited(
            row["mobilisation_id"],
            row["case_id"],
            row["slot_id"],
            row["unit_id"],
            row["owner"],
            row["region_code"],
            row["eta_s"],
            from_us(row["asked_us"]),
            from_us(row["deadline_us"]),
        )
        for row in await reader.fetch(_ASKED)
    ]


async def _each(reader: Reader, rows: Sequence[Any]) -> list[Mobilisation]:
    found = [await read_mobilisation(reader, row["mobilisation_id"]) for row in rows]
    return [one for one in found if one is not None]
