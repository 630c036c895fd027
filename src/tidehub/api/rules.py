"""The door: every route says beside itself who may, and one guard asks. One that says nothing never opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from tidehub.api.auth import PASSWORD_MUST_CHANGE, holder_of, refuse_foreign_page
from tidehub.api.services import Services, services_of
from tidehub.kernel.access import FORBIDDEN, Rule, demand
from tidehub.registers.holders import Holder


async def admit(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let a request in, or refuse it; then ``actor_in(connection)`` says who asks.

    Only what can be known at the door is asked here: whether this actor could be allowed at all. Where the
    matter lies and how the actor stands to it is asked again by the command, or by the query's filter.
    """
    method = str(connection.scope.get("method", ""))
    if method == "OPTIONS" and not isinstance(handler.opt.get("rule"), Rule):
        return
    holder = await admit_holder(method, connection.headers, handler.opt, services_of(connection))
    connection.scope["state"]["actor"] = holder.actor
    connection.scope["state"]["must_change"] = holder.must_change


async def admit_holder(method: str, headers: Mapping[str, str], opt: Mapping[str, Any], services: Services) -> Holder:
    """Let in whom the headers stand for, by what the route's ``opt`` says."""
    rule = opt.get("rule")
    if not isinstance(rule, Rule):
        raise FORBIDDEN(None)
    refuse_foreign_page(method, headers)
    holder = await holder_of(headers, services)
    if holder.must_change and not opt.get("while_must_change") and not rule.everyone:
        raise PASSWORD_MUST_CHANGE(None)
    if holder.scopes and opt.get("family") not in holder.scopes and not rule.everyone:
        raise FORBIDDEN(None)
    demand(rule, holder.actor)
    return holder


def handlers_of(app: Litestar) -> Iterator[tuple[str, BaseRouteHandler]]:
    """Every route handler with its path, without the answers to ``OPTIONS`` that the framework adds."""
    for route in app.routes:
        handlers = getattr(route, "route_handlers", None) or [route.route_handler]  # type: ignore[union-attr]
        for handler in handlers:
            if getattr(handler, "http_methods", None) != {"OPTIONS"}:
                yield route.path, handler


def refuse_to_start_open(app: Litestar) -> None:
    """Stop the start of an application that has a route without a rule."""
    open_doors = sorted({path for path, handler in handlers_of(app) if not isinstance(handler.opt.get("rule"), Rule)})
    assert not open_doors, f"routes without an access rule: {', '.join(open_doors)}"
