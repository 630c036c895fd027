"""Signal K messages to fixes: values of one vessel are merged, because a delta carries only what changed."""

from __future__ import annotations

import math
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeGuard

import msgspec

from tidehub.adapters.signalk.model import CourseNotice, CourseProgress, SignalKDecoded
from tidehub.methods.tracking.model import Fix, IdentityClaim, Problem, keep_raw
from tidehub.methods.tracking.reasons import Flag, Reason
from tidehub.methods.tracking.sphere import is_possible

SOURCE = "signalk"
MESSAGE_BYTES_MAX = 1_048_576

_MMSI_PREFIX = "urn:mrn:imo:mmsi:"
_GROUPS = ("vessels.", "atons.", "aton.", "aircraft.", "sar.", "shore.")
_DEGREES = 180.0 / math.pi
_NUMBERS = {  # path: what it is held as, factor, lowest value
    "navigation.speedOverGround": ("sog", 1.0, 0.0),
    "navigation.courseOverGroundTrue": ("cog", _DEGREES, -math.inf),
    "navigation.headingTrue": ("heading", _DEGREES, -math.inf),
    "environment.depth.belowSurface": ("depth_surface", 1.0, 0.0),
    "environment.depth.belowTransducer": ("depth_transducer", 1.0, 0.0),
    "navigation.gnss.horizontalDilution": ("accuracy", 5.0, 0.0),  # about 5 m of range error each
}
_COURSE_VALUES = {
    "distance": "distance_m",
    "timeToGo": "time_to_go_s",
    "crossTrackError": "cross_track_m",
}
_NOTICES = {"arrivalCircleEntered": "arrival_circle_entered", "perpendicularPassed": "perpendicular_passed"}
_STATES = {"anchored": Flag.AT_ANCHOR, "moored": Flag.MOORED}


class _Entry(msgspec.Struct):
    path: str = ""
    value: Any = None


class _Update(msgspec.Struct):
    values: list[_Entry] = []
    timestamp: str | None = None


class _Message(msgspec.Struct):
    updates: list[_Update] | msgspec.UnsetType = msgspec.UNSET
    context: str | None = None
    self_: str | None = msgspec.field(default=None, name="self")
    version: Any = None
    request_id: Any = msgspec.field(default=None, name="requestId")


class _Held(NamedTuple):
    value: float
    at: datetime


class _Vessel:
    __slots__ = ("flags", "held")

    def __init__(self) -> None:
        self.held: dict[str, _Held] = {}
        self.flags: tuple[str, ...] = ()


_DECODER = msgspec.json.Decoder(_Message)


def claim_of_context(context: str) -> str:
    """Who a context speaks of: ``mmsi:412345678`` when it has an MMSI, else ``signalk:`` and its own name."""
    for group in _GROUPS:
        if context.startswith(group):
            context = context[len(group) :]
            break
    if context.startswith(_MMSI_PREFIX):
        digits = context[len(_MMSI_PREFIX) :]
        if digits.isascii() and digits.isdigit() and len(digits) <= 9:
            return f"mmsi:{int(digits):09d}"
    return f"{SOURCE}:{context[:120]}"


