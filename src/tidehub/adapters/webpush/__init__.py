"""Web push: encrypted for the browser (RFC 8291, aes128gcm), the sender named by VAPID (RFC 8292)."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import msgspec
from py_vapid import Vapid02
from pywebpush import WebPusher

from tidehub.capabilities.messages import Contact, Letter, NotDeliverable, PushAddress, Taken
from tidehub.kernel.codec import canonical_json
from tidehub.kernel.errors import Unavailable
from tidehub.kernel.instants import Clock

_GONE = frozenset({404, 410})
_PAYLOAD_BYTES_MAX = 3800  # RFC 8291: a push service need not take more than 4096 bytes of record
_TOKEN_S = 12 * 3600


class WebPushSettings(msgspec.Struct, frozen=True):
    """Who we are for push services.

    Parameters
    ----------
    private_key
        VAPID key: PEM, or the raw 32 bytes as base64url.
    subject
        ``mailto:`` or ``https:`` where the operator of a push service reaches us.
    ttl_s
        How long a push service keeps what it cannot deliver at once.
    """

    private_key: str
    subject: str
    ttl_s: int = 4 * 3600
    timeout_s: float = 15.0


class WebPushCarrier:
    """Carries letters to every browser of a person; see :class:`tidehub.capabilities.messages.Carrier`."""

    def __init__(self, settings: WebPushSettings, clock: Clock, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._clock = clock
        self._client = client
        key = settings.private_key
        self._vapid = Vapid02.from_pem(key.encode()) if "BEGIN" in key else Vapid02.from_string(key)

    async def carry(self, letter: Letter, contact: Contact) -> Taken:
        """Push to every browser; one that takes it is enough.

        Raises
        ------
        NotDeliverable
            No browser, or none takes it; ``gone`` names one that has unsubscribed.
        Unavailable
            None took it, and at least one push service is down.
        """
        gone, problem, trouble = "", "no browser subscribed", None
        taken: Taken | None = None
        for address in contact.push:
            try:
                reference = await self._push(letter, address)
                taken = Taken(address=urlsplit(address.endpoint).netloc, reference=reference)
            except NotDeliverable as refused:
                gone, problem = refused.gone or gone, refused.problem
            except Unavailable as error:
                trouble = error
        if taken is not None:
            return taken
        if trouble is not None:
            raise trouble
        raise NotDeliverable(problem, gone=gone)

    async def _push(self, letter: Letter, address: PushAddress) -> str:
        keys = {"p256dh": address.p256dh, "auth": address.auth}
        pusher = WebPusher({"endpoint": address.endpoint, "keys": keys})
        body = pusher.encode(_payload(letter), content_encoding="aes128gcm")["body"]
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(self._settings.ttl_s),
            "Urgency": "high",
            "Topic": topic(letter.key),
            "Authorization": self._authorization(address.endpoint),
        }
        try:
            answer = await self._client.post(
                address.endpoint, content=body, headers=headers, timeout=self._settings.timeout_s
            )
        except httpx.HTTPError as error:
            raise Unavailable("push service") from error
        if answer.is_success:
            return str(answer.headers.get("Location", ""))
        if answer.status_code in _GONE:
            raise NotDeliverable(f"{answer.status_code} the browser has unsubscribed", gone=address.endpoint)
        if answer.status_code >= 500 or answer.status_code in (401, 403, 429):
            after = answer.headers.get("Retry-After", "")
            raise Unavailable(f"push service ({answer.status_code})", int(after) if after.isdecimal() else None)
        raise NotDeliverable(f"{answer.status_code} {answer.text[:200]}")

    def _authorization(self, endpoint: str) -> str:
        where = urlsplit(endpoint)
        claims = {
            "aud": f"{where.scheme}://{where.netloc}",
            "exp": int(self._clock.now().timestamp()) + _TOKEN_S,
            "sub": self._settings.subject,
        }
        return str(self._vapid.sign(claims)["Authorization"])


def topic(key: str) -> str:
    """A name of at most 32 characters under which a newer attempt replaces an older one (RFC 8030, 5.4)."""
    return "".join(letter if letter.isalnum() else "-" for letter in key)[-32:]


def _payload(letter: Letter) -> bytes:
    body = letter.text.short
    while True:
        payload = canonical_json({"title": letter.text.subject, "body": body, "link": letter.link, "tag": letter.key})
        if len(payload) <= _PAYLOAD_BYTES_MAX:
            return payload
        body = body[: len(body) * 3 // 4]


__all__ = ["WebPushCarrier", "WebPushSettings", "topic"]
