"""The platform's end of HJ 212: take telegrams of quay units, answer after they are safe."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tidehub.adapters.hj212.model import SOURCE, Telegram
from tidehub.adapters.hj212.replies import reply_to
from tidehub.adapters.hj212.telegram import Hj212Decoder
from tidehub.adapters.streams import Silence, StreamServer, Writer, read_some
from tidehub.kernel.instants import Clock
from tidehub.methods.tracking.model import Problem
from tidehub.methods.tracking.reasons import Reason

AcceptTelegrams = Callable[[list[Telegram], list[Problem]], Awaitable[None]]
"""Gets whole telegrams (parts already joined) and problems; the device is answered after it has returned."""

Admit = Callable[[str, str], Awaitable[bool]]
"""Says whether a device number (MN) may speak with this password (PW)."""


class Hj212Server:
    """A TCP server for quay units.

    Parameters
    ----------
    accept
        See :data:`AcceptTelegrams`. A part of a split telegram is answered at once, its last part after the
        whole has been accepted.
    admit
        See :data:`Admit`. What others send is kept as a problem and not answered.
    silence_s_max
        Units report every minute or so; one that is silent for so long is gone.
    """

    def __init__(
        self,
        accept: AcceptTelegrams,
        admit: Admit,
        clock: Clock,
        *,
        port: int = 8212,
        host: str = "0.0.0.0",  # noqa: S104 units connect from outside
        silence_s_max: float = 1800.0,
        connections_max: int = 1000,
    ) -> None:
        self._accept = accept
        self._admit = admit
        self._clock = clock
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
        decoder = Hj212Decoder()
        claim: str | None = None
        silent = False
        while True:
            try:
                data = await read_some(reader, self._silence_s_max)
            except Silence:
                data, silent = b"", True
            if not data:
                break
            told, problems = decoder.feed(data, self._clock.now())
            admitted: list[Telegram] = []
            for telegram in told:
                if await self._admit(telegram.mn, telegram.pw):
                    admitted.append(telegram)
                    claim = telegram.device_claim
                else:
                    problems.append(
                        Problem(
                            Reason.NOT_AUTHENTICATED,
                            "MN and PW do not belong together",
                            telegram.raw,
                            SOURCE,
                            telegram.received_at,
                            telegram.device_claim,
                        )
                    )
            whole = [telegram for telegram in admitted if telegram.part is None]
            if whole or problems:
                await self._accept(whole, problems)
            await self._answer(admitted, writer)
        problems = decoder.flush(self._clock.now())
        if silent:
            detail = f"{self._silence_s_max:.0f} s"
            problems.append(Problem(Reason.SILENT_CONNECTION, detail, "", SOURCE, self._clock.now(), claim))
        if problems:
            await self._accept([], problems)

    @staticmethod
    async def _answer(telegrams: list[Telegram], writer: Writer) -> None:
        for telegram in telegrams:
            joined = telegram.part is None and telegram.flag is not None and telegram.flag & 0b10
            if joined:
                continue  # its last part has been answered
            reply = reply_to(telegram)
            if reply is not None:
                writer.write(reply)
        await writer.drain()
