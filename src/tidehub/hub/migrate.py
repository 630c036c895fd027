"""Bringing a database to today's schema; Alembic is imported only when there is something to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import MetaData, create_engine
from sqlalchemy.pool import StaticPool

MIGRATIONS = Path(__file__).parent / "migrations"


def prepare_sqlite(connection: sqlite3.Connection, metadata: MetaData) -> None:
    """Create what is missing through the writer's own connection."""
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    row_factory, connection.row_factory = connection.row_factory, None
    try:
        metadata.create_all(engine)
    finally:
        connection.row_factory = row_factory


