"""The hub as others see it: handling, following the log, old shapes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tidehub.hub import feed as feeds
from tidehub.hub.feed import Feed
from tidehub.hub.log import GENESIS, chain_hash
from tidehub.hub.statement import sql
from tidehub.kernel.access import ANONYMOUS, platform_actor
from tidehub.kernel.errors import Refusal
from tidehub.kernel.instants import to_us
from tidehub.testkit.tally import AddToTally, OpenTally, TallyAdded, capability

BY = platform_actor("flow/test")


async def test_following_gives_the_past_and_then_what_comes(open_hub: Any) -> None:
    """A reader with a cursor gets what is in the log after it, then what comes, each once and in order."""
    hub = await open_hub([capability()])
    await hub.handle(OpenTally(tally_id="a"), by=ANONYMOUS)
    for _ in range(4):
        await hub.handle(AddToTally(tally_id="a", amount=1), by=ANONYMOUS)
    seen: list[int] = []

    async def follow() -> None:
        nonlocal seen
        async for fact in hub.subscribe(2):
            seen += [fact.seq]

    following = asyncio.create_task(follow())
    await asyncio.sleep(0.05)
    assert seen == [3, 4, 5]
    for _ in range(3):
        await hub.handle(AddToTally(tally_id="a", amount=1), by=ANONYMOUS)
    await asyncio.sleep(0.05)
    assert seen == [3, 4, 5, 6, 7, 8]
    await hub.close()
    await asyncio.wait_for(following, 1)


async def test_a_slow_reader_reads_the_log(open_hub: Any, monkeypatch: Any) -> None:
    """However slow a reader is, memory holds only the newest facts and the reader misses none."""
    monkeypatch.setattr(feeds, "RECENT_MAX", 8)
    monkeypatch.setattr(feeds, "PAGE", 5)
    hub = await open_hub([capability()])
    await hub.handle(OpenTally(tally_id="a"), by=ANONYMOUS)
    seen: list[int] = []
    follower = hub.subscribe(0)
    seen.append((await anext(follower)).seq)
    await asyncio.gather(*(hub.handle(AddToTally(tally_id="a", amount=1), by=BY) for _ in range(100)))
    assert len(hub._feed._recent) <= 116
    async for fact in follower:
        seen.append(fact.seq)
        if fact.seq == 101:
            break
    assert seen == list(range(1, 102))
    await follower.aclose()  # type: ignore[attr-defined]


async def test_a_gap_in_what_is_heard_is_read_from_the_log(open_hub: Any) -> None:
    """When facts were committed unheard, memory is not trusted for them."""
    hub = await open_hub([capability()])
    await hub.handle(OpenTally(tally_id="a"), by=BY)
    await hub.handle(AddToTally(tally_id="a", amount=1), by=BY)
    third = await hub.handle(AddToTally(tally_id="a", amount=1), by=BY)
    feed = Feed(hub, hub.registry.read_fact, 1)
    feed.publish(third)
    follower = feed.follow(0)
    assert [(await anext(follower)).seq for _ in range(3)] == [1, 2, 3]
    await follower.aclose()  # type: ignore[attr-defined]


async def test_a_listener_that_breaks_disturbs_nobody(open_hub: Any, caplog: Any) -> None:
    """One listener's mistake is logged; the others hear, and the caller is answered."""
    hub = await open_hub([capability()])
    heard: list[str] = []

    def broken(_facts: Any) -> None:
        raise RuntimeError("a mistake of ours")

    hub.listen(broken)
    hub.listen(lambda facts: heard.extend(fact.kind for fact in facts))
    assert await hub.handle(OpenTally(tally_id="a"), by=BY)
    await asyncio.sleep(0.05)
    assert heard == ["TallyOpened"]
    assert "listener failed" in caplog.text


async def test_a_fact_is_found_by_its_id(open_hub: Any) -> None:
    """By ``stream@version``; what is not there is refused."""
    hub = await open_hub([capability()])
    recorded = (await hub.handle(OpenTally(tally_id="a"), by=BY))[0]
    assert await hub.fact("tally/a@1") == recorded
    for wrong in ("tally/a@2", "tally/a", "@", "tally/a@x"):
        with pytest.raises(Refusal):
            await hub.fact(wrong)


async def test_a_fact_of_an_old_shape_is_read_in_todays(open_hub: Any) -> None:
    """An old fact goes through its upgraders; its bytes and its hash stay as they were."""
    hub = await open_hub([capability()])
    opened = (await hub.handle(OpenTally(tally_id="a"), by=BY))[0]
    body = json.dumps({"sum": 7, "tally_id": "a"}, separators=(",", ":"))
    at_us = to_us(hub.clock.now())
    hash_ = chain_hash(opened.hash, "tally/a", 2, "TallyAdded", 1, at_us, "person/x", None, body.encode())
    insert = sql(
        "INSERT INTO fact (seq, stream, version, kind, shape, at_us, by, cause, body, hash)"
        " VALUES (2, 'tally/a', 2, 'TallyAdded', 1, :at_us, 'person/x', NULL, :body, :hash)"
    )
    await hub.store.write(lambda tx: tx.execute(insert, at_us=at_us, body=body, hash=hash_))
    old = (await hub.stream("tally/a"))[1]
    assert old.fact == TallyAdded(tally_id="a", amount=7)
    assert old.body == body.encode()
    assert old.hash == hash_


def test_the_hash_covers_everything() -> None:
    """A change of any part of the envelope, of the bytes or of the hash before changes the hash."""
    parts: list[Any] = [GENESIS, "case/1", 1, "CaseOpened", 1, 5, "person/a", None, b"{}"]
    other: list[Any] = [b"\1" * 32, "case/2", 2, "CaseClosed", 2, 6, "person/b", "case/1@1", b"[]"]
    whole = chain_hash(*parts)
    for place, value in enumerate(other):
        assert chain_hash(*parts[:place], value, *parts[place + 1 :]) != whole
