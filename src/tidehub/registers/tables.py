"""The tables of the registers and of access: what facts do to them, and what a decision reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from tidehub.hub.log import Recorded
from tidehub.hub.schema import Key, metadata
from tidehub.hub.statement import Write, sql
from tidehub.hub.transaction import Transaction
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.instants import from_us, to_us
from tidehub.registers.commands import (
    GrantRoles,
    NotePersonalDataRead,
    RecordEntry,
    RetireEntry,
    RevokeRoles,
)
from tidehub.registers.facts import (
    EntryRecorded,
    EntryRetired,
    PersonalDataRead,
    RolesGranted,
    RolesRevoked,
)

entry = Table(
    "registers_entry",
    metadata,
    Column("register", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("valid_from_us", BigInteger, primary_key=True),
    Column("valid_to_us", BigInteger),
    Column("body", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
)
grant = Table(
    "access_grant",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("grant_id", Text, primary_key=True),
    Column("roles", Text, nullable=False),
    Column("regions", Text, nullable=False),
    Column("units", Text, nullable=False),
    Column("until_us", BigInteger),
)
personal_read = Table(
    "access_personal_read",
    metadata,
    Column("fact_id", Text, primary_key=True),
    Column("whose", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("case_id", Text),
    Column("at_us", BigInteger, nullable=False),
    Index("ix_access_personal_read_whose", "whose", "at_us"),
    Index("ix_access_personal_read_who", "who", "at_us"),
)

# Credentials are no facts: they are changed and removed, and nobody may replay them.
credential = Table(
    "access_credential",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
    Column("failures", Key, nullable=False, server_default="0"),
    Column("locked_until_us", BigInteger),
    Column("must_change", Key, nullable=False, server_default="0"),
)
session = Table(
    "access_session",
    metadata,
    Column("token_sha256", LargeBinary, primary_key=True),
    Column("person_id", Text, nullable=False, index=True),
    Column("started_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
    Column("ends_us", BigInteger, nullable=False, index=True),
    Column("agent", Text, nullable=False),
)
token = Table(
    "access_token",
    metadata,
    Column("token_sha256", LargeBinary, primary_key=True),
    Column("token_id", Text, nullable=False, unique=True),
    Column("holder", Text, nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("regions", Text, nullable=False),
    Column("units", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("ends_us", BigInteger),
)

_PUT = sql(
    'INSERT INTO registers_entry (register, id, valid_from_us, valid_to_us, body, "by", recorded_us)'
    " VALUES (:register, :id, :valid_from_us, :valid_to_us, :body, :by, :recorded_us)"
    " ON CONFLICT (register, id, valid_from_us) DO UPDATE SET valid_to_us = excluded.valid_to_us,"
    ' body = excluded.body, "by" = excluded."by", recorded_us = excluded.recorded_us'
)
_CUT = sql(
    "UPDATE registers_entry SET valid_to_us = :at_us WHERE register = :register AND id = :id"
    " AND valid_from_us < :at_us AND (valid_to_us IS NULL OR valid_to_us > :at_us)"
)
_DROP = sql("DELETE FROM registers_entry WHERE register = :register AND id = :id AND valid_from_us >= :at_us")
_GRANT = sql(
    "INSERT INTO access_grant (person_id, grant_id, roles, regions, units, until_us)"
    " VALUES (:person_id, :grant_id, :roles, :regions, :units, :until_us)"
)
_REVOKE = sql("DELETE FROM access_grant WHERE person_id = :person_id AND grant_id = :grant_id")
_READ = sql(
    "INSERT INTO access_personal_read (fact_id, whose, who, fields, purpose, case_id, at_us)"
    " VALUES (:fact_id, :whose, :who, :fields, :purpose, :case_id, :at_us)"
)
_VERSIONS = sql(
    "SELECT valid_from_us, valid_to_us, body FROM registers_entry WHERE register = :register AND id = :id"
    " ORDER BY valid_from_us",
    short=True,
)
_GRANTS = sql(
    "SELECT grant_id, roles, regions, units, until_us FROM access_grant WHERE person_id = :person_id ORDER BY grant_id",
    short=True,
)


def project(recorded: Recorded) -> Iterator[Write]:
    """Change the tables as a fact asks."""
    fact = recorded.fact
    if isinstance(fact, EntryRecorded):
        yield Write(
            _PUT,
            {
                "register": fact.register,
                "id": fact.id,
                "valid_from_us": to_us(fact.valid_from),
                "valid_to_us": _us(fact.valid_to),
                "body": _text(fact.body),
                "by": recorded.by,
                "recorded_us": to_us(recorded.at),
            },
        )
    elif isinstance(fact, EntryRetired):
        about = {"register": fact.register, "id": fact.id, "at_us": to_us(fact.at)}
        yield Write(_DROP, about)
        yield Write(_CUT, about)
    elif isinstance(fact, RolesGranted):
        yield Write(
            _GRANT,
            {
                "person_id": fact.person_id,
                "grant_id": fact.grant_id,
                "roles": _text(fact.roles),
                "regions": _text(fact.regions),
                "units": _text(fact.units),
                "until_us": _us(fact.until),
            },
        )
    elif isinstance(fact, RolesRevoked):
        yield Write(_REVOKE, {"person_id": fact.person_id, "grant_id": fact.grant_id})
    elif isinstance(fact, PersonalDataRead):
        yield Write(
            _READ,
            {
                "fact_id": recorded.id,
                "whose": fact.whose,
                "who": fact.who,
                "fields": _text(fact.fields),
                "purpose": fact.purpose,
                "case_id": fact.case_id,
                "at_us": to_us(recorded.at),
            },
        )


def _us(at: datetime | None) -> int | None:
    return None if at is None else to_us(at)


def _text(value: Any) -> str:
    return canonical_json(value).decode()


class Versions(msgspec.Struct, frozen=True):
    """What is known of one thing: the length of its chain, and its versions as (from, to, body)."""

    chain: int
    versions: tuple[tuple[datetime, datetime | None, dict[str, Any]], ...]


class Grants(msgspec.Struct, frozen=True):
    """The grants a person holds by id, ended ones included until they are revoked, and the chain's length."""

    by_id: dict[str, tuple[str, ...]]
    chain: int = 0


async def load_versions(tx: Transaction, command: RecordEntry | RetireEntry) -> Versions:
    """Read the chain's length and every version of a thing."""
    chain, _ = await tx.head(command.stream)
    rows = await tx.fetch(_VERSIONS, register=command.register, id=command.id)
    return Versions(
        chain,
        tuple(
            (
                from_us(row["valid_from_us"]),
                None if row["valid_to_us"] is None else from_us(row["valid_to_us"]),
                msgspec.json.decode(row["body"]),
            )
            for row in rows
        ),
    )


async def load_grants(tx: Transaction, command: GrantRoles | RevokeRoles) -> Grants:
    """Read a person's grants."""
    rows = await tx.fetch(_GRANTS, person_id=command.person_id)
    chain, _ = await tx.head(command.stream)
    return Grants({row["grant_id"]: tuple(msgspec.json.decode(row["roles"])) for row in rows}, chain)


async def load_nothing(_tx: Transaction, _command: NotePersonalDataRead) -> None:
    """Nothing is asked before a read is logged."""
