"""The tables of cases and the indexes their lists walk.

A list is always newest first (``opened_us``, ``case_id``) and filtered by place, state, holder or reporter;
each of those has an index that ends in this order, so a page is a walk and never a sort. Open cases are few
among all that ever were, so their lists have indexes of their own with ``is_open`` as one more equality: between a
partial index and a full one over the same columns SQLite chooses by chance (measured: 109 ms instead of 2 ms in
a town of a million cases). No index holds ``due_us``, which every clock moves.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, Table, Text, text

from tidehub.hub.schema import metadata

_PENDING = text("granted IS NULL")
_UNCERTAIN = text("provisional = 1")

case = Table(
    "cases_case",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("lifecycle", Text, nullable=False),
    Column("lifecycle_version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("is_open", Integer, nullable=False),
    Column("outcome", Text),
    Column("category", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("region_9", Text, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("place_id", Text),
    Column("reporter", Text),
    Column("responsible_unit", Text),
    Column("assignee", Text),
    Column("parent_id", Text),
    Column("original_id", Text),
    Column("open_children", Integer, nullable=False),
    Column("opened_us", BigInteger, nullable=False),
    Column("happened_us", BigInteger),
    Column("state_since_us", BigInteger, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
    Column("closed_us", BigInteger),
    Column("due_us", BigInteger),
    Column("breaches", Integer, nullable=False),
    Column("reopened", Integer, nullable=False),
    Column("value_lines", Text, nullable=False),
    Column("trail", Text, nullable=False),
    Index("ix_cases_case_opened", "opened_us", "case_id"),
    Index("ix_cases_case_state", "state", "opened_us", "case_id"),
    Index("ix_cases_case_region_9", "region_9", "state", "opened_us", "case_id"),
    Index("ix_cases_case_town", "region_9", "opened_us", "case_id"),
    Index("ix_cases_case_reporter", "reporter", "opened_us", "case_id"),
    Index("ix_cases_case_unit", "responsible_unit", "opened_us", "case_id"),
    Index("ix_cases_case_assignee", "assignee", "opened_us", "case_id"),
    Index("ix_cases_case_lat", "lat", "lon"),
    Index("ix_cases_case_open", "is_open", "opened_us", "case_id"),
    Index("ix_cases_case_open_town", "region_9", "is_open", "opened_us", "case_id"),
    Index("ix_cases_case_open_unit", "responsible_unit", "is_open", "opened_us", "case_id"),
    Index("ix_cases_case_open_assignee", "assignee", "is_open", "opened_us", "case_id"),
)

clock = Table(
    "cases_clock",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("clock", Text, primary_key=True),
    Column("run", Integer, primary_key=True),
    Column("status", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("limit_amount", Integer),
    Column("limit_unit", Text),
    Column("total_us", BigInteger),
    Column("owner", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("started_us", BigInteger, nullable=False),
    Column("stopped_us", BigInteger),
    Column("noticed_us", BigInteger),
    Column("evidence", Text, nullable=False),
    Column("due_us", BigInteger),
    Column("signalled_us", BigInteger, nullable=False),
    Column("counted_us", BigInteger),
    Column("over_us", BigInteger),
    Column("breached", Integer, nullable=False),
    Column("level", Integer, nullable=False),
    Column("provisional", Integer, nullable=False),
    Column("lines", Text, nullable=False),
    Index("ix_cases_clock_provisional", "case_id", sqlite_where=_UNCERTAIN, postgresql_where=_UNCERTAIN),
)

approval = Table(
    "cases_approval",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("approval_id", Text, primary_key=True),
    Column("approval", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_us", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("given_values", Text, nullable=False),
    Column("amount", Integer),
    Column("unit", Text),
    Column("until_us", BigInteger),
    Column("granted", Integer),
    Column("decided_by", Text),
    Column("decided_us", BigInteger),
    Column("ruling", Text),
    Column("counts_as", Text),
    Index("ix_cases_approval_pending", "asked_us", "case_id", sqlite_where=_PENDING, postgresql_where=_PENDING),
)

relation = Table(
    "cases_relation",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("other_id", Text, primary_key=True),
    Column("since_us", BigInteger, nullable=False),
    Index("ix_cases_relation_other", "other_id", "kind"),
)

TABLES = (case, clock, approval, relation)
