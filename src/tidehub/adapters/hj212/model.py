"""What a telegram says."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import msgspec

SOURCE = "hj212"
CHINA_TIME = timezone(timedelta(hours=8))
"""All times of HJ 212 are local, UTC+8."""

ANSWER_BIT = 0b01  # A: this telegram wants an answer
SPLIT_BIT = 0b10  # D: PNUM and PNO follow
VERSION_2017 = 0b100  # V5..V0 = 000001


class Telegram(msgspec.Struct, frozen=True):
    """One checked telegram (通信包), after the parts of a split one have been joined.

    Parameters
    ----------
    qn
        Number of the exchange, ``YYYYMMDDhhmmsszzz``; an answer repeats it. ``None`` in old devices' uploads.
    st, cn
        System code (32 surface water, 34 sea pollution source, 91 exchange) and command.
    pw, mn
        Password and number of the device, as claimed.
    flag
        The ``Flag`` byte; ``None`` when absent (before 2005).
    cp
        Content: groups of ``name → value``, in order, values as sent.
    part
        (count, number) while it is only a part.
    """

    st: str
    cn: str
    pw: str
    mn: str
    cp: tuple[dict[str, str], ...]
    received_at: datetime
    qn: str | None = None
    flag: int | None = None
    part: tuple[int, int] | None = None
    raw: str = ""

    @property
    def device_claim(self) -> str:
        """Who it says it is."""
        return f"{SOURCE}:{self.mn}"

    @property
    def wants_answer(self) -> bool:
        """Whether the sender waits for an answer."""
        return self.flag is not None and bool(self.flag & ANSWER_BIT)
