"""The schema before release, made by ``python -m tidehub.hub.migrate``, not by hand."""

# ruff: noqa: E501, Q000
# fmt: off

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "4f054360248c"
down_revision: str | None = None
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Create every table."""
    op.create_table('access_credential',
    sa.Column('person_id', sa.Text(), nullable=False),
    sa.Column('login', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('changed_us', sa.BigInteger(), nullable=False),
    sa.Column('failures', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False),
    sa.Column('locked_until_us', sa.BigInteger(), nullable=True),
    sa.Column('must_change', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_access_credential')),
    sa.UniqueConstraint('login', name=op.f('uq_access_credential_login'))
    )
    op.create_table('access_grant',
    sa.Column('person_id', sa.Text(), nullable=False),
    sa.Column('grant_id', sa.Text(), nullable=False),
    sa.Column('roles', sa.Text(), nullable=False),
    sa.Column('regions', sa.Text(), nullable=False),
    sa.Column('units', sa.Text(), nullable=False),
    sa.Column('until_us', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('person_id', 'grant_id', name=op.f('pk_access_grant'))
    )
    op.create_table('access_personal_read',
    sa.Column('fact_id', sa.Text(), nullable=False),
    sa.Column('whose', sa.Text(), nullable=False),
    sa.Column('who', sa.Text(), nullable=False),
    sa.Column('fields', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=True),
    sa.Column('at_us', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('fact_id', name=op.f('pk_access_personal_read'))
    )
    op.create_index('ix_access_personal_read_who', 'access_personal_read', ['who', 'at_us'], unique=False)
    op.create_index('ix_access_personal_read_whose', 'access_personal_read', ['whose', 'at_us'], unique=False)
    op.create_table('access_session',
    sa.Column('token_sha256', sa.LargeBinary(), nullable=False),
    sa.Column('person_id', sa.Text(), nullable=False),
    sa.Column('started_us', sa.BigInteger(), nullable=False),
    sa.Column('seen_us', sa.BigInteger(), nullable=False),
    sa.Column('ends_us', sa.BigInteger(), nullable=False),
    sa.Column('agent', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('token_sha256', name=op.f('pk_access_session'))
    )
    op.create_index(op.f('ix_access_session_ends_us'), 'access_session', ['ends_us'], unique=False)
    op.create_index(op.f('ix_access_session_person_id'), 'access_session', ['person_id'], unique=False)
    op.create_table('access_token',
    sa.Column('token_sha256', sa.LargeBinary(), nullable=False),
    sa.Column('token_id', sa.Text(), nullable=False),
    sa.Column('holder', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('roles', sa.Text(), nullable=False),
    sa.Column('regions', sa.Text(), nullable=False),
    sa.Column('units', sa.Text(), nullable=False),
    sa.Column('scopes', sa.Text(), nullable=False),
    sa.Column('made_by', sa.Text(), nullable=False),
    sa.Column('made_us', sa.BigInteger(), nullable=False),
    sa.Column('ends_us', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('token_sha256', name=op.f('pk_access_token')),
    sa.UniqueConstraint('token_id', name=op.f('uq_access_token_token_id'))
    )
    op.create_index(op.f('ix_access_token_holder'), 'access_token', ['holder'], unique=False)
    op.create_table('cases_approval',
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('approval_id', sa.Text(), nullable=False),
    sa.Column('approval', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.Text(), nullable=False),
    sa.Column('asked_us', sa.BigInteger(), nullable=False),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('given_values', sa.Text(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=True),
    sa.Column('unit', sa.Text(), nullable=True),
    sa.Column('until_us', sa.BigInteger(), nullable=True),
    sa.Column('granted', sa.Integer(), nullable=True),
    sa.Column('decided_by', sa.Text(), nullable=True),
    sa.Column('decided_us', sa.BigInteger(), nullable=True),
    sa.Column('ruling', sa.Text(), nullable=True),
    sa.Column('counts_as', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('case_id', 'approval_id', name=op.f('pk_cases_approval'))
    )
    op.create_index('ix_cases_approval_pending', 'cases_approval', ['asked_us', 'case_id'], unique=False, sqlite_where=sa.text('granted IS NULL'), postgresql_where=sa.text('granted IS NULL'))
    op.create_table('cases_case',
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('lifecycle', sa.Text(), nullable=False),
    sa.Column('lifecycle_version', sa.Integer(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=False),
    sa.Column('is_open', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('region_9', sa.Text(), nullable=False),
    sa.Column('lon', sa.Float(), nullable=True),
    sa.Column('lat', sa.Float(), nullable=True),
    sa.Column('place_id', sa.Text(), nullable=True),
    sa.Column('reporter', sa.Text(), nullable=True),
    sa.Column('responsible_unit', sa.Text(), nullable=True),
    sa.Column('assignee', sa.Text(), nullable=True),
    sa.Column('parent_id', sa.Text(), nullable=True),
    sa.Column('original_id', sa.Text(), nullable=True),
    sa.Column('open_children', sa.Integer(), nullable=False),
    sa.Column('opened_us', sa.BigInteger(), nullable=False),
    sa.Column('happened_us', sa.BigInteger(), nullable=True),
    sa.Column('state_since_us', sa.BigInteger(), nullable=False),
    sa.Column('changed_us', sa.BigInteger(), nullable=False),
    sa.Column('closed_us', sa.BigInteger(), nullable=True),
    sa.Column('due_us', sa.BigInteger(), nullable=True),
    sa.Column('breaches', sa.Integer(), nullable=False),
    sa.Column('reopened', sa.Integer(), nullable=False),
    sa.Column('value_lines', sa.Text(), nullable=False),
    sa.Column('trail', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_cases_case'))
    )
    op.create_index('ix_cases_case_assignee', 'cases_case', ['assignee', 'opened_us', 'case_id'], unique=False)
    op.create_index('ix_cases_case_lat', 'cases_case', ['lat', 'lon'], unique=False)
    op.create_index('ix_cases_case_open', 'cases_case', ['is_open', 'opened_us', 'case_id'], unique=False)
    op.create_index('ix_cases_case_open_assignee', 'cases_case', ['assignee', 'is_open', 'opened_us', 'case_id'], unique=False)
    op.create_index('ix_cases_case_open_town', 'cases_case', ['region_9', 'is_open', 'opened_us', 'case_id'], unique=False)
    op.create_index('ix_cases_case_open_unit', 'cases_case', ['responsible_unit', 'is_open', 'opened_us', 'case_id'], unique=False)
    op.create_index('ix_cases_case_opened', 'cases_case', ['opened_us', 'case_id'], unique=False)
    op.create_index('ix_cases_case_region_9', 'cases_case', ['region_9', 'state', 'opened_us', 'case_id'], unique=False)
    op.create_index('ix_cases_case_reporter', 'cases_case', ['reporter', 'opened_us', 'case_id'], unique=False)
    op.create_index('ix_cases_case_state', 'cases_case', ['state', 'opened_us', 'case_id'], unique=False)
    op.create_index('ix_cases_case_town', 'cases_case', ['region_9', 'opened_us', 'case_id'], unique=False)
    op.create_index('ix_cases_case_unit', 'cases_case', ['responsible_unit', 'opened_us', 'case_id'], unique=False)
    op.create_table('cases_clock',
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('clock', sa.Text(), nullable=False),
    sa.Column('run', sa.Integer(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('calendar', sa.Text(), nullable=False),
    sa.Column('limit_amount', sa.Integer(), nullable=True),
    sa.Column('limit_unit', sa.Text(), nullable=True),
    sa.Column('total_us', sa.BigInteger(), nullable=True),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('started_us', sa.BigInteger(), nullable=False),
    sa.Column('stopped_us', sa.BigInteger(), nullable=True),
    sa.Column('noticed_us', sa.BigInteger(), nullable=True),
    sa.Column('evidence', sa.Text(), nullable=False),
    sa.Column('due_us', sa.BigInteger(), nullable=True),
    sa.Column('signalled_us', sa.BigInteger(), nullable=False),
    sa.Column('counted_us', sa.BigInteger(), nullable=True),
    sa.Column('over_us', sa.BigInteger(), nullable=True),
    sa.Column('breached', sa.Integer(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('provisional', sa.Integer(), nullable=False),
    sa.Column('lines', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('case_id', 'clock', 'run', name=op.f('pk_cases_clock'))
    )
    op.create_index('ix_cases_clock_provisional', 'cases_clock', ['case_id'], unique=False, sqlite_where=sa.text('provisional = 1'), postgresql_where=sa.text('provisional = 1'))
    op.create_table('cases_relation',
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('other_id', sa.Text(), nullable=False),
    sa.Column('since_us', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('case_id', 'kind', 'other_id', name=op.f('pk_cases_relation'))
    )
    op.create_index('ix_cases_relation_other', 'cases_relation', ['other_id', 'kind'], unique=False)
    op.create_table('cursor',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_cursor'))
    )
    op.create_table('devices_beyond',
    sa.Column('device_id', sa.Text(), nullable=False),
    sa.Column('factor', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=True),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('limit_value', sa.Text(), nullable=False),
    sa.Column('measure', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('beyond', sa.Integer(), nullable=False),
    sa.Column('changed_us', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('device_id', 'factor', name=op.f('pk_devices_beyond'))
    )
    op.create_table('devices_circle',
    sa.Column('circle_id', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=True),
    sa.Column('job_id', sa.Text(), nullable=True),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('lon', sa.Float(precision=53), nullable=False),
    sa.Column('lat', sa.Float(precision=53), nullable=False),
    sa.Column('radius_m', sa.Float(precision=53), nullable=False),
    sa.Column('dwell_s', sa.Float(precision=53), nullable=False),
    sa.Column('speed_mps_max', sa.Float(precision=53), nullable=True),
    sa.Column('from_lon', sa.Float(precision=53), nullable=True),
    sa.Column('from_lat', sa.Float(precision=53), nullable=True),
    sa.Column('watched_us', sa.BigInteger(), nullable=False),
    sa.Column('entered_us', sa.BigInteger(), nullable=True),
    sa.Column('entered_by', sa.Text(), nullable=True),
    sa.Column('passed', sa.Integer(), nullable=False),
    sa.Column('changed_us', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('circle_id', name=op.f('pk_devices_circle'))
    )
    op.create_index('ix_devices_circle_case_id', 'devices_circle', ['case_id'], unique=False)
    op.create_index('ix_devices_circle_unit_id', 'devices_circle', ['unit_id'], unique=False)
    op.create_table('devices_count',
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'source', 'reason', name=op.f('pk_devices_count'))
    )
    op.create_table('devices_fix',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('claim', sa.Text(), nullable=False),
    sa.Column('at_us', sa.BigInteger(), nullable=False),
    sa.Column('fix', sa.Text(), nullable=False),
    sa.Column('judged', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_devices_fix'))
    )
    op.create_index('ix_devices_fix_subject_at_us', 'devices_fix', ['subject', 'at_us'], unique=False)
    op.create_table('devices_identity',
    sa.Column('claim', sa.Text(), nullable=False),
    sa.Column('received_us', sa.BigInteger(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('claim', name=op.f('pk_devices_identity'))
    )
    op.create_table('devices_last',
    sa.Column('claim', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=True),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('lon', sa.Float(precision=53), nullable=False),
    sa.Column('lat', sa.Float(precision=53), nullable=False),
    sa.Column('band', sa.Integer(), nullable=False),
    sa.Column('at_us', sa.BigInteger(), nullable=False),
    sa.Column('heard_us', sa.BigInteger(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('claim', name=op.f('pk_devices_last'))
    )
    op.create_index('ix_devices_last_band', 'devices_last', ['band'], unique=False)
    op.create_index('ix_devices_last_unit_id', 'devices_last', ['unit_id'], unique=False)
    op.create_table('devices_problem',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('claim', sa.Text(), nullable=True),
    sa.Column('received_us', sa.BigInteger(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_devices_problem'))
    )
    op.create_index('ix_devices_problem_claim_id', 'devices_problem', ['claim', 'id'], unique=False)
    op.create_index('ix_devices_problem_reason_id', 'devices_problem', ['reason', 'id'], unique=False)
    op.create_table('devices_reading',
    sa.Column('claim', sa.Text(), nullable=False),
    sa.Column('factor', sa.Text(), nullable=False),
    sa.Column('command', sa.Text(), nullable=False),
    sa.Column('at_us', sa.BigInteger(), nullable=False),
    sa.Column('received_us', sa.BigInteger(), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('claim', 'factor', 'command', 'at_us', name=op.f('pk_devices_reading'))
    )
    op.create_index('ix_devices_reading_claim_at_us', 'devices_reading', ['claim', 'at_us'], unique=False)
    op.create_index('ix_devices_reading_day', 'devices_reading', ['day'], unique=False)
    op.create_table('devices_run',
    sa.Column('run_id', sa.Text(), nullable=False),
    sa.Column('device_id', sa.Text(), nullable=False),
    sa.Column('started_us', sa.BigInteger(), nullable=False),
    sa.Column('ended_us', sa.BigInteger(), nullable=False),
    sa.Column('volume_ml', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('run_id', name=op.f('pk_devices_run'))
    )
    op.create_index('ix_devices_run_device_id_started_us', 'devices_run', ['device_id', 'started_us'], unique=False)
    op.create_table('devices_silence',
    sa.Column('device_id', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=True),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('heard_us', sa.BigInteger(), nullable=True),
    sa.Column('since_us', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('device_id', name=op.f('pk_devices_silence'))
    )
    op.create_index('ix_devices_silence_since_us', 'devices_silence', ['since_us'], unique=False)
    op.create_table('devices_state',
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('at_us', sa.BigInteger(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'key', name=op.f('pk_devices_state'))
    )
    op.create_index('ix_devices_state_kind_at_us', 'devices_state', ['kind', 'at_us'], unique=False)
    op.create_table('dispatch_consent',
    sa.Column('mobilisation_id', sa.Text(), nullable=False),
    sa.Column('slot_id', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('eta_s', sa.Integer(), nullable=False),
    sa.Column('asked_us', sa.BigInteger(), nullable=False),
    sa.Column('deadline_us', sa.BigInteger(), nullable=False),
    sa.Column('answered_us', sa.BigInteger(), nullable=True),
    sa.Column('by', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('mobilisation_id', 'slot_id', 'unit_id', name=op.f('pk_dispatch_consent'))
    )
    op.create_index('ix_dispatch_consent_state', 'dispatch_consent', ['state', 'region_code'], unique=False)
    op.create_table('dispatch_forbidden',
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('job_id', 'unit_id', name=op.f('pk_dispatch_forbidden'))
    )
    op.create_table('dispatch_job',
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('service', sa.Text(), nullable=False),
    sa.Column('task', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=True),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('lon', sa.Float(), nullable=False),
    sa.Column('lat', sa.Float(), nullable=False),
    sa.Column('place_id', sa.Text(), nullable=True),
    sa.Column('needs', sa.Text(), nullable=False),
    sa.Column('skills', sa.Text(), nullable=False),
    sa.Column('demands', sa.Text(), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('pinned_unit_id', sa.Text(), nullable=True),
    sa.Column('eta_s', sa.Integer(), nullable=False),
    sa.Column('eta_us', sa.BigInteger(), nullable=True),
    sa.Column('timeout_s', sa.Integer(), nullable=False),
    sa.Column('handling_s', sa.Integer(), nullable=False),
    sa.Column('retry_interval_s', sa.Integer(), nullable=False),
    sa.Column('arrival_radius_m', sa.Integer(), nullable=False),
    sa.Column('expires_us', sa.BigInteger(), nullable=True),
    sa.Column('next_try_us', sa.BigInteger(), nullable=True),
    sa.Column('shortfall', sa.Text(), nullable=True),
    sa.Column('since_us', sa.BigInteger(), nullable=False),
    sa.Column('changed_us', sa.BigInteger(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('job_id', name=op.f('pk_dispatch_job'))
    )
    op.create_index(op.f('ix_dispatch_job_case_id'), 'dispatch_job', ['case_id'], unique=False)
    op.create_index('ix_dispatch_job_since', 'dispatch_job', ['since_us', 'job_id'], unique=False)
    op.create_index('ix_dispatch_job_state_since', 'dispatch_job', ['state', 'since_us', 'job_id'], unique=False)
    op.create_index(op.f('ix_dispatch_job_unit_id'), 'dispatch_job', ['unit_id'], unique=False)
    op.create_table('dispatch_mobilisation',
    sa.Column('mobilisation_id', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('started', sa.Text(), nullable=False),
    sa.Column('started_us', sa.BigInteger(), nullable=False),
    sa.Column('assembled_us', sa.BigInteger(), nullable=True),
    sa.Column('ended_us', sa.BigInteger(), nullable=True),
    sa.Column('by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('mobilisation_id', name=op.f('pk_dispatch_mobilisation'))
    )
    op.create_index(op.f('ix_dispatch_mobilisation_case_id'), 'dispatch_mobilisation', ['case_id'], unique=False)
    op.create_index(op.f('ix_dispatch_mobilisation_state'), 'dispatch_mobilisation', ['state'], unique=False)
    op.create_table('dispatch_offer',
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('mode', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('overrides', sa.Text(), nullable=True),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('offered_us', sa.BigInteger(), nullable=False),
    sa.Column('expires_us', sa.BigInteger(), nullable=False),
    sa.Column('answered_us', sa.BigInteger(), nullable=True),
    sa.Column('eta_us', sa.BigInteger(), nullable=False),
    sa.Column('done_us', sa.BigInteger(), nullable=False),
    sa.Column('ranked', sa.Text(), nullable=False),
    sa.Column('rejected', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('job_id', 'attempt', name=op.f('pk_dispatch_offer'))
    )
    op.create_index('ix_dispatch_offer_case_id', 'dispatch_offer', ['case_id'], unique=False)
    op.create_index('ix_dispatch_offer_unit_id_offered', 'dispatch_offer', ['unit_id', 'offered_us'], unique=False)
    op.create_table('dispatch_override',
    sa.Column('fact_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('job_id', sa.Text(), nullable=True),
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.Column('cost_s', sa.Integer(), nullable=True),
    sa.Column('at_us', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('fact_id', name=op.f('pk_dispatch_override'))
    )
    op.create_index(op.f('ix_dispatch_override_at_us'), 'dispatch_override', ['at_us'], unique=False)
    op.create_table('dispatch_slot',
    sa.Column('mobilisation_id', sa.Text(), nullable=False),
    sa.Column('slot_id', sa.Text(), nullable=False),
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=True),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('lent', sa.Integer(), nullable=False),
    sa.Column('eta_s', sa.Integer(), nullable=True),
    sa.Column('filled_us', sa.BigInteger(), nullable=True),
    sa.Column('accepted_us', sa.BigInteger(), nullable=True),
    sa.Column('set_out_us', sa.BigInteger(), nullable=True),
    sa.Column('arrived_us', sa.BigInteger(), nullable=True),
    sa.Column('done_us', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('mobilisation_id', 'slot_id', name=op.f('pk_dispatch_slot'))
    )
    op.create_index(op.f('ix_dispatch_slot_job_id'), 'dispatch_slot', ['job_id'], unique=False)
    op.create_table('dispatch_step',
    sa.Column('fact_id', sa.Text(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=False),
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=True),
    sa.Column('attempt', sa.Integer(), nullable=True),
    sa.Column('at_us', sa.BigInteger(), nullable=False),
    sa.Column('recorded_us', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('fact_id', 'stage', name=op.f('pk_dispatch_step'))
    )
    op.create_index('ix_dispatch_step_job_id', 'dispatch_step', ['job_id', 'recorded_us'], unique=False)
    op.create_table('dispatch_unit',
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('pending_job_id', sa.Text(), nullable=True),
    sa.Column('pending_us', sa.BigInteger(), nullable=True),
    sa.Column('current_job_id', sa.Text(), nullable=True),
    sa.Column('stage', sa.Text(), nullable=True),
    sa.Column('free_us', sa.BigInteger(), nullable=True),
    sa.Column('free_lon', sa.Float(), nullable=True),
    sa.Column('free_lat', sa.Float(), nullable=True),
    sa.Column('queued_job_id', sa.Text(), nullable=True),
    sa.Column('held_reason', sa.Text(), nullable=True),
    sa.Column('held_until_us', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('unit_id', name=op.f('pk_dispatch_unit'))
    )
    op.create_table('documents_copy',
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('verify_code', sa.Text(), nullable=False),
    sa.Column('document_id', sa.Text(), nullable=False),
    sa.Column('copy_id', sa.Text(), nullable=False),
    sa.Column('payload_sha256', sa.Text(), nullable=False),
    sa.Column('same_payload', sa.Integer(), nullable=False),
    sa.Column('joined_us', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_documents_copy'))
    )
    op.create_index('ix_documents_copy_document', 'documents_copy', ['document_id'], unique=False)
    op.create_index('uq_documents_copy_verify_code', 'documents_copy', ['verify_code'], unique=True)
    op.create_table('documents_counter',
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'region_code', 'year', name=op.f('pk_documents_counter'))
    )
    op.create_table('documents_document',
    sa.Column('document_id', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('template_version', sa.Integer(), nullable=False),
    sa.Column('subject_key', sa.Text(), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('payload_sha256', sa.Text(), nullable=False),
    sa.Column('verify_code', sa.Text(), nullable=False),
    sa.Column('issued_us', sa.BigInteger(), nullable=False),
    sa.Column('signed_us', sa.BigInteger(), nullable=True),
    sa.Column('reporter', sa.Text(), nullable=True),
    sa.Column('unit_id', sa.Text(), nullable=True),
    sa.Column('first_id', sa.Text(), nullable=False),
    sa.Column('replaces', sa.Text(), nullable=True),
    sa.Column('replaced_by', sa.Text(), nullable=True),
    sa.Column('ended_us', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('range_id', sa.Text(), nullable=True),
    sa.Column('pdf_sha256', sa.Text(), nullable=True),
    sa.Column('pdf_bytes', sa.BigInteger(), nullable=True),
    sa.Column('fact_id', sa.Text(), nullable=False),
    sa.Column('fact_hash', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('document_id', name=op.f('pk_documents_document'))
    )
    op.create_index('ix_documents_document_case', 'documents_document', ['case_id', 'issued_us'], unique=False)
    op.create_index('ix_documents_document_first', 'documents_document', ['first_id'], unique=False)
    op.create_index('ix_documents_document_issued', 'documents_document', ['issued_us', 'document_id'], unique=False)
    op.create_index('ix_documents_document_kind', 'documents_document', ['kind', 'issued_us', 'document_id'], unique=False)
    op.create_index('ix_documents_document_region', 'documents_document', ['region_code', 'issued_us', 'document_id'], unique=False)
    op.create_index('ix_documents_document_reporter', 'documents_document', ['reporter', 'issued_us', 'document_id'], unique=False)
    op.create_index('ix_documents_document_serial', 'documents_document', ['kind', 'region_code', 'year', 'serial'], unique=False)
    op.create_index('ix_documents_document_unit', 'documents_document', ['unit_id', 'issued_us', 'document_id'], unique=False)
    op.create_index('uq_documents_document_number', 'documents_document', ['number'], unique=True)
    op.create_index('uq_documents_document_subject', 'documents_document', ['kind', 'subject_key'], unique=True, sqlite_where=sa.text("status = 'valid' AND subject_key <> ''"), postgresql_where=sa.text("status = 'valid' AND subject_key <> ''"))
    op.create_index('uq_documents_document_verify_code', 'documents_document', ['verify_code'], unique=True)
    op.create_table('documents_lock',
    sa.Column('name', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_documents_lock'))
    )
    op.create_table('documents_log',
    sa.Column('log_index', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('document_id', sa.Text(), nullable=False),
    sa.Column('entry', sa.Text(), nullable=False),
    sa.Column('leaf_sha256', sa.Text(), nullable=False),
    sa.Column('logged_us', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('log_index', name=op.f('pk_documents_log'))
    )
    op.create_index('uq_documents_log_document', 'documents_log', ['document_id'], unique=True)
    op.create_table('documents_reserved',
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('range_id', sa.Text(), nullable=False),
    sa.Column('device_id', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('verify_code', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('used_sha256', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_documents_reserved'))
    )
    op.create_index('ix_documents_reserved_device', 'documents_reserved', ['device_id', 'state', 'serial'], unique=False)
    op.create_index('ix_documents_reserved_range', 'documents_reserved', ['range_id', 'serial'], unique=False)
    op.create_index('ix_documents_reserved_serial', 'documents_reserved', ['kind', 'region_code', 'year', 'serial'], unique=False)
    op.create_table('evaluation_case',
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('lifecycle', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_evaluation_case'))
    )
    op.create_table('evaluation_mark',
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('mark', sa.Text(), nullable=False),
    sa.Column('at_us', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('case_id', 'mark', name=op.f('pk_evaluation_mark'))
    )
    op.create_table('evaluation_observation',
    sa.Column('fact', sa.Text(), nullable=False),
    sa.Column('indicator', sa.Text(), nullable=False),
    sa.Column('item', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('lifecycle', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('value', sa.BigInteger(), nullable=False),
    sa.Column('at_us', sa.BigInteger(), nullable=False),
    sa.Column('happened_us', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('fact', 'indicator', 'item', name=op.f('pk_evaluation_observation'))
    )
    op.create_index('ix_evaluation_observation_key', 'evaluation_observation', ['indicator', 'key'], unique=False)
    op.create_index('ix_evaluation_observation_time', 'evaluation_observation', ['indicator', 'happened_us'], unique=False)
    op.create_table('fact',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('stream', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('shape', sa.Integer(), nullable=False),
    sa.Column('at_us', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('cause', sa.Text(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_fact')),
    sa.UniqueConstraint('stream', 'version', name=op.f('uq_fact_stream_version'))
    )
    op.create_table('field_asked',
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('job_id', 'unit_id', name=op.f('pk_field_asked'))
    )
    op.create_table('field_conflict',
    sa.Column('fact_id', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.Column('asked', sa.Text(), nullable=False),
    sa.Column('command', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('zh', sa.Text(), nullable=False),
    sa.Column('en', sa.Text(), nullable=False),
    sa.Column('happened_us', sa.BigInteger(), nullable=False),
    sa.Column('recorded_us', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('fact_id', name=op.f('pk_field_conflict'))
    )
    op.create_index(op.f('ix_field_conflict_case_id'), 'field_conflict', ['case_id'], unique=False)
    op.create_table('field_evidence',
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('line_id', sa.Text(), nullable=True),
    sa.Column('lon', sa.Float(), nullable=True),
    sa.Column('lat', sa.Float(), nullable=True),
    sa.Column('taken_us', sa.BigInteger(), nullable=False),
    sa.Column('recorded_us', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('job_id', 'sha256', name=op.f('pk_field_evidence'))
    )
    op.create_index('ix_field_evidence_sha256', 'field_evidence', ['sha256'], unique=False)
    op.create_table('field_job',
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('service', sa.Text(), nullable=False),
    sa.Column('task', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('lon', sa.Float(), nullable=False),
    sa.Column('lat', sa.Float(), nullable=False),
    sa.Column('place_id', sa.Text(), nullable=True),
    sa.Column('lines', sa.Text(), nullable=False),
    sa.Column('demands', sa.Text(), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('queued_after', sa.Text(), nullable=True),
    sa.Column('offered_us', sa.BigInteger(), nullable=False),
    sa.Column('expires_us', sa.BigInteger(), nullable=False),
    sa.Column('eta_us', sa.BigInteger(), nullable=False),
    sa.Column('received_us', sa.BigInteger(), nullable=True),
    sa.Column('accepted_us', sa.BigInteger(), nullable=True),
    sa.Column('set_out_us', sa.BigInteger(), nullable=True),
    sa.Column('claimed_us', sa.BigInteger(), nullable=True),
    sa.Column('arrived_us', sa.BigInteger(), nullable=True),
    sa.Column('done_us', sa.BigInteger(), nullable=True),
    sa.Column('entry', sa.Text(), nullable=True),
    sa.Column('route', sa.Text(), nullable=True),
    sa.Column('partial', sa.Integer(), nullable=True),
    sa.Column('remaining', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('changed_us', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('job_id', name=op.f('pk_field_job'))
    )
    op.create_index(op.f('ix_field_job_case_id'), 'field_job', ['case_id'], unique=False)
    op.create_index('ix_field_job_unit_id_offered', 'field_job', ['unit_id', 'offered_us'], unique=False)
    op.create_table('field_landing',
    sa.Column('landing_id', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.Column('place_id', sa.Text(), nullable=False),
    sa.Column('lines', sa.Text(), nullable=False),
    sa.Column('case_ids', sa.Text(), nullable=False),
    sa.Column('landed_us', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('landing_id', name=op.f('pk_field_landing'))
    )
    op.create_index(op.f('ix_field_landing_unit_id'), 'field_landing', ['unit_id'], unique=False)
    op.create_table('field_load',
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.Column('stream_group', sa.Text(), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('unit_id', 'stream_group', 'unit', name=op.f('pk_field_load'))
    )
    op.create_table('field_measure',
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('line_id', sa.Text(), nullable=False),
    sa.Column('container_id', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('stream_group', sa.Text(), nullable=False),
    sa.Column('quantity', sa.Text(), nullable=False),
    sa.Column('tare_g', sa.BigInteger(), nullable=True),
    sa.Column('gross_g', sa.BigInteger(), nullable=True),
    sa.Column('photos', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('happened_us', sa.BigInteger(), nullable=False),
    sa.Column('recorded_us', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('job_id', 'line_id', 'container_id', 'version', name=op.f('pk_field_measure'))
    )
    op.create_index('ix_field_measure_case_id', 'field_measure', ['case_id'], unique=False)
    op.create_table('field_refused',
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('line_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('photos', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('happened_us', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('job_id', 'line_id', name=op.f('pk_field_refused'))
    )
    op.create_table('field_signature',
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('signature_sha256', sa.Text(), nullable=False),
    sa.Column('measures_sha256', sa.Text(), nullable=False),
    sa.Column('happened_us', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('job_id', 'party', name=op.f('pk_field_signature'))
    )
    op.create_table('field_stamp',
    sa.Column('device_id', sa.Text(), nullable=False),
    sa.Column('device_seq', sa.BigInteger(), nullable=False),
    sa.Column('command_sha256', sa.Text(), nullable=False),
    sa.Column('fact_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('device_id', 'device_seq', name=op.f('pk_field_stamp'))
    )
    op.create_table('field_unit',
    sa.Column('unit_id', sa.Text(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('unit_id', name=op.f('pk_field_unit'))
    )
    op.create_table('follow_up',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('stream', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('flow', sa.Text(), nullable=False),
    sa.Column('due_us', sa.BigInteger(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('state', sa.Text(), server_default='open', nullable=False),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_up')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_follow_up_due', 'follow_up', ['due_us'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.create_index('ix_follow_up_stream_id', 'follow_up', ['stream', 'id'], unique=False)
    op.create_table('intake_event',
    sa.Column('event_id', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('source_event_id', sa.Text(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('occurred_us', sa.BigInteger(), nullable=False),
    sa.Column('received_us', sa.BigInteger(), nullable=False),
    sa.Column('attributes', sa.Text(), nullable=False),
    sa.Column('data_type', sa.Text(), nullable=False),
    sa.Column('data', sa.Text(), nullable=False),
    sa.Column('data_base64', sa.Integer(), nullable=False),
    sa.Column('body_sha256', sa.Text(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('reporter', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_intake_event'))
    )
    op.create_index('ix_intake_event_received', 'intake_event', ['received_us', 'event_id'], unique=False)
    op.create_index('ix_intake_event_type', 'intake_event', ['type', 'received_us', 'event_id'], unique=False)
    op.create_table('intake_report',
    sa.Column('report_id', sa.Text(), nullable=False),
    sa.Column('service_code', sa.Text(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('body_sha256', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('lon', sa.Float(), nullable=True),
    sa.Column('lat', sa.Float(), nullable=True),
    sa.Column('place_id', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('answers', sa.Text(), nullable=False),
    sa.Column('media', sa.Text(), nullable=False),
    sa.Column('media_url', sa.Text(), nullable=False),
    sa.Column('reporter', sa.Text(), nullable=False),
    sa.Column('taken_by', sa.Text(), nullable=False),
    sa.Column('contact', sa.Text(), nullable=False),
    sa.Column('public', sa.Integer(), nullable=False),
    sa.Column('received_us', sa.BigInteger(), nullable=False),
    sa.Column('happened_us', sa.BigInteger(), nullable=False),
    sa.Column('updated_us', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('withdrawn', sa.Integer(), server_default='0', nullable=False),
    sa.Column('case_id', sa.Text(), server_default='', nullable=False),
    sa.Column('own_case_id', sa.Text(), server_default='', nullable=False),
    sa.Column('joined_case_id', sa.Text(), server_default='', nullable=False),
    sa.Column('lifecycle', sa.Text(), server_default='', nullable=False),
    sa.Column('case_state', sa.Text(), server_default='', nullable=False),
    sa.Column('status_notes', sa.Text(), server_default='', nullable=False),
    sa.Column('agency', sa.Text(), server_default='', nullable=False),
    sa.Column('expected_us', sa.BigInteger(), nullable=True),
    sa.Column('closed_us', sa.BigInteger(), nullable=True),
    sa.Column('outcome', sa.Text(), server_default='', nullable=False),
    sa.Column('rating', sa.Integer(), nullable=True),
    sa.Column('rated_us', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('report_id', name=op.f('pk_intake_report'))
    )
    op.create_index('ix_intake_report_case', 'intake_report', ['case_id'], unique=False, sqlite_where=sa.text("case_id <> ''"), postgresql_where=sa.text("case_id <> ''"))
    op.create_index('ix_intake_report_near', 'intake_report', ['category', 'lat'], unique=False, sqlite_where=sa.text("status = 'open' AND lat IS NOT NULL"), postgresql_where=sa.text("status = 'open' AND lat IS NOT NULL"))
    op.create_index('ix_intake_report_own_case', 'intake_report', ['own_case_id'], unique=False, sqlite_where=sa.text("own_case_id <> ''"), postgresql_where=sa.text("own_case_id <> ''"))
    op.create_index('ix_intake_report_received', 'intake_report', ['received_us', 'report_id'], unique=False)
    op.create_index('ix_intake_report_reporter', 'intake_report', ['reporter', 'received_us', 'report_id'], unique=False, sqlite_where=sa.text("reporter <> ''"), postgresql_where=sa.text("reporter <> ''"))
    op.create_index('ix_intake_report_service', 'intake_report', ['service_code', 'received_us', 'report_id'], unique=False)
    op.create_table('intake_update',
    sa.Column('update_id', sa.Text(), nullable=False),
    sa.Column('report_id', sa.Text(), nullable=False),
    sa.Column('at_us', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('lifecycle', sa.Text(), nullable=False),
    sa.Column('case_state', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('media', sa.Text(), nullable=False),
    sa.Column('media_url', sa.Text(), nullable=False),
    sa.Column('source_key', sa.Text(), nullable=False),
    sa.Column('body_sha256', sa.Text(), nullable=False),
    sa.Column('public', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('update_id', name=op.f('pk_intake_update'))
    )
    op.create_index('ix_intake_update_at', 'intake_update', ['at_us', 'update_id'], unique=False)
    op.create_index('ix_intake_update_report', 'intake_update', ['report_id', 'at_us'], unique=False)
    op.create_table('ledger_balance',
    sa.Column('account', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('lines', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('account', 'party', name=op.f('pk_ledger_balance'))
    )
    op.create_table('ledger_cap_take',
    sa.Column('claim_id', sa.Text(), nullable=False),
    sa.Column('cap_id', sa.Text(), nullable=False),
    sa.Column('tariff', sa.Text(), nullable=False),
    sa.Column('holder', sa.Text(), nullable=False),
    sa.Column('period', sa.Text(), nullable=False),
    sa.Column('taken_fen', sa.BigInteger(), nullable=False),
    sa.Column('stands', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('claim_id', 'cap_id', 'holder', 'period', name=op.f('pk_ledger_cap_take'))
    )
    op.create_index('ix_ledger_cap_take_cap', 'ledger_cap_take', ['tariff', 'cap_id', 'holder', 'period'], unique=False, sqlite_where=sa.text('stands = 1'), postgresql_where=sa.text('stands = 1'))
    op.create_table('ledger_claim',
    sa.Column('claim_id', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('before_hold', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('family', sa.Text(), nullable=False),
    sa.Column('claim_key', sa.Text(), nullable=False),
    sa.Column('evidence', sa.Text(), nullable=False),
    sa.Column('payee', sa.Text(), nullable=False),
    sa.Column('vessel_id', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Text(), nullable=True),
    sa.Column('reporter', sa.Text(), nullable=True),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('document_id', sa.Text(), nullable=False),
    sa.Column('tariff', sa.Text(), nullable=False),
    sa.Column('tariff_version', sa.Integer(), nullable=False),
    sa.Column('working', sa.Text(), nullable=False),
    sa.Column('gross_fen', sa.BigInteger(), nullable=False),
    sa.Column('cut_fen', sa.BigInteger(), nullable=False),
    sa.Column('fund_fen', sa.BigInteger(), nullable=False),
    sa.Column('payable_fen', sa.BigInteger(), nullable=False),
    sa.Column('happened_us', sa.BigInteger(), nullable=False),
    sa.Column('computed_us', sa.BigInteger(), nullable=False),
    sa.Column('computed_by', sa.Text(), nullable=False),
    sa.Column('checked_by', sa.Text(), nullable=True),
    sa.Column('approved_by', sa.Text(), nullable=True),
    sa.Column('paid_us', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('payout_id', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('claim_id', name=op.f('pk_ledger_claim'))
    )
    op.create_index('ix_ledger_claim_case', 'ledger_claim', ['case_id', 'computed_us'], unique=False)
    op.create_index('ix_ledger_claim_computed', 'ledger_claim', ['computed_us', 'claim_id'], unique=False)
    op.create_index('ix_ledger_claim_document', 'ledger_claim', ['document_id'], unique=False)
    op.create_index('ix_ledger_claim_key', 'ledger_claim', ['family', 'claim_key'], unique=False)
    op.create_index('ix_ledger_claim_payee', 'ledger_claim', ['payee', 'computed_us', 'claim_id'], unique=False)
    op.create_index('ix_ledger_claim_payout', 'ledger_claim', ['payout_id'], unique=False)
    op.create_index('ix_ledger_claim_region', 'ledger_claim', ['region_code', 'computed_us', 'claim_id'], unique=False)
    op.create_index('ix_ledger_claim_state', 'ledger_claim', ['state', 'computed_us', 'claim_id'], unique=False)
    op.create_table('ledger_entry',
    sa.Column('entry_id', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('claim_id', sa.Text(), nullable=False),
    sa.Column('claim_key', sa.Text(), nullable=True),
    sa.Column('memo', sa.Text(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('posted_us', sa.BigInteger(), nullable=False),
    sa.Column('posted_by', sa.Text(), nullable=False),
    sa.Column('reversal_id', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('entry_id', name=op.f('pk_ledger_entry'))
    )
    op.create_index('ix_ledger_entry_case', 'ledger_entry', ['case_id', 'posted_us'], unique=False)
    op.create_index('ix_ledger_entry_claim', 'ledger_entry', ['claim_id'], unique=False)
    op.create_index('ix_ledger_entry_posted', 'ledger_entry', ['posted_us', 'entry_id'], unique=False)
    op.create_table('ledger_key',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('holder', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_ledger_key'))
    )
    op.create_index('ix_ledger_key_holder', 'ledger_key', ['holder'], unique=False)
    op.create_table('ledger_lock',
    sa.Column('name', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_ledger_lock'))
    )
    op.create_table('ledger_payout',
    sa.Column('payout_id', sa.Text(), nullable=False),
    sa.Column('lines', sa.Text(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('total_fen', sa.BigInteger(), nullable=False),
    sa.Column('file_sha256', sa.Text(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('made_us', sa.BigInteger(), nullable=False),
    sa.Column('made_by', sa.Text(), nullable=False),
    sa.Column('paid_fen', sa.BigInteger(), nullable=False),
    sa.Column('paid_count', sa.Integer(), nullable=False),
    sa.Column('failed_count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('payout_id', name=op.f('pk_ledger_payout'))
    )
    op.create_index('ix_ledger_payout_made', 'ledger_payout', ['made_us', 'payout_id'], unique=False)
    op.create_table('ledger_posting',
    sa.Column('entry_id', sa.Text(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('account', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('posted_us', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('entry_id', 'line', name=op.f('pk_ledger_posting'))
    )
    op.create_index('ix_ledger_posting_account', 'ledger_posting', ['account', 'party', 'posted_us', 'entry_id', 'line'], unique=False)
    op.create_index('ix_ledger_posting_posted', 'ledger_posting', ['posted_us'], unique=False)
    op.create_table('messages_choice',
    sa.Column('person_id', sa.Text(), nullable=False),
    sa.Column('channels', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_messages_choice'))
    )
    op.create_table('messages_message',
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('to', sa.Text(), nullable=False),
    sa.Column('template', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('region_code', sa.Text(), nullable=False),
    sa.Column('channels', sa.Text(), nullable=False),
    sa.Column('every_channel', sa.Integer(), nullable=False),
    sa.Column('texts', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('done', sa.Text(), nullable=False),
    sa.Column('reached', sa.Integer(), nullable=False),
    sa.Column('steps', sa.Text(), nullable=False),
    sa.Column('queued_us', sa.BigInteger(), nullable=False),
    sa.Column('read_us', sa.BigInteger(), nullable=True),
    sa.Column('attempt', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_messages_message'))
    )
    op.create_index('ix_messages_message_case', 'messages_message', ['case_id', 'queued_us'], unique=False)
    op.create_index('ix_messages_message_queued', 'messages_message', ['queued_us', 'message_id'], unique=False)
    op.create_index('ix_messages_message_region', 'messages_message', ['region_code', 'queued_us', 'message_id'], unique=False)
    op.create_index('ix_messages_message_state', 'messages_message', ['state', 'queued_us', 'message_id'], unique=False)
    op.create_index('ix_messages_message_to', 'messages_message', ['to', 'queued_us', 'message_id'], unique=False)
    op.create_table('messages_push',
    sa.Column('endpoint', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Text(), nullable=False),
    sa.Column('p256dh', sa.Text(), nullable=False),
    sa.Column('auth', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('endpoint', name=op.f('pk_messages_push'))
    )
    op.create_index('ix_messages_push_person', 'messages_push', ['person_id'], unique=False)
    op.create_table('registers_entry',
    sa.Column('register', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('valid_from_us', sa.BigInteger(), nullable=False),
    sa.Column('valid_to_us', sa.BigInteger(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('recorded_us', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('register', 'id', 'valid_from_us', name=op.f('pk_registers_entry'))
    )
    op.create_table('stored_file',
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('stored_us', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_stored_file'))
    )
    op.create_table('timer',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('stream', sa.Text(), nullable=False),
    sa.Column('due_us', sa.BigInteger(), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('cause', sa.Text(), nullable=True),
    sa.Column('try_us', sa.BigInteger(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('state', sa.Text(), server_default='open', nullable=False),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_timer'))
    )
    op.create_index('ix_timer_try', 'timer', ['try_us'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))


def downgrade() -> None:
    """There is nothing before the first schema."""
    raise NotImplementedError
