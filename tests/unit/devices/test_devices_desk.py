"""The desk of positions on a real hub: nothing is lost, and what it means is said once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from devices_hub import NOON, Directory, HandClock, Hub, OpenHub

from tidehub.capabilities.devices import (
    Box,
    CircleWatched,
    ContactProven,
    DeskSettings,
    DeviceFellSilent,
    DeviceHeardAgain,
    DropCircle,
    KnownDevice,
    PositionDesk,
    ProveContact,
    UnitEnteredCircle,
    UnitLeftCircle,
    WatchCircle,
    circles,
    counts,
    identities,
    judge_again,
    last_in_box,
    last_of_claim,
    last_of_unit,
    problems,
    raw_fixes,
    silent_devices,
    track_of,
)
from tidehub.hub.handle import Job
from tidehub.hub.statement import sql
from tidehub.kernel.access import Actor, Scope, platform_actor
from tidehub.kernel.errors import Refusal, Unavailable
from tidehub.kernel.geometry import Position
from tidehub.methods.tracking import BOAT, Fix, FreshnessState, IdentityClaim, Problem, Reason, Timeouts

pytestmark = pytest.mark.anyio

FLOW = platform_actor("flow/call_out_a_crew")
BERTH = Position(121.4500, 28.6700)
M_LAT = 1 / 111_195.0
FAST = DeskSettings(linger_s=0.001, beat_every_s=3600.0)


def fix(
    at: datetime,
    metres_north: float,
    *,
    sog_mps: float | None = 0.2,
    claim: str = "mmsi:412345678",
    late_s: float = 0.0,
) -> Fix:
    """A fix due north of the berth."""
    return Fix(
        "ais",
        claim,
        BERTH.lon,
        BERTH.lat + metres_north * M_LAT,
        at + timedelta(seconds=late_s),
        at,
        sog_mps,
        0.0,
        raw="!AIVDM",
    )


def boat(directory: Directory, claim: str = "mmsi:412345678", unit: str = "boat-7") -> KnownDevice:
    device = KnownDevice(f"dev-{unit}", unit, "331002", "boat", Timeouts(), "浙椒渔 7")
    directory.known[claim] = device
    return device


async def watch(hub: Hub, desk: PositionDesk, *, dwell_s: float = 60.0, circle: str = "k1") -> None:
    recorded = await hub.store.submit(
        Job(
            (
                WatchCircle(
                    circle_id=circle,
                    unit_id="boat-7",
                    centre=BERTH,
                    radius_m=100.0,
                    dwell_s=dwell_s,
                    speed_mps_max=0.5,
                    case_id="c1",
                    job_id="j1",
                    region_code="331002",
                ),
            ),
            FLOW,
        )
    )
    desk.notice(recorded)


@pytest.fixture
async def desk(hub: Hub, directory: Directory, clock: HandClock):
    desk = PositionDesk(hub.store, clock, directory, settings=FAST)
    await desk.start()
    yield desk
    await desk.stop()


async def test_a_position_is_on_disk_when_accept_returns(hub: Hub, desk: PositionDesk, directory: Directory) -> None:
    """Whoever was answered can rely on it: fix, last position and count are stored."""
    boat(directory)
    await desk.accept([fix(NOON, 500.0)], [])
    kept = await raw_fixes(hub.store, "boat-7", NOON, NOON)
    assert [one.fix.device_claim for one in kept] == ["mmsi:412345678"]
    assert kept[0].fix.raw == "!AIVDM"
    last = await last_of_unit(hub.store, "boat-7", NOON)
    assert last is not None and last.state is FreshnessState.FRESH
    assert last.last.title == "浙椒渔 7"


async def test_in_equals_fixes_plus_rejected_plus_problems(hub: Hub, desk: PositionDesk, clock: HandClock) -> None:
    """Nothing is dropped without a count: what came in is accepted, rejected with a reason, or a problem."""
    impossible = Fix("ais", "mmsi:412000001", 181.0, 91.0, NOON)
    wrong = Problem(Reason.CHECKSUM_WRONG, "states 00", "$GPRMC*00", "nmea0183", NOON)
    await desk.accept([fix(NOON, 0.0), impossible], [wrong] * 120)
    assert (desk.accepted_count, desk.rejected_count, desk.problem_count) == (1, 1, 120)
    told = {(one.source, one.reason): one.count for one in await counts(hub.store, NOON, NOON)}
    assert told == {
        ("ais", "accepted"): 1,
        ("ais", "position_impossible"): 1,
        ("nmea0183", "checksum_wrong"): 120,
    }
    rows = await problems(hub.store, reason="checksum_wrong", limit=500)
    assert len(rows) == FAST.problem_rows_max
    assert rows[0][1].raw == "$GPRMC*00"
    assert [k.judged.reason for k in await raw_fixes(hub.store, "mmsi:412000001", NOON, NOON)] == [
        "position_impossible"
    ]


async def test_arrival_with_dwell_becomes_a_fact_of_the_case(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock
) -> None:
    """A boat that stays in the circle, slow, long enough has arrived: once, since the stay began, with
    proof."""
    boat(directory)
    await watch(hub, desk)
    at = clock.move(10)
    for seconds, metres, speed in (
        (0, 400, 4.0),
        (30, 90, 3.0),
        (60, 40, 0.3),
        (90, 42, 0.2),
        (120, 41, 0.1),
    ):
        await desk.accept([fix(at + timedelta(seconds=seconds), metres, sog_mps=speed)], [])
    await desk.beat()
    facts = await hub.facts("case/c1")
    assert [type(one) for one in facts] == [CircleWatched, UnitEnteredCircle]
    entered = facts[1]
    assert isinstance(entered, UnitEnteredCircle)
    assert (entered.unit_id, entered.circle_id, entered.job_id) == ("boat-7", "k1", "j1")
    assert entered.since_at == at + timedelta(seconds=60)
    assert entered.at == at + timedelta(seconds=120)
    assert entered.dwell_s == 60.0
    assert len(entered.evidence) == 2 and entered.fix_count == 3
    kept = {one.fix_id for one in await raw_fixes(hub.store, "boat-7", at, at + timedelta(seconds=200))}
    assert {ref.fix_id for ref in entered.evidence} <= kept


async def test_leaving_is_told_once_and_a_new_stay_is_news(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock
) -> None:
    """In, out and in again gives entered, left, entered: the swing on the rim gives nothing."""
    boat(directory)
    await watch(hub, desk, dwell_s=0.0)
    at = clock.move(10)
    for step, metres in enumerate((95, 110, 96, 115, 300, 90)):
        await desk.accept([fix(at + timedelta(seconds=60 * step), metres, sog_mps=0.1)], [])
    await desk.beat()
    facts = await hub.facts("case/c1")
    assert [type(one).__name__ for one in facts] == [
        "CircleWatched",
        "UnitEnteredCircle",
        "UnitLeftCircle",
        "UnitEnteredCircle",
    ]
    left = facts[2]
    assert isinstance(left, UnitLeftCircle) and left.stay_s == 240


async def test_a_dropped_circle_tells_nothing_more(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock
) -> None:
    """After the job is withdrawn the boat may go where it likes."""
    boat(directory)
    await watch(hub, desk, dwell_s=0.0)
    dropped = Job((DropCircle(circle_id="k1", unit_id="boat-7", case_id="c1"),), FLOW)
    desk.notice(await hub.store.submit(dropped))
    await desk.accept([fix(clock.move(10), 10.0)], [])
    await desk.beat()
    assert await hub.kinds("case/c1") == ["CircleWatched", "CircleDropped"]
    assert await hub.store.submit(dropped) == []


async def test_a_circle_watched_by_another_process_is_found_at_the_beat(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock
) -> None:
    """The table is the truth: a circle whose fact nobody passed on is watched from the next beat."""
    boat(directory)
    command = WatchCircle(circle_id="k9", unit_id="boat-7", centre=BERTH, radius_m=100.0)
    await hub.store.submit(Job((command,), FLOW))
    await desk.beat()
    await desk.accept([fix(clock.move(5), 10.0)], [])
    await desk.beat()
    assert await hub.kinds("unit/boat-7") == ["CircleWatched", "UnitEnteredCircle"]


async def test_a_silent_device_is_said_once_and_heard_again_once(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock
) -> None:
    """An alarm must fire exactly when nothing arrives, and not every five seconds."""
    boat(directory)
    await desk.accept([fix(clock.now(), 0.0)], [])
    await desk.beat()
    clock.move(599)
    await desk.beat()
    assert await hub.kinds("device/dev-boat-7") == []
    clock.move(2)
    await desk.beat()
    await desk.beat()
    facts = await hub.facts("device/dev-boat-7")
    assert [type(one) for one in facts] == [DeviceFellSilent]
    silent = facts[0]
    assert isinstance(silent, DeviceFellSilent)
    assert silent.heard_at == NOON and silent.silence_s == 601 and silent.last is not None
    listed = await silent_devices(hub.store, Scope(("3310",)))
    assert [one.device_id for one in listed] == ["dev-boat-7"]
    assert await silent_devices(hub.store, Scope(("3301",))) == []
    timed_out = await last_of_unit(hub.store, "boat-7", clock.now())
    assert timed_out is not None
    assert (timed_out.state, timed_out.age_s) == (FreshnessState.TIMED_OUT, 601.0)
    assert timed_out.last.lat == pytest.approx(BERTH.lat)
    for _ in range(2):
        clock.move(5)
        await desk.accept([fix(clock.now(), 5.0)], [])
        await desk.beat()
    facts = await hub.facts("device/dev-boat-7")
    assert [type(one) for one in facts] == [DeviceFellSilent, DeviceHeardAgain]
    assert isinstance(facts[1], DeviceHeardAgain) and facts[1].silent_s == 606
    assert await silent_devices(hub.store, Scope(("",))) == []


async def test_a_device_that_never_spoke_is_silent_too(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock
) -> None:
    """A terminal that was fitted and never sent anything is an alarm as well."""
    boat(directory)
    await desk.beat()
    clock.move(61)
    await desk.beat()
    clock.move(601)
    await desk.beat()
    facts = await hub.facts("device/dev-boat-7")
    assert len(facts) == 1 and isinstance(facts[0], DeviceFellSilent) and facts[0].heard_at is None


async def test_an_anchored_boat_may_be_silent_longer(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock
) -> None:
    """At anchor a station speaks every three minutes, so ten minutes of silence are no alarm yet."""
    boat(directory)
    for _ in range(6):
        await desk.accept([fix(clock.move(180), 0.0, sog_mps=0.0)], [])
    clock.move(900)
    await desk.beat()
    assert await hub.kinds("device/dev-boat-7") == []
    clock.move(1000)
    await desk.beat()
    assert await hub.kinds("device/dev-boat-7") == ["DeviceFellSilent"]


async def restart(
    open_hub: OpenHub, clock: HandClock, directory: Directory, *, settings: DeskSettings = FAST
) -> tuple[Hub, PositionDesk]:
    hub = await open_hub()
    desk = PositionDesk(hub.store, clock, directory, settings=settings)
    await desk.start()
    return hub, desk


@pytest.mark.parametrize("checkpoint_every_s", [0.0, 1e9], ids=["saved_each_time", "never_saved"])
@pytest.mark.parametrize("crash_after", range(1, 6))
async def test_a_crash_between_any_two_fixes_changes_nothing(
    open_hub: OpenHub, clock: HandClock, directory: Directory, checkpoint_every_s: float, crash_after: int
) -> None:
    """Killed after any fix, with or without a saved state, the boat still arrives once, with the same
    proof."""
    boat(directory)
    settings = DeskSettings(linger_s=0.001, beat_every_s=3600.0, checkpoint_every_s=checkpoint_every_s)
    hub, desk = await restart(open_hub, clock, directory, settings=settings)
    await watch(hub, desk)
    at = clock.move(10)
    track = ((0, 400, 4.0), (30, 90, 3.0), (60, 40, 0.3), (90, 42, 0.2), (120, 41, 0.1), (180, 300, 2.0))
    for number, (seconds, metres, speed) in enumerate(track, start=1):
        await desk.accept([fix(at + timedelta(seconds=seconds), metres, sog_mps=speed)], [])
        if number == crash_after:
            for task in desk._tasks:  # killed: no flush, no saving
                task.cancel()
            await hub.store.close()
            hub, desk = await restart(open_hub, clock, directory, settings=settings)
    await desk.beat()
    facts = await hub.facts("case/c1")
    assert [type(one).__name__ for one in facts] == ["CircleWatched", "UnitEnteredCircle", "UnitLeftCircle"]
    entered = facts[1]
    assert isinstance(entered, UnitEnteredCircle)
    assert (entered.since_at, entered.fix_count) == (at + timedelta(seconds=60), 3)
    await desk.stop()
    await hub.store.close()


async def test_what_it_meant_survives_a_crash_before_it_was_recorded(
    open_hub: OpenHub, clock: HandClock, directory: Directory
) -> None:
    """Stored and saved, then killed before the fact: the saved outbox brings it after the restart."""
    boat(directory)
    hub, desk = await restart(open_hub, clock, directory, settings=DeskSettings(linger_s=0.001, beat_every_s=3600.0))
    await watch(hub, desk, dwell_s=0.0)

    async def killed() -> None:
        return None

    desk._outbox.submit = killed  # type: ignore[method-assign]
    await desk.accept([fix(clock.move(10), 10.0)], [])
    desk._saved_at = None
    await desk.flush()
    for task in desk._tasks:
        task.cancel()
    assert await hub.kinds("case/c1") == ["CircleWatched"]
    await hub.store.close()
    hub, desk = await restart(open_hub, clock, directory)
    await desk.beat()
    assert await hub.kinds("case/c1") == ["CircleWatched", "UnitEnteredCircle"]
    await desk.stop()
    await hub.store.close()


async def test_a_full_disk_makes_senders_wait_and_loses_nothing(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the store refuses, senders wait unanswered; when it takes again, everything is there once."""
    boat(directory)
    real, attempts = hub.store.write, 0

    async def write(work):
        nonlocal attempts
        attempts += 1
        if attempts <= 2:
            raise Unavailable("disk")
        return await real(work)

    monkeypatch.setattr(hub.store, "write", write)
    await desk.accept([fix(clock.now(), 10.0)], [])
    assert attempts >= 3 and desk.failing == ""
    assert len(await raw_fixes(hub.store, "boat-7", NOON, NOON)) == 1


