"""Identifiers. Inside a decision they are derived from what is known, so the same input gives the same id."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from tidehub.kernel.instants import to_us

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def derived_id(prefix: str, *parts: str) -> str:
    """Derive an id from its parts: ``prefix`` + 20 base-32 characters (100 bits of SHA-256).

    The parts are separated by a unit separator, so ``("ab", "c")`` and ``("a", "bc")`` differ.
    """
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return prefix + base64.b32encode(digest[:13]).decode().lower()[:20]


def new_ulid(now: datetime, chance: bytes) -> str:
    """ULID: 48 bits of milliseconds and 80 bits of chance, sortable by time (github.com/ulid/spec).

    Parameters
    ----------
    now
        Instant of making.
    chance
        Ten random bytes; passed in, because nothing in the kernel may draw them.
    """
    assert len(chance) == 10, "a ULID takes ten random bytes"
    number = ((to_us(now) // 1000) << 80) | int.from_bytes(chance, "big")
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))
