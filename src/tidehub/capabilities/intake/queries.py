"""Reading reports, their updates, and events. Lists are filtered in SQL by what the reader may see."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec

from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.access import Scope, Subject
from tidehub.kernel.geometry import Position, great_circle_m

EVERYTHING = Scope(("",))
_METRES_PER_DEGREE = 111_000.0  # a little less than the least there is, so the box is never too small
_NEAR_MAX = 500


class ReportRow(msgspec.Struct, frozen=True):
    """A report as its table has it; ``answers``, ``media`` and ``contact`` are JSON."""

    report_id: str
    service_code: str
    category: str
    channel: str
    description: str
    lon: float | None
    lat: float | None
    place_id: str
    address: str
    region_code: str
    answers: str
    media: str
    media_url: str
    reporter: str
    taken_by: str
    contact: str
    public: int
    received_us: int
    happened_us: int
    updated_us: int
    status: str
    withdrawn: int
    case_id: str
    own_case_id: str
    lifecycle: str
    case_state: str
    status_notes: str
    agency: str
    expected_us: int | None
    closed_us: int | None
    outcome: str
    rating: int | None

    @property
    def position(self) -> Position | None:
        """WGS 84, if a position was given."""
        return None if self.lon is None or self.lat is None else Position(self.lon, self.lat)


class UpdateRow(msgspec.Struct, frozen=True):
    """Something that was said of a report: by a sender (``status``), or by its case (``case_state``)."""

    update_id: str
    report_id: str
    at_us: int
    status: str
    lifecycle: str
    case_state: str
    description: str
    media: str
    media_url: str
    source_key: str
    public: int


class EventRow(msgspec.Struct, frozen=True):
    """An event that is no report, as its table has it."""

    event_id: str
    source: str
    source_event_id: str
    type: str
    subject: str
    occurred_us: int
    received_us: int
    attributes: str
    data_type: str
    data: str
    data_base64: int
    region_code: str
    reporter: str


class ReportFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which reports a list shows; what is ``None`` does not matter, an empty list matches nothing.

    Parameters
    ----------
    report_ids, service_codes, statuses, categories, agencies
        Any of them.
    received_from_us, received_to_us
        Both inclusive.
    updated_from_us
        Inclusive.
    box
        West, south, east, north in degrees; west may be larger than east across 180 degrees.
    public
        Only what everyone may read.
    reporter, case_id
        This one's, or of this case.
    """

    report_ids: tuple[str, ...] | None = None
    service_codes: tuple[str, ...] | None = None
    statuses: tuple[str, ...] | None = None
    categories: tuple[str, ...] | None = None
    agencies: tuple[str, ...] | None = None
    received_from_us: int | None = None
    received_to_us: int | None = None
    updated_from_us: int | None = None
    box: tuple[float, float, float, float] | None = None
    public: bool = False
    reporter: str | None = None
    case_id: str | None = None


_COLUMNS = ", ".join(ReportRow.__struct_fields__)
_ONE = sql(f"SELECT {_COLUMNS} FROM intake_report WHERE report_id = :report_id", short=True)
_UPDATE_COLUMNS = ", ".join(f"u.{name}" for name in UpdateRow.__struct_fields__)
_UPDATE = sql(f"SELECT {_UPDATE_COLUMNS} FROM intake_update u WHERE u.update_id = :update_id", short=True)
_VOICES = sql(
    "SELECT case_id, COUNT(*) AS voices FROM intake_report WHERE case_id = ANY(:case_ids) AND withdrawn = 0"
    " GROUP BY case_id"
)
_EVENT_COLUMNS = ", ".join(EventRow.__struct_fields__)
_EVENT = sql(f"SELECT {_EVENT_COLUMNS} FROM intake_event WHERE event_id = :event_id", short=True)
_LISTS = {
    "report_ids": "report_id",
    "service_codes": "service_code",
    "statuses": "status",
    "categories": "category",
    "agencies": "agency",
}
_BOUNDS = {
    "received_from_us": "received_us >=",
    "received_to_us": "received_us <=",
    "updated_from_us": "updated_us >=",
    "reporter": "reporter =",
    "case_id": "case_id =",
}


