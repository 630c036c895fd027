"""One wire, both kinds of sentences: ``!`` and tag blocks are AIS, ``$`` is the device's own NMEA 0183."""

from __future__ import annotations

from datetime import datetime

from tidehub.adapters.ais.decode import AisDecoder
from tidehub.adapters.nmea0183.decode import SOURCE, NmeaDecoder
from tidehub.methods.tracking.model import Decoded, Problem, keep_raw
from tidehub.methods.tracking.reasons import Reason


class FeedDecoder:
    """Decode a mixed stream from one connection.

    Parameters
    ----------
    device_claim
        Identity for the sentences that carry none (all but AIS).
    """

    def __init__(self, device_claim: str) -> None:
        self.ais = AisDecoder()
        self.nmea = NmeaDecoder(device_claim)

    def feed(self, line: bytes | str, received_at: datetime, *, too_long: bool = False) -> Decoded:
        """Take one line; ``too_long`` marks the kept beginning of one that exceeded the buffer."""
        data = line.encode("utf-8", "surrogateescape") if isinstance(line, str) else line
        data = data.strip()
        if too_long:
            return self._not_a_line(Reason.LINE_TOO_LONG, f"more than {len(data)} bytes", data, received_at)
        first = data[:1]
        if first in (b"!", b"\\"):
            if first == b"\\" and (end := data.find(b"\\", 1)) > 0 and data[end + 1 : end + 2] == b"$":
                return self.nmea.feed(data[end + 1 :], received_at)
            return self.ais.feed(data, received_at)
        if first == b"$":
            return self.nmea.feed(data, received_at)
        return self._not_a_line(Reason.GARBAGE, "begins with neither ! nor $", data, received_at)

    def flush(self, received_at: datetime) -> Decoded:
        """Report unfinished AIS messages; call it when the connection ends."""
        return self.ais.flush(received_at)

    def _not_a_line(self, reason: Reason, detail: str, data: bytes, received_at: datetime) -> Decoded:
        problem = Problem(reason, detail, keep_raw(data), SOURCE, received_at, self.nmea.device_claim)
        return Decoded([], [problem], [])
