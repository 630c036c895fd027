"""Routes for commands: the body is the command but for what the address says, the answer is its facts."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from litestar import Request, Response, post

from tidehub.api.exchange import AnyRequest, etag, expected_version, read_json
from tidehub.api.raw import demand_json, read_body, send_answer, services_in
from tidehub.api.services import Services, actor_in, services_of
from tidehub.hub.log import HEAD
from tidehub.kernel.access import Actor
from tidehub.kernel.codec import canonical_json, decode
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


Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""An instant of the interface: one without a zone is refused."""


def body_of(
    command: type[Command], without: tuple[str, ...], optional: tuple[str, ...] = (), called: str = ""
) -> type[msgspec.Struct]:
    """Make the struct of a command's body: its fields without those given elsewhere.

    ``optional`` texts may be left out; the route then finds them itself. ``called`` is its name in the
    description, where a command has two bodies.
    """
    fields: list[Any] = []
    for field in msgspec.structs.fields(command):
        if field.name in without:
            continue
        shape = _zoned(field.type)
        if field.name in optional:
            fields.append((field.name, shape, ""))
        elif field.default is not msgspec.NODEFAULT:
            fields.append((field.name, shape, field.default))
        elif field.default_factory is not msgspec.NODEFAULT:
            fields.append((field.name, shape, msgspec.field(default_factory=field.default_factory)))
        else:
            fields.append((field.name, shape))
    made = msgspec.defstruct(
        called or f"{command.__name__}Body", fields, frozen=True, kw_only=True, forbid_unknown_fields=True
    )
    made.__doc__ = inspect.getdoc(command)
    return made


def _zoned(shape: Any) -> Any:
    if shape is datetime:
        return Instant
    if get_origin(shape) in (Union, types.UnionType) and datetime in get_args(shape):
        return Union[tuple(_zoned(one) for one in get_args(shape))]  # noqa: UP007 - made at run time
    return shape


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
    version, body = await _done(services, command, actor_in(request))
    return Response(body, status_code=status, media_type="application/json", headers={"etag": etag(version)})


async def _done(services: Services, command: Command, actor: Actor) -> tuple[int, bytes]:
    """Carry a command out: the chain's version after it, and the answer."""
    stream = command.stream
    recorded = await services.hub.handle(command, by=actor)
    version = max((one.version for one in recorded if one.stream == stream), default=0)
    version = version or await chain_version(services, stream)
    return version, canonical_json(Done(version, [FactView(one.id, one.kind) for one in recorded]))


def hot_command(make: Callable[[bytes, dict[str, str]], Command], *, status: int = 200) -> Any:
    """Make the short way of a command's route (``api/hot.py``): the same, without the framework.

    Parameters
    ----------
    make
        Turns the body and the path's parameters into the command.
    """

    async def work(scope: Any, receive: Any, send: Any) -> None:
        services: Services = services_in(scope)
        demand_json(scope)
        command = make(await read_body(scope, receive, services.settings.body_bytes_max), scope["path_params"])
        if any(name == b"if-match" for name, _ in scope["headers"]):
            await refuse_stale(Request(scope), services, command.stream)
        version, body = await _done(services, command, scope["state"]["actor"])
        headers = [(b"content-type", b"application/json"), (b"etag", etag(version).encode())]
        await send_answer(send, status, body, headers)

    return work


def operation_of(command: type[Command]) -> str:
    """Name of a command's operation: ``MoveCase`` is ``move_case``."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in command.__name__).lstrip("_")


def command_route(
    path: str,
    command: type[Command],
    *,
    family: str,
    named: str = "case_id",
    hidden: tuple[str, ...] = (),
    complete: Callable[[AnyRequest, dict[str, Any]], dict[str, Any]] | None = None,
    name: str = "",
    hot: bool = False,
) -> Any:
    """Make the route that asks for a command by POST.

    Parameters
    ----------
    path
        Holds ``{<named>:str}``, the field of the command that the address gives; what else stands in it so
        is a field too, and one of ``hidden``.
    hidden
        Fields that only the platform fills.
    complete
        Adds what the request says otherwise than in its body (who asks, a key).
    name
        Of the operation, where a command has two addresses.
    hot
        Whether it is asked so often that it needs the short way in (``api/hot.py``).
    """
    assert not (hot and complete), "what is completed from the request takes the ordinary way"
    body = body_of(command, (named, *hidden), called=f"{name.title().replace('_', '')}Body" if name else "")

    async def route(request: AnyRequest) -> Response[bytes]:
        told = await read_json(request, body)
        fields = {name: getattr(told, name) for name in body.__struct_fields__}
        fields |= request.path_params
        return await carry_out(request, command(**(complete(request, fields) if complete else fields)))

    def make(raw: bytes, params: dict[str, str]) -> Command:
        told = decode(raw, body)
        return command(**{name: getattr(told, name) for name in body.__struct_fields__}, **params)

    route.__name__ = name or operation_of(command)
    route.__doc__ = inspect.getdoc(command)
    opt = {"rule": command.rule, "family": family, "body": body, "answer": Done}
    if hot:
        opt["hot"] = hot_command(make)
    return post(path, status_code=200, opt=opt)(route)