def _row(shape: type[Any], row: Any) -> Any:
    return shape(*(row[name] for name in shape.__struct_fields__))


async def find_report(reader: Reader, report_id: str) -> ReportRow | None:
    """Read one report by id."""
    row = await reader.fetch_one(_ONE, report_id=report_id)
    return None if row is None else _row(ReportRow, row)


async def report_subject(reader: Reader, report_id: str) -> Subject | None:
    """Find where a report lies and who is related to it, for the access rule of a single read."""
    row = await find_report(reader, report_id)
    if row is None:
        return None
    related = [("reporter", f"report/{row.report_id}")]
    if row.reporter:
        related.append(("reporter", row.reporter))
    return Subject(row.region_code, tuple(related))


async def list_reports(
    reader: Reader,
    wanted: ReportFilter,
    scope: Scope = EVERYTHING,
    *,
    limit: int,
    after: tuple[int, str] | None = None,
    offset: int = 0,
) -> list[ReportRow]:
    """List reports, newest first, ties by id descending.

    Parameters
    ----------
    wanted, scope
        What is asked for, and what the reader may see of it.
    after
        ``(received_us, report_id)`` of the last row of the page before; any depth costs the same.
    offset
        Rows to skip, for protocols that number their pages.
    """
    where, params = _conditions(wanted, scope)
    if after is not None:
        where.append("(received_us < :after_us OR (received_us = :after_us AND report_id < :after_id))")
        params["after_us"], params["after_id"] = after
    statement = sql(
        f"SELECT {_COLUMNS} FROM intake_report WHERE {' AND '.join(where) or '1 = 1'}"
        " ORDER BY received_us DESC, report_id DESC LIMIT :limit OFFSET :offset"
    )
    rows = await reader.fetch(statement, **params, limit=limit, offset=offset)
    return [_row(ReportRow, row) for row in rows]


def _conditions(wanted: ReportFilter, scope: Scope) -> tuple[list[str], dict[str, Any]]:
    where: list[str] = []
    params: dict[str, Any] = {}
    for name, column in _LISTS.items():
        values = getattr(wanted, name)
        if values is not None:
            where.append(f"{column} = ANY(:{name})")
            params[name] = list(values)
    for name, condition in _BOUNDS.items():
        value = getattr(wanted, name)
        if value is not None:
            where.append(f"{condition} :{name}")
            params[name] = value
    if wanted.public:
        where.append("public = 1")
    if wanted.box is not None:
        west, south, east, north = wanted.box
        where.append("lat BETWEEN :south AND :north")
        where.append("lon BETWEEN :west AND :east" if west <= east else "(lon >= :west OR lon <= :east)")
        params.update(west=west, south=south, east=east, north=north)
    _see(scope, where, params)
    return where, params


def _see(scope: Scope, where: list[str], params: dict[str, Any]) -> None:
    if scope.everywhere:
        return
    seen = []
    for place, prefix in enumerate(scope.region_prefixes):
        seen.append(f"region_code LIKE :region_{place}")
        params[f"region_{place}"] = f"{prefix}%"
    if scope.selves and "reporter" in scope.relations:
        seen.append("reporter = ANY(:selves)")
        params["selves"] = list(scope.selves)
    where.append(f"({' OR '.join(seen)})" if seen else "1 = 0")


