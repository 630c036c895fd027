"""What would happen if: move, pin, forbid, hold, release, and at once what it costs and whom. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from tidehub.methods.assignment.assign import Assignment, assign
from tidehub.methods.assignment.model import RankingPolicy, Reason, UnitState, WaitingJob
from tidehub.methods.assignment.reasons import minutes
from tidehub.methods.assignment.travel import Travel

Supposing = Literal["move", "pin", "forbid", "hold", "release"]


class Supposition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that is supposed.

    Parameters
    ----------
    kind
        ``move`` gives the job to the unit, ``pin`` fixes it to the unit, ``forbid`` rules the unit out for the
        job, ``hold`` keeps the unit in reserve, ``release`` lets it out.
    unit_id, job_id
        About whom; ``hold`` and ``release`` name no job.
    """

    kind: Supposing
    unit_id: str
    job_id: str | None = None


class Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of one job: who comes and when, as things are and as is supposed; ``None``: nobody."""

    job_id: str
    region_code: str
    before_unit_id: str | None
    after_unit_id: str | None
    before_eta_s: int | None
    after_eta_s: int | None
    zh: str
    en: str

    @property
    def delta_s(self) -> int | None:
        """Seconds later (or, below zero, earlier); ``None`` where nobody comes before or after."""
        if self.before_eta_s is None or self.after_eta_s is None:
            return None
        return self.after_eta_s - self.before_eta_s


class WhatIf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer.

    Parameters
    ----------
    possible
        Whether what is supposed can be done; ``obstacles`` say why not.
    later_s
        Sum over the jobs that somebody comes to in both cases, seconds later (below zero: earlier).
    cost_delta_s
        Difference of what the engine minimises, in seconds: jobs without a unit, priority and waiting count.
    gained, lost
        Jobs that somebody comes to only then, and those that nobody comes to any more.
    effects
        Every job for which something changes, those that are supposed about first.
    """

    at: datetime
    possible: bool
    later_s: int
    cost_delta_s: int
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    effects: tuple[Effect, ...]
    obstacles: tuple[Reason, ...]
    zh: tuple[str, ...]
    en: tuple[str, ...]


def what_if(
    jobs: Sequence[WaitingJob],
    units: Sequence[UnitState],
    travel: Travel,
    at: datetime,
    policies: Mapping[str, RankingPolicy],
    current: Mapping[str, str],
    supposed: Sequence[Supposition],
) -> WhatIf:
    """Reckon the plan as it stands and as it would be, and say the difference.

    Parameters
    ----------
    jobs
        Those that are supposed about and all that wait.
    units
        As they stand; what a unit has in hand of ``jobs`` is not counted as keeping it busy.
    policies
        By the job's task.
    current
        Job to the unit that has it.

    Notes
    -----
    Two assignments. What people decide (reserve, shift, an old position) does not stand against a move, for a
    move is a decision of a person too; what a unit cannot do, does.
    """
    names = {unit.unit_id: (unit.name_zh or unit.unit_id, unit.name_en or unit.unit_id) for unit in units}
    before_units = [overruled(unit, at) if unit.unit_id in current.values() else unit for unit in units]
    before_locks = dict(current)
    for job in jobs:
        if job.pinned_unit_id is not None:
            before_locks.setdefault(job.job_id, job.pinned_unit_id)
    before = assign(jobs, before_units, travel, at, policies, locks=before_locks)
    after_jobs, after_units, after_locks = _supposed(jobs, before_units, before_locks, supposed, at)
    after = assign(after_jobs, after_units, travel, at, policies, locks=after_locks)
    obstacles = _obstacles(after, supposed)
    told = {one.job_id for one in supposed}
    effects = sorted(_effects(jobs, before, after, names), key=lambda one: (one.job_id not in told, one.job_id))
    gained = tuple(one.job_id for one in effects if one.before_unit_id is None)
    lost = tuple(one.job_id for one in effects if one.after_unit_id is None)
    later_s = sum(one.delta_s or 0 for one in effects)
    zh, en = _words(effects, obstacles)
    return WhatIf(
        at=at,
        possible=not obstacles,
        later_s=later_s,
        cost_delta_s=round(after.cost - before.cost),
        gained=gained,
        lost=lost,
        effects=tuple(effects),
        obstacles=obstacles,
        zh=zh,
        en=en,
    )


def overruled(unit: UnitState, at: datetime) -> UnitState:
    """The unit without what a duty officer may overrule: an old position, its shift, its reserve."""
    position_at = at if unit.position is not None else None
    return msgspec.structs.replace(unit, position_at=position_at, shifts=None, crew_until=None, held_reason=None)


