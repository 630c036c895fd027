"""The tracking token (查询码): who holds it may follow one report, and speaks for its reporter.

It is the report's id with a keyed digest (keyed BLAKE2b of 80 bits, RFC 7693), so that nothing has to be stored
and knowing an id gives nothing away. Keyed BLAKE2b is a MAC by itself and costs a tenth of OpenSSL's HMAC for so
short a text, which every report and every event pays.
"""

from __future__ import annotations

import hashlib
import hmac

from tidehub.capabilities.intake.refusals import TOKEN_UNKNOWN
from tidehub.kernel.ids import base32

_LENGTH = 16


def tracking_token(report_id: str, secret: bytes) -> str:
    """Make the token of a report; ``secret`` is the platform's own and never leaves it."""
    return f"{report_id}-{_mark(report_id, secret)}"


def report_of_token(token: str, secret: bytes) -> str:
    """Read the report's id from a token, checked in constant time.

    Raises
    ------
    Refusal
        ``tracking_token_unknown``.
    """
    report_id, _, mark = token.rpartition("-")
    wanted = _mark(report_id, secret).encode() if report_id else b""
    if not report_id or not hmac.compare_digest(wanted, mark.encode(errors="replace")):
        raise TOKEN_UNKNOWN("token")
    return report_id


def _mark(report_id: str, secret: bytes) -> str:
    digest = hashlib.blake2b(report_id.encode(errors="replace"), digest_size=10, key=secret[:64]).digest()
    return base32(digest, _LENGTH)
