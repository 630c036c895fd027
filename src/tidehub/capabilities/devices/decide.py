"""Decisions about devices: pure, and asked again they add nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tidehub.capabilities.devices.commands import (
    DropCircle,
    ProveContact,
    RecordCircleEntry,
    RecordExit,
    RecordHeardAgain,
    RecordOutOfLimits,
    RecordPassing,
    RecordRun,
    RecordSilence,
    RecordWithinLimits,
    WatchCircle,
)
from tidehub.capabilities.devices.facts import (
    CircleDropped,
    CircleWatched,
    ContactProven,
    DeviceFellSilent,
    DeviceHeardAgain,
    ReadingOutOfLimits,
    ReadingWithinLimits,
    RunFinished,
    UnitEnteredCircle,
    UnitLeftCircle,
    UnitPassedPerpendicular,
)
from tidehub.capabilities.devices.model import Circle
from tidehub.kernel.errors import refusal_kind
from tidehub.kernel.facts import Fact
from tidehub.methods.tracking import TrackPoint, prove_contact, prove_presence

RADIUS_M_MAX = 50_000.0
CONTACT_SPAN_MAX = timedelta(hours=48)

CIRCLE_INVALID = refusal_kind(
    "circle_invalid",
    zh="电子围栏不正确：{problem}",
    en="The circle is not valid: {problem}",
    do_zh="请填写大于 0、不超过 50 公里的半径，停留时间和航速不能为负。",
    do_en="Give a radius above 0 and up to 50 km; dwell and speed are not negative.",
)
CIRCLE_UNKNOWN = refusal_kind(
    "circle_unknown",
    zh="电子围栏 {circle_id} 已不在监视中",
    en="The circle {circle_id} is not watched any more",
    do_zh="无需处理；如仍需监视请重新设置。",
    do_en="Nothing to do; watch it again if it is still needed.",
    category="gone",
)
CONTACT_INVALID = refusal_kind(
    "contact_invalid",
    zh="会面证明的条件不正确：{problem}",
    en="The contact cannot be examined: {problem}",
    do_zh="请指定另一船只或一个地点（二者择一），时间跨度不超过 48 小时。",
    do_en="Name either the other unit or a place, and at most 48 hours.",
)
CONTACT_NOT_PROVEN = refusal_kind(
    "contact_not_proven",
    zh="现有轨迹不能证明会面（{fix_count} 个定位点）",
    en="The kept tracks do not prove a contact ({fix_count} fixes)",
    do_zh="请核对时间范围，或以照片、签字等其他方式证明。",
    do_en="Check the span of time, or prove it by photograph or signature.",
    category="missing",
)


class Tracks(NamedTuple):
    """Judged points of the one and of the other (empty for a place)."""

    own: Sequence[TrackPoint]
    other: Sequence[TrackPoint]


class Silence(NamedTuple):
    """A device that is silent, since when it was last heard."""

    heard_at: datetime | None


class Beyond(NamedTuple):
    """How a factor stands to its limit, and the reading that changed it last."""

    beyond: bool
    changed_at: datetime


def watch_circle(state: Circle | None, command: WatchCircle, now: datetime) -> list[Fact]:
    """Watch, or move what is watched; the very same again changes nothing."""
    if not 0.0 < command.radius_m <= RADIUS_M_MAX:
        raise CIRCLE_INVALID("radius_m", problem=f"radius {command.radius_m} m")
    if command.dwell_s < 0.0:
        raise CIRCLE_INVALID("dwell_s", problem=f"dwell {command.dwell_s} s")
    if command.speed_mps_max is not None and command.speed_mps_max < 0.0:
        raise CIRCLE_INVALID("speed_mps_max", problem=f"speed {command.speed_mps_max} m/s")
    if state is not None and _same(state, command):
        return []
    return [
        CircleWatched(
            circle_id=command.circle_id,
            unit_id=command.unit_id,
            case_id=command.case_id,
            job_id=command.job_id,
            centre=command.centre,
            radius_m=command.radius_m,
            dwell_s=command.dwell_s,
            speed_mps_max=command.speed_mps_max,
            from_position=command.from_position,
            region_code=command.region_code,
            until=command.until,
        )
    ]


def _same(circle: Circle, command: WatchCircle) -> bool:
    return (
        circle.unit_id,
        circle.centre,
        circle.radius_m,
        circle.dwell_s,
        circle.speed_mps_max,
        circle.from_position,
        circle.case_id,
        circle.job_id,
    ) == (
        command.unit_id,
        command.centre,
        command.radius_m,
        command.dwell_s,
        command.speed_mps_max,
        command.from_position,
        command.case_id,
        command.job_id,
    )


def drop_circle(state: Circle | None, command: DropCircle, now: datetime) -> list[Fact]:
    """Stop watching."""
    if state is None:
        return []
    return [CircleDropped(circle_id=state.circle_id, unit_id=state.unit_id, case_id=state.case_id, job_id=state.job_id)]


def _watched(state: Circle | None, circle_id: str) -> Circle:
    if state is None:
        raise CIRCLE_UNKNOWN("circle_id", circle_id=circle_id)
    return state


def _told(circle: Circle, at: datetime) -> bool:
    """Whether a change at this fix has been recorded already, and perhaps a later one."""
    return circle.changed_at is not None and at <= circle.changed_at


def record_entry(state: Circle | None, command: RecordCircleEntry, now: datetime) -> list[Fact]:
    """Record the arrival once per stay; whichever device proves it first."""
    circle = _watched(state, command.circle_id)
    if circle.entered_at is not None or _told(circle, command.at):
        return []
    return [
        UnitEnteredCircle(
            circle_id=circle.circle_id,
            unit_id=circle.unit_id,
            case_id=circle.case_id,
            job_id=circle.job_id,
            at=command.at,
            since_at=command.since_at,
            dwell_s=(command.at - command.since_at).total_seconds(),
            position=command.position,
            distance_m=command.distance_m,
            evidence=command.evidence,
            fix_count=command.fix_count,
            device_claim=command.device_claim,
            region_code=circle.region_code,
        )
    ]


def record_exit(state: Circle | None, command: RecordExit, now: datetime) -> list[Fact]:
    """Record the leaving, told by the device that had proven the arrival."""
    circle = _watched(state, command.circle_id)
    if circle.entered_at is None or circle.entered_by != command.device_claim or _told(circle, command.at):
        return []
    return [
        UnitLeftCircle(
            circle_id=circle.circle_id,
            unit_id=circle.unit_id,
            case_id=circle.case_id,
            job_id=circle.job_id,
            at=command.at,
            stay_s=max(0, round((command.at - circle.entered_at).total_seconds())),
            position=command.position,
            distance_m=command.distance_m,
            evidence=command.evidence,
            device_claim=command.device_claim,
        )
    ]


def record_passing(state: Circle | None, command: RecordPassing, now: datetime) -> list[Fact]:
    """Record the perpendicular once per watch."""
    circle = _watched(state, command.circle_id)
    if circle.passed:
        return []
    return [
        UnitPassedPerpendicular(
            circle_id=circle.circle_id,
            unit_id=circle.unit_id,
            case_id=circle.case_id,
            job_id=circle.job_id,
            at=command.at,
            position=command.position,
            distance_m=command.distance_m,
            evidence=command.evidence,
            device_claim=command.device_claim,
        )
    ]


def examine(command: ProveContact) -> None:
    """Refuse what cannot be examined before anything is read."""
    if (command.other_unit_id is None) == (command.place is None):
        raise CONTACT_INVALID("other_unit_id", problem="either another unit or a place")
    if not timedelta(0) < command.until - command.since <= CONTACT_SPAN_MAX:
        raise CONTACT_INVALID("until", problem="the span is empty or longer than 48 hours")


def decide_contact(state: Tracks, command: ProveContact, now: datetime) -> list[Fact]:
    """Examine the tracks; a contact that they do not prove is refused, not recorded as a maybe."""
    if command.place is not None:
        contacts = prove_presence(state.own, command.place.lon, command.place.lat, command.contact_rule)
    else:
        contacts = prove_contact(state.own, state.other, command.contact_rule)
    if not contacts:
        raise CONTACT_NOT_PROVEN(fix_count=len(state.own) + len(state.other))
    return [
        ContactProven(
            unit_id=command.unit_id,
            case_id=command.case_id,
            job_id=command.job_id,
            other_unit_id=command.other_unit_id,
            place=command.place,
            contacts=tuple(contacts),
            contact_rule=command.contact_rule,
            one_sided=command.place is not None,
        )
    ]


def record_silence(state: Silence | None, command: RecordSilence, now: datetime) -> list[Fact]:
    """Say once that a device is silent."""
    if state is not None:
        return []
    return [
        DeviceFellSilent(
            device_id=command.device_id,
            unit_id=command.unit_id,
            heard_at=command.heard_at,
            silence_s=command.silence_s,
            region_code=command.region_code,
            last=command.last,
        )
    ]


def record_heard_again(state: Silence | None, command: RecordHeardAgain, now: datetime) -> list[Fact]:
    """Say once that a silent device speaks again."""
    if state is None:
        return []
    silent_s = None
    if state.heard_at is not None:
        silent_s = max(0, round((command.heard_at - state.heard_at).total_seconds()))
    return [
        DeviceHeardAgain(
            device_id=command.device_id,
            unit_id=command.unit_id,
            heard_at=command.heard_at,
            silent_s=silent_s,
        )
    ]


def record_out_of_limits(state: Beyond | None, command: RecordOutOfLimits, now: datetime) -> list[Fact]:
    """Say once that a factor is beyond its limit."""
    if state is not None and (state.beyond or command.at <= state.changed_at):
        return []
    return [
        ReadingOutOfLimits(
            device_id=command.device_id,
            unit_id=command.unit_id,
            factor=command.factor,
            value_name=command.value_name,
            value=command.value,
            limit=command.limit,
            measure=command.measure,
            source=command.source,
            at=command.at,
        )
    ]


def record_within_limits(state: Beyond | None, command: RecordWithinLimits, now: datetime) -> list[Fact]:
    """Say once that it is within the limit again."""
    if state is None or not state.beyond or command.at <= state.changed_at:
        return []
    return [
        ReadingWithinLimits(
            device_id=command.device_id,
            unit_id=command.unit_id,
            factor=command.factor,
            value=command.value,
            at=command.at,
        )
    ]


def record_run(known: bool, command: RecordRun, now: datetime) -> list[Fact]:
    """Record a run once, however often the unit tells it."""
    if known:
        return []
    return [
        RunFinished(
            device_id=command.device_id,
            unit_id=command.unit_id,
            run_id=command.run_id,
            started_at=command.started_at,
            ended_at=command.ended_at,
            volume_ml=command.volume_ml,
            period_count=command.period_count,
            averages=command.averages,
            highest=command.highest,
            region_code=command.region_code,
        )
    ]
