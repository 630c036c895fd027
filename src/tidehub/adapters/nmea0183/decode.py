"""One device's NMEA 0183 sentences to fixes; heading, speed and depth are merged into the next position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from tidehub.adapters.nmea0183.sentence import Fault, parse_sentence
from tidehub.adapters.nmea0183.values import degrees, instant, nearest_instant, number
from tidehub.methods.tracking.model import Decoded, Fix, Problem, keep_raw, nothing
from tidehub.methods.tracking.reasons import Flag, Reason
from tidehub.methods.tracking.settings import KNOT_MPS
from tidehub.methods.tracking.sphere import is_possible

SOURCE = "nmea0183"

PASSED_OVER = frozenset(
    {"GSA", "GSV", "GST", "GBS", "GRS", "GNS", "GLL", "ZDA", "TXT", "DTM", "HDG", "HDM", "MTW", "MWV", "ROT"}
    | {"RSA", "VHW", "VLW", "XDR", "XTE", "APB", "RMB", "BWC", "WPL", "RTE", "AAM", "BOD", "ALR", "THS"}
)
"""Sentences that say nothing the fix needs and come every second; they are counted, not reported as
problems."""

_METRES_PER_HDOP = 5.0  # usual range error of a civil receiver: accuracy is about HDOP times this
_MODE_FLAGS = {"E": Flag.DEAD_RECKONED, "M": Flag.MANUAL_POSITION, "S": Flag.MANUAL_POSITION}
_QUALITY_FLAGS = {6: Flag.DEAD_RECKONED, 7: Flag.MANUAL_POSITION, 8: Flag.MANUAL_POSITION}


class _Heard(NamedTuple):
    value: float
    at: datetime


class NmeaDecoder:
    """Decode the stream of one device.

    Parameters
    ----------
    device_claim
        NMEA 0183 carries no identity, so the connection gives it, e.g. ``nmea0183:10.8.0.7``.
    hold_s
        Values from other sentences go into a fix for so long (measured by our clock).

    Notes
    -----
    RMC makes a fix, because it has the date. A device that sends GGA but no RMC gets its fixes from GGA, with
    the day nearest to our clock.
    """

    def __init__(self, device_claim: str, *, hold_s: float = 10.0) -> None:
        self.device_claim = device_claim
        self.passed_over: Counter[str] = Counter()
        self._hold = timedelta(seconds=hold_s)
        self._heard: dict[str, _Heard] = {}
        self._rmc_at: datetime | None = None
        self._readers: dict[str, Callable[[list[str], str, datetime, Decoded], None]] = {
            "RMC": self._rmc,
            "GGA": self._gga,
            "VTG": self._vtg,
            "HDT": self._hdt,
            "DBT": self._dbt,
            "DPT": self._dpt,
        }

    def feed(self, line: bytes | str, received_at: datetime) -> Decoded:
        """Take one line, with or without its end.

        Returns
        -------
        Decoded
            One fix for a position sentence, one problem for what cannot be used, and nothing for a sentence
            whose value is held for the next fix or counted in ``passed_over``.
        """
        out = nothing()
        if isinstance(line, bytes):
            try:
                text = line.decode("ascii").strip()
            except UnicodeDecodeError as error:
                self._problem(out, Reason.NOT_TEXT, f"byte {error.start}", line, received_at)
                return out
        else:
            text = line.strip()
        sentence = parse_sentence(text)
        if isinstance(sentence, Fault):
            self._problem(out, sentence.reason, sentence.detail, text, received_at)
            return out
        reader = self._readers.get(sentence.formatter) if sentence.talker != "P" else None
        if reader is None:
            if sentence.talker == "P" or sentence.formatter in PASSED_OVER:
                name = "P" + sentence.formatter[:3] if sentence.talker == "P" else sentence.formatter
                if name in self.passed_over or len(self.passed_over) < 256:
                    self.passed_over[name] += 1
            else:
                self._problem(out, Reason.UNSUPPORTED, sentence.formatter, text, received_at)
            return out
        try:
            reader(sentence.fields, text, received_at, out)
        except IndexError:
            detail = f"{sentence.formatter} has {len(sentence.fields)} fields"
            self._problem(out, Reason.TRUNCATED, detail, text, received_at)
        except (ValueError, OverflowError) as error:
            self._problem(out, Reason.FIELD_INVALID, f"{sentence.formatter}: {error}"[:120], text, received_at)
        return out

    def flush(self, received_at: datetime) -> Decoded:
        """Nothing is ever pending: a held value without a position is no fix."""
        return nothing()

    def _rmc(self, fields: list[str], raw: str, received_at: datetime, out: Decoded) -> None:
        status = fields[1]
        mode = fields[11] if len(fields) > 11 else ""
        if status != "A" or mode == "N":
            self._problem(out, Reason.POSITION_MISSING, f"RMC status {status[:2]} {mode[:2]}", raw, received_at)
            return
        lat, lon = degrees(fields[2], fields[3], "N", "S"), degrees(fields[4], fields[5], "E", "W")
        speed_kn, course = number(fields[6]), number(fields[7])
        at = instant(fields[8], fields[0])
        flag = _MODE_FLAGS.get(mode)
        self._rmc_at = received_at
        if speed_kn is not None:
            self._hold_value("sog", speed_kn * KNOT_MPS, received_at)
        if course is not None:
            self._hold_value("cog", course % 360.0, received_at)
        self._fix(lon, lat, at, raw, received_at, (flag,) if flag else (), out)

    def _gga(self, fields: list[str], raw: str, received_at: datetime, out: Decoded) -> None:
        quality = int(number(fields[5]) or 0)
        if quality == 0:
            self._problem(out, Reason.POSITION_MISSING, "GGA quality 0", raw, received_at)
            return
        lat, lon = degrees(fields[1], fields[2], "N", "S"), degrees(fields[3], fields[4], "E", "W")
        hdop = number(fields[7])
        at = nearest_instant(fields[0], received_at)
        if hdop is not None and hdop < 99.0:
            self._hold_value("accuracy", hdop * _METRES_PER_HDOP, received_at)
        if self._rmc_at is not None and received_at - self._rmc_at <= self._hold:
            return  # the same epoch comes as RMC; only its dilution was wanted
        flag = _QUALITY_FLAGS.get(quality)
        self._fix(lon, lat, at, raw, received_at, (flag,) if flag else (), out)

    def _vtg(self, fields: list[str], raw: str, received_at: datetime, out: Decoded) -> None:
        course, knots, kmh = number(fields[0]), number(fields[4]), None
        if len(fields) > 6:
            kmh = number(fields[6])
        if course is not None:
            self._hold_value("cog", course % 360.0, received_at)
        if knots is not None:
            self._hold_value("sog", knots * KNOT_MPS, received_at)
        elif kmh is not None:
            self._hold_value("sog", kmh / 3.6, received_at)

    def _hdt(self, fields: list[str], raw: str, received_at: datetime, out: Decoded) -> None:
        heading = number(fields[0])
        if heading is not None:
            self._hold_value("heading", heading % 360.0, received_at)

    def _dbt(self, fields: list[str], raw: str, received_at: datetime, out: Decoded) -> None:
        metres, feet = number(fields[2]), number(fields[0])
        if metres is None and feet is not None:
            metres = feet * 0.3048
        if metres is not None:
            self._hold_value("depth", metres, received_at)

    def _dpt(self, fields: list[str], raw: str, received_at: datetime, out: Decoded) -> None:
        depth = number(fields[0])
        offset = number(fields[1]) if len(fields) > 1 else None
        if depth is not None:  # a positive offset leads to the waterline, a negative one to the keel
            self._hold_value("depth", depth + max(offset or 0.0, 0.0), received_at)

    def _hold_value(self, name: str, value: float, at: datetime) -> None:
        self._heard[name] = _Heard(value, at)

    def _held(self, name: str, now: datetime) -> float | None:
        heard = self._heard.get(name)
        return heard.value if heard is not None and now - heard.at <= self._hold else None

    def _fix(
        self,
        lon: float | None,
        lat: float | None,
        at: datetime | None,
        raw: str,
        received_at: datetime,
        flags: tuple[str, ...],
        out: Decoded,
    ) -> None:
        if lon is None or lat is None:
            self._problem(out, Reason.POSITION_MISSING, "empty position", raw, received_at)
            return
        if not is_possible(lon, lat):
            self._problem(out, Reason.POSITION_IMPOSSIBLE, f"lon {lon} lat {lat}", raw, received_at)
            return
        out.fixes.append(
            Fix(
                SOURCE,
                self.device_claim,
                lon,
                lat,
                received_at,
                at,
                self._held("sog", received_at),
                self._held("cog", received_at),
                self._held("heading", received_at),
                self._held("accuracy", received_at),
                self._held("depth", received_at),
                keep_raw(raw),
                flags,
            )
        )

    def _problem(self, out: Decoded, reason: Reason, detail: str, raw: bytes | str, received_at: datetime) -> None:
        out.problems.append(Problem(reason, detail, keep_raw(raw), SOURCE, received_at, self.device_claim))
