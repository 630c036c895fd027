"""The catalogue of services (办事目录) with their forms, and lifecycles as data of a state diagram.

The composition root gives ``services.more["catalogue"]``, an ``intake.Catalogue``, and
``services.more["lifecycles"]``, the ``cases.Lifecycles`` that are mounted.
"""

from __future__ import annotations

from typing import Any, Literal, cast

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from tidehub.api.exchange import AnyRequest, answer, page_of, read_query
from tidehub.api.services import Services, services_of
from tidehub.capabilities import cases, intake
from tidehub.capabilities.cases.model import ANY_STATE, Approval, Clock, Move, Who
from tidehub.capabilities.intake.catalogue import Offer
from tidehub.kernel.access import rule

_FAMILY = "catalogue"
_EVERYONE = rule(everyone=True)


class ServiceView(msgspec.Struct, frozen=True):
    """A service as it is offered today, with the whole form that it asks."""

    code: str
    name: intake.Text
    description: intake.Text
    group: intake.Text | None
    notice: intake.Text | None
    category: str
    keywords: tuple[str, ...]
    place: Literal["required", "optional", "none"]
    anonymous: bool
    public: bool
    form: intake.Form


class ServiceList(msgspec.Struct, frozen=True):
    """Everything that is offered today."""

    items: list[ServiceView]
    next: str | None


class StateNode(msgspec.Struct, frozen=True):
    """A state of the diagram."""

    state: str
    zh: str
    en: str
    stage: str
    start: bool
    final: bool
    outcome: str


class Guards(msgspec.Struct, frozen=True, omit_defaults=True):
    """What must hold before a move is made."""

    needs_note: bool = False
    needs_values: tuple[str, ...] = ()
    needs_approvals: tuple[str, ...] = ()
    needs_children_closed: bool = False
    not_who: tuple[str, ...] = ()
    not_unit: bool = False
    max_times: int | None = None
    within: str = ""
    when: dict[str, Any] = {}


class LimitOfClock(msgspec.Struct, frozen=True):
    """How long a clock may run, for which cases, by which rule and since when."""

    amount: int | None
    unit: str
    from_value: str
    when: dict[str, Any]
    source: str
    valid_from: str
    valid_to: str


class SignalOfClock(msgspec.Struct, frozen=True):
    """What a clock does on its way: at so many per cent, or after a time."""

    at_percent: int | None
    at: str
    message: str
    move: str
    level: int


class MoveEdge(msgspec.Struct, frozen=True):
    """A move of the diagram: one arrow for each state it starts in. ``by_facts``: made by the platform."""

    move: str
    zh: str
    en: str
    from_state: str
    to_state: str
    roles: tuple[str, ...]
    relations: tuple[str, ...]
    by_facts: tuple[str, ...]
    by_clocks: tuple[str, ...] = ()
    by_approvals: tuple[str, ...] = ()
    guards: Guards | None = None


class ClockOfLifecycle(msgspec.Struct, frozen=True):
    """A clock of the lifecycle: what starts, stops and pauses it, its limits, whose it is, what it says when."""

    clock: str
    zh: str
    en: str
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    pauses_in: tuple[str, ...] = ()
    owner: str = ""
    calendar: str = ""
    limits: tuple[LimitOfClock, ...] = ()
    signals: tuple[SignalOfClock, ...] = ()


class ApprovalOfLifecycle(msgspec.Struct, frozen=True):
    """An approval: who asks, who decides, and what a grant does to a clock."""

    approval: str
    zh: str
    en: str
    asks: tuple[str, ...]
    decides: tuple[str, ...]
    clock: str
    effect: str
    on_granted: str
    on_refused: str


class Diagram(msgspec.Struct, frozen=True):
    """A lifecycle as its diagram is drawn from."""

    lifecycle: str
    version: int
    zh: str
    en: str
    source: str
    states: list[StateNode]
    moves: list[MoveEdge]
    clocks: list[ClockOfLifecycle]
    approvals: list[ApprovalOfLifecycle] = []


class VersionQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which version."""

    version: int | None = None


@get("/api/v1/services", opt={"rule": _EVERYONE, "family": _FAMILY, "answer": ServiceList})
async def list_services(request: AnyRequest) -> Response[bytes]:
    """List the services offered today, each with its form."""
    services = services_of(request)
    offers = catalogue_of(services).listed(services.clock.now())
    return answer(page_of([_view(offer) for offer in offers], None), headers={"cache-control": "no-cache"})


@get(
    "/api/v1/services/{service_code:str}",
    opt={"rule": _EVERYONE, "family": _FAMILY, "answer": ServiceView},
)
async def get_service(request: AnyRequest, service_code: FromPath[str]) -> Response[bytes]:
    """Get one service as it is offered today."""
    services = services_of(request)
    return answer(_view(catalogue_of(services).offer(service_code, services.clock.now())))


@get("/api/v1/lifecycles", opt={"rule": _EVERYONE, "family": _FAMILY, "answer": dict[str, Any]})
async def list_lifecycles(request: AnyRequest) -> Response[bytes]:
    """List every lifecycle in every version that is mounted."""
    items = [
        {"lifecycle": one.lifecycle, "version": one.version, "zh": one.zh, "en": one.en}
        for one in sorted(lifecycles_of(services_of(request)), key=lambda one: (one.lifecycle, one.version))
    ]
    return answer(page_of(items, None))


@get(
    "/api/v1/lifecycles/{name:str}",
    opt={"rule": _EVERYONE, "family": _FAMILY, "query": VersionQuery, "answer": Diagram},
)
async def get_lifecycle(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Get a lifecycle's diagram: states, moves with guards, clocks, approvals; the newest version if none is named."""
    version = read_query(request, VersionQuery).version
    known = lifecycles_of(services_of(request))
    return answer(_diagram(known.latest(name) if version is None else known.get(name, version)))


def catalogue_of(services: Services) -> intake.Catalogue:
    """Give the mounted catalogue."""
    return cast(intake.Catalogue, services.more["catalogue"])


def lifecycles_of(services: Services) -> cases.Lifecycles:
    """Give the mounted lifecycles."""
    return cast(cases.Lifecycles, services.more["lifecycles"])


def _view(offer: Offer) -> ServiceView:
    service = offer.service
    return ServiceView(
        code=service.code,
        name=service.name,
        description=service.description,
        group=service.group,
        notice=service.notice,
        category=service.category,
        keywords=(*service.keywords.zh, *service.keywords.en),
        place=service.place,
        anonymous=service.anonymous,
        public=service.public,
        form=offer.form,
    )


def _diagram(lifecycle: cases.Lifecycle) -> Diagram:
    moves = []
    clocks = lifecycle.clocks
    for name, move in lifecycle.moves.items():
        starts = move.from_states
        if ANY_STATE in starts:
            starts = tuple(state for state, known in lifecycle.states.items() if not known.final)
        for state in starts:
            to_state = state if move.to == "=" else move.to
            moves.append(
                MoveEdge(
                    name,
                    move.zh,
                    move.en,
                    state,
                    to_state,
                    tuple(sorted(move.who.roles)),
                    tuple(sorted(move.who.relations)),
                    move.on_fact,
                    tuple(sorted({key for key, clock in clocks.items() if _fires(clock, name)})),
                    tuple(sorted({key for key, one in lifecycle.approvals.items() if _decides(one, name)})),
                    _guards(move),
                )
            )
    return Diagram(
        lifecycle=lifecycle.lifecycle,
        version=lifecycle.version,
        zh=lifecycle.zh,
        en=lifecycle.en,
        source=lifecycle.source,
        states=[
            StateNode(name, state.zh, state.en, state.stage, name == lifecycle.start, state.final, state.outcome)
            for name, state in lifecycle.states.items()
        ],
        moves=moves,
        clocks=[
            ClockOfLifecycle(
                name,
                clock.zh,
                clock.en,
                clock.starts,
                clock.stops,
                clock.pauses_in,
                clock.owner,
                clock.calendar or lifecycle.calendar,
                tuple(
                    LimitOfClock(
                        one.amount, one.unit, one.from_value, one.when, one.source, one.valid_from, one.valid_to
                    )
                    for one in clock.limits
                ),
                tuple(
                    SignalOfClock(
                        one.at_percent,
                        f"{one.at.amount} {one.at.unit}" if one.at else "",
                        one.message,
                        one.move,
                        one.level,
                    )
                    for one in clock.signals
                ),
            )
            for name, clock in lifecycle.clocks.items()
        ],
        approvals=[
            ApprovalOfLifecycle(
                name, one.zh, one.en, _who(one.asks), _who(one.decides), one.clock, one.effect, one.on_granted,
                one.on_refused,
            )
            for name, one in lifecycle.approvals.items()
        ],
    )  # fmt: skip


def _fires(clock: Clock, move: str) -> bool:
    return any(signal.move == move for signal in clock.signals)


def _decides(approval: Approval, move: str) -> bool:
    return move in (approval.on_granted, approval.on_refused, approval.on_resumed)


def _who(who: Who) -> tuple[str, ...]:
    return (*sorted(who.roles), *sorted(who.relations), *sorted(who.units))


def _guards(move: Move) -> Guards:
    within = move.within
    return Guards(
        needs_note=move.needs_note,
        needs_values=move.needs_values,
        needs_approvals=move.needs_approvals,
        needs_children_closed=move.needs_children_closed,
        not_who=move.not_who,
        not_unit=move.not_unit,
        max_times=move.max_times,
        within=f"{within.amount} {within.unit}" if within else "",
        when=move.when,
    )


ROUTES: list[Any] = [list_services, get_service, list_lifecycles, get_lifecycle]
