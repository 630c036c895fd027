"""Operating (运维): what waits, what is parked and why, trying again and giving up, whether the doors work.

Mounted where ``services.more["operating"]`` is given (any value); the hub's operating capability must be
among those that are mounted. ``services.more["desk"]``, the ``PositionDesk``, is looked at where there is one, and
``services.more["doors"]`` may give the state of listeners: a function that answers name to state.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, cast

import msgspec
from litestar import Response, get, post

from tidehub.api.commanding import Done, body_of, carry_out
from tidehub.api.exchange import (
    AnyRequest,
    Page,
    answer,
    page_of,
    read_cursor,
    read_json,
    read_query,
    write_cursor,
)
from tidehub.api.services import services_of
from tidehub.capabilities import devices
from tidehub.hub import operating
from tidehub.hub.log import last_seq
from tidehub.kernel.access import rule

_FAMILY = "operations"
_RULE = rule("administrator", "duty_officer", "auditor")


class ParkedQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which kind of parked things."""

    matter: Literal["follow_up", "timer"] = "follow_up"


class ParkedList(msgspec.Struct, frozen=True):
    """What waits for an operator."""

    items: list[operating.Parked]
    next: str | None


class Doors(msgspec.Struct, frozen=True):
    """How the platform stands.

    Parameters
    ----------
    facts
        How many facts there are.
    telemetry
        Positions taken in and rejected since the start, and why the store does not take any now (or ``""``).
    listeners
        Each listener's state in a word.
    """

    at: datetime
    facts: int
    backlog: operating.Backlog
    streams_open: int
    telemetry: dict[str, int | str] | None
    listeners: dict[str, str]


_Retry = body_of(operating.RetryParked, ())
_Discard = body_of(operating.DiscardParked, ())


@get("/api/v1/operations/health", opt={"rule": _RULE, "family": _FAMILY, "answer": Doors})
async def get_doors(request: AnyRequest) -> Response[bytes]:
    """Get how the platform stands: what waits, how many screens watch, whether telemetry comes in."""
    services = services_of(request)
    now = services.clock.now()
    desk = cast(devices.PositionDesk | None, services.more.get("desk"))
    telemetry: dict[str, int | str] | None = None
    if desk is not None:
        telemetry = {
            "accepted_count": desk.accepted_count,
            "rejected_count": desk.rejected_count,
            "problem_count": desk.problem_count,
            "failing": desk.failing,
        }
    listeners = cast(Callable[[], dict[str, str]] | None, services.more.get("doors"))
    told = Doors(
        at=now,
        facts=await last_seq(services.hub),
        backlog=await operating.backlog(services.hub, now),
        streams_open=int(services.more.get("open_streams", 0)),
        telemetry=telemetry,
        listeners=listeners() if listeners is not None else {},
    )
    return answer(told, headers={"cache-control": "no-store"})


@get("/api/v1/operations/backlog", opt={"rule": _RULE, "family": _FAMILY, "answer": operating.Backlog})
async def get_backlog(request: AnyRequest) -> Response[bytes]:
    """Count what waits to be done: follow-ups, timers, what is parked, the age of the oldest."""
    services = services_of(request)
    counted = await operating.backlog(services.hub, services.clock.now())
    return answer(counted, headers={"cache-control": "no-store"})


@get(
    "/api/v1/operations/parked",
    opt={"rule": _RULE, "family": _FAMILY, "query": ParkedQuery, "answer": ParkedList},
)
async def list_parked(request: AnyRequest) -> Response[bytes]:
    """List follow-ups or timers that could not be done and wait for a decision, with their problem."""
    query = read_query(request, ParkedQuery)
    hub = services_of(request).hub
    if query.matter == "follow_up":
        last = read_cursor(query.cursor, tuple[int])
        found = await operating.parked_follow_ups(hub, after=last[0] if last else 0, limit=query.limit)
    else:
        key = read_cursor(query.cursor, tuple[str])
        found = await operating.parked_timers(hub, after=key[0] if key else "", limit=query.limit)
    after = None
    if len(found) == query.limit:
        after = write_cursor(int(found[-1].key) if query.matter == "follow_up" else found[-1].key)
    return answer(page_of(list(found), after), headers={"cache-control": "no-store"})


@post(
    "/api/v1/operations/retry",
    status_code=200,
    opt={"rule": operating.RetryParked.rule, "family": _FAMILY, "body": _Retry, "answer": Done},
)
async def retry_parked(request: AnyRequest) -> Response[bytes]:
    """Try something parked again, from its first attempt."""
    told: Any = await read_json(request, _Retry)
    return await carry_out(request, operating.RetryParked(matter=told.matter, key=told.key))


@post(
    "/api/v1/operations/discard",
    status_code=200,
    opt={"rule": operating.DiscardParked.rule, "family": _FAMILY, "body": _Discard, "answer": Done},
)
async def discard_parked(request: AnyRequest) -> Response[bytes]:
    """Give something parked up, with the reason; what it was stays on record."""
    told: Any = await read_json(request, _Discard)
    return await carry_out(request, operating.DiscardParked(matter=told.matter, key=told.key, reason=told.reason))


ROUTES: list[Any] = [get_doors, get_backlog, list_parked, retry_parked, discard_parked]
