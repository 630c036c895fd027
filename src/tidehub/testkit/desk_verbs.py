"""What people at desks do in a story: move a case, ask for an approval, grant or refuse it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping

from tidehub.capabilities.cases import AskApproval, DecideApproval, MoveCase, approvals_waiting
from tidehub.kernel.access import Scope
from tidehub.kernel.ids import derived_id
from tidehub.testkit.stage import Stage

Verb = Callable[[Stage, str, str], Awaitable[None]]


async def moves(stage: Stage, who: str, rest: str) -> None:
    """``moves MOVE [NAME=VALUE ...] [note]``: make a move of the lifecycle."""
    move, _, told = rest.partition(" ")
    values = dict(re.findall(r"(\w+)=(\S+)", told))
    note = re.sub(r"\w+=\S+", "", told).strip()
    await stage.town.ask(who, MoveCase(case_id=stage.told.case_id, move=move, note=note, values=values))


async def asks(stage: Stage, who: str, rest: str) -> None:
    """``asks APPROVAL [AMOUNT UNIT]: reason``: ask for an approval, with the extension that is wished."""
    found = re.fullmatch(r"(\w+)(?: (\d+) (\w+))?(?:: (.*))?", rest)
    assert found is not None, f"asks APPROVAL [AMOUNT UNIT]: reason, not '{rest}'"
    approval, amount, unit, reason = found.groups()
    case_id = stage.told.case_id
    await stage.town.ask(
        who,
        AskApproval(
            approval_id=derived_id("a", case_id, approval, str(stage.told.seq)),
            case_id=case_id,
            approval=approval,
            reason=reason or "",
            amount=int(amount) if amount else None,
            unit=unit,
        ),
    )


async def grants(stage: Stage, who: str, rest: str) -> None:
    """``grants [reason]``: grant what the case waits for."""
    await _decide(stage, who, rest, granted=True)


async def refuses(stage: Stage, who: str, rest: str) -> None:
    """``refuses [reason]``: refuse what the case waits for."""
    await _decide(stage, who, rest, granted=False)


async def _decide(stage: Stage, who: str, reason: str, *, granted: bool) -> None:
    waiting = [
        one for one in await approvals_waiting(stage.town.hub, Scope(("",))) if one.case_id == stage.told.case_id
    ]
    assert waiting, "no approval waits to be decided"
    await stage.town.ask(
        who,
        DecideApproval(case_id=stage.told.case_id, approval_id=waiting[-1].approval_id, granted=granted, reason=reason),
    )


DESK_VERBS: Mapping[str, Verb] = {"moves": moves, "asks": asks, "grants": grants, "refuses": refuses}
