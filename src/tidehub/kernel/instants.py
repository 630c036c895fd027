"""Instants: aware UTC everywhere, integer microseconds in tables, RFC 3339 with a zone on the wire."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Protocol

from tidehub.kernel.errors import refusal_kind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")

INSTANT_INVALID = refusal_kind(
    "instant_invalid",
    zh="时间“{text}”不是带时区的 RFC 3339 时间",
    en="'{text}' is not an RFC 3339 instant with a zone",
    do_zh="请写成 2026-06-01T08:30:00+08:00 这样的形式。",
    do_en="Write it like 2026-06-01T08:30:00+08:00.",
)
INSTANT_IN_FUTURE = refusal_kind(
    "instant_in_future",
    zh="时间 {text} 在将来，超出允许的 {allowed_s} 秒钟差",
    en="{text} lies in the future by more than the allowed {allowed_s} s",
    do_zh="请校准设备时钟后重新发送。",
    do_en="Set the clock of the device and send it again.",
)


class Clock(Protocol):
    """Where the time comes from. The real one reads the machine, the story's one is moved by hand."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


def to_us(at: datetime) -> int:
    """Microseconds since 1970-01-01T00:00:00Z, exactly (no float on the way)."""
    assert at.tzinfo is not None, "an instant without a zone"
    return (at - _EPOCH) // _US


def from_us(at_us: int) -> datetime:
    """Give back the aware UTC instant of :func:`to_us`."""
    return _EPOCH + timedelta(microseconds=at_us)


def parse_instant(text: str, field: str | None = None) -> datetime:
    """Read an RFC 3339 instant; a text without a zone is refused, because a town cannot guess it.

    Raises
    ------
    Refusal
        ``instant_invalid`` naming ``field``.
    """
    if not _RFC3339.fullmatch(text):
        raise INSTANT_INVALID(field, text=text[:40])
    if len(text) == 20 and text[-1] == "Z":  # to the second and in UTC, the most usual
        try:
            return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
        except ValueError:
            raise INSTANT_INVALID(field, text=text) from None
    head, dot, tail = text.replace("z", "Z").replace("t", "T").partition(".")
    if dot:  # Python 3.11 reads six digits of fraction at most
        digits = re.match(r"\d+", tail)
        assert digits is not None
        text = f"{head}.{digits.group()[:6]:0<6}{tail[digits.end() :]}"
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise INSTANT_INVALID(field, text=text[:40]) from None


def format_instant(at: datetime) -> str:
    """RFC 3339 in UTC with ``Z``; microseconds only when there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def refuse_future(at: datetime, now: datetime, *, allowed_s: int, field: str | None = None) -> None:
    """Refuse an instant later than ``now`` by more than the allowed clock difference, in seconds."""
    if at > now + timedelta(seconds=allowed_s):
        raise INSTANT_IN_FUTURE(field, text=format_instant(at), allowed_s=allowed_s)
