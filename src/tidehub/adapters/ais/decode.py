"""Lines of an AIS receiver to fixes, identity claims and problems; parts of long messages are put
together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pyais.exceptions import InvalidNMEAMessageException, UnknownMessageException
from pyais.messages import AISSentence, NMEASentenceFactory

from tidehub.adapters.ais.messages import (
    BITS_MIN,
    POSITION_TYPES,
    SOURCE,
    STATIC_TYPES,
    device_claim,
    fix_of,
    identity_of,
)
from tidehub.methods.tracking.model import Decoded, Problem, keep_raw, nothing
from tidehub.methods.tracking.reasons import Reason

LINE_BYTES_MAX = 512
"""A sentence has 82 characters, a tag block at most 80 more; anything much longer is not AIS."""

_GroupKey = tuple[str, int | None, str, int]


class _Parts:
    """The sentences of one message that have come so far."""

    __slots__ = ("by_number", "first_at", "reference_at")

    def __init__(self, first_at: datetime, reference_at: datetime) -> None:
        self.first_at = first_at
        self.reference_at = reference_at
        self.by_number: dict[int, Any] = {}

    def raw(self) -> str:
        return "\n".join(keep_raw(part.raw) for _, part in sorted(self.by_number.items()))


class AisDecoder:
    """Decode one receiver's stream, line by line. Keep one per connection: sequence numbers are per receiver.

    Parameters
    ----------
    assembly_s_max
        Parts of one message come within seconds; after this long the missing ones are reported.
    pending_max
        How many unfinished messages are held; beyond, the oldest is reported as unfinished.
    """

    def __init__(self, *, assembly_s_max: float = 30.0, pending_max: int = 64) -> None:
        self._assembly = timedelta(seconds=assembly_s_max)
        self._pending_max = pending_max
        self._pending: dict[_GroupKey, _Parts] = {}

    def feed(self, line: bytes | str, received_at: datetime) -> Decoded:
        """Take one line (with or without line end, with or without a tag block) heard at ``received_at``.

        Returns
        -------
        Decoded
            At most one fix; type 19 and 21 also give an identity claim. All lists are empty only while parts
            are missing.
        """
        out = nothing()
        self._expire(received_at, out)
        data = line.encode("utf-8", "surrogateescape") if isinstance(line, str) else line
        if len(data) > LINE_BYTES_MAX:
            self._problem(out, Reason.LINE_TOO_LONG, f"{len(data)} bytes", data, received_at)
            return out
        sentence = self._sentence(data, received_at, out)
        if sentence is None:
            return out
        reference_at = received_at
        if sentence.tag_block is not None:
            reference_at = self._tag_time(sentence, received_at, out)
        if sentence.frag_cnt == 1:
            self._message(sentence, keep_raw(data.strip()), received_at, reference_at, out)
        else:
            self._part(sentence, received_at, reference_at, out)
        return out

    def flush(self, received_at: datetime) -> Decoded:
        """Report every unfinished message; call it when the connection ends."""
        out = nothing()
        for key in list(self._pending):
            self._give_up(key, received_at, out)
        return out

    def _sentence(self, data: bytes, received_at: datetime, out: Decoded) -> Any | None:
        try:
            sentence = NMEASentenceFactory.produce(data)
        except UnknownMessageException:
            self._problem(out, Reason.UNSUPPORTED, "not a VDM or VDO sentence", data, received_at)
            return None
        except InvalidNMEAMessageException as error:
            self._problem(out, Reason.MALFORMED, str(error)[:120], data, received_at)
            return None
        except Exception as error:  # bytes from the air: whatever the reader trips over is the sender's fault
            detail = f"{type(error).__name__}: {error}"[:120]
            self._problem(out, Reason.MALFORMED, detail, data, received_at)
            return None
        if not isinstance(sentence, AISSentence):
            self._problem(out, Reason.UNSUPPORTED, "not a VDM or VDO sentence", data, received_at)
            return None
        if b"*" not in data[-6:]:
            self._problem(out, Reason.CHECKSUM_MISSING, "no *hh at the end", data, received_at)
            return None
        if not sentence.is_valid:
            detail = f"states {sentence.checksum:02X}"
            self._problem(out, Reason.CHECKSUM_WRONG, detail, data, received_at)
            return None
        if not sentence.payload:
            self._problem(out, Reason.TRUNCATED, "no payload", data, received_at)
            return None
        return sentence

    def _tag_time(self, sentence: Any, received_at: datetime, out: Decoded) -> datetime:
        block = sentence.tag_block
        block.init()
        if not block.is_valid:
            self._problem(out, Reason.CHECKSUM_WRONG, "tag block", block.raw, received_at)
            return received_at
        text = block.receiver_timestamp
        if not text:
            return received_at
        try:
            seconds = int(text)
            if seconds > 100_000_000_000:  # milliseconds, as some receivers write
                return datetime.fromtimestamp(seconds / 1000.0, UTC)
            return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            self._problem(out, Reason.TIME_INVALID, f"tag block c:{text}"[:120], block.raw, received_at)
            return received_at

    def _part(self, sentence: Any, received_at: datetime, reference_at: datetime, out: Decoded) -> None:
        key = (sentence.talker_id, sentence.seq_id, sentence.channel, sentence.frag_cnt)
        parts = self._pending.get(key)
        if parts is not None and sentence.frag_num in parts.by_number:
            if parts.by_number[sentence.frag_num].raw == sentence.raw:
                return  # the same part heard twice: nothing new, the message is still coming
            self._give_up(key, received_at, out)  # the sequence number has been used anew
            parts = None
        if parts is None:
            if len(self._pending) >= self._pending_max:
                self._give_up(next(iter(self._pending)), received_at, out)
            parts = self._pending[key] = _Parts(received_at, reference_at)
        if sentence.tag_block is not None:  # only one part of a group carries the time
            parts.reference_at = min(parts.reference_at, reference_at)
        parts.by_number[sentence.frag_num] = sentence
        if len(parts.by_number) == sentence.frag_cnt:
            del self._pending[key]
            ordered = [part for _, part in sorted(parts.by_number.items())]
            raw = parts.raw()
            whole = AISSentence.assemble_from_iterable(ordered)
            self._message(whole, raw, received_at, parts.reference_at, out)

    def _message(self, sentence: Any, raw: str, received_at: datetime, reference_at: datetime, out: Decoded) -> None:
        kind = int(sentence.ais_id)
        bits = len(sentence.bv)
        bits_min = BITS_MIN.get(kind)
        if bits_min is None:
            self._problem(out, Reason.UNSUPPORTED, f"message type {kind}", raw, received_at)
            return
        if bits < bits_min:
            detail = f"type {kind} has {bits} of {bits_min} bits"
            self._problem(out, Reason.TRUNCATED, detail, raw, received_at)
            return
        try:
            message = sentence.decode()
            if kind in STATIC_TYPES:
                out.identities.append(identity_of(message, received_at, raw))
            fix = fix_of(message, received_at, reference_at, raw) if kind in POSITION_TYPES else None
        except Exception as error:  # a checksum protects the line, not the sense of its bits
            detail = f"type {kind}: {type(error).__name__}: {error}"[:120]
            self._problem(out, Reason.MALFORMED, detail, raw, received_at)
            return
        if fix is not None:
            out.fixes.append(fix)
        elif kind in POSITION_TYPES:
            unknown = message.lon == 181.0 or message.lat == 91.0
            reason = Reason.POSITION_MISSING if unknown else Reason.POSITION_IMPOSSIBLE
            detail = f"type {kind}: lon {message.lon} lat {message.lat}"
            self._problem(out, reason, detail, raw, received_at, device_claim(int(message.mmsi)))

    def _expire(self, now: datetime, out: Decoded) -> None:
        while self._pending:
            key, parts = next(iter(self._pending.items()))
            if now - parts.first_at <= self._assembly:
                return
            self._give_up(key, now, out)

    def _give_up(self, key: _GroupKey, received_at: datetime, out: Decoded) -> None:
        parts = self._pending.pop(key)
        have = ",".join(str(number) for number in sorted(parts.by_number))
        self._problem(out, Reason.PARTS_MISSING, f"have {have} of {key[3]}", parts.raw(), received_at)

    @staticmethod
    def _problem(
        out: Decoded,
        reason: Reason,
        detail: str,
        raw: bytes | str,
        received_at: datetime,
        claim: str | None = None,
    ) -> None:
        out.problems.append(Problem(reason, detail, keep_raw(raw), SOURCE, received_at, claim))
