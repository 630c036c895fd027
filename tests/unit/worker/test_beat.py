"""Follow-ups and timers: each done once, in order, with time moved by hand; on each engine."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest

from tidehub.hub import operating
from tidehub.hub.operating import DiscardParked, RetryParked, backlog, parked_follow_ups, parked_timers
from tidehub.hub.statement import sql
from tidehub.kernel.access import ANONYMOUS, Actor, platform_actor
from tidehub.kernel.errors import Refusal, Unavailable
from tidehub.testkit.tally import (
    TALLY_FULL,
    AddToTally,
    OpenTally,
    SetBell,
    TallyAdded,
    TallyOpened,
    capability,
)
from tidehub.worker import Worker

BY = platform_actor("flow/test")
OPERATOR = Actor(id="person/operator", roles=frozenset({"administrator"}), regions=("",))
TOTAL = sql("SELECT total, rings FROM tally_total WHERE tally_id = :tally_id", short=True)
TIMERS = sql("SELECT COUNT(*) AS n FROM timer", short=True)


async def add_one(recorded: Any, _context: Any) -> list[Any]:
    """What follows an opening: one is added."""
    return [AddToTally(tally_id=recorded.fact.tally_id, amount=1)]


async def nothing(_recorded: Any, _context: Any) -> list[Any]:
    """A flow that asks for nothing."""
    return []


async def test_what_follows_a_fact_is_done_once(open_hub: Any) -> None:
    """The flow's command is carried out, its cause is the fact it follows, and nothing is left over."""
    hub = await open_hub([capability()], {TallyOpened: ["add_one", "nothing"]})
    worker = Worker(hub, {"add_one": add_one, "nothing": nothing})
    await hub.handle(OpenTally(tally_id="a"), by=ANONYMOUS)
    assert await worker.run_until_idle() == 2
    assert await worker.run_until_idle() == 0
    facts = await hub.stream("tally/a")
    assert [(fact.kind, fact.by, fact.cause) for fact in facts] == [
        ("TallyOpened", "person/anonymous", None),
        ("TallyAdded", "flow/add_one", "tally/a@1"),
    ]
    assert (await hub.fetch_one(TOTAL, tally_id="a"))["total"] == 1


async def test_a_flow_that_nobody_knows_is_found_at_the_start(open_hub: Any) -> None:
    """A name without a flow is our mistake, seen before anything runs."""
    hub = await open_hub([capability()], {TallyOpened: ["forgotten"]})
    with pytest.raises(AssertionError, match="forgotten"):
        Worker(hub, {})


async def test_follow_ups_of_a_chain_keep_its_order(open_hub: Any) -> None:
    """What follows the second fact of a chain waits for what follows the first, however slow that is."""
    hub = await open_hub([capability()], {TallyAdded: ["note"]})
    seen: list[tuple[str, int]] = []

    async def note(recorded: Any, _context: Any) -> list[Any]:
        if recorded.version == 2:
            await asyncio.sleep(0.05)
        seen.append((recorded.stream, recorded.version))
        return []

    worker = Worker(hub, {"note": note})
    for tally_id in ("a", "b"):
        await hub.handle(OpenTally(tally_id=tally_id), by=BY)
        for _ in range(3):
            await hub.handle(AddToTally(tally_id=tally_id, amount=1), by=BY)
    worker.start()
    await until(lambda: len(seen) == 6)
    await worker.stop()
    for tally_id in ("a", "b"):
        assert [version for stream, version in seen if stream == f"tally/{tally_id}"] == [2, 3, 4]


async def test_a_conflict_is_tried_again_from_fresh_data(open_hub: Any) -> None:
    """A flow refused by a conflict runs again later; when it is still refused it is parked, to be seen."""
    hub = await open_hub([capability(), operating.capability()], {TallyOpened: ["full"]})
    tries: list[int] = []
    full = True

    async def flow(recorded: Any, _context: Any) -> list[Any]:
        tries.append(1)
        return [AddToTally(tally_id=recorded.fact.tally_id, amount=10_000_000 if full else 7)]

    worker = Worker(hub, {"full": flow})
    await hub.handle(OpenTally(tally_id="a"), by=BY)
    await worker.run_until_idle()
    assert len(tries) == 1
    assert (await backlog(hub, hub.clock.now())).follow_ups_troubled == 1
    hub.clock.set(await worker.next_due())
    full = False
    await worker.run_until_idle()
    assert len(tries) == 2
    assert (await hub.fetch_one(TOTAL, tally_id="a"))["total"] == 7

    full = True
    await hub.handle(OpenTally(tally_id="b"), by=BY)
    for _ in range(20):
        await worker.run_until_idle()
        hub.clock.advance(minutes=5)
    parked = await parked_follow_ups(hub)
    assert [(one.about, one.attempts) for one in parked] == [("full tally/b@1", 10)]
    assert TALLY_FULL.code in parked[0].problem


