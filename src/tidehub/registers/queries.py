"""Reading what the registers and access know beside the snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tidehub.hub.log import HEAD, HEADS, Reader
from tidehub.hub.statement import sql
from tidehub.kernel.instants import from_us

_GRANTS = sql(
    "SELECT grant_id, roles, regions, units, until_us FROM access_grant WHERE person_id = :person_id ORDER BY grant_id",
    short=True,
)
_ALL_GRANTS = sql(
    "SELECT person_id, grant_id, roles, regions, units, until_us FROM access_grant ORDER BY person_id, grant_id"
)
_READS = sql(
    "SELECT fact_id, whose, who, fields, purpose, case_id, at_us FROM access_personal_read"
    " WHERE whose = :whose AND at_us < :before_us ORDER BY at_us DESC, fact_id LIMIT :limit"
)
_LOGINS = sql("SELECT person_id, login FROM access_credential")
_LOGIN = sql("SELECT login FROM access_credential WHERE person_id = :person_id", short=True)


async def chain_version(reader: Reader, register: str, id_: str) -> int:
    """How many facts a thing's chain has: its ETag."""
    row = await reader.fetch_one(HEAD, stream=f"register/{register}/{id_}")
    return 0 if row is None else int(row["version"])


async def grants_of(reader: Reader, person_id: str) -> list[dict[str, Any]]:
    """Every grant a person holds."""
    return [
        {
            "grant_id": row["grant_id"],
            "roles": msgspec.json.decode(row["roles"]),
            "regions": msgspec.json.decode(row["regions"]),
            "units": msgspec.json.decode(row["units"]),
            "until": None if row["until_us"] is None else from_us(row["until_us"]),
        }
        for row in await reader.fetch(_GRANTS, person_id=person_id)
    ]


async def all_grants(reader: Reader) -> dict[str, list[dict[str, Any]]]:
    """Every grant of everybody, by person."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in await reader.fetch(_ALL_GRANTS):
        found.setdefault(row["person_id"], []).append(
            {
                "grant_id": row["grant_id"],
                "roles": msgspec.json.decode(row["roles"]),
                "regions": msgspec.json.decode(row["regions"]),
                "units": msgspec.json.decode(row["units"]),
                "until": None if row["until_us"] is None else from_us(row["until_us"]),
            }
        )
    return found


async def logins(reader: Reader) -> dict[str, str]:
    """Account names by person."""
    return {row["person_id"]: row["login"] for row in await reader.fetch(_LOGINS)}


async def grants_version(reader: Reader, person_id: str) -> int:
    """How many facts a person's chain of grants has: its ETag."""
    row = await reader.fetch_one(HEAD, stream=f"access/{person_id}")
    return 0 if row is None else int(row["version"])


async def grants_versions(reader: Reader, person_ids: Sequence[str]) -> dict[str, int]:
    """The same of many at once."""
    rows = await reader.fetch(HEADS, streams=[f"access/{person_id}" for person_id in person_ids])
    return {row["stream"].removeprefix("access/"): int(row["version"]) for row in rows}


async def login_of(reader: Reader, person_id: str) -> str | None:
    """Account name of a person, if there is an account."""
    row = await reader.fetch_one(_LOGIN, person_id=person_id)
    return None if row is None else str(row["login"])


async def reads_of(reader: Reader, whose: str, *, before_us: int, limit: int) -> list[dict[str, Any]]:
    """Who has seen somebody's data and what for, newest first."""
    return [
        {
            "fact_id": row["fact_id"],
            "who": row["who"],
            "fields": msgspec.json.decode(row["fields"]),
            "purpose": row["purpose"],
            "case_id": row["case_id"],
            "at": from_us(row["at_us"]),
        }
        for row in await reader.fetch(_READS, whose=whose, before_us=before_us, limit=limit)
    ]
