"""The event clock: a day is played against a policy that sees nothing of what is still to come.

The policy is the very object that decides live. Only the clock, the positions and the people are replaced.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Mapping
from typing import Any

import msgspec

from tidehub.kernel.geometry import Position, great_circle_m
from tidehub.methods.assignment import Destination, Engagement, Start, UnitState
from tidehub.methods.simulation.model import Call, Controller, Day, Orders, Outcome, Served, Underway, View

NEAR_S = 180.0
"""A unit this close to its job, by its own estimate, is not turned away any more."""
SPREAD_OF_WORK = 0.6
"""Standard deviation of the time of work over its mean, where nobody has learned a better one."""


class _Trip:
    """A way under way: from where, when, and how long it will really take."""

    __slots__ = ("begun_s", "believed_s", "length_m", "origin", "target", "true_s")

    def __init__(self, origin: Position, target: Position, begun_s: float, true_s: float, believed_s: float) -> None:
        self.origin, self.target = origin, target
        self.begun_s, self.true_s, self.believed_s = begun_s, true_s, believed_s

    def position(self, now_s: float) -> Position:
        share = 1.0 if self.true_s <= 0 else min(1.0, max(0.0, (now_s - self.begun_s) / self.true_s))
        return Position(
            self.origin.lon + share * (self.target.lon - self.origin.lon),
            self.origin.lat + share * (self.target.lat - self.origin.lat),
        )


class _Unit:
    """A unit as it really is."""

    __slots__ = ("busy_s", "closed", "job_id", "on_scene", "position", "scene_s", "state", "trip", "version")

    def __init__(self, state: UnitState) -> None:
        assert state.position is not None, "a unit begins somewhere"
        self.state = state
        self.position: Position = state.position
        self.trip: _Trip | None = None
        self.job_id: str | None = None
        self.on_scene = False
        self.scene_s = 0.0
        self.version = 0
        self.closed: str | None = None
        self.busy_s = 0.0

    def where(self, now_s: float) -> Position:
        return self.position if self.trip is None else self.trip.position(now_s)


class World:
    """One day being played."""

    def __init__(self, day: Day, controller: Controller, near_s: float = NEAR_S) -> None:
        self.day, self.controller, self.near_s = day, controller, near_s
        self.calls: dict[str, Call] = {call.job.job_id: call for call in day.calls}
        self.units = {unit.unit_id: _Unit(unit) for unit in day.units}
        self.teams: dict[str, list[str]] = {}
        for call in day.calls:
            self.teams.setdefault(call.case_id or call.job.job_id, []).append(call.job.job_id)
        self.open: dict[str, Served] = {}
        self.closed: dict[str, Served] = {}
        self.holder: dict[str, str] = {}
        self.redirected = self.decisions = 0
        self.moved_m = 0.0
        self.visits: list[tuple[str, str, float, float]] = []
        self._heap: list[tuple[float, int, str, tuple[Any, ...]]] = []
        self._serial = itertools.count()

    def play(self) -> Outcome:
        """Play the day from the first call to the end."""
        for call in self.day.calls:
            self._push(call.at_s, "call", call.job.job_id)
            if call.cancelled_s < math.inf:
                self._push(call.cancelled_s, "cancel", call.job.job_id)
        for closure in self.day.closures:
            self._push(closure.from_s, "close", closure.unit_id, closure.why)
            self._push(closure.until_s, "reopen", closure.unit_id)
        while self._heap and self._heap[0][0] <= self.day.ends_s:
            now_s = self._heap[0][0]
            new: list[str] = []
            changed = False
            while self._heap and self._heap[0][0] <= now_s:
                _, _, kind, what = heapq.heappop(self._heap)
                changed |= getattr(self, f"_on_{kind}")(now_s, *what)
                if kind == "call":
                    new.append(what[0])
            if changed:
                self.decisions += 1
                self._obey(self.controller.decide(self._view(now_s, tuple(new))), now_s)
        served = {**self.open, **self.closed}
        return Outcome(
            self.controller.name,
            self.day.name,
            tuple(served[call.job.job_id] for call in self.day.calls if call.job.job_id in served),
            self.redirected,
            self.decisions,
            {unit_id: unit.busy_s for unit_id, unit in self.units.items()},
            self.moved_m,
            tuple(self.visits),
        )

    def _push(self, at_s: float, kind: str, *what: Any) -> None:
        heapq.heappush(self._heap, (at_s, next(self._serial), kind, what))

    # -- what happens -----------------------------------------------------------------------------------

    def _on_call(self, now_s: float, job_id: str) -> bool:
        call = self.calls[job_id]
        self.open[job_id] = Served(job_id, call.case_id, call.job.task, now_s)
        return True

    def _on_cancel(self, now_s: float, job_id: str) -> bool:
        if job_id not in self.open or self.open[job_id].arrived_s < math.inf:
            return False
        self.closed[job_id] = msgspec.structs.replace(self.open.pop(job_id), cancelled=True)
        holder = self.holder.pop(job_id, None)
        if holder is not None:
            self._stop(self.units[holder], now_s)
        return True

    def _on_close(self, now_s: float, unit_id: str, why: str) -> bool:
        unit = self.units[unit_id]
        unit.closed = why
        if unit.job_id is not None and not unit.on_scene:
            self.holder.pop(unit.job_id, None)
            self._stop(unit, now_s)
        return True

    def _on_reopen(self, _now_s: float, unit_id: str) -> bool:
        self.units[unit_id].closed = None
        return True

    def _on_waits(self, now_s: float, unit_id: str, version: int) -> bool:
        """A unit has come to the place where it waits: nothing to decide."""
        unit = self.units[unit_id]
        if unit.version == version and unit.trip is not None:
            self.moved_m += great_circle_m(unit.trip.origin, unit.trip.target)
            unit.position, unit.trip = unit.trip.target, None
        return False

    def _on_arrive(self, now_s: float, unit_id: str, version: int) -> bool:
        unit = self.units[unit_id]
        if unit.version != version:
            return False
        assert unit.job_id is not None and unit.trip is not None, "an arrival without a job"
        job_id = unit.job_id
        unit.busy_s += now_s - unit.trip.begun_s
        unit.position, unit.trip = unit.trip.target, None
        unit.on_scene, unit.scene_s = True, now_s
        self.open[job_id] = msgspec.structs.replace(self.open[job_id], arrived_s=now_s)
        team = self.teams[self.calls[job_id].case_id or job_id]
        if all(self._there(other) for other in team):
            for other in team:
                holder = self.holder[other]
                self.units[holder].scene_s = now_s
                self._push(now_s + self.calls[other].work_s, "done", holder, self.units[holder].version)
        return True

    def _there(self, job_id: str) -> bool:
        found = self.open.get(job_id)
        return found is not None and found.arrived_s < math.inf

    def _on_done(self, now_s: float, unit_id: str, version: int) -> bool:
        unit = self.units[unit_id]
        assert unit.version == version and unit.job_id is not None, "a unit left the scene before the end"
        job = self.open.pop(unit.job_id)
        self.closed[job.job_id] = msgspec.structs.replace(job, done_s=now_s)
        self.visits.append((unit_id, job.job_id, job.arrived_s, now_s))
        unit.busy_s += now_s - job.arrived_s
        self.holder.pop(job.job_id)
        unit.job_id, unit.on_scene = None, False
        unit.version += 1
        return True

    # -- what the policy may see ------------------------------------------------------------------------

    def _view(self, now_s: float, new: tuple[str, ...]) -> View:
        at = self.day.at(now_s)
        jobs, underway, near = [], {}, set()
        for job_id, served in self.open.items():
            if served.arrived_s < math.inf:
                continue
            call = self.calls[job_id]
            jobs.append(msgspec.structs.replace(call.job, waiting_since=self.day.at(call.at_s)))
            holder = self.holder.get(job_id)
            if holder is not None:
                trip = self.units[holder].trip
                assert trip is not None, "a unit under way has a way"
                expected_s = max(0.0, trip.begun_s + trip.believed_s - now_s)
                underway[job_id] = Underway(job_id, holder, expected_s)
                if expected_s <= self.near_s:
                    near.add(job_id)
        units = [self._seen(unit, now_s) for unit in self.units.values()]
        return View(now_s, at, jobs, units, underway, frozenset(near), new)

    def _seen(self, unit: _Unit, now_s: float) -> UnitState:
        at = self.day.at(now_s)
        engaged = None
        if unit.on_scene:
            assert unit.job_id is not None, "on a scene without a job"
            left_s, sd_s = self._left_s(unit, now_s)
            engaged = Engagement(
                unit.job_id, "on_scene", self.day.at(now_s + left_s), unit.position, free_sd_s=round(sd_s)
            )
        return msgspec.structs.replace(
            unit.state,
            position=unit.where(now_s),
            position_at=at,
            engagement=engaged,
            out_of_service=unit.closed,
            cast_off=unit.trip is not None,
        )

    def _left_s(self, unit: _Unit, now_s: float) -> tuple[float, float]:
        """What is left of the work, as it must be guessed: others of the team first, then a usual time."""
        call = self.calls[unit.job_id or ""]
        usual_s = self.day.expected_work_s[call.job.task]
        missing = [one for one in self.teams[call.case_id or call.job.job_id] if not self._there(one)]
        if missing:
            expected_s = 0.0
            for other in missing:
                holder = self.holder.get(other)
                trip = self.units[holder].trip if holder is not None else None
                expected_s = max(expected_s, 900.0 if trip is None else trip.begun_s + trip.believed_s - now_s)
            return expected_s + usual_s, SPREAD_OF_WORK * usual_s
        return residual(usual_s, now_s - unit.scene_s)

    # -- what the policy has said -----------------------------------------------------------------------

    def _obey(self, orders: Orders, now_s: float) -> None:
        wanted = {unit_id: job_id for job_id, unit_id in orders.go.items()}
        assert len(wanted) == len(orders.go), "a unit was sent to two jobs"
        before = dict(self.holder)
        for job_id, unit_id in before.items():
            unit = self.units[unit_id]
            if unit.on_scene or wanted.get(unit_id) == job_id:
                continue
            self.holder.pop(job_id)
            self.redirected += 1
            self._stop(unit, now_s)
        for unit_id, job_id in wanted.items():
            if self.holder.get(job_id) != unit_id:
                self._send(self.units[unit_id], self.calls[job_id], now_s)
        for unit_id, place in orders.move.items():
            self._move(self.units[unit_id], place, now_s)

    def _stop(self, unit: _Unit, now_s: float) -> None:
        assert unit.trip is not None, "only a unit under way can be stopped"
        unit.busy_s += now_s - unit.trip.begun_s
        unit.position, unit.trip, unit.job_id = unit.where(now_s), None, None
        unit.version += 1

    def _send(self, unit: _Unit, call: Call, now_s: float) -> None:
        job_id = call.job.job_id
        assert unit.job_id is None and unit.closed is None, "a unit was sent that has a job or cannot go"
        assert job_id in self.open and job_id not in self.holder, "a unit was sent to a job that has one"
        policy = self.day.policies[call.job.task]
        origin, moving = unit.where(now_s), unit.trip is not None
        turnout_s = 0 if moving else policy.turnout_s
        believed = self._leg_s(unit, origin, call, now_s + turnout_s)
        fixed_s = turnout_s + policy.approach_s
        unit.trip = _Trip(origin, call.job.position, now_s, fixed_s + believed * call.way_factor, fixed_s + believed)
        unit.job_id = job_id
        unit.version += 1
        self.holder[job_id] = unit.state.unit_id
        served = self.open[job_id]
        told = served.told_at_s < math.inf
        self.open[job_id] = msgspec.structs.replace(
            served,
            unit_id=unit.state.unit_id,
            set_out_s=now_s,
            told_at_s=served.told_at_s if told else now_s,
            told_s=served.told_s if told else fixed_s + believed,
            told_way_s=served.told_way_s if told else believed,
        )
        self._push(now_s + unit.trip.true_s, "arrive", unit.state.unit_id, unit.version)

    def _leg_s(self, unit: _Unit, origin: Position, call: Call, leaves_s: float) -> float:
        policy = self.day.policies[call.job.task]
        state = unit.state
        start = Start(state.unit_id, origin, self.day.at(leaves_s), state.mode, state.speed_mps, state.draught_m)
        to = Destination(
            call.job.position, call.job.place_id, policy.ukc_m, policy.handling_s(call.job), policy.approach_s
        )
        (leg,) = self.day.travel.legs([start], to)
        assert leg.travel_s is not None, "a unit was sent where there is no way"
        return float(leg.travel_s)

    def _move(self, unit: _Unit, place: Position, now_s: float) -> None:
        if unit.job_id is not None or unit.closed is not None:
            return
        state = unit.state
        origin = unit.where(now_s)
        if unit.trip is not None and unit.trip.target == place:
            return
        if unit.trip is not None:
            self.moved_m += great_circle_m(unit.trip.origin, origin)
        start = Start(state.unit_id, origin, self.day.at(now_s), state.mode, state.speed_mps, state.draught_m)
        (leg,) = self.day.travel.legs([start], Destination(place))
        unit.position = origin
        if leg.travel_s is None:
            unit.trip = None
            return
        unit.trip = _Trip(origin, place, now_s, leg.travel_s, leg.travel_s)
        unit.version += 1
        self._push(now_s + leg.travel_s, "waits", state.unit_id, unit.version)


def residual(usual_s: float, elapsed_s: float, spread: float = SPREAD_OF_WORK) -> tuple[float, float]:
    """Mean and standard deviation of what is left of a work that has lasted ``elapsed_s`` already.

    Parameters
    ----------
    usual_s
        Mean of the whole work, taken as lognormal with ``spread`` as its standard deviation over the mean.

    Notes
    -----
    Mean residual life of the lognormal: E[X - t | X > t] = m * (1 - F(z - s)) / (1 - F(z)) - t.
    """
    variance = math.log(1.0 + spread * spread)
    sigma = math.sqrt(variance)
    mu = math.log(max(usual_s, 1.0)) - variance / 2
    if elapsed_s <= 0:
        return usual_s, spread * usual_s
    z = (math.log(elapsed_s) - mu) / sigma
    beyond = 0.5 * math.erfc(z / math.sqrt(2))
    if beyond < 1e-9:
        return 0.25 * usual_s, 0.25 * usual_s
    first = usual_s * 0.5 * math.erfc((z - sigma) / math.sqrt(2)) / beyond
    second = math.exp(2 * mu + 2 * variance) * 0.5 * math.erfc((z - 2 * sigma) / math.sqrt(2)) / beyond
    left = max(0.0, first - elapsed_s)
    return left, math.sqrt(max(0.0, second - first * first))


def play(day: Day, controller: Controller, near_s: float = NEAR_S) -> Outcome:
    """Play one day against one policy."""
    return World(day, controller, near_s).play()


def by_policy(outcomes: Mapping[str, list[Outcome]]) -> list[str]:
    """Names of the policies in the order in which they were played."""
    return list(outcomes)
