"""All that is known of every device now, in memory: judged one fix at a time, without disk, clock or network.

Fed with the same fixes in the same order it gives the same answers, so that a restart can replay.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

import msgspec

from tidehub.capabilities.devices.commands import (
    RecordCircleEntry,
    RecordExit,
    RecordHeardAgain,
    RecordPassing,
    RecordSilence,
)
from tidehub.capabilities.devices.model import CRAFTS, Circle, FixRef, KnownDevice, LastPosition
from tidehub.kernel.facts import Command
from tidehub.kernel.geometry import Position
from tidehub.methods.tracking import (
    BOAT,
    ArrivalKind,
    ArrivalNews,
    ArrivalState,
    ArrivalWatch,
    Fix,
    Settings,
    TrackState,
    Verdict,
    advance,
    watch_arrival,
)


class ClaimState(msgspec.Struct):
    """What is remembered of one claim; stored as it is across a restart."""

    track: TrackState = TrackState()
    source: str = ""
    fix_id: int = 0
    heading_deg: float | None = None
    heading_at: datetime | None = None
    depth_m: float | None = None
    depth_at: datetime | None = None


class StayState(msgspec.Struct, frozen=True):
    """How one claim stands to one circle, and the fix with which its present stay began."""

    arrival: ArrivalState = ArrivalState()
    first: FixRef | None = None


class CircleState(msgspec.Struct):
    """How every claim of a unit stands to one circle, since it has been watched."""

    watched_at: datetime
    stays: dict[str, StayState] = {}


class _Watched:
    __slots__ = ("circle", "state", "watch")

    def __init__(self, circle: Circle, state: CircleState) -> None:
        self.circle = circle
        self.state = state
        start = circle.from_position
        self.watch = ArrivalWatch(
            circle.centre.lon,
            circle.centre.lat,
            circle.radius_m,
            circle.dwell_s,
            math.inf if circle.speed_mps_max is None else circle.speed_mps_max,
            from_lon=None if start is None else start.lon,
            from_lat=None if start is None else start.lat,
        )


class Tracker:
    """Judge, remember, and say what it means.

    Attributes
    ----------
    states
        By claim.
    moved, touched_circles
        Claims and circles changed since whoever saves them last looked.
    """

    def __init__(self) -> None:
        self.states: dict[str, ClaimState] = {}
        self.devices: dict[str, KnownDevice | None] = {}
        self.moved: set[str] = set()
        self.touched_circles: set[str] = set()
        self._watched: dict[str, _Watched] = {}
        self._by_unit: dict[str, list[_Watched]] = {}
        self._heard: dict[str, datetime] = {}  # by device_id
        self._claim_of: dict[str, str] = {}  # the claim a device was heard under last
        self._expected: dict[str, KnownDevice] = {}
        self._since: datetime | None = None
        self.silent: set[str] = set()

    # -- fixes ------------------------------------------------------------------------------------------

    def take(self, fix_id: int, fix: Fix) -> tuple[str, Verdict, list[Command]]:
        """Judge one fix.

        Returns
        -------
        str, Verdict, list of Command
            Whose it is (the unit, or the claim of a device without one), what the rules say, what it means.
        """
        claim = fix.device_claim
        device = self.devices.get(claim)
        state = self.states.get(claim)
        if state is None:
            state = self.states[claim] = ClaimState()
        state.track, verdict = advance(state.track, fix, self._settings(device))
        state.source = fix.source
        if verdict.leads and verdict.moves_track:
            state.fix_id = fix_id
            if fix.heading_deg is not None:
                state.heading_deg, state.heading_at = fix.heading_deg, verdict.at
            if fix.depth_m is not None:
                state.depth_m, state.depth_at = fix.depth_m, verdict.at
        self.moved.add(claim)
        if device is None:
            return claim, verdict, []
        news: list[Command] = []
        if device.device_id in self.silent:
            self.silent.discard(device.device_id)  # said once; the fact may take a moment
            news.append(RecordHeardAgain(device_id=device.device_id, unit_id=device.unit_id, heard_at=fix.received_at))
        self._heard[device.device_id] = fix.received_at
        self._claim_of[device.device_id] = claim
        if device.unit_id is None:
            return claim, verdict, news
        if verdict.point is not None and (watched := self._by_unit.get(device.unit_id)):
            for one in watched:
                if fix.received_at >= one.circle.watched_at:
                    news += self._arrival(one, fix_id, fix, verdict)
        return device.unit_id, verdict, news

    @staticmethod
    def _settings(device: KnownDevice | None) -> Settings:
        return BOAT if device is None else CRAFTS.get(device.craft, BOAT)

    def _arrival(self, watched: _Watched, fix_id: int, fix: Fix, verdict: Verdict) -> list[Command]:
        assert verdict.point is not None
        claim = fix.device_claim
        stay = watched.state.stays.get(claim) or StayState()
        arrival, changes = watch_arrival(stay.arrival, verdict.point, watched.watch)
        if arrival is stay.arrival:
            return []
        here = FixRef(fix_id, claim, fix.source, verdict.at, fix.lon, fix.lat, fix.sog_mps, fix.accuracy_m)
        first = stay.first
        if arrival.slow_since_at is None:
            first = None
        elif first is None or stay.arrival.slow_since_at != arrival.slow_since_at:
            first = here
        watched.state.stays[claim] = StayState(arrival, first)
        self.touched_circles.add(watched.circle.circle_id)
        return [
            command for change in changes if (command := _command_of(watched.circle, change, here, first)) is not None
        ]

    def last(self, claim: str) -> LastPosition | None:
        """Give the last position of a claim, or ``None`` before the first that proves anything."""
        state = self.states.get(claim)
        leader = None if state is None else state.track.leader
        if state is None or leader is None:
            return None
        device = self.devices.get(claim)
        point = leader.last
        return LastPosition(
            claim,
            state.source,
            point.lon,
            point.lat,
            point.at,
            state.track.last_received_at or point.at,
            state.fix_id,
            None if device is None else device.device_id,
            None if device is None else device.unit_id,
            "" if device is None else device.region_code,
            "" if device is None else device.title,
            point.sog_mps,
            point.cog_deg,
            state.heading_deg,
            state.heading_at,
            state.depth_m,
            state.depth_at,
            point.accuracy_m,
            point.flags,
            leader.number,
            len(state.track.segments),
            leader.anchorage.anchored,
            None if device is None else device.timeouts,
        )

    def lasts(self, claims: Iterable[str]) -> dict[str, LastPosition]:
        """Give the last positions of many claims; those without one are left out."""
        return {claim: last for claim in claims if (last := self.last(claim)) is not None}

    # -- circles ----------------------------------------------------------------------------------------

    def watch(self, circle: Circle, state: CircleState | None = None) -> None:
        """Watch a circle; one that is watched already as it stands keeps what is known of it."""
        before = self._watched.get(circle.circle_id)
        if before is not None and before.circle.watched_at == circle.watched_at:
            return
        self.drop(circle.circle_id)
        if state is None or state.watched_at != circle.watched_at:
            state = CircleState(circle.watched_at)
        watched = _Watched(circle, state)
        self._watched[circle.circle_id] = watched
        self._by_unit.setdefault(circle.unit_id, []).append(watched)

    def drop(self, circle_id: str) -> bool:
        """Stop watching; whether it was watched."""
        watched = self._watched.pop(circle_id, None)
        if watched is None:
            return False
        left = [one for one in self._by_unit[watched.circle.unit_id] if one is not watched]
        if left:
            self._by_unit[watched.circle.unit_id] = left
        else:
            del self._by_unit[watched.circle.unit_id]
        return True

    def drop_case(self, case_id: str) -> list[str]:
        """Stop watching everything for a case."""
        gone = [key for key, one in self._watched.items() if one.circle.case_id == case_id]
        for circle_id in gone:
            self.drop(circle_id)
        return gone

    def circle_ids(self) -> set[str]:
        """Which circles are watched."""
        return set(self._watched)

    def circle_state(self, circle_id: str) -> CircleState | None:
        """What is remembered of a circle."""
        watched = self._watched.get(circle_id)
        return None if watched is None else watched.state

    # -- silence ----------------------------------------------------------------------------------------

    def forget_before(self, before: datetime) -> int:
        """Forget claims that were heard last before an instant; answers how many."""
        old = [
            claim
            for claim, state in self.states.items()
            if state.track.last_received_at is not None and state.track.last_received_at < before
        ]
        for claim in old:
            del self.states[claim]
            self.devices.pop(claim, None)
            self.moved.discard(claim)
        return len(old)

    def remember_heard(self) -> None:
        """Take from the loaded states when each known device was heard last."""
        for claim, state in self.states.items():
            device, heard_at = self.devices.get(claim), state.track.last_received_at
            if device is None or heard_at is None:
                continue
            if device.device_id not in self._claim_of or heard_at > self._heard[device.device_id]:
                self._heard[device.device_id] = heard_at
                self._claim_of[device.device_id] = claim

    def expect(self, devices: Iterable[KnownDevice], now: datetime) -> None:
        """Say whose silence is an alarm. One that was never heard counts from when it was first expected."""
        self._since = self._since or now
        wanted = {device.device_id: device for device in devices if device.timeouts is not None}
        for device_id in wanted:
            self._heard.setdefault(device_id, now)
        self._expected = wanted

    def silences(self, now: datetime) -> list[RecordSilence]:
        """Ask for a fact for every device that has now been silent for too long, anchored ones later."""
        asked: list[RecordSilence] = []
        for device_id, device in self._expected.items():
            if device_id in self.silent or device.timeouts is None:
                continue
            claim = self._claim_of.get(device_id)
            last = None if claim is None else self.last(claim)
            anchored = last is not None and last.anchored
            limit_s = device.timeouts.anchored_timed_out_s if anchored else device.timeouts.timed_out_s
            since = self._heard[device_id]
            if (now - since).total_seconds() <= limit_s:
                continue
            asked.append(
                RecordSilence(
                    device_id=device_id,
                    unit_id=device.unit_id,
                    region_code=device.region_code,
                    heard_at=None if claim is None else since,
                    silence_s=round((now - since).total_seconds()),
                    last=None if last is None else _ref(last),
                )
            )
        return asked


def _ref(last: LastPosition) -> FixRef:
    return FixRef(
        last.fix_id,
        last.device_claim,
        last.source,
        last.at,
        last.lon,
        last.lat,
        last.sog_mps,
        last.accuracy_m,
    )


def _command_of(circle: Circle, change: ArrivalNews, here: FixRef, first: FixRef | None) -> Command | None:
    here = msgspec.structs.replace(here, distance_m=change.distance_m)
    place = Position(here.lon, here.lat)
    if change.kind is ArrivalKind.ARRIVED:
        assert change.since_at is not None
        evidence = (here,) if first is None or first.fix_id == here.fix_id else (first, here)
        return RecordCircleEntry(
            circle_id=circle.circle_id,
            unit_id=circle.unit_id,
            case_id=circle.case_id,
            at=change.at,
            since_at=change.since_at,
            position=place,
            distance_m=change.distance_m,
            evidence=evidence,
            fix_count=change.fix_count,
            device_claim=here.device_claim,
        )
    if change.kind is ArrivalKind.LEFT and change.since_at is not None:
        return RecordExit(
            circle_id=circle.circle_id,
            unit_id=circle.unit_id,
            case_id=circle.case_id,
            at=change.at,
            position=place,
            distance_m=change.distance_m,
            evidence=(here,),
            device_claim=here.device_claim,
        )
    if change.kind is ArrivalKind.PERPENDICULAR_PASSED:
        return RecordPassing(
            circle_id=circle.circle_id,
            unit_id=circle.unit_id,
            case_id=circle.case_id,
            at=change.at,
            position=place,
            distance_m=change.distance_m,
            evidence=(here,),
            device_claim=here.device_claim,
        )
    return None
