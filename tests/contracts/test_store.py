"""What every store must do for the hub, on each engine."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tidehub.hub.handle import Job
from tidehub.hub.hub import Hub
from tidehub.hub.log import last_seq, read_after, read_stream
from tidehub.hub.statement import sql
from tidehub.hub.store import TOO_BUSY, WRITTEN_MEANWHILE
from tidehub.kernel.access import ANONYMOUS, platform_actor
from tidehub.kernel.errors import Refusal, Unavailable
from tidehub.testkit.tally import (
    BROKEN_AMOUNT,
    TALLY_MISSING,
    TALLY_THERE,
    AddToTally,
    OpenTally,
    RingTally,
    SetBell,
    capability,
    with_tally,
)

BY = platform_actor("flow/test")
TOTAL = sql("SELECT total, additions FROM tally_total WHERE tally_id = :tally_id", short=True)
COUNT = sql("SELECT COUNT(*) AS n FROM tally_total")


def job(*commands: Any, by: Any = BY) -> Job:
    """A job of commands."""
    return Job(commands, by)


async def outcome(store: Any, *commands: Any) -> str:
    """``ok`` or the code of the refusal or the name of the error."""
    try:
        await store.submit(job(*commands))
    except Refusal as refusal:
        return refusal.code
    except Exception as error:
        return type(error).__name__
    return "ok"


async def test_an_answer_comes_with_numbered_chained_facts(open_store: Any) -> None:
    """Facts are numbered over the whole log and chained in their stream, and the tables have moved."""
    store = await open_store([capability()])
    first = await store.submit(job(OpenTally(tally_id="a")))
    second = await store.submit(job(AddToTally(tally_id="a", amount=5)))
    assert [(fact.seq, fact.id, fact.kind) for fact in first + second] == [
        (1, "tally/a@1", "TallyOpened"),
        (2, "tally/a@2", "TallyAdded"),
    ]
    assert first[0].hash != second[0].hash
    assert dict(await store.fetch_one(TOTAL, tally_id="a")) == {"total": 5, "additions": 1}
    stream = await read_stream(store, "tally/a", store.registry.read_fact)
    assert stream == first + second


async def test_jobs_at_once_leave_no_gap_in_the_log(open_store: Any) -> None:
    """Hundreds of jobs at once are numbered without a gap, each chain in its own order."""
    store = await open_store([capability()])
    await asyncio.gather(*(store.submit(job(OpenTally(tally_id=f"t{n}"))) for n in range(40)))
    await asyncio.gather(*(store.submit(job(AddToTally(tally_id=f"t{n % 40}", amount=1))) for n in range(400)))
    facts = await read_after(store, 0, 1000, store.registry.read_fact)
    assert [fact.seq for fact in facts] == list(range(1, 441))
    versions: dict[str, int] = {}
    for fact in facts:
        assert fact.version == versions.get(fact.stream, 0) + 1
        versions[fact.stream] = fact.version
    assert {(await store.fetch_one(TOTAL, tally_id=f"t{n}"))["total"] for n in range(40)} == {10}


async def test_a_broken_job_stands_alone(open_store: Any) -> None:
    """One job that breaks and some that are refused do not take their neighbours along."""
    store = await open_store([capability()])
    await store.submit(job(OpenTally(tally_id="a")))
    amounts = [1, BROKEN_AMOUNT, 2, 3, BROKEN_AMOUNT, 4]
    answers = await asyncio.gather(
        *(outcome(store, AddToTally(tally_id="a", amount=amount)) for amount in amounts),
        outcome(store, AddToTally(tally_id="nobody", amount=1)),
        outcome(store, OpenTally(tally_id="b")),
        outcome(store, OpenTally(tally_id="b")),
    )
    assert answers[:6] == ["ok", "AssertionError", "ok", "ok", "AssertionError", "ok"]
    assert answers[6] == TALLY_MISSING.code
    assert sorted(answers[7:]) == ["ok", TALLY_THERE.code]
    assert (await store.fetch_one(TOTAL, tally_id="a"))["total"] == 10
    assert await last_seq(store) == 6


async def test_commands_of_one_job_go_together_or_not_at_all(open_store: Any) -> None:
    """Each command sees what the one before did; when the last is refused nothing is left of the first."""
    store = await open_store([capability()])
    await store.submit(job(OpenTally(tally_id="a"), AddToTally(tally_id="a", amount=2)))
    refused = await outcome(store, AddToTally(tally_id="a", amount=40), AddToTally(tally_id="none", amount=1))
    assert refused == TALLY_MISSING.code
    assert (await store.fetch_one(TOTAL, tally_id="a"))["total"] == 2
    await store.submit(job(AddToTally(tally_id="a", amount=1)))  # the chain has not moved
    assert [fact.version for fact in await read_stream(store, "tally/a", store.registry.read_fact)] == [
        1,
        2,
        3,
    ]


async def test_a_savepoint_inside_a_batch_leaves_earlier_jobs_alone(open_store: Any) -> None:
    """A refused job of two commands, in one batch with others of the same chain, leaves those as they are."""
    store = await open_store([capability()])
    await store.submit(job(OpenTally(tally_id="a")))
    answers = await asyncio.gather(
        outcome(store, AddToTally(tally_id="a", amount=1)),
        outcome(store, AddToTally(tally_id="a", amount=100), AddToTally(tally_id="none", amount=1)),
        outcome(store, AddToTally(tally_id="a", amount=10)),
    )
    assert answers == ["ok", TALLY_MISSING.code, "ok"]
    assert (await store.fetch_one(TOTAL, tally_id="a"))["total"] == 11


async def test_who_may_not_is_refused(open_store: Any) -> None:
    """A command of the platform's own is refused to a person."""
    store = await open_store([capability()])
    await store.submit(job(OpenTally(tally_id="a")))
    with pytest.raises(Refusal) as refused:
        await store.submit(job(RingTally(tally_id="a"), by=ANONYMOUS))
    assert refused.value.code == "not_signed_in"


