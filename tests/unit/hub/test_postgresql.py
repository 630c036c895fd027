"""What is the server store's own: nodes side by side, lost connections, commits without an answer."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import asyncpg
import pytest

from tidehub.hub.handle import Job
from tidehub.hub.hub import Hub
from tidehub.hub.log import read_after
from tidehub.hub.postgresql import PostgresqlStore
from tidehub.hub.registry import Registry
from tidehub.hub.statement import sql
from tidehub.hub.verify import verify
from tidehub.kernel.access import platform_actor
from tidehub.kernel.errors import Refusal, Unavailable
from tidehub.testkit import FixedClock
from tidehub.testkit.tally import AddToTally, OpenTally, SetBell, TallyOpened, capability, with_tally
from tidehub.worker import Worker

BY = platform_actor("flow/test")
RINGS = sql("SELECT SUM(rings) AS rings, MAX(rings) AS most, SUM(total) AS total FROM tally_total")

pytestmark = pytest.mark.postgresql


@pytest.fixture
async def nodes(postgresql_schema: tuple[str, str]) -> Any:
    """Make nodes of one platform: hubs on the same data."""
    dsn, schema = postgresql_schema
    opened: list[Hub] = []

    async def make(follows: Any = None) -> Hub:
        registry = Registry([capability()], follows)
        hub = Hub(PostgresqlStore(dsn, registry, FixedClock(), schema=schema, lanes=2, readers=2, look_s=0.1))
        await hub.open(with_tally(), migrate=False)
        opened.append(hub)
        return hub

    yield make
    for hub in opened:
        await hub.close()


async def test_two_nodes_write_one_log(nodes: Any) -> None:
    """Two nodes writing at once leave one log without gaps, and each hears all of it in order, once."""
    first, second = await nodes(), await nodes()
    heard: dict[int, list[int]] = {0: [], 1: []}
    first.listen(lambda facts: heard[0].extend(fact.seq for fact in facts))
    second.listen(lambda facts: heard[1].extend(fact.seq for fact in facts))
    await asyncio.gather(*((first, second)[n % 2].handle(OpenTally(tally_id=f"t{n}"), by=BY) for n in range(300)))
    facts = await read_after(first, 0, 1000, first.registry.read_fact)
    assert [fact.seq for fact in facts] == list(range(1, 301))
    await asyncio.sleep(0.5)
    assert heard[0] == heard[1] == list(range(1, 301))


async def test_two_nodes_on_one_chain_are_decided_again(nodes: Any) -> None:
    """When two nodes write to one chain at once, one decides again from fresh data; nothing is lost."""
    first, second = await nodes(), await nodes()
    await first.handle(OpenTally(tally_id="a"), by=BY)
    await asyncio.gather(*((first, second)[n % 2].handle(AddToTally(tally_id="a", amount=1), by=BY) for n in range(60)))
    facts = await first.stream("tally/a")
    assert [fact.version for fact in facts] == list(range(1, 62))
    assert (await first.fetch_one(RINGS))["total"] == 60
    assert (await verify(first.store)).sound


async def test_two_workers_do_everything_once(nodes: Any) -> None:
    """Two workers share follow-ups and timers; each is done once."""

    async def add_one(recorded: Any, _context: Any) -> list[Any]:
        return [AddToTally(tally_id=recorded.fact.tally_id, amount=1)]

    follows = {TallyOpened: ["add_one"]}
    hubs = [await nodes(follows), await nodes(follows)]
    workers = [Worker(hub, {"add_one": add_one}) for hub in hubs]
    for worker in workers:
        worker.start()
    now = hubs[0].clock.now()
    await asyncio.gather(
        *(
            hubs[n % 2].handle(OpenTally(tally_id=f"t{n}"), SetBell(tally_id=f"t{n}", ring_at=now), by=BY)
            for n in range(200)
        )
    )
    for _ in range(200):
        row = await hubs[0].fetch_one(RINGS)
        if (row["rings"], row["total"]) == (200, 200):
            break
        await asyncio.sleep(0.05)
    for worker in workers:
        await worker.stop()
    assert dict(await hubs[0].fetch_one(RINGS)) == {"rings": 200, "most": 1, "total": 200}


async def test_a_lost_connection_is_replaced(nodes: Any, postgresql_schema: Any, caplog: Any) -> None:
    """Connections that are cut, again and again, under load: every answer is kept, none is doubled."""
    caplog.set_level(logging.CRITICAL)
    hub = await nodes()
    admin = await asyncpg.connect(postgresql_schema[0])
    done = False

    async def cut() -> None:
        while not done:
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'tidehub' AND pid <> pg_backend_pid()"
                " AND pid IN"
                " (SELECT pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n"
                "  ON n.oid = c.relnamespace WHERE n.nspname = $1)",
                postgresql_schema[1],
            )
            await asyncio.sleep(0.05)

    cutting = asyncio.create_task(cut())
    answers: dict[str, Any] = {}

    async def open_one(n: int) -> None:
        try:
            answers[f"t{n}"] = await hub.handle(OpenTally(tally_id=f"t{n}"), by=BY)
        except (Unavailable, Refusal) as error:
            answers[f"t{n}"] = error

    for first in range(0, 400, 20):
        await asyncio.gather(*(open_one(n) for n in range(first, first + 20)))
        await asyncio.sleep(0.02)
    done = True
    await cutting
    await admin.close()
    facts = await read_after(hub, 0, 1000, hub.registry.read_fact)
    streams = [fact.stream for fact in facts]
    assert len(streams) == len(set(streams))
    acknowledged = {f"tally/{key}" for key, answer in answers.items() if isinstance(answer, list)}
    assert acknowledged <= set(streams)
    assert len(acknowledged) > 300
    assert (await verify(hub.store)).sound


async def test_a_commit_that_was_never_answered_is_looked_up(nodes: Any) -> None:
    """The connection is lost after the commit was sent: the log is asked, and the job is not done twice."""
    hub = await nodes()
    store = hub.store
    for lane in store._lanes:
        lane._connection = LosesTheAnswer(await asyncpg.connect(**store.settings()))
    facts = await hub.handle(OpenTally(tally_id="a"), by=BY)
    assert [fact.seq for fact in facts] == [1]
    assert len(await hub.stream("tally/a")) == 1
    await hub.handle(AddToTally(tally_id="a", amount=1), by=BY)
    assert [fact.version for fact in await hub.stream("tally/a")] == [1, 2]


class LosesTheAnswer:
    """A connection that commits and is gone before it can say so."""

    def __init__(self, real: Any) -> None:
        self._real = real

    async def execute(self, statement: str, *params: Any) -> Any:
        answer = await self._real.execute(statement, *params)
        if statement == "COMMIT":
            self._real.terminate()
            raise asyncpg.ConnectionDoesNotExistError("gone in the middle of it")
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


async def test_no_server_is_unavailable() -> None:
    """A server that is not there is said to be unavailable, not a mistake of ours."""
    store = PostgresqlStore("postgresql://nobody@127.0.0.1:1/none", Registry([]), FixedClock())
    with pytest.raises(Unavailable):
        await store.open(lambda _facts: None)


async def test_jobs_of_one_chain_share_a_lane() -> None:
    """Which lane a job takes depends on its chain alone."""
    assert Job((AddToTally(tally_id="a", amount=1),), BY).lane == Job((OpenTally(tally_id="a"),), BY).lane
