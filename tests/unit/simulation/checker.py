"""What a day that was played must obey, written without looking at how it is played."""

from __future__ import annotations

import math
from itertools import pairwise

from tidehub.methods.simulation import Day, Outcome


def faults(day: Day, outcome: Outcome) -> list[str]:
    """Everything that cannot have happened."""
    found = []
    calls = {call.job.job_id: call for call in day.calls}
    came = [job_id for job_id, call in calls.items() if call.at_s <= day.ends_s]
    ends: dict[str, list[str]] = {job_id: [] for job_id in came}
    for one in outcome.served:
        state = "cancelled" if one.cancelled else "done" if one.done_s < math.inf else "open"
        ends[one.job_id].append(state)
        call = calls[one.job_id]
        if one.arrived_s < math.inf:
            if one.arrived_s < one.called_s or one.called_s != call.at_s:
                found.append(f"{one.job_id} was reached before its call")
            if not one.cancelled and one.done_s < math.inf and one.done_s - one.arrived_s < call.work_s - 1e-6:
                found.append(f"{one.job_id} was done sooner than it takes")
    found += [f"{job_id} ended {len(states)} times" for job_id, states in ends.items() if len(states) != 1]
    stays: dict[str, list[tuple[float, float]]] = {}
    for unit_id, _, arrived_s, done_s in outcome.visits:
        stays.setdefault(unit_id, []).append((arrived_s, done_s))
    for unit_id, spans in stays.items():
        spans.sort()
        for (_, left_s), (came_s, _) in pairwise(spans):
            if came_s < left_s:
                found.append(f"{unit_id} was in two places at {came_s}")
    return found
