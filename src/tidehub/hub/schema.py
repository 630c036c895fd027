"""The tables of the hub. ``metadata`` is the one truth about the schema of the whole platform."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

# Names of constraints are fixed from the first day: SQLite can only change a constraint it can name.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# A BigInteger primary key does not count by itself on SQLite; an Integer one is 64 bits wide there anyway.
Key = BigInteger().with_variant(Integer, "sqlite")

_OPEN = text("state = 'open'")

fact = Table(
    "fact",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=False),
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("shape", Integer, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("cause", Text),
    Column("body", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    UniqueConstraint("stream", "version"),
)

follow_up = Table(
    "follow_up",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("flow", Text, nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("state", Text, nullable=False, server_default="open"),
    Column("problem", Text),
    Index(
        "ix_follow_up_due",
        "due_us",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index("ix_follow_up_stream_id", "stream", "id"),
    sqlite_autoincrement=True,  # an id is never given twice, so a late taker cannot take another's
)

timer = Table(
    "timer",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("payload", Text, nullable=False),
    Column("cause", Text),
    Column("try_us", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("state", Text, nullable=False, server_default="open"),
    Column("problem", Text),
    Index("ix_timer_try", "try_us", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
)

stored_file = Table(
    "stored_file",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("stored_us", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
)

cursor = Table(
    "cursor",
    metadata,
    Column("name", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
