"""What a flow needs to know of a case: who is concerned, and what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from tidehub.capabilities.cases.tables import values_of
from tidehub.hub.log import Reader
from tidehub.hub.statement import sql
from tidehub.kernel.geometry import Position
from tidehub.kernel.instants import from_us

_BRIEF = sql(
    "SELECT case_id, lifecycle, state, is_open, category, title, region_code, reporter, assignee,"
    " responsible_unit, place_id, lon, lat, parent_id, opened_us, value_lines"
    " FROM cases_case WHERE case_id = :case_id",
    short=True,
)

_TITLES = sql("SELECT case_id, title, state, is_open, lifecycle FROM cases_case WHERE case_id = ANY(:case_ids)")


class CaseTitle(msgspec.Struct, frozen=True):
    """What a case is called and where it stands, for a row that points to it."""

    case_id: str
    title: str
    state: str
    is_open: bool
    lifecycle: str


class CaseBrief(msgspec.Struct, frozen=True):
    """A case in brief, for flows and documents; never shown to people as it is."""

    case_id: str
    lifecycle: str
    state: str
    is_open: bool
    category: str
    title: str
    region_code: str
    reporter: str | None
    assignee: str | None
    responsible_unit: str | None
    place_id: str | None
    lon: float | None
    lat: float | None
    parent_id: str | None
    opened_at: datetime
    values: dict[str, Any]

    @property
    def position(self) -> Position | None:
        """Where it is, WGS 84."""
        return None if self.lon is None or self.lat is None else Position(self.lon, self.lat)


async def find_case(reader: Reader, case_id: str) -> CaseBrief | None:
    """Find a case in brief."""
    row = await reader.fetch_one(_BRIEF, case_id=case_id)
    if row is None:
        return None
    plain = {name: row[name] for name in CaseBrief.__struct_fields__ if name not in ("is_open", "opened_at", "values")}
    return CaseBrief(
        **plain,
        is_open=bool(row["is_open"]),
        opened_at=from_us(row["opened_us"]),
        values=values_of(row["value_lines"]),
    )


async def titles_of(reader: Reader, case_ids: Sequence[str]) -> dict[str, CaseTitle]:
    """Titles of cases by id; who asks has been shown the ids before."""
    rows = await reader.fetch(_TITLES, case_ids=list(case_ids))
    return {
        row["case_id"]: CaseTitle(row["case_id"], row["title"], row["state"], bool(row["is_open"]), row["lifecycle"])
        for row in rows
    }