def overruled_job(job: WaitingJob) -> WaitingJob:
    """The job without what a duty officer's new choice replaces: a silence, an earlier pin."""
    return msgspec.structs.replace(job, silent=(), pinned_unit_id=None)


def _supposed(
    jobs: Sequence[WaitingJob],
    units: Sequence[UnitState],
    locks: Mapping[str, str],
    supposed: Sequence[Supposition],
    at: datetime,
) -> tuple[list[WaitingJob], list[UnitState], dict[str, str]]:
    """Jobs, units and locks as they would be."""
    replace = msgspec.structs.replace
    by_job, by_unit, locked = {job.job_id: job for job in jobs}, {unit.unit_id: unit for unit in units}, dict(locks)
    for one in supposed:
        unit = by_unit.get(one.unit_id)
        job = by_job.get(one.job_id) if one.job_id is not None else None
        if unit is None:
            continue
        if one.kind == "hold":
            by_unit[one.unit_id] = replace(unit, held_reason="what if", held_until=None)
        elif one.kind == "release":
            by_unit[one.unit_id] = replace(unit, held_reason=None)
        elif job is not None and one.kind == "forbid":
            by_job[job.job_id] = replace(job, forbidden={**job.forbidden, one.unit_id: "what if"})
            if locked.get(job.job_id) == one.unit_id:
                del locked[job.job_id]
        elif job is not None:
            by_job[job.job_id] = overruled_job(job)
            by_unit[one.unit_id] = overruled(unit, at)
            locked[job.job_id] = one.unit_id
    return list(by_job.values()), list(by_unit.values()), locked


def _obstacles(after: Assignment, supposed: Sequence[Supposition]) -> tuple[Reason, ...]:
    """Why a unit cannot do what it is supposed to."""
    found: list[Reason] = []
    for one in supposed:
        if one.kind in ("move", "pin") and one.job_id in after.unassigned:
            ranking = after.rankings[one.job_id]
            found += next((bar.reasons for bar in ranking.rejected if bar.unit_id == one.unit_id), ())
    return tuple(found)


def _effects(
    jobs: Sequence[WaitingJob], before: Assignment, after: Assignment, names: Mapping[str, tuple[str, str]]
) -> list[Effect]:
    was = {pair.job_id: pair for pair in before.pairs}
    then = {pair.job_id: pair for pair in after.pairs}
    found = []
    for job in jobs:
        old, new = was.get(job.job_id), then.get(job.job_id)
        before_unit, before_s = (None, None) if old is None else (old.unit_id, old.ranked.eta_s)
        after_unit, after_s = (None, None) if new is None else (new.unit_id, new.ranked.eta_s)
        if (before_unit, before_s) == (after_unit, after_s):
            continue
        zh, en = _effect_words(job.job_id, (before_unit, after_unit), (before_s, after_s), names)
        found.append(Effect(job.job_id, job.region_code, before_unit, after_unit, before_s, after_s, zh, en))
    return found


def _effect_words(
    job_id: str,
    who: tuple[str | None, str | None],
    when_s: tuple[int | None, int | None],
    names: Mapping[str, tuple[str, str]],
) -> tuple[str, str]:
    before, after = who
    before_s, after_s = when_s
    if after is None or after_s is None:
        return f"{job_id}：将无人可派", f"{job_id}: nobody would come"
    zh_name, en_name = names.get(after, (after, after))
    if before is None or before_s is None:
        return (
            f"{job_id}：改由 {zh_name} 承担，{minutes(after_s)} 分钟可到（原无人可派）",
            f"{job_id}: {en_name} would come, in {minutes(after_s)} min (nobody does now)",
        )
    delta_s = after_s - before_s
    how_zh = (
        f"晚 {minutes(delta_s)} 分钟" if delta_s > 0 else f"早 {-delta_s // 60} 分钟" if delta_s < 0 else "时间不变"
    )
    how_en = (
        f"{minutes(delta_s)} min later" if delta_s > 0 else f"{-delta_s // 60} min earlier" if delta_s else "no later"
    )
    return (
        f"{job_id}：{zh_name} {minutes(after_s)} 分钟可到，比现在{how_zh}",
        f"{job_id}: {en_name} there in {minutes(after_s)} min, {how_en} than now",
    )


def _words(effects: Sequence[Effect], obstacles: Sequence[Reason]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if obstacles:
        return tuple(f"做不到：{one.zh}" for one in obstacles), tuple(f"not possible: {one.en}" for one in obstacles)
    if not effects:
        return ("没有任何变化",), ("nothing changes",)
    return tuple(one.zh for one in effects), tuple(one.en for one in effects)
