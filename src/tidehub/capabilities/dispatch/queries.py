"""The read side of dispatch: what waits, how the units stand, and why whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.dispatch.state import STAGES, JobRow, OfferRow, UnitRow
from tidehub.capabilities.dispatch.tables import (
    JOB_COLUMNS,
    UNIT_COLUMNS,
    job_of,
    read_forbidden,
    read_job,
    read_offers,
    read_ranked,
    read_rejected,
    unit_of,
)
from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.access import Scope
from tidehub.kernel.instants import from_us, to_us
from tidehub.methods.assignment import Change, Explanation, Ranked, Rejected, ShortfallReason, explain

PAGE_MAX = 200

_WAITING = sql(
    f"SELECT {JOB_COLUMNS} FROM dispatch_job WHERE state IN ('waiting', 'no_unit')"
    " ORDER BY priority DESC, since_us, job_id LIMIT :limit"
)
_UNITS = sql(f"SELECT {UNIT_COLUMNS} FROM dispatch_unit WHERE unit_id = ANY(:unit_ids)")
_UNIT = sql(f"SELECT {UNIT_COLUMNS} FROM dispatch_unit WHERE unit_id = :unit_id", short=True)
_OF_CASE = sql(
    f"SELECT {JOB_COLUMNS} FROM dispatch_job WHERE case_id = :case_id ORDER BY since_us, job_id",
    short=True,
)
_OFFERS = sql(
    'SELECT attempt, round, unit_id, state, mode, reason, overrides, "by", offered_us, expires_us,'
    " answered_us,"
    " eta_us, ranked, rejected FROM dispatch_offer WHERE job_id = :job_id ORDER BY attempt"
)
_SHORTFALL = sql(
    "SELECT shortfall, next_try_us FROM dispatch_job WHERE job_id = :job_id AND shortfall IS NOT NULL",
    short=True,
)
_OVERRIDES = sql(
    "SELECT reason, COUNT(*) AS count, SUM(cost_s) AS cost_s FROM dispatch_override"
    " WHERE at_us >= :since_us AND at_us < :until_us AND kind = ANY(:kinds)"
    " GROUP BY reason ORDER BY count DESC, reason LIMIT 50"
)
_STEPS = sql('SELECT stage, unit_id, attempt, at_us, recorded_us, "by", note FROM dispatch_step WHERE job_id = :job_id')
OVERRIDE_KINDS = ("choose", "pin", "forbid", "hold")


class Waiting(msgspec.Struct, frozen=True):
    """A job without a unit, with everyone asked so far."""

    job: JobRow
    offers: tuple[OfferRow, ...]

    @property
    def refused(self) -> dict[str, str]:
        """Units that have refused it or given it back: never asked again."""
        return {one.unit_id: one.reason for one in self.offers if one.state in ("declined", "aborted")}

    @property
    def silent(self) -> tuple[str, ...]:
        """Units that let their time pass in this round."""
        return tuple(one.unit_id for one in self.offers if one.state == "expired" and one.round == self.job.round)

    @property
    def asked_in_round(self) -> int:
        """Units asked in this round."""
        return sum(1 for one in self.offers if one.round == self.job.round)


class OfferTold(msgspec.Struct, frozen=True):
    """One offer as the duty officer reads it: the figures, and the words in both languages."""

    attempt: int
    unit_id: str
    state: str
    mode: str
    by: str
    offered_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    eta_at: datetime
    reason: str
    overrides: str | None
    ranked: tuple[Ranked, ...]
    rejected: tuple[Rejected, ...]
    explanation: Explanation


class ShortfallTold(msgspec.Struct, frozen=True):
    """Why nobody can come now, what would help, and when it will be looked at again."""

    reasons: tuple[ShortfallReason, ...]
    smallest_change: Change | None
    honest_eta_at: datetime | None
    honest_zh: str
    honest_en: str
    rejected: tuple[Rejected, ...]
    next_try_at: datetime | None


class History(msgspec.Struct, frozen=True):
    """Everything about the call-out of one job."""

    job: JobRow
    offers: tuple[OfferTold, ...]
    shortfall: ShortfallTold | None


class Step(msgspec.Struct, frozen=True):
    """One stage of a job: when it happened, when we knew, who did it.

    ``note`` is the manner for ``draft``, ``approved`` and ``sent``, ``claimed`` for an arrival without
    evidence, and the reason where a unit lost the job.
    """

    stage: str
    unit_id: str | None
    attempt: int | None
    at: datetime
    recorded_at: datetime
    by: str
    note: str


class OverrideCounted(msgspec.Struct, frozen=True):
    """How often a reason was given, and how much later units came by it than the soonest would have."""

    reason: str
    count: int
    cost_s: int


class JobListed(msgspec.Struct, frozen=True):
    """A job in a list."""

    job: JobRow
    changed_at: datetime
    eta_at: datetime | None
    next_try_at: datetime | None


class _KeptShortfall(msgspec.Struct):
    reasons: tuple[ShortfallReason, ...]
    smallest_change: Change | None
    honest_eta_at: datetime | None
    honest_zh: str
    honest_en: str
    rejected: tuple[Rejected, ...]


_read_shortfall = msgspec.json.Decoder(_KeptShortfall).decode


async def find_job(reader: Reader, job_id: str) -> Waiting | None:
    """One job with everyone asked so far, or ``None``."""
    job = await read_job(reader, job_id)
    return None if job is None else Waiting(job, await read_offers(reader, job_id))


async def waiting_jobs(reader: Reader, limit: int = PAGE_MAX) -> list[Waiting]:
    """Jobs without a unit, the most urgent and longest waiting first."""
    rows = await reader.fetch(_WAITING, limit=limit)
    forbidden = await read_forbidden(reader, [row["job_id"] for row in rows]) if rows else {}
    return [
        Waiting(job_of(row, forbidden.get(row["job_id"])), await read_offers(reader, row["job_id"])) for row in rows
    ]


async def timeline(reader: Reader, job_id: str) -> list[Step]:
    """The stages of a job in the order in which they became known."""
    place = {stage: number for number, stage in enumerate(STAGES)}
    rows = await reader.fetch(_STEPS, job_id=job_id)
    found = [
        Step(
            row["stage"],
            row["unit_id"],
            row["attempt"],
            from_us(row["at_us"]),
            from_us(row["recorded_us"]),
            row["by"],
            row["note"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.recorded_at, one.attempt or 0, place.get(one.stage, 0)))


async def jobs_of_case(reader: Reader, case_id: str) -> list[JobRow]:
    """Every job of a case, in order."""
    return [job_of(row) for row in await reader.fetch(_OF_CASE, case_id=case_id)]


async def units_at_work(reader: Reader, unit_ids: Sequence[str]) -> dict[str, UnitRow]:
    """How units stand with dispatch, by id; one that was never heard of is not in it."""
    rows = await reader.fetch(_UNITS, unit_ids=list(unit_ids))
    return {row["unit_id"]: unit_of(row) for row in rows}


async def unit_at_work(reader: Reader, unit_id: str) -> UnitRow | None:
    """How one unit stands with dispatch."""
    row = await reader.fetch_one(_UNIT, unit_id=unit_id)
    return None if row is None else unit_of(row)


async def history(reader: Reader, job_id: str, names: Mapping[str, str] | None = None) -> History | None:
    """Everything about the call-out of one job: each offer with its ranking, in data and in words.

    Parameters
    ----------
    names
        Unit id to the name people know it by.
    """
    job = await read_job(reader, job_id)
    if job is None:
        return None
    told = []
    for row in await reader.fetch(_OFFERS, job_id=job_id):
        ranked, rejected = read_ranked(row["ranked"]), read_rejected(row["rejected"])
        told.append(
            OfferTold(
                attempt=row["attempt"],
                unit_id=row["unit_id"],
                state=row["state"],
                mode=row["mode"],
                by=row["by"],
                offered_at=from_us(row["offered_us"]),
                expires_at=from_us(row["expires_us"]),
                answered_at=None if row["answered_us"] is None else from_us(row["answered_us"]),
                eta_at=from_us(row["eta_us"]),
                reason=row["reason"],
                overrides=row["overrides"],
                ranked=ranked,
                rejected=rejected,
                explanation=explain(ranked, rejected, names),
            )
        )
    return History(job, tuple(told), await shortfall_of(reader, job_id))


async def shortfall_of(reader: Reader, job_id: str) -> ShortfallTold | None:
    """Why nobody could come to a job when it was last looked at; ``None`` where somebody could."""
    row = await reader.fetch_one(_SHORTFALL, job_id=job_id)
    if row is None:
        return None
    kept = _read_shortfall(row["shortfall"])
    return ShortfallTold(
        kept.reasons,
        kept.smallest_change,
        kept.honest_eta_at,
        kept.honest_zh,
        kept.honest_en,
        kept.rejected,
        None if row["next_try_us"] is None else from_us(row["next_try_us"]),
    )


async def list_jobs(
    reader: Reader,
    scope: Scope,
    *,
    states: Sequence[str] = (),
    unit_id: str | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[JobListed]:
    """Jobs this actor may see, newest first.

    Parameters
    ----------
    scope
        What may be shown; an assignee sees the jobs of its units.
    states, unit_id
        Only these.
    before
        ``(since_at, job_id)`` of the last one of the page before.
    """
    parts, params = ["1 = 1"], dict[str, Any](limit=min(limit, PAGE_MAX))
    if states:
        parts.append("state = ANY(:states)")
        params["states"] = list(states)
    if unit_id is not None:
        parts.append("unit_id = :unit_id")
        params["unit_id"] = unit_id
    if before is not None:
        parts.append("(since_us < :before_us OR (since_us = :before_us AND job_id < :before_id))")
        params |= {"before_us": to_us(before[0]), "before_id": before[1]}
    _scoped(scope, parts, params)
    text = (
        f"SELECT {JOB_COLUMNS}, changed_us, eta_us, next_try_us FROM dispatch_job"
        f" WHERE {' AND '.join(parts)} ORDER BY since_us DESC, job_id DESC LIMIT :limit"
    )
    return [
        JobListed(
            job_of(row),
            from_us(row["changed_us"]),
            None if row["eta_us"] is None else from_us(row["eta_us"]),
            None if row["next_try_us"] is None else from_us(row["next_try_us"]),
        )
        for row in await reader.fetch(sql(text), **params)
    ]


async def unit_board(reader: Reader, scope: Scope, *, after: str = "", limit: int = PAGE_MAX) -> list[UnitRow]:
    """Units this actor may see with what they have in hand, by id; page on with ``after``."""
    parts, params = ["unit_id > :after"], dict[str, Any](after=after, limit=min(limit, PAGE_MAX))
    _scoped(scope, parts, params)
    text = f"SELECT {UNIT_COLUMNS} FROM dispatch_unit WHERE {' AND '.join(parts)} ORDER BY unit_id LIMIT :limit"
    return [unit_of(row) for row in await reader.fetch(sql(text), **params)]


async def override_reasons(
    reader: Reader, since: datetime, until: datetime, kinds: Sequence[str] = OVERRIDE_KINDS
) -> list[OverrideCounted]:
    """Why duty officers decided otherwise, counted, the most frequent first.

    Parameters
    ----------
    since, until
        The stretch of time, its end not included.
    kinds
        ``choose`` (another than the first), ``pin``, ``forbid``, ``hold``.
    """
    rows = await reader.fetch(_OVERRIDES, since_us=to_us(since), until_us=to_us(until), kinds=list(kinds))
    return [OverrideCounted(row["reason"], int(row["count"]), int(row["cost_s"] or 0)) for row in rows]


def _scoped(scope: Scope, parts: list[str], params: dict[str, Any]) -> None:
    if scope.everywhere:
        return
    seen = []
    for place, prefix in enumerate(scope.region_prefixes):
        seen.append(f"(region_code >= :scope_low_{place} AND region_code < :scope_high_{place})")
        params |= {f"scope_low_{place}": prefix, f"scope_high_{place}": prefix + "~"}
    if "assignee" in scope.relations:
        seen.append("unit_id = ANY(:selves)")
        params["selves"] = list(scope.selves)
    parts.append("(" + (" OR ".join(seen) or "1 = 0") + ")")
