"""What comes in over GeoReport v2: queries and posted forms, read into plain structs or refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args
from urllib.parse import urlsplit

import msgspec

from tidehub.adapters.open311.errors import Open311Error
from tidehub.capabilities.intake.model import UpdateStatus
from tidehub.kernel.datums import parse_datum
from tidehub.kernel.errors import Refusal
from tidehub.kernel.geometry import Position, position
from tidehub.kernel.instants import parse_instant, to_us

SPAN_MAX = timedelta(days=90)
REQUESTS_MAX = 1000
OFFSET_MAX = 1_000_000
DESCRIPTION_MAX = 4000
_ATTRIBUTE = re.compile(r"attribute\[([^\]\[]{1,100})\](\[\])?")
_LOST_PLUS = re.compile(r"(\d\d:\d\d:\d\d(?:\.\d+)?) (\d\d:\d\d)")
_DATE_ONLY = re.compile(r"\d{4}-\d\d-\d\d")

Params = Mapping[str, Sequence[str]]


class RequestQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests a list shows.

    Parameters
    ----------
    request_ids
        Overrides everything else, when given.
    from_us, to_us
        Span of ``requested_datetime``, both inclusive.
    page, page_size
        Extension: pages from 1.
    box
        Extension: west, south, east, north.
    extensions
        Extension: more about each request.
    """

    request_ids: tuple[str, ...] | None = None
    service_codes: tuple[str, ...] | None = None
    statuses: tuple[str, ...] | None = None
    agencies: tuple[str, ...] | None = None
    from_us: int | None = None
    to_us: int | None = None
    page: int = 1
    page_size: int = REQUESTS_MAX
    box: tuple[float, float, float, float] | None = None
    extensions: bool = False


class PostedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A posted service request, before the service's form is looked at; ``attributes`` are texts by code."""

    service_code: str
    attributes: dict[str, tuple[str, ...]]
    position: Position | None = None
    given: tuple[float, float, str] | None = None
    address_string: str = ""
    address_id: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    account_id: str = ""
    device_id: str = ""
    description: str = ""
    media_url: str = ""


class PostedUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """A posted update of a request (mySociety's extension)."""

    request_id: str
    update_id: str
    status: str
    updated_at: datetime
    description: str
    email: str = ""
    name: str = ""
    phone: str = ""
    media_url: str = ""
    public: bool = True


def one(params: Params, name: str) -> str:
    """Return a parameter's value without outer blanks; absent and empty are the same (GeoReport v2)."""
    values = params.get(name, ())
    return values[-1].strip() if values else ""


def comma_list(params: Params, name: str) -> tuple[str, ...] | None:
    """Return a comma list, also where the parameter itself is repeated; ``None`` when there is nothing."""
    texts = [part.strip() for value in params.get(name, ()) for part in value.split(",")]
    found = tuple(dict.fromkeys(text for text in texts if text))
    return found or None


def truth(params: Params, name: str, default: bool = False) -> bool:
    """Read a boolean: ``true``/``false`` in any case, ``1``/``0``."""
    text = one(params, name).lower()
    if text in ("", "true", "1", "false", "0"):
        return default if not text else text in ("true", "1")
    raise Open311Error(400, f"{name} must be true or false / {name} 应为 true 或 false")


def instant(params: Params, name: str, *, end: bool = False) -> datetime | None:
    """Read a W3C date and time with its zone.

    A ``+`` that a query turned into a blank is put back. As the end of a span, a second means all of it.
    """
    text = _LOST_PLUS.sub(r"\1+\2", one(params, name))
    if not text:
        return None
    try:
        at = parse_instant(text, name)
    except Refusal:
        hint = " (a date needs its time and zone)" if _DATE_ONLY.fullmatch(text) else ""
        raise Open311Error(
            400,
            f"{name} must be a W3C date and time with a zone, like 2026-06-01T00:00:00+08:00{hint}"
            f" / {name} 应为带时区的时间",
        ) from None
    return at + timedelta(microseconds=999_999) if end and "." not in text else at


