"""What an indicator is: a definition over facts, as data."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from tidehub.kernel.errors import refusal_kind

Aggregate = Literal["count", "sum", "mean", "p50", "p95", "max", "share"]
Dimension = Literal["region_code", "unit_id", "category", "lifecycle", "kind", "day"]

INDICATOR_INVALID = refusal_kind(
    "indicator_invalid",
    zh="指标定义有误（{where}）：{problem}",
    en="The indicator definition is wrong ({where}): {problem}",
    do_zh="请改正场景包中的 indicators.yaml。",
    do_en="Correct indicators.yaml of the pack.",
)


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    zh: str
    en: str


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which facts are meant.

    Parameters
    ----------
    fact
        Name of the fact.
    where
        Attribute paths of the fact and the values of which each must have one.
    at
        Path of the instant at which it happened out there (evidence); without it, when it was recorded.
    """

    fact: str
    where: dict[str, tuple[str, ...]] = {}
    at: str | None = None


class Indicator(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One measure.

    Parameters
    ----------
    id, version
        A changed definition takes a higher version; its figures are then recomputed from the facts.
    unit
        What the values are in: ``s``, ``g``, ``fen``, ``case`` ...
    measure
        ``count`` observes 1, ``sum`` the value at ``value``, ``duration`` the seconds since ``since``.
    on
        The facts that make an observation.
    since
        For a duration: the first such fact of the same case is its beginning.
    value, value_as
        Path of the value; ``mass_g`` reads a quantity as grams.
    each
        Path of a list inside the fact: one observation for each of its members, whose attributes then come
        before the fact's own in ``where``, ``value`` and ``kind``.
    kind
        Path of what the observation is split by (the kind of waste, the account).
    key
        Paths of what the value belongs to: a later observation of the same key takes the earlier one back.
    negative
        Whether the value is taken with a minus.
    within
        For the aggregate ``share``: values up to this count as met.
    aggregates
        What is shown; the first is the headline.
    direction
        Whether ``up`` or ``down`` is better.
    target, target_source, target_from
        What the headline should reach, who says so, and since when (ISO date).
    """

    id: str
    version: int = 1
    title: Text
    unit: str
    measure: Literal["count", "sum", "duration"]
    on: Match
    since: Match | None = None
    value: str | None = None
    value_as: Literal["number", "mass_g"] = "number"
    each: str | None = None
    kind: str | None = None
    key: tuple[str, ...] = ()
    negative: bool = False
    within: int | None = None
    aggregates: tuple[Aggregate, ...] = ("count",)
    direction: Literal["up", "down", "none"] = "none"
    target: int | None = None
    target_source: str = ""
    target_from: str = ""
    source: str = ""


class Ratio(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A ratio of two indicators' sums, in thousandths (``permille``), so that it stays an integer."""

    id: str
    version: int = 1
    title: Text
    numerator: str
    denominator: str
    direction: Literal["up", "down", "none"] = "none"
    target: int | None = None
    target_source: str = ""
    target_from: str = ""
    source: str = ""


class Definitions(msgspec.Struct, frozen=True):
    """All indicators that are mounted, by id."""

    indicators: tuple[Indicator, ...] = ()
    ratios: tuple[Ratio, ...] = ()

    @property
    def every(self) -> tuple[Indicator | Ratio, ...]:
        """All of them, indicators first."""
        return (*self.indicators, *self.ratios)

    def indicator(self, id_: str) -> Indicator | None:
        """Find an indicator by its id."""
        return next((one for one in self.indicators if one.id == id_), None)

    def ratio(self, id_: str) -> Ratio | None:
        """Find a ratio by its id."""
        return next((one for one in self.ratios if one.id == id_), None)


def read_definitions(raw: dict[str, Any], where: str) -> Definitions:
    """Read ``indicators.yaml``: ``{indicators: [...], ratios: [...]}``.

    Raises
    ------
    Refusal
        ``indicator_invalid`` naming the place.
    """
    try:
        read = msgspec.convert(raw, Definitions, strict=True)
    except msgspec.ValidationError as error:
        raise INDICATOR_INVALID(None, where=where, problem=str(error)) from None
    known: set[str] = set()
    for one in read.every:
        if one.id in known:
            raise INDICATOR_INVALID(one.id, where=where, problem=f"{one.id} is defined twice")
        known.add(one.id)
    for indicator in read.indicators:
        if indicator.measure == "duration" and indicator.since is None:
            raise INDICATOR_INVALID(f"{indicator.id}.since", where=where, problem="a duration needs 'since'")
        if indicator.measure == "sum" and indicator.value is None:
            raise INDICATOR_INVALID(f"{indicator.id}.value", where=where, problem="a sum needs 'value'")
        if "share" in indicator.aggregates and indicator.within is None:
            raise INDICATOR_INVALID(f"{indicator.id}.within", where=where, problem="a share needs 'within'")
    for ratio in read.ratios:
        for part in (ratio.numerator, ratio.denominator):
            if read.indicator(part) is None:
                raise INDICATOR_INVALID(ratio.id, where=where, problem=f"there is no indicator {part}")
    return read