async def near_reports(
    reader: Reader, category: str, at: Position, *, radius_m: float, received_from_us: int, limit: int = 20
) -> list[tuple[float, ReportRow]]:
    """List open public reports of a category near a place, nearest first, each with its distance in metres.

    A box is read by the index, the circle is exact on the sphere. For suggesting what may be the same matter.
    """
    lat_deg = radius_m / _METRES_PER_DEGREE
    lon_deg = lat_deg / max(0.01, math.cos(math.radians(min(89.0, abs(at.lat) + lat_deg))))
    west, east = at.lon - lon_deg, at.lon + lon_deg
    around = "(lon BETWEEN :west AND :east)"
    if west < -180.0 or east > 180.0:
        west, east = (west + 540.0) % 360.0 - 180.0, (east + 540.0) % 360.0 - 180.0
        around = "(lon >= :west OR lon <= :east)"
    statement = sql(
        f"SELECT {_COLUMNS} FROM intake_report WHERE category = :category AND status = 'open'"
        f" AND lat IS NOT NULL AND lat BETWEEN :south AND :north AND {around} AND public = 1"
        " AND received_us >= :received_from_us ORDER BY received_us DESC LIMIT :limit"
    )
    rows = await reader.fetch(
        statement,
        category=category,
        south=at.lat - lat_deg,
        north=at.lat + lat_deg,
        west=west,
        east=east,
        received_from_us=received_from_us,
        limit=_NEAR_MAX,
    )
    found = []
    for row in rows:
        away_m = great_circle_m(at, Position(row["lon"], row["lat"]))
        if away_m <= radius_m:
            found.append((away_m, _row(ReportRow, row)))
    found.sort(key=lambda pair: (pair[0], pair[1].report_id))
    return found[:limit]


async def voices_of(reader: Reader, case_ids: Sequence[str]) -> dict[str, int]:
    """How many reports a case speaks for, those taken back left out; cases without any are missing."""
    if not case_ids:
        return {}
    rows = await reader.fetch(_VOICES, case_ids=list(case_ids))
    return {row["case_id"]: int(row["voices"]) for row in rows}


async def list_updates(
    reader: Reader,
    *,
    report_ids: Sequence[str] | None = None,
    from_us: int | None = None,
    to_us: int | None = None,
    public: bool = True,
    limit: int = 1000,
) -> list[UpdateRow]:
    """List what was said of reports, oldest first; ``public`` keeps to public updates of public reports."""
    where, params = ["1 = 1"], dict[str, Any](limit=limit)
    if report_ids is not None:
        where.append("u.report_id = ANY(:report_ids)")
        params["report_ids"] = list(report_ids)
    if from_us is not None:
        where.append("u.at_us >= :from_us")
        params["from_us"] = from_us
    if to_us is not None:
        where.append("u.at_us <= :to_us")
        params["to_us"] = to_us
    if public:
        where.append("u.public = 1 AND r.public = 1")
    statement = sql(
        f"SELECT {_UPDATE_COLUMNS} FROM intake_update u"
        " JOIN intake_report r ON r.report_id = u.report_id"
        f" WHERE {' AND '.join(where)} ORDER BY u.at_us, u.update_id LIMIT :limit"
    )
    return [_row(UpdateRow, row) for row in await reader.fetch(statement, **params)]


async def find_update(reader: Reader, update_id: str) -> UpdateRow | None:
    """Read one update by id."""
    row = await reader.fetch_one(_UPDATE, update_id=update_id)
    return None if row is None else _row(UpdateRow, row)


async def find_event(reader: Reader, event_id: str) -> EventRow | None:
    """Read one event by id."""
    row = await reader.fetch_one(_EVENT, event_id=event_id)
    return None if row is None else _row(EventRow, row)


async def list_events(
    reader: Reader,
    scope: Scope,
    *,
    types: Sequence[str] | None = None,
    received_from_us: int | None = None,
    limit: int,
    after: tuple[int, str] | None = None,
) -> list[EventRow]:
    """List events, newest first; ``after`` as with :func:`list_reports`."""
    where, params = ["1 = 1"], dict[str, Any](limit=limit)
    if types is not None:
        where.append("type = ANY(:types)")
        params["types"] = list(types)
    if received_from_us is not None:
        where.append("received_us >= :received_from_us")
        params["received_from_us"] = received_from_us
    if after is not None:
        where.append("(received_us < :after_us OR (received_us = :after_us AND event_id < :after_id))")
        params["after_us"], params["after_id"] = after
    _see(scope, where, params)
    statement = sql(
        f"SELECT {_EVENT_COLUMNS} FROM intake_event WHERE {' AND '.join(where)}"
        " ORDER BY received_us DESC, event_id DESC LIMIT :limit"
    )
    return [_row(EventRow, row) for row in await reader.fetch(statement, **params)]
