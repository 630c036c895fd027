"""Who may do what: one rule beside every command and route, one function that decides.

A rule grants by role within a region, or by the actor's relation to the matter (who reported it may rate
it, whose boat is on the job may weigh). Nothing is open unless its rule says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from tidehub.kernel.errors import refusal_kind

Role = Literal[
    "citizen",
    "crew",
    "unit_staff",
    "duty_officer",
    "shift_leader",
    "checker",
    "quay_operator",
    "cashier",
    "auditor",
    "administrator",
    "device",
    "system",
]
Relation = Literal["reporter", "assignee", "responsible_unit", "self"]

FORBIDDEN = refusal_kind(
    "forbidden",
    zh="您没有办理此事的权限",
    en="You may not do this",
    do_zh="请联系管理员，或由有权限的岗位办理。",
    do_en="Ask the administrator, or someone whose post may do it.",
    category="forbidden",
)
NOT_SIGNED_IN = refusal_kind(
    "not_signed_in",
    zh="请先登录",
    en="Sign in first",
    do_zh="请登录后重试。",
    do_en="Sign in and try again.",
    category="unauthenticated",
)


class Grant(msgspec.Struct, frozen=True):
    """Posts that hold within regions: one grant's roles never reach into another grant's regions."""

    roles: frozenset[str]
    regions: tuple[str, ...]


class Actor(msgspec.Struct, frozen=True):
    """Who acts: a person, a device or a part of the platform.

    Parameters
    ----------
    id
        ``person/...``, ``device/...``, ``flow/...`` or ``timer/...``; written on every fact as ``by``.
    roles
        Posts held.
    regions
        GB/T 2260 code prefixes within which the roles hold; ``("",)`` is everywhere.
    units
        Units acted for (a crew's boat, an officer's department).
    grants
        Where posts hold in different regions, each with its own; empty: every role holds in all ``regions``.
    """

    id: str
    roles: frozenset[str] = frozenset()
    regions: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()

    def regions_for(self, roles: frozenset[str]) -> tuple[str, ...]:
        """Prefixes within which one of these posts is held."""
        if not self.grants:
            return self.regions if self.roles & roles else ()
        return tuple(sorted({region for grant in self.grants if grant.roles & roles for region in grant.regions}))

    @property
    def is_platform(self) -> bool:
        """Whether this is the platform's own hand, which acts on facts already admitted."""
        return "system" in self.roles

    def selves(self) -> frozenset[str]:
        """Every id under which a matter can name this actor."""
        return frozenset((self.id, *self.units))


def platform_actor(name: str) -> Actor:
    """Make the platform's own hand, named by the flow or timer that moves it."""
    return Actor(id=name, roles=frozenset({"system"}), regions=("",))


ANONYMOUS = Actor(id="person/anonymous", roles=frozenset())


class Rule(msgspec.Struct, frozen=True):
    """Who may.

    Parameters
    ----------
    roles
        Posts that may, within their regions.
    relations
        Relations to the matter that may, wherever it lies.
    everyone
        Open to all, signed in or not. Written out where it is meant.
    signed_in
        Open to whoever is signed in.
    """

    roles: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()
    everyone: bool = False
    signed_in: bool = False


def rule(*roles: Role, relations: Iterable[Relation] = (), everyone: bool = False, signed_in: bool = False) -> Rule:
    """Write a rule in one line: ``rule("duty_officer", relations=["reporter"])``."""
    return Rule(frozenset(roles), frozenset(relations), everyone, signed_in)


PLATFORM_ONLY = Rule()


class Subject(msgspec.Struct, frozen=True):
    """The matter that is acted on: where it lies and who stands in which relation to it.

    Parameters
    ----------
    region_code
        GB/T 2260 code of the place, or ``""`` where it has none (then only a role held everywhere counts).
    related
        Pairs of relation and id of a person or unit.
    """

    region_code: str = ""
    related: tuple[tuple[str, str], ...] = ()


def permits(rule_: Rule, actor: Actor, subject: Subject | None = None) -> bool:
    """Decide. ``subject=None`` asks only whether the actor could be allowed at all (for a route's door)."""
    if rule_.everyone or actor.is_platform:
        return True
    if rule_.signed_in and actor.id != ANONYMOUS.id:
        return True
    if actor.roles & rule_.roles and (
        subject is None or any(subject.region_code.startswith(prefix) for prefix in actor.regions_for(rule_.roles))
    ):
        return True
    if not rule_.relations or actor.id == ANONYMOUS.id:  # nobody is related to what somebody sent unnamed
        return False
    if subject is None:
        return True
    selves = actor.selves()
    return any(relation in rule_.relations and who in selves for relation, who in subject.related)


def demand(rule_: Rule, actor: Actor, subject: Subject | None = None) -> None:
    """Refuse what :func:`permits` does not permit: ``not_signed_in`` or ``forbidden``."""
    if permits(rule_, actor, subject):
        return
    kind = NOT_SIGNED_IN if actor.id == ANONYMOUS.id else FORBIDDEN
    raise kind()


class Scope(msgspec.Struct, frozen=True):
    """Which matters a list may show, as a query filters by it: what :func:`permits` answers, row by row.

    Parameters
    ----------
    region_prefixes
        GB/T 2260 prefixes within which everything may be seen; ``("",)`` is everywhere, ``()`` nowhere.
    selves
        Ids of the actor that count where a matter names them in one of ``relations``.
    relations
        Relations to the matter that open it, wherever it lies.
    """

    region_prefixes: tuple[str, ...] = ()
    selves: tuple[str, ...] = ()
    relations: frozenset[str] = frozenset()

    @property
    def everywhere(self) -> bool:
        """Whether nothing needs filtering."""
        return "" in self.region_prefixes


def scope(rule_: Rule, actor: Actor) -> Scope:
    """Turn a rule into what a query filters by, so that lists and single reads never disagree."""
    if rule_.everyone or actor.is_platform or (rule_.signed_in and actor.id != ANONYMOUS.id):
        return Scope(("",))
    prefixes = actor.regions_for(rule_.roles)
    if "" in prefixes:
        return Scope(("",))
    selves = tuple(sorted(actor.selves())) if actor.id != ANONYMOUS.id and rule_.relations else ()
    return Scope(tuple(sorted(set(prefixes))), selves, rule_.relations if selves else frozenset())