async def test_committed_is_told_in_order(make_store: Any) -> None:
    """Whoever listens gets the facts of every commit in the order of the log, each once."""
    store = make_store([capability()])
    hub = Hub(store)
    heard: list[int] = []
    hub.listen(lambda facts: heard.extend(fact.seq for fact in facts))
    await hub.open(with_tally(), migrate=False)
    await asyncio.gather(*(store.submit(job(OpenTally(tally_id=f"t{n}"))) for n in range(300)))
    await asyncio.sleep(0.2)
    assert heard == list(range(1, 301))
    await hub.close()


async def test_bookkeeping_that_refuses_leaves_nothing(open_store: Any) -> None:
    """A refusal after a change, in work of the hub's own, undoes the change."""
    store = await open_store([capability()])
    change = sql("INSERT INTO cursor (name, seq) VALUES (:name, :seq)")

    async def work(tx: Any) -> None:
        await tx.execute(change, name="x", seq=1)
        raise TALLY_MISSING(tally_id="x")

    with pytest.raises(Refusal):
        await store.write(work)
    assert await store.fetch(sql("SELECT name FROM cursor")) == []


async def test_more_than_can_wait_is_refused(make_store: Any) -> None:
    """When too much waits a job is refused at once, to be sent again, and nothing accepted is lost."""
    store = make_store([capability()], waiting_max=20)
    await store.open(lambda _facts: None)
    await store.prepare(with_tally(), migrate=False)
    answers = await asyncio.gather(*(outcome(store, OpenTally(tally_id=f"t{n}")) for n in range(400)))
    assert set(answers) == {"ok", TOO_BUSY.code}
    row = await store.fetch_one(COUNT)
    assert row["n"] == answers.count("ok")


async def test_closing_writes_what_was_accepted(open_store: Any) -> None:
    """What was accepted before closing is written and answered; what comes after is refused."""
    store = await open_store([capability()])
    jobs = [asyncio.ensure_future(store.submit(job(OpenTally(tally_id=f"t{n}")))) for n in range(50)]
    await asyncio.sleep(0)
    await store.close()
    assert len(await asyncio.gather(*jobs)) == 50
    with pytest.raises(Unavailable):
        await store.submit(job(OpenTally(tally_id="late")))
    again = await open_store([capability()])
    assert (await again.fetch_one(COUNT))["n"] == 50


async def test_a_caller_who_leaves_changes_nothing(open_store: Any) -> None:
    """A caller who gives up waiting does not disturb the others; what was written stays."""
    store = await open_store([capability()])
    left = asyncio.ensure_future(store.submit(job(OpenTally(tally_id="left"))))
    stays = asyncio.ensure_future(store.submit(job(OpenTally(tally_id="stays"))))
    await asyncio.sleep(0)
    left.cancel()
    await stays
    assert await outcome(store, AddToTally(tally_id="stays", amount=1)) == "ok"


async def test_numbers_go_on_after_opening_again(open_store: Any) -> None:
    """The log goes on where it ended."""
    store = await open_store([capability()])
    await store.submit(job(OpenTally(tally_id="a")))
    await store.close()
    again = await open_store([capability()])
    facts = await again.submit(job(AddToTally(tally_id="a", amount=1)))
    assert (facts[0].seq, facts[0].version) == (2, 2)


async def test_timers_are_set_moved_and_taken_back(open_store: Any) -> None:
    """A timer stands and falls with the fact that sets it, in the same commit."""
    store = await open_store([capability()])
    now = store.clock.now()
    timers = sql("SELECT key, due_us, cause FROM timer")
    await store.submit(job(OpenTally(tally_id="a"), SetBell(tally_id="a", ring_at=now)))
    assert [dict(row)["cause"] for row in await store.fetch(timers)] == ["tally/a@2"]
    await store.submit(job(SetBell(tally_id="a", ring_at=store.clock.advance(hours=1))))
    rows = await store.fetch(timers)
    assert len(rows) == 1
    await store.submit(job(SetBell(tally_id="a", ring_at=None)))
    assert await store.fetch(timers) == []


async def test_the_same_place_in_a_chain_is_taken_once(open_store: Any) -> None:
    """Two facts that would open the same chain: the second is told that it was written meanwhile."""
    store = await open_store([capability()])
    await store.submit(job(OpenTally(tally_id="a")))
    await store.write(_forget_the_tally)  # so that the decision does not see it
    assert await outcome(store, OpenTally(tally_id="a")) == WRITTEN_MEANWHILE.code


async def _forget_the_tally(tx: Any) -> None:
    await tx.execute(sql("DELETE FROM tally_total WHERE tally_id = :tally_id"), tally_id="a")
