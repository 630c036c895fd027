"""Every door has a rule, a description and a place in the OpenAPI document; chance finds no hole in them."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import httpx
import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tidehub.api.description import describe
from tidehub.api.rules import handlers_of
from tidehub.kernel.access import Rule

pytestmark = pytest.mark.anyio
DRAWS = 6


async def test_every_route_has_a_rule_and_is_described(app: Any) -> None:
    """The rule stands beside the route, a sentence in it, and the OpenAPI document knows it."""
    known = describe(app)["paths"]
    for path, handler in handlers_of(app):
        assert isinstance(handler.opt.get("rule"), Rule), path
        function = getattr(handler.fn, "value", handler.fn)
        assert inspect.getdoc(function), f"{path} is not described"
        plain = path
        for part in path.split("/"):
            if part.startswith("{"):
                plain = plain.replace(part, "{" + part[1:-1].partition(":")[0].strip("_") + "}")
        assert plain in known, f"{path} is missing in the OpenAPI document"


async def test_the_openapi_document_is_whole(app: Any) -> None:
    """Every operation has a name of its own, an answer, the shape of a refusal, and says who may."""
    document = describe(app)
    assert document["openapi"] == "3.1.0"
    names = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            names.append(operation["operationId"])
            assert operation["summary"], (path, method)
            assert "default" in operation["responses"]
            assert operation["x-access"]
            wanted = {part[1:-1] for part in path.split("/") if part.startswith("{")}
            given = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
            assert wanted == given, path
    assert len(names) == len(set(names))
    raw = msgspec.json.encode(document)
    assert msgspec.json.encode(msgspec.json.decode(raw)) == raw


async def test_chance_finds_no_server_error(app: Any, services: Any) -> None:
    """Drawn requests to every operation, as administrator: no 500, and answers have their shape."""
    _, token = await services.access.make_token(
        "machine/chance", label="", by="person/test", roles=["administrator", "duty_officer"], regions=[""]
    )
    schema = schemathesis.openapi.from_dict(describe(app))
    checks = [not_a_server_error, content_type_conformance, response_schema_conformance]
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://house.example") as client:
        for found in schema.get_all_operations():
            operation = found.ok()
            if operation.path == "/api/v1/stream":  # it never ends by itself; its own tests read it
                continue
            for case in await asyncio.to_thread(draw, operation):
                told = requests.Request(**case.as_transport_kwargs(base_url="http://house.example")).prepare()
                headers = {**told.headers, "authorization": f"Bearer {token}"}
                answer = await client.request(told.method, told.url, headers=headers, content=told.body)
                case.validate_response(answer, checks=checks)


def draw(operation: Any) -> list[Any]:
    """Draw some requests for one operation, always the same ones."""
    cases: list[Any] = []

    @settings(
        max_examples=DRAWS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def collect(case: Any) -> None:
        cases.append(case)

    collect()
    return cases
