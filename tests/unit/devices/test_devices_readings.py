"""Readings of treatment units: limits with their source, and runs as the unit tells them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from devices_hub import NOON, Directory, HandClock, Hub, OpenHub

from tidehub.capabilities.devices import (
    KnownDevice,
    Reading,
    ReadingDesk,
    ReadingOutOfLimits,
    Run,
    RunFinished,
    RunRule,
    default_limits,
    read_limits,
    readings_between,
)
from tidehub.kernel.errors import Refusal
from tidehub.methods.tracking import Problem, Reason

pytestmark = pytest.mark.anyio

CLAIM = "hj212:QUAY1"


def reading(minutes: float, factor: str, *, command: str = "2011", state: str | None = "N", **values: str) -> Reading:
    at = NOON + timedelta(minutes=minutes)
    return Reading(CLAIM, "32", command, factor, at, at, values, state)


@pytest.fixture(autouse=True)
def quay(directory: Directory) -> None:
    directory.known[CLAIM] = KnownDevice("dev-q1", "quay-1", "331002")


async def test_beyond_the_limit_is_said_once_with_its_source(hub: Hub, clock: HandClock, directory: Directory) -> None:
    """15 mg/L is within, 15.1 is beyond; the fact carries value, limit and the rule it comes from."""
    desk = ReadingDesk(hub.store, clock, directory)
    await desk.start()
    for minutes, value in ((0, "15"), (1, "15.1"), (2, "16.0"), (3, "14.9"), (4, "15.0"), (5, "20")):
        await desk.accept([reading(minutes, "w22001", Rtd=value)], [])
    facts = await hub.facts("device/dev-q1")
    assert [type(fact).__name__ for fact in facts] == [
        "ReadingOutOfLimits",
        "ReadingWithinLimits",
        "ReadingOutOfLimits",
    ]
    first = facts[0]
    assert isinstance(first, ReadingOutOfLimits)
    assert (first.value, first.limit, first.measure) == ("15.1", "15", "mg/L")
    assert "GB 3552-2018" in first.source
    assert len(await readings_between(hub.store, CLAIM, NOON, NOON + timedelta(hours=1), factor="w22001")) == 6


async def test_an_instrument_under_maintenance_breaks_no_limit(
    hub: Hub, clock: HandClock, directory: Directory
) -> None:
    """Values marked as calibration, fault or maintenance are stored and not judged."""
    desk = ReadingDesk(hub.store, clock, directory)
    await desk.start()
    for minutes, mark in enumerate("MCDFSB"):
        await desk.accept([reading(minutes, "w22001", state=mark, Rtd="99")], [])
    assert await hub.facts("device/dev-q1") == []
    assert len(await readings_between(hub.store, CLAIM, NOON, NOON + timedelta(hours=1))) == 6


async def test_a_limit_holds_from_its_day(hub: Hub, clock: HandClock, directory: Directory) -> None:
    """A rule that comes into force tomorrow judges nobody today."""
    raw = [
        {
            "factor": "w22001",
            "max": "10",
            "measure": "mg/L",
            "source": "local rule",
            "valid_from": date(2026, 6, 2),
        }
    ]
    desk = ReadingDesk(hub.store, clock, directory, limits=read_limits(raw, "limits"))
    await desk.start()
    await desk.accept([reading(0, "w22001", Rtd="12"), reading(24 * 60, "w22001", Rtd="12")], [])
    facts = await hub.facts("device/dev-q1")
    assert [fact.at for fact in facts if isinstance(fact, ReadingOutOfLimits)] == [NOON + timedelta(days=1)]


async def test_sent_again_changes_nothing(hub: Hub, clock: HandClock, directory: Directory) -> None:
    """A unit that was not answered sends the same again, even after a restart: one row, one fact."""
    for _ in range(2):
        desk = ReadingDesk(hub.store, clock, directory)
        await desk.start()
        for minutes, value in ((1, "15.1"), (2, "14.0")):
            await desk.accept([reading(minutes, "w22001", Rtd=value)], [])
    assert await hub.kinds("device/dev-q1") == ["ReadingOutOfLimits", "ReadingWithinLimits"]
    assert len(await readings_between(hub.store, CLAIM, NOON, NOON + timedelta(hours=1))) == 2


async def test_an_unregistered_unit_is_stored_and_judged_by_nobody(
    hub: Hub, clock: HandClock, directory: Directory
) -> None:
    """Readings of a unit that the register does not know are kept."""
    directory.known.clear()
    desk = ReadingDesk(hub.store, clock, directory)
    await desk.start()
    problem = Problem(Reason.CHECKSUM_WRONG, "x", "##", "hj212", NOON, CLAIM)
    await desk.accept([reading(0, "w22001", Rtd="99")], [problem])
    assert len(await readings_between(hub.store, CLAIM, NOON, NOON)) == 1


def period(minutes: float, flow_m3: str, oil: str = "10", peak: str = "12") -> list[Reading]:
    return [
        reading(minutes, "w00000", command="2051", Cou=flow_m3),
        reading(minutes, "w22001", command="2051", Avg=oil, Max=peak),
    ]


async def test_a_run_is_the_periods_with_flow_until_it_ends(hub: Hub, clock: HandClock, directory: Directory) -> None:
    """Three ten-minute periods with flow and one without are one run: volume added, averages by volume."""
    told: list[tuple[str, Run]] = []

    async def on_run(device: KnownDevice, run: Run) -> None:
        told.append((device.device_id, run))

    desk = ReadingDesk(hub.store, clock, directory, run_rule=RunRule(), on_run=on_run)
    await desk.start()
    for minutes, flow, oil, peak in (
        (0, "0.5", "10", "11"),
        (10, "1.5", "14", "14.8"),
        (20, "0.25", "8", "9"),
        (30, "0", "0", "0"),
        (40, "0", "0", "0"),
    ):
        await desk.accept(period(minutes, flow, oil, peak), [])
    facts = [fact for fact in await hub.facts("device/dev-q1") if isinstance(fact, RunFinished)]
    (run,) = facts
    assert (run.started_at, run.ended_at) == (NOON, NOON + timedelta(minutes=30))
    assert (run.volume_ml, run.period_count) == (2_250_000, 3)
    assert run.averages == {"w22001": "12.4444"}
    assert run.highest == {"w22001": "14.8"}
    assert [(device, one.run_id) for device, one in told] == [("dev-q1", run.run_id)]


async def test_a_run_ends_by_silence_too(hub: Hub, clock: HandClock, directory: Directory) -> None:
    """A unit that is switched off says nothing more; after half an hour the run is over."""
    desk = ReadingDesk(hub.store, clock, directory, run_rule=RunRule())
    await desk.start()
    await desk.accept(period(0, "1"), [])
    clock.move(39 * 60)
    await desk.beat()
    assert await hub.kinds("device/dev-q1") == []
    clock.move(120)
    await desk.beat()
    await desk.beat()
    assert await hub.kinds("device/dev-q1") == ["RunFinished"]


async def test_a_run_goes_on_over_a_restart(open_hub: OpenHub, clock: HandClock, directory: Directory) -> None:
    """Killed in the middle of a run, the desk takes it up again from the stored periods; told once."""
    for minutes, flow in ((0, "1"), (10, "1"), (20, "0"), (30, "0")):
        hub = await open_hub()
        desk = ReadingDesk(hub.store, clock, directory, run_rule=RunRule())
        await desk.start()
        await desk.accept(period(minutes, flow), [])
        clock.move(600)
        kinds = await hub.facts("device/dev-q1")
        await hub.store.close()
    (run,) = kinds
    assert isinstance(run, RunFinished) and run.volume_ml == 2_000_000


async def test_old_readings_go(hub: Hub, clock: HandClock, directory: Directory) -> None:
    """Retention is a setting."""
    desk = ReadingDesk(hub.store, clock, directory, keep_days=1)
    await desk.accept([reading(0, "w22001", Rtd="1")], [])
    clock.move(3 * 86_400)
    await desk.beat()
    assert await readings_between(hub.store, CLAIM, NOON, NOON) == []


def test_limits_name_what_is_wrong() -> None:
    """A pack's data are refused with the place of the mistake."""
    (limit,) = default_limits()
    assert (limit.factor, limit.max) == ("w22001", "15")
    good = {"factor": "w1", "max": "1", "measure": "mg/L", "source": "s", "valid_from": date(2026, 1, 1)}
    for change, where in (({"max": "many"}, "limits[1].max"), ({"maximum": "1"}, "limits[1]")):
        with pytest.raises(Refusal) as refused:
            read_limits([good, good | change], "limits")
        assert refused.value.field == where
    until = read_limits([good | {"valid_to": date(2026, 1, 31), "devices": ["d1"]}], "limits")[0]
    china_new_year_eve = datetime.fromisoformat("2026-01-31T23:30:00+08:00")
    assert until.holds("d1", china_new_year_eve)
    assert not until.holds("d1", china_new_year_eve + timedelta(hours=1))
    assert not until.holds("d2", china_new_year_eve)
