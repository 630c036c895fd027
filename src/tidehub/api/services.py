"""What the endpoints work with. Built once by the composition root and carried in the application's state."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec
from litestar.connection import ASGIConnection

from tidehub.hub.log import Reader, Recorded
from tidehub.hub.registry import Registry
from tidehub.hub.statement import Statement
from tidehub.kernel.access import Actor, Subject
from tidehub.kernel.facts import Command
from tidehub.kernel.instants import Clock
from tidehub.registers import Access, Registers

SubjectOf = Callable[[str], Awaitable[Subject | None]]


class HubFace(Protocol):
    """The hub, as far as the endpoints use it."""

    @property
    def registry(self) -> Registry:
        """What is mounted."""
        ...

    async def handle(self, *commands: Command, by: Actor, cause: str | None = None) -> list[Recorded]:
        """Carry commands out together, or refuse."""
        ...

    async def handle_each(self, asked: Sequence[tuple[Command, Actor]]) -> list[list[Recorded] | BaseException]:
        """Carry commands out each by itself: its facts, or why not."""
        ...

    async def fetch(self, statement: Statement, **params: Any) -> list[Any]:
        """Read committed rows."""
        ...

    async def fetch_one(self, statement: Statement, **params: Any) -> Any | None:
        """Read the first row."""
        ...

    def snapshot(self) -> AbstractAsyncContextManager[Reader]:
        """Open a view that does not move while it is read."""
        ...


class KeptFile(Protocol):
    """What is known of a stored file."""

    @property
    def sha256(self) -> str:
        """Hash of the content."""
        ...

    @property
    def size_bytes(self) -> int:
        """Size."""
        ...

    @property
    def media_type(self) -> str:
        """What it is."""
        ...

    @property
    def by(self) -> str:
        """Who brought it first."""
        ...


class FileKeeper(Protocol):
    """Files by the hash of their content."""

    async def put(self, content: AsyncIterator[bytes], *, by: str, media_type: str = ...) -> KeptFile:
        """Store a file; the same content is stored once."""
        ...

    async def find(self, sha256: str) -> KeptFile | None:
        """Say what is known of a file."""
        ...

    def path(self, sha256: str) -> Path:
        """Where its content lies."""
        ...


class ApiSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the doors are set.

    Parameters
    ----------
    secure_cookies
        Whether the platform is reached by HTTPS only; the cookie is then named ``__Host-`` and ``Secure``.
    body_bytes_max, file_bytes_max
        Largest JSON body, and largest file.
    heartbeat_s
        A stream says something at least so often, so that proxies keep it open.
    streams_max
        Streams open at one time.
    static
        Folder of the web pages.
    """

    secure_cookies: bool = False
    body_bytes_max: int = 2_000_000
    file_bytes_max: int = 50_000_000
    heartbeat_s: float = 15.0
    streams_max: int = 2_000
    static: Path = Path(__file__).parent.parent / "static"


class Bell:
    """Wakes whoever waits for the next commit; what was committed they read from the log themselves."""

    def __init__(self) -> None:
        self._waiting: asyncio.Event = asyncio.Event()

    def committed(self, _facts: Iterable[Recorded]) -> None:
        """Ring; give this every commit."""
        rung, self._waiting = self._waiting, asyncio.Event()
        rung.set()

    def next_ring(self) -> asyncio.Event:
        """Return the event that the next commit sets; take it before reading the log, then wait for it."""
        return self._waiting


@dataclass
class Services:
    """Everything an endpoint may need.

    Parameters
    ----------
    hub, registers, access, clock
        The platform.
    files
        Where uploads go.
    subjects
        For each first part of a stream's name (``case``, ``report``), how to find where the matter lies and
        who is related to it; streams of other names are seen by those alone who see everything.
    more
        What capabilities bring for their own endpoints, by name.
    """

    hub: HubFace
    registers: Registers
    access: Access
    clock: Clock
    settings: ApiSettings = field(default_factory=ApiSettings)
    files: FileKeeper | None = None
    subjects: dict[str, SubjectOf] = field(default_factory=dict)
    bell: Bell = field(default_factory=Bell)
    more: dict[str, Any] = field(default_factory=dict)

    def committed(self, facts: Sequence[Recorded]) -> None:
        """Keep what is held in memory current; give this every commit, in order."""
        self.registers.committed(facts)
        self.access.committed(facts)
        self.bell.committed(facts)


def services_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Services:
    """Return the services of the application a request came in through."""
    return cast(Services, connection.app.state.services)


def actor_in(connection: ASGIConnection[Any, Any, Any, Any]) -> Actor:
    """Return who asks, as the guard at the door has found out."""
    return cast(Actor, connection.scope["state"]["actor"])
