"""The platform's end of JT/T 808: register, authenticate, take positions, answer after they are safe."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Protocol

from tidehub.adapters.jtt808 import bodies, encode
from tidehub.adapters.jtt808.bodies import Authentication, Registration
from tidehub.adapters.jtt808.decode import SOURCE, Incoming, Jtt808Decoder
from tidehub.adapters.jtt808.frame import Message
from tidehub.adapters.streams import Accept, AcceptIdentities, Silence, StreamServer, Writer, read_some
from tidehub.kernel.datums import Datum
from tidehub.kernel.instants import Clock
from tidehub.methods.tracking.model import Problem, keep_raw
from tidehub.methods.tracking.reasons import Reason

NO_SUCH_TERMINAL = 4


class Admission(Protocol):
    """Who may speak. The register of devices decides; phone numbers are claims until then."""

    async def register(self, phone: str, registration: Registration) -> tuple[int, str]:
        """Give the result of 0x8100 (0, or 1-4 with why not) and the authentication code."""
        ...

    async def authenticate(self, phone: str, authentication: Authentication) -> bool:
        """Say whether the code is the one given to this terminal."""
        ...


class SecretAdmission:
    """Admission without a table of codes: a code is the HMAC of the number under a secret of ours.

    Parameters
    ----------
    secret
        At least 16 bytes, from the operator's settings. Changing it makes every terminal register again.
    is_known
        Whether a number belongs to a registered device.
    """

    def __init__(self, secret: bytes, is_known: Callable[[str], Awaitable[bool]]) -> None:
        assert len(secret) >= 16, "the secret is too short to protect anything"
        self._secret = secret
        self._is_known = is_known

    def code_of(self, phone: str) -> str:
        """Give the authentication code of a terminal: 32 hexadecimal digits."""
        return hmac.new(self._secret, phone.encode(), hashlib.sha256).hexdigest()[:32]

    async def register(self, phone: str, registration: Registration) -> tuple[int, str]:
        """Accept known numbers only."""
        if not await self._is_known(phone):
            return NO_SUCH_TERMINAL, ""
        return encode.ACCEPTED, self.code_of(phone)

    async def authenticate(self, phone: str, authentication: Authentication) -> bool:
        """Compare in constant time; a number struck off the register is out at its next connection."""
        told = authentication.code.encode("utf-8", "replace")
        return hmac.compare_digest(told, self.code_of(phone).encode()) and await self._is_known(phone)


class Jtt808Server:
    """A TCP server for terminals.

    Parameters
    ----------
    accept
        Gets fixes and problems; a position is acknowledged only after it has returned.
    admission
        Decides about registration and authentication.
    datum
        What the terminals send, see :class:`Jtt808Decoder`.
    silence_s_max
        Terminals send heartbeats; one that is silent for so long is gone.
    """

    def __init__(
        self,
        accept: Accept,
        clock: Clock,
        admission: Admission,
        *,
        port: int = 6808,
        host: str = "0.0.0.0",  # noqa: S104 terminals connect from outside
        accept_identities: AcceptIdentities | None = None,
        datum: Datum = Datum.WGS84,
        silence_s_max: float = 600.0,
        connections_max: int = 5000,
    ) -> None:
        self._accept = accept
        self._accept_identities = accept_identities
        self._clock = clock
        self._admission = admission
        self._datum = datum
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
        decoder = Jtt808Decoder(datum=self._datum)
        desk = _Desk(self._admission)
        silent = False
        while True:
            try:
                data = await read_some(reader, self._silence_s_max)
            except Silence:
                data, silent = b"", True
            if not data:
                break
            replies = [await desk.reply(one) for one in decoder.feed(data, self._clock.now())]
            await self._hand_over([reply.incoming for reply in replies])
            writer.write(b"".join(reply.data for reply in replies))  # only now: all of it is safe
            await writer.drain()
        await self._hand_over(decoder.flush(self._clock.now()))
        if silent:
            claim = f"{SOURCE}:{desk.last_phone}" if desk.last_phone else None
            detail = f"{self._silence_s_max:.0f} s"
            problem = Problem(Reason.SILENT_CONNECTION, detail, "", SOURCE, self._clock.now(), claim)
            await self._accept([], [problem])

    async def _hand_over(self, incoming: list[Incoming]) -> None:
        fixes = [fix for one in incoming for fix in one.fixes]
        problems = [problem for one in incoming for problem in one.problems]
        identities = [claim for one in incoming for claim in one.identities]
        if fixes or problems:
            await self._accept(fixes, problems)
        if identities and self._accept_identities is not None:
            await self._accept_identities(identities)


class _Reply:
    __slots__ = ("data", "incoming")

    def __init__(self, incoming: Incoming, data: bytes = b"") -> None:
        self.incoming = incoming
        self.data = data


class _Desk:
    """Knows who on this connection has been authenticated (a gateway carries several) and what to answer."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._admitted: set[str] = set()
        self._serial = 0
        self.last_phone: str | None = None

    async def reply(self, incoming: Incoming) -> _Reply:
        message = incoming.message
        if message is None:
            return _Reply(incoming)
        self.last_phone = message.phone
        if message.kind == bodies.TERMINAL_REPLY:
            return _Reply(incoming)
        if message.kind == bodies.REGISTER and incoming.usable and incoming.whole:
            result, code = await self._admission.register(message.phone, bodies.read_registration(message))
            data = encode.encode_register_reply(
                message.phone,
                self._next_serial(),
                message.serial,
                result,
                code,
                edition_2019=message.edition_2019,
            )
            return _Reply(incoming, data)
        if message.kind == bodies.AUTHENTICATE and incoming.usable and incoming.whole:
            told = bodies.read_authentication(message)
            if await self._admission.authenticate(message.phone, told):
                self._admitted.add(message.phone)
                return _Reply(incoming, self._general(message, encode.ACCEPTED))
            self._admitted.discard(message.phone)
            return _Reply(_barred(incoming, message, "wrong code"), self._general(message, encode.FAILED))
        if message.phone not in self._admitted:
            if not (incoming.fixes or incoming.identities):
                return _Reply(incoming, self._general(message, encode.FAILED))
            barred = _barred(incoming, message, "not authenticated on this connection")
            return _Reply(barred, self._general(message, encode.FAILED))
        if message.kind == bodies.DEREGISTER:
            self._admitted.discard(message.phone)
        return _Reply(incoming, self._general(message, _result(incoming)))

    def _general(self, message: Message, result: int) -> bytes:
        return encode.encode_platform_reply(
            message.phone,
            self._next_serial(),
            message.serial,
            message.kind,
            result,
            edition_2019=message.edition_2019,
        )

    def _next_serial(self) -> int:
        serial, self._serial = self._serial, (self._serial + 1) & 0xFFFF
        return serial


def _result(incoming: Incoming) -> int:
    if incoming.usable:
        return encode.ACCEPTED
    if all(problem.reason is Reason.UNSUPPORTED for problem in incoming.problems):
        return encode.UNSUPPORTED
    position_only = {Reason.POSITION_MISSING, Reason.POSITION_IMPOSSIBLE}
    if all(problem.reason in position_only for problem in incoming.problems):
        return encode.ACCEPTED  # well-formed; sending it again would not help
    return encode.WRONG


def _barred(incoming: Incoming, message: Message, detail: str) -> Incoming:
    """Withhold what an unknown sender claims, and keep its message as a problem."""
    problem = Problem(
        Reason.NOT_AUTHENTICATED,
        detail,
        keep_raw(message.raw),
        SOURCE,
        incoming.received_at,
        f"{SOURCE}:{message.phone}",
    )
    return incoming._replace(fixes=[], problems=[*incoming.problems, problem], identities=[])
