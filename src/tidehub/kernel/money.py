"""Money is an integer number of fen (分). There is no float on any way to it."""

from __future__ import annotations

Fen = int


def round_half_up(numerator: int, denominator: int) -> int:
    """Divide and round half away from zero (四舍五入), the rule of Chinese accounts for amounts in fen.

    Examples
    --------
    >>> round_half_up(5, 2), round_half_up(-5, 2), round_half_up(7, 3)
    (3, -3, 2)
    """
    assert denominator > 0, "a denominator must be positive"
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def format_yuan(amount_fen: Fen) -> str:
    """Write fen as yuan with two digits: ``format_yuan(480000)`` is ``"4,800.00"``."""
    sign = "-" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), 100)
    return f"{sign}{yuan:,}.{fen:02d}"
