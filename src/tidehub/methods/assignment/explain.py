"""A ranking in words, so that a duty officer can believe it or object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from tidehub.methods.assignment.model import Ranked, Rejected
from tidehub.methods.assignment.reasons import minutes

BEST_SHOWN = 3


class Explanation(msgspec.Struct, frozen=True):
    """One decision in words: the best few, why the nearest on the map was not chosen, everyone rejected."""

    zh: tuple[str, ...]
    en: tuple[str, ...]


def explain(
    ranked: Sequence[Ranked], rejected: Sequence[Rejected], names: Mapping[str, str] | None = None
) -> Explanation:
    """Put a ranking into words.

    Parameters
    ----------
    ranked, rejected
        As they were kept with the offer.
    names
        Unit id to the name people know it by; the id where it is missing.
    """
    names = names or {}
    zh, en = [], []
    for place, one in enumerate(ranked[:BEST_SHOWN], 1):
        name = names.get(one.unit_id, one.unit_id)
        zh.append(f"{place}. {name}：{minutes(one.eta_s)} 分钟可到（{_parts_zh(one)}）{'，距离为估算' * one.degraded}")
        en.append(
            f"{place}. {name}: there in {minutes(one.eta_s)} min ({_parts_en(one)})"
            f"{', the way is an estimate' * one.degraded}"
        )
    nearest = _nearest(ranked, rejected)
    if ranked and nearest is not None and nearest.unit_id != ranked[0].unit_id:
        name, first = names.get(nearest.unit_id, nearest.unit_id), ranked[0]
        first_name = names.get(first.unit_id, first.unit_id)
        if isinstance(nearest, Ranked):
            later = minutes(nearest.eta_s - first.eta_s)
            zh.append(f"图上最近的是 {name}，但它比 {first_name} 晚 {later} 分钟（{_parts_zh(nearest)}）")
            en.append(
                f"nearest on the map is {name}, but it would be {later} min later than {first_name}"
                f" ({_parts_en(nearest)})"
            )
        else:
            zh.append(f"图上最近的是 {name}，未选：{nearest.reasons[0].zh}")
            en.append(f"nearest on the map is {name}, not chosen: {nearest.reasons[0].en}")
    for other in rejected:
        name = names.get(other.unit_id, other.unit_id)
        zh.append(f"{name} 未选：{'；'.join(reason.zh for reason in other.reasons)}")
        en.append(f"{name} not chosen: {'; '.join(reason.en for reason in other.reasons)}")
    return Explanation(tuple(zh), tuple(en))


def _nearest(ranked: Sequence[Ranked], rejected: Sequence[Rejected]) -> Ranked | Rejected | None:
    known: list[Ranked | Rejected] = [*ranked, *(one for one in rejected if one.straight_m is not None)]
    return min(known, key=lambda one: (one.straight_m or 0, one.unit_id), default=None)


def _parts_zh(one: Ranked) -> str:
    parts = one.parts
    waiting = f"{minutes(parts.until_free_s)} 分钟后空闲，" if parts.until_free_s else ""
    return (
        f"{waiting}准备 {minutes(parts.turnout_s)}，行程 {minutes(parts.travel_s)}，"
        f"靠泊 {minutes(parts.approach_s)} 分钟，{one.length_m / 1000:.1f} 公里"
    )


def _parts_en(one: Ranked) -> str:
    parts = one.parts
    waiting = f"free in {minutes(parts.until_free_s)} min, " if parts.until_free_s else ""
    return (
        f"{waiting}turnout {minutes(parts.turnout_s)}, way {minutes(parts.travel_s)},"
        f" alongside {minutes(parts.approach_s)} min, {one.length_m / 1000:.1f} km"
    )