def read_query(params: Params, now: datetime) -> RequestQuery:
    """Read the query of GET requests.

    Raises
    ------
    Open311Error
        400 for what cannot be read, a span over 90 days or one that ends before it begins.
    """
    extensions = truth(params, "extensions")
    request_ids = comma_list(params, "service_request_id")
    if request_ids is not None:  # overrides all other arguments
        if len(request_ids) > REQUESTS_MAX:
            raise Open311Error(400, f"service_request_id takes at most {REQUESTS_MAX} ids")
        return RequestQuery(request_ids=request_ids, extensions=extensions)
    statuses = comma_list(params, "status")
    if statuses is not None:
        statuses = tuple(status.lower() for status in statuses)
        if not set(statuses) <= {"open", "closed"}:
            raise Open311Error(400, "status must be open or closed / status 应为 open 或 closed")
    from_us, to_us_ = _span(params, now)
    page_size = _whole(params, "page_size", REQUESTS_MAX, 1, REQUESTS_MAX)
    page = _whole(params, "page", 1, 1, OFFSET_MAX // page_size)
    return RequestQuery(
        service_codes=comma_list(params, "service_code"),
        statuses=statuses,
        agencies=comma_list(params, "agency_responsible"),
        from_us=from_us,
        to_us=to_us_,
        page=page,
        page_size=page_size,
        box=_box(params),
        extensions=extensions,
    )


def _span(params: Params, now: datetime) -> tuple[int, int]:
    start, end = instant(params, "start_date"), instant(params, "end_date", end=True)
    if start is None and end is None:
        start, end = now - SPAN_MAX, now
    elif start is None:
        assert end is not None
        start = _shifted(end, -SPAN_MAX)
    elif end is None:
        end = _shifted(start, SPAN_MAX)
    if end < start:
        raise Open311Error(400, "end_date lies before start_date / end_date 早于 start_date")
    if end - start > SPAN_MAX + timedelta(seconds=1):
        raise Open311Error(400, "start_date to end_date spans more than 90 days / 时间跨度超过 90 天")
    return to_us(start), to_us(end)


def _shifted(at: datetime, by: timedelta) -> datetime:
    try:
        return at + by
    except OverflowError:
        raise Open311Error(400, "the date is out of range / 日期超出范围") from None


def _whole(params: Params, name: str, default: int, least: int, most: int) -> int:
    text = one(params, name)
    if not text:
        return default
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
        raise Open311Error(400, f"{name} must be a whole number in {least}..{most}")
    return int(text)


def _degrees(params: Params, name: str, most: float) -> float | None:
    text = one(params, name)
    if not text:
        return None
    if not re.fullmatch(r"[+-]?\d{1,3}(\.\d{0,20})?", text, re.ASCII) or abs(float(text)) > most:
        raise Open311Error(400, f"{name} must be a number of degrees in -{most:g}..{most:g}")
    return float(text)


def _box(params: Params) -> tuple[float, float, float, float] | None:
    north, east = _degrees(params, "lat_ne", 90), _degrees(params, "long_ne", 180)
    south, west = _degrees(params, "lat_sw", 90), _degrees(params, "long_sw", 180)
    if north is None and east is None and south is None and west is None:
        return None
    if north is None or east is None or south is None or west is None:
        raise Open311Error(400, "a box takes lat_ne, long_ne, lat_sw and long_sw together")
    if south > north:
        raise Open311Error(400, "lat_sw lies north of lat_ne")
    return west, south, east, north


def place_of(params: Params) -> tuple[Position | None, tuple[float, float, str] | None]:
    """Read ``lat`` and ``long``, WGS 84 unless the extension ``datum`` says otherwise."""
    lat, lon = _degrees(params, "lat", 90), _degrees(params, "long", 180)
    if (lat is None) != (lon is None):
        raise Open311Error(400, "lat and long are sent together / lat 与 long 须同时提供")
    if lat is None or lon is None:
        return None, None
    datum = one(params, "datum") or "WGS84"
    if parse_datum(datum) is None:
        raise Open311Error(400, f"datum: unknown datum '{datum[:40]}' / 不认识的坐标系")
    return position(lon, lat, datum, "position"), (lon, lat, datum)


def read_request(params: Params) -> PostedRequest:
    """Read a posted request; every missing or wrong parameter is told at once.

    Raises
    ------
    Open311Error
        400 with one description for each problem.
    """
    problems: list[str] = []
    service_code = one(params, "service_code")
    if not service_code:
        problems.append("service_code was not provided / 缺少 service_code")
    at: tuple[Any, Any] = (None, None)
    try:
        at = place_of(params)
    except Open311Error as error:
        problems += error.problems
    description = one(params, "description").replace("\r\n", "\n")
    if len(description) > DESCRIPTION_MAX:
        problems.append(f"description takes at most {DESCRIPTION_MAX} characters / 描述最多 4000 字")
    for name in ("address_string", "address_id", "account_id", "device_id"):
        if len(one(params, name)) > 500:
            problems.append(f"{name} takes at most 500 characters")
    for name, most in (("email", 200), ("phone", 40), ("first_name", 50), ("last_name", 50)):
        if len(one(params, name)) > most:
            problems.append(f"{name} takes at most {most} characters")
    try:
        media_url = media_url_of(params)
    except Open311Error as error:
        media_url = ""
        problems += error.problems
    if problems:
        raise Open311Error(400, *problems)
    return PostedRequest(
        service_code=service_code,
        attributes=attributes_in(params),
        position=at[0],
        given=at[1],
        address_string=one(params, "address_string"),
        address_id=one(params, "address_id"),
        email=one(params, "email"),
        first_name=one(params, "first_name"),
        last_name=one(params, "last_name"),
        phone=one(params, "phone"),
        account_id=one(params, "account_id"),
        device_id=one(params, "device_id"),
        description=description,
        media_url=media_url,
    )


def attributes_in(params: Params) -> dict[str, tuple[str, ...]]:
    """Collect ``attribute[CODE]=v`` and ``attribute[CODE][]=v``."""
    found: dict[str, tuple[str, ...]] = {}
    for name, values in params.items():
        match = _ATTRIBUTE.fullmatch(name)
        if match:
            code = match.group(1)
            found[code] = (*found.get(code, ()), *values)
    return found


def media_url_of(params: Params) -> str:
    """Read ``media_url``: an absolute HTTP address, shown to people as it is."""
    text = one(params, "media_url")
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and len(text) <= 2000
    except ValueError:
        fits = False
    if not fits or re.search(r"[\s<>\"\x00-\x1f]", text):
        raise Open311Error(400, "media_url must be an absolute http or https address")
    return text


_UPDATE_STATUSES = frozenset(get_args(UpdateStatus))


def read_update(params: Params) -> PostedUpdate:
    """Read a posted update of mySociety's extension; every problem is told at once."""
    required = ("service_request_id", "update_id", "status", "updated_datetime", "description")
    problems = [f"{name} was not provided / 缺少 {name}" for name in required if not one(params, name)]
    status = one(params, "status").lower()
    if status and status not in _UPDATE_STATUSES:
        problems.append(f"status must be one of {', '.join(sorted(_UPDATE_STATUSES)).upper()}")
    description = one(params, "description").replace("\r\n", "\n")
    if len(description) > DESCRIPTION_MAX:
        problems.append(f"description takes at most {DESCRIPTION_MAX} characters / 描述最多 4000 字")
    updated_at, media_url, private = None, "", False
    for read in ("updated_datetime", "media_url", "public_anonymity_required"):
        try:
            if read == "updated_datetime":
                updated_at = instant(params, read)
            elif read == "media_url":
                media_url = media_url_of(params)
            else:
                private = truth(params, read)
        except Open311Error as error:
            problems += error.problems
    if problems or updated_at is None:
        raise Open311Error(400, *problems)
    names = (one(params, "title"), one(params, "first_name"), one(params, "last_name"))
    return PostedUpdate(
        request_id=one(params, "service_request_id")[:500],
        update_id=one(params, "update_id")[:500],
        status=status,
        updated_at=updated_at,
        description=description,
        email=one(params, "email")[:200],
        name="" if private else " ".join(name for name in names if name)[:100],
        phone=one(params, "phone")[:40],
        media_url=media_url,
    )