class SignalKDecoder:
    """Decode one server's stream.

    Parameters
    ----------
    self_context
        Who ``vessels.self`` is, when it is known before the server's hello says so.
    hold_s
        Speed, course, heading and depth go into a position for so long after they were heard.
    vessels_max
        How many vessels are remembered at once; the one silent longest is forgotten first.
    """

    def __init__(self, self_context: str | None = None, *, hold_s: float = 30.0, vessels_max: int = 5000) -> None:
        self.self_context = self_context
        self._hold = timedelta(seconds=hold_s)
        self._vessels_max = vessels_max
        self._vessels: OrderedDict[str, _Vessel] = OrderedDict()

    def feed(self, message: bytes | str, received_at: datetime) -> SignalKDecoded:
        """Take one message: hello, delta, or the answer to something we sent.

        Returns
        -------
        SignalKDecoded
            A fix for every ``navigation.position``; empty lists for a hello, for a delta with only other
            values (they are held), and for an answer that reports success.
        """
        out = SignalKDecoded([], [], [], [], [])
        if len(message) > MESSAGE_BYTES_MAX:
            self._problem(out, Reason.LINE_TOO_LONG, f"{len(message)} bytes", message, received_at)
            return out
        try:
            told = _DECODER.decode(message)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            self._problem(out, Reason.MALFORMED, str(error)[:120], message, received_at)
            return out
        if isinstance(told.updates, msgspec.UnsetType):
            self._other(told, message, received_at, out)
            return out
        context = told.context or "vessels.self"
        if context in ("vessels.self", "self"):
            if self.self_context is None:
                self._problem(out, Reason.DEVICE_MISSING, "vessels.self before hello", message, received_at)
                return out
            context = self.self_context
        self._delta(context, told.updates, message, received_at, out)
        return out

    def _other(self, told: _Message, message: bytes | str, received_at: datetime, out: SignalKDecoded) -> None:
        if told.self_ is not None:
            self.self_context = told.self_
        elif told.version is None and told.request_id is None:
            self._problem(out, Reason.UNSUPPORTED, "neither hello nor delta", message, received_at)

    def _delta(
        self,
        context: str,
        updates: list[_Update],
        message: bytes | str,
        received_at: datetime,
        out: SignalKDecoded,
    ) -> None:
        claim = claim_of_context(context)
        vessel = self._vessel(claim)
        raw = keep_raw(message)
        positions: list[tuple[Any, datetime | None]] = []
        for update in updates:
            at = self._instant(update.timestamp, raw, received_at, claim, out)
            told: dict[str, Any] = {}
            course: dict[str, Any] = {}
            for entry in update.values:
                path = entry.path
                if path == "navigation.position":
                    positions.append((entry.value, at))
                elif (known := _NUMBERS.get(path)) is not None:
                    self._number(vessel, path, known, entry.value, raw, received_at, claim, out)
                elif path.startswith("navigation.course.calcValues."):
                    self._course_value(course, path[29:], entry.value)
                elif path.startswith("notifications.navigation."):
                    self._notice(path, entry.value, claim, at, out)
                elif path == "navigation.state":
                    flag = _STATES.get(entry.value) if isinstance(entry.value, str) else None
                    vessel.flags = (flag,) if flag else ()
                else:
                    _identity_value(told, path, entry.value)
            if told:
                out.identities.append(IdentityClaim(SOURCE, claim, received_at, **told, raw=raw))
            if course:
                out.progress.append(CourseProgress(claim, at, **course))
        for value, at in positions:
            self._fix(vessel, value, at, context, raw, received_at, claim, out)

    def _fix(
        self,
        vessel: _Vessel,
        value: Any,
        at: datetime | None,
        context: str,
        raw: str,
        received_at: datetime,
        claim: str,
        out: SignalKDecoded,
    ) -> None:
        if value is None:
            self._problem(out, Reason.POSITION_MISSING, "position is null", raw, received_at, claim)
            return
        lon = value.get("longitude") if isinstance(value, dict) else None
        lat = value.get("latitude") if isinstance(value, dict) else None
        if lon is None and lat is None and isinstance(value, dict):
            self._problem(out, Reason.POSITION_MISSING, "position is empty", raw, received_at, claim)
            return
        if not _is_number(lon) or not _is_number(lat):
            self._problem(out, Reason.FIELD_INVALID, "navigation.position", raw, received_at, claim)
            return
        if not is_possible(lon, lat):
            detail = f"lon {lon} lat {lat}"
            self._problem(out, Reason.POSITION_IMPOSSIBLE, detail, raw, received_at, claim)
            return
        depth_m = self._held(vessel, "depth_surface", received_at)
        if depth_m is None:
            depth_m = self._held(vessel, "depth_transducer", received_at)
        flags = vessel.flags
        if context.startswith(("aton.", "atons.")):
            flags += (Flag.AID_TO_NAVIGATION,)
        out.fixes.append(
            Fix(
                SOURCE,
                claim,
                float(lon),
                float(lat),
                received_at,
                at,
                self._held(vessel, "sog", received_at),
                _turn(self._held(vessel, "cog", received_at)),
                _turn(self._held(vessel, "heading", received_at)),
                self._held(vessel, "accuracy", received_at),
                depth_m,
                raw,
                flags,
            )
        )

    def _number(
        self,
        vessel: _Vessel,
        path: str,
        known: tuple[str, float, float],
        value: Any,
        raw: str,
        received_at: datetime,
        claim: str,
        out: SignalKDecoded,
    ) -> None:
        name, factor, lowest = known
        if value is None:
            vessel.held.pop(name, None)  # the source says it does not know any more
        elif not _is_number(value) or value < lowest:
            self._problem(out, Reason.FIELD_INVALID, path, raw, received_at, claim)
        else:
            vessel.held[name] = _Held(value * factor, received_at)

    def _held(self, vessel: _Vessel, name: str, now: datetime) -> float | None:
        held = vessel.held.get(name)
        return held.value if held is not None and now - held.at <= self._hold else None

    @staticmethod
    def _course_value(course: dict[str, Any], name: str, value: Any) -> None:
        if name in _COURSE_VALUES and _is_number(value):
            course[_COURSE_VALUES[name]] = float(value)
        elif name == "estimatedTimeOfArrival" and isinstance(value, str):
            course["eta_at"] = _read_instant(value)

    @staticmethod
    def _notice(path: str, value: Any, claim: str, at: datetime | None, out: SignalKDecoded) -> None:
        kind = _NOTICES.get(path.rpartition(".")[2])
        if kind is None:
            return
        told = value if isinstance(value, dict) else {}
        state, text = told.get("state"), told.get("message")
        active = value is not None and state not in (None, "normal", "nominal")
        out.notices.append(CourseNotice(claim, kind, active, str(text)[:200] if text else "", at))

    def _instant(
        self, text: str | None, raw: str, received_at: datetime, claim: str, out: SignalKDecoded
    ) -> datetime | None:
        if text is None:
            return None
        at = _read_instant(text)
        if at is None:
            self._problem(out, Reason.TIME_INVALID, f"timestamp {text[:40]}", raw, received_at, claim)
        return at

    def _vessel(self, claim: str) -> _Vessel:
        vessel = self._vessels.get(claim)
        if vessel is None:
            if len(self._vessels) >= self._vessels_max:
                self._vessels.popitem(last=False)
            vessel = self._vessels[claim] = _Vessel()
        else:
            self._vessels.move_to_end(claim)
        return vessel

    @staticmethod
    def _problem(
        out: SignalKDecoded,
        reason: Reason,
        detail: str,
        raw: bytes | str,
        received_at: datetime,
        claim: str | None = None,
    ) -> None:
        out.problems.append(Problem(reason, detail, keep_raw(raw), SOURCE, received_at, claim))


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -1e300 < value < 1e300


