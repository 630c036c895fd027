"""Rank the units for one job: who can be there first, and for everyone else every reason why not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from tidehub.kernel.geometry import great_circle_m
from tidehub.methods.assignment import reasons
from tidehub.methods.assignment.model import (
    Engagement,
    Parts,
    Ranked,
    Ranking,
    RankingPolicy,
    Reason,
    Rejected,
    Shift,
    UnitState,
    WaitingJob,
)
from tidehub.methods.assignment.room import find_room
from tidehub.methods.assignment.travel import Destination, Leg, Start, Travel

LEAST_SPREAD_S = 60.0
"""No arrival is known better than this."""


def rank_units(
    job: WaitingJob, units: Sequence[UnitState], travel: Travel, at: datetime, policy: RankingPolicy
) -> Ranking:
    """Rank the units that can do a job, the soonest alongside first.

    Fish, oil and people wait for the boat that is there first by water, which is often not the one that lies
    nearest on the map. What bars a unit is checked first, so that travel is asked for few.

    Parameters
    ----------
    job, units
        What waits; every unit as it stands. A position older than the limit is rejected, not guessed.
    travel
        Times by water or road, tide and closures included.
    at
        The instant of the decision (UTC). The function reads no clock.
    policy
        Bars, allowances, weights.

    Returns
    -------
    Ranking
        ``chosen`` by cost (time of arrival plus what the weights add), then time, then unit id; ``rejected``
        by unit id, each with at least one reason. Every unit stands in exactly one of them.

    Notes
    -----
    One call of ``travel`` with at most ``n`` starts. A busy unit counts, where the policy lets it queue, from
    where and when it will be free.
    """
    chosen: list[Ranked] = []
    rejected: list[Rejected] = []
    starts: list[Start] = []
    waiting: list[tuple[UnitState, float]] = []
    for unit in units:
        barred, fullness = bars(job, unit, at, policy)
        if barred:
            rejected.append(Rejected(unit.unit_id, tuple(barred), straight_m(job, unit)))
        else:
            starts.append(_start(unit, at, policy))
            waiting.append((unit, fullness))
    destination = Destination(job.position, job.place_id, policy.ukc_m, policy.handling_s(job), policy.approach_s)
    legs = travel.legs(starts, destination) if starts else ()
    for (unit, fullness), leg in zip(waiting, legs, strict=True):
        answer = _consider(job, unit, leg, fullness, at, policy)
        if isinstance(answer, Ranked):
            chosen.append(answer)
        else:
            rejected.append(Rejected(unit.unit_id, tuple(answer), straight_m(job, unit)))
    chosen.sort(key=lambda one: (one.cost_s, one.eta_s, one.unit_id))
    rejected.sort(key=lambda one: one.unit_id)
    return Ranking(job.job_id, at, tuple(chosen), tuple(rejected))


def bars(job: WaitingJob, unit: UnitState, at: datetime, policy: RankingPolicy) -> tuple[list[Reason], float]:
    """Everything that bars a unit before any way is asked for, and how full it would be afterwards."""
    found = [*_unfit(job, unit, policy), *_not_to_be_asked(job, unit)]
    if unit.position is None or unit.position_at is None:
        found.append(reasons.no_position())
    else:
        age_s = int((at - unit.position_at).total_seconds())
        if age_s > policy.position_age_max_s:
            found.append(reasons.position_too_old(age_s, policy.position_age_max_s))
    if unit.offer_expires_at is not None and unit.offer_expires_at > at:
        found.append(reasons.offer_pending(unit.offer_expires_at))
    engaged = unit.engagement
    if engaged is not None:
        wait_s = None if engaged.free_at is None else (engaged.free_at - at).total_seconds()
        if not policy.queue_when_busy or engaged.queue_full or wait_s is None or wait_s > policy.queue_wait_max_s:
            found.append(reasons.busy(engaged.job_id, engaged.stage, engaged.free_at, engaged.queue_full))
    leaves_at = max(at, engaged.free_at) if engaged is not None and engaged.free_at is not None else at
    if unit.shifts is not None and on_duty(unit.shifts, leaves_at) is None:
        found.append(reasons.off_shift(next_duty(unit.shifts, leaves_at)))
    short, fullness = find_room(job.needs, unit.compartments)
    return found + short, fullness


def _unfit(job: WaitingJob, unit: UnitState, policy: RankingPolicy) -> list[Reason]:
    """What the unit is, which no waiting changes."""
    found = []
    if unit.out_of_service is not None:
        found.append(reasons.out_of_service(unit.out_of_service))
    if policy.unit_kinds and unit.kind not in policy.unit_kinds:
        found.append(reasons.wrong_kind(unit.kind, policy.unit_kinds))
    if unit.mode not in job.access:
        found.append(reasons.wrong_way(unit.mode))
    missing = tuple(sorted(({*policy.skills, *job.skills}) - unit.skills))
    if missing:
        found.append(reasons.missing_skill(missing))
    if policy.jurisdiction and not any(job.region_code.startswith(prefix) for prefix in unit.jurisdictions):
        found.append(reasons.other_jurisdiction(job.region_code))
    return found


def _not_to_be_asked(job: WaitingJob, unit: UnitState) -> list[Reason]:
    """What people have decided."""
    found = []
    if job.pinned_unit_id is not None and unit.unit_id != job.pinned_unit_id:
        found.append(reasons.pinned_to_other(job.pinned_unit_id))
    if unit.unit_id in job.excluded:
        found.append(reasons.refused_before(job.excluded[unit.unit_id]))
    if unit.unit_id in job.forbidden:
        found.append(reasons.forbidden(job.forbidden[unit.unit_id]))
    if unit.unit_id in job.silent:
        found.append(reasons.not_answered())
    if unit.held_reason is not None and job.pinned_unit_id != unit.unit_id:
        found.append(reasons.in_reserve(unit.held_reason, unit.held_until))
    return found


def _start(unit: UnitState, at: datetime, policy: RankingPolicy) -> Start:
    """Where and when it would set out: now, or when and where it will be free."""
    position, leaves_at = unit.position, at
    if unit.engagement is not None:
        position = unit.engagement.free_position or position
        if unit.engagement.free_at is not None:
            leaves_at = max(at, unit.engagement.free_at)
    assert position is not None, "a unit without a position was let through"
    leaves_at += timedelta(seconds=_turnout_s(unit, policy))
    return Start(unit.unit_id, position, leaves_at, unit.mode, unit.speed_mps, unit.draught_m)


def _turnout_s(unit: UnitState, policy: RankingPolicy) -> int:
    """Nothing for a unit that is under way already."""
    return 0 if unit.cast_off and unit.engagement is None else policy.turnout_s


def _consider(
    job: WaitingJob, unit: UnitState, leg: Leg, fullness: float, at: datetime, policy: RankingPolicy
) -> Ranked | list[Reason]:
    """Turn the answer about the way into a place in the ranking, or into reasons."""
    if leg.travel_s is None or leg.length_m is None:
        return [reasons.closed(leg.opens_at) if leg.obstacle == "closed" else reasons.unreachable(unit.mode)]
    engaged = unit.engagement
    until_free_s = 0
    if engaged is not None and engaged.free_at is not None:
        until_free_s = max(0, math.ceil((engaged.free_at - at).total_seconds()))
    parts = Parts(until_free_s, _turnout_s(unit, policy), leg.travel_s, policy.approach_s)
    eta_s = parts.total_s
    eta_at = at + timedelta(seconds=eta_s)
    done_at = eta_at + timedelta(seconds=policy.handling_s(job))
    found = []
    if leg.obstacle == "closed":
        found.append(reasons.closed(leg.opens_at))
    elif leg.obstacle == "unreachable":
        found.append(reasons.unreachable(unit.mode))
    elif leg.obstacle == "berth_dry":
        way_s = eta_s - until_free_s
        found.append(reasons.berth_dry(eta_at, leg.depth_m, leg.needed_m, leg.opens_at, way_s))
    if unit.range_m is not None and leg.length_m + policy.range_reserve_m > unit.range_m:
        found.append(reasons.out_of_range(leg.length_m, unit.range_m))
    if unit.shifts is not None:
        duty = on_duty(unit.shifts, at + timedelta(seconds=until_free_s))
        assert duty is not None, "a unit off shift was let through"
        if duty.ends_at < done_at + timedelta(seconds=policy.shift_margin_s):
            found.append(reasons.shift_ends_before_done(duty.ends_at, done_at, next_duty(unit.shifts, duty.ends_at)))
    if unit.crew_until is not None and unit.crew_until < done_at:
        found.append(reasons.crew_hours_spent(unit.crew_until, done_at))
    if found:
        return found
    assert unit.position_at is not None, "a unit without a position was let through"
    weights = policy.weights
    spread_s = spread_of(leg, engaged, policy)
    late = late_probability(job, at, eta_s, spread_s, policy)
    return Ranked(
        unit_id=unit.unit_id,
        eta_s=eta_s,
        eta_at=eta_at,
        parts=parts,
        length_m=leg.length_m,
        straight_m=straight_m(job, unit) or 0,
        done_at=done_at,
        cost_s=eta_s
        + round(weights.fullness_s * fullness)
        + (weights.queued_s if engaged is not None else 0)
        + round(policy.late_s * (late or 0.0)),
        position_age_s=max(0, int((at - unit.position_at).total_seconds())),
        queued_after=engaged.job_id if engaged is not None else None,
        degraded=leg.degraded,
        fullness=round(fullness, 4),
        provider=leg.provider,
        spread_s=round(spread_s),
        late_probability=None if late is None else round(late, 4),
    )


def spread_of(leg: Leg, engaged: Engagement | None, policy: RankingPolicy) -> float:
    """Standard deviation of the time of arrival: the journey's, doubled without a map, and the work's before it."""
    journey_s = policy.travel_spread * (leg.travel_s or 0) * (2 if leg.degraded else 1)
    return math.hypot(journey_s, engaged.free_sd_s if engaged is not None else 0)


def late_probability(
    job: WaitingJob, at: datetime, eta_s: float, spread_s: float, policy: RankingPolicy
) -> float | None:
    """How probable it is that the promise is not kept, taking the arrival as normal; ``None`` without a promise."""
    if not policy.promise_s:
        return None
    waited_s = 0.0 if job.waiting_since is None else (at - job.waiting_since).total_seconds()
    spare_s = policy.promise_s - waited_s - eta_s
    return 0.5 * math.erfc(spare_s / (math.sqrt(2.0) * max(spread_s, LEAST_SPREAD_S)))


def straight_m(job: WaitingJob, unit: UnitState) -> int | None:
    """Distance over the sphere: never decides, only explains why the nearest on the map is not the first."""
    return None if unit.position is None else round(great_circle_m(unit.position, job.position))


def on_duty(shifts: Sequence[Shift], at: datetime) -> Shift | None:
    """Return the stretch of duty an instant lies in; stretches that touch count as one."""
    for shift in joined(shifts):
        if shift.starts_at <= at < shift.ends_at:
            return shift
    return None


def next_duty(shifts: Sequence[Shift], at: datetime) -> datetime | None:
    """When duty next begins, at ``at`` or later."""
    return min((shift.starts_at for shift in joined(shifts) if shift.starts_at >= at), default=None)


def joined(shifts: Sequence[Shift]) -> list[Shift]:
    """Stretches of duty in order, those that touch or overlap made one."""
    result: list[Shift] = []
    for shift in sorted(shifts, key=lambda one: (one.starts_at, one.ends_at)):
        if result and shift.starts_at <= result[-1].ends_at:
            result[-1] = Shift(result[-1].starts_at, max(result[-1].ends_at, shift.ends_at))
        else:
            result.append(shift)
    return result
