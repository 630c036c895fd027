"""One move for many cases: each is decided by itself, and each has its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from tidehub.capabilities.cases.commands import MoveCase
from tidehub.hub.handle import Job
from tidehub.kernel.access import Actor
from tidehub.kernel.errors import Refusal

BULK_MAX = 1000


class Refused(msgspec.Struct, frozen=True):
    """A case that could not be moved, and why, in both languages."""

    case_id: str
    code: str
    zh: str
    en: str


class BulkAnswer(msgspec.Struct, frozen=True):
    """What became of every case that was asked for, in the order it was asked."""

    done: tuple[str, ...]
    refused: tuple[Refused, ...]


async def move_each(
    submit: Callable[[Job], Awaitable[Any]],
    by: Actor,
    case_ids: Sequence[str],
    move: str,
    *,
    note: str = "",
    values: dict[str, Any] | None = None,
    responsible_unit: str | None = None,
    assignee: str | None = None,
) -> BulkAnswer:
    """Make a move in many cases. All are tried; none is left out silently, none holds up another.

    They are handed over together, so that one durable commit serves them all; more than :data:`BULK_MAX` at
    once is for the caller to cut.
    """
    assert len(case_ids) <= BULK_MAX, "cut a bulk move into pieces"
    answers = await asyncio.gather(
        *(
            submit(
                Job(
                    (
                        MoveCase(
                            case_id=case_id,
                            move=move,
                            note=note,
                            values=values or {},
                            responsible_unit=responsible_unit,
                            assignee=assignee,
                        ),
                    ),
                    by,
                )
            )
            for case_id in dict.fromkeys(case_ids)
        ),
        return_exceptions=True,
    )
    done: list[str] = []
    refused: list[Refused] = []
    for case_id, answer in zip(dict.fromkeys(case_ids), answers, strict=True):
        if isinstance(answer, Refusal):
            refused.append(Refused(case_id, answer.code, answer.text("zh"), answer.text("en")))
        elif isinstance(answer, BaseException):
            raise answer
        else:
            done.append(case_id)
    return BulkAnswer(tuple(done), tuple(refused))
