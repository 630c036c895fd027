"""The short way in for the few routes that are asked thousands of times a second.

A route whose ``opt`` says ``hot`` is found before the framework's own routing and runs without its kwargs,
its layers and its responses, which cost more there than the work itself. Everything that decides (who may,
what is asked, what is answered) is the very code of the route. A request that is in any way unusual (no
bearer token, another method) takes the ordinary way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NamedTuple

from litestar import Litestar
from litestar.handlers.base import BaseRouteHandler

from tidehub.api.errors import broken
from tidehub.api.raw import answering, headers_of, send_refusal
from tidehub.api.rules import admit_holder
from tidehub.api.services import Services

Work = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI application; ``scope["path_params"]`` and ``scope["state"]["actor"]`` are set."""
_FAMILY, _VERB = 3, 5


class Hot(NamedTuple):
    """A hot route: what answers it, and whose path parameters it wants.

    Parameters
    ----------
    names
        Of the parameters: the third and, where there is one, the fifth part of the path after ``/api``.
    """

    work: Work
    opt: Mapping[str, Any]
    names: tuple[str, ...] = ()


class HotRoutes:
    """The hot routes among all routes, by their paths."""

    def __init__(self, handlers: Iterable[BaseRouteHandler]) -> None:
        self._exact: dict[str, Hot] = {}
        self._named: dict[tuple[str, str, int], Hot] = {}
        for handler in handlers:
            work = handler.opt.get("hot")
            if work is None:
                continue
            for path in handler.paths:
                self._add(path, handler.fn if work is True else work, handler.opt)

    def _add(self, path: str, work: Work, opt: Mapping[str, Any]) -> None:
        parts = path.split("/")
        names = tuple(part[1:-1].partition(":")[0] for part in parts if part.startswith("{"))
        if not names:
            self._exact[path] = Hot(work, opt)
            return
        fits = parts[4].startswith("{") and not parts[_VERB].startswith("{") and len(parts) in (6, 7)
        assert fits, f"a hot path is /api/v1/family/{{id}}/verb[/{{name}}], not {path}"
        self._named[parts[_FAMILY], parts[_VERB], len(parts)] = Hot(work, opt, names)

    def find(self, path: str) -> tuple[Hot, dict[str, str]] | None:
        """Find the route of a path and the path's parameters."""
        hot = self._exact.get(path)
        if hot is not None:
            return hot, {}
        parts = path.split("/")
        if len(parts) not in (6, 7) or not path.startswith("/api/v1/"):
            return None
        hot = self._named.get((parts[_FAMILY], parts[_VERB], len(parts)))
        if hot is None or not parts[4] or not parts[-1]:
            return None
        return hot, dict(zip(hot.names, (parts[4], parts[-1]), strict=False))


class Application(Litestar):
    """The framework's application with the short way in before it."""

    services: Services
    hot: HotRoutes
    before_sending: Callable[[Any, Any], Any]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Take the short way where there is one."""
        if scope["type"] == "http" and scope["method"] == "POST":
            found = self.hot.find(scope["path"])
            if found is not None and any(name == b"authorization" for name, _ in scope["headers"]):
                await self._answer(found[0], found[1], scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    async def _answer(self, hot: Hot, params: dict[str, str], scope: Any, receive: Any, send: Any) -> None:
        begun = False

        async def sending(message: Any) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                await self.before_sending(message, scope)
            await send(message)

        async def work() -> None:
            if not hot.opt.get("admits"):  # it looks for the sender itself
                holder = await admit_holder("POST", headers_of(scope), hot.opt, self.services)
                scope["state"] = {"actor": holder.actor}
            await hot.work(scope, receive, sending)

        scope["app"] = scope["litestar_app"] = self
        scope["path_params"] = params
        try:
            await answering(scope, sending, work)
        except Exception as error:
            if begun:
                raise
            refusal = broken("POST", scope["path"], error)
            await send_refusal(sending, refusal, headers_of(scope), 500)
