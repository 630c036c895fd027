"""The tables of documents and their indexes. Lists walk newest first by ``issued_us, document_id``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text

from tidehub.hub.schema import metadata

_VALID = text("status = 'valid' AND subject_key <> ''")

document = Table(
    "documents_document",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("template_version", Integer, nullable=False),
    Column("subject_key", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("payload_sha256", Text, nullable=False),
    Column("verify_code", Text, nullable=False),
    Column("issued_us", BigInteger, nullable=False),
    Column("signed_us", BigInteger),
    Column("reporter", Text),
    Column("unit_id", Text),
    Column("first_id", Text, nullable=False),
    Column("replaces", Text),
    Column("replaced_by", Text),
    Column("ended_us", BigInteger),
    Column("reason", Text),
    Column("range_id", Text),
    Column("pdf_sha256", Text),
    Column("pdf_bytes", BigInteger),
    Column("fact_id", Text, nullable=False),
    Column("fact_hash", Text, nullable=False),
    Index("uq_documents_document_number", "number", unique=True),
    Index("uq_documents_document_verify_code", "verify_code", unique=True),
    Index(
        "uq_documents_document_subject",
        "kind",
        "subject_key",
        unique=True,
        sqlite_where=_VALID,
        postgresql_where=_VALID,
    ),
    Index("ix_documents_document_case", "case_id", "issued_us"),
    Index("ix_documents_document_issued", "issued_us", "document_id"),
    Index("ix_documents_document_kind", "kind", "issued_us", "document_id"),
    Index("ix_documents_document_serial", "kind", "region_code", "year", "serial"),
    Index("ix_documents_document_region", "region_code", "issued_us", "document_id"),
    Index("ix_documents_document_reporter", "reporter", "issued_us", "document_id"),
    Index("ix_documents_document_unit", "unit_id", "issued_us", "document_id"),
    Index("ix_documents_document_first", "first_id"),
)

counter = Table(
    "documents_counter",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("region_code", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

reserved = Table(
    "documents_reserved",
    metadata,
    Column("number", Text, primary_key=True),
    Column("range_id", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("unit_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("verify_code", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("used_sha256", Text),
    Index("ix_documents_reserved_range", "range_id", "serial"),
    Index("ix_documents_reserved_device", "device_id", "state", "serial"),
    Index("ix_documents_reserved_serial", "kind", "region_code", "year", "serial"),
)

copy = Table(
    "documents_copy",
    metadata,
    Column("number", Text, primary_key=True),
    Column("verify_code", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("copy_id", Text, nullable=False),
    Column("payload_sha256", Text, nullable=False),
    Column("same_payload", Integer, nullable=False),
    Column("joined_us", BigInteger, nullable=False),
    Index("uq_documents_copy_verify_code", "verify_code", unique=True),
    Index("ix_documents_copy_document", "document_id"),
)

log = Table(
    "documents_log",
    metadata,
    Column("log_index", BigInteger, primary_key=True, autoincrement=False),
    Column("document_id", Text, nullable=False),
    Column("entry", Text, nullable=False),
    Column("leaf_sha256", Text, nullable=False),
    Column("logged_us", BigInteger, nullable=False),
    Index("uq_documents_log_document", "document_id", unique=True),
)

# Bookkeeping, not derived from facts: where there are many writers, whoever numbers takes a row first.
lock = Table("documents_lock", metadata, Column("name", Text, primary_key=True))

TABLES = (document, counter, reserved, copy, log)
