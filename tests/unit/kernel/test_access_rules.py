"""Who may do what: one decision for a single matter and for a list of them."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidehub.kernel.access import (
    ANONYMOUS,
    PLATFORM_ONLY,
    Actor,
    Relation,
    Role,
    Rule,
    Scope,
    Subject,
    demand,
    permits,
    platform_actor,
    rule,
    scope,
)
from tidehub.kernel.errors import Refusal

ROLES = [role for role in get_args(Role) if role != "system"]
RELATIONS = get_args(Relation)
IDS = ["person/a", "person/b", "unit/1", "unit/2", ANONYMOUS.id]
REGIONS = ["", "33", "3310", "331083", "331083100", "3202"]

rules = st.builds(
    Rule,
    roles=st.frozensets(st.sampled_from(ROLES), max_size=3),
    relations=st.frozensets(st.sampled_from(RELATIONS), max_size=2),
    everyone=st.booleans(),
    signed_in=st.booleans(),
)
persons = st.builds(
    Actor,
    id=st.sampled_from(["person/a", "person/b"]),
    roles=st.frozensets(st.sampled_from(ROLES), max_size=3),
    regions=st.lists(st.sampled_from(REGIONS), max_size=2).map(tuple),
    units=st.lists(st.sampled_from(["unit/1", "unit/2"]), max_size=2).map(tuple),
)
actors = st.one_of(persons, st.just(ANONYMOUS), st.just(platform_actor("flow/x")))
subjects = st.builds(
    Subject,
    region_code=st.sampled_from(REGIONS),
    related=st.lists(st.tuples(st.sampled_from(RELATIONS), st.sampled_from(IDS)), max_size=3).map(tuple),
)


def shown(wanted: Scope, subject: Subject) -> bool:
    """Whether a list with this scope shows the matter, as a query filters."""
    if any(subject.region_code.startswith(prefix) for prefix in wanted.region_prefixes):
        return True
    return any(relation in wanted.relations and who in wanted.selves for relation, who in subject.related)


@given(rules, actors, subjects)
def test_a_list_shows_what_may_be_read_one_by_one(wanted: Rule, actor: Actor, subject: Subject) -> None:
    """``scope`` and ``permits`` give the same answer for every rule, actor and matter."""
    assert shown(scope(wanted, actor), subject) == permits(wanted, actor, subject)


@given(rules, actors, subjects)
def test_the_door_is_never_narrower_than_the_room(wanted: Rule, actor: Actor, subject: Subject) -> None:
    """Whoever may act on some matter is let through the door of the route."""
    assert permits(wanted, actor) or not permits(wanted, actor, subject)


@given(persons | st.just(ANONYMOUS), subjects)
def test_what_is_the_platforms_own_is_for_nobody(actor: Actor, subject: Subject) -> None:
    """A command without a rule is the platform's alone."""
    assert not permits(PLATFORM_ONLY, actor, subject)
    assert permits(PLATFORM_ONLY, platform_actor("timer/x"), subject)


def test_unnamed_reporters_do_not_see_each_others_matters() -> None:
    """That a matter was reported by nobody in particular opens it to nobody."""
    subject = Subject("331083", (("reporter", ANONYMOUS.id),))
    assert not permits(rule(relations=["reporter"]), ANONYMOUS, subject)


@pytest.mark.parametrize(
    ("regions", "region_code", "may"),
    [
        (("331083",), "331083100", True),  # a street of the county
        (("331083",), "331083", True),
        (("331083",), "331002", False),  # the next county
        (("331083",), "3310", False),  # the city above
        (("331083",), "", False),  # no place at all: only a post held everywhere counts
        (("",), "", True),
        ((), "331083", False),
    ],
)
def test_a_post_holds_within_its_regions(regions: tuple[str, ...], region_code: str, may: bool) -> None:
    """By prefix of the region's code."""
    officer = Actor(id="person/a", roles=frozenset({"duty_officer"}), regions=regions)
    assert permits(rule("duty_officer"), officer, Subject(region_code)) is may


def test_who_is_refused_is_told_whether_signing_in_would_help() -> None:
    """Not signed in is one refusal, not allowed another."""
    for actor, code in ((ANONYMOUS, "not_signed_in"), (Actor(id="person/a"), "forbidden")):
        with pytest.raises(Refusal) as refused:
            demand(rule("auditor"), actor, Subject())
        assert refused.value.code == code


def test_a_unit_acts_for_itself() -> None:
    """An actor counts as every unit it acts for."""
    crew = Actor(id="person/a", units=("unit/1",))
    wanted = rule(relations=["assignee"])
    assert permits(wanted, crew, Subject("", (("assignee", "unit/1"),)))
    assert not permits(wanted, crew, Subject("", (("assignee", "unit/2"),)))
    assert not permits(wanted, crew, Subject("", (("reporter", "unit/1"),)))


def test_rules_are_compared_by_what_they_say(request: Any) -> None:
    """The same words in another order are the same rule."""
    assert rule("auditor", "crew") == rule("crew", "auditor")
    assert request is not None