def _turn(angle_deg: float | None) -> float | None:
    return None if angle_deg is None else angle_deg % 360.0


def _read_instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    try:
        return at if at.tzinfo is UTC else at.astimezone(UTC)
    except OverflowError:
        return None


def _identity_value(told: dict[str, Any], path: str, value: Any) -> None:
    """Collect what a static path says into the members of an identity claim."""
    if path == "" and isinstance(value, dict):
        if isinstance(value.get("name"), str):
            told["name"] = value["name"][:80]
    elif path == "name" and isinstance(value, str):
        told["name"] = value[:80]
    elif path == "communication.callsignVhf" and isinstance(value, str):
        told["call_sign"] = value[:20]
    elif path == "design.beam" and _is_number(value):
        told["beam_m"] = float(value)
    elif path == "navigation.destination.commonName" and isinstance(value, str):
        told["destination"] = value[:80]
    elif isinstance(value, dict):
        _identity_object(told, path, value)


def _identity_object(told: dict[str, Any], path: str, value: dict[str, Any]) -> None:
    if path == "design.length" and _is_number(value.get("overall")):
        told["length_m"] = float(value["overall"])
    elif path == "design.draft":
        draught = value.get("current", value.get("maximum"))
        if _is_number(draught):
            told["draught_m"] = float(draught)
    elif path == "design.aisShipType" and isinstance(value.get("id"), int):
        told["ship_type"] = value["id"]
