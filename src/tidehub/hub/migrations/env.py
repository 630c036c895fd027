"""How Alembic runs here: always on a connection that is handed to it (see :mod:`tidehub.hub.migrate`)."""

from __future__ import annotations

from alembic import context

from tidehub.hub.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite changes a table by rebuilding it
    transactional_ddl=True,  # and whoever hands the connection over begins and commits
)
context.run_migrations()
