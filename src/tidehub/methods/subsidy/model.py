"""A dated tariff, what is claimed under it, and the working that a claimant can follow with a pencil."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

Per = Literal["kg", "m3", "piece"]
Period = Literal["day", "month", "year"]


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is paid for one kind.

    Parameters
    ----------
    id
        Unique in the tariff; stands in every line of a working.
    kinds
        Kinds it pays for.
    vessel_classes
        Classes of vessel it holds for; none given: for all.
    rate_fen
        Fen for one ``per``.
    fund_permille
        Share of the line that goes to the common fund instead of the claimant.
    tbc
        The number is an assumption until the official text is at hand.
    """

    id: str
    kinds: tuple[str, ...]
    per: Per
    rate_fen: int
    source: str
    vessel_classes: tuple[str, ...] = ()
    fund_permille: int = 0
    tbc: bool = False


class Cap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The most that is paid to one holder in one period (local calendar), before the fund's share."""

    id: str
    per: Literal["vessel", "payee"]
    period: Period
    limit_fen: int
    source: str
    kinds: tuple[str, ...] = ()
    tbc: bool = False


class Tariff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of a subsidy's rules with its dates of effect.

    Parameters
    ----------
    family
        One piece of evidence supports one claim in each family, whatever the version.
    valid_from, valid_to
        First and last day of effect, both included.
    """

    tariff: str
    version: int
    family: str
    zh: str
    en: str
    source: str
    valid_from: date
    rates: tuple[Rate, ...]
    caps: tuple[Cap, ...] = ()
    valid_to: date | None = None
    evidence: tuple[str, ...] = ()
    zone: str = "Asia/Shanghai"

    def holds_on(self, day: date) -> bool:
        """Whether it is in effect on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class ClaimLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One measured line.

    Parameters
    ----------
    line_id
        What measured it.
    mass_g, volume_ml, pieces
        The measures there are; the rate picks the one it needs.
    """

    line_id: str
    kind: str
    mass_g: int | None = None
    volume_ml: int | None = None
    pieces: int | None = None


class CapUse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of a cap a line met: what was left before it, and what was cut."""

    cap_id: str
    period: str
    left_fen: int
    cut_fen: int


class WorkingLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a working: ``quantity / divisor x rate_fen = amount_fen``, less cuts and the fund's share.

    ``rate_id`` is empty where nothing is paid for this kind; ``why`` says so.
    """

    line_id: str
    kind: str
    rate_id: str
    source: str
    per: str
    rate_fen: int
    quantity: int
    divisor: int
    amount_fen: int
    caps: tuple[CapUse, ...]
    allowed_fen: int
    fund_permille: int
    fund_fen: int
    payable_fen: int
    why: str = ""


class CapTotal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a claim takes from one cap in one period."""

    cap_id: str
    holder: str
    period: str
    taken_fen: int


class Working(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole computation: ``gross = allowed + cut``, ``allowed = payable + fund``."""

    tariff: str
    version: int
    source: str
    on: date
    lines: tuple[WorkingLine, ...]
    takes: tuple[CapTotal, ...]
    gross_fen: int
    cut_fen: int
    allowed_fen: int
    fund_fen: int
    payable_fen: int
