"""One connection's bytes to messages with their fixes, problems and identity claims."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from tidehub.adapters.jtt808 import bodies
from tidehub.adapters.jtt808.bodies import BodyFault, Location
from tidehub.adapters.jtt808.frame import FrameCutter, Message, parse_frame
from tidehub.kernel.datums import Datum, to_wgs84
from tidehub.methods.tracking.model import Fix, IdentityClaim, Problem, keep_raw
from tidehub.methods.tracking.reasons import Flag, Reason
from tidehub.methods.tracking.sphere import is_possible

SOURCE = "jtt808"
_PARTS_MAX = 256
_SILENT_KINDS = frozenset({bodies.TERMINAL_REPLY, bodies.HEARTBEAT, bodies.DEREGISTER, bodies.AUTHENTICATE})


class Incoming(NamedTuple):
    """One message with what it gave, or (without a message) a problem of the stream itself.

    ``whole`` is false for a part of a split message whose other parts are still to come; ``usable`` tells the
    platform what to answer.
    """

    message: Message | None
    fixes: list[Fix]
    problems: list[Problem]
    identities: list[IdentityClaim]
    received_at: datetime
    whole: bool = True

    @property
    def usable(self) -> bool:
        """Whether the message was understood, apart from single bad positions in it."""
        return not self.problems or bool(self.fixes) or bool(self.identities)


class _Parts:
    __slots__ = ("by_number", "first_at")

    def __init__(self, first_at: datetime) -> None:
        self.first_at = first_at
        self.by_number: dict[int, Message] = {}


class Jtt808Decoder:
    """Decode one connection.

    Parameters
    ----------
    datum
        What the terminals send. The standard says WGS 84; some handhelds with a built-in map send GCJ-02.
    assembly_s_max, pending_max
        How long, and how many, unfinished split messages are held.
    """

    def __init__(self, *, datum: Datum = Datum.WGS84, assembly_s_max: float = 60.0, pending_max: int = 16) -> None:
        self._datum = datum
        self._assembly = timedelta(seconds=assembly_s_max)
        self._pending_max = pending_max
        self._pending: dict[tuple[str, int, int, int], _Parts] = {}
        self._cutter = FrameCutter()

    def feed(self, data: bytes, received_at: datetime) -> list[Incoming]:
        """Take bytes as they come from the wire and give what they complete, in order."""
        incoming = self._expired(received_at)
        for frame in self._cutter.feed(data):
            if frame.fault is not None:
                incoming.append(self._stray(*frame.fault, frame.content, received_at))
                continue
            parsed = parse_frame(frame.content)
            if isinstance(parsed, Message):
                incoming += self._message(parsed, received_at)
            else:
                incoming.append(self._stray(*parsed, frame.content, received_at))
        return incoming

    def flush(self, received_at: datetime) -> list[Incoming]:
        """Report what is unfinished; call it when the connection ends."""
        incoming = [self._give_up(key, received_at) for key in list(self._pending)]
        if rest := self._cutter.rest():
            incoming.append(self._stray(Reason.TRUNCATED, "no closing 7e", rest, received_at))
        return incoming

    def _message(self, message: Message, received_at: datetime) -> list[Incoming]:
        if message.encrypted:
            return [self._failed(message, Reason.ENCRYPTED, "body is RSA encrypted", received_at)]
        if message.part is None:
            return [self._read(message, received_at)]
        count, number = message.part
        if count > _PARTS_MAX:
            return [self._failed(message, Reason.LINE_TOO_LONG, f"{count} parts", received_at)]
        incoming: list[Incoming] = []
        key = (message.phone, message.kind, count, (message.serial - number) & 0xFFFF)
        parts = self._pending.get(key)
        if parts is None:
            if len(self._pending) >= self._pending_max:
                incoming.append(self._give_up(next(iter(self._pending)), received_at))
            parts = self._pending[key] = _Parts(received_at)
        parts.by_number[number] = message
        if len(parts.by_number) < count:
            incoming.append(Incoming(message, [], [], [], received_at, whole=False))
            return incoming
        del self._pending[key]
        ordered = [parts.by_number[n] for n in range(1, count + 1)]
        whole = message._replace(
            body=b"".join(part.body for part in ordered),
            raw=b"".join(part.raw for part in ordered),
            part=None,
        )
        incoming.append(self._read(whole, received_at))
        return incoming

    def _read(self, message: Message, received_at: datetime) -> Incoming:
        try:
            if message.kind == bodies.LOCATION:
                return self._locations(message, [message.body], False, None, received_at)
            if message.kind == bodies.LOCATION_BATCH:
                items, backfilled, wrong = bodies.read_batch(message.body)
                return self._locations(message, items, backfilled, wrong, received_at)
            if message.kind == bodies.REGISTER:
                return Incoming(message, [], [], [_identity(message, received_at)], received_at)
            if message.kind == bodies.AUTHENTICATE:
                bodies.read_authentication(message)
        except BodyFault as fault:
            return self._failed(message, fault.reason, fault.detail, received_at)
        if message.kind in _SILENT_KINDS:
            return Incoming(message, [], [], [], received_at)
        return self._failed(message, Reason.UNSUPPORTED, f"message {message.kind:04X}", received_at)

    def _locations(
        self, message: Message, items: list[bytes], backfilled: bool, wrong: str | None, received_at: datetime
    ) -> Incoming:
        incoming = Incoming(message, [], [], [], received_at)
        if wrong is not None:
            incoming.problems.append(self._problem(message, Reason.LENGTH_WRONG, wrong, received_at))
        for item in items:
            try:
                location = bodies.read_location(item)
            except BodyFault as fault:
                incoming.problems.append(self._problem(message, fault.reason, fault.detail, received_at))
                continue
            self._location(message, location, backfilled, received_at, incoming)
        return incoming

    def _location(
        self,
        message: Message,
        location: Location,
        backfilled: bool,
        received_at: datetime,
        incoming: Incoming,
    ) -> None:
        def problem(reason: Reason, detail: str) -> None:
            incoming.problems.append(self._problem(message, reason, detail, received_at))

        if not is_possible(location.lon, location.lat):
            problem(Reason.POSITION_IMPOSSIBLE, f"lon {location.lon} lat {location.lat}")
            return
        if Flag.NOT_LOCATED in location.flags and location.lon == 0.0 and location.lat == 0.0:
            problem(Reason.POSITION_MISSING, "not located, zero coordinates")
            return
        if location.at is None:
            problem(Reason.TIME_INVALID, f"time {location.time_text}")
        if not location.extras_whole:
            problem(Reason.LENGTH_WRONG, "the extra items do not fill the body; the position is kept")
        lon, lat = to_wgs84(location.lon, location.lat, self._datum)
        flags = location.flags + ((Flag.BACKFILLED,) if backfilled else ())
        incoming.fixes.append(
            Fix(
                SOURCE,
                _claim(message),
                lon,
                lat,
                received_at,
                location.at,
                location.speed_mps,
                location.course_deg,
                raw=keep_raw(message.raw),
                flags=flags,
            )
        )

    def _expired(self, now: datetime) -> list[Incoming]:
        old = [key for key, parts in self._pending.items() if now - parts.first_at > self._assembly]
        return [self._give_up(key, now) for key in old]

    def _give_up(self, key: tuple[str, int, int, int], received_at: datetime) -> Incoming:
        parts = self._pending.pop(key)
        have = ",".join(str(number) for number in sorted(parts.by_number))
        message = next(iter(parts.by_number.values()))
        detail = f"message {key[1]:04X}: have parts {have} of {key[2]}"
        problem = self._problem(message, Reason.PARTS_MISSING, detail, received_at)
        return Incoming(None, [], [problem], [], received_at)

    def _failed(self, message: Message, reason: Reason, detail: str, received_at: datetime) -> Incoming:
        problem = self._problem(message, reason, detail, received_at)
        return Incoming(message, [], [problem], [], received_at)

    @staticmethod
    def _problem(message: Message, reason: Reason, detail: str, received_at: datetime) -> Problem:
        return Problem(reason, detail, keep_raw(message.raw), SOURCE, received_at, _claim(message))

    @staticmethod
    def _stray(reason: Reason, detail: str, content: bytes, received_at: datetime) -> Incoming:
        problem = Problem(reason, detail, "hex:" + content[:512].hex(), SOURCE, received_at)
        return Incoming(None, [], [problem], [], received_at)


def _claim(message: Message) -> str:
    return f"{SOURCE}:{message.phone}"


def _identity(message: Message, received_at: datetime) -> IdentityClaim:
    told = bodies.read_registration(message)
    return IdentityClaim(
        SOURCE,
        _claim(message),
        received_at,
        name=told.terminal_id or None,
        plate=told.plate or None,
        model=f"{told.maker} {told.model}".strip() or None,
        raw=keep_raw(message.raw),
    )