async def test_an_operator_tries_again_or_discards(open_hub: Any, caplog: Any) -> None:
    """What is parked is retried or discarded by a person, on record; nobody else may."""
    caplog.set_level(logging.CRITICAL)
    hub = await open_hub([capability(), operating.capability()], {TallyOpened: ["missing"]})
    target = "nobody"

    async def flow(_recorded: Any, _context: Any) -> list[Any]:
        return [AddToTally(tally_id=target, amount=3)]

    worker = Worker(hub, {"missing": flow})
    await hub.handle(OpenTally(tally_id="a"), OpenTally(tally_id="b"), by=BY)
    await worker.run_until_idle()
    first, second = await parked_follow_ups(hub)
    with pytest.raises(Refusal):
        await hub.handle(RetryParked(matter="follow_up", key=first.key), by=ANONYMOUS)
    target = "a"
    retried = await hub.handle(RetryParked(matter="follow_up", key=first.key), by=OPERATOR)
    await hub.handle(DiscardParked(matter="follow_up", key=second.key, reason="no longer needed"), by=OPERATOR)
    await worker.run_until_idle()
    assert (await hub.fetch_one(TOTAL, tally_id="a"))["total"] == 3
    assert retried[0].by == OPERATOR.id
    assert await parked_follow_ups(hub) == []
    with pytest.raises(Refusal) as refused:
        await hub.handle(RetryParked(matter="follow_up", key=second.key), by=OPERATOR)
    assert refused.value.code == "not_found"


async def test_the_outside_being_down_is_tried_without_end(open_hub: Any) -> None:
    """A flow whose outside is down stays open however long that lasts, and goes through when it is back."""
    hub = await open_hub([capability()], {TallyOpened: ["send"]})
    down = True
    tries: list[int] = []

    async def flow(recorded: Any, _context: Any) -> list[Any]:
        tries.append(1)
        if down:
            raise Unavailable("sms gateway")
        return [AddToTally(tally_id=recorded.fact.tally_id, amount=1)]

    worker = Worker(hub, {"send": flow})
    await hub.handle(OpenTally(tally_id="a"), by=BY)
    for _ in range(30):
        await worker.run_until_idle()
        hub.clock.advance(minutes=11)
    assert len(tries) == 30
    assert (await backlog(hub, hub.clock.now())).parked == 0
    down = False
    await worker.run_until_idle()
    assert (await hub.fetch_one(TOTAL, tally_id="a"))["total"] == 1


async def test_our_own_mistake_is_loud_and_kept(open_hub: Any, caplog: Any) -> None:
    """A flow that breaks is logged and, after three tries, parked with its trace; nothing is dropped."""
    hub = await open_hub([capability()], {TallyOpened: ["broken"]})

    async def flow(_recorded: Any, _context: Any) -> list[Any]:
        raise KeyError("a mistake of ours")

    worker = Worker(hub, {"broken": flow})
    await hub.handle(OpenTally(tally_id="a"), by=BY)
    for _ in range(3):
        with pytest.raises(KeyError):
            await worker.run_until_idle()
        hub.clock.advance(minutes=5)
    assert await worker.run_until_idle() == 0
    parked = await parked_follow_ups(hub)
    assert len(parked) == 1
    assert "a mistake of ours" in parked[0].problem
    assert sum("broken" in record.message for record in caplog.records) == 3


