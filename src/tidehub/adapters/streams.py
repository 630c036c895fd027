"""What every connection-keeping adapter shares: a bounded TCP server, cutting lines, and waiting between
dials."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from tidehub.methods.tracking.model import Fix, IdentityClaim, Problem

_LOG = logging.getLogger(__name__)

Accept = Callable[[list[Fix], list[Problem]], Awaitable[None]]
"""Where decoded fixes and problems go. A device is answered only after it has returned; when it raises, the
connection is closed without an answer, so that the device sends again."""

AcceptIdentities = Callable[[list[IdentityClaim]], Awaitable[None]]
"""Where claims about identity go, for those who want them."""

CHUNK_BYTES = 65_536


class Writer(Protocol):
    """The part of ``asyncio.StreamWriter`` that is used here."""

    def write(self, data: bytes) -> None:
        """Queue bytes to send."""

    async def drain(self) -> None:
        """Wait until the peer has taken enough."""

    def close(self) -> None:
        """Close the connection."""

    def get_extra_info(self, name: str, default: object = None) -> object:
        """Tell about the transport, e.g. ``peername``."""


class Silence(Exception):
    """A connection said nothing for longer than it may."""


async def read_some(reader: asyncio.StreamReader, silence_s_max: float) -> bytes:
    """Read what is there, at most ``CHUNK_BYTES``; ``b""`` at the end of the connection.

    Raises
    ------
    Silence
        Nothing came for ``silence_s_max`` seconds: a dead mobile link looks exactly like that.
    """
    try:
        return await asyncio.wait_for(reader.read(CHUNK_BYTES), silence_s_max)
    except TimeoutError:
        raise Silence(silence_s_max) from None
    except ConnectionError:
        return b""


def peer_host(writer: Writer) -> str:
    """Address of the other end, or ``"unknown"``."""
    peer = writer.get_extra_info("peername")
    return str(peer[0]) if isinstance(peer, tuple) and peer else "unknown"


class CutLine(NamedTuple):
    """One line without its end; ``too_long`` when it is only the beginning of one."""

    data: bytes
    too_long: bool


class LineCutter:
    """Cut a byte stream into lines ending in LF or CR LF, in bounded memory.

    A line longer than ``bytes_max`` is given once, cut and marked; the rest up to the next line end is
    skipped. Empty lines are left out: they are keep-alives.
    """

    def __init__(self, bytes_max: int = 1024) -> None:
        self._bytes_max = bytes_max
        self._buffer = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[CutLine]:
        """Take bytes and give the lines that are complete now."""
        lines: list[CutLine] = []
        *ended, rest = (self._buffer + data).split(b"\n")
        for line in ended:
            if self._skipping:
                self._skipping = False
            elif len(line) > self._bytes_max:
                lines.append(CutLine(line[: self._bytes_max], too_long=True))
            elif stripped := line.strip(b"\r\x00 \t"):
                lines.append(CutLine(stripped, too_long=False))
        if self._skipping:
            rest = b""
        elif len(rest) > self._bytes_max:
            lines.append(CutLine(rest[: self._bytes_max], too_long=True))
            rest, self._skipping = b"", True
        self._buffer = rest
        return lines

    def rest(self) -> bytes:
        """Give what came after the last line end, and forget it (the connection is over)."""
        rest, self._buffer, self._skipping = self._buffer.strip(b"\r\x00 \t"), b"", False
        return rest


class StreamServer:
    """A TCP server that bounds how many devices are connected and survives whatever one of them does.

    Parameters
    ----------
    converse
        Serves one connection until it ends.
    host, port
        Where to listen; port 0 takes a free one, see :attr:`port`.
    connections_max
        Beyond, a new connection is closed at once and counted in :attr:`refused_count`.
    """

    def __init__(
        self,
        converse: Callable[[asyncio.StreamReader, Writer], Awaitable[None]],
        *,
        host: str = "0.0.0.0",  # noqa: S104 devices come from outside; the operator's firewall decides who
        port: int,
        connections_max: int = 2000,
    ) -> None:
        self._converse = converse
        self._host = host
        self._port = port
        self._connections_max = connections_max
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.refused_count = 0
        self.broken_count = 0

    @property
    def port(self) -> int:
        """The port listened on."""
        if self._server is None or not self._server.sockets:
            return self._port
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def connection_count(self) -> int:
        """How many devices are connected now."""
        return len(self._open)

    async def start(self) -> None:
        """Begin to listen. An occupied port raises ``OSError``: the operator must know at once."""
        self._server = await asyncio.start_server(self._connected, self._host, self._port)

    async def stop(self) -> None:
        """Stop listening and close every connection."""
        if self._server is not None:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= self._connections_max:
            self.refused_count += 1
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._converse(reader, writer)
        except ConnectionError:
            pass  # the device went away; what it had said has been accepted already
        except Exception:
            self.broken_count += 1
            _LOG.exception("a device connection from %s ended in an error", peer_host(writer))
        finally:
            self._open.discard(task)
            writer.close()


class Backoff:
    """How long to wait before the next attempt: doubling from ``first_s`` to ``longest_s``.

    Without chance, so that it can be tested; a fleet is spread by ``phase_ratio`` (0..1, e.g. from a hash of
    the connector's name), which shortens every wait by up to a quarter.
    """

    def __init__(self, first_s: float = 1.0, longest_s: float = 60.0, phase_ratio: float = 0.0) -> None:
        assert 0.0 < first_s <= longest_s and 0.0 <= phase_ratio <= 1.0
        self._first_s = first_s
        self._longest_s = longest_s
        self._share = 1.0 - phase_ratio / 4.0
        self.attempt_count = 0

    def next_wait_s(self) -> float:
        """Give the seconds to wait now; the next wait is longer."""
        wait_s = min(self._first_s * 2.0 ** min(self.attempt_count, 32), self._longest_s)
        self.attempt_count += 1
        return wait_s * self._share

    def succeeded(self) -> None:
        """Begin anew: the connection stood."""
        self.attempt_count = 0
