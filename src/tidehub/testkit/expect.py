"""What a story can expect after a line, in the words of the table; the answer is what was there instead."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from tidehub.capabilities.cases import find_case
from tidehub.testkit.stage import Stage

Check = Callable[[Stage, str], Awaitable[str]]


async def check(stage: Stage, expectation: str) -> str:
    """Check one expectation; ``""`` when it holds, else what is so instead."""
    word, _, rest = expectation.partition(" ")
    known = CHECKS.get(word)
    if known is not None:
        return await known(stage, rest.strip())
    hook = stage.pack.code.hooks.get(f"expect_{word}")
    assert hook is not None, f"nobody knows what to expect by: {expectation}"
    answer: str = await hook(stage, rest.strip())
    return answer


def _kinds(stage: Stage) -> str:
    return ", ".join(fact.kind for fact in stage.told.fresh) or "nothing happened"


async def _case(stage: Stage, state: str) -> str:
    brief = await find_case(stage.town.hub, stage.told.case_id)
    if brief is None:
        return f"there is no case ({_kinds(stage)})"
    return "" if brief.state == state else f"the case stands in {brief.state} ({_kinds(stage)})"


async def _offered(stage: Stage, unit_id: str) -> str:
    asked = [fact.fact for fact in stage.told.fresh if fact.kind == "JobOffered"]
    units = [one.unit_id for one in asked]  # type: ignore[attr-defined]
    if units and units[-1] == unit_id:
        return ""
    why = [(one.unit_id, [reason.code for reason in one.reasons]) for fact in asked for one in fact.rejected]  # type: ignore[attr-defined]
    return f"asked were {units}, rejected {why} ({_kinds(stage)})"


async def _rejected(stage: Stage, rest: str) -> str:
    unit_id, _, code = rest.partition(" ")
    rejected: dict[str, Any] = {}
    for fact in stage.told.fresh:
        for one in getattr(fact.fact, "rejected", ()):
            rejected[one.unit_id] = [reason.code for reason in one.reasons]
    if unit_id in rejected and (not code or code in rejected[unit_id]):
        return ""
    return f"rejected were {rejected}"


async def _route(stage: Stage, rest: str) -> str:
    accepted: Any = next((fact.fact for fact in stage.told.fresh if fact.kind == "JobAccepted"), None)
    route = accepted.route if accepted is not None else None
    if route is None:
        return f"there is no route ({_kinds(stage)})"
    return "" if rest != "by water" or not route.degraded else f"the route is an estimate by {route.engine}"


async def _within(stage: Stage, rest: str) -> str:
    found = re.fullmatch(r"(\d+)([mh])", rest)
    assert found is not None, "within 20m or within 2h"
    limit_min = int(found[1]) * (60 if found[2] == "h" else 1)
    told = stage.told
    end = (told.arrived_at if found[2] == "m" else told.receipt_at) or stage.town.clock.now()
    assert told.started_at is not None
    minutes = (end - told.started_at).total_seconds() / 60
    return "" if minutes <= limit_min else f"it took {minutes:.1f} minutes"


async def _clock(stage: Stage, rest: str) -> str:
    name, _, what = rest.partition(" ")
    kinds = {"stopped": "ClockStopped", "breached": "ClockBreached", "warned": "ClockWarned"}
    kind = kinds.get(what, "ClockStarted")
    seen: list[Any] = [fact.fact for fact in stage.told.fresh if fact.kind == kind]
    if any(one.clock == name for one in seen):
        return ""
    return f"{kind} was of {[one.clock for one in seen]} ({_kinds(stage)})"


async def _told(stage: Stage, rest: str) -> str:
    who, _, template = rest.partition(" ")
    actor = None if who in stage.town.boats else stage.town.actor(who)
    to = f"unit/{who}" if actor is None else actor.id
    sent: list[Any] = [fact.fact for fact in stage.told.fresh if fact.kind == "MessageQueued"]
    if any(one.to == to and one.template == template for one in sent):
        return ""
    return f"told were {[(one.to, one.template) for one in sent]}"


async def _document(stage: Stage, kind: str) -> str:
    issued: list[Any] = [fact.fact for fact in stage.told.fresh if fact.kind == "DocumentIssued"]
    drawn = {fact.fact.document_id for fact in stage.told.fresh if fact.kind == "DocumentRendered"}  # type: ignore[attr-defined]
    for one in issued:
        if one.kind == kind:
            return "" if one.document_id in drawn else f"{kind} was issued but not drawn ({_kinds(stage)})"
    return f"issued were {[one.kind for one in issued]} ({_kinds(stage)})"


async def _subsidy(stage: Stage, rest: str) -> str:
    wanted = int(rest.removesuffix("fen").strip())
    return "" if stage.told.subsidy_fen == wanted else f"it is {stage.told.subsidy_fen} fen"


async def _refused(stage: Stage, code: str) -> str:
    refused = stage.told.refused
    if refused is None:
        return f"it was not refused ({_kinds(stage)})"
    return "" if not code or refused.code == code else f"the refusal is {refused.code}"


CHECKS: dict[str, Check] = {
    "case": _case,
    "offered": _offered,
    "rejected": _rejected,
    "route": _route,
    "within": _within,
    "clock": _clock,
    "told": _told,
    "document": _document,
    "subsidy": _subsidy,
    "refused": _refused,
}
