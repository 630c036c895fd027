"""The tables of intake and the indexes that its lists walk.

A report is one row, written once; what follows its case touches the same row. Indexes that most reports never
enter (no reporter, closed, no case) are partial, so taking a report in stays cheap.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, Table, Text, text

from tidehub.hub.schema import metadata

_SAID = text("reporter <> ''")
_CASED = text("case_id <> ''")
_OPEN_SOMEWHERE = text("status = 'open' AND lat IS NOT NULL")

report = Table(
    "intake_report",
    metadata,
    Column("report_id", Text, primary_key=True),
    Column("service_code", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("body_sha256", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("place_id", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("answers", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("media_url", Text, nullable=False),
    Column("reporter", Text, nullable=False),
    Column("taken_by", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("public", Integer, nullable=False),
    Column("received_us", BigInteger, nullable=False),
    Column("happened_us", BigInteger, nullable=False),
    Column("updated_us", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("withdrawn", Integer, nullable=False, server_default="0"),
    Column("case_id", Text, nullable=False, server_default=""),
    Column("own_case_id", Text, nullable=False, server_default=""),
    Column("joined_case_id", Text, nullable=False, server_default=""),
    Column("lifecycle", Text, nullable=False, server_default=""),
    Column("case_state", Text, nullable=False, server_default=""),
    Column("status_notes", Text, nullable=False, server_default=""),
    Column("agency", Text, nullable=False, server_default=""),
    Column("expected_us", BigInteger),
    Column("closed_us", BigInteger),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("rating", Integer),
    Column("rated_us", BigInteger),
    Index("ix_intake_report_received", "received_us", "report_id"),
    Index("ix_intake_report_service", "service_code", "received_us", "report_id"),
    Index(
        "ix_intake_report_reporter",
        "reporter",
        "received_us",
        "report_id",
        sqlite_where=_SAID,
        postgresql_where=_SAID,
    ),
    Index("ix_intake_report_case", "case_id", sqlite_where=_CASED, postgresql_where=_CASED),
    Index("ix_intake_report_own_case", "own_case_id", sqlite_where=text("own_case_id <> ''"),
          postgresql_where=text("own_case_id <> ''")),
    Index(
        "ix_intake_report_near",
        "category",
        "lat",
        sqlite_where=_OPEN_SOMEWHERE,
        postgresql_where=_OPEN_SOMEWHERE,
    ),
)  # fmt: skip

update = Table(
    "intake_update",
    metadata,
    Column("update_id", Text, primary_key=True),
    Column("report_id", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("lifecycle", Text, nullable=False),
    Column("case_state", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("media_url", Text, nullable=False),
    Column("source_key", Text, nullable=False),
    Column("body_sha256", Text, nullable=False),
    Column("public", Integer, nullable=False),
    Index("ix_intake_update_at", "at_us", "update_id"),
    Index("ix_intake_update_report", "report_id", "at_us"),
)

event = Table(
    "intake_event",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("source_event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("occurred_us", BigInteger, nullable=False),
    Column("received_us", BigInteger, nullable=False),
    Column("attributes", Text, nullable=False),
    Column("data_type", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("data_base64", Integer, nullable=False),
    Column("body_sha256", Text, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("reporter", Text, nullable=False),
    Index("ix_intake_event_received", "received_us", "event_id"),
    Index("ix_intake_event_type", "type", "received_us", "event_id"),
)

TABLES = (report, update, event)
