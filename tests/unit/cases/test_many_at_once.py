"""Many commands in one batch: read, decided and written together, and yet each as if it were alone."""

from __future__ import annotations

import asyncio

import pytest

from tidehub.capabilities.cases import MoveCase, OpenCase
from tidehub.hub.handle import Job
from tidehub.hub.log import Recorded
from tidehub.hub.store import Store
from tidehub.hub.verify import problems_of, verify
from tidehub.kernel.access import Actor
from tidehub.kernel.errors import Refusal

from .conftest import DUTY, ELSEWHERE, Town

pytestmark = pytest.mark.anyio
MANY = 40


def opening(number: int, parent: str | None = None) -> OpenCase:
    return OpenCase(
        case_id=f"k{number}",
        lifecycle="complaint",
        category="waste",
        title="污油",
        region_code="331002001",
        parent_id=parent,
    )


def assigning(number: int) -> MoveCase:
    return MoveCase(case_id=f"k{number}", move="ASSIGN", assignee="person/lme")


async def each(store: Store, *asked: tuple[Actor, OpenCase | MoveCase]) -> list[list[Recorded] | BaseException]:
    """All of them in one batch, as far as the store takes them together."""
    return await store.submit_each([Job((command,), by) for by, command in asked])


async def test_each_of_many_has_its_own_answer(town: Town) -> None:
    """Of many openings and moves at once each is answered for itself, and the tables equal the facts."""
    opened = await each(town.store, *((DUTY, opening(number)) for number in range(MANY)))
    assert all(isinstance(facts, list) and facts[0].kind == "CaseOpened" for facts in opened)
    twice = await each(town.store, (DUTY, opening(1)), (DUTY, opening(99)), (DUTY, opening(98, "nowhere")))
    assert isinstance(twice[0], Refusal) and twice[0].code == "case_exists"
    assert isinstance(twice[1], list)
    assert isinstance(twice[2], Refusal) and twice[2].code == "not_found"
    moved = await each(
        town.store,
        *((DUTY, assigning(number)) for number in range(MANY)),
        (DUTY, assigning(7)),
        (DUTY, assigning(1000)),
        (ELSEWHERE, assigning(99)),
    )
    assert all(isinstance(facts, list) and facts[0].kind == "CaseMoved" for facts in moved[:MANY])
    codes = [answer.code for answer in moved[MANY:] if isinstance(answer, Refusal)]
    assert codes[1:] == ["not_found", "move_not_yours"]
    assert codes[0].startswith("move")
    report = await verify(town.store)
    assert report.sound, list(problems_of(report))


async def test_the_second_of_one_case_is_decided_after_the_first(town: Town) -> None:
    """Two moves of one case in one batch: the second sees what the first has made of it."""
    await town.do(DUTY, opening(1), opening(2))
    back = MoveCase(case_id="k1", move="REASSIGN", note="另派")
    first, other, second = await each(town.store, (DUTY, assigning(1)), (DUTY, assigning(2)), (DUTY, back))
    assert [type(answer) for answer in (first, other, second)] == [list, list, list]
    assert (await town.state("k1")).state == "PENDINGFORASSIGNMENT"
    assert (await town.state("k2")).state == "PENDINGATLME"
    versions = [fact.version for fact in await town.log() if fact.stream == "case/k1"]
    assert versions == list(range(1, len(versions) + 1))


async def test_children_opened_at_once_are_all_counted(town: Town) -> None:
    """A parent of many children that open in one batch knows how many they are."""
    await town.do(DUTY, opening(0))
    await asyncio.gather(*(town.do(DUTY, opening(number, "k0")) for number in range(1, 20)))
    assert (await town.state("k0")).open_children == 19
    report = await verify(town.store)
    assert report.sound, list(problems_of(report))
