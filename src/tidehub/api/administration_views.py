"""What the administrators' pages are shown of packs and calendars."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec


class TextView(msgspec.Struct, frozen=True):
    """A text in both languages."""

    zh: str
    en: str


class LifecycleOfPack(msgspec.Struct, frozen=True):
    """A lifecycle that a pack brings, and how many cases stand under it."""

    lifecycle: str
    version: int
    zh: str
    en: str
    states: int
    moves: int
    clocks: int


class CategoryEdition(msgspec.Struct, frozen=True):
    """A category, the days on which it holds, and who says so."""

    code: str
    zh: str
    en: str
    parent: str | None
    valid_from: date
    valid_to: date | None
    source: str


class ServiceEdition(msgspec.Struct, frozen=True):
    """A service of the catalogue, the days on which it is offered, and what it opens."""

    code: str
    zh: str
    en: str
    category: str
    form: str | None
    lifecycle: str
    valid_from: date
    valid_to: date | None
    source: str
    listed: bool
    anonymous: bool


class TariffEdition(msgspec.Struct, frozen=True):
    """A tariff, its days of effect and its source."""

    tariff: str
    version: int
    zh: str
    en: str
    valid_from: date
    valid_to: date | None
    source: str


class DataSource(msgspec.Struct, frozen=True):
    """A data file of a pack, where it comes from, and under which licence."""

    file: str
    source: str
    licence: str


class PackView(msgspec.Struct, frozen=True):
    """A mounted scene: what it is and what it brings."""

    id: str
    version: str
    platform: str
    scene: str
    region: str
    title: TextView
    lifecycles: tuple[LifecycleOfPack, ...]
    categories: tuple[CategoryEdition, ...]
    services: tuple[ServiceEdition, ...]
    tariffs: tuple[TariffEdition, ...]
    documents: tuple[str, ...]
    indicators: tuple[str, ...]
    messages: int
    notices: int
    flows: tuple[str, ...]
    data: tuple[DataSource, ...]


class PackList(msgspec.Struct, frozen=True):
    """Every mounted pack."""

    items: list[PackView]
    next: str | None


class YearView(msgspec.Struct, frozen=True):
    """A year of a calendar: ``not_published`` as long as nobody knows its holidays."""

    year: int
    state: Literal["published", "not_published"]
    source: str
    days_off: list[date]
    days_worked: list[date]


class CalendarView(msgspec.Struct, frozen=True):
    """A work calendar: spans of open minutes for each weekday from Monday, and its years."""

    name: str
    week: list[list[tuple[int, int]]]
    make_up: list[tuple[int, int]]
    work_day_rule: str
    source: str
    years: list[YearView]
