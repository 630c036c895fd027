"""The catalogue of services (办事目录) with their forms, and lifecycles as data of a state diagram.

The composition root gives ``services.more["catalogue"]``, an ``intake.Catalogue``, and
``services.more["lifecycles"]``, the ``cases.Lifecycles`` that are mounted.
"""

from __future__ import annotations

from typing import Any, Literal, cast

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from tidehub.api.exchange import AnyRequest, answer, page_of
from tidehub.api.services import Services, services_of
from tidehub.capabilities import cases, intake
from tidehub.capabilities.cases.model import ANY_STATE
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


class ClockOfLifecycle(msgspec.Struct, frozen=True):
    """A clock of the lifecycle: what starts and stops it."""

    clock: str
    zh: str
    en: str
    starts: tuple[str, ...]
    stops: tuple[str, ...]


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
    opt={"rule": _EVERYONE, "family": _FAMILY, "answer": Diagram},
)
async def get_lifecycle(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Get a lifecycle's diagram: states, moves, clocks; in the version that new cases open under."""
    return answer(_diagram(lifecycles_of(services_of(request)).latest(name)))


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
            ClockOfLifecycle(name, clock.zh, clock.en, clock.starts, clock.stops)
            for name, clock in lifecycle.clocks.items()
        ],
    )


ROUTES: list[Any] = [list_services, get_service, list_lifecycles, get_lifecycle]
