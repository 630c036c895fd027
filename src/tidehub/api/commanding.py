"""Routes for commands: the body is the command but for what the address says, the answer is its facts."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Response, post

from tidehub.api.exchange import AnyRequest, answer, expected_version, read_json
from tidehub.api.services import Services, actor_in, services_of
from tidehub.hub.log import HEAD
from tidehub.kernel.facts import Command
from tidehub.registers.decide import CHANGED_MEANWHILE


class FactView(msgspec.Struct, frozen=True):
    """A fact that a command brought about."""

    id: str
    kind: str


class Done(msgspec.Struct, frozen=True):
    """What a command brought about, and the chain's version now (its ETag). No facts: it was so already."""

    version: int
    facts: list[FactView]


def body_of(command: type[Command], without: tuple[str, ...]) -> type[msgspec.Struct]:
    """Make the struct of a command's body: its fields without those given elsewhere."""
    fields: list[Any] = []
    for field in msgspec.structs.fields(command):
        if field.name in without:
            continue
        if field.default is not msgspec.NODEFAULT:
            fields.append((field.name, field.type, field.default))
        elif field.default_factory is not msgspec.NODEFAULT:
            fields.append((field.name, field.type, msgspec.field(default_factory=field.default_factory)))
        else:
            fields.append((field.name, field.type))
    made = msgspec.defstruct(
        f"{command.__name__}Body", fields, frozen=True, kw_only=True, forbid_unknown_fields=True
    )
    made.__doc__ = inspect.getdoc(command)
    return made


async def chain_version(services: Services, stream: str) -> int:
    """How many facts a chain has."""
    row = await services.hub.fetch_one(HEAD, stream=stream)
    return 0 if row is None else int(row["version"])


async def refuse_stale(request: AnyRequest, services: Services, stream: str) -> None:
    """Refuse a change that was made on an older version than the chain's present one (``If-Match``)."""
    expected = expected_version(request)
    if expected is None:
        return
    actual = await chain_version(services, stream)
    if actual != expected:
        raise CHANGED_MEANWHILE(None, expected=expected, actual=actual)


async def carry_out(request: AnyRequest, command: Command, *, status: int = 200) -> Response[bytes]:
    """Hand a command to the hub and answer with its facts."""
    services = services_of(request)
    await refuse_stale(request, services, command.stream)
    recorded = await services.hub.handle(command, by=actor_in(request))
    version = await chain_version(services, command.stream)
    done = Done(version, [FactView(one.id, one.kind) for one in recorded])
    return answer(done, status=status, version=version)


def command_route(
    path: str,
    command: type[Command],
    *,
    family: str,
    named: str = "case_id",
    hidden: tuple[str, ...] = (),
    complete: Callable[[AnyRequest, dict[str, Any]], dict[str, Any]] | None = None,
) -> Any:
    """Make the route that asks for a command by POST.

    Parameters
    ----------
    path
        Holds ``{<named>:str}``, the field of the command that the address gives.
    hidden
        Fields that only the platform fills.
    complete
        Adds what the request says otherwise than in its body (who asks, a key).
    """
    body = body_of(command, (named, *hidden))

    async def route(request: AnyRequest) -> Response[bytes]:
        told = await read_json(request, body)
        fields = {name: getattr(told, name) for name in body.__struct_fields__}
        fields[named] = request.path_params[named]
        return await carry_out(request, command(**(complete(request, fields) if complete else fields)))

    route.__name__ = "".join(f"_{c.lower()}" if c.isupper() else c for c in command.__name__).lstrip("_")
    route.__doc__ = inspect.getdoc(command)
    opt = {"rule": command.rule, "family": family, "body": body, "answer": Done}
    return post(path, status_code=200, opt=opt)(route)
