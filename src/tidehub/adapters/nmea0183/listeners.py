"""Listen for AIS and NMEA 0183 on UDP and TCP: what receivers, multiplexers and boat gateways push."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from tidehub.adapters.nmea0183.decode import SOURCE
from tidehub.adapters.nmea0183.feed import FeedDecoder
from tidehub.adapters.streams import (
    Accept,
    AcceptIdentities,
    LineCutter,
    Silence,
    StreamServer,
    Writer,
    peer_host,
    read_some,
)
from tidehub.kernel.instants import Clock
from tidehub.methods.tracking.model import Decoded, Problem, nothing
from tidehub.methods.tracking.reasons import Reason

_LOG = logging.getLogger(__name__)

LINE_BYTES_MAX = 1024
_PEERS_MAX = 1024
_QUEUE_MAX = 10_000
_TOGETHER_MAX = 500


def claim_of_host(host: str) -> str:
    """Default identity of a device that sends none: the address it sends from."""
    return f"{SOURCE}:{host}"


class NmeaTcpServer:
    """Devices connect and stream lines; one decoder per connection.

    Parameters
    ----------
    accept
        Gets the fixes and problems of each chunk read; see :data:`tidehub.adapters.streams.Accept`.
    clock
        Our time, for ``received_at``.
    claim_of
        Identity of a connection's own sentences from the peer's address.
    silence_s_max
        A connection without a byte for so long is closed, with a problem.
    """

    def __init__(
        self,
        accept: Accept,
        clock: Clock,
        *,
        port: int = 10110,  # IANA: nmea-0183
        host: str = "0.0.0.0",  # noqa: S104 boats connect from outside
        accept_identities: AcceptIdentities | None = None,
        claim_of: Callable[[str], str] = claim_of_host,
        silence_s_max: float = 900.0,
        connections_max: int = 2000,
    ) -> None:
        self._accept = accept
        self._accept_identities = accept_identities
        self._clock = clock
        self._claim_of = claim_of
        self._silence_s_max = silence_s_max
        self.server = StreamServer(self.converse, host=host, port=port, connections_max=connections_max)

    async def start(self) -> None:
        """Begin to listen."""
        await self.server.start()

    async def stop(self) -> None:
        """Stop listening and close all connections."""
        await self.server.stop()

    async def converse(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        """Serve one connection until it ends or falls silent."""
        decoder = FeedDecoder(self._claim_of(peer_host(writer)))
        cutter = LineCutter(LINE_BYTES_MAX)
        silent = False
        while True:
            try:
                data = await read_some(reader, self._silence_s_max)
            except Silence:
                data, silent = b"", True
            if not data:
                break
            out = nothing()
            now = self._clock.now()
            for line in cutter.feed(data):
                _merge(out, decoder.feed(line.data, now, too_long=line.too_long))
            await self._hand_over(out)
        now = self._clock.now()
        out = nothing()
        if rest := cutter.rest():
            _merge(out, decoder.feed(rest, now))
        _merge(out, decoder.flush(now))
        if silent:
            claim = decoder.nmea.device_claim
            out.problems.append(
                Problem(Reason.SILENT_CONNECTION, f"{self._silence_s_max:.0f} s", "", SOURCE, now, claim)
            )
        await self._hand_over(out)

    async def _hand_over(self, out: Decoded) -> None:
        if out.fixes or out.problems:
            await self._accept(out.fixes, out.problems)
        if out.identities and self._accept_identities is not None:
            await self._accept_identities(out.identities)


class NmeaUdpListener(asyncio.DatagramProtocol):
    """Datagrams of one or more lines each; one decoder per sending host.

    UDP cannot be held back: when datagrams come faster than ``accept`` takes them, what does not fit into the
    queue is lost and counted in :attr:`lost_count`.
    """

    def __init__(
        self,
        accept: Accept,
        clock: Clock,
        *,
        port: int = 10110,
        host: str = "0.0.0.0",  # noqa: S104 boats send from outside
        accept_identities: AcceptIdentities | None = None,
        claim_of: Callable[[str], str] = claim_of_host,
        queue_max: int = _QUEUE_MAX,
    ) -> None:
        self._accept = accept
        self._accept_identities = accept_identities
        self._clock = clock
        self._claim_of = claim_of
        self._address = (host, port)
        self._queue: asyncio.Queue[tuple[str, bytes, datetime]] = asyncio.Queue(queue_max)
        self._decoders: OrderedDict[str, FeedDecoder] = OrderedDict()
        self._transport: asyncio.BaseTransport | None = None
        self._worker: asyncio.Task[None] | None = None
        self.lost_count = 0

    @property
    def port(self) -> int:
        """The port listened on."""
        if self._transport is None:
            return self._address[1]
        return int(self._transport.get_extra_info("sockname")[1])

    async def start(self) -> None:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=self._address)
        self._worker = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Stop listening; what is queued is still handed over first."""
        if self._transport is not None:
            self._transport.close()
        await self._queue.join()
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take one datagram from the loop."""
        try:
            self._queue.put_nowait((addr[0], data, self._clock.now()))
        except asyncio.QueueFull:
            self.lost_count += 1

    def decode(self, host: str, data: bytes, received_at: datetime) -> Decoded:
        """Decode one datagram with the decoder of its sender."""
        out = nothing()
        decoder = self._decoders.get(host)
        if decoder is None:
            if len(self._decoders) >= _PEERS_MAX:
                _, oldest = self._decoders.popitem(last=False)
                _merge(out, oldest.flush(received_at))
            decoder = self._decoders[host] = FeedDecoder(self._claim_of(host))
        self._decoders.move_to_end(host)
        cutter = LineCutter(LINE_BYTES_MAX)
        for line in cutter.feed(data + b"\n"):  # a datagram ends its last line
            _merge(out, decoder.feed(line.data, received_at, too_long=line.too_long))
        return out

    async def _work(self) -> None:
        while True:
            waiting = [await self._queue.get()]
            while len(waiting) < _TOGETHER_MAX and not self._queue.empty():
                waiting.append(self._queue.get_nowait())
            try:
                out = nothing()
                for host, data, received_at in waiting:
                    _merge(out, self.decode(host, data, received_at))
                if out.fixes or out.problems:
                    await self._accept(out.fixes, out.problems)
                if out.identities and self._accept_identities is not None:
                    await self._accept_identities(out.identities)
            except Exception:  # one bad hand-over must not end the listening
                self.lost_count += len(waiting)
                _LOG.exception("%d datagrams could not be handed over", len(waiting))
            finally:
                for _ in waiting:
                    self._queue.task_done()


def _merge(out: Decoded, more: Decoded) -> None:
    out.fixes.extend(more.fixes)
    out.problems.extend(more.problems)
    out.identities.extend(more.identities)
