"""SMS through an HTTP gateway that takes JSON, signed, so that the gateway knows the order is ours.

There is no standard for SMS gateways. This is the plain form that a small adapter in front of any of them can
take: ``POST`` of the body below, with ``X-Tidehub-Timestamp`` and ``X-Tidehub-Signature: sha256=<hex>``, the
HMAC-SHA-256 (RFC 2104) over ``timestamp + "." + body``. ``Idempotency-Key`` is the same for every attempt.
"""

from __future__ import annotations

import hashlib
import hmac
import re

import httpx
import msgspec

from tidehub.capabilities.messages import Contact, Letter, NotDeliverable, Taken
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.errors import Unavailable
from tidehub.kernel.instants import Clock
from tidehub.registers.personal import mask_phone

_PHONE = re.compile(r"\+?\d{5,20}")
_RETRIED = frozenset({408, 409, 425, 429})


class SmsSettings(msgspec.Struct, frozen=True):
    """How the gateway is reached; ``sign_name`` is the registered signature that stands before the text."""

    address: str
    key_id: str
    secret: str
    sign_name: str = ""
    timeout_s: float = 15.0


class SmsCarrier:
    """Carries letters by SMS; see :class:`tidehub.capabilities.messages.Carrier`.

    Parameters
    ----------
    client
        Kept open by whoever composes the platform.
    """

    def __init__(self, settings: SmsSettings, clock: Clock, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._clock = clock
        self._client = client

    async def carry(self, letter: Letter, contact: Contact) -> Taken:
        """Hand one letter to the gateway; returns when the gateway has taken it."""
        phone = re.sub(r"[ -]", "", contact.phone)
        if not _PHONE.fullmatch(phone):
            raise NotDeliverable("no phone number")
        body = canonical_json(
            {
                "key": letter.key,
                "language": "zh-CN" if letter.language == "zh" else "en",
                "phone": phone,
                "sign_name": self._settings.sign_name,
                "text": letter.text.short,
            }
        )
        stamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": letter.key,
            "X-Tidehub-Key": self._settings.key_id,
            "X-Tidehub-Timestamp": stamp,
            "X-Tidehub-Signature": "sha256=" + signature(self._settings.secret, stamp, body),
        }
        try:
            answer = await self._client.post(
                self._settings.address, content=body, headers=headers, timeout=self._settings.timeout_s
            )
        except httpx.HTTPError as error:
            raise Unavailable("sms gateway") from error
        return _taken(answer, phone)


def signature(secret: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA-256 over ``stamp.body``, hexadecimal."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _taken(answer: httpx.Response, phone: str) -> Taken:
    if answer.is_success:
        try:
            said = answer.json()
        except ValueError:
            said = {}
        reference = said.get("id", "") if isinstance(said, dict) else ""
        return Taken(address=mask_phone(phone), reference=str(reference)[:100])
    if answer.status_code >= 500 or answer.status_code in _RETRIED or answer.status_code in (401, 403):
        after = answer.headers.get("Retry-After", "")
        raise Unavailable(f"sms gateway ({answer.status_code})", int(after) if after.isdecimal() else None)
    raise NotDeliverable(f"{answer.status_code} {answer.text[:200]}")


__all__ = ["SmsCarrier", "SmsSettings", "signature"]
