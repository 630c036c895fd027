"""Fill a store with cases fast: facts that the real decisions give, through the real chains and projections.

A course (opened; assigned; resolved and closed) is decided once for each transaction and its facts are then
recorded for every case of it under the case's own id and region. What follows a fact is taken for done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from benchmarks.load.places import CITIZEN, REGION, WORKER

from tidehub.app import Platform
from tidehub.capabilities import cases
from tidehub.hub.handle import record
from tidehub.hub.registry import Registry
from tidehub.hub.transaction import Transaction
from tidehub.kernel.access import platform_actor
from tidehub.kernel.facts import Fact
from tidehub.kernel.geometry import Position
from tidehub.worker import Follower

EACH = 2000
TOWNS = 20
BY = platform_actor("flow/bench")
# Of a hundred cases: closed, in hand, waiting.
_COURSES = (("closed", 94), ("assigned", 3), ("opened", 3))


async def load_cases(platform: Platform, count: int) -> int:
    """Load cases and bring the figures up to date; how many facts there are now."""
    registry = Registry(platform.registry.capabilities)  # without flows: nothing is left to follow
    shares = [course for course, share in _COURSES for _ in range(share)]
    for first in range(0, count, EACH):
        places = range(first, min(first + EACH, count))
        now = platform.clock.now()
        templates = {course: await _course(platform, registry, course, now) for course, _ in _COURSES}

        async def work(tx: Transaction, places: Any = places, templates: Any = templates) -> None:
            for place in places:
                tx.begin_strand()
                for fact in _for_case(templates[shares[place * 37 % 100]], place):
                    await record(tx, registry, fact, now, BY.id, None)  # noqa: B023 - run before the next

        await platform.hub.store.write(work)
    await Follower(platform.hub).catch_up()
    return platform.hub.seq


def _for_case(template: Sequence[Fact], place: int) -> Sequence[Fact]:
    case_id = f"l-{place:012d}"
    opened = msgspec.structs.replace(template[0], case_id=case_id, region_code=f"{REGION}{place % TOWNS + 1:03d}")
    return [opened, *(msgspec.structs.replace(fact, case_id=case_id) for fact in template[1:])]


async def _course(platform: Platform, registry: Registry, course: str, now: datetime) -> list[Fact]:
    """Facts of a course from the decisions themselves, on a state that is read back after each command."""
    case_id = f"template-{course}"
    commands: list[Any] = [
        cases.OpenCase(
            case_id=case_id,
            lifecycle="complaint",
            category="street",
            title="路灯不亮 · the lamp in front of the fish market is dark",
            region_code=f"{REGION}001",
            position=Position(121.4203, 28.6781),
            reporter=f"person/{CITIZEN}",
            values={"lamp": "JB0088", "severity": 3},
        )
    ]
    if course != "opened":
        commands.append(cases.MoveCase(case_id=case_id, move="ASSIGN", assignee=f"person/{WORKER}"))
    if course == "closed":
        commands.append(cases.MoveCase(case_id=case_id, move="RESOLVE", note="灯泡已更换 · the bulb was replaced"))
        commands.append(cases.MoveCase(case_id=case_id, move="RATE", values={"rating": 5}))
    facts: list[Fact] = []

    async def rehearse(tx: Transaction) -> None:
        for command in commands:
            handler = registry.handlers[type(command)]
            decided = handler.decide(await handler.load(tx, command), command, now)
            for fact in decided:
                await record(tx, registry, fact, now, BY.id, None)
            facts.extend(decided)
        raise _Rehearsed

    try:
        await platform.hub.store.write(rehearse)
    except _Rehearsed:
        return facts
    raise AssertionError("a rehearsal is undone")


class _Rehearsed(Exception):
    """The facts are known; the transaction is undone."""