async def test_what_came_while_the_store_failed_is_stored_with_the_rest(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that arrives during the failure does not wait for the next sender."""
    boat(directory)
    real, attempts = hub.store.write, 0
    late: list[asyncio.Task[None]] = []

    async def write(work):
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            late.append(asyncio.create_task(desk.accept([fix(clock.now(), 20.0)], [])))
            await asyncio.sleep(0.01)
            raise Unavailable("disk")
        return await real(work)

    monkeypatch.setattr(hub.store, "write", write)
    async with asyncio.timeout(10):
        await desk.accept([fix(clock.now(), 10.0)], [])
        await late[0]
    assert len(await raw_fixes(hub.store, "boat-7", NOON, NOON)) == 2


async def test_an_answer_lost_after_the_commit_counts_nothing_twice(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks after the commit: the same batch is tried again, found, and not written again."""
    boat(directory)
    real, attempts = hub.store.write, 0

    async def write(work):
        nonlocal attempts
        attempts += 1
        await real(work)
        if attempts == 1:
            raise Unavailable("database")

    monkeypatch.setattr(hub.store, "write", write)
    await desk.accept([fix(clock.now(), 10.0), fix(clock.now(), 20.0)], [])
    assert attempts >= 2
    assert [one.count for one in await counts(hub.store, NOON, NOON)] == [2]


async def test_a_sender_that_goes_away_leaves_the_batch_whole(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock
) -> None:
    """A connection that breaks while its fixes are being written disturbs neither them nor its neighbours."""
    boat(directory)
    leaving = asyncio.create_task(desk.accept([fix(clock.now(), 10.0)], []))
    staying = asyncio.create_task(desk.accept([fix(clock.now(), 20.0)], []))
    await asyncio.sleep(0)
    leaving.cancel()
    await staying
    flushing = asyncio.create_task(desk.accept([fix(clock.now(), 30.0)], []))
    await asyncio.sleep(0)
    storing = asyncio.create_task(desk.flush())
    await asyncio.sleep(0)
    storing.cancel()
    await flushing
    assert len(await raw_fixes(hub.store, "boat-7", NOON, NOON)) == 3


async def test_too_many_waiting_are_told_to_come_again(hub: Hub, clock: HandClock, directory: Directory) -> None:
    """Beyond its bound the desk takes nothing of a call, so that the sender can repeat all of it."""
    desk = PositionDesk(hub.store, clock, directory, settings=DeskSettings(waiting_max=2))
    with pytest.raises(Unavailable):
        await desk.accept([fix(NOON, float(n)) for n in range(3)], [])
    assert desk.accepted_count == 0


async def test_two_boats_on_one_number_are_two_legs(hub: Hub, desk: PositionDesk, clock: HandClock) -> None:
    """An MMSI that two fishing boats share is drawn as two tracks, and says so."""
    for step in range(6):
        at = clock.move(30)
        away = 0.0 if step % 2 == 0 else 30_000.0
        await desk.accept([fix(at, away + step * 60.0, sog_mps=2.0)], [])
    track = await track_of(hub.store, "mmsi:412345678", NOON, clock.now())
    assert [(leg.segment, len(leg.fixes)) for leg in track.legs] == [(1, 3), (2, 3)]
    last = await last_of_claim(hub.store, "mmsi:412345678", clock.now())
    assert last is not None and last.last.segment_count == 2


async def test_kept_fixes_judged_again_give_the_kept_verdicts(hub: Hub, desk: PositionDesk, clock: HandClock) -> None:
    """The raw fixes are enough to say everything again, with the same result."""
    for step in range(8):
        at = clock.move(30)
        away = 20_000.0 if step == 4 else 0.0
        await desk.accept([fix(at, away + step * 50.0, sog_mps=1.7)], [])
    again = await judge_again(hub.store, "mmsi:412345678", NOON, clock.now(), BOAT)
    assert len(again) == 8
    assert [verdict.flags for _, verdict in again] == [kept.judged.flags for kept, _ in again]
    assert [verdict.segment for _, verdict in again] == [kept.judged.segment for kept, _ in again]


async def test_a_box_shows_what_the_actor_may_see(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock
) -> None:
    """Lists are filtered by region, and by the actor's own units, in SQL."""
    boat(directory)
    boat(directory, "mmsi:412000002", "boat-8")
    await desk.accept([fix(NOON, 0.0), fix(NOON, 900.0, claim="mmsi:412000002")], [])
    box = Box(121.0, 28.0, 122.0, 29.0)
    seen = await last_in_box(hub.store, box, Scope(("3310",)), NOON)
    assert [one.last.unit_id for one in seen] == ["boat-8", "boat-7"]
    assert await last_in_box(hub.store, box, Scope(("3301",)), NOON) == []
    own = Scope((), ("person/p", "boat-8"), frozenset({"assignee"}))
    assert [one.last.unit_id for one in await last_in_box(hub.store, box, own, NOON)] == ["boat-8"]
    assert await last_in_box(hub.store, Box(122.0, 28.0, 123.0, 29.0), Scope(("",)), NOON) == []
    first = await last_in_box(hub.store, box, Scope(("",)), NOON, limit=1)
    rest = await last_in_box(hub.store, box, Scope(("",)), NOON, after=first[-1].last.device_claim)
    assert [one.last.unit_id for one in first + rest] == ["boat-8", "boat-7"]


async def test_contact_of_two_units_is_proven_from_the_kept_tracks(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock
) -> None:
    """Two boats side by side for three minutes have met; with one track the proof is one-sided; else
    refused."""
    boat(directory)
    boat(directory, "mmsi:412000002", "boat-8")
    for _ in range(7):
        at = clock.move(30)
        await desk.accept([fix(at, 0.0), fix(at, 20.0, claim="mmsi:412000002")], [])
    asked = {"since": NOON, "until": clock.now(), "unit_id": "boat-7", "case_id": "c1"}
    await hub.store.submit(Job((ProveContact(**asked, other_unit_id="boat-8"),), FLOW))
    await hub.store.submit(Job((ProveContact(**asked, place=BERTH),), FLOW))
    proven = await hub.facts("case/c1")
    assert [one.one_sided for one in proven if isinstance(one, ContactProven)] == [False, True]
    contact = proven[0].contacts[0]  # type: ignore[attr-defined]
    assert contact.distance_min_m == pytest.approx(20.0, abs=0.5)
    assert contact.duration_s == 180.0
    with pytest.raises(Refusal, match="contact_not_proven"):
        far = Position(BERTH.lon + 1.0, BERTH.lat)
        await hub.store.submit(Job((ProveContact(**asked, place=far),), FLOW))
    with pytest.raises(Refusal, match="contact_invalid"):
        await hub.store.submit(Job((ProveContact(**asked),), FLOW))


async def test_a_stranger_may_not_watch(hub: Hub) -> None:
    """Circles are for those on duty in the region."""
    stranger = Actor("person/x", frozenset({"citizen"}), ("331002",))
    command = WatchCircle(circle_id="k1", unit_id="boat-7", centre=BERTH, radius_m=100.0, region_code="331002")
    with pytest.raises(Refusal, match="forbidden"):
        await hub.store.submit(Job((command,), stranger))
    duty = Actor("person/y", frozenset({"duty_officer"}), ("331002",))
    assert len(await hub.store.submit(Job((command,), duty))) == 1


async def test_a_register_change_is_felt_after_forget(
    hub: Hub, desk: PositionDesk, directory: Directory, clock: HandClock
) -> None:
    """A number that is registered later belongs to its unit from the next fix."""
    await desk.accept([fix(clock.move(1), 0.0)], [])
    boat(directory)
    desk.forget(["mmsi:412345678"])
    await desk.accept([fix(clock.move(10), 1.0)], [])
    assert len(await raw_fixes(hub.store, "boat-7", NOON, clock.now())) == 1
    assert len(await raw_fixes(hub.store, "mmsi:412345678", NOON, clock.now())) == 1


async def test_old_fixes_go_after_their_days(hub: Hub, desk: PositionDesk, clock: HandClock) -> None:
    """The ring keeps some days, then lets go; the count of what came stays."""
    await desk.accept([fix(clock.now(), 0.0)], [])
    await desk.beat()
    clock.move(4 * 86_400)
    await desk.accept([fix(clock.now(), 0.0)], [])
    await desk.beat()
    rows = await hub.store.fetch(sql("SELECT id FROM devices_fix"))
    assert len(rows) == 1
    told = await counts(hub.store, NOON, clock.now())
    assert [(one.reason, one.count) for one in told] == [("accepted", 2)]


async def test_what_was_not_heard_for_months_is_forgotten(hub: Hub, desk: PositionDesk, clock: HandClock) -> None:
    """Neither the memory nor the table keeps passing ships for ever."""
    await desk.accept([fix(clock.now(), 0.0, claim="mmsi:1")], [])
    await desk.beat()
    clock.move(91 * 86_400)
    await desk.accept([fix(clock.now(), 0.0, claim="mmsi:2")], [])
    for _ in range(3):
        await desk.beat()
    assert desk.last("mmsi:1") is None and desk.last("mmsi:2") is not None
    assert await last_of_claim(hub.store, "mmsi:1", clock.now()) is None
    assert await last_of_claim(hub.store, "mmsi:2", clock.now()) is not None


async def test_watched_circles_are_listed_within_the_scope(hub: Hub, desk: PositionDesk) -> None:
    """Who is on duty in the region sees them, the boat's own crew too."""
    await watch(hub, desk)
    assert [one.circle_id for one in await circles(hub.store, Scope(("3310",)))] == ["k1"]
    assert await circles(hub.store, Scope(("3301",))) == []
    crew = Scope((), ("boat-7",), frozenset({"assignee"}))
    assert len(await circles(hub.store, crew)) == 1


async def test_what_a_station_says_about_itself_is_kept_as_a_claim(hub: Hub, desk: PositionDesk) -> None:
    """Name and call sign are claims: the newest is kept for the register to compare with."""
    told = IdentityClaim("ais", "mmsi:412345678", NOON, name="ZHEJIAOYU 7", call_sign="BABC")
    await desk.accept_identities([told])
    assert (await identities(hub.store, ["mmsi:412345678"]))["mmsi:412345678"] == told
