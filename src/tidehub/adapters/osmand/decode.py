"""Query parameters or JSON of a telephone's tracking app to fixes.

Source: the OsmAnd protocol page of Traccar (parameters ``id``, ``lat``, ``lon``, ``timestamp``, ``speed`` in
knots, ...) and the JSON of the Traccar client from version 9 on (speed in m/s).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from tidehub.kernel.datums import Datum, parse_datum, to_wgs84
from tidehub.methods.tracking.model import Decoded, Fix, Problem, keep_raw, nothing
from tidehub.methods.tracking.reasons import Flag, Reason
from tidehub.methods.tracking.settings import KNOT_MPS
from tidehub.methods.tracking.sphere import is_possible

SOURCE = "osmand"
QUERY_BYTES_MAX = 8192
JSON_BYTES_MAX = 1_048_576

_ID = re.compile(r"[\w.:@+-]{1,64}")
_NUMBER = re.compile(r"-?\d{1,20}(\.\d{0,20})?")
_PLAIN_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_METRES_PER_HDOP = 5.0
_MILLISECONDS_FROM = 2**31  # a larger number cannot be seconds before 2038


class _Bad(Exception):
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def claim_of_id(device_id: str) -> str:
    """Name a telephone: ``imei:`` when its id is one (15 digits), else ``osmand:`` and the id."""
    if len(device_id) == 15 and device_id.isascii() and device_id.isdigit():
        return f"imei:{device_id}"
    return f"{SOURCE}:{device_id}"


def decode_query(query: str | bytes, received_at: datetime, *, datum: Datum = Datum.WGS84) -> Decoded:
    """Read one position from a query string, or from a form body, which is the same text.

    Parameters
    ----------
    query
        ``id=123&lat=28.6&lon=121.4&timestamp=1780300800&speed=5.2&bearing=90&hdop=1.2&batt=80``.
        ``deviceid`` and ``location=lat,lon`` are other spellings. ``timestamp`` is seconds or milliseconds
        since 1970, RFC 3339, or ``yyyy-MM-dd HH:mm:ss``, which the protocol defines as UTC.
    received_at
        When it arrived.
    datum
        Of the coordinates, unless a parameter ``datum`` says otherwise.

    Returns
    -------
    Decoded
        One fix or one problem; a bad timestamp gives both, as the position is still good.
    """
    out = nothing()
    raw = keep_raw(query)
    text = query.decode("utf-8", "replace") if isinstance(query, bytes) else query
    if len(text) > QUERY_BYTES_MAX:
        out.problems.append(Problem(Reason.LINE_TOO_LONG, f"{len(text)} characters", raw, SOURCE, received_at))
        return out
    try:
        told = dict(parse_qsl(text.lstrip("?"), max_num_fields=64))
    except ValueError as error:
        out.problems.append(Problem(Reason.MALFORMED, str(error)[:120], raw, SOURCE, received_at))
        return out
    claim: str | None = None
    try:
        claim = _claim(told.get("id") or told.get("deviceid"))
        lon, lat = _query_place(told, datum)
        speed_kn = _number(told, "speed")
        accuracy_m = _number(told, "accuracy")
        hdop = _number(told, "hdop")
        if accuracy_m is None and hdop is not None:
            accuracy_m = hdop * _METRES_PER_HDOP
        course = _number(told, "bearing")
        if course is None:
            course = _number(told, "heading")
        flags: tuple[str, ...] = ()
        if told.get("valid", "").lower() in ("0", "false"):
            flags += (Flag.NOT_LOCATED,)
        if told.get("alarm"):
            flags += (Flag.ALARM,)
    except _Bad as bad:
        out.problems.append(Problem(bad.reason, bad.detail, raw, SOURCE, received_at, claim))
        return out
    at = _query_instant(told.get("timestamp"), raw, received_at, claim, out)
    out.fixes.append(
        Fix(
            SOURCE,
            claim,
            lon,
            lat,
            received_at,
            at,
            None if speed_kn is None or speed_kn < 0.0 else speed_kn * KNOT_MPS,
            None if course is None or course < 0.0 else course % 360.0,
            accuracy_m=None if accuracy_m is None or accuracy_m < 0.0 else accuracy_m,
            raw=raw,
            flags=flags,
        )
    )
    return out


def decode_json(body: str | bytes, received_at: datetime, *, datum: Datum = Datum.WGS84) -> Decoded:
    """Read the JSON form: ``{"device_id": ..., "location": {"timestamp": ..., "coords": {...}}}``.

    ``location`` may be a list (positions stored while there was no network). Speed is in m/s, heading in
    degrees; -1 means not available.

    Returns
    -------
    Decoded
        A fix or a problem for every location.
    """
    out = nothing()
    raw = keep_raw(body)
    if len(body) > JSON_BYTES_MAX:
        out.problems.append(Problem(Reason.LINE_TOO_LONG, f"{len(body)} bytes", raw, SOURCE, received_at))
        return out
    try:
        told = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        out.problems.append(Problem(Reason.MALFORMED, str(error)[:120], raw, SOURCE, received_at))
        return out
    claim: str | None = None
    try:
        if not isinstance(told, dict):
            raise _Bad(Reason.MALFORMED, "not an object")
        device_id = told.get("device_id", told.get("id"))
        claim = _claim(str(device_id) if isinstance(device_id, (str, int)) else None)
        locations = told.get("location")
        if isinstance(locations, dict):
            locations = [locations]
        if not isinstance(locations, list) or not locations:
            raise _Bad(Reason.FIELD_MISSING, "location")
    except _Bad as bad:
        out.problems.append(Problem(bad.reason, bad.detail, raw, SOURCE, received_at, claim))
        return out
    for location in locations:
        _json_location(location, claim, datum, raw, received_at, out)
    return out


def _json_location(location: Any, claim: str, datum: Datum, raw: str, received_at: datetime, out: Decoded) -> None:
    try:
        coords = location.get("coords") if isinstance(location, dict) else None
        if not isinstance(coords, dict):
            raise _Bad(Reason.FIELD_MISSING, "location.coords")
        lon, lat = _place(_json_number(coords, "longitude"), _json_number(coords, "latitude"), datum)
        speed_mps, heading = _json_number(coords, "speed"), _json_number(coords, "heading")
        accuracy_m = _json_number(coords, "accuracy")
    except _Bad as bad:
        out.problems.append(Problem(bad.reason, bad.detail, raw, SOURCE, received_at, claim))
        return
    stamp = location.get("timestamp")
    text = str(stamp) if isinstance(stamp, (str, int, float)) else None
    at = _query_instant(text, raw, received_at, claim, out)
    out.fixes.append(
        Fix(
            SOURCE,
            claim,
            lon,
            lat,
            received_at,
            at,
            None if speed_mps is None or speed_mps < 0.0 else speed_mps,
            None if heading is None or heading < 0.0 else heading % 360.0,
            accuracy_m=None if accuracy_m is None or accuracy_m < 0.0 else accuracy_m,
            raw=raw,
        )
    )


def _claim(device_id: str | None) -> str:
    if not device_id:
        raise _Bad(Reason.DEVICE_MISSING, "no id")
    if not _ID.fullmatch(device_id):
        raise _Bad(Reason.FIELD_INVALID, f"id {device_id[:40]!r}")
    return claim_of_id(device_id)


def _query_place(told: dict[str, str], datum: Datum) -> tuple[float, float]:
    if "location" in told and "lat" not in told:
        lat_text, comma, lon_text = told["location"].partition(",")
        if not comma:
            raise _Bad(Reason.FIELD_INVALID, "location")
        told = {**told, "lat": lat_text.strip(), "lon": lon_text.strip()}
    if "datum" in told:
        known = parse_datum(told["datum"])
        if known is None:
            raise _Bad(Reason.DATUM_UNKNOWN, f"datum {told['datum'][:40]!r}")
        datum = known
    return _place(_number(told, "lon"), _number(told, "lat"), datum)


def _place(lon: float | None, lat: float | None, datum: Datum) -> tuple[float, float]:
    if lon is None or lat is None:
        raise _Bad(Reason.POSITION_MISSING, "lat or lon missing")
    if not is_possible(lon, lat):
        raise _Bad(Reason.POSITION_IMPOSSIBLE, f"lon {lon} lat {lat}")
    return to_wgs84(lon, lat, datum)


def _number(told: dict[str, str], name: str) -> float | None:
    text = told.get(name)
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise _Bad(Reason.FIELD_INVALID, f"{name} {text[:40]!r}")
    return float(text)


def _json_number(told: dict[str, Any], name: str) -> float | None:
    value = told.get(name)
    if value is None:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not -1e300 < value < 1e300:
        raise _Bad(Reason.FIELD_INVALID, name)
    return float(value)


def _query_instant(text: str | None, raw: str, received_at: datetime, claim: str, out: Decoded) -> datetime | None:
    if not text:
        return None
    try:
        if _NUMBER.fullmatch(text):
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1000.0 if seconds >= _MILLISECONDS_FROM else seconds, UTC)
        at = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)  # "+" arrives as a blank
        if at.tzinfo is not None:
            return at.astimezone(UTC)
        if _PLAIN_TIME.fullmatch(text):
            return at.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    out.problems.append(Problem(Reason.TIME_INVALID, f"timestamp {text[:40]!r}", raw, SOURCE, received_at, claim))
    return None
