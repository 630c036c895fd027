"""Follow a Signal K server's stream and hand it routes. Reconnects by itself; refusals are told apart."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import httpx
import websockets
from websockets.asyncio.client import connect

from tidehub.adapters.signalk.decode import MESSAGE_BYTES_MAX, SignalKDecoder
from tidehub.adapters.signalk.encode import Call, subscribe_message
from tidehub.adapters.signalk.model import SignalKDecoded
from tidehub.adapters.streams import Backoff
from tidehub.kernel.errors import Unavailable, refusal_kind
from tidehub.kernel.instants import Clock

AcceptSignalK = Callable[[SignalKDecoded], Awaitable[None]]

FOLLOWED_PATHS = (
    "navigation.position",
    "navigation.speedOverGround",
    "navigation.courseOverGroundTrue",
    "navigation.headingTrue",
    "navigation.state",
    "navigation.course.calcValues.*",
    "environment.depth.*",
    "notifications.navigation.*",
)

SIGNALK_REFUSED = refusal_kind(
    "signalk_refused",
    zh="船载 Signal K 服务器拒绝了航路（HTTP {status}）：{answer}",
    en="The boat's Signal K server refused the route (HTTP {status}): {answer}",
    do_zh="请检查访问令牌的权限和服务器版本（需 2.0 以上）。",
    do_en="Check the rights of the access token and the version of the server (2.0 or later).",
)


class SignalKClient:
    """Keep one stream open.

    Parameters
    ----------
    url
        ``ws://host:3000/signalk/v1/stream?subscribe=none``.
    accept
        Gets what each message gave, problems included.
    contexts
        ``("vessels.self",)`` for one boat, ``("vessels.*",)`` for all it hears by AIS.
    token
        Access token, when the server wants one.
    """

    def __init__(
        self,
        url: str,
        accept: AcceptSignalK,
        clock: Clock,
        *,
        contexts: Sequence[str] = ("vessels.self",),
        token: str | None = None,
        backoff: Backoff | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._url = url
        self._accept = accept
        self._clock = clock
        self._contexts = tuple(contexts)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._backoff = backoff or Backoff()
        self._sleep = sleep
        self.connected = False
        self.last_error = ""

    async def run(self) -> None:
        """Follow the stream until cancelled; every break is followed by a longer wait, up to a minute."""
        while True:
            try:
                await self._follow()
            except (OSError, websockets.WebSocketException, TimeoutError) as error:
                self.last_error = f"{type(error).__name__}: {error}"[:200]
            finally:
                self.connected = False
            await self._sleep(self._backoff.next_wait_s())

    async def _follow(self) -> None:
        decoder = SignalKDecoder()
        async with connect(
            self._url, additional_headers=self._headers, max_size=MESSAGE_BYTES_MAX, open_timeout=20
        ) as stream:
            for context in self._contexts:
                await stream.send(subscribe_message(context, FOLLOWED_PATHS))
            self.connected = True
            async for message in stream:
                self._backoff.succeeded()
                decoded = decoder.feed(message, self._clock.now())
                if any(decoded):
                    await self._accept(decoded)


async def send_calls(client: httpx.AsyncClient, calls: Sequence[Call], *, token: str | None = None) -> None:
    """Send the calls of a route in order to the server that is the client's base URL.

    Raises
    ------
    Unavailable
        The boat is not reachable or its server is failing: try again, the calls may be repeated.
    Refusal
        ``signalk_refused``: the server does not want it (rights, version).
    """
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    for call in calls:
        try:
            answer = await client.request(call.method, call.path, content=call.body, headers=headers)
        except httpx.HTTPError as error:
            raise Unavailable("signalk server") from error
        if answer.status_code >= 500 or answer.status_code == 429:
            raise Unavailable("signalk server")
        if answer.status_code >= 400:
            raise SIGNALK_REFUSED(call.path, status=answer.status_code, answer=answer.text[:200])
