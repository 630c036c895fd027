"""The OpenAPI 3.1 description, made from what stands beside the routes; raw routes describe themselves alike.

A route's ``opt`` says: ``rule``, ``family`` (its tag), ``body`` and ``answer`` (a msgspec type, or a media
type as text), ``query`` (a struct), ``status``, for raw routes ``methods`` and ``title``, and ``by_method``
where one method differs. ``describe`` adds or replaces members of the operation by hand.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from typing import Any

import msgspec
from litestar import Litestar, Response, get
from litestar.handlers.base import BaseRouteHandler

from tidehub import __version__
from tidehub.api.errors import PROBLEM_JSON
from tidehub.api.exchange import AnyRequest, answer
from tidehub.api.rules import handlers_of
from tidehub.kernel.access import Rule, rule

PATH = "/api/v1/openapi.json"
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal (RFC 9457): ``code`` names its kind, ``field`` what it is about, in both languages."""

    type: str
    status: int
    code: str
    title: str
    detail: str
    title_en: str | None = None
    detail_en: str | None = None
    title_zh: str | None = None
    detail_zh: str | None = None
    field: str | None = None


@get(PATH, opt={"rule": rule(everyone=True), "answer": dict[str, Any], "family": "health"})
async def openapi(request: AnyRequest) -> Response[bytes]:
    """Describe this interface (OpenAPI 3.1)."""
    app = request.app
    if not hasattr(app.state, "description"):
        app.state.description = describe(app)
    return answer(app.state.description, headers={"cache-control": "no-cache"})


def describe(app: Litestar) -> dict[str, Any]:
    """Make the whole description of an application."""
    operations = [
        (path, method, handler)
        for path, handler in handlers_of(app)
        if not handler.opt.get("static")
        for method in _methods(handler)
    ]
    shapes = _Shapes([handler for _, _, handler in operations])
    paths: dict[str, dict[str, Any]] = {}
    for path, method, handler in sorted(operations, key=lambda known: (known[0], known[1])):
        plain = _PARAMETER.sub(lambda found: "{" + found.group(1).strip("_") + "}", path)
        paths.setdefault(plain, {})[method.lower()] = _operation(path, method, handler, shapes)
    _tell_apart(paths)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "潮汇 Tidehub",
            "version": __version__,
            "description": "Reports, cases, jobs, documents and money on one log of facts.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": shapes.components,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "tidehub"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _tell_apart(paths: dict[str, dict[str, Any]]) -> None:
    """Give operations that bear the same name that of their address besides: ids are unique (OpenAPI, 4.8.10)."""
    named = [(path, operation) for path, by_method in paths.items() for operation in by_method.values()]
    count = Counter(operation["operationId"] for _, operation in named)
    for path, operation in named:
        if count[operation["operationId"]] > 1:
            operation["operationId"] += "_" + re.sub(r"\W+", "_", path).strip("_")


def _methods(handler: BaseRouteHandler) -> tuple[str, ...]:
    told = handler.opt.get("methods") or getattr(handler, "http_methods", None) or ()
    return tuple(sorted(method for method in told if method not in ("HEAD", "OPTIONS")))


class _Shapes:
    """JSON schemas of every type that a route names."""

    def __init__(self, handlers: list[BaseRouteHandler]) -> None:
        self._places: dict[int, int] = {}
        types: list[Any] = [Problem]
        for handler in handlers:
            for opt in (handler.opt, *handler.opt.get("by_method", {}).values()):
                for name in ("body", "answer", "query"):
                    shape = opt.get(name)
                    if shape is not None and not isinstance(shape, str):
                        types.append(shape)
        self._types = types
        self._schemas, self.components = msgspec.json.schema_components(
            types, ref_template="#/components/schemas/{name}"
        )

    def of(self, shape: Any) -> dict[str, Any]:
        """Schema of a type, by reference where it has a name."""
        found = next(place for place, known in enumerate(self._types) if known is shape or known == shape)
        return dict(self._schemas[found])

    def fields(self, shape: Any) -> dict[str, Any]:
        """Schema of a struct itself, its reference resolved."""
        schema = self.of(shape)
        name = schema.get("$ref", "").rpartition("/")[2]
        return self.components[name] if name else schema


def _operation(path: str, method: str, handler: BaseRouteHandler, shapes: _Shapes) -> dict[str, Any]:
    opt = handler.opt | handler.opt.get("by_method", {}).get(method, {})
    doc = opt.get("title") or inspect.getdoc(_function(handler)) or ""
    summary, _, rest = str(doc).partition("\n")
    access: Rule = opt["rule"]
    name = re.sub(r"\W+", "_", f"{_function(handler).__name__}").strip("_")
    operation: dict[str, Any] = {
        "operationId": name if len(_methods(handler)) == 1 else f"{name}_{method.lower()}",
        "summary": summary.strip(),
        "tags": [opt.get("family", "other")],
        "parameters": [*_path_parameters(path), *_query_parameters(opt.get("query"), shapes)],
        "responses": {
            str(opt.get("status", _usual_status(method, handler))): _response(opt.get("answer"), shapes),
            "default": {
                "description": "Refused / 被拒绝",
                "content": {PROBLEM_JSON: {"schema": shapes.of(Problem)}},
            },
        },
        "security": [{}] if access.everyone else [{"session": []}, {"token": []}],
        "x-access": _access(access),
    }
    if rest.strip():
        operation["description"] = rest.strip()
    body = opt.get("body")
    if body is not None:
        media_type, schema = (body, {}) if isinstance(body, str) else ("application/json", shapes.of(body))
        operation["requestBody"] = {"required": True, "content": {media_type: {"schema": schema}}}
    operation.update(opt.get("describe", {}))
    return operation


def _function(handler: BaseRouteHandler) -> Any:
    return getattr(handler.fn, "value", handler.fn)


def _usual_status(method: str, handler: BaseRouteHandler) -> int:
    return int(getattr(handler, "status_code", None) or {"POST": 201, "DELETE": 204}.get(method, 200))


def _response(shape: Any, shapes: _Shapes) -> dict[str, Any]:
    if shape is None:
        return {"description": "Done / 已办理"}
    media_type, schema = (shape, {}) if isinstance(shape, str) else ("application/json", shapes.of(shape))
    return {"description": "OK", "content": {media_type: {"schema": schema}}}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name.strip("_"), "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(path)
    ]


def _query_parameters(shape: Any, shapes: _Shapes) -> list[dict[str, Any]]:
    if shape is None:
        return []
    schema = shapes.fields(shape)
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": field}
        for name, field in schema.get("properties", {}).items()
    ]


def _access(access: Rule) -> dict[str, Any]:
    if access.everyone:
        return {"everyone": True}
    told: dict[str, Any] = {"roles": sorted(access.roles), "relations": sorted(access.relations)}
    return told | ({"signed_in": True} if access.signed_in else {})


ROUTES: list[Any] = [openapi]
