"""What is due for what was handed over, with every step written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from tidehub.kernel.errors import refusal_kind
from tidehub.kernel.money import round_half_up
from tidehub.methods.subsidy.model import (
    Cap,
    CapTotal,
    CapUse,
    ClaimLine,
    Period,
    Rate,
    Tariff,
    Working,
    WorkingLine,
)

MEASURE_MISSING = refusal_kind(
    "subsidy_measure_missing",
    zh="“{kind}”按 {per} 计补，但 {line_id} 没有该计量",
    en="'{kind}' is paid per {per}, but {line_id} has no such measure",
    do_zh="请补录称重、体积或件数后重新计算。",
    do_en="Record the mass, volume or pieces, then compute again.",
)

_MEASURES = {"kg": ("mass_g", 1000), "m3": ("volume_ml", 1_000_000), "piece": ("pieces", 1)}
Used = Mapping[tuple[str, str, str], int]


def period_of(period: Period, on: date) -> str:
    """Name the period that a day lies in: ``2026-06-01``, ``2026-06`` or ``2026``."""
    return {"day": on.isoformat(), "month": f"{on:%Y-%m}", "year": f"{on:%Y}"}[period]


def compute_subsidy(
    lines: Sequence[ClaimLine],
    tariff: Tariff,
    on: date,
    used: Used,
    *,
    vessel: str,
    payee: str,
    vessel_class: str = "",
) -> Working:
    """Compute a claim line by line.

    Parameters
    ----------
    lines
        Measured lines, in the order in which they use up the caps.
    tariff
        The version in effect on ``on``; the caller picks it.
    on
        Local day of the handover.
    used
        ``(cap id, holder, period) -> fen`` already taken by other claims that stand; read under a lock.
    vessel, payee
        Holders by whom caps count.
    vessel_class
        Picks among rates that hold for some classes only.

    Returns
    -------
    Working
        ``gross = allowed + cut`` and ``allowed = fund + payable``, for each line and for the sum.

    Raises
    ------
    Refusal
        ``subsidy_measure_missing`` for a line without the measure its rate needs.

    Notes
    -----
    Rounding: each line's amount and each line's fund share are rounded half away from zero to the fen
    (:func:`tidehub.kernel.money.round_half_up`), and sums are sums of rounded lines, so that a printed
    working adds up. The first rate that fits pays; put the rates for some classes before the general one.
    Several caps on one line: the tightest decides, and the line counts against each. Caps limit the amount
    before the fund's share.
    """
    taken: dict[tuple[str, str, str], int] = {}
    worked = []
    for line in lines:
        rate = _rate_for(tariff, line.kind, vessel_class)
        if rate is None:
            worked.append(_unpaid(line))
            continue
        measure, divisor = _MEASURES[rate.per]
        quantity: int | None = getattr(line, measure)
        if quantity is None:
            raise MEASURE_MISSING(f"lines.{line.line_id}", kind=line.kind, per=rate.per, line_id=line.line_id)
        amount = round_half_up(quantity * rate.rate_fen, divisor)
        allowed, uses, keys = _limit(amount, line.kind, tariff, on, {"vessel": vessel, "payee": payee}, used, taken)
        for key in keys:
            taken[key] = taken.get(key, 0) + allowed
        fund = round_half_up(allowed * rate.fund_permille, 1000)
        worked.append(
            WorkingLine(
                line_id=line.line_id,
                kind=line.kind,
                rate_id=rate.id,
                source=rate.source,
                per=rate.per,
                rate_fen=rate.rate_fen,
                quantity=quantity,
                divisor=divisor,
                amount_fen=amount,
                caps=uses,
                allowed_fen=allowed,
                fund_permille=rate.fund_permille,
                fund_fen=fund,
                payable_fen=allowed - fund,
            )
        )
    gross, allowed_all = sum(line.amount_fen for line in worked), sum(line.allowed_fen for line in worked)
    return Working(
        tariff=tariff.tariff,
        version=tariff.version,
        source=tariff.source,
        on=on,
        lines=tuple(worked),
        takes=tuple(CapTotal(*key, amount) for key, amount in sorted(taken.items()) if amount),
        gross_fen=gross,
        cut_fen=gross - allowed_all,
        allowed_fen=allowed_all,
        fund_fen=sum(line.fund_fen for line in worked),
        payable_fen=sum(line.payable_fen for line in worked),
    )


def cap_keys(tariff: Tariff, on: date, *, vessel: str, payee: str) -> tuple[tuple[str, str, str], ...]:
    """The caps a claim can meet: what ``used`` must be read for, and locked by."""
    holders = {"vessel": vessel, "payee": payee}
    return tuple(_key(cap, on, holders) for cap in tariff.caps)


def _key(cap: Cap, on: date, holders: Mapping[str, str]) -> tuple[str, str, str]:
    return cap.id, holders[cap.per], period_of(cap.period, on)


def _limit(
    amount: int,
    kind: str,
    tariff: Tariff,
    on: date,
    holders: Mapping[str, str],
    used: Used,
    taken: Mapping[tuple[str, str, str], int],
) -> tuple[int, tuple[CapUse, ...], list[tuple[str, str, str]]]:
    allowed, uses, keys = amount, [], []
    for cap in tariff.caps:
        if cap.kinds and kind not in cap.kinds:
            continue
        key = _key(cap, on, holders)
        keys.append(key)
        left = max(0, cap.limit_fen - used.get(key, 0) - taken.get(key, 0))
        if left < allowed:
            uses.append(CapUse(cap.id, key[2], left, allowed - left))
            allowed = left
    return allowed, tuple(uses), keys


def _rate_for(tariff: Tariff, kind: str, vessel_class: str) -> Rate | None:
    for rate in tariff.rates:
        if kind in rate.kinds and (not rate.vessel_classes or vessel_class in rate.vessel_classes):
            return rate
    return None


def _unpaid(line: ClaimLine) -> WorkingLine:
    quantity = next((q for q in (line.mass_g, line.volume_ml, line.pieces) if q is not None), 0)
    return WorkingLine(
        line_id=line.line_id,
        kind=line.kind,
        rate_id="",
        source="",
        per="",
        rate_fen=0,
        quantity=quantity,
        divisor=1,
        amount_fen=0,
        caps=(),
        allowed_fen=0,
        fund_permille=0,
        fund_fen=0,
        payable_fen=0,
        why="no_rate",
    )
