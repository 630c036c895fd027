"""Nobody fits: why, the smallest change that would make it possible, and the honest time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from tidehub.methods.assignment import reasons as r
from tidehub.methods.assignment.model import (
    Change,
    Compartment,
    Need,
    Ranked,
    Ranking,
    RankingPolicy,
    Reason,
    Rejected,
    Shift,
    Shortfall,
    ShortfallReason,
    UnitState,
    WaitingJob,
)
from tidehub.methods.assignment.rank import rank_units
from tidehub.methods.assignment.travel import Travel

UNITS_ASKED_MAX = 40
STEPS_MAX = 5
_DAY = timedelta(days=1)

_CODES = {
    r.OUT_OF_SERVICE: "NoCandidates",
    r.WRONG_KIND: "NoCandidates",
    r.WRONG_WAY: "NoCandidates",
    r.MISSING_SKILL: "NoCandidates",
    r.OTHER_JURISDICTION: "NoCandidates",
    r.NO_COMPARTMENT: "NoCandidates",
    r.PINNED_TO_OTHER: "PinnedUnitUnfit",
    r.REFUSED_BEFORE: "AllRefused",
    r.FORBIDDEN: "AllForbidden",
    r.NOT_ANSWERED: "NobodyAnswered",
    r.IN_RESERVE: "AllInReserve",
    r.NO_POSITION: "LocationsTooStale",
    r.POSITION_TOO_OLD: "LocationsTooStale",
    r.OFF_SHIFT: "UnitsOffShift",
    r.SHIFT_ENDS_BEFORE_DONE: "UnitsOffShift",
    r.CREW_HOURS_SPENT: "UnitsOffShift",
    r.OFFER_PENDING: "AllBusy",
    r.BUSY: "AllBusy",
    r.NO_ROOM: "NoRoom",
    r.BERTH_DRY: "BerthDry",
    r.UNREACHABLE: "Unreachable",
    r.CLOSED: "Unreachable",
    r.OUT_OF_RANGE: "Unreachable",
}
_WORDS = {
    "NoCandidates": ("没有适合此任务的队伍", "no unit is fit for this job"),
    "PinnedUnitUnfit": ("指定的队伍去不了", "the unit that was fixed for it cannot go"),
    "AllRefused": ("能去的队伍都已拒绝", "every unit that could go has refused"),
    "AllForbidden": ("能去的队伍都已被值班员排除", "every unit that could go was ruled out by the duty officer"),
    "NobodyAnswered": ("被询问的队伍均未应答", "none of the units asked has answered"),
    "AllInReserve": ("能去的队伍都留作备勤", "every unit that could go is held in reserve"),
    "LocationsTooStale": ("队伍的定位缺失或过旧", "the units' positions are missing or too old"),
    "UnitsOffShift": ("队伍不在班或班次、工时不够", "the units are off shift or would run out of it"),
    "AllBusy": ("队伍都在忙", "every unit is busy"),
    "NoRoom": ("队伍的舱位都不够", "no unit has room enough"),
    "BerthDry": ("潮位不足，泊位水深不够", "the berth has too little water at this tide"),
    "Unreachable": ("没有可走的路", "there is no way to the place"),
}
# What a person can do about a reason that time does not cure, from the easiest on.
_REMEDIES = {
    r.IN_RESERVE: ("release_from_reserve", "把 {unit} 从备勤中放出", "release {unit} from reserve"),
    r.NO_POSITION: ("locate", "联系 {unit} 确认位置", "ask {unit} where it is"),
    r.POSITION_TOO_OLD: ("locate", "联系 {unit} 确认位置", "ask {unit} where it is"),
    r.NOT_ANSWERED: ("ask_again", "电话联系 {unit}", "call {unit} by telephone"),
    r.FORBIDDEN: ("allow_unit", "解除对 {unit} 的排除", "allow {unit} again"),
    r.PINNED_TO_OTHER: ("unpin", "改由 {unit} 承担", "let {unit} do it instead"),
    r.NO_ROOM: ("land_load", "让 {unit} 先卸载", "let {unit} land its load first"),
    r.SHIFT_ENDS_BEFORE_DONE: ("extend_shift", "延长 {unit} 的班次", "extend the shift of {unit}"),
    r.OFF_SHIFT: ("extend_shift", "召 {unit} 加班", "call {unit} in off its shift"),
    r.CREW_HOURS_SPENT: ("change_crew", "为 {unit} 换班组", "change the crew of {unit}"),
    r.BUSY: ("queue", "让 {unit} 完成后接此单", "let {unit} take it as its next job"),
    r.OTHER_JURISDICTION: ("lend_unit", "商请借调 {unit}", "ask for {unit} on loan"),
}


def explain_shortfall(
    job: WaitingJob,
    units: Sequence[UnitState],
    ranking: Ranking,
    travel: Travel,
    at: datetime,
    policy: RankingPolicy,
) -> Shortfall:
    """Say why nobody can come now, what would help, and when somebody will be there.

    Parameters
    ----------
    job, units, travel, at, policy
        As they were ranked.
    ranking
        The answer, in which nobody was chosen.

    Returns
    -------
    Shortfall
        The honest time is the earliest at which a unit can be alongside if nobody does anything but wait;
        none, where waiting alone is not known to help. The smallest change is the one after which a unit is
        there first, waiting included.

    Notes
    -----
    Looks at the ``UNITS_ASKED_MAX`` nearest units, with a few travel questions for each.
    """
    by_id = {unit.unit_id: unit for unit in units}
    nearest = sorted(ranking.rejected, key=lambda one: (one.straight_m is None, one.straight_m or 0, one.unit_id))
    waits: list[tuple[Ranked, Reason]] = []
    changes: list[Change] = []
    for one in nearest[:UNITS_ASKED_MAX]:
        unit = by_id[one.unit_id]
        found = _by_waiting(job, unit, one, travel, at, policy)
        if found is not None:
            waits.append(found)
        change = _by_hand(job, unit, one, travel, at, policy)
        if change is not None:
            changes.append(change)
    best = min(waits, key=lambda pair: (pair[0].eta_at, pair[0].unit_id), default=None)
    if best is not None:
        changes.append(_wait(by_id[best[0].unit_id], *best))
    if not changes:
        changes = _lend(job, policy)
    late = datetime.max.replace(tzinfo=at.tzinfo)
    smallest = min(changes, key=lambda one: (one.eta_at or late, one.kind != "wait"), default=None)
    honest_zh, honest_en = _honest(by_id[best[0].unit_id], *best) if best else ("", "")
    return Shortfall(_why(ranking.rejected), smallest, best[0].eta_at if best else None, honest_zh, honest_en)


def _why(rejected: Sequence[Rejected]) -> tuple[ShortfallReason, ...]:
    """Group the leading reasons; the unfit are named only where there is nobody else."""
    groups: dict[str, list[str]] = {}
    for one in rejected:
        groups.setdefault(_CODES[one.code], []).append(one.unit_id)
    if len(groups) > 1:
        groups.pop("NoCandidates", None)
    if len(groups) > 1:
        groups.pop("PinnedUnitUnfit", None)
    groups = groups or {"NoCandidates": []}
    order = sorted(groups, key=lambda code: (-len(groups[code]), code))
    return tuple(ShortfallReason(code, *_WORDS[code], tuple(groups[code])) for code in order)


def _by_waiting(
    job: WaitingJob,
    unit: UnitState,
    rejected: Rejected,
    travel: Travel,
    at: datetime,
    policy: RankingPolicy,
) -> tuple[Ranked, Reason] | None:
    """Move the instant on until nothing bars the unit, if time alone does it; with the last obstacle."""
    standing, begin, last = rejected.reasons, at, None
    for _ in range(STEPS_MAX):
        clears = [_clears(reason) for reason in standing]
        if any(instant is None for instant in clears):
            return None
        latest = max(range(len(standing)), key=lambda place: clears[place] or begin)
        last = standing[latest]
        begin = max(begin, clears[latest] or begin)
        answer = rank_units(job, [_later(unit, begin)], travel, begin, policy)
        if answer.chosen:
            return answer.chosen[0], last
        standing = answer.rejected[0].reasons
    return None


def _clears(reason: Reason) -> datetime | None:
    """When the unit may set out so that this reason no longer holds."""
    way_s = reason.values.get("way_s")
    if reason.clears_at is None or not isinstance(way_s, int):
        return reason.clears_at
    return reason.clears_at - timedelta(seconds=way_s)


def _later(unit: UnitState, begin: datetime) -> UnitState:
    """The unit as it will stand at a later instant, if all goes as it is known now."""
    engaged = unit.engagement
    free = engaged is None or (engaged.free_at is not None and engaged.free_at <= begin and not engaged.queue_full)
    position = unit.position
    if engaged is not None and free:
        position = engaged.free_position or position
    held = unit.held_reason is not None and (unit.held_until is None or unit.held_until > begin)
    return msgspec.structs.replace(
        unit,
        position=position,
        position_at=None if unit.position is None else begin,
        engagement=None if free else engaged,
        offer_expires_at=None,
        held_reason=unit.held_reason if held else None,
    )


def _by_hand(
    job: WaitingJob, unit: UnitState, rejected: Rejected, travel: Travel, at: datetime, policy: RankingPolicy
) -> Change | None:
    """See whether one thing that a person can do brings the unit, and when."""
    codes = {reason.code for reason in rejected.reasons}
    if len(codes) != 1 or rejected.code not in _REMEDIES:
        return None
    kind, zh, en = _REMEDIES[rejected.code]
    names = {"zh": unit.name_zh or unit.unit_id, "en": unit.name_en or unit.unit_id}
    freed_job, freed_unit, freed_policy = _lifted(rejected.code, job, unit, at, policy)
    eta_at = None
    if freed_unit.position is not None:
        answer = rank_units(freed_job, [freed_unit], travel, at, freed_policy)
        if not answer.chosen:
            return None
        eta_at = answer.chosen[0].eta_at
    then_zh, then_en = (
        (f"，{r.clock_time(eta_at)} 可到", f": it can be there at {r.clock_time(eta_at)}") if eta_at else ("", "")
    )
    return Change(
        kind,
        unit.unit_id,
        zh.format(unit=names["zh"]) + then_zh,
        en.format(unit=names["en"]) + then_en,
        None,
        eta_at,
    )


def _lifted(
    code: str, job: WaitingJob, unit: UnitState, at: datetime, policy: RankingPolicy
) -> tuple[WaitingJob, UnitState, RankingPolicy]:
    """The same question with one obstacle out of the way."""
    replace = msgspec.structs.replace
    unit_changes: Mapping[str, object] = {
        r.IN_RESERVE: {"held_reason": None},
        r.NO_POSITION: {},
        r.POSITION_TOO_OLD: {"position_at": at},
        r.NO_ROOM: {"compartments": _emptied(unit.compartments)},
        r.SHIFT_ENDS_BEFORE_DONE: {"shifts": (Shift(at - _DAY, at + _DAY),)},
        r.OFF_SHIFT: {"shifts": (Shift(at - _DAY, at + _DAY),)},
        r.CREW_HOURS_SPENT: {"crew_until": None},
    }
    changed = unit_changes.get(code, {})
    assert isinstance(changed, dict)
    unit = replace(unit, **changed)
    if code == r.NOT_ANSWERED:
        job = replace(job, silent=())
    elif code == r.FORBIDDEN:
        job = replace(job, forbidden={})
    elif code == r.PINNED_TO_OTHER:
        job = replace(job, pinned_unit_id=None)
    elif code == r.BUSY:
        policy = replace(policy, queue_when_busy=True, queue_wait_max_s=int(_DAY.total_seconds()))
    elif code == r.OTHER_JURISDICTION:
        policy = replace(policy, jurisdiction=False)
    return job, unit, policy


def _emptied(compartments: Sequence[Compartment]) -> tuple[Compartment, ...]:
    return tuple(msgspec.structs.replace(compartment, loaded=0) for compartment in compartments)


def _wait(unit: UnitState, ranked: Ranked, last: Reason) -> Change:
    zh, en = _honest(unit, ranked, last)
    return Change("wait", unit.unit_id, zh, en, _clears(last), ranked.eta_at)


def _honest(unit: UnitState, ranked: Ranked, last: Reason) -> tuple[str, str]:
    """The honest time in words, with its reason: what must pass first, and the way after it."""
    zh, en = unit.name_zh or unit.unit_id, unit.name_en or unit.unit_id
    there = r.clock_time(ranked.eta_at)
    if last.code == r.BERTH_DRY and last.clears_at is not None:
        opens = r.clock_time(last.clears_at)
        return (
            f"泊位 {opens} 有水，{zh} {there} 可到",
            f"the berth opens at {opens}, {en} is there at {there}",
        )
    way = r.minutes(ranked.eta_s)
    since = r.clock_time(last.clears_at) if last.clears_at is not None else there
    why_zh, why_en = {
        r.BUSY: ("空闲", "is free"),
        r.OFFER_PENDING: ("可再被询问", "can be asked"),
        r.OFF_SHIFT: ("上班", "comes on shift"),
        r.SHIFT_ENDS_BEFORE_DONE: ("换班", "has its next shift"),
        r.IN_RESERVE: ("结束备勤", "leaves reserve"),
    }.get(last.code, ("可以出发", "can set out"))
    return (
        f"{zh} {since} {why_zh}，再需 {way} 分钟，{there} 可到",
        f"{en} {why_en} at {since}, then {way} min: there at {there}",
    )


def _lend(job: WaitingJob, policy: RankingPolicy) -> list[Change]:
    """Nobody of ours could ever do it: say what a unit from elsewhere would have to be."""
    kinds = "、".join(policy.unit_kinds), " or ".join(policy.unit_kinds)
    skills = sorted({*policy.skills, *job.skills})
    groups = sorted({need.group for need in job.needs if need.group})
    wants_zh = [part for part in (kinds[0], "、".join(skills), _groups(job.needs, "、")) if part]
    wants_en = [part for part in (kinds[1], ", ".join(skills), _groups(job.needs, ", ")) if part]
    if not wants_zh and not groups:
        return []
    return [
        Change(
            "lend_unit",
            None,
            f"借调一支具备条件的队伍：{'；'.join(wants_zh)}",
            f"borrow a unit that has: {'; '.join(wants_en)}",
        )
    ]


def _groups(needs: Sequence[Need], between: str) -> str:
    return between.join(sorted({need.group for need in needs if need.group}))