async def test_a_timer_fires_when_its_time_has_come(open_hub: Any) -> None:
    """Not a microsecond before; once; and with the fact that set it as the cause."""
    hub = await open_hub([capability()])
    worker = Worker(hub, {})
    ring_at = hub.clock.now() + timedelta(hours=2)
    await hub.handle(OpenTally(tally_id="a"), SetBell(tally_id="a", ring_at=ring_at), by=BY)
    hub.clock.set(ring_at - timedelta(microseconds=1))
    assert await worker.run_until_idle() == 0
    assert await worker.next_due() == ring_at
    hub.clock.set(ring_at)
    assert await worker.run_until_idle() == 1
    assert await worker.run_until_idle() == 0
    rang = (await hub.stream("tally/a"))[-1]
    assert (rang.kind, rang.by, rang.cause) == ("TallyRang", "timer/bell", "tally/a@2")


async def test_a_timer_that_is_refused_is_parked(open_hub: Any, caplog: Any) -> None:
    """A timer whose command is refused stays, visible, and can be retried."""
    caplog.set_level(logging.CRITICAL)
    hub = await open_hub([capability(), operating.capability()])
    worker = Worker(hub, {})
    await hub.handle(OpenTally(tally_id="a"), SetBell(tally_id="a", ring_at=hub.clock.now()), by=BY)
    forget = sql("UPDATE tally_total SET tally_id = :to WHERE tally_id = :tally_id")
    await hub.store.write(lambda tx: tx.execute(forget, tally_id="a", to="gone"))
    await worker.run_until_idle()
    parked = await parked_timers(hub)
    assert [(one.key, one.attempts) for one in parked] == [("tally/a/bell", 1)]
    await hub.store.write(lambda tx: tx.execute(forget, tally_id="gone", to="a"))
    await hub.handle(RetryParked(matter="timer", key="tally/a/bell"), by=OPERATOR)
    await worker.run_until_idle()
    assert (await hub.fetch_one(TOTAL, tally_id="a"))["rings"] == 1


async def test_the_beat_wakes_for_an_earlier_timer(open_hub: Any) -> None:
    """A running worker fires a timer that is set while it sleeps, without waiting out its sleep."""
    hub = await open_hub([capability()])
    worker = Worker(hub, {})
    worker.start()
    await asyncio.sleep(0.05)
    started = asyncio.get_running_loop().time()
    await hub.handle(OpenTally(tally_id="a"), SetBell(tally_id="a", ring_at=hub.clock.now()), by=BY)
    facts = hub.subscribe(0)
    async for fact in facts:
        if fact.kind == "TallyRang":
            break
    await facts.aclose()  # type: ignore[attr-defined]
    assert asyncio.get_running_loop().time() - started < 0.9
    await worker.stop()


async def test_many_due_at_once_all_fire_once(open_hub: Any) -> None:
    """Hundreds of timers due at the same instant fire, each once, while others are left alone."""
    hub = await open_hub([capability()])
    soon, late = hub.clock.now() + timedelta(minutes=1), hub.clock.now() + timedelta(days=1)
    await asyncio.gather(
        *(
            hub.handle(OpenTally(tally_id=f"t{n}"), SetBell(tally_id=f"t{n}", ring_at=soon if n % 2 else late), by=BY)
            for n in range(600)
        )
    )
    worker = Worker(hub, {})
    worker.start()
    hub.clock.set(soon)
    rings = sql("SELECT SUM(rings) AS n, MAX(rings) AS most FROM tally_total")
    for _ in range(100):
        await asyncio.sleep(0.05)
        if (await hub.fetch_one(rings))["n"] == 300:
            break
    await worker.stop()
    assert dict(await hub.fetch_one(rings)) == {"n": 300, "most": 1}
    assert (await hub.fetch_one(TIMERS))["n"] == 300


async def test_the_same_story_gives_the_same_log(open_hub: Any) -> None:
    """Run by hand, flows and timers come in the same order each time: the hashes are equal."""
    hub = await open_hub([capability()], {TallyOpened: ["add_one"]})
    worker = Worker(hub, {"add_one": add_one})
    for n in range(5):
        await hub.handle(OpenTally(tally_id=f"t{n}"), SetBell(tally_id=f"t{n}", ring_at=hub.clock.now()), by=BY)
    await worker.run_until_idle()
    kinds = [(fact.stream, fact.kind) for n in range(5) for fact in await hub.stream(f"tally/t{n}")]
    assert kinds == [
        (f"tally/t{n}", kind) for n in range(5) for kind in ("TallyOpened", "BellSet", "TallyAdded", "TallyRang")
    ]


async def until(condition: Any) -> None:
    """Wait until a condition holds, five seconds at most."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to pass within five seconds")
