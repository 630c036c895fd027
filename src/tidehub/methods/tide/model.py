"""A tide station: its constituents, its levels, and what the operator knows better."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from tidehub.kernel.errors import MALFORMED, refusal_kind
from tidehub.kernel.geometry import Position
from tidehub.methods.tide.astronomy import KINDS

CONSTITUENT_UNKNOWN = refusal_kind(
    "constituent_unknown",
    zh="不认识的分潮“{name}”",
    en="Unknown tidal constituent '{name}'",
    do_zh="可用的分潮：{known}。",
    do_en="Known constituents: {known}.",
)
SPAN_INVALID = refusal_kind(
    "tide_span_invalid",
    zh="时间范围无效：从 {start} 到 {end}，最多 {days_max} 天",
    en="The span from {start} to {end} is invalid; at most {days_max} days",
    do_zh="结束应晚于开始，且不要超过上限。",
    do_en="Let it end after it begins, and keep below the limit.",
)


class Constituent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Amplitude in metres and Greenwich phase lag in degrees (UTC) of one constituent."""

    name: str
    amplitude_m: float
    phase_deg: float


class OperatorOffset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a port's own observation adds to the gauge's prediction.

    Parameters
    ----------
    later_s
        How much later the tide comes than at the gauge, seconds.
    higher_m
        By how much the water stands higher, metres (sea-level rise since the analysis, the estuary).
    note
        Where that comes from.
    """

    later_s: int = 0
    higher_m: float = 0.0
    note: str = ""


class TideStation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gauge with its harmonic constants. Levels are metres above gauge zero.

    Parameters
    ----------
    z0_m
        Mean sea level.
    chart_datum_m
        Chart datum 理论最低潮面: charted depths count from there.
    lat_m, hat_m
        Lowest and highest astronomical tide.
    offset
        The operator's own, for the port that is served.
    """

    id: str
    name_zh: str
    name_en: str
    position: Position
    z0_m: float
    chart_datum_m: float
    lat_m: float
    hat_m: float
    constituents: tuple[Constituent, ...]
    source: str
    licence: str
    attribution: str
    offset: OperatorOffset = OperatorOffset()


class Extreme(msgspec.Struct, frozen=True):
    """High or low water: when, and how high above chart datum."""

    at: datetime
    height_m: float
    kind: Literal["high", "low"]


class Window(msgspec.Struct, frozen=True):
    """A time during which there is enough water, cut to the span that was asked for; whole seconds."""

    opens_at: datetime
    closes_at: datetime


def read_station(raw: dict[str, Any], where: str) -> TideStation:
    """Read a station from pack data.

    Raises
    ------
    Refusal
        ``malformed`` or ``constituent_unknown``, naming the field below ``where``.
    """
    try:
        station = msgspec.convert(raw, TideStation)
    except msgspec.ValidationError as error:
        raise MALFORMED(where, problem=str(error)) from None
    for index, constituent in enumerate(station.constituents):
        if constituent.name not in KINDS:
            field = f"{where}.constituents[{index}].name"
            raise CONSTITUENT_UNKNOWN(field, name=constituent.name, known=", ".join(KINDS))
    if not station.constituents:
        raise MALFORMED(f"{where}.constituents", problem="no constituents")
    return station
