"""What a command hall (指挥大厅) begins with: the whole screen now, or a past span of it to play again.

A hall reads its screen once, and lays the facts of the stream over it from ``seq`` on; so two hundred halls cost
what one does. A past hour is the same screen at its beginning, its facts, and where everything was by the ring of
positions. Cases and jobs of the past are folded from their chains, never guessed from today's tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Response, get

from tidehub.api.commanding import Instant
from tidehub.api.exchange import AnyRequest, answer, read_query
from tidehub.api.positions import SPAN_TOO_LONG
from tidehub.api.services import Services, actor_in, services_of
from tidehub.api.stream import masked_body, may_see
from tidehub.api.units import VIEW as UNITS_VIEW
from tidehub.capabilities import cases, devices, dispatch
from tidehub.hub.log import Reader, Recorded, last_seq, read_between, read_streams_until, seq_at
from tidehub.kernel.access import Actor, scope
from tidehub.kernel.errors import refusal_kind

NOT_YET = refusal_kind(
    "replay_not_yet",
    zh="回放的时间段尚未过去",
    en="That span has not passed yet",
    do_zh="请选择已经过去的时间。",
    do_en="Choose a time that has passed.",
)
ALERTS = (
    "DeviceFellSilent",
    "DeviceHeardAgain",
    "ReadingOutOfLimits",
    "ReadingWithinLimits",
    "NoUnitFound",
    "ClockBreached",
    "ClockEscalated",
    "JobAborted",
    "FieldConflictReported",
)
"""What a hall is called to, beside what citizens report."""
_SHOWN = ("CaseOpened", *cases.SCREEN_CHANGES, *dispatch.SCREEN_CHANGES)
_TOLD = ("UnitSetOut", "UnitArrived", "CollectionWeighed", "ContentRefused", "HandoverSigned", "EvidenceAttached",
         "DocumentIssued", "ClaimComputed", "UnitHeld", "UnitReleased", "CaseNoted", "ReportLinked")  # fmt: skip
_FAMILY = "hall"
_ALERTS_FOR = timedelta(hours=12)
_ALERTS_MAX = 200
_JOBS_MAX = 20_000
_REPLAY_CASES_MAX = 3_000
_REPLAY_FACTS_MAX = 10_000
_REPLAY_HOURS_MAX = 6
_HEAVY = ("ranked", "rejected", "route", "needs", "demands")


class FactOnScreen(msgspec.Struct, frozen=True):
    """A fact as the stream tells it, personal data masked; what a screen does not show is left out."""

    seq: int
    kind: str
    stream: str
    at: datetime
    by: str
    body: dict[str, Any]


class Screen(msgspec.Struct, frozen=True):
    """All that a hall shows but positions.

    Parameters
    ----------
    at, seq
        When it stood so, and the last fact that is in it: follow ``/api/v1/stream?after=seq``.
    cases, jobs
        Open cases, newest first; jobs that are not over.
    alerts
        What called for attention in the last hours, oldest first.
    cut
        There are more than the screen was given.
    """

    at: datetime
    seq: int
    cases: list[cases.CaseOnScreen]
    jobs: list[dispatch.JobOnScreen]
    alerts: list[FactOnScreen]
    cut: bool


class ReplayQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The span to play again, at most six hours; positions at most each ``step_s`` seconds."""

    since: Instant
    until: Instant
    step_s: int = 10

    def __post_init__(self) -> None:
        if not 1 <= self.step_s <= 600:
            raise ValueError("step_s lies in 1..600")


class Replay(msgspec.Struct, frozen=True):
    """A past span: the screen at ``since``, the facts after it, and where everything was."""

    since: datetime
    until: datetime
    screen: Screen
    facts: list[FactOnScreen]
    craft: list[devices.Played]
    cut: bool


@get("/api/v1/hall", opt={"rule": cases.VIEW, "family": _FAMILY, "answer": Screen})
async def get_screen(request: AnyRequest) -> Response[bytes]:
    """Get the whole screen of a hall as it stands now, from one view that does not move while it is read."""
    services, actor = services_of(request), actor_in(request)
    visible = scope(cases.VIEW, actor)
    async with services.hub.snapshot() as view:
        seq, now = await last_seq(view), services.clock.now()
        rows, cut = await cases.open_now(view, visible)
        jobs = await dispatch.jobs_now(view, visible, _JOBS_MAX)
        before = await seq_at(view, now - _ALERTS_FOR)
        alerts = await _facts(view, services, actor, before, now, ALERTS, _REPLAY_FACTS_MAX)
    return answer(Screen(now, seq, rows, jobs, alerts[-_ALERTS_MAX:], cut), headers={"cache-control": "no-store"})


@get("/api/v1/hall/replay", opt={"rule": cases.VIEW, "family": _FAMILY, "query": ReplayQuery, "answer": Replay})
async def get_replay(request: AnyRequest) -> Response[bytes]:
    """Get a past span to play again: the screen at its beginning from the chains, its facts, its positions."""
    query = read_query(request, ReplayQuery)
    services, actor = services_of(request), actor_in(request)
    if query.since >= query.until or query.until > services.clock.now() + timedelta(seconds=1):
        raise NOT_YET("until")
    if query.until - query.since > timedelta(hours=_REPLAY_HOURS_MAX):
        raise SPAN_TOO_LONG("since", days=1)
    async with services.hub.snapshot() as view:
        seq = await seq_at(view, query.since)
        ids, cut = await cases.open_at(view, scope(cases.VIEW, actor), query.since, _REPLAY_CASES_MAX)
        chains = await read_streams_until(
            view, [f"case/{id_}" for id_ in ids], query.since, services.hub.registry.read_fact
        )
        before = await seq_at(view, query.since - _ALERTS_FOR)
        alerts = await _facts(view, services, actor, before, query.since, ALERTS, _REPLAY_FACTS_MAX)
        kinds = sorted({*_SHOWN, *_TOLD, *ALERTS})
        facts = await _facts(view, services, actor, seq, query.until, kinds, _REPLAY_FACTS_MAX)
        craft, more = await devices.played(
            view, scope(UNITS_VIEW, actor), query.since, query.until, float(query.step_s)
        )
    screen = Screen(
        query.since,
        seq,
        sorted(
            (one for one in cases.replayed(chains).values() if one.is_open),
            key=lambda one: (one.opened_at, one.case_id),
            reverse=True,
        ),
        list(dispatch.replayed_jobs(chains).values()),
        alerts[-_ALERTS_MAX:],
        cut,
    )
    cut = cut or more or len(facts) >= _REPLAY_FACTS_MAX
    found = Replay(query.since, query.until, screen, facts, craft, cut)
    return answer(found, headers={"cache-control": "no-store"})


async def _facts(
    view: Reader,
    services: Services,
    actor: Actor,
    seq: int,
    until: datetime,
    kinds: Sequence[str],
    limit: int,
) -> list[FactOnScreen]:
    found = await read_between(view, seq, until, kinds, limit, services.hub.registry.read_fact)
    seen: dict[str, bool] = {}
    for recorded in found:
        if recorded.stream not in seen:
            seen[recorded.stream] = await may_see(recorded.stream, actor, services)
    return [on_screen(recorded) for recorded in found if seen[recorded.stream]]


def on_screen(recorded: Recorded) -> FactOnScreen:
    """Write a fact as a screen needs it."""
    body = {name: value for name, value in masked_body(recorded).items() if name not in _HEAVY}
    return FactOnScreen(recorded.seq, recorded.kind, recorded.stream, recorded.at, recorded.by, body)


ROUTES: list[Any] = [get_screen, get_replay]
