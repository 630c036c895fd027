"""The SQL of accounts, sessions and tokens."""

from __future__ import annotations

from tidehub.hub.statement import sql

CREDENTIAL = sql(
    "SELECT person_id, login, password_hash, failures, locked_until_us, must_change FROM access_credential"
    " WHERE login = :login",
    short=True,
)
CREDENTIAL_OF = sql(
    "SELECT person_id, login, password_hash, failures, locked_until_us, must_change FROM access_credential"
    " WHERE person_id = :person_id",
    short=True,
)
ANY_CREDENTIAL = sql("SELECT person_id FROM access_credential LIMIT 1", short=True)
PUT_CREDENTIAL = sql(
    "INSERT INTO access_credential (person_id, login, password_hash, changed_us, failures, must_change)"
    " VALUES (:person_id, :login, :password_hash, :changed_us, 0, :must_change)"
    " ON CONFLICT (person_id) DO UPDATE SET login = excluded.login, password_hash = excluded.password_hash,"
    " changed_us = excluded.changed_us, failures = 0, locked_until_us = NULL,"
    " must_change = excluded.must_change"
)
FAILED = sql(
    "UPDATE access_credential SET failures = failures + 1,"
    " locked_until_us = CASE WHEN failures + 1 >= :failures_max THEN :locked_until_us"
    " ELSE locked_until_us END"
    " WHERE person_id = :person_id"
)
PASSED = sql("UPDATE access_credential SET failures = 0, locked_until_us = NULL WHERE person_id = :person_id")
START = sql(
    "INSERT INTO access_session (token_sha256, person_id, started_us, seen_us, ends_us, agent)"
    " VALUES (:token_sha256, :person_id, :now_us, :now_us, :ends_us, :agent)"
)
TIDY = sql("DELETE FROM access_session WHERE ends_us <= :now_us")
CROWD = sql(
    "DELETE FROM access_session WHERE person_id = :person_id AND token_sha256 NOT IN (SELECT token_sha256"
    " FROM access_session WHERE person_id = :person_id ORDER BY started_us DESC, token_sha256 LIMIT :kept)"
)
END = sql("DELETE FROM access_session WHERE token_sha256 = :token_sha256")
END_ALL = sql("DELETE FROM access_session WHERE person_id = :person_id")
SEEN = sql("UPDATE access_session SET seen_us = :now_us WHERE token_sha256 = :token_sha256")
SESSION = sql(
    "SELECT s.person_id, s.seen_us, s.ends_us, c.must_change, g.roles, g.regions, g.units, g.until_us"
    " FROM access_session s JOIN access_credential c ON c.person_id = s.person_id"
    " LEFT JOIN access_grant g ON g.person_id = s.person_id"
    " WHERE s.token_sha256 = :token_sha256 ORDER BY g.grant_id",
    short=True,
)
TOKEN = sql(
    "SELECT holder, roles, regions, units, scopes, ends_us FROM access_token WHERE token_sha256 = :token_sha256",
    short=True,
)
GRANTS = sql(
    "SELECT roles, regions, units, until_us FROM access_grant WHERE person_id = :person_id ORDER BY grant_id",
    short=True,
)
MAKE_TOKEN = sql(
    "INSERT INTO access_token (token_sha256, token_id, holder, label, roles, regions, units, scopes, made_by,"
    " made_us, ends_us) VALUES (:token_sha256, :token_id, :holder, :label, :roles, :regions, :units, :scopes,"
    " :made_by, :made_us, :ends_us)"
)
REVOKE_TOKEN = sql("DELETE FROM access_token WHERE token_id = :token_id")
TOKENS = sql(
    "SELECT token_id, holder, label, roles, regions, units, scopes, made_by, made_us, ends_us"
    " FROM access_token ORDER BY made_us DESC, token_id LIMIT :limit"
)
