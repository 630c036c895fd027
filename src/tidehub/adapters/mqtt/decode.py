"""Published messages to fixes. The topic says who speaks and in which form: the broker's rights guard
topics."""

from __future__ import annotations

from collections import Counter, OrderedDict
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from tidehub.adapters.nmea0183.feed import FeedDecoder
from tidehub.adapters.signalk.decode import SignalKDecoder
from tidehub.kernel.datums import parse_datum, to_wgs84
from tidehub.kernel.errors import Refusal
from tidehub.kernel.instants import format_instant, parse_instant
from tidehub.methods.tracking.model import Decoded, Fix, Problem, keep_raw, nothing
from tidehub.methods.tracking.reasons import Flag, Reason
from tidehub.methods.tracking.sphere import is_possible

SOURCE = "mqtt"
OWNTRACKS = "owntracks"
PAYLOAD_BYTES_MAX = 262_144
_TOPICS_MAX = 4096
_NUMBER_MAX = 1e300

Form = Literal["tidehub", "owntracks", "signalk", "nmea"]


class Subscription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to listen to.

    Parameters
    ----------
    topic
        Filter with ``+`` and ``#``. The last level (two last for OwnTracks) names the device.
    form
        ``tidehub`` our JSON, ``owntracks``, ``signalk`` deltas, ``nmea`` lines.
    qos
        1: a message is acknowledged when it is on disk, and comes again if we die before.
    """

    topic: str
    form: Form
    qos: int = 1


class _Position(msgspec.Struct, forbid_unknown_fields=True):
    lon: float
    lat: float
    datum: str
    at: str | None = None
    sog_mps: float | None = None
    cog_deg: float | None = None
    heading_deg: float | None = None
    accuracy_m: float | None = None
    depth_m: float | None = None
    seq: int | None = None
    device: str | None = None


_read_one = msgspec.json.Decoder(_Position | list[_Position]).decode


class _Bad(Exception):
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def encode_position(
    lon: float,
    lat: float,
    at: datetime,
    *,
    sog_mps: float | None = None,
    cog_deg: float | None = None,
    seq: int | None = None,
    datum: str = "WGS84",
) -> bytes:
    """Write one position in our own form, as a simulated boat or a gateway publishes it."""
    told: dict[str, Any] = {"lon": lon, "lat": lat, "datum": datum, "at": format_instant(at)}
    more = {"sog_mps": sog_mps, "cog_deg": cog_deg, "seq": seq}
    return msgspec.json.encode(told | {name: value for name, value in more.items() if value is not None})


class MqttDecoder:
    """Decode what one broker delivers.

    Attributes
    ----------
    passed_over
        Messages that say nothing about a place (OwnTracks ``lwt``, ``waypoint``...), counted by kind.
    """

    def __init__(self) -> None:
        self.passed_over: Counter[str] = Counter()
        self._feeds: OrderedDict[str, FeedDecoder] = OrderedDict()
        self._vessels: OrderedDict[str, SignalKDecoder] = OrderedDict()

    def feed(self, topic: str, form: Form, payload: bytes, received_at: datetime) -> Decoded:
        """Take one message.

        Returns
        -------
        Decoded
            A fix or a problem for every position in it; empty for what is passed over and counted, or held
            for the next position.
        """
        if len(payload) > PAYLOAD_BYTES_MAX:
            return _problem(Reason.LINE_TOO_LONG, f"{len(payload)} bytes", payload[:2048], received_at, _name(topic))
        if form == "tidehub":
            return self._own(topic, payload, received_at)
        if form == "owntracks":
            return self._owntracks(topic, payload, received_at)
        if form == "signalk":
            return self._signalk(topic, payload, received_at)
        return self._lines(topic, payload, received_at)

    # -- our own form -----------------------------------------------------------------------------------

    def _own(self, topic: str, payload: bytes, received_at: datetime) -> Decoded:
        claim = f"{SOURCE}:{_name(topic)}"
        try:
            told = _read_one(payload)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            return _problem(Reason.MALFORMED, str(error)[:120], payload, received_at, claim)
        out = nothing()
        positions = told if isinstance(told, list) else [told]
        if not positions:
            return _problem(Reason.POSITION_MISSING, "an empty list", payload, received_at, claim)
        raw = keep_raw(payload)
        for one in positions:
            try:
                out.fixes.append(_own_fix(one, topic, claim, raw, received_at))
            except _Bad as bad:
                out.problems.append(Problem(bad.reason, bad.detail, raw, SOURCE, received_at, claim))
        return out

    # -- OwnTracks --------------------------------------------------------------------------------------

    def _owntracks(self, topic: str, payload: bytes, received_at: datetime) -> Decoded:
        claim = f"{OWNTRACKS}:{'/'.join(topic.split('/')[-2:])[:120]}"
        try:
            told = msgspec.json.decode(payload)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            return _problem(Reason.MALFORMED, str(error)[:120], payload, received_at, claim, OWNTRACKS)
        if not isinstance(told, dict) or not isinstance(told.get("_type"), str):
            return _problem(Reason.MALFORMED, "no _type", payload, received_at, claim, OWNTRACKS)
        kind = told["_type"]
        if kind == "encrypted":
            return _problem(Reason.ENCRYPTED, "no key", payload, received_at, claim, OWNTRACKS)
        if kind != "location":
            if kind in self.passed_over or len(self.passed_over) < 64:
                self.passed_over[kind] += 1
            return nothing()
        raw = keep_raw(payload)
        try:
            fix = _owntracks_fix(told, claim, raw, received_at)
        except _Bad as bad:
            return _problem(bad.reason, bad.detail, payload, received_at, claim, OWNTRACKS)
        return Decoded([fix], [], [])

    # -- streams over MQTT ------------------------------------------------------------------------------

    def _signalk(self, topic: str, payload: bytes, received_at: datetime) -> Decoded:
        decoder = self._vessels.get(topic)
        if decoder is None:
            if len(self._vessels) >= _TOPICS_MAX:
                self._vessels.popitem(last=False)
            # A gateway that says "vessels.self" is named by its topic.
            decoder = self._vessels[topic] = SignalKDecoder(f"vessels.{_name(topic)}")
        self._vessels.move_to_end(topic)
        told = decoder.feed(payload, received_at)
        return Decoded(told.fixes, told.problems, told.identities)

    def _lines(self, topic: str, payload: bytes, received_at: datetime) -> Decoded:
        out = nothing()
        decoder = self._feeds.get(topic)
        if decoder is None:
            if len(self._feeds) >= _TOPICS_MAX:
                _, oldest = self._feeds.popitem(last=False)
                _merge(out, oldest.flush(received_at))
            decoder = self._feeds[topic] = FeedDecoder(f"nmea0183:{_name(topic)}")
        self._feeds.move_to_end(topic)
        lines = [line for line in payload.split(b"\n") if line.strip(b"\r\x00 \t")]
        if not lines:
            _merge(out, _problem(Reason.GARBAGE, "no line", payload, received_at, decoder.nmea.device_claim))
        for line in lines:
            _merge(out, decoder.feed(line, received_at))
        return out


def _own_fix(one: _Position, topic: str, claim: str, raw: str, received_at: datetime) -> Fix:
    if one.device is not None and one.device != _name(topic):
        raise _Bad(Reason.FIELD_INVALID, f"device {one.device[:40]!r} publishes on another's topic")
    datum = parse_datum(one.datum)
    if datum is None:
        raise _Bad(Reason.DATUM_UNKNOWN, f"datum {one.datum[:40]!r}")
    if not is_possible(one.lon, one.lat):
        raise _Bad(Reason.POSITION_IMPOSSIBLE, f"lon {one.lon} lat {one.lat}")
    at: datetime | None = None
    if one.at is not None:
        try:
            at = parse_instant(one.at)
        except Refusal:
            raise _Bad(Reason.TIME_INVALID, f"at {one.at[:40]!r}") from None
    for name in ("sog_mps", "accuracy_m", "depth_m"):
        value = getattr(one, name)
        if value is not None and not 0.0 <= value < _NUMBER_MAX:
            raise _Bad(Reason.FIELD_INVALID, f"{name} {value}")
    lon, lat = to_wgs84(one.lon, one.lat, datum)
    return Fix(
        SOURCE,
        claim,
        lon,
        lat,
        received_at,
        at,
        one.sog_mps,
        None if one.cog_deg is None else one.cog_deg % 360.0,
        None if one.heading_deg is None else one.heading_deg % 360.0,
        one.accuracy_m,
        one.depth_m,
        raw,
        (),
        one.seq,
    )


def _owntracks_fix(told: dict[str, Any], claim: str, raw: str, received_at: datetime) -> Fix:
    """Read ``_type: location`` (owntracks.org/booklet/tech/json): ``vel`` is km/h, ``tst`` seconds since
    1970."""
    lon, lat = _number(told, "lon"), _number(told, "lat")
    if lon is None or lat is None:
        raise _Bad(Reason.POSITION_MISSING, "lat or lon missing")
    if not is_possible(lon, lat):
        raise _Bad(Reason.POSITION_IMPOSSIBLE, f"lon {lon} lat {lat}")
    seconds = _number(told, "tst")
    at: datetime | None = None
    if seconds is not None:
        try:
            at = datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            raise _Bad(Reason.TIME_INVALID, f"tst {seconds}") from None
    speed_kmh, course, accuracy_m = (_number(told, name) for name in ("vel", "cog", "acc"))
    flags: tuple[str, ...] = ()
    if told.get("t") == "p" and told.get("m") == 0:  # a ping in quiet mode repeats an old place
        flags += (Flag.LAST_KNOWN,)
    return Fix(
        OWNTRACKS,
        claim,
        lon,
        lat,
        received_at,
        at,
        None if speed_kmh is None or speed_kmh < 0.0 else speed_kmh / 3.6,
        None if course is None or course < 0.0 else course % 360.0,
        None,
        None if accuracy_m is None or accuracy_m < 0.0 else accuracy_m,
        None,
        raw,
        flags,
    )


def _number(told: dict[str, Any], name: str) -> float | None:
    value = told.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _Bad(Reason.FIELD_INVALID, name)
    if not -_NUMBER_MAX < value < _NUMBER_MAX:
        raise _Bad(Reason.FIELD_INVALID, name)
    return float(value)


def _name(topic: str) -> str:
    return topic.rpartition("/")[2][:120]


def _problem(
    reason: Reason, detail: str, payload: bytes, received_at: datetime, claim: str, source: str = SOURCE
) -> Decoded:
    return Decoded([], [Problem(reason, detail, keep_raw(payload), source, received_at, claim)], [])


def _merge(out: Decoded, more: Decoded) -> None:
    out.fixes.extend(more.fixes)
    out.problems.extend(more.problems)
    out.identities.extend(more.identities)
