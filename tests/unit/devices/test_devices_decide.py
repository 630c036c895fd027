"""Decisions about circles, silence and limits: pure, refused with a reason, and nothing twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from devices_hub import NOON, Directory, HandClock, Hub
from hypothesis import given
from hypothesis import strategies as st

from tidehub.capabilities.devices import (
    FACTS,
    Circle,
    CircleWatched,
    FixRef,
    ProveContact,
    RecordCircleEntry,
    RecordExit,
    RecordPassing,
    RecordSilence,
    WatchCircle,
    capability,
)
from tidehub.capabilities.devices.decide import (
    Tracks,
    decide_contact,
    drop_circle,
    examine,
    record_entry,
    record_exit,
    record_passing,
    record_silence,
    watch_circle,
)
from tidehub.capabilities.devices.tables import CIRCLE_OVER, on_circle_over
from tidehub.hub.handle import Job
from tidehub.hub.registry import DueTimer
from tidehub.hub.statement import sql
from tidehub.kernel.access import platform_actor
from tidehub.kernel.errors import Refusal
from tidehub.kernel.geometry import Position

BERTH = Position(121.45, 28.67)
HERE = FixRef(1, "mmsi:1", "ais", NOON, BERTH.lon, BERTH.lat)
CIRCLE = Circle("k1", "boat-7", BERTH, 100.0, NOON, case_id="c1", job_id="j1")


def watch(**more: Any) -> WatchCircle:
    told = {"circle_id": "k1", "unit_id": "boat-7", "centre": BERTH, "radius_m": 100.0} | more
    return WatchCircle(**told)


def entry(seconds: float, claim: str = "mmsi:1") -> RecordCircleEntry:
    at = NOON + timedelta(seconds=seconds)
    return RecordCircleEntry(
        circle_id="k1",
        unit_id="boat-7",
        case_id="c1",
        at=at,
        since_at=at - timedelta(seconds=60),
        position=BERTH,
        distance_m=3.0,
        evidence=(HERE,),
        fix_count=3,
        device_claim=claim,
    )


def leaving(seconds: float, claim: str = "mmsi:1") -> RecordExit:
    at = NOON + timedelta(seconds=seconds)
    return RecordExit(
        circle_id="k1",
        unit_id="boat-7",
        case_id="c1",
        at=at,
        position=BERTH,
        distance_m=300.0,
        evidence=(HERE,),
        device_claim=claim,
    )


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"radius_m": 0.0}, "radius_m"),
        ({"radius_m": 50_001.0}, "radius_m"),
        ({"radius_m": float("nan")}, "radius_m"),
        ({"dwell_s": -1.0}, "dwell_s"),
        ({"speed_mps_max": -0.1}, "speed_mps_max"),
    ],
)
def test_a_circle_that_makes_no_sense_is_refused(more: dict[str, float], field: str) -> None:
    """The refusal names the field."""
    with pytest.raises(Refusal) as refused:
        watch_circle(None, watch(**more), NOON)
    assert (refused.value.code, refused.value.field) == ("circle_invalid", field)


def test_watching_the_same_again_changes_nothing_and_a_move_does() -> None:
    """A flow that runs twice gives one fact; a berth that changed gives another."""
    same = watch(case_id="c1", job_id="j1")
    assert watch_circle(CIRCLE, same, NOON) == []
    assert len(watch_circle(CIRCLE, watch(case_id="c1", job_id="j1", radius_m=120.0), NOON)) == 1
    assert drop_circle(None, same, NOON) == []  # type: ignore[arg-type]


def test_news_of_a_dropped_circle_is_gone() -> None:
    """What the desk says too late is refused, and nothing is written."""
    passing = RecordPassing(
        circle_id="k1",
        unit_id="boat-7",
        at=NOON,
        position=BERTH,
        distance_m=1.0,
        evidence=(HERE,),
        device_claim="mmsi:1",
    )
    for decide, command in ((record_entry, entry(0)), (record_exit, leaving(0)), (record_passing, passing)):
        with pytest.raises(Refusal, match="circle_unknown") as refused:
            decide(None, command, NOON)  # type: ignore[operator]
        assert refused.value.kind.category == "gone"
    assert len(record_passing(CIRCLE, passing, NOON)) == 1
    assert record_passing(msgspec.structs.replace(CIRCLE, passed=True), passing, NOON) == []


def test_only_the_device_that_proved_the_arrival_tells_the_leaving() -> None:
    """A telephone carried ashore does not take the boat away from the berth."""
    inside = msgspec.structs.replace(CIRCLE, entered_at=NOON, entered_by="mmsi:1", changed_at=NOON)
    assert record_exit(inside, leaving(60, "osmand:phone"), NOON) == []
    assert len(record_exit(inside, leaving(60), NOON)) == 1
    assert record_exit(CIRCLE, leaving(60), NOON) == []


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 50)), max_size=12), st.integers(1, 3))
def test_asked_again_after_a_crash_nothing_is_told_twice(steps: list[tuple[bool, int]], times: int) -> None:
    """Any stretch of entries and exits replayed any number of times adds no fact."""

    def play(circle: Circle, commands: list[RecordCircleEntry | RecordExit]) -> tuple[Circle, int]:
        told = 0
        for command in commands:
            if isinstance(command, RecordCircleEntry):
                facts = record_entry(circle, command, NOON)
                if facts:
                    circle = msgspec.structs.replace(
                        circle, entered_at=command.since_at, entered_by="mmsi:1", changed_at=command.at
                    )
            else:
                facts = record_exit(circle, command, NOON)
                if facts:
                    circle = msgspec.structs.replace(circle, entered_at=None, entered_by=None, changed_at=command.at)
            told += len(facts)
        return circle, told

    ordered = sorted(steps, key=lambda step: step[1])
    commands = [entry(seconds) if enters else leaving(seconds) for enters, seconds in ordered]
    circle, _ = play(CIRCLE, commands)
    for _ in range(times):
        circle, told = play(circle, commands)
        assert told == 0


def test_contact_needs_another_unit_or_a_place_within_two_days() -> None:
    """Neither, both, or a week: refused before anything is read. No track: not proven."""
    good = {"unit_id": "boat-7", "since": NOON, "until": NOON + timedelta(hours=1)}
    for more in (
        {},
        {"place": BERTH, "other_unit_id": "boat-8"},
        {"place": BERTH, "until": NOON + timedelta(days=3)},
        {"place": BERTH, "until": NOON},
    ):
        with pytest.raises(Refusal, match="contact_invalid"):
            examine(ProveContact(**(good | more)))
    with pytest.raises(Refusal, match="contact_not_proven"):
        decide_contact(Tracks((), ()), ProveContact(**good, place=BERTH), NOON)


def test_a_silence_is_one_fact() -> None:
    """Known to be silent already: nothing."""
    command = RecordSilence(device_id="d", heard_at=NOON, silence_s=700)
    (fact,) = record_silence(None, command, NOON)
    assert fact.stream == "device/d"


async def test_a_watch_with_an_end_is_dropped_by_its_timer(hub: Hub, clock: HandClock) -> None:
    """The timer stands beside the circle, moves with it, and asks to drop it."""
    flow = platform_actor("flow/test")
    await hub.store.submit(Job((watch(until=NOON + timedelta(hours=1), case_id="c1"),), flow))
    rows = await hub.store.fetch(sql("SELECT key, kind, payload FROM timer"))
    assert [(row["key"], row["kind"]) for row in rows] == [("devices/circle/k1", CIRCLE_OVER)]
    due = DueTimer("devices/circle/k1", CIRCLE_OVER, "case/c1", NOON + timedelta(hours=1), rows[0]["payload"])
    recorded = await hub.store.submit(Job(tuple(on_circle_over(due)), flow, fired=due))
    assert [one.kind for one in recorded] == ["CircleDropped"]
    assert await hub.store.fetch(sql("SELECT key FROM timer")) == []
    assert await hub.store.fetch(sql("SELECT circle_id FROM devices_circle")) == []


def test_facts_know_their_chain() -> None:
    """A circle for a case lies in the case's chain, without one in the unit's."""
    told = {"circle_id": "k1", "unit_id": "u", "centre": BERTH, "radius_m": 1.0, "dwell_s": 0.0}
    assert CircleWatched(**told, case_id="c1").stream == "case/c1"
    assert CircleWatched(**told).stream == "unit/u"
    assert {fact.__name__ for fact in capability().facts} == {fact.__name__ for fact in FACTS}


def test_the_directory_of_a_test_is_a_directory(directory: Directory) -> None:
    """What the tests use has the shape of the port."""
    assert {"devices", "expected", "admits"} <= set(dir(directory))
