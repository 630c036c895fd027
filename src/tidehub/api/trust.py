"""What makes a duty officer believe the reckoning, or overrule it: what if, stages, reasons for overriding."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from tidehub.api.commanding import Instant
from tidehub.api.exchange import AnyRequest, answer, read_json, read_query
from tidehub.api.jobs import DESK, context_of, desk_job
from tidehub.api.services import actor_in, services_of
from tidehub.api.units import seen_unit
from tidehub.capabilities import dispatch
from tidehub.flows.suppose import suppose
from tidehub.kernel.access import Subject, permits
from tidehub.methods.assignment import Effect, Reason, Supposition

_FAMILY = "dispatch"
_DAYS_30 = timedelta(days=30)


class WhatIfBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is supposed, all of it together."""

    suppose: tuple[Supposition, ...]


class EffectView(msgspec.Struct, frozen=True):
    """What becomes of one job; ``delta_s`` is how much later, ``None`` where nobody comes before or after."""

    job_id: str
    before_unit_id: str | None
    after_unit_id: str | None
    before_eta_s: int | None
    after_eta_s: int | None
    delta_s: int | None
    zh: str
    en: str


class WhatIfView(msgspec.Struct, frozen=True):
    """What would happen if.

    Parameters
    ----------
    later_s, cost_delta_s
        Seconds later over the jobs that are served in both cases; difference of what the engine minimises.
    near_s
        For these jobs the unit is so close to the scene that moving them must be confirmed: seconds left.
    hidden
        How many jobs of other regions would be touched as well.
    """

    at: datetime
    possible: bool
    later_s: int
    cost_delta_s: int
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    effects: list[EffectView]
    obstacles: tuple[Reason, ...]
    near_s: dict[str, int]
    hidden: int
    zh: tuple[str, ...]
    en: tuple[str, ...]


class ReasonsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Between when; without an end: until now, without a beginning: thirty days before the end."""

    since: Instant | None = None
    until: Instant | None = None


class OverrideReason(msgspec.Struct, frozen=True):
    """A reason for deciding otherwise: its words, how often it was given, what it cost in later arrivals.

    ``code`` is empty for a reason in free words, which then stand in both languages.
    """

    code: str
    zh: str
    en: str
    count: int
    cost_s: int


class OverrideReasons(msgspec.Struct, frozen=True):
    """The list that officers choose from, the most frequent first, with the free words that were given."""

    since: datetime
    until: datetime
    total: int
    items: list[OverrideReason]


class Timeline(msgspec.Struct, frozen=True):
    """The stages of a job, in the order in which they became known."""

    job_id: str
    stage: str
    items: list[dispatch.Step]


@post(
    "/api/v1/dispatch/what-if",
    status_code=200,
    opt={"rule": dispatch.PinUnit.rule, "family": _FAMILY, "body": WhatIfBody, "answer": WhatIfView},
)
async def what_if(request: AnyRequest) -> Response[bytes]:
    """Ask what moving, pinning, forbidding or holding would cost and whom, at once; nothing is stored."""
    services, actor = services_of(request), actor_in(request)
    told = await read_json(request, WhatIfBody)
    for one in told.suppose:
        if one.job_id is not None:
            await desk_job(services, one.job_id, actor)
        seen_unit(services, one.unit_id, actor)
    found = await suppose(context_of(services), told.suppose)
    answered = found.answer
    seen = [one for one in answered.effects if permits(DESK, actor, Subject(one.region_code))]
    shown = {one.job_id for one in seen}
    hidden = len(answered.effects) - len(seen)
    return answer(
        WhatIfView(
            at=answered.at,
            possible=answered.possible,
            later_s=answered.later_s,
            cost_delta_s=answered.cost_delta_s,
            gained=tuple(one for one in answered.gained if one in shown),
            lost=tuple(one for one in answered.lost if one in shown),
            effects=[_effect(one) for one in seen],
            obstacles=answered.obstacles,
            near_s=found.near_s,
            hidden=hidden,
            zh=tuple(one.zh for one in seen) if hidden else answered.zh,
            en=tuple(one.en for one in seen) if hidden else answered.en,
        ),
        headers={"cache-control": "no-store"},
    )


def _effect(one: Effect) -> EffectView:
    return EffectView(
        one.job_id,
        one.before_unit_id,
        one.after_unit_id,
        one.before_eta_s,
        one.after_eta_s,
        one.delta_s,
        one.zh,
        one.en,
    )


@get(
    "/api/v1/dispatch/override-reasons",
    opt={"rule": DESK, "family": _FAMILY, "query": ReasonsQuery, "answer": OverrideReasons},
)
async def get_override_reasons(request: AnyRequest) -> Response[bytes]:
    """List the reasons for deciding otherwise than the reckoning, with how often each was given."""
    services = services_of(request)
    query = read_query(request, ReasonsQuery)
    until = query.until or services.clock.now() + timedelta(seconds=1)
    since = query.since or until - _DAYS_30
    counted = {one.reason: one for one in await dispatch.override_reasons(services.hub, since, until)}
    listed = {**dispatch.common_override_reasons(), **context_of(services).policies.override_reasons}
    items = []
    for code, words in listed.items():
        found = counted.pop(code, None)
        items.append(
            OverrideReason(code, words.zh, words.en, found.count if found else 0, found.cost_s if found else 0)
        )
    items += [OverrideReason("", one.reason, one.reason, one.count, one.cost_s) for one in counted.values()]
    items.sort(key=lambda one: -one.count)
    return answer(OverrideReasons(since, until, sum(one.count for one in items), items))


@get("/api/v1/jobs/{job_id:str}/timeline", opt={"rule": DESK, "family": _FAMILY, "answer": Timeline})
async def get_job_timeline(request: AnyRequest, job_id: FromPath[str]) -> Response[bytes]:
    """Get the stages of a job: from draft to done, each with when it happened and who did it."""
    services = services_of(request)
    job = await desk_job(services, job_id, actor_in(request))
    return answer(Timeline(job_id, job.stage, await dispatch.timeline(services.hub, job_id)))


ROUTES: list[Any] = [what_if, get_override_reasons, get_job_timeline]
