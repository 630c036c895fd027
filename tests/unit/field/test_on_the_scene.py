"""A job from the offer to the last signature, on both stores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest

from tidehub.capabilities import field
from tidehub.capabilities.devices import UnitEnteredCircle
from tidehub.capabilities.dispatch import JobOffered, JobWithdrawn
from tidehub.capabilities.field import (
    AcceptJob,
    ArriveAtJob,
    AttachEvidence,
    CompleteJob,
    FieldCommand,
    LandedLine,
    LandLoad,
    RecordCollection,
    RefuseContent,
    SetOut,
    SignHandover,
    conflicts_of_case,
    find_crew_job,
    find_stamped,
    job_sheet,
    jobs_with_evidence,
    list_crew_jobs,
    my_jobs,
    on_board,
)
from tidehub.hub.handle import Job
from tidehub.hub.log import Recorded
from tidehub.hub.registry import Capability, Handler
from tidehub.kernel.access import Actor, Rule, platform_actor, rule, scope
from tidehub.kernel.errors import Refusal
from tidehub.kernel.facts import Command, Fact
from tidehub.kernel.geometry import Position
from tidehub.kernel.quantities import Quantity
from tidehub.testkit import FixedClock

BERTH = Position(121.45, 28.68)
CREW = Actor("person/k1", frozenset({"crew"}), (), ("k1",))
STRANGER = Actor("person/k9", frozenset({"crew"}), (), ("k9",))
PLATFORM = platform_actor("flow/test")
SHA = "a" * 64
WHOSE: dict[str, Any] = {"case_id": "C1", "job_id": "J1", "unit_id": "k1"}
OIL = Quantity(177_000, "g", "weighed", instrument_id="S1", calibrated_on=date(2026, 1, 1))
DEMANDS = {
    "kinds": {"oily_water": {"group": "oily"}, "bottles": {"group": "bottles"}},
    "evidence": [{"label": "before"}],
    "signatures": ["giver", "receiver"],
    "measures_min": 1,
}


class Told(Command, frozen=True):
    """Any fact of another capability, as if it had happened."""

    fact: Any
    rule: ClassVar[Rule] = rule()

    @property
    def stream(self) -> str:
        return str(self.fact.stream)


async def _load_nothing(_tx: Any, _command: Any) -> None:
    return None


def _tell(_state: None, command: Told, _now: Any) -> Sequence[Fact]:
    return (command.fact,)


class Scene:
    """The field with a store, and facts of others told to it."""

    def __init__(self, store: Any, clock: FixedClock) -> None:
        self.store = store
        self.clock = clock

    async def say(self, command: Command, by: Actor = CREW) -> list[Recorded]:
        facts: list[Recorded] = await self.store.submit(Job((command,), by))
        return facts

    async def offered(self, unit_id: str = "k1", attempt: int = 1) -> None:
        now = self.clock.now()
        lines = [
            {"line_id": "1", "kind": "oily_water", "group": "oily", "amount": 200_000, "unit": "ml"},
            {"line_id": "2", "kind": "bottles", "group": "bottles", "amount": 5000, "unit": "g"},
        ]
        fact = JobOffered(
            case_id="C1",
            job_id="J1",
            service="pickup",
            task="collect",
            unit_id=unit_id,
            attempt=attempt,
            position=BERTH,
            region_code="331002",
            eta_s=600,
            eta_at=now + timedelta(seconds=600),
            handling_s=600,
            done_at=now + timedelta(seconds=1200),
            timeout_s=60,
            expires_at=now + timedelta(seconds=60),
            needs={"lines": lines},
            demands=DEMANDS,
        )
        await self.say(Told(fact), PLATFORM)

    async def withdrawn(self, unit_id: str = "k1") -> None:
        fact = JobWithdrawn(case_id="C1", job_id="J1", unit_id=unit_id, reason="breakdown", reassigned=True)
        await self.say(Told(fact), PLATFORM)

    async def entered(self) -> None:
        at = self.clock.now()
        fact = UnitEnteredCircle(
            unit_id="k1",
            case_id="C1",
            job_id="J1",
            circle_id="J1/k1",
            at=at,
            since_at=at - timedelta(seconds=20),
            dwell_s=20.0,
            position=BERTH,
            distance_m=12.0,
            evidence=(),
            fix_count=3,
            device_claim="mmsi:412000001",
        )
        await self.say(Told(fact), PLATFORM)

    async def on_scene(self) -> None:
        await self.offered()
        await self.say(AcceptJob(**WHOSE))
        await self.say(SetOut(**WHOSE))
        await self.say(ArriveAtJob(**WHOSE))


async def open_scene(open_store: Any) -> Scene:
    clock = FixedClock()
    told = Capability("told", (Handler(Told, _load_nothing, _tell),), (JobOffered, JobWithdrawn, UnitEnteredCircle))
    return Scene(await open_store([field.capability(), told], clock=clock), clock)


def weigh(**changes: Any) -> RecordCollection:
    given: dict[str, Any] = {"line_id": "1", "kind": "oily_water", "quantity": OIL}
    return RecordCollection(**WHOSE, **(given | changes))


def stamped(seq: int, at: Any, command: type[FieldCommand], **more: Any) -> FieldCommand:
    return command(**WHOSE, device_id="T1", device_seq=seq, device_at=at, **more)


async def test_a_job_from_the_offer_to_the_last_signature(open_store: Any) -> None:
    """Accepted, under way, there by its own positions, weighed, photographed, signed by both, done."""
    scene = await open_scene(open_store)
    await scene.offered()
    [mine] = await my_jobs(scene.store, ["k1"])
    assert (mine.state, [line.line_id for line in mine.lines]) == ("offered", ["1", "2"])
    await scene.say(AcceptJob(**WHOSE))
    await scene.say(SetOut(**WHOSE))
    scene.clock.advance(minutes=9)
    await scene.entered()
    [arrived] = await scene.say(ArriveAtJob(**WHOSE), PLATFORM)
    assert arrived.kind == "UnitArrived"
    await scene.say(weigh())
    await scene.say(RefuseContent(**WHOSE, line_id="2", kind="bottles", reason="mixed"))
    await scene.say(
        AttachEvidence(
            **WHOSE,
            sha256=SHA,
            media_type="image/jpeg",
            label="before",
            taken_at=scene.clock.now(),
            position=BERTH,
        )
    )
    for party, name in (("giver", "王建国"), ("receiver", "Li Wei")):
        await scene.say(SignHandover(**WHOSE, party=party, name=name, signature_sha256=SHA))
    [done] = await scene.say(CompleteJob(**WHOSE))
    assert (done.kind, done.fact.partial, done.fact.remaining) == ("JobCompleted", False, ())  # type: ignore[attr-defined]
    sheet = await job_sheet(scene.store, "J1")
    assert sheet is not None
    assert sheet.job.state == "done"
    assert sheet.job.arrived_at == scene.clock.now() - timedelta(seconds=20)
    assert sheet.measures[0].quantity == OIL
    assert [one.name for one in sheet.signatures] == ["王**", "L*****"]
    named = await job_sheet(scene.store, "J1", names=True)
    assert named is not None
    assert [one.name for one in named.signatures] == ["王建国", "Li Wei"]
    assert sheet.evidence[0].position == BERTH
    assert await my_jobs(scene.store, ["k1"]) == []
    assert await jobs_with_evidence(scene.store, SHA) == ["J1"]


async def test_a_claim_and_the_evidence_are_both_kept(open_store: Any) -> None:
    """The crew press the button first, the positions confirm it later; both instants are kept."""
    scene = await open_scene(open_store)
    await scene.on_scene()
    claimed_at = scene.clock.now()
    before = await find_crew_job(scene.store, "J1")
    assert before is not None
    assert (before.state, before.claimed_at, before.arrived_at) == ("on_scene", claimed_at, None)
    scene.clock.advance(minutes=3)
    await scene.entered()
    await scene.say(ArriveAtJob(**WHOSE), PLATFORM)
    after = await find_crew_job(scene.store, "J1")
    assert after is not None
    assert after.claimed_at == claimed_at
    assert after.arrived_at == scene.clock.now() - timedelta(seconds=20)


async def test_what_is_on_board_follows_the_measures_and_the_landing(open_store: Any) -> None:
    """Weighed, corrected downwards, landed in part, then emptied."""
    scene = await open_scene(open_store)
    await scene.on_scene()
    await scene.say(weigh())
    await scene.say(weigh(container_id="drum 2", quantity=Quantity(3000, "g", "weighed")))
    assert [(one.group, one.amount) for one in await on_board(scene.store, ["k1"])] == [("oily", 180_000)]
    await scene.say(weigh(quantity=Quantity(170_000, "g", "weighed"), corrects=1, reason="misread"))
    assert [one.amount for one in await on_board(scene.store, ["k1"])] == [173_000]
    part = LandedLine("oily", "oily_water", Quantity(100_000, "g", "weighed"))
    await scene.say(LandLoad(landing_id="L1", unit_id="k1", place_id="Q1", lines=(part,)))
    assert [one.amount for one in await on_board(scene.store, ["k1"])] == [73_000]
    assert await scene.say(LandLoad(landing_id="L1", unit_id="k1", place_id="Q1", lines=(part,))) == []
    rest = LandedLine("oily", "oily_water", Quantity(72_000, "g", "weighed"), emptied=True)
    await scene.say(LandLoad(landing_id="L2", unit_id="k1", place_id="Q1", lines=(rest,)))
    assert await on_board(scene.store, ["k1"]) == []
    sheet = await job_sheet(scene.store, "J1")
    assert sheet is not None
    assert [(one.container_id, one.version, one.counts) for one in sheet.measures] == [
        ("", 1, False),
        ("", 2, True),
        ("drum 2", 1, True),
    ]


async def test_a_terminal_that_was_out_of_reach_sends_everything_and_some_of_it_twice(
    open_store: Any,
) -> None:
    """Twenty minutes of work arrive at once, in order, each once; the second sending changes nothing."""
    scene = await open_scene(open_store)
    await scene.offered()
    began = scene.clock.now()
    queue = [
        stamped(1, began, AcceptJob),
        stamped(2, began + timedelta(minutes=1), SetOut),
        stamped(3, began + timedelta(minutes=10), ArriveAtJob),
        stamped(4, began + timedelta(minutes=12), RecordCollection, line_id="1", kind="oily_water", quantity=OIL),
    ]
    scene.clock.advance(minutes=30)
    for command in [*queue[:2], *queue, queue[3]]:
        await scene.say(command)
    sheet = await job_sheet(scene.store, "J1")
    assert sheet is not None
    assert sheet.job.accepted_at == began
    assert sheet.job.claimed_at == began + timedelta(minutes=10)
    assert len(sheet.measures) == 1
    assert sheet.measures[0].happened_at == began + timedelta(minutes=12)
    assert sheet.measures[0].recorded_at == scene.clock.now()
    known = await find_stamped(scene.store, "T1", 4)
    assert known is not None
    assert known.kind == "CollectionWeighed"
    other = stamped(4, began, RefuseContent, line_id="2", kind="bottles", reason="mixed")
    with pytest.raises(Refusal, match="device_seq_reused"):
        await scene.say(other)


async def test_work_done_out_of_reach_on_a_job_that_went_to_another_is_not_lost(open_store: Any) -> None:
    """K1 weighed out of reach; the job was given to K2 meanwhile. It is kept for the duty officer, once."""
    scene = await open_scene(open_store)
    await scene.on_scene()
    at = scene.clock.now()
    scene.clock.advance(minutes=20)
    await scene.withdrawn()
    await scene.offered("k2", 2)
    late = stamped(9, at, RecordCollection, line_id="1", kind="oily_water", quantity=OIL)
    [kept] = await scene.say(late)
    assert kept.kind == "FieldConflictReported"
    assert await scene.say(late) == []
    [conflict] = await conflicts_of_case(scene.store, "C1")
    assert (conflict.code, conflict.unit_id) == ("not_your_job", "k1")
    assert conflict.command["quantity"]["amount"] == 177_000
    sheet = await job_sheet(scene.store, "J1")
    assert sheet is not None
    assert sheet.measures == ()
    assert await on_board(scene.store, ["k1"]) == []


async def test_only_the_unit_that_was_asked_may_speak_of_the_job(open_store: Any) -> None:
    """A stranger's crew is turned away, in its own name and in another's."""
    scene = await open_scene(open_store)
    await scene.offered()
    for whose in (WHOSE, WHOSE | {"unit_id": "k9"}):
        with pytest.raises(Refusal, match="forbidden"):
            await scene.say(AcceptJob(**whose), STRANGER)
    assert await list_crew_jobs(scene.store, scope(AcceptJob.rule, STRANGER)) == []
    assert len(await list_crew_jobs(scene.store, scope(AcceptJob.rule, CREW))) == 1


async def test_what_was_measured_before_a_breakdown_stays_for_the_next_crew(open_store: Any) -> None:
    """K1 weighed one line and broke down; K2 sees it on the sheet and takes the rest."""
    scene = await open_scene(open_store)
    await scene.on_scene()
    await scene.say(weigh())
    await scene.withdrawn()
    await scene.offered("k2", 2)
    sheet = await job_sheet(scene.store, "J1")
    assert sheet is not None
    assert (sheet.job.unit_id, sheet.job.state, sheet.job.claimed_at) == ("k2", "offered", None)
    assert [one.line_id for one in sheet.measures] == ["1"]
