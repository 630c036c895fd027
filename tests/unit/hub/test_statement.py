"""One statement, two engines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tidehub.hub.statement import Statement, sql


def test_parameters_become_each_engines_own() -> None:
    """Named on SQLite, numbered on PostgreSQL; the same name is the same number."""
    statement = sql("SELECT a FROM t WHERE a = :x AND b > :y AND c < :x")
    assert statement.sqlite == "SELECT a FROM t WHERE a = :x AND b > :y AND c < :x"
    assert statement.postgresql == "SELECT a FROM t WHERE a = $1 AND b > $2 AND c < $1"
    assert statement.postgresql_params({"y": 2, "x": 1}) == (1, 2)


def test_a_list_goes_as_json_where_there_are_none() -> None:
    """``= ANY(:ids)`` is one parameter on both engines."""
    statement = sql("SELECT a FROM t WHERE a = ANY(:ids) AND b = :b")
    assert statement.sqlite.endswith("WHERE a IN (SELECT value FROM json_each(:ids)) AND b = :b")
    assert statement.sqlite_params({"ids": ["x", "潮"], "b": 1}) == {"ids": '["x","潮"]', "b": 1}
    assert statement.postgresql_params({"ids": ["x"], "b": 1}) == (["x"], 1)


def test_locks_vanish_where_there_is_one_writer() -> None:
    """``FOR UPDATE SKIP LOCKED`` is said once and heard by one engine."""
    statement = sql("SELECT a FROM t FOR UPDATE SKIP LOCKED")
    assert statement.sqlite == "SELECT a FROM t"
    assert statement.postgresql == "SELECT a FROM t FOR UPDATE SKIP LOCKED"


def test_the_same_text_is_the_same_statement() -> None:
    """Neighbours of one statement go to the engine together, so it must be one object."""
    assert sql("SELECT 1") is sql("SELECT 1")


@given(st.lists(st.sampled_from(["a", "b", "long_name", "x1"]), min_size=1, max_size=8))
def test_every_parameter_is_given_at_its_place(names: list[str]) -> None:
    """Whatever the order and repetition, number ``n`` is the ``n``-th new name."""
    statement = Statement(" ".join(f":{name}" for name in names), short=False)
    values = statement.postgresql_params({name: name for name in names})
    places = [int(place[1:]) for place in statement.postgresql.split()]
    assert [values[place - 1] for place in places] == names
