"""The catalogue: services, their forms and categories, read from packs and looked up by code and instant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from tidehub.capabilities.intake.answers import CheckGroup, check_form
from tidehub.capabilities.intake.model import Category, Field, Form, PublicState, Service
from tidehub.capabilities.intake.refusals import (
    CATALOGUE_INVALID,
    SERVICE_NOT_OFFERED,
    SERVICE_UNKNOWN,
)
from tidehub.kernel.codec import split_problem

T = TypeVar("T")
TOWN_ZONE = ZoneInfo("Asia/Shanghai")
_FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
_EMPTY = Form(name="none")


class Offer(NamedTuple):
    """A service as it is offered for a time, with its form ready to check answers."""

    service: Service
    form: Form
    check: CheckGroup
    starts_at: datetime
    ends_at: datetime
    personal: frozenset[str]
    """Names of the fields whose answers are personal information."""


class PackCatalogue(msgspec.Struct, frozen=True):
    """What one pack brings."""

    categories: tuple[Category, ...] = ()
    services: tuple[Service, ...] = ()
    forms: tuple[Form, ...] = ()
    states: tuple[PublicState, ...] = ()


class Catalogue:
    """Every service that is mounted.

    Parameters
    ----------
    packs
        What each pack brings. Codes are unique over all packs, but for editions of one service or category
        whose days do not overlap.
    zone
        Zone in which a day of effect begins.

    Raises
    ------
    Refusal
        ``catalogue_invalid`` for an unknown form or category, or editions that overlap.
    """

    def __init__(self, packs: Iterable[PackCatalogue], zone: ZoneInfo = TOWN_ZONE) -> None:
        packs = tuple(packs)
        self.zone = zone
        self.forms: dict[str, Form] = {}
        self.categories: dict[str, tuple[Category, ...]] = {}
        self.states: dict[tuple[str, str], PublicState] = {
            (state.lifecycle, state.state): state for pack in packs for state in pack.states
        }
        for pack in packs:
            for form in pack.forms:
                if self.forms.setdefault(form.name, form) != form:
                    raise CATALOGUE_INVALID(f"forms.{form.name}", where="", problem="two forms of one name")
        self._offers: dict[str, tuple[Offer, ...]] = {}
        for code, categories in _by_code(entry for pack in packs for entry in pack.categories).items():
            self.categories[code] = _editions(categories, f"categories.{code}")
        for code, services in _by_code(entry for pack in packs for entry in pack.services).items():
            ordered = _editions(services, f"services.{code}")
            self._offers[code] = tuple(self._offer(service, f"services.{code}") for service in ordered)
        for code, editions in self.categories.items():
            for category in editions:
                if category.parent is not None and category.parent not in self.categories:
                    raise CATALOGUE_INVALID(
                        f"categories.{code}.parent", where=code, problem=f"no category {category.parent}"
                    )

    def offer(self, service_code: str, at: datetime, field: str = "service_code") -> Offer:
        """Find the edition of a service at an instant.

        Raises
        ------
        Refusal
            ``service_unknown``, or ``service_not_offered`` outside its days.
        """
        offers = self._offers.get(service_code)
        if offers is None:
            raise SERVICE_UNKNOWN(field, service_code=service_code[:80])
        for offer in offers:
            if offer.starts_at <= at < offer.ends_at:
                return offer
        raise SERVICE_NOT_OFFERED(field, service_code=service_code)

    def find(self, service_code: str, at: datetime) -> Offer | None:
        """Find the edition of a service for showing an old report: that of the day, else the newest."""
        offers = self._offers.get(service_code, ())
        for offer in offers:
            if offer.starts_at <= at < offer.ends_at:
                return offer
        return offers[-1] if offers else None

    def listed(self, at: datetime) -> list[Offer]:
        """Everything the public catalogue shows at an instant, by code."""
        return [
            offer
            for _, offers in sorted(self._offers.items())
            for offer in offers
            if offer.service.listed and offer.starts_at <= at < offer.ends_at
        ]

    def codes(self) -> frozenset[str]:
        """Every service code there is or was."""
        return frozenset(self._offers)

    def _offer(self, service: Service, where: str) -> Offer:
        form = _EMPTY if service.form is None else self.forms.get(service.form)
        if form is None:
            raise CATALOGUE_INVALID(f"{where}.form", where=service.code, problem=f"no form {service.form}")
        if service.category not in self.categories:
            raise CATALOGUE_INVALID(f"{where}.category", where=service.code, problem=f"no category {service.category}")
        ends_at = _FOREVER
        if service.valid_to is not None and service.valid_to < date(9999, 12, 30):
            ends_at = self._begins(service.valid_to + timedelta(days=1))
        return Offer(service, form, check_form(form), self._begins(service.valid_from), ends_at, _personal(form.fields))

    def _begins(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


def _personal(fields: Sequence[Field]) -> frozenset[str]:
    return frozenset(name for field in fields for name in ([field.name] if field.personal else _personal(field.fields)))


def _by_code(entries: Iterable[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for entry in entries:
        found.setdefault(entry.code, []).append(entry)  # type: ignore[attr-defined]
    return found


def _editions(entries: list[T], where: str) -> tuple[T, ...]:
    ordered: list[Any] = sorted(entries, key=lambda entry: entry.valid_from)
    for before, after in pairwise(ordered):
        if before.valid_to is None or before.valid_to >= after.valid_from:
            raise CATALOGUE_INVALID(where, where=where, problem="two editions hold on the same day")
    for entry in ordered:
        if entry.valid_to is not None and entry.valid_to < entry.valid_from:
            raise CATALOGUE_INVALID(f"{where}.valid_to", where=where, problem="it ends before it begins")
    return tuple(ordered)


def read_catalogue(raw: Mapping[str, Any], forms: Mapping[str, Any], where: str = "categories.yaml") -> PackCatalogue:
    """Read a pack's ``categories.yaml`` and its forms (file name without ending to content).

    Raises
    ------
    Refusal
        ``catalogue_invalid``, naming the file and the field.
    """
    known = _convert(dict(raw), _CategoriesFile, where)
    read = [read_form(content, f"forms/{name}.yaml", name) for name, content in forms.items()]
    return PackCatalogue(known.categories, known.services, tuple(read), known.states)


def read_form(raw: Any, where: str, name: str | None = None) -> Form:
    """Read one form and check what its shape cannot say: bounds, choices, what choices narrow."""
    form = _convert(raw, Form, where)
    if name is not None and form.name != name:
        raise CATALOGUE_INVALID("name", where=where, problem=f"the form calls itself {form.name}")
    _check_fields(form.fields, where, "fields")
    return form


class _CategoriesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    categories: tuple[Category, ...] = ()
    services: tuple[Service, ...] = ()
    states: tuple[PublicState, ...] = ()


def _convert(raw: Any, shape: type[T], where: str) -> T:
    try:
        return msgspec.convert(raw, shape, strict=True)
    except msgspec.ValidationError as error:
        problem, field = split_problem(str(error))
        raise CATALOGUE_INVALID(field, where=where, problem=problem) from None


def _check_fields(fields: tuple[Field, ...], where: str, path: str) -> None:
    names = [field.name for field in fields]
    by_name = {field.name: field for field in fields}
    for place, field in enumerate(fields):
        here = f"{path}[{place}]"
        problem = _problem_of(field, names, by_name, path)
        if problem:
            raise CATALOGUE_INVALID(here, where=where, problem=f"{field.name}: {problem}")
        _check_fields(field.fields, where, f"{here}.fields")


def _problem_of(field: Field, names: list[str], by_name: dict[str, Field], path: str) -> str | None:
    codes = [choice.code for choice in field.choices]
    narrowed = [name for choice in field.choices for name in choice.narrows]
    problems = (
        (names.count(field.name) > 1, "the name stands twice"),
        (field.kind in ("choice", "choices") and not codes, "nothing to choose from"),
        (field.kind not in ("choice", "choices") and bool(codes), "only a choice has choices"),
        (len(set(codes)) < len(codes), "a choice stands twice"),
        (field.kind == "lines" and not field.fields, "lines without fields"),
        (field.kind == "lines" and "fields[" in path, "lines within lines"),
        (field.kind != "lines" and bool(field.fields), "only lines have fields"),
        (field.lines_min > field.lines_max, "lines_min is more than lines_max"),
        (
            field.minimum is not None and field.maximum is not None and field.minimum > field.maximum,
            "minimum is more than maximum",
        ),
        (not _is_pattern(field.pattern), "the pattern is no regular expression"),
        (any(name not in by_name for name in narrowed), "it narrows a field that is not in its group"),
        (
            any(
                code not in {known.code for known in by_name[name].choices}
                for choice in field.choices
                for name, narrowing in choice.narrows.items()
                if name in by_name
                for code in narrowing.only
            ),
            "it narrows to a choice that is not there",
        ),
    )
    return next((problem for is_so, problem in problems if is_so), None)


def _is_pattern(pattern: str | None) -> bool:
    try:
        re.compile(pattern or "")
    except re.error:
        return False
    return True
